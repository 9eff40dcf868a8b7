//! The orchestrator of deployments, in both of its dialects: one set of operations, and an honest no where a server lacks
//! one. Facts are those of two servers that exist; no path here is made up.

pub(crate) mod about;
pub(crate) mod dialect;
pub(crate) mod feature;
mod indigo;
pub(crate) mod model;
pub(crate) mod nodes;
pub(crate) mod secrets;
mod stalled;
pub(crate) mod status;
pub(crate) mod submission;
pub(crate) mod templates;
pub(crate) mod tosca;
pub(crate) mod users;
mod v1;

use std::rc::Rc;
use std::time::Duration;

use serde_json::Value;
use tokio::sync::OnceCell;

use super::door::Door;
use crate::http::{self, Authorize, NumberedPages, NumberedStyle, Request, Response};

use about::Offers;

pub(crate) use dialect::Dialect;
pub(crate) use feature::{Feature, Unsupported};
pub(crate) use model::{Deployment, Resource};
pub(crate) use nodes::Action;
pub(crate) use status::{Class, NodeState, Status};
pub(crate) use submission::{Source, Submission};

/// How often a list is read that changes while it is read.
const READINGS: u32 = 3;

/// Rows of a page when everything is wanted.
const PAGE: u64 = 100;

/// Said of a 404 that is not the orchestrator's.
const STRANGE: &str = "nothing is found there, but not in the orchestrator's words; is a proxy answering, or is a part of the \
    path missing in paas.url?";

/// Servers fetch a log from elsewhere, and check a template against providers.
const LONG: Duration = Duration::from_mins(5);

/// What can go wrong.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub(crate) enum Error {
    #[error(transparent)]
    Wire(#[from] http::Error),
    #[error(transparent)]
    Unsupported(#[from] Unsupported),
    /// The server knows the caller's token but has no user for it.
    #[error("the orchestrator has no user for this login yet")]
    Unregistered,
}

/// Which deployments are wanted. Servers know few of these and ignore what they do not know, so whoever asks looks again.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Filter {
    /// Only the caller's own.
    pub(crate) mine: bool,
    /// `SUBJECT@ISSUER`, or, in the newer dialect, the id of a user.
    pub(crate) created_by: Option<String>,
    pub(crate) group: Option<String>,
    pub(crate) template: Option<String>,
    /// No more than these, the newest first; everything, oldest first, where absent.
    pub(crate) newest: Option<u64>,
}

/// One orchestrator, with a token.
#[derive(Clone)]
pub(crate) struct Paas {
    door: Door,
    dialect: Dialect,
    /// Asked for once, by whoever needs it first.
    offers: Rc<OnceCell<Offers>>,
}

impl Paas {
    pub(crate) fn new(door: Door, dialect: Dialect) -> Self {
        Self { door, dialect, offers: Rc::default() }
    }

    pub(crate) fn dialect(&self) -> Dialect {
        self.dialect
    }

    /// What brings the token along.
    pub(crate) fn login(&self) -> Option<Rc<dyn Authorize>> {
        self.door.login()
    }

    pub(crate) async fn deployments(&self, filter: &Filter) -> Result<Vec<Deployment>, Error> {
        match self.dialect {
            Dialect::V1 => self.list_v1(filter).await,
            Dialect::Indigo => self.list_indigo(filter).await,
        }
    }

    /// One by its id; `None` when there is none, or none that this caller may see.
    pub(crate) async fn deployment(&self, id: &str) -> Result<Option<Deployment>, Error> {
        let request = match self.dialect {
            Dialect::V1 => v1::deployment(id),
            Dialect::Indigo => indigo::deployment(id),
        };
        let Some(response) = self.look(request).await? else { return Ok(None) };
        Ok(Some(self.read_deployment(&response, response.json()?)?))
    }

    /// Submits one, without a look and without a repetition: whoever calls decides what a lost answer means. Gives its id.
    pub(crate) async fn create(&self, submission: &Submission) -> Result<String, Error> {
        let request = match self.dialect {
            Dialect::V1 => v1::create(submission.for_v1()?),
            Dialect::Indigo => indigo::create(submission.for_indigo()?),
        };
        let response = self.unregistered(request.patience(LONG)).await?;
        id_of(&response, if self.dialect == Dialect::V1 { "id" } else { "uuid" })
    }

