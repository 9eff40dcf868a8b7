//! From the words of the process to its exit code: parse, build, run, end.

use std::cell::{Cell, OnceCell, RefCell};
use std::ffi::OsString;
use std::fs::File;
use std::io::Write as _;
use std::path::Path;
use std::process::ExitCode;
use std::rc::Rc;

use anyhow::Result;
use clap::Command;

use crate::api::keystone::Kind;
use crate::base::{private, redact};
use crate::config::Settings;
use crate::flows::{Failure, StepError};
use crate::output::{self, Options, Printer};
use crate::state::StateDir;

use super::around::Surroundings;
use super::audit::{AuditVerb, resume};
use super::context::{Clients, Common, Context, Logins, about};
use super::error::{CliError, Exit, classify};
use super::journal::Journal;
use super::legacy::{LegacyArgs, Outside};
use super::present::platform_name;
use super::seen::Seen;
use super::trace::{Trace, TraceSettings};
use super::{Cli, Noun, completions, defaults, dispatch, manual, nearest, panics, signals, tree, words};

/// The whole program.
pub(crate) fn main(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let arguments: Vec<OsString> = arguments.into_iter().collect();
    panics::tell_carefully();
    // Asked by scripts before anything else; the whole tree of commands takes longer to build than all the rest.
    if let [_, only] = arguments.as_slice()
        && (only == "--version" || only == "-V")
    {
        return ExitCode::from(ended(writeln!(std::io::stdout(), "{}", manual::version::short()), 0));
    }
    // A core file would hold passwords and tokens.
    let none = rustix::process::Rlimit { current: Some(0), maximum: Some(0) };
    let _ = rustix::process::setrlimit(rustix::process::Resource::Core, none);
    ExitCode::from(in_surroundings(&arguments, &Surroundings::of_process()))
}

/// The same for whoever brings other surroundings than the process has; gives the exit code.
pub(crate) fn in_surroundings(arguments: &[OsString], around: &Surroundings) -> u8 {
    if completions::is_asked(arguments) {
        return completions::answer(arguments, around);
    }
    let words: Vec<String> = arguments.iter().skip(1).map(|word| word.to_string_lossy().into_owned()).collect();
    let cli = match parse(arguments, &words) {
        Ok(cli) => cli,
        Err(error) => return usage(error, &words, around),
    };
    let command = words::joined(&words);
    let common = Rc::new(Common::default());
    match &cli.noun {
        Noun::Audit(AuditVerb::Resume { run }) => again(run, &cli, arguments, &command, around, &common),
        _ => any(&cli, arguments, &command, around, &common),
    }
}

/// Read by clap: a right line as one of the command that it is about, and what is wrong with any other by the whole tree; where
/// help is asked for, by the tree that has more to tell.
fn parse<T: Into<OsString> + Clone>(
    arguments: impl IntoIterator<Item = T> + Clone,
    words: &[String],
) -> Result<Cli, clap::Error> {
    let read = |mut tree: Command, arguments| {
        let mut matches = tree.try_get_matches_from_mut(arguments)?;
        Cli::of(&mut matches).map_err(|error| error.format(&mut tree))
    };
    if manual::is_asked(words) {
        return read(manual::tree(words), arguments);
    }
    match tree::branch(words).map(|branch| read(branch, arguments.clone())) {
        Some(Ok(cli)) => Ok(cli),
        _ => read(tree::whole().clone(), arguments),
    }
}

/// One line, in words of today or of old.
fn any(cli: &Cli, arguments: &[OsString], command: &str, around: &Surroundings, common: &Rc<Common>) -> u8 {
    match &cli.noun {
        Noun::Legacy(old) if !old.is_list() => in_words_of_today(old, cli, arguments, command, around, common),
        _ => one(cli, command, around, common, |_| ()),
    }
}

/// The line of a run that did not finish, once more.
fn again(
    run: &str,
    cli: &Cli,
    arguments: &[OsString],
    command: &str,
    around: &Surroundings,
    common: &Rc<Common>,
) -> u8 {
    let context = match build(cli, command, around, common) {
        Ok(context) => context,
        Err(error) => return end_early(&error, around),
    };
    let outside = match Outside::beside(arguments) {
        Ok(outside) => outside,
        Err(error) => return usage(error, &[], around),
    };
    let again = match resume::plan(&context, run, &outside, around.hears_signals) {
        Ok(Some(again)) => again,
        Ok(None) => return finish(&context, &Ok(()), around),
        Err(error) => return finish(&context, &Err(error), around),
    };
    let there = Surroundings { inputs: again.inputs(&around.inputs), ..around.clone() };
    let arguments: Vec<OsString> =
        std::iter::once("orchest").chain(again.words.iter().map(String::as_str)).map(OsString::from).collect();
    let cli = match parse(&arguments, &again.words) {
        Ok(cli) => cli,
        Err(error) => return usage(error, &again.words, around),
    };
    common.expect(again.was_about());
    let code = any(&cli, &arguments, &again.command, &there, common);
    // Neither shows that the line would have been done.
    let only_told = cli.globals.run.dry_run || context.printer.asks_for_columns();
    if code == 0 && again.is_open && !only_told {
        context.settle(again.run.as_str());
    }
    code
}

