//! Where oidc-agent listens.

use std::fmt;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use crate::base::text::safe;

/// Of a remote agent, by its own documents.
const REMOTE_PORT: u16 = 42424;

/// Where an agent listens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Socket {
    Unix(PathBuf),
    /// Host and port. Whatever goes there can be read on the way.
    Remote(String, u16),
}

impl fmt::Display for Socket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unix(path) => f.write_str(&safe(&path.to_string_lossy())),
            Self::Remote(host, port) => write!(f, "{}:{port}", safe(host)),
        }
    }
}

impl Socket {
    /// Where the variables say it is, or where the agent's own programs look: a remote one, and at last the place of the
    /// service that every login of this user shares. That last one counts only if it is there and ours, since anybody
    /// may make a folder below `/tmp`.
    pub(crate) fn locate<'a>(variable: impl Fn(&str) -> Option<&'a str>, user: u32) -> Option<Self> {
        let said = |name: &str| variable(name).filter(|text| !text.is_empty());
        if let Some(path) = said("OIDC_SOCK") {
            return Some(Self::Unix(PathBuf::from(path)));
        }
        if let Some(remote) = said("OIDC_REMOTE_SOCK") {
            return Some(Self::remote(remote));
        }
        let base = said("TMPDIR").unwrap_or("/tmp");
        let path = Path::new(base).join(format!("oidc-agent-service-{user}")).join("oidc-agent.sock");
        let ours = std::fs::symlink_metadata(&path).is_ok_and(|about| about.uid() == user);
        ours.then_some(Self::Unix(path))
    }

    fn remote(text: &str) -> Self {
        match text.rsplit_once(':').and_then(|(host, port)| Some((host, port.parse().ok()?))) {
            Some((host, port)) => Self::Remote(host.trim_matches(['[', ']']).to_owned(), port),
            None => Self::Remote(text.to_owned(), REMOTE_PORT),
        }
    }

    /// Whether what is said there stays on this machine.
    pub(crate) fn is_local(&self) -> bool {
        match self {
            Self::Unix(_) => true,
            Self::Remote(host, _) => {
                host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::net::UnixListener;

    use super::*;

    #[test]
    fn the_socket_is_looked_for_in_order() {
        let folder = tempfile::tempdir().unwrap();
        let base = folder.path().display().to_string();
        let own = std::fs::metadata(folder.path()).unwrap().uid();
        let locate = |pairs: &[(&str, &str)], user| {
            let pairs: Vec<(String, String)> = pairs.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect();
            let find = |name: &str| pairs.iter().find(|(known, _)| known == name).map(|(_, text)| text.as_str());
            Socket::locate(find, user)
        };
        let remote = |host: &str, port| Some(Socket::Remote(host.to_owned(), port));
        assert_eq!(
            locate(&[("OIDC_SOCK", "/run/a.sock"), ("OIDC_REMOTE_SOCK", "h")], own),
            Some(Socket::Unix("/run/a.sock".into()))
        );
        assert_eq!(locate(&[("OIDC_SOCK", ""), ("OIDC_REMOTE_SOCK", "h")], own), remote("h", 42424));
        assert_eq!(locate(&[("OIDC_REMOTE_SOCK", "[::1]:9")], own), remote("::1", 9));
        assert!(!remote("agent.example", 9).unwrap().is_local());

        // The shared one only if it is there, and ours.
        assert_eq!(locate(&[("TMPDIR", &base)], own), None);
        let place = folder.path().join(format!("oidc-agent-service-{own}"));
        std::fs::create_dir(&place).unwrap();
        let _listener = UnixListener::bind(place.join("oidc-agent.sock")).unwrap();
        assert_eq!(locate(&[("TMPDIR", &base)], own), Some(Socket::Unix(place.join("oidc-agent.sock"))));
        std::fs::rename(&place, folder.path().join(format!("oidc-agent-service-{}", own + 1))).unwrap();
        assert_eq!(locate(&[("TMPDIR", &base)], own + 1), None, "somebody else's");
    }
}
