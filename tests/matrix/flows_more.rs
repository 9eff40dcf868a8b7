//! Deployments, and people at the four services.

use std::time::Duration;

use orchester::sandbox::{Backend, SandboxOptions, Seed};

use crate::flow::Flow;
use crate::stage::Stage;

const TEMPLATE: &str = include_str!("../../src/sandbox/paas/demo/machines.yaml");
pub fn quick() -> SandboxOptions {
    let mut options = SandboxOptions::default();
    options.paas_speed = Duration::from_millis(1);
    options
}

/// Somebody with a template before the older of the two orchestrators, where somebody else has a deployment already. The
/// newer one is in `tests/it/deployment_killed.rs`.
fn before_indigo(stage: &mut Stage) {
    let url = stage.sandbox.url(Backend::PaasIndigo);
    stage.set("ORCHEST_PAAS", &url);
    let scopes = ["openid", "profile", "email", "offline_access"];
    for who in ["bob", "alice"] {
        let token = stage.sandbox.paas_token(who, &["physics"], &scopes, Duration::from_secs(36_000), false);
        stage.set("ORCHEST_PAAS_TOKEN", &token);
        stage.file("vm.yaml", TEMPLATE);
        if who == "bob" {
            stage.ok("deployment create ~/vm.yaml -p num_vms=1 --group physics --name vms --wait=2h");
            std::fs::remove_dir_all(stage.home().join(".state")).unwrap();
        }
    }
    stage.ok("deployment list");
}

pub fn with_vms(stage: &mut Stage) {
    before_indigo(stage);
    stage.ok("deployment create ~/vm.yaml -p num_vms=2 --group physics --name vms --wait=2h");
}

pub fn people() -> SandboxOptions {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("seed.toml");
    std::fs::write(&path, "[members]\ncrowd = 40\n").unwrap();
    let mut options = SandboxOptions::default();
    options.seed = Seed::read(path.to_str().unwrap()).unwrap();
    options
}

pub fn owner(stage: &mut Stage) {
    stage.sandbox.set_switch("slack.plan=business").unwrap();
    stage.set("ORCHEST_SLACK_MODE", "scim");
    stage.set("ORCHEST_GITHUB_PACE", "0s");
    stage.file("people.csv", &roster());
}

/// Fifty people: most are in, and of the others there is one in every state that there is.
fn roster() -> String {
    let mut text = "name,github,trello,slack,g_drive\n\
        Ada,ada,ada,ada@example.com,ada@example.com\nOli,oli,oli,oli@example.com,\n\
        Bea,bea,,bea@example.com,bea@example.com\nBob,bob,,bob@example.com,\nDan,dan,,,\n\
        Hal,hal,hal,,hal@example.com\nCy,,,cy@example.com,\nNew,,,new@example.com,\nMax,max,max,,\nIvy,,ivy,,\n"
        .to_owned();
    for number in 1..=40 {
        let name = format!("p{number:04}");
        text += &format!("{name},{name},{name},{name}@example.com,{name}@example.com\n");
    }
    text
}

const CREATE: &str = "deployment create ~/vm.yaml -p num_vms=2 --group physics --name vms --wait=2h";

pub const FLOWS: [Flow; 7] = [
    Flow::new("deployment create", quick, before_indigo, CREATE).waiting_after(8).without_name(),
    Flow::new("deployment delete", quick, with_vms, "deployment delete vms --yes --wait=2h").waiting_after(6),
    Flow::new("members add", people, owner, "members add hal max -c github,trello").of_several(),
    Flow::new("members add by address", people, owner, "members add cyd@example.com hal@example.com -c slack,g_drive")
        .of_several(),
    Flow::new("members rm", people, owner, "members rm bea dan -c github,trello --yes").of_several(),
    Flow::new("members rm by address", people, owner, "members rm bea@example.com -c slack,g_drive --yes").of_several(),
    Flow::new(
        "members sync",
        people,
        owner,
        "members sync --from ~/people.csv -c all --remove-extra --max-removals 100% --yes",
    )
    .of_several(),
];
