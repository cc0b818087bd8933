//! The frame around every page: skip link, navigation, top bar, main part, footer.

use super::{Icon, IconName};
use leptos::html::Nav;
use leptos::prelude::*;
use leptos_meta::Title;

/// A line of the navigation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NavItem {
    /// Where it leads.
    pub href: String,
    /// What it says.
    pub label: String,
    /// The icon before the label.
    pub icon: IconName,
    /// Whether the page belongs to it.
    pub current: bool,
}

/// The frame of a signed-in page. Below 1024 px the navigation is a popover, so it opens without JavaScript.
#[component]
pub fn Shell(
    /// The name of the product or of the operator.
    #[prop(into)]
    brand: String,
    /// The navigation.
    #[prop(into)]
    nav: Signal<Vec<NavItem>>,
    /// More navigation under its own heading, like the administration.
    #[prop(optional, into)]
    more: Signal<Vec<NavItem>>,
    /// The heading of `more`.
    #[prop(default = "Administration".to_owned(), into)]
    more_label: String,
    /// The menu of the person who is signed in.
    #[prop(optional, into)]
    user: Option<ViewFnOnce>,
    /// The search box.
    #[prop(optional, into)]
    search: Option<ViewFnOnce>,
    /// A notice for the whole product above the page: impersonation, demo data.
    #[prop(optional, into)]
    notice: Option<ViewFnOnce>,
    /// The foot of the page.
    #[prop(optional, into)]
    footer: Option<ViewFnOnce>,
    children: Children,
) -> impl IntoView {
    view! {
        <SkipLink/>
        <div class="shell">
            <Sidebar brand=brand nav=nav more=more more_label=more_label/>
            <div class="shell-body">
                <header class="topbar">
                    <button class="icon-button menu-button" type="button" popovertarget="sidebar" aria-label="Menu">
                        <Icon name=IconName::Menu/>
                    </button>
                    <div class="topbar-search">{search.map(ViewFnOnce::run)}</div>
                    <div class="topbar-user">{user.map(ViewFnOnce::run)}</div>
                </header>
                {notice.map(ViewFnOnce::run)}
                <main id="main" class="main" tabindex="-1">
                    {children()}
                </main>
                <footer class="footer">{footer.map(ViewFnOnce::run)}</footer>
            </div>
        </div>
    }
}

/// Jumps over the navigation; the first stop of the Tab key.
#[component]
fn SkipLink() -> impl IntoView {
    // Left to the browser, which moves the focus.
    view! { <a class="skip-link" href="#main" rel="external">"Skip to content"</a> }
}

/// The navigation at the side.
#[component]
fn Sidebar(brand: String, nav: Signal<Vec<NavItem>>, more: Signal<Vec<NavItem>>, more_label: String) -> impl IntoView {
    let node = NodeRef::<Nav>::new();
    let close = move |_| {
        if let Some(sidebar) = node.get_untracked() {
            let _ = sidebar.hide_popover();
        }
    };
    view! {
        <nav id="sidebar" class="sidebar" popover="auto" aria-label="Main" node_ref=node on:click=close>
            <div class="sidebar-head">
                <a class="brand" href="/">
                    <img src="/favicon.svg" alt="" width="24" height="24"/>
                    <span>{brand}</span>
                </a>
                <button
                    class="icon-button menu-button"
                    type="button"
                    popovertarget="sidebar"
                    popovertargetaction="hide"
                    aria-label="Close menu"
                >
                    <Icon name=IconName::Cross/>
                </button>
            </div>
            <ul class="nav">{move || nav_items(nav.get())}</ul>
            {move || {
                let label = more_label.clone();
                more.with(|items| !items.is_empty()).then(|| view! { <p class="nav-heading">{label}</p> })
            }}
            <ul class="nav">{move || nav_items(more.get())}</ul>
        </nav>
    }
}

/// The lines of a navigation.
fn nav_items(items: Vec<NavItem>) -> impl IntoView {
    items
        .into_iter()
        .map(|item| {
            view! {
                <li>
                    <a class="nav-link" href=item.href aria-current=item.current.then_some("page")>
                        <Icon name=item.icon/>
                        <span>{item.label}</span>
                    </a>
                </li>
            }
        })
        .collect_view()
}

/// The frame of a page outside the navigation: sign-in, invitation, set-up.
#[component]
pub fn PublicCard(
    /// The title of the page.
    #[prop(into)]
    title: String,
    /// A sentence below the title.
    #[prop(optional, into)]
    intro: Option<String>,
    /// The name of the product or of the operator.
    #[prop(default = "ISP Framework".to_owned(), into)]
    brand: String,
    /// What stands below the card.
    #[prop(optional, into)]
    footer: Option<ViewFnOnce>,
    children: Children,
) -> impl IntoView {
    view! {
        <Title text=title.clone()/>
        <main id="main" class="public">
            <p class="brand">
                <img src="/favicon.svg" alt="" width="28" height="28"/>
                <span>{brand}</span>
            </p>
            <div class="card public-card">
                <header class="public-head">
                    <h1>{title}</h1>
                    {intro.map(|intro| view! { <p class="muted">{intro}</p> })}
                </header>
                {children()}
            </div>
            {footer.map(|footer| view! { <div class="public-foot">{footer.run()}</div> })}
        </main>
    }
}
