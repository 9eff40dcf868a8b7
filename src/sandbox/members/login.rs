//! What the four services' logins have in common: a code that a browser brings back, good for once, and tokens that fetch
//! another. Who is at the browser and what that person says is a switch.

use std::collections::BTreeMap;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use url::Url;

use super::super::keystone::new_id;
use super::super::paas::sha256;

/// What somebody has agreed to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Grant {
    pub(super) client: String,
    pub(super) who: String,
    pub(super) scopes: Vec<String>,
    /// Shall go on when the first token has ended.
    pub(super) lasts: bool,
}

#[derive(Clone, Debug)]
struct Code {
    grant: Grant,
    redirect: String,
    challenge: Option<String>,
    expires: Timestamp,
    is_used: bool,
}

#[derive(Clone, Debug)]
struct Kept {
    grant: Grant,
    expires: Timestamp,
}

/// A device that waits for somebody to agree.
#[derive(Clone, Debug)]
pub(super) struct Device {
    pub(super) user_code: String,
    pub(super) grant: Grant,
    /// Who has agreed, or that somebody has not.
    pub(super) decision: Option<Decision>,
    pub(super) expires: Timestamp,
    pub(super) polls: u32,
    /// When it may ask again, and how long it has to wait each time.
    pub(super) next: Timestamp,
    pub(super) interval: u32,
}

/// What somebody says at the page for devices.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Decision {
    Agreed(String),
    Denied,
}

/// Logins that are under way, and those that go on.
#[derive(Clone, Debug, Default)]
pub(super) struct Logins {
    codes: BTreeMap<String, Code>,
    refreshes: BTreeMap<String, Kept>,
    pub(super) devices: BTreeMap<String, Device>,
}

/// Why a code is no good.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Flaw {
    Unknown,
    Used,
    Expired,
    Redirect,
    Verifier,
}

/// What comes with a code when it is redeemed.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Proof<'call> {
    pub(super) client: &'call str,
    pub(super) code: &'call str,
    pub(super) redirect: Option<&'call str>,
    pub(super) verifier: Option<&'call str>,
}

impl Logins {
    /// A new code. `challenge` is of the method S256.
    pub(super) fn code(
        &mut self,
        grant: Grant,
        redirect: &str,
        challenge: Option<&str>,
        (now, lifetime): (Timestamp, Duration),
    ) -> String {
        let code = new_id();
        let expires = now.checked_add(lifetime).unwrap_or(Timestamp::MAX);
        let (redirect, challenge) = (redirect.to_owned(), challenge.map(str::to_owned));
        self.codes.insert(code.clone(), Code { grant, redirect, challenge, expires, is_used: false });
        code
    }

    /// What a code is good for, where everything fits. It is used up by a try that gets as far as its verifier.
    pub(super) fn redeem(&mut self, proof: &Proof<'_>, now: Timestamp) -> Result<Grant, Flaw> {
        let code = self.codes.get_mut(proof.code).filter(|code| code.grant.client == proof.client);
        let code = code.ok_or(Flaw::Unknown)?;
        match code {
            code if code.is_used => return Err(Flaw::Used),
            code if code.expires <= now => return Err(Flaw::Expired),
            code if proof.redirect.is_some_and(|redirect| redirect != code.redirect) => return Err(Flaw::Redirect),
            _ => code.is_used = true,
        }
        let answer = proof.verifier.map(|verifier| URL_SAFE_NO_PAD.encode(sha256(verifier)));
        if code.challenge.is_some() && code.challenge != answer {
            return Err(Flaw::Verifier);
        }
        Ok(code.grant.clone())
    }

    /// A token that will fetch others.
    pub(super) fn keep(&mut self, prefix: &str, grant: Grant, now: Timestamp, lifetime: Duration) -> String {
        let token = format!("{prefix}{}", new_id());
        let expires = now.checked_add(lifetime).unwrap_or(Timestamp::MAX);
        self.refreshes.insert(token.clone(), Kept { grant, expires });
        token
    }

    /// What such a token is good for; it stays.
    pub(super) fn kept(&self, token: &str, client: &str, now: Timestamp) -> Option<Grant> {
        let kept = self.refreshes.get(token).filter(|kept| kept.grant.client == client && kept.expires > now);
        kept.map(|kept| kept.grant.clone())
    }

