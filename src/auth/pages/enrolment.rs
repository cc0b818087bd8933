//! The steps to a second factor: the key for the app, its first code, the recovery codes.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;

use crate::auth::{ConfirmSecondFactor, Enrolment, KeepRecoveryCodes, StartSecondFactor};
use crate::shared::problem::Problem;
use crate::ui::{Banner, Card, CopyButton, ErrorSummary, FormActions, Icon, IconName, SubmitButton, TextField, Tone};

/// A step that asks for the password of the person who is signed in.
#[component]
pub(super) fn PasswordForm(
    /// Where the form is sent.
    action: &'static str,
    /// The last problem of the form.
    problem: Signal<Option<Problem>>,
    /// What the keys of the fields begin with in the problem, where a page has two of these forms.
    #[prop(default = "")]
    prefix: &'static str,
    /// Whether a code of the second factor is asked for, too.
    #[prop(optional)]
    with_code: bool,
    /// What the button does.
    label: &'static str,
    /// Whether it takes something away.
    #[prop(optional)]
    danger: bool,
) -> impl IntoView {
    view! {
        <form class="form" method="post" action=action>
            <ErrorSummary problem/>
            <TextField
                name="password"
                label="Your password"
                kind="password"
                field=format!("{prefix}password")
                problem
                required=true
                autocomplete="current-password"
            />
            {with_code.then(|| view! { <CodeField field=format!("{prefix}code") problem/> })}
            <FormActions>
                <SubmitButton label danger/>
            </FormActions>
        </form>
    }
}

/// A code of the second factor that is there.
#[component]
fn CodeField(field: String, problem: Signal<Option<Problem>>) -> impl IntoView {
    view! {
        <TextField
            name="code"
            label="Code"
            hint="The six digits that your app shows now, or a recovery code."
            field
            problem
            required=true
            autocomplete="one-time-code"
        />
    }
}

/// A device that is being added: its key as a picture and as text, then the proof that it works.
#[component]
pub(super) fn EnrolmentCard(
    /// What the app needs.
    enrolment: Enrolment,
    /// The last problem with the code.
    confirm: Signal<Option<Problem>>,
    /// The last problem with starting again.
    start: Signal<Option<Problem>>,
) -> impl IntoView {
    let Enrolment { secret, url, qr_path, qr_size } = enrolment;
    let plain: String = secret.split_whitespace().collect();
    view! {
        <Card title="1. Give the key to your app">
            <div class="enrolment">
                <QrCode path=qr_path size=qr_size/>
                <div class="prose">
                    <p>"Open the authenticator app on your phone, add an account and scan the picture."</p>
                    <p>"Without a camera, type this key into the app:"</p>
                    <p class="key"><code>{secret}</code> " " <CopyButton text=plain label="Copy the key"/></p>
                    <p><a href=url rel="external">"Open the app on this device"</a></p>
                </div>
            </div>
        </Card>
        <Card title="2. Enter the first code">
            <ConfirmForm problem=confirm/>
            <StartAgain problem=start/>
        </Card>
    }
}

/// The code that proves the device.
#[component]
fn ConfirmForm(problem: Signal<Option<Problem>>) -> impl IntoView {
    view! {
        <form class="form" method="post" action=ConfirmSecondFactor::url()>
            <ErrorSummary problem/>
            <TextField
                name="code"
                label="Code"
                hint="The six digits that the app shows now. From then on, you are signed out everywhere else."
                problem
                required=true
                inputmode="numeric"
                autocomplete="one-time-code"
            />
            <FormActions>
                <SubmitButton label="Turn on"/>
            </FormActions>
        </form>
    }
}

/// A new key in place of this one, for when the app did not take it.
#[component]
fn StartAgain(problem: Signal<Option<Problem>>) -> impl IntoView {
    let open = problem.with_untracked(Option::is_some);
    view! {
        <details class="disclosure" open=open>
            <summary>"Start again with a new key"</summary>
            <div class="stack">
                <p>"Nothing is turned on yet, and the key above no longer counts. You can also leave it at this."</p>
                <PasswordForm action=StartSecondFactor::url() problem label="Make a new key"/>
            </div>
        </details>
    }
}

/// A QR code, black on white in every theme, because cameras read it.
#[component]
fn QrCode(path: String, size: u32) -> impl IntoView {
    view! {
        <svg
            class="qr"
            viewBox=format!("0 0 {size} {size}")
            role="img"
            aria-label="QR code with the key that stands beside it as text"
            shape-rendering="crispEdges"
        >
            <rect width="100%" height="100%" fill="#fff"></rect>
            <path d=path fill="#000"></path>
        </svg>
    }
}

/// The recovery codes that were just made; the only time that they can be seen.
#[component]
pub(super) fn RecoveryCodes(
    /// The codes.
    codes: Vec<String>,
) -> impl IntoView {
    let all = codes.join("\n");
    let items = codes.into_iter().map(|code| view! { <li><code>{code}</code></li> }).collect_view();
    view! {
        <Card title="Your recovery codes">
            <Banner tone=Tone::Warn title="Keep these codes now: they are shown only once">
                <p>
                    "Without your phone, each of them lets you in once. Print them or put them into a password "
                    "manager, not on the phone itself."
                </p>
            </Banner>
            <ol class="recovery-codes">{items}</ol>
            <div class="cluster">
                <PrintButton/>
                <CopyButton text=all label="Copy all codes"/>
            </div>
            <form class="form" method="post" action=KeepRecoveryCodes::url()>
                <FormActions>
                    <SubmitButton label="I have kept them"/>
                </FormActions>
            </form>
        </Card>
    }
}

/// Prints the page; shown only where it can work.
#[component]
fn PrintButton() -> impl IntoView {
    let alive = RwSignal::new(false);
    Effect::new(move |_| alive.set(true));
    let print = move |_| {
        let _ = window().print();
    };
    view! {
        <button class="button copy" type="button" hidden=move || !alive.get() on:click=print>
            <Icon name=IconName::Document/>
            <span>"Print"</span>
        </button>
    }
}
