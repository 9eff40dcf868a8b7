//! The requests that the suite puts: a method, a path and the keys of the query, with the places that take an id.

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;

use super::besides::BESIDES;

/// What an id is the id of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    Domain,
    Project,
    User,
    Group,
    Role,
    Trust,
}

impl Kind {
    pub fn name(self) -> &'static str {
        match self {
            Self::Domain => "domain",
            Self::Project => "project",
            Self::User => "user",
            Self::Group => "group",
            Self::Role => "role",
            Self::Trust => "trust",
        }
    }

    pub fn of_collection(collection: &str) -> Option<Self> {
        Some(match collection {
            "domains" => Self::Domain,
            "projects" => Self::Project,
            "users" => Self::User,
            "groups" => Self::Group,
            "roles" => Self::Role,
            "trusts" => Self::Trust,
            _ => return None,
        })
    }
}

/// What stands behind a key of the query.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Filter {
    Id(Kind),
    /// The name of an object of the collection.
    Name,
    /// `DOMAIN#`, the start of a role's name.
    Prefix,
    /// As many rows as the product asks for at once.
    Limit,
    /// A key without a value.
    Flag,
    Yes,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Template {
    pub method: String,
    /// `/v3/domains/{domain}/users/{user}`
    pub path: String,
    pub query: BTreeMap<String, Filter>,
}

impl Template {
    /// Reads `GET /v3/users/{id}?domain_id={id}&name=x`. A placeholder or a key that is not known is an error: whoever
    /// adds such a line has to say here what it takes.
    fn parse(line: &str) -> Result<Self, String> {
        let unknown = |what: &str| format!("{line}: what is {what}? tests/support/contract/template.rs has to know");
        let (method, target) = line.split_once(' ').ok_or_else(|| unknown("this line"))?;
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let mut named = Vec::new();
        let mut before = "";
        for segment in path.split('/') {
            if segment.contains('{') {
                let kind = Kind::of_collection(before).filter(|_| segment == "{id}");
                let kind = kind.ok_or_else(|| unknown(&format!("{segment} after {before}")))?;
                named.push(format!("{{{}}}", kind.name()));
            } else {
                named.push(segment.to_owned());
            }
            before = segment;
        }
        let mut keys = BTreeMap::new();
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
            let filter = filter(key, value).ok_or_else(|| unknown(pair))?;
            keys.insert(key.to_owned(), filter);
        }
        Ok(Self { method: method.to_owned(), path: named.join("/"), query: keys })
    }

    /// The ids it takes, in the order of the path and the query.
    pub fn ids(&self) -> Vec<Kind> {
        let of_path = self.path.split('/').filter(|segment| segment.starts_with('{')).zip(self.path_kinds());
        let of_query = self.query.values().filter_map(|filter| match filter {
            Filter::Id(kind) => Some(*kind),
            Filter::Prefix => Some(Kind::Domain),
            _ => None,
        });
        of_path.map(|(_, kind)| kind).chain(of_query).collect()
    }

    fn path_kinds(&self) -> Vec<Kind> {
        let segments: Vec<&str> = self.path.split('/').collect();
        let places = segments.windows(2).filter(|pair| pair[1].starts_with('{'));
        places.filter_map(|pair| Kind::of_collection(pair[0])).collect()
    }

    /// Whether it changes nothing.
    pub fn is_read(&self) -> bool {
        matches!(self.method.as_str(), "GET" | "HEAD")
    }

    pub fn is_paged(&self) -> bool {
        self.query.contains_key("limit")
    }

    /// The kind of the rows or the object that it speaks about.
    pub fn collection(&self) -> Option<Kind> {
        self.path.split('/').rev().find(|segment| !segment.starts_with('{')).and_then(Kind::of_collection)
    }
}