/// An old line: each of its lines of today, until one fails.
fn in_words_of_today(
    old: &LegacyArgs,
    cli: &Cli,
    arguments: &[OsString],
    command: &str,
    around: &Surroundings,
    common: &Rc<Common>,
) -> u8 {
    let plan = match old.plan(&cli.globals, arguments) {
        Ok(plan) => plan,
        Err(error) => return end_early(&error, around),
    };
    for line in &plan.lines {
        let words = std::iter::once("orchest").chain(line.words.iter().map(String::as_str));
        let mut cli = match parse(words, &line.words) {
            Ok(cli) => cli,
            Err(error) => return usage(error, &line.words, around),
        };
        cli.globals.identity.given = plan.given.clone();
        match one(&cli, command, around, common, |context| line.tell(&context.printer)) {
            0 => {}
            code => return code,
        }
    }
    0
}

/// One command from its settings to its exit code, on a runtime of its own. `before` says what belongs before it.
fn one(cli: &Cli, command: &str, around: &Surroundings, common: &Rc<Common>, before: impl FnOnce(&Context)) -> u8 {
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return end_early(&anyhow::Error::new(error).context("cannot start the runtime"), around),
    };
    let code = runtime.block_on(line(cli, command, around, common, before));
    runtime.shutdown_background();
    code
}

/// The same on the runtime that there is.
pub(super) async fn line(
    cli: &Cli,
    command: &str,
    around: &Surroundings,
    common: &Rc<Common>,
    before: impl FnOnce(&Context),
) -> u8 {
    let context = match build(cli, command, around, common) {
        Ok(context) => context,
        Err(error) => return end_early(&error, around),
    };
    before(&context);
    let result = until_signal(&context, cli, around.hears_signals).await;
    finish(&context, &result, around)
}

/// clap's own ends: help and version are good, everything else is a usage error.
fn usage(mut error: clap::Error, arguments: &[String], around: &Surroundings) -> u8 {
    nearest::suggest(&mut error, arguments);
    let code = if error.use_stderr() { Exit::Usage.code() } else { 0 };
    if around.hears_signals {
        // With colours where there is a terminal.
        return ended(error.print(), code);
    }
    let stream = if error.use_stderr() { &around.stderr } else { &around.stdout };
    ended(write!(stream(), "{}", error.render()), code)
}

/// A reader that went away is no failure of ours, but not what was asked for either.
fn ended(printed: std::io::Result<()>, code: u8) -> u8 {
    match printed {
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Exit::ClosedPipe.code(),
        _ => code,
    }
}

fn opened_for_trace(path: &Path) -> Result<File, CliError> {
    private::open(path, File::options().create(true).append(true))
        .map_err(|error| CliError::usage(format!("cannot write the trace: {error}")).next(error.next()))
}

