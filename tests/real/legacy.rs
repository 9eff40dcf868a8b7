//! Every row of docs/legacy.md with a real Keystone: what touches only Keystone, and what Keystone has its part in. The servers
//! beside it are emulated.

use crate::support::keystone::Keystone;
use crate::support::legacy::{Stage, routes, scripts};

#[test]
fn every_script_does_what_it_did() {
    let keystone = Keystone::start();
    let names = |kind: &str| keystone.list(kind).iter().map(|row| row["name"].clone()).collect::<Vec<_>>();
    let all = || ["domains", "projects", "users", "groups", "roles"].map(names);
    let before = all();
    let stage = Stage::with_keystone(keystone.url());
    scripts().iter().for_each(|row| stage.walk(row));
    assert_eq!(all(), before);
}

#[test]
fn every_request_has_its_command() {
    let keystone = Keystone::start();
    routes::walk(Stage::with_keystone(keystone.url()));
}
