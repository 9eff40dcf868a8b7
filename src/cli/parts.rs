//! What the flows of services and subservices need of the back ends behind Keystone, as far as settings name them.

use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;

use anyhow::Result;

use crate::api::door::Door;
use crate::api::fiware::Place;
use crate::api::keypass::Keypass;
use crate::api::keypass::templates::{self, Template};
use crate::api::orion::Module;
use crate::base::clock::LocalFuture;
use crate::flows::StepError;
use crate::flows::bulk_roles::Bulk;
use crate::flows::modules::Modules;
use crate::flows::policies::Others;
use crate::flows::service::Access;
use crate::flows::stocks::{Devices, Groups, Rules, Subscriptions};
use crate::flows::sweep::{Clearing, Doors, Stock};
use crate::state::Servers;

use super::context::{Backend, Context, Tenant};
use super::error::{CliError, Exit};
use super::flow::FlowArgs;

/// The policies that a new service gets: those of the roles of each component, and those of the generic roles if asked for.
pub(crate) fn standard_policies(generic: bool) -> Vec<Template> {
    let generic = if generic { templates::generic() } else { Vec::new() };
    generic.into_iter().chain(templates::of_components()).collect()
}

impl Others for Context {
    fn is_over(&self, run: &str) -> bool {
        let over = self.journal.is_over(run);
        if !over {
            let waits = "it was begun by another run, which may be at work elsewhere";
            self.printer.note(&format!("{waits}: waiting a moment for run {run}"));
        }
        over
    }

    fn rest(&self, long: Duration) -> LocalFuture<'_, bool> {
        Box::pin(self.rest(long))
    }
}

