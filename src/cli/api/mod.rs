//! `orchest api`: a request of one's own, where no verb does what is wanted. It goes the way of all others: the same login,
//! bound to the same address, the same encoder of paths, the same retries, the same run log.

mod body;
mod path;
mod server;
mod show;

use anyhow::Result;
use clap::{Args, ValueEnum};
use serde_json::{Value, json};

use crate::base::text::{safe, shell_word};
use crate::http::{self, Method, Outcome, Request};
use crate::output::{Column, View};

use super::context::{Backend, Context};
use super::error::{CliError, Exit};
use super::present::Row;
use server::Server;

pub(super) const HELP: &str = "Examples:\n  orchest api keystone GET /v3/domains\n  \
    orchest api orion GET /v2/subscriptions --paginate -s smartcity -S energy\n  \
    orchest api keystone POST /v3/roles -F 'role:={\"name\": \"auditor\"}' --dry-run\n  \
    orchest api github GET /user --query .login\n\n\
    PATH is what comes after the address of the settings: it is never an address itself, and has no .. in it. -F makes an \
    object of text members (name=value) or of JSON ones (name:=value); for GET and HEAD they become the query. -f sends a \
    file as it is. The answer is printed as the server sent it; as soon as a format, columns or a query are asked for, it \
    is read as JSON. --paginate reads all pages of a list, in that server's own way, and prints one list.\n\n\
    A GET, PUT or DELETE is tried again where that does no harm; a POST or PATCH is not sent twice. DELETE asks first, or \
    wants --yes; a protected context asks for everything that writes. It ends with 3 where nothing is found, and with \
    the exit codes of every command otherwise. keypass orion perseo iotagent are asked for the service of -s and the \
    subservice of -S.";

/// What can be asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Target {
    Keystone,
    Keypass,
    Orion,
    Perseo,
    Iotagent,
    /// The IoT orchestrator
    Orchestrator,
    /// The PaaS orchestrator
    Paas,
    /// The Infrastructure Manager
    Im,
    #[value(name = "github")]
    GitHub,
    Trello,
    Slack,
    #[value(name = "g_drive")]
    GDrive,
}

#[derive(Args, Debug)]
pub(crate) struct ApiArgs {
    /// Server to ask
    #[arg(value_enum, value_name = "BACKEND")]
    target: Target,
    /// GET, HEAD, POST, PUT, PATCH or DELETE
    #[arg(value_name = "METHOD", value_parser = method)]
    method: Method,
    /// Path below the server's address, and perhaps a query
    #[arg(value_name = "PATH")]
    path: String,
    /// Member of the body, or of the query: `name=text` or `name:=JSON` (can be repeated)
    #[arg(short = 'F', long = "field", value_name = "NAME=VALUE", conflicts_with = "body")]
    fields: Vec<String>,
    /// File to send as the body: `@FILE`, or `-` for standard input
    #[arg(short = 'f', long = "body", value_name = "@FILE")]
    body: Option<String>,
    /// Further header, `Name: value`; none that says who one is (can be repeated)
    #[arg(short = 'H', long = "header", value_name = "NAME:VALUE")]
    headers: Vec<String>,
    /// Read all pages of a list, and print one list
    #[arg(long, conflicts_with_all = ["include", "body"])]
    paginate: bool,
    /// Print the status and the headers of the answer before it
    #[arg(short = 'i', long)]
    include: bool,
}

impl ApiArgs {
    /// What `--host` and `--port` are about.
    pub(crate) fn primary(&self) -> Backend {
        self.target.backend().unwrap_or(Backend::Keystone)
    }
}

fn method(text: &str) -> Result<Method, String> {
    let all = [Method::Get, Method::Head, Method::Post, Method::Put, Method::Patch, Method::Delete];
    all.into_iter()
        .find(|method| method.as_str().eq_ignore_ascii_case(text))
        .ok_or_else(|| "there are GET, HEAD, POST, PUT, PATCH, DELETE".to_owned())
}

const REQUEST: View = View {
    columns: &[
        Column { title: "METHOD", key: "method", wide: false },
        Column { title: "URL", key: "url", wide: false },
        Column { title: "HEADERS", key: "headers", wide: false },
        Column { title: "BODY", key: "body", wide: false },
    ],
    name: "url",
};

