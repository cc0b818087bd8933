//! Every plan of the search gives the same rows: walking, gathering, and in the order of a list.

use isp::customers::CustomerInput;
use isp::customers::labels::LabelInput;
use isp::customers::search::CustomerFilter;
use isp::shared::actor::Actor;
use isp::shared::id::{CustomerId, LabelId};

use crate::support::TestApp;

/// So many that the list walks, and few enough to be quick.
const CUSTOMERS: usize = 2_100;

/// Every customer wears the first label, every tenth the second, one the third.
async fn with_labels() -> (TestApp, [LabelId; 3]) {
    let app = TestApp::start().await;
    let actor = Actor::system("test");
    let customers = &app.services.customers;
    let inputs = (0..CUSTOMERS)
        .map(|i| CustomerInput {
            name: Some(format!("Name {:04}", (i * 7_919) % CUSTOMERS)),
            city: Some(["Oslo", "Bergen", "Tromsø"][i % 3].into()),
            ..CustomerInput::default()
        })
        .map(|input| customers.check_input(&input, None).unwrap())
        .collect();
    let mut tx = app.services.database.begin().await.unwrap();
    let created = customers.create_many(&mut tx, &actor, inputs).await.unwrap();
    let ids: Vec<CustomerId> = created.into_iter().map(|one| one.unwrap().id).collect();
    tx.commit().await.unwrap();
    let mut labels = Vec::new();
    for (name, every) in [("Common", 1), ("Tenth", 10), ("Single", CUSTOMERS)] {
        let input = LabelInput { name: Some(name.into()), ..LabelInput::default() };
        let label = customers.create_label(&actor, input).await.unwrap().id;
        let wearers: Vec<CustomerId> = ids.iter().copied().step_by(every).collect();
        let mut tx = app.services.database.begin().await.unwrap();
        for some in wearers.chunks(1_000) {
            customers.assign_step(&mut tx, &actor, label, some, None, None).await.unwrap();
        }
        tx.commit().await.unwrap();
        labels.push(label);
    }
    (app, [labels[0], labels[1], labels[2]])
}

async fn pages(app: &TestApp, filter: &CustomerFilter, by_cursor: bool) -> (Vec<CustomerId>, i64) {
    let actor = Actor::system("test");
    let mut filter = CustomerFilter { limit: Some(100), ..filter.clone() };
    let mut ids = Vec::new();
    loop {
        let page = app.services.customers.search(&actor, &filter).await.unwrap();
        ids.extend(page.customers.iter().map(|customer| customer.id));
        if !page.has_more {
            return (ids, page.total_count);
        }
        if by_cursor {
            filter.cursor = page.next_cursor;
        } else {
            filter.offset = Some(filter.offset.unwrap_or_default() + 100);
        }
    }
}

#[tokio::test]
async fn every_order_of_every_list_is_complete_and_the_same() {
    let (app, [common, tenth, single]) = with_labels().await;
    let labelled = |labels: &[LabelId]| CustomerFilter { labels: labels.to_vec(), ..CustomerFilter::default() };
    let any = |labels: &[LabelId]| CustomerFilter { labels_mode: Some("any".into()), ..labelled(labels) };
    let words = |text: &str, filter: CustomerFilter| CustomerFilter { query: Some(text.into()), ..filter };
    let oslo = |filter: CustomerFilter| CustomerFilter { city: vec!["oslo".into()], ..filter };
    let cases = [
        (labelled(&[common]), CUSTOMERS),
        (labelled(&[tenth]), CUSTOMERS / 10),
        (labelled(&[single]), 1),
        (labelled(&[common, tenth]), CUSTOMERS / 10),
        (any(&[common, tenth, single]), CUSTOMERS),
        (any(&[tenth, single]), CUSTOMERS / 10),
        (words("name", labelled(&[common])), CUSTOMERS),
        (words("name", labelled(&[tenth])), CUSTOMERS / 10),
        (words("na", labelled(&[common])), CUSTOMERS),
        (words("\"name 0000\"", labelled(&[common])), 1),
        (oslo(labelled(&[common])), CUSTOMERS / 3),
        (words("oslo", labelled(&[tenth])), CUSTOMERS / 30),
    ];
    for (filter, total) in cases {
        let mut all: Option<Vec<CustomerId>> = None;
        for sort in ["id", "-id", "name", "-city"] {
            let filter = CustomerFilter { sort: Some(sort.into()), ..filter.clone() };
            let (ids, count) = pages(&app, &filter, true).await;
            assert_eq!((ids.len(), usize::try_from(count).unwrap()), (total, total), "{filter:?}");
            assert_eq!(pages(&app, &filter, false).await, (ids.clone(), count), "{filter:?}");
            let mut sorted = ids;
            sorted.sort_unstable();
            assert_eq!(all.get_or_insert_with(|| sorted.clone()), &sorted, "{filter:?}");
        }
    }
}
