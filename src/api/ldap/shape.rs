//! What entries look like when they are made: those of the platform's orchestrator, attribute for attribute.

use std::collections::HashSet;

use crate::base::Secret;

use super::Base;

/// The same for everybody: the platform's users never log in to a machine.
const UID_NUMBER: &str = "5000";
const GID_NUMBER: &str = "10000";

/// A user to make.
#[derive(Clone, Debug)]
pub(crate) struct NewUser {
    pub(crate) name: String,
    pub(crate) password: Secret,
    pub(crate) email: Option<String>,
    pub(crate) description: Option<String>,
}

/// A group to make.
#[derive(Clone, Debug)]
pub(crate) struct NewGroup {
    pub(crate) name: String,
    pub(crate) description: Option<String>,
}

/// Attributes with their values.
pub(super) type Attributes = Vec<(String, HashSet<String>)>;

impl NewUser {
    pub(super) fn attributes(&self) -> Attributes {
        let classes = ["top", "posixAccount", "shadowAccount", "organizationalPerson", "inetOrgPerson"];
        let home = format!("/home/{}", home(&self.name));
        let mut all = vec![
            several("objectClass", &classes),
            one("uid", &self.name),
            one("cn", &self.name),
            one("sn", &self.name),
            one("uidNumber", UID_NUMBER),
            one("gidNumber", GID_NUMBER),
            one("loginShell", "/bin/bash"),
            one("homeDirectory", &home),
            one("userPassword", self.password.expose()),
        ];
        all.extend(given("mail", self.email.as_deref()));
        all.extend(given("description", self.description.as_deref()));
        all
    }
}

impl NewGroup {
    pub(super) fn attributes(&self, base: &Base) -> Attributes {
        let mut all = vec![
            several("objectClass", &["top", "groupOfNames"]),
            one("cn", &self.name),
            one("member", &base.groups()),
        ];
        all.extend(given("description", self.description.as_deref()));
        all
    }
}

/// The name as a folder: LDAP wants ASCII there, and a slash or a dot would lead elsewhere. Plain names stay as they are.
fn home(name: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_@+.".contains(&byte);
    let only_dots = name.bytes().all(|byte| byte == b'.');
    let one = |byte: u8| if plain(byte) && !only_dots { char::from(byte).to_string() } else { format!("%{byte:02X}") };
    name.bytes().map(one).collect()
}

fn one(attribute: &str, value: &str) -> (String, HashSet<String>) {
    several(attribute, &[value])
}

fn several(attribute: &str, values: &[&str]) -> (String, HashSet<String>) {
    (attribute.to_owned(), values.iter().map(|value| (*value).to_owned()).collect())
}

/// LDAP knows no empty text.
fn given(attribute: &str, value: Option<&str>) -> Option<(String, HashSet<String>)> {
    value.filter(|value| !value.is_empty()).map(|value| one(attribute, value))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(attributes: &Attributes) -> Vec<String> {
        let values = |set: &HashSet<String>| {
            let mut values: Vec<&str> = set.iter().map(String::as_str).collect();
            values.sort_unstable();
            values.join(" ")
        };
        attributes.iter().map(|(name, set)| format!("{name}: {}", values(set))).collect()
    }

    #[test]
    fn a_user_looks_as_the_platform_expects() {
        let user = NewUser {
            name: "ann".to_owned(),
            password: Secret::new("tall-Order-1"),
            email: Some("ann@city.example".to_owned()),
            description: Some(String::new()),
        };
        let expected = [
            "objectClass: inetOrgPerson organizationalPerson posixAccount shadowAccount top",
            "uid: ann",
            "cn: ann",
            "sn: ann",
            "uidNumber: 5000",
            "gidNumber: 10000",
            "loginShell: /bin/bash",
            "homeDirectory: /home/ann",
            "userPassword: tall-Order-1",
            "mail: ann@city.example",
        ];
        assert_eq!(shown(&user.attributes()), expected);
    }

    #[test]
    fn a_group_has_a_member_from_the_start_and_of_its_own_base() {
        let base = Base::parse("dc=city,dc=example").unwrap();
        let group = NewGroup { name: "crew".to_owned(), description: Some("by day".to_owned()) };
        let expected = [
            "objectClass: groupOfNames top",
            "cn: crew",
            "member: ou=groups,dc=city,dc=example",
            "description: by day",
        ];
        assert_eq!(shown(&group.attributes(&base)), expected);
    }

    #[test]
    fn no_name_leads_out_of_its_home() {
        for (name, folder) in
            [("ann.b-c_d", "ann.b-c_d"), ("a/../b", "a%2F..%2Fb"), ("..", "%2E%2E"), ("ü x", "%C3%BC%20x")]
        {
            assert_eq!(home(name), folder);
        }
    }
}
