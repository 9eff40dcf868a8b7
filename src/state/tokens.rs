//! Tokens kept between runs, so that a script of a hundred lines logs in once. One 0600 file for each endpoint, user and
//! scope; nobody needs a lock because a file is replaced whole. Two processes that log in at once cost a login, no more.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize, Serializer};
use serde_json::Value;

use super::shelf::{Shelf, file_name};
use super::{StateDir, Warning, instant};
use crate::base::Secret;

/// A token has to outlive the requests it is taken for, and clocks differ.
const MARGIN: SignedDuration = SignedDuration::from_secs(60);

/// How long an expired entry stays, for whoever wonders what was there.
const KEPT: SignedDuration = SignedDuration::from_hours(7 * 24);

/// What a token is for. It is sent nowhere but to this endpoint.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) struct TokenKey {
    /// The origin that issued it: scheme, host and port.
    pub(crate) endpoint: String,
    /// Who logged in.
    pub(crate) user: String,
    /// The domain that user lives in.
    pub(crate) user_domain: String,
    /// What it may touch, in the caller's words.
    pub(crate) scope: String,
}

impl TokenKey {
    fn parts(&self) -> [&str; 4] {
        [&self.endpoint, &self.user, &self.user_domain, &self.scope]
    }

    fn file(&self) -> String {
        format!("{}.json", file_name(&self.parts()))
    }
}

/// A token and what its issuer said about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Entry {
    /// The token.
    pub(crate) token: Secret,
    /// When it ends.
    pub(crate) expires_at: Timestamp,
    /// When it was issued.
    pub(crate) issued_at: Timestamp,
    /// What the caller wants to find again: user id, domain id, roles.
    pub(crate) extra: Value,
}

#[derive(Serialize, Deserialize)]
pub(super) struct Stored {
    pub(super) key: TokenKey,
    #[serde(serialize_with = "exposed")]
    token: Secret,
    #[serde(with = "instant")]
    expires_at: Timestamp,
    #[serde(with = "instant")]
    issued_at: Timestamp,
    #[serde(default)]
    extra: Value,
}

/// The one place where a token becomes part of a file.
fn exposed<S: Serializer>(token: &Secret, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(token.expose())
}

impl Stored {
    pub(super) fn entry(self) -> Entry {
        Entry { token: self.token, expires_at: self.expires_at, issued_at: self.issued_at, extra: self.extra }
    }
}

/// The cache.
#[derive(Debug, Clone)]
pub(crate) struct TokenCache {
    shelf: Shelf,
}

impl TokenCache {
    /// The one in this state directory.
    pub(crate) fn new(state: &StateDir) -> Self {
        Self { shelf: Shelf::new(state, "tokens") }
    }

    /// The token for this key, if it is good for more than a minute.
    pub(crate) fn load(&self, key: &TokenKey, now: Timestamp) -> Result<Option<Entry>, Warning> {
        let stored = self.stored(key)?;
        Ok(stored.filter(|stored| stored.expires_at.duration_since(now) > MARGIN).map(Stored::entry))
    }

    /// Keeps a token and drops those that ended long ago.
    pub(crate) fn store(&self, key: &TokenKey, entry: &Entry, now: Timestamp) -> Result<(), Warning> {
        let stored = Stored {
            key: key.clone(),
            token: entry.token.clone(),
            expires_at: entry.expires_at,
            issued_at: entry.issued_at,
            extra: entry.extra.clone(),
        };
        self.shelf.write(&key.file(), &stored)?;
        self.collect(now)
    }

    /// Drops what is kept for this key; with `refused`, only if it is still that token: another process may have renewed
    /// it since.
    pub(crate) fn forget(&self, key: &TokenKey, refused: Option<&Secret>) -> Result<bool, Warning> {
        if let Some(refused) = refused {
            let same = self.stored(key)?.is_some_and(|stored| stored.token == *refused);
            if !same {
                return Ok(false);
            }
        } else {
            self.shelf.sweep(Some(&key.file()))?;
        }
        self.shelf.remove(&key.file())
    }

    /// Drops everything, readable or not, and says how many.
    pub(crate) fn forget_all(&self) -> Result<usize, Warning> {
        let mut dropped = 0;
        self.shelf.sweep(None)?;
        for file in self.shelf.files()? {
            dropped += usize::from(self.shelf.remove(&file)?);
        }
        Ok(dropped)
    }

