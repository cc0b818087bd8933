//! The app: every route of the site in one table, and the frame that staff pages share.

use leptos::prelude::*;
use leptos_meta::{Title, provide_meta_context};
use leptos_router::components::{Outlet, ParentRoute, Redirect, Route, Router, Routes};
use leptos_router::hooks::use_location;
use leptos_router::{SsrMode, path};
use serde::{Deserialize, Serialize};

use crate::auth::SessionInfo;
use crate::auth::pages::{
    ApiAccessPage, AuthEventsPage, ChoosePasswordPage, CodePage, ForgotPasswordPage, LoginPage, SecondFactorPage,
    SessionsPage, SetUpPage,
};
use crate::customers::contacts::pages::CustomerContactsPage;
use crate::customers::custom_fields::pages::{CustomFieldListPage, CustomFieldPage, NewCustomFieldPage};
use crate::customers::hierarchy::pages::{CustomerHierarchyPage, HierarchyPage};
use crate::customers::labels::pages::LabelListPage;
use crate::customers::pages::{
    CustomerHistoryPage, CustomerListPage, CustomerPage, CustomerTrashPage, EditCustomerPage, NewCustomerPage,
};
use crate::customers::status::pages::{StatusActionPage, StatusPage};
use crate::oauth::pages::{ClientListPage, ClientPage, ConsentPage, NewClientPage};
use crate::places::pages::{LocationsPage, PartnersPage};
use crate::shared::permission::{Permission, PermissionSet};
use crate::shared::problem::Problem;
use crate::staff::pages::{
    AccountPage, InviteStaffPage, NewRolePage, RoleListPage, RolePage, StaffListPage, StaffPage,
};
use crate::transfer::pages::{ImportPage, ImportStartPage};
use crate::ui::{
    Avatar, BaseUrl, DevUiPage, IconName, Menu, NavItem, ProblemPage, SearchBox, Shell, ThemeSwitch, ToastArea,
    provide_toasts,
};

