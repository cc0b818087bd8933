//! What a form has besides its fields: groups, the summary of errors, its buttons.

use super::{Icon, IconName};
use crate::shared::problem::Problem;
use leptos::html::Div;
use leptos::prelude::*;

/// A value that travels with the form.
#[component]
pub fn Hidden(
    /// The name in the form.
    #[prop(into)]
    name: String,
    /// The value.
    #[prop(into)]
    value: String,
) -> impl IntoView {
    view! { <input type="hidden" name=name value=value/> }
}

/// Fields that belong together, under one heading.
#[component]
pub fn FieldSet(
    /// The heading.
    #[prop(into)]
    legend: String,
    /// A sentence below the heading.
    #[prop(optional, into)]
    hint: Option<String>,
    children: Children,
) -> impl IntoView {
    view! {
        <fieldset class="fieldset">
            <legend>{legend}</legend>
            {hint.map(|hint| view! { <p class="field-hint">{hint}</p> })}
            <div class="fields">{children()}</div>
        </fieldset>
    }
}

/// Everything that is wrong with the form, above its fields; it takes the focus when it appears.
#[component]
pub fn ErrorSummary(
    /// The last problem of the form.
    #[prop(into)]
    problem: Signal<Option<Problem>>,
) -> impl IntoView {
    let node = NodeRef::<Div>::new();
    Effect::new(move |_| {
        if problem.with(Option::is_some)
            && let Some(summary) = node.get()
        {
            let _ = summary.focus();
        }
    });
    view! {
        {move || {
            problem
                .get()
                .map(|problem| {
                    view! {
                        <div class="banner banner-danger" role="alert" tabindex="-1" autofocus=true node_ref=node>
                            <Icon name=IconName::Warning/>
                            <div>
                                <p class="banner-title">{problem.title()}</p>
                                {errors_view(&problem)}
                            </div>
                        </div>
                    }
                })
        }}
    }
}

/// The sentence of a problem, or a list with a link to every wrong field.
fn errors_view(problem: &Problem) -> AnyView {
    if problem.errors().is_empty() {
        return view! { <p>{problem.detail()}</p> }.into_any();
    }
    let items = problem.errors().iter().map(|error| {
        let message = error.message.clone();
        if error.field.is_empty() {
            return view! { <li>{message}</li> }.into_any();
        }
        let href = format!("#field-{}", error.field);
        // Left to the browser, which moves the focus to the field.
        view! { <li><a href=href rel="external">{message}</a></li> }.into_any()
    });
    view! { <ul>{items.collect_view()}</ul> }.into_any()
}

/// The button that sends the form; it cannot be pressed twice while the answer is on its way.
#[component]
pub fn SubmitButton(
    /// What it does: a verb and a noun.
    #[prop(into)]
    label: String,
    /// Whether the answer is on its way.
    #[prop(optional, into)]
    busy: Signal<bool>,
    /// Whether it destroys something.
    #[prop(optional)]
    danger: bool,
    /// Whether it is one of several buttons of equal rank.
    #[prop(optional)]
    secondary: bool,
    /// The name in the form, when the button tells the choice.
    #[prop(optional, into)]
    name: Option<String>,
    /// The value sent with the name.
    #[prop(optional, into)]
    value: Option<String>,
) -> impl IntoView {
    let class = match (danger, secondary) {
        (true, _) => "button button-danger",
        (false, true) => "button",
        (false, false) => "button button-primary",
    };
    let waiting = move || is_browser() && busy.get();
    view! {
        <button
            class=class
            type="submit"
            name=name
            value=value
            disabled=waiting
            aria-busy=move || waiting().then_some("true")
        >
            {label}
        </button>
    }
}

/// The row of buttons that ends a form.
#[component]
pub fn FormActions(children: Children) -> impl IntoView {
    view! { <div class="form-actions">{children()}</div> }
}

/// A link that looks like a button.
#[component]
pub fn LinkButton(
    /// Where it leads.
    #[prop(into)]
    href: String,
    /// What it says.
    #[prop(into)]
    label: String,
    /// An icon before the label.
    #[prop(optional)]
    icon: Option<IconName>,
    /// Whether it is the first thing to do here.
    #[prop(optional)]
    primary: bool,
) -> impl IntoView {
    let class = if primary { "button button-primary" } else { "button" };
    view! {
        <a class=class href=href>
            {icon.map(|name| view! { <Icon name/> })}
            <span>{label}</span>
        </a>
    }
}
