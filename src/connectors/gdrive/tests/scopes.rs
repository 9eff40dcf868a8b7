//! What the tokens that are asked for are good for.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::*;

/// Made for tests; it opens nothing.
const KEY: &str = include_str!("../../../oauth/test_key.pem");

/// The scope of each token that is asked for, with the request that it goes along with.
fn scopes(bench: &Bench) -> Vec<String> {
    let scope = |line: String| {
        let form = line.strip_prefix("POST /token ")?.to_owned();
        let assertion =
            url::form_urlencoded::parse(form.as_bytes()).find(|(key, _)| key == "assertion")?.1.into_owned();
        let claims = URL_SAFE_NO_PAD.decode(assertion.split('.').nth(1)?).ok()?;
        let claims: Value = serde_json::from_slice(&claims).ok()?;
        claims["scope"].as_str()?.strip_prefix("https://www.googleapis.com/auth/").map(str::to_owned)
    };
    bench.asked().into_iter().filter_map(scope).collect()
}

/// The scope of a change is asked for where there is a change, and that of reading where things are read.
#[test]
fn a_service_account_asks_for_what_it_needs() {
    let (reads, all) = ("drive.metadata.readonly", "drive");
    let patch = "PATCH /files/F1/permissions/04?supportsAllDrives=true";
    let without: Vec<Value> = rows().into_iter().filter(|row| row["id"] != "04").collect();
    let granted = |token: &str| answer(200, &json!({"access_token": token, "expires_in": 3599}));
    for (verb, alone) in [
        ("check", &[reads][..]),
        ("list", &[reads]),
        ("invitations", &[]),
        ("own", &[reads]),
        ("add", &[reads, all]),
        ("add of one who is in", &[reads]),
        ("add --dry-run", &[reads]),
        ("add --role", &[reads, all]),
        ("rm", &[reads, all]),
        ("rm of one who is not", &[reads]),
    ] {
        for subject in [None, Some("boss@example.com")] {
            let made = answer(200, &json!({"id": "06", "role": "writer", "emailAddress": "dee@example.com"}));
            let changed = answer(200, &json!({"id": "04", "role": "reader"}));
            let mut more = vec![(SHARE, made), (patch, changed), (DELETE, empty(204))];
            more.extend([("POST /token", granted("ya29.first")), ("POST /token", granted("ya29.second"))]);
            if verb == "rm" {
                more.extend([(LIST, list(&rows())), (LIST, list(&without))]);
            }
            let bench = file(more);
            let account = ServiceAccount {
                email: "robot@project.example".to_owned(),
                key_id: None,
                key: Secret::new(KEY),
                token_uri: None,
                subject: subject.map(str::to_owned),
            };
            let mut settings = Settings::new(Login::ServiceAccount(account), "F1").api_url(&bench.url);
            settings.token_url = Some(format!("{}/token", bench.url));
            let drive = GDrive::new(settings, &bench.wire).unwrap();
            let (plain, reader) = (Joining::default(), Joining::default().role("reader"));
            match verb {
                "check" => drop(run(drive.membership("bob@example.com")).unwrap()),
                "list" => drop(run(drive.list()).unwrap()),
                "invitations" => drop(run(drive.invitations()).unwrap()),
                "own" => drop(run(drive.own_ids()).unwrap()),
                "add" => drop(run(drive.add("dee@example.com", &plain)).unwrap()),
                "add of one who is in" => drop(run(drive.add("bob@example.com", &plain)).unwrap()),
                "add --dry-run" => drop(run(drive.add("dee@example.com", &plain.dry_run())).unwrap()),
                "add --role" => drop(run(drive.add("bob@example.com", &reader)).unwrap()),
                "rm" => drop(run(drive.remove("bob@example.com", &Leaving::default())).unwrap()),
                _ => drop(run(drive.remove("dee@example.com", &Leaving::default())).unwrap()),
            }
            // In another's name there is what was granted.
            let wanted = if subject.is_none() {
                alone
            } else if alone.is_empty() {
                &[]
            } else {
                &[all][..]
            };
            assert_eq!(scopes(&bench), wanted, "{verb} {subject:?}");
            // What is written is written with the token for it.
            let token = if subject.is_none() { "Bearer ya29.second" } else { "Bearer ya29.first" };
            for (at, line) in bench.asked().iter().enumerate() {
                if [SHARE, patch, DELETE].iter().any(|write| line.starts_with(write)) {
                    assert_eq!(bench.header(at, "authorization").as_deref(), Some(token), "{verb}");
                }
            }
        }
    }
}
