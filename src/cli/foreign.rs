//! Words that people know from other programs: flags that are called otherwise here, and commands that stand elsewhere.

use clap::Command;

use super::legacy;

/// What to do where somebody would say a secret on the line: everybody who lists processes would see it.
const SECRETS: &[&str] = &[
    "no flag takes a secret; to log in: --password-file FILE, --password-stdin",
    "for somebody else: --new-password-stdin, --generate-password",
    "all the ways: orchest help secrets",
];

/// Where servers are: what other programs have one flag for, each back end has its own for here.
const ADDRESSES: &[&str] = &[
    "each back end has a flag for its address: --keystone URL, --keypass URL, --paas URL, …",
    "of the one that the noun talks to: --host HOST --port PORT",
    "for good: orchest config set keystone.url URL",
];

/// Flags that other programs have, and what to do where somebody misses one of them.
const FLAGS: [(&[&str], &[&str]); 8] = [
    (&["--url", "--endpoint", "--os-auth-url", "--auth-url", "--server", "--address"], ADDRESSES),
    (&["--format", "--json", "--yaml", "--csv"], &["-o json, -o yaml, -o csv; all of them: orchest help output"]),
    (&["--wide", "--long"], &["-o wide"]),
    (
        &["--tenant", "--domain", "--fiware-service", "--os-domain-name", "--os-user-domain-name"],
        &["a service, which is a domain of Keystone: -s NAME"],
    ),
    (
        &["--project", "--fiware-servicepath", "--service-path", "--os-project-name"],
        &["a subservice, which is a project of Keystone: -S NAME"],
    ),
    (&["--force", "-f", "--assume-yes"], &["--yes does without the question"]),
    (
        &["--verify", "--no-verify", "--no-check-certificate", "-k", "--os-cacert"],
        &["an authority of your own: --cacert FILE; no check at all: --insecure"],
    ),
    (&["--debug"], &["-v, -vv, or --trace FILE"]),
];

/// Words that begin no command here, and where what they stand for is.
const NOUNS: &[(&[&str], &[&str])] = &[
    (
        &["status", "ping", "state"],
        &[
            "settings, servers and logins, looked at from here: orchest doctor",
            "the servers alone: orchest platform health; the login: orchest auth status",
        ],
    ),
    (
        &["device", "devices", "entity", "entities"],
        &[
            "devices and entities are not managed here, but their servers can be asked:",
            "orchest api iotagent GET /iot/devices -s NAME -S NAME",
            "orchest api orion GET /v2/entities -s NAME -S NAME",
        ],
    ),
    (&["tenant", "tenants"], &["a tenant is a service here: orchest service list"]),
    (&["assignment", "assignments", "grant", "grants"], &["who has which role: orchest role assignments"]),
    (&["passwd", "password"], &["orchest user set-password NAME -s SERVICE; your own: with --self"]),
    (&["invite", "join"], &["orchest -c CONNECTOR add NAME"]),
    (
        &["history", "runs", "undo"],
        &["what was run here: orchest audit list; to go on with it: orchest audit resume ID"],
    ),
    (&["node", "nodes", "machine", "machines"], &["orchest resource list DEPLOYMENT"]),
    (&["key", "keys"], &["orchest paas ssh-key show"]),
    (&["use", "context", "contexts"], &["orchest config context list, and then orchest config context use NAME"]),
    (&["search", "find"], &["any list takes --filter: orchest user list --filter name~TEXT"]),
    (
        &["export", "backup", "dump"],
        &[
            "a list as a file: orchest user list -s NAME -o csv >users.csv",
            "and back: orchest user create --from users.csv",
        ],
    ),
];

