//! A password on standard input.

use std::io::{ErrorKind, Read};

use super::Error;
use super::file::{LARGEST, first_line};
use crate::base::Secret;

/// The first line. What follows it is left to whoever reads next, so bytes are taken one at a time.
pub(crate) fn read(reader: &mut dyn Read) -> Result<Secret, Error> {
    let origin = || "standard input".to_owned();
    let mut line = Vec::new();
    let mut byte = [0_u8];
    loop {
        match reader.read(&mut byte) {
            Ok(0) => break,
            Ok(_) if byte == [b'\n'] => break,
            Ok(_) => line.extend(byte),
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(Error::Stdin(error)),
        }
        if u64::try_from(line.len()).is_ok_and(|length| length > LARGEST) {
            return Err(Error::TooLong { origin: origin(), limit: LARGEST });
        }
    }
    first_line(&line, origin)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_one_line_and_leaves_the_rest() {
        let mut input: &[u8] = b"canary in\r\nrest";
        assert_eq!(read(&mut input).unwrap().expose(), "canary in");
        assert_eq!(input, b"rest");
        assert_eq!(read(&mut &b"canary no feed"[..]).unwrap().expose(), "canary no feed");
    }

    #[test]
    fn refuses_nothing_and_too_much() {
        assert!(matches!(read(&mut &b""[..]), Err(Error::Empty { .. })));
        assert!(matches!(read(&mut &b"\nx"[..]), Err(Error::Empty { .. })));
        assert!(matches!(read(&mut std::io::repeat(b'x')), Err(Error::TooLong { .. })));
    }
}
