//! What must not be seen of templates, and of what orchestrators tell: by its name, or by what it holds, at any depth.

mod lines;

use serde_json::Value;

use crate::base::address;
use crate::base::redact::MASK;
use crate::base::yaml::{self, Schema};

/// YAML in YAML in YAML is looked into no deeper than this; what lies below is looked at by its lines.
const DEEPEST: usize = 4;

/// Parts of names that are secret wherever they stand.
const PARTS: &[&str] = &["password", "passwd", "passphrase", "pwd", "secret", "token", "credential"];

/// Last words of names that say where a secret is, or whose: `token_service_uri`, `cvmfs_key_file`, `vault_secret_path`.
const ABOUT: &[&str] = &[
    "url", "uri", "path", "file", "filename", "user", "username", "endpoint", "host", "port", "type", "name", "length",
    "id", "expires", "expiry",
];

/// Whether an input of this name is asked for without echo, and an output masked. Of `disk.0.os.credentials.username` the
/// last part counts.
pub(crate) fn is_secret(name: &str) -> bool {
    let words = words(name.rsplit('.').next().unwrap_or(name));
    if words.last().is_some_and(|word| ABOUT.contains(&word.as_str())) {
        return false;
    }
    let is_public = words.iter().any(|word| word == "public" || word == "pub");
    let joined = words.concat();
    let holds = PARTS.iter().any(|part| joined.contains(part));
    // `keystone_url` and `monkey` have no key in them.
    let is_key = words.iter().any(|word| matches!(word.as_str(), "key" | "keys" | "apikey" | "sshkey" | "privatekey"));
    holds || is_key && !is_public
}

/// The words of a name: `dbPassword`, `db_password` and `DB-PASSWORD` have the same ones.
fn words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut before_is_small = false;
    for one in name.chars() {
        if !one.is_alphanumeric() || before_is_small && one.is_uppercase() {
            words.push(String::new());
        }
        if let Some(word) = words.last_mut().filter(|_| one.is_alphanumeric()) {
            word.extend(one.to_lowercase());
        }
        before_is_small = one.is_lowercase() || one.is_numeric();
    }
    words
}

/// A copy with everything secret masked: what stands under such a name, at any depth, every text with a private key in it,
/// and passwords and tokens in addresses. Text that is JSON or YAML is looked into, and stays text; of any other the lines
/// that give a secret its name.
pub(crate) fn masked(value: &Value) -> Value {
    hidden(value, false, 0)
}

fn hidden(value: &Value, secret: bool, depth: usize) -> Value {
    match value {
        Value::Object(map) => {
            let pair =
                |(name, value): (&String, &Value)| (name.clone(), hidden(value, secret || is_secret(name), depth));
            Value::Object(map.iter().map(pair).collect())
        }
        Value::Array(items) => items.iter().map(|item| hidden(item, secret, depth)).collect(),
        Value::String(text) if secret && !text.is_empty() => MASK.into(),
        Value::String(text) => within(text, depth).into(),
        Value::Number(_) if secret => MASK.into(),
        other => other.clone(),
    }
}

/// A text without what it holds that is secret.
fn within(text: &str, depth: usize) -> String {
    if text.trim_start().starts_with(['{', '['])
        && let Ok(inner) = serde_json::from_str::<Value>(text)
    {
        let shown = hidden(&inner, false, depth);
        return if shown == inner { text.to_owned() } else { shown.to_string() };
    }
    if let Some(inner) = tree(text).filter(|_| depth < DEEPEST) {
        let shown = hidden(&inner, false, depth + 1);
        if shown != inner {
            let shown = yaml::emit(&shown);
            return if text.ends_with('\n') { shown } else { shown.trim_end().to_owned() };
        }
        // Its comments are not in the tree.
    }
    if holds_private_key(text) {
        return MASK.to_owned();
    }
    address::within(&lines::masked(text), |name| address::is_telling(name) || is_secret(name))
}

/// A text that is a mapping or a list in YAML.
fn tree(text: &str) -> Option<Value> {
    // Nothing else can give a secret its name there.
    let read = Some(text).filter(|text| text.contains(':')).and_then(|text| yaml::read(text).ok())?;
    yaml::json(&read.root, Schema::Core12).ok().filter(|value| value.is_object() || value.is_array())
}

