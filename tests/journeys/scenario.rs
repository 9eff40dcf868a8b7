//! A scenario that provisions a service, and what has to hold afterwards: who may log in where, what the list of grants
//! says, and what everybody may do through the PEP.

use std::collections::BTreeSet;

use orchester::sandbox::Backend;

use crate::people::{Verdict, login, policy, send, through_the_pep, token};
use crate::support::whole::Whole;

pub struct Scenario {
    pub service: &'static str,
    pub admin: &'static str,
    pub subservices: &'static [&'static str],
    /// What the service's administrator types after its creation; `-s SERVICE` is added.
    pub lines: &'static [&'static str],
    /// Who has which role where then: `/` is the service itself, `*` is every subservice.
    pub roles: &'static [(&'static str, &'static str, &'static str)],
}

/// What every administrator of a service has.
const ADMINISTRATOR: [(&str, &str); 10] = [
    ("admin", "/"),
    ("ServiceAdminORION", "/"),
    ("ServiceAdminPERSEO", "/"),
    ("ServiceAdminIOTAGENT", "/"),
    ("ServiceAdminSTH", "/"),
    ("SubServiceAdmin", "*"),
    ("SubServiceAdminORION", "*"),
    ("SubServiceAdminPERSEO", "*"),
    ("SubServiceAdminIOTAGENT", "*"),
    ("SubServiceAdminSTH", "*"),
];

/// On stock Keystone whoever has `admin` has these too.
const IMPLIED: [&str; 3] = ["manager", "member", "reader"];

impl Scenario {
    fn places(&self) -> Vec<String> {
        let paths = self.subservices.iter().map(|name| format!("/{name}"));
        [vec!["/".to_owned()], paths.collect()].concat()
    }

    fn people(&self) -> BTreeSet<&str> {
        self.roles.iter().map(|(user, _, _)| *user).chain([self.admin]).collect()
    }

    fn roles_of(&self, user: &str, place: &str) -> BTreeSet<&str> {
        let is_here = |of: &str| of == place || of == "*" && place != "/" || format!("/{of}") == place;
        let own = self.roles.iter().filter(|(of, _, at)| *of == user && is_here(at)).map(|(_, role, _)| *role);
        let standard = ADMINISTRATOR.iter().filter(|(_, at)| user == self.admin && is_here(at));
        own.chain(standard.map(|(role, _)| *role)).collect()
    }

    fn typed(&self, whole: &Whole) {
        let create = ["service", "create", self.service, "--admin-user", self.admin, "--generic-roles"];
        whole.room.run(&[&create[..], &["--new-password-file", "new.pw"]].concat()).success();
        let admin = whole.room_of(self.admin, self.service);
        for line in self.lines {
            let words: Vec<&str> = line.split(' ').chain(["-s", self.service]).collect();
            admin.run(&words).success();
        }
    }

    /// Exactly the expected scopes are granted.
    fn logins(&self, whole: &Whole) {
        for (user, place) in
            self.people().into_iter().flat_map(|user| self.places().into_iter().map(move |at| (user, at)))
        {
            let expected = if self.roles_of(user, &place).is_empty() { 401 } else { 201 };
            let answer = login(whole, self.service, user, &place);
            assert_eq!(answer.status, expected, "{user} at {place}: {}", answer.text());
        }
    }

    /// `role assignments --effective` says what the logins say.
    fn assignments(&self, whole: &Whole, platform: bool) {
        let admin = whole.room_of(self.admin, self.service);
        for place in self.places() {
            let at: Vec<&str> = match place.as_str() {
                "/" => vec![],
                path => vec!["-S", path.trim_start_matches('/')],
            };
            let line = ["role", "assignments", "-s", self.service, "--effective", "-o", "json"];
            let rows = admin.run(&[&line[..], &at].concat()).success().json();
            let on = if place == "/" { "service" } else { place.trim_start_matches('/') };
            let found: BTreeSet<(String, String)> = rows
                .as_array()
                .unwrap()
                .iter()
                .filter(|row| row["on"] == on)
                .map(|row| (row["name"].as_str().unwrap().to_owned(), row["role"].as_str().unwrap().to_owned()))
                .collect();
            let mut expected = BTreeSet::new();
            for user in self.people() {
                let roles = self.roles_of(user, &place);
                let implied = IMPLIED.iter().copied().filter(|_| roles.contains("admin") && !platform);
                let own = roles.iter().copied().chain(implied);
                expected.extend(own.map(|role| (user.to_owned(), role.to_owned())));
            }
            assert_eq!(found, expected, "{} at {place}", self.service);
        }
    }

