//! What `orchest schema` says of an output is what comes out, and nothing that it ever said is taken back.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::{Map, Value, json};

use crate::support::pasted::Pasted;

/// Where the program has it from.
const WRITTEN: &str = "src/cli/manual/outputs.json";

/// What was seen of one command: the shapes, how many rows, and of each field how often and of which types.
#[derive(Default)]
struct Seen {
    rows: bool,
    row: bool,
    count: usize,
    fields: BTreeMap<String, (usize, Vec<&'static str>)>,
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(number) if number.is_f64() => "number",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

impl Seen {
    fn see(&mut self, document: &Value) {
        match document {
            Value::Array(rows) => {
                self.rows = true;
                rows.iter().for_each(|row| self.learn(row));
            }
            row => {
                self.row = true;
                self.learn(row);
            }
        }
    }

    fn learn(&mut self, row: &Value) {
        let Some(row) = row.as_object() else { return };
        self.count += 1;
        for (name, value) in row {
            let (count, types) = self.fields.entry(name.clone()).or_default();
            *count += 1;
            if !types.contains(&kind(value)) {
                types.push(kind(value));
            }
        }
    }

    fn written(&self) -> Value {
        let fields: Map<String, Value> = self
            .fields
            .iter()
            .map(|(name, (count, types))| {
                let mut words = types.clone();
                words.sort_unstable();
                if *count == self.count && self.count > 1 {
                    words.insert(0, "always");
                }
                (name.clone(), json!(words))
            })
            .collect();
        let shape = match (self.rows, self.row) {
            (true, true) => "either",
            (true, false) => "rows",
            _ => "row",
        };
        json!({"shape": shape, "fields": fields})
    }
}

/// The example with its output as JSON; none where that is something else anyway.
fn as_json(line: &str) -> Option<String> {
    let is_plain = ![" | ", " > ", " || ", " && ", " -- ", "<(", " -o ", "--query", " --columns ", "--raw"]
        .iter()
        .any(|part| line.contains(part));
    let is_of_rows = line.ends_with(" -o json");
    (line.starts_with("orchest ") && (is_plain || is_of_rows))
        .then(|| if is_of_rows { line.to_owned() } else { format!("{line} -o json") })
}

#[test]
fn outputs_are_as_the_schema_says_and_nothing_is_taken_back() {
    // What other commands print, what servers answer, and what is no JSON.
    const LEFT_OUT: [&str; 12] = [
        "api",
        "audit resume",
        "batch run",
        "schema",
        "man",
        "help",
        "version",
        "sandbox up",
        "sandbox tour",
        "sandbox shell",
        "sandbox proxy",
        "completions",
    ];
    let city = Pasted::new();
    let commands = city.commands();
    let mut lines: Vec<(String, String)> = Vec::new();
    for command in commands.iter().filter(|command| command["is_group"] == false) {
        let words = command["command"].as_str().unwrap();
        if LEFT_OUT.contains(&words) || words.starts_with("platform ldap") || words.starts_with("legacy") {
            continue;
        }
        let examples = command["examples"].as_array().unwrap().iter().filter_map(|line| as_json(line.as_str()?));
        lines.extend(examples.map(|line| (words.to_owned(), line)));
    }
    let (next, all) = (AtomicUsize::new(0), Mutex::new(BTreeMap::<String, Seen>::new()));
    let (documents, first) = (Mutex::new(Vec::<(String, String, Value)>::new()), Mutex::new(Some(city)));
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                let ready = first.lock().unwrap().take();
                let city = ready.unwrap_or_else(Pasted::new);
                while let Some((words, line)) = lines.get(next.fetch_add(1, Ordering::Relaxed)) {
                    city.again();
                    let output = city.paste(line);
                    let Ok(document) = serde_json::from_str::<Value>(&output.stdout) else { continue };
                    if !matches!(document, Value::Array(_) | Value::Object(_)) {
                        continue;
                    }
                    all.lock().unwrap().entry(words.clone()).or_default().see(&document);
                    documents.lock().unwrap().push((words.clone(), line.clone(), document));
                }
            });
        }
    });
    let all = all.into_inner().unwrap();
    assert!(all.len() > 50, "only {} commands print JSON", all.len());
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(WRITTEN);
    let written: Map<String, Value> = serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
    let mut taken_back = Vec::new();
    let mut fresh = written.clone();
    for (words, seen) in &all {
        let mut now = seen.written();
        for (name, types) in written.get(words).and_then(|told| told["fields"].as_object()).into_iter().flatten() {
            match now["fields"].get(name) {
                None => taken_back.push(format!("{words}: {name}")),
                // What was seen at another time holds as well; what is not always there never was.
                Some(types_now) => {
                    let is_always = |types: &Value| types.as_array().unwrap().contains(&json!("always"));
                    let mut both: Vec<String> = [types, types_now]
                        .iter()
                        .flat_map(|types| types.as_array().unwrap())
                        .map(|word| word.as_str().unwrap().to_owned())
                        .filter(|word| word != "always")
                        .collect();
                    both.sort();
                    both.dedup();
                    if is_always(types) && is_always(types_now) {
                        both.insert(0, "always".to_owned());
                    }
                    now["fields"][name] = json!(both);
                }
            }
        }
        if let Some(shape) = written.get(words).map(|told| told["shape"].clone()).filter(|shape| *shape != now["shape"])
        {
            now["shape"] = if shape == "either" { shape } else { json!("either") };
        }
        fresh.insert(words.clone(), now);
    }
    assert!(taken_back.is_empty(), "scripts may read these, and they are no more: {taken_back:#?}");
    let sorted: BTreeMap<&String, &Value> = fresh.iter().collect();
    let text = sorted.iter().map(|(words, told)| format!("{}: {told}", json!(words))).collect::<Vec<_>>().join(",\n");
    crate::support::golden::assert_file(WRITTEN, &format!("{{\n{text}\n}}\n"));

    let room = crate::support::cli::Room::new();
    let mut schemas = BTreeMap::new();
    for (words, line, document) in documents.into_inner().unwrap() {
        let validator = schemas.entry(words.clone()).or_insert_with(|| {
            let arguments: Vec<&str> = std::iter::once("schema").chain(words.split(' ')).collect();
            jsonschema::validator_for(&room.run(&arguments).success().json()).unwrap()
        });
        let errors: Vec<String> =
            validator.iter_errors(&document).map(|error| format!("{} at {}", error, error.instance_path())).collect();
        assert!(errors.is_empty(), "{line}\n{errors:#?}\n{document:#}");
    }
}

