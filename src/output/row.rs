//! Rows, and the views that say which of their keys are columns.

use serde_json::{Map, Value};

/// One object, usually as the back end sent it, with names added.
pub(crate) type Row = Map<String, Value>;

/// One column of a view.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Column {
    /// The heading, in capitals.
    pub(crate) title: &'static str,
    /// Which key of the row; dots lead into objects.
    pub(crate) key: &'static str,
    /// Whether it is left out of the plain table.
    pub(crate) wide: bool,
}

/// How one kind of thing is listed.
#[derive(Debug, Clone, Copy)]
pub(crate) struct View {
    /// The columns, in order.
    pub(crate) columns: &'static [Column],
    /// The key that `-o name` prints.
    pub(crate) name: &'static str,
}

/// The value a key leads to. A key that is there as written wins over one that leads into objects, because servers
/// use dots in names too.
pub(super) fn lookup<'r>(row: &'r Row, key: &str) -> Option<&'r Value> {
    if let Some(value) = row.get(key) {
        return Some(value);
    }
    key.match_indices('.').find_map(|(dot, _)| {
        let (outer, inner) = key.split_at(dot);
        lookup(row.get(outer)?.as_object()?, inner.get(1..)?)
    })
}

/// The key that a person means: a title or key of the view, or a key of the row, in any case.
pub(super) fn resolve(asked: &str, view: &View, row: &Row) -> Option<String> {
    in_view(asked, view).or_else(|| {
        if lookup(row, asked).is_some() {
            return Some(asked.to_owned());
        }
        row.keys().find(|key| same(key, asked)).cloned()
    })
}

/// The key of the view's column of this title or key.
pub(super) fn in_view(asked: &str, view: &View) -> Option<String> {
    let exact = view.columns.iter().find(|column| column.key == asked);
    exact
        .or_else(|| view.columns.iter().find(|column| same(column.title, asked) || same(column.key, asked)))
        .map(|column| column.key.to_owned())
}

/// Whether a person can mean a column of one of these views, one of these keys, or what is within it.
pub(super) fn is_among(asked: &str, views: &[&View], keys: &[String]) -> bool {
    let within = |key: &str| asked.strip_prefix(key).is_some_and(|rest| rest.starts_with('.'));
    let in_one = |view: &&View| in_view(asked, view).is_some() || view.columns.iter().any(|column| within(column.key));
    views.iter().any(in_one) || keys.iter().any(|key| same(key, asked) || within(key))
}

/// The heading of a key.
pub(super) fn title(key: &str, view: &View) -> String {
    let known = view.columns.iter().find(|column| column.key == key);
    known.map_or_else(|| key.to_uppercase(), |column| column.title.to_owned())
}

/// Whether the key holds an identifier, which must stay whole to be of use.
pub(super) fn is_id(key: &str) -> bool {
    let last = key.rsplit('.').next().unwrap_or(key);
    last == "id" || last == "uuid" || last.ends_with("_id") || last.ends_with("Id")
}

fn same(one: &str, other: &str) -> bool {
    one.to_lowercase() == other.to_lowercase()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn row() -> Row {
        json!({"name": "a", "user": {"name": "b", "x.y": 1}, "user.id": "c"}).as_object().unwrap().clone()
    }

    #[test]
    fn dots_lead_into_objects_unless_the_key_has_them_itself() {
        assert_eq!(lookup(&row(), "user.name"), Some(&json!("b")));
        assert_eq!(lookup(&row(), "user.id"), Some(&json!("c")));
        assert_eq!(lookup(&row(), "user.x.y"), Some(&json!(1)));
        for absent in ["user.", ".name", "", ".", "name.x", "user.nome"] {
            assert_eq!(lookup(&row(), absent), None, "{absent}");
        }
    }

    #[test]
    fn a_column_is_found_by_title_key_or_the_rows_own_key() {
        let view = View { columns: &[Column { title: "WHO", key: "user.name", wide: false }], name: "name" };
        for (asked, key) in
            [("who", "user.name"), ("User.Name", "user.name"), ("NAME", "name"), ("user.x.y", "user.x.y")]
        {
            assert_eq!(resolve(asked, &view, &row()).as_deref(), Some(key), "{asked}");
        }
        assert_eq!(resolve("whom", &view, &row()), None);
    }

    #[test]
    fn what_is_known_beforehand_is_known_in_any_spelling() {
        let view = View { columns: &[Column { title: "WHO", key: "user.name", wide: false }], name: "name" };
        let keys = ["options".to_owned()];
        for known in ["who", "User.Name", "user.name.x", "OPTIONS", "options.lock"] {
            assert!(is_among(known, &[&view], &keys), "{known}");
        }
        for unknown in ["user", "option", "options_lock", ""] {
            assert!(!is_among(unknown, &[&view], &keys), "{unknown}");
        }
    }

    #[test]
    fn ids_are_known_by_their_key() {
        for id in ["id", "domain_id", "user.id", "subscriptionId", "uuid"] {
            assert!(is_id(id), "{id}");
        }
        for other in ["name", "paid", "idle", "id.name"] {
            assert!(!is_id(other), "{other}");
        }
    }
}
