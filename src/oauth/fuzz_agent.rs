//! What has to hold for any answer of oidc-agent, and for any token.

use jiff::Timestamp;

use crate::base::Secret;
use crate::base::redact::register;
use crate::base::text::safe;

use super::agent::{Of, access, members};
use super::jwt;
use super::tokens::Access;

/// A token is one, and good; a refusal shows no secret, and nothing that acts on a terminal.
pub(crate) fn agent(bytes: &[u8]) {
    // Begins with no letter that an escape could end with: of `\x1c` and the rest of a secret the whole one would come.
    const SECRET: &str = "Z-canary-of-an-agent";
    register(SECRET);
    let text = String::from_utf8_lossy(bytes).replace('~', SECRET);
    let now = Timestamp::UNIX_EPOCH;
    match members(text.as_bytes()) {
        Ok(members) => match access(&members, &Of::Account("iam".to_owned()), now) {
            Ok(access) => {
                assert!(!access.value.is_empty() && access.expires_at > now && access.issued_at == now);
                // A token may be a piece of any word that is shown, so what is shown must not depend on it.
                let other = Access { value: Secret::new(SECRET), ..access.clone() };
                assert_eq!(format!("{access:?}"), format!("{other:?}"));
            }
            Err(reason) => is_told_safely(&reason, SECRET),
        },
        Err(no) => {
            is_told_safely(&no.reason, SECRET);
            is_told_safely(&no.info, SECRET);
        }
    }
    if let Some(claims) = jwt::read(&text) {
        assert!(text.matches('.').count() == 2, "{claims:?}");
    }
}

fn is_told_safely(text: &str, secret: &str) {
    assert!(safe(text) == text && !text.contains(secret), "{text:?}");
}
