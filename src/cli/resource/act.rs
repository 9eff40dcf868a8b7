//! `orchest resource start`, `stop` and `reboot`. Everything is looked at before anything is sent: servers answer 500 where
//! a machine is in the wrong state.

use std::time::Duration;

use anyhow::Result;
use clap::Args;

use crate::api::paas::nodes::COMPUTE;
use crate::api::paas::{self, Action, Deployment, Dialect, Feature, NodeState};
use crate::base::text::{safe, shell_word};
use crate::config;
use crate::flows::deployments::create::is_open;
use crate::flows::deployments::machine::STALLED;
use crate::http::{self, Outcome};

use super::super::bulk::{self, Done};
use super::super::context::Backend;
use super::super::deployment_id::deployment_id;
use super::super::error::{CliError, Exit};
use super::super::items::{Item, Items};
use super::super::owned::OwnedArgs;
use super::desk::{Desk, Managed};
use super::node::{Node, State, choose};
use super::verb::{Now, Verb, Wanted, now};
use super::wait::until;

/// How often an action is sent, each time after a look.
const TRIES: u32 = 3;

#[derive(Args, Debug)]
pub(crate) struct ActArgs {
    /// The deployment: its id, the name it was given here, or `last`
    #[arg(value_name = "DEPLOYMENT")]
    pub(super) deployment: String,
    /// Its machines: by id, by name in the template, or by VM number
    #[arg(value_name = "NODE", required = true)]
    pub(super) nodes: Vec<String>,
    /// Wait until it is so, six minutes or as long as said
    #[arg(long, value_name = "TIME", num_args = 0..=1, require_equals = true, default_missing_value = "6m")]
    pub(super) wait: Option<String>,
    #[command(flatten)]
    owned: OwnedArgs,
}

/// Who does it.
enum Way {
    Orchestrator,
    /// One request to the manager.
    Manager(Managed),
    /// Nobody knows how to reboot: stop, wait, start.
    Twice,
}

pub(super) async fn run(context: &super::Context, args: &ActArgs, verb: Verb) -> Result<()> {
    let limit = args.wait.as_deref().map(limit).transpose()?;
    context.refuse_failed_to()?;
    let items = Items::typed(args.nodes.iter().map(|text| Item::typed(text)).collect(), |_| Ok(()));
    confirm_unseen(context, args, verb)?;
    let desk = Desk::open(context, &args.deployment).await?;
    if let Err(lacking) = Feature::Act.refuse(desk.paas.dialect()) {
        // Nobody is asked for what leads nowhere.
        desk.manager(&lacking)?;
    }
    let deployment = desk.deployment().await?;
    let way = way(&desk, &deployment, verb)?;
    may_act(&deployment)?;
    let nodes = match &way {
        Way::Manager(managed) if desk.paas.dialect() == Dialect::V1 => desk.numbered(managed, &args.nodes).await?,
        _ => {
            let machines = desk.paas.resources(&desk.id, Some(COMPUTE)).await?.ok_or_else(|| desk.gone())?;
            machines.into_iter().map(Node::of_resource).collect()
        }
    };
    confirm(&desk, &deployment, args, verb, &way).await?;
    let job = Job { desk: &desk, nodes: &nodes, way: &way, verb, limit };
    let results = bulk::each(context, &items, async |item: &Item| job.one(&item.name).await).await?;
    context.finish_bulk(&items, &results, "node")
}

/// How long to wait.
pub(super) fn limit(text: &str) -> Result<Duration, CliError> {
    let limit = config::duration(&toml::Value::from(text)).filter(|limit| !limit.is_zero());
    limit.ok_or_else(|| CliError::usage(format!("--wait '{}' is no time to wait", safe(text))).next("90s, 6m, 1h"))
}

fn may_act(deployment: &Deployment) -> Result<(), CliError> {
    if deployment.status.may_be_updated() {
        return Ok(());
    }
    let message =
        format!("the deployment is in {}, and its machines can be started and stopped only", deployment.status.name());
    Err(CliError::new(Exit::Conflict, format!("{message} in CREATE_COMPLETE, UPDATE_COMPLETE and UPDATE_FAILED"))
        .next(format!("orchest deployment wait {}", shell_word(&deployment.id))))
}

fn way(desk: &Desk<'_>, deployment: &Deployment, verb: Verb) -> Result<Way> {
    if let Err(lacking) = Feature::Act.refuse(desk.paas.dialect()) {
        return Ok(Way::Manager(desk.managed(deployment, &lacking)?));
    }
    Ok(match (verb, &deployment.infrastructure, desk.im()?) {
        (Verb::Reboot, Some(infrastructure), Some(im)) => {
            Way::Manager(Managed { im, infrastructure: infrastructure.clone() })
        }
        (Verb::Reboot, ..) => Way::Twice,
        _ => Way::Orchestrator,
    })
}

