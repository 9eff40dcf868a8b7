//! One request that tells whether a server is alive, and one that tells its version. None of them wants a token,
//! and none changes anything.

use std::time::Duration;

use crate::api::door::Door;
use crate::api::fiware::Place;
use crate::http::{Error, Method, Request, Response};

/// A server that says nothing for this long is not well.
const PATIENCE: Duration = Duration::from_secs(10);

/// A service and a subject that nobody has: to ask for its policies reads the database and finds nothing.
const NOBODY: &str = "orchest_health";

/// A question, and how to recognise the right server by its answer.
pub(crate) struct Probe {
    request: Request,
    recognise: fn(&[u8]) -> Option<Found>,
}

/// What the right server said.
struct Found {
    version: Option<String>,
}

/// How a server answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    /// As it should, with its version where it tells it.
    Well(Option<String>),
    /// A PEP that stands before it refused the question: it is alive, the server behind it was not asked.
    Guarded(u16),
    /// With an error, and its words.
    Status(u16, String),
    /// Well, but not as this server does.
    Stranger,
}

impl Probe {
    fn get(path: &'static str, recognise: fn(&[u8]) -> Option<Found>) -> Self {
        // Whatever the status, it is an answer, and one that is told and not tried to mend.
        let request = (400..600).fold(Request::new(Method::Get).path(path), Request::accept_status);
        Self { request: request.patience(PATIENCE), recognise }
    }

    pub(crate) fn keystone() -> Self {
        Self::get("v3", |body| in_json(body, &["/version/id"]))
    }

    /// Keypass's version; it wants a service, whatever it is.
    pub(crate) fn keypass_version(service: &str) -> Self {
        let Self { request, recognise } = Self::get("version", in_any_form);
        Self { request: Place::service_level(service).on_service(request), recognise }
    }

    /// Asks Keypass for the policies of nobody. The orchestrator asks for those of a subject without a name and
    /// takes 404 for good, which any web server would pass; this has to come out of the database of a Keypass.
    pub(crate) fn keypass_health() -> Self {
        let recognise = |body: &[u8]| {
            let is_set = String::from_utf8_lossy(body).contains("PolicySet");
            is_set.then_some(Found { version: None })
        };
        let Self { request, recognise } = Self::get("pap/v1/subject", recognise);
        Self { request: Place::service_level(NOBODY).on_service(request.segment(NOBODY)), recognise }
    }

    pub(crate) fn orion() -> Self {
        Self::get("version", |body| in_json(body, &["/orion/version", "/version"]))
    }

    pub(crate) fn perseo() -> Self {
        Self::get("version", |body| in_json(body, &["/data/version", "/version"]))
    }

    pub(crate) fn iot_agent() -> Self {
        Self::get("iot/about", |body| in_json(body, &["/version", "/libVersion"]))
    }

    pub(crate) fn orchestrator() -> Self {
        Self::get("v1.0/version", |body| in_json(body, &["/version"]))
    }

    /// What the PaaS orchestrator tells anybody, where it tells anything.
    pub(crate) fn paas() -> Self {
        Self::get("info", |body| in_json(body, &["/build/version", "/projectVersion"]))
    }

    /// The Infrastructure Manager's version, as text or as JSON.
    pub(crate) fn im() -> Self {
        Self::get("version", in_any_form)
    }

    /// `GET /v3`.
    pub(crate) fn shown(&self) -> String {
        format!("{} {}", self.request.method.as_str(), self.request.place())
    }

    /// Asks. `guarded`: a PEP stands before the server, which lets no question without a token through.
    pub(crate) async fn ask(&self, door: &Door, guarded: bool) -> Result<Answer, Error> {
        Ok(self.examine(door, guarded).await?.0)
    }

    /// The same, with the answer as it came, where one came that can be used.
    pub(crate) async fn examine(&self, door: &Door, guarded: bool) -> Result<(Answer, Option<Response>), Error> {
        let response = match door.send(&self.request).await {
            // Such as a page for people.
            Err(Error::Malformed { .. }) => return Ok((Answer::Stranger, None)),
            response => response?,
        };
        let answer = match response.status {
            status @ (400 | 401 | 403) if guarded => Answer::Guarded(status),
            status @ 400.. => Answer::Status(status, response.error_message()),
            _ => match (self.recognise)(&response.body) {
                Some(found) => Answer::Well(found.version),
                None => Answer::Stranger,
            },
        };
        Ok((answer, Some(response)))
    }
}

