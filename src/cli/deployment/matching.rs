//! What of a list of deployments is wanted. Servers ignore what they do not know, so everything is looked at here again.

use jiff::{SignedDuration, Timestamp};

use crate::api::paas::{Deployment, Status};
use crate::base::text::safe;

use super::super::error::CliError;

/// What is wanted.
#[derive(Debug, Default)]
pub(super) struct Wanted {
    pub(super) statuses: Vec<Status>,
    pub(super) excluded: Vec<Status>,
    pub(super) before: Option<Timestamp>,
    pub(super) after: Option<Timestamp>,
    pub(super) group: Option<String>,
    pub(super) created_by: Option<String>,
}

impl Wanted {
    pub(super) fn fits(&self, deployment: &Deployment) -> bool {
        let created = deployment.created_at.as_ref().and_then(|time| time.at);
        let early = self.before.is_none_or(|before| created.is_some_and(|created| created < before));
        let late = self.after.is_none_or(|after| created.is_some_and(|created| created >= after));
        let same = |wanted: &Option<String>, found: &Option<String>| wanted.is_none() || wanted == found;
        (self.statuses.is_empty() || self.statuses.contains(&deployment.status))
            && !self.excluded.contains(&deployment.status)
            && early
            && late
            && same(&self.group, &deployment.group)
            && same(&self.created_by, &deployment.created_by)
    }

    /// Whether all of it is a matter of these looks, so that a server must not cut its list.
    pub(super) fn is_choosy(&self) -> bool {
        !self.statuses.is_empty() || !self.excluded.is_empty() || self.before.is_some() || self.after.is_some()
    }
}

/// States by name or number, with commas between them.
pub(super) fn statuses(texts: &[String]) -> Result<Vec<Status>, CliError> {
    let words = texts.iter().flat_map(|text| text.split(','));
    let read = |word: &str| match Status::read(word) {
        Status::Other(word) => Err(CliError::usage(format!("'{}' is no state of a deployment", safe(&word)))
            .next(format!("one of {}", Status::NAMES.join(", ")))),
        status => Ok(status),
    };
    words.map(read).collect()
}

/// A moment: RFC 3339, a day, the digits `YYYYMMDDHHMM` (UTC), or how long ago (`7d`).
pub(super) fn moment(text: &str, now: Timestamp) -> Result<Timestamp, CliError> {
    let day = || format!("{text}T00:00:00Z").parse::<Timestamp>().ok();
    let digits = || {
        let all = text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit());
        let part = |from: usize, to: usize| text.get(from..to).unwrap_or_default();
        let written = format!("{}-{}-{}T{}:{}:00Z", part(0, 4), part(4, 6), part(6, 8), part(8, 10), part(10, 12));
        all.then(|| written.parse().ok()).flatten()
    };
    let ago = || {
        // A number without a unit is a slip, and not so many seconds.
        text.ends_with(char::is_alphabetic).then_some(())?;
        let long = crate::config::duration(&toml::Value::from(text))?;
        now.checked_sub(SignedDuration::try_from(long).ok()?).ok()
    };
    text.parse().ok().or_else(day).or_else(digits).or_else(ago).ok_or_else(|| {
        CliError::usage(format!("'{}' is no moment", safe(text)))
            .next("2026-11-24, 2026-11-24T12:00:00Z, 202611241200 or 7d")
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::api::paas::model;

    const NOW: &str = "2026-11-24T12:00:00Z";

    #[test]
    fn moments_are_understood_in_four_ways() {
        let now: Timestamp = NOW.parse().unwrap();
        for (text, at) in [
            ("2026-11-23T12:00:00Z", "2026-11-23T12:00:00Z"),
            ("2026-11-23T12:00:00+02:00", "2026-11-23T10:00:00Z"),
            ("2026-11-23", "2026-11-23T00:00:00Z"),
            ("202611231230", "2026-11-23T12:30:00Z"),
            ("7d", "2026-11-17T12:00:00Z"),
            ("90m", "2026-11-24T10:30:00Z"),
        ] {
            assert_eq!(moment(text, now).unwrap().to_string(), at, "{text}");
        }
        for bad in ["", "yesterday", "202613311230", "2026-13-01", "12"] {
            assert_eq!(moment(bad, now).unwrap_err().exit.code(), 2, "{bad}");
        }
    }

    #[test]
    fn states_have_names_and_numbers_and_others_are_refused() {
        let read = statuses(&["CREATE_FAILED,5".to_owned(), "unknown".to_owned()]).unwrap();
        assert_eq!(read, [Status::CreateFailed, Status::DeleteInProgress, Status::Unknown]);
        assert!(statuses(&["CREATED".to_owned()]).unwrap_err().next.unwrap().contains("CREATE_COMPLETE"));
    }

    #[test]
    fn every_condition_has_to_hold() {
        let deployment =
            model::deployment_indigo(json!({"uuid": "d", "status": "CREATE_FAILED", "userGroup": "physics",
            "creationTime": "2026-11-20T10:00+0000", "createdBy": {"issuer": "https://iam/", "subject": "s"}}))
            .unwrap();
        let at = |text: &str| Some(moment(text, NOW.parse().unwrap()).unwrap());
        let yes = Wanted {
            statuses: vec![Status::CreateFailed],
            excluded: vec![Status::Unknown],
            before: at("2026-11-21"),
            after: at("2026-11-20"),
            group: Some("physics".to_owned()),
            created_by: Some("s@https://iam/".to_owned()),
        };
        assert!(yes.fits(&deployment) && yes.is_choosy() && Wanted::default().fits(&deployment));
        for no in [
            Wanted { statuses: vec![Status::Unknown], ..Wanted::default() },
            Wanted { excluded: vec![Status::CreateFailed], ..Wanted::default() },
            Wanted { before: at("2026-11-20"), ..Wanted::default() },
            Wanted { after: at("2026-11-21"), ..Wanted::default() },
            Wanted { group: Some("chemistry".to_owned()), ..Wanted::default() },
            Wanted { created_by: Some("t@https://iam/".to_owned()), ..Wanted::default() },
        ] {
            assert!(!no.fits(&deployment), "{no:?}");
        }
    }
}
