//! What programs that we start may see of our environment. Passwords stand in variables of any name, so it is what they need
//! that is named here, and everything else stays.

use std::process::Command;

/// What any program needs to find its files and to speak to its person.
const COMMON: [&str; 9] = ["PATH", "HOME", "USER", "LOGNAME", "SHELL", "LANG", "TERM", "TZ", "TMPDIR"];

/// What a program with a window needs.
pub(crate) const DESKTOP: [&str; 18] = [
    "DISPLAY",
    "WAYLAND_DISPLAY",
    "XAUTHORITY",
    "DBUS_SESSION_BUS_ADDRESS",
    "DESKTOP_SESSION",
    "GNOME_DESKTOP_SESSION_ID",
    "KDE_FULL_SESSION",
    "KDE_SESSION_VERSION",
    "XDG_CURRENT_DESKTOP",
    "XDG_SESSION_TYPE",
    "XDG_RUNTIME_DIR",
    "XDG_DATA_DIRS",
    "XDG_DATA_HOME",
    "XDG_CONFIG_DIRS",
    "XDG_CONFIG_HOME",
    "XDG_CACHE_HOME",
    "WSL_DISTRO_NAME",
    "WSL_INTEROP",
];

/// Leaves a command, of our environment, what every program needs, and these variables.
pub(crate) fn furnish<'e>(
    command: &mut Command,
    environment: impl IntoIterator<Item = (&'e String, &'e String)>,
    more: &[&str],
) {
    let is_passed = |name: &str| COMMON.contains(&name) || more.contains(&name) || name.starts_with("LC_");
    command.env_clear();
    command.envs(environment.into_iter().filter(|(name, _)| is_passed(name)));
}

#[cfg(test)]
mod tests {
    use std::ffi::OsStr;

    use super::*;

    #[test]
    fn what_is_not_named_stays_here() {
        let ours = [
            ("PATH", true),
            ("LC_TIME", true),
            ("DISPLAY", true),
            ("SSH_AUTH_SOCK", false),
            ("ORCHEST_PAAS_TOKEN", false),
            ("AWS_ACCESS_KEY_ID", false),
            ("https_proxy", false),
            ("ADM1_PW", false),
        ];
        let environment = ours.map(|(name, _)| (name.to_owned(), "x".to_owned()));
        let mut command = Command::new("true");
        furnish(&mut command, environment.iter().map(|(name, value)| (name, value)), &DESKTOP);
        let passed: Vec<&OsStr> = command.get_envs().map(|(name, _)| name).collect();
        for (name, is_passed) in ours {
            assert_eq!(passed.contains(&OsStr::new(name)), is_passed, "{name}");
        }
    }
}
