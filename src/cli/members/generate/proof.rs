//! A look at a token before it is kept: whose it is, what it may do, until when, and what it is to the place of the settings.

use anyhow::Result;

use crate::base::text::safe;
use crate::connectors::{ConnectorKind, Identity, Manager, Proof, State};

use super::super::setup::{Sheet, wire};
use super::Got;
use super::plan::Plan;

/// What a login is to GitHub, Trello, Slack or Drive that may change who is in.
const MAY_CHANGE: [&str; 5] = ["admin", "owner", "organizer", "fileOrganizer", "writer"];

/// Asks the service. A token that it does not take is an error; what else there is to say about it is said.
pub(super) async fn look(sheet: &Sheet<'_>, got: &Got, plan: &Plan) -> Result<Identity> {
    let context = sheet.context;
    let wire = wire(context)?;
    let api = sheet.section.text("api_url");
    let mut identity = Identity::ask(sheet.kind, &wire, api.as_deref(), &got.proof).await?;
    if let Some(tokens) = &got.tokens {
        identity.scopes = identity.scopes.or_else(|| tokens.scopes.clone());
        if tokens.refresh.is_none() && identity.expires_at.is_none() {
            identity.expires_at = Some(tokens.access.expires_at).filter(|end| *end < jiff::Timestamp::MAX);
        }
    }
    scopes(sheet, &identity, plan);
    place(sheet, &got.proof, &identity).await;
    Ok(identity)
}

/// What was not granted, and what was beyond need.
fn scopes(sheet: &Sheet<'_>, identity: &Identity, plan: &Plan) {
    let Some(granted) = &identity.scopes else { return };
    let printer = &sheet.context.printer;
    // A fine-grained token of GitHub has permissions, and does not tell them.
    if granted.is_empty() {
        return;
    }
    let missing = lacking(granted, &plan.told);
    if !missing.is_empty() {
        printer.warn(&format!("not granted: {}", safe(&missing.join(" "))));
    }
    let beyond = superfluous(granted, &plan.told);
    if !beyond.is_empty() {
        let beyond = safe(&beyond.join(" ")).into_owned();
        printer.warn(&format!("it may do more than orchest needs: {beyond}; a narrower one is safer"));
    }
}

/// What is wanted and was not granted. That a login is to last is no right.
pub(in crate::cli::members) fn lacking(granted: &[String], wanted: &[String]) -> Vec<String> {
    let has = |scope: &String| granted.iter().any(|one| one == scope || includes(one, scope)) || is_harmless(scope);
    wanted.iter().filter(|scope| !has(scope)).cloned().collect()
}

/// What was granted and is not wanted.
pub(in crate::cli::members) fn superfluous(granted: &[String], wanted: &[String]) -> Vec<String> {
    let is_wanted = |scope: &String| wanted.contains(scope) || is_harmless(scope);
    granted.iter().filter(|scope| !is_wanted(scope)).cloned().collect()
}

fn includes(one: &str, other: &str) -> bool {
    let order = ["read:org", "write:org", "admin:org"];
    let at = |scope: &str| order.iter().position(|known| *known == scope);
    at(one).zip(at(other)).is_some_and(|(one, other)| one > other)
}

/// What everybody is given.
fn is_harmless(scope: &str) -> bool {
    matches!(scope, "identify" | "openid" | "email" | "profile" | "offline_access")
}

/// What it is to the organisation, the workspace or the file of the settings. That it cannot be told yet keeps nobody from a
/// token.
async fn place(sheet: &Sheet<'_>, proof: &Proof, identity: &Identity) {
    let context = sheet.context;
    let key = crate::config::connectors::place_key(sheet.kind.name()).unwrap_or_default();
    let leaf = key.rsplit('.').next().unwrap_or_default();
    if sheet.section.text(leaf).is_none() && sheet.kind != ConnectorKind::Slack {
        context
            .printer
            .note(&format!("next: orchest config set {key} …, then: orchest members list -c {}", sheet.kind));
        return;
    }
    match standing(sheet, proof).await {
        Ok(Some((target, role))) if MAY_CHANGE.contains(&role.as_str()) => {
            context.printer.note(&format!("{}: {role} at {}", safe(&identity.name), safe(&target)));
        }
        Ok(Some((target, role))) => {
            let (name, target) = (safe(&identity.name).into_owned(), safe(&target).into_owned());
            context.printer.warn(&format!("{name} is {role} at {target}: who is in can be told, and not changed"));
        }
        Ok(None) => {}
        Err(error) => {
            context.printer.warn(&format!("what this login is to the place of the settings is not known: {error}"));
        }
    }
}

/// The place, and our role there; nothing where that is told of nobody.
async fn standing(sheet: &Sheet<'_>, proof: &Proof) -> Result<Option<(String, String)>> {
    let manager = Manager::asking(wire(sheet.context)?, |kind| {
        let sheet = Sheet { given: Some(proof.clone()), ..Sheet::of(sheet.context, kind)? };
        sheet.settings()
    });
    let connector = manager.connector(sheet.kind)?;
    // Who changes things at Slack is told by scopes.
    if sheet.kind == ConnectorKind::Slack {
        return Ok(None);
    }
    // Trello has the number first, Drive the address.
    let mut ids = connector.own_ids().await?;
    if sheet.kind == ConnectorKind::Trello {
        ids.reverse();
    }
    let Some(own) = ids.into_iter().next() else { return Ok(None) };
    let found = connector.membership(&own).await?;
    Ok(match found.state {
        State::Active => Some((connector.target(), found.role.unwrap_or_else(|| "a member".to_owned()))),
        State::Absent => Some((connector.target(), "nobody".to_owned())),
        _ => None,
    })
}
