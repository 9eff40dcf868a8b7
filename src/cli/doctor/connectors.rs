//! The tokens of GitHub, Trello, Slack and Google Drive: whose they are, and whether they may do too little or too much.

use anyhow::Result;

use crate::connectors::ConnectorKind;

use super::super::context::Context;
use super::super::members;
use super::{Finding, Seen};

pub(super) fn tokens(context: &Context, kind: ConnectorKind) -> Seen<'_> {
    Box::pin(async move {
        match token(context, kind).await {
            Ok(findings) => findings,
            Err(error) => vec![Finding::of_error("token", kind.name(), &error)],
        }
    })
}

#[cfg(feature = "oauth")]
async fn token(context: &Context, kind: ConnectorKind) -> Result<Vec<Finding>> {
    use jiff::SignedDuration;

    const SOON: SignedDuration = SignedDuration::from_hours(14 * 24);
    let name = kind.name();
    let known = members::session::examined(context, kind).await?;
    let until = match known.identity.expires_at.map(|end| end.duration_since(context.clock.now())) {
        Some(left) if left < SOON => {
            let found = Finding::warn("token", name, format!("its token expires in {} d", left.as_hours() / 24));
            Some(found.next(format!("orchest generate {name}")))
        }
        _ => None,
    };
    let who = if known.identity.name.is_empty() { String::new() } else { format!(" of {}", known.identity.name) };
    let held = match known.identity.scopes.as_deref() {
        None | Some([]) => ", whose scopes are not told".to_owned(),
        Some(scopes) => format!(", with {}", scopes.join(" ")),
    };
    let mut findings = vec![Finding::ok("token", name, format!("token{who} from {}{held}", known.from))];
    findings.extend(until);
    if !known.missing.is_empty() {
        let detail = format!("its token lacks {}: nobody can be told to be in", known.missing.join(" "));
        findings.push(Finding::fail("scopes", name, detail).next(format!("orchest generate {name} --read-only")));
    } else if !known.only_reads.is_empty() {
        let detail =
            format!("its token tells who is in, and changes nothing: {} is not in it", known.only_reads.join(" "));
        findings.push(Finding::ok("scopes", name, detail));
    }
    if !known.beyond.is_empty() {
        let detail = format!("its token may do more than is needed: {}", known.beyond.join(" "));
        findings
            .push(Finding::warn("scopes", name, detail).next(format!("orchest generate {name}, for a narrower one")));
    }
    Ok(findings)
}

#[cfg(not(feature = "oauth"))]
#[expect(clippy::unused_async, reason = "as in a build that can renew a login")]
async fn token(context: &Context, kind: ConnectorKind) -> Result<Vec<Finding>> {
    let door = members::own_door(context, kind, false)?;
    let address = door.endpoint().url.as_str().trim_end_matches('/').to_owned();
    Ok(vec![Finding::ok("token", kind.name(), format!("a token is there, for {address}"))])
}
