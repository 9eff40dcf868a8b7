//! Requests held against an `OpenAPI` description: route, parameters and body.

use percent_encoding::percent_decode_str;
use serde_json::{Value, json};

use super::server::Asked;

/// A description, and where its paths begin.
#[derive(Debug)]
pub struct Description {
    document: Value,
    base: String,
}

impl Description {
    pub fn new(document: Value, base: &str) -> Self {
        assert!(document["paths"].is_object(), "this describes nothing");
        Self { document, base: base.to_owned() }
    }

    /// What is wrong with a request, and which operation it is of: `GET /users/{user_id}`.
    pub fn check(&self, asked: &Asked) -> Result<String, String> {
        let (path, query) = asked.path.split_once('?').unwrap_or((&asked.path, ""));
        let bare = path.strip_prefix(&self.base).ok_or_else(|| format!("{path} is outside of {}", self.base))?;
        let words: Vec<String> = bare.split('/').map(decoded).collect();
        let routes = self.document["paths"].as_object().ok_or("no paths")?;
        let fitting = |route: &&String| {
            let own: Vec<&str> = route.split('/').collect();
            own.len() == words.len()
                && own.iter().zip(&words).all(|(own, word)| own == word || (own.starts_with('{') && !word.is_empty()))
        };
        // One without a name in braces fits better.
        let route = routes.keys().filter(fitting).min_by_key(|route| route.matches('{').count());
        let route = route.ok_or_else(|| format!("there is no route for {bare}"))?;
        let operation = &routes[route][asked.method.to_lowercase()];
        if !operation.is_object() {
            return Err(format!("{route} has no {}", asked.method));
        }
        let mut given: Vec<(String, &str, String)> = Vec::new();
        for (own, word) in route.split('/').zip(&words) {
            if let Some(name) = own.strip_prefix('{').and_then(|own| own.strip_suffix('}')) {
                given.push((name.to_owned(), "path", word.clone()));
            }
        }
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            let (name, word) = pair.split_once('=').unwrap_or((pair, ""));
            given.push((decoded(name), "query", decoded(&word.replace('+', " "))));
        }
        self.parameters(operation, &given)?;
        self.body(operation, asked)?;
        Ok(format!("{} {route}", asked.method))
    }

    fn parameters(&self, operation: &Value, given: &[(String, &str, String)]) -> Result<(), String> {
        let none = Vec::new();
        let known = operation["parameters"].as_array().unwrap_or(&none);
        for (name, place, word) in given {
            let parameter = known.iter().find(|known| known["name"] == json!(name) && known["in"] == json!(place));
            let parameter = parameter.ok_or_else(|| format!("{name} is not described as a part of the {place}"))?;
            self.validate(&parameter["schema"], &readings(word)).map_err(|error| format!("{name}={word}: {error}"))?;
        }
        let missing = known.iter().filter(|known| known["required"] == json!(true)).find(|known| {
            known["in"] != "header"
                && !given.iter().any(|(name, place, _)| known["name"] == json!(name) && known["in"] == json!(place))
        });
        missing.map_or(Ok(()), |known| Err(format!("{} is missing", known["name"])))
    }

    fn body(&self, operation: &Value, asked: &Asked) -> Result<(), String> {
        let described = &operation["requestBody"];
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
        self.validate(schema, &[body])
    }

    /// Whether one of the readings of a value fits.
    fn validate(&self, schema: &Value, readings: &[Value]) -> Result<(), String> {
        // Its references lead from the root of the description.
        let schema = json!({"allOf": [schema], "components": self.document["components"]});
        let validator =
            jsonschema::options().should_validate_formats(true).build(&schema).map_err(|e| e.to_string())?;
        if readings.iter().any(|value| validator.is_valid(value)) {
            return Ok(());
        }
        let errors = readings.iter().flat_map(|value| validator.iter_errors(value)).map(|error| error.to_string());
        Err(errors.collect::<Vec<_>>().join("; "))
    }
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
