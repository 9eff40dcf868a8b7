//! What is wanted of a machine, and what the state that it is in means for that.

use crate::api::im::{Op, VmState};
use crate::api::paas::NodeState;
use crate::flows::deployments::machine::Look;

use super::node::State;

/// What is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verb {
    Start,
    Stop,
    Reboot,
}

impl Verb {
    pub(super) fn name(self) -> &'static str {
        self.op().name()
    }

    pub(super) fn op(self) -> Op {
        match self {
            Self::Start => Op::Start,
            Self::Stop => Op::Stop,
            Self::Reboot => Op::Reboot,
        }
    }

    /// What was asked for, and what has come of it.
    pub(super) fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Start => ("starting", "started"),
            Self::Stop => ("stopping", "stopped"),
            Self::Reboot => ("rebooting", "rebooted"),
        }
    }
}

/// What a state means for a verb.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Now {
    Ready,
    Already,
    OnTheWay,
    Wrong,
    Broken,
}

pub(super) fn now(verb: Verb, state: &State) -> Now {
    match (verb, state) {
        (_, State::Node(NodeState::Error) | State::Vm(VmState::Failed)) => Now::Broken,
        (Verb::Start, State::Node(NodeState::Started)) | (Verb::Stop, State::Node(NodeState::Stopped)) => Now::Already,
        (Verb::Start, State::Node(NodeState::Starting)) | (Verb::Stop, State::Node(NodeState::Stopping)) => {
            Now::OnTheWay
        }
        (Verb::Start, State::Node(NodeState::Stopped))
        | (Verb::Stop | Verb::Reboot, State::Node(NodeState::Started)) => Now::Ready,
        (Verb::Start, State::Vm(state)) if state.is_up() => Now::Already,
        (Verb::Stop, State::Vm(state)) if state.is_down() => Now::Already,
        (Verb::Start, State::Vm(state)) if state.is_down() => Now::Ready,
        (Verb::Stop | Verb::Reboot, State::Vm(state)) if state.is_up() => Now::Ready,
        (_, State::Node(_) | State::Vm(_)) => Now::Wrong,
    }
}

/// Where a wait is to end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wanted {
    Up,
    Down,
}

impl Wanted {
    pub(super) fn of(verb: Verb) -> Self {
        if verb == Verb::Stop { Self::Down } else { Self::Up }
    }

    pub(super) fn look(self, state: &State) -> Look {
        let verb = if self == Self::Down { Verb::Stop } else { Verb::Start };
        match now(verb, state) {
            Now::Already => Look::There,
            Now::Broken => Look::Bad,
            Now::Ready | Now::OnTheWay | Now::Wrong => Look::NotYet,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_stopped_is_started_and_only_what_is_started_is_stopped() {
        for name in NodeState::NAMES {
            let state = State::Node(NodeState::read(name));
            let expected = match *name {
                "STARTED" => [Now::Already, Now::Ready, Now::Ready],
                "STOPPED" => [Now::Ready, Now::Already, Now::Wrong],
                "STARTING" => [Now::OnTheWay, Now::Wrong, Now::Wrong],
                "STOPPING" => [Now::Wrong, Now::OnTheWay, Now::Wrong],
                "ERROR" => [Now::Broken; 3],
                _ => [Now::Wrong; 3],
            };
            assert_eq!([Verb::Start, Verb::Stop, Verb::Reboot].map(|verb| now(verb, &state)), expected, "{name}");
        }
        for (word, expected) in [
            ("configured", [Now::Already, Now::Ready, Now::Ready]),
            ("running", [Now::Already, Now::Ready, Now::Ready]),
            ("stopped", [Now::Ready, Now::Already, Now::Wrong]),
            ("off", [Now::Ready, Now::Already, Now::Wrong]),
            ("pending", [Now::Wrong; 3]),
            ("failed", [Now::Broken; 3]),
        ] {
            let state = State::Vm(VmState::read(word));
            assert_eq!([Verb::Start, Verb::Stop, Verb::Reboot].map(|verb| now(verb, &state)), expected, "{word}");
        }
    }

    #[test]
    fn the_first_looks_may_show_what_was() {
        let look = |wanted: Wanted, name: &str| wanted.look(&State::Node(NodeState::read(name)));
        assert_eq!(look(Wanted::Down, "STARTED"), Look::NotYet);
        assert_eq!(look(Wanted::Down, "STOPPED"), Look::There);
        assert_eq!(look(Wanted::Up, "STOPPED"), Look::NotYet);
        assert_eq!(look(Wanted::Up, "ERROR"), Look::Bad);
    }
}