fn build(cli: &Cli, command: &str, around: &Surroundings, common: &Rc<Common>) -> Result<Context> {
    let mut inputs = around.inputs.clone();
    let primary = cli.noun.primary();
    inputs.flags = cli.globals.settings(primary.name());
    inputs.config_file.clone_from(&cli.globals.target.config);
    inputs.context.clone_from(&cli.globals.target.context);
    if inputs.context.is_none()
        && let Noun::Doctor(args) = &cli.noun
    {
        inputs.context = args.context().map(str::to_owned);
    }
    let state = StateDir::locate(inputs.variable("XDG_STATE_HOME"), inputs.home.as_deref());
    let settings = match Settings::load(&inputs) {
        Ok(settings) => settings,
        // The verbs that mend settings must work when settings are broken.
        Err(_) if super::config::mends(&cli.noun) || matches!(cli.noun, Noun::Doctor(_)) => Settings::bare(),
        // It takes nothing from them but how things look.
        #[cfg(feature = "sandbox")]
        Err(_) if matches!(cli.noun, Noun::Sandbox(_)) => Settings::bare(),
        Err(error) => return Err(error.into()),
    };
    let mut globals = cli.globals.clone();
    defaults::apply(&mut globals.output, &settings, command)?;
    let globals = &globals;
    // A default is not a choice: a query without a format has one of its own.
    let chosen = settings.get("output.format").is_some_and(|item| item.origin != crate::config::Origin::Default);
    let format = globals.output.output.clone().or(settings.text("output.format")?.filter(|_| chosen));
    let color = settings.text("output.color")?.as_deref().unwrap_or("auto").parse()?;
    let format = format.as_deref().map(str::parse).transpose()?;
    let rows = format.is_some_and(|format| !matches!(format, output::Format::Table | output::Format::Wide));
    let said = |name: &str| inputs.variable(name).is_some_and(|value| !value.is_empty());
    let options = Options {
        format,
        columns: globals.output.columns.clone(),
        sort_by: globals.output.sort_by.clone(),
        filter: globals.output.filter.clone(),
        query: globals.output.query.clone(),
        no_header: globals.output.no_header,
        csv_raw: globals.output.csv_raw,
        color,
        quiet: globals.output.quiet,
        verbosity: globals.output.verbose,
        width: inputs.variable("COLUMNS").and_then(|columns| columns.parse().ok()),
        no_color_env: said("NO_COLOR"),
        clicolor_force: said("CLICOLOR_FORCE") && inputs.variable("CLICOLOR_FORCE") != Some("0"),
        term_dumb: inputs.variable("TERM") == Some("dumb"),
        accessible: settings.boolean("output.accessible")?,
    };
    let (out_terminal, err_terminal) = (around.terminals.stdout, around.terminals.stderr);
    let printer = Printer::new(options, (around.stdout)(), out_terminal, (around.stderr)(), err_terminal)?;
    let printer = Rc::new(printer);
    // The doctor tells them among the rest.
    let told = !matches!(cli.noun, Noun::Doctor(_));
    for warning in settings.warnings().iter().filter(|warning| told && common.is_news(warning)) {
        printer.warn(warning);
    }
    let input_allowed = !matches!(cli.noun, Noun::Doctor(_))
        && !globals.run.no_input
        && !said("ORCHEST_NO_INPUT")
        && !said("CI")
        && around.terminals.stdin
        && err_terminal;
    let clock = around.clock.clone();
    let trace_file = globals.output.trace.as_deref().map(opened_for_trace).transpose()?;
    let trace = Trace::new(TraceSettings {
        verbosity: globals.output.verbose,
        quiet: globals.output.quiet,
        log_json: globals.output.log_format.as_deref() == Some("json"),
        trace_file,
        timing: globals.output.timing,
        stderr: (around.stderr)(),
        clock: clock.clone(),
    });
    let about = about(&settings);
    common.refuse_elsewhere(&about)?;
    let journal = Journal::new(trace, state.as_ref(), &clock, command, printer.clone(), &inputs.cwd, about);
    // The doctor tells of them itself, and a batch by its first line.
    let is_first = !matches!(cli.noun, Noun::Batch(_)) && common.is_first();
    if !is_first || matches!(cli.noun, Noun::Doctor(_)) {
        journal.be_discreet();
    }
    Ok(Context {
        globals: globals.clone(),
        settings,
        prompter: Rc::new(printer.prompter(input_allowed)),
        stop: common.stop.clone(),
        inputs,
        common: common.clone(),
        line: command.to_owned(),
        around: around.clone(),
        clock,
        journal: Rc::new(journal),
        state,
        rows,
        printer,
        primary,
        clients: Clients::default(),
        keystone: OnceCell::new(),
        passwords: OnceCell::new(),
        logins: Logins::default(),
        seen: Seen::default(),
        any_password: Cell::new(false),
        stdin_taken: RefCell::new(cli.globals.identity.given.stdin),
    })
}

/// Runs the command until it ends or a signal comes. After a signal it may end what it is doing, for as long as
/// [`signals`] lets it.
async fn until_signal(context: &Context, cli: &Cli, hears_signals: bool) -> Result<()> {
    let mut command = Box::pin(dispatch(context, cli));
    // The proxy passes signals on to the command that it runs.
    #[cfg(feature = "sandbox")]
    if matches!(cli.noun, super::Noun::Sandbox(_)) {
        return command.await;
    }
    if !hears_signals {
        return command.await;
    }
    let mut told = signals::watch()?;
    let exit = tokio::select! {
        result = &mut command => return result,
        exit = told.recv() => exit.unwrap_or(Exit::Interrupted),
    };
    context.stop.request();
    let error = CliError::new(exit, "stopped");
    let error = match tokio::time::timeout(signals::TIDY, command).await {
        // It was there to be ended so, and leaves nothing to go on with.
        Ok(Err(cause)) if cause.downcast_ref::<CliError>().is_some_and(|error| error.silent) => {
            return Err(CliError::silent(exit).into());
        }
        Ok(Err(cause)) => error.cause(cause.to_string()),
        _ => error,
    };
    Err(error.next("run the same command again; it goes on where it stopped").into())
}

