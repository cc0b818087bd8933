//! Who gets in, by which proof, and what they may do then: `/staff`, `/roles`, `/account` and the door before them.

mod events;
mod must_enrol;
mod passwords;
mod review;
mod roles;
mod scope_matrix;
mod second_factor;
mod sessions;
mod staff;

use chrono::{DateTime, Duration, Utc};
use isp::shared::actor::Actor;
use reqwest::{Method, Response, StatusCode};
use serde_json::{Value, json};
use totp_rs::{Builder, Secret, Totp};

use crate::support::{PASSWORD, Person, TestApp};

/// Another password that is good.
const NEW_PASSWORD: &str = "another long passphrase";

/// A request to a server function.
async fn call(person: &Person, function: &str, arguments: Value) -> Response {
    person.post(&format!("/api/fn/{function}"), &arguments).await
}

/// What a server function answers that must succeed.
async fn answer(person: &Person, function: &str, arguments: Value) -> Value {
    let response = call(person, function, arguments).await;
    assert_eq!(response.status(), StatusCode::OK, "{function}: {}", response.text().await.unwrap());
    response.json().await.unwrap()
}

/// The status of a GET.
async fn status(person: &Person, path: &str) -> u16 {
    person.get(path).await.status().as_u16()
}

/// A POST without a body that must be accepted.
async fn done(person: &Person, path: &str) {
    let response = person.post(path, &json!({})).await;
    assert_eq!(response.status(), StatusCode::NO_CONTENT, "{path}: {}", response.text().await.unwrap());
}

/// Makes an account and gives its id.
async fn account(app: &TestApp, username: &str, role: &str) -> i64 {
    app.create_staff(username, role).await;
    app.services.staff.find_id(&Actor::system("test"), username).await.unwrap().0
}

/// Somebody who has just signed in with the password alone.
async fn signed_in(app: &TestApp, username: &str) -> Person {
    let person = app.visitor();
    let step = answer(&person, "auth/sign-in", json!({ "username": username, "password": PASSWORD })).await;
    assert_eq!(step, "done");
    person
}

/// The token pair that a script obtains with a password.
async fn token_pair(app: &TestApp, username: &str) -> Value {
    let request = json!({ "username": username, "password": PASSWORD });
    let response = app.visitor().post("/api/v1/auth/token", &request).await;
    assert_eq!(response.status(), StatusCode::OK, "{}", response.text().await.unwrap());
    response.json().await.unwrap()
}

/// The status of a GET with the access token of a pair.
async fn status_with_token(app: &TestApp, pair: &Value, path: &str) -> u16 {
    let token = pair["access_token"].as_str().unwrap();
    app.visitor().request(Method::GET, path).bearer_auth(token).send().await.unwrap().status().as_u16()
}

/// The status of refreshing a pair.
async fn status_of_refresh(app: &TestApp, pair: &Value) -> u16 {
    let request = json!({ "refresh_token": pair["refresh_token"] });
    app.visitor().post("/api/v1/auth/refresh", &request).await.status().as_u16()
}

/// Everything in the outbox, oldest first, once what is due was sent.
async fn mails(app: &TestApp) -> Vec<String> {
    app.services.mail.deliver_due().await.unwrap();
    let Ok(folder) = app.services.config.mail_outbox.read_dir() else { return Vec::new() };
    let mut files: Vec<_> = folder.map(|file| file.unwrap().path()).collect();
    files.sort();
    files.iter().map(|file| std::fs::read_to_string(file).unwrap()).collect()
}

/// The token of the link in the last mail to an address.
async fn mailed_token(app: &TestApp, address: &str) -> String {
    let to = format!("To: {address}\r\n");
    let mail = mails(app).await.into_iter().rfind(|mail| mail.contains(&to)).unwrap();
    let (_, link) = mail.split_once("/choose-password?token=").unwrap();
    link.chars().take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_')).collect()
}

/// Chooses a password by the token of a link.
async fn choose(app: &TestApp, token: &str, password: &str) -> Response {
    call(&app.visitor(), "auth/choose-password", json!({ "token": token, "password": password })).await
}

