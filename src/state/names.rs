//! Names that servers were seen to have, for completion in shells and for nothing else: what is looked up, written or deleted
//! is looked up at the server. One file for each server and service, only names in it.
//!
//! A name that is gone costs whoever completes it an error that says so; so they are not thrown away after some minutes, as
//! they would have to be if anything were decided by them. They go when they are seen to be gone.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::shelf::{Shelf, file_name};
use super::{StateDir, Warning, instant};

/// Nobody works any more where nothing was seen for so long.
const KEPT: SignedDuration = SignedDuration::from_hours(30 * 24);

/// How stale the note of the last look may be: a file is not written anew by every command that sees the same.
const FRESH: SignedDuration = SignedDuration::from_hours(24);

/// What all names of one kind may take of a file. Whoever has more of them has to type some letters that lead nowhere.
const MOST_BYTES: usize = 700_000;

/// Room for all kinds of one place.
const LARGEST: u64 = 8 * 1024 * 1024;

/// Which names: at which server, and in which of its services, where they belong to one.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct NamesOf {
    pub(crate) endpoint: String,
    #[serde(default)]
    pub(crate) service: Option<String>,
}

impl NamesOf {
    fn file(&self) -> String {
        let parts = match &self.service {
            Some(service) => vec![self.endpoint.as_str(), service],
            None => vec![self.endpoint.as_str()],
        };
        format!("{}.json", file_name(&parts))
    }
}

/// What was seen of one kind of names at one place.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Sighting {
    pub(crate) there: BTreeSet<String>,
    pub(crate) gone: BTreeSet<String>,
    /// Nothing else is there.
    pub(crate) whole: bool,
}

impl Sighting {
    /// Adds what was seen after this.
    pub(crate) fn then(&mut self, later: Self) {
        if later.whole {
            *self = later;
            return;
        }
        self.there.retain(|name| !later.gone.contains(name));
        self.gone.retain(|name| !later.there.contains(name));
        self.there.extend(later.there);
        self.gone.extend(later.gone);
    }
}

#[derive(Serialize, Deserialize)]
struct Stored {
    of: NamesOf,
    #[serde(with = "instant")]
    seen_at: Timestamp,
    kinds: BTreeMap<String, BTreeSet<String>>,
}

impl Stored {
    /// A clock that was set back must not keep an entry for ever.
    fn is_fresh(&self, now: Timestamp) -> bool {
        now.duration_since(self.seen_at).abs() <= KEPT
    }

    fn names(mut self, kinds: &[&str]) -> BTreeSet<String> {
        kinds.iter().filter_map(|kind| self.kinds.remove(*kind)).flatten().collect()
    }
}

/// The names that are remembered.
#[derive(Debug, Clone)]
pub(crate) struct Names {
    shelf: Shelf,
}

impl Names {
    pub(crate) fn new(state: &StateDir) -> Self {
        Self { shelf: Shelf::new(state, "names").holding(LARGEST) }
    }

    /// All of some kinds at one place. Whatever is wrong with them, there are none: nobody who completes a word can be told.
    pub(crate) fn of(&self, of: &NamesOf, kinds: &[&str], now: Timestamp) -> BTreeSet<String> {
        self.read(of, now).map(|stored| stored.names(kinds)).unwrap_or_default()
    }

    /// All of some kinds in every service of a server.
    pub(crate) fn of_services(&self, endpoint: &str, kinds: &[&str], now: Timestamp) -> BTreeSet<String> {
        let files = self.shelf.files().unwrap_or_default();
        let stored = files.iter().filter_map(|file| self.shelf.read::<Stored>(file).ok().flatten());
        let is_meant =
            |stored: &Stored| stored.of.endpoint == endpoint && stored.of.service.is_some() && stored.is_fresh(now);
        stored.filter(is_meant).flat_map(|stored| stored.names(kinds)).collect()
    }

