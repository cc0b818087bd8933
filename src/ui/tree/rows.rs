//! The rows of a tree as they are drawn, level by level.

use leptos::attr::Attribute;
use leptos::attr::custom::custom_attribute;
use leptos::prelude::*;
use leptos::web_sys::{DragEvent, MouseEvent};

use super::super::{Badge, Icon, IconName};
use super::model::{DEEPEST, Stop, TreeItem, TreeLevel};
use super::{Trunk, tail_words};

/// Where a row stands.
#[derive(Clone, Copy)]
struct Spot {
    depth: usize,
    index: ReadSignal<usize>,
    size: Memo<i64>,
}

/// The rows below `parent`, of which there are `total` if that is known.
pub(super) fn level(trunk: Trunk, parent: i64, depth: usize, total: Option<i64>) -> AnyView {
    let forest = trunk.state.forest;
    let level = Memo::new(move |_| forest.with(|forest| forest.levels.get(&parent).cloned().unwrap_or_default()));
    let size = Memo::new(move |_| level.with(|level| level.size(total)));
    let has_tail = Memo::new(move |_| level.with(|level| level.tail().is_some()));
    view! {
        <ForEnumerate
            each=move || level.with(|level| level.items.clone())
            key=|item: &TreeItem| item.face()
            children=move |index, item| row(trunk, item, Spot { depth, index, size })
        />
        {move || has_tail.get().then(|| tail(trunk, parent, depth, level))}
    }
    .into_any()
}

/// A row with everything below it that is open.
fn row(trunk: Trunk, item: TreeItem, spot: Spot) -> AnyView {
    let (key, children, forest) = (item.key, item.children, trunk.state.forest);
    let may_open = children > 0 && spot.depth < DEEPEST;
    let open = Memo::new(move |_| may_open && forest.with(|forest| forest.open.contains(&key)));
    let below = move || {
        open.get().then(|| {
            let rows = level(trunk, key, spot.depth + 1, Some(children));
            view! { <ul role=move || trunk.once_alive("group")>{rows}</ul> }
        })
    };
    let is_target = move || trunk.state.target.get() == Some(key);
    let toggle = may_open.then(|| toggle(trunk, &item, open));
    view! {
        <li class="tree-item" role=move || trunk.once_alive("none")>
            <div
                class="tree-row"
                class:tree-target=is_target
                on:dragover=move |event: DragEvent| trunk.dragged_over(key, &event)
                on:dragleave=move |_| trunk.dragged_off(key)
                on:drop=move |event: DragEvent| trunk.dropped(key, &event)
            >
                {toggle}
                {link(trunk, item, spot, may_open.then_some(open))}
            </div>
            {below}
        </li>
    }
    .into_any()
}

/// What opens and closes a row: a link without JavaScript; with it the keys do the same, and readers pass it over.
fn toggle(trunk: Trunk, item: &TreeItem, open: Memo<bool>) -> AnyView {
    let (key, label) = (item.key, item.label.clone());
    let href = move || trunk.href(Some(key), None, Stop::Item(key));
    let on_click = move |event: MouseEvent| {
        if is_plain(&event) {
            event.prevent_default();
            trunk.toggle(key);
        }
    };
    view! {
        <a
            class="tree-toggle"
            class:tree-open=move || open.get()
            href=href
            tabindex=move || trunk.once_alive("-1")
            aria-hidden=move || trunk.once_alive("true")
            draggable="false"
            // The focus stays in the tree: this is hidden from readers.
            on:mousedown=move |event: MouseEvent| event.prevent_default()
            on:click=on_click
        >
            <Icon name=IconName::ChevronRight/>
            <span class="visually-hidden">{move || if open.get() { "Collapse " } else { "Expand " }} {label}</span>
        </a>
    }
    .into_any()
}

/// The row itself: it opens the record, takes the focus and can be dragged.
fn link(trunk: Trunk, item: TreeItem, spot: Spot, open: Option<Memo<bool>>) -> AnyView {
    let Spot { depth, index, size } = spot;
    let (stop, is_current) = (Stop::Item(item.key), trunk.current == Some(item.key));
    let dragged = (item.movable && trunk.on_drop.is_some()).then_some(item.key);
    let expanded = move || open.filter(|_| trunk.alive.get()).map(|open| open.get().to_string());
    let mark = (!item.mark.is_empty()).then(|| view! { <span class="tree-mark">{item.mark}</span> });
    let badge = item.badge.map(|(tone, text)| view! { <Badge tone=tone text=text/> });
    let note = (!item.note.is_empty()).then(|| view! { <span class="tree-note">{item.note}</span> });
    view! {
        <a
            class="tree-link"
            class:tree-leaf=open.is_none()
            id=stop.id()
            href=item.href
            role=move || trunk.once_alive("treeitem")
            tabindex=move || trunk.tab_index(stop)
            {..aria_level(trunk, depth)}
            aria-posinset=move || trunk.once_alive((index.get() + 1).to_string())
            aria-setsize=move || trunk.once_alive(size.get().to_string())
            aria-expanded=expanded
            aria-selected=move || trunk.once_alive(is_current.to_string())
            aria-current=is_current.then_some("true")
            on:focus=move |_| trunk.state.focused.set(Some(stop))
            on:dragstart=move |_| trunk.state.dragged.set(dragged)
            on:dragend=move |_| trunk.drag_ends()
        >
            <span class="tree-label">{item.label}</span>
            " "
            {mark}
            " "
            {badge}
            " "
            {note}
        </a>
    }
    .into_any()
}

/// The end of a level that is not complete: shows more, waits, or tries again.
fn tail(trunk: Trunk, parent: i64, depth: usize, level: Memo<TreeLevel>) -> AnyView {
    let stop = Stop::Tail(parent);
    let failed = move || level.with(|level| level.failure.is_some());
    let words = move || tail_words(level.with(TreeLevel::tail).as_ref());
    // A level that failed is asked for again by the same address.
    let href = move || trunk.href(None, (!failed()).then_some(parent), stop);
    let on_click = move |event: MouseEvent| {
        if is_plain(&event) {
            event.prevent_default();
            trunk.ask(parent);
        }
    };
    view! {
        <li class="tree-item" role=move || trunk.once_alive("none")>
            <div class="tree-row">
                <a
                    class="tree-link tree-tail"
                    class:tree-failed=failed
                    id=stop.id()
                    href=href
                    role=move || trunk.once_alive("treeitem")
                    tabindex=move || trunk.tab_index(stop)
                    {..aria_level(trunk, depth)}
                    aria-busy=move || level.with(|level| level.loading).then_some("true")
                    draggable="false"
                    on:click=on_click
                    on:focus=move |_| trunk.state.focused.set(Some(stop))
                >
                    {words}
                </a>
            </div>
        </li>
    }
    .into_any()
}

/// How deep a row stands; the macro knows no such attribute.
fn aria_level(trunk: Trunk, depth: usize) -> impl Attribute {
    custom_attribute("aria-level", move || trunk.once_alive(depth.to_string()))
}

/// A click of the main button alone: the others mean another tab or window, and the browser's way.
fn is_plain(event: &MouseEvent) -> bool {
    event.button() == 0 && !(event.ctrl_key() || event.meta_key() || event.shift_key() || event.alt_key())
}
