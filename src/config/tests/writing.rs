use super::*;

fn read(world: &World) -> String {
    fs::read_to_string(world.path("home/.orchester.toml")).unwrap()
}

#[test]
fn a_change_leaves_everything_else_as_it_was() {
    let world = World::with(&[(
        "home/.orchester.toml",
        "# mine\nservice = 'a' # the city\n\n[keystone] # id\n# where\nhost = \"old\" # keep\n\n[contexts.prod]\nauth.user = 'u'\n",
    )]);
    let path = world.path("home/.orchester.toml");
    edit::set(&path, "keystone.host", "new").unwrap();
    edit::set(&path, "contexts.prod.keystone.port", "5001").unwrap();
    edit::set(&path, "http.timeout", "5m").unwrap();
    assert_eq!(
        read(&world),
        "# mine\nservice = 'a' # the city\n\n[keystone] # id\n# where\nhost = \"new\" # keep\n\n\
         [contexts.prod]\nauth.user = 'u'\n\n[contexts.prod.keystone]\nport = 5001\n\n[http]\ntimeout = \"5m\"\n"
    );
    assert!(edit::unset(&path, "contexts.prod.keystone.port").unwrap());
    assert!(!edit::unset(&path, "contexts.prod.keystone.port").unwrap());
    assert!(world.load().validate().is_empty());
}

#[test]
fn a_value_is_checked_before_it_is_written() {
    let world = World::new();
    let path = world.path("home/.orchester.toml");
    for (key, text) in
        [("keystone.port", "0"), ("http.timeout", "soon"), ("allow_http", "perhaps"), ("auth.scope", "all")]
    {
        assert!(matches!(edit::set(&path, key, text), Err(Error::Type { .. })), "{key}");
    }
    let error = edit::set(&path, "keystone.hots", "a").unwrap_err().to_string();
    assert_eq!(error, "unknown key keystone.hots; did you mean keystone.host?");
    for key in ["", "keystone", "connector", "contexts.prod", "contexts.prod.context", "a b", "keystone..host"] {
        assert!(matches!(edit::set(&path, key, "a"), Err(Error::UnknownKey { .. })), "{key}");
    }
    assert!(!path.exists());
}

#[test]
fn what_was_set_is_what_is_loaded() {
    let world = World::new();
    let path = world.path("home/.orchester.toml");
    for (key, text) in [
        ("service", "quote\" 'and\\ \u{1F600}"),
        ("auth.password_command", "pass show 'a b'"),
        ("keystone.port", "5001"),
        ("allow_http", "yes"),
        ("connector.github.organization", "acme"),
        ("connector.g_drive.domain_admin", "true"),
    ] {
        edit::set(&path, key, text).unwrap();
    }
    let settings = world.load();
    assert_eq!(settings.text("service").unwrap().as_deref(), Some("quote\" 'and\\ \u{1F600}"));
    assert_eq!(settings.list("auth.password_command").unwrap().unwrap(), ["pass", "show", "a b"]);
    assert_eq!(settings.port("keystone.port").unwrap(), Some(5001));
    assert!(settings.boolean("allow_http").unwrap());
    assert_eq!(settings.text("connector.github.organization").unwrap().as_deref(), Some("acme"));
    assert!(settings.boolean("connector.g_drive.domain_admin").unwrap());
    assert!(settings.warnings().is_empty() && settings.validate().is_empty());
}

#[test]
fn what_looks_like_a_number_stays_the_name_it_is() {
    let world = World::new();
    let path = world.path("home/.orchester.toml");
    let texts = [
        ("connector.slack.client_id", "3336676.569200954261"),
        ("connector.github.organization", "0123"),
        ("connector.github.teams", "42"),
        ("connector.trello.workspace", "1e5"),
        ("contexts.prod.connector.trello.workspace", "true"),
        ("paas.alias.kafka", "11223344"),
        ("module.STH.alias", "7"),
    ];
    for (key, text) in texts {
        edit::set(&path, key, text).unwrap();
    }
    edit::set(&path, "connector.slack.pace", "2").unwrap();
    edit::set(&path, "module.STH.host", "sth").unwrap();
    edit::set(&path, "module.STH.port", "8666").unwrap();
    let written: toml::Table = toml::from_str(&read(&world)).unwrap();
    for (key, text) in texts {
        let value = key.split('.').fold(&toml::Value::Table(written.clone()), |value, word| &value[word]).clone();
        assert_eq!(value.as_str(), Some(text), "{key}");
    }
    let settings = world.context("prod").load();
    assert!(settings.validate().is_empty());
    assert_eq!(settings.connector("trello").unwrap().text("workspace").as_deref(), Some("true"));
    assert_eq!(settings.connector("slack").unwrap().duration("pace"), Some(Duration::from_secs(2)));
    assert_eq!(settings.aliases(), [("kafka".to_owned(), "11223344".to_owned())]);
    assert_eq!(settings.modules().unwrap()[0].notify_url.as_deref(), Some("http://sth:8666/notify"));
}

