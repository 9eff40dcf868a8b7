//! What there is in Drive: people, and five items with what is given on them.
//!
//! | item | what is given there |
//! |---|---|
//! | `F1`, a document | owner ada; a link; the domain; bea may write; crew, a group, may comment; gone has no account any more; ivy may read for three days |
//! | `FOLDER`, in it `F3` | owner ada; bea may write, which counts for `F3` too |
//! | `0AD`, a shared drive | ada organizes; oli writes |
//! | `F2`, on it | hal reads; and what comes from the drive |
//! | `LIMITED`, on it | hal reads; only those who organize the drive come from there |
//! | `F4` | owner max, nobody else |
//!
//! `Bea@Example.com` is spelt so. `hal.l@example.com` is another address of hal's. Without a cast only owners and organizers
//! are given anything.

use std::time::Duration;

use jiff::Timestamp;

use super::super::cast::{Cast, email};
use super::data::{Data, Entry, File, Grantee, Person, Role};
use super::oauth::ROBOT;

const PEOPLE: [&str; 9] = ["ada", "oli", "cyd", "fay", "hal", "ivy", "max", "eve", "zoe"];

/// Fills it.
pub(in crate::sandbox::members) fn seed(data: &mut Data, cast: Cast, now: Timestamp) {
    data.people = PEOPLE.iter().map(|name| person(&email(name))).collect();
    data.people.push(person("Bea@Example.com"));
    data.people.push(person(ROBOT));
    data.people.push(Person { is_deleted: true, ..person(&email("gone")) });
    data.people.push(Person { members: Some(vec![email("fay")]), ..person(&email("crew")) });
    for one in &mut data.people {
        one.is_admin = one.email == email("ada");
        if one.email == email("hal") {
            one.aliases.push("hal.l@example.com".to_owned());
        }
    }
    data.people.extend(cast.crowd().map(|name| person(&email(&name))));
    data.files = vec![
        file("F1", "Plan", None),
        File { is_folder: true, ..file("FOLDER", "Plans", None) },
        File { parent: Some("FOLDER".to_owned()), is_opened: false, ..file("F3", "Draft", None) },
        File { is_folder: true, ..file("0AD", "City", Some("0AD")) },
        File { parent: Some("0AD".to_owned()), ..file("F2", "Contract", Some("0AD")) },
        File {
            parent: Some("0AD".to_owned()),
            is_folder: true,
            is_limited: true,
            ..file("LIMITED", "Secret", Some("0AD"))
        },
        file("F4", "Private", None),
    ];
    let mut give = |id: &str, grantee: Grantee, role: Role, expires: Option<Timestamp>| {
        let order = data.next();
        if let Some(file) = data.file_mut(id) {
            file.entries.push(Entry { grantee, role, expires, pending_owner: false, order });
        }
    };
    let user = |name: &str| Grantee::User(email(name));
    give("F1", user("ada"), Role::Owner, None);
    give("FOLDER", user("ada"), Role::Owner, None);
    give("0AD", user("ada"), Role::Organizer, None);
    give("F4", user("max"), Role::Owner, None);
    if cast.is_full {
        let bea = || Grantee::User("Bea@Example.com".to_owned());
        give("F1", Grantee::Anyone(false), Role::Reader, None);
        give("F1", Grantee::Domain("example.com".to_owned()), Role::Reader, None);
        give("F1", bea(), Role::Writer, None);
        give("F1", Grantee::Group(email("crew")), Role::Commenter, None);
        give("F1", user("gone"), Role::Reader, None);
        give("F1", user("ivy"), Role::Reader, now.checked_add(Duration::from_hours(72)).ok());
        give("FOLDER", bea(), Role::Writer, None);
        give("0AD", user("oli"), Role::Writer, None);
        give("F2", user("hal"), Role::Reader, None);
        give("LIMITED", user("hal"), Role::Reader, None);
    }
    let zoe = (cast.crowd > 0).then(|| "zoe".to_owned());
    for name in cast.crowd().chain(zoe) {
        for id in ["F1", "F2"] {
            give(id, user(&name), Role::Reader, None);
        }
    }
}

fn person(email: &str) -> Person {
    Person { email: email.to_owned(), aliases: Vec::new(), members: None, is_admin: false, is_deleted: false }
}

fn file(id: &str, name: &str, drive: Option<&str>) -> File {
    File {
        id: id.to_owned(),
        name: name.to_owned(),
        is_folder: false,
        drive: drive.map(str::to_owned),
        parent: None,
        is_limited: false,
        is_opened: true,
        entries: Vec::new(),
    }
}