impl Context {
    /// Whether all roles of a service can be made in one request. A server is asked once a month, if at all.
    pub(crate) fn bulk_roles(&self) -> Result<Bulk<'_>> {
        match self.settings.text("keystone.scim")?.as_deref() {
            Some("on") => return Ok(Bulk::Yes),
            Some("off") => return Ok(Bulk::No),
            _ => {}
        }
        let (address, now) = (self.keystone_address()?, self.clock.now());
        let servers = self.state.as_ref().map(Servers::new);
        Ok(match servers.as_ref().map(|servers| servers.scim(&address, now)) {
            Some(Ok(Some(true))) => Bulk::Yes,
            Some(Ok(Some(false))) => Bulk::No,
            _ => Bulk::Ask(Rc::new(move |offered| {
                let kept = servers.as_ref().map(|servers| servers.remember_scim(&address, offered, now));
                if let Some(Err(warning)) = kept {
                    self.printer.warn(&warning.to_string());
                }
            })),
        })
    }

    /// The policies of a service, if Keypass is known. Behind a PEP a login of the service is needed.
    pub(crate) fn access<'a>(
        &'a self,
        service: &str,
        tenant: Option<&Tenant>,
        policies: Vec<Template>,
    ) -> Result<Option<Access<'a>>> {
        if !self.knows(Backend::Keypass)? {
            return Ok(None);
        }
        let door = self.door(Backend::Keypass, &Place::service_level(service), tenant)?;
        let (keypass, pep) = (Keypass::new(door, service), self.has_pep(Backend::Keypass)?);
        Ok(Some(Access { keypass, pep, policies, others: self }))
    }

    /// The module of this name, where settings say how to notify it.
    pub(crate) fn module(&self, name: &str) -> Result<Module> {
        let known = self.settings.modules()?;
        let unknown = |what: String| {
            let line = format!("orchest config set module.{name}.notify_url http://HOST:PORT/notify");
            CliError::new(Exit::Config, what).next(line)
        };
        let Some(module) = known.iter().find(|module| module.name == name) else {
            let names: Vec<&str> = known.iter().map(|module| module.name.as_str()).collect();
            let error = unknown(format!("no settings for module '{name}'"));
            let error = if names.is_empty() { error } else { error.cause(format!("known: {}", names.join(", "))) };
            return Err(error.into());
        };
        let Some(notify_url) = module.notify_url.clone() else {
            return Err(unknown(format!("settings do not say where module '{name}' is")).into());
        };
        Ok(Module { name: module.name.clone(), notify_url, alias: module.alias.clone() })
    }

    /// Modules that a flow switches on, by the names that settings have for them.
    pub(crate) fn modules_of_flow<'a>(
        &'a self,
        names: &[String],
        tenant: Option<&'a Tenant>,
        flow: &FlowArgs,
    ) -> Result<Option<Modules<'a>>> {
        if names.is_empty() {
            return Ok(None);
        }
        let wanted = names.iter().map(|name| self.module(name)).collect::<Result<Vec<Module>>>()?;
        self.address_of(Backend::Orion)?;
        let pep = self.has_pep(Backend::Orion)?;
        let doors: Doors<'a> = Rc::new(move |place: &Place| self.step_door(Backend::Orion, place, tenant));
        let finished = self.finished_unseen(flow);
        Ok(Some(Modules { wanted, doors, finished, pep }))
    }

    /// What is to be cleared away with a service or subservice, in the servers that are known. Behind a PEP a login of the
    /// service is needed; that there is one is seen before anything is sent.
    pub(crate) fn clearings<'a>(&'a self, service: &str, tenant: Option<&'a Tenant>) -> Result<Vec<Clearing<'a>>> {
        let mut clearings = Vec::new();
        for (backend, stock) in stocks() {
            if !self.knows(backend)? {
                continue;
            }
            self.door(backend, &Place::service_level(service), tenant)?;
            let doors: Doors<'a> = Rc::new(move |place: &Place| self.step_door(backend, place, tenant));
            let (pep, cleared) = (self.has_pep(backend)?, Rc::new(Cell::new(0)));
            clearings.push(Clearing { stock, doors, pep, cleared });
        }
        Ok(clearings)
    }

    /// What [`Context::clearings`] clears away, in words; needs no login.
    pub(crate) fn clearable(&self) -> Result<Vec<&'static str>> {
        let mut titles = Vec::new();
        for (backend, stock) in stocks() {
            if self.knows(backend)? {
                titles.push(stock.title());
            }
        }
        Ok(titles)
    }

    /// How much a service that is gone has left at its own level; `None` where a PEP hides it.
    pub(crate) async fn left_behind(&self, service: &str) -> Result<Vec<(Backend, &'static str, Option<usize>)>> {
        let mut found = Vec::new();
        for (backend, stock) in stocks() {
            if !self.knows(backend)? {
                continue;
            }
            let place = Place::new(service, stock.everywhere().unwrap_or("/"));
            let count = if self.has_pep(backend)? {
                None
            } else {
                Some(stock.list(&self.door(backend, &place, None)?, &place).await?.len())
            };
            found.push((backend, stock.title(), count));
        }
        Ok(found)
    }

    fn step_door(&self, backend: Backend, place: &Place, tenant: Option<&Tenant>) -> Result<Door, StepError> {
        self.door(backend, place, tenant).map_err(|error| StepError::Missing(error.to_string()))
    }
}

/// What there is to clear away, and where.
fn stocks() -> [(Backend, Rc<dyn Stock>); 4] {
    [
        (Backend::Orion, Rc::new(Subscriptions)),
        (Backend::Perseo, Rc::new(Rules)),
        // Before the devices, so that none comes back.
        (Backend::IotAgent, Rc::new(Groups)),
        (Backend::IotAgent, Rc::new(Devices)),
    ]
}

/// `119 subscriptions in Orion, 3 rules in Perseo`, of what was cleared away; `None` where nothing was.
pub(crate) fn cleared(clearings: &[Clearing<'_>]) -> Option<String> {
    let some = clearings.iter().filter(|clearing| clearing.cleared.get() > 0);
    let parts: Vec<String> =
        some.map(|clearing| format!("{} {}", clearing.cleared.get(), clearing.stock.title())).collect();
    (!parts.is_empty()).then(|| parts.join(", "))
}

/// What no server of the platform does by HTTP, said where it would be missed.
pub(crate) fn tell_of_databases(context: &Context, service: &str, deleted: bool) -> Result<()> {
    if !context.knows(Backend::Orion)? {
        return Ok(());
    }
    let what = if deleted {
        format!("the databases orion-{service} and sth_{service} stay in MongoDB")
    } else {
        format!("the indexes of orion-{service} and sth_{service} in MongoDB are not made")
    };
    context.printer.note(&format!("{what}; the commands for it: orchest help mongo"));
    Ok(())
}
