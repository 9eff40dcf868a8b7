//! What is done to services, subservices, users, roles, modules and trusts.

use orchester::sandbox::{SandboxOptions, Seed};

use crate::flow::Flow;
use crate::stage::Stage;

/// Stock servers, all direct, with the service of the demonstration: it has names that the flows use too.
pub fn stock() -> SandboxOptions {
    let mut options = SandboxOptions::default();
    options.seed = Seed::Demo;
    options
}

/// Telefonica's, with a PEP before Keypass, Orion and Perseo.
fn platform() -> SandboxOptions {
    let mut options = stock();
    options.platform = true;
    options
}

const MODULE: &str = "[module.STH]\nnotify_url = 'http://sth:8666/notify'\n";

/// What is remembered of the servers, and a token.
pub fn warm(stage: &mut Stage) {
    stage.file(".orchester.toml", MODULE);
    stage.ok("auth whoami");
    stage.ok("service delete nobody_ever --yes --keep-policies --keep-data");
}

/// A service with all that one can have, and another with the same names.
pub fn towns(stage: &mut Stage) {
    warm(stage);
    for name in ["towns", "decoys"] {
        stage.ok(&format!("service create {name} --admin-user adm1 --new-password-file ~/new.pw"));
    }
    if stage.variables.contains_key("ORCHEST_KEYPASS_PEP") {
        as_admin(stage);
    }
    for name in ["towns", "decoys"] {
        if name == "decoys" && stage.variables.get("ORCHEST_DOMAIN").is_some_and(|domain| domain == "towns") {
            continue;
        }
        stage.ok(&format!("subservice create energy -s {name}"));
        stage.ok(&format!("user create carl dora -s {name} --new-password-file ~/new.pw"));
        stage.ok(&format!("role create Gardener -s {name}"));
        stage.ok(&format!("role grant Gardener --to-user carl -s {name}"));
        stage.ok(&format!("role grant Gardener --to-user dora -s {name} -S energy"));
        stage.ok(&format!("module enable STH -s {name} -S energy"));
        stage.ok(&format!("policy update Gardener --template orion-customer -s {name}"));
    }
}

/// From here on the administrator of the service works.
fn as_admin(stage: &mut Stage) {
    for (name, value) in [("USER", "adm1"), ("USER_DOMAIN", "towns"), ("SCOPE", "domain"), ("DOMAIN", "towns")] {
        stage.set(&format!("ORCHEST_{name}"), value);
    }
    stage.set("ORCHEST_PASSWORD", crate::NEW_PASSWORD);
    stage.ok("auth whoami");
}

fn tired(stage: &mut Stage) {
    towns(stage);
    stage.sandbox.forget_tokens();
}

/// Somebody whose token is gone, and nothing else.
fn cold(stage: &mut Stage) {
    towns(stage);
    std::fs::remove_dir_all(stage.home().join(".state/orchest/tokens")).unwrap();
}

/// The cloud's administrator takes a service down, which behind a PEP takes one of its own users.
fn ended(stage: &mut Stage) {
    let before = stage.variables.clone();
    towns(stage);
    stage.variables = before;
}

/// The administrator of the service has a role there, which others may use in its name.
pub fn trusting(stage: &mut Stage) {
    towns(stage);
    stage.ok("role grant Gardener --to-user adm1 -s towns -S energy");
    as_admin(stage);
}

pub const CREATE: &str = "service create cities --admin-user adm1 --new-password-file ~/new.pw --generic-roles --default-groups --modules STH";

pub const FLOWS: [Flow; 19] = [
    Flow::new("service create", stock, warm, CREATE).rolling_back(),
    Flow::new("service create behind a PEP", platform, warm, CREATE).rolling_back(),
    Flow::new("service delete", stock, towns, "service delete towns --yes"),
    Flow::new(
        "subservice create",
        stock,
        towns,
        "subservice create parks -s towns --admin-user eva --new-password-file ~/new.pw --modules STH",
    )
    .rolling_back(),
    Flow::new(
        "subservice create behind a PEP",
        platform,
        towns,
        "subservice create parks -s towns --admin-user eva --new-password-file ~/new.pw --modules STH",
    )
    .rolling_back(),
    Flow::new("subservice delete", stock, towns, "subservice delete energy -s towns --yes"),
    Flow::new(
        "user create",
        stock,
        towns,
        "user create ida jon kim -s towns --new-password-file ~/new.pw --role Gardener --email kim@city.example",
    )
    .of_several(),
    Flow::new("user delete", stock, towns, "user delete carl dora -s towns --yes").of_several(),
    Flow::new("role create", stock, towns, "role create Planter Digger -s towns").of_several(),
    Flow::new("role grant", stock, towns, "role grant Gardener --to-user adm1 -s towns -S energy"),
    Flow::new("policy of a role", stock, towns, "policy update Gardener --template sth-admin -s towns"),
    Flow::new("role delete", stock, towns, "role delete Gardener -s towns --yes").of_several(),
    Flow::new("module activate", stock, towns, "module enable STH -s towns"),
    Flow::new("module activate behind a PEP", platform, towns, "module enable STH -s towns"),
    Flow::new("module deactivate", stock, towns, "module disable STH -s towns -S energy"),
    Flow::new(
        "trust create",
        stock,
        trusting,
        "trust create --trustee carl --role Gardener -s towns -S energy --expires 30d",
    ),
    Flow::new("token renewal", stock, tired, "user list -s towns -o json").reading(),
    Flow::new("auth login", stock, cold, "auth login --store file"),
    Flow::new(
        "service delete behind a PEP",
        platform,
        ended,
        "service delete towns --yes --tenant-user adm1 --tenant-password-file ~/new.pw",
    ),
];
