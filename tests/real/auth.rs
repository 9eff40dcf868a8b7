//! `orchest auth`, and what every command does about logins: which are kept, which are renewed, which are refused.

use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;

use orchester::sandbox::Proxy;
use serde_json::{Value, json};

use crate::operator::{made, names_within, service};
use crate::support::cli::Room;
use crate::support::keystone::{Administrator, Keystone, login};
use crate::support::raw::Connection;

/// Asks (`GET`) about a token, or revokes it (`DELETE`), with the administrator's own; gives the status.
fn about_token(keystone: &Keystone, method: &str, token: &str) -> u16 {
    let own = login(keystone.url());
    let headers =
        [("X-Auth-Token", own.header("x-subject-token").unwrap()), ("X-Subject-Token", token), ("Connection", "close")];
    Connection::open(keystone.url()).unwrap().send(method, "/v3/auth/tokens", &headers, None).unwrap().status
}

fn token_files(room: &Room) -> Vec<PathBuf> {
    room.files().into_iter().filter(|path| path.parent().unwrap().ends_with("tokens")).collect()
}

#[test]
fn a_login_is_kept_shown_and_revoked() {
    let keystone = Keystone::shared();
    let room = Room::admin(keystone.url());
    room.run(&["auth", "status"]).code(4).says("there is no token in use").says("next: orchest auth login");
    room.run(&["auth", "login"]).success().says("logged in until");
    let [file] = token_files(&room).try_into().unwrap();
    assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(std::fs::metadata(file.parent().unwrap()).unwrap().permissions().mode() & 0o777, 0o700);

    let admin = Administrator::here();
    // Everything from here on works without the password.
    let status = room.run(&["auth", "status", "--check", "-o", "json"]).success().json();
    assert_eq!(
        (&status["token"], &status["scope"], &status["user"]),
        (&json!("good"), &json!(admin.scope), &json!(format!("{}@{}", admin.name, admin.domain)))
    );
    let token = room.ok(&["auth", "token"]);
    let token = token.trim_end();
    assert!(std::fs::read_to_string(&file).unwrap().contains(token));
    assert_eq!(about_token(keystone, "GET", token), 200);
    room.ok(&["service", "list"]);
    assert_eq!(room.ok(&["auth", "token"]).trim_end(), token, "one login for all commands");

    room.run(&["auth", "logout"]).success().says("logged out; the token is revoked");
    assert_eq!(token_files(&room), Vec::<PathBuf>::new());
    assert_eq!(about_token(keystone, "GET", token), 404);
    room.run(&["auth", "status"]).code(4);
    room.run(&["auth", "logout"]).success().says("was not logged in");
}

#[test]
fn whoami_tells_the_scope_and_the_roles_by_their_short_names() {
    let keystone = Keystone::shared();
    let id = service(keystone, "aut_scopes");
    let user = made(keystone, "user", &json!({"name": "ada", "domain_id": id, "password": "pw-of-ada"}));
    let role = made(keystone, "role", &json!({"name": format!("{id}#ServiceAdmin")}));
    let (status, _) = keystone.api("PUT", &format!("/v3/domains/{id}/users/{user}/roles/{role}"), None);
    assert_eq!(status, 204);
    let room = Room::admin(keystone.url());
    // The platform's administrator has a role on its domain and nowhere else.
    let scopes: &[(&[&str], &str, &str)] = if crate::SERVER.is_platform() {
        &[(&[], "domain admin_domain", "token_domain")]
    } else {
        &[
            (&["--scope", "system"], "system", "token_system"),
            (&["--scope", "project", "--admin-project", "admin"], "project admin of Default", "token_project"),
        ]
    };
    for &(flags, scope, key) in scopes {
        let who = room.run(&[&["auth", "whoami", "-o", "json"], flags].concat()).success().json();
        assert_eq!(who["scope"], scope);
        assert!(who[key].is_object() && who["roles"].as_array().unwrap().contains(&json!("admin")), "{who}");
    }
    assert_eq!(token_files(&room).len(), scopes.len(), "a token for each scope");
    let room = Room::user(keystone.url(), "ada", "pw-of-ada");
    let domain = ["--user-domain", "aut_scopes", "--scope", "domain"];
    let who = room.run(&[&["auth", "whoami", "-o", "json"][..], &domain].concat()).success().json();
    assert_eq!((&who["user"], &who["scope"]), (&json!("ada@aut_scopes"), &json!("domain aut_scopes")));
    assert_eq!((&who["token_domain"]["id"], &who["roles"]), (&json!(id), &json!(["ServiceAdmin"])));
    // She has no role there.
    room.run(&["auth", "whoami", "--user-domain", "aut_scopes", "--scope", "system"]).code(4).says("--scope");
}

