//! `orchest user update`: sends only what is different; a password, which nobody can compare, always.

use anyhow::Result;
use clap::Args;
use serde_json::{Map, Value, json};

use crate::api::keystone::Kind;

use super::super::args::NewPasswordArgs;
use super::super::context::Context;
use super::super::entity::{self, members, switch};
use super::super::names::{check_any, check_new};
use super::super::present::{USER, row};
use super::password;

#[derive(Args, Debug)]
pub(crate) struct UpdateArgs {
    /// Name, or `id:HEX`
    name: String,
    /// New e-mail address; empty clears it
    #[arg(long)]
    email: Option<String>,
    /// New description; empty clears it
    #[arg(long)]
    description: Option<String>,
    /// New name
    #[arg(long, value_name = "NAME")]
    rename: Option<String>,
    /// Let the user log in
    #[arg(long, conflicts_with = "disable")]
    enable: bool,
    /// Refuse the user and end all its logins
    #[arg(long)]
    disable: bool,
    #[command(flatten)]
    password: NewPasswordArgs,
}

pub(super) async fn run(context: &Context, args: &UpdateArgs) -> Result<()> {
    if let Some(new) = &args.rename {
        context.warn_name(check_new(Kind::User, new, false)?);
    }
    let wanted = members(&[
        ("name", args.rename.as_ref().map(|name| json!(name))),
        ("email", args.email.as_ref().map(|email| json!(email))),
        ("description", args.description.as_ref().map(|text| json!(text))),
        ("enabled", switch(args.enable, args.disable)),
    ]);
    if args.disable {
        check_any(Kind::User, &args.name)?;
        context.confirm_if_protected(&format!("take user {} out of use", args.name))?;
    }
    let password = context.new_password(&args.password)?;
    if password.is_none() && !args.password.generate_password {
        return entity::update(context, Kind::User, &args.name, wanted).await;
    }
    check_any(Kind::User, &args.name)?;
    context.confirm_if_protected(&format!("set the password of user {}", args.name))?;
    let service = context.service().await?;
    let user = context.one(Kind::User, Some(&service), &args.name).await?;
    let mut changes: Map<String, Value> =
        user.differences(&wanted).into_iter().map(|(key, wanted, _)| (key, wanted)).collect();
    changes.extend(password.map(|password| ("password".to_owned(), json!(password.expose()))));
    let mut keys: Vec<&str> = changes.keys().map(String::as_str).filter(|key| *key != "password").collect();
    keys.push("password");
    if context.would(&format!("change {} of user {}", keys.join(", "), args.name)) {
        return Ok(());
    }
    let updated = password::patch(context, &user, &changes).await?;
    context.printer.note(&format!("updated user {}; its tokens are no longer valid", args.name));
    Ok(context.printer.show(&USER, row(Kind::User, &updated, Some(&service.name)))?)
}
