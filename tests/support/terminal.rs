//! A command on a terminal, typed at while it runs.

use std::io::{Read as _, Write as _};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use super::cli::Room;

/// Longer than anything a test waits for; a hang becomes a failure.
const LIMIT: Duration = Duration::from_mins(1);

/// A terminal of 200 columns, on which both streams are seen, what is typed as far as it is echoed, and in the end the exit
/// code and how the terminal is left.
#[derive(Debug)]
pub struct Terminal {
    child: Child,
    keys: ChildStdin,
    seen: Arc<Mutex<String>>,
}

impl Terminal {
    pub fn start(room: &Room, line: &str) -> Self {
        // The shell outlives a Ctrl-C, which goes to all on the terminal, to tell how it ended.
        let line = format!("trap : INT; {} {line}; echo \"<ended with $?>\"; stty -a; echo '<left>'", Room::BINARY);
        Self::of(room, &line)
    }

    /// A line of a shell, which need not be about the command.
    pub fn of(room: &Room, line: &str) -> Self {
        let line = format!("stty cols 200; {line}");
        let mut command = Command::new("script");
        command.args(["-qec", &line, "/dev/null"]).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = room.furnish(&mut command).spawn().expect("this test needs `script`, of util-linux");
        let seen = Arc::<Mutex<String>>::default();
        let (mut screen, of_thread) = (child.stdout.take().unwrap(), seen.clone());
        std::thread::spawn(move || {
            let mut bytes = [0; 4096];
            while let Ok(read @ 1..) = screen.read(&mut bytes) {
                of_thread.lock().unwrap().push_str(&String::from_utf8_lossy(&bytes[..read]));
            }
        });
        let keys = child.stdin.take().unwrap();
        Self { child, keys, seen }
    }

    pub fn seen(&self) -> String {
        self.seen.lock().unwrap().replace("\r\n", "\n")
    }

    /// The same as one line of words, however it was folded.
    pub fn words(&self) -> String {
        flat(&self.seen())
    }

    /// Waits until this is to be seen, on one line or folded onto several.
    #[track_caller]
    pub fn shows(&self, text: &str) {
        let begin = Instant::now();
        while !(self.seen().contains(text) || self.words().contains(&flat(text))) {
            assert!(begin.elapsed() < LIMIT, "{text:?} is not shown:\n{}", self.seen());
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    pub fn types(&mut self, keys: &str) {
        self.keys.write_all(keys.as_bytes()).unwrap();
        self.keys.flush().unwrap();
    }

    /// Presses Ctrl-C as people do: until it has worked.
    pub fn interrupts(&mut self) {
        for _ in 0..50 {
            if self.seen().contains("<ended with ") {
                return;
            }
            let _ = self.keys.write_all(b"\x03");
            std::thread::sleep(Duration::from_millis(200));
        }
    }

    /// The exit code, with everything that was seen.
    #[track_caller]
    pub fn ended(mut self) -> (u8, String) {
        self.shows("<left>");
        self.child.wait().unwrap();
        let seen = self.seen();
        let (_, end) = seen.split_once("<ended with ").unwrap();
        let (code, left) = end.split_once('>').unwrap();
        for usual in ["icanon", "isig", "echo"] {
            assert!(left.split_whitespace().any(|word| word == usual), "the terminal is left without {usual}:\n{seen}");
        }
        (code.parse().unwrap(), seen)
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// With every space, line feed and indentation as one space.
fn flat(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