    /// Drops those that `is` picks by their key and by what was kept beside them; says how many.
    pub(crate) fn forget_where(&self, is: impl Fn(&TokenKey, &Value) -> bool) -> Result<usize, Warning> {
        let mut dropped = 0;
        for file in self.shelf.files()? {
            let Ok(Some(stored)) = self.shelf.read::<Stored>(&file) else { continue };
            if is(&stored.key, &stored.extra) {
                dropped += usize::from(self.shelf.remove(&file)?);
            }
        }
        Ok(dropped)
    }

    /// What the tokens are for that can be read, good or not.
    #[cfg_attr(not(feature = "oauth"), expect(dead_code, reason = "only logins at issuers are looked for so"))]
    pub(crate) fn keys(&self) -> Result<Vec<TokenKey>, Warning> {
        let read = |file: String| self.shelf.read::<Stored>(&file).ok().flatten();
        Ok(self.shelf.files()?.into_iter().filter_map(read).map(|stored| stored.key).collect())
    }

    /// Removes entries that ended more than a week ago.
    fn collect(&self, now: Timestamp) -> Result<(), Warning> {
        for file in self.shelf.files()? {
            // A file that cannot be read is for `load` to tell of, not for us to throw away.
            let Ok(Some(stored)) = self.shelf.read::<Stored>(&file) else { continue };
            if now.duration_since(stored.expires_at) > KEPT {
                self.shelf.remove(&file)?;
            }
        }
        Ok(())
    }

    fn stored(&self, key: &TokenKey) -> Result<Option<Stored>, Warning> {
        let stored: Option<Stored> = self.shelf.read(&key.file())?;
        // Long names are told apart by a hash only, so what is inside decides.
        Ok(stored.filter(|stored| stored.key == *key))
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::PermissionsExt as _;

    use serde_json::json;

    use super::*;
    use crate::state::testing::{at, directory};

    fn key(scope: &str) -> TokenKey {
        TokenKey {
            endpoint: "https://keystone.example:5001".into(),
            user: "admin".into(),
            user_domain: "Default".into(),
            scope: scope.into(),
        }
    }

    fn entry(token: &str, expires_at: &str) -> Entry {
        Entry {
            token: Secret::new(token),
            expires_at: at(expires_at),
            issued_at: at("2026-01-01T00:00:00Z"),
            extra: json!({"user_id": "abc", "roles": ["admin"]}),
        }
    }

    #[test]
    fn those_of_one_user_are_dropped_and_no_others() {
        let (_dir, state) = directory();
        let cache = TokenCache::new(&state);
        let now = at("2026-01-01T00:00:00Z");
        for scope in ["system", "domain a"] {
            cache.store(&key(scope), &entry("gAAA-cache-of-abc", "2026-01-01T01:00:00Z"), now).unwrap();
        }
        let other = Entry { extra: json!({"user_id": "abd"}), ..entry("gAAA-other", "2026-01-01T01:00:00Z") };
        cache.store(&key("domain b"), &other, now).unwrap();
        assert_eq!(cache.forget_where(|_, extra| extra["user_id"] == "abc").unwrap(), 2);
        assert_eq!(cache.forget_where(|key, _| key.scope == "domain a").unwrap(), 0);
        assert_eq!(cache.load(&key("domain b"), now).unwrap(), Some(other));
    }

    #[test]
    fn a_token_comes_back_until_a_minute_before_its_end() {
        let (_dir, state) = directory();
        let cache = TokenCache::new(&state);
        let kept = entry("gAAA-cache-one", "2026-01-01T01:00:00Z");
        let now = at("2026-01-01T00:58:59Z");
        cache.store(&key("domain:acme"), &kept, now).unwrap();
        assert_eq!(cache.load(&key("domain:acme"), now).unwrap(), Some(kept));
        for too_late in ["2026-01-01T00:59:00Z", "2026-01-01T00:59:01Z", "2026-01-01T02:00:00Z"] {
            assert_eq!(cache.load(&key("domain:acme"), at(too_late)).unwrap(), None, "{too_late}");
        }
        assert_eq!(cache.load(&key("system"), now).unwrap(), None);
    }

    #[test]
    fn a_file_under_the_right_name_with_another_key_is_not_believed() {
        let (_dir, state) = directory();
        let cache = TokenCache::new(&state);
        let now = at("2026-01-01T00:00:00Z");
        cache.store(&key("a"), &entry("gAAA-other-key", "2027-01-01T00:00:00Z"), now).unwrap();
        let folder = state.path("tokens");
        fs::rename(folder.join(key("a").file()), folder.join(key("b").file())).unwrap();
        assert_eq!(cache.load(&key("b"), now).unwrap(), None);
    }

    #[test]
    fn only_the_refused_token_is_forgotten() {
        let (_dir, state) = directory();
        let cache = TokenCache::new(&state);
        let now = at("2026-01-01T00:00:00Z");
        cache.store(&key("a"), &entry("gAAA-renewed", "2027-01-01T00:00:00Z"), now).unwrap();
        assert!(!cache.forget(&key("a"), Some(&Secret::new("gAAA-refused"))).unwrap());
        assert!(cache.load(&key("a"), now).unwrap().is_some());
        assert!(cache.forget(&key("a"), Some(&Secret::new("gAAA-renewed"))).unwrap());
        assert!(!cache.forget(&key("a"), None).unwrap());
        assert_eq!(cache.load(&key("a"), now).unwrap(), None);
    }

    #[test]
    fn what_a_killed_writer_left_goes_with_the_rest() {
        let (_dir, state) = directory();
        let cache = TokenCache::new(&state);
        let now = at("2026-01-01T00:00:00Z");
        for scope in ["a", "b"] {
            cache.store(&key(scope), &entry("gAAA-left", "2027-01-01T00:00:00Z"), now).unwrap();
        }
        let folder = state.path("tokens");
        let left = |scope: &str| folder.join(format!(".{}.xyz123.tmp", key(scope).file()));
        for scope in ["a", "b"] {
            fs::write(left(scope), "gAAA-left").unwrap();
        }
        cache.forget(&key("a"), Some(&Secret::new("gAAA-left"))).unwrap();
        assert!(left("a").exists(), "it may be a writer's who has just renewed it");
        cache.forget(&key("a"), None).unwrap();
        assert_eq!((left("a").exists(), left("b").exists()), (false, true));
        assert_eq!(cache.forget_all().unwrap(), 1);
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 0);
    }

