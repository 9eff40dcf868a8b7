//! Typing that is not shown.
//!
//! The terminal's own line editing is switched off together with its echo: otherwise Ctrl-C would end the process with
//! the echo still off, or, where the process catches it, do nothing until the line is finished.

use std::io;

use dialoguer::console::Term;
use rustix::termios::{LocalModes, OptionalActions, SpecialCodeIndex, Termios, tcgetattr, tcsetattr};

/// Asks on stderr and reads one line from the terminal on stdin.
pub(super) fn ask(question: &str) -> io::Result<String> {
    let stderr = Term::stderr();
    let mode = Silence::begin()?;
    stderr.write_str(&format!("{question}: "))?;
    let line = read(|| {
        let mut byte = [0];
        Ok((rustix::io::read(rustix::stdio::stdin(), &mut byte)? > 0).then_some(u8::from_ne_bytes(byte)))
    });
    drop(mode);
    stderr.write_line("")?;
    line
}

/// The terminal as it was, put back on drop.
struct Silence(Termios);

impl Silence {
    fn begin() -> io::Result<Self> {
        let former = tcgetattr(rustix::stdio::stdin())?;
        let mut silent = former.clone();
        silent.local_modes.remove(LocalModes::ECHO | LocalModes::ICANON | LocalModes::ISIG);
        silent.special_codes[SpecialCodeIndex::VMIN] = 1;
        silent.special_codes[SpecialCodeIndex::VTIME] = 0;
        // What was typed before the question was asked is no answer to it.
        tcsetattr(rustix::stdio::stdin(), OptionalActions::Flush, &silent)?;
        Ok(Self(former))
    }
}

impl Drop for Silence {
    fn drop(&mut self) {
        // If the terminal is gone there is nothing to put back.
        let _ = tcsetattr(rustix::stdio::stdin(), OptionalActions::Drain, &self.0);
    }
}

/// One line, with the few keys that people use blindly: backspace, Ctrl-U, Ctrl-C, Ctrl-D.
fn read(mut next: impl FnMut() -> io::Result<Option<u8>>) -> io::Result<String> {
    // Room for any password, so that growing leaves no copies of it behind.
    let mut line: Vec<u8> = Vec::with_capacity(1024);
    loop {
        let byte = match next() {
            // A changed window size or a caught signal; whoever catches one decides what follows.
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            other => other?,
        };
        match byte {
            Some(0x03) => return Err(io::ErrorKind::Interrupted.into()),
            Some(0x08 | 0x7f) => while line.pop().is_some_and(|byte| byte & 0xc0 == 0x80) {},
            Some(0x15) => line.clear(),
            None | Some(0x04) if line.is_empty() => return Err(io::ErrorKind::UnexpectedEof.into()),
            None | Some(0x04 | b'\r' | b'\n') => break,
            Some(byte) => line.push(byte),
        }
    }
    String::from_utf8(line).map_err(|_| io::Error::new(io::ErrorKind::InvalidData, "what was typed is not UTF-8"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(keys: &[u8]) -> io::Result<String> {
        let mut keys = keys.iter().copied();
        read(|| Ok(keys.next()))
    }

    #[test]
    fn keys_do_what_people_expect() {
        for (keys, line) in [
            ("secret\r", "secret"),
            ("secret\nmore", "secret"),
            ("\r", ""),
            ("secreet\u{7f}\u{7f}t\r", "secret"),
            ("aü日\u{7f}\u{8}b\r", "ab"),
            ("\u{7f}\u{7f}a\r", "a"),
            ("wrong\u{15}right\r", "right"),
            ("no end", "no end"),
            ("a\u{4}", "a"),
            (" spaces \r", " spaces "),
        ] {
            assert_eq!(typed(keys.as_bytes()).unwrap(), line, "{keys:?}");
        }
    }

    #[test]
    fn an_interrupt_and_an_end_are_no_password() {
        assert_eq!(typed(b"half\x03").unwrap_err().kind(), io::ErrorKind::Interrupted);
        assert_eq!(typed(b"").unwrap_err().kind(), io::ErrorKind::UnexpectedEof);
        assert_eq!(typed(b"\x04").unwrap_err().kind(), io::ErrorKind::UnexpectedEof);
        assert_eq!(typed(b"\xff\r").unwrap_err().kind(), io::ErrorKind::InvalidData);
    }
}
