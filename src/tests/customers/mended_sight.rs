//! What a narrow scope or a missing permission hides: it cannot be found out by asking around.

use isp::customers::hierarchy::MoveInput;
use isp::customers::labels::{AssignmentInput, LabelInput, Selection};
use isp::customers::search::{CustomerFilter, FieldCondition};
use isp::customers::{Customer, CustomerInput};
use isp::places::PartnerInput;
use isp::shared::actor::Actor;
use isp::shared::id::{CustomerId, LabelId, PartnerId};
use isp::shared::permission::{Permission, PermissionSet, Scope};
use isp::shared::problem::Problem;
use serde_json::json;

use crate::support::TestApp;

const FIRST: PartnerId = PartnerId(1);

fn system() -> Actor {
    Actor::system("test")
}

/// Somebody who may do everything but this.
fn without(permission: Permission) -> Actor {
    let permissions = PermissionSet::all().iter().filter(|one| *one != permission).collect();
    Actor { permissions, ..system() }
}

/// A second partner, and somebody who sees its customers only.
async fn second_partner(app: &TestApp) -> (PartnerId, Actor) {
    let input = PartnerInput { name: "North".into(), ..PartnerInput::default() };
    let id = app.services.places.create_partner(&system(), input).await.unwrap().id;
    (id, Actor { scope: Scope { partners: Some(vec![id]), locations: None }, ..system() })
}

async fn customer(app: &TestApp, name: &str, partner: PartnerId, parent_id: Option<CustomerId>) -> Customer {
    let input =
        CustomerInput { name: Some(name.into()), partner_id: Some(partner), parent_id, ..CustomerInput::default() };
    app.services.customers.create(&system(), input).await.unwrap()
}

async fn label(app: &TestApp, name: &str) -> LabelId {
    let input = LabelInput { name: Some(name.into()), ..LabelInput::default() };
    app.services.customers.create_label(&system(), input).await.unwrap().id
}

fn wearing(label: LabelId) -> AssignmentInput {
    AssignmentInput { label_id: Some(label), ..AssignmentInput::default() }
}

/// Names by id, or by another sort of the filter.
async fn found(app: &TestApp, actor: &Actor, filter: CustomerFilter) -> Vec<String> {
    let sort = filter.sort.clone().or_else(|| Some("id".into()));
    let page = app.services.customers.search(actor, &CustomerFilter { sort, ..filter }).await.unwrap();
    assert_eq!(page.total_count, i64::try_from(page.customers.len()).unwrap());
    page.customers.into_iter().map(|one| one.name).collect()
}

fn has_number(problem: &Problem) -> bool {
    problem.detail().contains(|character: char| character.is_ascii_digit())
}