    #[test]
    fn old_entries_go_and_recent_ones_stay() {
        let (_dir, state) = directory();
        let cache = TokenCache::new(&state);
        let before = at("2026-01-01T00:00:00Z");
        cache.store(&key("old"), &entry("gAAA-old", "2026-01-01T01:00:00Z"), before).unwrap();
        cache.store(&key("recent"), &entry("gAAA-recent", "2026-01-02T01:00:00Z"), before).unwrap();
        let now = at("2026-01-08T01:00:01Z");
        cache.store(&key("new"), &entry("gAAA-new", "2026-01-08T02:00:00Z"), now).unwrap();
        let kept = |scope: &str| cache.stored(&key(scope)).unwrap().is_some();
        assert_eq!(["old", "recent", "new"].map(kept), [false, true, true]);
        assert_eq!(cache.forget_all().unwrap(), 2);
        assert_eq!(["old", "recent", "new"].map(kept), [false; 3]);
    }

    #[test]
    fn files_others_may_read_are_warned_about_and_never_used() {
        let (_dir, state) = directory();
        let cache = TokenCache::new(&state);
        let now = at("2026-01-01T00:00:00Z");
        cache.store(&key("a"), &entry("gAAA-wide", "2027-01-01T00:00:00Z"), now).unwrap();
        let path = state.path("tokens").join(key("a").file());
        assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o600);
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
        let warning = cache.load(&key("a"), now).unwrap_err().to_string();
        assert!(warning.contains("run: chmod 600 "), "{warning}");
    }

    #[test]
    fn a_directory_that_cannot_be_made_is_a_warning() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("file"), "x").unwrap();
        let cache = TokenCache::new(&StateDir::at(dir.path().join("file/orchest")));
        let now = at("2026-01-01T00:00:00Z");
        let warning = cache.store(&key("a"), &entry("gAAA-nowhere", "2027-01-01T00:00:00Z"), now).unwrap_err();
        assert!(warning.to_string().starts_with("cannot create directory "), "{warning}");
    }
}
