//! Settings of the OpenStack clients, turned into contexts. Secrets stay where they are: they are named, not copied.

use std::path::Path;

use toml::Value;

use super::clouds;
use super::error::Error;
use super::keys::{self, KEYS};
use super::mask;
use super::words;

/// What was found.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Imported {
    /// A context's name and its settings, as [`super::contexts::add`] takes them.
    pub(crate) contexts: Vec<(String, Vec<(String, Value)>)>,
    /// Secrets that were there, by context and name. `orchest auth login` is the way to keep one.
    pub(crate) skipped_secrets: Vec<String>,
    /// What else was there and means nothing here, by context and name.
    pub(crate) ignored: Vec<String>,
}

/// Reads a `clouds.yaml`: all its clouds, or one.
pub(crate) fn clouds_yaml(text: &str, cloud: Option<&str>) -> Result<Imported, Error> {
    let all = clouds::parse(Path::new("clouds.yaml"), text)?;
    if let Some(name) = cloud
        && !all.iter().any(|other| other.name == name)
    {
        let nearest = keys::nearest(name, all.iter().map(|cloud| cloud.name.as_str()));
        let searched = vec!["clouds.yaml".into()];
        return Err(Error::UnknownCloud { name: name.to_owned(), asked_by: "import".to_owned(), searched, nearest });
    }
    let mut imported = Imported { contexts: Vec::new(), skipped_secrets: Vec::new(), ignored: Vec::new() };
    for found in all.into_iter().filter(|found| cloud.is_none_or(|name| found.name == name)) {
        imported.skipped_secrets.extend(found.secret_names().map(|secret| format!("{}: {secret}", found.name)));
        imported.ignored.extend(found.ignored.iter().map(|word| format!("{}: {word}", found.name)));
        let entries = found.entries.into_iter().map(|(key, value)| (key.to_owned(), value)).collect();
        imported.contexts.push((found.name, entries));
    }
    if imported.contexts.is_empty() {
        return Err(Error::NothingToImport { reason: "the file defines no cloud".to_owned() });
    }
    Ok(imported)
}

/// Reads an `openrc` file into one context. No shell runs: lines that set an `OS_` variable to a plain value count, and
/// a value that a shell would have to work out is named among the ignored.
pub(crate) fn openrc(text: &str, context: &str) -> Result<Imported, Error> {
    let mut imported = Imported { contexts: Vec::new(), skipped_secrets: Vec::new(), ignored: Vec::new() };
    let mut entries: Vec<(String, Value)> = Vec::new();
    for (variable, value) in text.lines().filter_map(assignment) {
        let told = format!("{context}: {variable}");
        if mask::is_secret_name(variable) && !KEYS.iter().any(|key| key.env.contains(&variable)) {
            imported.skipped_secrets.push(told);
            continue;
        }
        match value.as_deref().and_then(|value| setting(variable, value)) {
            // As in a shell, the last assignment counts.
            Some((key, value)) => {
                entries.retain(|(other, _)| other != key);
                entries.push((key.to_owned(), value));
            }
            None => imported.ignored.push(told),
        }
    }
    imported.skipped_secrets.dedup();
    if entries.is_empty() {
        return Err(Error::NothingToImport { reason: "no OS_ variable is set to a plain value there".to_owned() });
    }
    imported.contexts.push((context.to_owned(), entries));
    Ok(imported)
}

/// The variable a line sets, and its value if it is a plain one.
fn assignment(line: &str) -> Option<(&str, Option<String>)> {
    let line = line.trim();
    let line = line.strip_prefix("export").filter(|rest| rest.starts_with(char::is_whitespace)).unwrap_or(line);
    let (variable, rest) = line.trim_start().split_once('=')?;
    let plain = variable.chars().all(|character| character.is_ascii_alphanumeric() || character == '_');
    if !plain || !variable.starts_with("OS_") {
        return None;
    }
    // `a=b;c` and `a=b&` are two commands to a shell; a word with such a sign outside of quotes is not plain.
    let word = words::first(rest)
        .filter(|word| !word.expands && (!rest.contains([';', '&', '|']) || rest.starts_with(['"', '\''])));
    Some((variable, word.map(|word| word.text)))
}

