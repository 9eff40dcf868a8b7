//! Which user of an orchestrator is meant: oneself, or one by id, user name, e-mail, subject or full name.

use anyhow::Result;

use crate::api::paas::users::User;
use crate::api::paas::{Error, Feature, Paas};
use crate::base::text::{safe, shell_word};

use super::super::context::Context;
use super::super::error::{CliError, Exit};

/// The word for oneself.
pub(super) const ME: &str = "me";

/// The orchestrator, if it keeps what is asked for. Whoever cannot be helped need not log in for it.
pub(super) async fn keeper(context: &Context, feature: Feature) -> Result<Paas> {
    feature.refuse(context.dialect().await?)?;
    context.paas().await
}

/// A word that can be a user.
pub(super) fn check(word: &str) -> Result<(), CliError> {
    if word.trim().is_empty() || word.chars().any(char::is_control) {
        let error = CliError::usage("the user is empty, or no line of text");
        return Err(error.next("orchest paas user list"));
    }
    Ok(())
}

/// All users that a word can mean. An id is asked for alone, anything else is looked for in the list; so is an id by
/// somebody for whom the server has no user, because it then shows nothing but lists.
pub(super) async fn matching(paas: &Paas, word: &str) -> Result<Vec<User>> {
    if let Some(id) = id(word) {
        return match paas.user(&id).await {
            Err(Error::Unregistered) => Ok(among(&paas.users().await?, word)),
            found => Ok(found?.into_iter().collect()),
        };
    }
    Ok(among(&paas.users().await?, word))
}

/// Those of a list that a word can mean.
pub(super) fn among(users: &[User], word: &str) -> Vec<User> {
    let id = id(word);
    let is = |text: &Option<String>| text.as_deref() == Some(word);
    let fits = |user: &&User| match &id {
        Some(id) => user.id.eq_ignore_ascii_case(id),
        None => user.subject == word || is(&user.username) || is(&user.email) || is(&user.name),
    };
    users.iter().filter(fits).cloned().collect()
}

/// The only one of several.
pub(super) fn only(word: &str, mut found: Vec<User>) -> Result<User, CliError> {
    match (found.pop(), found.as_slice()) {
        (Some(one), []) => Ok(one),
        (None, _) => {
            Err(CliError::new(Exit::NotFound, format!("there is no user '{}' at the orchestrator", safe(word)))
                .next("orchest paas user list"))
        }
        (Some(last), others) => {
            let error =
                CliError::new(Exit::Conflict, format!("{} users are called '{}'", others.len() + 1, safe(word)));
            let error = others.iter().chain([&last]).fold(error, |error, user| error.cause(called(user)));
            Err(error.next(format!("say which by the id: orchest paas user show {}", shell_word(&last.id))))
        }
    }
}

/// Oneself, who may have to become a user first.
pub(super) async fn me(paas: &Paas) -> Result<User> {
    Ok(paas.me().await?.ok_or(Error::Unregistered)?)
}

/// One user, and whether that is somebody else.
pub(super) async fn one(paas: &Paas, word: Option<&str>) -> Result<(User, bool)> {
    match word.filter(|word| *word != ME) {
        None => Ok((me(paas).await?, false)),
        Some(word) => {
            let own = paas.me().await?;
            if let Some(own) =
                own.as_ref().filter(|own| among(std::slice::from_ref(*own), word).len() == 1 && id(word).is_some())
            {
                return Ok((own.clone(), false));
            }
            let user = only(word, matching(paas, word).await?)?;
            let other = own.is_none_or(|own| own.id != user.id);
            Ok((user, other))
        }
    }
}

/// A user for sentences.
pub(super) fn called(user: &User) -> String {
    let names = [&user.username, &user.name, &user.email];
    let names: Vec<&str> = names.into_iter().flatten().map(String::as_str).collect();
    format!("{} ({})", safe(&user.id), safe(&names.join(", ")))
}

/// A UUID, with or without `id:` before it.
fn id(word: &str) -> Option<String> {
    super::super::template::id(word)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn user(id: &str, username: &str) -> User {
        User {
            id: id.to_owned(),
            subject: format!("sub-{id}"),
            issuer: "https://iam/".to_owned(),
            name: Some("Ann Other".to_owned()),
            username: Some(username.to_owned()),
            email: Some(format!("{username}@example.org")),
            public_key: None,
            created_at: None,
            rest: serde_json::Map::new(),
        }
    }

    #[test]
    fn a_word_is_an_id_or_an_exact_name() {
        let first = "3fa85f64-5717-4562-b3fc-2c963f66afa6";
        let users = [user(first, "ann"), user("4fa85f64-5717-4562-b3fc-2c963f66afa6", "bob")];
        for word in [first, "ann", "ann@example.org", &format!("sub-{first}")] {
            assert_eq!(only(word, among(&users, word)).unwrap().id, first, "{word}");
        }
        assert_eq!(only("an", among(&users, "an")).unwrap_err().exit, Exit::NotFound);
        let several = only("Ann Other", among(&users, "Ann Other")).unwrap_err();
        assert!(several.exit == Exit::Conflict && several.causes.len() == 2, "{several:?}");
    }
}
