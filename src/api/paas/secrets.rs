//! What must not be seen of what orchestrators tell: keys and passwords of machines, in whatever depth they lie.

use serde_json::Value;

use crate::base::redact::MASK;

/// Hides them. Text that is JSON is looked into, and stays text.
pub(crate) fn hide(value: &mut Value) {
    match value {
        Value::Object(members) => {
            for (key, member) in members {
                match member {
                    Value::Null | Value::Bool(_) => {}
                    Value::String(text) if text.is_empty() => {}
                    member if is_secret(key) => *member = Value::from(MASK),
                    member => hide(member),
                }
            }
        }
        Value::Array(all) => all.iter_mut().for_each(hide),
        Value::String(text) if text.contains("PRIVATE KEY") => MASK.clone_into(text),
        Value::String(text) if text.trim_start().starts_with(['{', '[']) => {
            if let Ok(mut inner) = serde_json::from_str::<Value>(text) {
                let before = inner.clone();
                hide(&mut inner);
                if inner != before {
                    *text = inner.to_string();
                }
            }
        }
        _ => {}
    }
}

/// Whether a member of that name holds a secret. Of `disk.0.os.credentials.username` the last word counts.
pub(crate) fn is_secret(key: &str) -> bool {
    const SECRET: [&str; 7] = ["password", "passwd", "passphrase", "pwd", "secret", "token", "credential"];
    const ABOUT: [&str; 8] = ["file", "path", "url", "uri", "id", "name", "type", "expire"];
    let last = key.rsplit('.').next().unwrap_or(key);
    let snake: String = last
        .chars()
        .flat_map(|sign| {
            let parting = sign.is_ascii_uppercase().then_some('_');
            parting.into_iter().chain(std::iter::once(sign.to_ascii_lowercase()))
        })
        .collect();
    let words: Vec<&str> =
        snake.split(|sign: char| !sign.is_ascii_alphanumeric()).filter(|word| !word.is_empty()).collect();
    let Some(end) = words.last().map(|word| word.trim_end_matches('s')) else { return false };
    if ABOUT.contains(&end) || words.contains(&"public") || words.contains(&"pub") {
        return false;
    }
    let fused = words.concat();
    matches!(end, "key" | "apikey" | "privatekey") || SECRET.iter().any(|secret| fused.contains(secret))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn secrets_are_hidden_in_whatever_depth() {
        let inner = json!({"vmProperties": [{"class": "system", "net_interface.0.ip": "10.0.0.1",
            "disk.0.os.credentials.username": "u", "disk.0.os.credentials.private_key": "canary-key",
            "disk.0.os.credentials.new.password": "canary-password"}]});
        let mut value = json!({"metadata": {"VirtualMachineInfo": inner.to_string(), "note": "x"},
            "list": ["-----BEGIN RSA PRIVATE KEY-----\ncanary\n-----END"], "credential": {"a": "canary"},
            "adminPassword": "canary", "ssh_public_key": "ssh-ed25519 AAAA", "empty_password": ""});
        hide(&mut value);
        let text = value.to_string();
        assert!(!text.contains("canary"), "{text}");
        assert!(text.contains("10.0.0.1") && text.contains("ssh-ed25519 AAAA") && text.contains(r#"username\":\"u\""#));
        assert_eq!(value["credential"], MASK);
        assert_eq!(value["empty_password"], "");
    }

    #[test]
    fn names_tell() {
        for secret in ["password", "db_password", "userPassword", "private_key", "api_keys", "token", "a.b.passphrase"]
        {
            assert!(is_secret(secret), "{secret}");
        }
        for plain in ["username", "public_key", "sshPublicKey", "key_name", "token_type", "tokenUrl", "keyboard", ""] {
            assert!(!is_secret(plain), "{plain}");
        }
    }
}