impl fmt::Display for Template {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.method, self.path)?;
        for (place, (key, filter)) in self.query.iter().enumerate() {
            f.write_str(if place == 0 { "?" } else { "&" })?;
            match filter {
                Filter::Id(kind) => write!(f, "{key}={{{}}}", kind.name())?,
                Filter::Name => write!(f, "{key}={{name}}")?,
                Filter::Prefix => write!(f, "{key}={{domain}}%23")?,
                Filter::Limit => write!(f, "{key}=1000")?,
                Filter::Flag => f.write_str(key)?,
                Filter::Yes => write!(f, "{key}=true")?,
            }
        }
        Ok(())
    }
}

fn filter(key: &str, value: &str) -> Option<Filter> {
    let kind = match key {
        "domain_id" | "scope.domain.id" => Kind::Domain,
        "scope.project.id" => Kind::Project,
        "user.id" | "trustor_user_id" | "trustee_user_id" => Kind::User,
        "group.id" => Kind::Group,
        "role.id" => Kind::Role,
        "name" if !value.is_empty() => return Some(Filter::Name),
        "name__startswith" if value == "{id}%23" => return Some(Filter::Prefix),
        "limit" if value == "1000" => return Some(Filter::Limit),
        "include_names" | "effective" | "include_subtree" if value.is_empty() => return Some(Filter::Flag),
        "enabled" | "nocatalog" if value == "true" => return Some(Filter::Yes),
        _ => return None,
    };
    (value == "{id}").then_some(Filter::Id(kind))
}

/// The lines of all golden lists that are about stock Keystone. Other servers have lists there too; and that a plug-in is
/// asked for which is not there is tried in tests/journeys.
fn golden_lines() -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/requests");
    let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let texts = files.map(|path| std::fs::read_to_string(path).unwrap());
    let lines: Vec<String> = texts.flat_map(|text| text.lines().map(str::to_owned).collect::<Vec<_>>()).collect();
    let is_stock = |line: &String| line.contains(" /v3") && !line.contains("/OS-SCIM/");
    lines.into_iter().filter(is_stock).collect()
}

/// All templates, each once.
pub fn all() -> Vec<Template> {
    let lines = golden_lines();
    let seen = lines.iter().map(String::as_str);
    let besides = BESIDES.iter().flat_map(|(_, lines)| lines.iter().copied());
    let parsed = seen.chain(besides).map(|line| Template::parse(line).unwrap_or_else(|error| panic!("{error}")));
    let templates: BTreeMap<String, Template> = parsed.map(|template| (template.to_string(), template)).collect();
    templates.into_values().collect()
}

#[test]
fn a_line_becomes_a_template() {
    let shown = |line: &str| Template::parse(line).map(|template| template.to_string());
    for (line, expected) in [
        ("GET /v3/users?name=adm1&domain_id={id}", "GET /v3/users?domain_id={domain}&name={name}"),
        ("GET /v3/roles?name__startswith={id}%23&limit=1000", "GET /v3/roles?limit=1000&name__startswith={domain}%23"),
        (
            "GET /v3/role_assignments?user.id={id}&include_names=",
            "GET /v3/role_assignments?include_names&user.id={user}",
        ),
        ("PUT /v3/groups/{id}/users/{id}", "PUT /v3/groups/{group}/users/{user}"),
    ] {
        assert_eq!(shown(line).unwrap(), expected);
    }
    let two = Template::parse("GET /v3/groups/{id}/users?domain_id={id}").unwrap();
    assert_eq!((two.ids(), two.collection()), (vec![Kind::Group, Kind::Domain], Some(Kind::User)));
    for line in ["GET /v3/regions/{id}", "GET /v3/users?colour=red", "GET /v3/users?domain_id=x", "GET"] {
        assert!(shown(line).is_err(), "{line}");
    }
}

#[test]
fn nothing_stands_besides_that_a_golden_list_shows() {
    let seen: Vec<String> = golden_lines().iter().map(|line| Template::parse(line).unwrap().to_string()).collect();
    for line in BESIDES.iter().flat_map(|(_, lines)| lines.iter()) {
        assert!(!seen.contains(&Template::parse(line).unwrap().to_string()), "{line} is seen by now");
    }
}