/// `-----BEGIN RSA PRIVATE KEY-----` and its relatives, also where the line has been broken or escaped.
fn holds_private_key(text: &str) -> bool {
    text.match_indices("-----BEGIN").any(|(at, begin)| {
        let rest = text.get(at + begin.len()..).unwrap_or_default();
        rest.split_once("-----").map_or(rest, |(label, _)| label).contains("PRIVATE KEY")
    })
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
        let value = json!({"metadata": {"VirtualMachineInfo": inner.to_string(), "note": "x"},
            "list": ["-----BEGIN RSA PRIVATE KEY-----\ncanary\n-----END"], "credential": {"a": "canary"},
            "adminPassword": "canary", "ssh_public_key": "ssh-ed25519 AAAA", "empty_password": ""});
        let value = masked(&value);
        let text = value.to_string();
        assert!(!text.contains("canary"), "{text}");
        assert!(text.contains("10.0.0.1") && text.contains("ssh-ed25519 AAAA") && text.contains(r#"username\":\"u\""#));
        assert_eq!(value["credential"]["a"], MASK);
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

    #[test]
    fn names_are_taken_by_their_words() {
        for secret in [
            "password",
            "admin_password",
            "dbPassword",
            "DB-PASSWORD",
            "iam_token",
            "accessToken",
            "secret",
            "client_secret",
            "passphrase",
            "key",
            "ssh_key",
            "sshKey",
            "s3_access_key",
            "node_keys",
            "credential",
            "node_creds_credential",
            "jupyter_apikey",
            "vault_secret_key",
            "rucio_passwd",
        ] {
            assert!(is_secret(secret), "{secret}");
        }
        for open in [
            "keystone_url",
            "monkey",
            "public_key",
            "ssh_public_key",
            "pubKey",
            "keyboard",
            "endpoint",
            "num_cpus",
            "keypair_name",
            "token_service_uri",
            "cvmfs_key_file",
            "vault_secret_path",
            "token_type",
            "",
        ] {
            assert!(!is_secret(open), "{open}");
        }
    }

    #[test]
    fn what_is_secret_is_masked_wherever_it_stands() {
        let pem = "-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----";
        let outputs = json!({
            "endpoint": "https://x", "node_ip": ["10.0.0.1"], "count": 3,
            "node_creds": {"user": "cloudadm", "token": "abc", "port": 22, "token_type": "password"},
            "admin_password": "hunter2", "empty_password": "", "no_password": null, "pin_secret": 1234,
            "cluster_key": {"a": ["b", {"c": true}]},
            "notes": ["see", pem, format!("x\\n{pem}"), "-----BEGIN OPENSSH PRIVATE KEY-----"],
            "certificate": "-----BEGIN CERTIFICATE-----\nMIIE\n-----END CERTIFICATE----- PRIVATE KEY",
        });
        assert_eq!(
            masked(&outputs),
            json!({
                "endpoint": "https://x", "node_ip": ["10.0.0.1"], "count": 3,
                "node_creds": {"user": "cloudadm", "token": "***", "port": 22, "token_type": "password"},
                "admin_password": "***", "empty_password": "", "no_password": null, "pin_secret": "***",
                "cluster_key": {"a": ["***", {"c": true}]},
                "notes": ["see", "***", "***", "***"],
                "certificate": "-----BEGIN CERTIFICATE-----\nMIIE\n-----END CERTIFICATE----- PRIVATE KEY",
            })
        );
        assert_eq!(masked(&json!(pem)), json!("***"));
    }
    #[test]
    fn addresses_lose_what_opens_them_and_nothing_else() {
        let outputs = json!({"jupyter": "https://h:8888/lab?token=canary-token&theme=dark", "desk": "https://u:canary-pw@h/",
            "signed": "https://h/x?X-Amz-Credential=canary&X-Amz-Date=1&sig=canary", "ssh": "ssh://cloudadm@10.0.0.1",
            "list": ["see https://h/?s3_access_key=canary"], "plain": "https://h/?q=token"});
        let seen = masked(&outputs);
        assert!(!seen.to_string().contains("canary"), "{seen}");
        assert_eq!(seen["jupyter"], "https://h:8888/lab?token=***&theme=dark");
        assert_eq!(seen["desk"], "https://u:***@h/");
        assert_eq!((&seen["ssh"], &seen["plain"]), (&outputs["ssh"], &outputs["plain"]));
    }

    #[test]
    fn yaml_is_looked_into_and_stays_yaml() {
        let config = "# of the cluster\napiVersion: v1\nclusters:\n- cluster: {server: 'https://10.0.0.1:6443'}\n  name: k\n\
            users:\n- name: admin\n  user:\n    client-key-data: canary\n    token: canary\n    password: 1234canary\n";
        let seen = masked(&json!({"kubeconfig": config}));
        let seen = seen["kubeconfig"].as_str().unwrap();
        assert!(!seen.contains("canary") && seen.ends_with('\n'), "{seen}");
        let read = yaml::json(&yaml::read(seen).unwrap().root, Schema::Core12).unwrap();
        assert_eq!(read["clusters"][0]["cluster"]["server"], "https://10.0.0.1:6443");
        assert_eq!(
            read["users"][0],
            json!({"name": "admin", "user": {"client-key-data": MASK, "token": MASK, "password": MASK}})
        );
        // Two documents are no tree.
        let two = masked(&json!(format!("---\n{config}---\nother: open\n")));
        assert!(!two.to_string().contains("canary") && two.as_str().unwrap().ends_with("other: open\n"), "{two}");
        let inner = "a: |\n  b: |\n    c: |\n      d: |\n        e: |\n          token: canary\n          f: open\n";
        let inner = masked(&json!(inner)).to_string();
        assert!(!inner.contains("canary") && inner.contains("f: open"), "{inner}");
    }

    #[test]
    fn what_holds_no_secret_keeps_its_form() {
        for open in ["a:   1 # one\nb: {c: d}\n", "Up: since 10:30, at https://h/?page=2", "{\"a\" :  1}", "- x: 010\n"]
        {
            assert_eq!(masked(&json!(open)), open);
        }
        // Neither do comments hide any.
        let seen = masked(&json!("# password: canary\nuser: u\n"));
        assert_eq!(seen, "# password: ***\nuser: u\n");
    }
}
