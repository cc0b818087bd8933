//! The form that adds or changes a partner or location.

use leptos::context::Provider;
use leptos::prelude::*;

use super::parts::{Place, SentForm, path};
use crate::places::kind::Kind;
use crate::shared::problem::Problem;
use crate::ui::{
    Card, ChangedMeanwhile, Checkbox, ErrorSummary, FormActions, Hidden, Select, SubmitButton, TextField, TypedValues,
    is_stale, version_seen,
};

/// The form with what is stored, or with what was typed into this very form before it failed.
#[component]
pub(super) fn PlaceForm(
    /// What it is about.
    kind: Kind,
    /// The record to change; `None` adds one.
    place: Option<Place>,
    /// Where it goes, and why it came back.
    sent: SentForm,
    /// What was typed before it failed.
    typed: TypedValues,
) -> impl IntoView {
    let problem = sent.problem;
    let shown = Signal::derive(move || problem.get().filter(|problem| !is_stale(problem)));
    let title = match &place {
        Some(place) => format!("Change {}", place.name),
        None => kind.pick("New partner", "New location").to_owned(),
    };
    let submit = match &place {
        Some(_) => "Save changes",
        None => kind.pick("Add partner", "Add location"),
    };
    let about = place.as_ref().map(|place| about(kind, place, &typed, problem));
    view! {
        <Card title=title>
            <form class="form" method="post" action=sent.url>
                <ErrorSummary problem=shown/>
                {about}
                <Provider value=typed>
                    <PlaceFields kind=kind place=place problem=problem/>
                </Provider>
                <FormActions>
                    <SubmitButton label=submit/>
                    // A fresh page, so that what was typed is gone.
                    <a class="button" href=path(kind) rel="external">"Cancel"</a>
                </FormActions>
            </form>
        </Card>
    }
}

/// Which record and version the form changes, and that somebody else was faster.
fn about(kind: Kind, place: &Place, typed: &TypedValues, problem: Signal<Option<Problem>>) -> AnyView {
    let (id, version) = (place.id.to_string(), version_seen(place.version, typed));
    let href = format!("{}?edit={id}", path(kind));
    view! {
        <ChangedMeanwhile problem=problem href=href/>
        <Hidden name="id" value=id/>
        <Hidden name="version" value=version/>
    }
    .into_any()
}

#[component]
fn PlaceFields(kind: Kind, place: Option<Place>, problem: Signal<Option<Problem>>) -> impl IntoView {
    let named = move |field: &str| format!("{}[{field}]", kind.name());
    let state = state_fields(kind, place.as_ref(), problem);
    let (name, prefix, description) =
        place.map(|place| (place.name, place.portal_id_prefix, place.description)).unwrap_or_default();
    let prefix = (kind == Kind::Partner).then(|| {
        view! {
            <TextField
                name=named("portal_id_prefix")
                label="Portal ID prefix"
                value=prefix
                hint="What the portal IDs of its new customers begin with: capital letters, digits and hyphens."
                maxlength=10
                problem=problem
            />
        }
    });
    view! {
        <div class="fields">
            <TextField
                name=named("name")
                label="Name"
                value=name
                required=true
                maxlength=100
                autofocus=true
                autocomplete="off"
                problem=problem
            />
            {prefix}
            <TextField
                name=named("description")
                label="Description"
                value=description
                maxlength=500
                problem=problem
            />
            {state}
        </div>
    }
}

/// Whether it takes new customers, and by itself. Of the default neither is a choice.
fn state_fields(kind: Kind, place: Option<&Place>, problem: Signal<Option<Problem>>) -> AnyView {
    let (active_name, default_name) = (format!("{}[is_active]", kind.name()), format!("{}[is_default]", kind.name()));
    if place.is_some_and(|place| place.is_default) {
        return view! {
            <Hidden name=active_name value="true"/>
            <Hidden name=default_name value="true"/>
            <p class="muted">
                "It is the default: new customers belong here unless they say otherwise. To change that, make \
                 another one the default."
            </p>
        }
        .into_any();
    }
    let options = vec![
        ("true".to_owned(), "Active: takes new customers".to_owned()),
        ("false".to_owned(), "Inactive: keeps its customers and takes no new ones".to_owned()),
    ];
    let value = place.is_none_or(|place| place.is_active).to_string();
    view! {
        <Select name=active_name label="State" options=options value=value required=true problem=problem/>
        <Checkbox
            name=default_name
            label="Default for new customers"
            hint="The one that is the default now is it no longer."
            problem=problem
        />
    }
    .into_any()
}
