//! Who talks to the directory, from where, and with which password: all of it known before the first byte is sent.

use anyhow::Result;

use crate::api::ldap::{Address, Base, Directory, Security, connect};
use crate::base::Secret;
use crate::config;
use crate::http::HttpSettings;
use crate::secrets::{self, Key, Sources, Typed};

use super::super::super::context::Context;
use super::super::super::error::{CliError, Exit};

/// Who logs in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Who<'a> {
    /// The administrator of the settings.
    Administrator,
    /// A user, with its own password.
    User(&'a str),
}

/// The directory with somebody logged in.
pub(super) async fn open(context: &Context, who: Who<'_>) -> Result<Directory> {
    let (found, address) = place(context)?;
    let base = Base::parse(&found.base)?;
    let (dn, name) = match who {
        Who::User(name) => (base.user(name), format!("user {}", crate::base::text::safe(name))),
        Who::Administrator => {
            let Some(name) = &found.admin else { return Err(nobody(&address).into()) };
            (base.administrator(name), format!("administrator {}", crate::base::text::safe(name)))
        }
    };
    if !address.is_encrypted()
        && !found.starttls
        && !address.is_loopback()
        && !context.settings.boolean("allow_http")?
    {
        let message = format!("{} would carry the password unencrypted over the network", address.shown());
        let next = "use ldaps://, or set ldap.starttls, or say --allow-http if that network is yours";
        return Err(CliError::usage(message).next(next).into());
    }
    let password = password(context, who, &dn, &address, &found)?;
    let waiting = HttpSettings::default();
    let security = Security {
        starttls: found.starttls && !address.is_encrypted(),
        cacert: found.cacert,
        insecure: found.insecure,
        connect_timeout: context.settings.duration("http.connect_timeout")?.unwrap_or(waiting.connect_timeout),
        patience: context.settings.duration("http.idle_timeout")?.unwrap_or(waiting.idle_timeout),
    };
    context.journal.report_unfinished();
    if security.insecure {
        context.journal.unchecked();
        context.printer.warn("certificates are not checked: anybody on the way can read and change what is sent");
    }
    context.journal.target(address.url(), &dn);
    let directory = connect(&address, base, &security, context.journal.clone()).await?;
    directory.bind(&dn, &name, &password).await?;
    Ok(directory)
}

/// Where the directory is.
pub(super) fn place(context: &Context) -> Result<(config::Directory, Address)> {
    let target = &context.globals.target;
    if target.host.is_some() || target.port.is_some() {
        let error = CliError::usage("--host and --port do not name the directory");
        return Err(error.next("say where it is with --ldap ldap://HOST:PORT").into());
    }
    let Some(found) = context.settings.directory()? else {
        let error = CliError::new(Exit::Config, "where is the directory?");
        return Err(error.next("give --ldap URL, or: orchest config set ldap.url ldaps://HOST").into());
    };
    let address = Address::parse(&found.url)?;
    Ok((found, address))
}

/// For whoever has no account that may do it. The platform's orchestrator wrote a mail then, and called that a success.
fn nobody(address: &Address) -> CliError {
    CliError::new(Exit::Config, format!("who administers the directory {}?", address.shown()))
        .cause("only its administrator can do this, and no request for it is sent to anybody")
        .next(
            "set ldap.admin and ldap.password_file if you are that; otherwise write to whoever is, and name the user, \
             the e-mail address and the groups that you need",
        )
}

fn password(context: &Context, who: Who<'_>, dn: &str, address: &Address, found: &config::Directory) -> Result<Secret> {
    let identity = &context.globals.identity;
    let words: Option<Vec<String>> =
        identity.password_command.as_deref().map(|line| line.split_whitespace().map(str::to_owned).collect());
    let mut stdin = std::io::stdin().lock();
    let typed = if identity.password_stdin {
        Some(Typed::Stdin(&mut stdin))
    } else if let Some(path) = &identity.password_file {
        Some(Typed::File(path))
    } else {
        words.as_deref().map(Typed::Command)
    };
    // What is kept is the administrator's, and goes to no place that a stranger has named.
    let kept = who == Who::Administrator && typed.is_none();
    if kept && found.origin.is_untrusted() && !context.prompter.is_allowed() {
        let message = format!("the directory {} is named by a file that nobody has trusted", address.shown());
        return Err(CliError::new(Exit::Config, message)
            .cause("passwords that are kept elsewhere are not sent there")
            .next(found.origin.trusting())
            .into());
    }
    let kept = kept && !found.origin.is_untrusted();
    let variable = context.settings.env_secret("ldap.password").filter(|_| kept);
    let (file, helper) = context.settings.file_or_command("ldap.password")?;
    let file = file.filter(|_| kept && variable.is_none());
    let helper = helper.filter(|_| kept);
    let environment: Vec<(String, String)> = context.inputs.env.clone().into_iter().collect();
    let sources = Sources {
        typed: typed.or(file.as_deref().map(Typed::File)),
        variable: variable.as_ref().map(|(secret, name)| (name.as_str(), secret)),
        helper: helper.as_deref(),
        environment: &environment,
        ..Sources::default()
    };
    let key = Key { endpoint: address.shown(), user: dn.to_owned(), domain: found.base.clone() };
    match secrets::find(sources, &key) {
        Ok(Some((password, _))) => Ok(password),
        Ok(None) => {
            let question = format!("Password of {dn} at {}", address.shown());
            Ok(context.prompter.password(&question, "--password-file")?)
        }
        Err(error @ secrets::Error::Empty { .. }) => Err(CliError::usage(error.to_string())
            .cause("a directory takes an empty password for no login at all, and says yes to it")
            .into()),
        Err(error) => Err(error.into()),
    }
}
