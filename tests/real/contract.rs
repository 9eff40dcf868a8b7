//! What the real Keystone answers to everything that the product can ask, in one reviewed file. The emulated one is held
//! against the same file.

use crate::support::contract::file::{GOLDEN, render};
use crate::support::contract::{Server, broken, coverage, run};
use crate::support::golden::assert_golden;
use crate::support::keystone::{ADMIN_PASSWORD, Keystone};

#[test]
fn the_contract_is_what_the_real_server_does() {
    // Its own: lists are compared whole.
    let keystone = Keystone::start();
    let server = Server { url: keystone.url().to_owned(), admin_password: ADMIN_PASSWORD.to_owned() };
    let shapes = run(&server);
    println!("{}", coverage(&shapes));
    assert_golden(GOLDEN, &render(&shapes));
    assert_eq!(broken(&shapes), Vec::<String>::new());
}
