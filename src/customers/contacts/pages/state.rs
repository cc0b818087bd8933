//! What the page of contacts knows: what the address opens, what changes records, what was typed before a failure.

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use crate::customers::Customer;
use crate::customers::addresses::{Address, CreateAddress, DeleteAddress, UpdateAddress, list_addresses};
use crate::customers::contacts::{
    Contact, ContactActions, CreateContact, DeleteContact, MakeContactPrimary, UpdateContact, list_contacts,
};
use crate::shared::id::{AddressId, ContactId, CustomerId};
use crate::shared::problem::Problem;
use crate::ui::{TypedValues, problem_of, recalled, times_saved};

/// The form that the address of the page asks for; one at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Asked {
    NewContact,
    Contact(ContactId),
    NewAddress,
    Address(AddressId),
}

/// The form after `?contact=` or `?address=`.
pub(super) fn use_asked() -> Memo<Option<Asked>> {
    let query = use_query_map();
    Memo::new(move |_| query.with(|query| asked(query.get_str("contact"), query.get_str("address"))))
}

fn asked(contact: Option<&str>, address: Option<&str>) -> Option<Asked> {
    match (contact, address) {
        (Some("new"), _) => Some(Asked::NewContact),
        (Some(id), _) => id.parse().ok().map(Asked::Contact),
        (None, Some("new")) => Some(Asked::NewAddress),
        (None, Some(id)) => id.parse().ok().map(Asked::Address),
        (None, None) => None,
    }
}

/// Everything that changes contacts and addresses from this page.
#[derive(Clone, Copy)]
pub(super) struct Actions {
    pub(super) create_contact: ServerAction<CreateContact>,
    pub(super) update_contact: ServerAction<UpdateContact>,
    pub(super) remove_contact: ServerAction<DeleteContact>,
    pub(super) make_primary: ServerAction<MakeContactPrimary>,
    pub(super) create_address: ServerAction<CreateAddress>,
    pub(super) update_address: ServerAction<UpdateAddress>,
    pub(super) remove_address: ServerAction<DeleteAddress>,
}

impl Actions {
    pub(super) fn new() -> Self {
        Self {
            create_contact: ServerAction::new(),
            update_contact: ServerAction::new(),
            remove_contact: ServerAction::new(),
            make_primary: ServerAction::new(),
            create_address: ServerAction::new(),
            update_address: ServerAction::new(),
            remove_address: ServerAction::new(),
        }
    }

    /// What can be done with a contact without a form.
    pub(super) fn of_contact(self) -> ContactActions {
        ContactActions { remove: self.remove_contact, make_primary: self.make_primary }
    }

    /// Changes whenever something must be read anew: after a form was saved, and after whatever a button did or could
    /// not do, since another version may be the reason.
    pub(super) fn rounds(self) -> impl Fn() -> usize + Copy + Send + Sync + 'static {
        let contacts = (times_saved(self.create_contact), times_saved(self.update_contact));
        let addresses = (times_saved(self.create_address), times_saved(self.update_address));
        let buttons = (self.remove_contact.version(), self.make_primary.version(), self.remove_address.version());
        move || {
            let saved = contacts.0.get() + contacts.1.get() + addresses.0.get() + addresses.1.get();
            saved + buttons.0.get() + buttons.1.get() + buttons.2.get()
        }
    }

    /// What a button could not do.
    pub(super) fn problem_of_buttons(self) -> Signal<Option<Problem>> {
        let (contact, address) = (problem_of(self.remove_contact), problem_of(self.remove_address));
        let primary = problem_of(self.make_primary);
        Signal::derive(move || contact.get().or_else(|| primary.get()).or_else(|| address.get()))
    }

    /// The last problem of the page.
    pub(super) fn any_problem(self) -> Signal<Option<Problem>> {
        let buttons = self.problem_of_buttons();
        let contact = (problem_of(self.create_contact), problem_of(self.update_contact));
        let address = (problem_of(self.create_address), problem_of(self.update_address));
        Signal::derive(move || {
            let forms = contact.0.get().or_else(|| contact.1.get()).or_else(|| address.0.get());
            forms.or_else(|| address.1.get()).or_else(|| buttons.get())
        })
    }

    /// What a form could not do is forgotten when another one opens, or none.
    pub(super) fn forget_with(self, asked: Memo<Option<Asked>>) {
        Effect::watch(
            move || asked.get(),
            move |_, _, _| {
                self.create_contact.clear();
                self.update_contact.clear();
                self.create_address.clear();
                self.update_address.clear();
            },
            false,
        );
    }
}

/// What was typed into each form before a failure without JavaScript.
#[derive(Clone, Default)]
pub(super) struct Typed {
    pub(super) new_contact: TypedValues,
    pub(super) contact: TypedValues,
    pub(super) new_address: TypedValues,
    pub(super) address: TypedValues,
}

/// The same on its way.
#[derive(Clone, Copy)]
pub(super) struct Recalled {
    new_contact: Resource<TypedValues>,
    contact: Resource<TypedValues>,
    new_address: Resource<TypedValues>,
    address: Resource<TypedValues>,
}

impl Recalled {
    pub(super) fn new(actions: Actions) -> Self {
        Self {
            new_contact: recalled(actions.create_contact, "contacts/create"),
            contact: recalled(actions.update_contact, "contacts/update"),
            new_address: recalled(actions.create_address, "addresses/create"),
            address: recalled(actions.update_address, "addresses/update"),
        }
    }

    pub(super) async fn values(self) -> Typed {
        Typed {
            new_contact: self.new_contact.await,
            contact: self.contact.await,
            new_address: self.new_address.await,
            address: self.address.await,
        }
    }
}

/// What the page shows.
pub(super) type Known = (Customer, Vec<Contact>, Vec<Address>);

/// The contacts of the customer of the path. Errors: as [`list_contacts`]; `NotFound` when the path holds no id.
pub(super) async fn read_contacts(id: Option<CustomerId>) -> Result<Vec<Contact>, Problem> {
    match id {
        Some(id) => list_contacts(id).await,
        None => Err(Problem::not_found("customer")),
    }
}

/// The addresses of the customer of the path. Errors: as [`list_addresses`]; `NotFound` when the path holds no id.
pub(super) async fn read_addresses(id: Option<CustomerId>) -> Result<Vec<Address>, Problem> {
    match id {
        Some(id) => list_addresses(id).await,
        None => Err(Problem::not_found("customer")),
    }
}

/// All of it, or the first thing that could not be read.
pub(super) fn together(
    customer: Result<Customer, Problem>,
    contacts: Result<Vec<Contact>, Problem>,
    addresses: Result<Vec<Address>, Problem>,
) -> Result<Known, Problem> {
    Ok((customer?, contacts?, addresses?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_opens_one_form_at_a_time() {
        assert_eq!(asked(Some("new"), Some("3")), Some(Asked::NewContact));
        assert_eq!(asked(Some("7"), None), Some(Asked::Contact(ContactId(7))));
        assert_eq!(asked(None, Some("new")), Some(Asked::NewAddress));
        assert_eq!(asked(None, Some("8")), Some(Asked::Address(AddressId(8))));
        assert_eq!(asked(Some("nobody"), None), None);
        assert_eq!(asked(None, None), None);
    }
}
