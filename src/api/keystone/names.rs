//! From names to objects. Always by the server's exact filter or a list that we compare ourselves; never by prefix,
//! never from a memory of earlier runs.

use std::collections::HashMap;

use serde_json::Value;

use crate::http::Error;

use super::{Entity, Keystone, Kind};

/// From this many names on, a page of the list costs less than a query each.
const LIST_FROM: usize = 4;

/// The prefix that forces an id.
const ID_PREFIX: &str = "id:";

/// Why a name did not lead to one object.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NameError {
    /// There is none.
    #[error("{kind} '{name}' does not exist{place}")]
    NotFound { kind: &'static str, name: String, place: String },
    /// There are several; the candidates are listed.
    #[error("{} {kind}s are called '{name}'", .candidates.len())]
    Ambiguous { kind: &'static str, name: String, candidates: Vec<Entity> },
    #[error(transparent)]
    Wire(#[from] Error),
}

impl Keystone {
    /// Everything of this kind that goes by this name or `id:…`.
    pub(crate) async fn candidates(&self, kind: Kind, domain: Option<&str>, name: &str) -> Result<Vec<Entity>, Error> {
        match name.strip_prefix(ID_PREFIX) {
            Some(id) => Ok(self.show(kind, id).await?.into_iter().collect()),
            None => self.exact(kind, domain, name).await,
        }
    }

    /// Many names of one kind in one domain, in as few requests as their number allows: exact queries side by side
    /// below [`LIST_FROM`]; from there on one page of the list per four names at most, and exact queries for what is
    /// still open then.
    pub(crate) async fn many(
        &self,
        kind: Kind,
        domain: Option<&str>,
        names: &[String],
    ) -> Result<HashMap<String, Vec<Entity>>, Error> {
        let mut found: HashMap<String, Vec<Entity>> = HashMap::new();
        let mut open: Vec<&String> = names.iter().collect();
        open.sort();
        open.dedup();
        let by_name = open.iter().filter(|name| !name.starts_with(ID_PREFIX)).count();
        if by_name >= LIST_FROM {
            let request = domain.map_or_else(|| kind.list(), |domain| kind.list().query("domain_id", domain));
            let mut pages_left = by_name / LIST_FROM;
            let mut pager = self.pages(request, kind);
            let mut complete = false;
            while pages_left > 0 {
                let Some(page) = pager.next_page().await? else {
                    complete = true;
                    break;
                };
                pages_left -= 1;
                for row in page {
                    let entity = self.typed(kind, row)?;
                    found.entry(entity.name.clone()).or_default().push(entity);
                }
                if pager.is_last() {
                    complete = true;
                    break;
                }
            }
            found.retain(|name, _| open.binary_search(&name).is_ok());
            // What was seen is settled where nobody else can have the name, as within a domain; what was not seen is
            // absent only if the whole list was read.
            let is_unique = domain.is_some() || matches!(kind, Kind::Domain | Kind::Role);
            let is_settled = |name: &str| is_unique && found.contains_key(name);
            open.retain(|name| name.starts_with(ID_PREFIX) || !(complete || is_settled(name)));
        }
        let queries = open.iter().map(|name| self.candidates(kind, domain, name));
        let answers = futures_util::future::try_join_all(queries).await?;
        for (name, entities) in open.into_iter().zip(answers) {
            found.insert(name.clone(), entities);
        }
        Ok(found)
    }

    /// The roles of a service: those whose Keystone name starts with `<domain id>#`.
    pub(crate) async fn service_roles(&self, domain: &str) -> Result<Vec<Entity>, Error> {
        let prefix = format!("{domain}#");
        let rows = self.list(Kind::Role, &[("name__startswith", &prefix)]).await?;
        // A server that ignores the filter sends all roles.
        let found = rows.into_iter().filter(|role| role.name.starts_with(&prefix)).collect();
        self.watch().all(Kind::Role, Some(domain));
        Ok(found)
    }
}

/// Picks the one object of that name, or says why it cannot.
pub(crate) fn only(
    kind: &'static str,
    name: &str,
    place: &str,
    mut candidates: Vec<Entity>,
) -> Result<Entity, NameError> {
    match candidates.len() {
        1 => Ok(candidates.remove(0)),
        0 => Err(NameError::NotFound { kind, name: name.to_owned(), place: place.to_owned() }),
        _ => Err(NameError::Ambiguous { kind, name: name.to_owned(), candidates }),
    }
}

/// The short form of a role's name and the domain id in front of it, if it has one.
pub(crate) fn split_role(name: &str) -> (Option<&str>, &str) {
    match name.split_once('#') {
        // A domain id is 32 hexadecimal digits, or `default`.
        Some((domain, short))
            if !short.is_empty()
                && (domain == "default" || (domain.len() == 32 && domain.bytes().all(|b| b.is_ascii_hexdigit()))) =>
        {
            (Some(domain), short)
        }
        _ => (None, name),
    }
}

/// The Keystone project name of a subservice: `/NAME`, except for the platform's `#…` containers.
pub(crate) fn project_name(subservice: &str) -> String {
    if subservice.starts_with('/') || subservice.starts_with('#') {
        subservice.to_owned()
    } else {
        format!("/{subservice}")
    }
}

/// The subservice's name as people write it.
pub(crate) fn subservice_name(project: &str) -> &str {
    project.strip_prefix('/').filter(|rest| !rest.is_empty()).unwrap_or(project)
}

/// A text member of a row, empty when absent.
pub(crate) fn text<'a>(row: &'a Value, pointer: &str) -> &'a str {
    row.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn role_names_are_split_only_at_a_domain_id() {
        let id = "0123456789abcdef0123456789abcdef";
        assert_eq!(split_role(&format!("{id}#Admin")), (Some(id), "Admin"));
        assert_eq!(split_role("default#Admin"), (Some("default"), "Admin"));
        assert_eq!(split_role("a#b"), (None, "a#b"));
        assert_eq!(split_role("admin"), (None, "admin"));
    }

    #[test]
    fn subservice_names_go_back_and_forth() {
        assert_eq!(project_name("energy"), "/energy");
        assert_eq!(project_name("/energy/solar"), "/energy/solar");
        assert_eq!(project_name("#container"), "#container");
        assert_eq!(subservice_name("/energy"), "energy");
        assert_eq!(subservice_name("admin"), "admin");
        assert_eq!(subservice_name("/"), "/");
    }
}
