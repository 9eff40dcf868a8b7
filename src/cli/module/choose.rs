//! Which modules a command is about: names to addresses, before anything is sent.

use anyhow::Result;

use crate::api::orion::Module;
use crate::base::text::{safe, shell_word};
use crate::config::keys::nearest;
use crate::config::modules::{ModuleSetting, is_notify_url};

use super::super::context::Context;
use super::super::error::{CliError, Exit};
use super::Names;

/// All modules that settings give an address for.
pub(crate) fn configured(context: &Context) -> Result<Vec<Module>> {
    let module = |setting: ModuleSetting| {
        let ModuleSetting { name, notify_url, alias } = setting;
        notify_url.map(|notify_url| Module { name, notify_url, alias })
    };
    Ok(context.settings.modules()?.into_iter().filter_map(module).collect())
}

/// Names those without one: nothing can be said of them.
pub(super) fn tell_without_address(context: &Context) -> Result<()> {
    for setting in context.settings.modules()?.iter().filter(|setting| setting.notify_url.is_none()) {
        context.printer.note(&format!("module {} has no address in the settings", safe(&setting.name)));
    }
    Ok(())
}

/// Those that were named, each once.
pub(super) fn chosen(context: &Context, names: &Names) -> Result<Vec<Module>> {
    let mut wanted: Vec<&String> = Vec::new();
    for name in &names.names {
        if name.is_empty() || name.chars().any(char::is_control) {
            return Err(CliError::usage(format!("'{}' cannot be the name of a module", safe(name))).into());
        }
        if !wanted.contains(&name) {
            wanted.push(name);
        }
    }
    if let Some(url) = &names.notify_url {
        return Ok(vec![given(&wanted, url)?]);
    }
    let known = context.settings.modules()?;
    let find = |name: &String| {
        let setting = known.iter().find(|setting| setting.name == *name);
        match setting.and_then(|setting| Some((setting, setting.notify_url.clone()?))) {
            Some((setting, notify_url)) => Ok(Module { name: name.clone(), notify_url, alias: setting.alias.clone() }),
            None => Err(without_address(name, known.iter().map(|setting| setting.name.as_str())).into()),
        }
    };
    wanted.into_iter().map(find).collect()
}

fn given(wanted: &[&String], url: &str) -> Result<Module> {
    let [name] = wanted else {
        return Err(CliError::usage("--notify-url is the address of one module, and several are named").into());
    };
    if !is_notify_url(url) {
        let message = format!("--notify-url '{}' is no address that Orion can notify", safe(url));
        return Err(CliError::usage(message).next("it looks like http://HOST:8666/notify").into());
    }
    Ok(Module { name: (*name).clone(), notify_url: url.to_owned(), alias: (*name).clone() })
}

fn without_address<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> CliError {
    let key = shell_word(&crate::config::keys::dotted(&["module", name, "notify_url"]));
    let message = format!("no settings say where module '{}' wants to be notified", safe(name));
    let error = CliError::new(Exit::Config, message)
        .next(format!("orchest config set {key} http://HOST:8666/notify, or give --notify-url URL"));
    match nearest(name, known.filter(|other| *other != name)) {
        Some(near) => error.cause(format!("did you mean '{}'?", safe(&near))),
        None => error,
    }
}