pub(crate) async fn run(context: &Context, args: &ApiArgs) -> Result<()> {
    // Everything that can be wrong with the line is, before anybody is asked for a password.
    let request = path::of(&args.path, args.target.request(args.method))?;
    let request = body::on(context, request, args)?;
    let request = once(body::headers(request, &args.headers)?);
    if args.paginate && args.method != Method::Get {
        return Err(CliError::usage("only what GET lists has pages").into());
    }
    let server = Server::of(context, args.target)?;
    let request = server.at_place(request);
    let url = server.endpoint.address(&request)?;
    if context.dry_run() {
        context.printer.note("dry run: nothing was sent");
        return Ok(context.printer.show(&REQUEST, shown(&request, &url))?);
    }
    let place = request.place();
    if request.method == Method::Delete {
        server.confirm(context, &format!("delete {}", safe(&place)))?;
    } else if request.method.writes() {
        server.confirm_if_protected(context, &format!("{} {}", request.method.as_str(), safe(&place)))?;
    }
    let door = server.door(context, request.method.writes()).await?;
    if args.paginate {
        return show::pages(context, &server, &door, request).await.map_err(|error| told(context, error, args));
    }
    if args.include {
        context.journal.keep_head();
    }
    match door.send(&request).await {
        Ok(response) => show::answer(context, &response, args.include),
        Err(error) => Err(told(context, error.into(), args)),
    }
}

/// What comes of sending it twice is not known of a request that is not known.
fn once(request: Request) -> Request {
    if matches!(request.method, Method::Post | Method::Patch) { request.once() } else { request }
}

/// The request as it would be sent, without a login.
fn shown(request: &Request, url: &url::Url) -> Row {
    let headers = request.plain_headers.iter().map(|(name, value)| (name.to_string(), json!(value)));
    let mime = request.body.as_ref().map(|body| ("Content-Type".to_owned(), json!(body.mime())));
    let body = match &request.body {
        None => Value::Null,
        Some(http::Body::Json(body)) => body.clone(),
        Some(body) => json!(body.text()),
    };
    let members = [
        ("method", json!(request.method.as_str())),
        ("url", json!(url.as_str())),
        ("headers", Value::Object(mime.into_iter().chain(headers).collect())),
        ("body", body),
    ];
    members.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()
}

/// What this lies in.
fn above(path: &str) -> &str {
    let path = path.split('?').next().unwrap_or_default().trim_end_matches('/');
    path.rsplit_once('/').map(|(above, _)| above).filter(|above| !above.is_empty()).unwrap_or("/")
}

/// What the server says of a request that it refused, and what its status means where the request is not ours.
fn told(context: &Context, error: anyhow::Error, args: &ApiArgs) -> anyhow::Error {
    let Some(wire) = error.downcast_ref::<http::Error>() else { return error };
    let writes = matches!(args.method, Method::Post | Method::Patch);
    if let http::Error::Status(status) = wire {
        let head = context.journal.head_from(&status.url).filter(|_| args.include);
        if let Some(Err(error)) = head.map(|head| show::refusal(context, head, &status.body)) {
            return error;
        }
        if !status.body.is_empty() {
            context.printer.failure(&status.body);
        }
    }
    let look = format!("look whether it was: orchest api {} GET {}", args.target.word(), shell_word(&args.path));
    let (exit, next) = match wire {
        // The other methods were tried again, as often as makes sense.
        _ if writes && wire.outcome() == Outcome::MayHaveHappened => (Exit::Failed, look),
        http::Error::Status(status) => match (status.status, args.target.connector()) {
            (401, Some(kind)) => (Exit::Login, format!("orchest generate {kind}")),
            (403, Some(_)) => (Exit::Forbidden, "orchest doctor tells what the token may do".to_owned()),
            (404, _) if args.method == Method::Delete && status.attempts > 1 => {
                (Exit::NotFound, "an earlier attempt may have deleted it: its answer was lost".to_owned())
            }
            (404 | 410, _) => {
                (Exit::NotFound, format!("orchest api {} GET {}", args.target.word(), shell_word(above(&args.path))))
            }
            _ => return error,
        },
        _ => return error,
    };
    CliError::new(exit, wire.to_string()).next(next).into()
}
