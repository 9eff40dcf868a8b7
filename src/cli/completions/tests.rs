use std::collections::BTreeSet;

use clap::{Command, ValueHint};

use super::*;

/// In an empty home, with these settings.
fn around(settings: &str) -> (tempfile::TempDir, Surroundings) {
    let home = tempfile::tempdir().unwrap();
    std::fs::write(home.path().join(".orchester.toml"), settings).unwrap();
    let around = Surroundings::new(std::collections::BTreeMap::new(), home.path().into(), Some(home.path().into()));
    (home, around.quiet())
}

/// What there is at the end of a line, in order; the words are divided by blanks.
fn at_end(line: &str, around: &Surroundings) -> (bool, Vec<String>) {
    let mut words: Vec<String> = line.split(' ').map(str::to_owned).collect();
    let current = words.pop().unwrap();
    let (typed, answer) = ask(&words, &current, &[], around);
    let fitting = answer.offers.into_iter().map(|offer| offer.value).filter(|value| value.starts_with(&typed));
    (answer.files, fitting.collect())
}

#[track_caller]
fn offers(line: &str) -> Vec<String> {
    at_end(line, &around("").1).1
}

#[cfg(all(feature = "sandbox", feature = "oauth"))]
#[test]
fn nouns_verbs_and_words_that_are_known_beforehand() {
    for (line, expected) in [
        ("us", &["user"][..]),
        ("user set", &["set-password"]),
        ("users li", &["list"]),
        ("-s smart user sh", &["show"]),
        ("--service smart user sh", &["show"]),
        ("--service=smart -qy user sh", &["show"]),
        ("group member a", &["add"]),
        ("user list -o js", &["json", "jsonl"]),
        ("user list --output=js", &["--output=json", "--output=jsonl"]),
        ("user list -ojsonl", &["-ojsonl"]),
        ("user list --color a", &["auto", "always"]),
        ("members check -c git", &["github"]),
        ("members check -c trello,git", &["trello,github"]),
        ("members check -c github,git", &[]),
        ("generate s", &["slack"]),
        ("generate a", &[]),
        ("user list --columns e", &["email", "enabled"]),
        ("user list --columns name,em", &["name,email"]),
        ("config get keystone.u", &["keystone.url"]),
        ("config set allow_http t", &["true"]),
        ("config set auth.scope d", &["domain"]),
        ("help ex", &["exit-codes"]),
        ("help subser", &["subservice"]),
        ("help paa", &["paas"]),
        ("sandbox shell --seed ", &["empty", "demo"]),
        ("sandbox up --seed=d", &["--seed=demo"]),
        ("deployment list --status CREATE_F", &["CREATE_FAILED"]),
        ("policy templates orion-customer2", &["orion-customer2"]),
        ("legacy printServices", &["printServices"]),
        ("platform loglevel show --of or", &["orchestrator", "orion"]),
        ("completions ", &["bash", "zsh", "fish", "elvish", "powershell", "refresh"]),
    ] {
        assert_eq!(offers(line), expected, "{line:?}");
    }
}

#[test]
fn flags_are_offered_where_one_begins_and_once() {
    let all = offers("user list --");
    assert!(all.contains(&"--enabled".to_owned()) && all.contains(&"--service".to_owned()));
    assert!(all.contains(&"--help".to_owned()) && !all.contains(&"--version".to_owned()));
    assert_eq!(offers("user list --en"), ["--enabled"]);
    for line in ["user list --enabled --en", "user list -s smart --servic", "user list --service=smart --servic"] {
        assert_eq!(offers(line), Vec::<String>::new(), "{line:?}");
    }
    // What stands behind the cursor has been said too, and takes no verb away.
    let (_home, around) = around("");
    let words = |line: &str| line.split(' ').map(str::to_owned).collect::<Vec<_>>();
    let (_, answer) = ask(&words("user list"), "--", &words("x --enabled"), &around);
    assert!(!answer.offers.iter().any(|offer| offer.value == "--enabled"));
    let (_, answer) = ask(&words("user"), "li", &words("carl -s smart"), &around);
    assert!(answer.offers.iter().any(|offer| offer.value == "list"));
    // A filter may be said twice, and what stands behind -- is no flag.
    assert_eq!(offers("user list --filter a=b --filt"), ["--filter"]);
    assert_eq!(offers("user show -- --en"), Vec::<String>::new());
    assert!(offers("--vers").contains(&"--version".to_owned()));
    // Where a value is awaited nothing else is.
    assert_eq!(offers("user list --service --en"), Vec::<String>::new());
}

#[test]
fn files_are_left_to_the_shell() {
    let (_home, around) = around("");
    for line in [
        "user create --from ",
        "user create --from=p",
        "deployment lint ",
        "--cacert ",
        "deployment create ka",
        #[cfg(feature = "sandbox")]
        "sandbox up --seed ./",
        #[cfg(feature = "sandbox")]
        "sandbox shell --seed=my",
    ] {
        assert!(at_end(line, &around).0, "{line:?}");
    }
    for line in ["user ", "user show ", "user show ca", "--service ", "user create --description "] {
        assert!(!at_end(line, &around).0, "{line:?}");
    }
}

