//! The one table of settings. Loading, editing, showing, validating, the example file and the help page all read it.

use super::connectors;
use super::kind::Kind;
use super::mask;
use super::modules;

/// One setting.
#[derive(Debug)]
pub(crate) struct Key {
    /// Dotted, as in `keystone.host`.
    pub(crate) name: &'static str,
    /// What it wants.
    pub(crate) kind: Kind,
    /// The variables that set it, the first that is set wins within its layer (see `environment.rs`).
    pub(crate) env: &'static [&'static str],
    /// What holds if nobody says anything, in the form it would be typed.
    pub(crate) default: Option<&'static str>,
    /// One line for people.
    pub(crate) help: &'static str,
    /// Whether values beneath it may be secret; they are masked wherever settings are shown.
    pub(crate) secret: bool,
    /// Whether a file of the working directory may set it before the user vouched for that file.
    pub(crate) project_safe: bool,
}

impl Key {
    const fn new(name: &'static str, kind: Kind, env: &'static [&'static str], help: &'static str) -> Self {
        Self { name, kind, env, default: None, help, secret: false, project_safe: true }
    }

    const fn or(mut self, default: &'static str) -> Self {
        self.default = Some(default);
        self
    }

    /// Starts programs, opens files, weakens TLS or turns a safety off: not for strangers.
    const fn guarded(mut self) -> Self {
        self.project_safe = false;
        self
    }

    /// How many segments its name has.
    fn depth(&self) -> usize {
        self.name.split('.').count()
    }

    const fn holding_secrets(mut self) -> Self {
        self.secret = true;
        self
    }
}

const PROTOCOLS: Kind = Kind::OneOf(&["http", "https"]);

/// Names of the back ends, with the protocol and port that hold where only a host is known. The `paas` and its `im` are
/// reached over the open internet, the platform's parts from inside their own network; hence the two protocols.
pub(super) const BACKENDS: &[(&str, &str, Option<u16>)] = &[
    ("keystone", "http", Some(5000)),
    ("keypass", "http", Some(7070)),
    ("orion", "http", Some(1026)),
    ("perseo", "http", Some(9090)),
    ("orchestrator", "http", Some(8084)),
    ("paas", "https", None),
    ("iotagent", "http", Some(4041)),
    ("im", "https", Some(8800)),
];

macro_rules! table {
    ($($name:literal $variable:literal [$($foreign:literal),*] $what:literal;)* => $($rest:expr,)*) => {
        &[$(
            Key::new(concat!($name, ".url"), Kind::Url, &[concat!("ORCHEST_", $variable), $($foreign),*],
                concat!("address of ", $what, ", in place of protocol, host and port")),
            Key::new(concat!($name, ".protocol"), PROTOCOLS, &[concat!("ORCHEST_", $variable, "_PROTOCOL")],
                concat!("protocol of ", $what)),
            Key::new(concat!($name, ".host"), Kind::Host, &[concat!("ORCHEST_", $variable, "_HOST")],
                concat!("host of ", $what)),
            Key::new(concat!($name, ".port"), Kind::Port, &[concat!("ORCHEST_", $variable, "_PORT")],
                concat!("port of ", $what)),
            Key::new(concat!($name, ".cacert"), Kind::Path, &[concat!("ORCHEST_", $variable, "_CACERT")],
                concat!("certificate authority of ", $what, " alone")).guarded(),
            Key::new(concat!($name, ".insecure"), Kind::Switch, &[concat!("ORCHEST_", $variable, "_INSECURE")],
                concat!("do not check the certificate of ", $what)).guarded(),
        )* $($rest,)*]
    };
}

/// Every setting there is.
pub(crate) static KEYS: &[Key] = table! {
    "keystone" "KEYSTONE" ["OS_AUTH_URL"] "Keystone, the identity service";
    "keypass" "KEYPASS" [] "Keypass, the access control";
    "orion" "ORION" [] "Orion, the context broker";
    "perseo" "PERSEO" [] "Perseo, the rules engine";
    "orchestrator" "ORCHESTRATOR" [] "the IoT orchestrator";
    "paas" "PAAS" ["ORCHENT_URL", "ORCHESTRATOR_URL"] "the PaaS orchestrator";
    "iotagent" "IOTAGENT" [] "the IoT agent";
    "im" "IM" [] "the Infrastructure Manager";
    =>
    Key::new("keystone.scim", Kind::OneOf(&["auto", "on", "off"]), &["ORCHEST_KEYSTONE_SCIM"],
        "use the SCIM plug-in where that saves requests; auto asks the server once a month").or("auto"),
    Key::new("keypass.pep", Kind::Switch, &["ORCHEST_KEYPASS_PEP"], "a PEP stands before Keypass").or("false"),
    Key::new("orion.pep", Kind::Switch, &["ORCHEST_ORION_PEP"], "a PEP stands before Orion").or("false"),
    Key::new("perseo.pep", Kind::Switch, &["ORCHEST_PERSEO_PEP"], "a PEP stands before Perseo").or("false"),
    Key::new("iotagent.pep", Kind::Switch, &["ORCHEST_IOTAGENT_PEP"], "a PEP stands before the IoT agent").or("false"),
    Key::new("ldap.url", Kind::DirectoryUrl, &["ORCHEST_LDAP"], "address of the directory, the LDAP server of the platform"),
    Key::new("ldap.basedn", Kind::Text, &["ORCHEST_LDAP_BASEDN"], "entry of the directory below which everything lies")
        .or("dc=openstack,dc=org"),
    Key::new("ldap.admin", Kind::Text, &["ORCHEST_LDAP_ADMIN"], "administrator of the directory: its cn below the base"),
    Key::new("ldap.password_file", Kind::Path, &["ORCHEST_LDAP_PASSWORD_FILE"],
        "file that holds the password of that administrator").guarded(),
    Key::new("ldap.password_command", Kind::Command, &["ORCHEST_LDAP_PASSWORD_COMMAND"],
        "program that prints the password of that administrator").guarded(),
    Key::new("ldap.starttls", Kind::Switch, &["ORCHEST_LDAP_STARTTLS"],
        "encrypt a connection to ldap:// before anything is said").or("false").guarded(),
    Key::new("ldap.cacert", Kind::Path, &["ORCHEST_LDAP_CACERT"], "certificate authority of the directory alone").guarded(),
    Key::new("paas.oidc_account", Kind::Text, &["ORCHEST_OIDC_ACCOUNT", "ORCHENT_AGENT_ACCOUNT", "OIDC_ACCOUNT"],
        "account of oidc-agent that gives tokens for the PaaS"),
    Key::new("paas.dialect", Kind::OneOf(&["auto", "v1", "indigo"]), &["ORCHEST_PAAS_DIALECT"],
        "which kind of orchestrator it is; auto finds out once a month").or("auto"),
    Key::new("paas.stalled_after", Kind::Duration, &["ORCHEST_PAAS_STALLED_AFTER"],
        "when a deployment that does not move counts as stuck"),
    Key::new("paas.issuer", Kind::Url, &["ORCHEST_PAAS_ISSUER"], "issuer to log in at for the PaaS").guarded(),
    Key::new("paas.client_id", Kind::Text, &["ORCHEST_PAAS_CLIENT_ID"], "client that the issuer knows this program as"),
    Key::new("paas.client_secret_file", Kind::Path, &["ORCHEST_PAAS_CLIENT_SECRET_FILE"],
        "file that holds the secret of that client").guarded(),
    Key::new("paas.client_secret_command", Kind::Command, &["ORCHEST_PAAS_CLIENT_SECRET_COMMAND"],
        "program that prints the secret of that client").guarded(),
    Key::new("paas.scopes", Kind::Text, &["ORCHEST_PAAS_SCOPES"], "what a login for the PaaS asks the issuer for")
        .or("openid profile email offline_access"),
    Key::new("paas.token_file", Kind::Path, &["ORCHEST_PAAS_TOKEN_FILE"], "file that holds a token for the PaaS")
        .guarded(),
    Key::new("paas.token_command", Kind::Command, &["ORCHEST_PAAS_TOKEN_COMMAND"],
        "program that prints a token for the PaaS").guarded(),
    // A stranger's alias would send a deletion to another deployment.
    Key::new("paas.alias", Kind::Table, &[], "ids of deployments, by what you call them").guarded(),
    Key::new("im.auth_file", Kind::Path, &["ORCHEST_IM_AUTH_FILE"],
        "file with further lines of authorization for the Infrastructure Manager").guarded(),
    Key::new("auth.user", Kind::Text, &["ORCHEST_USER", "OS_USERNAME"], "who logs in"),
    Key::new("auth.user_domain", Kind::Text, &["ORCHEST_USER_DOMAIN", "OS_USER_DOMAIN_NAME"],
        "domain (service) of that user").or("Default"),
    Key::new("auth.scope", Kind::OneOf(&["project", "system", "domain"]), &["ORCHEST_SCOPE", "OS_SYSTEM_SCOPE"],
        "scope of the login; left out, it follows from what is named"),
    Key::new("auth.project", Kind::Text, &["ORCHEST_PROJECT", "OS_PROJECT_NAME"], "project of a project scope"),
    Key::new("auth.project_domain", Kind::Text, &["ORCHEST_PROJECT_DOMAIN", "OS_PROJECT_DOMAIN_NAME"],
        "domain of that project; left out, the user's"),
    Key::new("auth.domain", Kind::Text, &["ORCHEST_DOMAIN", "OS_DOMAIN_NAME"], "domain of a domain scope"),
    Key::new("auth.password_file", Kind::Path, &["ORCHEST_PASSWORD_FILE"], "file that holds the password").guarded(),
    Key::new("auth.password_command", Kind::Command, &["ORCHEST_PASSWORD_COMMAND"],
        "program that prints the password").guarded(),
    Key::new("auth.token_file", Kind::Path, &["ORCHEST_TOKEN_FILE"], "file that holds a token").guarded(),
    Key::new("auth.store", Kind::OneOf(&["keyring", "file"]), &["ORCHEST_STORE"],
        "where secrets are kept when asked to").or("keyring").guarded(),
    Key::new("service", Kind::Text, &["ORCHEST_SERVICE"], "service to work in where -s is not given"),
    Key::new("subservice", Kind::Text, &["ORCHEST_SUBSERVICE"], "subservice to work in where -S is not given"),
    Key::new("output.format", Kind::OneOf(&["table", "wide", "json", "jsonl", "yaml", "csv", "tsv", "value", "name"]),
        &["ORCHEST_OUTPUT"], "format of what is printed").or("table"),
    Key::new("output.color", Kind::OneOf(&["auto", "always", "never"]),
        &["ORCHEST_COLOR", "NO_COLOR", "CLICOLOR_FORCE"], "colour").or("auto"),
    Key::new("output.accessible", Kind::Switch, &["ORCHEST_ACCESSIBLE"],
        "nothing on a terminal is drawn over again, for screen readers").or("false"),
    Key::new("http.connect_timeout", Kind::Duration, &["ORCHEST_CONNECT_TIMEOUT"],
        "limit for making a connection").or("10s"),
    Key::new("http.idle_timeout", Kind::Duration, &["ORCHEST_IDLE_TIMEOUT"],
        "limit for waiting for the next byte").or("60s"),
    Key::new("http.timeout", Kind::Duration, &["ORCHEST_TIMEOUT"], "limit for a command without progress").or("5m"),
    Key::new("http.retries", Kind::Count(0, 20), &["ORCHEST_RETRIES"], "how often a request is tried in all").or("4"),
    Key::new("http.parallel", Kind::Count(1, 64), &["ORCHEST_PARALLEL"], "requests under way at once").or("16"),
    Key::new("http.cacert", Kind::Path, &["ORCHEST_CACERT", "OS_CACERT", "ORCHENT_CAFILE", "SSL_CERT_FILE"],
        "certificate authorities to trust, instead of the system's").guarded(),
    Key::new("http.cert", Kind::Path, &["ORCHEST_CERT", "OS_CERT"], "client certificate").guarded(),
    Key::new("http.key", Kind::Path, &["ORCHEST_KEY", "OS_KEY"], "key of the client certificate").guarded(),
    Key::new("http.insecure", Kind::Switch, &["ORCHEST_INSECURE"], "do not check any certificate").or("false").guarded(),
    Key::new("http.proxy", Kind::Text, &["ORCHEST_PROXY"], "proxy for all requests, in place of the variables")
        .guarded(),
    Key::new("allow_http", Kind::Switch, &["ORCHEST_ALLOW_HTTP"],
        "allow a password over plain http to another machine").or("false").guarded(),
    Key::new("protected", Kind::Switch, &["ORCHEST_PROTECTED"],
        "destructive commands ask for the name of the context").or("false").guarded(),
    Key::new("jobs", Kind::Count(1, 64), &["ORCHEST_JOBS"], "items of a bulk under way at once").or("4"),
    Key::new("lock_timeout", Kind::Duration, &["ORCHEST_LOCK_TIMEOUT"],
        "how long to wait for another run that works on the same thing").or("0s"),
    Key::new("name_cache", Kind::Switch, &["ORCHEST_NAME_CACHE"],
        "keep names that commands came by, for completion in shells").or("true"),
    Key::new("context", Kind::Text, &["ORCHEST_CONTEXT"], "context in use"),
    Key::new("os_cloud", Kind::Text, &["ORCHEST_OS_CLOUD", "OS_CLOUD"], "cloud of a clouds.yaml to take settings from"),
    Key::new("default_connector", Kind::Text, &["ORCHEST_CONNECTOR"], "connector where -c is not given"),
    Key::new("connector", Kind::Table, &[], "settings of one connector, by its name").holding_secrets(),
    Key::new("module", Kind::Table, &[], "notify URL and alias of an IoT module, by its name").guarded(),
    Key::new("defaults", Kind::Table, &[], "how the results of one command look, by its noun and verb"),
};

/// The setting of that dotted name.
pub(crate) fn find(name: &str) -> Option<&'static Key> {
    KEYS.iter().find(|key| key.name == name)
}