#[test]
fn a_wrong_password_leaves_nothing_behind() {
    let keystone = Keystone::shared();
    let room = Room::admin(keystone.url()).env("ORCHEST_PASSWORD", "not-the-password");
    for typed in [&["auth", "login"][..], &["service", "list"], &["auth", "token"]] {
        let admin = Administrator::here();
        let refused = format!("refuses the login of {}@{}", admin.name, admin.domain);
        let answer = room.run(typed).code(4).says(&refused).says("the password may be wrong");
        assert!(!answer.stderr.contains("not-the-password") && answer.stdout.is_empty(), "{answer}");
    }
    assert_eq!(token_files(&room), Vec::<PathBuf>::new());
}

#[test]
fn an_expired_password_is_a_refused_login() {
    let keystone = Keystone::shared();
    let id = service(keystone, "aut_expired");
    let user = made(keystone, "user", &json!({"name": "ada", "domain_id": id, "password": "pw-of-ada"}));
    let role = made(keystone, "role", &json!({"name": format!("{id}#Guest")}));
    keystone.api("PUT", &format!("/v3/domains/{id}/users/{user}/roles/{role}"), None);
    let room = Room::user(keystone.url(), "ada", "pw-of-ada");
    let login = ["auth", "login", "--user-domain", "aut_expired", "--scope", "domain"];
    room.run(&login).success();
    room.ok(&["auth", "logout", "--user-domain", "aut_expired", "--scope", "domain"]);
    keystone.expire_password(&user);
    room.run(&login).code(4).says("expired").says("refuses the login of ada@aut_expired");
    assert_eq!(token_files(&room), Vec::<PathBuf>::new());

    // Its owner cannot log in, but renews the password all the same: by the name, since the refusal tells the id, or by the
    // id itself.
    let by_id = format!("id:{user}");
    let mut present = "pw-of-ada";
    for (name, next) in [("ada", "pw-of-ada-2"), (by_id.as_str(), "pw-of-ada-3")] {
        keystone.expire_password(&user);
        let files = [("present.pw", present), ("new.pw", next)];
        let [old, new] = files.map(|(name, text)| room.file(name, text).display().to_string());
        let renew = ["user", "set-password", name, "-s", "aut_expired", "--self", "--password-file", &old];
        room.run(&[&renew[..], &["--new-password-file", &new]].concat()).success();
        present = next;
    }
    room.env("ORCHEST_PASSWORD", present).run(&login).success();
}

/// Lets this happen when the n-th request from now on has arrived at the proxy and before the server sees it.
fn at_request(proxy: &Proxy, number: usize, happen: impl Fn() + Send + Sync + 'static) {
    proxy.reset_count();
    proxy.on_signal(Box::new(move |_| happen()));
    proxy.set_faults(vec![format!("term@{number}").parse().unwrap()]);
}

fn logins(record: &orchester::sandbox::Record) -> usize {
    record.requests.iter().filter(|request| request.method == "POST" && request.path == "/v3/auth/tokens").count()
}

#[test]
fn a_token_that_is_revoked_in_mid_run_is_renewed_once() {
    let keystone = Keystone::shared();
    let id = service(keystone, "aut_renew");
    let proxy = Proxy::start(keystone.url()).unwrap();
    let room = Room::admin(&proxy.url());
    let old = room.ok(&["auth", "token"]).trim_end().to_owned();
    let revoke = |token: String| move || assert_eq!(about_token(Keystone::shared(), "DELETE", &token), 204);

    at_request(&proxy, 2, revoke(old.clone()));
    assert_eq!(room.run(&["user", "list", "-s", "aut_renew", "-o", "json"]).success().json(), json!([]));
    let record = proxy.take_record();
    let statuses: Vec<u16> = record.requests.iter().filter_map(|request| request.status).collect();
    assert_eq!(statuses, [200, 401, 201, 200], "{record:?}");
    let new = room.ok(&["auth", "token"]).trim_end().to_owned();
    assert_ne!(old, new);
    assert_eq!(about_token(keystone, "GET", &new), 200);

    // In the middle of many requests side by side: one of them logs in, all are done.
    room.file("many.txt", &(1..=20).fold(String::new(), |text, number| format!("{text}u{number}\n")));
    at_request(&proxy, 8, revoke(new));
    let typed = ["user", "create", "-s", "aut_renew", "--from", "many.txt", "--jobs", "8"];
    room.run(&typed).success().says("created 20");
    let record = proxy.take_record();
    assert_eq!(logins(&record), 1, "{record:?}");
    assert!(record.requests.iter().any(|request| request.status == Some(401)), "it was not revoked in the middle");
    assert_eq!(names_within(keystone, "users", &id).len(), 20);
}

