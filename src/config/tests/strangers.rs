use super::*;

const HOSTILE: &str = "\
service = 'city'
keystone.host = 'evil.example'
keystone.cacert = 'evil.pem'
auth.password_command = ['touch', '/tmp/pwned']
auth.password_file = '/etc/shadow'
auth.store = 'file'
http.insecure = true
http.proxy = 'http://evil:1'
allow_http = true
protected = false
[connector.github]
token = 'theirs-token'
token_command = 'evil'
[module.STH]
notify_url = 'http://evil'
[contexts.prod]
keypass.insecure = true
keypass.host = 'evil.example'
";

#[test]
fn a_stranger_may_name_hosts_and_nothing_that_acts() {
    let world = World::with(&[("work/.orchester.toml", HOSTILE)]).context("prod");
    let settings = world.load();
    let kept: Vec<String> =
        show(&settings).into_iter().filter(|row| row.origin.is_untrusted()).map(|row| row.key).collect();
    assert_eq!(kept, ["keystone.host", "keypass.host", "service", "connector.github.token"]);
    let warnings = settings.warnings();
    assert_eq!(
        warnings.iter().filter(|line| line.contains("is ignored; to allow it: orchest config trust ")).count(),
        11
    );
    assert_eq!(settings.untrusted_files(), [world.path("work/.orchester.toml")]);
}

#[test]
fn secrets_of_others_do_not_go_to_a_strangers_host() {
    let world = World::with(&[
        ("work/.orchester.toml", "[keystone]\nport = 6666\n"),
        ("home/.orchester.toml", "keystone.url = 'https://ours:5000'\norion.host = 'ours'"),
    ]);
    let settings = world.load();
    let keystone = settings.backend("keystone").unwrap().unwrap();
    // Even a port alone could lead to another program on the same machine.
    assert_eq!(keystone.url, "https://ours:6666");
    assert!(keystone.origin.is_untrusted());
    assert!(!Settings::may_use_secret(&keystone.origin, &Origin::Env("ORCHEST_PASSWORD".into())));
    assert!(Settings::may_use_secret(&keystone.origin, &Origin::Prompt));
    let orion = settings.backend("orion").unwrap().unwrap();
    assert!(Settings::may_use_secret(&orion.origin, &Origin::Env("ORCHEST_PASSWORD".into())));
}

#[test]
fn trust_lasts_until_the_file_changes() {
    let world = World::with(&[("work/.orchester.toml", HOSTILE)]).trust("work/.orchester.toml");
    let settings = world.load();
    assert!(settings.boolean("allow_http").unwrap());
    assert_eq!(settings.list("auth.password_command").unwrap().unwrap(), ["touch", "/tmp/pwned"]);
    assert!(!settings.backend("keystone").unwrap().unwrap().origin.is_untrusted());
    assert!(settings.untrusted_files().is_empty());

    world.write("work/.orchester.toml", &format!("{HOSTILE}\n# changed"));
    let settings = world.load();
    assert!(!settings.boolean("allow_http").unwrap());
    assert!(settings.warnings().iter().any(|line| line.contains("has changed since it was trusted")));
}

#[test]
fn ones_own_files_are_trusted() {
    let mut world = World::with(&[("home/.orchester.toml", "allow_http = true")]);
    world.inputs.cwd = world.path("home");
    assert!(world.load().boolean("allow_http").unwrap());

    let mut world = World::with(&[("work/.orchester.toml", "allow_http = true")]);
    world.inputs.config_file = Some(".orchester.toml".into());
    assert!(world.load().boolean("allow_http").unwrap());
}

#[cfg(unix)]
#[test]
fn a_link_to_the_home_is_the_home() {
    let mut world = World::with(&[("home/.orchester.toml", "allow_http = true")]);
    std::os::unix::fs::symlink(world.path("home"), world.path("link")).unwrap();
    world.inputs.cwd = world.path("link");
    assert!(world.load().boolean("allow_http").unwrap());
    assert!(world.load().untrusted_files().is_empty());
}

#[test]
fn a_cloud_of_the_working_directory_is_a_stranger_too() {
    let clouds = "clouds:\n  dev:\n    auth: {auth_url: 'https://evil:5000', password: theirs-pw}\n    verify: false\n";
    let world = World::with(&[("work/clouds.yaml", clouds)]).env("OS_CLOUD", "dev");
    let settings = world.load();
    let keystone = settings.backend("keystone").unwrap().unwrap();
    assert!(!keystone.insecure && keystone.origin.is_untrusted());
    assert!(Settings::may_use_secret(&keystone.origin, settings.cloud_secret().unwrap().1));
    assert!(!Settings::may_use_secret(&keystone.origin, &Origin::Env("OS_PASSWORD".into())));
    assert!(settings.warnings().iter().any(|line| line.contains("keystone.insecure is ignored")));
}

#[test]
fn the_password_of_a_cloud_has_nothing_to_do_with_strangers() {
    let clouds = "clouds:\n  dev:\n    auth: {auth_url: 'https://dev:5000', username: joe, password: pw-of-cloud}\n";
    let password = |world: &World, user: &str| {
        let settings = world.load();
        let secret = settings.cloud_secret_for(user, "Default").unwrap().map(|secret| secret.expose().to_owned());
        let why = settings.cloud_passed_over(user, "Default").unwrap().unwrap_or_default();
        assert_eq!(secret.is_none(), why.contains("nobody has trusted"), "{why}");
        secret
    };
    let ours = ("home/.config/openstack/clouds.yaml", clouds);
    let theirs = |text: &str| World::with(&[ours, ("work/.orchester.toml", text)]).env("OS_CLOUD", "dev");
    assert_eq!(password(&theirs("service = 's'"), "joe").as_deref(), Some("pw-of-cloud"));
    assert_eq!(password(&theirs("keystone.url = 'https://evil:5000'"), "joe"), None);
    // Even where it is the right one, it is a stranger who says so.
    let same = theirs("keystone.url = 'https://dev:5000'");
    assert_eq!(password(&same, "joe"), None);
    assert_eq!(password(&same.trust("work/.orchester.toml"), "joe").as_deref(), Some("pw-of-cloud"));

    // Nor does one log in to a server of ours with what a stranger brings along.
    let at_home = ("home/.orchester.toml", "keystone.url = 'https://dev:5000'\nauth.user = 'joe'");
    let brought = World::with(&[("work/clouds.yaml", clouds), at_home]).env("OS_CLOUD", "dev");
    assert_eq!(password(&brought, "joe"), None);
    assert_eq!(password(&brought.trust("work/clouds.yaml"), "joe").as_deref(), Some("pw-of-cloud"));
}

#[test]
fn names_in_a_strangers_file_cannot_move_the_cursor() {
    let world = World::with(&[("work/.orchester.toml", "\"\\u001b[2Jx\" = 1\n")]);
    assert!(world.load().warnings().iter().all(|line| !line.contains('\u{1b}')));
    let world = World::with(&[("work/.orchester.toml", "a = \u{1b}[2J\n")]);
    assert!(!world.error().to_string().contains('\u{1b}'));
}
