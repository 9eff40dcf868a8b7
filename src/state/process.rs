//! Which process this is, in words that still tell it apart when its number has been given to another one.

use std::fs;

use serde::{Deserialize, Serialize};

/// A process on a host.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Process {
    /// Its number.
    pub(crate) pid: u32,
    /// The machine it runs on.
    pub(crate) host: String,
    /// When it started, in a form that only equality is asked of; absent where the system does not tell.
    #[serde(default)]
    pub(crate) born: Option<String>,
}

impl Process {
    /// This one.
    pub(crate) fn current() -> Self {
        let pid = std::process::id();
        Self { pid, host: host(), born: born(pid) }
    }

    /// Whether it still runs; `None` if it is another machine's, where nobody here can tell.
    pub(crate) fn alive(&self, here: &Self) -> Option<bool> {
        if self.host != here.host {
            return None;
        }
        Some(match (&self.born, born(self.pid)) {
            (Some(then), Some(now)) => *then == now,
            (Some(_), None) => false,
            (None, Some(_)) => true,
            (None, None) => exists(self.pid),
        })
    }
}

fn host() -> String {
    ["/proc/sys/kernel/hostname", "/etc/hostname"]
        .iter()
        .filter_map(|path| fs::read_to_string(path).ok())
        .map(|name| name.trim().to_owned())
        .find(|name| !name.is_empty())
        .unwrap_or_else(|| "localhost".to_owned())
}

/// Start time in ticks since boot, and which boot. A dead process whose parent has not noticed yet has none.
fn born(pid: u32) -> Option<String> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The second field is the command in parentheses and may itself hold spaces and parentheses.
    let (_, rest) = stat.rsplit_once(')')?;
    let mut fields = rest.split_whitespace();
    let state = fields.next()?;
    if matches!(state, "Z" | "X" | "x") {
        return None;
    }
    // Start time is field 22 of the file; the state was field 3.
    let ticks = fields.nth(18)?;
    let boot = fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap_or_default();
    Some(format!("{ticks}@{}", boot.trim()))
}

fn exists(pid: u32) -> bool {
    let Some(pid) = i32::try_from(pid).ok().and_then(rustix::process::Pid::from_raw) else { return false };
    // A refusal means that there is somebody to refuse for.
    !matches!(rustix::process::test_kill_process(pid), Err(rustix::io::Errno::SRCH))
}

#[cfg(test)]
mod tests {
    use std::process::{Command, Stdio};

    use super::*;

    #[test]
    fn this_process_is_alive_and_an_earlier_bearer_of_its_number_is_not() {
        let here = Process::current();
        assert_eq!(here.alive(&here), Some(true));
        let earlier = Process { born: Some("1@other-boot".to_owned()), ..here.clone() };
        assert_eq!(earlier.alive(&here), Some(false));
        let elsewhere = Process { host: "other.example".to_owned(), ..here.clone() };
        assert_eq!(elsewhere.alive(&here), None);
    }

    #[test]
    fn a_killed_child_is_dead_even_before_it_is_reaped() {
        let here = Process::current();
        let mut child = Command::new("sleep").arg("60").stdin(Stdio::null()).spawn().unwrap();
        let process = Process { pid: child.id(), born: born(child.id()), ..here.clone() };
        assert_eq!(process.alive(&here), Some(true));
        child.kill().unwrap();
        let mut left = 200;
        while process.alive(&here) == Some(true) && left > 0 {
            std::thread::sleep(std::time::Duration::from_millis(10));
            left -= 1;
        }
        assert_eq!(process.alive(&here), Some(false));
        child.wait().unwrap();
        assert_eq!(process.alive(&here), Some(false));
    }
}
