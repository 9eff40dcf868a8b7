//! One deployment and who knows about its nodes: the orchestrator, or, where that lacks the function, the Infrastructure
//! Manager.

use anyhow::Result;
use futures_util::future::try_join_all;

use crate::api::im::{Im, Machine, VmState};
use crate::api::paas::{self, Class, Deployment, Dialect, Paas, Unsupported};
use crate::base::text::{safe, shell_word};

use super::super::context::{Backend, Context};
use super::super::deployment_id::deployment_id;
use super::super::error::{CliError, Exit};
use super::super::seen;
use super::node::{self, Node};

/// A deployment that was named, and the ways to it.
pub(crate) struct Desk<'a> {
    pub(crate) context: &'a Context,
    pub(crate) paas: Paas,
    pub(crate) id: String,
}

/// An infrastructure at its manager.
pub(crate) struct Managed {
    pub(crate) im: Im,
    pub(crate) infrastructure: String,
}

impl<'a> Desk<'a> {
    pub(crate) async fn open(context: &'a Context, deployment: &str) -> Result<Self> {
        let id = deployment_id(context, deployment)?;
        Ok(Self { context, paas: context.paas().await?, id })
    }

    /// Of a deployment that is being looked at already.
    pub(crate) fn at(context: &'a Context, paas: &Paas, id: &str) -> Self {
        Self { context, paas: paas.clone(), id: id.to_owned() }
    }

    /// For commands to type.
    pub(crate) fn word(&self) -> String {
        shell_word(&self.id)
    }

    pub(crate) async fn deployment(&self) -> Result<Deployment> {
        let found = self.paas.deployment(&self.id).await?;
        Ok(found.ok_or_else(|| self.gone())?)
    }

    pub(crate) fn gone(&self) -> CliError {
        CliError::new(Exit::NotFound, format!("deployment {} does not exist, or is not yours to see", safe(&self.id)))
            .next("orchest deployment list")
    }

    /// All nodes, or those of a type, from whoever knows them.
    pub(super) async fn nodes(&self, kind: Option<&str>) -> Result<(Vec<Node>, Option<Managed>)> {
        let (mut nodes, managed) = match self.paas.resources(&self.id, kind).await {
            Ok(Some(all)) => (all.into_iter().map(Node::of_resource).collect::<Vec<_>>(), None),
            Ok(None) => return Err(self.gone().into()),
            Err(paas::Error::Unsupported(lacking)) => {
                self.manager(&lacking)?;
                let managed = self.managed(&self.deployment().await?, &lacking)?;
                (self.machines(&managed).await?, Some(managed))
            }
            Err(error) => return Err(error.into()),
        };
        // A server with the parameter knows derived types, and one without gives everything.
        if self.paas.dialect() == Dialect::V1
            && let Some(kind) = kind
        {
            nodes.retain(|node| node.kind.as_deref() == Some(kind));
        }
        // Among some of them a name may be alone that another one has too.
        if kind.is_none() {
            self.context.saw((Backend::Paas, Some(&self.id)), seen::NODE, node::words(&nodes), true);
        }
        Ok((nodes, managed))
    }

    /// One node by the id that the orchestrator has for it.
    pub(super) async fn node(&self, id: &str) -> Result<Option<Node>> {
        Ok(self.paas.resource(&self.id, id).await?.map(Node::of_resource))
    }

    /// The machines with all that their manager tells of them.
    async fn machines(&self, managed: &Managed) -> Result<Vec<Node>> {
        let all = managed.states().await?.into_iter().map(async |(number, state)| {
            let machine = managed.machine(&number).await?;
            Ok::<_, anyhow::Error>(Node::of_machine(number, state, machine))
        });
        try_join_all(all).await
    }

    /// The machines by their numbers alone, where that is enough.
    pub(super) async fn numbered(&self, managed: &Managed, texts: &[String]) -> Result<Vec<Node>> {
        if texts.iter().all(|text| text.bytes().all(|byte| byte.is_ascii_digit())) {
            let states = managed.states().await?;
            return Ok(states.into_iter().map(|(number, state)| Node::of_machine(number, state, None)).collect());
        }
        self.machines(managed).await
    }

    /// The manager, where it is known; else what the orchestrator lacks.
    pub(crate) fn manager(&self, lacking: &Unsupported) -> Result<Im> {
        let unknown = || CliError::new(Exit::Unsupported, lacking.to_string()).next(lacking.instead);
        Ok(self.im()?.ok_or_else(unknown)?)
    }

    /// The deployment's infrastructure at its manager; else why not, beside what the orchestrator lacks.
    pub(crate) fn managed(&self, deployment: &Deployment, lacking: &Unsupported) -> Result<Managed> {
        let im = self.manager(lacking)?;
        let error = || CliError::new(Exit::Unsupported, lacking.to_string());
        let known = "the Infrastructure Manager is known, but the deployment names no infrastructure there";
        match &deployment.infrastructure {
            Some(infrastructure) => Ok(Managed { im, infrastructure: infrastructure.clone() }),
            // It is named when it is made.
            None if deployment.status.class() == Class::Moving => Err(error()
                .cause(format!("{known} yet: it is {}", deployment.status.name()))
                .next(format!("orchest deployment wait {}", self.word()))
                .into()),
            None => Err(error()
                .cause(known)
                .next(format!("orchest deployment show {} tells its state", self.word()))
                .into()),
        }
    }

    pub(crate) fn im(&self) -> Result<Option<Im>> {
        match self.paas.login() {
            Some(login) => self.context.im(login),
            None => Ok(None),
        }
    }

    /// What to type so that the manager is known; the orchestrator may say where it is, and only a person may believe it.
    pub(crate) async fn how_to_know_the_manager(&self) -> String {
        let told = match self.paas.dialect() {
            Dialect::Indigo => self.paas.configuration().await.ok(),
            Dialect::V1 => None,
        };
        match told.as_ref().and_then(|told| told.get("im_url")?.as_str()) {
            Some(url) => format!(
                "the orchestrator says that its Infrastructure Manager is {}; if you trust it with your token: orchest \
                 config set im.url {}",
                safe(url),
                shell_word(url)
            ),
            None => "orchest config set im.url https://HOST:8800 names the Infrastructure Manager".to_owned(),
        }
    }
}

impl Managed {
    pub(super) async fn states(&self) -> Result<Vec<(String, VmState)>> {
        let states = self.im.states(&self.infrastructure).await?;
        Ok(states.ok_or_else(|| self.gone())?)
    }

    pub(super) async fn machine(&self, number: &str) -> Result<Option<Machine>> {
        Ok(self.im.machine(&self.infrastructure, number).await?)
    }

    pub(crate) fn gone(&self) -> CliError {
        let message = format!("the Infrastructure Manager has no infrastructure {}", safe(&self.infrastructure));
        CliError::new(Exit::NotFound, message)
            .cause("it also says so of infrastructures that were made with another login")
            .next("orchest config show --origin tells what im.url is; it has to be the orchestrator's own manager")
    }
}
