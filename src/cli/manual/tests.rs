use clap::CommandFactory as _;

use super::super::Cli;
use super::page::{Page, pages};
use super::*;
use crate::output::fold::WIDTH;

fn all() -> Vec<Page> {
    pages(Cli::command())
}

/// What a page says at this length, and where.
fn helps() -> Vec<(String, String)> {
    fn walk(command: &mut clap::Command, path: &str, found: &mut Vec<(String, String)>) {
        found.push((format!("{path} -h"), command.render_help().to_string()));
        found.push((format!("{path} --help"), command.render_long_help().to_string()));
        for sub in command.get_subcommands_mut() {
            let path = format!("{path} {}", sub.get_name());
            walk(sub, &path, found);
        }
    }
    let mut found = Vec::new();
    let mut tree = tree(&all().iter().flat_map(|page| page.words.clone()).collect::<Vec<_>>());
    tree.build();
    walk(&mut tree, "orchest", &mut found);
    found
}

#[test]
fn every_help_fits_eighty_columns() {
    let helps = helps();
    assert!(helps.len() > 200, "{} pages", helps.len());
    let long: Vec<String> = helps
        .iter()
        .flat_map(|(path, text)| text.lines().map(move |line| (path, line)))
        .filter(|(_, line)| line.chars().count() > WIDTH)
        .map(|(path, line)| format!("{path}: {line}"))
        .collect();
    assert!(long.is_empty(), "{} lines are longer\n{}", long.len(), long.join("\n"));
}

#[test]
fn every_verb_tells_how_it_ends() {
    let all = all();
    for (path, text) in helps() {
        let is_verb = all.iter().any(|page| page.is_verb() && path.starts_with(&format!("{} -", page.title(" "))));
        assert_eq!(text.contains("Exit codes: 0 done"), is_verb, "{path}\n{text}");
    }
}

/// One voice: somebody is told what to let the program do, in one line that is no sentence.
#[test]
fn summaries_speak_with_one_voice() {
    for page in all() {
        let (title, summary) = (page.title(" "), page.summary());
        let first = summary.split(' ').next().unwrap_or_default();
        assert!(!summary.is_empty() && !summary.contains('\n'), "{title}: {summary}");
        assert!(!summary.ends_with(['.', '!', ' ', ':']), "{title}: {summary}");
        assert!(first.starts_with(|sign: char| sign.is_uppercase()), "{title}: {summary}");
        let is_told_of =
            (first.ends_with('s') && !first.ends_with("ss")) || first.ends_with("ing") || first.ends_with("ed");
        assert!(!is_told_of, "{title} does not say what to do: {summary}");
        assert!(!["The", "A", "An", "This", "It"].contains(&first), "{title}: {summary}");
        assert!(summary.chars().count() <= 100, "{title}: {summary}");
    }
}

/// Arguments and flags are described in one voice too.
#[test]
fn no_flag_ends_with_a_full_stop() {
    for page in all() {
        for argument in page.arguments() {
            let help = argument.get_help().map(ToString::to_string).unwrap_or_default();
            let place = format!("{} {}", page.title(" "), argument.get_id());
            assert!(!help.is_empty(), "{place} is not explained");
            assert!(!help.ends_with('.') && !help.starts_with(' '), "{place}: {help}");
        }
    }
}

/// At most two kinds of things are told apart by their places alone.
#[test]
fn no_command_has_more_than_two_places() {
    for page in all() {
        let places = page.command.get_positionals().filter(|argument| !argument.is_last_set()).count();
        let most = if page.words == ["policy", "test"] || page.words == ["api"] { 3 } else { 2 };
        assert!(places <= most, "{} has {places}", page.title(" "));
    }
}

/// A line of roff that begins with a dot is one of ours, and none says more than groff and mandoc both understand.
#[test]
fn every_manual_page_is_sound() {
    const REQUESTS: [&str; 14] =
        [".TH", ".SH", ".SS", ".TP", ".PP", ".nf", ".fi", ".RS", ".RE", ".nh", ".ad", ".hy", ".ad l", ".br"];
    let pages = all();
    for page in &pages {
        let text = roff::page(page, &pages);
        for section in ["NAME", "SYNOPSIS", "DESCRIPTION", "SEE ALSO"] {
            assert!(text.contains(&format!(".SH \"{section}\"")), "{} has no {section}", page.title(" "));
        }
        if page.is_verb() {
            assert!(text.contains(".SH \"EXAMPLES\"") && text.contains(".SH \"EXIT STATUS\""), "{}", page.title(" "));
        }
        for line in text.lines() {
            let request = line.split(' ').next().unwrap_or_default();
            assert!(!line.starts_with('\''), "{line}");
            assert!(!line.starts_with('.') || REQUESTS.contains(&request), "{line}");
            assert!(!line.is_empty() && !line.contains("\\\\"), "{}: {line:?}", page.title(" "));
        }
        let (opened, closed) = (text.matches(".nf\n").count(), text.matches(".fi\n").count());
        assert_eq!(opened, closed, "{}", page.title(" "));
    }
}

#[test]
fn a_command_is_found_by_an_alias_and_a_wrong_one_gets_the_nearest() {
    let pages = all();
    let words = |line: &str| line.split(' ').map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(find(&pages, &words("users ls")).map(|page| page.words.clone()).unwrap_or_default(), ["user", "list"]);
    assert!(find(&pages, &[]).unwrap().words.is_empty());
    let error = find(&pages, &words("user lst")).err().unwrap();
    assert_eq!(error.downcast_ref::<CliError>().unwrap().next.as_deref(), Some("did you mean user list?"));
}

#[test]
fn every_exit_code_is_explained() {
    use super::super::error::Exit;
    let all = [
        Exit::Failed,
        Exit::Unsupported,
        Exit::Usage,
        Exit::NotFound,
        Exit::Login,
        Exit::Forbidden,
        Exit::Conflict,
        Exit::SomeFailed,
        Exit::Deadline,
        Exit::Changes,
        Exit::Temporary,
        Exit::Config,
        Exit::Interrupted,
        Exit::ClosedPipe,
        Exit::Terminated,
    ];
    let text = exits::topic();
    for exit in all {
        assert!(text.contains(&format!("\n  {:<4} ", exit.code())), "{} is in no line of the topic", exit.code());
    }
    assert!(text.starts_with("  0 "));
}

/// What no rule tells.
#[test]
fn exit_codes_of_what_is_out_of_the_ordinary() {
    let all = all();
    for (words, has, has_not) in [
        ("doctor", &[1][..], &[3, 4, 75][..]),
        ("completions refresh", &[3, 4, 7, 75], &[8]),
        ("audit resume", &[3, 4, 6, 7, 75], &[]),
        ("batch run", &[7], &[]),
        ("members list", &[4, 7, 75], &[6]),
        ("stats metrics", &[7, 75], &[]),
        ("log follow", &[8], &[]),
        ("completions bash", &[1], &[4, 7, 75]),
    ] {
        let page = all.iter().find(|page| page.words.join(" ") == words).unwrap();
        let codes: Vec<u8> = exits::of(page).iter().map(|meaning| meaning.code()).collect();
        assert!(has.iter().all(|code| codes.contains(code)), "{words}: {codes:?}");
        assert!(!has_not.iter().any(|code| codes.contains(code)), "{words}: {codes:?}");
    }
}
