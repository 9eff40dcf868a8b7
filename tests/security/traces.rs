//! What `-vvv` and `--trace` show of everything that goes over the wires.

use std::collections::BTreeSet;

use orchester::sandbox::Backend;

use crate::support::cli::Room;
use crate::support::raw::get;
use crate::support::secret::forms;
use crate::support::server::Asked;
use crate::support::whole::{PASSWORD, Whole};
use crate::support::witness::Witness;

/// The platform with a witness before each of its servers.
fn watched(platform: bool) -> (Whole, Vec<Witness>, Room) {
    let whole = Whole::start(platform);
    let mut witnesses: Vec<(String, Witness)> = Vec::new();
    let room = whole.sandbox.environment().iter().fold(Room::new(), |room, (name, value)| {
        let Some(rest) = value.strip_prefix("http://") else { return room.env(name, value) };
        let (host, path) =
            rest.split_once('/').map_or((rest, String::new()), |(host, path)| (host, format!("/{path}")));
        let server = format!("http://{host}");
        if !witnesses.iter().any(|(known, _)| *known == server) {
            witnesses.push((server.clone(), Witness::before(&server)));
        }
        let (_, witness) = witnesses.iter().find(|(known, _)| *known == server).unwrap();
        room.env(name, &format!("{}{path}", witness.url()))
    });
    room.file("new.pw", PASSWORD);
    room.file("vm.yaml", include_str!("../../src/sandbox/paas/demo/machines.yaml"));
    (whole, witnesses.into_iter().map(|(_, witness)| witness).collect(), room)
}

const NAMES: [&str; 7] =
    ["authorization", "x-auth-token", "x-subject-token", "cookie", "private-token", "x-api-key", "proxy-authorization"];
const FIELDS: [&str; 11] = [
    "password",
    "original_password",
    "secret",
    "token",
    "refresh_token",
    "access_token",
    "code",
    "code_verifier",
    "client_secret",
    "device_code",
    "api_key",
];

/// Everything secret of a request: headers, and what stands in fields of its body or its query.
fn secrets(asked: &Asked, found: &mut BTreeSet<String>) {
    let mut add = |text: &str| {
        if text.len() > 5 {
            found.insert(text.to_owned());
        }
    };
    for (_, value) in asked.headers.iter().filter(|(name, _)| NAMES.contains(&name.as_str())) {
        // `Bearer TOKEN`; `OAuth key="…", token="…"`; a bare one.
        value.split([' ', '"', ',']).filter(|part| !part.ends_with('=')).for_each(|part| {
            if !matches!(part, "Bearer" | "Basic" | "OAuth" | "token") {
                add(part);
            }
        });
    }
    let query = asked.path.split_once('?').map_or("", |(_, query)| query);
    for text in [query, asked.body.as_str()] {
        for (name, value) in url::form_urlencoded::parse(text.as_bytes()) {
            if FIELDS.contains(&&*name) {
                add(&value);
            }
        }
    }
    fn walk(value: &serde_json::Value, add: &mut dyn FnMut(&str)) {
        match value {
            serde_json::Value::Object(members) => members.iter().for_each(|(name, member)| match member.as_str() {
                Some(text) if FIELDS.contains(&name.as_str()) => add(text),
                _ => walk(member, add),
            }),
            serde_json::Value::Array(items) => items.iter().for_each(|item| walk(item, add)),
            _ => {}
        }
    }
    walk(&serde_json::from_str(&asked.body).unwrap_or_default(), &mut add);
}

/// Logs in with a browser at the issuer of the sandbox, all the way.
fn log_in(room: &Room, line: &[&str]) -> crate::support::cli::Output {
    let mut login = crate::support::login::Running::start(room, line);
    let mut address = login.word_after("if none has opened, open ");
    while let Some(next) = get(&address, &[]).header("location") {
        address = next.to_owned();
    }
    login.end(line)
}

