use super::*;

/// All layers, the one that wins first, each able to say one thing about `auth.user`.
const LAYERS: usize = 7;

fn saying(mask: usize) -> World {
    let says = |layer: usize| mask & (1 << layer) != 0;
    let mut world = World::new();
    if says(0) {
        world = world.flag("auth.user", "layer0", "--user");
    }
    if says(1) {
        world = world.env("ORCHEST_USER", "layer1");
    }
    if says(2) {
        world = world.env("OS_USERNAME", "layer2");
    }
    let files = ["named.toml", "work/.orchester.toml", "home/.orchester.toml", "home/.config/orchest/config.toml"];
    for (at, name) in files.iter().enumerate() {
        let line = if says(at + 3) { format!("auth.user = \"layer{}\"", at + 3) } else { String::new() };
        world.write(name, &line);
    }
    let named = world.path("named.toml");
    world.env("ORCHESTER_CONFIG_PATH", named.to_str().unwrap())
}

#[test]
fn of_any_combination_of_layers_the_highest_wins() {
    for mask in 0..1 << LAYERS {
        let highest = (0..LAYERS).find(|layer| mask & (1 << layer) != 0).map(|layer| format!("layer{layer}"));
        assert_eq!(saying(mask).text("auth.user"), highest, "layers {mask:07b}");
    }
}

#[test]
fn layers_are_merged_key_by_key_and_tables_too() {
    let world = World::with(&[
        ("home/.orchester.toml", "service = 'a'\n[connector.github]\norganization = 'o'\nteam = 't'\n"),
        ("work/.orchester.toml", "subservice = '/b'\n[connector.github]\nteam = 'mine'\n[connector.slack]\nx = 1\n"),
    ]);
    let settings = world.load();
    assert_eq!(settings.text("service").unwrap().as_deref(), Some("a"));
    assert_eq!(settings.text("subservice").unwrap().as_deref(), Some("/b"));
    assert_eq!(settings.names("connector").into_iter().collect::<Vec<_>>(), ["github", "slack"]);
    let github: Vec<_> = settings
        .entries("connector.github")
        .into_iter()
        .map(|(path, item)| (path.join("/"), item.value.as_str().unwrap().to_owned()))
        .collect();
    assert_eq!(github, [("organization".into(), "o".into()), ("team".into(), "mine".to_owned())]);
}

#[test]
fn every_origin_names_its_place() {
    let world =
        World::with(&[("home/.orchester.toml", "# first\nservice = 'a'\n\n[contexts.prod]\nauth.user = 'u'\n")])
            .context("prod")
            .env("OS_AUTH_URL", "http://a")
            .flag("jobs", 3, "--jobs");
    let settings = world.load();
    let path = world.path("home/.orchester.toml");
    let origin = |key: &str| settings.get(key).unwrap().origin.to_string();
    assert_eq!(origin("service"), format!("{}:2", path.display()));
    assert_eq!(origin("auth.user"), format!("{}:5 (context prod)", path.display()));
    assert_eq!(origin("keystone.url"), "OS_AUTH_URL");
    assert_eq!(origin("jobs"), "--jobs");
    assert_eq!(origin("http.retries"), "default");
    assert_eq!(settings.context().unwrap().1.to_string(), "--context");
}

#[test]
fn a_context_lies_over_its_own_file_and_merges_across_files() {
    let world = World::with(&[
        (
            "home/.orchester.toml",
            "service = 'top'\nsubservice = '/top'\n[contexts.p]\nservice = 'ctx'\nauth.user = 'ctx'",
        ),
        ("home/.config/orchest/config.toml", "context = 'p'\n[contexts.p]\nservice = 'xdg'\nauth.project = 'xdg'\n"),
    ]);
    assert_eq!(world.text("service").as_deref(), Some("ctx"));
    assert_eq!(world.text("subservice").as_deref(), Some("/top"));
    assert_eq!(world.text("auth.user").as_deref(), Some("ctx"));
    assert_eq!(world.text("auth.project").as_deref(), Some("xdg"));
    assert_eq!(world.env("ORCHEST_SERVICE", "env").text("service").as_deref(), Some("env"));
}