    /// Through the PEP, everybody may do exactly what the roles there are for.
    fn rights(&self, whole: &Whole) {
        let mut passed = 0;
        for user in self.people() {
            for place in self.places() {
                let roles = self.roles_of(user, &place);
                // Whoever may not log in there still has a token for another place.
                let home = self.places().into_iter().find(|place| !self.roles_of(user, place).is_empty()).unwrap();
                let token = token(whole, self.service, user, if roles.is_empty() { &home } else { &place });
                for (backend, method, target, body, action) in requests() {
                    let request = (method, target, body.as_str());
                    let verdict = through_the_pep(whole, backend, request, (self.service, &place), &token);
                    let what = format!("{user} at {place} of {}, {method} {target}", self.service);
                    match verdict {
                        _ if roles.is_empty() => assert_eq!(verdict, Verdict::NoRoles, "{what}"),
                        Verdict::Passed(status) => {
                            assert!(may(&roles, action), "{what}: {status}");
                            assert!(matches!(status, 200..300 | 404), "{what}: {status}");
                            passed += 1;
                        }
                        verdict => assert!(!may(&roles, action), "{what}: {verdict:?}"),
                    }
                }
            }
        }
        assert!(passed >= requests().len() - 1, "{passed}");
    }
}

/// What is asked of the servers, and the action that it is. Whatever one makes a later one deletes, and the policies of the
/// service stay.
fn requests() -> Vec<(Backend, &'static str, &'static str, String, &'static str)> {
    let subscription = r#"{"subject":{"entities":[{"id":"e"}]},"notification":{"http":{"url":"http://n:1/x"}}}"#;
    let rule = r#"{"name":"r","text":"select *","action":{"type":"update","parameters":{"attributes":[{"name":"a","value":"b"}]}}}"#;
    let unknown = "/v2/subscriptions/5b0c2d3e4f5a6b7c8d9e0f1a";
    let nobody = "/pap/v1/subject/nobody";
    let one = "/pap/v1/subject/nobody/policy/Probe";
    [
        (Backend::Orion, "GET", "/v2/subscriptions", "", "read"),
        (Backend::Orion, "POST", "/v2/subscriptions", subscription, "create"),
        (Backend::Orion, "PATCH", unknown, r#"{"status":"inactive"}"#, "update"),
        (Backend::Orion, "DELETE", unknown, "", "delete"),
        (Backend::Orion, "DELETE", "/v2/entities/nothing", "", "delete"),
        (Backend::Perseo, "GET", "/rules", "", "readRule"),
        (Backend::Perseo, "DELETE", "/rules/r", "", "writeRule"),
        (Backend::Perseo, "POST", "/rules", rule, "writeRule"),
        (Backend::Perseo, "DELETE", "/rules/r", "", "writeRule"),
        (Backend::Perseo, "POST", "/notices", "{}", "notify"),
        (Backend::Keypass, "POST", nobody, &policy("Probe", "orion", &["read"]), "createPolicy"),
        (Backend::Keypass, "GET", nobody, "", "listPolicies"),
        (Backend::Keypass, "GET", one, "", "readPolicy"),
        (Backend::Keypass, "DELETE", one, "", "deletePolicy"),
        (Backend::Keypass, "DELETE", nobody, "", "deleteSubjectPolicies"),
    ]
    .map(|(backend, method, target, body, action)| (backend, method, target, body.to_owned(), action))
    .to_vec()
}

/// The platform's table of what the roles are for, without what no current server asks about.
fn may(roles: &BTreeSet<&str>, action: &str) -> bool {
    roles.iter().any(|role| match *role {
        "admin" | "SubServiceAdmin" => true,
        "SubServiceCustomer" | "ServiceCustomer" => {
            ["read", "readRule", "listPolicies", "readPolicy"].contains(&action)
        }
        role if role.ends_with("AdminORION") => ["create", "update", "delete", "read"].contains(&action),
        role if role.ends_with("AdminPERSEO") => ["readRule", "writeRule", "notify"].contains(&action),
        _ => false,
    })
}

#[track_caller]
pub fn holds(scenario: &Scenario) {
    for platform in [false, true] {
        let whole = Whole::empty(platform);
        whole.sandbox.take_record();
        scenario.typed(&whole);
        let record = whole.sandbox.take_record();
        let scim = record.requests.iter().filter(|request| request.path.contains("SCIM")).count();
        assert!(platform || scim <= 1, "one question whether there is the plug-in, and no more: {scim}");
        scenario.logins(&whole);
        scenario.assignments(&whole, platform);
        if platform {
            scenario.rights(&whole);
            every_policy_may_go_by_the_admin_alone(scenario, &whole);
        }
    }
}

/// Last of all: it leaves the service without policies.
fn every_policy_may_go_by_the_admin_alone(scenario: &Scenario, whole: &Whole) {
    let tenant = ("DELETE", "/pap/v1", "");
    for user in scenario.people() {
        for place in scenario.places() {
            if scenario.roles_of(user, &place).is_empty() || (user, place.as_str()) == (scenario.admin, "/") {
                continue;
            }
            let token = token(whole, scenario.service, user, &place);
            let verdict = through_the_pep(whole, Backend::Keypass, tenant, (scenario.service, &place), &token);
            assert_eq!(verdict, Verdict::Denied, "{user} at {place}");
        }
    }
    let token = token(whole, scenario.service, scenario.admin, "/");
    let answer = send(whole, Backend::Keypass, tenant, (scenario.service, "/"), Some(&token));
    assert_eq!(answer.status, 204, "{}", answer.text());
}
