use super::*;

const EXAMPLE: &str = include_str!("../../../.orchester.example.toml");

/// The example with every setting that is switched off switched on.
fn all_on() -> String {
    let on = |line: &str| match line.strip_prefix('#') {
        Some(rest) if rest.starts_with(|first: char| first == '[' || first.is_ascii_lowercase()) => rest.to_owned(),
        _ => line.to_owned(),
    };
    EXAMPLE.lines().map(on).collect::<Vec<_>>().join("\n")
}

#[test]
fn the_example_can_be_used_as_it_is() {
    let settings = World::with(&[("home/.orchester.toml", EXAMPLE)]).context("prod").load();
    assert_eq!(settings.validate(), []);
    assert_eq!(settings.warnings(), Vec::<String>::new());
    assert_eq!(settings.backend("keystone").unwrap().unwrap().url, "https://keystone.prod.example:5000");
}

#[test]
fn the_example_has_every_key_and_every_variable() {
    let document = document::Document::parse(".orchester.example.toml".as_ref(), &all_on(), true).unwrap();
    assert!(document.unknown.is_empty(), "{:?}", document.unknown);
    for key in KEYS {
        let there = document.top.keys().any(|name| name == key.name || name.starts_with(&format!("{}.", key.name)));
        assert!(there, "{} is missing", key.name);
        for variable in key.env {
            let (start, end) = variable.rsplit_once('_').unwrap_or((variable, ""));
            let short = EXAMPLE.contains(&format!("_{end}")) && EXAMPLE.contains(start);
            assert!(EXAMPLE.contains(variable) || short, "{variable} is missing");
        }
    }
    for (name, item) in &document.top {
        let known = keys::find(name).map(|key| key.kind.read(&item.value).is_some());
        assert_ne!(known, Some(false), "{name}");
    }
}

#[test]
fn the_example_tells_the_defaults() {
    let document = document::Document::parse(".orchester.example.toml".as_ref(), &all_on(), true).unwrap();
    for key in KEYS {
        let Some(default) = key.default.and_then(|default| key.kind.read_text(default)) else { continue };
        assert_eq!(document.top.get(key.name).map(|item| &item.value), Some(&default), "{}", key.name);
    }
}