/// The whole site.
#[component]
pub fn App() -> impl IntoView {
    provide_meta_context();
    provide_toasts();
    provide_context(SharedValue::new(|| use_context::<PageCaller>().unwrap_or_default()).into_inner());
    provide_context(SharedValue::new(|| use_context::<BaseUrl>().unwrap_or_default()).into_inner());
    view! {
        <Title formatter=window_title />
        <Router>
            <Routes fallback=|| view! { <main class="main" id="main"><ProblemPage problem=Problem::not_found("page") /></main> }>
                <Route path=path!("/login") view=LoginPage ssr=SsrMode::Async />
                <Route path=path!("/login/code") view=CodePage ssr=SsrMode::Async />
                <Route path=path!("/forgot-password") view=ForgotPasswordPage ssr=SsrMode::Async />
                <Route path=path!("/choose-password") view=ChoosePasswordPage ssr=SsrMode::Async />
                <Route path=path!("/oauth/consent") view=ConsentPage ssr=SsrMode::Async />
                <Route path=path!("/setup") view=SetUpPage ssr=SsrMode::Async />
                <Route path=path!("/dev/ui") view=StoryPage ssr=SsrMode::Async />
                <ParentRoute path=path!("") view=StaffFrame ssr=SsrMode::Async>
                    <Route path=path!("/customers") view=CustomerListPage ssr=SsrMode::Async />
                    <Route path=path!("/customers/new") view=NewCustomerPage ssr=SsrMode::Async />
                    <Route path=path!("/customers/trash") view=CustomerTrashPage ssr=SsrMode::Async />
                    <Route path=path!("/customers/import") view=ImportStartPage ssr=SsrMode::Async />
                    <Route path=path!("/imports/:id") view=ImportPage ssr=SsrMode::Async />
                    <Route path=path!("/customers/:id") view=CustomerPage ssr=SsrMode::Async />
                    <Route path=path!("/customers/:id/edit") view=EditCustomerPage ssr=SsrMode::Async />
                    <Route path=path!("/customers/:id/history") view=CustomerHistoryPage ssr=SsrMode::Async />
                    <Route path=path!("/customers/:id/contacts") view=CustomerContactsPage ssr=SsrMode::Async />
                    <Route path=path!("/customers/:id/hierarchy") view=CustomerHierarchyPage ssr=SsrMode::Async />
                    <Route path=path!("/customers/:id/status") view=StatusPage ssr=SsrMode::Async />
                    <Route path=path!("/customers/:id/status/:action") view=StatusActionPage ssr=SsrMode::Async />
                    <Route path=path!("/hierarchy") view=HierarchyPage ssr=SsrMode::Async />
                    <Route path=path!("/labels") view=LabelListPage ssr=SsrMode::Async />
                    <Route path=path!("/admin/partners") view=PartnersPage ssr=SsrMode::Async />
                    <Route path=path!("/admin/locations") view=LocationsPage ssr=SsrMode::Async />
                    <Route path=path!("/admin/custom-fields") view=CustomFieldListPage ssr=SsrMode::Async />
                    <Route path=path!("/admin/custom-fields/new") view=NewCustomFieldPage ssr=SsrMode::Async />
                    <Route path=path!("/admin/custom-fields/:id") view=CustomFieldPage ssr=SsrMode::Async />
                    <Route path=path!("/account") view=AccountPage ssr=SsrMode::Async />
                    <Route path=path!("/account/second-factor") view=SecondFactorPage ssr=SsrMode::Async />
                    <Route path=path!("/account/sessions") view=SessionsPage ssr=SsrMode::Async />
                    <Route path=path!("/account/api") view=ApiAccessPage ssr=SsrMode::Async />
                    <Route path=path!("/authentication-events") view=AuthEventsPage ssr=SsrMode::Async />
                    <Route path=path!("/staff") view=StaffListPage ssr=SsrMode::Async />
                    <Route path=path!("/staff/new") view=InviteStaffPage ssr=SsrMode::Async />
                    <Route path=path!("/staff/:id") view=StaffPage ssr=SsrMode::Async />
                    <Route path=path!("/roles") view=RoleListPage ssr=SsrMode::Async />
                    <Route path=path!("/roles/new") view=NewRolePage ssr=SsrMode::Async />
                    <Route path=path!("/roles/:id") view=RolePage ssr=SsrMode::Async />
                    <Route path=path!("/api-clients") view=ClientListPage ssr=SsrMode::Async />
                    <Route path=path!("/api-clients/new") view=NewClientPage ssr=SsrMode::Async />
                    <Route path=path!("/api-clients/:id") view=ClientPage ssr=SsrMode::Async />
                </ParentRoute>
            </Routes>
        </Router>
        <ToastArea />
    }
}

/// The title of the window. Leptos writes it into the document unescaped, so that a customer's name
/// could end the element: the one character that can do it is replaced by its look-alike.
fn window_title(title: String) -> String {
    match title.replace('<', "‹") {
        title if title.is_empty() => "ISP Framework".to_owned(),
        title => format!("{title} · ISP Framework"),
    }
}

/// The component catalogue, in debug builds only.
#[component]
fn StoryPage() -> impl IntoView {
    if cfg!(debug_assertions) {
        view! { <main class="main" id="main"><DevUiPage /></main> }.into_any()
    } else {
        view! { <main class="main" id="main"><ProblemPage problem=Problem::not_found("page") /></main> }.into_any()
    }
}

/// The caller of a page, as the server found them before the page is rendered; the browser takes over
/// what the server knew. Signing in and out load a fresh document, so it never changes in between.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PageCaller(pub Option<SessionInfo>);

/// Who is signed in; known on every page inside the staff frame.
pub fn use_session() -> SessionInfo {
    use_context::<PageCaller>().and_then(|caller| caller.0).unwrap_or_default()
}

/// The frame of staff pages; without a sign-in it leads to the sign-in page. Nothing here waits: a page
/// inside a `Suspense` would be built once for every resource it waits for.
#[component]
fn StaffFrame() -> impl IntoView {
    match use_context::<PageCaller>().and_then(|caller| caller.0) {
        Some(info) => view! { <SignedInFrame info /> }.into_any(),
        None => view! { <ToSignIn /> }.into_any(),
    }
}

