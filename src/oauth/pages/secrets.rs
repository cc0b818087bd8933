//! The secrets of an API client: the one that was just made, and those that are good.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;

use super::facts::copied;
use super::questions::Question;
use super::shell_lines::ShellLines;
use crate::auth::tokens::ACCESS_TOKEN_MINUTES;
use crate::oauth::{
    ClientSecret, GrantType, NewSecret, OAuthClient, PutClientSecretAway, RevokeClientSecret, RotateClientSecret,
};
use crate::ui::{
    Banner, Card, CopyButton, DataTable, EmptyState, Facts, FormActions, Hidden, Icon, IconName, SubmitButton, Tone,
    When,
};

/// The secret that was just made, in sight until it is put away or revoked.
pub(super) fn new_secret(client: &OAuthClient, made: NewSecret, base: &str) -> Option<AnyView> {
    let is_good = |secret: &String| client.secrets.iter().any(|known| secret.ends_with(&known.hint));
    let secret = made.client_secret.filter(is_good)?;
    let (shown, text, id) = (secret.clone(), secret.clone(), client.id.to_string());
    let lines = shell_lines(client, Some(secret), base);
    let view = view! {
        <Card title="Copy the secret now">
            <Banner tone=Tone::Warn title="It is told this once">
                <p>
                    "Put it where the program reads its secrets. Only its fingerprint is stored here, so nobody can \
                     look it up later; a lost secret is replaced by a new one."
                </p>
            </Banner>
            <Facts>{copied("Client ID", made.client_id)}</Facts>
            <div class="stack-tight">
                <p class="spread">
                    <span>"Client secret"</span>
                    <CopyButton text=text label="Copy client secret"/>
                </p>
                <p class="secret">{shown}</p>
            </div>
            {lines}
            <form method="post" action=PutClientSecretAway::url()>
                <Hidden name="id" value=id/>
                <FormActions>
                    <SubmitButton label="I have kept it"/>
                </FormActions>
            </form>
        </Card>
    };
    Some(view.into_any())
}

/// How to try a client that acts for itself.
fn shell_lines(client: &OAuthClient, secret: Option<String>, base: &str) -> Option<AnyView> {
    let (base, client_id) = (base.to_owned(), client.client_id.clone());
    client
        .grants
        .contains(&GrantType::ClientCredentials)
        .then(|| view! { <ShellLines base=base client_id=client_id secret=secret/> }.into_any())
}

/// The same as a card of its own, for whoever has the secret elsewhere.
pub(super) fn try_it(client: &OAuthClient, base: &str) -> Option<AnyView> {
    let lines = shell_lines(client, None, base)?;
    let view = view! {
        <Card title="Try it">
            <p class="muted">"With the secret in the variable " <code>"ISP_CLIENT_SECRET"</code> " of your shell:"</p>
            {lines}
        </Card>
    };
    Some(view.into_any())
}

/// The secrets that are good; a public client has none.
pub(super) fn secrets(client: &OAuthClient, may_manage: bool) -> Option<AnyView> {
    if !client.is_confidential {
        return None;
    }
    let rotate = may_manage.then(|| rotate(client));
    let body = if client.secrets.is_empty() { no_secret() } else { table(client, may_manage) };
    let view = view! {
        <Card title="Secrets" actions=move || view! { {rotate} }>
            {body}
        </Card>
    };
    Some(view.into_any())
}

fn no_secret() -> AnyView {
    let text = "Until it has one, the client cannot obtain tokens.";
    view! { <EmptyState icon=IconName::Key title="No secret" text=text/> }.into_any()
}

fn table(client: &OAuthClient, may_manage: bool) -> AnyView {
    let head = move || {
        view! {
            <th scope="col">"Ends in"</th>
            <th scope="col">"Created"</th>
            <th scope="col">"Last used"</th>
            {may_manage.then(|| view! { <th scope="col"><span class="visually-hidden">"Actions"</span></th> })}
        }
    };
    let rows = client.secrets.iter().map(|secret| row(client, secret, may_manage)).collect_view();
    view! {
        <DataTable caption="Secrets" head=head>
            {rows}
        </DataTable>
    }
    .into_any()
}

fn row(client: &OAuthClient, secret: &ClientSecret, may_manage: bool) -> AnyView {
    let used = match secret.last_used_at {
        Some(at) => view! { <When at=at/> }.into_any(),
        None => "never".into_any(),
    };
    let revoke = may_manage.then(|| view! { <td>{revoke(client, secret).view()}</td> });
    view! {
        <tr>
            <td data-label="Ends in"><code>{format!("…{}", secret.hint)}</code></td>
            <td data-label="Created"><When at=secret.created_at/></td>
            <td data-label="Last used">{used}</td>
            {revoke}
        </tr>
    }
    .into_any()
}

fn revoke(client: &OAuthClient, secret: &ClientSecret) -> Question {
    let last = if client.secrets.len() == 1 {
        " It is the only one: until you make another, the client cannot obtain tokens."
    } else {
        ""
    };
    Question {
        id: format!("revoke-secret-{}", secret.id),
        trigger: "Revoke",
        icon: IconName::Trash,
        title: format!("Revoke the secret that ends in {}?", secret.hint),
        consequences: format!(
            "Whoever uses it obtains no more tokens.{last} Tokens obtained before stay good until they expire, at most \
             {ACCESS_TOKEN_MINUTES} minutes after they were issued; “End all tokens” stops them at once."
        ),
        action: RevokeClientSecret::url(),
        fields: vec![("id", client.id.to_string()), ("secret", secret.id.to_string())],
        answer: "Revoke secret",
        ends: true,
    }
}

/// Makes a secret beside the one that is in use. Two are enough to change over; a third has to wait.
fn rotate(client: &OAuthClient) -> AnyView {
    if client.secrets.len() > 1 {
        return view! {
            <button class="button" type="button" aria-disabled="true" aria-describedby="not-rotatable">
                <Icon name=IconName::Key/>
                <span>"Rotate secret"</span>
            </button>
            <span id="not-rotatable" class="muted">"Two exist: revoke one first."</span>
        }
        .into_any();
    }
    let (trigger, answer, consequences) = if client.secrets.is_empty() {
        ("New secret", "Make a secret", "A secret is made and told once.")
    } else {
        (
            "Rotate secret",
            "Make a new secret",
            "A second secret is made and told once. The old one stays good until you revoke it, so that the program \
             can change over without a gap.",
        )
    };
    let question = Question {
        id: "rotate-secret".to_owned(),
        trigger,
        icon: IconName::Key,
        title: format!("Make a new secret for {}?", client.name),
        consequences: consequences.to_owned(),
        action: RotateClientSecret::url(),
        fields: vec![("id", client.id.to_string())],
        answer,
        ends: false,
    };
    question.view()
}
