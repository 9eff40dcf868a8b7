use std::cell::RefCell;
use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::os::unix::net::UnixListener;
use std::sync::{Arc, Mutex};

use super::*;

/// An agent that gives these answers in turn, one a connection, and writes down what it was asked. `None`: it says nothing
/// and keeps the connection.
struct Scripted {
    folder: tempfile::TempDir,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Scripted {
    fn start(answers: &[Option<&'static str>]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let listener = UnixListener::bind(folder.path().join("sock")).unwrap();
        let asked = Arc::<Mutex<Vec<String>>>::default();
        let (answers, heard) = (answers.to_vec(), asked.clone());
        std::thread::spawn(move || {
            let mut held = Vec::new();
            for answer in answers {
                let Ok((mut stream, _)) = listener.accept() else { return };
                let mut request = String::new();
                let _ = stream.read_to_string(&mut request);
                heard.lock().unwrap().push(request);
                match answer {
                    Some(text) => drop(stream.write_all(text.as_bytes())),
                    None => held.push(stream),
                }
            }
            std::thread::sleep(Duration::from_secs(30));
            drop(held);
        });
        Self { folder, asked }
    }

    fn agent(&self) -> Agent {
        Agent::new(Socket::Unix(self.folder.path().join("sock")), Rc::new(|_| {}))
    }

    fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

fn run<F: Future>(future: F) -> F::Output {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future)
}

fn now() -> Timestamp {
    Timestamp::from_second(1_800_000_000).unwrap()
}

fn account() -> Of {
    Of::Account("lab".to_owned())
}

#[test]
fn the_request_is_one_object_and_the_expiry_is_believed() {
    let agent = Scripted::start(&[
        Some(
            r#"{"status":"success","access_token":"agent-token-1","issuer":"https://i/","expires_at":1800000300,"x":1}"#,
        ),
        Some(r#"{"status":"success","access_token":"agent-token-2","expires_at":1800000060}"#),
        Some(r#"{"status":"success","access_token":"agent-token-3"}"#),
    ]);
    let access = run(agent.agent().token(&account(), false, now())).unwrap();
    assert_eq!((access.value.expose(), access.expires_at.as_second()), ("agent-token-1", 1_800_000_300));
    let of = Of::Issuer("https://i/".to_owned());
    assert_eq!(run(agent.agent().token(&of, true, now())).unwrap().expires_at.as_second(), 1_800_000_060);
    assert_eq!(run(agent.agent().token(&of, false, now())).unwrap().expires_at, Timestamp::MAX);
    let first: Value = serde_json::from_str(&agent.asked()[0]).unwrap();
    assert_eq!(
        first,
        json!({"request": "access_token", "account": "lab", "min_valid_period": 120, "application_hint": "orchest"})
    );
    let second: Value = serde_json::from_str(&agent.asked()[1]).unwrap();
    assert_eq!(second["issuer"], "https://i/");
    assert!(second.get("account").is_none(), "{second}");
    assert!(second["min_valid_period"].as_u64() > Some(86_400), "a refused token has to be replaced: {second}");
    assert!(agent.asked().iter().all(|text| !text.ends_with('\n')));
}

#[test]
fn a_failure_names_the_socket_the_reason_the_help_and_what_is_loaded() {
    let agent = Scripted::start(&[
        Some(r#"{"status":"failure","error":"account not loaded","info":"Try oidc-add \u001b[31m"}"#),
        Some(r#"{"status":"success","info":["egi","infn"]}"#),
    ]);
    let error = run(agent.agent().token(&account(), false, now())).unwrap_err();
    let Error::Login { message, hint } = error else { panic!("{error:?}") };
    let socket = agent.folder.path().join("sock").display().to_string();
    assert_eq!(
        message,
        format!("no token for account 'lab': oidc-agent at {socket}: account not loaded; it has loaded: egi, infn")
    );
    assert_eq!(hint, "Try oidc-add \\x1b[31m");
    assert_eq!(agent.asked()[1], r#"{"request":"loaded_accounts"}"#);
}

#[test]
fn answers_that_make_no_sense_are_errors_of_the_login() {
    for (answer, word) in [
        ("garbage\u{1b}", "no JSON object"),
        ("", "no JSON object"),
        ("[1]", "no JSON object"),
        ("{}", "neither success nor why not"),
        (r#"{"status":"success"}"#, "holds no token"),
        (r#"{"status":"success","access_token":""}"#, "holds no token"),
        (r#"{"status":"success","access_token":"t-old","expires_at":1799999999}"#, "expired at"),
    ] {
        let agent = Scripted::start(&[Some(answer), Some("garbage")]);
        let error = run(agent.agent().token(&account(), false, now())).unwrap_err();
        assert!(matches!(&error, Error::Login { message, .. } if message.contains(word)), "{answer}: {error}");
    }
}

#[test]
fn an_agent_that_hangs_is_given_up_and_one_that_is_not_there_is_named() {
    let agent = Scripted::start(&[None, None]);
    let hurried = agent.agent().within(Duration::from_millis(50));
    let error = run(hurried.token(&account(), false, now())).unwrap_err();
    assert!(error.to_string().contains("no answer within 0.05 s"), "{error}");

    let folder = tempfile::tempdir().unwrap();
    let nowhere = Agent::new(Socket::Unix(folder.path().join("none")), Rc::new(|_| {}));
    let error = run(nowhere.token(&account(), false, now())).unwrap_err();
    assert!(error.to_string().contains("no oidc-agent at") && error.to_string().contains("/none"), "{error}");
}

#[test]
fn a_long_wait_is_told() {
    let agent = Scripted::start(&[None, None]);
    let told = Rc::<RefCell<Vec<String>>>::default();
    let heard = told.clone();
    let socket = agent.agent().socket().clone();
    let patient = Agent::new(socket, Rc::new(move |text: &str| heard.borrow_mut().push(text.to_owned())));
    let patient = patient.within(QUIET + Duration::from_millis(100));
    assert!(run(patient.accounts()).is_err());
    assert!(told.borrow()[0].starts_with("waiting for oidc-agent at "), "{told:?}");
}

#[test]
fn a_remote_agent_is_spoken_to_over_tcp() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut request = String::new();
        stream.read_to_string(&mut request).unwrap();
        stream.write_all(br#"{"status":"success","info":["one"]}"#).unwrap();
    });
    let socket = Socket::locate(|name| (name == "OIDC_REMOTE_SOCK").then_some(address.as_str()), 1).unwrap();
    assert!(socket.is_local());
    assert_eq!(run(Agent::new(socket, Rc::new(|_| {})).accounts()).unwrap(), ["one"]);
}
