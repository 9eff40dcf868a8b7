//! Requests held against one of Google's discovery documents: method, parameters, body, and the fields that are wished for.

use serde_json::Value;

use super::described::{named, queried};
use super::server::Asked;

/// What a service says of itself.
#[derive(Debug)]
pub struct Discovery {
    document: Value,
}

impl Discovery {
    pub fn new(document: Value) -> Self {
        assert!(document["resources"].is_object(), "this describes nothing");
        Self { document }
    }

    /// What is wrong with a request, and which method it calls: `drive.permissions.list`.
    pub fn check(&self, asked: &Asked) -> Result<String, String> {
        let (path, query) = asked.path.split_once('?').unwrap_or((&asked.path, ""));
        let base = self.document["basePath"].as_str().ok_or("it is nowhere")?;
        let bare = path.strip_prefix(base).ok_or_else(|| format!("{path} is outside of {base}"))?;
        let mut methods = Vec::new();
        collect(&self.document, &mut methods);
        let fitting = methods.into_iter().filter(|method| method["httpMethod"] == asked.method.as_str());
        let (method, words) = fitting
            .filter_map(|method| Some((method, named(method["path"].as_str()?, bare)?)))
            .min_by_key(|(_, words)| words.len())
            .ok_or_else(|| format!("there is no method for {} {bare}", asked.method))?;
        let id = method["id"].as_str().ok_or("a method without a name")?;
        let mut given: Vec<(String, &str, String)> =
            words.into_iter().map(|(name, word)| (name, "path", word)).collect();
        given.extend(queried(query).map(|(name, word)| (name, "query", word)));
        self.parameters(method, &given)?;
        match (&method["request"], asked.body.as_str()) {
            (Value::Null, "") => {}
            (Value::Null, _) => return Err(format!("{id} takes no body")),
            (_, "") => return Err("the body is missing".to_owned()),
            (schema, body) => {
                let is_json = |(name, kind): &(String, String)| {
                    name == "content-type" && kind.split(';').next() == Some("application/json")
                };
                if !asked.headers.iter().any(is_json) {
                    return Err("the body is not said to be JSON".to_owned());
                }
                self.value(schema, &serde_json::from_str(body).map_err(|error| error.to_string())?, id)?;
            }
        }
        Ok(id.to_owned())
    }

    fn parameters(&self, method: &Value, given: &[(String, &str, String)]) -> Result<(), String> {
        for (at, (name, place, word)) in given.iter().enumerate() {
            let known = [&method["parameters"][name], &self.document["parameters"][name]];
            let known = known.into_iter().find(|known| known["location"] == *place);
            let known = known.ok_or_else(|| format!("{name} is no parameter of the {place}"))?;
            usable(name, known)?;
            if known["repeated"] != true && given[..at].iter().any(|(earlier, ..)| earlier == name) {
                return Err(format!("{name} is said twice"));
            }
            self.word(known, word).map_err(|error| format!("{name}={word}: {error}"))?;
            if name == "fields" {
                let rest = self.mask(&method["response"], word)?;
                if !rest.is_empty() {
                    return Err(format!("fields: there is too much, from '{rest}'"));
                }
            }
        }
        let all = method["parameters"].as_object().into_iter().flatten();
        let mut required = all.filter(|(_, known)| known["required"] == true).map(|(name, _)| name);
        let missing = required.find(|name| !given.iter().any(|(given, ..)| given == *name));
        missing.map_or(Ok(()), |name| Err(format!("{name} is missing")))
    }

    /// A word of an address.
    fn word(&self, schema: &Value, word: &str) -> Result<(), String> {
        let value = match schema["type"].as_str() {
            Some("string") => Value::from(word),
            _ => serde_json::from_str(word).map_err(|_| format!("it is to be of the type {}", schema["type"]))?,
        };
        self.value(schema, &value, "")
    }

