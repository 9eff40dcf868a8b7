//! What is administered at orchestrators of deployments.

use super::row::{Asks, Column, Place, Row};

/// At one that keeps templates and users.
const fn kept(verb: &'static str, line: &'static str) -> Row {
    Row::new(Place::Templates, verb, line)
}

const fn row(verb: &'static str, line: &'static str) -> Row {
    Row::new(Place::Deployments, verb, line)
}

const GONE: &[(Column, i32, &str)] = &[(Column::Missing, 0, "a deletion of what is absent is done")];
const UNKNOWN: &str =
    "what answers so to every question about itself is no orchestrator: the address in the settings is wrong";
const STRANGE: &[(Column, i32, &str)] =
    &[(Column::Unauthorized, 78, UNKNOWN), (Column::Forbidden, 78, UNKNOWN), (Column::NoSuchPath, 78, UNKNOWN)];
const NOBODY_CAN: &[(Column, i32, &str)] = &[(Column::Ok, 1, "no orchestrator offers that, so none is asked")];

pub const ROWS: &[Row] = &[
    row("deployment list", "deployment list"),
    row("deployment show", "deployment show vms").missing("deployment show {nothing}"),
    row("deployment create", "deployment create ~/vm.yaml -p num_vms=2 --group physics --name others"),
    row("deployment update", "deployment update vms -p num_vms=1").missing("deployment update {nothing} -p num_vms=1"),
    row("deployment delete", "deployment delete vms --yes").missing("deployment delete {nothing} --yes").but(GONE),
    row("deployment reset", "deployment reset stuck --yes").missing("deployment reset {nothing} --yes"),
    row("deployment wait", "deployment wait vms").missing("deployment wait {nothing}"),
    row("deployment template", "deployment template vms").missing("deployment template {nothing}").raw(),
    row("deployment outputs", "deployment outputs vms").missing("deployment outputs {nothing}"),
    row("deployment log", "deployment log vms").missing("deployment log {nothing}"),
    row("deployment info", "deployment info vms").missing("deployment info {nothing}"),
    row("deployment lint", "deployment lint ~/vm.yaml").asking(Asks::Nobody),
    row("deployment owner add", "deployment owner add vms bob@https://issuer.sandbox/")
        .asking(Asks::Nobody)
        .but(NOBODY_CAN),
    row("deployment owner rm", "deployment owner rm vms bob@https://issuer.sandbox/")
        .asking(Asks::Nobody)
        .but(NOBODY_CAN),
    row("resource list", "resource list vms").missing("resource list {nothing}"),
    row("resource show", "resource show vms 0").missing("resource show vms 99"),
    row("resource start", "resource start vms 0").missing("resource start vms 99"),
    row("resource stop", "resource stop vms 0").missing("resource stop vms 99"),
    row("resource reboot", "resource reboot vms 0 --yes").missing("resource reboot vms 99 --yes"),
    row("resource reset", "resource reset vms 0").asking(Asks::Nobody).but(NOBODY_CAN),
    row("resource ssh", "resource ssh vms 0").missing("resource ssh vms 99").raw(),
    row("log show", "log show vms").missing("log show {nothing}"),
    row("log follow", "log follow vms").missing("log follow {nothing}"),
    row("log prune", "log prune vms").asking(Asks::Nobody).but(NOBODY_CAN),
    row("legacy orchent", "legacy orchent depshow vms").missing("legacy orchent depshow {nothing}"),
    row("legacy orpy", "legacy orpy dep show vms").missing("legacy orpy dep show {nothing}"),
    row("paas info", "paas info").but(STRANGE),
    row("paas config", "paas config"),
    row("paas health", "paas health").but(STRANGE),
    row("paas test", "paas test").but(STRANGE),
    row("paas schedule list", "paas schedule list"),
    row("paas schedule show", "paas schedule show {schedule}").missing("paas schedule show {nothing}"),
    row(
        "paas schedule create",
        "paas schedule create ~/vm.yaml --files scope:in* --replication rse=DESY --params ~/params.json --group physics --yes",
    ),
    kept("paas user list", "paas user list"),
    kept("paas user show", "paas user show").missing("paas user show nobody@example.org"),
    kept("paas user add", "paas user add"),
    kept("paas user delete", "paas user delete {leaver} --yes")
        .missing("paas user delete nobody@example.org --yes")
        .but(GONE),
    kept("paas user update", "paas user update --email ann@example.org").asking(Asks::Nobody).but(NOBODY_CAN),
    kept("paas ssh-key show", "paas ssh-key show").missing("paas ssh-key show nobody@example.org"),
    kept("paas ssh-key generate", "paas ssh-key generate --key-file ~/fresh --yes")
        .missing("paas ssh-key generate nobody@example.org --key-file ~/fresh --yes"),
    kept("paas ssh-key set", "paas ssh-key set --key-file ~/other.pub --yes")
        .missing("paas ssh-key set nobody@example.org --key-file ~/other.pub --yes"),
    // The key of nobody is no key that is gone: whose it is has to be told.
    kept("paas ssh-key delete", "paas ssh-key delete --yes").missing("paas ssh-key delete nobody@example.org --yes"),
    kept("template list", "template list"),
    kept("template show", "template show virtual-machines").missing("template show nothing"),
    kept("template add", "template add ~/other.yaml"),
    kept("template update", "template update virtual-machines --new-version 9.9")
        .missing("template update nothing --new-version 9.9"),
    kept("template inputs", "template inputs virtual-machines").missing("template inputs nothing"),
    kept("template delete", "template delete virtual-machines --yes")
        .missing("template delete nothing --yes")
        .but(GONE),
];
