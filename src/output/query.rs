//! `--query`: the jq language. It is compiled before any request and run over the finished rows.
//!
//! The language can loop for ever or use all memory, as jq itself can; whoever types the query pays for it. What it
//! cannot do is reach outside its input: there are no files, no modules, and `env` is taken out, because variables
//! hold passwords.

use super::error::Error;

/// How each result is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    /// JSON on one line.
    Compact,
    /// JSON, indented.
    Pretty,
    /// Strings as they are, the rest as JSON on one line.
    Raw,
}

#[cfg(feature = "query")]
pub(super) use with_jaq::Query;
#[cfg(not(feature = "query"))]
pub(super) use without::Query;

#[cfg(feature = "query")]
mod with_jaq {
    use jaq_core::load::{self, Arena, File, Loader};
    use jaq_core::{Compiler, Ctx, Filter, Vars, data};
    use jaq_json::{Val, read, write};
    use serde_json::Value;

    use super::super::nesting::too_deep;
    use super::{Error, Shape};

    type Data = data::JustLut<Val>;

    /// A compiled query.
    pub(crate) struct Query {
        filter: Filter<Data>,
    }

    impl Query {
        pub(crate) fn compile(code: &str) -> Result<Self, Error> {
            if let Some(part) = too_deep(code).and_then(|at| code.get(at..)) {
                return Err(first(code, std::iter::once(Some((part, "it is nested too deep".to_owned())))));
            }
            let defs = jaq_core::defs().chain(jaq_std::defs()).chain(jaq_json::defs());
            let arena = Arena::default();
            let modules = Loader::new(defs)
                .load(&arena, File { code, path: () })
                .map_err(|errors| first(code, errors.into_iter().map(|(_, error)| load_problem(&error))))?;
            let funs = jaq_core::funs().chain(jaq_std::funs()).chain(jaq_json::funs()).filter(|fun| fun.0 != "env");
            let filter = Compiler::default().with_funs(funs).compile(modules).map_err(|errors| {
                let undefined = errors.into_iter().flat_map(|(_, undefined)| undefined);
                first(code, undefined.map(|(name, kind)| Some((name, format!("there is no {} {name}", kind.as_str())))))
            })?;
            Ok(Self { filter })
        }

        /// Hands every result to the sink as text.
        pub(crate) fn run(
            &self,
            input: &Value,
            shape: Shape,
            sink: &mut dyn FnMut(String) -> Result<(), Error>,
        ) -> Result<(), Error> {
            let stopped = |problem: String| Error::QueryStopped { problem };
            let input = read::parse_single(input.to_string().as_bytes()).map_err(|error| stopped(error.to_string()))?;
            let context = Ctx::<Data>::new(&self.filter.lut, Vars::new([]));
            for result in self.filter.id.run((context, input)) {
                match result {
                    Ok(value) => sink(text(&value, shape)?)?,
                    Err(exception) => match exception.get_err() {
                        Ok(error) => return Err(stopped(error.to_string())),
                        Err(other) => {
                            // `halt` is an end, `halt(3)` and the language's own `break` outside of a label are not.
                            return match other.get_halt() {
                                Ok(0) => Ok(()),
                                Ok(code) => Err(stopped(format!("it halted with {code}"))),
                                Err(_) => Err(stopped("it broke out of a label that is not there".to_owned())),
                            };
                        }
                    },
                }
            }
            Ok(())
        }
    }

    fn text(value: &Val, shape: Shape) -> Result<String, Error> {
        if let (Shape::Raw, Val::TStr(bytes)) = (shape, value) {
            return Ok(String::from_utf8_lossy(bytes).into_owned());
        }
        let mut pretty = write::Pp::default();
        if shape == Shape::Pretty {
            pretty.indent = Some("  ".to_owned());
            pretty.sep_space = true;
        }
        let mut bytes = Vec::new();
        write::write(&mut bytes, &pretty, 0, value)?;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }

    /// A piece of the code and what is wrong with it.
    type Problem<'c> = Option<(&'c str, String)>;

    fn load_problem<'c>(error: &load::Error<&'c str>) -> Problem<'c> {
        match error {
            load::Error::Lex(errors) => {
                errors.first().map(|(expected, found)| (*found, format!("expected {}", expected.as_str())))
            }
            load::Error::Parse(errors) => {
                errors.first().map(|(expected, found)| (*found, format!("expected {}", expected.as_str())))
            }
            load::Error::Io(errors) => errors.first().map(|(path, _)| (*path, "modules cannot be loaded".to_owned())),
        }
    }

    fn first<'c>(code: &str, mut problems: impl Iterator<Item = Problem<'c>>) -> Error {
        let (part, problem) = problems.next().flatten().unwrap_or((code, "it cannot be read".to_owned()));
        let bytes = (part.as_ptr() as usize).saturating_sub(code.as_ptr() as usize);
        let position = code.get(..bytes).map_or(1, |before| before.chars().count() + 1);
        let problem = if part.is_empty() { format!("{problem}, found the end") } else { problem };
        Error::QuerySyntax { query: code.to_owned(), position, problem }
    }
}

#[cfg(not(feature = "query"))]
mod without {
    use serde_json::Value;

    use super::{Error, Shape};

    /// Nothing: there is no value of it in this build.
    pub(crate) enum Query {}

    impl Query {
        pub(crate) fn compile(_code: &str) -> Result<Self, Error> {
            Err(Error::QueryNotBuilt)
        }

        pub(crate) fn run(
            &self,
            _input: &Value,
            _shape: Shape,
            _sink: &mut dyn FnMut(String) -> Result<(), Error>,
        ) -> Result<(), Error> {
            match *self {}
        }
    }
}

#[cfg(all(test, feature = "query"))]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn run(code: &str, input: &Value, shape: Shape) -> Result<Vec<String>, String> {
        let query = Query::compile(code).map_err(|error| error.to_string())?;
        let mut results = Vec::new();
        let mut sink = |text| {
            results.push(text);
            Ok(())
        };
        query.run(input, shape, &mut sink).map_err(|error| error.to_string())?;
        Ok(results)
    }

    #[test]
    fn values_come_out_as_json_or_raw() {
        let input = json!([{"name": "b", "n": 2}, {"name": "a\"", "n": 18_446_744_073_709_551_615_u64}]);
        assert_eq!(run(".[].name", &input, Shape::Compact).unwrap(), ["\"b\"", "\"a\\\"\""]);
        assert_eq!(run(".[].name", &input, Shape::Raw).unwrap(), ["b", "a\""]);
        assert_eq!(run(".[1].n", &input, Shape::Compact).unwrap(), ["18446744073709551615"]);
        assert_eq!(run("map(.n) | length", &input, Shape::Raw).unwrap(), ["2"]);
        assert_eq!(run(".[0]", &input, Shape::Pretty).unwrap(), ["{\n  \"name\": \"b\",\n  \"n\": 2\n}"]);
        assert_eq!(run("sort_by(.name)[0].name", &input, Shape::Raw).unwrap(), ["a\""]);
        assert_eq!(run("empty", &input, Shape::Compact).unwrap(), Vec::<String>::new());
    }

    #[test]
    fn bad_queries_name_the_place() {
        for (code, message) in [
            (".[", "query \".[\", character 3: expected closing bracket, found the end"),
            ("map(.a) |", "query \"map(.a) |\", character 10: expected term, found the end"),
            ("\"ü\" | nope", "query \"\\\"ü\\\" | nope\", character 7: there is no filter nope"),
            (".a & .b", "query \".a & .b\", character 4: expected token"),
            ("$x", "query \"$x\", character 1: there is no variable $x"),
        ] {
            assert_eq!(Query::compile(code).map(|_| ()).unwrap_err().to_string(), message);
        }
    }

    #[test]
    fn what_fails_on_the_data_is_an_error_and_not_an_end_of_the_process() {
        assert!(run(".a", &json!([1]), Shape::Compact).unwrap_err().contains("the query stopped"));
        assert!(run("error(\"no\")", &json!(1), Shape::Compact).unwrap_err().contains("no"));
        assert_eq!(run("halt", &json!(1), Shape::Compact).unwrap(), Vec::<String>::new());
        assert!(run("halt(3)", &json!(1), Shape::Compact).unwrap_err().contains("halted with 3"));
    }

    #[test]
    fn nothing_outside_the_input_can_be_reached() {
        for code in ["env", "$ENV", "import \"a\" as a; .", "input", "include \"x\"; ."] {
            assert!(Query::compile(code).is_err(), "{code}");
        }
    }
}
