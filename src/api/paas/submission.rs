//! What is submitted: a template, its inputs, and how hard to try.

use serde_json::{Map, Value, json};

use super::{Dialect, Feature, Unsupported};

/// Where the template is.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Source {
    /// Its text, unchanged.
    Text(String),
    /// The id of a stored one.
    Stored(String),
}

/// A deployment to be made, or to be made anew. What is absent is left to the server.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Submission {
    pub(crate) source: Source,
    pub(crate) inputs: Map<String, Value>,
    pub(crate) group: Option<String>,
    pub(crate) callback: Option<String>,
    /// Minutes for all of it, and for one provider.
    pub(crate) timeout: Option<u32>,
    pub(crate) provider_timeout: Option<u32>,
    pub(crate) max_providers: Option<u32>,
    pub(crate) retries: Option<u32>,
    pub(crate) keep_last_attempt: Option<bool>,
    pub(crate) provider: Option<String>,
    pub(crate) region: Option<String>,
}

impl Submission {
    pub(crate) fn new(source: Source, inputs: Map<String, Value>) -> Self {
        Self {
            source,
            inputs,
            group: None,
            callback: None,
            timeout: None,
            provider_timeout: None,
            max_providers: None,
            retries: None,
            keep_last_attempt: None,
            provider: None,
            region: None,
        }
    }

    /// Whether a server of this dialect can take all of it.
    pub(crate) fn check(&self, dialect: Dialect) -> Result<(), Unsupported> {
        let wanted = [
            (self.callback.is_some(), Feature::Callback),
            (self.provider.is_some() || self.region.is_some(), Feature::Target),
            (self.retries.is_some(), Feature::Retries),
        ];
        wanted.into_iter().filter(|(wanted, _)| *wanted).try_for_each(|(_, feature)| feature.refuse(dialect))
    }

    pub(super) fn for_v1(&self) -> Result<Value, Unsupported> {
        self.check(Dialect::V1)?;
        let Source::Stored(template) = &self.source else {
            let instead = "orchest template add FILE, then name the template";
            return Err(Unsupported { what: "a template within the deployment", dialect: Dialect::V1, instead });
        };
        Ok(body(&[
            ("template_id", Some(json!(template))),
            ("template_inputs", Some(json!(self.inputs))),
            ("user_group", self.group.as_ref().map(|group| json!(group))),
            ("timeout", self.timeout.map(|minutes| json!(minutes))),
            ("per_provider_timeout", self.provider_timeout.map(|minutes| json!(minutes))),
            ("max_providers", self.max_providers.map(|count| json!(count))),
            ("per_provider_max_retries", self.retries.map(|count| json!(count))),
            ("keep_last_attempt", self.keep_last_attempt.map(|keep| json!(keep))),
            ("target_provider_name", self.provider.as_ref().map(|name| json!(name))),
            ("target_region_name", self.region.as_ref().map(|name| json!(name))),
        ]))
    }

    pub(super) fn for_indigo(&self) -> Result<Value, Unsupported> {
        self.check(Dialect::Indigo)?;
        let Source::Text(template) = &self.source else {
            return Err(Unsupported {
                what: Feature::Templates.what(),
                dialect: Dialect::Indigo,
                instead: "give the template's file",
            });
        };
        Ok(body(&[
            ("template", Some(json!(template))),
            ("parameters", Some(json!(self.inputs))),
            ("userGroup", self.group.as_ref().map(|group| json!(group))),
            ("callback", self.callback.as_ref().map(|url| json!(url))),
            ("timeoutMins", self.timeout.map(|minutes| json!(minutes))),
            ("providerTimeoutMins", self.provider_timeout.map(|minutes| json!(minutes))),
            ("maxProvidersRetry", self.max_providers.map(|count| json!(count))),
            ("keepLastAttempt", self.keep_last_attempt.map(|keep| json!(keep))),
        ]))
    }
}

fn body(members: &[(&str, Option<Value>)]) -> Value {
    members.iter().filter_map(|(key, value)| Some(((*key).to_owned(), value.clone()?))).collect::<Map<_, _>>().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_was_given_is_sent_and_under_the_servers_names() {
        let mut inputs = Map::new();
        inputs.insert("nodes".to_owned(), json!(3));
        let mut submission = Submission::new(Source::Text("a: 1\n".to_owned()), inputs.clone());
        assert_eq!(submission.for_indigo().unwrap(), json!({"template": "a: 1\n", "parameters": {"nodes": 3}}));
        assert!(submission.for_v1().unwrap_err().instead.contains("template add"));
        (submission.group, submission.provider_timeout) = (Some("physics".to_owned()), Some(9));
        (submission.max_providers, submission.keep_last_attempt) = (Some(2), Some(false));
        assert_eq!(
            submission.for_indigo().unwrap(),
            json!({"template": "a: 1\n", "parameters": {"nodes": 3}, "userGroup": "physics", "providerTimeoutMins": 9,
                "maxProvidersRetry": 2, "keepLastAttempt": false})
        );
        submission.source = Source::Stored("t1".to_owned());
        submission.retries = Some(5);
        assert_eq!(
            submission.for_v1().unwrap(),
            json!({"template_id": "t1", "template_inputs": {"nodes": 3}, "user_group": "physics",
                "per_provider_timeout": 9, "max_providers": 2, "per_provider_max_retries": 5, "keep_last_attempt": false})
        );
        assert_eq!(submission.for_indigo().unwrap_err().what, Feature::Retries.what());
        submission.callback = Some("https://me/".to_owned());
        assert_eq!(submission.for_v1().unwrap_err().what, Feature::Callback.what());
    }
}
