//! What Keypass keeps, with the peculiarities of its table: the key is the tenant and the id of the policy, the subject is
//! a column like any other.

use std::collections::BTreeMap;

use serde::Serialize;

/// The policies of all tenants.
#[derive(Clone, Debug, Default, Serialize)]
pub(in crate::sandbox) struct Data {
    /// By tenant, then by the id of the policy as it is stored. Without tenants that have none.
    policies: BTreeMap<String, BTreeMap<String, Stored>>,
    pub(super) log_level: LogLevel,
}

#[derive(Clone, Debug, Serialize)]
struct Stored {
    subject: String,
    /// As it came.
    text: String,
}

/// How much the server writes into its log.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "UPPERCASE")]
pub(super) enum LogLevel {
    Error,
    Warn,
    #[default]
    Info,
    Debug,
    Trace,
    All,
}

impl LogLevel {
    const NAMES: [(Self, &str); 6] = [
        (Self::Error, "ERROR"),
        (Self::Warn, "WARN"),
        (Self::Info, "INFO"),
        (Self::Debug, "DEBUG"),
        (Self::Trace, "TRACE"),
        (Self::All, "ALL"),
    ];

    /// However it is spelt.
    pub(super) fn named(name: &str) -> Option<Self> {
        Self::NAMES.iter().find(|(_, other)| other.eq_ignore_ascii_case(name)).map(|(level, _)| *level)
    }

    pub(super) fn name(self) -> &'static str {
        Self::NAMES.iter().find(|(level, _)| *level == self).map_or("", |(_, name)| name)
    }
}

impl Data {
    /// Stores a policy for a subject. One with the same id in the tenant gives way, whoever's it was.
    pub(super) fn put(&mut self, tenant: &str, subject: &str, id: &str, text: String) {
        let stored = Stored { subject: subject.to_owned(), text };
        self.policies.entry(tenant.to_owned()).or_default().insert(id.to_owned(), stored);
    }

    pub(super) fn get(&self, tenant: &str, id: &str) -> Option<&str> {
        self.policies.get(tenant)?.get(id).map(|stored| stored.text.as_str())
    }

    /// Changes the text alone: the subject stays the one of before.
    pub(super) fn replace(&mut self, tenant: &str, id: &str, text: String) -> Option<()> {
        self.policies.get_mut(tenant)?.get_mut(id)?.text = text;
        Some(())
    }

    pub(super) fn remove(&mut self, tenant: &str, id: &str) -> Option<()> {
        self.policies.get_mut(tenant)?.remove(id)?;
        self.forget_empty_tenants();
        Some(())
    }

    /// The texts of a subject's policies, in the order of their ids.
    pub(super) fn of_subject(&self, tenant: &str, subject: &str) -> Vec<&str> {
        let policies = self.policies.get(tenant).into_iter().flat_map(BTreeMap::values);
        policies.filter(|stored| stored.subject == subject).map(|stored| stored.text.as_str()).collect()
    }

    /// Takes the subject's policies away **in all tenants**, if it has any in this one: the statement that deletes has
    /// lost the condition on the tenant.
    pub(super) fn remove_subject(&mut self, tenant: &str, subject: &str) -> Option<()> {
        if self.of_subject(tenant, subject).is_empty() {
            return None;
        }
        for policies in self.policies.values_mut() {
            policies.retain(|_, stored| stored.subject != subject);
        }
        self.forget_empty_tenants();
        Some(())
    }

    pub(super) fn remove_tenant(&mut self, tenant: &str) {
        self.policies.remove(tenant);
    }

    /// So that platforms in the same state are equal.
    fn forget_empty_tenants(&mut self) {
        self.policies.retain(|_, policies| !policies.is_empty());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filled() -> Data {
        let mut data = Data::default();
        for (tenant, subject, id) in [("one", "r1", "A"), ("one", "r1", "B"), ("one", "r2", "C"), ("two", "r1", "A")] {
            data.put(tenant, subject, id, format!("{tenant} {subject} {id}"));
        }
        data
    }

    #[test]
    fn the_same_id_moves_a_policy_to_another_subject() {
        let mut data = filled();
        data.put("one", "r2", "A", "moved".to_owned());
        assert_eq!(data.of_subject("one", "r1"), ["one r1 B"]);
        assert_eq!(data.of_subject("one", "r2"), ["moved", "one r2 C"]);
        assert_eq!(data.of_subject("two", "r1"), ["two r1 A"]);
    }

    #[test]
    fn a_new_text_leaves_the_subject() {
        let mut data = filled();
        assert_eq!(data.replace("one", "A", "new".to_owned()), Some(()));
        assert_eq!(data.of_subject("one", "r1"), ["new", "one r1 B"]);
        assert_eq!(data.replace("one", "Z", String::new()), None);
        assert_eq!(data.get("one", "Z"), None);
    }

    #[test]
    fn removing_a_subject_reaches_into_other_tenants() {
        let mut data = filled();
        assert_eq!(data.remove_subject("three", "r1"), None);
        assert_eq!(data.get("two", "A"), Some("two r1 A"));
        assert_eq!(data.remove_subject("one", "r1"), Some(()));
        assert_eq!((data.get("one", "C"), data.get("two", "A")), (Some("one r2 C"), None));
    }

    #[test]
    fn nothing_is_left_of_what_is_removed() {
        let mut data = filled();
        data.remove_tenant("one");
        assert_eq!(data.get("two", "A"), Some("two r1 A"));
        assert_eq!((data.remove("two", "A"), data.remove("two", "A")), (Some(()), None));
        assert_eq!(serde_json::to_string(&data).unwrap(), r#"{"policies":{},"log_level":"INFO"}"#);
    }

    #[test]
    fn levels_are_found_however_they_are_spelt() {
        assert_eq!(LogLevel::named("debug").map(LogLevel::name), Some("DEBUG"));
        assert_eq!(LogLevel::named("FATAL"), None);
    }
}
