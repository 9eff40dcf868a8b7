//! Where the API is, from what people write.

const USUAL: &str = "https://api.github.com";

/// The address of the API. The web address of a GitHub leads to it too: `github.com`, `acme.ghe.com`, or a server of one's
/// own, whose API lies below `/api/v3`. A program on this machine is taken as it is.
pub(in crate::connectors) fn base(given: Option<&str>) -> String {
    let Some(given) = given.map(str::trim).filter(|given| !given.is_empty()) else { return USUAL.to_owned() };
    let full = if given.contains("://") { given.to_owned() } else { format!("https://{given}") };
    let Ok(url) = url::Url::parse(&full) else { return full };
    let (Some(host), "/") = (url.host_str(), url.path()) else { return full };
    let is_here = matches!(host, "localhost" | "127.0.0.1" | "[::1]");
    let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
    match host {
        _ if is_here => full,
        "github.com" | "www.github.com" | "api.github.com" => USUAL.to_owned(),
        _ if host.starts_with("api.") && host.ends_with(".ghe.com") => full,
        _ if host.ends_with(".ghe.com") => format!("{}://api.{host}{port}", url.scheme()),
        _ => format!("{}://{host}{port}/api/v3", url.scheme()),
    }
}

#[cfg(test)]
mod tests {
    use super::base;

    #[test]
    fn every_address_of_a_github_leads_to_its_api() {
        for (given, url) in [
            ("", "https://api.github.com"),
            ("github.com", "https://api.github.com"),
            ("https://github.com/", "https://api.github.com"),
            ("acme.ghe.com", "https://api.acme.ghe.com"),
            ("https://api.acme.ghe.com", "https://api.acme.ghe.com"),
            ("github.example.com", "https://github.example.com/api/v3"),
            ("https://github.example.com:8443", "https://github.example.com:8443/api/v3"),
            ("https://github.example.com/api/v3/", "https://github.example.com/api/v3/"),
            ("http://127.0.0.1:4000", "http://127.0.0.1:4000"),
        ] {
            assert_eq!(base(Some(given)), url, "{given}");
        }
        assert_eq!(base(None), "https://api.github.com");
    }
}
