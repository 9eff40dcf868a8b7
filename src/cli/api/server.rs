//! Which server a request of one's own goes to, with whose token, and how its lists page.

use std::rc::Rc;

use anyhow::Result;

use crate::api::door::Door;
use crate::api::fiware::Place;
use crate::api::keystone::names::project_name;
use crate::api::paas::Paas;
use crate::connectors::{ConnectorKind, own_request};
use crate::http::{Cursor, Endpoint, FiwareOffset, KeystoneMarker, Linked, Method, NumberedPages, Request};

use super::super::context::{Backend, Context};
use super::super::error::{CliError, Exit};
use super::super::members;
use super::super::names::check_orion;
use super::Target;

/// How the lists of a server come in pages.
pub(super) enum Style {
    Keystone(KeystoneMarker),
    Fiware(FiwareOffset),
    Numbered(NumberedPages),
    Linked(Linked),
    Cursor(Cursor),
}

/// One server.
pub(super) struct Server {
    target: Target,
    pub(super) endpoint: Endpoint,
    place: Option<Place>,
}

impl Target {
    pub(super) fn backend(self) -> Option<Backend> {
        Some(match self {
            Self::Keystone => Backend::Keystone,
            Self::Keypass => Backend::Keypass,
            Self::Orion => Backend::Orion,
            Self::Perseo => Backend::Perseo,
            Self::Iotagent => Backend::IotAgent,
            Self::Orchestrator => Backend::Orchestrator,
            Self::Paas => Backend::Paas,
            Self::Im => Backend::Im,
            Self::GitHub | Self::Trello | Self::Slack | Self::GDrive => return None,
        })
    }

    pub(super) fn connector(self) -> Option<ConnectorKind> {
        Some(match self {
            Self::GitHub => ConnectorKind::GitHub,
            Self::Trello => ConnectorKind::Trello,
            Self::Slack => ConnectorKind::Slack,
            Self::GDrive => ConnectorKind::GDrive,
            _ => return None,
        })
    }

    /// As it is typed.
    pub(super) fn word(self) -> &'static str {
        self.connector().map(ConnectorKind::name).or_else(|| self.backend().map(Backend::name)).unwrap_or_default()
    }

    /// A request without a path.
    pub(super) fn request(self, method: Method) -> Request {
        self.connector().map_or_else(|| Request::new(method), |kind| own_request(kind, method))
    }
}

impl Server {
    /// Where it is. Nothing is sent.
    pub(super) fn of(context: &Context, target: Target) -> Result<Self> {
        let endpoint = match (target.backend(), target.connector()) {
            (Some(backend), _) => context.bare_door(backend)?.endpoint().clone(),
            (None, Some(kind)) => members::own_door(context, kind, false)?.endpoint().clone(),
            (None, None) => return Err(CliError::usage("there is no such server").into()),
        };
        Ok(Self { target, endpoint, place: place(context, target)? })
    }

    /// The request with the service and the subservice that it is about.
    pub(super) fn at_place(&self, request: Request) -> Request {
        match &self.place {
            None => request,
            Some(place) if self.target == Target::Keypass => place.on_service(request),
            Some(place) => place.on(request),
        }
    }

    fn address(&self) -> &str {
        self.endpoint.url.as_str().trim_end_matches('/')
    }

    pub(super) fn confirm(&self, context: &Context, what: &str) -> Result<()> {
        context.confirm_at(what, self.address())
    }

    pub(super) fn confirm_if_protected(&self, context: &Context, what: &str) -> Result<()> {
        context.confirm_if_protected_at(what, self.address())
    }

    /// The way there, with the token that belongs there.
    pub(super) async fn door(&self, context: &Context, writes: bool) -> Result<Door> {
        let Some(backend) = self.target.backend() else {
            let kind = self.target.connector().unwrap_or(ConnectorKind::GitHub);
            return members::own_door(context, kind, writes);
        };
        match backend {
            Backend::Keystone | Backend::Orchestrator => context.admin_door(backend),
            Backend::Paas => {
                let login = context.paas_authorize().await?;
                Ok(Door::new(context.http(backend)?, self.endpoint.clone(), Some(login)))
            }
            Backend::Im => {
                let login = context.paas_authorize().await?;
                let unknown = || CliError::new(Exit::Config, "where is the Infrastructure Manager?");
                Ok(context.im(Rc::clone(&login))?.ok_or_else(unknown)?.into_door())
            }
            Backend::Keypass | Backend::Orion | Backend::Perseo | Backend::IotAgent => match &self.place {
                Some(place) => context.door(backend, place, None),
                None if context.has_pep(backend)? => {
                    Err(CliError::usage("which service? A PEP lets nobody through without one")
                        .next("name it with -s NAME")
                        .into())
                }
                None => context.bare_door(backend),
            },
        }
    }

    /// How its lists page; those of some do not.
    pub(super) async fn style(&self, context: &Context) -> Result<Style> {
        Ok(match self.target {
            Target::Keystone => Style::Keystone(KeystoneMarker::of_any()),
            Target::Orion | Target::Perseo | Target::Iotagent => Style::Fiware(FiwareOffset::of_any()),
            Target::Paas => Style::Numbered(Paas::pages_of(context.dialect().await?)),
            Target::GitHub => Style::Linked(Linked),
            Target::Slack => Style::Cursor(Cursor::of_any("/response_metadata/next_cursor", "cursor")),
            Target::GDrive => Style::Cursor(Cursor::of_any("/nextPageToken", "pageToken")),
            Target::Keypass | Target::Orchestrator | Target::Im | Target::Trello => {
                let error = CliError::usage(format!("the lists of {} have no pages", self.target.word()));
                return Err(error.next("leave --paginate out: it gives all at once").into());
            }
        })
    }
}

/// The service and the subservice, for the servers that know some. Keystone is not asked about them: whoever writes a
/// request of their own may name what is not there.
fn place(context: &Context, target: Target) -> Result<Option<Place>> {
    if !matches!(target, Target::Keypass | Target::Orion | Target::Perseo | Target::Iotagent) {
        return Ok(None);
    }
    let Some(service) = context.service_name() else {
        if context.globals.target.subservice.is_some() {
            return Err(CliError::usage("which service is that subservice of?").next("name it with -s NAME").into());
        }
        return Ok(None);
    };
    let path = context.settings.text("subservice")?.map_or_else(|| "/".to_owned(), |name| project_name(&name));
    check_orion(&service, &path)?;
    Ok(Some(Place::new(&service, &path)))
}
