//! The proxy with a command.

use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::process::ExitStatusExt as _;

use super::super::test_server::{TestServer, ok};
use super::*;

/// What a shell can do as a client: send a line, read a line.
const CLIENT: &str = r#"
host=${ADDRESS#http://}
exec 3<>"/dev/tcp/${host%:*}/${host#*:}"
printf 'GET /secret?key=1 HTTP/1.1\r\nHost: x\r\n\r\n' >&3
read -r line <&3
case $line in *200*) exit 7 ;; *) exit 8 ;; esac
"#;

fn options(to: &str, faults: &[&str], script: &str) -> ProxyOptions {
    ProxyOptions {
        to: to.to_owned(),
        port: 0,
        faults: faults.iter().map(|text| text.parse().unwrap()).collect(),
        record: None,
        command: ["bash", "-c", script].map(str::to_owned).to_vec(),
        env_name: "ADDRESS".to_owned(),
    }
}

/// The outcome and the lines.
fn finish(options: ProxyOptions) -> (Result<Finished, ProxyError>, Vec<String>) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let mut lines = Vec::new();
    let finished = runtime.block_on(run(options, |line| lines.push(line.to_owned())));
    (finished, lines)
}

#[test]
fn runs_a_command_and_returns_its_status_and_record() {
    let server = TestServer::start(|_| ok("{}"));
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("record.jsonl");
    let mut options = options(&server.url, &["cut@2"], CLIENT);
    options.record = Some(path.clone());
    let (finished, lines) = finish(options);
    assert_eq!(finished.unwrap().status.unwrap().code(), Some(7));

    let [banner, summary, unused] = lines.as_slice() else { panic!("{lines:?}") };
    assert!(banner.contains("loopback only, keeps nothing"), "{banner}");
    assert_eq!(summary, "1 request over 1 connection, at most 1 at once, 0 struck by a fault");
    assert_eq!(unused, "fault \"cut@2\" struck nothing");

    let text = std::fs::read_to_string(&path).unwrap();
    let line: serde_json::Value = serde_json::from_str(text.trim_end()).unwrap();
    assert_eq!((line["path"].as_str(), line["status"].as_u64()), (Some("/secret?key=1"), Some(200)));
    assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o600, "a query may hold a key");
}

#[test]
fn sends_signals_to_the_command() {
    for (fault, number, reached) in [("kill@1", 9, 0), ("kill@1:after", 9, 1), ("term@1", 15, 1), ("int@1:after", 2, 1)]
    {
        // Interrupting bash while it reads ends the reading, so the trap makes the signal its end.
        let script = format!("trap 'trap - INT; kill -INT $$' INT\n{CLIENT}\nsleep 20");
        let server = TestServer::start(|_| {
            std::thread::sleep(std::time::Duration::from_millis(50));
            ok("{}")
        });
        let (finished, _) = finish(options(&server.url, &[fault], &script.replace("exit 7", "sleep 20")));
        let status = finished.unwrap().status.unwrap();
        assert_eq!(status.signal(), Some(number), "{fault}: {status}");
        assert_eq!(server.lines().len(), reached, "{fault}");
    }
}

#[test]
fn refuses_what_cannot_work_before_anything_runs() {
    let folder = tempfile::tempdir().unwrap();
    let trace = folder.path().join("ran");
    let script = format!("touch {}", trace.display());
    let good = || options("http://127.0.0.1:1", &[], &script);

    let (outcome, lines) =
        finish(ProxyOptions { command: Vec::new(), faults: vec!["kill@3".parse().unwrap()], ..good() });
    assert!(outcome.unwrap_err().to_string().contains("needs a command"));
    assert!(lines.is_empty());
    let (outcome, _) = finish(ProxyOptions { to: "https://keystone.example".to_owned(), ..good() });
    assert!(matches!(outcome, Err(ProxyError::Encrypted { .. })));
    let (outcome, _) = finish(ProxyOptions { record: Some("/dev/null/record".into()), ..good() });
    assert!(outcome.unwrap_err().to_string().contains("/dev/null/record"));
    let (outcome, _) = finish(ProxyOptions { command: vec!["/no/such/command".to_owned()], ..good() });
    assert!(outcome.unwrap_err().to_string().contains("/no/such/command"));
    assert!(!trace.exists());
}
