//! What has to hold for any file of the state directory.

use std::fmt::Debug;

use serde::Serialize;
use serde::de::DeserializeOwned;

#[cfg(feature = "oauth")]
use super::Login;
use super::Note;
pub(crate) use super::runlog::fuzz::runs;
use super::shelf::{decode, encode, file_name};
use super::tokens::Stored;

/// What was understood and written again is understood the same way; a token is seen nowhere but in its file.
pub(crate) fn tokens(bytes: &[u8]) {
    if let Some(stored) = again::<Stored>(bytes) {
        let key = stored.key.clone();
        let back = encode(&stored).ok().and_then(|bytes| again::<Stored>(&bytes));
        assert!(back.as_ref().is_some_and(|back| back.key == key), "{key:?}");
        let entry = stored.entry();
        assert!(back.is_some_and(|back| {
            let back = back.entry();
            back.token == entry.token && back.expires_at == entry.expires_at && back.issued_at == entry.issued_at
        }));
        let shown = format!("{:?}", entry.token);
        assert_eq!(shown, "***");
    }
    same::<Note>(bytes);
    #[cfg(feature = "oauth")]
    same::<Login>(bytes);
    let text = String::from_utf8_lossy(bytes);
    for parts in [&[&*text][..], &["https://h", &text], &[&text, &text]] {
        let name = file_name(parts);
        assert!(name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"%+-_.".contains(&byte)), "{name}");
        assert!(name.len() < 200 && !name.starts_with('.'), "{name}");
    }
}

fn again<T: DeserializeOwned>(bytes: &[u8]) -> Option<T> {
    decode(bytes).ok().flatten()
}

fn same<T: DeserializeOwned + Serialize + PartialEq + Debug>(bytes: &[u8]) {
    let Some(read) = again::<T>(bytes) else { return };
    let back = encode(&read).ok().and_then(|bytes| again::<T>(&bytes));
    assert_eq!(back.as_ref(), Some(&read));
}
