//! What a sandbox holds at the start: nothing but what a new installation has, a small city, or what a TOML file says.
//! The small city is such a file, `demo.toml`, which shows everything that can stand in one.

use std::path::Path;
use std::str::FromStr;

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::json;

use super::call::Call;
use super::keypass;
use super::keystone::{self, Actor, Domain, Grant, Group, Project, Role, Target, User, new_id};
use super::members::{self, Cast};
use super::orion;
use super::paas;
use super::world::{About, Flavour, Platform};

/// What is there at the start.
#[derive(Clone, Debug)]
pub enum Seed {
    /// As after installing: the administrator and the roles of the identity service.
    Empty,
    /// A small city.
    Demo,
    /// Of a file.
    File(Box<Plan>),
}

/// Why a file is no seed.
#[derive(Debug, thiserror::Error)]
#[error("{place}: {reason}")]
pub struct BadSeed {
    place: String,
    reason: String,
}

/// The services to make.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Plan {
    #[serde(default, rename = "service")]
    services: Vec<ServicePlan>,
    /// Whether there are members at the membership services, and how many of whom nothing is to be told.
    members: Option<Cast>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ServicePlan {
    name: String,
    #[serde(default)]
    description: String,
    /// By their short names.
    #[serde(default)]
    roles: Vec<String>,
    #[serde(default)]
    subservices: Vec<String>,
    /// Whether its roles may do what they usually may.
    #[serde(default)]
    default_policies: bool,
    #[serde(default, rename = "user")]
    users: Vec<UserPlan>,
    #[serde(default, rename = "group")]
    groups: Vec<GroupPlan>,
    #[serde(default, rename = "subscription")]
    subscriptions: Vec<SubscriptionPlan>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct UserPlan {
    name: String,
    email: Option<String>,
    password: Option<String>,
    #[serde(default)]
    grants: Vec<GrantPlan>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct GroupPlan {
    name: String,
    #[serde(default)]
    members: Vec<String>,
    #[serde(default)]
    grants: Vec<GrantPlan>,
}

/// On the service, unless it says a subservice or all of them.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct GrantPlan {
    role: String,
    subservice: Option<String>,
    #[serde(default)]
    inherit: bool,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct SubscriptionPlan {
    /// `/` or a subservice with its slash.
    path: String,
    url: String,
}

const DEMO: &str = include_str!("demo.toml");

impl Seed {
    /// `empty`, `demo`, or a path.
    pub fn read(text: &str) -> Result<Self, BadSeed> {
        match text {
            "empty" => Ok(Self::Empty),
            "demo" => Ok(Self::Demo),
            path => {
                let bad = |reason: String| BadSeed { place: path.to_owned(), reason };
                let text = std::fs::read_to_string(Path::new(path)).map_err(|error| bad(error.to_string()))?;
                let plan: Plan = text.parse().map_err(bad)?;
                Ok(Self::File(Box::new(plan)))
            }
        }
    }

    /// Everything as it is at the start. `policies` are the usual ones, each with the role that it is for.
    pub(super) fn platform(
        &self,
        flavour: &Flavour,
        password: &str,
        policies: &[(String, String)],
        now: Timestamp,
    ) -> Platform {
        let mut platform = Platform { keystone: keystone::bootstrap(now, password), ..Platform::default() };
        if flavour.platform {
            keystone::platform(&mut platform.keystone);
        }
        let plan = match self {
            Self::Empty => Plan::default(),
            Self::Demo => DEMO.parse().unwrap_or_default(),
            Self::File(plan) => (**plan).clone(),
        };
        let about = About { now, flavour, url: "" };
        for service in &plan.services {
            let policies = if service.default_policies { policies } else { &[] };
            let domain = new_id();
            Builder { platform: &mut platform, about: &about, password, policies, domain }.service(service);
        }
        if matches!(self, Self::Demo) {
            paas::seed(&mut platform.paas, now);
        }
        let cast = plan.members.map(|cast| Cast { is_full: true, ..cast });
        members::seed(&mut platform.members, cast.unwrap_or_default(), now);
        platform
    }
}

impl FromStr for Plan {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let plan: Self = toml::from_str(text).map_err(|error| error.to_string())?;
        plan.services.iter().try_for_each(ServicePlan::check)?;
        let mut names: Vec<&str> = plan.services.iter().map(|service| service.name.as_str()).collect();
        names.sort_unstable();
        match names.windows(2).find(|pair| pair.first() == pair.last()) {
            Some(pair) => Err(format!("two services are called {}", pair.concat())),
            None => Ok(plan),
        }
    }
}

impl ServicePlan {
    /// What is named has to be there: a misspelt role would otherwise be missed when it is too late.
    fn check(&self) -> Result<(), String> {
        let grants = self.users.iter().flat_map(|user| &user.grants);
        for grant in grants.chain(self.groups.iter().flat_map(|group| &group.grants)) {
            if grant.role != "admin" && !self.roles.contains(&grant.role) {
                return Err(format!("service {}: there is no role {}", self.name, grant.role));
            }
            if let Some(subservice) = grant.subservice.as_ref().filter(|name| !self.subservices.contains(name)) {
                return Err(format!("service {}: there is no subservice {subservice}", self.name));
            }
        }
        for member in self.groups.iter().flat_map(|group| &group.members) {
            if !self.users.iter().any(|user| user.name == *member) {
                return Err(format!("service {}: there is no user {member}", self.name));
            }
        }
        Ok(())
    }
}

/// Makes one service.
struct Builder<'a> {
    platform: &'a mut Platform,
    about: &'a About<'a>,
    password: &'a str,
    policies: &'a [(String, String)],
    domain: String,
}

