//! The cases of one template: the plain one, and the same with one thing wrong or otherwise.

use super::bodies::{self, Edit};
use super::client::{Client, Request};
use super::kit::Kit;
use super::shape::describe;
use super::template::{Filter, Kind, Template};
use super::world::{CALLERS, Who, World};

/// The case in which nothing is wrong.
pub const PLAIN: &str = "plain";

/// How a case departs from the plain one.
#[derive(Clone, Debug)]
struct Plan {
    who: Who,
    /// The place of an id that is of nothing.
    unknown: Option<usize>,
    /// About the disabled domain.
    dark: bool,
    /// The second of two equal requests counts.
    twice: bool,
    name: Option<&'static str>,
    /// Whose token is spoken about, in `X-Subject-Token`, if it is not a good one.
    subject: Option<Who>,
    edit: Edit,
}

/// Puts all cases of a template; gives their names and what was answered.
pub fn run(world: &World, client: &mut Client, template: &Template) -> Vec<(String, String)> {
    let mut kits: [Option<Kit>; 2] = [None, None];
    let mut described = Vec::new();
    for (name, plan) in plans(world, template) {
        let kept = &mut kits[usize::from(plan.dark)];
        let kit = kept.take().unwrap_or_else(|| world.kit(client, template, plan.dark));
        let request = build(world, template, &kit, &plan);
        let mut answer = client.send(&request);
        // What a refused request has left alone serves the next case.
        if answer.status >= 400 {
            *kept = Some(kit);
        }
        if plan.twice {
            answer = client.send(&request);
        }
        described.push((name, describe(&answer, world.url())));
    }
    described
}

/// Who may do it, for the plain case.
fn entitled(template: &Template) -> Who {
    match (template.method.as_str(), template.path.as_str()) {
        ("GET", "/v3") | ("POST", "/v3/auth/tokens" | "/v3/users/{user}/password") => Who::Nobody,
        // The trustor alone.
        ("POST", "/v3/OS-TRUST/trusts") | ("DELETE", "/v3/OS-TRUST/trusts/{trust}") => Who::User,
        _ => Who::SystemAdmin,
    }
}

fn plans(world: &World, template: &Template) -> Vec<(String, Plan)> {
    let who = entitled(template);
    let (subject, edit) = (None, Edit::None);
    let plain = Plan { who, unknown: None, dark: false, twice: false, name: None, subject, edit };
    let mut plans = vec![(PLAIN.to_owned(), plain.clone())];
    let mut add = |name: String, change: &dyn Fn(&mut Plan)| {
        let mut plan = plain.clone();
        change(&mut plan);
        plans.push((name, plan));
    };
    // Who may do it hardly depends on the filters.
    let rare = if template.query.is_empty() { &[][..] } else { &[Who::ProjectAdmin, Who::Unscoped, Who::Dark] };
    for (other, name) in CALLERS.into_iter().filter(|(other, _)| *other != who && !rare.contains(other)) {
        add(name.to_owned(), &|plan| plan.who = other);
    }
    let ids = template.ids();
    for (place, kind) in ids.iter().enumerate() {
        add(format!("unknown {}", kind.name()), &|plan| plan.unknown = Some(place));
    }
    let body = bodies::good(world, template, &world.main);
    let speaks_of_domain = !ids.is_empty() || body.as_ref().is_some_and(|body| body.to_string().contains("_id\""));
    if speaks_of_domain {
        add("in a disabled domain".to_owned(), &|plan| plan.dark = true);
    }
    if template.query.values().any(|filter| *filter == Filter::Name) {
        add("unknown name".to_owned(), &|plan| plan.name = Some("nobody"));
        add("empty name".to_owned(), &|plan| plan.name = Some(""));
    }
    if !template.is_read() {
        add("the second time".to_owned(), &|plan| plan.twice = true);
    }
    if speaks_of_token(template) {
        let useless = [Who::Nobody, Who::Garbage, Who::Revoked, Who::Dark];
        // The world's tokens serve all cases; none of them may be revoked.
        for (other, name) in CALLERS.into_iter().filter(|(who, _)| template.is_read() || useless.contains(who)) {
            let name = name.trim_start_matches("as ").trim_start_matches("with a ");
            add(format!("subject: {name}"), &|plan| plan.subject = Some(other));
        }
    }
    if template.path == "/v3/auth/tokens" && body.is_some() {
        for (name, body) in super::auth::logins(world) {
            add(name.clone(), &|plan| plan.edit = Edit::Whole(body.clone()));
        }
    }
    for (name, edit) in body.iter().flat_map(|body| bodies::edits(world, template, body)) {
        add(name, &|plan| plan.edit = edit.clone());
    }
    plans
}

fn speaks_of_token(template: &Template) -> bool {
    template.path == "/v3/auth/tokens" && template.method != "POST"
}

fn build(world: &World, template: &Template, kit: &Kit, plan: &Plan) -> Request {
    let mut place = 0;
    let mut id = |kind: Kind| {
        let unknown = plan.unknown == Some(place);
        place += 1;
        if unknown { world.unknown() } else { kit.ids[&kind].clone() }
    };
    let mut segments = Vec::new();
    let mut kinds = template.ids().into_iter();
    for segment in template.path.split('/') {
        let kind = if segment.starts_with('{') { kinds.next() } else { None };
        segments.push(kind.map_or_else(|| segment.to_owned(), &mut id));
    }
    let mut pairs = Vec::new();
    for (key, filter) in &template.query {
        pairs.push(match filter {
            Filter::Id(kind) => format!("{key}={}", id(*kind)),
            Filter::Prefix => format!("{key}={}%23", id(Kind::Domain)),
            Filter::Name => {
                let kind = template.collection().unwrap_or_else(|| panic!("{template}: a name of what?"));
                let name = plan.name.map_or_else(|| world.name(kind, plan.dark), str::to_owned);
                format!("{key}={}", name.replace('/', "%2F").replace('#', "%23"))
            }
            Filter::Limit => format!("{key}=1000"),
            Filter::Flag => format!("{key}="),
            Filter::Yes => format!("{key}=true"),
        });
    }
    let query = if pairs.is_empty() { String::new() } else { format!("?{}", pairs.join("&")) };
    let mut request = Request::new(&template.method, segments.join("/") + &query).token(world.token(plan.who));
    if speaks_of_token(template) {
        let good = || kit.subject.as_deref().or_else(|| world.token(Who::User));
        request = request.subject(plan.subject.map_or_else(good, |who| world.token(who)));
    }
    match bodies::good(world, template, &kit.ids) {
        Some(body) => Request { body: Some(bodies::edited(body, &plan.edit)), ..request },
        None => request,
    }
}
