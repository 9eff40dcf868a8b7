//! `orchest resource ssh`: the command that logs in to a machine. Where it is, and who logs in, comes from a server, so it is
//! looked at before any shell or program gets it.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Result;
use clap::Args;

use crate::api::im::Machine;
use crate::api::paas::nodes::COMPUTE;
use crate::base::child;
use crate::base::private::{self, shown};
use crate::base::text::{safe, shell_word};

use super::super::context::Context;
use super::super::error::{CliError, Exit};
use super::super::owned::OwnedArgs;
use super::desk::{Desk, Managed};
use super::node::{Node, choose, several_of};

/// Far above any key.
const LARGEST: u64 = 64 * 1024;

#[derive(Args, Debug)]
pub(crate) struct SshArgs {
    /// The deployment: its id, the name it was given here, or `last`
    #[arg(value_name = "DEPLOYMENT")]
    deployment: String,
    /// Its machine: by id, by name in the template, or by VM number; may be left out where there is but one
    #[arg(value_name = "NODE")]
    node: Option<String>,
    /// Run the command instead of printing it
    #[arg(long)]
    exec: bool,
    /// Write the machine's private key into this file, which only you can read, and log in with it
    #[arg(long, value_name = "FILE")]
    key_out: Option<PathBuf>,
    /// Whom to log in as, where nobody tells or another is wanted
    #[arg(long, value_name = "NAME")]
    login: Option<String>,
    #[command(flatten)]
    owned: OwnedArgs,
}

pub(super) async fn run(context: &Context, args: &SshArgs) -> Result<()> {
    let desk = Desk::open(context, &args.deployment).await?;
    let (nodes, managed) = desk.nodes(Some(COMPUTE)).await?;
    let node = match &args.node {
        Some(text) => choose(&nodes, text, &desk.id)?,
        None => only(&nodes, &desk)?,
    };
    // Printing a line does nothing; its key and its command do.
    if args.exec || args.key_out.is_some() {
        let verb = format!("log in to {}", safe(node.label()));
        args.owned.check(context, &desk.paas, &desk.deployment().await?, &verb).await?;
    }
    let machine = machine(&desk, node, managed).await?;
    let host = machine.addresses.first().cloned().ok_or_else(|| unreachable(node, "it has no address"))?;
    let user = args.login.clone().or_else(|| machine.user.clone());
    let user = user.ok_or_else(|| unreachable(node, "nobody tells who can log in").next("say it: --login NAME"))?;
    for (what, text) in [("address", &host), ("user", &user)] {
        if !is_plain(text) {
            let message = format!("the {what} of the machine is none: '{}'", safe(text));
            return Err(CliError::new(Exit::Failed, message).into());
        }
    }
    let mut words = vec!["ssh".to_owned()];
    if let Some(path) = &args.key_out {
        write_key(context, node, &machine, path)?;
        words.extend(["-i".to_owned(), path.display().to_string()]);
    }
    words.push(format!("{user}@{host}"));
    if !args.exec || context.would(&format!("run {}", line(&words))) {
        return Ok(context.printer.text(&line(&words))?);
    }
    run_it(context, &words)
}

fn line(words: &[String]) -> String {
    words.iter().map(|word| shell_word(word)).collect::<Vec<_>>().join(" ")
}

fn only<'n>(nodes: &'n [Node], desk: &Desk<'_>) -> Result<&'n Node, CliError> {
    match nodes {
        [one] => Ok(one),
        [] => Err(CliError::new(Exit::NotFound, "the deployment has no machine")
            .next(format!("orchest resource list {}", desk.word()))),
        several => Err(several_of(
            &several.iter().collect::<Vec<_>>(),
            &format!("the deployment has {} machines", several.len()),
        )),
    }
}

/// What is told of it, by the orchestrator or else by the manager.
async fn machine(desk: &Desk<'_>, node: &Node, managed: Option<Managed>) -> Result<Machine> {
    if let Some(machine) = &node.machine {
        return Ok(machine.clone());
    }
    let managed = match (managed, desk.im()?) {
        (Some(managed), _) => Some(managed),
        (None, Some(im)) => {
            let infrastructure = desk.deployment().await?.infrastructure;
            infrastructure.map(|infrastructure| Managed { im, infrastructure })
        }
        (None, None) => None,
    };
    if let (Some(managed), Some(number)) = (managed, &node.vm)
        && let Some(machine) = managed.machine(number).await?
    {
        return Ok(machine);
    }
    Err(unreachable(node, "neither the orchestrator nor an Infrastructure Manager tells of it").into())
}

fn unreachable(node: &Node, why: &str) -> CliError {
    CliError::new(Exit::Failed, format!("it is not known how to log in to {}", safe(node.label()))).cause(why)
}

/// Names, addresses, and nothing that a program could take for an option.
fn is_plain(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_alphanumeric() || first == '_' || first == ':')
        && text.chars().all(|sign| sign.is_ascii_alphanumeric() || "._:-".contains(sign))
}

fn write_key(context: &Context, node: &Node, machine: &Machine, path: &Path) -> Result<()> {
    let Some(key) = &machine.private_key else {
        return Err(unreachable(node, "nobody tells its private key").next("leave --key-out away").into());
    };
    let text = format!("{}\n", key.expose().trim_end());
    if context.would(&format!("write the private key into {}", shown(path))) {
        return Ok(());
    }
    let failed = |error: private::Error| CliError::of_file(&error);
    if private::create_new(path, text.as_bytes()).map_err(failed)? {
        context.printer.note(&format!("the private key is in {}", shown(path)));
        return Ok(());
    }
    if private::read(path, LARGEST).map_err(failed)?.is_some_and(|present| present == text.as_bytes()) {
        return Ok(());
    }
    let message = format!("{} is there and holds something else; it is not overwritten", shown(path));
    Err(CliError::new(Exit::Conflict, message).next("name another file with --key-out").into())
}

/// What it needs of our environment beside what every program does: its agent, and who asks for a passphrase. Some
/// machines would be sent more of it (`SendEnv`).
const PASSED: [&str; 9] = [
    "SSH_AUTH_SOCK",
    "SSH_ASKPASS",
    "SSH_ASKPASS_REQUIRE",
    "DISPLAY",
    "WAYLAND_DISPLAY",
    "XAUTHORITY",
    "XDG_RUNTIME_DIR",
    "KRB5CCNAME",
    "GPG_TTY",
];

fn run_it(context: &Context, words: &[String]) -> Result<()> {
    let (program, arguments) = words.split_first().ok_or_else(|| CliError::usage("nothing to run"))?;
    let mut command = Command::new(program);
    child::furnish(&mut command, &context.inputs.env, &PASSED);
    let status = command.args(arguments).status().map_err(|error| {
        CliError::new(Exit::Failed, format!("{program} cannot be run: {error}")).next("install OpenSSH's client")
    })?;
    match status.code() {
        Some(0) => Ok(()),
        Some(code) => Err(CliError::silent(Exit::Child(u8::try_from(code).unwrap_or(1))).into()),
        None => Err(CliError::new(Exit::Failed, format!("{program} was ended by a signal")).into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_server_says_is_no_option_and_no_second_command() {
        for plain in ["203.0.113.7", "2001:db8::1", "::1", "vm-1.example", "cloudadm", "_svc"] {
            assert!(is_plain(plain), "{plain}");
        }
        for odd in ["", "-oProxyCommand=sh", "a b", "a;b", "$(x)", "a@b", "a\nb", "a/b"] {
            assert!(!is_plain(odd), "{odd}");
        }
    }
}
