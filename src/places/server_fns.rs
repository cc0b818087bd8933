//! The pages' door to partners and locations.

use leptos::prelude::*;

use super::{Location, LocationInput, Partner, PartnerInput};
use crate::shared::id::{LocationId, PartnerId};
use crate::shared::problem::Problem;

/// Every partner in the caller's scope, by name.
#[server(prefix = "/api/fn", endpoint = "partners/list")]
pub async fn list_partners() -> Result<Vec<Partner>, Problem> {
    let caller = crate::server::signed_in().await?;
    caller.services.places.partners(&caller.actor).await
}

/// Adds a partner.
#[server(prefix = "/api/fn", endpoint = "partners/create")]
pub async fn create_partner(partner: PartnerInput) -> Result<Partner, Problem> {
    let caller = crate::server::signed_in().await?;
    let partner = caller.services.places.create_partner(&caller.actor, partner).await?;
    crate::server::go_to("/admin/partners?done=created");
    Ok(partner)
}

/// Saves a partner over the version that was read (412 when it is not the latest).
#[server(prefix = "/api/fn", endpoint = "partners/update")]
pub async fn update_partner(id: PartnerId, version: i64, partner: PartnerInput) -> Result<Partner, Problem> {
    let caller = crate::server::signed_in().await?;
    let partner = caller.services.places.update_partner(&caller.actor, id, version, partner).await?;
    crate::server::go_to("/admin/partners?done=saved");
    Ok(partner)
}

/// Deletes a partner that no customer belongs to, deleted ones included (412 when `version` is not the latest).
#[server(prefix = "/api/fn", endpoint = "partners/delete")]
pub async fn delete_partner(id: PartnerId, version: i64) -> Result<(), Problem> {
    let caller = crate::server::signed_in().await?;
    caller.services.places.delete_partner(&caller.actor, id, version).await?;
    crate::server::go_to("/admin/partners?done=deleted");
    Ok(())
}

/// Every location in the caller's scope, by name.
#[server(prefix = "/api/fn", endpoint = "locations/list")]
pub async fn list_locations() -> Result<Vec<Location>, Problem> {
    let caller = crate::server::signed_in().await?;
    caller.services.places.locations(&caller.actor).await
}

/// Adds a location.
#[server(prefix = "/api/fn", endpoint = "locations/create")]
pub async fn create_location(location: LocationInput) -> Result<Location, Problem> {
    let caller = crate::server::signed_in().await?;
    let location = caller.services.places.create_location(&caller.actor, location).await?;
    crate::server::go_to("/admin/locations?done=created");
    Ok(location)
}

/// Saves a location over the version that was read (412 when it is not the latest).
#[server(prefix = "/api/fn", endpoint = "locations/update")]
pub async fn update_location(id: LocationId, version: i64, location: LocationInput) -> Result<Location, Problem> {
    let caller = crate::server::signed_in().await?;
    let location = caller.services.places.update_location(&caller.actor, id, version, location).await?;
    crate::server::go_to("/admin/locations?done=saved");
    Ok(location)
}

/// Deletes a location that no customer belongs to, deleted ones included (412 when `version` is not the latest).
#[server(prefix = "/api/fn", endpoint = "locations/delete")]
pub async fn delete_location(id: LocationId, version: i64) -> Result<(), Problem> {
    let caller = crate::server::signed_in().await?;
    caller.services.places.delete_location(&caller.actor, id, version).await?;
    crate::server::go_to("/admin/locations?done=deleted");
    Ok(())
}