#[test]
fn a_login_that_is_refused_again_and_again_ends() {
    let keystone = Keystone::shared();
    let proxy = Proxy::start(keystone.url()).unwrap();
    let room = Room::admin(&proxy.url());
    room.ok(&["auth", "login"]);
    proxy.reset_count();
    proxy.set_faults(vec!["status=401@*".parse().unwrap()]);
    room.run(&["service", "list"]).code(4);
    let requests = proxy.take_record().requests;
    assert!(requests.len() <= 3, "{requests:?}");

    // The password is not right any more, either.
    proxy.set_faults(Vec::new());
    let token = room.ok(&["auth", "token"]);
    assert_eq!(about_token(keystone, "DELETE", token.trim_end()), 204);
    let room = room.env("ORCHEST_PASSWORD", "not-the-password");
    room.run(&["service", "list"]).code(4).says("refuses the login");
    assert_eq!(token_files(&room), Vec::<PathBuf>::new(), "a token that is refused is not kept");
}

#[test]
fn a_given_token_is_used_and_never_kept() {
    let keystone = Keystone::shared();
    let answer = login(keystone.url());
    let token = answer.header("x-subject-token").unwrap();
    let room = Room::new().env("ORCHEST_KEYSTONE", keystone.url());
    let file = room.file("token", token).display().to_string();
    room.ok(&["service", "list", "--token-file", &file]);
    assert_eq!(about_token(keystone, "DELETE", token), 204);
    room.run(&["service", "list", "--token-file", &file]).code(4);
    assert_eq!(token_files(&room), Vec::<PathBuf>::new());
}

#[test]
fn what_is_forbidden_names_the_roles_and_the_scope() {
    let keystone = Keystone::shared();
    let id = service(keystone, "aut_forbidden");
    let role_id = |name: &str| -> String {
        let role: Value = keystone.list("roles").into_iter().find(|role| role["name"] == name).unwrap();
        role["id"].as_str().unwrap().to_owned()
    };
    let guest = made(keystone, "role", &json!({"name": format!("{id}#Guest")}));
    for (name, role) in [("plain", guest), ("boss", role_id("admin"))] {
        let user = made(keystone, "user", &json!({"name": name, "domain_id": id, "password": "pw-of-both"}));
        assert_eq!(keystone.api("PUT", &format!("/v3/domains/{id}/users/{user}/roles/{role}"), None).0, 204);
    }
    let as_user = |name: &str, line: &str| {
        let room = Room::user(keystone.url(), name, "pw-of-both");
        let typed: Vec<&str> = line.split(' ').chain(["--user-domain", "aut_forbidden", "--scope", "domain"]).collect();
        room.run(&typed)
    };
    let refused = as_user("plain", "user create x -s aut_forbidden --no-password").code(5);
    refused.says("this login has role Guest at scope domain aut_forbidden").says("next: ask for the role admin");

    // Its own service a login finds without searching among all of them, which the platform allows to few.
    assert_eq!(as_user("boss", "user list -s aut_forbidden -o name").success().stdout.lines().count(), 2);
    if crate::SERVER.is_platform() {
        let list = as_user("boss", "service list").code(5).says("list_domains");
        list.says("this login has role admin at scope domain aut_forbidden");
    }
    let room = Room::user(keystone.url(), "boss", "pw-of-both");
    let password = room.file("x.pw", "pw-of-x-1").display().to_string();
    let create = format!("service create aut_new --admin-user x --new-password-file {password}");
    let refused = as_user("boss", &create).code(5).says("at scope domain aut_forbidden").says("admin");
    refused.says("--scope system, or --scope project");
    assert!(keystone.list("domains").iter().all(|domain| domain["name"] != "aut_new"));
}
