//! Projects inside of projects.

use serde_json::{Map, Value, json};

use crate::sandbox::call::Call;

use super::super::data::{Data, Project};

/// The projects above one, from the nearest to the farthest, without the domain.
pub(super) fn parents<'data>(data: &'data Data, project: &Project) -> Vec<(&'data str, &'data Project)> {
    let mut parents = Vec::new();
    let mut next = data.projects.get_key_value(&project.parent_id);
    while let Some((id, parent)) = next {
        parents.push((id.as_str(), parent));
        next = data.projects.get_key_value(&parent.parent_id);
    }
    parents
}

/// Whether a project somewhere below this one fulfils a condition.
pub(super) fn any_below(data: &Data, id: &str, fulfils: &impl Fn(&Project) -> bool) -> bool {
    let children = data.projects.iter().filter(|(_, project)| project.parent_id == id);
    children.into_iter().any(|(id, child)| fulfils(child) || any_below(data, id, fulfils))
}

/// Adds what is above and below, in the form of nested ids, if the query asks for it.
pub(super) fn add(data: &Data, call: &Call, id: &str, project: &Project, shown: &mut Map<String, Value>) {
    let asks = |name: &str| call.query(name).is_some_and(|value| value != "0");
    let links = shown.remove("links");
    if asks("parents_as_ids") {
        let mut above = json!({project.domain_id.as_str(): null});
        for (id, _) in parents(data, project).iter().rev() {
            above = json!({*id: above});
        }
        shown.insert("parents".to_owned(), above);
    }
    if asks("subtree_as_ids") {
        shown.insert("subtree".to_owned(), below(data, id));
    }
    if let Some(links) = links {
        shown.insert("links".to_owned(), links);
    }
}

fn below(data: &Data, id: &str) -> Value {
    let children = data.projects.iter().filter(|(_, project)| project.parent_id == id);
    let children: Map<String, Value> = children.map(|(id, _)| (id.clone(), below(data, id))).collect();
    if children.is_empty() { Value::Null } else { Value::Object(children) }
}