/// What a place in a file is.
#[derive(Debug, Clone, Copy)]
pub(super) enum Place {
    /// A setting.
    Known(&'static Key),
    /// Somewhere beneath a table that is somebody else's business.
    Free(&'static Key),
    /// A table that has settings beneath it.
    Group,
    /// Nothing.
    Unknown,
}

/// What stands at the path.
pub(super) fn place(segments: &[String]) -> Place {
    if segments.is_empty() {
        return Place::Group;
    }
    let table = |length: usize| {
        let key = find(&dotted(segments.get(..length)?)).filter(|key| key.kind == Kind::Table)?;
        Some(if length == segments.len() { Place::Known(key) } else { Place::Free(key) })
    };
    if let Some(place) = (1..=segments.len()).find_map(table) {
        return place;
    }
    let name = dotted(segments);
    if let Some(key) = find(&name) {
        return Place::Known(key);
    }
    let group = format!("{name}.");
    if KEYS.iter().any(|key| key.name.starts_with(&group)) { Place::Group } else { Place::Unknown }
}

/// The path as one name; segments that are not plain words are quoted as in TOML.
pub(crate) fn dotted<S: AsRef<str>>(segments: &[S]) -> String {
    let mut name = String::new();
    for segment in segments {
        if !name.is_empty() {
            name.push('.');
        }
        name.push_str(&toml_edit::Key::new(segment.as_ref()).display_repr());
    }
    name
}

/// The segments of a dotted name; `None` if it is not one.
pub(crate) fn segments(name: &str) -> Option<Vec<String>> {
    let keys = toml_edit::Key::parse(name).ok()?;
    Some(keys.iter().map(|key| key.get().to_owned()).collect())
}

/// Whether the value at this dotted name must not be shown, nor taken from a command line.
pub(crate) fn is_secret(name: &str) -> bool {
    let Some(segments) = segments(name) else { return false };
    let inner = without_context(&segments);
    matches!(place(inner), Place::Free(_)) && inner.last().is_some_and(|leaf| mask::is_secret_name(leaf))
}

/// Whether an unvouched file of the working directory may set the value at this path.
pub(super) fn is_project_safe(segments: &[String]) -> bool {
    match place(segments) {
        Place::Known(key) => key.project_safe,
        Place::Free(key) => {
            key.project_safe && segments.iter().skip(key.depth()).all(|segment| !is_guarded_name(segment))
        }
        Place::Group | Place::Unknown => false,
    }
}

/// In tables nobody interprets here, the name alone must tell what starts programs, opens files or weakens TLS.
fn is_guarded_name(name: &str) -> bool {
    const GUARDED: &[&str] = &[
        "command", "helper", "exec", "path", "file", "store", "proxy", "insecure", "verify", "cacert", "cert", "http",
        "yes",
    ];
    mask::words(name).iter().any(|word| GUARDED.contains(&word.as_str()))
}

/// The path within a context, or the path itself.
pub(super) fn without_context(segments: &[String]) -> &[String] {
    match segments {
        [first, _, rest @ ..] if first == "contexts" => rest,
        _ => segments,
    }
}

/// The known key somebody most likely meant.
pub(crate) fn nearest_key(name: &str) -> Option<String> {
    let segments = segments(name)?;
    let inner = without_context(&segments);
    let name = &dotted(inner);
    let near = match inner {
        [table, _, ..] if table == "connector" => connectors::nearest(inner),
        [table, _, ..] if table == "module" => modules::nearest(inner),
        _ => nearest_of_all(name),
    };
    // A right name in the wrong place, such as `context` inside a context, is not a slip of the finger.
    near.filter(|near| near != name)
}

fn nearest_of_all(name: &str) -> Option<String> {
    let longer = [format!("{name}_"), format!("{name}.")];
    if let Some(key) = KEYS.iter().find(|key| longer.iter().any(|start| key.name.starts_with(start))) {
        return Some(key.name.to_owned());
    }
    let groups = KEYS.iter().filter_map(|key| key.name.split_once('.').map(|(group, _)| group));
    nearest(name, KEYS.iter().map(|key| key.name).chain(groups))
}

/// The most similar of several names, if any is similar enough to be a slip of the finger.
pub(crate) fn nearest<'a>(name: &str, among: impl IntoIterator<Item = &'a str>) -> Option<String> {
    let limit = (name.chars().count() / 3).clamp(1, 3);
    let distance = |other: &str| strsim::damerau_levenshtein(&name.to_lowercase(), &other.to_lowercase());
    among
        .into_iter()
        .map(|other| (distance(other), other))
        .filter(|(distance, _)| *distance <= limit)
        .min()
        .map(|(_, other)| other.to_owned())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn the_table_is_consistent() {
        let mut names = BTreeSet::new();
        let mut variables = BTreeSet::new();
        for key in KEYS {
            assert!(names.insert(key.name), "{} twice", key.name);
            assert!(key.env.iter().all(|variable| variables.insert(*variable)), "a variable of {} twice", key.name);
            assert!(key.kind == Kind::Table || key.env.first().is_some_and(|own| own.starts_with("ORCHEST_")));
            assert!(!key.help.is_empty() && !key.help.ends_with('.'), "{}", key.name);
            if let Some(default) = key.default {
                assert!(key.kind.read_text(default).is_some(), "default of {}", key.name);
            }
        }
        for (backend, _, _) in BACKENDS {
            assert!(names.contains(format!("{backend}.url").as_str()), "{backend}");
        }
    }

    #[test]
    fn what_starts_programs_or_weakens_tls_is_not_for_strangers() {
        for name in [
            "auth.password_command",
            "auth.password_file",
            "auth.token_file",
            "auth.store",
            "allow_http",
            "protected",
            "http.proxy",
            "http.cert",
            "http.key",
            "http.cacert",
            "http.insecure",
            "orion.cacert",
            "ldap.password_file",
            "ldap.password_command",
            "ldap.starttls",
            "ldap.cacert",
            "paas.insecure",
            "paas.issuer",
            "paas.client_secret_file",
            "paas.client_secret_command",
            "paas.token_file",
            "paas.token_command",
            "module.sth.notify_url",
            "paas.alias.kafka",
            "connector.g_drive.token_path",
            "connector.x.token_command",
            "connector.x.tokenCommand",
            "connector.x.httpProxy",
            "defaults.\"service delete\".yes",
        ] {
            assert!(!is_project_safe(&segments(name).unwrap()), "{name}");
        }
        for name in
            ["keystone.host", "auth.user", "service", "connector.github.token", "defaults.\"user list\".columns"]
        {
            assert!(is_project_safe(&segments(name).unwrap()), "{name}");
        }
    }

    #[test]
    fn the_nearest_key() {
        for (typed, meant) in [
            ("keystone.hots", Some("keystone.host")),
            ("keystne", Some("keystone")),
            ("keystone", Some("keystone.url")),
            ("auth.password", Some("auth.password_file")),
            ("contexts.prod.auth.usr", Some("auth.user")),
            ("connector.github.team", Some("connector.github.teams")),
            ("connector.github.token", None),
            ("module.STH.notify", None),
            ("module.STH", Some("module.STH.notify_url")),
            ("completely.different.thing", None),
        ] {
            assert_eq!(nearest_key(typed).as_deref(), meant, "{typed}");
        }
    }

    #[test]
    fn names_with_odd_characters_survive() {
        for path in [vec!["defaults", "user list", "columns"], vec!["connector", "a.b", "\"q'"], vec!["connector", ""]]
        {
            assert_eq!(segments(&dotted(&path)).unwrap(), path);
        }
    }

    #[test]
    fn secrets_are_known_by_name() {
        assert!(is_secret("connector.github.token"));
        assert!(is_secret("contexts.prod.connector.trello.api_key"));
        assert!(!is_secret("connector.github.organisation"));
        assert!(!is_secret("auth.token_file"));
    }
}
