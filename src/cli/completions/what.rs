//! Which argument is completed with what. A value that is one of a few words says so itself, and so does a file.

use super::super::context::Backend;
use super::super::seen;

/// What a value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum What {
    /// The name of something that servers have: of these kinds.
    Name(&'static [Kind]),
    /// A deployment: a name that it was given here, an alias, `last`, or an id.
    Deployment,
    /// A stored template, or a file.
    TemplateOrFile,
    Connector,
    Context,
    Module,
    PolicyTemplate,
    Script,
    /// A command that was run here.
    Run,
    /// One that failed or did not finish.
    RunToResume,
    Setting,
    /// What the setting wants that was named before it.
    ValueOfSetting,
    Column,
    Format,
    Topic,
    State,
    /// What a sandbox starts with: a word, or a file.
    Seed,
    /// A file.
    File,
    /// A name that is to be new, a text, a number, an address: nobody knows it beforehand.
    Own,
}

/// Where the names of one kind are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Kind {
    pub(super) name: &'static str,
    pub(super) backend: Backend,
    pub(super) within: Within,
}

/// In which service names are looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Within {
    Server,
    /// That of `-s`, or of the settings; without one, any.
    Service,
    /// That in which whoever logs in lives.
    UserDomain,
    /// No service, but the deployment that the line names.
    Deployment,
}

const fn kind(name: &'static str, backend: Backend, within: Within) -> Kind {
    Kind { name, backend, within }
}

const fn keystone(name: &'static str) -> Kind {
    kind(name, Backend::Keystone, Within::Service)
}

const SERVICE: What = What::Name(&[kind("service", Backend::Keystone, Within::Server)]);
const SUBSERVICE: What = What::Name(&[keystone("subservice")]);
const USER: What = What::Name(&[keystone("user")]);
const GROUP: What = What::Name(&[keystone("group")]);
const LOGIN: What = What::Name(&[kind("user", Backend::Keystone, Within::UserDomain)]);
/// Of the service, and Keystone's own.
const ROLE: What = What::Name(&[keystone("role"), kind("role", Backend::Keystone, Within::Server)]);
const POLICY: What = What::Name(&[kind(seen::POLICY, Backend::Keypass, Within::Service)]);
const SUBSCRIPTION: What = What::Name(&[kind(seen::SUBSCRIPTION, Backend::Orion, Within::Service)]);
const TEMPLATE: What = What::Name(&[STORED]);
pub(super) const STORED: Kind = kind(seen::TEMPLATE, Backend::Paas, Within::Server);
pub(super) const DEPLOYMENT: Kind = kind(seen::DEPLOYMENT, Backend::Paas, Within::Server);
const TRUST: What = What::Name(&[kind(seen::TRUST, Backend::Keystone, Within::Server)]);
const SCHEDULE: What = What::Name(&[kind(seen::SCHEDULE, Backend::Paas, Within::Server)]);
const NODE: What = What::Name(&[kind(seen::NODE, Backend::Paas, Within::Deployment)]);
const PAAS_USER: What = What::Name(&[kind(seen::PAAS_USER, Backend::Paas, Within::Server)]);

