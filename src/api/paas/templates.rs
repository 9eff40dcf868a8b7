//! Stored templates; only the newer dialect has them.

use serde_json::{Map, Value};

use super::model::{Rest, Taker, Time};
use super::{Error, Feature, Paas, v1};
use crate::http::Method;

/// A stored template. Its text was read and stored as JSON: comments and form are lost.
#[derive(Clone, Debug)]
pub(crate) struct Stored {
    pub(crate) id: String,
    pub(crate) name: Option<String>,
    pub(crate) version: Option<String>,
    pub(crate) provider_type: Option<String>,
    pub(crate) tosca_version: Option<String>,
    /// JSON text.
    pub(crate) content: String,
    pub(crate) created_at: Option<Time>,
    pub(crate) rest: Rest,
}

fn stored(value: Value) -> Result<Stored, String> {
    let mut from = Taker::of(value)?;
    let content = match from.0.shift_remove("content") {
        Some(Value::String(text)) => text,
        Some(other) => other.to_string(),
        None => String::new(),
    };
    Ok(Stored {
        id: from.needed("id")?,
        name: from.text("name"),
        version: from.text("version"),
        provider_type: from.text("target_provider_type"),
        tosca_version: from.text("tosca_definitions_version"),
        content,
        created_at: from.time("created_at"),
        rest: from.0,
    })
}

/// What became of a template that was added.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Added {
    /// It has this id now.
    New(String),
    /// One that reads the same is there already; the server does not say which.
    Known,
}

impl Paas {
    /// All, or those whose name holds this.
    pub(crate) async fn templates(&self, name: Option<&str>) -> Result<Vec<Stored>, Error> {
        Feature::Templates.refuse(self.dialect)?;
        let request = v1::collection(Method::Get, "templates").query("sort", "created_at");
        let request = match name {
            Some(name) => request.query("name", name),
            None => request,
        };
        self.read_rows(self.all(request, v1::PAGES).await?, stored)
    }

    pub(crate) async fn template(&self, id: &str) -> Result<Option<Stored>, Error> {
        Feature::Templates.refuse(self.dialect)?;
        let Some(response) = self.look(v1::item(Method::Get, "templates", id)).await? else { return Ok(None) };
        Ok(Some(stored(response.json()?).map_err(|reason| response.malformed(&reason))?))
    }

    /// Stores a text as it is, every byte of it within a JSON string, the one form that servers describe. Repeatable: a
    /// second one is refused as known.
    pub(crate) async fn add_template(&self, text: &str) -> Result<Added, Error> {
        Feature::Templates.refuse(self.dialect)?;
        let request = v1::collection(Method::Post, "templates").json(Value::from(text)).repeatable();
        let response = self.unregistered(request.accept_status(409)).await?;
        if response.status == 409 {
            return Ok(Added::Known);
        }
        let body = response.json()?;
        let id = response.member(&body, "id")?.as_str().unwrap_or_default();
        Ok(Added::New(id.to_owned()))
    }

    /// Changes what is said about one. The text itself cannot be changed. `false`: there is no such.
    pub(crate) async fn change_template(&self, id: &str, members: &Map<String, Value>) -> Result<bool, Error> {
        Feature::Templates.refuse(self.dialect)?;
        let request = v1::item(Method::Patch, "templates", id).json(Value::Object(members.clone()));
        Ok(self.look(request).await?.is_some())
    }

    /// Asks for the removal; the server answers the same whether it did it or not, so whoever calls looks.
    pub(crate) async fn delete_template(&self, id: &str) -> Result<(), Error> {
        Feature::Templates.refuse(self.dialect)?;
        self.look(v1::item(Method::Delete, "templates", id)).await.map(drop)
    }
}
