//! `--expires`: a time, a length of time from now, or never. Orion takes times that are past and texts that are none, and
//! the subscription then never notifies anybody.

use std::str::FromStr;
use std::time::Duration;

use jiff::Timestamp;

use crate::config;

use super::super::error::CliError;

/// As it was typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum End {
    Never,
    At(Timestamp),
    In(Duration),
}

impl FromStr for End {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text == "never" {
            return Ok(Self::Never);
        }
        // A bare number could be seconds or a year.
        let length = if text.bytes().all(|byte| byte.is_ascii_digit()) {
            None
        } else {
            config::duration(&toml::Value::from(text))
        };
        match (length, text.parse()) {
            (Some(length), _) => Ok(Self::In(length)),
            (None, Ok(time)) => Ok(Self::At(time)),
            (None, Err(_)) => {
                Err("give a time such as 2030-01-31T00:00:00Z, a length such as 30d, or never".to_owned())
            }
        }
    }
}

impl End {
    /// The moment, in whole seconds as Orion keeps them; `None` for never.
    pub(super) fn moment(&self, now: Timestamp) -> Result<Option<Timestamp>, CliError> {
        let moment = match self {
            Self::Never => return Ok(None),
            Self::At(time) => Some(*time),
            Self::In(length) => now.checked_add(*length).ok(),
        };
        let whole = moment.and_then(|moment| Timestamp::from_second(moment.as_second()).ok());
        let Some(whole) = whole.filter(|moment| moment.strftime("%Y").to_string().len() == 4) else {
            return Err(
                CliError::usage("--expires is further away than any calendar goes").next("say: --expires never")
            );
        };
        if whole <= now {
            return Err(CliError::usage(format!("--expires {whole} is not in the future")));
        }
        Ok(Some(whole))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn moment(text: &str) -> Result<Option<String>, String> {
        let now: Timestamp = "2030-01-01T12:00:00.5Z".parse().unwrap();
        let end: End = text.parse()?;
        end.moment(now).map(|end| end.map(|end| end.to_string())).map_err(|error| error.message)
    }

    #[test]
    fn times_and_lengths() {
        for (text, end) in [
            ("never", None),
            ("30d", Some("2030-01-31T12:00:00Z")),
            ("1h30m", Some("2030-01-01T13:30:00Z")),
            ("2031-05-01T00:00:00Z", Some("2031-05-01T00:00:00Z")),
            ("2031-05-01T02:00:00.25+02:00", Some("2031-05-01T00:00:00Z")),
        ] {
            assert_eq!(moment(text), Ok(end.map(str::to_owned)), "{text}");
        }
    }

    #[test]
    fn what_is_past_or_no_time_is_refused() {
        for bad in
            ["", "soon", "2026", "30", "2031-05-01", "2031-05-01T00:00:00", "2031-13-01T00:00:00Z", "30 days", "-5d"]
        {
            assert!(moment(bad).unwrap_err().contains("give a time"), "{bad}");
        }
        for past in ["2029-12-31T00:00:00Z", "2030-01-01T12:00:00Z", "0s", "200ms"] {
            assert!(moment(past).unwrap_err().contains("not in the future"), "{past}");
        }
        assert!(moment("99999999d").unwrap_err().contains("calendar"));
    }
}
