//! Decisions, and how XACML 3.0 makes one of many (appendix C of the standard).

/// What a rule says where it applies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Effect {
    Permit,
    Deny,
}

/// What would have come out, had nothing gone wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Leaning {
    Only(Effect),
    Either,
}

/// The outcome for a rule, a policy, a set of policies or a subject.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::sandbox) enum Decision {
    Permit,
    Deny,
    NotApplicable,
    Indeterminate(Leaning),
}

impl Decision {
    /// As it stands in an answer, where the leaning is not told.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Permit => "Permit",
            Self::Deny => "Deny",
            Self::NotApplicable => "NotApplicable",
            Self::Indeterminate(_) => "Indeterminate",
        }
    }

    /// The same where it is not certain that it was to be decided at all.
    pub(super) fn doubted(self) -> Self {
        match self {
            Self::Permit => Self::Indeterminate(Leaning::Only(Effect::Permit)),
            Self::Deny => Self::Indeterminate(Leaning::Only(Effect::Deny)),
            other => other,
        }
    }
}

impl From<Effect> for Decision {
    fn from(effect: Effect) -> Self {
        match effect {
            Effect::Permit => Self::Permit,
            Effect::Deny => Self::Deny,
        }
    }
}

/// How the decisions of rules, or of policies, become one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Algorithm {
    /// This effect anywhere wins.
    Overrides(Effect),
    /// The effect anywhere wins, and anything else is the other one.
    Unless(Effect),
    /// The first that applies decides.
    FirstApplicable,
}

impl Algorithm {
    /// From its identifier; `of` is `rule` or `policy`, and those of the other kind are not taken.
    pub(super) fn named(urn: &str, of: &str) -> Option<Self> {
        let (version, rest) = urn.strip_prefix("urn:oasis:names:tc:xacml:")?.split_once(':')?;
        let name = rest.strip_prefix(of)?.strip_prefix("-combining-algorithm:")?;
        match (version, name) {
            // The older ones differ from those of 3.0 only in which doubt they report.
            ("1.0" | "3.0", "deny-overrides") | ("1.1" | "3.0", "ordered-deny-overrides") => {
                Some(Self::Overrides(Effect::Deny))
            }
            ("1.0" | "3.0", "permit-overrides") | ("1.1" | "3.0", "ordered-permit-overrides") => {
                Some(Self::Overrides(Effect::Permit))
            }
            ("3.0", "deny-unless-permit") => Some(Self::Unless(Effect::Permit)),
            ("3.0", "permit-unless-deny") => Some(Self::Unless(Effect::Deny)),
            ("1.0", "first-applicable") => Some(Self::FirstApplicable),
            _ => None,
        }
    }

    /// Asks for no more decisions than it needs.
    pub(super) fn combine(self, decisions: impl Iterator<Item = Decision>) -> Decision {
        match self {
            Self::Overrides(winner) => overrides(winner, decisions),
            Self::Unless(winner) => unless(winner, decisions),
            Self::FirstApplicable => {
                let mut applicable = decisions.filter(|decision| *decision != Decision::NotApplicable);
                applicable.next().unwrap_or(Decision::NotApplicable)
            }
        }
    }
}

fn other(effect: Effect) -> Effect {
    match effect {
        Effect::Permit => Effect::Deny,
        Effect::Deny => Effect::Permit,
    }
}

fn unless(winner: Effect, mut decisions: impl Iterator<Item = Decision>) -> Decision {
    let won = decisions.any(|decision| decision == winner.into());
    if won { winner.into() } else { other(winner).into() }
}

fn overrides(winner: Effect, decisions: impl Iterator<Item = Decision>) -> Decision {
    let loser = other(winner);
    let (mut lost, mut maybe_won, mut maybe_lost, mut maybe_either) = (false, false, false, false);
    for decision in decisions {
        match decision {
            Decision::NotApplicable => {}
            Decision::Indeterminate(Leaning::Either) => maybe_either = true,
            Decision::Indeterminate(Leaning::Only(effect)) if effect == winner => maybe_won = true,
            Decision::Indeterminate(Leaning::Only(_)) => maybe_lost = true,
            Decision::Permit | Decision::Deny if decision == winner.into() => return decision,
            Decision::Permit | Decision::Deny => lost = true,
        }
    }
    if maybe_either || (maybe_won && (maybe_lost || lost)) {
        Decision::Indeterminate(Leaning::Either)
    } else if maybe_won {
        Decision::Indeterminate(Leaning::Only(winner))
    } else if lost {
        loser.into()
    } else if maybe_lost {
        Decision::Indeterminate(Leaning::Only(loser))
    } else {
        Decision::NotApplicable
    }
}

