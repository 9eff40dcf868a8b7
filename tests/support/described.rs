//! Requests held against an `OpenAPI` description, of version 3.0 or later: route, parameters and body.

use percent_encoding::percent_decode_str;
use serde_json::{Value, json};

use super::server::Asked;

/// A description, and where its paths begin.
#[derive(Debug)]
pub struct Description {
    document: Value,
    base: String,
    /// `OpenAPI` 3.0, which has words of its own where later versions speak JSON Schema.
    is_older: bool,
}

impl Description {
    pub fn new(document: Value, base: &str) -> Self {
        assert!(document["paths"].is_object(), "this describes nothing");
        let is_older = document["openapi"].as_str().is_some_and(|version| version.starts_with("3.0"));
        Self { document, base: base.to_owned(), is_older }
    }

    /// What is wrong with a request, and which operation it is of: `GET /users/{user_id}`.
    pub fn check(&self, asked: &Asked) -> Result<String, String> {
        let (path, query) = asked.path.split_once('?').unwrap_or((&asked.path, ""));
        let bare = path.strip_prefix(&self.base).ok_or_else(|| format!("{path} is outside of {}", self.base))?;
        let routes = self.document["paths"].as_object().ok_or("no paths")?;
        // One without a name in braces fits better.
        let fitting = routes.keys().filter_map(|route| Some((route, named(route, bare)?)));
        let (route, words) = fitting
            .min_by_key(|(route, _)| route.matches('{').count())
            .ok_or_else(|| format!("there is no route for {bare}"))?;
        let operation = &routes[route][asked.method.to_lowercase()];
        if !operation.is_object() {
            return Err(format!("{route} has no {}", asked.method));
        }
        let mut given: Vec<(String, &str, String)> =
            words.into_iter().map(|(name, word)| (name, "path", word)).collect();
        given.extend(queried(query).map(|(name, word)| (name, "query", word)));
        // What an operation says of a parameter goes before what its route says.
        let parameters = [&operation["parameters"], &routes[route]["parameters"]];
        let known: Vec<&Value> =
            parameters.into_iter().filter_map(Value::as_array).flatten().map(|one| self.resolved(one)).collect();
        // There may be others.
        let demanded = |name: &str| {
            known
                .iter()
                .any(|known| known["in"] == "header" && known["name"].as_str().is_some_and(|own| same(own, name)))
        };
        let headers = asked.headers.iter().filter(|(name, _)| demanded(name));
        given.extend(headers.map(|(name, word)| (name.clone(), "header", word.clone())));
        self.parameters(&known, &given)?;
        self.body(operation, asked)?;
        Ok(format!("{} {route}", asked.method))
    }

    /// What stands where a reference leads to.
    fn resolved<'a>(&'a self, part: &'a Value) -> &'a Value {
        let place = part["$ref"].as_str().and_then(|place| self.document.pointer(place.trim_start_matches('#')));
        place.unwrap_or(part)
    }

    fn parameters(&self, known: &[&Value], given: &[(String, &str, String)]) -> Result<(), String> {
        let is = |known: &Value, (name, place, _): &(String, &str, String)| {
            known["in"] == json!(place)
                && known["name"].as_str().is_some_and(|own| own == name || *place == "header" && same(own, name))
        };
        for one in given {
            let (name, place, word) = one;
            let parameter = known.iter().find(|known| is(known, one));
            let parameter = parameter.ok_or_else(|| format!("{name} is not described as a part of the {place}"))?;
            self.validate(&parameter["schema"], &readings(word)).map_err(|error| format!("{name}={word}: {error}"))?;
        }
        let mut required = known.iter().filter(|known| known["required"] == json!(true));
        let missing = required.find(|known| !given.iter().any(|one| is(known, one)));
        missing.map_or(Ok(()), |known| Err(format!("{} is missing", known["name"])))
    }

    fn body(&self, operation: &Value, asked: &Asked) -> Result<(), String> {
        let described = self.resolved(&operation["requestBody"]);
        if asked.body.is_empty() {
            return if described["required"] == json!(true) { Err("the body is missing".to_owned()) } else { Ok(()) };
        }
        let kind = asked.headers.iter().find(|(name, _)| name == "content-type").map(|(_, kind)| kind.as_str());
        let kind = kind.and_then(|kind| kind.split(';').next()).unwrap_or_default().trim();
        let schema = &described["content"][kind]["schema"];
        if schema.is_null() {
            return Err(format!("a body of type '{kind}' is not described"));
        }
        let body: Value = serde_json::from_str(&asked.body).map_err(|error| error.to_string())?;
        // A member that nobody describes is a mistake, whatever a server does with it.
        self.validate(&json!({"allOf": [schema], "unevaluatedProperties": false}), &[body])
    }