#[test]
fn a_context_that_another_file_overrules_is_told() {
    let world = World::with(&[
        ("work/.orchester.toml", "service = 'mine'\n"),
        ("home/.orchester.toml", "[contexts.p]\nservice = 'ctx'\n"),
    ])
    .context("p");
    let warnings = world.load().warnings();
    assert!(warnings.iter().any(|line| line.contains("service takes precedence over")), "{warnings:?}");
}

#[test]
fn the_context_is_chosen_by_flag_then_variable_then_file() {
    let text = "context = 'a'\n[contexts.a]\nservice='a'\n[contexts.b]\nservice='b'\n[contexts.c]\nservice='c'\n";
    let world = World::with(&[("home/.orchester.toml", text)]);
    assert_eq!(world.text("service").as_deref(), Some("a"));
    let world = world.env("ORCHEST_CONTEXT", "b");
    assert_eq!(world.text("service").as_deref(), Some("b"));
    assert_eq!(world.context("c").text("service").as_deref(), Some("c"));
}

#[test]
fn an_unknown_context_names_the_nearest() {
    let world = World::with(&[("home/.orchester.toml", "[contexts.production]\n")]).context("prodution");
    let error = world.error();
    assert!(matches!(&error, Error::UnknownContext { nearest: Some(name), .. } if name == "production"), "{error}");
    assert!(matches!(World::new().env("ORCHEST_CONTEXT", "x").error(), Error::UnknownContext { nearest: None, .. }));
}

#[test]
fn a_named_file_has_to_exist() {
    let error = World::new().env("ORCHESTER_CONFIG_PATH", "~/nothing.toml").error();
    assert!(error.to_string().starts_with("ORCHESTER_CONFIG_PATH names "), "{error}");
    assert!(matches!(World::new().env("ORCHESTER_CONFIG_PATH", "no.json").error(), Error::NotFound { .. }));
    let mut world = World::with(&[("work/c.toml", "service = 'c'")]);
    world.inputs.config_file = Some("c.toml".into());
    // The option is nearer than the variable, whose file then does not matter.
    assert_eq!(world.env("ORCHESTER_CONFIG_PATH", "gone.toml").text("service").as_deref(), Some("c"));
    assert_eq!(World::new().env("ORCHESTER_CONFIG_PATH", "").text("service"), None);
}

#[test]
fn back_ends_are_put_together_from_the_nearest_parts() {
    let home = |text: &str| World::with(&[("home/.orchester.toml", text)]);
    assert_eq!(home("").url("keystone"), None);
    assert_eq!(home("keystone.host = 'ks'").url("keystone").as_deref(), Some("http://ks:5000"));
    assert_eq!(home("keypass.host = '::1'").url("keypass").as_deref(), Some("http://[::1]:7070"));
    assert_eq!(home("paas.host = 'p'").url("paas").as_deref(), Some("https://p"));
    assert_eq!(home("").url("nonsense"), None);

    let url = || home("keystone.url = 'https://ks.example/identity/v3/'\norion.host = 'low'\norion.port = 99\n");
    assert_eq!(url().url("keystone").as_deref(), Some("https://ks.example/identity"));
    assert_eq!(url().flag("keystone.host", "b", "--keystone-host").url("keystone").as_deref(), Some("https://b"));
    let port = url().flag("keystone.port", 6000, "--keystone-port");
    assert_eq!(port.url("keystone").as_deref(), Some("https://ks.example:6000/identity"));
    assert_eq!(url().env("ORCHEST_ORION", "https://high:1").url("orion").as_deref(), Some("https://high:1"));
    assert_eq!(url().env("ORCHEST_ORION_HOST", "high").url("orion").as_deref(), Some("http://high:99"));
    let both = url().env("OS_AUTH_URL", "http://os:1/v3").env("ORCHEST_KEYSTONE_HOST", "own");
    assert_eq!(both.url("keystone").as_deref(), Some("http://own:1"));
}

#[test]
fn certificates_of_one_back_end_come_before_those_of_all() {
    let text = "keystone.host = 'k'\nkeystone.cacert = 'one.pem'\nhttp.cacert = '~/all.pem'\norion.host = 'o'\n";
    let world = World::with(&[("home/.orchester.toml", text)]);
    let cacert = |world: &World, name: &str| world.load().backend(name).unwrap().unwrap().cacert;
    assert_eq!(cacert(&world, "keystone"), Some(world.path("home/one.pem")));
    assert_eq!(cacert(&world, "orion"), Some(world.path("home/all.pem")));
    let world = world.flag("http.cacert", "typed.pem", "--cacert");
    assert_eq!(cacert(&world, "keystone"), Some(world.path("work/typed.pem")));
}

