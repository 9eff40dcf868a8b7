//! Names from the command line to objects, with errors that help.

use std::collections::HashMap;

use anyhow::Result;

use crate::api::keystone::names::{only, project_name, split_role};
use crate::api::keystone::{Entity, Keystone, Kind, NameError, Scope};
use crate::base::text::shell_word;

use super::context::Context;
use super::error::{CliError, Exit};
use super::present::{platform_name, word};

/// Role names that are Keystone's own in practice: asked for first, so that granting `admin` costs one look-up.
const KEYSTONE_ROLES: [&str; 5] = ["admin", "manager", "member", "reader", "service"];

impl Context {
    /// The service that was named, by `-s`, the context or a variable.
    pub(crate) fn service_name(&self) -> Option<String> {
        self.settings.text("service").ok().flatten()
    }

    /// The service that a verb works in; without one it is a usage error.
    pub(crate) async fn service(&self) -> Result<Entity> {
        let Some(name) = self.service_name() else {
            return Err(CliError::usage("which service?")
                .next("name it with -s NAME; `orchest service list` shows all")
                .into());
        };
        self.service_named(&name).await
    }

    /// The service that was named, if any was.
    pub(crate) async fn optional_service(&self) -> Result<Option<Entity>> {
        match self.service_name() {
            Some(name) => self.service_named(&name).await.map(Some),
            None => Ok(None),
        }
    }

    pub(crate) async fn service_named(&self, name: &str) -> Result<Entity> {
        let found = self.find(Kind::Domain, None, name).await?;
        self.demand(Kind::Domain, name, None, found).await
    }

    /// The subservice that was named by `-S`, if any was.
    pub(crate) async fn optional_subservice(&self, service: &Entity) -> Result<Option<Entity>> {
        let Some(name) = self.settings.text("subservice")? else { return Ok(None) };
        let found = self.find(Kind::Project, Some(service), &name).await?;
        self.demand(Kind::Project, &name, Some(service), found).await.map(Some)
    }

    /// Everything of a kind that goes by this name, in the service or, without one, anywhere.
    pub(crate) async fn find(&self, kind: Kind, service: Option<&Entity>, name: &str) -> Result<Vec<Entity>> {
        let keystone = self.keystone()?;
        let domain = service.map(|service| service.id.as_str());
        Ok(match kind {
            Kind::Role => find_role(keystone, domain, name).await?,
            Kind::Project if !name.starts_with("id:") => {
                let found = keystone.candidates(kind, domain, &project_name(name)).await?;
                // Projects that the platform did not make have no slash in front.
                if found.is_empty() && !name.starts_with('/') {
                    keystone.candidates(kind, domain, name).await?
                } else {
                    found
                }
            }
            Kind::Domain => match own_service(keystone, name).await? {
                Some(own) => vec![own],
                None => keystone.candidates(kind, None, name).await?,
            },
            Kind::Project => keystone.candidates(kind, None, name).await?,
            Kind::User | Kind::Group => keystone.candidates(kind, domain, name).await?,
        })
    }

    /// As [`Context::find`], for what is about to be changed or deleted: a role of Keystone itself belongs to no service, so
    /// naming a service never leads to it.
    pub(crate) async fn find_own(&self, kind: Kind, service: Option<&Entity>, name: &str) -> Result<Vec<Entity>> {
        match (kind, service) {
            (Kind::Role, Some(_)) => {
                Ok(self.keystone()?.candidates(kind, None, &wire_name(kind, service, name)).await?)
            }
            _ => self.find(kind, service, name).await,
        }
    }

