//! Who looks: members of staff with a cookie and API clients with a token, one of each for every scope.

use isp::oauth::ClientInput;
use isp::shared::actor::Actor;
use isp::shared::id::{LocationId, PartnerId};
use isp::shared::permission::ScopeInput;
use reqwest::multipart::{Form, Part};
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};

use super::sight::{Limits, Sight};
use super::views::View;
use super::world::{Import, World};
use crate::support::{PASSWORD, Person, TestApp};

/// Every kind of scope there is.
const SCOPES: [Limits; 6] = [
    Limits { name: "all", partners: None, locations: None },
    Limits { name: "partner 1", partners: Some(&[1]), locations: None },
    Limits { name: "partners 2 and 3", partners: Some(&[2, 3]), locations: None },
    Limits { name: "location 1", partners: None, locations: Some(&[1]) },
    Limits { name: "partner 1 at location 2", partners: Some(&[1]), locations: Some(&[2]) },
    Limits { name: "nothing", partners: Some(&[]), locations: Some(&[]) },
];

/// What the views ask for.
const PERMISSIONS: [&str; 7] = [
    "customers.read",
    "customers.create",
    "customers.import",
    "customers.move",
    "customers.cross_partner",
    "labels.read",
    "labels.assign",
];

/// Somebody with a scope.
pub(super) struct Caller {
    name: String,
    http: Person,
    /// Without one the cookie speaks.
    token: Option<String>,
    limits: Limits,
}

/// Everybody who looks.
pub(super) async fn callers(app: &TestApp) -> Vec<Caller> {
    let mut callers = Vec::new();
    for (number, limits) in SCOPES.into_iter().enumerate() {
        callers.push(staff(app, number, limits).await);
        callers.push(client(app, limits).await);
    }
    callers
}

async fn staff(app: &TestApp, number: usize, limits: Limits) -> Caller {
    let username = format!("looker.{number}");
    app.create_staff(&username, "super-administrator").await;
    let column = |ids: Option<&[i64]>| ids.map(|ids| json!(ids).to_string());
    let mut tx = app.services.database.begin().await.unwrap();
    let update = tx.query("UPDATE staff SET scope_partners = $2, scope_locations = $3 WHERE username = $1");
    let update = update.bind(username.as_str()).bind(column(limits.partners)).bind(column(limits.locations));
    assert_eq!(update.execute().await.unwrap(), 1);
    tx.commit().await.unwrap();
    let http = app.visitor();
    assert_eq!(http.sign_in(&username, PASSWORD).await.status(), 200);
    Caller { name: format!("staff, {}", limits.name), http, token: None, limits }
}

async fn client(app: &TestApp, limits: Limits) -> Caller {
    let partners = limits.partners.unwrap_or_default().iter().copied().map(PartnerId).collect();
    let locations = limits.locations.unwrap_or_default().iter().copied().map(LocationId).collect();
    let (all_partners, all_locations) = (limits.partners.is_none(), limits.locations.is_none());
    let input = ClientInput {
        name: format!("Client, {}", limits.name),
        is_confidential: true,
        grants: vec!["client_credentials".into()],
        scopes: PERMISSIONS.map(str::to_owned).to_vec(),
        scope: ScopeInput { all_partners, partners, all_locations, locations },
        ..ClientInput::default()
    };
    let made = app.services.oauth.create(&Actor::system("test"), input).await.unwrap();
    let http = app.visitor();
    let request = http.request(Method::POST, "/oauth/token").basic_auth(&made.client_id, made.client_secret.as_deref());
    let response = request.form(&[("grant_type", "client_credentials")]).send().await.unwrap();
    assert_eq!(response.status(), 200);
    let tokens: Value = response.json().await.unwrap();
    let token = tokens["access_token"].as_str().unwrap().to_owned();
    Caller { name: format!("client, {}", limits.name), http, token: Some(token), limits }
}

impl Caller {
    fn request(&self, method: &Method, path: &str) -> RequestBuilder {
        let request = self.http.request(method.clone(), path);
        match &self.token {
            Some(token) => request.bearer_auth(token),
            None => request,
        }
    }

    /// Status and body; what is no JSON is a text.
    async fn ask(&self, method: &Method, path: &str, body: &Value) -> (u16, String) {
        let request = self.request(method, path);
        let request = if body.is_null() { request } else { request.json(body) };
        let response = request.send().await.unwrap();
        (response.status().as_u16(), response.text().await.unwrap())
    }

    /// Uploads a file with a bad row that names it, and checks it.
    pub(super) async fn import(&self, number: usize) -> Import {
        let mark = format!("sheet{number:02}x");
        let file = Part::text(format!("name,email\nGood,\n{mark},no mailbox\n")).file_name("customers.csv");
        let request = self.request(&Method::POST, "/api/v1/imports").header("accept", "application/json");
        let response = request.multipart(Form::new().part("file", file)).send().await.unwrap();
        assert_eq!(response.status(), 201, "{}: {}", self.name, response.text().await.unwrap());
        let made: Value = response.json().await.unwrap();
        let id = made["id"].as_i64().unwrap();
        let mut mapping = made["mapping"].clone();
        mapping["source"] = json!(mark);
        let path = format!("/api/v1/imports/{id}/check");
        let (status, report) = self.ask(&Method::POST, &path, &json!({ "mapping": mapping })).await;
        assert_eq!(status, 200, "{}: {report}", self.name);
        Import { id, mark, limits: self.limits }
    }

    /// Looks at everything, and tells what was other than the world says.
    pub(super) async fn look_around(&self, world: &World, views: &[View]) -> Vec<String> {
        let sight = Sight { world, limits: self.limits };
        let mut failures = Vec::new();
        for view in views {
            let (status, text) = self.ask(&view.method, &view.path, &view.body).await;
            let (expected, got) = ((view.expect)(&sight), view.answer(status, &text));
            if expected != got {
                failures.push(format!("{} / {}: expected {expected}, got {got}", self.name, view.name));
            }
            if status == 200 {
                failures.extend(self.leaks(&sight, &view.name, &text));
            }
        }
        if self.token.is_none() {
            failures.extend(self.leaf_through(&sight).await);
        }
        failures
    }

    /// Whatever an answer is about, it never names anybody outside the scope.
    fn leaks(&self, sight: &Sight<'_>, view: &str, text: &str) -> Option<String> {
        let foreign = sight.foreign_marks(text);
        (!foreign.is_empty()).then(|| format!("{} / {view}: tells of {}", self.name, foreign.join(", ")))
    }

    /// The pages of a browser, by whom they name.
    async fn leaf_through(&self, sight: &Sight<'_>) -> Vec<String> {
        let mut failures = Vec::new();
        for (path, expected) in sight.pages() {
            let (_, html) = self.http.page(&path).await;
            failures.extend(self.leaks(sight, &path, &html));
            let missing: Vec<&str> = expected.into_iter().filter(|mark| !html.contains(*mark)).collect();
            if !missing.is_empty() {
                failures.push(format!("{} / {path}: {} are missing", self.name, missing.join(", ")));
            }
        }
        failures
    }
}
