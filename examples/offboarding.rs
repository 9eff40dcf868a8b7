//! One person out of everything: `cargo run --example offboarding -- octocat octo@example.com`. The `Manager` makes only the
//! connectors that it is asked for; what one service refuses stops none of the others. Nothing is changed without `--do-it`.
//! Tokens are in `GITHUB_TOKEN` and `SLACK_TOKEN`, other addresses than theirs in `GITHUB_API_URL` and `SLACK_API_URL`.

use orchester::base::Secret;
use orchester::connectors::{Change, ConnectorKind, Error, Leaving, Manager, Settings, Wire, github, slack};

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [login, email, rest @ ..] = arguments.as_slice() else {
        return say("usage: offboarding LOGIN EMAIL [--do-it]");
    };
    let how = if rest.iter().any(|word| word == "--do-it") { Leaving::default() } else { Leaving::default().dry_run() };
    let manager = Manager::new(Wire::new(), set_up());
    for (kind, id) in [(ConnectorKind::GitHub, login), (ConnectorKind::Slack, email)] {
        match out_of(&manager, kind, id, &how).await {
            Ok(change) => say(&format!("{kind}: {} {}", change.membership.id, change.word())),
            Err(error) => say(&format!("{kind}: {error}; {}", error.way_out().unwrap_or("there is no other way"))),
        }
    }
}

async fn out_of(manager: &Manager<'_>, kind: ConnectorKind, id: &str, how: &Leaving) -> Result<Change, Error> {
    manager.connector(kind)?.remove(id, how).await
}

/// Those for which there is a token.
fn set_up() -> Vec<Settings> {
    let variable = |wanted: &str| std::env::vars().find(|(name, _)| name == wanted).map(|(_, value)| value);
    let github = variable("GITHUB_TOKEN").zip(variable("GITHUB_ORGANISATION")).map(|(token, name)| {
        let settings = github::Settings::new(Secret::new(token), name);
        match variable("GITHUB_API_URL") {
            Some(address) => settings.api_url(address).into(),
            None => settings.into(),
        }
    });
    let slack = variable("SLACK_TOKEN").map(|token| {
        let settings = slack::Settings::new(Secret::new(token));
        match variable("SLACK_API_URL") {
            Some(address) => settings.api_url(address).into(),
            None => settings.into(),
        }
    });
    github.into_iter().chain(slack).collect()
}

#[expect(clippy::print_stdout, reason = "an example is here to be seen")]
fn say(text: &str) {
    println!("{text}");
}
