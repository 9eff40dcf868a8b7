//! Logins that are no good, that may not, and that are not shown a place.

use std::time::Duration;

use super::cells::{Place, Refusal, Token};
use super::desk::{Desk, claims_nothing};
use super::service::Service;

impl Token {
    fn text(&self, desk: &Desk, service: &Service) -> String {
        let make = |kind, who: &str, scopes: &[&str], life| desk.sandbox.members_token(kind, who, scopes, life);
        match self {
            Self::Expired => make(service.kind, service.owner, service.scopes, Some(Duration::ZERO)),
            Self::Text(text) => (*text).to_owned(),
            Self::Of(who) => make(service.kind, who, service.scopes, None),
            Self::Weak(kind, who, scopes) => make(*kind, who, scopes, None),
        }
    }
}

pub fn refused(service: &Service, refusals: &[Refusal]) {
    for refusal in refusals {
        let desk = Desk::new();
        let token = refusal.token.text(&desk, service);
        let before = desk.sandbox.state();
        let desk = refusal.more.iter().fold(desk, |desk, (name, value)| desk.with(name, value));
        let desk = desk.with(service.variable, &token);
        // Whoever may not change anything may see who is in, or not even that.
        let lines: &[&[&str]] = match refusal.code {
            4 => &[&["check", service.active], &["list"], &["add", service.absent], &["rm", service.active, "--yes"]],
            _ => &[&["add", service.absent], &["rm", service.other, "--yes"]],
        };
        for line in lines {
            let output = desk.run(service, line).code(refusal.code).says("next").says(refusal.says);
            assert!(!output.stderr.contains(&token), "{output}");
            claims_nothing(&output);
        }
        assert_eq!(desk.sandbox.state(), before, "{}", service.name);
    }
}

/// What is hidden behind a 404, or behind a word like it, holds nobody who could be called absent, or removed.
pub fn hidden(service: &Service, places: &[Place]) {
    for place in places {
        let desk = Desk::new();
        let token = place.token.as_ref().map(|token| token.text(&desk, service));
        let desk = token.into_iter().fold(desk, |desk, token| desk.with(service.variable, &token));
        let slack = desk.sandbox.url(orchester::sandbox::Backend::Slack);
        let set = |desk: Desk, (name, value): &(&str, &str)| desk.with(name, &value.replace("SLACK", &slack));
        let desk = place.more.iter().fold(desk, set);
        let before = desk.sandbox.state();
        for verb in [&["check", service.active][..], &["add", service.active], &["rm", service.active, "--yes"]] {
            let output = desk.run(service, &[verb, place.target].concat()).code(place.code).says(place.says);
            claims_nothing(&output);
            let short = desk.room.run(&[&["-c", service.name], verb, place.target].concat()).code(place.code);
            claims_nothing(&short);
        }
        if place.hides_lists {
            claims_nothing(&desk.run(service, &[&["list"], place.target].concat()).code(place.code));
        }
        assert_eq!(desk.sandbox.state(), before, "{}", service.name);
    }
}
