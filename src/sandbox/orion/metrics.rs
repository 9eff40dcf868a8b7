//! Orion's own count of its work: `GET /admin/metrics`, by service and sub-service.
//!
//! No notification is ever sent and an answer takes no time here, so the fields of outgoing traffic and `serviceTime`
//! stay zero; and Orion leaves fields of zero out.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::sandbox::call::{Call, Reply};

use super::head::is_word;

type Counters = BTreeMap<&'static str, usize>;

#[derive(Clone, Debug, Default)]
pub(super) struct Metrics {
    services: BTreeMap<String, BTreeMap<String, Counters>>,
}

impl Metrics {
    /// Takes down one exchange. One whose headers name no possible tenant or path counts for nobody.
    pub(super) fn count(&mut self, call: &Call, reply: &Reply) {
        let service = call.header("fiware-service").unwrap_or_default().to_ascii_lowercase();
        let Some(path) = key_of_path(call.header("fiware-servicepath").unwrap_or_default()) else { return };
        if service.len() > 50 || !is_word(&service) {
            return;
        }
        let service = if service.is_empty() { "default-service".to_owned() } else { service };
        let counters = self.services.entry(service).or_default().entry(path).or_default();
        let failed = usize::from(reply.status >= 400);
        let amounts = [
            ("incomingTransactions", 1),
            ("incomingTransactionErrors", failed),
            ("incomingTransactionRequestSize", call.body.len()),
            ("incomingTransactionResponseSize", reply.body.len()),
        ];
        for (name, amount) in amounts {
            *counters.entry(name).or_default() += amount;
        }
    }

    pub(super) fn reset(&mut self) {
        self.services.clear();
    }

    pub(super) fn json(&self) -> Value {
        let mut services = Map::new();
        let mut across: BTreeMap<&str, Counters> = BTreeMap::new();
        for (service, paths) in &self.services {
            for (path, counters) in paths {
                add(across.entry(path).or_default(), counters);
            }
            let paths = paths.iter().map(|(path, counters)| (path.as_str(), counters));
            services.insert(service.clone(), with_sum(paths));
        }
        let sum = with_sum(across.iter().map(|(path, counters)| (*path, counters)));
        json!({"services": services, "sum": sum})
    }
}

fn with_sum<'paths>(paths: impl Iterator<Item = (&'paths str, &'paths Counters)>) -> Value {
    let mut sum = Counters::new();
    let mut subservices = Map::new();
    for (path, counters) in paths {
        add(&mut sum, counters);
        subservices.insert(path.to_owned(), shown(counters));
    }
    json!({"subservs": subservices, "sum": shown(&sum)})
}

fn add(sum: &mut Counters, counters: &Counters) {
    for (name, amount) in counters {
        *sum.entry(name).or_default() += amount;
    }
}

fn shown(counters: &Counters) -> Value {
    counters.iter().filter(|(_, amount)| **amount > 0).map(|(name, amount)| (*name, json!(amount))).collect()
}

/// `gardens/north` for `/gardens/north` and for `/gardens/north/#`; of several paths the first.
fn key_of_path(header: &str) -> Option<String> {
    let path = header.split(',').next().unwrap_or_default().trim();
    let Some(path) = path.strip_prefix('/') else {
        return path.is_empty().then(|| "root-subserv".to_owned());
    };
    let path = if path == "#" { "" } else { path.strip_suffix("/#").unwrap_or(path) };
    let path = path.strip_suffix('/').unwrap_or(path);
    if !path.split('/').all(is_word) {
        return None;
    }
    Some(if path.is_empty() { "root-subserv".to_owned() } else { path.to_owned() })
}
