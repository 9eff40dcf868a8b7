//! Names of entries: the one place where a name becomes part of one (RFC 4514) or of a filter (RFC 4515).

use ldap3::{dn_escape, ldap_escape};

use super::Error;

/// The entry below which everything lies, and the names of what lies there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Base(String);

impl Base {
    /// Reads it as it is written in the settings.
    pub(crate) fn parse(text: &str) -> Result<Self, Error> {
        let parts = split(text);
        if parts.is_empty() || parts.iter().any(|part| part.find('=').is_none_or(|at| at == 0)) {
            let shown = crate::base::text::safe(text);
            return Err(Error::Setup(format!(
                "ldap.basedn '{shown}' is no name of an entry, such as dc=city,dc=example"
            )));
        }
        Ok(Self(text.to_owned()))
    }

    /// Where users lie.
    pub(crate) fn users(&self) -> String {
        format!("ou=users,{}", self.0)
    }

    /// Where groups lie. It is a member of each group too, because a group cannot be without one.
    pub(crate) fn groups(&self) -> String {
        format!("ou=groups,{}", self.0)
    }

    /// The entry of a user.
    pub(crate) fn user(&self, name: &str) -> String {
        format!("uid={},{}", dn_escape(name), self.users())
    }

    /// The entry of a group.
    pub(crate) fn group(&self, name: &str) -> String {
        format!("cn={},{}", dn_escape(name), self.groups())
    }

    /// The entry of an administrator.
    pub(crate) fn administrator(&self, name: &str) -> String {
        format!("cn={},{}", dn_escape(name), self.0)
    }

    /// The name of the user whose entry this is; `None` if it is another's.
    pub(crate) fn user_of(&self, dn: &str) -> Option<String> {
        let parts = split(dn);
        let (first, rest) = parts.split_first()?;
        let here = rest.len() == split(&self.users()).len()
            && rest.iter().zip(split(&self.users())).all(|(one, other)| same(one, other));
        let (attribute, value) = first.split_once('=')?;
        (here && attribute.trim().eq_ignore_ascii_case("uid")).then(|| unescape(value.trim_start()))
    }

    /// Whether both are the name of the same entry, as far as can be told without the server.
    pub(crate) fn is_placeholder(&self, dn: &str) -> bool {
        let own = self.groups();
        let (one, other) = (split(dn), split(&own));
        one.len() == other.len() && one.iter().zip(other).all(|(one, other)| same(one, other))
    }
}

/// `(attribute=name)`, of exactly this name.
pub(super) fn equals(attribute: &str, name: &str) -> String {
    format!("({attribute}={})", ldap_escape(name))
}

/// `(attribute=pattern)`, where a star stands for any text and nothing else has a meaning.
pub(super) fn matches(attribute: &str, pattern: &str) -> String {
    let parts: Vec<_> = pattern.split('*').map(ldap_escape).collect();
    format!("({attribute}={})", parts.join("*"))
}

/// The parts of a name, at commas that are not escaped.
fn split(dn: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let (mut start, mut escaped) = (0, false);
    for (at, byte) in dn.bytes().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b',' => {
                parts.push(dn.get(start..at).unwrap_or_default());
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push(dn.get(start..).unwrap_or_default());
    parts.into_iter().map(str::trim_start).collect()
}

/// Whether two parts are the same, but for case and for spaces around the sign.
fn same(one: &str, other: &str) -> bool {
    let parts =
        |text: &str| text.split_once('=').map(|(key, value)| (key.trim().to_lowercase(), value.trim().to_lowercase()));
    parts(one) == parts(other)
}

/// What was escaped, as it is.
fn unescape(value: &str) -> String {
    let mut bytes = Vec::with_capacity(value.len());
    let mut rest = value.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let hex = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok();
        match (first, after) {
            (b'\\', [one, two, tail @ ..]) if hex(&[*one, *two]).is_some() => {
                bytes.extend(hex(&[*one, *two]));
                rest = tail;
            }
            (b'\\', [one, tail @ ..]) => {
                bytes.push(*one);
                rest = tail;
            }
            _ => {
                bytes.push(*first);
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn base() -> Base {
        Base::parse("dc=openstack,dc=org").unwrap()
    }

    #[test]
    fn a_name_stays_one_part_of_an_entry() {
        let end = ",ou=users,dc=openstack,dc=org";
        for (name, escaped) in [
            ("ann", "uid=ann"),
            ("a,b", "uid=a\\2cb"),
            ("a+b", "uid=a\\2bb"),
            ("#x", "uid=\\23x"),
            ("a\\b", "uid=a\\5cb"),
            ("\"q\"", "uid=\\22q\\22"),
            (" lead", "uid=\\20lead"),
            ("ann,ou=groups", "uid=ann\\2cou\\3dgroups"),
            ("Jürgen", "uid=Jürgen"),
            ("*", "uid=*"),
            ("a;b<c>d", "uid=a\\3bb\\3cc\\3ed"),
        ] {
            assert_eq!(base().user(name), format!("{escaped}{end}"), "{name}");
            assert_eq!(base().user_of(&base().user(name)).as_deref(), Some(name), "{name}");
        }
        assert_eq!(base().group("g"), "cn=g,ou=groups,dc=openstack,dc=org");
        assert_eq!(base().administrator("a,b"), "cn=a\\2cb,dc=openstack,dc=org");
    }

    #[test]
    fn a_name_stays_one_value_of_a_filter() {
        for (name, filter) in [
            ("ann", "(uid=ann)"),
            ("*", "(uid=\\2a)"),
            ("(x)", "(uid=\\28x\\29)"),
            ("a)(uid=*", "(uid=a\\29\\28uid=\\2a)"),
            ("a\\b", "(uid=a\\5cb)"),
        ] {
            assert_eq!(equals("uid", name), filter, "{name}");
        }
        assert_eq!(matches("uid", "an*"), "(uid=an*)");
        assert_eq!(matches("uid", "*)(objectClass=*"), "(uid=*\\29\\28objectClass=*)");
    }

    #[test]
    fn whose_entry_it_is_is_told_in_all_spellings() {
        for (dn, name) in [
            ("uid=ann,ou=users,dc=openstack,dc=org", Some("ann")),
            ("UID=Ann, ou=Users, DC=openstack,dc=ORG", Some("Ann")),
            ("uid=a\\,b,ou=users,dc=openstack,dc=org", Some("a,b")),
            ("uid=J\\C3\\BCrgen,ou=users,dc=openstack,dc=org", Some("Jürgen")),
            ("cn=ann,ou=users,dc=openstack,dc=org", None),
            ("uid=ann,ou=people,dc=openstack,dc=org", None),
            ("uid=ann,ou=users,dc=org", None),
            ("ou=groups,dc=openstack,dc=org", None),
        ] {
            assert_eq!(base().user_of(dn).as_deref(), name, "{dn}");
        }
        assert!(base().is_placeholder("ou=groups, dc=openstack,dc=org"));
        assert!(!base().is_placeholder("ou=groups,dc=org"));
    }

    #[test]
    fn a_base_has_to_be_the_name_of_an_entry() {
        for bad in ["", "org", "dc=a,,dc=b", "=x", "dc=a,"] {
            assert!(Base::parse(bad).is_err(), "{bad}");
        }
        assert!(Base::parse("o=City\\, of all,c=DE").is_ok());
    }
}
