//! The page `/dev/ui`: every component in every tone and state, for the eye and for automatic checks.

use super::{
    Avatar, Badge, Banner, Breadcrumb, Card, Checkbox, Columns, ConfirmDialog, CopyButton, DataTable, DiffRow,
    DiffTable, Direction, EmptyState, ErrorSummary, Fact, Facts, FieldSet, Figure, Figures, FileField, FilterBar,
    FilterChip, FormActions, Hidden, Icon, IconName, Kbd, LabelChip, LinkButton, Menu, Page, Pager, Progress,
    RadioGroup, SearchBox, Select, Skeleton, SortHeader, Steps, SubmitButton, Tabs, TextArea, TextField, ThemeSwitch,
    Tone, When, format, use_toasts,
};
use crate::shared::problem::{FieldError, Problem};
use chrono::DateTime;
use leptos::prelude::*;

/// Every component of this room on one page.
#[component]
pub fn DevUiPage() -> impl IntoView {
    let tabs = vec![("#".to_owned(), "All".to_owned(), true), ("#forms".to_owned(), "Forms".to_owned(), false)];
    view! {
        <Page
            title="Components"
            intro="Every part pages are made of, in every tone and state."
            back=("/", "Start")
            badges=|| view! { <Badge tone=Tone::Info text="development"/> }
            actions=actions
        >
            <Tabs items=tabs/>
            <Columns>
                <FeedbackStory/>
                <DisplayStory/>
                <FormStory/>
                <ChoiceStory/>
            </Columns>
            <TableStory/>
            <StateStory/>
        </Page>
    }
    .into_any()
}

/// Buttons, a menu and a dialog.
fn actions() -> impl IntoView {
    view! {
        <LinkButton href="#forms" label="New thing" icon=IconName::Plus primary=true/>
        <LinkButton href="#" label="Export" icon=IconName::Download/>
        <Menu label="More actions" icon=IconName::More>
            <a class="menu-item" href="#"><Icon name=IconName::Edit/>"Edit"</a>
            <a class="menu-item" href="#"><Icon name=IconName::History/>"History"</a>
        </Menu>
        <ConfirmDialog
            id="confirm-delete"
            title="Delete Ana Souza and 3 sub-accounts?"
            trigger_label="Delete"
            tone=Tone::Danger
            icon=IconName::Trash
        >
            <p>"They can be restored for 30 days."</p>
            <FormActions><SubmitButton label="Delete 4 customers" danger=true/></FormActions>
        </ConfirmDialog>
    }
}

/// Tones of badges and banners, toasts, progress.
#[component]
fn FeedbackStory() -> impl IntoView {
    let badges = Tone::ALL.map(|tone| view! { <Badge tone text=tone.as_str()/> }).into_iter().collect_view();
    let banners = Tone::ALL.map(|tone| {
        view! {
            <Banner tone title=format!("A banner, {}", tone.as_str())>
                <p>"With a " <a href="#">"link"</a> "."</p>
            </Banner>
        }
    });
    let toasts = use_toasts();
    let undo = move |_| {
        if let Some(toasts) = toasts {
            toasts.undoable("Label removed", move || toasts.fail("Could not be undone"));
        }
    };
    view! {
        <Card title="Feedback" actions=|| view! { <ThemeSwitch/> }>
            <div class="cluster">
                {badges} <LabelChip name="VIP" colour="#b45309"/> <LabelChip name="Reseller" colour="#2563eb"/>
            </div>
            {banners.into_iter().collect_view()}
            <Progress done=640 total=1_000 label="Importing customers"/>
            <Skeleton/>
            <button class="button" type="button" on:click=undo>"Show a toast"</button>
        </Card>
    }
}

/// Facts, figures, differences, steps, a timeline.
#[component]
fn DisplayStory() -> impl IntoView {
    let steps = ["Upload", "Map", "Check", "Import"].map(str::to_owned).to_vec();
    let rows = vec![
        DiffRow { label: "Email".into(), before: "ana@example.org".into(), after: "ana@example.com".into() },
        DiffRow { label: "Phone".into(), before: String::new(), after: "+55 11 91234 5678".into() },
    ];
    view! {
        <Card title="Display">
            <Breadcrumb items=vec![("/customers", "Customers").into()] current="Ana Souza"/>
            <Figures>
                <Figure label="Customers" value=format::count(12_345) href="#" hint="+120 this month"/>
                <Figure label="Blocked" value="17"/>
            </Figures>
            <Facts>
                <Fact label="Email">"ana@example.org " <CopyButton text="ana@example.org" label="Copy email"/></Fact>
                <Fact label="Created"><When at=DateTime::UNIX_EPOCH/></Fact>
                <Fact label="Owner"><Avatar name="Rui Costa"/> " Rui Costa"</Fact>
                <Fact label="Keys"><Kbd key="g"/> " " <Kbd key="c"/></Fact>
            </Facts>
            <Steps items=steps current=1/>
            <DiffTable rows/>
            <ol class="timeline">
                <li class="timeline-item"><Icon name=IconName::Note/><p>"A note was written."</p></li>
                <li class="timeline-item"><Icon name=IconName::Pause/><p>"The customer was suspended."</p></li>
            </ol>
            <pre><code>"curl https://isp.example/api/v1/customers"</code></pre>
        </Card>
    }
}

