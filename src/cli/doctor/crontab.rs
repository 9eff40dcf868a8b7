//! Lines in crontabs that call this program with a secret in them: everybody who lists processes sees it, or whoever may read
//! the file.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::base::child;
use crate::base::private::shown;

use super::super::context::Context;
use super::Finding;

const PLACES: [&str; 2] = ["/etc/crontab", "/etc/cron.d"];
const FOLDERS: [&str; 4] = ["/etc/cron.hourly", "/etc/cron.daily", "/etc/cron.weekly", "/etc/cron.monthly"];

/// Far more than any crontab.
const LARGEST: usize = 1 << 20;

pub(super) fn lines(context: &Context) -> Vec<Finding> {
    let mut texts: Vec<(String, String)> =
        own(context).map(|text| ("your crontab".to_owned(), text)).into_iter().collect();
    let places = PLACES.iter().chain(&FOLDERS).map(PathBuf::from).flat_map(|place| files(&place));
    texts.extend(places.filter_map(|path| Some((shown(&path), text_of(&path)?))));
    let findings: Vec<Finding> = texts
        .iter()
        .flat_map(|(place, text)| suspects(text).into_iter().map(move |number| (place, number)))
        .map(|(place, number)| {
            let detail = format!("line {number} of {place} has a secret in it");
            Finding::warn("crontab", "", detail).next("put it into a file of mode 0600 and say --password-file FILE")
        })
        .collect();
    if findings.is_empty() && texts.iter().any(|(_, text)| text.contains("orchest")) {
        return vec![Finding::ok("crontab", "", "crontabs call orchest without secrets in their lines")];
    }
    findings
}

/// Whatever is no text in it, the rest is.
fn text_of(path: &Path) -> Option<String> {
    std::fs::read(path).ok().map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
}

/// What `crontab -l` prints; nothing where there is none.
fn own(context: &Context) -> Option<String> {
    let mut command = Command::new("crontab");
    command.arg("-l").stdin(Stdio::null()).stderr(Stdio::null());
    child::furnish(&mut command, &context.inputs.env, &[]);
    let output = command.output().ok().filter(|output| output.status.success())?;
    Some(String::from_utf8_lossy(output.stdout.get(..LARGEST).unwrap_or(&output.stdout)).into_owned())
}

/// The file, or the files in the folder, as far as we may read them.
fn files(place: &Path) -> Vec<PathBuf> {
    if !place.is_dir() {
        return vec![place.to_owned()];
    }
    let mut inside: Vec<PathBuf> =
        std::fs::read_dir(place).into_iter().flatten().flatten().map(|entry| entry.path()).collect();
    inside.sort();
    inside
}

/// The numbers of the lines with a secret in them, in a text that calls this program.
fn suspects(text: &str) -> Vec<usize> {
    // Its variables name it, too.
    if !text.to_ascii_lowercase().contains("orchest") {
        return Vec::new();
    }
    (1..).zip(text.lines()).filter(|(_, line)| holds_secret(line)).map(|(number, _)| number).collect()
}

fn holds_secret(line: &str) -> bool {
    let line = line.trim();
    if line.starts_with('#') {
        return false;
    }
    // A variable of the table may have blanks around the sign, and its name may stand in quotes.
    let variable = line.split_once('=').map(|(name, value)| format!("{}={}", name.trim(), value.trim()));
    let named = variable.is_some_and(|word| is_assignment(&word))
        || line.split([' ', '\t', ';', '&', '|', '(']).any(is_assignment);
    let piped = line.contains("orchest")
        && line.contains("-stdin")
        && (line.contains("<<<") || {
            let before = line.split('|').next().unwrap_or_default();
            // What another program prints is no secret in this line.
            before.split_whitespace().any(|word| word == "echo" || word == "printf")
        });
    named || piped
}

/// `ORCHEST_PASSWORD=literal`: of ours, or of the tools that it stands in for.
fn is_assignment(word: &str) -> bool {
    let Some((name, value)) = word.split_once('=') else { return false };
    let name = name.trim_matches(['"', '\'']);
    let ours = ["ORCHEST_", "OS_", "ORCHENT_", "ORCHESTRATOR_"].iter().any(|start| name.starts_with(start));
    let secret = ["PASSWORD", "TOKEN", "SECRET", "API_KEY"].iter().any(|end| name.ends_with(end));
    let value = value.trim_matches(['"', '\'']);
    ours && secret && !value.is_empty() && !value.starts_with(['$', '`'])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_with_secrets_are_found_and_others_are_not() {
        let text = "MAILTO=ops\nORCHEST_PASSWORD=hunter2\n# ORCHEST_PASSWORD=old orchest\n\
            0 2 * * * orchest members sync --from p.csv --yes --password-file /etc/orchest.pw\n\
            5 2 * * * OS_PASSWORD='x y' orchest user list\n\
            6 2 * * * ORCHEST_PASSWORD=\"$(pass show k)\" orchest user list\n\
            7 2 * * * echo hunter2 | orchest user list --password-stdin\n\
            8 2 * * * pass show k | orchest user list --password-stdin\n\
            9 2 * * * export ORCHEST_GITHUB_TOKEN=ghp_x; orchest members list\n\
            ORCHEST_PASSWORD_FILE=/etc/orchest.pw\n";
        assert_eq!(suspects(text), [2, 5, 7, 9]);
        let written_otherwise = "ORCHEST_PASSWORD = hunter2\n\"ORCHEST_GITHUB_TOKEN\" = \"ghp_x\"\n\
            1 2 * * * env \"ORCHEST_PASSWORD=x\" orchest user list\n\
            2 2 * * * orchest user list --password-stdin <<< hunter2\n\
            3 2 * * * orchest user list --filter 'name = x'\n";
        assert_eq!(suspects(written_otherwise), [1, 2, 3, 4]);
        assert_eq!(suspects("ORCHEST_PASSWORD=x\n"), [1], "its own name is in it");
        assert_eq!(suspects("DB_PASSWORD=x\n0 1 * * * orchest user list\n"), Vec::<usize>::new());
        assert_eq!(suspects("OS_PASSWORD=x\n"), Vec::<usize>::new(), "another program's");
    }
}
