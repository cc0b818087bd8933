//! Redirect URIs: which ones a client may have, what people and browsers see of them, how an answer is appended.

use url::{Host, Url};

/// Characters of a redirect URI at most.
const MAX_LENGTH: usize = 1_000;

/// Why a client may not have this redirect URI, for people; `None` when it may (RFC 6749 §3.1.2, RFC 8252 §7).
pub(super) fn redirect_uri_flaw(uri: &str) -> Option<&'static str> {
    if uri.len() > MAX_LENGTH {
        return Some("at most 1000 characters.");
    }
    let is_plain = |byte: u8| byte.is_ascii_graphic() && !b"\"<>\\^`{|}".contains(&byte);
    if !uri.bytes().all(is_plain) {
        return Some("only the characters of a URI; encode all others.");
    }
    if uri.contains('#') {
        return Some("no fragment (#).");
    }
    let Ok(url) = Url::parse(uri) else {
        return Some("please write the whole address, such as https://example.net/back.");
    };
    if !url.username().is_empty() || url.password().is_some() {
        return Some("no user name and no password.");
    }
    match url.scheme() {
        "https" if uri.starts_with("https://") && has_plain_host(&url) => None,
        "http" if uri.starts_with("http://") && is_loopback(&url) => None,
        "http" => Some("https, since only this machine (127.0.0.1, [::1], localhost) is safe without."),
        "https" => Some("this is not a host."),
        scheme if scheme.contains('.') && uri[scheme.len()..].starts_with(":/") => None,
        _ => Some("https, or a scheme of your own with a dot in it, such as com.example.app:/back."),
    }
}

/// What a policy's `form-action` calls the place that a redirect URI leads to; `None` when no client may have it.
pub fn form_action_source(uri: &str) -> Option<String> {
    let url = acceptable(uri)?;
    Some(match url.host() {
        // A policy cannot name an IPv6 address.
        Some(Host::Ipv6(_)) => format!("{}:", url.scheme()),
        _ => place_of(&url),
    })
}

/// Where a redirect URI leads, for people: scheme and host.
pub(super) fn destination(uri: &str) -> String {
    acceptable(uri).map(|url| place_of(&url)).unwrap_or_default()
}

/// The redirect URI with the answer behind the query that it may have (RFC 6749 §4.1.2).
pub(super) fn with_answer(uri: &str, answer: &[(&str, &str)]) -> String {
    let answer: String = form_urlencoded::Serializer::new(String::new()).extend_pairs(answer).finish();
    let separator = match uri.split_once('?') {
        None => "?",
        Some((_, "")) => "",
        Some(_) => "&",
    };
    format!("{uri}{separator}{answer}")
}

fn acceptable(uri: &str) -> Option<Url> {
    if redirect_uri_flaw(uri).is_some() { None } else { Url::parse(uri).ok() }
}

fn place_of(url: &Url) -> String {
    if matches!(url.scheme(), "https" | "http") {
        url.origin().ascii_serialization()
    } else {
        format!("{}:", url.scheme())
    }
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address == std::net::Ipv4Addr::LOCALHOST,
        Some(Host::Ipv6(address)) => address == std::net::Ipv6Addr::LOCALHOST,
        None => false,
    }
}

/// Nothing in the name means something in a header: parsers of URLs let `;`, `,` and `*` pass.
fn has_plain_host(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-".contains(&byte)),
        Some(Host::Ipv4(_) | Host::Ipv6(_)) => true,
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn https_loopback_and_schemes_of_one_s_own_are_good() {
        for good in [
            "https://app.example.net/back",
            "https://app.example.net:8443/back?tenant=7",
            "https://app.example.net",
            "http://127.0.0.1:5000/back",
            "http://[::1]:5000/back",
            "http://localhost/back",
            "com.example.app:/back",
            "net.example.app://back",
        ] {
            assert_eq!(redirect_uri_flaw(good), None, "{good}");
        }
    }

    #[test]
    fn everything_else_is_refused() {
        for bad in [
            "",
            "/back",
            "app.example.net/back",
            "https://",
            "https:app.example.net",
            "HTTPS://app.example.net/",
            "https://app.example.net/back#here",
            "https://app.example.net/back#",
            "https://ada@app.example.net/",
            "https://app.example.net/a b",
            "https://app.example.net\\@evil.example/",
            "https://*.example.net/",
            "https://a;script-src/",
            "http://app.example.net/back",
            "http://127.0.0.1.example.net/",
            "http://localhost.example.net/",
            "javascript:alert(1)",
            "data:text/html,hello",
            "myapp:/back",
            "app.example.net:8443/back",
            "https://ünïcode.example/",
        ] {
            assert!(redirect_uri_flaw(bad).is_some(), "{bad}");
        }
    }

    #[test]
    fn a_policy_names_the_origin_or_the_scheme() {
        assert_eq!(form_action_source("https://app.example.net/back?x=1").as_deref(), Some("https://app.example.net"));
        assert_eq!(form_action_source("http://127.0.0.1:5000/back").as_deref(), Some("http://127.0.0.1:5000"));
        assert_eq!(form_action_source("http://[::1]:5000/back").as_deref(), Some("http:"));
        assert_eq!(form_action_source("com.example.app:/back").as_deref(), Some("com.example.app:"));
        assert_eq!(form_action_source("https://a;sandbox/"), None);
        assert_eq!(form_action_source("http://app.example.net/"), None);
    }

    #[test]
    fn an_answer_keeps_the_query_that_is_there() {
        let answer = [("code", "a b"), ("state", "&=%")];
        assert_eq!(with_answer("https://a.example/b", &answer), "https://a.example/b?code=a+b&state=%26%3D%25");
        assert_eq!(with_answer("https://a.example/b?c=d", &answer[..1]), "https://a.example/b?c=d&code=a+b");
        assert_eq!(with_answer("com.example.app:/b?", &answer[..1]), "com.example.app:/b?code=a+b");
    }
}
