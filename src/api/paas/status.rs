//! The states of deployments and of their nodes.
//!
//! One dialect sends names, the other numbers, which are the alphabetical places of the names. A state that nobody knew when
//! this was written is kept as it came.

/// What a state means for whoever waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Class {
    /// Settled, and well.
    Good,
    /// Settled, and not well.
    Bad,
    /// On its way to another.
    Moving,
    /// The end.
    Gone,
    /// Who knows.
    Strange,
}

macro_rules! states {
    ($(#[$about:meta])* $kind:ident { $($number:literal $variant:ident $name:literal $class:ident),* $(,)? }) => {
        $(#[$about])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash)]
        pub(crate) enum $kind { $($variant,)* /// Unknown, as the server sent it.
            Other(String) }

        #[allow(dead_code, reason = "every kind of state has all of this, and not of every kind all is asked")]
        impl $kind {
            /// Reads a name, in any case, or a number.
            pub(crate) fn read(text: &str) -> Self {
                let text = text.trim();
                $(if text.eq_ignore_ascii_case($name) || text == stringify!($number) { return Self::$variant; })*
                Self::Other(text.to_owned())
            }

            pub(crate) fn name(&self) -> &str {
                match self { $(Self::$variant => $name,)* Self::Other(text) => text }
            }

            pub(crate) fn class(&self) -> Class {
                match self { $(Self::$variant => Class::$class,)* Self::Other(_) => Class::Strange }
            }

            /// Every name that is known.
            pub(crate) const NAMES: &[&str] = &[$($name),*];
        }
    };
}

states! {
    /// What a deployment is doing.
    Status {
        0 CreateComplete "CREATE_COMPLETE" Good,
        1 CreateFailed "CREATE_FAILED" Bad,
        2 CreateInProgress "CREATE_IN_PROGRESS" Moving,
        3 DeleteComplete "DELETE_COMPLETE" Gone,
        4 DeleteFailed "DELETE_FAILED" Bad,
        5 DeleteInProgress "DELETE_IN_PROGRESS" Moving,
        6 Unknown "UNKNOWN" Bad,
        7 UpdateComplete "UPDATE_COMPLETE" Good,
        8 UpdateFailed "UPDATE_FAILED" Bad,
        9 UpdateInProgress "UPDATE_IN_PROGRESS" Moving,
    }
}

states! {
    /// What a node of a deployment is doing.
    NodeState {
        0 Configured "CONFIGURED" Good,
        1 Configuring "CONFIGURING" Moving,
        2 Created "CREATED" Good,
        3 Creating "CREATING" Moving,
        4 Deleted "DELETED" Gone,
        5 Deleting "DELETING" Moving,
        6 Error "ERROR" Bad,
        7 Initial "INITIAL" Good,
        8 Started "STARTED" Good,
        9 Starting "STARTING" Moving,
        10 Stopped "STOPPED" Good,
        11 Stopping "STOPPING" Moving,
    }
}

/// The tasks of the newer dialect, by their numbers.
const TASKS: [&str; 6] = [
    "template_validation",
    "provider_filtering",
    "providers_ranking",
    "infrastructure_creation",
    "resources_generated",
    "resources_updating",
];

/// The name of a task that came as a number.
pub(crate) fn task(number: u64) -> String {
    let name = usize::try_from(number).ok().and_then(|number| TASKS.get(number));
    name.map_or_else(|| number.to_string(), |name| (*name).to_owned())
}

impl Status {
    /// Whether nodes may be started and stopped, and the template changed.
    pub(crate) fn may_be_updated(&self) -> bool {
        matches!(self, Self::CreateComplete | Self::UpdateComplete | Self::UpdateFailed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_numbers_are_the_same_states() {
        for (number, name) in Status::NAMES.iter().enumerate() {
            let status = Status::read(&number.to_string());
            assert_eq!((status.name(), &status), (*name, &Status::read(&name.to_lowercase())));
        }
        for (number, name) in NodeState::NAMES.iter().enumerate() {
            assert_eq!(NodeState::read(&number.to_string()).name(), *name);
        }
        assert!(Status::NAMES.is_sorted() && NodeState::NAMES.is_sorted(), "the numbers are places in the alphabet");
        assert_eq!((task(3), task(9)), ("infrastructure_creation".to_owned(), "9".to_owned()));
    }

    #[test]
    fn a_state_nobody_knows_stays_as_it_is() {
        let status = Status::read("PAUSED");
        assert_eq!((status.name(), status.class()), ("PAUSED", Class::Strange));
        assert_eq!(Status::read("10").name(), "10");
    }

    #[test]
    fn whoever_waits_knows_when_to_stop() {
        let of = |class: Class| Status::NAMES.iter().filter(|name| Status::read(name).class() == class).count();
        assert_eq!([Class::Good, Class::Bad, Class::Moving, Class::Gone].map(of), [2, 4, 3, 1]);
        assert!(Status::UpdateFailed.may_be_updated() && !Status::CreateFailed.may_be_updated());
    }
}
