//! Every request to GitHub and to Google Drive is one that they describe themselves: in the documents that GitHub and Google
//! publish, and at a live server that is made of GitHub's.

mod drive;
mod github;
mod prism;

use serde_json::Value;

use crate::support::prepared::servers;
use crate::support::server::Asked;

/// A document that tests/servers/descriptions.sh has prepared.
fn document(name: &str) -> Value {
    let path = servers().join("descriptions-1").join(name);
    let text = std::fs::read(&path);
    let text =
        text.unwrap_or_else(|_| panic!("no {}; run tests/servers/descriptions.sh, or tests/run", path.display()));
    serde_json::from_slice(&text).unwrap()
}

/// A request that nobody sent.
fn supposed(method: &str, path: &str, body: Option<&Value>) -> Asked {
    let headers = vec![("content-type".to_owned(), "application/json".to_owned())];
    let body = body.map(Value::to_string).unwrap_or_default();
    Asked { method: method.to_owned(), path: path.to_owned(), headers, body }
}