#[test]
fn the_tree_is_told_whole() {
    let room = crate::support::cli::Room::new();
    let told = room.run(&["schema"]).success().json();
    let commands = told["commands"].as_array().unwrap();
    let find = |words: &str| commands.iter().find(|command| command["command"] == words).unwrap();
    let create = find("service create");
    assert_eq!(create["arguments"][0]["name"], "NAME");
    let flags = create["options"].as_array().unwrap();
    assert!(
        flags.iter().any(|flag| flag["flags"] == json!(["--admin-user"]) && flag["type"] == "string"),
        "{create:#}"
    );
    assert!(find("service list")["aliases"].as_array().unwrap().contains(&json!("ls")));
    assert!(told["options"].as_array().unwrap().iter().any(|flag| flag["flags"] == json!(["-o", "--output"])));
    for code in [0, 3, 6, 75] {
        assert!(create["exit_codes"].as_array().unwrap().contains(&json!(code)), "{code}");
    }
    // The error that programs get is what the schema says of errors.
    let failed = room.run(&["service", "list", "-o", "json"]).code(78);
    let error: Value = serde_json::from_str(failed.stderr.lines().last().unwrap()).unwrap();
    let validator = jsonschema::validator_for(&told["error"]).unwrap();
    assert!(validator.is_valid(&error), "{error:#}");
    assert!(!validator.is_valid(&json!({"error": "x"})), "the schema refuses what is none");
    room.run(&["schema", "user", "lst"]).code(2).says("did you mean user list?");
    room.run(&["schema", "config", "edit"]).code(2).says("prints no rows");
}