#[tokio::test]
async fn without_the_permission_labels_are_neither_asked_for_nor_told() {
    let app = TestApp::start().await;
    let customers = &app.services.customers;
    let (vip, slow) = (label(&app, "VIP").await, label(&app, "Slow").await);
    let ana = customer(&app, "Ana", FIRST, None).await.id;
    customers.assign_label(&system(), ana, wearing(vip)).await.unwrap();
    let blind = without(Permission::LabelsRead);
    let refused = Problem::Forbidden { permission: "labels.read".into() };
    for mode in ["all", "any", "none"] {
        let labels_mode = Some(mode.to_owned());
        let filter = CustomerFilter { labels: vec![vip], labels_mode, ..CustomerFilter::default() };
        assert_eq!(customers.search(&blind, &filter).await.unwrap_err(), refused, "{mode}");
        assert_eq!(customers.facets(&blind, &filter).await.unwrap_err(), refused, "{mode}");
        assert_eq!(customers.find_all_ids(&blind, &filter, 10).await.unwrap_err(), refused, "{mode}");
        let selection = Selection { filter: Some(filter), ..Selection::default() };
        assert_eq!(customers.label_many(&blind, slow, false, &selection, None).await.unwrap_err(), refused, "{mode}");
    }
    assert_eq!(found(&app, &blind, CustomerFilter::default()).await, ["Ana"]);
    // Whoever puts one on or takes it off is shown that one alone.
    let worn = customers.assign_label(&blind, ana, wearing(slow)).await.unwrap();
    assert_eq!(worn.iter().map(|one| one.label.id).collect::<Vec<_>>(), [slow]);
    assert!(customers.remove_label(&blind, ana, slow, None).await.unwrap().is_empty());
    assert_eq!(customers.remove_label(&system(), ana, slow, None).await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_history_tells_of_labels_only_those_who_may_see_them() {
    let app = TestApp::start().await;
    let customers = &app.services.customers;
    let vip = label(&app, "VIP").await;
    let ana = customer(&app, "Ana", FIRST, None).await.id;
    customers.assign_label(&system(), ana, wearing(vip)).await.unwrap();
    let seen = customers.history(&system(), ana, None).await.unwrap();
    let actions: Vec<&str> = seen.iter().map(|entry| entry.action.as_str()).collect();
    assert_eq!(actions, ["label.assigned", "customer.created"]);
    let seen = customers.history(&without(Permission::LabelsRead), ana, None).await.unwrap();
    let actions: Vec<&str> = seen.iter().map(|entry| entry.action.as_str()).collect();
    assert_eq!(actions, ["customer.created"]);
}

#[tokio::test]
async fn children_outside_the_scope_are_no_children() {
    let app = TestApp::start().await;
    let (north, narrow) = second_partner(&app).await;
    let seen = customer(&app, "Seen", north, None).await;
    let alone = customer(&app, "Alone", north, None).await;
    customer(&app, "Own child", north, Some(seen.id)).await;
    customer(&app, "Foreign child", FIRST, Some(alone.id)).await;
    for sort in ["id", "name"] {
        let ask = |has_children: bool| CustomerFilter {
            has_children: Some(has_children),
            sort: Some(sort.into()),
            ..CustomerFilter::default()
        };
        assert_eq!(found(&app, &narrow, ask(true)).await, ["Seen"], "{sort}");
        assert_eq!(found(&app, &narrow, ask(false)).await, ["Alone", "Own child"], "{sort}");
        assert_eq!(found(&app, &system(), ask(true)).await.len(), 2, "{sort}");
    }
}

#[tokio::test]
async fn a_parent_outside_the_scope_is_neither_shown_nor_guessed() {
    let app = TestApp::start().await;
    let customers = &app.services.customers;
    let (north, narrow) = second_partner(&app).await;
    let main = customer(&app, "Main", FIRST, None).await.id;
    let sub = customer(&app, "Sub", north, Some(main)).await.id;
    customer(&app, "Site", north, Some(sub)).await;
    let of = |parent| CustomerFilter { parent_id: Some(parent), ..CustomerFilter::default() };
    assert!(found(&app, &narrow, of(main)).await.is_empty());
    assert_eq!(found(&app, &narrow, of(sub)).await, ["Site"]);
    assert_eq!(found(&app, &system(), of(main)).await, ["Sub"]);
    let facets = customers.facets(&narrow, &of(main)).await.unwrap();
    assert_eq!(facets.status.iter().map(|one| one.count).sum::<i64>(), 0);
    for (condition, names) in [
        (format!("parent_id:eq:{main}"), vec![]),
        (format!("parent_id:in:{main}|{sub}"), vec!["Site"]),
        (format!("parent_id:lte:{main}"), vec![]),
        (format!("parent_id:ne:{main}"), vec!["Sub", "Site"]),
    ] {
        let filters = vec![FieldCondition::parse(&condition)];
        let filter = CustomerFilter { filters, ..CustomerFilter::default() };
        assert_eq!(found(&app, &narrow, filter).await, names, "{condition}");
    }
    let by_id = CustomerFilter { sort: Some("id".into()), ..CustomerFilter::default() };
    let page = customers.search(&narrow, &by_id).await.unwrap();
    assert_eq!(page.customers.iter().map(|one| one.parent_id).collect::<Vec<_>>(), [None, Some(sub)]);
    let page = customers.search(&system(), &by_id).await.unwrap();
    assert_eq!(page.customers.iter().map(|one| one.parent_id).collect::<Vec<_>>(), [None, Some(main), Some(sub)]);
    let to = MoveInput { parent_id: Some(main), ..MoveInput::default() };
    let refused = customers.move_under(&narrow, sub, 1, &to).await.unwrap_err();
    assert_eq!(refused.errors()[0].code, "unknown");
}

#[tokio::test]
async fn how_many_hidden_customers_hang_below_is_not_said() {
    let app = TestApp::start().await;
    let customers = &app.services.customers;
    let (north, narrow) = second_partner(&app).await;
    let top = customer(&app, "Top", north, None).await.id;
    let child = customer(&app, "Child", north, Some(top)).await.id;
    for name in ["Hidden one", "Hidden two"] {
        customer(&app, name, FIRST, Some(child)).await;
    }
    for choice in [None, Some("promote"), Some("terminate")] {
        let refused = customers.delete(&narrow, child, 1, choice, None).await.unwrap_err();
        assert_eq!(refused.code(), "has_children");
        assert!(refused.detail().contains("outside what you may see") && !has_number(&refused), "{refused:?}");
    }
    // The one child is seen; what hangs below it is not.
    let refused = customers.delete(&narrow, top, 1, None, None).await.unwrap_err();
    assert!(refused.detail().starts_with("One customer hangs under it."), "{refused:?}");
    let refused = customers.delete(&narrow, top, 1, Some("terminate"), None).await.unwrap_err();
    assert!(refused.detail().contains("outside what you may see") && !has_number(&refused), "{refused:?}");
}

#[tokio::test]
async fn the_note_of_a_terminated_subtree_does_not_name_its_parent() {
    let app = TestApp::start().await;
    let ana = app.administrator().await;
    let top = customer(&app, "Top", FIRST, None).await;
    let child = customer(&app, "Child", FIRST, Some(top.id)).await.id;
    let change = json!({ "to": "terminated", "reason": "moved", "children": "terminate" });
    let answer = ana.post(&format!("/api/v1/customers/{}/status", top.id), &change).await;
    assert_eq!(answer.status(), 200, "{}", answer.text().await.unwrap());
    let history = ana.json(&format!("/api/v1/customers/{child}/status/history")).await.to_string();
    assert!(history.contains("Together with the account above it."), "{history}");
    assert!(!history.contains(&top.portal_id), "{history}");
}

#[tokio::test]
async fn a_label_in_use_counts_those_who_are_seen() {
    let app = TestApp::start().await;
    let customers = &app.services.customers;
    let (north, narrow) = second_partner(&app).await;
    let vip = label(&app, "VIP").await;
    for name in ["Hidden one", "Hidden two"] {
        let id = customer(&app, name, FIRST, None).await.id;
        customers.assign_label(&system(), id, wearing(vip)).await.unwrap();
    }
    let refused = customers.delete_label(&narrow, vip, 1).await.unwrap_err();
    assert_eq!(refused.code(), "label_in_use");
    assert!(refused.detail().starts_with("Customers that you may not see wear it."), "{refused:?}");
    assert!(!has_number(&refused), "{refused:?}");
    let seen = customer(&app, "Seen", north, None).await.id;
    customers.assign_label(&system(), seen, wearing(vip)).await.unwrap();
    let refused = customers.delete_label(&narrow, vip, 1).await.unwrap_err();
    assert!(refused.detail().contains(": 1, and others that you may not see."), "{refused:?}");
    let refused = customers.delete_label(&system(), vip, 1).await.unwrap_err();
    assert!(refused.detail().contains(": 3."), "{refused:?}");
}
