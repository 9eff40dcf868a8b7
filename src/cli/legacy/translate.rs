//! From an old line to the lines of today.

use crate::base::text::{safe, shell_word};
use crate::http::Endpoint;

use super::super::error::CliError;
use super::given;
use super::outside::Outside;
use super::script::{After, Login, Position, Script, Server, Whose};
use super::scripts::{COMPONENTS, ROLES};

/// The domain of the cloud's administrators, where a script did not ask for it.
const ADMIN_DOMAIN: &str = "admin_domain";

/// What an old line comes to.
#[derive(Debug, Default)]
pub(super) struct Translation {
    /// Each the words of one command.
    pub(super) lines: Vec<Vec<String>>,
    /// The secrets that are to be fetched: name, word, what for.
    pub(super) secrets: Vec<(&'static str, String, Whose)>,
    /// Hosts that are spoken to without encryption.
    pub(super) plain: Vec<String>,
}

/// One old line with its words in their places.
struct Line<'a> {
    script: &'static Script,
    texts: Vec<(&'static str, &'a str)>,
    /// Flag and address.
    servers: Vec<(String, String)>,
}

/// `scope_is_set`: somebody chose a scope that is wider than a domain, which then counts.
pub(super) fn translate(
    script: &'static Script,
    words: &[String],
    outside: &Outside,
    scope_is_set: bool,
) -> Result<Translation, CliError> {
    let mut translation = Translation::default();
    let line = read(script, words, &mut translation)?;
    if translation.secrets.iter().any(|(_, _, whose)| *whose == Whose::Login) {
        outside.refuse_second_password()?;
    }
    for (flag, name) in [("service", "SERVICE_NAME"), ("subservice", "SUBSERVICE_NAME")] {
        if outside.has(flag) && line.text(name).is_some() {
            let message = format!("the line has {name} in its old place; leave --{flag} out");
            return Err(CliError::usage(message));
        }
    }
    let mut flags: Vec<(String, Option<String>)> = line.login(scope_is_set);
    flags.extend(line.servers.iter().map(|(flag, address)| (flag.clone(), Some(address.clone()))));
    if !translation.plain.is_empty() {
        flags.push(("allow-http".to_owned(), None));
    }
    let mut tail: Vec<String> = Vec::new();
    for (flag, value) in flags.into_iter().filter(|(flag, _)| !outside.has(flag)) {
        tail.push(format!("--{flag}"));
        tail.extend(value);
    }
    tail.extend(outside.words.iter().cloned());
    let commands = std::iter::once(line.words(script.today)?);
    for command in commands.chain(more(&line)) {
        translation.lines.push(command.into_iter().chain(tail.iter().cloned()).collect());
    }
    Ok(translation)
}

/// Puts every word into its place. Secrets are looked at first: a line with one in it is not read any further.
fn read<'a>(script: &'static Script, words: &'a [String], translation: &mut Translation) -> Result<Line<'a>, CliError> {
    let names = script.arguments();
    if names.len() != words.len() {
        let message = format!("{} takes {} arguments, not {}", script.name, names.len(), words.len());
        let usage = format!("orchest legacy {}", script.usage());
        return Err(CliError::usage(message).cause(format!("usage: {usage}")).next("orchest help migrate"));
    }
    let mut rest = words.iter().map(String::as_str);
    let placed: Vec<(Position, Vec<&str>)> = script
        .positions
        .iter()
        .map(|position| (*position, rest.by_ref().take(position.names().len()).collect()))
        .collect();
    for (position, words) in &placed {
        if let (Position::Secret(name, whose), [word]) = (position, words.as_slice()) {
            given::check(name, word)?;
            translation.secrets.push((name, (*word).to_owned(), *whose));
        }
    }
    if translation.secrets.iter().filter(|(_, word, _)| given::is_stdin(word)).count() > 1 {
        let error = CliError::usage("standard input can be only one password");
        return Err(error.next("write @FILE or env:NAME for the others"));
    }
    let mut line = Line { script, texts: Vec::new(), servers: Vec::new() };
    for (position, words) in placed {
        match (position, words.as_slice()) {
            (Position::Text(name), [word]) => line.texts.push((name, word)),
            (Position::Server(server), [protocol, host, port]) => {
                let (address, plain) = address(server, protocol, host, port)?;
                line.servers.push((server.name().to_owned(), address));
                if plain && !translation.plain.iter().any(|known| known == host) {
                    translation.plain.push((*host).to_owned());
                }
            }
            _ => {}
        }
    }
    Ok(line)
}

/// The address, and whether it is plain http to another machine.
fn address(server: Server, protocol: &str, host: &str, port: &str) -> Result<(String, bool), CliError> {
    let upper = server.name().to_uppercase();
    if !matches!(protocol, "http" | "https") {
        return Err(CliError::usage(format!("{upper}_PROTOCOL is http or https, not '{}'", safe(protocol))));
    }
    if !port.parse::<u16>().is_ok_and(|port| port > 0) {
        return Err(CliError::usage(format!("{upper}_PORT is a number from 1 to 65535, not '{}'", safe(port))));
    }
    let bare = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host);
    let shown = if bare.contains(':') { format!("[{bare}]") } else { bare.to_owned() };
    let bad = || CliError::usage(format!("{upper}_HOST '{}' is no host", safe(host)));
    if bare.is_empty() || bare.contains(['/', '@', '?', '#']) {
        return Err(bad());
    }
    let address = format!("{protocol}://{shown}:{port}");
    let endpoint = Endpoint::parse(server.name(), &address).map_err(|_| bad())?;
    Ok((address, endpoint.is_plain_http() && !endpoint.is_loopback()))
}