/// What there is to say yes to where nobody knows how to reboot.
const TWICE: &str = "the orchestrator has no reboot, so: stop, wait until it is stopped, start";

/// Where nobody can be asked, that is said before anything is sent. A manager that is known reboots unasked.
fn confirm_unseen(context: &super::Context, args: &ActArgs, verb: Verb) -> Result<()> {
    if verb != Verb::Reboot || context.prompter.is_allowed() || context.knows(Backend::Im)? {
        return Ok(());
    }
    let id = deployment_id(context, &args.deployment)?;
    context.refuse_where_known(Feature::Act)?;
    context.confirm(&format!("{} ({TWICE})", question(args, verb, &id)))
}

/// `reboot front, back`.
fn action(args: &ActArgs, verb: Verb) -> String {
    let nodes = args.nodes.iter().map(|text| safe(text).into_owned()).collect::<Vec<_>>().join(", ");
    format!("{} {nodes}", verb.name())
}

fn question(args: &ActArgs, verb: Verb, id: &str) -> String {
    format!("{} of deployment {}", action(args, verb), safe(id))
}

async fn confirm(desk: &Desk<'_>, deployment: &Deployment, args: &ActArgs, verb: Verb, way: &Way) -> Result<()> {
    let context = desk.context;
    let what = question(args, verb, &desk.id);
    args.owned.check(context, &desk.paas, deployment, &action(args, verb)).await?;
    if !matches!(way, Way::Twice) {
        return context.confirm_if_protected(&what);
    }
    if desk.im()?.is_none() {
        context.printer.hint(&desk.how_to_know_the_manager().await);
    }
    context.confirm(&format!("{what} ({TWICE})"))
}

/// The same for every machine.
struct Job<'a> {
    desk: &'a Desk<'a>,
    nodes: &'a [Node],
    way: &'a Way,
    verb: Verb,
    limit: Option<Duration>,
}