/// A problem with two fields.
fn invalid() -> Problem {
    Problem::Invalid(vec![
        FieldError::new("email", "invalid", "This is not an email address."),
        FieldError::new("category", "required", "Choose a category."),
    ])
}

/// The rule of the name in the story.
fn not_empty(text: &str) -> Option<String> {
    text.trim().is_empty().then(|| "Enter a name.".to_owned())
}

/// Text fields with hints and errors.
#[component]
fn FormStory() -> impl IntoView {
    let problem = RwSignal::new(Some(invalid()));
    view! {
        <Card title="Forms">
            <form id="forms" class="form" method="get" action="/dev/ui">
                <ErrorSummary problem/>
                <FieldSet legend="Text" hint="Optional fields say so.">
                    <TextField name="name" label="Name" required=true check=not_empty autocomplete="off"/>
                    <TextField name="email" label="Email" kind="email" value="ana@" problem hint="Bills go here."/>
                    <TextField name="born" label="Birthday" kind="date"/>
                    <TextArea name="about" label="About" value="Two\nlines & <more>"/>
                    <FileField name="file" label="File" hint="CSV, at most 10 MB." accept=".csv"/>
                </FieldSet>
                <Hidden name="version" value="7"/>
                <FormActions>
                    <SubmitButton label="Save"/>
                    <SubmitButton label="Save and add another" secondary=true name="then" value="new"/>
                </FormActions>
            </form>
        </Card>
    }
}

/// The choices of the story.
fn options() -> Vec<(String, String)> {
    vec![("person".into(), "Person".into()), ("company".into(), "Company".into())]
}

/// Choices with hints and errors.
#[component]
fn ChoiceStory() -> impl IntoView {
    let problem = RwSignal::new(Some(invalid()));
    view! {
        <Card title="Choices">
            <form class="form" method="get" action="/dev/ui">
                <Select name="category" label="Category" options=options() empty="Choose…" problem required=true/>
                <RadioGroup name="kind" label="Kind" options=options() value="person" hint="It can be changed."/>
                <Checkbox name="paperless" label="Paperless" hint="Bills come by email only." checked=true/>
                <SubmitButton label="Saving" busy=true/>
            </form>
        </Card>
    }
}

/// A list with its tools.
#[component]
fn TableStory() -> impl IntoView {
    let head = || {
        view! {
            <SortHeader label="Name" href="#" direction=Some(Direction::Ascending)/>
            <SortHeader label="Balance" href="#" direction=None numeric=true/>
            <th scope="col">"Status"</th>
        }
    };
    let row = |name: &'static str, balance: &'static str, tone: Tone, status: &'static str| {
        view! {
            <tr>
                <td data-label="Name"><a href="#">{name}</a></td>
                <td data-label="Balance" class="numeric">{balance}</td>
                <td data-label="Status"><Badge tone text=status/></td>
            </tr>
        }
    };
    view! {
        <FilterBar>
            <SearchBox action="/dev/ui" label="Search customers" value="ana"/>
            <FilterChip label="Status: active" remove_href="#"/>
        </FilterBar>
        <DataTable caption="Customers" head>
            {row("Ana Souza", "1,200.00", Tone::Ok, "Active")}
            {row("Beta Networks Ltd", "−35.90", Tone::Warn, "Suspended")}
            {row("Carlos Lima", "0.00", Tone::Neutral, "Closed")}
        </DataTable>
        <Pager previous=None next=Some("#".to_owned()) summary="1–3 of 1,234 customers"/>
    }
}

/// What stands where nothing is.
#[component]
fn StateStory() -> impl IntoView {
    view! {
        <Columns aside=true>
            <Card>
                <EmptyState
                    icon=IconName::Customers
                    title="No customers yet"
                    text="Add the first one, or bring them from another system."
                    actions=|| view! { <LinkButton href="#" label="Add a customer" primary=true/> }
                />
            </Card>
            <Card>
                <EmptyState icon=IconName::Search title="Nothing matches" text="Clear the filters to see everything."/>
            </Card>
        </Columns>
    }
}
