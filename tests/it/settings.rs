//! Settings: where each one comes from, how files are changed, what is imported, and what a context changes.

use crate::scripted::{LOGIN, room, with_users};
use crate::support::cli::{Output, Room};
use crate::support::server::Server;

/// `config show --origin -o json` as value and origin of one key.
fn shown(output: &Output, key: &str) -> (String, String) {
    let rows = output.json();
    let row = rows.as_array().unwrap().iter().find(|row| row["key"] == key);
    let row = row.unwrap_or_else(|| panic!("{key} is not shown\n{output}"));
    let text = |name: &str| row[name].as_str().unwrap_or_else(|| panic!("{name}\n{output}")).to_owned();
    (text("value"), text("origin"))
}

/// Home and working directory apart, as they mostly are.
fn two_places() -> Room {
    let room = Room::new();
    let home = room.path("home").display().to_string();
    room.env("HOME", &home)
}

#[test]
fn the_stronger_place_wins_and_is_named() {
    let room = two_places();
    room.file("home/.orchester.toml", "# mine\nservice = \"of-home\"\n");
    room.file(".orchester.toml", "\n\nservice = \"of-cwd\"\n");
    let named = room.file("named.toml", "service = \"of-named\"\n").display().to_string();
    let show = |room: &Room, more: &[&str]| {
        let arguments = [&["config", "show", "--origin", "-o", "json"], more].concat();
        shown(&room.run(&arguments).success(), "service")
    };
    // From the weakest to the strongest: each one is set beside all before it.
    let cwd = room.path(".orchester.toml");
    std::fs::rename(&cwd, room.path("away")).unwrap();
    let (value, origin) = show(&room, &[]);
    assert_eq!(value, "of-home");
    assert!(origin.ends_with("home/.orchester.toml:2"), "{origin}");
    std::fs::rename(room.path("away"), &cwd).unwrap();
    let (value, origin) = show(&room, &[]);
    assert_eq!(value, "of-cwd");
    assert!(origin.contains("/.orchester.toml:3"), "{origin}");
    let room = room.env("ORCHESTER_CONFIG_PATH", &named);
    let (value, origin) = show(&room, &[]);
    assert_eq!(value, "of-named");
    assert!(origin.ends_with("named.toml:1"), "{origin}");
    let room = room.env("ORCHEST_SERVICE", "of-variable");
    assert_eq!(show(&room, &[]), ("of-variable".to_owned(), "ORCHEST_SERVICE".to_owned()));
    assert_eq!(show(&room, &["-s", "of-flag"]), ("of-flag".to_owned(), "--service".to_owned()));
}

#[test]
fn our_variables_come_before_those_of_openstack_and_both_before_files() {
    let room = Room::new().env("OS_USERNAME", "foreign").env("OS_AUTH_URL", "http://foreign:5000");
    room.file(".orchester.toml", "auth.user = \"file\"\nkeystone.url = \"http://file:5000\"\n");
    let show = |room: &Room, key: &str| shown(&room.run(&["config", "show", "--origin", "-o", "json"]).success(), key);
    assert_eq!(show(&room, "auth.user"), ("foreign".to_owned(), "OS_USERNAME".to_owned()));
    assert_eq!(show(&room, "keystone.url"), ("http://foreign:5000".to_owned(), "OS_AUTH_URL".to_owned()));
    let room = room.env("ORCHEST_USER", "own");
    assert_eq!(show(&room, "auth.user"), ("own".to_owned(), "ORCHEST_USER".to_owned()));
    let room = room.without("ORCHEST_USER").without("OS_USERNAME");
    assert!(show(&room, "auth.user").1.ends_with(".orchester.toml:1"));
}

