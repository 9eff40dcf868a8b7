//! `orchest policy` against the emulated platform: what it does, what it sends, and what it refuses to send.

mod decisions;
mod faults;
mod refusals;
mod requests;
mod sync;

use std::cell::RefCell;

use orchester::sandbox::{Backend, Request, Sandbox, SandboxOptions, Seed};
use serde_json::Value;

use crate::support::cli::{Output, Room};
use crate::support::raw::{Answer, Connection};

/// A small city with its roles and no policy yet, and somebody who administers it all.
pub struct City {
    pub sandbox: Sandbox,
    pub room: Room,
    keypass: RefCell<Connection>,
}

impl City {
    pub fn new() -> Self {
        Self::with(SandboxOptions::default())
    }

    fn with(mut options: SandboxOptions) -> Self {
        options.seed = Seed::Demo;
        let sandbox = Sandbox::start(options).unwrap();
        let room = sandbox.environment().into_iter().fold(Room::new(), |room, (name, value)| room.env(&name, &value));
        let keypass = RefCell::new(Connection::open(&sandbox.url(Backend::Keypass)).unwrap());
        Self { sandbox, room, keypass }
    }

    /// Runs a line; `policy list admin -s smartcity`.
    pub fn types(&self, line: &str) -> Output {
        self.room.run(&line.split(' ').collect::<Vec<_>>())
    }

    /// The requests of one line that must end so.
    #[track_caller]
    pub fn requests(&self, code: i32, line: &str) -> (Output, Vec<Request>) {
        self.sandbox.take_record();
        let output = self.types(line).code(code);
        (output, self.sandbox.take_record().requests)
    }

    /// The ids of a role's policies.
    #[track_caller]
    pub fn policies(&self, role: &str, service: &str) -> Vec<String> {
        let output = self.types(&format!("policy list {role} -s {service} -o name")).success();
        output.stdout.lines().map(str::to_owned).collect()
    }

    /// A question to Keypass that does not pass through the product.
    pub fn ask(&self, method: &str, path: &str, tenant: &str, body: &str) -> Answer {
        let length = body.len();
        let head = format!(
            "{method} {path} HTTP/1.1\r\nHost: x\r\nFiware-Service: {tenant}\r\nContent-Type: application/xml\r\n\
             Content-Length: {length}\r\n\r\n{body}"
        );
        let mut keypass = self.keypass.borrow_mut();
        keypass.send_bytes(head.as_bytes()).unwrap();
        keypass.answer(false).unwrap()
    }

    /// The text of a default policy.
    pub fn template(&self, name: &str) -> String {
        self.room.ok(&["policy", "templates", name])
    }

    /// The id of a role in Keystone.
    pub fn role_id(&self, role: &str, service: &str) -> String {
        let output = self.types(&format!("role show {role} -s {service} -o json")).success();
        output.json()["id"].as_str().unwrap().to_owned()
    }
}

/// Those that change something, logins excepted.
pub fn writes(requests: &[Request]) -> Vec<String> {
    let changes = |request: &&Request| request.method != "GET" && !request.path.ends_with("/auth/tokens");
    requests.iter().filter(changes).map(|request| format!("{} {}", request.method, request.path)).collect()
}