fn setting(variable: &str, value: &str) -> Option<(&'static str, Value)> {
    let (key, value) = match (variable, value) {
        ("OS_SYSTEM_SCOPE", "all" | "true") => ("auth.scope", "system"),
        ("OS_USER_DOMAIN_ID", "default") => ("auth.user_domain", "Default"),
        ("OS_PROJECT_DOMAIN_ID", "default") => ("auth.project_domain", "Default"),
        // The name of a cloud is no setting of a context.
        (_, "") | ("OS_CLOUD", _) => return None,
        _ => (KEYS.iter().find(|key| key.env.contains(&variable))?.name, value),
    };
    Some((key, keys::find(key)?.kind.read_text(value)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entries(imported: &Imported, at: usize) -> Vec<(&str, &str)> {
        imported.contexts[at].1.iter().map(|(key, value)| (key.as_str(), value.as_str().unwrap_or("-"))).collect()
    }

    const CLOUDS: &str = r"
clouds:
  prod:
    auth:
      auth_url: https://ks.example:5000/v3
      username: admin
      password: not-to-be-copied
      user_domain_name: Default
      project_name: 4711
      project_domain_id: default
      project_id: abc
    region_name: RegionOne
    cacert: ~/ca.pem
    verify: false
  sys:
    auth: { auth_url: 'http://localhost:5000', username: root, system_scope: all }
    verify: true
";

    #[test]
    fn clouds_become_contexts_without_their_secrets() {
        let imported = clouds_yaml(CLOUDS, None).unwrap();
        assert_eq!(
            entries(&imported, 0),
            [
                ("keystone.url", "https://ks.example:5000/v3"),
                ("auth.user", "admin"),
                ("auth.user_domain", "Default"),
                ("auth.project", "4711"),
                ("auth.project_domain", "Default"),
                ("http.cacert", "~/ca.pem"),
                ("keystone.insecure", "-"),
            ]
        );
        assert!(entries(&imported, 1).contains(&("auth.scope", "system")));
        assert!(!entries(&imported, 1).iter().any(|(key, _)| *key == "keystone.insecure"));
        assert_eq!(imported.skipped_secrets, ["prod: password"]);
        assert_eq!(imported.ignored, ["prod: project_id", "prod: region_name"]);
        assert!(!format!("{imported:?}").contains("not-to-be-copied"));
    }

    #[test]
    fn one_cloud_by_name() {
        assert_eq!(clouds_yaml(CLOUDS, Some("sys")).unwrap().contexts.len(), 1);
        let error = clouds_yaml(CLOUDS, Some("prd")).unwrap_err();
        assert!(error.to_string().contains("did you mean prod?"), "{error}");
    }

    #[test]
    fn yaml_that_is_something_else_is_refused() {
        for bad in ["", "a: [", "clouds: 5", "- a", "clouds: {}", "a: &a [*a, *a]"] {
            assert!(clouds_yaml(bad, None).is_err(), "{bad}");
        }
    }

    #[test]
    fn openrc_without_a_shell() {
        let text = r#"#!/usr/bin/env bash
export OS_AUTH_URL=https://ks.example:5000/v3  # the address
export OS_PROJECT_NAME="smart city"
export OS_PROJECT_DOMAIN_ID='default'
OS_USERNAME=first
export	OS_USERNAME='o''neil'
echo "Please enter your password: "
read -sr OS_PASSWORD_INPUT
export OS_PASSWORD=$OS_PASSWORD_INPUT
export OS_REGION_NAME="RegionOne"
export OS_CACERT=$(id)
if [ -z "$OS_REGION_NAME" ]; then unset OS_REGION_NAME; fi
export OS_USER_DOMAIN_NAME=a;id
export PATH=/evil
"#;
        let imported = openrc(text, "prod").unwrap();
        assert_eq!(
            entries(&imported, 0),
            [
                ("keystone.url", "https://ks.example:5000/v3"),
                ("auth.project", "smart city"),
                ("auth.project_domain", "Default"),
                ("auth.user", "oneil"),
            ]
        );
        assert_eq!(imported.skipped_secrets, ["prod: OS_PASSWORD"]);
        assert_eq!(imported.ignored, ["prod: OS_REGION_NAME", "prod: OS_CACERT", "prod: OS_USER_DOMAIN_NAME"]);
        assert!(matches!(openrc("echo hello\n", "x"), Err(Error::NothingToImport { .. })));
    }
}
