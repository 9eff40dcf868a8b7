//! What users and administrators want of an orchestrator of deployments: the two lists of its authors, with our words for each
//! wish and what either dialect makes of it. `orchest help paas` and docs/paas.md are made of it.

use crate::api::paas::{Dialect, Feature};

/// What a dialect makes of a wish.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    Yes,
    /// Yes, but.
    Part(&'static str),
    /// It lacks this; what to do instead is known there.
    No(Feature),
}

/// One wish.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Wish {
    /// `U1` and so on for users, `A1` for administrators.
    pub(crate) number: &'static str,
    pub(crate) what: &'static str,
    /// Capitals are to be filled in.
    pub(crate) commands: &'static [&'static str],
    pub(crate) v1: Standing,
    pub(crate) indigo: Standing,
}

impl Standing {
    pub(crate) fn shown(self, dialect: Dialect) -> String {
        match self {
            Self::Yes => "yes".to_owned(),
            Self::Part(but) => format!("yes, but {but}"),
            Self::No(feature) => format!("no: {}", feature.instead(dialect).unwrap_or("there is no other way")),
        }
    }
}

const fn wish(
    number: &'static str,
    what: &'static str,
    commands: &'static [&'static str],
    v1: Standing,
    indigo: Standing,
) -> Wish {
    Wish { number, what, commands, v1, indigo }
}

use Standing::{No, Part, Yes};

const BY_TEMPLATE: &str = "it takes a request for each template, and what is whose is sorted out here";
const BROKEN: &str = "the servers seen answer 500 and delete nothing, which is then said";
const ISSUER: &str = "only for those of the same issuer";
const OWNER: &str = "only for whoever made the deployment";
const CREATE: &str = "deployment create FILE -p NAME=VALUE --group GROUP";
const NEW_KEY: &str = "paas ssh-key generate --key-file FILE";

/// In the order of the two lists.
pub(crate) const WISHES: [Wish; 27] = [
    wish("U1", "add yourself as a user", &["paas user add"], Yes, No(Feature::AddUser)),
    wish(
        "U2",
        "edit your details: picture, name, SSH key",
        &["paas ssh-key set --key-file FILE", NEW_KEY],
        Part("the SSH key alone; picture, name and e-mail follow the account at the issuer"),
        No(Feature::SshKeys),
    ),
    wish("U3", "list the TOSCA templates", &["template list"], Yes, No(Feature::Templates)),
    wish("U4", "submit a deployment", &[CREATE], Yes, Yes),
    wish("U5", "see a deployment of yours by its id", &["deployment show DEPLOYMENT"], Yes, Yes),
    wish("U6", "list your deployments", &["deployment list --mine"], Part(BY_TEMPLATE), Yes),
    wish("U7", "delete a deployment of yours", &["deployment delete DEPLOYMENT"], Part(BROKEN), Yes),
    wish(
        "U8",
        "update a deployment of yours",
        &["deployment update DEPLOYMENT FILE"],
        No(Feature::UpdateTemplate),
        Part("it always deploys anew"),
    ),
    wish(
        "U9",
        "reset a deployment of yours that is stuck",
        &["deployment reset DEPLOYMENT"],
        No(Feature::Reset),
        Part("only from DELETE_IN_PROGRESS to DELETE_FAILED"),
    ),
    wish(
        "U10",
        "see the template of a deployment",
        &["deployment template DEPLOYMENT"],
        Part("as JSON, without comments"),
        Yes,
    ),
    wish("U11", "list the resources of a deployment", &["resource list DEPLOYMENT"], No(Feature::Resources), Yes),
    wish(
        "U12",
        "start, stop and reboot a machine",
        &[
            "resource stop DEPLOYMENT RESOURCE",
            "resource start DEPLOYMENT RESOURCE",
            "resource reboot DEPLOYMENT RESOURCE",
        ],
        No(Feature::Act),
        Part("there is no reboot: stop it, wait, start it"),
    ),
    wish(
        "U13",
        "reset a resource that is stuck",
        &["resource reset DEPLOYMENT RESOURCE"],
        No(Feature::ResetResource),
        No(Feature::ResetResource),
    ),
    wish(
        "U14",
        "read the logs of a deployment",
        &["deployment log DEPLOYMENT"],
        No(Feature::Log),
        Part("only that of the Infrastructure Manager, and only while the deployment is there"),
    ),
    wish(
        "A1",
        "delete a user",
        &["paas user delete USER"],
        Part("only one without deployments and templates"),
        No(Feature::DeleteUser),
    ),
    wish("A2", "add a TOSCA template", &["template add FILE"], Yes, No(Feature::Templates)),
    wish(
        "A3",
        "change or remove a TOSCA template",
        &["template update TEMPLATE --new-version VERSION", "template delete TEMPLATE"],
        Part("not its document, and only one that no deployment uses is removed"),
        No(Feature::Templates),
    ),
    wish("A4", "see any deployment by its id", &["deployment show DEPLOYMENT"], Yes, Part(ISSUER)),
    wish("A5", "list all deployments", &["deployment list"], Part(BY_TEMPLATE), Part(ISSUER)),
    wish(
        "A6",
        "update any deployment without deploying anew",
        &["deployment update DEPLOYMENT --group GROUP"],
        Part("its group is all that can be changed"),
        No(Feature::UpdateGroup),
    ),
    wish(
        "A7",
        "delete any deployment, from the database too",
        &["deployment delete DEPLOYMENT --force"],
        Part(BROKEN),
        Part(OWNER),
    ),
    wish("A8", "reset any deployment", &["deployment reset DEPLOYMENT"], No(Feature::Reset), Part(OWNER)),
    wish(
        "A9",
        "add and remove owners of a deployment",
        &["deployment owner add DEPLOYMENT WHO", "deployment owner rm DEPLOYMENT WHO"],
        No(Feature::Owners),
        No(Feature::Owners),
    ),
    wish(
        "A10",
        "list and manage the resources of any deployment",
        &["resource list DEPLOYMENT", "resource stop DEPLOYMENT RESOURCE"],
        No(Feature::Resources),
        Part("only the owner starts and stops"),
    ),
    wish(
        "A11",
        "reset any resource",
        &["resource reset DEPLOYMENT RESOURCE"],
        No(Feature::ResetResource),
        No(Feature::ResetResource),
    ),
    wish("A12", "read the logs of any deployment", &["deployment log DEPLOYMENT"], No(Feature::Log), Part(OWNER)),
    wish("A13", "delete old logs", &["log prune DEPLOYMENT"], No(Feature::PruneLogs), No(Feature::PruneLogs)),
];
