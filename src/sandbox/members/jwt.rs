//! Statements that programs sign about themselves. The signature is not looked at; everything else is.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;

/// What such a statement says.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Statement {
    pub(super) header: Value,
    pub(super) claims: Value,
}

impl Statement {
    /// Out of its three parts; the last may not be missing.
    pub(super) fn read(text: &str) -> Option<Self> {
        let parts: Vec<&str> = text.split('.').collect();
        let &[header, claims, signature] = parts.as_slice() else { return None };
        let part = |text: &str| serde_json::from_slice(&URL_SAFE_NO_PAD.decode(text).ok()?).ok();
        let is_signed = URL_SAFE_NO_PAD.decode(signature).is_ok_and(|bytes| !bytes.is_empty());
        is_signed.then_some(Self { header: part(header)?, claims: part(claims)? })
    }

    pub(super) fn text(&self, name: &str) -> &str {
        self.claims.get(name).and_then(Value::as_str).unwrap_or_default()
    }

    /// In seconds since 1970.
    pub(super) fn time(&self, name: &str) -> Option<i64> {
        self.claims.get(name).and_then(Value::as_i64)
    }

    pub(super) fn algorithm(&self) -> &str {
        self.header.get("alg").and_then(Value::as_str).unwrap_or_default()
    }
}

/// For tests: a statement with this header and these claims, signed by nobody.
#[cfg(test)]
pub(super) fn statement(header: &Value, claims: &Value) -> String {
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    format!("{}.{}.c2lnbmVk", part(header), part(claims))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_statement_has_three_parts_and_two_of_them_are_objects() {
        let text = statement(&json!({"alg": "RS256"}), &json!({"iss": "me", "exp": 7}));
        let read = Statement::read(&text).unwrap();
        assert_eq!(
            (read.algorithm(), read.text("iss"), read.time("exp"), read.time("iat")),
            ("RS256", "me", Some(7), None)
        );
        for bad in ["", "a.b", "a.b.c", &text.replace("c2lnbmVk", "")] {
            assert_eq!(Statement::read(bad), None, "{bad}");
        }
    }
}