/// The first of these members that is text; without any of them it is some other server.
fn in_json(body: &[u8], pointers: &[&str]) -> Option<Found> {
    let body = super::unwrapped(serde_json::from_slice(body).ok()?);
    let version = pointers.iter().find_map(|pointer| body.pointer(pointer)?.as_str())?;
    Some(Found { version: Some(version.to_owned()) })
}

/// JSON, XML or a bare word: what Keypass's version looks like is written nowhere.
fn in_any_form(body: &[u8]) -> Option<Found> {
    if let Some(found) = in_json(body, &["/version", "/keypass/version"]) {
        return Some(found);
    }
    let text = String::from_utf8_lossy(body);
    if text.to_ascii_lowercase().contains("<html") {
        return None;
    }
    let is_version = |word: &&str| word.starts_with(|first: char| first.is_ascii_digit()) && word.contains('.');
    let mut words = without_declaration(&text).split(|c: char| !c.is_ascii_alphanumeric() && !".-_".contains(c));
    Some(Found { version: words.find(is_version).map(str::to_owned) })
}

/// An XML declaration has a version of its own.
fn without_declaration(text: &str) -> &str {
    text.trim_start().strip_prefix("<?").and_then(|rest| rest.split_once("?>")).map_or(text, |(_, rest)| rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_is_known_by_its_answer() {
        for (probe, body, version) in [
            (Probe::keystone(), r#"{"version": {"id": "v3.14", "status": "stable"}}"#, "v3.14"),
            (Probe::orion(), r#"{"orion": {"version": "4.1.0"}}"#, "4.1.0"),
            (Probe::perseo(), r#"{"error": null, "data": {"name": "perseo", "version": "1.30.0"}}"#, "1.30.0"),
            (Probe::iot_agent(), r#"{"libVersion": "4.3.0", "version": "3.3.0"}"#, "3.3.0"),
            (Probe::iot_agent(), r#"{"libVersion": "4.3.0"}"#, "4.3.0"),
            (Probe::orchestrator(), r#"{"version": "4.11.0", "API_stats": {}}"#, "4.11.0"),
            (Probe::im(), "2.0.0", "2.0.0"),
            (Probe::keypass_version("x"), "1.14.0", "1.14.0"),
            (Probe::keypass_version("x"), r#"{"version": "1.14.0"}"#, "1.14.0"),
            (
                Probe::keypass_version("x"),
                "<?xml version=\"1.0\"?><version>1.14.0-SNAPSHOT</version>",
                "1.14.0-SNAPSHOT",
            ),
        ] {
            let found = (probe.recognise)(body.as_bytes());
            assert_eq!(found.and_then(|found| found.version).as_deref(), Some(version), "{body}");
        }
        let set = r#"<PolicySet xmlns="urn:x" ns0:PolicySetId="orchest_health:orchest_health"/>"#;
        assert!((Probe::keypass_health().recognise)(set.as_bytes()).is_some());
    }

    #[test]
    fn another_server_on_that_port_is_a_stranger() {
        let probes = [
            Probe::keystone(),
            Probe::orion(),
            Probe::perseo(),
            Probe::iot_agent(),
            Probe::orchestrator(),
            Probe::keypass_version("x"),
            Probe::keypass_health(),
        ];
        for probe in probes {
            let page = b"<!doctype html><html>Welcome to nginx</html>";
            assert!((probe.recognise)(page).is_none(), "{}", probe.shown());
        }
        for probe in [Probe::keystone(), Probe::orion(), Probe::orchestrator()] {
            for body in ["", "OK", "[]", r#"{"status": "fine"}"#] {
                assert!((probe.recognise)(body.as_bytes()).is_none(), "{} {body}", probe.shown());
            }
        }
    }

    #[test]
    fn what_is_asked_is_what_is_shown() {
        assert_eq!(Probe::keystone().shown(), "GET /v3");
        assert_eq!(Probe::keypass_health().shown(), "GET /pap/v1/subject/orchest_health");
        let headers = Probe::keypass_health().request.plain_headers;
        assert_eq!(headers, [("Fiware-Service".into(), NOBODY.to_owned())]);
    }
}