    /// Exactly one, or an error with the candidates or the nearest name.
    pub(crate) async fn demand(
        &self,
        kind: Kind,
        name: &str,
        service: Option<&Entity>,
        found: Vec<Entity>,
    ) -> Result<Entity> {
        let place = service.map(|service| format!(" in service '{}'", service.name)).unwrap_or_default();
        match only(word(kind), name, &place, found) {
            Ok(entity) => Ok(entity),
            Err(NameError::NotFound { .. }) => {
                let message = format!("{} '{name}' does not exist{place}", word(kind));
                let error = CliError::new(Exit::NotFound, message);
                let there = self.there(kind, service).await;
                if kind == Kind::Role && service.is_none() && is_of_services(name, &there) {
                    return Err(without_service(error, name).into());
                }
                Err(match most_like(kind, service, name, &there) {
                    Some(near) => error.cause(format!("did you mean '{near}'?")),
                    None => error.next(list_command(kind, service)),
                }
                .into())
            }
            Err(other) => Err(other.into()),
        }
    }

    /// One object of a kind by name.
    pub(crate) async fn one(&self, kind: Kind, service: Option<&Entity>, name: &str) -> Result<Entity> {
        let found = self.find(kind, service, name).await?;
        self.demand(kind, name, service, found).await
    }

    /// The existing name that is most like this one. Best effort: whoever may not list gets no suggestion.
    pub(crate) async fn nearest(&self, kind: Kind, service: Option<&Entity>, name: &str) -> Option<String> {
        most_like(kind, service, name, &self.there(kind, service).await)
    }

    /// All of a kind that a name may have been meant for; nothing for whoever may not list.
    pub(crate) async fn there(&self, kind: Kind, service: Option<&Entity>) -> Vec<Entity> {
        let Ok(keystone) = self.keystone() else { return Vec::new() };
        let all = match (kind, service) {
            (Kind::Role, Some(service)) => keystone.service_roles(&service.id).await,
            (Kind::Role | Kind::Domain, _) => keystone.list(kind, &[]).await,
            (_, Some(service)) => keystone.list(kind, &[("domain_id", &service.id)]).await,
            (_, None) => return Vec::new(),
        };
        all.unwrap_or_default()
    }

    /// Many objects of one kind in one service, in as few requests as their number allows.
    pub(crate) async fn many(
        &self,
        kind: Kind,
        service: Option<&Entity>,
        names: &[String],
    ) -> Result<HashMap<String, Vec<Entity>>> {
        let keystone = self.keystone()?;
        let domain = service.filter(|_| !matches!(kind, Kind::Role | Kind::Domain)).map(|s| s.id.as_str());
        if names.len() < 4 {
            let lookups = names.iter().map(async |name| Ok((name.clone(), self.find_own(kind, service, name).await?)));
            return futures_util::future::join_all(lookups).await.into_iter().collect();
        }
        let mut asked: Vec<String> = names.iter().map(|name| wire_name(kind, service, name)).collect();
        if kind == Kind::Project {
            // Projects that the platform did not make have no slash in front.
            asked.extend(names.iter().cloned());
        }
        let found = keystone.many(kind, domain, &asked).await?;
        let of = |name: &str| found.get(name).filter(|entities| !entities.is_empty()).cloned();
        let pair = |name: &String| {
            (name.clone(), of(&wire_name(kind, service, name)).or_else(|| of(name)).unwrap_or_default())
        };
        Ok(names.iter().map(pair).collect())
    }
}

/// The service that the login is for, if it goes by this name. Whoever administers one service may read it, but may not
/// search among all of them everywhere.
async fn own_service(keystone: &Keystone, name: &str) -> Result<Option<Entity>, crate::http::Error> {
    if !matches!(keystone.login().scope(), Scope::Domain { .. } | Scope::Project { .. }) {
        return Ok(None);
    }
    let about = keystone.login().token().await?.about;
    let domain = about.get("domain").or_else(|| about.get("project")?.get("domain"));
    let text = |key: &str| domain?.get(key)?.as_str();
    let (Some(id), true) = (text("id"), text("name") == Some(name)) else { return Ok(None) };
    // Read all the same: it may have been renamed since the token was issued.
    Ok(keystone.show(Kind::Domain, id).await?.filter(|found| found.name == name))
}