impl Job<'_> {
    async fn one(&self, text: &str) -> Result<Done> {
        let node = match choose(self.nodes, text, &self.desk.id) {
            Ok(node) => node,
            Err(error) => return Err(self.perhaps_no_machine(text, error).await?.into()),
        };
        let (asked, done) = self.verb.words();
        // A reboot that was cut short in the middle has left it so.
        let twice = matches!(self.way, Way::Twice);
        let half_way = twice && matches!(node.state, State::Node(NodeState::Stopped | NodeState::Stopping));
        let on_its_way_up = twice && node.state == State::Node(NodeState::Starting);
        match now(self.verb, &node.state) {
            Now::Already => return Ok(Done::new("already so")),
            Now::OnTheWay if self.limit.is_none() => return Ok(Done::new(asked).detail("somebody asked for it before")),
            Now::OnTheWay | Now::Ready => {}
            Now::Wrong if half_way || on_its_way_up => {}
            Now::Wrong | Now::Broken => return Err(self.wrong_state(node).into()),
        }
        if self.desk.context.would(&format!("{} {}", self.verb.name(), safe(text))) {
            return Ok(Done::new(match self.verb {
                Verb::Start => "would be started",
                Verb::Stop => "would be stopped",
                Verb::Reboot => "would be rebooted",
            }));
        }
        let ready = now(self.verb, &node.state) == Now::Ready;
        match self.way {
            Way::Manager(managed) => {
                let number = node.vm.as_deref().ok_or_else(|| no_number(node))?;
                let answer = managed.im.act(&managed.infrastructure, number, self.verb.op()).await;
                if !answer.map_err(|error| self.unknown(node, error))? {
                    return Err(managed.gone().into());
                }
                self.settled(Wanted::of(self.verb), node).await?;
            }
            Way::Orchestrator => {
                let (action, wanted) = match self.verb {
                    Verb::Stop => (Action::Stop, Wanted::Down),
                    Verb::Start | Verb::Reboot => (Action::Start, Wanted::Up),
                };
                if ready {
                    self.ask(node, action).await?;
                }
                self.settled(wanted, node).await?;
            }
            // Whatever starts was down just now.
            Way::Twice if on_its_way_up => self.settled(Wanted::Up, node).await?,
            Way::Twice => {
                if !half_way {
                    self.ask(node, Action::Stop).await?;
                }
                let down = self.wait_for(Wanted::Down, node, self.limit.unwrap_or(STALLED)).await;
                down.map_err(|error| self.left_stopped(node, &error))?;
                self.desk.context.printer.note(&format!("{} is stopped, and is started again", safe(text)));
                self.ask(node, Action::Start).await.map_err(|error| self.left_stopped(node, &error))?;
                self.settled(Wanted::Up, node).await?;
            }
        }
        Ok(Done::new(if self.limit.is_some() { done } else { asked }))
    }

    /// Waits, where that was wanted.
    async fn settled(&self, wanted: Wanted, node: &Node) -> Result<()> {
        match self.limit {
            Some(limit) => self.wait_for(wanted, node, limit).await,
            None => Ok(()),
        }
    }

    async fn wait_for(&self, wanted: Wanted, node: &Node, limit: Duration) -> Result<()> {
        let managed = match self.way {
            Way::Manager(managed) => Some(managed),
            Way::Orchestrator | Way::Twice => None,
        };
        until(self.desk, managed, node, limit, |state| wanted.look(state)).await
    }

    /// Sends it, and where the answer is lost looks before it sends it again.
    async fn ask(&self, node: &Node, action: Action) -> Result<()> {
        let id = node.label();
        let verb = if action == Action::Stop { Verb::Stop } else { Verb::Start };
        let mut made = 1;
        loop {
            let Err(error) = self.desk.paas.act(&self.desk.id, id, action).await else { return Ok(()) };
            let paas::Error::Wire(wire) = &error else { return Err(error.into()) };
            if !is_open(&error) && wire.status() != Some(409) {
                return Err(error.into());
            }
            let again = made < TRIES && is_open(&error) && self.desk.paas.pause(made, wire).await;
            let Some(seen) = self.desk.node(id).await? else { return Err(error.into()) };
            match now(verb, &seen.state) {
                // It arrived.
                Now::OnTheWay | Now::Already => return Ok(()),
                Now::Ready if again => made += 1,
                Now::Ready => return Err(error.into()),
                Now::Wrong | Now::Broken => {
                    return Err(self.wrong_state(&seen).cause(error.to_string()).into());
                }
            }
        }
    }

    /// Of a reboot nobody can see whether it happened, and twice is once too often.
    fn unknown(&self, node: &Node, error: http::Error) -> anyhow::Error {
        if self.verb != Verb::Reboot || error.outcome() != Outcome::MayHaveHappened {
            return error.into();
        }
        let message = format!("it is not known whether {} was rebooted", safe(node.label()));
        CliError::new(Exit::Temporary, message)
            .cause(error.to_string())
            .next(format!("look at the machine before you reboot it again: orchest resource list {}", self.desk.word()))
            .into()
    }

    fn wrong_state(&self, node: &Node) -> CliError {
        let (label, state) = (safe(node.label()).into_owned(), node.state.name());
        let message = format!("{label} is in {}, so nobody can {} it now", safe(state), self.verb.name());
        let error = CliError::new(Exit::Conflict, message);
        if now(self.verb, &node.state) == Now::Broken {
            return error.next(format!("orchest log show {}", self.desk.word()));
        }
        let verb = match (self.verb, &node.state) {
            (Verb::Reboot, State::Node(NodeState::Stopped)) => "start",
            (Verb::Reboot, State::Vm(state)) if state.is_down() => "start",
            _ => return error.next(format!("orchest resource list {}", self.desk.word())),
        };
        error.next(format!("orchest resource {verb} {} {}", self.desk.word(), shell_word(node.label())))
    }

    fn left_stopped(&self, node: &Node, error: &anyhow::Error) -> anyhow::Error {
        let next = format!("orchest resource start {} {}", self.desk.word(), shell_word(node.label()));
        let message = format!("{} was to be stopped and started again, and is not started", safe(node.label()));
        let exit = super::super::error::classify(error).exit;
        CliError::new(exit, message).cause(error.to_string()).next(next).into()
    }

    /// Not among the machines; perhaps it is another kind of node.
    async fn perhaps_no_machine(&self, text: &str, error: CliError) -> Result<CliError> {
        let knows_all = matches!(self.way, Way::Manager(_)) && self.desk.paas.dialect() == Dialect::V1;
        if error.exit != Exit::NotFound || knows_all {
            return Ok(error);
        }
        let (all, _) = self.desk.nodes(None).await?;
        Ok(match choose(&all, text, &self.desk.id) {
            Ok(node) => {
                let kind = node.kind.as_deref().unwrap_or("a node of another kind");
                let message = format!("'{}' is no machine but {}", safe(text), safe(kind));
                CliError::new(Exit::Conflict, format!("{message}; it cannot be started or stopped"))
                    .next(format!("orchest resource list {} --type {COMPUTE}", self.desk.word()))
            }
            Err(_) => error,
        })
    }
}

fn no_number(node: &Node) -> CliError {
    let message = format!("{} has no number at the Infrastructure Manager", safe(node.label()));
    CliError::new(Exit::Conflict, message).next("it is not made yet, or not by that manager")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wait_is_a_time() {
        assert_eq!(limit("90s").unwrap(), Duration::from_secs(90));
        assert_eq!(limit("soon").unwrap_err().exit, Exit::Usage);
        assert_eq!(limit("0s").unwrap_err().exit, Exit::Usage);
    }
}
