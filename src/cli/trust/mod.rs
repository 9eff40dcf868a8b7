//! `orchest trust`: roles on a subservice that one user, the trustor, lets another one, the trustee, use.

mod asker;
mod create;
mod list;
mod place;
pub(crate) mod row;
mod token;
mod trustee;

use anyhow::Result;
use clap::Subcommand;

use super::args::ItemArgs;
use super::context::Context;
use super::error::CliError;

pub(crate) use create::CreateArgs;
pub(crate) use list::ListArgs;

#[derive(Subcommand, Debug)]
pub(crate) enum TrustVerb {
    /// List the trusts that you gave, or those of somebody else; with -S those on that subservice
    #[command(
        visible_alias = "ls",
        after_help = "Examples:\n  orchest trust list\n  orchest trust list --of bob -s smartcity"
    )]
    List(ListArgs),
    /// Show a trust with its roles
    #[command(
        alias = "get",
        after_help = "Examples:\n  orchest trust show 41aa9c1e\n  orchest trust show 41aa9c1e -o json"
    )]
    Show {
        /// Id of the trust
        id: String,
    },
    /// Let another user use roles that you have on a subservice, or make sure that it may
    #[command(after_help = "Examples:\n  \
        orchest trust create --trustee id:9c1e41aa --role SubServiceAdmin -s smartcity -S energy --user alice --user-domain smartcity\n  \
        orchest trust create --trustee id:9c1e41aa --role SubServiceAdmin -s smartcity -S energy --user alice --user-domain smartcity --expires 30d --uses 5")]
    Create(CreateArgs),
    /// Delete trusts; tokens that came from them end
    #[command(
        visible_alias = "rm",
        after_help = "Examples:\n  orchest trust delete 41aa9c1e --yes\n  \
        orchest trust list --of bob -s smartcity -o name | orchest trust delete --from - --yes"
    )]
    Delete {
        #[command(flatten)]
        items: ItemArgs,
        /// End with 3 when one is not there
        #[arg(long)]
        fail_if_missing: bool,
    },
    /// Log in as the trustee and print the token that a trust gives, into a pipe
    #[command(after_help = "Examples:\n  orchest trust token 41aa9c1e --user bob --user-domain smartcity | wc -c\n  \
        curl -H @<(orchest trust token 41aa9c1e --user bob --user-domain smartcity | sed 's/^/X-Auth-Token: /') http://localhost:1026/v2/entities")]
    Token {
        /// Id of the trust
        id: String,
    },
}

pub(crate) async fn run(context: &Context, verb: &TrustVerb) -> Result<()> {
    match verb {
        TrustVerb::List(args) => list::run(context, args).await,
        TrustVerb::Show { id } => list::show(context, check_id(id)?).await,
        TrustVerb::Create(args) => create::run(context, args).await,
        TrustVerb::Delete { items, fail_if_missing } => list::delete(context, items, *fail_if_missing).await,
        TrustVerb::Token { id } => token::run(context, check_id(id)?).await,
    }
}

/// A trust has no name; `id:HEX` and `HEX` are the same here.
fn check_id(id: &str) -> Result<&str, CliError> {
    let plain = id.strip_prefix("id:").unwrap_or(id);
    if !plain.is_empty() && plain.chars().all(|character| character.is_ascii_alphanumeric() || character == '-') {
        return Ok(plain);
    }
    let shown = crate::base::text::safe(id);
    Err(CliError::usage(format!("'{shown}' cannot be the id of a trust")).next("orchest trust list"))
}

#[cfg(test)]
mod tests {
    use super::check_id;

    #[test]
    fn ids_are_letters_and_digits() {
        assert_eq!(check_id("41aa9c1e").unwrap(), "41aa9c1e");
        assert_eq!(check_id("id:41aa-9c1e").unwrap(), "41aa-9c1e");
        for bad in ["", "id:", "a/b", "a b", "../users", "a\n"] {
            assert!(check_id(bad).is_err(), "{bad:?}");
        }
    }
}