#[test]
fn certificates_are_checked_as_the_stronger_place_says() {
    let warns = |room: &Room, line: &[&str]| room.run(line).stderr.contains("certificates are not checked");
    let list = ["service", "list"];
    // Nobody listens there; the warning comes before the first connection.
    let all = || {
        let room = room("https://127.0.0.1:9");
        room.file(".orchester.toml", "http.insecure = true\n");
        room
    };
    assert!(warns(&all(), &list));
    assert!(!warns(&all().env("ORCHEST_KEYSTONE_INSECURE", "false"), &list));
    let one = room("https://127.0.0.1:9");
    one.file(".orchester.toml", "keystone.insecure = true\n");
    assert!(warns(&one, &list));
    assert!(!warns(&one.env("ORCHEST_INSECURE", "false"), &list));

    // A file that cannot be read is named, and so tells which one counts.
    let room = room("https://127.0.0.1:9").env("ORCHEST_KEYSTONE_CACERT", "/nowhere/own.pem");
    room.file(".orchester.toml", "http.cacert = \"/nowhere/all.pem\"\n");
    room.run(&list).code(78).says("/nowhere/own.pem");
    room.run(&[&list[..], &["--cacert", "/nowhere/typed.pem"]].concat()).code(78).says("/nowhere/typed.pem");
}

#[test]
fn an_address_comes_in_one_piece_or_in_three() {
    let server = with_users(&[]);
    let port = server.url().rsplit(':').next().unwrap().to_owned();
    let list = ["user", "list", "-s", "smart"];
    let reaches = |room: &Room, more: &[&str]| {
        let before = server.lines().len();
        room.run(&[&list, more].concat()).success();
        assert!(server.lines().len() > before);
    };
    let room = || room("http://127.0.0.1:9").without("ORCHEST_KEYSTONE");
    // In files.
    let with_file = |text: &str| {
        let room = room();
        room.file(".orchester.toml", text);
        room
    };
    reaches(&with_file(&format!("[keystone]\nurl = \"{}\"\n", server.url())), &[]);
    reaches(&with_file(&format!("[keystone]\nprotocol = \"http\"\nhost = \"127.0.0.1\"\nport = {port}\n")), &[]);
    reaches(&with_file(&format!("[keystone]\nhost = \"localhost\"\nport = {port}\n")), &[]);
    // The stronger place wins whichever form it takes.
    let elsewhere = with_file("[keystone]\nurl = \"http://127.0.0.1:9/v3\"\n");
    reaches(&elsewhere, &["--host", "127.0.0.1", "--port", &port]);
    reaches(&elsewhere, &["--keystone-host", "127.0.0.1", "--keystone-port", &port, "--keystone-protocol", "http"]);
    reaches(&elsewhere, &["--keystone", server.url()]);
    reaches(&with_file("[keystone]\nhost = \"127.0.0.1\"\nport = 9\n"), &["--keystone", server.url()]);
    reaches(&room(), &["--host", "127.0.0.1", "--port", &port]);
    // With the path that OpenStack's own files have.
    reaches(&room(), &["--keystone", &format!("{}/v3", server.url())]);
    reaches(&room(), &["--keystone", &format!("{}/v3/", server.url())]);
    server.verify();
}

#[test]
fn unknown_keys_are_named_with_their_place_and_the_nearest() {
    let room = Room::new();
    room.file(".orchester.toml", "service = \"a\"\n[keystone]\nhots = \"x\"\n[contexts.prod.auth]\nusr = \"y\"\n");
    let output = room.run(&["config", "show"]).success();
    assert!(
        output.stderr.contains(".orchester.toml:3: unknown key keystone.hots; did you mean keystone.host?"),
        "{output}"
    );
    let output = room.run(&["config", "validate"]).code(78);
    assert!(output.stderr.contains(".orchester.toml:5") && output.stderr.contains("auth.user"), "{output}");
    room.run(&["config", "get", "keystone.hots"]).code(2).says("did you mean keystone.host?");
    room.run(&["config", "set", "keystone.hots", "y"]).code(2).says("did you mean keystone.host?");
    for (key, meant) in [
        ("connector.github.organisation", "connector.github.organization"),
        ("module.STH.notifyurl", "module.STH.notify_url"),
    ] {
        room.run(&["config", "set", key, "y"]).code(2).says(&format!("unknown key {key}; did you mean {meant}?"));
    }
}

