//! Where in Orion a command works.
//!
//! Reached directly, Orion takes any name and answers for a misspelt one as for an empty one; so Keystone is asked whether
//! the service and the subservice are there. Behind a PEP the login for that very place is the proof, and needs no right to
//! look anything up.

use anyhow::Result;

use crate::api::fiware::Place;
use crate::api::keystone::auth::Identity;
use crate::api::keystone::names::{project_name, subservice_name};
use crate::api::keystone::{Keystone, Kind, Scope};
use crate::api::orion::Orion;
use crate::base::text::safe;
use crate::state::Lock;

use super::super::error::CliError;
use super::super::names::{check_any, check_orion};
use super::{Backend, Context};

impl Context {
    /// Orion at one place.
    pub(crate) fn orion(&self, place: &Place) -> Result<Orion> {
        Ok(Orion::new(self.door(Backend::Orion, place, None)?, place.clone()))
    }

    /// Nobody else on this machine subscribes anything at a place as long as this is held, from the look on: Orion takes an equal
    /// subscription for another one, and two who look at once would both make it.
    pub(crate) async fn alone_at(&self, place: &Place) -> Result<Option<Lock>> {
        if self.dry_run() {
            return Ok(None);
        }
        self.lock_in_turn(Backend::Orion, &format!("what is subscribed on {}", in_words(place))).await
    }

    /// The place that `-s` and `-S` name.
    pub(crate) async fn orion_place(&self) -> Result<Place> {
        let (service, subservice) = (self.typed_service()?, self.settings.text("subservice")?);
        if let Some(name) = &subservice {
            check_any(Kind::Project, name)?;
            if name == "/" {
                let next = "leave -S out, and it is the service's own level";
                return Err(CliError::usage("Orion cannot take the subservice '/'").next(next).into());
            }
        }
        let path = subservice.as_deref().map_or_else(|| "/".to_owned(), project_name);
        let has_id = |name: Option<&str>| name.is_some_and(|name| name.starts_with("id:"));
        if has_id(Some(&service)) || has_id(subservice.as_deref()) {
            return self.looked_up().await;
        }
        check_orion(&service, &path)?;
        if self.has_pep(Backend::Orion)? {
            return Ok(Place::new(&service, &path));
        }
        self.looked_up().await
    }

    /// Every subservice of the service, `/` not among them. Those that are no path to Orion are named and left out.
    pub(crate) async fn orion_subservices(&self) -> Result<Vec<Place>> {
        if self.globals.target.subservice.is_some() {
            return Err(CliError::usage("-S names one subservice, --all-subservices means all: use one of them").into());
        }
        let typed = self.typed_service()?;
        let (keystone, id, service) = if self.has_pep(Backend::Orion)? && !typed.starts_with("id:") {
            check_orion(&typed, "/")?;
            self.own_service(&typed).await?
        } else {
            let service = self.service().await?;
            check_orion(&service.name, "/")?;
            (self.keystone()?.clone(), service.id, service.name)
        };
        let projects = keystone.list(Kind::Project, &[("domain_id", &id)]).await?;
        let mut places = Vec::new();
        for project in projects {
            // A domain is a project too, in Keystone's eyes.
            if project.rest.get("is_domain").and_then(serde_json::Value::as_bool) == Some(true) {
                continue;
            }
            match check_orion(&service, &project.name) {
                Ok(()) => places.push(Place::new(&service, &project.name)),
                Err(error) => self.printer.note(&format!("left out: {}", error.message)),
            }
        }
        places.sort_by(|one, other| one.path().cmp(other.path()));
        Ok(places)
    }

    fn typed_service(&self) -> Result<String> {
        let Some(name) = self.service_name() else {
            return Err(CliError::usage("which service?")
                .next("name it with -s NAME; `orchest service list` shows all")
                .into());
        };
        check_any(Kind::Domain, &name)?;
        Ok(name)
    }

    /// Both names as Keystone has them.
    async fn looked_up(&self) -> Result<Place> {
        let service = self.service().await?;
        let subservice = self.optional_subservice(&service).await?;
        let path = subservice.map_or_else(|| "/".to_owned(), |project| project.name);
        check_orion(&service.name, &path)?;
        Ok(Place::new(&service.name, &path))
    }

    /// Keystone as a user of the service sees it, and the service's id, which stands in the token.
    async fn own_service(&self, name: &str) -> Result<(Keystone, String, String)> {
        // A user of another service gets no further than here.
        self.orion(&Place::service_level(name))?;
        let keystone = match self.keystone()?.login().identity() {
            Identity::Token(_) => self.keystone()?.clone(),
            Identity::Password { .. } => self.keystone_for(Scope::Domain { name: name.to_owned() })?,
        };
        let about = keystone.login().token().await?.about;
        let id = about.get("domain").and_then(|domain| domain.get("id")?.as_str());
        match id {
            Some(id) => Ok((keystone.clone(), id.to_owned(), name.to_owned())),
            None => {
                let service = self.service_named(name).await?;
                Ok((keystone, service.id, service.name))
            }
        }
    }
}

/// A place in a sentence: `subservice energy of smartcity`.
pub(crate) fn in_words(place: &Place) -> String {
    let service = safe(place.service());
    if place.is_service() {
        return format!("service {service}");
    }
    format!("subservice {} of {service}", safe(subservice_name(place.path())))
}

/// The flags that lead to a place, for a command to type.
pub(crate) fn flags(place: &Place) -> String {
    let word = crate::base::text::shell_word;
    if place.is_service() {
        return format!("-s {}", word(place.service()));
    }
    format!("-s {} -S {}", word(place.service()), word(subservice_name(place.path())))
}
