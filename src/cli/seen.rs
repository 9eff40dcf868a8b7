//! Which names a run came by: kept at its end for completion in shells. It asks nobody for them.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::rc::Rc;

use jiff::Timestamp;

use crate::api::keystone::names::{split_role, subservice_name};
use crate::api::keystone::{Entity, Kind, Watch};
use crate::base::text::safe;
use crate::state::{Names, NamesOf, Sighting, StateDir};

use super::present::word;

/// A list may be longer than memory should be; who has more names than this finds the first of them. So many fit into the 30 MiB of
/// `benches/`, beside the ids of 100,000 rows, and ten thousand of one kind leave room for the others.
const MOST: usize = 12_000;

/// Kinds of names that belong to no Keystone.
pub(crate) const DEPLOYMENT: &str = "deployment";
pub(crate) const TEMPLATE: &str = "template";
pub(crate) const PAAS_USER: &str = "paas user";
pub(crate) const POLICY: &str = "policy";
pub(crate) const SUBSCRIPTION: &str = "subscription";
pub(crate) const TRUST: &str = "trust";
pub(crate) const SCHEDULE: &str = "schedule";
/// Of one deployment, which stands in the place of a service.
pub(crate) const NODE: &str = "node";

type Sightings = BTreeMap<NamesOf, BTreeMap<&'static str, Sighting>>;

/// What has been seen so far.
#[derive(Default)]
pub(crate) struct Seen {
    others: RefCell<Sightings>,
    keystones: RefCell<Vec<Rc<OfKeystone>>>,
}

impl Seen {
    /// For a Keystone at this address.
    pub(crate) fn keystone(&self, endpoint: String) -> Rc<OfKeystone> {
        let mut all = self.keystones.borrow_mut();
        if let Some(known) = all.iter().find(|known| known.endpoint == endpoint) {
            return known.clone();
        }
        let new = Rc::new(OfKeystone { endpoint, found: RefCell::default() });
        all.push(new.clone());
        new
    }

    /// These are there; `whole`: and no others of the kind.
    pub(crate) fn there(
        &self,
        of: &NamesOf,
        kind: &'static str,
        names: impl IntoIterator<Item = impl Into<String>>,
        whole: bool,
    ) {
        self.change(of, kind, |seen| {
            seen.there.extend(names.into_iter().map(Into::into).filter(|name| is_fit(name)).take(MOST));
            seen.whole |= whole;
        });
    }

    /// This one is there no more.
    pub(crate) fn gone(&self, of: &NamesOf, kind: &'static str, name: &str) {
        self.change(of, kind, |seen| {
            seen.there.remove(name);
            seen.gone.insert(name.to_owned());
        });
    }

    fn change(&self, of: &NamesOf, kind: &'static str, change: impl FnOnce(&mut Sighting)) {
        change(self.others.borrow_mut().entry(of.clone()).or_default().entry(kind).or_default());
    }

    /// All of it, by places.
    pub(crate) fn take(&self) -> Gathered {
        let mut gathered = Gathered { over: BTreeSet::new(), all: self.others.take() };
        for keystone in self.keystones.take() {
            let (sightings, over) = keystone.found.take().sorted(&keystone.endpoint);
            gathered.all.extend(sightings);
            gathered.over.extend(over);
        }
        gathered
    }
}

/// What one run came by, or several, one after the other.
#[derive(Default)]
pub(crate) struct Gathered {
    /// Places that were given up, before anything was seen of them that is in `all`.
    over: BTreeSet<NamesOf>,
    all: Sightings,
}

impl Gathered {
    /// Adds what was seen after all of this.
    pub(crate) fn then(&mut self, later: Self) {
        for of in later.over {
            self.all.remove(&of);
            self.over.insert(of);
        }
        for (of, kinds) in later.all {
            let known = self.all.entry(of).or_default();
            for (kind, seen) in kinds {
                known.entry(kind).or_default().then(seen);
            }
        }
    }

    /// Keeps all of it. It is for convenience, so that it cannot be kept is nothing to tell of.
    pub(crate) fn keep(&self, state: &StateDir, now: Timestamp) {
        let names = Names::new(state);
        for of in &self.over {
            let _ = names.forget(of);
        }
        for (of, sightings) in &self.all {
            let _ = names.note(of, sightings, now);
        }
    }
}

/// What was come by at one Keystone.
pub(crate) struct OfKeystone {
    endpoint: String,
    found: RefCell<Found>,
}

impl Watch for OfKeystone {
    fn there(&self, kind: Kind, entity: &Entity) {
        let mut found = self.found.borrow_mut();
        // A domain is a project too, in Keystone's eyes.
        let is_domain = entity.rest.get("is_domain").and_then(serde_json::Value::as_bool) == Some(true);
        if kind == Kind::Project && is_domain {
            return;
        }
        if found.there.len() >= MOST {
            found.is_full = true;
            return;
        }
        let known = Known { domain: entity.domain_id.clone(), name: entity.name.clone() };
        let before = found.there.insert((kind, entity.id.clone()), known);
        if let Some(before) = before.filter(|before| before.name != entity.name) {
            found.left.push((kind, entity.id.clone(), before));
        }
    }

