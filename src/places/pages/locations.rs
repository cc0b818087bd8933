//! `/admin/locations`: the locations, and the forms that add, change and delete them.

use leptos::prelude::*;

use super::parts::{Forms, Place, PlacesPage, sent};
use crate::places::kind::Kind;
use crate::places::{CreateLocation, DeleteLocation, UpdateLocation, list_locations};
use crate::shared::problem::Problem;

/// The page of locations.
#[component]
pub fn LocationsPage() -> impl IntoView {
    let forms = Forms {
        kind: Kind::Location,
        create: sent::<CreateLocation>("locations/create"),
        update: sent::<UpdateLocation>("locations/update"),
        delete: sent::<DeleteLocation>("locations/delete"),
    };
    let places = Resource::new(|| (), |()| read());
    view! { <PlacesPage forms=forms places=places/> }.into_any()
}

async fn read() -> Result<Vec<Place>, Problem> {
    Ok(list_locations().await?.into_iter().map(Place::from).collect())
}