#[test]
fn files_are_begun_read_and_changed() {
    let room = Room::new();
    let file = room.path(".orchester.toml");
    room.run(&["config", "init"]).success().says(".orchester.toml");
    let begun = std::fs::read_to_string(&file).unwrap();
    assert!(begun.lines().filter(|line| line.starts_with('#')).count() > 5, "{begun}");
    room.run(&["config", "validate"]).success();
    room.run(&["config", "init"]).code(6).says("already exists");
    assert_eq!(std::fs::read_to_string(&file).unwrap(), begun);
    room.run(&["config", "init", "--force"]).success();

    room.run(&["config", "get", "keystone.port"]).code(3).says("is not set");
    room.run(&["config", "set", "keystone.host", "ks.city.example"]).success();
    room.run(&["config", "set", "keystone.port", "5001"]).success();
    assert_eq!(room.ok(&["config", "get", "keystone.port"]), "5001\n");
    let changed = std::fs::read_to_string(&file).unwrap();
    assert!(changed.starts_with(begun.lines().next().unwrap()), "comments stay: {changed}");
    for (key, value, word) in [
        ("keystone.port", "99999", "1 to 65535"),
        ("keystone.port", "five", "port"),
        ("http.insecure", "maybe", "true"),
        ("output.format", "xml", "table"),
        ("http.timeout", "soon", "10s"),
        ("connector.github.teams", "[1, 2]", "list"),
        ("module.STH.notify_url", "sth:8666/notify", "http://"),
    ] {
        room.run(&["config", "set", key, value]).code(2).says(key).says(word);
    }
    for key in ["connector.github.token", "contexts.x.connector.trello.api_key"] {
        let output = room.run(&["config", "set", key, "canary-typed"]).code(2);
        assert!(output.stderr.contains("does not belong on the command line") && !output.stderr.contains("canary"));
    }
    assert_eq!(std::fs::read_to_string(&file).unwrap(), changed, "a refused change changes nothing");
    room.run(&["config", "unset", "keystone.port"]).success();
    room.run(&["config", "unset", "keystone.port"]).success().says("was not set");
    room.run(&["config", "get", "keystone.port"]).code(3);

    let other = room.path("other.toml").display().to_string();
    room.run(&["config", "set", "service", "there", "--file", &other]).success();
    assert_eq!(std::fs::read_to_string(&other).unwrap(), "service = \"there\"\n");
    // Broken ones can be mended with the program itself.
    room.file(".orchester.toml", "service = \n");
    room.run(&["config", "show"]).code(78).says(".orchester.toml:1:");
    room.run(&["config", "path"]).success().prints(".orchester.toml");
    room.run(&["config", "init", "--force"]).success();
    room.run(&["config", "show"]).success();
}

#[test]
fn the_places_are_listed_the_strongest_first() {
    let room = two_places();
    let named = room.file("named.toml", "").display().to_string();
    room.file("home/.orchester.toml", "");
    let room = room.env("ORCHESTER_CONFIG_PATH", &named);
    let paths = room.ok(&["config", "path", "-o", "name"]);
    let paths: Vec<&str> = paths.lines().collect();
    let ends = ["/named.toml", "/.orchester.toml", "/home/.orchester.toml", "/orchest/config.toml"];
    assert_eq!(paths.len(), ends.len(), "{paths:?}");
    paths.iter().zip(ends).for_each(|(path, end)| assert!(path.ends_with(end), "{path} {end}"));
}

