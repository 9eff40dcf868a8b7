//! Which deployment somebody means. Servers know ids alone; names are those that were noted here when a deployment was made,
//! and aliases of the settings.

use anyhow::Result;

use crate::base::text::{safe, shell_word};
use crate::config::{self, Settings};
use crate::state::Note;

use super::context::Context;
use super::error::{CliError, Exit};

/// The newest one that was made from here.
const LAST: &str = "last";

/// Of an id that does not look like one.
const FORCED: &str = "id:";

/// The id of a deployment: an id as it is, `last`, a name that was given here, or an alias. Nothing is sent.
pub(crate) fn deployment_id(context: &Context, text: &str) -> Result<String> {
    match literal(text)? {
        Some(id) => Ok(id),
        None => named(text, &context.notes_here()?, &context.settings),
    }
}

/// The same for whoever only completes a word.
pub(crate) fn known_id(text: &str, notes: &[Note], settings: &Settings) -> Option<String> {
    literal(text).ok()?.or_else(|| named(text, notes, settings).ok())
}

fn named(text: &str, notes: &[Note], settings: &Settings) -> Result<String> {
    let mut aliases: Vec<(String, String)> = Vec::new();
    for (path, item) in settings.entries("paas.alias") {
        match (path.as_slice(), item.value.as_str()) {
            ([name], Some(id)) if !id.is_empty() => aliases.push((name.clone(), id.to_owned())),
            _ => {
                let message = format!("the setting paas.alias.{} is no id of a deployment", safe(&path.join(".")));
                return Err(CliError::new(Exit::Config, message)
                    .next("orchest config show --origin tells where it stands")
                    .into());
            }
        }
    }
    Ok(among(text, notes, &aliases)?)
}

/// An id that is typed as such.
fn literal(text: &str) -> Result<Option<String>, CliError> {
    let id = text.strip_prefix(FORCED).or_else(|| is_uuid(text).then_some(text));
    match id {
        Some(id)
            if id.is_empty() || id.chars().any(|sign| sign.is_control() || sign.is_whitespace() || sign == '/') =>
        {
            Err(CliError::usage(format!("'{}' is no id of a deployment", safe(text))))
        }
        Some(id) => Ok(Some(id.to_owned())),
        None if text.trim().is_empty() => {
            Err(CliError::usage("which deployment?")
                .next("name it by its id, by the name it was given here, or as `last`"))
        }
        None => Ok(None),
    }
}

/// Five groups of hexadecimal digits; servers make them in more than one way, so nothing else is asked of them.
pub(crate) fn is_uuid(text: &str) -> bool {
    let groups: Vec<&str> = text.split('-').collect();
    groups.iter().map(|group| group.len()).eq([8, 4, 4, 4, 12])
        && groups.iter().all(|group| group.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

fn among(text: &str, notes: &[Note], aliases: &[(String, String)]) -> Result<String, CliError> {
    let made = || notes.iter().filter_map(|note| Some((note, note.id.as_ref()?)));
    if text == LAST {
        return made().next().map(|(_, id)| id.clone()).ok_or_else(|| {
            CliError::new(Exit::NotFound, "no deployment was made from here, as far as this machine remembers")
                .next("orchest deployment list")
        });
    }
    let mut found: Vec<(&str, String)> = Vec::new();
    for (note, id) in made().filter(|(note, _)| note.name.as_deref() == Some(text)) {
        found.push((id, format!("{id}  made {}", note.since.strftime("%Y-%m-%dT%H:%M:%SZ"))));
    }
    found.extend(
        aliases.iter().filter(|(name, _)| name == text).map(|(_, id)| (id.as_str(), format!("{id}  an alias"))),
    );
    found.dedup_by(|one, other| one.0 == other.0);
    match found.as_slice() {
        [(id, _)] => Ok((*id).to_owned()),
        [] => Err(unknown(text, notes, aliases)),
        several => {
            let message = format!("'{}' is the name of {} deployments", safe(text), several.len());
            let error = CliError::new(Exit::Conflict, message);
            let error = several.iter().fold(error, |error, (_, line)| error.cause(safe(line)));
            Err(error.next("use the id instead of the name"))
        }
    }
}

fn unknown(text: &str, notes: &[Note], aliases: &[(String, String)]) -> CliError {
    let error = CliError::new(Exit::NotFound, format!("no deployment is called '{}' here", safe(text)));
    if notes.iter().any(|note| note.name.as_deref() == Some(text)) {
        let cause = "one was begun under that name, and its id was never heard";
        return error.cause(cause).next("run its `orchest deployment create` again: it looks for it first");
    }
    let names = notes.iter().filter(|note| note.id.is_some()).filter_map(|note| note.name.as_deref());
    let known = names.chain(aliases.iter().map(|(name, _)| name.as_str())).chain([LAST]);
    match config::nearest(text, known) {
        Some(near) => error.next(format!("did you mean {}?", shell_word(&near))),
        None => error
            .next("names are noted where a deployment is made; everywhere else use its id: orchest deployment list"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: &str = "11e7fc71-8e27-4c45-a7ae-0242ac110002";
    const B: &str = "22e7fc71-8e27-4c45-a7ae-0242ac110002";

    fn note(run: &str, name: Option<&str>, id: Option<&str>) -> Note {
        Note {
            endpoint: "https://paas".to_owned(),
            run: run.to_owned(),
            key: "k".to_owned(),
            name: name.map(str::to_owned),
            id: id.map(str::to_owned),
            template: None,
            told: false,
            orphan: false,
            since: "2026-11-24T12:00:00Z".parse().unwrap(),
            given_up: None,
        }
    }

    #[test]
    fn an_id_is_taken_as_it_is_and_nothing_that_leads_elsewhere() {
        assert_eq!(literal(A).unwrap().as_deref(), Some(A));
        assert_eq!(literal("id:kafka").unwrap().as_deref(), Some("kafka"));
        assert_eq!(literal("kafka").unwrap(), None);
        assert_eq!(literal(&A.replace('7', "g")).unwrap(), None);
        for bad in ["", " ", "id:", "id:a/b", "id:a b"] {
            assert_eq!(literal(bad).unwrap_err().exit, Exit::Usage, "{bad:?}");
        }
    }

    #[test]
    fn names_of_here_aliases_and_the_newest() {
        let notes = [note("r3", Some("new"), None), note("r2", Some("kafka"), Some(A)), note("r1", None, Some(B))];
        let aliases = [("prod".to_owned(), B.to_owned())];
        let id = |text: &str| among(text, &notes, &aliases);
        assert_eq!(id("last").unwrap(), A, "the newest of those that have an id");
        assert_eq!((id("kafka").unwrap(), id("prod").unwrap()), (A.to_owned(), B.to_owned()));
        let error = id("kafak").unwrap_err();
        assert_eq!((error.exit, error.next.as_deref()), (Exit::NotFound, Some("did you mean kafka?")));
        let begun = id("new").unwrap_err();
        assert!(begun.exit == Exit::NotFound && begun.causes[0].contains("never heard"));
        assert_eq!(among("last", &[], &[]).unwrap_err().exit, Exit::NotFound);
    }

    #[test]
    fn a_name_of_two_is_no_name() {
        let notes = [note("r2", Some("kafka"), Some(A)), note("r1", Some("kafka"), Some(B))];
        let error = among("kafka", &notes, &[]).unwrap_err();
        assert_eq!((error.exit, error.causes.len()), (Exit::Conflict, 2));
        let same = [("kafka".to_owned(), A.to_owned())];
        assert_eq!(among("kafka", &notes[..1], &same).unwrap(), A, "twice the same is no question");
    }
}
