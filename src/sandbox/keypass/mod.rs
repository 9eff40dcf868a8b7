//! Keypass, version 1.14: the store of access policies and the point that decides by them.
//!
//! It asks nobody who they are; that is for the PEP before it. Decisions come from the stored texts alone, and at once:
//! the real one keeps what it read for 60 seconds. A stored text that is no policy makes the decision Indeterminate,
//! where the real one answers 500.

mod combine;
mod decide;
mod function;
#[cfg(any(fuzzing, test))]
pub(super) mod fuzz;
mod id;
mod request;
#[cfg(test)]
pub(super) mod samples;
mod store;
mod xacml;
mod xml;

use super::call::{Call, Reply};
use combine::{Decision, Leaning};
use request::Request;
use store::LogLevel;

pub(super) use store::Data;

const VERSION: &str = "1.14.0";
const TENANT: &str = "fiware-service";
const CORRELATOR: &str = "fiware-correlator";

/// What is asked for.
#[derive(Clone, Copy, Debug)]
enum Operation<'call> {
    Version,
    ReadLogLevel,
    SetLogLevel,
    DeleteTenant,
    Create(&'call str),
    List(&'call str),
    DeleteSubject(&'call str),
    Read(&'call str),
    Replace(&'call str),
    Delete(&'call str),
    Decide,
}

/// Answers one request.
pub(super) fn answer(data: &mut Data, call: &Call) -> Reply {
    let reply = respond(data, call).unwrap_or_else(Reply::empty);
    let echo = |reply: Reply, header: &str, name: &str| match only(call, header) {
        Some(value) => reply.with_header(name, value),
        None => reply,
    };
    echo(echo(reply, TENANT, "Fiware-Service"), CORRELATOR, "Fiware-Correlator")
}

/// The value of a header that is there once.
fn only<'call>(call: &'call Call, header: &'call str) -> Option<&'call str> {
    let mut values = call.headers_named(header);
    values.next().filter(|_| values.next().is_none())
}

/// Whether one of these roles may do this, by the policies of the tenant.
pub(super) fn permits<'a>(
    data: &Data,
    tenant: &str,
    roles: impl Iterator<Item = &'a str>,
    resource: &str,
    action: &str,
) -> bool {
    decide::decide(data, tenant, &Request::new(roles, resource, action)) == Some(Decision::Permit)
}

/// The answer, or the status of one without a body.
fn respond(data: &mut Data, call: &Call) -> Result<Reply, u16> {
    let operation = operation(call)?;
    let tenant = only(call, TENANT).ok_or(400_u16)?;
    if call.headers_named(CORRELATOR).count() > 1 {
        return Err(400);
    }
    let body = String::from_utf8_lossy(&call.body).into_owned();
    match operation {
        Operation::Version => Ok(Reply::xml(200, VERSION)),
        Operation::ReadLogLevel => Ok(Reply::xml(200, data.log_level.name())),
        Operation::SetLogLevel => Ok(set_log_level(data, call)),
        Operation::DeleteTenant => {
            data.remove_tenant(tenant);
            Ok(Reply::empty(204))
        }
        Operation::Create(subject) => create(data, call, tenant, subject, body),
        Operation::List(subject) => list(data, tenant, subject),
        Operation::DeleteSubject(subject) => done(data.remove_subject(tenant, subject)),
        Operation::Read(id) => data.get(tenant, &id::sought(id)?).map(|text| Reply::xml(200, text)).ok_or(404),
        Operation::Replace(id) => {
            data.replace(tenant, &id::sought(id)?, body.clone()).map(|()| Reply::xml(200, body)).ok_or(404)
        }
        Operation::Delete(id) => done(data.remove(tenant, &id::sought(id)?)),
        Operation::Decide => decide(data, tenant, &body),
    }
}

/// 404 for a path that is not served, 405 for a method that the path does not have. The subject of a single policy is
/// not looked at.
fn operation(call: &Call) -> Result<Operation<'_>, u16> {
    let (method, mut words) = call.route();
    // A slash at the end makes no difference.
    if words.last() == Some(&"") {
        words.pop();
    }
    match *words.as_slice() {
        ["version"] => one_of(method, [("GET", Operation::Version)]),
        ["admin", "log"] => one_of(method, [("GET", Operation::ReadLogLevel), ("PUT", Operation::SetLogLevel)]),
        ["pap", "v1"] => one_of(method, [("DELETE", Operation::DeleteTenant)]),
        ["pap", "v1", "subject", subject] if !subject.is_empty() => one_of(
            method,
            [
                ("POST", Operation::Create(subject)),
                ("GET", Operation::List(subject)),
                ("DELETE", Operation::DeleteSubject(subject)),
            ],
        ),
        ["pap", "v1", "subject", subject, "policy", id] if !subject.is_empty() && !id.is_empty() => one_of(
            method,
            [("GET", Operation::Read(id)), ("PUT", Operation::Replace(id)), ("DELETE", Operation::Delete(id))],
        ),
        ["pdp", "v3"] => one_of(method, [("POST", Operation::Decide)]),
        _ => Err(404),
    }
}

fn one_of<'call, const N: usize>(method: &str, known: [(&str, Operation<'call>); N]) -> Result<Operation<'call>, u16> {
    known.into_iter().find(|(name, _)| *name == method).map(|(_, operation)| operation).ok_or(405)
}