    /// Before a creation is sent again, and after a look.
    pub(crate) async fn pause(&self, made: u32, error: &http::Error) -> bool {
        self.door.pause(made, error).await
    }

    /// Deploys anew, with another template or other inputs.
    pub(crate) async fn update(&self, id: &str, submission: &Submission) -> Result<(), Error> {
        Feature::UpdateTemplate.refuse(self.dialect)?;
        let request = indigo::update(id, submission.for_indigo()?).patience(LONG);
        Ok(self.door.send(&request).await.map(drop)?)
    }

    /// Moves a deployment to another group; nothing is deployed.
    pub(crate) async fn set_group(&self, id: &str, group: &str) -> Result<(), Error> {
        Feature::UpdateGroup.refuse(self.dialect)?;
        self.unregistered(v1::set_group(id, group)).await.map(drop)
    }

    /// Begins the end of one. `force` goes on where something beside the machines cannot be removed; in v1 `hard` removes
    /// the row as well. `false`: it was gone already.
    pub(crate) async fn delete(&self, id: &str, force: bool, hard: bool) -> Result<bool, Error> {
        let request = match self.dialect {
            Dialect::V1 => v1::delete(id, hard, force),
            Dialect::Indigo => {
                if hard {
                    Feature::HardDelete.refuse(self.dialect)?;
                }
                indigo::delete(id, force)
            }
        };
        Ok(self.look(request).await?.is_some())
    }

    /// Gives up on a deletion that is stuck, so that it can be tried again.
    pub(crate) async fn reset(&self, id: &str) -> Result<(), Error> {
        Feature::Reset.refuse(self.dialect)?;
        Ok(self.door.send(&indigo::reset(id)).await.map(drop)?)
    }

    /// The text of its template: as it was submitted, or, where servers keep it as JSON, that.
    pub(crate) async fn template_of(&self, id: &str) -> Result<Option<String>, Error> {
        let request = match self.dialect {
            Dialect::V1 => v1::template_of(id),
            Dialect::Indigo => indigo::part(id, "template"),
        };
        let Some(response) = self.look(request).await? else { return Ok(None) };
        if self.dialect == Dialect::Indigo {
            return Ok(Some(text(&response)?));
        }
        let body = response.json()?;
        let content = response.member(&body, "content")?;
        Ok(Some(content.as_str().map_or_else(|| content.to_string(), str::to_owned)))
    }

    /// What the Infrastructure Manager logged, as far as the server passes it on: empty also where fetching it failed. A log
    /// that is not there yet is a crash of the server: not `repeatable` is right for whoever asks again anyway.
    pub(crate) async fn log(&self, id: &str, repeatable: bool) -> Result<Option<String>, Error> {
        let mut request = match self.dialect {
            Dialect::V1 if self.offers().await?.logs => v1::logs_of(id),
            Dialect::V1 => return Err(self.refusal(Feature::Log)),
            Dialect::Indigo => indigo::part(id, "log"),
        };
        request.repeatable = repeatable;
        match self.look(request.patience(LONG)).await? {
            Some(response) => Ok(Some(text(&response)?)),
            None => Ok(None),
        }
    }

    /// Details of all machines.
    pub(crate) async fn extra_info(&self, id: &str) -> Result<Option<Value>, Error> {
        Feature::ExtraInfo.refuse(self.dialect)?;
        let Some(response) = self.look(indigo::part(id, "extrainfo").patience(LONG)).await? else { return Ok(None) };
        Ok(Some(response.json()?))
    }

    /// What the server says of itself to whoever has a token.
    pub(crate) async fn configuration(&self) -> Result<Value, Error> {
        Feature::Configuration.refuse(self.dialect)?;
        Ok(self.door.send(&indigo::configuration()).await?.json()?)
    }

    /// All schedules.
    pub(crate) async fn schedules(&self) -> Result<Vec<Value>, Error> {
        Feature::Schedules.refuse(self.dialect)?;
        self.all(indigo::schedules(), indigo::PAGES).await
    }

