//! Waiting until a machine has started or stopped, and sleeping in a way that hears Ctrl-C.

use std::time::Duration;

use anyhow::Result;

use crate::api::paas::{Class, Status};
use crate::base::text::safe;
use crate::flows::deployments::machine::{End, Look, MachineWait};

use super::super::chance::chance;
use super::super::error::{CliError, Exit, classify};
use super::desk::{Desk, Managed};
use super::node::{Node, State};

/// A machine that does not move may belong to a deployment that has failed: every so many looks that is asked.
const LOOKS: u32 = 4;

/// Waits until `judge` is content with its state.
pub(super) async fn until(
    desk: &Desk<'_>,
    managed: Option<&Managed>,
    node: &Node,
    limit: Duration,
    judge: impl Fn(&State) -> Look,
) -> Result<()> {
    let context = desk.context;
    let mut wait = MachineWait::new(context.clock.monotonic(), limit);
    let (mut shown, mut looks) = (node.state.clone(), 0_u32);
    loop {
        let seen = look(desk, managed, node).await;
        looks += 1;
        let judged = match &seen {
            Ok(state) => {
                if *state != shown {
                    context.printer.note(&format!("{}: {}", safe(node.label()), safe(state.name())));
                    shown = state.clone();
                }
                judge(state)
            }
            Err(error) => Look::Trouble(classify(error).exit == Exit::Temporary),
        };
        let judged = match judged {
            Look::NotYet if managed.is_none() && looks % LOOKS == 0 => match desk.deployment().await {
                Ok(deployment) if failed(&deployment.status) => Look::Bad,
                Err(error) if classify(&error).exit == Exit::Temporary => Look::Trouble(true),
                _ => Look::NotYet,
            },
            judged => judged,
        };
        let now = context.clock.monotonic();
        match (wait.observe(now, judged), seen) {
            (None, _) => {}
            (Some(End::There), _) => return Ok(()),
            (Some(End::Trouble), Err(error)) => return Err(error),
            (Some(End::Bad), _) => return Err(bad(desk, node, &shown).await.into()),
            (Some(End::Stalled | End::Trouble), _) => return Err(stalled(desk, node, &shown, limit).into()),
        }
        if !context.rest(wait.pause(now, chance())).await {
            context.printer.note("the server goes on with it");
            return Err(CliError::silent(Exit::Interrupted).into());
        }
    }
}

async fn look(desk: &Desk<'_>, managed: Option<&Managed>, node: &Node) -> Result<State> {
    let vanished = || CliError::new(Exit::NotFound, format!("{} is no longer there", safe(node.label())));
    let Some(managed) = managed else {
        return Ok(desk.node(node.label()).await?.ok_or_else(vanished)?.state);
    };
    let states = managed.states().await?;
    let found = states.into_iter().find(|(number, _)| node.vm.as_ref() == Some(number));
    Ok(found.map(|(_, state)| State::Vm(state)).ok_or_else(vanished)?)
}

fn failed(status: &Status) -> bool {
    status.class() == Class::Bad && *status != Status::UpdateFailed
}

async fn bad(desk: &Desk<'_>, node: &Node, state: &State) -> CliError {
    let message = format!("{} is in {}", safe(node.label()), safe(state.name()));
    let error = CliError::new(Exit::Failed, message).next(format!("orchest log show {}", desk.word()));
    match desk.deployment().await {
        Ok(deployment) => {
            let reason = deployment.reason.as_deref().map(|reason| format!(": {}", safe(reason))).unwrap_or_default();
            error.cause(format!("the deployment is in {}{reason}", deployment.status.name()))
        }
        Err(_) => error,
    }
}

fn stalled(desk: &Desk<'_>, node: &Node, state: &State, limit: Duration) -> CliError {
    let message =
        format!("{} is stalled: after {} s it is still in {}", safe(node.label()), limit.as_secs(), safe(state.name()));
    CliError::new(Exit::Deadline, message)
        .cause("servers give up after five minutes themselves, and do not always say so")
        .next(format!("orchest resource list {}; if it stays so: orchest log show {0}", desk.word()))
}
