//! Where the services log people in, how each of them speaks, and the least that has to be asked for.

use url::Url;

use crate::oauth::{Dialect, Issuer};

use super::slack::Mode;
use super::{ConnectorKind, Error, gdrive, github, slack, trello, wire};

/// What the settings say of addresses. What they do not say follows from the address of the API: a service that is not at its
/// usual place has everything in one place.
#[derive(Clone, Debug, Default)]
pub(crate) struct Addresses {
    pub(crate) api: Option<String>,
    /// Where people are.
    pub(crate) web: Option<String>,
    /// Where they log in, if that is elsewhere.
    pub(crate) auth: Option<String>,
    /// Where tokens are got, if that is elsewhere.
    pub(crate) token: Option<String>,
}

/// What somebody has to be asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Aim {
    /// To tell who is in.
    Tell,
    /// To change it, too.
    Change,
}

/// How a service is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum By {
    /// With a page that gives out tokens, or a token made by hand.
    Hand,
    /// With OAuth 2.0.
    OAuth,
}

impl Addresses {
    /// Of a service, as far as the settings do not say otherwise; never in the open.
    fn base(&self, kind: ConnectorKind, said: Option<&String>, usual: &str) -> Result<Url, Error> {
        let api = match kind {
            ConnectorKind::GitHub => github::base(self.api.as_deref()),
            ConnectorKind::Trello => self.api.as_deref().unwrap_or(trello::USUAL).to_owned(),
            ConnectorKind::Slack => self.api.as_deref().unwrap_or(slack::USUAL).to_owned(),
            ConnectorKind::GDrive => self.api.as_deref().unwrap_or(gdrive::USUAL).to_owned(),
        };
        let text = match said {
            Some(said) => said.clone(),
            None => moved(kind, &wire::endpoint(kind, &api)?.url).unwrap_or_else(|| usual.to_owned()),
        };
        Ok(wire::endpoint(kind, text.trim_end_matches('/'))?.url)
    }

    fn web(&self, kind: ConnectorKind, usual: &str) -> Result<Url, Error> {
        self.base(kind, self.web.as_ref(), usual)
    }
}

/// Where everything of a service is that is not at its usual place.
fn moved(kind: ConnectorKind, api: &Url) -> Option<String> {
    let host = api.host_str().unwrap_or_default();
    let origin = || Some(api.origin().ascii_serialization());
    match kind {
        ConnectorKind::GitHub if host == "api.github.com" => None,
        ConnectorKind::GitHub if host.ends_with(".ghe.com") => {
            Some(format!("https://{}", host.strip_prefix("api.").unwrap_or(host)))
        }
        ConnectorKind::Trello if host == "api.trello.com" => None,
        ConnectorKind::GDrive if host.ends_with(".googleapis.com") => None,
        ConnectorKind::Slack if host == "slack.com" => None,
        _ => origin(),
    }
}

/// An address below another.
fn below(base: &Url, path: &str) -> Result<Url, Error> {
    let text = format!("{}/{path}", base.as_str().trim_end_matches('/'));
    Url::parse(&text).map_err(|_| Error::settings(format!("{text} is no address")))
}

/// The issuer of a service. `is_public`: its program has no secret, and proves itself with each login.
pub(crate) fn issuer(kind: ConnectorKind, at: &Addresses, is_public: bool) -> Result<Issuer, Error> {
    let built = match kind {
        ConnectorKind::GitHub => {
            let web = at.web(kind, "https://github.com")?;
            let mut issuer = Issuer::known(below(&web, "login/oauth/access_token")?).speaking(Dialect::GitHub);
            issuer.authorization = Some(below(&web, "login/oauth/authorize")?);
            issuer.device = Some(below(&web, "login/device/code")?);
            issuer
        }
        ConnectorKind::Trello => {
            let auth = at.base(kind, at.auth.as_ref(), "https://auth.atlassian.com")?;
            let mut issuer = Issuer::known(below(&auth, "oauth/token")?).speaking(Dialect::Json);
            issuer.authorization = Some(below(&auth, "authorize")?);
            issuer
        }
        ConnectorKind::Slack => {
            let web = at.web(kind, "https://slack.com")?;
            let api = wire::endpoint(kind, at.api.as_deref().unwrap_or(slack::USUAL))?.url;
            let mut issuer = Issuer::known(below(&api, "oauth.v2.access")?).speaking(Dialect::Slack);
            issuer.authorization = Some(below(&web, "oauth/v2/authorize")?);
            // Slack refuses a proof of programs that have a secret.
            if is_public { issuer } else { issuer.without_proof() }
        }
        ConnectorKind::GDrive => {
            let token = match &at.token {
                Some(said) => wire::endpoint(kind, said)?.url,
                None => below(&at.base(kind, None, "https://oauth2.googleapis.com")?, "token")?,
            };
            let authorization = match &at.auth {
                Some(said) => wire::endpoint(kind, said)?.url,
                None => below(&at.base(kind, None, "https://accounts.google.com")?, "o/oauth2/v2/auth")?,
            };
            let revocation = token.join("revoke").ok();
            // Without these two Google gives nothing that lasts.
            let mut issuer = Issuer::known(token).asking("access_type", "offline").asking("prompt", "consent");
            issuer.authorization = Some(authorization);
            issuer.revocation = revocation;
            issuer
        }
    };
    Ok(built.called(kind.title()))
}