    fn gone(&self, kind: Kind, id: &str) {
        self.found.borrow_mut().gone.insert((kind, id.to_owned()));
    }

    fn missing(&self, kind: Kind, domain: Option<&str>, name: &str) {
        self.found.borrow_mut().missing.insert((kind, domain.map(str::to_owned), name.to_owned()));
    }

    fn all(&self, kind: Kind, domain: Option<&str>) {
        let mut found = self.found.borrow_mut();
        // Of a list that was left out in part it cannot be said what it does not have.
        if !found.is_full {
            found.whole.insert((kind, domain.map(str::to_owned)));
        }
    }
}

struct Known {
    domain: Option<String>,
    name: String,
}

#[derive(Default)]
struct Found {
    there: HashMap<(Kind, String), Known>,
    /// Whether something was left out.
    is_full: bool,
    gone: HashSet<(Kind, String)>,
    /// Names that things had before.
    left: Vec<(Kind, String, Known)>,
    missing: HashSet<(Kind, Option<String>, String)>,
    whole: HashSet<(Kind, Option<String>)>,
}

impl Found {
    /// By places, and which places are there no more. What belongs to a service whose name was not told is left out.
    fn sorted(self, endpoint: &str) -> (Sightings, BTreeSet<NamesOf>) {
        let services: HashMap<&str, &str> = self.names_of(Kind::Domain).collect();
        let at = |service: Option<&str>| NamesOf { endpoint: endpoint.to_owned(), service: service.map(str::to_owned) };
        // Services stand at the server itself, and so do the roles of Keystone's own.
        let place = |kind: Kind, domain: Option<&str>| match (kind, domain) {
            (Kind::Domain, _) | (Kind::Role, None) => Some(at(None)),
            (_, Some(domain)) => services.get(domain).map(|service| at(Some(service))),
            (_, None) => None,
        };
        let mut all = Sightings::new();
        let mut sight = |kind: Kind, domain: Option<&str>, change: &mut dyn FnMut(&mut Sighting)| {
            if let Some(place) = place(kind, domain) {
                change(all.entry(place).or_default().entry(word(kind)).or_default());
            }
        };
        for (kind, domain) in &self.whole {
            sight(*kind, domain.as_deref(), &mut |seen| seen.whole = true);
        }
        for (kind, domain, name) in &self.missing {
            let (domain, name) = plain(*kind, domain.as_deref(), name);
            sight(*kind, domain, &mut |seen| {
                seen.gone.insert(name.to_owned());
            });
        }
        let mut over = BTreeSet::new();
        let ended =
            self.there.iter().filter(|(key, _)| self.gone.contains(*key)).map(|((kind, _), known)| (kind, known));
        for (kind, known) in self.left.iter().map(|(kind, _, known)| (kind, known)).chain(ended) {
            if *kind == Kind::Domain {
                over.insert(at(Some(&known.name)));
            }
            let (domain, name) = plain(*kind, known.domain.as_deref(), &known.name);
            sight(*kind, domain, &mut |seen| {
                seen.gone.insert(name.to_owned());
            });
        }
        // Last, since what was missing has been made since, and what was deleted may have been made anew.
        for ((kind, _), known) in self.there.iter().filter(|(key, _)| !self.gone.contains(*key)) {
            if *kind == Kind::Domain {
                over.remove(&at(Some(&known.name)));
            }
            let (domain, name) = plain(*kind, known.domain.as_deref(), &known.name);
            sight(*kind, domain, &mut |seen| {
                seen.gone.remove(name);
                if is_fit(name) {
                    seen.there.insert(name.to_owned());
                }
            });
        }
        all.retain(|of, _| !over.contains(of));
        (all, over)
    }

    fn names_of(&self, wanted: Kind) -> impl Iterator<Item = (&str, &str)> {
        let of_kind = self.there.iter().filter(move |((kind, _), _)| *kind == wanted);
        of_kind.map(|((_, id), known)| (id.as_str(), known.name.as_str()))
    }
}

/// The name that people use, and the domain that it is one of.
fn plain<'a>(kind: Kind, domain: Option<&'a str>, name: &'a str) -> (Option<&'a str>, &'a str) {
    match kind {
        Kind::Role => {
            let (of, short) = split_role(name);
            (of.or(domain), short)
        }
        Kind::Project => (domain, subservice_name(name)),
        Kind::Domain | Kind::User | Kind::Group => (domain, name),
    }
}

