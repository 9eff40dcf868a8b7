use super::*;

fn modules(text: &str) -> Result<Vec<(String, Option<String>, String)>, Error> {
    let settings = World::with(&[("home/.orchester.toml", text)]).load();
    Ok(settings.modules()?.into_iter().map(|module| (module.name, module.notify_url, module.alias)).collect())
}

fn wrong(text: &str) -> String {
    modules(text).unwrap_err().to_string()
}

#[test]
fn modules_have_an_address_in_one_or_in_parts() {
    let text = "[module.STH]\nnotify_url = 'http://sth:8666/notify'\nalias = 'history'\n\
        [module.PERSEO]\nhost = 'cep'\nport = 9090\n\
        [module.CYGNUS]\nprotocol = 'https'\nhost = '::1'\nnotifypath = 'in/all'\n\
        [module.LATER]\nalias = 'not yet'\n";
    let named =
        |name: &str, url: Option<&str>, alias: &str| (name.to_owned(), url.map(str::to_owned), alias.to_owned());
    assert_eq!(
        modules(text).unwrap(),
        [
            named("CYGNUS", Some("https://[::1]/in/all"), "CYGNUS"),
            named("LATER", None, "not yet"),
            named("PERSEO", Some("http://cep:9090/notices"), "PERSEO"),
            named("STH", Some("http://sth:8666/notify"), "history"),
        ]
    );
    assert_eq!(modules("").unwrap(), []);
}

#[test]
fn what_is_wrong_with_a_module_is_named() {
    for url in ["sth:8666", "mqtt://sth/a", "http://sth/?a=b", "http://me:not-for-eyes@sth/", "", "http://sth/(a)"] {
        let message = wrong(&format!("[module.STH]\nnotify_url = \"{url}\"\n"));
        assert!(
            message.contains("module.STH.notify_url: expected a URL") && !message.contains("not-for-eyes"),
            "{message}"
        );
    }
    assert!(wrong("[module.STH]\nnotify = 'http://sth/'\n").contains("unknown key module.STH.notify"));
    assert!(wrong("[module.STH]\nnotifyurl = 'http://sth/'\n").contains("module.STH.notify_url"));
    assert!(wrong("[module.STH.alias]\nde = 'x'\n").contains("unknown key module.STH.alias.de"));
    assert!(wrong("[module.STH]\nport = 0\n").contains("module.STH.port: expected a port"));
    assert!(wrong("module.STH = 'http://sth/'\n").contains("module.STH: expected a table"));
    let settings = World::with(&[("home/.orchester.toml", "[module.STH]\nport = 0\n")]).load();
    assert_eq!(settings.validate().len(), 1);
}

#[test]
fn a_stranger_cannot_say_where_measures_go() {
    let world = World::with(&[("work/.orchester.toml", "[module.STH]\nnotify_url = 'http://evil/notify'\n")]);
    assert_eq!(world.load().modules().unwrap(), []);
    assert_eq!(world.trust("work/.orchester.toml").load().modules().unwrap().len(), 1);
}