#[test]
fn values_of_the_wrong_kind_name_key_kind_and_place() {
    let text =
        "keystone.host = 'k'\nkeystone.port = 'many'\nhttp.timeout = '5 years'\nkeypass.url = 'http://u:hunter2@h'\n";
    let world = World::with(&[("home/.orchester.toml", text)]).env("ORCHEST_RETRIES", "often");
    let settings = world.load();
    let error = settings.backend("keystone").unwrap_err().to_string();
    let place = format!("{}:2", world.path("home/.orchester.toml").display());
    assert_eq!(error, format!("keystone.port: expected a port from 1 to 65535, found \"many\" ({place})"));
    assert!(settings.duration("http.timeout").unwrap_err().to_string().contains("5 years"));
    assert!(settings.count("http.retries").unwrap_err().to_string().ends_with("(ORCHEST_RETRIES)"));
    assert!(!settings.backend("keypass").unwrap_err().to_string().contains("hunter2"));
    assert_eq!(settings.validate().len(), 4);
}

#[test]
fn typed_access() {
    let text = "auth.password_command = 'pass show \"a b\"'\nhttp.timeout = 90\nallow_http = true\n\
                [defaults.'user list']\ncolumns = ['a', 'b']\nsort = 'c, d'\n";
    let settings = World::with(&[("home/.orchester.toml", text)]).load();
    assert_eq!(settings.list("auth.password_command").unwrap().unwrap(), ["pass", "show", "a b"]);
    assert_eq!(settings.list(&keys::dotted(&["defaults", "user list", "columns"])).unwrap().unwrap(), ["a", "b"]);
    assert_eq!(settings.list("defaults.\"user list\".sort").unwrap().unwrap(), ["c", "d"]);
    assert_eq!(settings.duration("http.timeout").unwrap(), Some(Duration::from_secs(90)));
    assert_eq!(settings.duration("http.connect_timeout").unwrap(), Some(Duration::from_secs(10)));
    assert!(settings.boolean("allow_http").unwrap());
    assert!(!settings.boolean("protected").unwrap());
    assert_eq!(settings.count("http.parallel").unwrap(), Some(16));
}

#[test]
fn syntax_errors_show_the_line_and_a_caret() {
    let world = World::with(&[("home/.orchester.toml", "service = 'a'\r\nhöst == 'b'\r\n")]);
    let shown = world.error().to_string();
    let path = world.path("home/.orchester.toml");
    assert!(shown.starts_with(&format!("{}:2:", path.display())), "{shown}");
    assert!(shown.contains("2 | höst == 'b'\n"), "{shown}");
    assert!(shown.lines().last().unwrap().trim_start_matches(['|', ' ']).starts_with('^'), "{shown}");
}

#[test]
fn syntax_errors_show_no_secret() {
    for text in [
        "[connector.github]\ntoken = \"ghp_verysecret\nx = 1\n",
        "connector.github = { token = 'ghp_verysecret', x = }\n",
        "[connector.a]\napi_key = '''\nghp_verysecret\n",
        "[connector.a]\napi_key = \"\"\"\nghp_verysecret \\q\n\"\"\"\n",
        "[connector.a]\ntoken = ghp_verysecret\n",
    ] {
        let shown = World::with(&[("home/.orchester.toml", text)]).error().to_string();
        assert!(!shown.contains("verysecret"), "{shown}");
    }
}

#[test]
fn unknown_keys_are_told_with_the_nearest_and_are_errors_to_validate() {
    let text = "keystone.hots = 'a'\n[kesytone]\nport = 1\n[contexts.p]\nauth.usr = 'x'\ncontext = 'q'\n";
    let world = World::with(&[("home/.orchester.toml", text)]);
    let warnings = world.load().warnings();
    let place = world.path("home/.orchester.toml");
    assert_eq!(
        warnings,
        [
            format!("{}:1: unknown key keystone.hots; did you mean keystone.host?", place.display()),
            format!("{}:2: unknown key kesytone; did you mean keystone?", place.display()),
            format!("{}:5 (context p): unknown key auth.usr; did you mean auth.user?", place.display()),
            format!("{}:6 (context p): unknown key context", place.display()),
        ]
    );
    assert_eq!(world.load().validate().len(), 4);
}

