//! Keystone v3 as a client meets it: stock Keystone 30 by default, and the platform's with its plug-ins.
//!
//! Written from the reference and from what the real server answers, never from the product's own client.

mod assignments;
mod attributes;
mod bootstrap;
mod caller;
mod data;
mod domains;
mod error;
#[cfg(test)]
mod fixture;
mod grants;
mod groups;
mod listing;
mod passwords;
mod projects;
mod reach;
mod roles;
mod rules;
mod schema;
mod scim;
mod spassword;
#[cfg(test)]
mod testing;
mod tokens;
#[cfg(test)]
mod transcript_tests;
mod trusts;
mod users;
mod versions;

use serde_json::{Map, Value, json};

pub(super) use bootstrap::{bootstrap, platform};
pub(super) use caller::valid;
pub(super) use data::{Actor, Data, Domain, Grant, Group, Project, Role, Target, User, new_id};
#[cfg(test)]
pub(super) use data::{Scope, Token, Trust};

use super::call::{Call, Reply};
use super::world::About;
use error::Refusal;

/// What an area of the interface says to a request: `None` if the path is none of its own.
type Outcome = Option<Result<Reply, Refusal>>;

/// One area of the interface. It finds its own paths with [`route`] and the caller with [`Caller::of`].
type Area = fn(&mut Data, &About<'_>, &Call) -> Outcome;

/// Asked in this order; the first that knows the path answers.
const AREAS: &[Area] = &[
    versions::answer,
    tokens::answer,
    reach::answer,
    domains::answer,
    projects::answer,
    users::answer,
    passwords::answer,
    roles::answer,
    groups::answer,
    grants::answer,
    assignments::answer,
    trusts::answer,
    scim::answer,
];

pub(super) fn answer(data: &mut Data, about: &About<'_>, call: &Call) -> Reply {
    let outcome = match readable(call).and_then(|()| caller::of_enabled_domain(data, about, call)) {
        Ok(()) => AREAS.iter().find_map(|area| area(data, about, call)).unwrap_or_else(|| Ok(no_such_page())),
        Err(refusal) => Err(refusal),
    };
    let mut reply = outcome.unwrap_or_else(|refusal| refusal.reply());
    if reply.status == 401 {
        // Clients that follow the standard look for it.
        reply = reply.with_header("WWW-Authenticate", format!("Keystone uri=\"{}/v3\"", about.url));
    }
    if call.method == "HEAD" {
        reply.body.clear();
    }
    // The page of the server around Keystone, which knows nothing of its headers.
    if reply.status == 500 {
        return reply;
    }
    reply.with_header("Vary", "X-Auth-Token").with_header("x-openstack-request-id", request_id())
}

/// The method and the words of the path after `/v3`, without the empty one that a trailing slash leaves. Outside of
/// `/v3` there are no words.
fn route(call: &Call) -> (&str, Vec<&str>) {
    let (method, words) = call.route();
    let Some((&"v3", rest)) = words.split_first() else { return (method, Vec::new()) };
    let rest = rest.strip_suffix(&[""]).unwrap_or(rest);
    (method, rest.to_vec())
}

/// Whether a body, if there is one, is a JSON object and says so; asked before anything else, even whether the path is
/// known.
fn readable(call: &Call) -> Result<(), Refusal> {
    if call.body.is_empty() {
        return Ok(());
    }
    let kind = call.header("content-type").unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim().to_lowercase();
    if !kind.is_empty() && kind != "application/json" && !(kind.starts_with("application/") && kind.ends_with("+json"))
    {
        return Err(missing("application/json", "Content-Type header"));
    }
    match call.json() {
        Some(Value::Object(_)) => Ok(()),
        _ => Err(missing("valid JSON", "request body")),
    }
}

/// Keystone's sentence for what it expects and does not find.
fn missing(what: &str, place: &str) -> Refusal {
    Refusal::bad_request(format!(
        "Expecting to find {what} in {place}. The server could not comply with the request since it is either \
         malformed or otherwise incorrect. The client is assumed to be in error."
    ))
}

/// The body as it is; an empty object for none.
fn body(call: &Call) -> Value {
    call.json().unwrap_or_else(|| json!({}))
}

/// One member of the body, such as `user`, as an object; empty if it is not one.
fn member(call: &Call, name: &str) -> Map<String, Value> {
    body(call).get(name).and_then(Value::as_object).cloned().unwrap_or_default()
}

/// `{"user": {…}}`
fn single(status: u16, name: &str, shown: Value) -> Reply {
    let mut body = Map::new();
    body.insert(name.to_owned(), shown);
    Reply::json(status, &Value::Object(body))
}

/// The path is known, the method is not: the methods that it has are told.
fn not_allowed(call: &Call, methods: &str) -> Reply {
    if call.method == "OPTIONS" {
        let empty = Reply::html(200, "").with_header("Allow", methods);
        return Reply { body: Vec::new(), ..empty };
    }
    let body = json!({"message": "The method is not allowed for the requested URL."});
    Reply::json(405, &body).with_header("Allow", methods)
}

fn no_such_page() -> Reply {
    let mut page = Reply::html(404, "Not Found");
    page.body.extend_from_slice(
        b"<p>The requested URL was not found on the server. If you entered the URL manually please check your \
          spelling and try again.</p>\n",
    );
    page
}

/// What the server in front of Keystone answers where Keystone fails without an answer of its own. It does so for some
/// requests that it should refuse.
fn crash() -> Reply {
    let page = "<html>\n  <head>\n    <title>Internal Server Error</title>\n  </head>\n  <body>\n    <h1><p>Internal Server \
                Error</p></h1>\n    \n  </body>\n</html>\n";
    let headers = vec![("Content-Type".to_owned(), "text/html".to_owned())];
    Reply { status: 500, headers, body: page.as_bytes().to_vec() }
}

fn request_id() -> String {
    let id = new_id();
    let part = |from: usize, to: usize| id.get(from..to).unwrap_or_default();
    format!("req-{}-{}-{}-{}-{}", part(0, 8), part(8, 12), part(12, 16), part(16, 20), part(20, 32))
}