/// The name that Keystone has for what people call so.
pub(crate) fn wire_name(kind: Kind, service: Option<&Entity>, name: &str) -> String {
    match (kind, service) {
        _ if name.starts_with("id:") => name.to_owned(),
        (Kind::Project, _) => project_name(name),
        (Kind::Role, Some(service)) if split_role(name).0.is_none() => format!("{}#{name}", service.id),
        _ => name.to_owned(),
    }
}

/// A role of the service, else one of Keystone's own. A full `<id>#name` is taken as it is.
async fn find_role(keystone: &Keystone, domain: Option<&str>, name: &str) -> Result<Vec<Entity>, crate::http::Error> {
    let global = || keystone.candidates(Kind::Role, None, name);
    let Some(domain) = domain else { return global().await };
    if name.starts_with("id:") || split_role(name).0.is_some() {
        return global().await;
    }
    let own = format!("{domain}#{name}");
    let own = || keystone.candidates(Kind::Role, None, &own);
    let first = if KEYSTONE_ROLES.contains(&name) { global().await? } else { own().await? };
    match first.is_empty() {
        false => Ok(first),
        true if KEYSTONE_ROLES.contains(&name) => own().await,
        true => global().await,
    }
}

/// Of what there is, the name that is most like this one. Without a service no short name leads to a role of one.
pub(crate) fn most_like(kind: Kind, service: Option<&Entity>, name: &str, there: &[Entity]) -> Option<String> {
    let is_hidden = |entity: &Entity| kind == Kind::Role && service.is_none() && split_role(&entity.name).0.is_some();
    let names = there.iter().filter(|entity| !is_hidden(entity)).map(|entity| platform_name(kind, &entity.name));
    let scored = names.map(|other| (strsim::jaro_winkler(&name.to_lowercase(), &other.to_lowercase()), other));
    let best = scored.max_by(|a, b| a.0.total_cmp(&b.0))?;
    (best.0 > 0.8).then(|| best.1.to_owned())
}

/// Whether some service has a role of exactly this short name.
pub(crate) fn is_of_services(name: &str, roles: &[Entity]) -> bool {
    roles.iter().any(|role| matches!(split_role(&role.name), (Some(_), short) if short == name))
}

/// Says of a role that only services have what is missing.
pub(crate) fn without_service(error: CliError, name: &str) -> CliError {
    let next = format!("orchest role list --filter {}", shell_word(&format!("name={name}")));
    error.cause("it is a role of services; name one with -s NAME").next(next)
}

fn list_command(kind: Kind, service: Option<&Entity>) -> String {
    match service {
        Some(service) => format!("orchest {} list -s {}", word(kind), shell_word(&service.name)),
        None => format!("orchest {} list", word(kind)),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn role(name: &str) -> Entity {
        serde_json::from_value(json!({"id": name, "name": name, "domain_id": null})).unwrap()
    }

    #[test]
    fn without_a_service_no_role_of_one_is_suggested() {
        let id = "0123456789abcdef0123456789abcdef";
        let there = [role("admin"), role(&format!("{id}#ServiceCustomer"))];
        let service = role(id);
        let near = |service: Option<&Entity>, name: &str| most_like(Kind::Role, service, name, &there);
        assert_eq!(near(None, "ServiceCustomer"), None);
        assert_eq!(near(None, "ServiceCustomr"), None);
        assert_eq!(near(None, "admn").as_deref(), Some("admin"));
        assert_eq!(near(Some(&service), "ServiceCustomr").as_deref(), Some("ServiceCustomer"));
        assert!(is_of_services("ServiceCustomer", &there));
        for other in ["ServiceCustomr", "admin", &format!("{id}#ServiceCustomer")] {
            assert!(!is_of_services(other, &there), "{other}");
        }
    }
}