/// Verbs of other programs, and those that do the same here, each where a noun has it.
const VERBS: &[(&[&str], &[&str])] = &[
    (&["add", "new", "make", "register"], &["create", "grant", "update"]),
    (&["create", "set"], &["set", "update"]),
    (&["info", "get", "describe", "view", "inspect", "status"], &["show"]),
    (&["remove", "drop", "destroy", "purge", "revoke", "rm"], &["delete", "revoke", "rm"]),
    (&["passwd", "password", "reset", "reset-password"], &["set-password"]),
    (&["enable", "unlock", "activate"], &["update --enable"]),
    (&["disable", "lock", "deactivate", "suspend"], &["update --disable"]),
    (&["rename"], &["update --rename"]),
    (&["edit", "modify", "change"], &["update"]),
    (&["assign", "give", "attach"], &["grant"]),
    (&["unassign", "take", "detach"], &["revoke"]),
    (&["search", "find", "query"], &["list --filter"]),
    (&["validate", "verify"], &["lint"]),
];

/// What to type in place of a verb that the noun does not have; nothing where it has none that does the same. `path`: the
/// words that lead to the noun.
pub(super) fn verb(path: &[&str], noun: &Command, typed: &str) -> Vec<String> {
    let meant = VERBS.iter().filter(|(theirs, _)| theirs.contains(&typed)).flat_map(|(_, ours)| ours.iter().copied());
    let lines: Vec<String> =
        meant.filter(|line| has(noun, line)).map(|line| format!("orchest {} {line}", path.join(" "))).collect();
    if (1..=MOST).contains(&lines.len()) { vec![lines.join(", or ")] } else { Vec::new() }
}

/// Whether the noun has the verb, and the verb the flag behind it.
fn has(noun: &Command, line: &str) -> bool {
    let (verb, flag) = line.split_once(" --").unwrap_or((line, ""));
    let verb = noun.get_subcommands().find(|sub| sub.get_name() == verb && !sub.is_hide_set());
    // Filters are for every list.
    verb.is_some_and(|verb| {
        ["", "filter"].contains(&flag) || verb.get_arguments().any(|argument| argument.get_long() == Some(flag))
    })
}

/// What to do in place of a flag that there is not.
pub(super) fn flag(flag: &str) -> Option<&'static [&'static str]> {
    let known = FLAGS.iter().find(|(flags, _)| flags.contains(&flag)).map(|(_, tips)| *tips);
    let is_secret = ["passw", "secret", "token", "api-key"].iter().any(|part| flag.contains(part));
    known.or_else(|| is_secret.then_some(SECRETS))
}

/// Whether a word that begins no command has more than a word's likeness to one: what to type in its place.
pub(super) fn command(root: &Command, words: &[String]) -> Vec<String> {
    let Some((word, rest)) = words.split_first() else { return Vec::new() };
    if let Some((_, tips)) = NOUNS.iter().find(|(theirs, _)| theirs.contains(&word.as_str())) {
        return tips.iter().map(ToString::to_string).collect();
    }
    let old = word.rsplit('/').next().unwrap_or(word).trim_end_matches(".sh").trim_end_matches(".py");
    if let Some(script) = legacy::names().find(|name| name.eq_ignore_ascii_case(old)) {
        return vec![
            format!("that is a script of the IoT orchestrator; its line as it was: orchest legacy {script} …"),
            "what is typed today: orchest help migrate".to_owned(),
        ];
    }
    let nouns = || root.get_subcommands().filter(|noun| !noun.is_hide_set());
    // The other way round.
    if let Some(noun) = rest.first().and_then(|noun| nouns().find(|known| is(known, noun)))
        && let Some(verb) = noun.get_subcommands().find(|verb| is(verb, word))
    {
        return vec![format!("the noun comes first: orchest {} {}", noun.get_name(), verb.get_name())];
    }
    let having = nouns().filter_map(|noun| Some((noun, noun.get_subcommands().find(|verb| verb.get_name() == word)?)));
    let lines: Vec<String> =
        having.map(|(noun, verb)| format!("orchest {} {}", noun.get_name(), verb.get_name())).collect();
    // A verb that many nouns have says nothing about which one.
    if (1..=MOST).contains(&lines.len()) { vec![lines.join(", or ")] } else { Vec::new() }
}

