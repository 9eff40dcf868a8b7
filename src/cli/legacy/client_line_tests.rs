use clap::Parser as _;

use super::*;

fn words(line: &str) -> Vec<String> {
    line.split(' ').map(|word| word.replace('~', " ")).collect()
}

fn translated(line: &str) -> Result<Today, CliError> {
    let (client, rest) = line.split_once(' ').unwrap();
    let client = if client == "orchent" { Client::Orchent } else { Client::Orpy };
    translate(client, &words(rest))
}

const LINES: [(&str, &str); 32] = [
    ("orchent depls", "deployment list"),
    ("orchent depls -c me -g physics", "deployment list --mine --group=physics"),
    (
        "orchent depls --created_by=sub@https://iam/ -x A,B",
        "deployment list --created-by=sub@https://iam/ --exclude-status=A,B",
    ),
    (
        "orchent depls -b 202611240930 -a 202611010000",
        "deployment list --before=2026-11-24T09:30:00Z --after=2026-11-01T00:00:00Z",
    ),
    ("orchent -u https://paas depls", "deployment list --paas=https://paas"),
    ("orchent depls --url=https://paas -o json", "deployment list --paas=https://paas -o json"),
    ("orchent depshow d1 --ojson", "deployment show d1 -o json"),
    ("orchent depshow --verbose d1", "deployment show d1"),
    ("orchent depcreate t.yaml {}", "deployment create t.yaml --keep-last-attempt=true"),
    (
        "orchent depcreate t.yaml {\"cpus\":2,\"on\":true,\"name\":\"a=b\"} --callback https://me -g g",
        "deployment create t.yaml -p cpus=2 -p on=true -p name=a=b --callback=https://me --group=g --keep-last-attempt=true",
    ),
    (
        "orchent depcreate t.yaml {\"ports\":[22]} --maxProvidersRetry 3 --keepLastAttempt=false --ojson",
        "deployment create t.yaml -p ports:=[22] --max-providers=3 --keep-last-attempt=false -o json",
    ),
    ("orchent depupdate d1 t.yaml {}", "deployment update d1 t.yaml --keep-last-attempt=true"),
    ("orchent deptemplate d1", "deployment template d1"),
    ("orchent depdel d1 --force --yes", "deployment delete d1 --force --yes"),
    ("orchent depreset d1 --status=DELETE_FAILED", "deployment reset d1"),
    ("orchent deplog d1", "deployment log d1"),
    ("orchent resls d1", "resource list d1"),
    ("orchent resshow d1 r1", "resource show d1 r1"),
    ("orchent vmstart d1 r1", "resource start d1 r1"),
    ("orchent vmstop d1 r1 --dry-run", "resource stop d1 r1 --dry-run"),
    ("orchent test", "paas info"),
    ("orchent showconf", "paas config"),
    ("orpy dep list -f json -c uuid", "deployment list --output=json --columns=uuid"),
    ("orpy --url https://paas deployment show d1 -l", "deployment show d1 --paas=https://paas -o wide"),
    ("orpy dep create t.yaml cpus=2 name=two~words", "deployment create t.yaml -p cpus=2 -p name=two~words"),
    (
        "orpy dep update d1 t.yaml cpus=2 --keep-last-attempt False --callback-url https://me --max-providers-retry 2",
        "deployment update d1 t.yaml -p cpus=2 --keep-last-attempt=false --callback=https://me --max-providers=2",
    ),
    ("orpy dep template d1", "deployment template d1"),
    ("orpy dep delete d1 --yes", "deployment delete d1 --yes"),
    ("orpy resource list d1 --sort-column=state", "resource list d1 --sort-by=state"),
    ("orpy resource show d1 r1", "resource show d1 r1"),
    ("orpy configuration show --debug", "paas config -vv"),
    ("orpy info", "paas info"),
];

#[test]
fn old_lines_word_by_word() {
    for (old, today) in LINES {
        let translated = translated(old).unwrap_or_else(|error| panic!("{old}: {error:?}"));
        assert_eq!(translated.words, words(today), "{old}");
    }
    assert_eq!(translated("orchent depshow --verbose d1").unwrap().notes.len(), 1);
}

#[test]
fn every_line_of_today_is_a_command() {
    let parses = |today: &str| {
        let line = std::iter::once("orchest".to_owned()).chain(words(today));
        Cli::try_parse_from(line).is_ok()
    };
    let wrong: Vec<&str> = LINES.iter().map(|(_, today)| *today).filter(|today| !parses(today)).collect();
    assert_eq!(wrong, Vec::<&str>::new());
}

/// Every verb and every flag of the tables stands in a line above, so that none is translated into what is no command.
#[test]
fn no_verb_is_left_out() {
    let lines: Vec<(&Verb, &str)> = LINES
        .iter()
        .map(|(old, _)| {
            let (client, rest) = old.split_once(' ').unwrap();
            let client = if client == "orchent" { Client::Orchent } else { Client::Orpy };
            let mut ours = Cli::command();
            ours.build();
            (find(client, &words(rest), &ours).unwrap(), *old)
        })
        .collect();
    for verb in CLIENTS {
        assert!(lines.iter().any(|(other, _)| std::ptr::eq(*other, verb)), "{}", verb.usage());
        for flag in verb.flags {
            let has = |line: &str| flag.names.iter().any(|name| line.contains(name));
            assert!(lines.iter().any(|(_, line)| has(line)), "{} {:?}", verb.usage(), flag.names);
        }
    }
}

#[test]
fn what_cannot_be_meant_is_refused() {
    for (line, part) in [
        ("orchent depwhat d1", "had no command 'depwhat d1'"),
        ("orchent depshow", "takes 1 arguments, not 0"),
        ("orchent depshow a b", "takes 1 arguments, not 2"),
        ("orchent depcreate t.yaml [1]", "PARAMETERS is no JSON object"),
        ("orchent depcreate t.yaml {\"-x\":1}", "cannot be written as NAME=VALUE"),
        ("orchent depreset d1 --status=CREATE_FAILED", "DELETE_FAILED"),
        ("orchent depls -b 2026", "202611240930"),
        ("orchent depls -b", "wants a value"),
        ("orpy dep create t.yaml cpus", "no NAME=VALUE"),
        ("orpy dep create t.yaml --keep-last-attempt maybe", "true or false"),
        ("orpy dep list -f shell", "no format 'shell'"),
        ("orpy dep list --oidc-agent-account x", "not said in the line today"),
        ("orpy complete", "had no command"),
    ] {
        let error = translated(line).unwrap_err();
        assert!(error.message.contains(part) && error.exit.code() == 2, "{line}: {error:?}");
    }
}

#[test]
fn lines_are_shown_as_they_can_be_typed() {
    let line = translated("orpy dep create t.yaml name=it's").unwrap();
    assert_eq!(shown(&line.words), "orchest deployment create t.yaml -p 'name=it'\\''s'");
}
