//! What has to hold for any policy and any request for a decision.

use super::decide::{check, decide};
use super::request::{Request, response, subjects};
use super::store::Data;
use super::xml;

/// What was written reads the same when it was read and written again, and a policy that was taken can be decided by.
pub(crate) fn pdp(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let policy = check(&text);
    let Some(root) = xml::parse(&text) else {
        assert!(policy.is_none(), "{policy:?}");
        return;
    };
    let mut written = String::new();
    root.write(&mut written);
    let mut twice = String::new();
    if let Some(again) = xml::parse(&written) {
        again.write(&mut twice);
    }
    assert_eq!(xml::parse(&twice), xml::parse(&written));
    let asked = Request::new(std::iter::once("role"), "fiware:orion:smart:/:::", "read");
    let mut data = Data::default();
    if let Some(policy) = policy {
        data.put("smart", "role", &policy.id, text.to_string());
    }
    for request in [Some(asked), Request::read(&root)].into_iter().flatten() {
        if let Some(decision) = decide(&data, "smart", &request) {
            assert!(xml::parse(&response(decision, true)).is_some());
        }
    }
    subjects(&root);
}
