//! `orchest paas user delete`. The orchestrator answers that it has deleted a user also where it has not, so the user is
//! looked for afterwards.

use anyhow::Result;

use crate::api::paas::users::User;
use crate::api::paas::{Error, Feature, Paas};
use crate::base::text::safe;

use super::super::super::args::ItemArgs;
use super::super::super::bulk::{self, Done};
use super::super::super::context::{Backend, Context};
use super::super::super::entity::refuse_bad_arguments;
use super::super::super::error::{CliError, Exit};
use super::super::super::items::{Item, Items};
use super::super::super::seen;
use super::super::who;

pub(super) async fn run(context: &Context, args: &ItemArgs, fail_if_missing: bool) -> Result<()> {
    let items = Items::read(context, args, &[], |item| check_other(&item.name).map_err(|error| error.message))?;
    refuse_bad_arguments(&items)?;
    bulk::report_bad(context, &items);
    let what = match items.good.as_slice() {
        [one] => format!("user {}", safe(&one.name)),
        many => format!("{} users", many.len()),
    };
    context.refuse_where_known(Feature::DeleteUser)?;
    context.confirm(&format!("delete {what}"))?;
    let paas = who::keeper(context, Feature::DeleteUser).await?;
    let own = paas.me().await?;
    let mut found = Vec::new();
    match items.good.as_slice() {
        [one] => found.push(who::matching(&paas, &one.name).await?),
        many => {
            let users = paas.users().await?;
            found.extend(many.iter().map(|item| who::among(&users, &item.name)));
        }
    }
    let own = own.filter(|own| found.iter().flatten().any(|user| user.id == own.id));
    if let Some(own) = &own {
        context.printer.warn(&format!("{} is yourself", who::called(own)));
        context.confirm_typed("delete", "user", std::slice::from_ref(&own.id))?;
    }
    let results = bulk::each(context, &items, async |item: &Item| {
        let place = items.good.iter().position(|other| other == item);
        let candidates = place.and_then(|place| found.get(place)).cloned().unwrap_or_default();
        if candidates.is_empty() && !fail_if_missing {
            return Ok(Done::new("absent").detail("nothing to delete"));
        }
        let user = who::only(&item.name, candidates)?;
        if context.would(&format!("delete user {}", who::called(&user))) {
            return Ok(Done::new("would be deleted"));
        }
        remove(&paas, &user).await
    })
    .await?;
    context.saw_deleted((Backend::Paas, None), seen::PAAS_USER, &results);
    context.finish_bulk(&items, &results, "user")
}

/// The server refuses to delete `me`; who means it says the id.
fn check_other(word: &str) -> Result<(), CliError> {
    who::check(word)?;
    if word == who::ME {
        let error = CliError::usage("'me' is not deleted: say the id, so that it is plain whom it hits");
        return Err(error.next("orchest paas user show shows yours"));
    }
    Ok(())
}

/// Asks for it, and looks.
async fn remove(paas: &Paas, user: &User) -> Result<Done> {
    paas.delete_user(&user.id).await?;
    let still = match paas.user(&user.id).await {
        // Whoever has no user is shown lists only; and who has deleted himself has none.
        Err(Error::Unregistered) => paas.users().await?.iter().any(|other| other.id == user.id),
        found => found?.is_some(),
    };
    if !still {
        return Ok(Done::new("deleted"));
    }
    let message =
        format!("user {} is still there: deployments or templates of that user are in the way", who::called(user));
    Err(CliError::new(Exit::Conflict, message)
        .cause("the orchestrator answered as if the user were deleted, which it also does when not")
        .next(format!("orchest deployment list --created-by {}, orchest template list; then the same again", user.id))
        .into())
}
