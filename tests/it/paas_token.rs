//! Which token the PaaS orchestrator gets: the order of the places, an expired one, and oidc-agent behind its socket.

use std::io::{Read as _, Write as _};
use std::os::unix::net::UnixListener;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use crate::support::cli::Room;

const TOKEN: [&str; 3] = ["auth", "token", "paas"];

/// An agent at a socket: what it is asked is a JSON object to its end; what it says is up to the test.
struct Agent {
    _folder: tempfile::TempDir,
    socket: PathBuf,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Agent {
    /// Answers what was asked, or says nothing and holds the connection.
    fn start(answer: impl Fn(&Value) -> Option<String> + Send + 'static) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let socket = folder.path().join("oidc-agent.sock");
        let listener = UnixListener::bind(&socket).unwrap();
        let asked = Arc::<Mutex<Vec<String>>>::default();
        let heard = asked.clone();
        std::thread::spawn(move || {
            let mut held = Vec::new();
            for mut stream in listener.incoming().flatten() {
                let mut request = String::new();
                let _ = stream.read_to_string(&mut request);
                heard.lock().unwrap().push(request.clone());
                let request = serde_json::from_str(&request).unwrap_or(Value::Null);
                match answer(&request) {
                    Some(text) => drop(stream.write_all(text.as_bytes())),
                    None => held.push(stream),
                }
            }
        });
        Self { _folder: folder, socket, asked }
    }

    /// One that has these accounts.
    fn with(accounts: &'static [&'static str]) -> Self {
        Self::start(move |request| {
            let account = request["account"].as_str().unwrap_or_default();
            Some(match request["request"].as_str() {
                Some("loaded_accounts") => json!({"status": "success", "info": accounts}).to_string(),
                _ if accounts.contains(&account) => {
                    let token = format!("agent-token-of-{account}");
                    json!({"status": "success", "access_token": token, "issuer": "https://i/", "expires_at": far()})
                        .to_string()
                }
                _ => json!({"status": "failure", "error": "account not loaded", "info": "Try: oidc-add NAME"})
                    .to_string(),
            })
        })
    }

    fn room(&self) -> Room {
        Room::new().env("OIDC_SOCK", &self.socket.display().to_string())
    }

    fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

fn far() -> i64 {
    (jiff::Timestamp::now() + jiff::SignedDuration::from_hours(1)).as_second()
}

fn jwt(claims: &Value) -> String {
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    format!("{}.{}.c2ln", part(&json!({"alg": "RS256"})), part(claims))
}

#[test]
fn the_first_place_that_has_a_token_counts_and_the_others_are_named() {
    let room = Room::new();
    let flag = room.file("flag.token", "canary-of-flag\n").display().to_string();
    let set = room.file("set.token", "canary-of-file\n").display().to_string();
    let program = "orchest-no-such-program";
    let rooms = [
        (None, "canary-of-own"),
        (Some("ORCHEST_PAAS_TOKEN"), "canary-of-orchent"),
        (Some("ORCHENT_TOKEN"), "canary-of-orpy"),
        (Some("ORCHESTRATOR_TOKEN"), "canary-of-file"),
    ];
    let mut room = room
        .env("ORCHEST_PAAS_TOKEN", "canary-of-own")
        .env("ORCHENT_TOKEN", "canary-of-orchent")
        .env("ORCHESTRATOR_TOKEN", "canary-of-orpy")
        .env("ORCHEST_PAAS_TOKEN_FILE", &set)
        .env("ORCHEST_PAAS_TOKEN_COMMAND", program);
    let typed = room.run(&["auth", "token", "paas", "--token-file", &flag, "-v"]).success();
    assert_eq!(typed.stdout, "canary-of-flag\n");
    typed.says("passed over: the variable ORCHEST_PAAS_TOKEN, the variable ORCHENT_TOKEN");
    for (gone, token) in rooms {
        room = gone.into_iter().fold(room, Room::without);
        let output = room.run(&["auth", "token", "paas", "-v"]).success();
        assert_eq!(output.stdout, format!("{token}\n"));
        assert!(output.stderr.contains("passed over: ") && !output.stderr.contains("canary"), "{output}");
        assert!(room.run(&TOKEN).success().stderr.is_empty(), "without -v nothing is said");
    }
    room.without("ORCHEST_PAAS_TOKEN_FILE").run(&TOKEN).code(78).says(program);
}

#[test]
fn of_a_file_and_a_program_the_nearer_one_counts_and_the_other_is_named() {
    let room = Room::new();
    room.file("set.token", "canary-of-file\n");
    let nearer = "[contexts.prod]\npaas.token_command = [\"echo\", \"canary-of-program\"]\n";
    room.file(".orchester.toml", &format!("paas.token_file = \"set.token\"\n{nearer}"));
    assert_eq!(room.ok(&TOKEN), "canary-of-file\n");
    let output = room.run(&["auth", "token", "paas", "--context", "prod", "-v"]).success();
    assert_eq!(output.stdout, "canary-of-program\n");
    output.says("token for the PaaS orchestrator: paas.token_command; passed over: paas.token_file");
}

#[test]
fn an_expired_token_is_not_sent_and_its_place_is_named() {
    let token = jwt(&json!({"exp": 1_700_000_000, "sub": "ada"}));
    let room = Room::new().env("ORCHESTRATOR_TOKEN", &token);
    for verb in ["token", "whoami", "status"] {
        let output = room.run(&["auth", verb, "paas"]).code(4);
        assert!(!output.stderr.contains(&token) && output.stdout.is_empty(), "{output}");
        output.says("the token of the variable ORCHESTRATOR_TOKEN expired at 2023-11-14T22:13:20Z").says("next: ");
    }
}

#[test]
fn a_token_says_whose_it_is() {
    let claims = json!({"exp": far(), "iss": "https://iam.example/", "sub": "ada", "wlcg.groups": ["/lab"]});
    let room = Room::new().env("ORCHENT_TOKEN", &jwt(&claims));
    let who = room.run(&["auth", "whoami", "paas", "-o", "json"]).success().json();
    assert_eq!((&who["subject"], &who["issuer"]), (&json!("ada"), &json!("https://iam.example/")));
    assert_eq!((&who["groups"], &who["source"]), (&json!(["lab"]), &json!("the variable ORCHENT_TOKEN")));
    let status = room.run(&["auth", "status", "paas", "-o", "json"]).success().json();
    assert_eq!(status["token"], "given");
    Room::new()
        .env("ORCHENT_TOKEN", "opaque-token")
        .run(&["auth", "whoami", "paas"])
        .success()
        .says("its server knows");
}

#[test]
fn the_agent_is_asked_for_the_account_that_is_named_or_the_only_one() {
    let agent = Agent::with(&["lab"]);
    for variable in ["ORCHEST_OIDC_ACCOUNT", "ORCHENT_AGENT_ACCOUNT", "OIDC_ACCOUNT"] {
        assert_eq!(agent.room().env(variable, "lab").ok(&TOKEN), "agent-token-of-lab\n");
    }
    let asked: Vec<Value> = agent.asked().iter().map(|text| serde_json::from_str(text).unwrap()).collect();
    let request =
        json!({"request": "access_token", "min_valid_period": 120, "application_hint": "orchest", "account": "lab"});
    assert_eq!(asked, [request.clone(), request.clone(), request]);
    assert_eq!(agent.room().ok(&TOKEN), "agent-token-of-lab\n", "the only one");
    let status = agent.room().run(&["auth", "status", "paas", "-o", "json"]).success().json();
    assert_eq!((&status["source"], &status["token"]), (&json!("oidc-agent, account lab"), &json!("on request")));

    let several = Agent::with(&["lab", "home"]);
    several.room().run(&TOKEN).code(4).says("has several accounts loaded").says("lab, home");
    Agent::with(&[]).room().run(&TOKEN).code(4).says("there is no token for the PaaS orchestrator");
    // A variable comes first, and then nobody is asked.
    let asked = agent.asked().len();
    assert_eq!(agent.room().env("ORCHENT_TOKEN", "mine").ok(&TOKEN), "mine\n");
    assert_eq!(agent.asked().len(), asked);
}

#[test]
fn a_failing_agent_is_quoted_with_its_socket_and_what_it_has() {
    let agent = Agent::with(&["lab"]);
    let output = agent.room().env("OIDC_ACCOUNT", "lost").run(&TOKEN).code(4);
    output
        .says(&format!("no token for account 'lost': oidc-agent at {}: account not loaded", agent.socket.display()))
        .says("it has loaded: lab")
        .says("next: Try: oidc-add NAME");
    for garbage in ["", "no JSON \u{1b}[31m", "[]", "{\"status\":\"success\"}"] {
        let agent = Agent::start(move |_| Some(garbage.to_owned()));
        let output = agent.room().env("OIDC_ACCOUNT", "lab").run(&TOKEN).code(4);
        assert!(!output.stderr.contains('\u{1b}'), "{output}");
        output.says("oidc-agent at");
    }
}

#[test]
fn an_agent_that_is_not_there_or_hangs_is_said_to_be() {
    let nowhere = Room::new().env("OIDC_SOCK", "/nonexistent/agent.sock");
    nowhere.run(&TOKEN).code(4).says("no oidc-agent at /nonexistent/agent.sock");
    nowhere.env("OIDC_ACCOUNT", "lab").run(&TOKEN).code(4).says("set OIDC_SOCK to its socket");
    let empty = tempfile::tempdir().unwrap();
    let room = Room::new().env("TMPDIR", &empty.path().display().to_string()).env("OIDC_ACCOUNT", "lab");
    room.run(&TOKEN).code(4).says("there is no oidc-agent to ask for account 'lab'");

    let agent = Agent::start(|_| None);
    let room = agent.room().env("OIDC_ACCOUNT", "lab");
    let child = room.spawn(&TOKEN);
    std::thread::sleep(Duration::from_secs(3));
    let begin = Instant::now();
    let pid = rustix::process::Pid::from_child(&child);
    rustix::process::kill_process(pid, rustix::process::Signal::INT).unwrap();
    let output = crate::support::cli::finish(child, &TOKEN).code(130);
    output.says("waiting for oidc-agent at");
    assert!(begin.elapsed() < Duration::from_secs(5), "{:?}", begin.elapsed());
}

#[test]
fn a_remote_agent_is_spoken_to_in_the_open_only_if_told_so() {
    let room = Room::new().env("OIDC_REMOTE_SOCK", "agent.invalid").env("OIDC_ACCOUNT", "lab");
    room.run(&TOKEN).code(2).says("unencrypted").says("--allow-http");
    room.run(&["auth", "token", "paas", "--allow-http"]).code(4).says("no oidc-agent at agent.invalid:42424");
}

#[test]
fn keystones_login_knows_no_browser_and_the_file_of_a_stranger_names_no_issuer() {
    Room::new().run(&["auth", "login", "--device"]).code(2).says("orchest auth login paas");
    let room = Room::new();
    room.file(".orchester.toml", "[paas]\nissuer = \"https://evil.example\"\nclient_id = \"x\"\n");
    // The room's home and working directory are one, which makes the file the user's own; so another place to stand.
    let home = tempfile::tempdir().unwrap();
    let room = room.env("HOME", &home.path().display().to_string());
    let output = room.run(&["auth", "login", "paas", "--device", "--store", "file"]).code(78);
    output.says("which issuer gives tokens").says("orchest config trust");
}