#[cfg(test)]
mod tests {
    use super::Decision::{Deny, NotApplicable, Permit};
    use super::*;

    const MAYBE_PERMIT: Decision = Decision::Indeterminate(Leaning::Only(Effect::Permit));
    const MAYBE_DENY: Decision = Decision::Indeterminate(Leaning::Only(Effect::Deny));
    const MAYBE_EITHER: Decision = Decision::Indeterminate(Leaning::Either);

    /// Decisions, and what comes of them by deny-overrides, permit-overrides, deny-unless-permit, permit-unless-deny and
    /// first-applicable.
    type Row<'a> = (&'a [Decision], [Decision; 5]);

    const TABLE: [Row<'_>; 12] = [
        (&[], [NotApplicable, NotApplicable, Deny, Permit, NotApplicable]),
        (&[NotApplicable], [NotApplicable, NotApplicable, Deny, Permit, NotApplicable]),
        (&[NotApplicable, Permit], [Permit, Permit, Permit, Permit, Permit]),
        (&[NotApplicable, Deny], [Deny, Deny, Deny, Deny, Deny]),
        (&[Permit, Deny], [Deny, Permit, Permit, Deny, Permit]),
        (&[Deny, Permit], [Deny, Permit, Permit, Deny, Deny]),
        (&[MAYBE_DENY, Permit], [MAYBE_EITHER, Permit, Permit, Permit, MAYBE_DENY]),
        (&[MAYBE_PERMIT, Deny], [Deny, MAYBE_EITHER, Deny, Deny, MAYBE_PERMIT]),
        (&[Permit, MAYBE_PERMIT], [Permit, Permit, Permit, Permit, Permit]),
        (&[MAYBE_DENY, MAYBE_PERMIT], [MAYBE_EITHER, MAYBE_EITHER, Deny, Permit, MAYBE_DENY]),
        (&[NotApplicable, MAYBE_DENY], [MAYBE_DENY, MAYBE_DENY, Deny, Permit, MAYBE_DENY]),
        (&[Permit, MAYBE_EITHER], [MAYBE_EITHER, Permit, Permit, Permit, Permit]),
    ];

    #[test]
    fn every_algorithm_combines_as_the_standard_says() {
        let names = [
            "3.0:rule-combining-algorithm:deny-overrides",
            "3.0:rule-combining-algorithm:permit-overrides",
            "3.0:rule-combining-algorithm:deny-unless-permit",
            "3.0:rule-combining-algorithm:permit-unless-deny",
            "1.0:rule-combining-algorithm:first-applicable",
        ];
        for (decisions, expected) in TABLE {
            for (name, expected) in names.iter().zip(expected) {
                let algorithm = Algorithm::named(&format!("urn:oasis:names:tc:xacml:{name}"), "rule").unwrap();
                assert_eq!(algorithm.combine(decisions.iter().copied()), expected, "{name} of {decisions:?}");
            }
        }
    }

    #[test]
    fn rules_and_policies_have_algorithms_of_their_own() {
        let named = |urn: &str, of: &str| Algorithm::named(urn, of);
        let policy = "urn:oasis:names:tc:xacml:3.0:policy-combining-algorithm:ordered-deny-overrides";
        assert_eq!(named(policy, "policy"), Some(Algorithm::Overrides(Effect::Deny)));
        assert_eq!(named(policy, "rule"), None);
        for urn in ["", "deny-overrides", "urn:oasis:names:tc:xacml:1.0:policy-combining-algorithm:deny-unless-permit"]
        {
            assert_eq!(named(urn, "policy"), None, "{urn}");
        }
    }

    #[test]
    fn doubt_keeps_what_would_have_come_out() {
        assert_eq!((Permit.doubted(), Deny.doubted()), (MAYBE_PERMIT, MAYBE_DENY));
        assert_eq!((NotApplicable.doubted(), MAYBE_EITHER.doubted()), (NotApplicable, MAYBE_EITHER));
    }
}
