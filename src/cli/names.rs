//! Which names a command accepts, before any request is sent.

use crate::api::keystone::Kind;

use super::error::CliError;
use super::present::word;

/// The longest name that Keystone stores; a role's holds the service's id and a `#` too.
fn longest(kind: Kind) -> usize {
    match kind {
        Kind::Domain | Kind::Project | Kind::Group => 64,
        Kind::User => 255,
        Kind::Role => 222,
    }
}

/// A name that may already exist: anything that can be a name at all.
pub(crate) fn check_any(kind: Kind, name: &str) -> Result<(), CliError> {
    let problem = if name.is_empty() || name == "id:" {
        "is empty"
    } else if name.chars().any(char::is_control) {
        "contains a control character, such as a line break"
    } else if name.chars().count() > 255 {
        "is longer than any name can be"
    } else {
        return Ok(());
    };
    let shown = crate::base::text::safe(name).into_owned();
    Err(CliError::usage(format!("the name of the {} '{shown}' {problem}", word(kind))))
}

/// A name that is to be created. `Ok(Some(…))` is a warning.
pub(crate) fn check_new(kind: Kind, name: &str, any_name: bool) -> Result<Option<String>, CliError> {
    check_any(kind, name)?;
    let what = word(kind);
    let refuse = |rule: &str, next: &str| {
        let error = CliError::usage(format!("'{name}' cannot be the name of a {what}: {rule}"));
        if next.is_empty() { error } else { error.next(next) }
    };
    if name.starts_with("id:") {
        return Err(refuse("id:… means an existing one", ""));
    }
    if name.trim() != name {
        return Err(refuse("it begins or ends with a space", ""));
    }
    if name.chars().count() > longest(kind) {
        return Err(refuse(&format!("it has more than {} characters", longest(kind)), ""));
    }
    let allow = "--any-name makes it all the same, but Orion, Perseo and Keypass will not take it";
    match kind {
        Kind::Domain if !any_name && !is_service(name) => {
            Err(refuse("Orion takes only a-z, 0-9 and _, 50 at most", allow))
        }
        Kind::Project if !any_name && !is_path(name) => {
            Err(refuse("Orion takes at most 10 levels of A-Z, a-z, 0-9 and _, each 50 long at most", allow))
        }
        Kind::User | Kind::Group | Kind::Role if !is_plain(name) => Ok(Some(format!(
            "{what} '{name}' has a name outside A-Z, a-z, 0-9, _ and 50 characters; other tools of the platform may not take it"
        ))),
        _ => Ok(None),
    }
}

/// What Orion does not take as a service and a path in its headers. A comma would widen the path to several, and what
/// begins with `#` is no path at all.
pub(crate) fn check_orion(service: &str, path: &str) -> Result<(), CliError> {
    let refuse = |kind: Kind, name: &str, rule: &str| {
        let shown = crate::base::text::safe(name);
        Err(CliError::usage(format!("Orion cannot take the {} '{shown}': {rule}", word(kind))))
    };
    if service.is_empty() || !is_plain(service) {
        return refuse(Kind::Domain, service, "it knows A-Z, a-z, 0-9 and _, 50 at most");
    }
    if path != "/" && !(path.starts_with('/') && is_path(path)) {
        return refuse(Kind::Project, path, "it knows at most 10 levels of A-Z, a-z, 0-9 and _, each 50 long at most");
    }
    Ok(())
}

fn is_service(name: &str) -> bool {
    name.len() <= 50 && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
}

fn is_plain(name: &str) -> bool {
    name.len() <= 50 && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

/// Orion's rule for a servicePath, with or without its leading slash.
fn is_path(name: &str) -> bool {
    let path = name.strip_prefix('/').unwrap_or(name);
    !path.is_empty() && crate::api::fiware::is_valid_path(&format!("/{path}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn services_follow_the_platform_unless_told_otherwise() {
        assert!(check_new(Kind::Domain, "smart_city9", false).is_ok());
        for bad in ["SmartCity", "smart city", "", "a/b", "x\ny", &"a".repeat(51)] {
            assert!(check_new(Kind::Domain, bad, false).is_err(), "{bad}");
        }
        assert!(check_new(Kind::Domain, "Smart City", true).is_ok());
        assert!(check_new(Kind::Domain, "line\r\nbreak", true).is_err());
    }

    #[test]
    fn subservices_follow_orion() {
        for good in ["energy", "/energy", "energy/solar", "A_1"] {
            assert!(check_new(Kind::Project, good, false).is_ok(), "{good}");
        }
        for bad in ["a//b", "a b", "a/b/c/d/e/f/g/h/i/j/k", "é", "/"] {
            assert!(check_new(Kind::Project, bad, false).is_err(), "{bad}");
        }
    }

    #[test]
    fn orion_is_asked_for_no_path_that_means_another() {
        for path in ["/", "/energy", "/energy/solar", "/A_1"] {
            assert!(check_orion("smart_City9", path).is_ok(), "{path}");
        }
        for path in ["", "energy", "#grants", "/#", "/energy/#", "/a,/b", "/a b", "//", "/a/", "/a\r\nX: y", "/é"] {
            assert_eq!(check_orion("smartcity", path).unwrap_err().exit.code(), 2, "{path}");
        }
        for service in ["", "smart city", "a,b", "a-b", "a\nb", &"a".repeat(51)] {
            assert!(check_orion(service, "/").is_err(), "{service}");
        }
    }

    #[test]
    fn people_are_only_warned() {
        assert_eq!(check_new(Kind::User, "carl", false).unwrap(), None);
        assert!(check_new(Kind::User, "Jürgen #1/%?..", false).unwrap().is_some());
        assert!(check_new(Kind::User, "a\u{0}b", false).is_err());
        assert!(check_new(Kind::Role, &"r".repeat(223), false).is_err());
    }

    #[test]
    fn existing_names_may_be_anything_that_has_no_control_character() {
        for good in ["a b", "#", "/", "%", "?", "..", "ü", &"x".repeat(64)] {
            assert!(check_any(Kind::User, good).is_ok(), "{good}");
        }
        assert!(check_any(Kind::User, "a\r\nb").is_err());
    }
}
