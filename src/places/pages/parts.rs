//! The page of partners or locations: what is open in it, what was done, the form above the table.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos_router::hooks::use_query_map;
use leptos_router::params::ParamsMap;
use serde::{Deserialize, Serialize};

use super::form::PlaceForm;
use super::table::table;
use crate::app::use_session;
use crate::places::kind::Kind;
use crate::places::{Location, Partner};
use crate::shared::problem::Problem;
use crate::ui::{
    Done, ErrorSummary, Icon, IconName, Page, ProblemPage, Skeleton, TypedValues, problem_of, recalled, typed_about,
};

/// A partner or location as the page shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Place {
    pub id: i64,
    pub version: i64,
    pub name: String,
    /// Of partners only.
    pub portal_id_prefix: String,
    pub description: String,
    pub is_default: bool,
    pub is_active: bool,
    pub customers: i64,
}

impl From<Partner> for Place {
    fn from(partner: Partner) -> Self {
        Self {
            id: partner.id.0,
            version: partner.version,
            name: partner.name,
            portal_id_prefix: partner.portal_id_prefix,
            description: partner.description.unwrap_or_default(),
            is_default: partner.is_default,
            is_active: partner.is_active,
            customers: partner.customers,
        }
    }
}

impl From<Location> for Place {
    fn from(location: Location) -> Self {
        Self {
            id: location.id.0,
            version: location.version,
            name: location.name,
            portal_id_prefix: String::new(),
            description: location.description.unwrap_or_default(),
            is_default: location.is_default,
            is_active: location.is_active,
            customers: location.customers,
        }
    }
}

/// A form that the browser sends itself: it works without JavaScript, and every answer is a fresh page.
#[derive(Clone, Copy)]
pub(super) struct SentForm {
    /// Where it is sent.
    pub url: &'static str,
    /// Why it failed.
    pub problem: Signal<Option<Problem>>,
    /// What was typed into it before that.
    pub typed: Resource<TypedValues>,
}

/// The form of a server function such as `partners/create`.
pub(super) fn sent<S>(endpoint: &'static str) -> SentForm
where
    S: ServerFn<Error = Problem> + Clone + Send + Sync + 'static,
    S::Output: Send + Sync + 'static,
{
    let action = ServerAction::<S>::new();
    SentForm { url: S::url(), problem: problem_of(action), typed: recalled(action, endpoint) }
}

/// The forms of the page.
#[derive(Clone, Copy)]
pub(super) struct Forms {
    pub kind: Kind,
    pub create: SentForm,
    pub update: SentForm,
    pub delete: SentForm,
}

/// The address of the page.
pub(super) fn path(kind: Kind) -> &'static str {
    kind.pick("/admin/partners", "/admin/locations")
}

/// Which form is open, by the address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Open {
    Nothing,
    New,
    Edit(i64),
}

fn open_form(query: &ParamsMap) -> Open {
    match query.get_str("edit") {
        Some(id) => Open::Edit(id.parse().unwrap_or_default()),
        None if query.get_str("new").is_some() => Open::New,
        None => Open::Nothing,
    }
}

/// The page of one kind, once its records are there.
#[component]
pub(super) fn PlacesPage(
    /// What can be sent from it.
    forms: Forms,
    /// What it lists.
    places: Resource<Result<Vec<Place>, Problem>>,
) -> impl IntoView {
    let may_manage = use_session().permissions.has(forms.kind.permission());
    let query = use_query_map();
    let open = Memo::new(move |_| if may_manage { query.with(open_form) } else { Open::Nothing });
    view! {
        <Suspense fallback=|| view! { <Skeleton lines=8/> }>
            {move || {
                let open = open.get();
                Suspend::new(async move {
                    let typed = (forms.create.typed.await, forms.update.typed.await);
                    let read = places.await.and_then(|places| {
                        let form = opened(forms, open, &places, typed)?;
                        Ok((places, form))
                    });
                    match read {
                        Ok((places, form)) => view! { <Places forms places form may_manage/> }.into_any(),
                        Err(problem) => view! { <ProblemPage problem/> }.into_any(),
                    }
                })
            }}
        </Suspense>
    }
}

/// The form that is open, if any. Errors: `NotFound`, when there is nothing to change under that id.
fn opened(
    forms: Forms,
    open: Open,
    places: &[Place],
    (created, updated): (TypedValues, TypedValues),
) -> Result<Option<AnyView>, Problem> {
    let kind = forms.kind;
    Ok(match open {
        Open::Nothing => None,
        Open::New => Some(view! { <PlaceForm kind place=None sent=forms.create typed=created/> }.into_any()),
        Open::Edit(id) => {
            let found = places.iter().find(|place| place.id == id);
            let place = Some(found.ok_or_else(|| Problem::not_found(kind.name()))?.clone());
            let typed = typed_about(id, updated);
            Some(view! { <PlaceForm kind place sent=forms.update typed/> }.into_any())
        }
    })
}

/// What has just been done to partners, by the word in the address.
const PARTNER_DONE: &[(&str, &str)] =
    &[("created", "Partner added."), ("saved", "Partner saved."), ("deleted", "Partner deleted.")];

/// The same of locations.
const LOCATION_DONE: &[(&str, &str)] =
    &[("created", "Location added."), ("saved", "Location saved."), ("deleted", "Location deleted.")];

#[component]
fn Places(forms: Forms, places: Vec<Place>, form: Option<AnyView>, may_manage: bool) -> impl IntoView {
    let Forms { kind, create, update, delete } = forms;
    let failed =
        Signal::derive(move || create.problem.get().or_else(|| update.problem.get()).or_else(|| delete.problem.get()));
    let intro = kind.pick("The resellers and brands that customers belong to.", "The sites that customers belong to.");
    let actions = move || may_manage.then(|| new_link(kind));
    let table = table(forms, places, may_manage);
    view! {
        <Page title=kind.pick("Partners", "Locations") intro=intro actions=actions>
            <Done words=kind.pick(PARTNER_DONE, LOCATION_DONE) problem=failed/>
            <ErrorSummary problem=delete.problem/>
            {form}
            {table}
        </Page>
    }
}

fn new_link(kind: Kind) -> AnyView {
    let (href, label) = (format!("{}?new=1", path(kind)), kind.pick("New partner", "New location"));
    // A fresh page: what was typed into another form must not linger in this one.
    view! {
        <a class="button button-primary" href=href rel="external">
            <Icon name=IconName::Plus/>
            <span>{label}</span>
        </a>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_says_which_form_is_open() {
        let open = |pairs: &[(&'static str, &str)]| {
            let mut query = ParamsMap::new();
            for (name, value) in pairs {
                query.insert(*name, (*value).to_owned());
            }
            open_form(&query)
        };
        assert_eq!(open(&[]), Open::Nothing);
        assert_eq!(open(&[("new", "1")]), Open::New);
        assert_eq!(open(&[("edit", "7")]), Open::Edit(7));
        assert_eq!(open(&[("edit", "x"), ("new", "1")]), Open::Edit(0));
    }
}
