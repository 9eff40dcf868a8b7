//! What the two dialects can do, and what to do where one cannot.

use super::dialect::Dialect;

/// One thing that users or administrators may want of an orchestrator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Feature {
    Users,
    AddUser,
    DeleteUser,
    Profile,
    SshKeys,
    Templates,
    TemplateText,
    Callback,
    Target,
    Retries,
    Delete,
    HardDelete,
    UpdateTemplate,
    UpdateGroup,
    Reset,
    Resources,
    Act,
    ResetResource,
    Log,
    PruneLogs,
    Owners,
    ExtraInfo,
    Configuration,
    Schedules,
}

/// Why nothing was sent.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{what} is not offered by this orchestrator, which speaks the dialect {}", dialect.name())]
pub(crate) struct Unsupported {
    /// In a sentence.
    pub(crate) what: &'static str,
    pub(crate) dialect: Dialect,
    /// What would work instead.
    pub(crate) instead: &'static str,
}

impl Feature {
    /// All of them, in an order in which they come up.
    pub(crate) const ALL: [Self; 24] = [
        Self::Users,
        Self::AddUser,
        Self::DeleteUser,
        Self::Profile,
        Self::SshKeys,
        Self::Templates,
        Self::TemplateText,
        Self::Callback,
        Self::Target,
        Self::Retries,
        Self::Delete,
        Self::HardDelete,
        Self::UpdateTemplate,
        Self::UpdateGroup,
        Self::Reset,
        Self::Owners,
        Self::Resources,
        Self::Act,
        Self::ResetResource,
        Self::Log,
        Self::PruneLogs,
        Self::ExtraInfo,
        Self::Configuration,
        Self::Schedules,
    ];

    /// The first release of the older dialect that has it, where not all have.
    pub(crate) fn since(self) -> Option<(u32, u32, u32)> {
        match self {
            Self::Log | Self::ExtraInfo => Some((2, 4, 0)),
            Self::Reset => Some((2, 7, 0)),
            Self::Act => Some((2, 8, 0)),
            _ => None,
        }
    }

    /// As the subject of a sentence.
    pub(crate) fn what(self) -> &'static str {
        match self {
            Self::Users => "listing and showing users",
            Self::AddUser => "adding oneself as a user",
            Self::DeleteUser => "deleting a user",
            Self::Profile => "editing one's picture, name or e-mail",
            Self::SshKeys => "keeping SSH keys",
            Self::Templates => "keeping templates",
            Self::TemplateText => "changing the text of a stored template",
            Self::Callback => "a callback",
            Self::Target => "choosing a provider or a region",
            Self::Retries => "a number of retries per provider",
            Self::Delete => "deleting a deployment",
            Self::HardDelete => "removing a deployment from the database",
            Self::UpdateTemplate => "an update with another template or other inputs",
            Self::UpdateGroup => "an update without deploying anew",
            Self::Reset => "resetting a deployment that is stuck",
            Self::Resources => "a list of resources",
            Self::Act => "starting and stopping a node",
            Self::ResetResource => "resetting a resource that is stuck",
            Self::Log => "a log",
            Self::PruneLogs => "deleting old logs",
            Self::Owners => "adding and removing owners",
            Self::ExtraInfo => "details about machines",
            Self::Configuration => "its configuration",
            Self::Schedules => "schedules",
        }
    }

    /// What to do instead, where this dialect lacks it; `None` where it has it.
    pub(crate) fn instead(self, dialect: Dialect) -> Option<&'static str> {
        use Dialect::{Indigo, V1};
        let instead = match (self, dialect) {
            (Self::Users | Self::AddUser, Indigo) => {
                "users come from the issuer's groups; it makes one on the first deployment by itself"
            }
            (Self::DeleteUser, Indigo) => {
                "users come from the issuer's groups: whoever is taken out of them there is let in no longer"
            }
            (Self::Profile, _) => "picture, name and e-mail follow the account at the issuer: change them there",
            (Self::SshKeys, Indigo) => "give the key as an input of the template",
            (Self::Templates, Indigo) => "templates are files there: orchest deployment create FILE",
            (Self::TemplateText, V1) => "add the new text as another template: orchest template add FILE",
            (Self::Callback, V1) => "orchest deployment wait DEPLOYMENT",
            (Self::Target, Indigo) => "write a placement policy into the template",
            (Self::Retries, Indigo) => "--max-providers limits how many providers are tried",
            (Self::HardDelete, Indigo) => "orchest deployment delete DEPLOYMENT; the row goes with it there",
            (Self::UpdateTemplate, V1) => {
                "orchest deployment create with the new template, then delete the old deployment"
            }
            (Self::UpdateGroup, Indigo) => {
                "an update there always deploys anew: orchest deployment update DEPLOYMENT TEMPLATE"
            }
            (Self::Reset, V1) => "ask whoever runs it: nothing but its database can change the status",
            (Self::Resources, V1) => {
                "where the deployment names its infrastructure, the Infrastructure Manager knows: set im.url"
            }
            (Self::Act, V1) => {
                "where the deployment names its infrastructure, the Infrastructure Manager does it: set im.url"
            }
            (Self::ResetResource, _) => "orchest deployment reset DEPLOYMENT, then delete it",
            (Self::Log, V1) => {
                "where the deployment names its infrastructure, the Infrastructure Manager has a log: set im.url"
            }
            (Self::PruneLogs, _) => "logs go with their deployments: orchest deployment delete DEPLOYMENT",
            (Self::Owners, Indigo) => "whoever creates a deployment is its one owner: create it as the other user",
            (Self::Owners, V1) => "owners are set when a deployment is created: create it as the other user",
            (Self::ExtraInfo, V1) => {
                "orchest resource list DEPLOYMENT, where the Infrastructure Manager is known (im.url)"
            }
            (Self::Configuration, V1) => "orchest paas info",
            (Self::Schedules, V1) => "call orchest deployment create from cron",
            _ => return None,
        };
        Some(instead)
    }

    /// Refuses before anything is sent.
    pub(crate) fn refuse(self, dialect: Dialect) -> Result<(), Unsupported> {
        match self.instead(dialect) {
            Some(instead) => Err(Unsupported { what: self.what(), dialect, instead }),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_lacking_comes_with_a_way_out() {
        let error = Feature::Reset.refuse(Dialect::V1).unwrap_err();
        assert!(error.to_string().contains("resetting a deployment that is stuck is not offered"), "{error}");
        assert!(error.to_string().ends_with("the dialect v1") && error.instead.contains("whoever runs it"));
        assert_eq!(Feature::Reset.refuse(Dialect::Indigo), Ok(()));
        for dialect in [Dialect::V1, Dialect::Indigo] {
            assert!(Feature::Owners.refuse(dialect).is_err() && Feature::Delete.refuse(dialect).is_ok());
        }
        for (feature, what) in [(Feature::AddUser, "adding oneself"), (Feature::DeleteUser, "deleting a user")] {
            let error = feature.refuse(Dialect::Indigo).unwrap_err();
            assert!(error.to_string().starts_with(what) && feature.refuse(Dialect::V1).is_ok(), "{error}");
        }
    }
}
