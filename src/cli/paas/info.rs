//! `orchest paas info`, `paas config` and `paas health`.

use anyhow::Result;
use serde_json::{Value, json};

use crate::api::paas::about::About;
use crate::api::paas::{Dialect, Feature};
use crate::output::{Column, View};

use super::super::context::{Backend, Context};
use super::super::error::{CliError, Exit};
use super::super::present::Row;

pub(crate) const FEATURE: View = View {
    columns: &[
        Column { title: "WHAT", key: "what", wide: false },
        Column { title: "OFFERED", key: "offered", wide: false },
        Column { title: "INSTEAD", key: "instead", wide: false },
        Column { title: "DIALECT", key: "dialect", wide: true },
        Column { title: "VERSION", key: "version", wide: true },
    ],
    name: "what",
};

pub(crate) const PART: View = View {
    columns: &[
        Column { title: "PART", key: "part", wide: false },
        Column { title: "STATE", key: "state", wide: false },
    ],
    name: "part",
};

pub(crate) const CONFIGURATION: View = View {
    columns: &[
        Column { title: "IM", key: "im_url", wide: false },
        Column { title: "CMDB", key: "cmdb_url", wide: false },
        Column { title: "SLAM", key: "slam_url", wide: false },
        Column { title: "CPR", key: "cpr_url", wide: false },
        Column { title: "MONITORING", key: "monitoring_url", wide: false },
        Column { title: "VAULT", key: "vault_url", wide: false },
    ],
    name: "im_url",
};

pub(super) async fn info(context: &Context) -> Result<()> {
    if context.printer.explain_columns(&FEATURE)? {
        return Ok(());
    }
    let (dialect, told) = context.paas_told().await?;
    let about = About::of(&context.bare_door(Backend::Paas)?, dialect, &told).await?;
    let row = |feature: Feature| -> Row {
        let instead = about.instead(feature);
        let members = [
            ("what", json!(feature.what())),
            ("offered", json!(instead.is_none())),
            ("instead", json!(instead)),
            ("dialect", json!(dialect.name())),
            ("version", json!(about.version)),
        ];
        members.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()
    };
    let version = about.version.as_ref().map(|version| format!(", version {version}")).unwrap_or_default();
    context.printer.note(&format!("{} speaks {}{version}", context.address_of(Backend::Paas)?, title(dialect)));
    Ok(context.printer.list(&FEATURE, Feature::ALL.into_iter().map(row).collect())?)
}

/// For sentences.
pub(super) fn title(dialect: Dialect) -> &'static str {
    match dialect {
        Dialect::V1 => "v1, the newer dialect",
        Dialect::Indigo => "indigo, the older dialect",
    }
}

pub(super) async fn config(context: &Context) -> Result<()> {
    Feature::Configuration.refuse(context.dialect().await?)?;
    match context.paas().await?.configuration().await? {
        Value::Object(row) => Ok(context.printer.show(&CONFIGURATION, row)?),
        _ => Err(CliError::new(Exit::Failed, "the orchestrator's configuration is no object").into()),
    }
}

pub(super) async fn health(context: &Context) -> Result<()> {
    let (dialect, told) = context.paas_told().await?;
    let parts = match dialect {
        Dialect::V1 => parts(&told),
        // It tells nothing but that it is there.
        Dialect::Indigo => vec![("status".to_owned(), json!("answers"))],
    };
    let row = |(part, state): &(String, Value)| -> Row {
        [("part".to_owned(), json!(part)), ("state".to_owned(), state.clone())].into_iter().collect()
    };
    context.printer.list(&PART, parts.iter().map(row).collect())?;
    let unwell: Vec<&str> =
        parts.iter().filter(|(part, state)| is_unwell(part, state)).map(|(part, _)| &**part).collect();
    if unwell.is_empty() {
        return Ok(());
    }
    let message =
        format!("the orchestrator at {} is not well: {}", context.address_of(Backend::Paas)?, unwell.join(", "));
    Err(CliError::new(Exit::Failed, message).next("tell whoever runs it").into())
}

/// What it says of its parts; of some it never says anything.
fn parts(told: &Value) -> Vec<(String, Value)> {
    let members = told.as_object().into_iter().flatten();
    members.filter(|(_, state)| !state.is_null()).map(|(part, state)| (part.clone(), state.clone())).collect()
}

fn is_unwell(part: &str, state: &Value) -> bool {
    match state {
        Value::Bool(well) => !well,
        Value::String(word) if part == "status" => word != "healthy" && word != "answers",
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_that_is_not_told_of_is_not_unwell() {
        let told = json!({"status": "healthy", "db_connection": true, "opa_connection": null});
        let parts = parts(&told);
        assert_eq!(parts.len(), 2);
        assert!(!parts.iter().any(|(part, state)| is_unwell(part, state)));
        assert!(is_unwell("status", &json!("unhealthy")) && is_unwell("db_connection", &json!(false)));
    }
}
