//! What a token can be good for, and how a login asks for it.

use std::fmt;

use serde_json::{Value, json};

/// What the token is good for.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Scope {
    System,
    Project {
        name: String,
        domain: String,
    },
    Domain {
        name: String,
    },
    /// What a trust delegates to us, its trustee.
    Trust {
        id: String,
    },
    Unscoped,
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::System => f.write_str("system"),
            Self::Project { name, domain } => write!(f, "project {name} of {domain}"),
            Self::Domain { name } => write!(f, "domain {name}"),
            Self::Trust { id } => write!(f, "trust {id}"),
            Self::Unscoped => f.write_str("unscoped"),
        }
    }
}

impl Scope {
    /// One text for each scope, to keep tokens apart by: what people are shown is ambiguous where a name holds ` of `.
    pub(crate) fn key(&self) -> String {
        match self {
            Self::Project { name, domain } => format!("project {} of {}", json!(name), json!(domain)),
            Self::Domain { name } => format!("domain {}", json!(name)),
            Self::Trust { id } => format!("trust {}", json!(id)),
            Self::System | Self::Unscoped => self.to_string(),
        }
    }

    /// As a login asks for it.
    pub(super) fn body(&self) -> Value {
        match self {
            Self::System => json!({"system": {"all": true}}),
            Self::Project { name, domain } => match name.strip_prefix("id:") {
                Some(id) => json!({"project": {"id": id}}),
                None => json!({"project": {"name": name, "domain": domain_ref(domain)}}),
            },
            Self::Domain { name } => json!({"domain": domain_ref(name)}),
            Self::Trust { id } => json!({"OS-TRUST:trust": {"id": id}}),
            Self::Unscoped => json!("unscoped"),
        }
    }
}

/// By name, or by id where one is forced.
pub(super) fn domain_ref(domain: &str) -> Value {
    match domain.strip_prefix("id:") {
        Some(id) => json!({ "id": id }),
        None => json!({ "name": domain }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[expect(clippy::needless_pass_by_value, reason = "shorter to call")]
    fn body(scope: Scope) -> Value {
        scope.body()
    }

    #[test]
    fn the_five_scopes() {
        assert_eq!(body(Scope::System), json!({"system": {"all": true}}));
        assert_eq!(body(Scope::Unscoped), json!("unscoped"));
        assert_eq!(body(Scope::Domain { name: "x".into() }), json!({"domain": {"name": "x"}}));
        let project = Scope::Project { name: "/p".into(), domain: "id:abc".into() };
        assert_eq!(body(project), json!({"project": {"name": "/p", "domain": {"id": "abc"}}}));
        assert_eq!(body(Scope::Trust { id: "t1".into() }), json!({"OS-TRUST:trust": {"id": "t1"}}));
    }

    #[test]
    fn every_scope_has_a_key_of_its_own() {
        let project = |name: &str, domain: &str| Scope::Project { name: name.into(), domain: domain.into() };
        let (one, other) = (project("a of b", "c"), project("a", "b of c"));
        assert_eq!(one.to_string(), other.to_string());
        assert_ne!(one.key(), other.key());
        assert_ne!(project("a\" of \"b", "c").key(), project("a", "b\" of \"c").key());
        assert_eq!(project("/p", "id:abc").key(), r#"project "/p" of "id:abc""#);
        assert_ne!(Scope::Domain { name: "x".into() }.key(), Scope::System.key());
        assert_ne!(Scope::Domain { name: "x".into() }.key(), Scope::Trust { id: "x".into() }.key());
    }
}