#[test]
fn contexts_modules_and_aliases_come_from_the_settings() {
    let settings = "[contexts.prod]\nprotected = true\n[contexts.lab]\n[module.STH]\nnotify_url = 'http://sth:8666/notify'\n\
        [paas]\nurl = 'https://paas.example'\n[paas.alias]\nkafka = '11e7fc71-8e27-4c45-a7ae-0242ac110002'\n";
    let (_home, around) = around(settings);
    for (line, expected) in [
        ("--context ", &["lab", "prod"][..]),
        ("config context use p", &["prod"]),
        ("config context add p", &[]),
        ("module enable ", &["STH"]),
        ("module enable STH ", &[]),
        ("deployment show ", &["kafka"]),
        ("deployment delete kafka ", &[]),
    ] {
        assert_eq!(at_end(line, &around), (false, expected.iter().map(ToString::to_string).collect()), "{line:?}");
    }
}

/// A shell reads the answer line by line.
#[test]
fn settings_of_strangers_say_nothing_of_their_own() {
    let settings = "[contexts.\"a\\nb\"]\n[contexts.\"a\\u001b[2Jb\"]\n[contexts.\"a\\u202eb\"]\n[contexts.\"a\\tb\"]\n\
        [contexts.\"$(touch x)\"]\n";
    let (_home, around) = around(settings);
    assert_eq!(at_end("--context ", &around), (false, vec!["$(touch x)".to_owned()]));
}

#[test]
fn broken_settings_are_silence() {
    let (_home, around) = around("[broken");
    for line in ["--context ", "user show ", "deployment show ", "module enable "] {
        assert_eq!(at_end(line, &around), (false, Vec::new()), "{line:?}");
    }
    assert_eq!(at_end("us", &around).1, ["user"]);
}

/// Every command with its path, the hidden ones too.
fn walk(command: &Command, path: &mut Vec<String>, visit: &mut dyn FnMut(&[String], &Command)) {
    visit(path, command);
    for sub in command.get_subcommands() {
        path.push(sub.get_name().to_owned());
        walk(sub, path, visit);
        path.pop();
    }
}

/// A new noun says in `what.rs` what its names are, if nothing else says it.
#[test]
fn every_value_that_stands_by_itself_is_said_to_be_something() {
    let mut open = BTreeSet::new();
    walk(&Cli::command(), &mut Vec::new(), &mut |path, command| {
        let names: Vec<&str> = path.iter().map(String::as_str).collect();
        for argument in command.get_positionals() {
            let known = !argument.get_possible_values().is_empty()
                || argument.get_value_hint() != ValueHint::Unknown
                || what::of(&names, argument.get_id().as_str()).is_some();
            if !known {
                open.insert(format!("{} {}", path.join(" "), argument.get_id()));
            }
        }
    });
    assert_eq!(open, BTreeSet::new(), "these have no line in what.rs");
}

#[cfg(all(feature = "sandbox", feature = "oauth"))]
#[test]
fn every_line_of_the_tables_is_of_a_command() {
    let (mut paths, mut ids) = (BTreeSet::new(), BTreeSet::new());
    walk(&Cli::command(), &mut Vec::new(), &mut |path, command| {
        paths.insert(path.join(" "));
        for argument in command.get_arguments() {
            let path: Vec<&str> = path.iter().map(String::as_str).collect();
            (0..=path.len()).for_each(|length| {
                ids.insert((path[..length].join(" "), argument.get_id().to_string()));
            });
        }
    });
    for (path, id) in what::lines() {
        assert!(ids.contains(&(path.to_owned(), id.to_owned())), "{path:?} has no {id}");
    }
    for path in columns::paths() {
        assert!(paths.contains(path), "{path}");
    }
}

/// As whole lines have it, so that `--host` leads to the same names; but where the words after the noun decide.
#[test]
fn the_server_of_a_noun_is_the_same_in_part_of_a_line() {
    let mut nouns = BTreeSet::new();
    walk(&Cli::command(), &mut Vec::new(), &mut |path, command| {
        let help = command.get_after_help().map(ToString::to_string).unwrap_or_default();
        for line in help.lines().filter_map(|line| line.strip_prefix("  orchest ")) {
            let words = std::iter::once("orchest").chain(line.split_whitespace());
            if let (Some(noun), Ok(cli)) = (path.first(), <Cli as clap::Parser>::try_parse_from(words))
                && !matches!(cli.noun, crate::cli::Noun::Auth(_) | crate::cli::Noun::Api(_))
            {
                assert_eq!(cli.noun.primary(), values::primary(noun), "{line}");
                nouns.insert(noun.clone());
            }
        }
    });
    assert!(nouns.len() > 15, "{nouns:?}");
}

/// As everybody has it who has the usual features. `UPDATE=1` writes it anew.
#[cfg(all(feature = "sandbox", feature = "oauth"))]
#[test]
fn the_script_that_is_made_from_the_tree_is_fresh() {
    #[expect(clippy::disallowed_methods, reason = "this is no setting of the product")]
    let update = std::env::var_os("UPDATE").is_some_and(|value| value == "1");
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("completions/_orchest.ps1");
    let text = String::from_utf8(powershell()).unwrap();
    assert!(text.contains("subservice") && text.contains("--service"));
    if update {
        std::fs::write(&path, &text).unwrap();
    }
    let there = std::fs::read_to_string(&path).unwrap_or_default();
    let way = "UPDATE=1 cargo test --lib completions writes it anew";
    assert!(there == text, "completions/_orchest.ps1 is not what the tree of commands says; {way}");
}
