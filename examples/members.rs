//! Who is in a GitHub organisation, put in, take out: `cargo run --example members -- acme octocat`, with a token in
//! `GITHUB_TOKEN`, and another address than GitHub's in `GITHUB_API_URL`. It removes and adds whom it is told.

use orchester::base::Secret;
use orchester::connectors::{Connector, Error, GitHub, Joining, Leaving, State, Wire, github};

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let mut arguments = std::env::args().skip(1);
    let (Some(organisation), Some(login)) = (arguments.next(), arguments.next()) else {
        return complain("usage: members ORGANISATION LOGIN");
    };
    let variable = |wanted: &str| std::env::vars().find(|(name, _)| name == wanted).map(|(_, value)| value);
    let Some(token) = variable("GITHUB_TOKEN") else {
        return complain("put a token into GITHUB_TOKEN");
    };
    let mut settings = github::Settings::new(Secret::new(token), organisation);
    if let Some(address) = variable("GITHUB_API_URL") {
        settings = settings.api_url(address);
    }
    if let Err(error) = walk(settings, &login).await {
        complain(&error.to_string());
        error.causes().iter().for_each(|cause| complain(cause));
        error.way_out().into_iter().for_each(complain);
    }
}

async fn walk(settings: github::Settings, login: &str) -> Result<(), Error> {
    let organisation = GitHub::new(settings, &Wire::new())?;
    let target = organisation.target();

    let member = organisation.membership(login).await?;
    match member.state {
        State::Active => say(&format!("{login} is a member of {target}")),
        state => say(&format!("{login} is {state} at {target}")),
    }
    let change = organisation.remove(login, &Leaving::default()).await?;
    say(&format!("{login}: {}", change.word()));
    let change = organisation.add(login, &Joining::default()).await?;
    say(&format!("{login}: {}", change.word()));
    Ok(())
}

#[expect(clippy::print_stdout, reason = "an example is here to be seen")]
fn say(text: &str) {
    println!("{text}");
}

#[expect(clippy::print_stderr, reason = "an example is here to be seen")]
fn complain(text: &str) {
    eprintln!("{text}");
}
