//! `orchest paas ssh-key generate`. That a pair is about to be made here is noted first. Whoever types the same line again,
//! because it was cut short, goes on with the pair that is there; without such a note it is somebody's, and left alone. Where
//! the orchestrator has that very key already, nothing is left to be done.

use std::path::Path;

use anyhow::Result;
use serde_json::json;

use crate::api::paas::Feature;
use crate::base::digest;
use crate::base::text::shell_word;
use crate::state::{Note, Things};

use super::super::super::context::Context;
use super::super::who;
use super::{KeyKind, OfOwner, key, keygen, set};

pub(super) async fn run(context: &Context, of: &OfOwner, file: &Path, kind: KeyKind) -> Result<()> {
    keygen::check(file)?;
    let word = of.word();
    let key = line(context, word, file, kind);
    let begun = context.notes_here_about(Things::KeyPairs)?.into_iter().find(|note| note.key == key);
    let there = match (keygen::taken(file), &begun) {
        (None, _) => None,
        (Some(_), Some(_)) => Some(keygen::whole(context, file)?),
        (Some(taken), None) => return settled(context, word, file, kind, &taken).await,
    };
    let paas = who::keeper(context, Feature::SshKeys).await?;
    let (user, other) = who::one(&paas, word).await?;
    let public = keygen::public(file);
    let checked = |text: String| key::read(&text, &public.display().to_string());
    let there = there.map(checked).transpose()?;
    if let Some(wanted) = there.as_ref().filter(|wanted| set::is_set(&user, wanted)) {
        if !context.dry_run() {
            forget(context, begun.as_ref());
        }
        return set::already_so(context, &user, wanted);
    }
    if !set::agreed(context, of, &user, other)? {
        return Ok(());
    }
    let note = match begun {
        Some(note) => note,
        None => begin(context, key, file)?,
    };
    let wanted = match there {
        Some(wanted) => {
            context.printer.note(&format!("going on with the keys that this line has made in {}", file.display()));
            wanted
        }
        None => checked(keygen::make(context, file, kind)?)?,
    };
    context.printer.note(&format!("the private key is in {}, the public one in {}", file.display(), public.display()));
    let result = set::put(context, &paas, &user, &wanted).await;
    if result.is_ok() {
        forget(context, Some(&note));
    } else {
        let word = word.map(|word| format!(" {}", shell_word(word))).unwrap_or_default();
        let again = format!("orchest paas ssh-key set{word} --key-file {}", shell_word(&public.display().to_string()));
        context.printer.hint(&format!("the keys are made and stay; to go on: the same line again, or {again}"));
    }
    result
}

/// Of files that nobody has noted: the line has come to its end before, or they are in the way.
async fn settled(context: &Context, word: Option<&str>, file: &Path, kind: KeyKind, taken: &Path) -> Result<()> {
    if let Some(public) = keygen::pair(file, kind) {
        let paas = who::keeper(context, Feature::SshKeys).await?;
        let (user, _) = who::one(&paas, word).await?;
        if set::is_set(&user, &public) {
            return set::already_so(context, &user, &public);
        }
    }
    Err(keygen::in_the_way(file, taken).into())
}

/// What is the same for the same line, wherever it is typed.
fn line(context: &Context, word: Option<&str>, file: &Path, kind: KeyKind) -> String {
    let place = context.inputs.cwd.join(file);
    digest::sha256(json!([place.display().to_string(), word, format!("{kind:?}")]).to_string().as_bytes())
}

fn begin(context: &Context, key: String, file: &Path) -> Result<Note> {
    let mut note = context.begun(key)?;
    note.template = Some(file.display().to_string());
    context.keep_note(Things::KeyPairs, &note, "the same line will not go on with the keys that it has made");
    Ok(note)
}

fn forget(context: &Context, note: Option<&Note>) {
    if let Some(note) = note {
        context.drop_note(Things::KeyPairs, note);
    }
}
