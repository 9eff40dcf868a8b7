//! What a deployment puts out once it is there: made up, but as different from each other as the real ones are.

use serde_json::{Map, Value, json};

/// One for each that the template declares.
pub(super) fn outputs(template: &Value, id: &str) -> Value {
    let declared = template.pointer("/topology_template/outputs").and_then(Value::as_object);
    let mut outputs = Map::new();
    for name in declared.into_iter().flatten().map(|(name, _)| name) {
        outputs.insert(name.clone(), output(name, id));
    }
    Value::Object(outputs)
}

fn output(name: &str, id: &str) -> Value {
    let short = id.get(..8).unwrap_or(id);
    let lower = name.to_lowercase();
    if lower.contains("key") || lower.contains("credential") {
        json!(private_key(short))
    } else if lower.contains("password") || lower.contains("token") {
        json!(format!("made-up-{short}"))
    } else if lower.contains("ips") || lower.contains("addresses") {
        json!(["192.0.2.10", "192.0.2.11"])
    } else if lower.contains("ip") && lower.contains("node") {
        json!("192.0.2.10")
    } else {
        json!(format!("https://{}.{short}.cloud.example/", lower.replace('_', "-")))
    }
}

/// Nothing fits it.
pub(super) fn private_key(word: &str) -> String {
    format!("-----BEGIN RSA PRIVATE KEY-----\nMade-up-key-of-{word}-fits-nothing\n-----END RSA PRIVATE KEY-----\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_is_an_output_for_each_that_is_declared() {
        let template = json!({"topology_template": {"outputs": {"endpoint": 1, "ssh_key": 2, "node_ips": 3}}});
        let all = outputs(&template, "0123456789");
        assert_eq!(all["endpoint"], "https://endpoint.01234567.cloud.example/");
        assert!(all["ssh_key"].as_str().is_some_and(|key| key.contains("PRIVATE KEY")));
        assert!(all["node_ips"].is_array());
        assert_eq!(outputs(&Value::Null, "x"), json!({}));
    }
}
