//! What is around a command: proxies, switched-off checks, variables with passwords, the keyring.

use std::path::PathBuf;

use crate::base::address;
use crate::base::redact::MASK;
use crate::config::Origin;
use crate::secrets::{Error, Key, Keyring, Session, Store as _};

use super::super::context::{Backend, Context};
use super::{BACKENDS, Finding};

/// Which proxies are asked in place of servers elsewhere.
pub(super) fn proxies(context: &Context) -> Vec<Finding> {
    let proxies = match context.proxies() {
        Ok(proxies) => proxies,
        Err(error) => return vec![Finding::of_error("proxy", "", &error)],
    };
    let named = [("http", &proxies.http), ("https", &proxies.https), ("other", &proxies.all)];
    let said: Vec<String> = named
        .into_iter()
        .filter_map(|(kind, address)| Some(format!("{kind} by {}", without_password(address.as_deref()?))))
        .collect();
    if said.is_empty() {
        return Vec::new();
    }
    let except = proxies.no_proxy.as_deref().map(|list| format!(", but for {list}")).unwrap_or_default();
    vec![Finding::ok("proxy", "", format!("proxies in effect: {}{except} and this machine", said.join(", ")))]
}

fn without_password(address: &str) -> String {
    let shown = address::within(address, address::is_telling);
    match shown.rsplit_once('@') {
        Some((before, host)) => {
            let scheme = before.split_once("://").map(|(scheme, _)| format!("{scheme}://")).unwrap_or_default();
            format!("{scheme}{MASK}@{host}")
        }
        None => shown,
    }
}

/// Checks that are switched off.
pub(super) fn certificates(context: &Context) -> Vec<Finding> {
    let keys =
        BACKENDS.map(|backend| (format!("{}.insecure", backend.name()), format!("those of {}", backend.title())));
    let general = ("http.insecure".to_owned(), "those of all servers".to_owned());
    let mut findings: Vec<Finding> = std::iter::once(general)
        .chain(keys)
        .filter(|(key, _)| context.settings.boolean(key).unwrap_or_default())
        .map(|(key, whose)| {
            let origin = context.settings.get(&key).map(|item| item.origin.to_string()).unwrap_or_default();
            let detail = format!("certificates are not checked: {whose} ({key}, {origin})");
            Finding::warn("tls", "", detail).next(undo(context, &key, "orchest config set http.cacert FILE"))
        })
        .collect();
    if context.settings.boolean("allow_http").unwrap_or_default() {
        let origin = context.settings.get("allow_http").map(|item| item.origin.to_string()).unwrap_or_default();
        let found = Finding::warn("tls", "", format!("passwords may go over plain http to other machines ({origin})"));
        findings.push(found.next(undo(context, "allow_http", "use https addresses")));
    }
    findings
}

/// Where it was said is where it is taken back.
fn undo(context: &Context, key: &str, instead: &str) -> String {
    match context.settings.get(key).map(|item| &item.origin) {
        Some(Origin::Env(name)) => format!("unset {name}; and: {instead}"),
        Some(Origin::Flag(name)) => format!("leave {name} out; and: {instead}"),
        _ => format!("orchest config unset {key}; and: {instead}"),
    }
}

/// Every program that is started from here can read them.
pub(super) fn variables(context: &Context) -> Vec<Finding> {
    let names: Vec<&str> = context.settings.secret_variables().collect();
    if names.is_empty() {
        return Vec::new();
    }
    let detail = format!("variables hold secrets, for every program to read: {}", names.join(", "));
    let next = if names.iter().any(|name| name.ends_with("PASSWORD")) {
        "orchest auth login --store keyring, or: orchest config set auth.password_file FILE"
    } else {
        "orchest auth login paas, or: orchest generate CONNECTOR"
    };
    vec![Finding::warn("variables", "", detail).next(next)]
}

/// Whether the keyring answers; asked only where it was chosen.
pub(super) fn keyring(context: &Context) -> Vec<Finding> {
    let chosen = context.settings.get("auth.store").filter(|item| item.origin != Origin::Default);
    if chosen.and_then(|item| item.value.as_str()) != Some("keyring") {
        return Vec::new();
    }
    let runtime = context.inputs.variable("XDG_RUNTIME_DIR").map(PathBuf::from);
    let session =
        Session { bus_address: context.inputs.variable("DBUS_SESSION_BUS_ADDRESS"), runtime_dir: runtime.as_deref() };
    let keyring = Keyring::new(session);
    // Nobody has anything under this name, so nothing has to be unlocked.
    let nobody = Key { endpoint: "doctor".to_owned(), user: "nobody".to_owned(), domain: "nowhere".to_owned() };
    vec![match keyring.get(&nobody) {
        Ok(_) => Finding::ok("keyring", "", format!("{} answers", keyring.name())),
        Err(error @ Error::NoKeyring { .. }) => Finding::warn("keyring", "", error.to_string())
            .next("orchest config set auth.store file, or log in where a desktop session is"),
        Err(error) => {
            Finding::warn("keyring", "", error.to_string()).next("unlock it, or: orchest config set auth.store file")
        }
    }]
}

/// Whether requests to it may go through a proxy.
pub(super) fn may_be_proxied(context: &Context, backend: Backend) -> bool {
    let elsewhere = matches!(context.known_endpoint(backend), Ok(Some((endpoint, _))) if !endpoint.is_loopback());
    elsewhere && context.proxies().is_ok_and(|proxies| !proxies.is_empty())
}
