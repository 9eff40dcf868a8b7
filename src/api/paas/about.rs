//! What an orchestrator says of itself, and what follows from it: which of the features that its dialect may have this one has.

use serde_json::Value;

use super::dialect::release;
use super::{Dialect, Error, Feature, v1};
use crate::api::door::Door;

/// What one server is.
#[derive(Clone, Debug)]
pub(crate) struct About {
    pub(crate) dialect: Dialect,
    /// In its own words.
    pub(crate) version: Option<String>,
    release: Option<(u32, u32, u32)>,
    /// The newer dialect's description of itself, where it gives one.
    description: Value,
}

impl About {
    /// `told` is what the probe heard. One more question to a server of the newer dialect, without a token.
    pub(crate) async fn of(door: &Door, dialect: Dialect, told: &Value) -> Result<Self, Error> {
        if dialect == Dialect::Indigo {
            let version = told.pointer("/build/version").or_else(|| told.get("projectVersion"));
            let version = version.and_then(Value::as_str).map(str::to_owned);
            return Ok(Self { dialect, version, release: release(told), description: Value::Null });
        }
        let request = v1::description().accept_status(401).accept_status(403).accept_status(404);
        let response = door.send(&request).await?;
        let description = if response.status == 200 { response.json()? } else { Value::Null };
        let version = description.pointer("/info/version").and_then(Value::as_str).map(str::to_owned);
        Ok(Self { dialect, version, release: None, description })
    }

    /// What to do instead where it lacks this; `None` where it has it.
    pub(crate) fn instead(&self, feature: Feature) -> Option<String> {
        let route = match feature {
            Feature::Log => "/deployments/{deployment_id}/logs",
            Feature::Resources => "/deployments/{deployment_id}/resources",
            _ => "",
        };
        if self.dialect == Dialect::V1 && !route.is_empty() && mounts(&self.description, route) {
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

/// Whether a server of the newer dialect has this route, by its description.
pub(super) fn mounts(description: &Value, route: &str) -> bool {
    let paths = description.get("paths").and_then(Value::as_object);
    let fits = |path: &String| path.trim_end_matches('/').strip_prefix("/api/v1") == Some(route);
    paths.is_some_and(|paths| paths.keys().any(fits))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn about(dialect: Dialect, release: Option<(u32, u32, u32)>, description: Value) -> About {
        About { dialect, version: None, release, description }
    }

    #[test]
    fn a_route_that_is_there_is_offered_whatever_the_dialect_lacks() {
        let bare = about(Dialect::V1, None, json!({"paths": {"/api/v1/deployments/": {}}}));
        assert!(bare.instead(Feature::Log).unwrap().contains("im.url") && bare.instead(Feature::Templates).is_none());
        let paths = json!({"paths": {"/api/v1/deployments/{deployment_id}/logs": {},
            "/api/v1/deployments/{deployment_id}/resources/": {}}});
        let later = about(Dialect::V1, None, paths);
        assert_eq!((later.instead(Feature::Log), later.instead(Feature::Resources)), (None, None));
        assert!(later.instead(Feature::Act).is_some());
    }

    #[test]
    fn an_old_release_lacks_what_came_later() {
        for (release, has) in [(Some((2, 6, 9)), false), (Some((2, 7, 0)), true), (None, true)] {
            let instead = about(Dialect::Indigo, release, Value::Null).instead(Feature::Reset);
            assert_eq!(instead.is_none(), has, "{release:?} {instead:?}");
        }
    }
}