fn done(what: Option<()>) -> Result<Reply, u16> {
    what.map(|()| Reply::empty(204)).ok_or(404)
}

fn set_log_level(data: &mut Data, call: &Call) -> Reply {
    match call.query("level").or_else(|| call.query("logLevel")).map(LogLevel::named) {
        Some(Some(level)) => {
            data.log_level = level;
            Reply::empty(200)
        }
        Some(None) => Reply::xml(400, "invalid log level"),
        None => Reply::xml(400, "log level missing"),
    }
}

/// The id is encoded before it is stored, and that of a request is decoded before it is looked up: a policy whose id needs
/// encoding is found by its subject only.
fn create(data: &mut Data, call: &Call, tenant: &str, subject: &str, text: String) -> Result<Reply, u16> {
    let policy = decide::check(&text).ok_or(400_u16)?;
    let id = id::stored(&policy.id);
    data.put(tenant, subject, &id, text);
    let host = call.header("host").map(|host| format!("http://{host}")).unwrap_or_default();
    let location = format!("{host}{}/policy/{id}", call.path.trim_end_matches('/'));
    Ok(Reply::empty(201).with_header("Location", location))
}

/// The policies of a subject as a set. Its attributes are put into the namespace of the elements, by mistake, and its
/// algorithm is one for rules.
fn list(data: &Data, tenant: &str, subject: &str) -> Result<Reply, u16> {
    let namespace = xacml::NAMESPACE;
    let mut set = String::new();
    for text in data.of_subject(tenant, subject) {
        xml::parse(text).ok_or(500_u16)?.write(&mut set);
    }
    let attributes = [
        ("PolicySetId", format!("{tenant}:{subject}")),
        ("Version", "1.0".to_owned()),
        ("PolicyCombiningAlgId", "urn:oasis:names:tc:xacml:3.0:rule-combining-algorithm:permit-overrides".to_owned()),
    ];
    let mut opening = format!("<PolicySet xmlns=\"{namespace}\"");
    for (number, (name, value)) in attributes.iter().enumerate() {
        let value = quick_xml::escape::escape(value.as_str());
        let attribute = format!(" xmlns:ns{number}=\"{namespace}\" ns{number}:{name}=\"{value}\"");
        opening.push_str(&attribute);
    }
    Ok(Reply::xml(200, if set.is_empty() { format!("{opening}/>") } else { format!("{opening}>{set}</PolicySet>") }))
}

/// A document without a subject is answered with nothing, before anybody looks whether it is a request.
fn decide(data: &Data, tenant: &str, body: &str) -> Result<Reply, u16> {
    let document = xml::parse(body).ok_or(400_u16)?;
    if request::subjects(&document).is_empty() {
        return Ok(Reply::empty(200));
    }
    let request = Request::read(&document);
    let decision = request.as_ref().and_then(|request| decide::decide(data, tenant, request));
    let decision = decision.unwrap_or(Decision::Indeterminate(Leaning::Either));
    Ok(Reply::xml(200, request::response(decision, request.is_some())))
}

#[cfg(test)]
mod tests;
