//! A way to reach somebody: the program that opens it, and a button that copies it.

use leptos::prelude::*;

use crate::customers::contacts::{Contact, ContactKind};
use crate::ui::{Badge, CopyButton, Fact, IconName, Tone};

/// What a contact is for.
#[component]
pub fn ContactKindBadge(
    /// The kind.
    kind: ContactKind,
) -> impl IntoView {
    let tone = if kind == ContactKind::Primary { Tone::Info } else { Tone::Neutral };
    view! { <Badge tone=tone icon=IconName::Person text=kind.label()/> }
}

/// The address of a program that writes to the contact.
pub(super) fn mail_href(contact: &Contact) -> Option<String> {
    contact.email.as_ref().map(|email| format!("mailto:{email}"))
}

/// The address of a program that calls; a number that is not a real one cannot be called.
pub(super) fn call_href(e164: Option<&str>) -> Option<String> {
    e164.map(|number| format!("tel:{number}"))
}

/// A fact with a button that copies it and, where it can be opened, a link.
#[component]
pub fn Reach(
    /// What it is: `E-mail`.
    label: &'static str,
    /// What is shown and copied.
    value: String,
    /// What the button says: `Copy e-mail of Ana`.
    copy: String,
    /// What opens it.
    href: Option<String>,
) -> impl IntoView {
    let shown = link(value.clone(), href);
    view! { <Fact label=label>{shown} " " <CopyButton text=value label=copy/></Fact> }
}

/// The text, as a link where it can be opened.
pub(super) fn link(text: String, href: Option<String>) -> AnyView {
    match href {
        Some(href) => view! { <a href=href rel="external">{text}</a> }.into_any(),
        None => text.into_any(),
    }
}