#[test]
fn the_old_json_is_found_whole_and_disturbs_nobody() {
    let world = World::with(&[
        ("home/.orchester.json", r#"{"default_connector": "trello"}"#),
        ("home/.orchester.toml", "service = 'a'"),
    ]);
    let settings = world.load();
    let (value, origin) = settings.legacy_json().unwrap().unwrap();
    assert_eq!(value["default_connector"], "trello");
    assert!(!origin.is_untrusted());
    assert_eq!(settings.text("service").unwrap().as_deref(), Some("a"));

    world.write("work/.orchester.json", r#"{"other": 1}"#);
    let settings = world.load();
    let (value, origin) = settings.legacy_json().unwrap().unwrap();
    assert!(value.get("default_connector").is_none() && origin.is_untrusted());

    world.write("work/.orchester.json", "{\n\"token\": \"ghp_veryjson\" oops}");
    let settings = world.load();
    let error = settings.legacy_json().unwrap_err().to_string();
    assert!(error.contains(".orchester.json:2:") && !error.contains("veryjson"), "{error}");
    assert_eq!(settings.text("service").unwrap().as_deref(), Some("a"));

    world.write("named.json", "{}");
    let named = world.path("named.json");
    let settings = world.env("ORCHESTER_CONFIG_PATH", named.to_str().unwrap()).load();
    assert_eq!(settings.legacy_json().unwrap().unwrap().0, &serde_json::json!({}));
    assert_eq!(settings.text("service").unwrap().as_deref(), Some("a"));
}

#[test]
fn clouds_lie_below_the_files() {
    let clouds = "clouds:\n  dev:\n    auth:\n      auth_url: https://dev:5000/v3\n      username: cloud\n      password: pw-of-cloud\n";
    let world =
        World::with(&[("home/.config/openstack/clouds.yaml", clouds), ("home/.orchester.toml", "auth.user = 'file'")])
            .env("OS_CLOUD", "dev");
    assert_eq!(world.url("keystone").as_deref(), Some("https://dev:5000"));
    assert_eq!(world.text("auth.user").as_deref(), Some("file"));
    let settings = world.load();
    let (secret, origin) = settings.cloud_secret().unwrap();
    assert_eq!(secret.expose(), "pw-of-cloud");
    assert!(origin.to_string().ends_with("clouds.yaml:2"), "{origin}");
    assert!(show(&settings).iter().all(|row| !row.value.contains("pw-of-cloud")));
    let error = World::with(&[("home/.config/openstack/clouds.yaml", clouds)]).env("OS_CLOUD", "dve").error();
    assert!(error.to_string().contains("did you mean dev?"), "{error}");
}

const CLOUDS: &str = "\
clouds:
  dev:
    auth: {auth_url: 'https://dev:5000/v3', username: joe, user_domain_name: Lab, password: pw-of-dev}
  plain:
    auth: {auth_url: 'https://KS.example/identity/v3/', username: joe, password: pw-of-plain}
  default:
    auth: {auth_url: 'https://dev:5000', username: joe, user_domain_id: default, password: pw-of-default}
  by_id:
    auth: {auth_url: 'https://dev:5000', username: joe, user_domain_id: 0a1b, password: pw-of-id}
  bare:
    auth: {password: pw-of-bare}
";

fn with_cloud(name: &str, text: &str) -> World {
    World::with(&[("home/.config/openstack/clouds.yaml", CLOUDS), ("home/.orchester.toml", text)]).env("OS_CLOUD", name)
}

/// The password of the cloud for the login in use, or why it was passed over.
fn of_cloud(world: &World) -> Result<String, String> {
    let settings = world.load();
    let user = settings.text("auth.user").unwrap().unwrap();
    let domain = settings.text("auth.user_domain").unwrap().unwrap();
    let secret = settings.cloud_secret_for(&user, &domain).unwrap().map(|secret| secret.expose().to_owned());
    let why = settings.cloud_passed_over(&user, &domain).unwrap();
    assert_eq!(secret.is_some(), why.is_none(), "one of them");
    secret.ok_or_else(|| why.unwrap())
}

/// The reasons alone.
fn reasons(world: &World) -> String {
    let told = of_cloud(world).unwrap_err();
    assert!(told.starts_with("the password of cloud ") && !told.contains("pw-of"), "{told}");
    told.split_once(" was passed over: ").unwrap().1.to_owned()
}

#[test]
fn the_password_of_a_cloud_is_for_its_own_server_and_user() {
    let address = "its address is https://dev:5000";
    assert_eq!(of_cloud(&with_cloud("dev", "service = 's'")).unwrap(), "pw-of-dev");
    for elsewhere in [
        "keystone.url = 'https://prod:5000'",
        "keystone.host = 'prod'",
        "keystone.port = 35000",
        "keystone.protocol = 'http'",
        "keystone.url = 'https://dev'",
        "keystone.url = 'https://dev:5000/other'",
        "context = 'tunnel'\n[contexts.tunnel]\nkeystone.port = 35000",
    ] {
        assert_eq!(reasons(&with_cloud("dev", elsewhere)), address, "{elsewhere}");
    }
    assert_eq!(reasons(&with_cloud("dev", "").env("OS_AUTH_URL", "https://prod:5000")), address);
    assert_eq!(reasons(&with_cloud("dev", "").env("ORCHEST_KEYSTONE_PORT", "35000")), address);
    assert_eq!(reasons(&with_cloud("dev", "").flag("keystone.port", 35000, "--keystone-port")), address);

    assert_eq!(reasons(&with_cloud("dev", "auth.user = 'admin'")), "its user is joe");
    assert_eq!(reasons(&with_cloud("dev", "").flag("auth.user", "eve", "--user")), "its user is joe");
    let other = with_cloud("dev", "").flag("auth.user_domain", "Other", "--user-domain");
    assert_eq!(reasons(&other), "its user domain is Lab");
    assert_eq!(reasons(&other.env("OS_USERNAME", "Joe")), "its user is joe, its user domain is Lab");

    let all = "keystone.url = 'https://prod:5000'\nauth.user = 'admin'";
    assert_eq!(reasons(&with_cloud("dev", all)), format!("{address}, its user is joe"));
    assert_eq!(reasons(&with_cloud("bare", all)), "its address is not named, its user is not named");
    let told = of_cloud(&with_cloud("dev", all)).unwrap_err();
    assert!(told.starts_with("the password of cloud dev (") && told.contains("clouds.yaml:2) was passed"), "{told}");
}

#[test]
fn the_same_login_is_that_of_the_cloud_whoever_says_it() {
    let context = "context = 'dev'\n[contexts.dev]\nkeystone.url = 'https://dev:5000/v3'\nauth.user = 'joe'\n\
                   auth.user_domain = 'Lab'\n";
    assert_eq!(of_cloud(&with_cloud("dev", context)).unwrap(), "pw-of-dev");
    let parts = "keystone.protocol = 'https'\nkeystone.host = 'DEV'\nkeystone.port = 5000";
    assert_eq!(of_cloud(&with_cloud("dev", parts)).unwrap(), "pw-of-dev");
    let typed = with_cloud("dev", "").flag("auth.user", "joe", "--user");
    assert_eq!(of_cloud(&typed.flag("auth.user_domain", "Lab", "--user-domain")).unwrap(), "pw-of-dev");
    let variables = with_cloud("dev", "").env("OS_AUTH_URL", "https://dev:5000/").env("OS_USERNAME", "joe");
    assert_eq!(of_cloud(&variables).unwrap(), "pw-of-dev");
    for same in ["https://ks.example:443/identity", "HTTPS://ks.example/identity/v3"] {
        assert_eq!(of_cloud(&with_cloud("plain", "").env("OS_AUTH_URL", same)).unwrap(), "pw-of-plain", "{same}");
    }
    for other in ["https://ks.example:80/identity", "https://ks.example", "http://ks.example:443/identity"] {
        let world = with_cloud("plain", "").env("OS_AUTH_URL", other);
        assert_eq!(reasons(&world), "its address is https://ks.example/identity", "{other}");
    }
}

#[test]
fn a_cloud_that_names_no_domain_means_default_and_one_that_gives_an_id_means_that() {
    for (cloud, password) in [("plain", "pw-of-plain"), ("default", "pw-of-default")] {
        assert_eq!(of_cloud(&with_cloud(cloud, "")).unwrap(), password);
        assert_eq!(of_cloud(&with_cloud(cloud, "").env("OS_USER_DOMAIN_NAME", "Default")).unwrap(), password);
        assert_eq!(reasons(&with_cloud(cloud, "auth.user_domain = 'Lab'")), "its user domain is Default");
    }
    for text in ["", "auth.user_domain = 'Lab'", "auth.user_domain = '0a1b'"] {
        assert_eq!(reasons(&with_cloud("by_id", text)), "its user domain is not named", "{text}");
    }
}

#[test]
fn the_key_of_the_nearer_layer_counts() {
    let file = ("home/.orchester.toml", "auth.password_file = 'p'\n[contexts.prod]\nauth.password_command = 'pass'\n");
    let nearer = |world: &World| world.load().nearer("auth.password_file", "auth.password_command");
    assert_eq!(nearer(&World::with(&[file])), "auth.password_file");
    assert_eq!(nearer(&World::with(&[file]).context("prod")), "auth.password_command");
    assert_eq!(nearer(&World::with(&[file]).env("ORCHEST_PASSWORD_COMMAND", "pass")), "auth.password_command");
    let both = World::with(&[file]).env("ORCHEST_PASSWORD_COMMAND", "pass").env("ORCHEST_PASSWORD_FILE", "p");
    assert_eq!(nearer(&both), "auth.password_file", "the same layer");
}

#[test]
fn of_a_file_and_a_program_only_the_nearer_one_is_told() {
    let text = "ldap.password_file = 'p'\n[contexts.prod]\nldap.password_command = 'pass ldap'\n";
    let world = World::with(&[("home/.orchester.toml", text)]);
    let file = world.path("home/p");
    assert_eq!(world.load().file_or_command("ldap.password").unwrap(), (Some(file), None));
    let words = vec!["pass".to_owned(), "ldap".to_owned()];
    assert_eq!(world.context("prod").load().file_or_command("ldap.password").unwrap(), (None, Some(words)));
    assert_eq!(World::new().load().file_or_command("ldap.password").unwrap(), (None, None));
}

#[test]
fn what_is_shown_holds_no_secret() {
    let text = "http.proxy = 'http://joe:proxy-pass-1@p:1'\n[connector.github]\ntoken = 'ghp-shown-1'\n\
                nested = [{ api_key = 'ghp-shown-2' }]\norganization = 'acme'\n";
    let world = World::with(&[("home/.orchester.toml", text)]).env("OS_PASSWORD", "os-pass-1");
    let rows = show(&world.load());
    let shown = format!("{rows:?}");
    for secret in ["proxy-pass-1", "ghp-shown-1", "ghp-shown-2", "os-pass-1"] {
        assert!(!shown.contains(secret), "{secret}");
    }
    assert!(rows.iter().any(|row| row.key == "connector.github.organization" && row.value == "acme"));
    assert!(rows.iter().any(|row| row.key == "connector.github.token" && row.value == "***"));
    assert!(world.load().warnings().iter().any(|line| line.contains("chmod 600")));
}

#[test]
fn the_places_are_listed_once_each_in_order() {
    let mut world = World::with(&[("home/.orchester.toml", "")]);
    world.inputs.config_file = Some(world.path("home/.orchester.toml"));
    let listed: Vec<_> = paths(&world.inputs).into_iter().map(|place| (place.why, place.exists)).collect();
    assert_eq!(listed, [("named", true), ("working directory", false), ("XDG configuration directory", false)]);
}

#[test]
fn files_that_are_no_text_are_refused_and_not_waited_for() {
    let world = World::new();
    fs::create_dir(world.path("home/.orchester.toml")).unwrap();
    assert!(matches!(world.error(), Error::Unreadable { .. }));
    let world = World::new();
    fs::write(world.path("home/.orchester.toml"), b"a = '\xff'").unwrap();
    assert!(matches!(world.error(), Error::Unreadable { .. }));
    let world = World::with(&[("home/.orchester.toml", &"#".repeat((1 << 20) + 1))]);
    assert!(matches!(world.error(), Error::Unreadable { .. }));
}