    /// It was used, which makes it last.
    pub(super) fn extend(&mut self, token: &str, now: Timestamp, lifetime: Duration) {
        if let Some(kept) = self.refreshes.get_mut(token) {
            kept.expires = now.checked_add(lifetime).unwrap_or(Timestamp::MAX);
        }
    }

    /// Takes one back; says whether it was there.
    pub(super) fn drop_kept(&mut self, token: &str) -> bool {
        self.refreshes.remove(token).is_some()
    }

    /// The same, and it is used up.
    pub(super) fn take(&mut self, token: &str, client: &str, now: Timestamp) -> Option<Grant> {
        let grant = self.kept(token, client, now)?;
        self.refreshes.remove(token);
        Some(grant)
    }
}

/// The address that a browser is sent back to, with these in its query.
pub(super) fn back(redirect: &str, pairs: &[(&str, &str)], state: Option<&str>) -> String {
    let Ok(mut url) = Url::parse(redirect) else { return redirect.to_owned() };
    let mut query = url.query_pairs_mut();
    query.extend_pairs(pairs);
    if let Some(state) = state {
        query.append_pair("state", state);
    }
    drop(query);
    url.to_string()
}

/// Whether an address leads back to this machine, by whatever of its names.
pub(super) fn is_loopback(url: &str) -> bool {
    let host = Url::parse(url).ok().and_then(|url| url.host_str().map(str::to_owned));
    matches!(host.as_deref(), Some("127.0.0.1" | "localhost" | "[::1]"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const BACK: &str = "http://127.0.0.1:1/x";

    #[test]
    fn a_code_is_good_once_for_the_client_the_address_and_the_verifier_it_was_made_for() {
        let now = Timestamp::UNIX_EPOCH;
        let challenge = URL_SAFE_NO_PAD.encode(sha256("verifier"));
        let grant = Grant { client: "c".to_owned(), ..Grant::default() };
        let good = Proof { client: "c", code: "", redirect: Some(BACK), verifier: Some("verifier") };
        let table = [
            (good, 0, Ok(grant.clone())),
            (Proof { client: "d", ..good }, 0, Err(Flaw::Unknown)),
            (Proof { redirect: Some("http://127.0.0.1:2/x"), ..good }, 0, Err(Flaw::Redirect)),
            (Proof { verifier: Some("other"), ..good }, 0, Err(Flaw::Verifier)),
            (Proof { verifier: None, ..good }, 0, Err(Flaw::Verifier)),
            (good, 60, Err(Flaw::Expired)),
        ];
        for (proof, second, expected) in table {
            let mut logins = Logins::default();
            let code = logins.code(grant.clone(), BACK, Some(&challenge), (now, Duration::from_mins(1)));
            let proof = Proof { code: &code, ..proof };
            assert_eq!(logins.redeem(&proof, now + Duration::from_secs(second)), expected, "{proof:?}");
            if expected.is_ok() {
                assert_eq!(logins.redeem(&proof, now), Err(Flaw::Used));
            }
        }
    }

    #[test]
    fn a_kept_token_stays_until_it_is_taken_or_too_old() {
        let (mut logins, now, day) = (Logins::default(), Timestamp::UNIX_EPOCH, Duration::from_hours(24));
        let token = logins.keep("r-", Grant { client: "c".to_owned(), ..Grant::default() }, now, day);
        assert!(logins.kept(&token, "c", now).is_some() && logins.kept(&token, "d", now).is_none());
        assert!(logins.kept(&token, "c", now + day).is_none());
        logins.extend(&token, now + day / 2, day);
        assert!(logins.kept(&token, "c", now + day).is_some());
        assert!(logins.take(&token, "c", now).is_some() && logins.take(&token, "c", now).is_none());
        assert!(!logins.drop_kept(&token));
    }

    #[test]
    fn a_browser_comes_back_with_its_state() {
        assert_eq!(back(BACK, &[("code", "a b")], Some("s&t")), "http://127.0.0.1:1/x?code=a+b&state=s%26t");
        for (url, expected) in [("http://localhost/x", true), ("http://[::1]:1/", true), ("https://a.example/", false)]
        {
            assert_eq!(is_loopback(url), expected, "{url}");
        }
    }
}
