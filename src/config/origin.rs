//! Where a value came from, and what that says about whom it may be shown to.

use std::fmt;
use std::path::PathBuf;

use crate::base::text::{safe, shell_word};

/// The place that decided a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Origin {
    /// An option of this command line, with its name.
    Flag(String),
    /// Typed at a prompt of this very run.
    #[cfg_attr(not(test), expect(dead_code, reason = "nothing that a stranger's file names is asked for yet"))]
    Prompt,
    /// A variable of the environment, with its name.
    Env(String),
    /// A file.
    File {
        /// Which one.
        path: PathBuf,
        /// The line the key stands on, from 1; 0 where the format does not tell.
        line: usize,
        /// The context of that file the key belongs to.
        context: Option<String>,
        /// Whether the user vouches for the file: it is theirs, named by them, or recorded as trusted.
        trusted: bool,
    },
    /// Nobody said anything.
    Default,
}

impl Origin {
    /// Whether the value was found lying in the working directory, in a file nobody vouches for.
    pub(crate) fn is_untrusted(&self) -> bool {
        matches!(self, Self::File { trusted: false, .. })
    }

    /// What to do so that the file is trusted that this comes from.
    pub(crate) fn trusting(&self) -> String {
        let name = match self {
            Self::File { path, .. } => path.file_name().unwrap_or(path.as_os_str()).to_string_lossy(),
            _ => "FILE".into(),
        };
        format!("read ./{} and say: orchest config trust {}", safe(&name), shell_word(&name))
    }

    /// Whether a secret of origin `secret` may be sent to an end point of this origin.
    ///
    /// A file that merely lies in the working directory may name a host, but then it has to bring the secret too:
    /// otherwise unpacking an archive would be enough to have one's password sent to a stranger.
    pub(crate) fn may_receive(&self, secret: &Origin) -> bool {
        match (self, secret) {
            (Self::File { trusted: false, path, .. }, Self::File { path: other, .. }) => path == other,
            (Self::File { trusted: false, .. }, _) => matches!(secret, Self::Flag(_) | Self::Prompt),
            _ => true,
        }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Flag(name) | Self::Env(name) => f.write_str(&safe(name)),
            Self::Prompt => f.write_str("prompt"),
            Self::Default => f.write_str("default"),
            Self::File { path, line, context, trusted } => {
                f.write_str(&safe(&path.to_string_lossy()))?;
                if *line > 0 {
                    write!(f, ":{line}")?;
                }
                if let Some(context) = context {
                    write!(f, " (context {})", safe(context))?;
                }
                if !trusted {
                    f.write_str(" (not trusted)")?;
                }
                Ok(())
            }
        }
    }
}

/// A value and where it came from.
#[derive(Clone, PartialEq)]
pub(crate) struct Item {
    /// The value as it was written.
    pub(crate) value: toml::Value,
    /// Who wrote it.
    pub(crate) origin: Origin,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(path: &str, trusted: bool) -> Origin {
        Origin::File { path: path.into(), line: 12, context: None, trusted }
    }

    #[test]
    fn a_stranger_gets_only_what_it_brought_or_what_was_typed_now() {
        let stranger = file("/w/.orchester.toml", false);
        assert!(stranger.may_receive(&file("/w/.orchester.toml", false)));
        assert!(stranger.may_receive(&Origin::Prompt));
        assert!(stranger.may_receive(&Origin::Flag("--password-stdin".into())));
        for secret in [
            Origin::Env("ORCHEST_PASSWORD".into()),
            Origin::Default,
            file("/home/x/.orchester.toml", true),
            file("/w/clouds.yaml", false),
        ] {
            assert!(!stranger.may_receive(&secret), "{secret}");
        }
    }

    #[test]
    fn an_end_point_the_user_chose_gets_any_secret() {
        let ours = [Origin::Default, Origin::Env("X".into()), Origin::Flag("--host".into()), file("/h", true)];
        for endpoint in &ours {
            assert!(ours.iter().all(|secret| endpoint.may_receive(secret)));
        }
    }

    #[test]
    fn says_file_line_and_context_and_nothing_that_moves_a_cursor() {
        let origin = Origin::File {
            path: "/home/x/.orchester.toml".into(),
            line: 12,
            context: Some("prod".into()),
            trusted: true,
        };
        assert_eq!(origin.to_string(), "/home/x/.orchester.toml:12 (context prod)");
        assert!(!file("/tmp/\u{1b}[2J/x", false).to_string().contains('\u{1b}'));
    }
}
