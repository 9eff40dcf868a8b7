//! Perseo's own count of its work: `GET /admin/metrics`, by service and sub-service, every field always there.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

/// In Perseo's order. Nothing fires here and answers take no time, so most stay zero.
const NAMES: [&str; 39] = [
    "incomingTransactions",
    "incomingTransactionsRequestSize",
    "incomingTransactionsResponseSize",
    "incomingTransactionsErrors",
    "serviceTime",
    "outgoingTransactions",
    "outgoingTransactionsRequestSize",
    "outgoingTransactionsResponseSize",
    "outgoingTransactionsErrors",
    "notifications",
    "okNotifications",
    "failedNotifications",
    "ruleCreation",
    "okRuleCreation",
    "failedRuleCreation",
    "ruleUpdate",
    "okRuleUpdate",
    "failedRuleUpdate",
    "ruleDelete",
    "okRuleDelete",
    "failedRuleDelete",
    "firedRules",
    "errAction",
    "actionEntityFilter",
    "actionEntityUpdate",
    "okActionEntityUpdate",
    "failedActionEntityUpdate",
    "actionSMS",
    "okActionSMS",
    "failedActionSMS",
    "actionSMPP",
    "okActionSMPP",
    "failedActionSMPP",
    "actionEmail",
    "okActionEmail",
    "failedActionEmail",
    "actionHttpPost",
    "okActionHttpPost",
    "failedActionHttpPost",
];

type Counters = BTreeMap<&'static str, usize>;

#[derive(Clone, Debug, Default)]
pub(super) struct Metrics {
    services: BTreeMap<String, BTreeMap<String, Counters>>,
}

impl Metrics {
    pub(super) fn add(&mut self, service: &str, subservice: &str, name: &'static str, amount: usize) {
        let subservices = self.services.entry(service.to_owned()).or_default();
        *subservices.entry(subservice.to_owned()).or_default().entry(name).or_default() += amount;
    }

    pub(super) fn reset(&mut self) {
        self.services.clear();
    }

    pub(super) fn json(&self) -> Value {
        let mut services = Map::new();
        let mut total = Counters::new();
        for (service, subservices) in &self.services {
            let mut sum = Counters::new();
            for counters in subservices.values() {
                for (name, amount) in counters {
                    *sum.entry(name).or_default() += amount;
                    *total.entry(name).or_default() += amount;
                }
            }
            let shown: Map<_, _> = subservices.iter().map(|(path, counters)| (path.clone(), show(counters))).collect();
            services.insert(service.clone(), json!({"subservices": shown, "sum": show(&sum)}));
        }
        json!({"services": services, "sum": show(&total)})
    }
}

fn show(counters: &Counters) -> Value {
    NAMES.into_iter().map(|name| (name, json!(counters.get(name).unwrap_or(&0)))).collect()
}
