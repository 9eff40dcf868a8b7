//! Requests of the newer dialect. Its collections end in `/`, its items do not; anything else is answered with a redirect
//! to an address that the server makes up from the request.

use serde_json::{Value, json};

use super::model;
use super::{Deployment, Error, Filter, Paas};
use crate::http::{Method, NumberedStyle, Request, Response};

/// How it pages.
pub(super) const PAGES: NumberedStyle =
    NumberedStyle { rows: "data", id: "id", first: 1, pages: "/page/total_pages", total: "/page/total_elements" };

/// What the server says of a caller for whom it has no user.
const UNREGISTERED: &str = "No user with the given credentials";

pub(super) fn collection(method: Method, path: &'static str) -> Request {
    Request::new(method).path("api/v1").path(path).slash().crash_is_final()
}

pub(super) fn item(method: Method, path: &'static str, id: &str) -> Request {
    Request::new(method).path("api/v1").path(path).segment(id).crash_is_final()
}

pub(super) fn deployment(id: &str) -> Request {
    item(Method::Get, "deployments", id)
}

pub(super) fn create(body: Value) -> Request {
    collection(Method::Post, "deployments").json(body)
}

pub(super) fn set_group(id: &str, group: &str) -> Request {
    item(Method::Patch, "deployments", id).json(json!({ "user_group": group }))
}

/// Both are wanted, whatever they are. `force` removes the row, `unsecure` goes on where removing a machine fails.
pub(super) fn delete(id: &str, force: bool, unsecure: bool) -> Request {
    item(Method::Delete, "deployments", id).query("force", force.to_string()).query("unsecure", unsecure.to_string())
}

pub(super) fn template_of(id: &str) -> Request {
    item(Method::Get, "deployments", id).path("templates")
}

pub(super) fn logs_of(id: &str) -> Request {
    item(Method::Get, "deployments", id).path("logs")
}

pub(super) fn resources(id: &str) -> Request {
    item(Method::Get, "deployments", id).path("resources").slash()
}

pub(super) fn resource(id: &str, resource: &str) -> Request {
    item(Method::Get, "deployments", id).path("resources").segment(resource)
}

/// The server's description of itself: what is in there is there.
pub(super) fn description() -> Request {
    Request::new(Method::Get).path("api/v1/openapi.json")
}

pub(super) fn says_unregistered(message: &str) -> bool {
    message.contains(UNREGISTERED)
}

/// Whether a 404 is about the caller and not about what was asked for.
pub(super) fn is_about_the_caller(response: &Response) -> bool {
    says_unregistered(&response.error_message())
}

impl Paas {
    /// Where the list wants to know of which template, every template is asked for.
    pub(super) async fn list_v1(&self, filter: &Filter) -> Result<Vec<Deployment>, Error> {
        let own = if filter.mine { Some(self.me().await?.ok_or(Error::Unregistered)?.id) } else { None };
        let fitting = |deployment: &Deployment| {
            let mine = own.as_ref().is_none_or(|own| deployment.owners.contains(own));
            let of_them = filter.created_by.is_none() || deployment.created_by == filter.created_by;
            mine && of_them && filter.group.as_ref().is_none_or(|group| deployment.group.as_ref() == Some(group))
        };
        // Not cut short by the server where rows are left out here.
        let is_choosy = own.is_some() || filter.created_by.is_some() || filter.group.is_some();
        let most = if is_choosy { None } else { filter.newest };
        let rows = if filter.template.is_some() || self.offers().await?.whole_list {
            self.rows_v1(filter, filter.template.as_deref(), most).await?
        } else {
            let mut rows = Vec::new();
            for template in self.templates(None).await? {
                rows.extend(self.rows_v1(filter, Some(&template.id), most).await?);
            }
            rows
        };
        let mut found = self.read_rows(rows, model::deployment_v1)?;
        found.retain(fitting);
        found.sort_by_key(|deployment| deployment.created_at.as_ref().and_then(|time| time.at));
        if let Some(newest) = filter.newest {
            found.reverse();
            found.truncate(usize::try_from(newest).unwrap_or(usize::MAX));
        }
        Ok(found)
    }

    async fn rows_v1(&self, filter: &Filter, template: Option<&str>, most: Option<u64>) -> Result<Vec<Value>, Error> {
        let mut request = collection(Method::Get, "deployments");
        if let Some(template) = template {
            request = request.query("template_id", template);
        }
        if let Some(group) = &filter.group {
            request = request.query("user_group", group);
        }
        match most {
            Some(count) => self.first(request.query("sort", "-created_at"), PAGES, count).await,
            None => self.all(request.query("sort", "created_at"), PAGES).await,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::keystone::testing::{Scripted, run};
    use crate::api::paas::Dialect;

    #[test]
    fn the_newest_of_one_person_are_counted_among_theirs() {
        let made = |id: &str, by: &str, day: u8| {
            let at = format!("2026-11-2{day}T07:03:04.447+00:00");
            json!({"id": id, "status": 0, "created_by": by, "created_at": at})
        };
        let rows = [made("a", "ann", 1), made("b", "ann", 2), made("c", "bob", 3), made("d", "bob", 4)];
        let pages = json!({"size": 100, "number": 1, "total_elements": 4, "total_pages": 1});
        let scripted = Scripted::new(move |_, _| (200, json!({"data": rows, "page": pages})));
        let paas = Paas::new(scripted.door.clone(), Dialect::V1);
        let template = Some("t".to_owned());
        let filter = Filter { created_by: Some("ann".to_owned()), template, newest: Some(1), ..Filter::default() };
        let found = run(paas.deployments(&filter)).unwrap();
        assert_eq!(found.iter().map(|one| one.id.as_str()).collect::<Vec<_>>(), ["b"]);
        let asked = scripted.asked();
        assert!(asked.len() == 1 && asked[0].contains("sort=created_at&size=100"), "{asked:?}");
    }
}