#[test]
fn tables_of_others_are_checked_before_they_are_written_too() {
    let world = World::new();
    let path = world.path("home/.orchester.toml");
    for (key, text) in [
        ("connector.slack.mode", "guess"),
        ("connector.trello.oauth", "perhaps"),
        ("connector.github.api_url", "nowhere"),
        ("connector.github.teams", "[1, 2]"),
        ("connector.github.teams", "['a', 2]"),
        ("module.STH.port", "many"),
        ("module.STH.notify_url", "sth:8666/notify"),
        ("contexts.prod.module.STH.notify_url", "http://sth/?a=b"),
        ("paas.alias.kafka", ""),
    ] {
        assert!(matches!(edit::set(&path, key, text), Err(Error::Type { .. })), "{key}");
    }
    assert!(!path.exists());
    edit::set(&path, "connector.github.teams", "['a', 'b']").unwrap();
    assert_eq!(world.load().connector("github").unwrap().list("teams"), ["a", "b"]);
    edit::set(&path, "defaults.user.columns", "['name']").unwrap();
    assert_eq!(world.load().list("defaults.user.columns").unwrap().unwrap(), ["name"]);
}

#[test]
fn what_connectors_and_modules_do_not_have_is_not_written() {
    let world = World::new();
    let path = world.path("home/.orchester.toml");
    for (key, meant) in [
        ("connector.github.organisation", "connector.github.organization"),
        ("contexts.prod.connector.github.team", "connector.github.teams"),
        ("connector.github.teams.first", "connector.github.teams"),
        ("connector.githab.organization", "connector.github"),
        ("connector.github", "connector.github.organization"),
        ("module.STH.notifyurl", "module.STH.notify_url"),
        ("module.STH.alias.de", "module.STH.alias"),
        ("module.STH", "module.STH.notify_url"),
    ] {
        let error = edit::set(&path, key, "x").unwrap_err().to_string();
        assert_eq!(error, format!("unknown key {key}; did you mean {meant}?"));
    }
    let error = edit::set(&path, "connector.elsewhere.organization", "x").unwrap_err().to_string();
    assert_eq!(error, "unknown key connector.elsewhere.organization");
    assert!(!path.exists());
    // What is there all the same can be taken out.
    world.write("home/.orchester.toml", "[module.STH]\nnotifyurl = 'x'\n");
    assert!(edit::unset(&path, "module.STH.notifyurl").unwrap());
    edit::set(&path, "module.\"S.T\".notify_url", "http://sth:8666/notify").unwrap();
    assert_eq!(world.load().modules().unwrap()[0].name, "S.T");
}

#[test]
fn a_broken_file_is_not_touched() {
    let world = World::with(&[("home/.orchester.toml", "service = \n")]);
    let path = world.path("home/.orchester.toml");
    assert!(matches!(edit::set(&path, "service", "a"), Err(Error::Syntax { line: 1, .. })));
    assert_eq!(read(&world), "service = \n");
    world.write("home/.orchester.toml", "keystone = 5\n");
    assert!(matches!(edit::set(&path, "keystone.host", "a"), Err(Error::Write { .. })));
    assert_eq!(read(&world), "keystone = 5\n");
}

#[test]
fn a_first_file_explains_itself_and_takes_settings() {
    let world = World::new();
    let path = world.path("home/.orchester.toml");
    edit::init(&path, false).unwrap();
    assert!(matches!(edit::init(&path, false), Err(Error::Exists { .. })));
    let starter = read(&world);
    assert!(world.load().validate().is_empty() && world.load().backend("keystone").unwrap().is_none());
    edit::set(&path, "keystone.host", "ks").unwrap();
    assert_eq!(read(&world), format!("{starter}[keystone]\nhost = \"ks\"\n"));
    edit::init(&path, true).unwrap();
    assert_eq!(read(&world), starter);
    // The lines that are switched off are right, too.
    let on: Vec<&str> = starter.lines().filter_map(|line| line.strip_prefix("# ")).collect();
    let on: Vec<&str> = on.into_iter().filter(|line| line.starts_with('[') || line.contains(" = ")).collect();
    world.write("home/.orchester.toml", &on.join("\n"));
    assert_eq!(world.load().validate(), []);
}

