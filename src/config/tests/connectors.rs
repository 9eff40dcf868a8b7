use super::*;

const OLD: &str = r#"{"default_connector": "trello", "connectors": {
    "github": {"token": "ghp_of-the-old-file", "org_id": "acme"},
    "trello": {"api_key": "k", "api_secret": "s", "token": "t", "token_secret": "", "team_id": "crew"},
    "g_drive": {"credential_path": "c.json", "token_path": "t.json", "file_id": "F1"},
    "g_groups": {}, "slack": {"token": "", "legacy_token": "xoxp-old"}}}"#;

#[test]
fn the_old_file_is_understood_as_it_was() {
    let settings = World::with(&[("work/.orchester.json", OLD)]).load();
    assert_eq!(settings.default_connector().unwrap().as_deref(), Some("trello"));
    let all: Vec<String> = settings.connectors().unwrap().into_iter().collect();
    assert_eq!(all, ["g_drive", "github", "slack", "trello"]);
    let github = settings.connector("github").unwrap();
    assert_eq!((github.text("organization").as_deref(), github.text("api_url")), (Some("acme"), None));
    assert_eq!(github.secret("token").unwrap().0.expose(), "ghp_of-the-old-file");
    let trello = settings.connector("trello").unwrap();
    assert_eq!((trello.text("workspace").as_deref(), trello.forgotten.as_slice()), (Some("crew"), &["api_secret"][..]));
    assert!(settings.connector("slack").unwrap().is_empty(), "empty texts are no settings");
}

#[test]
fn tables_count_more_key_by_key_and_paths_are_relative_to_their_file() {
    let tables = "default_connector = 'slack'\n[connector.github]\norganization = 'other'\nteams = ['a', 'b']\n\
        [connector.g_drive]\ntoken_path = 'own.json'\n";
    let world = World::with(&[("home/.orchester.json", OLD), ("home/.orchester.toml", tables)]);
    let settings = world.load();
    assert_eq!(settings.default_connector().unwrap().as_deref(), Some("slack"));
    let github = settings.connector("github").unwrap();
    assert_eq!(
        (github.text("organization").as_deref(), github.list("teams")),
        (Some("other"), vec!["a".into(), "b".into()])
    );
    assert_eq!(github.secret("token").unwrap().0.expose(), "ghp_of-the-old-file");
    let drive = settings.connector("g_drive").unwrap();
    assert_eq!(drive.path("token_path"), Some(world.path("home/own.json")));
    assert_eq!(
        drive.path("credential_path"),
        Some(world.path("work/c.json")),
        "the old file means the working directory"
    );
}

#[test]
fn a_slip_is_told_with_what_was_meant() {
    for (text, meant) in [
        ("[connector.github]\norganisation = 'acme'\n", "connector.github.organization"),
        ("[connector.githab]\norganization = 'acme'\n", "connector.github"),
    ] {
        let settings = World::with(&[("home/.orchester.toml", text)]).load();
        let error = settings.connectors().err().or_else(|| settings.connector("github").err()).unwrap();
        assert!(error.to_string().contains(meant), "{error}");
    }
    for bad in ["teams = [1]", "token_file = ['a']", "organization = ['a']", "token_command = 5"] {
        let text = format!("[connector.github]\n{bad}\n");
        assert!(World::with(&[("home/.orchester.toml", &text)]).load().connector("github").is_err(), "{bad}");
    }
    let settings = World::with(&[("home/.orchester.toml", "[connector.slack]\nmode = 'free'\n")]).load();
    assert!(settings.connector("slack").err().unwrap().to_string().contains("check-only, channel, scim, admin"));
}

#[test]
fn of_the_ways_to_say_a_secret_the_nearest_is_left() {
    let left = |world: &World| {
        let github = world.load().connector("github").unwrap();
        ["token_file", "token_command", "token"].into_iter().find(|way| github.origin(way).is_some())
    };
    let text = "[connector.github]\ntoken_file = 'f'\ntoken_command = 'c'\ntoken = 'ghp_of-the-top'\n\
        [contexts.program.connector.github]\ntoken_command = 'c'\n\
        [contexts.plain.connector.github]\ntoken = 'ghp_of-the-context'\n";
    let world = || World::with(&[("home/.orchester.toml", text)]);
    assert_eq!(left(&world()), Some("token_file"), "the same layer");
    assert_eq!(left(&world().context("program")), Some("token_command"));
    assert_eq!(left(&world().context("plain")), Some("token"));
    assert_eq!(left(&world().context("plain").env("ORCHEST_GITHUB_TOKEN_FILE", "g")), Some("token_file"));
    let github = world().load().connector("github").unwrap();
    assert!(github.origin("token_command").is_none() && github.secret("token").is_none(), "one is left");
    // What was said of something else stays, and the old file is the farthest.
    let text = "[connector.github]\ntoken_command = 'c'\nclient_secret = 'canary-client'\n";
    let world = World::with(&[("work/.orchester.json", OLD), ("home/.orchester.toml", text)]);
    assert_eq!(left(&world), Some("token_command"));
    let github = world.load().connector("github").unwrap();
    assert!(github.secret("token").is_none() && github.secret("client_secret").is_some());
    assert_eq!(github.text("organization").as_deref(), Some("acme"));
}

#[test]
fn a_strangers_secret_takes_the_place_of_none_of_ours() {
    let theirs = ("work/.orchester.toml", "[connector.github]\ntoken = 'ghp_of-a-stranger'\n");
    let ours = ("home/.orchester.toml", "[connector.github]\ntoken_file = 'f'\n");
    let has_file = |world: &World| world.load().connector("github").unwrap().path("token_file").is_some();
    let world = World::with(&[theirs, ours]);
    assert!(has_file(&world));
    assert!(!has_file(&world.trust("work/.orchester.toml")));
    assert!(World::with(&[theirs]).load().connector("github").unwrap().secret("token").is_some());
}

#[test]
fn a_broken_old_file_stops_only_those_who_want_it() {
    let settings = World::with(&[("work/.orchester.json", "{")]).load();
    assert!(settings.connectors().is_err() && settings.default_connector().is_err());
    assert_eq!(settings.text("service").unwrap(), None);
}

#[test]
fn every_key_of_the_example_is_one() {
    let example = include_str!("../../../.orchester.example.toml");
    for (name, keys) in crate::config::connectors::CONNECTORS {
        let start = example.find(&format!("[connector.{name}]")).unwrap_or_else(|| panic!("{name} is missing"));
        let section = example[start + 1..].split("\n[").next().unwrap().split("\n#[").next().unwrap();
        for key in *keys {
            assert!(section.contains(&format!("{} = ", key.name)), "connector.{name}.{} is missing", key.name);
        }
    }
}