#[test]
fn contexts_are_made_used_and_taken_away() {
    let server = with_users(&[]);
    let room = room(server.url()).without("ORCHEST_KEYSTONE").without("ORCHEST_USER");
    room.run(&["config", "context", "list"]).success().says("no contexts");
    room.run(&["config", "context", "add", "lab", "--keystone", server.url(), "--user", "admin"]).success();
    room.run(&["config", "context", "add", "far", "--keystone", "http://127.0.0.1:9", "--user", "joe"]).success();
    room.run(&["config", "context", "add", "lab", "--keystone", "http://127.0.0.1:9"]).code(6).says("already exists");
    room.run(&["config", "context", "add", "lab", "--keystone", server.url(), "--user", "admin"]).success();
    assert_eq!(room.ok(&["config", "context", "list", "-o", "name"]), "far\nlab\n");

    let list = ["user", "list", "-s", "smart"];
    room.run(&list).code(78).says("where is Keystone?");
    room.run(&[&list[..], &["--context", "lab"]].concat()).success();
    room.run(&["config", "context", "use", "lab"]).success();
    room.run(&list).success();
    let in_use = room.run(&["config", "context", "list", "-o", "json"]).json();
    assert_eq!(in_use, serde_json::json!([{"name": "far", "in_use": false}, {"name": "lab", "in_use": true}]));
    room.run(&[&list[..], &["--context", "lap"]].concat()).code(78).says("\"lap\"").says("did you mean lab?");

    room.run(&["config", "context", "rename", "lab", "test"]).success();
    room.run(&[&list[..], &["--context", "test"]].concat()).success();
    room.run(&list).success();
    room.run(&["config", "context", "rm", "far"]).success();
    room.run(&["config", "context", "rm", "far"]).success().says("was not there");
    assert_eq!(room.ok(&["config", "context", "list", "-o", "name"]), "test\n");
    assert!(server.lines().iter().any(|line| line == LOGIN));
}

#[test]
fn a_protected_context_wants_its_name() {
    let server = with_users(&[]);
    server.on(
        "GET /v3/users?domain_id=d1&name=bob",
        crate::scripted::users_page(&[crate::scripted::user("u5", "bob")], None),
    );
    server.on("DELETE /v3/users/u5", crate::support::server::Reply::Plain(204, Vec::new(), Vec::new()));
    let room = room(server.url());
    room.run(&["config", "context", "add", "prod", "--keystone", server.url(), "--protected"]).success();
    room.run(&["config", "context", "use", "prod"]).success();
    let delete = ["user", "delete", "bob", "-s", "smart"];
    for more in [&[][..], &["--yes"], &["--confirm", "lab"], &["--confirm", "lab", "--yes"]] {
        let output = room.run(&[&delete, more].concat()).code(2);
        assert!(output.stderr.contains("protected") && output.stderr.contains("--confirm prod"), "{output}");
    }
    room.run(&["service", "delete", "smart", "--yes"]).code(2).says("--confirm prod");
    assert_eq!(server.lines(), Vec::<String>::new());
    room.run(&[&delete[..], &["--confirm", "prod"]].concat()).success();
    assert!(server.lines().contains(&"DELETE /v3/users/u5".to_owned()));
    // What destroys nothing is not asked about.
    room.run(&["user", "list", "-s", "smart"]).success();
}

/// Uses what was imported: the address, the user and the scope arrive at the server.
fn assert_logs_in(room: &Room, server: &Server, context: &str, project: &str) {
    let before = server.lines().len();
    room.run(&["user", "list", "-s", "smart", "--context", context]).success();
    let login = server.asked().into_iter().skip(before).find(|asked| asked.path == "/v3/auth/tokens").unwrap();
    let body: serde_json::Value = serde_json::from_str(&login.body).unwrap();
    assert_eq!(body["auth"]["identity"]["password"]["user"]["name"], "joe");
    assert_eq!(body["auth"]["identity"]["password"]["user"]["domain"]["name"], "Lab");
    assert_eq!(body["auth"]["scope"]["project"]["name"], project);
    assert_eq!(body["auth"]["scope"]["project"]["domain"]["name"], "Lab");
}

