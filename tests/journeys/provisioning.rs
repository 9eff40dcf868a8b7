//! The provisioning scenarios that the platform's users have (SmartCity, Tecnoport, …), as lines that are typed.

use std::collections::BTreeSet;

use orchester::sandbox::Backend;

use crate::people::{Verdict, login, policy, send, through_the_pep, token};
use crate::support::whole::Whole;

struct Scenario {
    service: &'static str,
    admin: &'static str,
    subservices: &'static [&'static str],
    /// What the service's administrator types after its creation; `-s SERVICE` is added.
    lines: &'static [&'static str],
    /// Who has which role where then: `/` is the service itself, `*` is every subservice.
    roles: &'static [(&'static str, &'static str, &'static str)],
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
fn holds(scenario: &Scenario) {
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

#[test]
fn smart_city() {
    holds(&Scenario {
        service: "smartcity",
        admin: "adm1",
        subservices: &["Electricidad", "Basuras"],
        lines: &[
            "role grant SubServiceAdmin --to-user adm1 --inherit",
            "subservice create Electricidad",
            "user create Alice --new-password-file new.pw",
            "role grant SubServiceAdmin --to-user Alice -S Electricidad",
            "subservice create Basuras",
            "user create bob --new-password-file new.pw",
            "role grant SubServiceAdmin --to-user bob -S Basuras",
            "user create Carl --new-password-file new.pw",
            "role grant ServiceCustomer --to-user Carl",
            "role grant SubServiceCustomer --to-user Carl --inherit",
        ],
        roles: &[
            ("Alice", "SubServiceAdmin", "Electricidad"),
            ("bob", "SubServiceAdmin", "Basuras"),
            ("Carl", "ServiceCustomer", "/"),
            ("Carl", "SubServiceCustomer", "*"),
        ],
    });
}

#[test]
fn tecnoport() {
    holds(&Scenario {
        service: "tecnoport",
        admin: "tecnoport_admin",
        subservices: &["cuts", "erio", "fps"],
        lines: &[
            "role grant SubServiceAdmin --to-user tecnoport_admin --inherit",
            "subservice create cuts",
            "user create tecnoport_customer --new-password-file new.pw --role ServiceCustomer",
            "user create tecnoport_cuts_admin --new-password-file new.pw --role SubServiceAdmin -S cuts",
            "user create tecnoport_cuts_customer --new-password-file new.pw --role SubServiceCustomer -S cuts",
            "subservice create erio --admin-user tecnoport_erio_admin --new-password-file new.pw",
            "subservice create fps --admin-user tecnoport_fps_admin --new-password-file new.pw",
        ],
        roles: &[
            ("tecnoport_customer", "ServiceCustomer", "/"),
            ("tecnoport_cuts_admin", "SubServiceAdmin", "cuts"),
            ("tecnoport_cuts_customer", "SubServiceCustomer", "cuts"),
            ("tecnoport_erio_admin", "SubServiceAdmin", "erio"),
            ("tecnoport_fps_admin", "SubServiceAdmin", "fps"),
        ],
    });
}

/// The user is called as its subservice, and has two roles there.
#[test]
fn thinking_things() {
    holds(&Scenario {
        service: "thinkingthings",
        admin: "admin_tt",
        subservices: &["user_x"],
        lines: &[
            "subservice create user_x",
            "user create user_x --new-password-file new.pw",
            "role grant SubServiceAdmin --to-user user_x -S user_x",
            "role grant SubServiceCustomer --to-user user_x -S user_x",
        ],
        roles: &[("user_x", "SubServiceAdmin", "user_x"), ("user_x", "SubServiceCustomer", "user_x")],
    });
}

/// Without its last step, a device at an IoT agent in a form that no agent knows any more.
#[test]
fn black_button() {
    holds(&Scenario {
        service: "blackbutton",
        admin: "admin_bb",
        subservices: &["telepizza", "carrefour"],
        lines: &[
            "role grant SubServiceAdmin --to-user admin_bb --inherit",
            "role grant SubServiceCustomer --to-user admin_bb --inherit",
            "subservice create telepizza",
            "user create admin_telepizza client_telepizza --new-password-file new.pw",
            "role grant SubServiceAdmin --to-user admin_telepizza -S telepizza",
            "role grant SubServiceCustomer --to-user admin_telepizza client_telepizza -S telepizza",
            "subservice create carrefour",
            "user create admin_carrefour client_carrefour --new-password-file new.pw",
            "role grant SubServiceAdmin --to-user admin_carrefour -S carrefour",
            "role grant SubServiceCustomer --to-user admin_carrefour client_carrefour -S carrefour",
        ],
        roles: &[
            ("admin_bb", "SubServiceCustomer", "*"),
            ("admin_telepizza", "SubServiceAdmin", "telepizza"),
            ("admin_telepizza", "SubServiceCustomer", "telepizza"),
            ("client_telepizza", "SubServiceCustomer", "telepizza"),
            ("admin_carrefour", "SubServiceAdmin", "carrefour"),
            ("admin_carrefour", "SubServiceCustomer", "carrefour"),
            ("client_carrefour", "SubServiceCustomer", "carrefour"),
        ],
    });
}

#[test]
fn services_with_an_administrator_only() {
    for (service, admin) in [("repsolglp", "repsol_admin"), ("sc_vlci", "sc_vlci_admin")] {
        holds(&Scenario { service, admin, subservices: &[], lines: &[], roles: &[] });
    }
}
