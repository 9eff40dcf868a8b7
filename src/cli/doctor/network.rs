//! The way to a server: its name, a connection, its certificate, its clock, its version.

use std::time::Duration;

use jiff::SignedDuration;
use tokio::net::{TcpStream, lookup_host};

use crate::api::platform::probe::Answer;
use crate::http::{Endpoint, Error, Response};

use super::super::context::{Backend, Context};
use super::super::platform::health::probe;
use super::surroundings::may_be_proxied;
use super::{Finding, Seen};

/// How long one step of it may take.
const STEP: Duration = Duration::from_secs(4);

/// A certificate that ends so soon has to be renewed now.
const SOON: SignedDuration = SignedDuration::from_hours(30 * 24);

/// Tokens are stamped by the servers' clocks, and read by ours.
const SKEW: SignedDuration = SignedDuration::from_secs(60);

/// Servers tell whole seconds, and take time to answer.
const UNSEEN: SignedDuration = SignedDuration::from_secs(2);

fn endpoint(context: &Context, backend: Backend) -> Option<(Endpoint, String, u16)> {
    let (endpoint, _) = context.known_endpoint(backend).ok().flatten()?;
    let host = endpoint.url.host_str()?.trim_matches(['[', ']']).to_owned();
    let port = endpoint.url.port_or_known_default()?;
    Some((endpoint, host, port))
}

/// Whether its name leads to an address.
pub(super) fn names(context: &Context, backend: Backend) -> Seen<'_> {
    Box::pin(async move {
        let name = backend.name();
        let Some((_, host, port)) = endpoint(context, backend) else { return Vec::new() };
        if host.parse::<std::net::IpAddr>().is_ok() {
            return Vec::new();
        }
        let found = tokio::select! {
            found = lookup_host((host.as_str(), port)) => found.map_err(|error| error.to_string()),
            () = context.clock.alarm(STEP) => Err(format!("no answer within {} s", STEP.as_secs())),
        };
        let why = match found.map(|mut addresses| addresses.next()) {
            Ok(Some(address)) => return vec![Finding::ok("dns", name, format!("DNS {}", address.ip()))],
            Ok(None) => "it has no address".to_owned(),
            Err(why) => why,
        };
        let detail = format!("the name {host} leads nowhere: {why}");
        let origin = format!("check the name: orchest config get {name}.url; getent hosts {host}");
        vec![or_by_proxy(context, backend, Finding::fail("dns", name, detail.as_str()), &detail).next(origin)]
    })
}

/// Where a proxy is asked, it is for the proxy to find the way.
fn or_by_proxy(context: &Context, backend: Backend, failed: Finding, detail: &str) -> Finding {
    if may_be_proxied(context, backend) {
        let detail = format!("{detail} (from here; a proxy is set and may know the way)");
        return Finding::warn(failed.check, backend.name(), detail);
    }
    failed
}

/// Whether somebody listens there.
pub(super) fn connections(context: &Context, backend: Backend) -> Seen<'_> {
    Box::pin(async move {
        let name = backend.name();
        let Some((_, host, port)) = endpoint(context, backend) else { return Vec::new() };
        let begun = context.clock.monotonic();
        let why = tokio::select! {
            connected = TcpStream::connect((host.as_str(), port)) => match connected {
                Ok(_) => {
                    let took = context.clock.monotonic().saturating_sub(begun).as_millis();
                    return vec![Finding::ok("tcp", name, format!("TCP port {port} ({took} ms)"))];
                }
                Err(error) => error.to_string(),
            },
            () = context.clock.alarm(STEP) => format!("no connection within {} s", STEP.as_secs()),
        };
        let detail = format!("nobody can be reached at port {port} of {host}: {why}");
        let found = or_by_proxy(context, backend, Finding::fail("tcp", name, detail.as_str()), &detail);
        vec![found.next(format!("is the server up, and the port right? orchest config get {name}.url"))]
    })
}

/// Its certificate, its clock and its version, from one question.
pub(super) fn answers(context: &Context, backend: Backend) -> Seen<'_> {
    Box::pin(async move {
        let asked = async {
            let guarded = context.has_pep(backend)?;
            let door = context.brief_door(backend, STEP)?;
            anyhow::Ok(probe(backend).examine(&door, guarded).await?)
        };
        match asked.await {
            Ok((answer, response)) => {
                let mut findings: Vec<Finding> =
                    response.iter().flat_map(|response| of_response(context, backend, response)).collect();
                findings.push(version(backend, &answer));
                findings
            }
            Err(error) => vec![refused(backend, &error)],
        }
    })
}

/// No answer, or none that can be trusted.
fn refused(backend: Backend, error: &anyhow::Error) -> Finding {
    let name = backend.name();
    match error.downcast_ref::<Error>() {
        Some(Error::Tls { reason, .. }) => Finding::fail("tls", name, format!("TLS: {reason}"))
            .next(format!("orchest config set {name}.cacert FILE, if it is signed by an authority of your own")),
        _ => Finding::of_error("answer", name, error),
    }
}

fn of_response(context: &Context, backend: Backend, response: &Response) -> Vec<Finding> {
    let (name, now) = (backend.name(), context.clock.now());
    let mut findings = Vec::new();
    if let Some(end) = response.certificate_end() {
        let left = end.duration_since(now);
        let days = left.as_hours() / 24;
        findings.push(if left < SignedDuration::ZERO {
            Finding::warn("tls", name, format!("TLS (its certificate expired {} d ago, and is not checked)", -days))
                .next("have it renewed there")
        } else if left < SOON {
            Finding::warn("tls", name, format!("TLS (its certificate expires in {days} d, on {end:.0})"))
                .next("have it renewed there before it ends")
        } else {
            Finding::ok("tls", name, format!("TLS (expires in {days} d)"))
        });
    }
    if let Some(date) = response.date() {
        let skew = date.duration_since(now);
        let seconds = skew.as_secs();
        findings.push(if skew.abs() > SKEW {
            let which = if seconds > 0 { "behind" } else { "ahead of" };
            let detail = format!("clock skew {} s: this machine is {which} the server", seconds.abs());
            Finding::warn("clock", name, detail).next("set the clock that is wrong: timedatectl set-ntp true")
        } else if skew.abs() <= UNSEEN {
            Finding::ok("clock", name, "clock skew 0 s")
        } else {
            Finding::ok("clock", name, format!("clock skew {} s", seconds.abs()))
        });
    }
    findings
}

fn version(backend: Backend, answer: &Answer) -> Finding {
    let name = backend.name();
    let address = format!("orchest config show --origin; is it the address of {}?", backend.title());
    match answer {
        Answer::Well(Some(version)) => Finding::ok("version", name, format!("version {version}")),
        Answer::Well(None) => Finding::ok("version", name, "answers as it should"),
        Answer::Guarded(status) => Finding::ok("version", name, format!("a PEP guards it ({status} without a token)")),
        // The newer dialect tells nobody anything there.
        Answer::Status(401 | 403 | 404, _) if backend == Backend::Paas => Finding::ok("version", name, "answers"),
        Answer::Status(status, words) if words.is_empty() => {
            Finding::fail("version", name, format!("it answers {status}")).next(address)
        }
        Answer::Status(status, words) => {
            Finding::fail("version", name, format!("it answers {status}: {words}")).next(address)
        }
        Answer::Stranger => {
            let detail = format!("what answers there is not {}", backend.title());
            Finding::fail("version", name, detail).next(address)
        }
    }
}