/// More nouns than that are no answer.
const MOST: usize = 3;

fn is(command: &Command, word: &str) -> bool {
    command.get_name() == word || command.get_all_aliases().any(|alias| alias == word)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::tree;

    #[test]
    fn what_looks_like_a_secret_is_answered_as_one() {
        for secret in ["--password", "--admin-password", "--passwrd", "--token", "--client-secret", "--api-key"] {
            assert_eq!(flag(secret), Some(SECRETS), "{secret}");
        }
        for (other, tip) in [("--json", "-o json"), ("-k", "--insecure"), ("--tenant", "-s NAME")] {
            assert!(flag(other).unwrap()[0].contains(tip), "{other}");
        }
        assert_eq!(flag("--limitt"), None);
    }

    #[test]
    fn no_flag_of_ours_is_called_foreign() {
        let flags: Vec<&str> = FLAGS.iter().flat_map(|(flags, _)| flags.iter().copied()).collect();
        let global = |argument: &&clap::Arg| argument.is_global_set();
        for argument in tree::whole().get_arguments().filter(global) {
            let long = argument.get_long().map(|long| format!("--{long}")).unwrap_or_default();
            let short = argument.get_short().map(|short| format!("-{short}")).unwrap_or_default();
            assert!(!flags.contains(&long.as_str()) && !flags.contains(&short.as_str()), "{long} {short}");
        }
    }

    #[test]
    fn verbs_of_others_lead_to_ours_where_the_noun_has_them() {
        for (line, tip) in [
            ("role assign", "orchest role grant"),
            ("user passwd", "orchest user set-password"),
            ("user disable", "orchest user update --disable"),
            ("user search", "orchest user list --filter"),
            ("role remove", "orchest role delete, or orchest role revoke"),
            ("policy create", "orchest policy update"),
            ("deployment status", "orchest deployment show"),
        ] {
            let (noun, typed) = line.split_once(' ').unwrap();
            let command = tree::whole().find_subcommand(noun).unwrap();
            assert_eq!(verb(&[noun], command, typed), [tip], "{line}");
        }
        assert!(verb(&["audit"], tree::whole().find_subcommand("audit").unwrap(), "passwd").is_empty());
    }

    #[test]
    fn no_word_of_ours_is_called_foreign_and_each_tip_can_be_typed() {
        let root = tree::whole();
        for (theirs, tips) in NOUNS {
            assert!(!theirs.iter().any(|word| root.find_subcommand(word).is_some()), "{theirs:?}");
            for tip in tips.iter().flat_map(|tip| tip.split("orchest ").skip(1)) {
                let words: Vec<&str> = tip.split([' ', ',', ';']).collect();
                let place = words.iter().try_fold(root, |here, word| here.find_subcommand(word).ok_or(here));
                let (Ok(end) | Err(end)) = place;
                assert!(end.get_subcommands().next().is_none() || words[0].starts_with('-'), "{tip}");
            }
        }
    }

    #[test]
    fn commands_of_others_lead_to_ours() {
        for (line, tip) in [
            ("printServices", "orchest legacy printServices …"),
            ("./printServiceUsers.sh http", "orchest legacy printServiceUsers …"),
            ("list users", "orchest user list"),
            ("create user bob", "orchest user create"),
            ("whoami", "orchest auth whoami"),
        ] {
            let words: Vec<String> = line.split(' ').map(str::to_owned).collect();
            let tips = command(tree::whole(), &words);
            assert!(tips.first().is_some_and(|first| first.contains(tip)), "{line}: {tips:?}");
        }
        for nothing in ["frobnicate", "list", "list nothing"] {
            let words: Vec<String> = nothing.split(' ').map(str::to_owned).collect();
            assert_eq!(command(tree::whole(), &words), Vec::<String>::new(), "{nothing}");
        }
    }
}