#[test]
fn the_life_of_a_policy() {
    let city = City::new();
    let on = "SubServiceCustomer -s smartcity";
    city.types(&format!("policy list {on}")).success().says("has no policies, so it permits nothing");
    let (output, requests) =
        city.requests(0, "policy update SubServiceCustomer --template sth-customer -s smartcity --dry-run");
    assert_eq!(output.stdout, "+ permit read on fiware:sth:.*\n");
    assert_eq!(writes(&requests), Vec::<String>::new());
    let bound = city.types("policy update SubServiceCustomer --template sth-customer -s smartcity").success();
    bound
        .says("bound policy STHSubServiceCustomer of role SubServiceCustomer in service smartcity")
        .says("two minutes");
    assert_eq!(city.policies("SubServiceCustomer", "smartcity"), ["STHSubServiceCustomer"]);
    let (_, requests) = city.requests(0, "policy set SubServiceCustomer --template sth-customer -s smartcity");
    assert_eq!(writes(&requests), Vec::<String>::new(), "a second time nothing is sent");

    let list: Value = city.types(&format!("policy list {on} -o json")).success().json();
    assert_eq!(list[0]["components"], serde_json::json!(["sth"]));
    assert_eq!(list[0]["permits"], serde_json::json!(["read"]));
    city.types(&format!("policy list {on} --explain"))
        .success()
        .prints("SubServiceCustomer may read in sth (the history of measurements), in its subservices");
    let text = city.types("policy show SubServiceCustomer STHSubServiceCustomer -s smartcity").success().stdout;
    assert_eq!(text, city.template("sth-customer"), "as it was stored");
    city.types("policy show SubServiceCustomer STHSubServiceCustomr -s smartcity")
        .code(3)
        .says("did you mean 'STHSubServiceCustomer'?");
    // Found by its id under any role, and yet not this role's.
    city.types("policy show ServiceCustomer STHSubServiceCustomer -s smartcity").code(3).says("has no policy");
    city.types("policy delete ServiceCustomer STHSubServiceCustomer -s smartcity --yes")
        .success()
        .says("nothing to delete");
    assert_eq!(city.policies("SubServiceCustomer", "smartcity"), ["STHSubServiceCustomer"]);

    let changed = text.replace(">read<", ">create<");
    city.room.file("changed.xml", &changed);
    let output = city.types("policy update SubServiceCustomer changed.xml -s smartcity --dry-run").success();
    assert_eq!(output.stdout, "- permit read\n+ permit create\n");
    city.types("policy update SubServiceCustomer changed.xml -s smartcity --explain")
        .success()
        .says("replaced policy")
        .prints("may create in sth");
    let line = "policy delete SubServiceCustomer STHSubServiceCustomer -s smartcity";
    city.types(line).code(2).says("--yes");
    city.types(&format!("{line} --yes --dry-run")).success().says("would delete");
    city.types(&format!("{line} --yes")).success().says("deleted");
    city.types(&format!("{line} --yes")).success().says("nothing to delete");
    city.types(&format!("{line} --yes --fail-if-missing")).code(3);
    city.types("role delete SubServiceCustomer -s smartcity --yes").success();
}

#[test]
fn policies_of_admin_in_another_service_stay() {
    let city = City::new();
    let create = "service create harbour --admin-user boss --generate-password --password-out boss.pw";
    city.types(create).success();
    for service in ["smartcity", "harbour"] {
        for component in ["orion", "perseo"] {
            let line = format!("policy update admin --template {component}-admin2 -s {service}");
            city.types(&line).success().says("its policies in other services stay");
        }
    }
    let id = city.role_id("admin", "smartcity");
    let harbour = || {
        let path = |policy: &str| format!("/pap/v1/subject/{id}/policy/{policy}");
        let mut texts = vec![city.ask("GET", &format!("/pap/v1/subject/{id}"), "harbour", "").text()];
        for policy in ["OrionAdmin", "PerseoAdmin"] {
            texts.push(city.ask("GET", &path(policy), "harbour", "").text());
        }
        texts
    };
    let before = harbour();
    assert!(before.iter().all(|text| text.contains("Admin")), "{before:?}");
    city.room.file("less.xml", &city.template("orion-admin2").replace(">delete<", ">read<"));
    city.types("policy update admin less.xml -s smartcity").success();
    city.sandbox.take_record();
    city.types("policy delete admin OrionAdmin PerseoAdmin -s smartcity --yes")
        .success()
        .says("only in service smartcity");
    let paths = writes(&city.sandbox.take_record().requests);
    assert_eq!(paths.len(), 2, "{paths:?}");
    assert!(paths.iter().all(|path| path.contains("/policy/")), "{paths:?}");
    assert_eq!(city.policies("admin", "smartcity"), Vec::<String>::new());
    assert_eq!(harbour(), before);
}

#[test]
fn behind_a_pep_a_user_of_the_service_does_it() {
    let mut options = SandboxOptions::default();
    options.platform = true;
    let city = City::with(options);
    let line = "policy update ServiceCustomer --template sth-customer2 -s smartcity";
    let (output, requests) = city.requests(5, line);
    output.says("lets only users of service 'smartcity' through").says("--user-domain smartcity");
    assert!(requests.iter().all(|request| request.server != "keypass"), "{requests:?}");
    city.room.file("adm1.pw", Sandbox::PASSWORD);
    let tenant = "--tenant-user adm1 --tenant-password-file adm1.pw";
    city.types(&format!("{line} {tenant}")).success().says("bound policy");
    city.types(&format!("policy list ServiceCustomer -s smartcity {tenant}")).success().prints("STHServiceCustomer");
    let own = "--user adm1 --user-domain smartcity --scope domain --admin-domain smartcity";
    city.types(&format!("policy list ServiceCustomer -s smartcity {own}")).success().prints("STHServiceCustomer");
    city.types(&format!("policy test ServiceCustomer read sth -s smartcity {own}")).success().prints("Permit");
    let line = format!("policy delete ServiceCustomer STHServiceCustomer -s smartcity --yes {own}");
    city.types(&line).success().says("deleted");
}