    /// Adds what was seen to be there, and drops what was seen to be gone.
    pub(crate) fn note(
        &self,
        of: &NamesOf,
        sightings: &BTreeMap<&'static str, Sighting>,
        now: Timestamp,
    ) -> Result<(), Warning> {
        let known = self.read(of, now);
        let is_new = known.is_none();
        let mut stored = known.unwrap_or_else(|| Stored { of: of.clone(), seen_at: now, kinds: BTreeMap::new() });
        let mut changed = now.duration_since(stored.seen_at).abs() > FRESH;
        for (kind, seen) in sightings {
            let before = stored.kinds.remove(*kind).unwrap_or_default();
            let mut after = if seen.whole { BTreeSet::new() } else { before.clone() };
            after.retain(|name| !seen.gone.contains(name));
            after.extend(seen.there.iter().cloned());
            cut(&mut after);
            changed |= after != before;
            if !after.is_empty() {
                stored.kinds.insert((*kind).to_owned(), after);
            }
        }
        if !changed {
            return Ok(());
        }
        stored.seen_at = now;
        self.shelf.write(&of.file(), &stored)?;
        // Places come and go more seldom than names.
        if is_new { self.collect(now) } else { Ok(()) }
    }

    /// Drops a place with everything in it.
    pub(crate) fn forget(&self, of: &NamesOf) -> Result<bool, Warning> {
        self.shelf.remove(&of.file())
    }

    fn read(&self, of: &NamesOf, now: Timestamp) -> Option<Stored> {
        let stored: Stored = self.shelf.read(&of.file()).ok().flatten()?;
        // Long names are told apart by a hash only, so what is inside decides.
        Some(stored).filter(|stored| stored.of == *of && stored.is_fresh(now))
    }

    fn collect(&self, now: Timestamp) -> Result<(), Warning> {
        for file in self.shelf.files()? {
            // What cannot be read is of no use here, and nobody would ever tell.
            if self.shelf.read::<Stored>(&file).ok().flatten().is_none_or(|stored| !stored.is_fresh(now)) {
                self.shelf.remove(&file)?;
            }
        }
        Ok(())
    }
}