impl Builder<'_> {
    fn service(&mut self, plan: &ServicePlan) {
        let data = &mut self.platform.keystone;
        let (name, description) = (plan.name.clone(), Some(plan.description.clone()));
        data.domains.insert(self.domain.clone(), Domain { name, description, enabled: true, extra: json_map(&[]) });
        for role in &plan.roles {
            let name = format!("{}#{role}", self.domain);
            let role = Role { name, domain_id: None, description: None, immutable: false, extra: json_map(&[]) };
            data.roles.insert(new_id(), role);
        }
        for subservice in &plan.subservices {
            let project = Project {
                domain_id: self.domain.clone(),
                parent_id: self.domain.clone(),
                name: format!("/{subservice}"),
                description: Some(String::new()),
                enabled: true,
                extra: json_map(&[]),
            };
            data.projects.insert(new_id(), project);
        }
        for user in &plan.users {
            let id = self.user(user);
            self.grants(&Actor::User(id), &user.grants);
        }
        for group in &plan.groups {
            let id = self.group(group);
            self.grants(&Actor::Group(id), &group.grants);
        }
        for (role, text) in self.policies {
            self.policy(&plan.name, role, text);
        }
        for subscription in &plan.subscriptions {
            self.subscription(&plan.name, subscription);
        }
    }

    /// The id of a role of the service, or of Keystone's own.
    fn role(&self, name: &str) -> Option<String> {
        let name = if name == "admin" { name.to_owned() } else { format!("{}#{name}", self.domain) };
        let mut roles = self.platform.keystone.roles.iter();
        roles.find(|(_, role)| role.name == name).map(|(id, _)| id.clone())
    }

    fn user(&mut self, plan: &UserPlan) -> String {
        let id = new_id();
        let extra: Vec<(&str, &str)> = plan.email.iter().map(|email| ("email", email.as_str())).collect();
        let user = User {
            domain_id: self.domain.clone(),
            name: plan.name.clone(),
            enabled: true,
            password: Some(plan.password.clone().unwrap_or_else(|| self.password.to_owned())),
            password_expires_at: None,
            default_project_id: None,
            tokens_valid_from: None,
            extra: json_map(&extra),
        };
        self.platform.keystone.users.insert(id.clone(), user);
        id
    }

    fn group(&mut self, plan: &GroupPlan) -> String {
        let id = new_id();
        let data = &mut self.platform.keystone;
        let of_group =
            |(_, user): &(&String, &User)| user.domain_id == self.domain && plan.members.contains(&user.name);
        let members = data.users.iter().filter(of_group).map(|(id, _)| id.clone()).collect();
        let (name, domain_id) = (plan.name.clone(), self.domain.clone());
        let group = Group { domain_id, name, description: Some(String::new()), members, extra: json_map(&[]) };
        data.groups.insert(id.clone(), group);
        id
    }

    fn grants(&mut self, actor: &Actor, plans: &[GrantPlan]) {
        for plan in plans {
            let role = self.role(&plan.role);
            let data = &mut self.platform.keystone;
            let project = plan.subservice.as_ref().and_then(|subservice| {
                let name = format!("/{subservice}");
                let mut projects = data.projects.iter();
                let found = projects.find(|(_, project)| project.domain_id == self.domain && project.name == name);
                found.map(|(id, _)| id.clone())
            });
            let target = project.map_or_else(|| Target::Domain(self.domain.clone()), Target::Project);
            if let Some(role_id) = role {
                data.grants.insert(Grant { target, actor: actor.clone(), role_id, inherited: plan.inherit });
            }
        }
    }

    /// For a role that the service has. By the way that everybody else's come, so that it is one that could have been made.
    fn policy(&mut self, service: &str, role: &str, text: &str) {
        let Some(role) = self.role(role) else { return };
        let call = Call::new("POST", &format!("/pap/v1/subject/{role}"))
            .with_header("Fiware-Service", service)
            .with_header("Content-Type", "application/xml")
            .with_body(text);
        keypass::answer(&mut self.platform.keypass, &call);
    }

    /// By the same way.
    fn subscription(&mut self, service: &str, plan: &SubscriptionPlan) {
        let body = json!({
            "subject": {"entities": [{"idPattern": ".*"}], "condition": {"attrs": ["TimeInstant"]}},
            "notification": {"attrs": [], "http": {"url": plan.url}},
        });
        let call = Call::new("POST", "/v2/subscriptions")
            .with_header("Fiware-Service", service)
            .with_header("Fiware-ServicePath", &plan.path)
            .with_header("Content-Type", "application/json")
            .with_header("Content-Length", "1")
            .with_body(body.to_string());
        orion::answer(&mut self.platform.orion, self.about, &call);
    }
}

