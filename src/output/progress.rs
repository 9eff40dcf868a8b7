//! The line on stderr that says what is going on, and is gone when it is done.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Duration;

use dialoguer::console::truncate_str;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::report::tidy;
use super::screen::Screen;

/// What is going on: a line that changes on a terminal, plain lines under `-v`, otherwise nothing.
pub(crate) struct Progress {
    screen: Rc<Screen>,
    bar: Option<ProgressBar>,
    lines: bool,
    width: Option<usize>,
    count: Cell<Option<(u64, u64)>>,
    text: RefCell<String>,
}

impl Progress {
    pub(super) fn new(screen: Rc<Screen>, visible: bool, lines: bool, width: Option<usize>) -> Self {
        let target = visible.then(ProgressDrawTarget::stderr);
        Self::with_target(screen, target, lines, width)
    }

    fn with_target(screen: Rc<Screen>, target: Option<ProgressDrawTarget>, lines: bool, width: Option<usize>) -> Self {
        let bar = target.map(|target| {
            let bar = ProgressBar::with_draw_target(None, target);
            if let Ok(style) = ProgressStyle::with_template("{spinner} {msg}") {
                bar.set_style(style);
            }
            // Requests are waited for on our own thread, which would leave the spinner standing.
            bar.enable_steady_tick(Duration::from_millis(120));
            bar
        });
        screen.show_bar(bar.clone());
        Self { screen, bar, lines, width, count: Cell::new(None), text: RefCell::default() }
    }

    /// Says which step is being done.
    pub(crate) fn step(&self, text: &str) {
        self.text.replace(tidy(text).replace('\n', " "));
        self.draw();
        if self.lines {
            self.screen.err(&format!("{}\n", self.line()));
        }
    }

    /// Says how many of how many are done.
    pub(crate) fn set(&self, done: u64, total: u64) {
        self.count.set(Some((done, total)));
        self.draw();
    }

    /// Takes the line away. Dropping does the same.
    pub(crate) fn done(self) {
        drop(self);
    }

    fn draw(&self) {
        if let Some(bar) = &self.bar {
            // A line that wraps cannot be taken back whole.
            let width = self
                .width
                .or_else(|| terminal_size::terminal_size_of(std::io::stderr()).map(|(width, _)| width.0.into()));
            let room = width.unwrap_or(80).saturating_sub(3);
            bar.set_message(truncate_str(&self.line(), room, "…").into_owned());
        }
    }

    fn line(&self) -> String {
        let text = self.text.borrow();
        match self.count.get() {
            Some((done, total)) => {
                let digits = total.to_string().len();
                format!("[{done:>digits$}/{total}] {text}")
            }
            None => text.clone(),
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if self.bar.is_some() {
            self.screen.show_bar(None);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io;
    use std::sync::{Arc, Mutex};

    use indicatif::TermLike;

    use super::*;
    use crate::output::testing::{Buffer, HOSTILE};

    /// A terminal of forty columns that remembers what its last line shows.
    #[derive(Debug, Clone, Default)]
    struct Line(Arc<Mutex<(String, String)>>);

    impl Line {
        fn put(&self, text: &str) {
            let mut line = self.0.lock().unwrap();
            line.0.push_str(text);
            line.1.push_str(text);
        }
        fn shown(&self) -> String {
            self.0.lock().unwrap().0.trim().to_owned()
        }
        fn ever(&self) -> String {
            self.0.lock().unwrap().1.clone()
        }
    }

    impl TermLike for Line {
        fn width(&self) -> u16 {
            40
        }
        fn move_cursor_up(&self, _: usize) -> io::Result<()> {
            Ok(())
        }
        fn move_cursor_down(&self, _: usize) -> io::Result<()> {
            Ok(())
        }
        fn move_cursor_right(&self, _: usize) -> io::Result<()> {
            Ok(())
        }
        fn move_cursor_left(&self, _: usize) -> io::Result<()> {
            Ok(())
        }
        fn write_line(&self, text: &str) -> io::Result<()> {
            self.put(text);
            Ok(())
        }
        fn write_str(&self, text: &str) -> io::Result<()> {
            self.put(text);
            Ok(())
        }
        fn clear_line(&self) -> io::Result<()> {
            self.0.lock().unwrap().0.clear();
            Ok(())
        }
        fn flush(&self) -> io::Result<()> {
            Ok(())
        }
    }

    fn on_terminal(lines: bool) -> (Progress, Line, Buffer, Rc<Screen>) {
        let (line, stderr) = (Line::default(), Buffer::default());
        let screen = Rc::new(Screen::new(Box::new(io::sink()), Box::new(stderr.clone())));
        let target = ProgressDrawTarget::term_like_with_hz(Box::new(line.clone()), 255);
        (Progress::with_target(Rc::clone(&screen), Some(target), lines, Some(40)), line, stderr, screen)
    }

    fn settle() {
        // The library draws at most so many times a second; the tick comes after that.
        std::thread::sleep(Duration::from_millis(300));
    }

    #[test]
    fn a_counted_step_is_shown_and_gone_when_done() {
        let (progress, line, stderr, screen) = on_terminal(false);
        progress.set(1, 32);
        progress.step("domain smartcity");
        settle();
        assert!(line.shown().ends_with("[ 1/32] domain smartcity"), "{:?}", line.shown());
        screen.err("a note\n");
        assert_eq!(stderr.text(), "a note\n");
        progress.done();
        assert_eq!(line.shown(), "");
        screen.err("after\n");
        assert_eq!(stderr.text(), "a note\nafter\n");
    }

    #[test]
    fn hostile_and_long_texts_stay_on_one_clean_line() {
        let (progress, line, _, _) = on_terminal(false);
        for text in HOSTILE {
            progress.step(text);
        }
        progress.step(&"日".repeat(200));
        settle();
        assert!(dialoguer::console::measure_text_width(&line.shown()) <= 40, "{:?}", line.shown());
        progress.done();
        let ever = line.ever().replace('\n', "");
        assert!(!crate::output::clean::is_dangerous(&ever), "{ever:?}");
    }

    #[test]
    fn without_a_terminal_there_are_lines_under_v_and_else_nothing() {
        for (verbose, expected) in [(true, "[2/4] one\nline with \\x1b[2J\n"), (false, "")] {
            let stderr = Buffer::default();
            let screen = Rc::new(Screen::new(Box::new(io::sink()), Box::new(stderr.clone())));
            let progress = Progress::new(screen, false, verbose, None);
            progress.set(2, 4);
            progress.step("one");
            progress.count.set(None);
            progress.step("line with \u{1b}[2J");
            progress.done();
            assert_eq!(stderr.text(), expected);
        }
    }
}