fn cut(names: &mut BTreeSet<String>) {
    let mut bytes = 0;
    names.retain(|name| {
        // With its quotes and its comma.
        bytes += name.len() + 3;
        bytes <= MOST_BYTES
    });
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;
    use crate::base::private;
    use crate::state::testing::{at, directory};

    fn place(service: Option<&str>) -> NamesOf {
        NamesOf { endpoint: "https://keystone.example:5000".to_owned(), service: service.map(str::to_owned) }
    }

    fn seen(there: &[&str], gone: &[&str], whole: bool) -> BTreeMap<&'static str, Sighting> {
        let set = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        BTreeMap::from([("user", Sighting { there: set(there), gone: set(gone), whole })])
    }

    fn users(names: &Names, of: &NamesOf, now: Timestamp) -> Vec<String> {
        names.of(of, &["user"], now).into_iter().collect()
    }

    #[test]
    fn what_is_seen_is_added_and_what_is_gone_goes() {
        let (_dir, state) = directory();
        let names = Names::new(&state);
        let (of, now) = (place(Some("smart")), at("2026-01-01T00:00:00Z"));
        assert_eq!(users(&names, &of, now), Vec::<String>::new());
        names.note(&of, &seen(&["carl", "ann"], &[], false), now).unwrap();
        names.note(&of, &seen(&["bob"], &["carl", "nobody"], false), now).unwrap();
        assert_eq!(users(&names, &of, now), ["ann", "bob"]);
        names.note(&of, &seen(&["zoe"], &[], true), now).unwrap();
        assert_eq!(users(&names, &of, now), ["zoe"]);
        let mode = names.shelf.path(&of.file()).metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        assert!(names.forget(&of).unwrap() && !names.forget(&of).unwrap());
        assert_eq!(users(&names, &of, now), Vec::<String>::new());
    }

    proptest::proptest! {
        #[test]
        fn what_was_seen_in_turn_can_be_noted_at_once(
            turns in proptest::collection::vec(proptest::collection::vec((0..6_usize, 0..3_u8), 0..6), 1..5)
        ) {
            let now = at("2026-01-01T00:00:00Z");
            let sightings: Vec<Sighting> = turns.iter().map(|turn| {
                let of = |wanted: u8| turn.iter().filter(move |(_, what)| *what == wanted).map(|(name, _)| name.to_string());
                let there: BTreeSet<String> = of(0).collect();
                Sighting { gone: of(1).filter(|name| !there.contains(name)).collect(), there, whole: of(2).next().is_some() }
            }).collect();
            let (one, other) = (directory(), directory());
            let (in_turn, at_once) = (Names::new(&one.1), Names::new(&other.1));
            let mut all = Sighting::default();
            for names in [&in_turn, &at_once] {
                names.note(&place(None), &seen(&["0", "3"], &[], false), now).unwrap();
            }
            for sighting in sightings {
                in_turn.note(&place(None), &BTreeMap::from([("user", sighting.clone())]), now).unwrap();
                all.then(sighting);
            }
            at_once.note(&place(None), &BTreeMap::from([("user", all)]), now).unwrap();
            proptest::prop_assert_eq!(users(&in_turn, &place(None), now), users(&at_once, &place(None), now));
        }
    }

    #[test]
    fn places_are_apart_also_those_whose_names_look_alike() {
        let (_dir, state) = directory();
        let names = Names::new(&state);
        let now = at("2026-01-01T00:00:00Z");
        let other = NamesOf { endpoint: "https://keystone.example:5001".to_owned(), service: Some("smart".to_owned()) };
        let places = [place(None), place(Some("")), place(Some("smart")), place(Some("smart+a")), other];
        for (count, of) in places.iter().enumerate() {
            names.note(of, &seen(&[&format!("user{count}")], &[], false), now).unwrap();
        }
        for (count, of) in places.iter().enumerate() {
            assert_eq!(users(&names, of, now), [format!("user{count}")], "{of:?}");
        }
        let everywhere = |now| names.of_services("https://keystone.example:5000", &["user", "role"], now);
        assert_eq!(everywhere(now).into_iter().collect::<Vec<_>>(), ["user1", "user2", "user3"]);
        assert!(everywhere(now + KEPT + SignedDuration::from_secs(1)).is_empty());
        std::fs::rename(names.shelf.path(&places[2].file()), names.shelf.path(&places[3].file())).unwrap();
        assert_eq!(users(&names, &places[3], now), Vec::<String>::new());
    }

    #[test]
    fn the_same_again_writes_nothing_until_the_next_day_and_a_month_later_it_is_gone() {
        let (_dir, state) = directory();
        let names = Names::new(&state);
        let (of, now) = (place(Some("smart")), at("2026-01-01T00:00:00Z"));
        let written =
            || std::fs::metadata(names.shelf.path(&of.file())).map(|found| found.modified().unwrap()).unwrap();
        let hours = |hours: i64| now.checked_add(SignedDuration::from_hours(hours)).unwrap();
        names.note(&of, &seen(&["ann"], &[], false), now).unwrap();
        let first = written();
        std::thread::sleep(std::time::Duration::from_millis(20));
        names.note(&of, &seen(&["ann"], &["bob"], true), hours(23)).unwrap();
        assert_eq!(written(), first);
        names.note(&of, &seen(&["ann"], &[], false), hours(25)).unwrap();
        assert_ne!(written(), first);
        assert_eq!(users(&names, &of, hours(25 + 30 * 24)), ["ann"]);
        assert_eq!(users(&names, &of, hours(26 + 30 * 24)), Vec::<String>::new());
        names.note(&place(None), &seen(&["x"], &[], false), hours(26 + 30 * 24)).unwrap();
        assert!(!names.shelf.path(&of.file()).exists(), "what nobody reads any more is cleared away");
    }

    #[test]
    fn a_broken_file_holds_nothing_and_is_replaced() {
        let (_dir, state) = directory();
        let names = Names::new(&state);
        let (of, now) = (place(Some("smart")), at("2026-01-01T00:00:00Z"));
        names.note(&of, &seen(&["ann"], &[], false), now).unwrap();
        for broken in ["", "{", "[]", r#"{"version":1,"entry":{"of":1}}"#, r#"{"version":9,"entry":{}}"#] {
            private::write(&names.shelf.path(&of.file()), broken.as_bytes()).unwrap();
            assert_eq!(users(&names, &of, now), Vec::<String>::new(), "{broken}");
        }
        names.note(&of, &seen(&["bob"], &[], false), now).unwrap();
        assert_eq!(users(&names, &of, now), ["bob"]);
    }

    #[test]
    fn there_is_an_end_to_it() {
        let (_dir, state) = directory();
        let names = Names::new(&state);
        let (of, now) = (place(Some("smart")), at("2026-01-01T00:00:00Z"));
        let many: Vec<String> = (0..60_000).map(|count| format!("user number {count:06}")).collect();
        let many: Vec<&str> = many.iter().map(String::as_str).collect();
        names.note(&of, &seen(&many, &[], true), now).unwrap();
        let kept = users(&names, &of, now).len();
        assert!(kept > 20_000 && kept < 60_000, "{kept}");
    }
}
