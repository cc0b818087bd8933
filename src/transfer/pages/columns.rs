//! What the columns of the file mean.

use leptos::prelude::*;
use leptos_router::components::Form;
use leptos_router::hooks::use_query_map;

use super::meanings::{ColumnFields, meanings};
use crate::shared::id::ImportId;
use crate::shared::problem::Problem;
use crate::transfer::{Charset, CheckImport, DateFormat, Delimiter, ImportDetails, Mapping, OnBadRows, SavedMapping};
use crate::ui::{
    Card, DataTable, ErrorSummary, FormActions, Hidden, RadioGroup, Select, SubmitButton, TextField, TypedValues,
};

/// The second step.
#[component]
pub(super) fn ColumnsStep(
    import: ImportDetails,
    saved: Vec<SavedMapping>,
    typed: TypedValues,
    check: ServerAction<CheckImport>,
) -> impl IntoView {
    provide_context(typed);
    let problem = Signal::derive(move || check.value().get().and_then(Result::err));
    let id = import.summary.id.to_string();
    let mapping = import.mapping.clone();
    let (delimiter, encoding) = (mapping.delimiter.as_str(), mapping.encoding.as_str());
    view! {
        <ReadingCard id=import.summary.id delimiter encoding saved/>
        <Card title="What the columns mean">
            <ActionForm action=check>
                <ErrorSummary problem/>
                <Hidden name="id" value=id/>
                <Hidden name="mapping[delimiter]" value=delimiter/>
                <Hidden name="mapping[encoding]" value=encoding/>
                <div id="field-columns" tabindex="-1">
                    <ColumnTable import problem/>
                </div>
                <div class="form">
                    <Meaning mapping problem/>
                    <FormActions>
                        <SubmitButton label="Check the file" busy=check.pending()/>
                    </FormActions>
                </div>
            </ActionForm>
        </Card>
    }
}

/// Looks at the file in another way: a plain form that asks for this page again.
#[component]
fn ReadingCard(
    id: ImportId,
    delimiter: &'static str,
    encoding: &'static str,
    saved: Vec<SavedMapping>,
) -> impl IntoView {
    let action = format!("/imports/{id}");
    let saved = saved_choice(saved);
    view! {
        <Card title="How the file is read">
            <Form method="GET" action=action>
                <Hidden name="step" value="columns"/>
                <div class="form">
                    {saved}
                    <Select
                        name="delimiter"
                        label="Columns are separated by"
                        options=Delimiter::options()
                        value=delimiter
                        required=true
                    />
                    <Select
                        name="encoding"
                        label="Characters are encoded as"
                        options=Charset::options()
                        value=encoding
                        required=true
                    />
                    <FormActions>
                        <SubmitButton label="Read again" secondary=true/>
                    </FormActions>
                </div>
            </Form>
        </Card>
    }
}

/// Mappings to choose from, when there are any.
fn saved_choice(saved: Vec<SavedMapping>) -> Option<impl IntoView> {
    let names: Vec<(String, String)> = saved.into_iter().map(|one| (one.name.clone(), one.name)).collect();
    let chosen = use_query_map().with_untracked(|query| query.get("saved")).unwrap_or_default();
    let empty = "None: as chosen before or guessed";
    (!names.is_empty())
        .then(|| view! { <Select name="saved" label="Saved mapping" options=names value=chosen empty=empty/> })
}

/// A row for every column: its name with the choice of a meaning, and what stands in it.
#[component]
fn ColumnTable(import: ImportDetails, problem: Signal<Option<Problem>>) -> impl IntoView {
    let ImportDetails { headers, samples, mapping, .. } = import;
    let head = || {
        view! {
            <th scope="col">"Column, and what it means"</th>
            <th scope="col">"First rows"</th>
        }
    };
    let meanings = meanings(&headers, &mapping);
    let rows = headers
        .into_iter()
        .zip(meanings)
        .enumerate()
        .map(|(place, (column, meanings))| {
            let values: Vec<&str> =
                samples.iter().filter_map(|row| row.get(place)).map(String::as_str).filter(|v| !v.is_empty()).collect();
            let examples = values.join(" · ");
            view! {
                <tr>
                    <td data-label="Column">
                        <ColumnFields column meanings problem/>
                    </td>
                    <td data-label="First rows" class="muted">{examples}</td>
                </tr>
            }
        })
        .collect_view();
    view! { <DataTable caption="Columns of the file" head>{rows}</DataTable> }
}

/// What concerns the file as a whole.
#[component]
fn Meaning(mapping: Mapping, problem: Signal<Option<Problem>>) -> impl IntoView {
    let brings = brought_fields(&mapping);
    view! {
        <div class="form">
            {brings}
            <TextField
                name="mapping[source]"
                label="Where the customers come from"
                hint="One word for the other system, such as splynx. Rows that came from there before are recognised by it."
                value=mapping.source
                maxlength=50
                problem
            />
            <Select
                name="mapping[date_format]"
                label="How dates are written"
                options=DateFormat::options()
                value=mapping.date_format.as_str()
                required=true
                problem
            />
            <AsOfField day=mapping.as_of.unwrap_or_default() problem/>
            <RadioGroup
                name="mapping[on_bad_rows]"
                label="When rows are bad"
                options=OnBadRows::options()
                value=mapping.on_bad_rows.as_str()
                problem
            />
            <TextField
                name="save_as"
                label="Save this mapping as"
                hint="A name under which the next file of this kind is read the same way."
                maxlength=100
                problem
            />
        </div>
    }
}

/// The custom fields that the mapping brings along; nobody has to type them.
fn brought_fields(mapping: &Mapping) -> Option<impl IntoView + use<>> {
    let titles: Vec<&str> = mapping.custom_fields.iter().filter_map(|field| field.title.as_deref()).collect();
    let text = format!("Custom fields that are made if they do not exist: {}.", titles.join(", "));
    let json = serde_json::to_string(&mapping.custom_fields).unwrap_or_default();
    (!mapping.custom_fields.is_empty()).then(|| {
        view! {
            <p class="muted">{text}</p>
            <Hidden name="mapping[custom_fields]" value=json/>
        }
    })
}

/// The day that months and statuses are counted from.
#[component]
fn AsOfField(day: String, problem: Signal<Option<Problem>>) -> impl IntoView {
    view! {
        <TextField
            name="mapping[as_of]"
            label="The day the file tells of"
            hint="Months as a customer are counted back from it. Today when empty."
            kind="date"
            value=day
            problem
        />
    }
}
