//! The way to the Infrastructure Manager. It gets the same token as the orchestrator, so it is asked only where settings
//! name it: an address that a server merely mentions is told to people, and nothing is sent there.

use std::rc::Rc;

use anyhow::Result;

use crate::api::door::Door;
use crate::api::im::Im;
use crate::api::im::header::Lines;
use crate::base::clock::LocalFuture;
use crate::base::private::{self, shown};
use crate::base::{Secret, redact};
use crate::http::{Authorize, Credential, Error};

use super::super::error::{CliError, Exit};
use super::tickets::untrusted;
use super::{Backend, Context};

/// More is no list of credentials.
const LARGEST: u64 = 256 * 1024;

/// Puts the manager's own header on requests.
struct ImLogin {
    /// What has the token; absent where the file says who one is.
    owner: Option<Rc<dyn Authorize>>,
    lines: Lines,
    origin: url::Origin,
}

impl Authorize for ImLogin {
    fn credential(&self) -> LocalFuture<'_, Result<Credential, Error>> {
        Box::pin(async {
            let Some(owner) = &self.owner else {
                return Ok(Credential { header: "Authorization", value: self.lines.with(None), generation: 0 });
            };
            let Credential { header, value, generation } = owner.credential().await?;
            let token = bare(&value);
            Ok(Credential { header, value: self.lines.with(Some(&token)), generation })
        })
    }

    fn renew(&self, refused: u64) -> LocalFuture<'_, Result<bool, Error>> {
        Box::pin(async move {
            match &self.owner {
                Some(owner) => owner.renew(refused).await,
                None => Ok(false),
            }
        })
    }

    fn origin(&self) -> url::Origin {
        self.origin.clone()
    }
}

/// The token of a bearer's header.
pub(crate) fn bare(value: &Secret) -> Secret {
    let text = value.expose();
    Secret::new(text.strip_prefix("Bearer ").unwrap_or(text))
}

impl Context {
    /// The manager, with the token of that login, or with what a file says; `None` where settings do not name it.
    pub(crate) fn im(&self, owner: Rc<dyn Authorize>) -> Result<Option<Im>> {
        let Some((endpoint, origin)) = self.known_endpoint(Backend::Im)? else { return Ok(None) };
        self.refuse_plain(&endpoint, "token")?;
        if origin.is_untrusted() {
            return Err(untrusted(Backend::Im, &endpoint, &origin).into());
        }
        let lines = self.im_lines()?;
        let owner = Some(owner).filter(|_| !lines.has_own());
        let login: Rc<dyn Authorize> = Rc::new(ImLogin { owner, lines, origin: endpoint.origin() });
        Ok(Some(Im::new(Door::new(self.http(Backend::Im)?, endpoint, Some(login)))))
    }

    fn im_lines(&self) -> Result<Lines> {
        let Some(path) = self.settings.path("im.auth_file")? else { return Ok(Lines::default()) };
        let wrong = |what: String| {
            let message = format!("im.auth_file {} {what}", shown(&path));
            CliError::new(Exit::Config, message).next("a line each: id = NAME; type = OpenStack; host = …")
        };
        let bytes = private::read(&path, LARGEST)
            .map_err(|error| CliError { exit: Exit::Config, ..CliError::of_file(&error) })?;
        let bytes = bytes.ok_or_else(|| wrong("does not exist".to_owned()))?;
        let text = String::from_utf8(bytes).map_err(|_| wrong("is no text".to_owned()))?;
        let lines = Lines::read(&text).map_err(|line| wrong(format!("has no credentials in line {line}")))?;
        // Each line as a whole is known already; a password within one may be quoted back alone.
        text.split([';', '\n'])
            .filter_map(|pair| pair.split_once('='))
            .filter(|(key, _)| is_secret(key))
            .for_each(|(_, value)| redact::register(value.trim()));
        Ok(lines)
    }
}

fn is_secret(key: &str) -> bool {
    matches!(key.trim(), "password" | "token" | "private_key" | "proxy" | "secret")
}