/// Forgets every failure: tests share one address, and its limit is not what each of them is about.
async fn forget_failures(app: &TestApp) {
    let mut tx = app.services.database.begin().await.unwrap();
    tx.query("DELETE FROM sign_in_throttles").execute().await.unwrap();
    tx.commit().await.unwrap();
}

/// The session cookie that an answer sets.
fn cookie(response: &Response) -> String {
    let cookie = response.headers()["set-cookie"].to_str().unwrap();
    cookie.split(';').next().unwrap().to_owned()
}

/// The status that the holder of a cookie gets.
async fn status_with_cookie(app: &TestApp, cookie: &str) -> u16 {
    let request = app.visitor().request(Method::GET, "/api/v1/auth/me").header("cookie", cookie);
    request.send().await.unwrap().status().as_u16()
}

/// Makes a role, which must be accepted.
async fn make_role(ana: &Person, role: Value) -> Value {
    let response = ana.post("/api/v1/roles", &role).await;
    assert_eq!(response.status(), StatusCode::CREATED, "{}", response.text().await.unwrap());
    response.json().await.unwrap()
}

/// A role as it is now, by its key.
async fn find_role(ana: &Person, key: &str) -> Value {
    let roles = ana.json("/api/v1/roles").await;
    roles.as_array().unwrap().iter().find(|role| role["key"] == key).unwrap().clone()
}

/// Puts a role in place of the version that was read: as it was, but for what `change` names.
async fn replace_role(person: &Person, role: &Value, change: Value) -> Response {
    let own: Vec<&str> = role["own_permissions"].as_str().unwrap().split_whitespace().collect();
    let mut input = json!({
        "name": role["name"],
        "description": role["description"],
        "parent": role["parent"],
        "permissions": own,
        "requires_second_factor": role["own_requires_second_factor"],
    });
    for (field, value) in change.as_object().unwrap() {
        input[field.as_str()] = value.clone();
    }
    let request = person.request(Method::PUT, &format!("/api/v1/roles/{}", role["id"]));
    request.header("if-match", format!("\"{}\"", role["version"])).json(&input).send().await.unwrap()
}

/// An authenticator app with one secret.
struct Device(Totp);

impl Device {
    /// With a secret as it is shown for typing.
    fn new(shown: &str) -> Self {
        let secret = Secret::try_from_base32(shown.replace(' ', "")).unwrap();
        Self(Builder::new().with_secret(secret).build().unwrap())
    }

    /// The code that it shows now.
    fn code(&self, app: &TestApp) -> String {
        self.code_at(app.clock.now())
    }

    fn code_at(&self, at: DateTime<Utc>) -> String {
        self.0.generate(u64::try_from(at.timestamp()).unwrap()).to_string()
    }

    /// The first code that was not shown yet.
    fn next_code(&self, app: &TestApp) -> String {
        app.clock.advance(Duration::seconds(30));
        self.code(app)
    }
}

/// Begins to add a device to the account of somebody whose password is the usual one.
async fn begin_enrolment(person: &Person) -> Device {
    answer(person, "account/start-second-factor", json!({ "password": PASSWORD })).await;
    let state = answer(person, "account/second-factor", json!({})).await;
    Device::new(state["pending"]["secret"].as_str().unwrap())
}

/// Adds a device; gives it with the recovery codes.
async fn enrol(app: &TestApp, person: &Person) -> (Device, Vec<String>) {
    let device = begin_enrolment(person).await;
    answer(person, "account/confirm-second-factor", json!({ "code": device.code(app) })).await;
    (device, recovery_codes(person).await)
}

/// The recovery codes that are shown.
async fn recovery_codes(person: &Person) -> Vec<String> {
    let state = answer(person, "account/second-factor", json!({})).await;
    state["new_codes"].as_array().unwrap().iter().map(|code| code.as_str().unwrap().to_owned()).collect()
}

/// Somebody whose password was right and whose code is still to come.
async fn awaiting_code(app: &TestApp, username: &str, password: &str) -> Person {
    let person = app.visitor();
    let step = answer(&person, "auth/sign-in", json!({ "username": username, "password": password })).await;
    assert_eq!(step, "second_factor");
    person
}

/// The second step of signing in.
async fn send_code(person: &Person, code: &str) -> Response {
    call(person, "auth/sign-in-code", json!({ "code": code })).await
}