#[component]
fn ToSignIn() -> impl IntoView {
    let location = use_location();
    let wanted = format!("{}{}", location.pathname.get_untracked(), location.search.get_untracked());
    let next = leptos_router::location::Url::escape(&wanted);
    view! { <Redirect path=format!("/login?next={next}") /> }
}

#[component]
fn SignedInFrame(info: SessionInfo) -> impl IntoView {
    let pathname = use_location().pathname;
    let may = info.permissions;
    let nav = Signal::derive(move || pathname.with(|path| nav_of(&WORK, path, may)));
    let more = Signal::derive(move || pathname.with(|path| nav_of(&ADMINISTRATION, path, may)));
    let name = info.name.clone();
    view! {
        <Shell
            brand="ISP Framework"
            nav=nav
            more=more
            search=|| view! { <SearchBox action="/customers" label="Search all customers" /> }
            user=move || view! { <UserMenu name=name.clone() username=info.username.clone() /> }
            footer=|| view! {
                <span>"ISP Framework " {env!("CARGO_PKG_VERSION")}</span>
                <a href="/api/docs/" rel="external">"API documentation"</a>
            }
        >
            <Outlet />
        </Shell>
    }
}

/// A line of the navigation: what it needs, where it leads, what it says, and the addresses that belong to it.
type NavLine = (Permission, &'static str, &'static str, IconName, &'static [&'static str]);

const WORK: [NavLine; 5] = [
    (Permission::CustomersRead, "/customers", "Customers", IconName::Customers, &["/customers"]),
    (Permission::CustomersRead, "/hierarchy", "Hierarchy", IconName::Tree, &["/hierarchy"]),
    (Permission::LabelsRead, "/labels", "Labels", IconName::Tag, &["/labels"]),
    (Permission::CustomersImport, "/customers/import", "Import", IconName::Import, &["/customers/import", "/imports"]),
    (Permission::CustomersRead, "/customers/trash", "Trash", IconName::Trash, &["/customers/trash"]),
];

const ADMINISTRATION: [NavLine; 7] = [
    (Permission::StaffRead, "/staff", "Staff", IconName::User, &["/staff"]),
    (Permission::RolesRead, "/roles", "Roles", IconName::Shield, &["/roles"]),
    (Permission::ClientsRead, "/api-clients", "API clients", IconName::Key, &["/api-clients"]),
    (Permission::PartnersManage, "/admin/partners", "Partners", IconName::Building, &["/admin/partners"]),
    (Permission::LocationsManage, "/admin/locations", "Locations", IconName::MapPin, &["/admin/locations"]),
    (
        Permission::CustomFieldsManage,
        "/admin/custom-fields",
        "Custom fields",
        IconName::Edit,
        &["/admin/custom-fields"],
    ),
    (Permission::AuditRead, "/authentication-events", "Sign-ins", IconName::History, &["/authentication-events"]),
];

/// The lines that this person may follow; of several that fit the address the longest is the current one.
fn nav_of(lines: &[NavLine], path: &str, may: PermissionSet) -> Vec<NavItem> {
    let fit = |belongs: &[&str]| {
        let fitting = belongs
            .iter()
            .filter(|prefix| path.strip_prefix(**prefix).is_some_and(|rest| rest.is_empty() || rest.starts_with('/')));
        fitting.map(|prefix| prefix.len()).max().unwrap_or_default()
    };
    let best = lines.iter().map(|line| fit(line.4)).max().unwrap_or_default();
    let allowed = lines.iter().filter(|(permission, ..)| may.has(*permission));
    allowed
        .map(|(_, href, label, icon, belongs)| NavItem {
            href: (*href).to_owned(),
            label: (*label).to_owned(),
            icon: *icon,
            current: best > 0 && fit(belongs) == best,
        })
        .collect()
}

#[component]
fn UserMenu(name: String, username: String) -> impl IntoView {
    view! {
        <Avatar name=name.clone() />
        <Menu label=name>
            <p class="muted">"Signed in as " {username}</p>
            <a href="/account" class="menu-item">"Your account"</a>
            <ThemeSwitch />
            // A plain form: leaving wants a fresh page.
            <form method="post" action="/api/fn/auth/sign-out">
                <button type="submit" class="menu-item">"Sign out"</button>
            </form>
        </Menu>
    }
}
