//! A service with two subservices on an emulated platform, in which Orion can be looked at from behind.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use orchester::sandbox::{Backend, Request, Sandbox, SandboxOptions, Seed, Signal};
use rustix::process::{Pid, kill_process};
use serde_json::{Value, json};

use crate::support::cli::{Output, Room, finish};
use crate::support::raw::{Answer, Connection};

pub(crate) const STH: &str = "http://sth:8666/notify";

/// What the settings of everybody here say.
const SETTINGS: &str = "[module.STH]\nnotify_url = 'http://sth:8666/notify'\nalias = 'history'\n\
    [module.PERSEO]\nnotify_url = 'http://cep:9090/notices'\n";

pub(crate) struct City {
    pub(crate) sandbox: Sandbox,
    /// Whoever works here is logged in already.
    pub(crate) room: Room,
}

impl City {
    /// Orion is reached directly, and the administrator of Keystone works.
    pub(crate) fn new() -> Self {
        let sandbox = Sandbox::start(SandboxOptions::default()).unwrap();
        let room = furnished(&sandbox);
        let create = ["service", "create", "smartcity", "--admin-user", "adm1", "--generate-password"];
        room.ok(&[&create[..], &["--password-out", "adm1.pw"]].concat());
        for subservice in ["energy", "waste"] {
            room.ok(&["subservice", "create", subservice, "-s", "smartcity"]);
        }
        Self { sandbox, room }
    }

    /// A PEP stands before Orion, and the administrator of the service works, who may do everything there.
    pub(crate) fn behind_a_pep() -> Self {
        let mut options = SandboxOptions::default();
        (options.platform, options.seed) = (true, Seed::Demo);
        let sandbox = Sandbox::start(options).unwrap();
        let room = furnished(&sandbox);
        let token = token(&sandbox);
        for role in ["ServiceAdminORION", "SubServiceAdminORION"] {
            let shown = room.run(&["role", "show", role, "-s", "smartcity", "-o", "json"]).success().json();
            bind(&sandbox, &token, shown["id"].as_str().unwrap(), role);
        }
        let room = room.env("ORCHEST_USER", "adm1").env("ORCHEST_USER_DOMAIN", "smartcity");
        Self { sandbox, room: room.without("ORCHEST_SCOPE").without("ORCHEST_DOMAIN") }
    }

    /// Runs one command, with the requests it made.
    pub(crate) fn watched(&self, line: &[&str]) -> (Output, Vec<Request>) {
        self.with_faults(&[], line)
    }

    /// The same with trouble; its first request has the number 1.
    pub(crate) fn with_faults(&self, faults: &[&str], line: &[&str]) -> (Output, Vec<Request>) {
        self.sandbox.reset_count();
        self.sandbox.set_faults(faults.iter().map(|fault| fault.parse().unwrap()).collect());
        let output = self.room.run(line);
        self.sandbox.set_faults(Vec::new());
        (output, self.sandbox.take_record().requests)
    }

    /// Runs one command that a fault has to kill.
    pub(crate) fn killed(&self, fault: &str, line: &[&str]) {
        let (tell, told) = std::sync::mpsc::channel::<Pid>();
        let told = Mutex::new(told);
        self.sandbox.on_signal(
            &(Arc::new(move |_| {
                // The process may send its first request before its number is known here.
                let pid = told.lock().unwrap().recv_timeout(Duration::from_secs(5)).unwrap();
                kill_process(pid, rustix::process::Signal::KILL).unwrap();
            }) as Arc<dyn Fn(Signal) + Send + Sync>),
        );
        self.sandbox.reset_count();
        self.sandbox.set_faults(vec![fault.parse().unwrap()]);
        let child = self.room.spawn(line);
        tell.send(Pid::from_raw(i32::try_from(child.id()).unwrap()).unwrap()).unwrap();
        let output = finish(child, line);
        assert_eq!(output.signal, Some(9), "not killed by {fault}\n{output}");
        assert!(self.sandbox.settle(Duration::from_secs(60)));
        self.sandbox.set_faults(Vec::new());
    }

    fn ask(&self, method: &str, path: &str, body: Option<&Value>) -> Answer {
        let headers = [("Fiware-Service", "smartcity"), ("Fiware-ServicePath", path), ("Connection", "close")];
        let target = if method == "GET" { "/v2/subscriptions?limit=1000" } else { "/v2/subscriptions" };
        let mut connection = Connection::open(&self.sandbox.url(Backend::Orion)).unwrap();
        connection.send(method, target, &headers, body).unwrap()
    }

    /// All subscriptions at a path, up to a thousand. Not behind a PEP.
    pub(crate) fn subscriptions(&self, path: &str) -> Vec<Value> {
        let answer = self.ask("GET", path, None);
        assert_eq!(answer.status, 200, "{}", answer.text());
        answer.json().as_array().unwrap().clone()
    }

