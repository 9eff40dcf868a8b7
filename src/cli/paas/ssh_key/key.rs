//! A public SSH key as a text, checked before it is sent: an orchestrator fails over kinds that it does not know, and keeps
//! the rest as it comes.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::super::super::error::CliError;

/// The kinds that orchestrators take.
const KINDS: [&str; 7] = [
    "ssh-ed25519",
    "ssh-rsa",
    "ecdsa-sha2-nistp256",
    "ecdsa-sha2-nistp384",
    "ecdsa-sha2-nistp521",
    "ssh-dss",
    "sk-ssh-ed25519@openssh.com",
];

/// The key in one line, without what stands around it.
pub(super) fn read(text: &str, source: &str) -> Result<String, CliError> {
    let text = text.trim();
    if text.contains("PRIVATE KEY") {
        let error =
            CliError::usage(format!("{source} holds a private key, which is nobody else's business; nothing was sent"));
        return Err(error.next("give the public one; it is in the file whose name ends in .pub"));
    }
    let bad = |why: &str| {
        CliError::usage(format!("{source} is no public SSH key: {why}"))
            .next("ssh-keygen -y -f PRIVATE-KEY prints the public one")
    };
    let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let (Some(line), None) = (lines.next(), lines.next()) else { return Err(bad("it has to be one line")) };
    let mut words = line.split_whitespace();
    let (kind, body) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    if !KINDS.contains(&kind) {
        return Err(bad(&format!("it does not begin with one of {}", KINDS.join(", "))));
    }
    if line.chars().any(|sign| sign.is_control() && sign != '\t') {
        return Err(bad("it has signs that are no text"));
    }
    match STANDARD.decode(body) {
        Ok(bytes) if names(&bytes, kind) => Ok(line.to_owned()),
        _ => Err(bad(&format!("what follows {kind} is not such a key"))),
    }
}

/// The key itself begins with its kind, and the length of that before it.
fn names(bytes: &[u8], kind: &str) -> bool {
    let Some((length, rest)) = bytes.split_first_chunk::<4>() else { return false };
    let length = usize::try_from(u32::from_be_bytes(*length)).unwrap_or(usize::MAX);
    rest.len() > length && rest.get(..length) == Some(kind.as_bytes())
}

/// Whether both are the same key; comments do not count.
pub(super) fn same(one: &str, other: &str) -> bool {
    one.split_whitespace().take(2).eq(other.split_whitespace().take(2))
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIEl6ZLTfcJYO0kb1KOrYmTVw2sNAcPx9WtLd4h9pH5fy ann@here";

    #[test]
    fn a_key_is_one_line_of_a_known_kind() {
        assert_eq!(read(&format!("\n  {GOOD}\n\n"), "f").unwrap(), GOOD);
        for (text, why) in [
            (format!("{GOOD}\n{GOOD}"), "one line"),
            (format!("no-pty {GOOD}"), "begin with"),
            (GOOD.replace("ssh-ed25519", "ssh-rsa"), "not such a key"),
            ("ssh-ed25519 %%%".to_owned(), "not such a key"),
            ("ssh-ed25519".to_owned(), "not such a key"),
            ("ssh-ed448 AAAA".to_owned(), "begin with"),
            (GOOD.replace(" ann", " a\u{1b}nn"), "no text"),
        ] {
            let error = read(&text, "f").unwrap_err();
            assert!(error.message.contains(why) && error.exit.code() == 2, "{text}: {error:?}");
        }
    }

    #[test]
    fn a_private_key_is_not_sent_and_not_repeated() {
        let error = read("-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1\n", "id").unwrap_err();
        assert!(error.message.contains("private key") && !format!("{error:?}").contains("b3Blbn"));
    }

    #[test]
    fn comments_do_not_make_another_key() {
        assert!(same(GOOD, GOOD.trim_end_matches(" ann@here")) && !same(GOOD, "ssh-ed25519 AAAA ann@here"));
    }
}
