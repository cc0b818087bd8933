//! `/staff`: everybody who works with the product.

use leptos::html::Input;
use leptos::prelude::*;
use leptos_router::components::Form;

use super::filter::{PATH, StaffFilter, State, state_badge, use_staff_filter};
use super::parts::{role_ids, role_link};
use crate::app::use_session;
use crate::shared::id::RoleId;
use crate::shared::permission::{Permission, PermissionSet};
use crate::staff::{StaffMember, list_staff};
use crate::ui::{
    Banner, DataTable, EmptyState, FilterBar, Hidden, Icon, IconName, LinkButton, Page, ProblemPage, Skeleton, Tabs,
    Tone, When, format,
};

/// The list of staff.
#[component]
pub fn StaffListPage() -> impl IntoView {
    let permissions = use_session().permissions;
    let staff = Resource::new(|| (), |()| list_staff());
    let roles = role_ids(permissions);
    view! {
        <Suspense fallback=|| view! { <Skeleton lines=8/> }>
            {move || Suspend::new(async move {
                let roles = roles.await;
                match staff.await {
                    Ok(staff) => view! { <StaffList staff roles permissions/> }.into_any(),
                    Err(problem) => view! { <ProblemPage problem/> }.into_any(),
                }
            })}
        </Suspense>
    }
    .into_any()
}

#[component]
fn StaffList(staff: Vec<StaffMember>, roles: Vec<(String, RoleId)>, permissions: PermissionSet) -> impl IntoView {
    let may_invite = permissions.has(Permission::StaffManage);
    let filter = use_staff_filter();
    let staff = StoredValue::new(staff);
    let states = Signal::derive(move || staff.with_value(|staff| filter.with(|filter| states(staff, filter))));
    let results = move || staff.with_value(|staff| filter.with(|filter| results(staff, &roles, filter, may_invite)));
    let actions = move || {
        may_invite.then(|| view! { <LinkButton href="/staff/new" label="Invite" icon=IconName::Plus primary=true/> })
    };
    view! {
        <Page title="Staff" intro="Everybody who can sign in here." actions=actions>
            <FilterBar>
                <StaffSearch filter/>
            </FilterBar>
            <Tabs items=states label="States"/>
            {results}
        </Page>
    }
}

/// The search box: a plain GET form, so that the address holds what is looked for.
#[component]
fn StaffSearch(filter: Memo<StaffFilter>) -> impl IntoView {
    let node = NodeRef::<Input>::new();
    let text = Memo::new(move |_| filter.with(|filter| filter.text.clone()));
    // A link may have emptied it.
    Effect::new(move |before: Option<String>| {
        let text = text.get();
        if before.is_some_and(|before| before != text)
            && let Some(input) = node.get_untracked()
        {
            input.set_value(&text);
        }
        text
    });
    let kept = move || {
        let state = filter.with(|filter| filter.state)?;
        Some(view! { <Hidden name="state" value=state.as_str()/> })
    };
    view! {
        <div class="search-box" role="search" aria-label="Search staff">
            <Form method="GET" action=PATH>
                <Icon name=IconName::Search/>
                <input
                    class="input"
                    type="search"
                    name="q"
                    value=text.get_untracked()
                    maxlength="200"
                    placeholder="Search by name, e-mail or role"
                    aria-label="Search by name, e-mail or role"
                    autocomplete="off"
                    node_ref=node
                />
                {kept}
            </Form>
        </div>
    }
}

/// The states with how many are in each, as links.
fn states(staff: &[StaffMember], filter: &StaffFilter) -> Vec<(String, String, bool)> {
    let found: Vec<State> = staff.iter().filter(|member| filter.has_words_of(member)).map(State::of).collect();
    let link = |state: Option<State>| {
        let number = found.iter().filter(|one| state.is_none_or(|state| state == **one)).count();
        let label = state.map_or("Everybody", State::label);
        let href = StaffFilter { state, ..filter.clone() }.href();
        (href, format!("{label} ({number})"), state == filter.state)
    };
    [None].into_iter().chain(State::ALL.map(Some)).map(link).collect()
}

fn results(staff: &[StaffMember], roles: &[(String, RoleId)], filter: &StaffFilter, may_invite: bool) -> AnyView {
    let shown: Vec<&StaffMember> = staff.iter().filter(|member| filter.shows(member)).collect();
    if shown.is_empty() {
        return nobody(filter, may_invite);
    }
    let summary = format::plural(i64::try_from(shown.len()).unwrap_or_default(), "account", "accounts");
    let rows = shown.into_iter().map(|member| row(member, roles)).collect_view();
    let head = || {
        view! {
            <th scope="col">"Name"</th>
            <th scope="col">"E-mail"</th>
            <th scope="col">"Role"</th>
            <th scope="col">"State"</th>
            <th scope="col">"Second factor"</th>
            <th scope="col">"Last sign-in"</th>
        }
    };
    let alone = (staff.len() == 1 && may_invite).then(|| {
        view! {
            <Banner tone=Tone::Info title="You are the only one here">
                <p>"Invite those you work with; each gets an account and a role of their own."</p>
            </Banner>
        }
    });
    view! {
        {alone}
        <DataTable caption="Staff" head=head>
            {rows}
        </DataTable>
        <p class="muted">{summary}</p>
    }
    .into_any()
}

/// One account.
fn row(member: &StaffMember, roles: &[(String, RoleId)]) -> AnyView {
    let role = role_link(&member.role, member.role_name.clone(), roles);
    let last = match member.last_sign_in_at {
        Some(at) => view! { <When at/> }.into_any(),
        None => "Never".into_any(),
    };
    view! {
        <tr>
            <td data-label="Name">
                <div class="entry">
                    <a href=format!("/staff/{}", member.id)>{member.full_name.clone()}</a>
                    <span class="muted nowrap">{member.username.clone()}</span>
                </div>
            </td>
            <td data-label="E-mail">{member.email.clone()}</td>
            <td data-label="Role">{role}</td>
            <td data-label="State">{state_badge(State::of(member))}</td>
            <td data-label="Second factor">{if member.has_second_factor { "Yes" } else { "No" }}</td>
            <td data-label="Last sign-in" class="nowrap">{last}</td>
        </tr>
    }
    .into_any()
}

/// Why nobody is listed.
fn nobody(filter: &StaffFilter, may_invite: bool) -> AnyView {
    if filter.is_narrowed() {
        let actions = || view! { <LinkButton href=PATH label="Clear filters" primary=true/> };
        let text = "Check the spelling, try fewer words, or clear the filters.";
        return view! { <EmptyState icon=IconName::Search title="Nobody matches" text=text actions=actions/> }
            .into_any();
    }
    let actions =
        move || may_invite.then(|| view! { <LinkButton href="/staff/new" label="Invite somebody" primary=true/> });
    let text = "Whoever is invited gets a link by e-mail to choose a password.";
    view! { <EmptyState icon=IconName::User title="Nobody yet" text=text actions=actions/> }.into_any()
}
