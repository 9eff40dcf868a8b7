//! A password from a program: started without a shell, with little environment, and not for long.

use std::io::Read;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use super::Error;
use super::file::{LARGEST, first_line};
use crate::base::{Secret, child, redact, text};

/// How long a helper has; enough for a person to type a passphrase.
pub(crate) const LIMIT: Duration = Duration::from_secs(30);

/// What a helper needs of the environment beside what every program does: its agent and its terminal.
const PASSED: [&str; 7] = [
    "DISPLAY",
    "WAYLAND_DISPLAY",
    "XDG_RUNTIME_DIR",
    "DBUS_SESSION_BUS_ADDRESS",
    "GPG_TTY",
    "SSH_AUTH_SOCK",
    "PASSWORD_STORE_DIR",
];

/// Of stderr the beginning is enough for a message; the rest is read and thrown away, so that the helper can go on.
const STDERR_KEPT: usize = 4 * 1024;
const STDERR_SHOWN: usize = 400;

/// After its end a helper's output may be held open by something it left running, which is not waited for.
const GRACE: Duration = Duration::from_millis(500);
const POLL: Duration = Duration::from_millis(5);

/// The first line the program prints. `environment` is ours; what it may not see of it is taken out here. Blocks for up
/// to `limit`.
pub(crate) fn run(argv: &[String], environment: &[(String, String)], limit: Duration) -> Result<Secret, Error> {
    let (program, arguments) = argv.split_first().ok_or(Error::NoCommand)?;
    let named = || text::safe(program).into_owned();
    let until = Instant::now() + limit;
    let mut command = Command::new(program);
    child::furnish(&mut command, environment.iter().map(|(name, value)| (name, value)), &PASSED);
    let mut child = command
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|source| Error::CommandMissing { program: named(), source })?;
    let too_much = usize::try_from(LARGEST).unwrap_or(usize::MAX);
    let stdout = child.stdout.take().map(|pipe| Collected::start(pipe, too_much, Beyond::Stop));
    let stderr = child.stderr.take().map(|pipe| Collected::start(pipe, STDERR_KEPT, Beyond::Discard));
    let outcome = attend(&mut child, stdout.as_ref(), until);
    if outcome.is_none() {
        // The child alone: a process group of its own would also take the terminal from a helper that asks a person.
        let _ = child.kill();
        let _ = child.wait();
    }
    let printed = stdout.map(Collected::finish).unwrap_or_default();
    let origin = || format!("password command {:?}", named());
    if printed.len() > too_much {
        return Err(Error::TooLong { origin: origin(), limit: LARGEST });
    }
    let status = outcome.ok_or_else(|| Error::CommandTimeout { program: named(), limit })?;
    // Read before the complaint is shown, so that the redactor knows the password by then.
    let secret = first_line(&printed, origin);
    if status.success() {
        return secret;
    }
    let complaint = stderr.map(Collected::finish).unwrap_or_default();
    Err(Error::CommandFailed { program: named(), status: status_text(status), stderr: presentable(&complaint) })
}

/// Waits for the end of the child; `None` if it has to be killed, for taking too long or printing too much.
fn attend(child: &mut Child, stdout: Option<&Collected>, until: Instant) -> Option<ExitStatus> {
    loop {
        if let Ok(Some(status)) = child.try_wait() {
            return Some(status);
        }
        if Instant::now() >= until || stdout.is_some_and(Collected::overflowed) {
            return None;
        }
        thread::sleep(POLL);
    }
}

fn status_text(status: ExitStatus) -> String {
    use std::os::unix::process::ExitStatusExt as _;
    match (status.code(), status.signal()) {
        (Some(code), _) => format!("exit code {code}"),
        (None, Some(signal)) => format!("signal {signal}"),
        (None, None) => "no exit code".to_owned(),
    }
}

fn presentable(complaint: &[u8]) -> String {
    let text = String::from_utf8_lossy(complaint);
    let is_cut = complaint.len() > STDERR_KEPT;
    let known = if is_cut { redact::clean_beginning(text.trim()) } else { redact::clean(text.trim()) };
    text::safe(&known).chars().take(STDERR_SHOWN).collect()
}

/// What to do with output beyond what is kept.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Beyond {
    Stop,
    Discard,
}

/// Output gathered by a thread of its own, since a full pipe would stop the child.
struct Collected {
    bytes: Arc<Mutex<Vec<u8>>>,
    keep: usize,
    ended: Receiver<()>,
}

