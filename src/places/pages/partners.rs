//! `/admin/partners`: the partners, and the forms that add, change and delete them.

use leptos::prelude::*;

use super::parts::{Forms, Place, PlacesPage, sent};
use crate::places::kind::Kind;
use crate::places::{CreatePartner, DeletePartner, UpdatePartner, list_partners};
use crate::shared::problem::Problem;

/// The page of partners.
#[component]
pub fn PartnersPage() -> impl IntoView {
    let forms = Forms {
        kind: Kind::Partner,
        create: sent::<CreatePartner>("partners/create"),
        update: sent::<UpdatePartner>("partners/update"),
        delete: sent::<DeletePartner>("partners/delete"),
    };
    let places = Resource::new(|| (), |()| read());
    view! { <PlacesPage forms=forms places=places/> }.into_any()
}

async fn read() -> Result<Vec<Place>, Problem> {
    Ok(list_partners().await?.into_iter().map(Place::from).collect())
}
