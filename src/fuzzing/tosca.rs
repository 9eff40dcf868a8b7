//! Templates and inputs that others write.

use serde_json::json;

use crate::api::paas::tosca::{Dashboard, Template, lint, read_inputs};

/// Every construct of a template.
const TEMPLATE: &str = include_str!("../api/paas/tosca/demo.yaml");

/// As a template, with all of its checks, as a file of inputs, and as the dashboard's decorations.
pub(super) fn tosca(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let readable = Template::read(&text).is_ok();
    // The checks and the reader agree on what a template is.
    let refused = lint(&text).iter().any(|problem| matches!(problem.rule.name(), "yaml" | "not-a-mapping"));
    assert_eq!(readable, !refused);
    let _ = read_inputs(&text);
    if let (Ok(dashboard), Ok(mut template)) = (Dashboard::read(&text), Template::read(TEMPLATE)) {
        dashboard.apply(&mut template);
    }
}

/// As what is typed behind `-p NAME=`. What is understood is understood the same way again.
pub(super) fn inputs(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let Ok(template) = Template::read(TEMPLATE) else { return };
    for input in template.inputs {
        if let Ok(value) = input.coerce(&text) {
            assert_eq!(input.check(&value).ok(), Some(value));
        }
        let _ = input.check(&json!(text));
        if let Ok(value) = serde_json::from_str(&text) {
            let _ = input.check(&value);
        }
    }
}