    pub(crate) async fn schedule(&self, id: &str) -> Result<Option<Value>, Error> {
        Feature::Schedules.refuse(self.dialect)?;
        match self.look(indigo::schedule(id)).await? {
            Some(response) => Ok(Some(response.json()?)),
            None => Ok(None),
        }
    }

    /// Makes a schedule: what a deployment of it would submit, and for which data. As with a deployment, whoever calls decides
    /// what a lost answer means. Gives its id.
    pub(crate) async fn create_schedule(
        &self,
        submission: &Submission,
        when: &serde_json::Map<String, Value>,
    ) -> Result<String, Error> {
        Feature::Schedules.refuse(self.dialect)?;
        let mut body = submission.for_indigo()?;
        if let Some(members) = body.as_object_mut() {
            members.extend(when.clone());
        }
        let response = self.door.send(&indigo::create_schedule(body).patience(LONG)).await?;
        id_of(&response, "uuid")
    }

    /// The text that a schedule deploys; `None` where the server does not tell.
    pub(crate) async fn schedule_template(&self, id: &str) -> Result<Option<String>, Error> {
        Feature::Schedules.refuse(self.dialect)?;
        let response = self.look(indigo::schedule(id).path("template")).await?;
        Ok(response.as_ref().map(text).transpose()?)
    }

    /// How any listing of a server of this dialect pages.
    pub(crate) fn pages_of(dialect: Dialect) -> NumberedPages {
        let style = if dialect == Dialect::V1 { v1::PAGES } else { indigo::PAGES };
        NumberedPages::new(NumberedStyle { rows: "", ..style }, PAGE)
    }

    /// All rows of a listing, read again where it changed in between.
    async fn all(&self, request: Request, style: NumberedStyle) -> Result<Vec<Value>, Error> {
        let mut reading = 1;
        loop {
            match self.door.pages(request.clone(), NumberedPages::new(style, PAGE)).all().await {
                Err(http::Error::Moved { .. }) if reading < READINGS => reading += 1,
                result => return Ok(result?),
            }
        }
    }

    /// The first rows of a listing, and no more requests than that takes.
    async fn first(&self, request: Request, style: NumberedStyle, count: u64) -> Result<Vec<Value>, Error> {
        let mut pager = self.door.pages(request, NumberedPages::new(style, count.clamp(1, PAGE)));
        let (mut rows, most) = (Vec::new(), usize::try_from(count).unwrap_or(usize::MAX));
        while rows.len() < most
            && let Some(page) = pager.next_page().await?
        {
            rows.extend(page);
        }
        rows.truncate(most);
        Ok(rows)
    }

    /// Sends what has a 404 for an answer: `None`.
    async fn look(&self, request: Request) -> Result<Option<Response>, Error> {
        let response = self.door.send(&request.accept_status(404)).await?;
        if response.status != 404 {
            return Ok(Some(response));
        }
        if v1::is_about_the_caller(&response) {
            return Err(Error::Unregistered);
        }
        // A proxy has no deployments either, and a wrong path none of anything.
        if self.is_its_own(&response) { Ok(None) } else { Err(response.malformed(STRANGE).into()) }
    }

    /// Whether a 404 is the orchestrator's word about the thing, and not somebody's about the address.
    fn is_its_own(&self, response: &Response) -> bool {
        let Ok(body) = response.json() else { return false };
        match self.dialect {
            Dialect::V1 => body.get("detail").and_then(Value::as_str).is_some_and(|detail| detail != "Not Found"),
            // Gateways have a `message` too, and some a `code`; only the orchestrator has a title beside that.
            Dialect::Indigo => {
                body.get("code").and_then(Value::as_u64) == Some(404) && body.get("title").is_some_and(Value::is_string)
            }
        }
    }

    /// Sends what has no 404 for an answer, but may hear that the caller has no user.
    async fn unregistered(&self, request: Request) -> Result<Response, Error> {
        self.door.send(&request).await.map_err(|error| match &error {
            http::Error::Status(status) if status.status == 404 && v1::says_unregistered(&status.message) => {
                Error::Unregistered
            }
            _ => error.into(),
        })
    }

    /// What a server of the newer dialect has, by its own description.
    async fn offers(&self) -> Result<Offers, Error> {
        self.offers.get_or_try_init(async || Ok(Offers::of(&self.door).await?.0)).await.copied()
    }