/// Says what has to be said, closes the run log, and gives the exit code.
fn finish(context: &Context, result: &Result<()>, around: &Surroundings) -> u8 {
    if context.globals.output.timing {
        show_timing(context, &mut (around.stderr)());
    }
    let code = match result {
        Ok(()) => 0,
        Err(error) => say(context, error),
    };
    context.journal.end(code);
    context.keep_names();
    code
}

fn say(context: &Context, error: &anyhow::Error) -> u8 {
    let mut verdict = classify(error);
    if verdict.exit == Exit::Forbidden && is_of_keystone(error) {
        // A command that refuses in its own words knows best what to do next.
        let next = error.downcast_ref::<CliError>().and_then(|own| own.next.clone());
        explain_forbidden(context, &mut verdict.report);
        verdict.report.next = next.or(verdict.report.next.take());
    }
    if !verdict.silent {
        verdict.report.line = unattended(context, verdict.exit);
        context.printer.error(&verdict.report);
    }
    verdict.exit.code()
}

/// The line and its end, for a mail: under cron nothing else says what it was.
fn unattended(context: &Context, exit: Exit) -> Option<String> {
    let said = context.globals.run.no_input || context.inputs.variable("ORCHEST_NO_INPUT").is_some();
    if !said || context.around.terminals.stderr {
        return None;
    }
    let again = if exit == Exit::Temporary { ", and may be run again as it is" } else { "" };
    Some(format!("ended with {}{again}: orchest {}", exit.code(), context.journal.command()))
}

/// What another back end refuses was decided by policies, not by the scope of the login at Keystone.
fn is_of_keystone(error: &anyhow::Error) -> bool {
    let of_wire = error.chain().find_map(|cause| match cause.downcast_ref::<Failure>() {
        Some(Failure::Step { source: StepError::Wire(error), .. }) => Some(error),
        _ => cause.downcast_ref::<crate::http::Error>(),
    });
    !matches!(of_wire, Some(crate::http::Error::Status(status)) if status.backend != "keystone")
}

/// A refusal is understood best beside what one has.
fn explain_forbidden(context: &Context, report: &mut output::ErrorReport) {
    let Some(login) = context.keystone.get().map(crate::api::keystone::Keystone::login) else { return };
    let Some(token) = login.known() else { return };
    let roles = token.roles();
    let short: Vec<&str> = roles.iter().map(|role| platform_name(Kind::Role, role)).collect();
    let held = if roles.is_empty() { "no known role".to_owned() } else { format!("role {}", short.join(", ")) };
    report.causes.push(format!("this login has {held} at scope {}", login.scope()));
    let is_admin = roles.contains(&"admin");
    let wide =
        matches!(login.scope(), crate::api::keystone::Scope::System | crate::api::keystone::Scope::Project { .. });
    report.next = Some(match (is_admin, wide) {
        (false, _) => "ask for the role admin, or log in as somebody who has it: --user NAME".to_owned(),
        (true, false) => "services and roles need the wider scope: --scope system, or --scope project".to_owned(),
        (true, true) => "the server's own policy refuses it; ask its administrator".to_owned(),
    });
}

fn show_timing(context: &Context, err: &mut dyn std::io::Write) {
    let rows = context.journal.trace().timing_table();
    for row in rows {
        let cell = |key: &str| match row.get(key) {
            Some(serde_json::Value::String(text)) => text.clone(),
            Some(other) => other.to_string(),
            None => String::new(),
        };
        let _ = writeln!(
            err,
            "{:>5} × {:<6} {}{}  p50 {} ms, max {} ms",
            cell("count"),
            cell("method"),
            cell("host"),
            cell("path"),
            cell("p50_ms"),
            cell("max_ms")
        );
    }
}

/// There is no printer yet.
fn end_early(error: &anyhow::Error, around: &Surroundings) -> u8 {
    let verdict = classify(error);
    let mut err = (around.stderr)();
    let mut line = |text: &str| {
        let _ = writeln!(err, "{}", crate::base::text::safe_lines(&redact::clean(text)));
    };
    line(&format!("error: {}", verdict.report.message));
    verdict.report.causes.iter().for_each(|cause| line(&format!("  {cause}")));
    if let Some(next) = &verdict.report.next {
        line(&format!("  next: {next}"));
    }
    verdict.exit.code()
}