    /// Makes a subscription as anybody could, and gives its id. Not behind a PEP.
    pub(crate) fn subscribe(&self, path: &str, body: &Value) -> String {
        let answer = self.ask("POST", path, Some(body));
        assert_eq!(answer.status, 201, "{}", answer.text());
        answer.header("location").unwrap().rsplit('/').next().unwrap().to_owned()
    }

    /// All that Orion holds, behind a PEP too: how many subscriptions there are at a path.
    pub(crate) fn stored(&self, path: &str) -> usize {
        let state = self.sandbox.state();
        let all = state["orion"]["subscriptions"].as_array().unwrap_or_else(|| panic!("{state:#}"));
        all.iter().filter(|row| row["stored"]["path"] == path).count()
    }
}

fn furnished(sandbox: &Sandbox) -> Room {
    let room = sandbox.environment().iter().fold(Room::new(), |room, (name, value)| room.env(name, value));
    room.file(".config/orchest/config.toml", SETTINGS);
    room
}

/// What a module's subscription is.
pub(crate) fn of_module(url: &str) -> Value {
    json!({
        "subject": {"entities": [{"idPattern": ".*"}], "condition": {"attrs": ["TimeInstant"]}},
        "notification": {"attrs": [], "http": {"url": url}, "attrsFormat": "normalized"},
    })
}

/// Requests to Orion.
pub(crate) fn to_orion(requests: &[Request]) -> Vec<String> {
    let to_orion = requests.iter().filter(|request| request.server == "orion");
    to_orion.map(|request| format!("{} {}", request.method, request.path)).collect()
}

/// A token of adm1 for the service.
fn token(sandbox: &Sandbox) -> String {
    let domain = json!({"name": "smartcity"});
    let user = json!({"name": "adm1", "domain": domain, "password": Sandbox::PASSWORD});
    let identity = json!({"methods": ["password"], "password": {"user": user}});
    let body = json!({"auth": {"identity": identity, "scope": {"domain": domain}}});
    let mut connection = Connection::open(&sandbox.url(Backend::Keystone)).unwrap();
    let answer = connection.send("POST", "/v3/auth/tokens", &[("Connection", "close")], Some(&body)).unwrap();
    answer.header("x-subject-token").unwrap_or_else(|| panic!("{}", answer.text())).to_owned()
}

/// Lets a role do everything on Orion.
fn bind(sandbox: &Sandbox, token: &str, role: &str, id: &str) {
    let kind = "urn:oasis:names:tc:xacml:3.0:attribute-category";
    let string = "http://www.w3.org/2001/XMLSchema#string";
    let actions: String = ["create", "update", "delete", "read"]
        .iter()
        .map(|action| format!("<AttributeValue DataType=\"{string}\">{action}</AttributeValue>"))
        .collect();
    let function = "urn:oasis:names:tc:xacml:1.0:function";
    let body = format!(
        "<Policy xmlns=\"urn:oasis:names:tc:xacml:3.0:core:schema:wd-17\" PolicyId=\"{id}\" Version=\"1.0\" \
        RuleCombiningAlgId=\"urn:oasis:names:tc:xacml:3.0:rule-combining-algorithm:deny-unless-permit\">\
        <Target><AnyOf><AllOf><Match MatchId=\"{function}:string-regexp-match\">\
        <AttributeValue DataType=\"{string}\">fiware:orion:.*</AttributeValue>\
        <AttributeDesignator AttributeId=\"urn:oasis:names:tc:xacml:1.0:resource:resource-id\" DataType=\"{string}\" \
        MustBePresent=\"true\" Category=\"{kind}:resource\"/></Match></AllOf></AnyOf></Target>\
        <Rule RuleId=\"{id}Rule1\" Effect=\"Permit\"><Condition>\
        <Apply FunctionId=\"{function}:string-at-least-one-member-of\">\
        <AttributeDesignator AttributeId=\"urn:oasis:names:tc:xacml:1.0:action:action-id\" DataType=\"{string}\" \
        MustBePresent=\"true\" Category=\"{kind}:action\"/>\
        <Apply FunctionId=\"{function}:string-bag\">{actions}</Apply></Apply></Condition></Rule></Policy>"
    );
    let head = format!(
        "POST /pap/v1/subject/{role} HTTP/1.1\r\nHost: a\r\nConnection: close\r\nFiware-Service: smartcity\r\n\
        Fiware-ServicePath: /\r\nX-Auth-Token: {token}\r\nContent-Type: application/xml\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    let mut connection = Connection::open(&sandbox.url(Backend::Keypass)).unwrap();
    connection.send_bytes((head + &body).as_bytes()).unwrap();
    let answer = connection.answer(false).unwrap();
    assert_eq!(answer.status, 201, "{}", answer.text());
}
