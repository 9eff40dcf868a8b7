//! Schedules of indigo: deployments that are made when data arrive. None ever is, here.

use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::super::super::call::{Call, Reply};
use super::super::{Around, new_uuid};
use super::caller::{Caller, Need};
use super::data::{Data, host, time};
use super::error::refused;
use super::list::{Row, page};
use super::request::Request;

#[derive(Clone, Debug, Serialize)]
pub(super) struct Schedule {
    uuid: String,
    issuer: String,
    subject: String,
    template: String,
    fields: Map<String, Value>,
    created: Timestamp,
}

impl Schedule {
    fn json(&self, around: &Around<'_>) -> Value {
        let at = format!("{}/schedules/{}", host(around), self.uuid);
        let mut map = Map::from_iter([
            ("uuid".to_owned(), json!(self.uuid)),
            ("creationTime".to_owned(), json!(time(self.created))),
            ("updateTime".to_owned(), json!(time(self.created))),
            ("status".to_owned(), json!("RUNNING")),
        ]);
        map.extend(self.fields.clone());
        map.insert("createdBy".to_owned(), json!({"issuer": self.issuer, "subject": self.subject}));
        let links = json!([{"rel": "self", "href": at}, {"rel": "template", "href": format!("{at}/template")}]);
        map.insert("links".to_owned(), links);
        Value::Object(map)
    }
}

/// What is needed beside what a deployment needs.
const FIELDS: [&str; 3] = ["fileExpression", "replicationExpression", "numberOfReplicas"];

pub(super) fn create(data: &mut Data, around: &Around<'_>, caller: &Caller, call: &Call) -> Result<Reply, Reply> {
    caller.check(Need::Write)?;
    let request = Request::read(call)?;
    let mut fields = Map::new();
    for name in FIELDS {
        let value = request.body.get(name).filter(|value| !value.is_null());
        let value = value.ok_or_else(|| refused(400, format!("{name}: may not be null")))?;
        fields.insert(name.to_owned(), value.clone());
    }
    for name in ["userGroup", "callback"] {
        fields.extend(request.body.get(name).map(|value| (name.to_owned(), value.clone())));
    }
    let (issuer, subject) = (caller.claims.issuer.clone(), caller.claims.subject.clone());
    let schedule =
        Schedule { uuid: new_uuid(), issuer, subject, template: request.template, fields, created: around.now };
    let reply = Reply::json(201, &schedule.json(around));
    data.schedules.push(schedule);
    Ok(reply)
}

pub(super) fn list(data: &Data, around: &Around<'_>, caller: &Caller, call: &Call) -> Result<Reply, Reply> {
    let of_issuer = data.schedules.iter().filter(|schedule| schedule.issuer == caller.claims.issuer);
    let row = |schedule: &Schedule| {
        let keys = json!({"createdAt": schedule.created.as_millisecond(), "id": schedule.uuid});
        Row { shown: schedule.json(around), keys }
    };
    page(around, call, of_issuer.map(row).collect())
}

fn find<'data>(data: &'data Data, caller: &Caller, uuid: &str) -> Result<&'data Schedule, Reply> {
    let is_it = |schedule: &&Schedule| schedule.uuid == uuid && schedule.issuer == caller.claims.issuer;
    data.schedules.iter().find(is_it).ok_or_else(|| refused(404, format!("The schedule <{uuid}> doesn't exist")))
}

pub(super) fn show(data: &Data, around: &Around<'_>, caller: &Caller, uuid: &str) -> Result<Reply, Reply> {
    Ok(Reply::json(200, &find(data, caller, uuid)?.json(around)))
}

pub(super) fn events(
    data: &Data,
    around: &Around<'_>,
    caller: &Caller,
    call: &Call,
    uuid: &str,
) -> Result<Reply, Reply> {
    find(data, caller, uuid)?;
    page(around, call, Vec::new())
}

pub(super) fn template(data: &Data, caller: &Caller, uuid: &str) -> Result<Reply, Reply> {
    Ok(Reply::text(200, &find(data, caller, uuid)?.template))
}
