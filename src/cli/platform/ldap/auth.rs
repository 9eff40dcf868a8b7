//! `orchest platform ldap auth`: whether a password is right.

use anyhow::Result;

use crate::api::keystone::Kind;

use super::super::super::context::Context;
use super::super::super::names::check_any;
use super::desk::{Who, open};

pub(super) async fn run(context: &Context, name: &str) -> Result<()> {
    check_any(Kind::User, name)?;
    open(context, Who::User(name)).await?;
    context.printer.note(&format!("the password of {name} is right"));
    Ok(())
}
