//! Lists of nobody, of one page and of several, with somebody who stands behind everybody else.

use std::collections::BTreeSet;

use orchester::sandbox::Seed;
use serde_json::Value;

use super::cells::List;
use super::desk::Desk;
use super::service::Service;

/// So many beside those of the demo.
const CROWDS: [usize; 5] = [80, 97, 150, 250, 450];

fn crowded(crowd: usize) -> Desk {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("seed.toml");
    std::fs::write(&path, format!("[members]\ncrowd = {crowd}\n")).unwrap();
    Desk::of(Seed::read(path.to_str().unwrap()).unwrap())
}

/// How often the list was asked for.
fn requests(desk: &Desk, list: &List) -> usize {
    let requests = desk.sandbox.take_record().requests;
    requests.iter().filter(|request| list.request.iter().all(|part| request.to_string().contains(part))).count()
}

fn listed(desk: &Desk, service: &Service) -> Vec<Value> {
    desk.sandbox.take_record();
    desk.run(service, &["list"]).success().json().as_array().unwrap().clone()
}

pub fn complete(service: &Service, list: &List) {
    // Nobody is on it beside the owners, who may stand on another.
    let desk = Desk::of(Seed::Empty);
    assert!(!listed(&desk, service).is_empty(), "{}", service.name);
    assert_eq!(requests(&desk, list), 1, "{}", service.name);
    assert_eq!(desk.state(service, list.last), "absent", "{}", service.name);
    let mut seen = BTreeSet::new();
    for crowd in CROWDS {
        let desk = crowded(crowd);
        let place = format!("{} {crowd}", service.name);
        let rows = listed(&desk, service);
        // With the one behind the crowd.
        let pages = list.size.map_or(1, |size| (list.others + crowd + 1).div_ceil(size));
        assert_eq!(requests(&desk, list), pages, "{place}");
        seen.insert(pages);
        let of_crowd =
            |row: &&Value| row["id"].as_str().is_some_and(|id| id.starts_with("p0") || id.starts_with("zoe"));
        assert_eq!(rows.iter().filter(of_crowd).count(), crowd + 1, "{place}");
        assert_eq!(desk.state(service, list.last), "active", "{place}");
    }
    let wanted: &[usize] = if list.size.is_some() { &[1, 2, 3] } else { &[1] };
    assert!(wanted.iter().all(|pages| seen.contains(pages)), "{} {seen:?}", service.name);
}
