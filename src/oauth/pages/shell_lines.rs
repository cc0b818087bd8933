//! Lines for a shell that show a client at work: plain `sh`, `curl` and `sed`.

use leptos::prelude::*;

use crate::ui::CopyButton;

/// Asks for a token. Without the secret at hand the shell takes it from its variable `ISP_CLIENT_SECRET`.
fn obtain(base: &str, client_id: &str, secret: Option<&str>) -> String {
    let credentials = match secret {
        Some(secret) => format!("'{client_id}:{secret}'"),
        None => format!("\"{client_id}:$ISP_CLIENT_SECRET\""),
    };
    format!("curl -u {credentials} -d grant_type=client_credentials {base}/oauth/token")
}

/// Asks for a token and lists customers with it.
fn call(base: &str, client_id: &str, secret: Option<&str>) -> String {
    let obtain = obtain(base, client_id, secret).replacen("curl", "curl -s", 1);
    let token = r#"sed -n 's/.*"access_token" *: *"\([^"]*\)".*/\1/p'"#;
    format!("TOKEN=$({obtain} | {token})\ncurl -H \"Authorization: Bearer $TOKEN\" {base}/api/v1/customers")
}

/// Both ways to try a client that acts for itself, to be pasted as they are.
#[component]
pub(super) fn ShellLines(base: String, client_id: String, secret: Option<String>) -> impl IntoView {
    let obtain = obtain(&base, &client_id, secret.as_deref());
    let call = call(&base, &client_id, secret.as_deref());
    view! {
        {snippet("Ask for a token", obtain)}
        {snippet("List customers with one", call)}
    }
}

/// A few lines with a button that copies them.
fn snippet(title: &'static str, lines: String) -> AnyView {
    let text = lines.clone();
    view! {
        <div class="stack-tight">
            <p>{title}</p>
            <div class="snippet">
                <pre><code>{lines}</code></pre>
                <CopyButton text=text label=format!("Copy: {title}")/>
            </div>
        </div>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_can_be_pasted() {
        assert_eq!(
            obtain("https://isp.example", "shop", Some("s3cret")),
            "curl -u 'shop:s3cret' -d grant_type=client_credentials https://isp.example/oauth/token"
        );
        let call = call("https://isp.example", "shop", None);
        let (token, list) = call.split_once('\n').unwrap();
        let asks = r#"TOKEN=$(curl -s -u "shop:$ISP_CLIENT_SECRET" -d grant_type=client_credentials"#;
        assert!(token.starts_with(asks), "{token}");
        assert!(token.ends_with(r#"| sed -n 's/.*"access_token" *: *"\([^"]*\)".*/\1/p')"#), "{token}");
        assert_eq!(list, r#"curl -H "Authorization: Bearer $TOKEN" https://isp.example/api/v1/customers"#);
    }
}