    fn refusal(&self, feature: Feature) -> Error {
        let instead = feature.instead(self.dialect).unwrap_or("there is no other way");
        Unsupported { what: feature.what(), dialect: self.dialect, instead }.into()
    }

    fn read_deployment(&self, response: &Response, value: Value) -> Result<Deployment, http::Error> {
        let read = if self.dialect == Dialect::V1 { model::deployment_v1 } else { model::deployment_indigo };
        read(value).map_err(|reason| response.malformed(&reason))
    }

    fn read_rows<T>(&self, rows: Vec<Value>, read: fn(Value) -> Result<T, String>) -> Result<Vec<T>, Error> {
        let unusable = |reason: String| http::Error::Malformed {
            backend: self.door.endpoint().backend,
            method: "GET",
            url: self.door.endpoint().url.to_string(),
            reason,
        };
        Ok(rows.into_iter().map(|row| read(row).map_err(unusable)).collect::<Result<Vec<T>, _>>()?)
    }
}

/// Whether a server of the newer dialect could not ask the issuer of a token about it. What it says then sounds like a bad
/// token, and passes.
pub(crate) fn cannot_reach_issuer(error: &http::StatusError) -> bool {
    matches!(error.status, 401 | 403) && error.message.contains("No 'iss' claim")
}

/// The id of what was made.
fn id_of(response: &Response, key: &str) -> Result<String, Error> {
    let body = response.json()?;
    match response.member(&body, key)?.as_str() {
        Some(id) => Ok(id.to_owned()),
        None => Err(response.malformed(&format!("`{key}` is no text")).into()),
    }
}

/// A body that is text.
fn text(response: &Response) -> Result<String, http::Error> {
    String::from_utf8(response.body.clone()).map_err(|_| response.malformed("it is not valid UTF-8"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::api::keystone::testing::{Scripted, run};

    #[test]
    fn only_the_orchestrators_own_404_says_that_there_is_none() {
        let own = |words: &str| json!({"status": 404, "detail": words});
        for (dialect, body, is_own) in [
            (Dialect::Indigo, json!({"code": 404, "title": "Not Found", "message": "it doesn't exist"}), true),
            (Dialect::Indigo, json!({"code": 404, "title": "Not Found"}), true),
            (Dialect::Indigo, json!({"message": "no Route matched"}), false),
            (Dialect::Indigo, json!({"code": 404, "message": "no Route matched"}), false),
            (Dialect::Indigo, json!({"code": "404", "title": "Not Found"}), false),
            (Dialect::Indigo, json!({"code": 5, "title": "Not Found"}), false),
            (Dialect::Indigo, json!({"status": 404, "error": "Not Found", "message": "x", "path": "/"}), false),
            (Dialect::V1, own("Deployment with id=d does not exist"), true),
            (Dialect::V1, own("Not Found"), false),
        ] {
            let answer = body.clone();
            let scripted = Scripted::new(move |_, _| (404, answer.clone()));
            let paas = Paas::new(scripted.door.clone(), dialect);
            match run(paas.deployment("d")) {
                Ok(found) => assert!(is_own && found.is_none(), "{body}"),
                Err(error) => {
                    let told = error.to_string();
                    assert!(!is_own && told.contains("not in the orchestrator's words"), "{body}: {told}");
                }
            }
        }
    }

    #[test]
    fn a_server_that_cannot_reach_the_issuer_is_told_from_one_that_refuses_the_token() {
        for (status, words, passes) in [
            (401, "Could not verify JWT: No 'iss' claim in body", true),
            (403, "Could not verify JWT: No 'iss' claim in body", true),
            (401, "Could not verify JWT: Signature has expired", false),
            (422, "No 'iss' claim in body", false),
        ] {
            let answer = json!({"status": status, "detail": {"error": "Unauthenticated", "error_description": words}});
            let scripted = Scripted::new(move |_, _| (status, answer.clone()));
            let paas = Paas::new(scripted.door.clone(), Dialect::V1);
            match run(paas.deployment("d")) {
                Err(Error::Wire(http::Error::Status(error))) => {
                    assert_eq!(cannot_reach_issuer(&error), passes, "{status} {words}");
                }
                other => panic!("{other:?}"),
            }
        }
    }
}