fn json_map(pairs: &[(&str, &str)]) -> serde_json::Map<String, serde_json::Value> {
    pairs.iter().map(|(key, value)| ((*key).to_owned(), json!(value))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seeded(seed: &Seed) -> Platform {
        seed.platform(&Flavour::default(), "hush", &[], Timestamp::UNIX_EPOCH)
    }

    #[test]
    fn the_small_city_is_a_good_file_and_all_of_it_arrives() {
        let plan: Plan = DEMO.parse().unwrap();
        let platform = seeded(&Seed::Demo);
        let data = &platform.keystone;
        let (city, service) = (&plan.services[0], data.domains.values().find(|domain| domain.name == "smartcity"));
        assert!(service.is_some_and(|service| service.enabled));
        let wanted: usize = city.users.iter().map(|user| user.grants.len()).sum::<usize>()
            + city.groups.iter().map(|group| group.grants.len()).sum::<usize>();
        let empty = seeded(&Seed::Empty);
        assert_eq!(data.grants.len(), empty.keystone.grants.len() + wanted);
        assert_eq!(data.users.len(), empty.keystone.users.len() + city.users.len());
        assert_eq!(data.roles.len(), empty.keystone.roles.len() + 19);
        assert!(data.groups.values().any(|group| !group.members.is_empty()));
        assert_ne!(serde_json::to_value(&platform.orion).unwrap(), serde_json::to_value(&empty.orion).unwrap());
    }

    #[test]
    fn policies_are_bound_to_the_roles_that_a_service_has_if_it_wants_any() {
        let bound = |seed: &str| {
            let policy = |id: &str, role: &str| {
                let text = keypass::samples::default_policy(id, "orion", "read");
                (role.to_owned(), text)
            };
            let policies = [policy("One", "Reader"), policy("Two", "Writer"), policy("Three", "admin")];
            let seed = Seed::File(Box::new(seed.parse().unwrap()));
            let platform = seed.platform(&Flavour::default(), "hush", &policies, Timestamp::UNIX_EPOCH);
            let stored = serde_json::to_value(&platform.keypass).unwrap();
            let ids = stored["policies"]["a"].as_object().map(|policies| policies.keys().cloned().collect::<Vec<_>>());
            ids.unwrap_or_default()
        };
        let service = "[[service]]\nname = 'a'\nroles = ['Reader']\n";
        assert_eq!(bound(service), Vec::<String>::new());
        assert_eq!(bound(&format!("{service}default_policies = true")), ["One", "Three"]);
    }

    #[test]
    fn a_file_that_names_what_is_not_there_is_refused() {
        let table = [
            ("[[service]]\nname = 'a'\n[[service.user]]\nname = 'u'\ngrants = [{ role = 'R' }]", "no role R"),
            (
                "[[service]]\nname = 'a'\nroles = ['R']\n[[service.user]]\nname = 'u'\ngrants = [{ role = 'R', subservice = 's' }]",
                "no subservice s",
            ),
            ("[[service]]\nname = 'a'\n[[service.group]]\nname = 'g'\nmembers = ['u']", "no user u"),
            ("[[service]]\nname = 'a'\n[[service]]\nname = 'a'", "two services"),
            ("[[service]]\nname = 'a'\ncolour = 'red'", "unknown field `colour`"),
            ("[[service", "TOML parse error"),
        ];
        for (text, reason) in table {
            let error = text.parse::<Plan>().unwrap_err();
            assert!(error.contains(reason), "{text}: {error}");
        }
        assert!(Seed::read("/nowhere/seed.toml").unwrap_err().to_string().starts_with("/nowhere/seed.toml: "));
    }
}
