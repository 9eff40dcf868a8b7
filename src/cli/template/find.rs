//! Which template is meant: by its id, or by its exact name.

use std::collections::BTreeMap;

use anyhow::Result;

use crate::api::paas::Paas;
use crate::api::paas::templates::Stored;
use crate::base::text::{safe, shell_word};

use super::super::error::{CliError, Exit};

/// A UUID, with or without `id:` before it, as servers write it.
pub(crate) fn id(word: &str) -> Option<String> {
    let word = word.strip_prefix("id:").unwrap_or(word);
    let groups: Vec<usize> = word.split('-').map(str::len).collect();
    let plain = word.bytes().all(|byte| byte == b'-' || byte.is_ascii_hexdigit());
    (plain && groups == [8, 4, 4, 4, 12]).then(|| word.to_ascii_lowercase())
}

/// All that each word may mean. A list is asked for once, however many names there are.
pub(super) async fn many(
    paas: &Paas,
    words: &[String],
    version: Option<&str>,
) -> Result<BTreeMap<String, Vec<Stored>>> {
    let mut found = BTreeMap::new();
    let names: Vec<&String> = words.iter().filter(|word| id(word).is_none()).collect();
    let listed = match names.as_slice() {
        [] => Vec::new(),
        [one] => paas.templates(Some(one)).await?,
        _ => paas.templates(None).await?,
    };
    for word in words {
        let fitting = match id(word) {
            Some(id) => paas.template(&id).await?.into_iter().collect(),
            None => listed.iter().filter(|one| one.name.as_ref() == Some(word)).cloned().collect::<Vec<_>>(),
        };
        let of_version = |one: &Stored| version.is_none_or(|version| one.version.as_deref() == Some(version));
        found.insert(word.clone(), fitting.into_iter().filter(of_version).collect());
    }
    Ok(found)
}

/// The one that is meant.
pub(super) async fn one(paas: &Paas, word: &str, version: Option<&str>) -> Result<Stored> {
    let mut found = many(paas, &[word.to_owned()], version).await?;
    Ok(only(word, version, found.remove(word).unwrap_or_default())?)
}

/// The only one of several.
pub(super) fn only(word: &str, version: Option<&str>, mut found: Vec<Stored>) -> Result<Stored, CliError> {
    let of_version = version.map(|version| format!(" of version {}", safe(version))).unwrap_or_default();
    match (found.pop(), found.as_slice()) {
        (Some(one), []) => Ok(one),
        (None, _) => Err(CliError::new(Exit::NotFound, format!("there is no template '{}'{of_version}", safe(word)))
            .next("orchest template list")),
        (Some(last), others) => {
            let message = format!("{} templates are called '{}'{of_version}", others.len() + 1, safe(word));
            let error = CliError::new(Exit::Conflict, message);
            let error = others.iter().chain([&last]).fold(error, |error, one| error.cause(candidate(one)));
            Err(error
                .next(format!("say which by its id, or by --version: orchest template show {}", shell_word(&last.id))))
        }
    }
}

/// A line that tells one from another.
pub(super) fn candidate(one: &Stored) -> String {
    let made = one.created_at.as_ref().map(|time| format!(", added {}", time.shown())).unwrap_or_default();
    let name = safe(one.name.as_deref().unwrap_or("without a name"));
    format!("{}  {name}  version {}{made}", safe(&one.id), safe(one.version.as_deref().unwrap_or("-")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_told_from_a_name() {
        let uuid = "3FA85F64-5717-4562-b3fc-2c963f66afa6";
        assert_eq!(id(uuid), Some(uuid.to_lowercase()));
        assert_eq!(id(&format!("id:{uuid}")), Some(uuid.to_lowercase()));
        for name in
            ["kafka", "", "id:kafka", "3fa85f64-5717-4562-b3fc-2c963f66afa", "zfa85f64-5717-4562-b3fc-2c963f66afa6"]
        {
            assert_eq!(id(name), None, "{name}");
        }
    }
}
