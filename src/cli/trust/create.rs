//! `orchest trust create`. Who trusts, on what and with which roles is all in the token that the login gets for the
//! subservice, as the server says it now; only the trustee has to be looked up.

use std::collections::BTreeSet;

use anyhow::Result;
use clap::Args;
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use crate::api::keystone::auth::{Identity, Token};
use crate::api::keystone::names::text;
use crate::api::keystone::trusts::{End, NewTrust};
use crate::api::keystone::{Kind, Made};
use crate::base::text::shell_word;
use crate::config;
use crate::http::Error;

use super::super::context::{Backend, Context};
use super::super::error::{CliError, Exit};
use super::super::names::check_any;
use super::super::present::platform_name;
use super::super::seen;
use super::place::{on_subservice, subservice_scope};
use super::row::{Names, TRUST, row};
use super::trustee;

#[derive(Args, Debug)]
pub(crate) struct CreateArgs {
    /// User that may use the roles; `id:HEX` needs no right to look users up
    #[arg(long, value_name = "USER")]
    pub(super) trustee: String,
    /// Service that the trustee lives in, where it is not that of -s
    #[arg(long, value_name = "SERVICE")]
    pub(super) trustee_domain: Option<String>,
    /// Role that you have on the subservice (can be repeated)
    #[arg(long = "role", value_name = "ROLE", required = true, num_args = 1..)]
    roles: Vec<String>,
    /// User that trusts: nobody but the login itself can
    #[arg(long, value_name = "USER")]
    trustor: Option<String>,
    /// When it ends: a while from now such as 30d or 12h, or a moment such as 2027-01-31T12:00:00Z
    #[arg(long, value_name = "WHEN")]
    expires: Option<String>,
    /// How often the trustee may log in with it; the last time ends all its tokens
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    uses: Option<u64>,
    /// Let the trustee appear as you, instead of as itself with your roles
    #[arg(long)]
    impersonate: bool,
}

pub(super) async fn run(context: &Context, args: &CreateArgs) -> Result<()> {
    trustee::check(args)?;
    for role in &args.roles {
        check_any(Kind::Role, role)?;
    }
    let now = context.clock.now();
    let end = end(args.expires.as_deref(), now)?;
    let Some(scope) = subservice_scope(context)? else {
        return Err(CliError::usage("on which subservice?").next("name it with -S NAME; a trust is for one").into());
    };
    refuse_other_trustor(context, args)?;
    if args.uses == Some(1) {
        context
            .printer
            .warn("Keystone ends the tokens of a trust with its last use, so --uses 1 gives none that lasts");
    }
    let (keystone, token) = on_subservice(context, scope).await?;
    let trustor = trustor(&token, args)?;
    let roles = roles(&token, &args.roles)?;
    let trustee = trustee::find(context, args, &keystone, &token).await?;
    let wanted = NewTrust {
        trustor,
        trustee: trustee.id.clone(),
        project: token.text("project", "/id").to_owned(),
        roles,
        impersonation: args.impersonate,
        end,
        uses: args.uses,
    };
    let mut names = Names::default();
    names.add_token(&token);
    names.add(&trustee.id, &trustee.name);
    let found = keystone.equal_trust(&wanted, now).await.map_err(|error| refused(error, &wanted))?;
    let (trust, result) = match found {
        Some(trust) => (trust, "already there"),
        None => {
            let subservice = platform_name(Kind::Project, token.text("project", "/name"));
            let roles = args.roles.join(", ");
            if context.would(&format!("let {} use {roles} on subservice {subservice}", args.trustee)) {
                return Ok(());
            }
            match keystone.create_trust(&wanted, now).await.map_err(|error| refused(error, &wanted))? {
                Made::Created(trust) => (trust, "created"),
                Made::Existed(trust) => (trust, "already there"),
            }
        }
    };
    context.saw((Backend::Keystone, None), seen::TRUST, [&trust.id], false);
    let until = trust.expires_at.map(|end| format!("; it ends {end}")).unwrap_or_default();
    context.printer.note(&format!("trust {}: {result}{until}", trust.id));
    Ok(context.printer.show(&TRUST, row(&trust, &names, now))?)
}