#[test]
fn clouds_yaml_and_openrc_are_taken_over_without_their_passwords() {
    let server = with_users(&[]);
    let room = room(server.url()).without("ORCHEST_KEYSTONE").without("ORCHEST_USER");
    let url = server.url();
    let clouds = format!(
        "clouds:\n  prod:\n    region_name: R\n    auth:\n      auth_url: {url}/v3\n      username: joe\n      \
         password: canary-cloud\n      project_name: works\n      user_domain_name: Lab\n      \
         project_domain_name: Lab\n  lab:\n    auth: {{auth_url: 'https://lab:5000', username: eve}}\n"
    );
    room.file("clouds.yaml", &clouds);
    let output = room.run(&["config", "import", "clouds.yaml", "--name", "prod"]).success();
    assert!(output.stderr.contains("password was not taken over"), "{output}");
    assert_logs_in(&room, &server, "prod", "works");
    room.run(&["config", "import", "clouds.yaml", "--name", "nope"]).code(78).says("nope");

    let openrc = format!(
        "#!/usr/bin/env bash\nexport OS_AUTH_URL={url}/v3\nexport OS_USERNAME=\"joe\"\nexport OS_USER_DOMAIN_NAME='Lab'\n\
         export OS_PASSWORD=canary-openrc\nexport OS_PROJECT_NAME=\"yard\"\nexport OS_PROJECT_DOMAIN_NAME=Lab\n\
         unset OS_TENANT_ID\nif [ -z \"$X\" ]; then echo no; fi\n"
    );
    room.file("second-openrc.sh", &openrc);
    room.run(&["config", "import", "second-openrc.sh"]).success().says("context second added");
    assert_logs_in(&room, &server, "second", "yard");
    let written = std::fs::read_to_string(room.path(".orchester.toml")).unwrap();
    assert!(!written.contains("canary"), "{written}");
    room.run(&["config", "import", "nowhere.yaml"]).code(2).says("nowhere.yaml");
    room.file("nothing.sh", "echo hello\n");
    room.run(&["config", "import", "nothing.sh"]).code(78).says("nothing to import");
}

#[test]
fn a_cloud_can_be_used_where_it_lies() {
    let server = with_users(&[]);
    let room = room(server.url()).without("ORCHEST_KEYSTONE").without("ORCHEST_USER").without("ORCHEST_PASSWORD");
    let url = server.url();
    let clouds =
        format!("clouds:\n  prod:\n    auth: {{auth_url: '{url}/v3', username: joe, password: canary-cloud}}\n");
    room.file(".config/openstack/clouds.yaml", &clouds);
    let output = room.run(&["user", "list", "-s", "smart", "--os-cloud", "prod"]).success();
    assert_eq!(crate::scripted::passwords(&server), ["canary-cloud"], "{output}");
    room.run(&["user", "list", "-s", "smart", "--os-cloud", "prot"]).code(78).says("did you mean prod?");
}

#[test]
fn the_password_of_a_cloud_goes_to_no_other_server_and_for_no_other_user() {
    let server = with_users(&[]);
    let room = crate::scripted::room_without_password(server.url()).without("ORCHEST_KEYSTONE").without("ORCHEST_USER");
    let url = server.url();
    room.file(
        ".config/openstack/clouds.yaml",
        "clouds:\n  dev:\n    auth: {auth_url: 'http://127.0.0.1:9/v3', username: joe, password: canary-cloud}\n",
    );
    let room = room.env("OS_CLOUD", "dev");
    for text in [
        format!("keystone.url = \"{url}\"\nauth.user = \"admin\"\n"),
        format!("keystone.url = \"{url}\"\n"),
        "auth.user = \"admin\"\n".to_owned(),
    ] {
        room.file(".orchester.toml", &text);
        room.run(&["user", "list", "-s", "smart"]).code(78).says("no password");
    }
    assert_eq!(server.lines(), Vec::<String>::new());
}

#[test]
fn the_cloud_of_a_stranger_is_named_with_what_trusts_it() {
    let server = with_users(&[]);
    let room = crate::scripted::room_without_password(server.url()).without("ORCHEST_KEYSTONE").without("ORCHEST_USER");
    let home = room.path("home");
    std::fs::create_dir(&home).unwrap();
    let room = room.env("HOME", &home.display().to_string()).env("OS_CLOUD", "dev");
    let url = server.url();
    room.file(
        "clouds.yaml",
        &format!("clouds:\n  dev:\n    auth: {{auth_url: '{url}/v3', username: joe, password: canary-cloud}}\n"),
    );
    let list = ["user", "list", "-s", "smart"];
    room.run(&list).code(78).says("orchest config trust clouds.yaml");
    assert_eq!(server.lines(), Vec::<String>::new());
    room.run(&["config", "trust", "clouds.yaml", "--yes"]).success();
    room.run(&list).success();
    assert_eq!(crate::scripted::passwords(&server), ["canary-cloud"]);
}
