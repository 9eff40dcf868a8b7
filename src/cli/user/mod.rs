//! `orchest user`: people and machines of a service.

mod create;
mod password;
mod update;

use anyhow::Result;
use clap::Subcommand;

use crate::api::keystone::Kind;
use crate::api::keystone::grants::Actor;

use super::args::{ItemArgs, NewPasswordArgs};
use super::context::Context;
use super::entity;
use super::role::assignments;

pub(crate) use create::CreateArgs;
pub(crate) use update::UpdateArgs;

#[derive(Subcommand, Debug)]
pub(crate) enum UserVerb {
    /// List the users of a service, or of all
    #[command(
        visible_alias = "ls",
        after_help = "Examples:\n  orchest user list -s smartcity\n  \
        orchest user list -s smartcity -o csv --columns name,email"
    )]
    List {
        /// Only those who can log in
        #[arg(long)]
        enabled: bool,
    },
    /// Show a user, or several
    #[command(
        alias = "get",
        after_help = "Examples:\n  orchest user show carl -s smartcity\n  \
        orchest user show carl -s smartcity -o json"
    )]
    Show {
        #[command(flatten)]
        items: ItemArgs,
    },
    /// Create users, or make sure that they are there
    #[command(
        after_help = "Examples:\n  orchest user create dora -s smartcity --email dora@city.example --generate-password --password-out dora.pw\n  \
        orchest user create --from users.csv -s smartcity --no-password --failed-to bad.csv"
    )]
    Create(CreateArgs),
    /// Change a user
    #[command(
        visible_alias = "set",
        after_help = "Examples:\n  \
        orchest user update carl -s smartcity --email c@city.example\n  orchest user update carl -s smartcity --disable"
    )]
    Update(UpdateArgs),
    /// Delete users
    #[command(
        visible_alias = "rm",
        after_help = "Examples:\n  orchest user delete carl -s smartcity --yes\n  \
        orchest user delete --from gone.txt -s smartcity --yes"
    )]
    Delete {
        #[command(flatten)]
        items: ItemArgs,
        /// End with 3 when one is not there
        #[arg(long)]
        fail_if_missing: bool,
    },
    /// Set the password of a user
    #[command(after_help = "Examples:\n  orchest user set-password carl -s smartcity\n  \
        orchest user set-password carl -s smartcity --generate-password --password-out carl.pw\n  orchest user set-password carl -s smartcity --self")]
    SetPassword {
        /// Name, or `id:HEX`
        name: String,
        /// As the user, who gives the present password instead of an administrator's login
        #[arg(long = "self")]
        own: bool,
        #[command(flatten)]
        password: NewPasswordArgs,
    },
    /// Show which roles a user has
    #[command(after_help = "Examples:\n  orchest user roles carl -s smartcity\n  \
        orchest user roles carl -s smartcity --effective")]
    Roles {
        /// Name, or `id:HEX`
        name: String,
        /// What follows from groups and inheritance, instead of what was granted
        #[arg(long)]
        effective: bool,
    },
}

pub(crate) async fn run(context: &Context, verb: &UserVerb) -> Result<()> {
    match verb {
        UserVerb::List { enabled } => {
            let query: &[(&str, &str)] = if *enabled { &[("enabled", "true")] } else { &[] };
            entity::list(context, Kind::User, query).await
        }
        UserVerb::Show { items } => entity::show(context, Kind::User, items).await,
        UserVerb::Create(args) => create::run(context, args).await,
        UserVerb::Update(args) => update::run(context, args).await,
        UserVerb::Delete { items, fail_if_missing } => {
            entity::delete(context, Kind::User, items, *fail_if_missing).await
        }
        UserVerb::SetPassword { name, own: true, password } => password::change_own(context, name, password).await,
        UserVerb::SetPassword { name, own: false, password } => password::set(context, name, password).await,
        UserVerb::Roles { name, effective } => {
            let service = context.service().await?;
            let user = context.one(Kind::User, Some(&service), name).await?;
            assignments::of_actor(context, &service, &Actor::User(user.id), *effective).await
        }
    }
}