impl Line<'_> {
    fn text(&self, name: &str) -> Option<&str> {
        self.texts.iter().find(|(known, _)| *known == name).map(|(_, word)| *word)
    }

    /// Who logs in and for what, as flags.
    fn login(&self, scope_is_set: bool) -> Vec<(String, Option<String>)> {
        let service = || self.text("SERVICE_NAME");
        let (user, domain) = match self.script.login {
            Login::Service => (self.text("SERVICE_ADMIN_USER"), service()),
            Login::Domain => (self.text("DOMAIN_ADMIN_USER"), self.text("DOMAIN_NAME")),
            Login::Cloud => (self.text("DOMAIN_ADMIN_USER"), Some(ADMIN_DOMAIN)),
            Login::Subservice => (self.text("SERVICE_USER_NAME"), service()),
            Login::Own | Login::Settings => (None, None),
        };
        let mut flags = vec![("user", user.map(str::to_owned)), ("user-domain", domain.map(str::to_owned))];
        if !scope_is_set {
            match (self.script.login, self.text("SUBSERVICE_NAME")) {
                (Login::Subservice, Some(subservice)) => {
                    let project = format!("/{}", subservice.trim_start_matches('/'));
                    flags.extend([("scope", Some("project".to_owned())), ("admin-project", Some(project))]);
                }
                _ => flags.push(("scope", domain.map(|_| "domain".to_owned()))),
            }
            flags.push(("admin-domain", domain.map(str::to_owned)));
        }
        flags.into_iter().filter(|(_, value)| value.is_some()).map(|(flag, value)| (flag.to_owned(), value)).collect()
    }

    /// The words of today with the old ones in their places.
    fn words(&self, today: &str) -> Result<Vec<String>, CliError> {
        let mut words: Vec<String> = Vec::new();
        for word in today.split(' ') {
            let value = match (word, self.text(word)) {
                ("EFFECTIVE", Some(text)) => {
                    words.extend(matches!(text, "True" | "true" | "TRUE").then(|| "--effective".to_owned()));
                    continue;
                }
                ("ATTRIBUTES", Some("" | "[]")) => continue,
                ("ATTRIBUTES", Some(text)) => {
                    words.push("--attrs".to_owned());
                    text
                }
                ("POLICY_FILE", Some(text)) => match template(text) {
                    Some(name) => {
                        words.push("--template".to_owned());
                        words.push(name);
                        continue;
                    }
                    None => text,
                },
                ("TRUSTEE_DOMAIN", _) => {
                    let domain = self.text("TRUSTEE_USER_NAME").and_then(domain_of_component);
                    words.extend(domain.map(|domain| format!("--trustee-domain={domain}")));
                    continue;
                }
                // The scripts were meant to reach Keystone's own role by this name.
                ("ROLE_NAME", Some("Admin")) => "admin",
                (_, Some(text)) => text,
                (word, None) => word,
            };
            push(&mut words, word, value)?;
        }
        Ok(words)
    }
}

/// A value that begins with a dash must not be read as a flag.
fn push(words: &mut Vec<String>, name: &str, value: &str) -> Result<(), CliError> {
    let is_value = name != value || !name.starts_with('-');
    if !is_value || !value.starts_with('-') || (value == "-" && name == "POLICY_FILE") {
        words.push(value.to_owned());
        return Ok(());
    }
    match words.last_mut().filter(|flag| flag.starts_with("--") && !flag.contains('=')) {
        Some(flag) => {
            flag.push('=');
            flag.push_str(value);
            Ok(())
        }
        None => Err(CliError::usage(format!("{name} '{}' begins with a dash", safe(value)))),
    }
}

/// The template of a bundled file: `policy-orion-admin.xml` is `orion-admin`. Scripts knew no other files; a path is a file.
fn template(file: &str) -> Option<String> {
    let name = file.strip_prefix("policy-")?.strip_suffix(".xml")?;
    crate::api::keypass::templates::find(name).map(|template| template.name)
}

/// Where the users of the platform's components live, whom the scripts looked for in the service.
fn domain_of_component(user: &str) -> Option<&'static str> {
    match user {
        "pep" => Some(ADMIN_DOMAIN),
        "iotagent" => Some("Default"),
        _ => None,
    }
}

/// What a script did beside its first command.
fn more(line: &Line<'_>) -> Vec<Vec<String>> {
    let command = |role: &str, template: String| {
        let mut words: Vec<String> = ["policy", "update", role, "--template"].into_iter().map(str::to_owned).collect();
        words.push(template);
        words.extend(line.text("SERVICE_NAME").into_iter().flat_map(|service| ["-s".to_owned(), service.to_owned()]));
        words
    };
    match line.script.after {
        After::CustomerPolicies if line.text("NEW_ROLE_NAME") == Some("ServiceCustomer") => {
            COMPONENTS.map(|component| command("ServiceCustomer", format!("{component}-customer2"))).to_vec()
        }
        After::AllPolicies => COMPONENTS
            .iter()
            .flat_map(|component| ROLES.map(|(role, level)| command(role, format!("{component}-{level}"))))
            .collect(),
        After::Nothing | After::CustomerPolicies => Vec::new(),
    }
}

/// The line for people: quoted for a shell, and each secret from where the old line had it.
pub(super) fn shown(line: &[String], secrets: &[(&'static str, String, Whose)]) -> String {
    let mut words = vec!["orchest".to_owned()];
    words.extend(line.iter().map(|word| shell_word(word)));
    for (_, word, whose) in secrets {
        words.push(given::today(word, *whose == Whose::New));
    }
    words.join(" ")
}

#[cfg(test)]
#[path = "translate_tests.rs"]
mod tests;
