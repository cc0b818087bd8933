//! The parts of a page: its head, cards, tabs, facts, figures and steps.

use super::{Icon, IconName};
use leptos::prelude::*;
use leptos_meta::Title;

/// An address with its words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PageLink {
    /// Where it leads.
    pub href: String,
    /// What it says.
    pub label: String,
}

impl<H: Into<String>, L: Into<String>> From<(H, L)> for PageLink {
    fn from((href, label): (H, L)) -> Self {
        Self { href: href.into(), label: label.into() }
    }
}

/// A page: sets the title of the window and writes the heading.
#[component]
pub fn Page(
    /// The heading, also the title of the window. A plain value: the window's title is read when the
    /// page's signals are gone already.
    #[prop(into)]
    title: String,
    /// A sentence below the heading.
    #[prop(optional, into)]
    intro: Option<String>,
    /// Badges beside the heading.
    #[prop(optional, into)]
    badges: Option<ViewFnOnce>,
    /// What can be done with the whole page.
    #[prop(optional, into)]
    actions: Option<ViewFnOnce>,
    /// The page above this one: `("/customers", "Customers")`.
    #[prop(optional, into)]
    back: Option<PageLink>,
    children: Children,
) -> impl IntoView {
    view! {
        <Title text=title.clone()/>
        <header class="page-head">
            {back.map(|back| {
                view! {
                    <a class="back" href=back.href>
                        <Icon name=IconName::ArrowLeft/>
                        <span>{back.label}</span>
                    </a>
                }
            })}
            <div class="page-title">
                <h1>{title}</h1>
                {badges.map(ViewFnOnce::run)}
            </div>
            {intro.map(|intro| view! { <p class="muted">{intro}</p> })}
            {actions.map(|actions| view! { <div class="page-actions">{actions.run()}</div> })}
        </header>
        <div class="page-body">{children()}</div>
    }
}

/// A surface for one matter.
#[component]
pub fn Card(
    /// Its heading.
    #[prop(optional, into)]
    title: Option<String>,
    /// What can be done with it.
    #[prop(optional, into)]
    actions: Option<ViewFnOnce>,
    children: Children,
) -> impl IntoView {
    let head = (title.is_some() || actions.is_some()).then(|| {
        view! {
            <header class="card-head">
                {title.map(|title| view! { <h2>{title}</h2> })}
                {actions.map(|actions| view! { <div class="card-actions">{actions.run()}</div> })}
            </header>
        }
    });
    view! {
        <section class="card">
            {head}
            <div class="card-body">{children()}</div>
        </section>
    }
}

/// The parts of a record as links; each tab has its own address.
#[component]
pub fn Tabs(
    /// Address, label, and whether it is this one.
    #[prop(into)]
    items: Signal<Vec<(String, String, bool)>>,
    /// What the tabs are parts of.
    #[prop(default = "Sections".to_owned(), into)]
    label: String,
) -> impl IntoView {
    view! {
        <nav class="tabs" aria-label=label>
            {move || {
                items
                    .get()
                    .into_iter()
                    .map(|(href, label, current)| {
                        view! { <a class="tab" href=href aria-current=current.then_some("page")>{label}</a> }
                    })
                    .collect_view()
            }}
        </nav>
    }
}

/// The chain of records above this one.
#[component]
pub fn Breadcrumb(
    /// The records above, from the top.
    items: Vec<PageLink>,
    /// This record.
    #[prop(into)]
    current: String,
) -> impl IntoView {
    let links = items.into_iter().map(|item| view! { <li><a href=item.href>{item.label}</a></li> }).collect_view();
    view! {
        <nav class="breadcrumb" aria-label="Breadcrumb">
            <ol>
                {links}
                <li aria-current="page">{current}</li>
            </ol>
        </nav>
    }
}

/// A list of facts about a record.
#[component]
pub fn Facts(children: Children) -> impl IntoView {
    view! { <dl class="facts">{children()}</dl> }
}

/// One fact: its name and whatever shows it.
#[component]
pub fn Fact(
    /// The name of the fact.
    #[prop(into)]
    label: String,
    children: Children,
) -> impl IntoView {
    view! {
        <div class="fact">
            <dt>{label}</dt>
            <dd>{children()}</dd>
        </div>
    }
}

/// Cards side by side where there is room.
#[component]
pub fn Columns(
    /// Whether the second column is only an aside.
    #[prop(optional)]
    aside: bool,
    children: Children,
) -> impl IntoView {
    let class = if aside { "columns columns-aside" } else { "columns" };
    view! { <div class=class>{children()}</div> }
}

/// Key figures in a row.
#[component]
pub fn Figures(children: Children) -> impl IntoView {
    view! { <dl class="figures">{children()}</dl> }
}

/// One key figure; with an address it leads to the list behind it.
#[component]
pub fn Figure(
    /// What is counted.
    #[prop(into)]
    label: String,
    /// The number, already written out.
    #[prop(into)]
    value: String,
    /// The list behind it.
    #[prop(optional, into)]
    href: Option<String>,
    /// A comparison or a period.
    #[prop(optional, into)]
    hint: Option<String>,
) -> impl IntoView {
    let value = match href {
        Some(href) => view! { <a href=href>{value}</a> }.into_any(),
        None => value.into_any(),
    };
    view! {
        <div class="figure">
            <dt>{label}</dt>
            <dd>
                <span class="figure-value">{value}</span>
                {hint.map(|hint| view! { <span class="figure-hint">{hint}</span> })}
            </dd>
        </div>
    }
}

/// The steps of a wizard.
#[component]
pub fn Steps(
    /// The names of the steps.
    items: Vec<String>,
    /// The position of the step that is open, from 0.
    current: usize,
) -> impl IntoView {
    let items = items
        .into_iter()
        .enumerate()
        .map(|(index, label)| {
            let class = if index < current { "step step-done" } else { "step" };
            let mark = if index < current {
                view! { <Icon name=IconName::Check/> }.into_any()
            } else {
                (index + 1).to_string().into_any()
            };
            view! {
                <li class=class aria-current=(index == current).then_some("step")>
                    <span class="step-mark">{mark}</span>
                    <span>{label}</span>
                    {(index < current).then(|| view! { <span class="visually-hidden">" (done)"</span> })}
                </li>
            }
        })
        .collect_view();
    view! { <ol class="steps">{items}</ol> }
}
