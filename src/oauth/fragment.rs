//! A token that a browser brings back behind the `#` of an address, where no server has seen it (Trello). There is no code to
//! exchange and no proof; what ties it to this login is our own mark in the address to come back to.

use std::time::Duration;

use oauth2::CsrfToken;
use url::Url;

use crate::base::Secret;
use crate::http::Error;

use super::Callback;
use super::code::{gone, judge, only};
use super::loopback::{Judge, Loopback};
use super::wire::said;

/// A login that was begun.
pub(crate) struct Begun {
    /// What the browser opens.
    pub(crate) address: Url,
    at: String,
    state: String,
}

/// Makes the address to open, from that of the page which gives out tokens.
pub(crate) fn begin(mut page: Url, at: &str, callback: &Callback) -> Begun {
    let state = CsrfToken::new_random().secret().clone();
    let back = format!("{}?state={state}", callback.address());
    page.query_pairs_mut().append_pair("callback_method", "fragment").append_pair("return_url", &back);
    Begun { address: page, at: at.to_owned(), state }
}

impl Begun {
    fn judge(&self) -> Judge {
        judge(&self.state, "token")
    }

    /// Waits for the browser.
    pub(crate) async fn come_back(self, loopback: &mut Loopback, limit: Duration) -> Result<Secret, Error> {
        let query = loopback.wait(self.judge(), limit).await.map_err(|missed| gone(missed, limit))?;
        match only(&query, "token") {
            Some(token) => Ok(Secret::new(token)),
            None => Err(Error::Login {
                message: format!(
                    "the login at {} was refused: {}",
                    self.at,
                    said(&only(&query, "error").unwrap_or_default(), "")
                ),
                hint: "begin again, and allow it there".to_owned(),
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::loopback::Verdict;
    use super::super::testing::run;
    use super::*;

    fn begun(callback: &Callback) -> Begun {
        begin(Url::parse("https://trello.example/1/authorize?key=k").unwrap(), "Trello", callback)
    }

    #[test]
    fn only_what_carries_our_mark_and_one_token_counts() {
        let begun = begun(&Callback::usual(Some(4711)));
        let (judge, state) = (begun.judge(), &begun.state);
        assert!(state.len() >= 22, "{state}");
        for (query, verdict) in [
            (format!("state={state}&token=t"), Verdict::Done),
            (format!("state={state}&error=no"), Verdict::Denied),
            (format!("state={state}&"), Verdict::Foreign),
            (format!("state={state}&token=t&token=u"), Verdict::Foreign),
            (format!("state={state}&token=t&error=no"), Verdict::Foreign),
            ("state=x&token=t".to_owned(), Verdict::Foreign),
            ("&token=t".to_owned(), Verdict::Foreign),
        ] {
            assert_eq!(judge(&query), verdict, "{query}");
        }
        let back = begun.address.query_pairs().find(|(name, _)| name == "return_url").unwrap().1.into_owned();
        assert_eq!(back, format!("http://127.0.0.1:4711/callback?state={state}"));
    }

    #[test]
    fn nobody_comes_back_for_ever() {
        run(async {
            let mut loopback = Loopback::bind(Callback::usual(None)).await.unwrap().behind_hash();
            let begun = begun(loopback.callback());
            let error = begun.come_back(&mut loopback, Duration::from_millis(20)).await.unwrap_err();
            assert!(error.to_string().contains("nobody came back"), "{error}");
        });
    }
}
