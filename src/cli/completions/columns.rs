//! The columns that the result of a command has: for completion, and for `--columns help`.

use crate::output::View;

use super::super::{
    audit, config, deployment, legacy, log, members, module, paas, platform, policy, present, resource, subscription,
    template, trust,
};

/// By the nouns and verbs of the command.
const VIEWS: &[(&str, &View)] = &[
    ("service list", &present::SERVICE),
    ("service show", &present::SERVICE),
    ("subservice list", &present::SUBSERVICE),
    ("subservice show", &present::SUBSERVICE),
    ("user list", &present::USER),
    ("user show", &present::USER),
    ("group list", &present::GROUP),
    ("group show", &present::GROUP),
    ("group member list", &present::USER),
    ("role list", &present::ROLE),
    ("role show", &present::ROLE),
    ("role assignments", &present::ASSIGNMENT),
    ("user roles", &present::ASSIGNMENT),
    ("policy list", &policy::show::POLICY),
    ("policy lint", &policy::lint::FINDING),
    ("policy diff", &policy::plan::ENTRY),
    ("policy sync", &policy::plan::SYNC),
    ("policy test", &policy::decide::DECISION),
    ("policy templates", &policy::templates::TEMPLATE),
    ("module list", &module::MODULE),
    ("module status", &module::MODULE),
    ("subscription list", &subscription::rows::SUBSCRIPTION),
    ("subscription show", &subscription::rows::SUBSCRIPTION),
    ("resource list", &resource::node::NODE),
    ("resource show", &resource::node::NODE),
    ("log show", &log::LINE),
    ("log follow", &log::LINE),
    ("deployment log", &log::LINE),
    ("trust list", &trust::row::TRUSTS),
    ("trust show", &trust::row::TRUST),
    ("deployment list", &deployment::rows::DEPLOYMENT),
    ("deployment show", &deployment::rows::DEPLOYMENT),
    ("deployment lint", &deployment::lint::PROBLEM),
    ("template list", &template::list::TEMPLATE),
    ("template show", &template::list::TEMPLATE),
    ("template inputs", &template::inputs::INPUT),
    ("paas config", &paas::info::CONFIGURATION),
    ("paas health", &paas::info::PART),
    ("paas test", &paas::test::TEST),
    ("paas user list", &paas::user::USER),
    ("paas user show", &paas::user::USER),
    ("paas schedule list", &paas::schedule::SCHEDULE),
    ("paas schedule show", &paas::schedule::SCHEDULE),
    ("paas ssh-key show", &paas::ssh_key::KEY),
    ("members list", &members::rows::MEMBER),
    ("members invitations", &members::rows::MEMBER),
    ("members check", &members::rows::MEMBER),
    ("members sync", &members::sync::table::SYNC),
    ("members capabilities", &members::rows::ABILITY),
    ("platform version", &platform::version::VERSION),
    ("platform health", &platform::health::HEALTH),
    ("platform loglevel show", &platform::loglevel::LEVEL),
    ("audit list", &audit::RUN),
    ("config show", &config::SETTING),
    ("config path", &config::FILE),
    ("config context list", &config::CONTEXT),
    ("legacy", &legacy::SCRIPT),
    ("legacy orchent", &legacy::SCRIPT),
    ("legacy orpy", &legacy::SCRIPT),
];

/// How the command of these words shows what it has read, where that is always the same.
pub(crate) fn view(command: &str) -> Option<&'static View> {
    VIEWS.iter().find(|(words, _)| *words == command).map(|(_, view)| *view)
}

/// The columns of the command on this path, where they are known beforehand.
pub(super) fn of(path: &[&str]) -> Vec<&'static str> {
    view(&path.join(" ")).map_or_else(Vec::new, |view| view.columns.iter().map(|column| column.key).collect())
}

/// Every command that is here.
#[cfg(all(test, feature = "sandbox", feature = "oauth"))]
pub(super) fn paths() -> impl Iterator<Item = &'static str> {
    VIEWS.iter().map(|(path, _)| *path)
}