/// A name that a line can carry: anything else would have to be typed in another way, or would not be what it looks like.
pub(crate) fn is_fit(name: &str) -> bool {
    !name.trim().is_empty() && name.len() <= 255 && matches!(safe(name), std::borrow::Cow::Borrowed(_))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const HEX: &str = "0123456789abcdef0123456789abcdef";

    fn entity(id: &str, name: &str, domain: Option<&str>) -> Entity {
        serde_json::from_value(json!({"id": id, "name": name, "domain_id": domain})).unwrap()
    }

    fn told(act: impl FnOnce(&OfKeystone)) -> (Sightings, BTreeSet<NamesOf>) {
        let keystone = OfKeystone { endpoint: "http://k".to_owned(), found: RefCell::default() };
        act(&keystone);
        keystone.found.take().sorted("http://k")
    }

    fn at(service: Option<&str>) -> NamesOf {
        NamesOf { endpoint: "http://k".to_owned(), service: service.map(str::to_owned) }
    }

    fn names(set: &BTreeSet<String>) -> Vec<&str> {
        set.iter().map(String::as_str).collect()
    }

    #[test]
    fn everything_is_sorted_under_the_service_it_belongs_to() {
        let (all, over) = told(|keystone| {
            keystone.there(Kind::User, &entity("u", "carl", Some(HEX)));
            keystone.there(Kind::User, &entity("v", "nobody's", Some("unknown")));
            keystone.there(Kind::Project, &entity("p", "/energy", Some(HEX)));
            keystone.there(Kind::Role, &entity("r", &format!("{HEX}#Gardener"), None));
            keystone.there(Kind::Role, &entity("a", "admin", None));
            keystone.there(Kind::Domain, &entity(HEX, "smart", None));
        });
        assert!(over.is_empty());
        assert_eq!(all.keys().collect::<Vec<_>>(), [&at(None), &at(Some("smart"))]);
        let (server, smart) = (&all[&at(None)], &all[&at(Some("smart"))]);
        assert_eq!(names(&server["service"].there), ["smart"]);
        assert_eq!(names(&server["role"].there), ["admin"]);
        assert_eq!(names(&smart["user"].there), ["carl"]);
        assert_eq!(names(&smart["subservice"].there), ["energy"]);
        assert_eq!(names(&smart["role"].there), ["Gardener"]);
        assert_eq!(smart.len(), 3);
    }

    #[test]
    fn what_is_deleted_renamed_or_missing_goes_and_what_is_made_again_stays() {
        let (all, _) = told(|keystone| {
            keystone.there(Kind::Domain, &entity(HEX, "smart", None));
            keystone.missing(Kind::User, Some(HEX), "ann");
            keystone.missing(Kind::User, Some(HEX), "zoe");
            keystone.missing(Kind::User, None, "anywhere");
            keystone.there(Kind::User, &entity("1", "ann", Some(HEX)));
            keystone.there(Kind::User, &entity("2", "bob", Some(HEX)));
            keystone.there(Kind::User, &entity("3", "carl", Some(HEX)));
            keystone.there(Kind::User, &entity("3", "karl", Some(HEX)));
            keystone.there(Kind::User, &entity("4", "dora", Some(HEX)));
            keystone.gone(Kind::User, "2");
            keystone.gone(Kind::User, "4");
            keystone.gone(Kind::User, "not seen before");
            keystone.there(Kind::User, &entity("5", "dora", Some(HEX)));
            keystone.all(Kind::User, Some(HEX));
        });
        let users = &all[&at(Some("smart"))]["user"];
        assert_eq!(names(&users.there), ["ann", "dora", "karl"]);
        assert_eq!(names(&users.gone), ["bob", "carl", "zoe"]);
        assert!(users.whole);
    }

    #[test]
    fn a_service_goes_with_all_that_is_in_it() {
        let act = |keystone: &OfKeystone| {
            keystone.there(Kind::Domain, &entity(HEX, "smart", None));
            keystone.there(Kind::User, &entity("u", "carl", Some(HEX)));
            keystone.gone(Kind::Domain, HEX);
        };
        let (all, over) = told(act);
        assert_eq!(over.into_iter().collect::<Vec<_>>(), [at(Some("smart"))]);
        assert_eq!(all.keys().collect::<Vec<_>>(), [&at(None)]);
        assert_eq!(names(&all[&at(None)]["service"].gone), ["smart"]);
        let (all, over) = told(|keystone| {
            act(keystone);
            keystone.there(Kind::Domain, &entity("default", "smart", None));
        });
        assert!(over.is_empty(), "made anew");
        assert_eq!(names(&all[&at(None)]["service"].there), ["smart"]);
    }

    #[test]
    fn what_no_line_can_carry_is_not_kept() {
        for fit in ["carl", "a b", "$(touch x)", "-rf", "ünal", "'", "a\\b", "💡"] {
            assert!(is_fit(fit), "{fit:?}");
        }
        for unfit in ["", " ", "a\nb", "a\tb", "\u{1b}[2J", "a\u{202e}b", "a\u{200b}b", "\u{7f}", "\u{9b}x"] {
            assert!(!is_fit(unfit), "{unfit:?}");
        }
        assert!(!is_fit(&"x".repeat(256)));
    }

    #[test]
    fn a_list_without_end_does_not_fill_the_memory() {
        let keystone = OfKeystone { endpoint: "http://k".to_owned(), found: RefCell::default() };
        (0..MOST + 10).for_each(|count| keystone.there(Kind::User, &entity(&count.to_string(), "same", None)));
        assert_eq!(keystone.found.borrow().there.len(), MOST);
    }
}
