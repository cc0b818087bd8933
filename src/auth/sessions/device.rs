//! What a user agent says, for people.

/// Programs without a person in front of them, by a part of their user agent.
const TOOLS: [(&str, &str); 14] = [
    ("curl/", "curl"),
    ("Wget/", "Wget"),
    ("HTTPie/", "HTTPie"),
    ("PostmanRuntime/", "Postman"),
    ("insomnia/", "Insomnia"),
    ("PowerShell/", "PowerShell"),
    ("python", "Python"),
    ("Python", "Python"),
    ("Go-http-client/", "Go"),
    ("okhttp/", "OkHttp"),
    ("Java/", "Java"),
    ("axios/", "Node.js"),
    ("node", "Node.js"),
    ("reqwest/", "reqwest"),
];

/// Browsers; those that also name another come first.
const BROWSERS: [(&str, &str); 12] = [
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("Vivaldi/", "Vivaldi"),
    ("YaBrowser/", "Yandex Browser"),
    ("FxiOS/", "Firefox"),
    ("Firefox/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chromium/", "Chromium"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
    ("Trident/", "Internet Explorer"),
];

/// Systems; those that also name another come first.
const SYSTEMS: [(&str, &str); 9] = [
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("CrOS", "ChromeOS"),
    ("Macintosh", "macOS"),
    ("FreeBSD", "FreeBSD"),
    ("OpenBSD", "OpenBSD"),
    ("Linux", "Linux"),
];

/// The device behind a user agent: `Firefox on Linux`, `curl`, `Unknown device`.
pub fn device_of(user_agent: Option<&str>) -> String {
    let agent = user_agent.unwrap_or_default();
    let first = |families: &[(&str, &'static str)]| {
        families.iter().find(|(part, _)| agent.contains(part)).map(|(_, family)| *family)
    };
    match (first(&BROWSERS), first(&SYSTEMS)) {
        (Some(browser), Some(system)) => format!("{browser} on {system}"),
        (None, Some(system)) if first(&TOOLS).is_none() => format!("Unknown program on {system}"),
        (browser, _) => first(&TOOLS).or(browser).unwrap_or("Unknown device").to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn browsers_and_systems_are_told_apart() {
        let chrome = "AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0";
        for (agent, device) in [
            ("Mozilla/5.0 (X11; Linux x86_64; rv:143.0) Gecko/20100101 Firefox/143.0".to_owned(), "Firefox on Linux"),
            (format!("Mozilla/5.0 (Windows NT 10.0; Win64; x64) {chrome} Safari/537.36"), "Chrome on Windows"),
            (format!("Mozilla/5.0 (Windows NT 10.0) {chrome} Safari/537.36 Edg/140.0.0.0"), "Edge on Windows"),
            (format!("Mozilla/5.0 (X11; CrOS x86_64 16181.61.0) {chrome} Safari/537.36"), "Chrome on ChromeOS"),
            (format!("Mozilla/5.0 (Linux; Android 10; K) {chrome} Mobile Safari/537.36"), "Chrome on Android"),
            (format!("Mozilla/5.0 (X11; Linux x86_64) {chrome} Safari/537.36 OPR/122.0"), "Opera on Linux"),
            ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Version/18.6 Safari/605.1.15".into(), "Safari on macOS"),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) FxiOS/143.0 Safari/605".into(),
                "Firefox on iPhone",
            ),
            ("Mozilla/5.0 (iPad; CPU OS 18_6 like Mac OS X) CriOS/140.0 Mobile Safari/604".into(), "Chrome on iPad"),
        ] {
            assert_eq!(device_of(Some(&agent)), device, "{agent}");
        }
    }

    #[test]
    fn command_line_tools_have_their_name() {
        for (agent, device) in [
            ("curl/8.14.1", "curl"),
            ("Wget/1.25.0", "Wget"),
            ("HTTPie/3.2.4", "HTTPie"),
            ("python-requests/2.32.5", "Python"),
            ("Python-urllib/3.13", "Python"),
            ("Wget/1.20 (linux-gnu)", "Wget"),
            ("Mozilla/5.0 (Windows NT; Windows NT 10.0; en-US) WindowsPowerShell/5.1.26100", "PowerShell"),
        ] {
            assert_eq!(device_of(Some(agent)), device, "{agent}");
        }
    }

    #[test]
    fn nothing_known_is_said_so() {
        for agent in [None, Some(""), Some("Mozilla/5.0"), Some("Büro 7")] {
            assert_eq!(device_of(agent), "Unknown device");
        }
        assert_eq!(device_of(Some("Mozilla/5.0 (X11; Linux x86_64)")), "Unknown program on Linux");
    }
}
