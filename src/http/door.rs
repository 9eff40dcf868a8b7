//! A back end as it is reached, whichever it is.

use std::rc::Rc;

use super::page::Paging;
use super::{Authorize, Endpoint, Error, Http, Pager, Request, Response};

/// One back end: its address, and the token to bring along, if it wants one.
#[derive(Clone)]
pub(crate) struct Door {
    http: Rc<Http>,
    endpoint: Endpoint,
    authorize: Option<Rc<dyn Authorize>>,
}

impl Door {
    pub(crate) fn new(http: Rc<Http>, endpoint: Endpoint, authorize: Option<Rc<dyn Authorize>>) -> Self {
        Self { http, endpoint, authorize }
    }

    pub(crate) fn endpoint(&self) -> &Endpoint {
        &self.endpoint
    }

    /// What brings the token along, for whoever has to bring it elsewhere or to know whose it is.
    pub(crate) fn login(&self) -> Option<Rc<dyn Authorize>> {
        self.authorize.clone()
    }

    pub(crate) async fn send(&self, request: &Request) -> Result<Response, Error> {
        self.http.send(&self.endpoint, request, self.authorize.as_deref()).await
    }

    pub(crate) fn pages<P: Paging>(&self, request: Request, paging: P) -> Pager<'_, P> {
        self.http.pages(&self.endpoint, request, self.authorize.as_deref(), paging)
    }

    /// Before a POST that may not be repeated blindly is sent again, and after a look: see [`Http::pause`].
    pub(crate) async fn pause(&self, made: u32, error: &Error) -> bool {
        self.http.pause(made, error).await
    }
}