    /// A value that is sent with the method of this name.
    fn value(&self, schema: &Value, value: &Value, method: &str) -> Result<(), String> {
        let schema = self.resolved(schema);
        let fits = match (schema["type"].as_str(), value) {
            (Some("object"), Value::Object(members)) => return self.members(schema, members, method),
            (Some("array"), Value::Array(all)) => {
                return all.iter().try_for_each(|one| self.value(&schema["items"], one, method));
            }
            (Some("integer"), Value::Number(number)) => {
                let limit = |key: &str| schema[key].as_str().and_then(|limit| limit.parse::<i64>().ok());
                number.as_i64().is_some_and(|number| {
                    limit("minimum").is_none_or(|least| least <= number)
                        && limit("maximum").is_none_or(|most| number <= most)
                })
            }
            (Some("number"), Value::Number(_)) | (Some("boolean"), Value::Bool(_)) | (Some("any"), _) => true,
            (Some("string"), Value::String(word)) => {
                let words = supported(schema);
                words.is_empty() || words.contains(&word.as_str())
            }
            _ => false,
        };
        if fits { Ok(()) } else { Err(format!("{value} does not fit; it is to be {schema}")) }
    }

    fn members(&self, schema: &Value, given: &serde_json::Map<String, Value>, method: &str) -> Result<(), String> {
        for (name, value) in given {
            let known = &schema["properties"][name];
            if known.is_null() {
                return Err(format!("{name} is no member of the body"));
            }
            usable(name, known)?;
            self.value(known, value, method).map_err(|error| format!("{name}: {error}"))?;
        }
        let all = schema["properties"].as_object().into_iter().flatten();
        let is_required = |known: &Value| {
            known["annotations"]["required"].as_array().is_some_and(|methods| methods.iter().any(|one| one == method))
        };
        let mut required = all.filter(|(_, known)| is_required(known)).map(|(name, _)| name);
        let missing = required.find(|name| !given.contains_key(*name));
        missing.map_or(Ok(()), |name| Err(format!("{name} is missing from the body")))
    }

    /// A mask such as `a,b(c,d)`: each name is one of a member of what is answered. Gives what stands behind it.
    fn mask<'a>(&self, schema: &Value, mask: &'a str) -> Result<&'a str, String> {
        let schema = self.resolved(schema);
        let schema = if schema["type"] == "array" { self.resolved(&schema["items"]) } else { schema };
        let mut rest = mask;
        loop {
            let (name, after) = rest.split_at(rest.find([',', '(', ')']).unwrap_or(rest.len()));
            let known = &schema["properties"][name];
            if known.is_null() {
                return Err(format!("fields: nothing that is answered has the name '{name}'"));
            }
            usable(name, known)?;
            rest = match after.strip_prefix('(') {
                Some(inner) => self.mask(known, inner)?.strip_prefix(')').ok_or("fields: a bracket stays open")?,
                None => after,
            };
            match rest.strip_prefix(',') {
                Some(more) => rest = more,
                None => return Ok(rest),
            }
        }
    }

    fn resolved<'a>(&'a self, schema: &'a Value) -> &'a Value {
        schema["$ref"].as_str().map_or(schema, |name| &self.document["schemas"][name])
    }
}

/// All methods, however deep their resource lies.
fn collect<'a>(resource: &'a Value, methods: &mut Vec<&'a Value>) {
    methods.extend(resource["methods"].as_object().into_iter().flat_map(serde_json::Map::values));
    for inner in resource["resources"].as_object().into_iter().flat_map(serde_json::Map::values) {
        collect(inner, methods);
    }
}

/// Google warns for years before it takes something away.
fn usable(name: &str, known: &Value) -> Result<(), String> {
    if known["deprecated"] == true { Err(format!("{name} is deprecated")) } else { Ok(()) }
}

/// The words that are taken, where that is told: by an `enum`, or by a list in the prose, `* `user` * `group``.
fn supported(schema: &Value) -> Vec<&str> {
    if let Some(words) = schema["enum"].as_array() {
        return words.iter().filter_map(Value::as_str).collect();
    }
    let prose = schema["description"].as_str().unwrap_or_default();
    let mut rest = prose.split_once("Supported values include:").map_or("", |(_, list)| list);
    let mut words = Vec::new();
    while let Some((word, after)) = rest.trim_start().strip_prefix("* `").and_then(|item| item.split_once('`')) {
        words.push(word);
        rest = after;
    }
    words
}
