//! The nodes of a deployment, and what can be done with them.

use super::model::{self, Resource};
use super::{Dialect, Error, Feature, Paas, indigo, v1};

/// The nodes that are machines.
pub(crate) const COMPUTE: &str = "tosca.nodes.Compute";

/// What can be done with a machine. There is no restart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Action {
    Start,
    Stop,
}

impl Action {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Start => "start",
            Self::Stop => "stop",
        }
    }
}

impl Paas {
    /// All nodes, or those of a type and of the types derived from it; `None` when there is no such deployment.
    pub(crate) async fn resources(&self, id: &str, kind: Option<&str>) -> Result<Option<Vec<Resource>>, Error> {
        let (request, style, read): (_, _, fn(_) -> _) = match self.dialect {
            Dialect::V1 if self.offers().await?.resources => (v1::resources(id), v1::PAGES, model::resource_v1),
            Dialect::V1 => return Err(self.refusal(Feature::Resources)),
            Dialect::Indigo => (indigo::resources(id, kind), indigo::PAGES, model::resource_indigo),
        };
        match self.all(request, style).await {
            Ok(rows) => Ok(Some(self.read_rows(rows, read)?)),
            // The word of an orchestrator, or of something else at a wrong address: the deployment itself tells.
            Err(Error::Wire(error)) if error.status() == Some(404) => self.deployment(id).await.map(|_| None),
            Err(error) => Err(error),
        }
    }

    /// One node; `None` when there is none, or no such deployment.
    pub(crate) async fn resource(&self, id: &str, resource: &str) -> Result<Option<Resource>, Error> {
        let (request, read): (_, fn(_) -> _) = match self.dialect {
            Dialect::V1 if self.offers().await?.resources => (v1::resource(id, resource), model::resource_v1),
            Dialect::V1 => return Err(self.refusal(Feature::Resources)),
            Dialect::Indigo => (indigo::resource(id, resource), model::resource_indigo),
        };
        let Some(response) = self.look(request).await? else { return Ok(None) };
        Ok(Some(read(response.json()?).map_err(|reason| response.malformed(&reason))?))
    }

    /// Asks for it; the machine takes its time.
    pub(crate) async fn act(&self, id: &str, resource: &str, action: Action) -> Result<(), Error> {
        Feature::Act.refuse(self.dialect)?;
        Ok(self.door.send(&indigo::act(id, resource, action.name())).await.map(drop)?)
    }
}
