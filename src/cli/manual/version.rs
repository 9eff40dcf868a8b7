//! `orchest version`: which build this is.

use anyhow::Result;
use clap::Args;
use serde_json::{Value, json};

use crate::output::{Column, View};

use super::super::context::Context;
use super::super::present::Row;

#[derive(Args, Debug)]
pub(crate) struct VersionArgs {
    /// The same as -o json
    #[arg(long)]
    json: bool,
}

pub(crate) const VERSION: View = View {
    columns: &[
        Column { title: "VERSION", key: "version", wide: false },
        Column { title: "COMMIT", key: "commit", wide: false },
        Column { title: "TARGET", key: "target", wide: false },
        Column { title: "FEATURES", key: "features", wide: false },
        Column { title: "TLS", key: "tls", wide: false },
    ],
    name: "version",
};

/// Set by whoever builds from a known commit; not asked of git, so that a build is the same without it.
const COMMIT: Option<&str> = option_env!("ORCHEST_COMMIT");

const FEATURES: [(&str, bool); 5] = [
    ("keyring", cfg!(feature = "keyring")),
    ("ldap", cfg!(feature = "ldap")),
    ("oauth", cfg!(feature = "oauth")),
    ("query", cfg!(feature = "query")),
    ("sandbox", cfg!(feature = "sandbox")),
];

const LIBC: &str = if cfg!(target_env = "gnu") {
    "-gnu"
} else if cfg!(target_env = "musl") {
    "-musl"
} else if cfg!(target_env = "msvc") {
    "-msvc"
} else {
    ""
};

/// What `--version` prints.
pub(crate) fn short() -> String {
    format!("orchest {}", env!("CARGO_PKG_VERSION"))
}

pub(crate) fn run(context: &Context, args: &VersionArgs) -> Result<()> {
    if context.printer.explain_columns(&VERSION)? {
        return Ok(());
    }
    let row = row();
    if context.wants_rows() || !context.globals.output.columns.is_empty() {
        return Ok(context.printer.show(&VERSION, row)?);
    }
    if args.json {
        return Ok(context.printer.text(&format!("{:#}", Value::Object(row)))?);
    }
    context.printer.text(&short())?;
    for column in VERSION.columns.iter().skip(1) {
        let text = match row.get(column.key) {
            Some(Value::Array(all)) => all.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(", "),
            Some(Value::String(text)) => text.clone(),
            _ => continue,
        };
        context.printer.text(&format!("{:<9} {text}", column.key))?;
    }
    Ok(())
}

fn row() -> Row {
    let features: Vec<&str> = FEATURES.iter().filter(|(_, is_on)| *is_on).map(|(name, _)| *name).collect();
    let target = format!("{}-{}{LIBC}", std::env::consts::ARCH, std::env::consts::OS);
    let mut row = Row::new();
    row.insert("version".to_owned(), json!(env!("CARGO_PKG_VERSION")));
    row.insert("commit".to_owned(), json!(COMMIT.filter(|commit| !commit.is_empty())));
    row.insert("target".to_owned(), json!(target));
    row.insert("features".to_owned(), json!(features));
    row.insert("tls".to_owned(), json!("rustls with ring"));
    row
}