/// Under these commands the argument of this id is that; the longest path that fits counts, and one of no words is every
/// command. Of a verb that makes something the names are new.
const TABLE: &[(&str, &[&str], What)] = &[
    ("", &["service", "user_domain", "admin_domain", "trustee_domain"], SERVICE),
    ("", &["subservice"], SUBSERVICE),
    ("", &["user"], LOGIN),
    ("", &["context", "confirm"], What::Context),
    ("", &["connector"], What::Connector),
    ("", &["output"], What::Format),
    ("", &["columns", "sort_by"], What::Column),
    ("", &["admin_user", "tenant_user", "of_user", "of", "trustor", "trustee"], USER),
    ("", &["of_group"], GROUP),
    ("", &["deployment", "deployments"], What::Deployment),
    ("", &["modules"], What::Module),
    ("service create", &["name", "admin_user"], What::Own),
    ("service", &["name", "names"], SERVICE),
    ("subservice create", &["name"], What::Own),
    ("subservice", &["name", "names"], SUBSERVICE),
    ("user create", &["names"], What::Own),
    ("user", &["name", "names"], USER),
    ("user", &["groups"], GROUP),
    ("user", &["roles"], ROLE),
    ("group create", &["names"], What::Own),
    ("group member", &["names"], USER),
    ("group", &["name", "names", "group"], GROUP),
    ("group", &["roles"], ROLE),
    ("role create", &["names"], What::Own),
    ("role", &["name", "names", "role"], ROLE),
    ("role", &["users"], USER),
    ("role", &["groups"], GROUP),
    ("policy templates", &["name"], What::PolicyTemplate),
    ("policy update", &["template"], What::PolicyTemplate),
    ("policy", &["role"], ROLE),
    ("policy", &["policy", "names", "policy_id"], POLICY),
    ("policy", &["action"], What::Own),
    ("module", &["names"], What::Module),
    ("subscription", &["id", "ids"], SUBSCRIPTION),
    ("resource", &["node", "nodes"], NODE),
    ("trust create", &["roles"], ROLE),
    ("trust", &["id", "names"], TRUST),
    ("deployment list", &["status", "exclude_status"], What::State),
    ("deployment", &["template"], What::TemplateOrFile),
    ("deployment owner", &["who"], What::Own),
    ("template inputs", &["template"], What::TemplateOrFile),
    ("template", &["template", "names"], TEMPLATE),
    ("paas user", &["who", "_who", "names"], PAAS_USER),
    ("paas ssh-key", &["who"], PAAS_USER),
    ("paas schedule", &["id"], SCHEDULE),
    ("members", &["ids"], What::Own),
    ("check", &["ids"], What::Own),
    ("add", &["ids"], What::Own),
    ("rm", &["ids"], What::Own),
    ("generate", &["which"], What::Connector),
    ("audit", &["run"], What::Run),
    ("audit resume", &["run"], What::RunToResume),
    ("api", &["method", "path"], What::Own),
    ("doctor", &["targets"], What::Own),
    ("man", &["command"], What::Own),
    ("schema", &["command"], What::Own),
    ("platform loglevel", &["level"], What::Own),
    ("platform ldap", &["name", "names", "group", "pattern"], What::Own),
    ("config get", &["key"], What::Setting),
    ("config set", &["key"], What::Setting),
    ("config set", &["value"], What::ValueOfSetting),
    ("config unset", &["key"], What::Setting),
    ("config context add", &["name"], What::Own),
    ("config context", &["name", "old"], What::Context),
    ("config context", &["new"], What::Own),
    ("legacy", &["script"], What::Script),
    ("legacy", &["arguments", "words"], What::Own),
    ("sandbox", &["command"], What::File),
    ("sandbox", &["fault"], What::Own),
    ("sandbox", &["seed"], What::Seed),
    ("help", &["topic"], What::Topic),
];

/// What the argument of this id is under these commands, where the table says so.
pub(super) fn of(path: &[&str], id: &str) -> Option<What> {
    let fitting = TABLE.iter().filter(|(_, ids, _)| ids.contains(&id)).filter_map(|(start, _, what)| {
        let start: Vec<&str> = start.split_whitespace().collect();
        path.starts_with(&start).then_some((start.len(), *what))
    });
    fitting.max_by_key(|(length, _)| *length).map(|(_, what)| what)
}

/// Every line of the table: path and id.
#[cfg(all(test, feature = "sandbox", feature = "oauth"))]
pub(super) fn lines() -> impl Iterator<Item = (&'static str, &'static str)> {
    TABLE.iter().flat_map(|(path, ids, _)| ids.iter().map(move |id| (*path, *id)))
}