    /// Whether one of the readings of a value fits.
    fn validate(&self, schema: &Value, readings: &[Value]) -> Result<(), String> {
        // Its references lead from the root of the description.
        let mut components = json!({});
        self.gather(schema, &mut components);
        let mut schema = json!({"allOf": [schema], "components": components});
        if self.is_older {
            modernize(&mut schema);
        }
        let validator =
            jsonschema::options().should_validate_formats(true).build(&schema).map_err(|e| e.to_string())?;
        if readings.iter().any(|value| validator.is_valid(value)) {
            return Ok(());
        }
        let errors = readings.iter().flat_map(|value| validator.iter_errors(value)).map(|error| error.to_string());
        Err(errors.collect::<Vec<_>>().join("; "))
    }

    /// Everything that a schema leads to. Some descriptions are too large to be carried along whole.
    fn gather(&self, part: &Value, components: &mut Value) {
        match part {
            Value::Object(map) => {
                let place =
                    map.get("$ref").and_then(Value::as_str).and_then(|place| place.strip_prefix("#/components/"));
                if let Some((kind, name)) = place.and_then(|place| place.split_once('/'))
                    && components[kind][name].is_null()
                {
                    let target = &self.document["components"][kind][name];
                    components[kind][name] = target.clone();
                    self.gather(target, components);
                }
                map.values().for_each(|part| self.gather(part, components));
            }
            Value::Array(parts) => parts.iter().for_each(|part| self.gather(part, components)),
            _ => {}
        }
    }
}

/// Puts a schema of `OpenAPI` 3.0 into the words of JSON Schema.
fn modernize(schema: &mut Value) {
    match schema {
        Value::Object(map) => {
            map.values_mut().for_each(modernize);
            for (limit, excluded) in [("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum")] {
                if let Some(Value::Bool(is_excluded)) = map.get(excluded).cloned() {
                    map.remove(excluded);
                    if let Some(number) = map.remove(limit) {
                        map.insert(if is_excluded { excluded } else { limit }.to_owned(), number);
                    }
                }
            }
            if map.get("nullable") == Some(&json!(true)) {
                map.remove("nullable");
                *schema = json!({"anyOf": [schema.take(), {"type": "null"}]});
            }
        }
        Value::Array(parts) => parts.iter_mut().for_each(modernize),
        _ => {}
    }
}

/// The names in braces of a route, with what stands for them in a path; none where the path is of another route.
pub(super) fn named(route: &str, path: &str) -> Option<Vec<(String, String)>> {
    let words: Vec<String> = path.split('/').map(decoded).collect();
    let own: Vec<&str> = route.split('/').collect();
    if own.len() != words.len() {
        return None;
    }
    let mut named = Vec::new();
    for (own, word) in own.into_iter().zip(words) {
        match own.strip_prefix('{').and_then(|own| own.strip_suffix('}')) {
            Some(name) if !word.is_empty() => named.push((name.to_owned(), word)),
            None if own == word => {}
            _ => return None,
        }
    }
    Some(named)
}

/// Names and words of a query.
pub(super) fn queried(query: &str) -> impl Iterator<Item = (String, String)> {
    query.split('&').filter(|pair| !pair.is_empty()).map(|pair| {
        let (name, word) = pair.split_once('=').unwrap_or((pair, ""));
        (decoded(name), decoded(&word.replace('+', " ")))
    })
}

fn same(one: &str, other: &str) -> bool {
    one.eq_ignore_ascii_case(other)
}

/// A word of an address may be meant as text, as a number, as a switch, or as one of several.
fn readings(word: &str) -> Vec<Value> {
    let mut all = vec![json!(word)];
    all.extend(serde_json::from_str::<Value>(word).ok().filter(|value| value.is_number() || value.is_boolean()));
    let lists: Vec<Value> = all.iter().map(|value| json!([value])).collect();
    all.into_iter().chain(lists).collect()
}

fn decoded(word: &str) -> String {
    percent_decode_str(word).decode_utf8_lossy().into_owned()
}
