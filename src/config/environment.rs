//! Settings and secrets from the variables of the environment.

use std::collections::BTreeMap;

use toml::Value;

use crate::base::Secret;

use super::connectors;
use super::document::Items;
use super::inputs::Inputs;
use super::keys::{self, KEYS};
use super::origin::{Item, Origin};

/// How much a variable weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Weight {
    /// Ours: above all files.
    Own,
    /// Of a tool we stand in for: above all files too, below ours.
    Foreign,
    /// A habit of the whole machine, such as `NO_COLOR`: only above the defaults.
    Ambient,
}

fn weight(variable: &str) -> Weight {
    if variable.starts_with("ORCHEST_") {
        Weight::Own
    } else if ["OS_", "ORCHENT_", "ORCHESTRATOR_", "OIDC_"].iter().any(|start| variable.starts_with(start)) {
        Weight::Foreign
    } else {
        Weight::Ambient
    }
}

/// The settings from variables of one weight.
pub(super) fn layer(inputs: &Inputs, wanted: Weight) -> Items {
    let mut items = Items::new();
    for key in KEYS {
        for variable in key.env.iter().filter(|variable| weight(variable) == wanted) {
            let Some(value) = inputs.variable(variable).and_then(|text| meaning(variable, text)) else { continue };
            // What does not fit its key stays as it is; whoever asks for the key is told, with the variable's name.
            let value = key.kind.read_text(&value).unwrap_or(Value::String(value));
            let origin = Origin::Env((*variable).to_owned());
            items.entry(key.name.to_owned()).or_insert(Item { value, origin });
        }
    }
    if wanted == Weight::Own {
        for (key, kind, variables) in connectors::variables() {
            for variable in variables.into_iter().filter(|variable| !is_secret(variable)) {
                let Some(text) = inputs.variable(&variable) else { continue };
                let value = kind.read_text(text).unwrap_or_else(|| Value::from(text));
                items.entry(key.clone()).or_insert(Item { value, origin: Origin::Env(variable) });
            }
        }
    }
    items
}

/// Some variables of others say our words differently.
fn meaning(variable: &str, text: &str) -> Option<String> {
    match variable {
        "OS_SYSTEM_SCOPE" if matches!(text, "all" | "true") => Some("system".to_owned()),
        "NO_COLOR" => Some("never".to_owned()),
        "CLICOLOR_FORCE" => (text != "0").then(|| "always".to_owned()),
        _ => Some(text.to_owned()),
    }
}

/// Passwords and tokens in the environment, by variable.
pub(super) struct Secrets(BTreeMap<String, Secret>);

impl Secrets {
    pub(super) fn of(inputs: &Inputs) -> Self {
        let found = inputs.env.iter().filter(|(name, text)| !text.is_empty() && is_secret(name));
        Self(found.map(|(name, text)| (name.clone(), Secret::new(text.as_str()))).collect())
    }

    /// The variables that hold one.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    /// The secret of that name: of our own variable `ORCHEST_NAME`, else of the tools we stand in for.
    pub(super) fn find(&self, name: &str) -> Option<(Secret, String)> {
        let words = name.replace(|character: char| !character.is_ascii_alphanumeric(), "_").to_ascii_uppercase();
        let own = format!("ORCHEST_{words}");
        let foreign: &[&str] = match name {
            "password" => &["OS_PASSWORD"],
            "token" => &["OS_TOKEN"],
            "paas.token" => &["ORCHENT_TOKEN", "ORCHESTRATOR_TOKEN"],
            _ => &[],
        };
        std::iter::once(own.as_str())
            .chain(foreign.iter().copied())
            .find_map(|variable| Some((self.0.get(variable)?.clone(), variable.to_owned())))
    }
}

fn is_secret(variable: &str) -> bool {
    let ours = weight(variable) != Weight::Ambient;
    let named = ["PASSWORD", "TOKEN", "SECRET", "API_KEY"].iter().any(|end| variable.ends_with(end));
    ours && named && !is_setting(variable)
}

fn is_setting(variable: &str) -> bool {
    KEYS.iter().any(|key| key.env.contains(&variable)) || is_of_a_connector(variable)
}

fn is_of_a_connector(variable: &str) -> bool {
    // What is secret goes another way.
    let is_open = ["_TOKEN", "_API_KEY", "_SECRET"].iter().all(|end| !variable.ends_with(end));
    is_open && connectors::variables().any(|(_, _, all)| all.iter().any(|known| known == variable))
}