#[test]
fn contexts_are_added_chosen_renamed_and_removed() {
    let world = World::with(&[("home/.orchester.toml", "# top\nservice = 'a'\n")]);
    let path = world.path("home/.orchester.toml");
    let entries = vec![
        ("keystone.url".to_owned(), toml::Value::from("https://ks:5000")),
        ("protected".to_owned(), toml::Value::from(true)),
    ];
    assert!(contexts::add(&path, "prod", &entries).unwrap());
    assert!(!contexts::add(&path, "prod", &entries).unwrap(), "the same once more");
    assert!(matches!(contexts::add(&path, "prod", &entries[..1]), Err(Error::Exists { .. })));
    assert!(contexts::add(&path, "a.b", &[]).unwrap());
    assert_eq!(contexts::list(&path).unwrap(), ["a.b", "prod"]);

    let known = contexts::list(&path).unwrap();
    assert!(matches!(contexts::choose(&path, "prd", &known), Err(Error::UnknownContext { nearest: Some(_), .. })));
    contexts::choose(&path, "prod", &known).unwrap();
    assert!(world.load().boolean("protected").unwrap());

    contexts::rename(&path, "prod", "live").unwrap();
    assert_eq!(world.load().context().unwrap().0, "live");
    assert_eq!(world.url("keystone").as_deref(), Some("https://ks:5000"));
    assert!(matches!(contexts::rename(&path, "live", "a.b"), Err(Error::Exists { .. })));
    assert!(matches!(contexts::rename(&path, "prod", "x"), Err(Error::UnknownContext { .. })));

    assert!(contexts::remove(&path, "live").unwrap());
    assert!(!contexts::remove(&path, "live").unwrap());
    assert!(world.load().context().is_none());
    assert!(read(&world).starts_with("# top\nservice = 'a'\n"));
}

#[test]
fn bad_names_and_settings_of_contexts_are_refused() {
    let world = World::new();
    let path = world.path("home/.orchester.toml");
    for name in ["", "-x", "a b", "a\u{202e}b", "\n"] {
        assert!(matches!(contexts::add(&path, name, &[]), Err(Error::BadName { .. })), "{name:?}");
    }
    let wrong = [("keystone.port".to_owned(), toml::Value::from("x"))];
    assert!(matches!(contexts::add(&path, "p", &wrong), Err(Error::Type { .. })));
    let numbers = [("connector.github.teams".to_owned(), toml::Value::Array(vec![toml::Value::from(1)]))];
    assert!(matches!(contexts::add(&path, "p", &numbers), Err(Error::Type { .. })));
    let unknown = [("context".to_owned(), toml::Value::from("x"))];
    assert!(matches!(contexts::add(&path, "p", &unknown), Err(Error::UnknownKey { .. })));
    assert!(!path.exists());
}

#[test]
fn an_imported_cloud_can_be_added_and_used() {
    let world = World::new();
    let path = world.path("home/.orchester.toml");
    let clouds = "clouds:\n  dev: {auth: {auth_url: 'https://k:5000/v3', username: u, password: p}, verify: false}\n";
    let imported = import::clouds_yaml(clouds, None).unwrap();
    for (name, entries) in &imported.contexts {
        contexts::add(&path, name, entries).unwrap();
    }
    let keystone = world.context("dev").load().backend("keystone").unwrap().unwrap();
    assert_eq!((keystone.url.as_str(), keystone.insecure), ("https://k:5000", true));
}

#[test]
fn writers_take_turns() {
    let world = World::with(&[("home/.orchester.toml", "# mine\n")]);
    let path = world.path("home/.orchester.toml");
    let writers: Vec<_> = (0..8)
        .map(|number| {
            let path = path.clone();
            std::thread::spawn(move || edit::set(&path, &format!("module.m{number}.alias"), "x"))
        })
        .collect();
    for writer in writers {
        writer.join().unwrap().unwrap();
    }
    let text = read(&world);
    assert!((0..8).all(|number| text.contains(&format!("[module.m{number}]"))), "{text}");
    assert_eq!(fs::read_dir(world.path("home")).unwrap().count(), 2, "something is left behind");
}

#[test]
fn a_first_file_takes_nothing_from_whoever_came_earlier() {
    for _ in 0..8 {
        let world = World::new();
        let path = world.path("home/.orchester.toml");
        let other = path.clone();
        let writer = std::thread::spawn(move || edit::set(&other, "service", "mine"));
        let first = edit::init(&path, false);
        writer.join().unwrap().unwrap();
        assert!(matches!(first, Ok(()) | Err(Error::Exists { .. })), "{first:?}");
        assert_eq!(world.text("service").as_deref(), Some("mine"));
    }
}

#[test]
fn of_two_contexts_of_one_name_one_is_added() {
    let world = World::new();
    let path = world.path("home/.orchester.toml");
    let writers: Vec<_> = (0..8)
        .map(|number| {
            let (path, host) = (path.clone(), toml::Value::from(format!("h{number}")));
            let key = ["keystone.host", "orion.host", "paas.host", "perseo.host"][number % 4];
            std::thread::spawn(move || contexts::add(&path, "prod", &[(key.to_owned(), host)]))
        })
        .collect();
    let added = writers.into_iter().map(|writer| writer.join().unwrap());
    assert_eq!(added.filter(|outcome| matches!(outcome, Ok(true))).count(), 1, "{}", read(&world));
}
