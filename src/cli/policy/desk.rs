//! Where the verbs work: one service, its Keypass, and roles by name.

use anyhow::Result;
use futures_util::future::join_all;

use crate::api::fiware::Place;
use crate::api::keypass::{Keypass, Policy, templates};
use crate::api::keystone::names::split_role;
use crate::api::keystone::{Entity, Kind};

use super::super::args::TenantArgs;
use super::super::context::{Backend, Context, Tenant};
use super::super::error::CliError;
use super::super::names::check_any;
use super::super::present::platform_name;

pub(super) struct Desk<'a> {
    pub(super) context: &'a Context,
    pub(super) keypass: Keypass,
    pub(super) service: Entity,
}

impl<'a> Desk<'a> {
    /// Says what is missing, or whose login is needed, before anything is asked.
    pub(super) async fn open(context: &'a Context, tenant: &TenantArgs) -> Result<Self> {
        let named = context.service_name().filter(|name| !name.starts_with("id:"));
        let early = match &named {
            Some(name) => Some(door(context, name, tenant)?),
            None => None,
        };
        let service = context.service().await?;
        let door = match early {
            Some(door) => door,
            None => door(context, &service.name, tenant)?,
        };
        Ok(Self { context, keypass: Keypass::new(door, &service.name), service })
    }

    pub(super) async fn role(&self, name: &str) -> Result<Entity> {
        self.context.one(Kind::Role, Some(&self.service), name).await
    }

    /// As messages name it: `role ServiceCustomer of service smartcity`.
    pub(super) fn title(&self, role: &Entity) -> String {
        format!("role {} in service {}", platform_name(Kind::Role, &role.name), self.service.name)
    }

    /// The role that holds a policy which is known to be somebody's. The platform's own custom is looked at first, then all
    /// roles of the service at once.
    pub(super) async fn holder(&self, policy_id: &str, not: &Entity) -> Result<Option<String>> {
        let mut asked = vec![not.id.clone()];
        if let Some(usual) = templates::owner(policy_id) {
            let found = self.context.find(Kind::Role, Some(&self.service), &usual).await?;
            if let Some(role) = found.into_iter().find(|role| role.id != not.id) {
                if self.keypass.list(&role.id).await?.iter().any(|policy| policy.id() == policy_id) {
                    return Ok(Some(usual));
                }
                asked.push(role.id);
            }
        }
        let keystone = self.context.keystone()?;
        let mut roles = keystone.service_roles(&self.service.id).await?;
        roles.extend(keystone.exact(Kind::Role, None, "admin").await?);
        roles.retain(|role| !asked.contains(&role.id));
        let lists = join_all(roles.iter().map(|role| self.keypass.list(&role.id))).await;
        for (role, list) in roles.iter().zip(lists) {
            if list?.iter().any(|policy| policy.id() == policy_id) {
                return Ok(Some(platform_name(Kind::Role, &role.name).to_owned()));
            }
        }
        Ok(None)
    }
}

fn door(context: &Context, service: &str, tenant: &TenantArgs) -> Result<crate::api::door::Door> {
    let tenant = Tenant::named(tenant);
    context.door(Backend::Keypass, &Place::service_level(service), tenant.as_ref())
}

/// Whether it is Keystone's own, and so the same in every service.
pub(super) fn is_global(role: &Entity) -> bool {
    split_role(&role.name).0.is_none()
}

/// An id from the command line that could be one at all.
pub(super) fn check_id(id: &str) -> Result<(), CliError> {
    if id.is_empty() || id.chars().any(char::is_control) || id.len() > 255 {
        let shown = crate::base::text::safe(id).into_owned();
        return Err(CliError::usage(format!("'{shown}' cannot be the id of a policy")));
    }
    Ok(())
}

pub(super) fn check_role(name: &str) -> Result<(), CliError> {
    check_any(Kind::Role, name)
}

/// The policies of a role that are about a component which this one is about too: they deny what it does not permit, and
/// it denies what they do not.
pub(super) fn rivals<'a>(held: &'a [Policy], policy: &Policy) -> Vec<&'a Policy> {
    let components = policy.components();
    let meets = |other: &&Policy| other.components().iter().any(|one| components.contains(one));
    held.iter().filter(|other| other.id() != policy.id()).filter(meets).collect()
}
