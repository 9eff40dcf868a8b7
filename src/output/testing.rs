//! What the tests of this room share.

use std::cell::RefCell;
use std::io::{self, Write};
use std::rc::Rc;

use serde_json::Value;

use super::row::Row;
use super::{Column, Options, Printer, View};

/// Texts as a hostile or careless server sends them.
pub(super) const HOSTILE: [&str; 30] = [
    "\u{1b}[31mred\u{1b}[0m",
    "\u{1b}[2J\u{1b}[H",
    "\u{1b}]0;title\u{7}",
    "\u{1b}]8;;http://evil.example\u{1b}\\link\u{1b}]8;;\u{1b}\\",
    "\u{1b}P1$qm\u{1b}\\",
    "\u{1b}_apc\u{1b}\\",
    "\u{1b}c",
    "\u{9b}31mcsi",
    "\u{9d}0;osc\u{9c}",
    "\u{85}next line",
    "\u{202e}gpj.exe",
    "\u{2066}isolate\u{2069}",
    "zero\u{200b}width\u{feff}",
    "line\u{2028}separator\u{2029}",
    "bell\u{7}",
    "back\u{8}\u{8}space",
    "carriage\rreturn",
    "line\nfeed",
    "trailing\n",
    "\n\nleading",
    "tab\tstop",
    "nul\0",
    "del\u{7f}",
    "tag\u{e0041}",
    "=cmd|' /C calc'!A0",
    "\"quoted\", 'and', `ticks`",
    "---\n- yaml: [",
    "$(touch x) ; rm -rf",
    "e\u{301}\u{301}\u{301}",
    "  ",
];

/// A stream that can be read back.
#[derive(Clone, Default)]
pub(super) struct Buffer(Rc<RefCell<Vec<u8>>>);

impl Buffer {
    pub(super) fn text(&self) -> String {
        String::from_utf8(self.0.borrow().clone()).unwrap()
    }
}

impl Write for Buffer {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.borrow_mut().extend_from_slice(bytes);
        Ok(bytes.len())
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A printer, and what it writes.
pub(super) struct Bench {
    pub(super) printer: Printer,
    pub(super) stdout: Buffer,
    pub(super) stderr: Buffer,
}

impl Bench {
    pub(super) fn new(options: Options, terminal: bool) -> Self {
        let (stdout, stderr) = (Buffer::default(), Buffer::default());
        let printer =
            Printer::new(options, Box::new(stdout.clone()), terminal, Box::new(stderr.clone()), terminal).unwrap();
        Self { printer, stdout, stderr }
    }
}

/// The view of the tests.
pub(super) const USERS: View = View {
    columns: &[
        Column { title: "NAME", key: "name", wide: false },
        Column { title: "SERVICE", key: "domain.name", wide: false },
        Column { title: "ENABLED", key: "enabled", wide: false },
        Column { title: "ID", key: "id", wide: true },
    ],
    name: "name",
};

/// The objects of a list.
pub(super) fn rows(value: &Value) -> Vec<Row> {
    value.as_array().unwrap().iter().map(|row| row.as_object().unwrap().clone()).collect()
}

/// Options with this format and no others.
pub(super) fn with(format: &str) -> Options {
    Options { format: Some(format.parse().unwrap()), ..Options::default() }
}
