//! Requests of the older dialect.

use serde_json::{Value, json};

use super::model;
use super::{Deployment, Error, Filter, Paas};
use crate::http::{Method, NumberedStyle, Request};

/// How it pages.
pub(super) const PAGES: NumberedStyle =
    NumberedStyle { rows: "content", id: "uuid", first: 0, pages: "/page/totalPages", total: "/page/totalElements" };

fn deployments(method: Method) -> Request {
    Request::new(method).path("deployments")
}

fn one(method: Method, id: &str) -> Request {
    deployments(method).id(id)
}

pub(super) fn deployment(id: &str) -> Request {
    one(Method::Get, id)
}

pub(super) fn create(body: Value) -> Request {
    deployments(Method::Post).json(body)
}

/// Not repeated: a second one behind the first is refused as an update of what is being updated.
pub(super) fn update(id: &str, body: Value) -> Request {
    let mut request = one(Method::Put, id).json(body);
    request.repeatable = false;
    request
}

pub(super) fn delete(id: &str, force: bool) -> Request {
    let request = one(Method::Delete, id);
    if force { request.query("force", "true") } else { request }
}

pub(super) fn reset(id: &str) -> Request {
    one(Method::Patch, id).json(json!({ "status": "DELETE_FAILED" }))
}

/// Its template, its log, details of its machines.
pub(super) fn part(id: &str, part: &'static str) -> Request {
    one(Method::Get, id).path(part)
}

pub(super) fn resources(id: &str, kind: Option<&str>) -> Request {
    let request = part(id, "resources");
    match kind {
        Some(kind) => request.query("type", kind),
        None => request.query("sort", "createdAt,asc"),
    }
}

pub(super) fn resource(id: &str, resource: &str) -> Request {
    part(id, "resources").segment(resource)
}

pub(super) fn act(id: &str, resource: &str, action: &str) -> Request {
    one(Method::Post, id).path("resources").segment(resource).path("actions").json(json!({ "type": action }))
}

pub(super) fn configuration() -> Request {
    Request::new(Method::Get).path("configuration")
}

pub(super) fn schedules() -> Request {
    Request::new(Method::Get).path("schedules")
}

pub(super) fn schedule(id: &str) -> Request {
    schedules().segment(id)
}

pub(super) fn create_schedule(body: Value) -> Request {
    Request::new(Method::Post).path("schedules").json(body)
}

impl Paas {
    pub(super) async fn list_indigo(&self, filter: &Filter) -> Result<Vec<Deployment>, Error> {
        let mut request = deployments(Method::Get);
        if let Some(by) = filter.created_by.as_deref().or(filter.mine.then_some("me")) {
            request = request.query("createdBy", by);
        }
        if let Some(group) = &filter.group {
            request = request.query("userGroup", group);
        }
        let rows = match filter.newest {
            Some(count) => self.first(request.query("sort", "createdAt,desc"), PAGES, count).await?,
            None => self.all(request.query("sort", "createdAt,asc"), PAGES).await?,
        };
        self.read_rows(rows, model::deployment_indigo)
    }
}