/// Trello's page that gives out tokens.
pub(crate) fn token_page(at: &Addresses, key: &str, scopes: &[String]) -> Result<Url, Error> {
    let mut page = below(&at.web(ConnectorKind::Trello, "https://trello.com")?, "1/authorize")?;
    page.query_pairs_mut()
        .append_pair("response_type", "token")
        .append_pair("key", key)
        .append_pair("scope", &scopes.join(","))
        .append_pair("expiration", "never")
        .append_pair("name", "orchest");
    Ok(page)
}

/// The page where GitHub makes tokens by hand.
pub(crate) fn hand_page(at: &Addresses) -> Result<Url, Error> {
    below(&at.web(ConnectorKind::GitHub, "https://github.com")?, "settings/personal-access-tokens/new")
}

/// The least that will do.
pub(crate) fn scopes(kind: ConnectorKind, by: By, aim: Aim, mode: Mode) -> Vec<String> {
    let words: &[&str] = match (kind, by, aim) {
        (ConnectorKind::GitHub, By::Hand, Aim::Tell) => &["Members: read"],
        (ConnectorKind::GitHub, By::Hand, Aim::Change) => &["Members: read and write"],
        (ConnectorKind::GitHub, By::OAuth, Aim::Tell) => &["read:org"],
        (ConnectorKind::GitHub, By::OAuth, Aim::Change) => &["admin:org"],
        (ConnectorKind::Trello, By::Hand, Aim::Tell) => &["read"],
        (ConnectorKind::Trello, By::Hand, Aim::Change) => &["read", "write"],
        (ConnectorKind::Trello, By::OAuth, Aim::Tell) => {
            &["read:organization:trello", "read:member:trello", "offline_access"]
        }
        (ConnectorKind::Trello, By::OAuth, Aim::Change) => &[
            "read:organization:trello",
            "write:organization:membership:trello",
            "read:member:trello",
            "offline_access",
        ],
        (ConnectorKind::Slack, _, aim) => return of_slack(aim, mode),
        // What `drive.file` reaches was opened with this very program, which opens nothing.
        (ConnectorKind::GDrive, _, Aim::Tell) => &["https://www.googleapis.com/auth/drive.metadata.readonly"],
        (ConnectorKind::GDrive, _, Aim::Change) => &["https://www.googleapis.com/auth/drive"],
    };
    words.iter().map(|word| (*word).to_owned()).collect()
}

