//! What is asked before something is ended, begun again or made anew.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;

use crate::auth::tokens::ACCESS_TOKEN_MINUTES;
use crate::oauth::{OAuthClient, RevokeClientTokens, SetClientActive};
use crate::ui::{ConfirmDialog, FormActions, Hidden, IconName, SubmitButton, Tone};

/// A question with its consequences, and the form of one button that answers it.
pub(super) struct Question {
    /// The id of the dialog, unique in the page.
    pub(super) id: String,
    /// The words of the button that asks.
    pub(super) trigger: &'static str,
    /// The icon of that button.
    pub(super) icon: IconName,
    /// The question.
    pub(super) title: String,
    /// What happens then.
    pub(super) consequences: String,
    /// The server function.
    pub(super) action: &'static str,
    /// What is sent to it.
    pub(super) fields: Vec<(&'static str, String)>,
    /// The words of the button that answers.
    pub(super) answer: &'static str,
    /// Does it end something?
    pub(super) ends: bool,
}

impl Question {
    /// The button that asks, and the dialog behind it.
    pub(super) fn view(self) -> AnyView {
        let Self { id, trigger, icon, title, consequences, action, fields, answer, ends } = self;
        let tone = if ends { Tone::Danger } else { Tone::Neutral };
        let fields = fields.into_iter().map(|(name, value)| view! { <Hidden name=name value=value/> }).collect_view();
        view! {
            <ConfirmDialog id=id title=title trigger_label=trigger tone=tone icon=icon>
                <p>{consequences}</p>
                <form method="post" action=action>
                    {fields}
                    <FormActions>
                        <SubmitButton label=answer danger=ends/>
                    </FormActions>
                </form>
            </ConfirmDialog>
        }
        .into_any()
    }
}

/// What can be done with the client as a whole.
pub(super) fn questions(client: &OAuthClient) -> AnyView {
    let switch = if client.is_active { deactivate(client) } else { activate(client) };
    view! {
        {client.is_active.then(|| end_tokens(client).view())}
        {switch.view()}
    }
    .into_any()
}

fn end_tokens(client: &OAuthClient) -> Question {
    Question {
        id: "end-tokens".to_owned(),
        trigger: "End all tokens",
        icon: IconName::Cross,
        title: format!("End all tokens of {}?", client.name),
        consequences: format!(
            "Every token that it holds stops working here at once, also those that act for people, who have to agree \
             again. It stays active and can obtain new ones. A server that checks JWTs by itself may accept one until \
             it expires, {ACCESS_TOKEN_MINUTES} minutes after it was issued."
        ),
        action: RevokeClientTokens::url(),
        fields: vec![("id", client.id.to_string())],
        answer: "End all tokens",
        ends: true,
    }
}

fn deactivate(client: &OAuthClient) -> Question {
    Question {
        id: "deactivate".to_owned(),
        trigger: "Deactivate",
        icon: IconName::Pause,
        title: format!("Deactivate {}?", client.name),
        consequences: "Every token that it holds ends at once, and it obtains no new ones until it is activated \
                       again. Its secrets and rights are kept."
            .to_owned(),
        action: SetClientActive::url(),
        fields: vec![("id", client.id.to_string()), ("active", "false".to_owned())],
        answer: "Deactivate client",
        ends: true,
    }
}

fn activate(client: &OAuthClient) -> Question {
    Question {
        id: "activate".to_owned(),
        trigger: "Activate",
        icon: IconName::Play,
        title: format!("Activate {}?", client.name),
        consequences: "It can obtain tokens again, with the secrets and rights that it had. Tokens that were ended \
                       stay ended."
            .to_owned(),
        action: SetClientActive::url(),
        fields: vec![("id", client.id.to_string()), ("active", "true".to_owned())],
        answer: "Activate client",
        ends: false,
    }
}