/// There is no `--trace-bodies`: of bodies the shape is shown, and nothing shows more.
///
/// Fails with `src/base/address.rs`: `is_telling` begins with `return false;`.
#[test]
fn s07_a_trace_names_headers_and_shapes_and_shows_no_secret() {
    let mut kinds = BTreeSet::new();
    for platform in [false, true] {
        let (whole, witnesses, room) = watched(platform);
        let room = room.env("ORCHEST_PAAS_ISSUER", &whole.sandbox.url(Backend::Issuer)).env("BROWSER", "true");
        let room = room.env("ORCHEST_PAAS_CLIENT_ID", "orchest");
        let trace = ["-vvv", "--trace", "trace.txt"];
        let adm1 = "--user adm1 --user-domain traced --scope domain --admin-domain traced --password-file new.pw";
        let lines = [
            "auth login --store file --password-file login.pw".to_owned(),
            "auth whoami".to_owned(),
            "service create traced --admin-user adm1 --new-password-file new.pw --default-groups --generic-roles"
                .to_owned(),
            format!("subservice create energy -s traced {adm1}"),
            format!("user create bob -s traced --new-password-file new.pw {adm1}"),
            format!("user create eve -s traced --generate-password --password-out eve.pw {adm1}"),
            format!("user set-password bob -s traced --new-password-file other.pw {adm1}"),
            format!("role grant SubServiceAdmin -s traced -S energy --to-user bob {adm1}"),
            format!("role assignments -s traced {adm1}"),
            format!("group member add AdminGroup bob -s traced {adm1}"),
            format!("policy list SubServiceAdminORION -s traced {adm1}"),
            format!("module enable STH -s traced -S energy {adm1}"),
            format!("subscription list -s traced -S energy {adm1}"),
            format!("trust create -s traced -S energy --trustor adm1 --trustee bob --role SubServiceAdmin {adm1}"),
            "platform version".to_owned(),
            "deployment create vm.yaml -p num_vms=1 --group physics".to_owned(),
            "deployment list".to_owned(),
            "members check bea -c github,trello".to_owned(),
            "members check bea@example.com -c slack,g_drive".to_owned(),
            "members add newcomer -c github".to_owned(),
            "-c github rm newcomer".to_owned(),
            format!("user delete bob eve -s traced --yes {adm1}"),
            "service delete traced --yes --tenant-user adm1 --tenant-password-file new.pw".to_owned(),
            "auth logout".to_owned(),
        ];
        room.file("login.pw", orchester::sandbox::Sandbox::PASSWORD);
        room.file("other.pw", "other-and-new-7");
        room.file(".orchester.toml", "[module.STH]\nnotify_url = \"http://127.0.0.1:9/sth\"\n");
        let mut shown = Vec::new();
        for line in &lines {
            let words: Vec<&str> = line.split(' ').chain(trace).collect();
            let output = room.run(&words);
            assert!(output.code.is_some_and(|code| code != 2 && code != 78), "{output}");
            shown.push((line.clone(), output.stderr.clone() + &output.stdout));
        }
        // One that is given would go first.
        let room = room.without("ORCHEST_PAAS_TOKEN");
        let login = ["auth", "login", "paas", "--store", "file"];
        let login = log_in(&room, &[&login[..], &trace].concat()).success();
        // The address to open is shown, and with it what ties the login to this run; what it gives is not.
        shown.push(("auth login paas".to_owned(), login.stderr + &login.stdout));
        let renewed = room.run(&["auth", "token", "paas", "-vvv"]).success();
        shown.push(("auth token paas".to_owned(), renewed.stderr));

        let mut found: BTreeSet<String> =
            [PASSWORD, "other-and-new-7", orchester::sandbox::Sandbox::PASSWORD].map(str::to_owned).into();
        found.insert(renewed.stdout.trim().to_owned());
        found.insert(crate::support::login::kept_refresh(&room));
        found.insert(std::fs::read_to_string(room.path("eve.pw")).unwrap().trim().to_owned());
        for asked in witnesses.iter().flat_map(Witness::asked) {
            secrets(&asked, &mut found);
            kinds.extend(asked.headers.into_iter().map(|(name, _)| name).filter(|name| NAMES.contains(&name.as_str())));
        }
        // The key of Trello's app is no secret: it stands in every address that people open there.
        found.remove(orchester::sandbox::Sandbox::TRELLO_KEY);
        assert!(found.len() > 8, "{found:?}");
        let trace = std::fs::read_to_string(room.path("trace.txt")).unwrap();
        shown.push(("the trace".to_owned(), trace.clone()));
        for (line, text) in &shown {
            for secret in &found {
                for form in forms(secret) {
                    assert!(!text.contains(&form), "{line} shows {form}:\n{text}");
                }
            }
        }
        // What is left is of use.
        for part in ["x-auth-token: ***", "x-subject-token: ***", "authorization: ***", "> POST ", "< 201 in "] {
            assert!(trace.to_lowercase().contains(&part.to_lowercase()), "{part}");
        }
        assert!(trace.contains("{auth: {identity: {methods: [… 1 of string], password: {user: {"), "{trace}");
    }
    for name in ["authorization", "x-auth-token", "x-subject-token"] {
        assert!(kinds.contains(name), "{name}: {kinds:?}");
    }
}