/// To tell who is in takes two; what more depends on how members are changed.
fn of_slack(aim: Aim, mode: Mode) -> Vec<String> {
    let mut words = vec!["users:read", "users:read.email"];
    match (mode, aim) {
        (Mode::Channel, Aim::Tell) => words.extend(["channels:read", "groups:read"]),
        (Mode::Channel, Aim::Change) => {
            words.extend(["channels:read", "groups:read", "channels:write", "groups:write"]);
        }
        (Mode::Scim, Aim::Change) => words.push("admin"),
        (Mode::Admin, Aim::Change) => words.extend(["admin.users:read", "admin.users:write"]),
        (Mode::CheckOnly, _) | (Mode::Scim | Mode::Admin, Aim::Tell) => {}
    }
    words.into_iter().map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(api: Option<&str>) -> Addresses {
        Addresses { api: api.map(str::to_owned), ..Addresses::default() }
    }

    fn shown(kind: ConnectorKind, api: Option<&str>) -> [String; 2] {
        let issuer = issuer(kind, &at(api), true).unwrap();
        [issuer.authorization.unwrap().to_string(), issuer.token.to_string()]
    }

    #[test]
    fn everybody_is_sent_to_the_right_place() {
        let cases = [
            (
                ConnectorKind::GitHub,
                None,
                ["https://github.com/login/oauth/authorize", "https://github.com/login/oauth/access_token"],
            ),
            (
                ConnectorKind::GitHub,
                Some("https://git.example.com/api/v3"),
                ["https://git.example.com/login/oauth/authorize", "https://git.example.com/login/oauth/access_token"],
            ),
            (
                ConnectorKind::GitHub,
                Some("https://api.acme.ghe.com"),
                ["https://acme.ghe.com/login/oauth/authorize", "https://acme.ghe.com/login/oauth/access_token"],
            ),
            (
                ConnectorKind::Trello,
                None,
                ["https://auth.atlassian.com/authorize", "https://auth.atlassian.com/oauth/token"],
            ),
            (
                ConnectorKind::Slack,
                None,
                ["https://slack.com/oauth/v2/authorize", "https://slack.com/api/oauth.v2.access"],
            ),
            (
                ConnectorKind::Slack,
                Some("https://slack-gov.com/api"),
                ["https://slack-gov.com/oauth/v2/authorize", "https://slack-gov.com/api/oauth.v2.access"],
            ),
            (
                ConnectorKind::GDrive,
                None,
                ["https://accounts.google.com/o/oauth2/v2/auth", "https://oauth2.googleapis.com/token"],
            ),
            (
                ConnectorKind::GDrive,
                Some("http://127.0.0.1:7/drive/v3"),
                ["http://127.0.0.1:7/o/oauth2/v2/auth", "http://127.0.0.1:7/token"],
            ),
        ];
        for (kind, api, expected) in cases {
            assert_eq!(shown(kind, api), expected, "{kind} {api:?}");
        }
        let google = issuer(ConnectorKind::GDrive, &at(None), true).unwrap();
        assert_eq!(google.revocation.unwrap().as_str(), "https://oauth2.googleapis.com/revoke");
        let open = Addresses { web: Some("http://far.example".to_owned()), ..at(None) };
        assert!(issuer(ConnectorKind::GitHub, &open, true).is_err());
    }

    /// What is asked for is what people are asked to agree to: it only gets less.
    #[test]
    fn no_more_is_asked_for_than_it_takes() {
        let all =
            |kind, by, mode| [Aim::Tell, Aim::Change].map(|aim| scopes(kind, by, aim, mode).join(" ")).join(" | ");
        let table = [
            (all(ConnectorKind::GitHub, By::OAuth, Mode::CheckOnly), "read:org | admin:org"),
            (all(ConnectorKind::GitHub, By::Hand, Mode::CheckOnly), "Members: read | Members: read and write"),
            (all(ConnectorKind::Trello, By::Hand, Mode::CheckOnly), "read | read write"),
            (
                all(ConnectorKind::Trello, By::OAuth, Mode::CheckOnly),
                "read:organization:trello read:member:trello offline_access | read:organization:trello \
                 write:organization:membership:trello read:member:trello offline_access",
            ),
            (
                all(ConnectorKind::Slack, By::OAuth, Mode::CheckOnly),
                "users:read users:read.email | users:read users:read.email",
            ),
            (
                all(ConnectorKind::Slack, By::OAuth, Mode::Channel),
                "users:read users:read.email channels:read groups:read | users:read users:read.email channels:read groups:read \
                 channels:write groups:write",
            ),
            (
                all(ConnectorKind::Slack, By::OAuth, Mode::Scim),
                "users:read users:read.email | users:read users:read.email admin",
            ),
            (
                all(ConnectorKind::Slack, By::OAuth, Mode::Admin),
                "users:read users:read.email | users:read users:read.email admin.users:read admin.users:write",
            ),
            (
                all(ConnectorKind::GDrive, By::OAuth, Mode::CheckOnly),
                "https://www.googleapis.com/auth/drive.metadata.readonly | https://www.googleapis.com/auth/drive",
            ),
        ];
        for (asked, expected) in table {
            assert_eq!(asked, expected);
        }
    }

    #[test]
    fn trellos_page_is_asked_for_a_token_that_stays() {
        let page = token_page(&at(None), "K", &["read".to_owned(), "write".to_owned()]).unwrap();
        assert_eq!(
            page.as_str(),
            "https://trello.com/1/authorize?response_type=token&key=K&scope=read%2Cwrite&expiration=never&name=orchest"
        );
    }
}
