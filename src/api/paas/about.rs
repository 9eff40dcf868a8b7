//! What an orchestrator says of itself, and what follows from it: which of the features that its dialect may have this one
//! has, and what its lists want to know.

use serde_json::Value;

use super::dialect::release;
use super::{Dialect, Error, Feature, v1};
use crate::api::door::Door;

/// What a server of the newer dialect has beyond what all of them have, by its own description.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Offers {
    pub(super) logs: bool,
    pub(super) resources: bool,
    /// Its list of deployments does not have to be told of which template.
    pub(super) whole_list: bool,
}

impl Offers {
    /// One question, without which nothing is offered: what is not described is not there.
    pub(super) async fn of(door: &Door) -> Result<(Self, Value), Error> {
        let request = v1::description().accept_status(401).accept_status(403).accept_status(404);
        let response = door.send(&request).await?;
        let description = if response.status == 200 { response.json()? } else { Value::Null };
        Ok((Self::read(&description), description))
    }

    fn read(description: &Value) -> Self {
        let has = |route| at(description, route).is_some();
        let list = at(description, "/deployments").and_then(|methods| methods.get("get"));
        let wanted = |parameter: &Value| {
            parameter.get("name").and_then(Value::as_str) == Some("template_id")
                && parameter.get("required").and_then(Value::as_bool) == Some(true)
        };
        let parameters = |list: &Value| list.get("parameters").and_then(Value::as_array).cloned().unwrap_or_default();
        Self {
            logs: has("/deployments/{deployment_id}/logs"),
            resources: has("/deployments/{deployment_id}/resources"),
            whole_list: list.is_some_and(|list| !parameters(list).iter().any(wanted)),
        }
    }
}

/// The methods of a route; servers write paths with and without what all of them begin with.
fn at<'a>(description: &'a Value, route: &str) -> Option<&'a Value> {
    let paths = description.get("paths").and_then(Value::as_object)?;
    let same = |path: &str| path.strip_prefix("/api/v1").unwrap_or(path).trim_end_matches('/') == route;
    paths.iter().find(|(path, _)| same(path)).map(|(_, methods)| methods)
}

/// What one server is.
#[derive(Clone, Debug)]
pub(crate) struct About {
    pub(crate) dialect: Dialect,
    /// In its own words.
    pub(crate) version: Option<String>,
    release: Option<(u32, u32, u32)>,
    offers: Offers,
}

impl About {
    /// `told` is what the probe heard. One more question to a server of the newer dialect, without a token.
    pub(crate) async fn of(door: &Door, dialect: Dialect, told: &Value) -> Result<Self, Error> {
        if dialect == Dialect::Indigo {
            let version = told.pointer("/build/version").or_else(|| told.get("projectVersion"));
            let version = version.and_then(Value::as_str).map(str::to_owned);
            return Ok(Self { dialect, version, release: release(told), offers: Offers::default() });
        }
        let (offers, description) = Offers::of(door).await?;
        let version = description.pointer("/info/version").and_then(Value::as_str).map(str::to_owned);
        Ok(Self { dialect, version, release: None, offers })
    }

    /// What to do instead where it lacks this; `None` where it has it.
    pub(crate) fn instead(&self, feature: Feature) -> Option<String> {
        let offered = match feature {
            Feature::Log => self.offers.logs,
            Feature::Resources => self.offers.resources,
            _ => false,
        };
        if offered {
            return None;
        }
        if let Some(instead) = feature.instead(self.dialect) {
            return Some(instead.to_owned());
        }
        match (self.dialect, feature.since(), self.release) {
            (Dialect::Indigo, Some(since), Some(release)) if release < since => {
                Some(format!("a release from {}.{}.{} on has it", since.0, since.1, since.2))
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn about(dialect: Dialect, release: Option<(u32, u32, u32)>, description: &Value) -> About {
        About { dialect, version: None, release, offers: Offers::read(description) }
    }

    #[test]
    fn a_route_that_is_there_is_offered_whatever_the_dialect_lacks() {
        let bare = about(Dialect::V1, None, &json!({"paths": {"/deployments/": {}}}));
        assert!(bare.instead(Feature::Log).unwrap().contains("im.url") && bare.instead(Feature::Templates).is_none());
        for start in ["", "/api/v1"] {
            let route = |end: &str| format!("{start}/deployments/{{deployment_id}}/{end}");
            let later = about(Dialect::V1, None, &json!({"paths": {route("logs"): {}, route("resources/"): {}}}));
            assert_eq!((later.instead(Feature::Log), later.instead(Feature::Resources)), (None, None), "{start}");
            assert!(later.instead(Feature::Act).is_some());
        }
    }

    #[test]
    fn a_list_is_whole_where_it_is_described_so() {
        let described = |parameters: Value| {
            Offers::read(&json!({"paths": {"/deployments/": {"get": {"parameters": parameters}}}})).whole_list
        };
        let template = |required| json!({"name": "template_id", "in": "query", "required": required});
        assert!(!described(json!([{"name": "size"}, template(true)])));
        assert!(described(json!([template(false)])) && described(json!([{"name": "size"}])));
        assert_eq!(Offers::read(&Value::Null), Offers::default());
    }

    #[test]
    fn an_old_release_lacks_what_came_later() {
        for (release, has) in [(Some((2, 6, 9)), false), (Some((2, 7, 0)), true), (None, true)] {
            let instead = about(Dialect::Indigo, release, &Value::Null).instead(Feature::Reset);
            assert_eq!(instead.is_none(), has, "{release:?} {instead:?}");
        }
    }
}