/// Reads `30d` and the like, or a moment; both have to be to come.
fn end(text: Option<&str>, now: Timestamp) -> Result<End, CliError> {
    let Some(text) = text else { return Ok(End::Never) };
    let wrong = |why: &str| {
        let shown = crate::base::text::safe(text).into_owned();
        CliError::usage(format!("--expires {shown} {why}")).next("--expires 30d, or --expires 2027-01-31T12:00:00Z")
    };
    if let Ok(moment) = text.parse::<Timestamp>() {
        return if moment > now { Ok(End::At(moment)) } else { Err(wrong("has gone by")) };
    }
    let while_from_now = config::duration(&toml::Value::from(text)).and_then(|length| {
        let length = SignedDuration::try_from(length).ok().filter(|length| length.as_secs() > 0)?;
        now.checked_add(length).ok()
    });
    while_from_now.map(End::Within).ok_or_else(|| wrong("is neither a while to come nor a moment"))
}

/// Before anything is sent, where the login has a name.
fn refuse_other_trustor(context: &Context, args: &CreateArgs) -> Result<()> {
    let Some(trustor) = args.trustor.as_deref().filter(|name| !name.starts_with("id:")) else { return Ok(()) };
    match context.keystone()?.login().identity() {
        Identity::Password { user, domain } if user != trustor => {
            Err(other_trustor(trustor, &format!("{user}@{domain}"), context.service_name().as_deref()).into())
        }
        _ => Ok(()),
    }
}

fn other_trustor(trustor: &str, login: &str, service: Option<&str>) -> CliError {
    let domain = service.map(|service| format!(" --user-domain {}", shell_word(service))).unwrap_or_default();
    CliError::new(
        Exit::Forbidden,
        format!("Keystone accepts a trust only from its trustor, and {trustor} is not this login"),
    )
    .cause(format!("this login is {login}"))
    .next(format!("log in as the trustor: --user {}{domain}", shell_word(trustor)))
}

/// Our id; where `--trustor` could not be compared before, it is now.
fn trustor(token: &Token, args: &CreateArgs) -> Result<String, CliError> {
    let (id, name) = (token.text("user", "/id"), token.text("user", "/name"));
    let is_me = match &args.trustor {
        None => true,
        Some(given) => given.strip_prefix("id:").map_or(given == name, |given| given == id),
    };
    match &args.trustor {
        Some(given) if !is_me => Err(other_trustor(given, name, None)),
        _ => Ok(id.to_owned()),
    }
}

/// The ids of the roles, which are among those that the token carries: of others Keystone takes no trust.
fn roles(token: &Token, names: &[String]) -> Result<BTreeSet<String>, CliError> {
    let held = token.about.get("roles").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let service = token.text("project", "/domain/id");
    let find = |name: &String| {
        let own = format!("{service}#{name}");
        let wanted = |key: &str, value: &str| held.iter().find(|role| text(role, key) == value);
        let found = match name.strip_prefix("id:") {
            Some(id) => wanted("/id", id),
            None => wanted("/name", &own).or_else(|| wanted("/name", name)),
        };
        found.map(|role| text(role, "/id").to_owned()).ok_or_else(|| not_held(token, name))
    };
    names.iter().map(find).collect()
}

fn not_held(token: &Token, name: &str) -> CliError {
    let project = platform_name(Kind::Project, token.text("project", "/name"));
    let (service, user) = (token.text("project", "/domain/name"), token.text("user", "/name"));
    let held: Vec<&str> = token.roles().into_iter().map(|role| platform_name(Kind::Role, role)).collect();
    let message = format!("{user} has no role '{name}' on subservice {project}, so it cannot let others use it");
    let [role, user, service, project] = [name, user, service, project].map(shell_word);
    CliError::new(Exit::NotFound, message)
        .cause(format!("it has: {}", held.join(", ")))
        .next(format!("orchest role grant {role} --to-user {user} -s {service} -S {project}"))
}

/// What the server does not like about the trust, in the words of this command.
fn refused(error: Error, wanted: &NewTrust) -> anyhow::Error {
    let cause = error.to_string();
    let new = |exit, message: String| CliError::new(exit, message).cause(cause.clone());
    match error.status() {
        Some(404) if cause.contains(&wanted.trustee) => {
            new(Exit::NotFound, format!("the trustee id:{} does not exist", wanted.trustee)).into()
        }
        Some(404) => new(Exit::NotFound, "something of the trust does not exist any more".to_owned())
            .next("run the same command again; it looks everything up anew")
            .into(),
        Some(403) => new(Exit::Forbidden, "Keystone does not take this trust from this login".to_owned())
            .next("the login has to be the trustor itself, at the scope of the subservice, and no trustee")
            .into(),
        Some(409) => {
            new(Exit::Conflict, "there is a trust between the two with the same end and other roles".to_owned())
                .next("choose another --expires, or delete that one: orchest trust list")
                .into()
        }
        _ => error.into(),
    }
}

#[cfg(test)]
#[path = "create_tests.rs"]
mod tests;
