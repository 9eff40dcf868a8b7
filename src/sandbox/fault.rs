//! What can be broken, at which request, before or after the server acted; and the one line of text for each.
//!
//! Only the description. Carrying a fault out is `exchange.rs`, the answers that replace the server's are `answer.rs`.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use super::pattern::Pattern;

/// A signal for the command that runs against the proxy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Signal {
    /// SIGKILL: it is gone at once. The request that triggers it is forwarded only if the fault is `after`.
    Kill,
    /// SIGINT, as by Ctrl-C. The exchange itself goes on.
    Interrupt,
    /// SIGTERM, as by `systemctl stop`. The exchange itself goes on.
    Terminate,
}

/// What replaces the body of an answer; its framing stays correct.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Replacement {
    /// A page for people, such as a captive portal or a load balancer shows.
    Html,
    /// No bytes at all.
    Empty,
    /// The first half of what the server sent.
    Truncated,
    /// JSON of another type than any of our back ends answers with.
    Array,
    /// JSON with bytes in it that are no UTF-8.
    InvalidUtf8,
    /// 300 MB, which nobody should read to its end.
    Huge,
}

/// What happens to an exchange.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Action {
    /// `kill`, `int`, `term`: a signal to the command.
    Signal(Signal),
    /// `reset`: the connection to the client is aborted (RST).
    Reset,
    /// `cut`: the connection to the client is closed without an answer.
    Cut,
    /// `truncate`: the head and half of the body, then the connection is closed.
    Truncate,
    /// `delay=2s`: the exchange goes on after this time.
    Delay(Duration),
    /// `hang`: never an answer, until the client gives up.
    Hang,
    /// `drip`, `drip=20ms`: one byte of the answer per second, or per the time given; a long one comes in 256 pieces.
    Drip(Duration),
    /// `status=503`, `status=429,retry-after=1`: another answer than the server's.
    Status {
        /// The status code.
        code: u16,
        /// The value of `Retry-After`: seconds or a date.
        retry_after: Option<String>,
    },
    /// `body=html` and so on: another body than the server's.
    Body(Replacement),
    /// `redirect=URL`: a 302 to that address.
    Redirect(String),
}

/// On which side of the server's work a fault strikes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum When {
    /// The server never sees the request (a delay and SIGINT or SIGTERM let it through afterwards).
    Before,
    /// The server has acted and answered.
    After,
}

/// Which requests a fault strikes. They are numbered from 1 in the order in which their heads arrive.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum At {
    /// This one.
    Only(usize),
    /// This one and all that follow.
    From(usize),
}

/// One fault, written `ACTION@N`, `ACTION@N!` (from the n-th on) or `ACTION@*` (always), each with `:before` or `:after`
/// where the action leaves the choice. With ` on PATTERN` behind it only requests that match are counted.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Fault {
    /// Which requests.
    pub at: At,
    /// Before or after the server acts. Actions that work on the server's answer are `After`, whatever stands here.
    pub when: When,
    /// What happens.
    pub action: Action,
    /// Which requests count at all; `None` for every one.
    pub only: Option<Pattern>,
}

/// Why a text is no fault.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("fault \"{text}\": {reason}")]
pub struct BadFault {
    text: String,
    reason: String,
}

/// The pause of `drip` where none is given.
const DRIP: Duration = Duration::from_secs(1);

impl Action {
    /// The side on which it strikes where the text does not say: before, unless it works on the server's answer.
    pub fn usual_side(&self) -> When {
        if self.needs_the_answer() || matches!(self, Self::Body(_)) { When::After } else { When::Before }
    }

    /// Whether there is nothing to do without the server's answer.
    fn needs_the_answer(&self) -> bool {
        matches!(self, Self::Truncate | Self::Drip(_) | Self::Body(Replacement::Truncated))
    }
}

impl Fault {
    /// Whether it strikes the request of this number.
    pub fn strikes(&self, number: usize) -> bool {
        match self.at {
            At::Only(n) => number == n,
            At::From(n) => number >= n,
        }
    }

    /// The side it really strikes on.
    pub(super) fn side(&self) -> When {
        if self.action.needs_the_answer() { When::After } else { self.when }
    }
}

impl FromStr for Fault {
    type Err = BadFault;

    fn from_str(text: &str) -> Result<Self, BadFault> {
        let bad = |reason: &str| BadFault { text: text.to_owned(), reason: reason.to_owned() };
        // The last one: an address to redirect to may hold an `@` of its own.
        let (text, only) = match text.split_once(" on ") {
            None => (text, None),
            Some((text, pattern)) => (text, Some(pattern.parse::<Pattern>().map_err(bad)?)),
        };
        let (action, place) = text.rsplit_once('@').ok_or_else(|| bad("has no @N, the number of the request"))?;
        let action = parse_action(action).map_err(|reason| bad(&reason))?;

        let (place, forever_at_end) = strip(place, '!');
        let (place, side) = match place.split_once(':') {
            None => (place, None),
            Some((place, "before")) => (place, Some(When::Before)),
            Some((place, "after")) => (place, Some(When::After)),
            Some(_) => return Err(bad("after the colon goes before or after")),
        };
        let (place, forever) = strip(place, '!');
        let at = match place {
            "*" => At::From(1),
            digits => match digits.parse() {
                Ok(0) | Err(_) => return Err(bad("after the @ goes the number of a request, from 1, or *")),
                Ok(n) if forever || forever_at_end => At::From(n),
                Ok(n) => At::Only(n),
            },
        };
        if action.needs_the_answer() && side == Some(When::Before) {
            return Err(bad("works on the server's answer, so it cannot strike before the server acts"));
        }
        Ok(Self { at, when: side.unwrap_or_else(|| action.usual_side()), action, only })
    }
}

