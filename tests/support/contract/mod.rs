//! One contract for the real Keystone and for the emulated one: both answer every case with the same status, the same
//! keys of the same types and the same kind of error. The cases are generated from the requests that the product was
//! seen to send (`tests/golden/requests`) and from a list of those it can send besides.
//!
//! A server is looked at from outside, as one that was just set up and is nobody else's: the suite makes what it needs
//! by plain requests, and lists are compared whole.

mod auth;
mod besides;
mod bodies;
mod cases;
mod client;
mod effects;
mod effects_auth;
pub mod file;
mod kit;
mod paging;
mod shape;
mod stage;
mod template;
mod world;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use client::Client;
use template::Template;
use world::World;

/// A server to question. Nothing is on it but what its set-up made: the domain `default`, and in it `admin` with the
/// role `admin` on the project `admin` and on the system.
#[derive(Clone, Debug)]
pub struct Server {
    /// Without `/v3`.
    pub url: String,
    pub admin_password: String,
}

/// What each case was answered, by template and name of the case.
pub type Shapes = BTreeMap<(String, String), String>;

/// A case in which the emulated server is meant to answer otherwise.
#[derive(Clone, Copy, Debug)]
pub struct Difference {
    pub template: &'static str,
    pub case: &'static str,
    pub reason: &'static str,
}

/// The real server has two processes, and it is chance which of them takes a connection.
const CLIENTS: usize = 4;

/// A piece of work.
enum Job<'a> {
    Cases(&'a Template),
    Pages(&'a Template),
    Effect(&'a effects::Effect),
}

/// Puts every case to the server.
pub fn run(server: &Server) -> Shapes {
    let templates = template::all();
    let world = World::create(server);
    let effects = effects::all();
    for effect in &effects {
        let known = templates.iter().any(|template| template.to_string() == effect.template);
        assert!(known, "{}: {} is no template of the suite", effect.case, effect.template);
    }
    let reads = |template: &&Template| template.is_read();
    let lists = |template: &&Template| template.is_paged();
    // Whole lists come first: what the later cases leave behind would show in them.
    let mut shapes = Shapes::new();
    let first = templates.iter().filter(reads).map(Job::Cases);
    work(&world, first.chain(templates.iter().filter(lists).map(Job::Pages)).collect(), &mut shapes);
    let second = templates.iter().filter(|template| !template.is_read()).map(Job::Cases);
    work(&world, second.chain(effects.iter().map(Job::Effect)).collect(), &mut shapes);
    shapes
}

/// Does the jobs side by side. No job sees the objects of another.
fn work(world: &World, jobs: Vec<Job<'_>>, shapes: &mut Shapes) {
    let next = AtomicUsize::new(0);
    let shapes = Mutex::new(shapes);
    std::thread::scope(|scope| {
        for _ in 0..CLIENTS {
            scope.spawn(|| {
                let mut client = Client::new(world.url());
                while let Some(job) = jobs.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let (template, cases) = match job {
                        Job::Cases(template) => (template.to_string(), cases::run(world, &mut client, template)),
                        Job::Pages(template) => (template.to_string(), paging::run(world, &mut client, template)),
                        Job::Effect(effect) => (effect.template.to_owned(), vec![effect.run(world, &mut client)]),
                    };
                    let mut shapes = shapes.lock().unwrap();
                    for (case, shape) in cases {
                        let before = shapes.insert((template.clone(), case.clone()), shape);
                        assert!(before.is_none(), "{template}: two cases are called '{case}'");
                    }
                }
            });
        }
    });
}

/// The cases in which a server does not answer as the file says, apart from those that are meant; also meant ones that
/// are none.
pub fn differences(expected: &Shapes, found: &Shapes, meant: &[Difference]) -> Vec<String> {
    let is_meant = |(template, case): &(String, String)| {
        meant.iter().any(|meant| meant.template == template && meant.case == case)
    };
    let none = || "no such case".to_owned();
    let keys: BTreeSet<_> = expected.keys().chain(found.keys()).collect();
    keys.into_iter()
        .filter_map(|key| {
            let (template, case) = key;
            let (wanted, got) = (expected.get(key), found.get(key));
            match (wanted == got, is_meant(key)) {
                (true, false) | (false, true) => None,
                (true, true) => Some(format!("{template}: {case}: a difference is meant, but there is none")),
                (false, false) => {
                    let (wanted, got) = (wanted.cloned().unwrap_or_else(none), got.cloned().unwrap_or_else(none));
                    Some(format!("{template}: {case}\n    expected {wanted}\n    found    {got}"))
                }
            }
        })
        .chain(meant.iter().filter(|meant| meant.reason.is_empty()).map(|meant| format!("{meant:?} has no reason")))
        .collect()
}

/// The statuses that each template was answered with, and the number of cases.
pub fn coverage(shapes: &Shapes) -> String {
    let mut statuses: BTreeMap<&str, BTreeMap<&str, usize>> = BTreeMap::new();
    for ((template, _), shape) in shapes {
        let status = shape.split(' ').next().unwrap_or_default();
        *statuses.entry(template).or_default().entry(status).or_default() += 1;
    }
    let pairs: usize = statuses.values().map(BTreeMap::len).sum();
    let mut text = String::new();
    for (template, counts) in &statuses {
        let counts: Vec<_> = counts.iter().map(|(status, count)| format!("{status}×{count}")).collect();
        text += &format!("{template}  {}\n", counts.join(" "));
    }
    let (templates, cases) = (statuses.len(), shapes.len());
    text + &format!("{cases} cases: {templates} methods with templates, {pairs} with their statuses\n")
}

/// Templates whose plain case did not succeed: the suite itself would be wrong there.
pub fn broken(shapes: &Shapes) -> Vec<String> {
    let plain = shapes.iter().filter(|((_, case), shape)| case == cases::PLAIN && !shape.starts_with('2'));
    plain.map(|((template, _), shape)| format!("{template}: {shape}")).collect()
}

#[test]
fn differences_are_told_unless_they_are_meant() {
    let shapes = |rows: &[(&str, &str)]| -> Shapes {
        rows.iter().map(|(case, shape)| (("GET /x".to_owned(), (*case).to_owned()), (*shape).to_owned())).collect()
    };
    let expected = shapes(&[("a", "200"), ("b", "200"), ("c", "200")]);
    let found = shapes(&[("a", "200"), ("b", "404"), ("d", "200")]);
    assert_eq!(differences(&expected, &expected, &[]), Vec::<String>::new());
    let told = differences(&expected, &found, &[]);
    assert_eq!(told.len(), 3, "{told:?}");
    assert!(told[0].contains("GET /x: b\n    expected 200\n    found    404"), "{}", told[0]);
    let meant = |case, reason| Difference { template: "GET /x", case, reason };
    assert_eq!(differences(&expected, &found, &[meant("b", "slower"), meant("c", "none"), meant("d", "new")]).len(), 0);
    assert_eq!(differences(&expected, &expected, &[meant("a", "why")]).len(), 1);
    assert_eq!(differences(&expected, &found, &[meant("b", ""), meant("c", "-"), meant("d", "-")]).len(), 1);
}
