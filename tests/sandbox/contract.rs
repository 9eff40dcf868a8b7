//! The emulated Keystone, held against what the real one was seen to answer to everything that the product can ask.

use orchester::sandbox::{Backend, Sandbox, SandboxOptions};

use crate::support::contract::file::expected;
use crate::support::contract::{Difference, Server, broken, coverage, differences, run};

/// What is meant to differ, each with its reason.
const MEANT: &[Difference] = &[
    Difference {
        template: "GET /v3/role_assignments?scope.project.id={project}",
        case: "of a domain as a project, with all below, in effect",
        reason: "Keystone adds rows of other domains by mistake, and rows on the domain as if it were a project",
    },
    Difference {
        template: "GET /v3/role_assignments?scope.project.id={project}",
        case: "of a domain as a project, with all below, with names",
        reason: "it fails to name the rows on the domain that it has added; without them there is nothing to fail at",
    },
];

#[test]
fn the_emulated_keystone_keeps_the_contract() {
    let sandbox = Sandbox::start(SandboxOptions::default()).unwrap();
    let server = Server { url: sandbox.url(Backend::Keystone), admin_password: Sandbox::PASSWORD.to_owned() };
    let shapes = run(&server);
    println!("{}", coverage(&shapes));
    let found = differences(&expected(), &shapes, MEANT);
    assert!(found.is_empty(), "{} differences\n{}", found.len(), found.join("\n"));
    assert_eq!(broken(&shapes), Vec::<String>::new());
}