impl Collected {
    fn start(mut pipe: impl Read + Send + 'static, keep: usize, beyond: Beyond) -> Self {
        let bytes = Arc::new(Mutex::new(Vec::new()));
        let (end, ended) = channel();
        let shared = Arc::clone(&bytes);
        thread::spawn(move || {
            let mut part = [0_u8; 4096];
            while let Ok(count @ 1..) = pipe.read(&mut part) {
                let mut bytes = shared.lock().unwrap_or_else(PoisonError::into_inner);
                // One byte more than is kept, to tell a full measure from an overflowing one.
                let room = (keep + 1).saturating_sub(bytes.len());
                bytes.extend(part.iter().take(count.min(room)));
                if beyond == Beyond::Stop && bytes.len() > keep {
                    break;
                }
            }
            // Nobody listens any more if the helper was given up.
            let _ = end.send(());
        });
        Self { bytes, keep, ended }
    }

    fn overflowed(&self) -> bool {
        self.bytes.lock().unwrap_or_else(PoisonError::into_inner).len() > self.keep
    }

    fn finish(self) -> Vec<u8> {
        let _ = self.ended.recv_timeout(GRACE);
        std::mem::take(&mut *self.bytes.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(script: &str) -> Result<Secret, Error> {
        let environment = [("PATH", "/usr/bin:/bin"), ("OS_PASSWORD", "canary-env"), ("LC_ALL", "C")]
            .map(|(name, value)| (name.to_owned(), value.to_owned()));
        run(&["sh".into(), "-c".into(), script.into()], &environment, Duration::from_secs(5))
    }

    #[test]
    fn the_first_line_is_the_password() {
        assert_eq!(shell("echo 'canary word'; echo second").unwrap().expose(), "canary word");
        assert_eq!(shell("printf canary-bare").unwrap().expose(), "canary-bare");
        assert!(matches!(shell("true"), Err(Error::Empty { .. })));
        assert!(matches!(shell(r"printf '\377'"), Err(Error::NotText { .. })));
    }

    #[test]
    fn arguments_are_not_a_shells() {
        let argv = ["printf", "%s", "$(id); a  b"].map(str::to_owned);
        let environment = [("PATH".to_owned(), "/usr/bin:/bin".to_owned())];
        assert_eq!(run(&argv, &environment, LIMIT).unwrap().expose(), "$(id); a  b");
    }

    #[test]
    fn the_environment_is_scrubbed_and_input_is_empty() {
        let seen = shell("env | sort | tr '\\n' ' '").unwrap();
        assert!(!seen.expose().contains("canary"), "{}", seen.expose());
        assert!(seen.expose().contains("LC_ALL=C ") && seen.expose().contains("PATH="), "{}", seen.expose());
        assert_eq!(shell("read line; echo \"canary status $?\"").unwrap().expose(), "canary status 1");
    }

    #[test]
    fn a_failure_is_shown_without_the_password() {
        let error = shell("echo canary-helper; echo 'bad canary-helper \x1b[31m' >&2; exit 3").unwrap_err();
        assert_eq!(error.to_string(), r#"password command "sh" ended with exit code 3: bad *** \x1b[31m"#);
        let error = shell("kill -9 $$").unwrap_err().to_string();
        assert!(error.ends_with("ended with signal 9"), "{error}");
        let error = run(&["orchest-no-such-helper".into()], &[], LIMIT).unwrap_err();
        assert!(matches!(error, Error::CommandMissing { .. }));
        assert!(matches!(run(&[], &[], LIMIT), Err(Error::NoCommand)));
    }

    #[test]
    fn one_that_hangs_is_killed() {
        let environment = [("PATH".to_owned(), "/usr/bin:/bin".to_owned())];
        for argv in [&["sleep", "60"][..], &["sh", "-c", "exec >&- 2>&-; sleep 60"]] {
            let argv: Vec<String> = argv.iter().map(|word| (*word).to_owned()).collect();
            let started = Instant::now();
            let error = run(&argv, &environment, Duration::from_millis(200)).unwrap_err();
            assert!(matches!(error, Error::CommandTimeout { .. }), "{error}");
            assert!(started.elapsed() < Duration::from_secs(5));
        }
    }

    #[test]
    fn one_that_prints_a_megabyte_is_stopped() {
        let error = shell("while :; do head -c 65536 /dev/zero; done; sleep 60").unwrap_err();
        assert!(matches!(error, Error::TooLong { .. }), "{error}");
        let error = shell("head -c 1048576 /dev/zero | tr '\\0' x").unwrap_err();
        assert!(matches!(error, Error::TooLong { .. }), "{error}");
        assert_eq!(shell("head -c 1048576 /dev/zero >&2; echo canary-fine").unwrap().expose(), "canary-fine");
    }

    #[test]
    fn something_left_running_is_not_waited_for() {
        let started = Instant::now();
        assert_eq!(shell("echo before-end; sleep 20 & exit 0").unwrap().expose(), "before-end");
        assert!(started.elapsed() < Duration::from_secs(5));
    }
}
