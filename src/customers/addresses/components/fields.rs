//! The fields of an address, for new ones and for changes; the inputs are named `address[…]`.

use leptos::context::Provider;
use leptos::prelude::*;

use crate::customers::addresses::{AddressInput, AddressKind};
use crate::shared::country::country_options;
use crate::shared::problem::Problem;
use crate::ui::{FieldSet, Select, TextField, TextFieldProps, TypedValues};

type Failure = Signal<Option<Problem>>;

/// A line of text of the address, with whatever else [`TextField`] takes.
macro_rules! line {
    ($value:ident, $problem:ident, $field:ident, $label:literal $(, $property:ident: $set:expr)*) => {
        TextField(
            TextFieldProps::builder()
                .name(concat!("address[", stringify!($field), "]"))
                .label($label)
                .value($value.$field.clone().unwrap_or_default())
                .problem($problem)
                .autocomplete("off")
                $(.$property($set))*
                .build(),
        )
        .into_any()
    };
}

/// Every field of an address.
#[component]
pub fn AddressFields(
    /// What the fields hold at first.
    value: AddressInput,
    /// What was typed before a failure; it wins.
    typed: TypedValues,
    /// The last problem of the form.
    #[prop(into)]
    problem: Failure,
) -> impl IntoView {
    view! {
        <Provider value=typed>
            {place(&value, problem)}
            {coordinates(&value, problem)}
        </Provider>
    }
}

fn place(value: &AddressInput, problem: Failure) -> AnyView {
    let (kind, country) = (value.kind.clone().unwrap_or_default(), value.country.clone().unwrap_or_default());
    let kind = view! {
        <Select
            name="address[kind]"
            label="Kind"
            options=AddressKind::options()
            value=kind
            required=true
            hint="City and country of the customer follow the first service address."
            problem
        />
    };
    let country = view! {
        <Select
            name="address[country]"
            label="Country"
            options=country_options()
            value=country
            empty="Choose a country"
            required=true
            problem
        />
    };
    let fields = vec![
        line!(value, problem, line1, "Street and number", maxlength: 255, required: true, autofocus: true),
        line!(value, problem, line2, "Flat, floor, building", maxlength: 255),
        line!(value, problem, postal_code, "Postal code", maxlength: 20),
        line!(value, problem, city, "City", maxlength: 100, required: true),
        line!(value, problem, state, "State or province", maxlength: 100),
        country.into_any(),
        kind.into_any(),
    ];
    view! { <FieldSet legend="Address">{fields}</FieldSet> }.into_any()
}

fn coordinates(value: &AddressInput, problem: Failure) -> AnyView {
    let fields = vec![
        line!(value, problem, latitude, "Latitude", inputmode: "decimal", hint: "For example 59.913868"),
        line!(value, problem, longitude, "Longitude", inputmode: "decimal", hint: "For example 10.752245"),
    ];
    view! { <FieldSet legend="On the map" hint="Both or neither, as decimal numbers.">{fields}</FieldSet> }.into_any()
}