/// Variables that look like ours and almost are.
pub(super) fn slips(inputs: &Inputs) -> Vec<String> {
    let known = || {
        KEYS.iter().flat_map(|key| key.env).copied().chain(["ORCHEST_PASSWORD", "ORCHEST_TOKEN", "ORCHEST_PAAS_TOKEN"])
    };
    inputs
        .env
        .keys()
        .filter(|name| name.starts_with("ORCHEST_") && !is_secret(name) && !is_setting(name))
        .filter_map(|name| {
            let meant = keys::nearest(name, known())?;
            Some(format!("{}: no such variable; did you mean {meant}?", crate::base::text::safe(name)))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn inputs(pairs: &[(&str, &str)]) -> Inputs {
        let env = pairs.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect();
        Inputs { env, ..Inputs::default() }
    }

    #[test]
    fn secrets_are_kept_apart_and_ours_come_first() {
        let inputs =
            inputs(&[("OS_PASSWORD", "theirs-env"), ("ORCHEST_PASSWORD", "ours-env"), ("OS_TOKEN", "token-env")]);
        let secrets = Secrets::of(&inputs);
        let (secret, variable) = secrets.find("password").unwrap();
        assert_eq!((secret.expose(), variable.as_str()), ("ours-env", "ORCHEST_PASSWORD"));
        assert_eq!(secrets.find("token").unwrap().1, "OS_TOKEN");
        for weight in [Weight::Own, Weight::Foreign, Weight::Ambient] {
            assert!(layer(&inputs, weight).is_empty());
        }
    }

    #[test]
    fn any_secret_has_a_variable_of_its_own() {
        let secrets = Secrets::of(&inputs(&[("ORCHEST_GITHUB_TOKEN", "gh-env"), ("ORCHENT_TOKEN", "orchent-env")]));
        assert_eq!(secrets.find("github.token").unwrap().0.expose(), "gh-env");
        assert_eq!(secrets.find("paas.token").unwrap().1, "ORCHENT_TOKEN");
        assert!(secrets.find("password").is_none());
    }

    #[test]
    fn what_is_said_of_a_connector_has_variables_too() {
        let inputs = inputs(&[
            ("ORCHEST_GITHUB_ORGANIZATION", "acme"),
            ("ORCHEST_TRELLO", "http://127.0.0.1:1/1"),
            ("ORCHEST_TRELLO_OAUTH", "true"),
            ("ORCHEST_TRELLO_API_KEY", "canary-key"),
            ("ORCHEST_SLACK_ADMIN_TOKEN", "canary-token"),
            ("ORCHEST_G_DRIVE_TOKEN_PATH", "t.json"),
        ]);
        let items = layer(&inputs, Weight::Own);
        assert_eq!(items["connector.github.organization"].value.as_str(), Some("acme"));
        assert_eq!(items["connector.trello.api_url"].value.as_str(), Some("http://127.0.0.1:1/1"));
        assert_eq!(items["connector.trello.oauth"].value.as_bool(), Some(true));
        assert_eq!(items["connector.g_drive.token_path"].value.as_str(), Some("t.json"));
        assert_eq!(items.len(), 4, "secrets are none of them");
        assert_eq!(Secrets::of(&inputs).find("slack.admin_token").unwrap().0.expose(), "canary-token");
        assert_eq!(slips(&inputs), Vec::<String>::new());
    }

    #[test]
    fn empty_variables_say_nothing() {
        let inputs = inputs(&[("ORCHEST_KEYSTONE_HOST", ""), ("ORCHEST_PASSWORD", "")]);
        assert!(layer(&inputs, Weight::Own).is_empty());
        assert!(Secrets::of(&inputs).find("password").is_none());
    }

    #[test]
    fn other_tools_words_become_ours() {
        let foreign = layer(&inputs(&[("OS_SYSTEM_SCOPE", "all")]), Weight::Foreign);
        assert_eq!(foreign["auth.scope"].value.as_str(), Some("system"));
        let ambient = layer(&inputs(&[("NO_COLOR", "1"), ("CLICOLOR_FORCE", "0")]), Weight::Ambient);
        assert_eq!(ambient["output.color"].value.as_str(), Some("never"));
    }

    #[test]
    fn a_slip_of_the_finger_is_told() {
        let told = slips(&inputs(&[("ORCHEST_KEYSTONE_HOTS", "a"), ("ORCHEST_SOMETHING_ELSE_ENTIRELY", "b")]));
        assert_eq!(told, ["ORCHEST_KEYSTONE_HOTS: no such variable; did you mean ORCHEST_KEYSTONE_HOST?"]);
    }
}