fn strip(text: &str, mark: char) -> (&str, bool) {
    text.strip_suffix(mark).map_or((text, false), |shorter| (shorter, true))
}

fn parse_action(text: &str) -> Result<Action, String> {
    let (name, value) = text.split_once('=').map_or((text, None), |(name, value)| (name, Some(value)));
    Ok(match (name, value) {
        ("kill", None) => Action::Signal(Signal::Kill),
        ("int", None) => Action::Signal(Signal::Interrupt),
        ("term", None) => Action::Signal(Signal::Terminate),
        ("reset", None) => Action::Reset,
        ("cut", None) => Action::Cut,
        ("truncate", None) => Action::Truncate,
        ("hang", None) => Action::Hang,
        ("drip", None) => Action::Drip(DRIP),
        ("drip", Some(value)) => Action::Drip(parse_duration(value)?),
        ("delay", Some(value)) => Action::Delay(parse_duration(value)?),
        ("status", Some(value)) => parse_status(value)?,
        ("body", Some(value)) => Action::Body(parse_replacement(value)?),
        ("redirect", Some(value)) if !value.is_empty() => Action::Redirect(header_value(value)?),
        ("delay" | "status" | "body" | "redirect", _) => return Err(format!("{name} needs a value: {name}=…")),
        ("kill" | "int" | "term" | "reset" | "cut" | "truncate" | "hang", Some(_)) => {
            return Err(format!("{name} takes no value"));
        }
        _ => {
            return Err(format!(
                "there is no \"{name}\"; there are kill, int, term, reset, cut, truncate, delay, hang, drip, status, \
                 body and redirect"
            ));
        }
    })
}

fn parse_duration(text: &str) -> Result<Duration, String> {
    let number = |digits: &str| digits.parse::<u32>().ok().map(u64::from);
    let duration = if let Some(digits) = text.strip_suffix("ms") {
        number(digits).map(Duration::from_millis)
    } else {
        text.strip_suffix('s').and_then(number).map(Duration::from_secs)
    };
    duration.ok_or_else(|| format!("\"{text}\" is no time such as 2s or 500ms"))
}

fn parse_status(text: &str) -> Result<Action, String> {
    let (code, rest) = text.split_once(',').map_or((text, None), |(code, rest)| (code, Some(rest)));
    // 1xx would not end the exchange, so it is no answer.
    let code = code
        .parse()
        .ok()
        .filter(|code| (200..=599).contains(code))
        .ok_or_else(|| format!("\"{code}\" is no status from 200 to 599"))?;
    let retry_after = match rest.map(|rest| rest.strip_prefix("retry-after=")) {
        None => None,
        Some(Some(value)) if !value.is_empty() => Some(header_value(value)?),
        Some(_) => return Err("after the status goes nothing or ,retry-after=VALUE".to_owned()),
    };
    Ok(Action::Status { code, retry_after })
}

/// Text that can stand in a header: a line feed would start another one.
fn header_value(text: &str) -> Result<String, String> {
    let printable = text.bytes().all(|byte| (0x20..0x7f).contains(&byte));
    if printable { Ok(text.to_owned()) } else { Err("the value has to be printable ASCII".to_owned()) }
}

const REPLACEMENTS: [(&str, Replacement); 6] = [
    ("html", Replacement::Html),
    ("empty", Replacement::Empty),
    ("truncated", Replacement::Truncated),
    ("array", Replacement::Array),
    ("invalid-utf8", Replacement::InvalidUtf8),
    ("huge", Replacement::Huge),
];

fn parse_replacement(text: &str) -> Result<Replacement, String> {
    let found = REPLACEMENTS.iter().find(|(name, _)| *name == text);
    found.map(|(_, replacement)| *replacement).ok_or_else(|| {
        let names: Vec<&str> = REPLACEMENTS.iter().map(|(name, _)| *name).collect();
        format!("there is no body \"{text}\"; there are {}", names.join(", "))
    })
}

impl fmt::Display for Replacement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = REPLACEMENTS.iter().find(|(_, replacement)| replacement == self).map_or("", |(name, _)| name);
        f.write_str(name)
    }
}

impl fmt::Display for Signal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Kill => "kill",
            Self::Interrupt => "int",
            Self::Terminate => "term",
        })
    }
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Signal(signal) => write!(f, "{signal}"),
            Self::Reset => f.write_str("reset"),
            Self::Cut => f.write_str("cut"),
            Self::Truncate => f.write_str("truncate"),
            Self::Delay(time) => write!(f, "delay={}", Time(*time)),
            Self::Hang => f.write_str("hang"),
            Self::Drip(time) if *time == DRIP => f.write_str("drip"),
            Self::Drip(time) => write!(f, "drip={}", Time(*time)),
            Self::Status { code, retry_after: None } => write!(f, "status={code}"),
            Self::Status { code, retry_after: Some(value) } => write!(f, "status={code},retry-after={value}"),
            Self::Body(replacement) => write!(f, "body={replacement}"),
            Self::Redirect(address) => write!(f, "redirect={address}"),
        }
    }
}

struct Time(Duration);

impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.subsec_millis() == 0 {
            write!(f, "{}s", self.0.as_secs())
        } else {
            write!(f, "{}ms", self.0.as_millis())
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}@", self.action)?;
        match self.at {
            At::Only(n) => write!(f, "{n}")?,
            At::From(1) => f.write_str("*")?,
            At::From(n) => write!(f, "{n}!")?,
        }
        match self.side() {
            side if side == self.action.usual_side() => {}
            When::Before => f.write_str(":before")?,
            When::After => f.write_str(":after")?,
        }
        self.only.iter().try_for_each(|pattern| write!(f, " on {pattern}"))
    }
}

#[cfg(test)]
#[path = "fault_tests.rs"]
mod tests;
