//! Golden outputs of every format, and what happens around the rows.

use std::io::{self, Write};

use serde_json::{Value, json};

use super::row::Row;
use super::testing::{Bench, Buffer, USERS, rows, with};
use super::*;

fn users() -> Vec<Row> {
    rows(&json!([
        {"id": "9c1e07", "name": "adm1", "domain": {"name": "smartcity"}, "enabled": true, "email": "adm1@city.example"},
        {"id": "41aaf2", "name": "Carl", "domain": {"name": "smartgrid"}, "enabled": false, "tags": ["x", "y"]},
    ]))
}

fn list(options: Options, rows: Vec<Row>) -> Result<String, String> {
    let bench = Bench::new(options, false);
    bench.printer.list(&USERS, rows).map_err(|error| error.to_string())?;
    Ok(bench.stdout.text())
}

#[test]
fn a_list_in_every_format() {
    for (format, golden) in [
        ("table", "NAME  SERVICE    ENABLED\nadm1  smartcity  yes\nCarl  smartgrid  no\n"),
        ("wide", "NAME  SERVICE    ENABLED  ID\nadm1  smartcity  yes      9c1e07\nCarl  smartgrid  no       41aaf2\n"),
        ("csv", "name,domain.name,enabled,id\nadm1,smartcity,true,9c1e07\nCarl,smartgrid,false,41aaf2\n"),
        ("tsv", "name\tdomain.name\tenabled\tid\nadm1\tsmartcity\ttrue\t9c1e07\nCarl\tsmartgrid\tfalse\t41aaf2\n"),
        ("value", "adm1\tsmartcity\ttrue\nCarl\tsmartgrid\tfalse\n"),
        ("name", "adm1\nCarl\n"),
        (
            "jsonl",
            concat!(
                r#"{"id":"9c1e07","name":"adm1","domain":{"name":"smartcity"},"enabled":true,"email":"adm1@city.example"}"#,
                "\n",
                r#"{"id":"41aaf2","name":"Carl","domain":{"name":"smartgrid"},"enabled":false,"tags":["x","y"]}"#,
                "\n"
            ),
        ),
        (
            "yaml",
            "- id: 9c1e07\n  name: adm1\n  domain:\n    name: smartcity\n  enabled: true\n  email: adm1@city.example\n\
             - id: 41aaf2\n  name: Carl\n  domain:\n    name: smartgrid\n  enabled: false\n  tags:\n  - x\n  - \"y\"\n",
        ),
    ] {
        assert_eq!(list(with(format), users()).unwrap(), golden, "{format}");
    }
    let document = list(with("json"), users()).unwrap();
    assert!(document.starts_with("[\n  {\n    \"id\": \"9c1e07\",\n    \"name\": \"adm1\",\n"), "{document}");
    assert!(document.ends_with("      \"y\"\n    ]\n  }\n]\n"), "{document}");
    assert_eq!(document, format!("{:#}\n", serde_json::from_str::<Value>(&document).unwrap()));
}

#[test]
fn one_object_in_every_format() {
    let show = |options: Options| {
        let bench = Bench::new(options, false);
        bench.printer.show(&USERS, users().remove(1)).unwrap();
        bench.stdout.text()
    };
    for (format, golden) in [
        ("table", "FIELD    VALUE\nNAME     Carl\nSERVICE  smartgrid\nENABLED  no\nID       41aaf2\n"),
        ("wide", "FIELD    VALUE\nNAME     Carl\nSERVICE  smartgrid\nENABLED  no\nID       41aaf2\nTAGS     x, y\n"),
        ("csv", "name,domain.name,enabled,id\nCarl,smartgrid,false,41aaf2\n"),
        ("tsv", "name\tdomain.name\tenabled\tid\nCarl\tsmartgrid\tfalse\t41aaf2\n"),
        ("value", "Carl\nsmartgrid\nfalse\n"),
        ("name", "Carl\n"),
        (
            "jsonl",
            "{\"id\":\"41aaf2\",\"name\":\"Carl\",\"domain\":{\"name\":\"smartgrid\"},\"enabled\":false,\"tags\":[\"x\",\"y\"]}\n",
        ),
        ("yaml", "id: 41aaf2\nname: Carl\ndomain:\n  name: smartgrid\nenabled: false\ntags:\n- x\n- \"y\"\n"),
    ] {
        assert_eq!(show(with(format)), golden, "{format}");
    }
    assert_eq!(show(Options { columns: vec!["id".into()], ..with("json") }), "{\n  \"id\": \"41aaf2\"\n}\n");
    assert_eq!(show(Options { columns: vec!["id".into()], ..with("value") }), "41aaf2\n");
}

#[test]
fn columns_are_chosen_by_title_or_key() {
    let choose = |columns: &str, format: &str| Options { columns: vec![columns.into()], ..with(format) };
    assert_eq!(
        list(choose("service, EMAIL", "table"), users()).unwrap(),
        "SERVICE    EMAIL\nsmartcity  adm1@city.example\nsmartgrid  -\n"
    );
    assert_eq!(
        list(choose("email,tags", "csv"), users()).unwrap(),
        "email,tags\nadm1@city.example,\n,\"[\"\"x\"\",\"\"y\"\"]\"\n"
    );
    assert_eq!(
        list(choose("id,email", "jsonl"), users()).unwrap(),
        "{\"id\":\"9c1e07\",\"email\":\"adm1@city.example\"}\n{\"id\":\"41aaf2\",\"email\":null}\n"
    );
    // A key that only the last row has is a column too.
    assert_eq!(list(choose("tags", "value"), users()).unwrap(), "\n[\"x\",\"y\"]\n");
    let error = list(choose("emial", "jsonl"), users()).unwrap_err();
    assert_eq!(
        error,
        "no column \"emial\", did you mean \"email\"?; available: name, domain.name, enabled, id, domain, email, tags"
    );
    assert_eq!(list(choose("emial", "csv"), Vec::new()).unwrap(), "emial\n");
    assert_eq!(list(Options { no_header: true, ..choose("name", "table") }, users()).unwrap(), "adm1\nCarl\n");
}

#[test]
fn columns_help_lists_them_without_any_row() {
    let bench = Bench::new(Options { columns: vec!["help".into()], ..Options::default() }, false);
    assert!(bench.printer.explain_columns(&USERS).unwrap());
    assert!(bench.stdout.text().contains("domain.name  SERVICE  always\n"), "{}", bench.stdout.text());
    assert!(bench.stdout.text().contains("id           ID       with -o wide\n"), "{}", bench.stdout.text());
    assert!(bench.printer.asks_for_columns() && bench.printer.names_columns());
    let bench = Bench::new(Options::default(), false);
    assert!(!bench.printer.explain_columns(&USERS).unwrap());
    assert!(!bench.printer.asks_for_columns() && !bench.printer.names_columns());
    bench.printer.explain_keys(&[("name".to_owned(), "string".to_owned())]).unwrap();
    assert_eq!(bench.stdout.text(), "COLUMN  HOLDS\nname    string\n");
}

#[test]
fn columns_that_are_known_beforehand_are_refused_beforehand_or_never() {
    let bench = |columns: &str, format: &str| {
        let (columns, filter) = (vec![columns.to_owned()], vec!["email!=x".to_owned()]);
        Bench::new(Options { columns, filter, ..with(format) }, false)
    };
    let keys = ["email".to_owned(), "options".to_owned()];
    let expect = |bench: &Bench| bench.printer.expect_columns(&[&USERS], &keys, false);
    let error = expect(&bench("nmae", "csv")).unwrap_err();
    assert!(error.is_usage(), "{error}");
    assert_eq!(
        error.to_string(),
        "no column \"nmae\", did you mean \"name\"?; available: email, options, name, domain.name, enabled, id"
    );
    // What nobody has told is in no row either, and that is no failure any more.
    let known = bench("name,options.lock", "csv");
    expect(&known).unwrap();
    known.printer.list(&USERS, users()).unwrap();
    assert_eq!(known.stdout.text(), "name,options.lock\nadm1,\nCarl,\n");
    let known = bench("options", "value");
    expect(&known).unwrap();
    known.printer.show(&USERS, users().remove(0)).unwrap();
    assert_eq!(known.stdout.text(), "\n");
    let error = bench("options", "value").printer.show(&USERS, users().remove(0)).unwrap_err();
    assert!(!error.is_usage(), "{error}");
    // Where a server may send more, only what looks misspelt is refused, wherever it stands.
    let expect = |bench: &Bench| bench.printer.expect_columns(&[&USERS], &keys, true);
    let error = expect(&bench("phone,nmae", "csv")).unwrap_err();
    assert!(error.is_usage() && error.to_string().contains("\"nmae\", did you mean \"name\"?"), "{error}");
    let more = bench("name,phone", "csv");
    expect(&more).unwrap();
    more.printer.list(&USERS, users()).unwrap();
    assert_eq!(more.stdout.text(), "name,phone\nadm1,\nCarl,\n");
    let error = bench("phone", "csv").printer.expect_columns(&[&USERS], &keys, false).unwrap_err();
    assert!(error.is_usage() && error.to_string().starts_with("no column \"phone\"; available"), "{error}");
}

#[test]
fn rows_are_filtered_and_sorted() {
    let run = |filter: &[&str], sort: &[&str]| {
        let owned = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
        list(Options { filter: owned(filter), sort_by: owned(sort), ..with("name") }, users())
    };
    assert_eq!(run(&["enabled=yes"], &[]).unwrap(), "adm1\n");
    assert_eq!(run(&["SERVICE~smart", "name!=adm1"], &[]).unwrap(), "Carl\n");
    assert_eq!(run(&["email="], &[]).unwrap(), "Carl\n");
    assert_eq!(run(&[], &["-name"]).unwrap(), "Carl\nadm1\n");
    assert_eq!(run(&[], &["enabled,name"]).unwrap(), "Carl\nadm1\n");
    assert_eq!(run(&[], &["-email"]).unwrap(), "adm1\nCarl\n");
    assert!(run(&["enabeld=true"], &[]).unwrap_err().contains("did you mean \"enabled\"?"));
    assert!(run(&[], &["nome"]).unwrap_err().contains("did you mean \"name\"?"));
}

#[test]
fn an_empty_list_is_no_failure() {
    for (format, golden) in
        [("table", ""), ("json", "[]\n"), ("yaml", "[]\n"), ("jsonl", ""), ("csv", "name,domain.name,enabled,id\n")]
    {
        let bench = Bench::new(with(format), false);
        bench.printer.stream(&USERS).when_empty("no users in smartcity").finish().unwrap();
        assert_eq!(bench.stdout.text(), golden, "{format}");
        let noted = if golden == "[]\n" { "" } else { "no users in smartcity\n" };
        assert_eq!(bench.stderr.text(), noted, "{format}");
    }
    let all_filtered = Options { filter: vec!["name=nobody".into()], ..with("json") };
    assert_eq!(list(all_filtered, users()).unwrap(), "[]\n");
}

#[test]
fn a_row_is_out_before_the_next_is_pushed() {
    for (format, first) in [
        ("jsonl", "{\"id\":\"9c1e07\""),
        ("csv", "name,domain.name,enabled,id\nadm1,"),
        ("tsv", "name\tdomain.name\tenabled\tid\nadm1\t"),
        ("value", "adm1\t"),
        ("name", "adm1\n"),
        ("json", "[\n  {\n    \"id\": \"9c1e07\""),
        ("yaml", "- id: 9c1e07\n"),
    ] {
        let bench = Bench::new(with(format), false);
        let mut stream = bench.printer.stream(&USERS);
        let mut users = users().into_iter();
        stream.push_all([users.next().unwrap()]).unwrap();
        assert!(bench.stdout.text().starts_with(first), "{format}: {}", bench.stdout.text());
        assert!(!bench.stdout.text().contains("Carl"), "{format}");
        stream.push_all([users.next().unwrap()]).unwrap();
        assert!(bench.stdout.text().contains("Carl"), "{format}");
        stream.finish().unwrap();
    }
    let sorted = Bench::new(Options { sort_by: vec!["name".into()], ..with("jsonl") }, false);
    let mut stream = sorted.printer.stream(&USERS);
    stream.push_all(users()).unwrap();
    assert_eq!(sorted.stdout.text(), "");
    stream.finish().unwrap();
    assert_eq!(sorted.stdout.text().lines().count(), 2);
}

#[test]
fn a_misspelt_column_does_not_keep_an_endless_list() {
    let bench = Bench::new(Options { columns: vec!["nope".into()], ..with("jsonl") }, false);
    let mut stream = bench.printer.stream(&USERS);
    let pushed = (0..2000).take_while(|_| stream.push_all([users().remove(0)]).is_ok()).count();
    assert_eq!(pushed, 999);
}

#[cfg(feature = "query")]
#[test]
fn a_query_takes_the_finished_rows() {
    let run = |format: Option<&str>, query: &str| {
        let format = format.map(|format| format.parse().unwrap());
        let filter = vec!["name!=nobody".into()];
        list(Options { format, filter, query: Some(query.into()), ..Options::default() }, users())
    };
    assert_eq!(run(Some("jsonl"), ".[] | select(.enabled).name").unwrap(), "\"adm1\"\n");
    assert_eq!(run(None, "map(.name)").unwrap(), "[\"adm1\",\"Carl\"]\n");
    assert_eq!(run(Some("json"), "map(.name)").unwrap(), "[\n  \"adm1\",\n  \"Carl\"\n]\n");
    assert_eq!(run(Some("value"), ".[].name, length").unwrap(), "adm1\nCarl\n2\n");
    assert_eq!(run(Some("yaml"), ".[0].domain").unwrap(), "---\nname: smartcity\n");
    assert!(run(None, ".[].name.x").unwrap_err().contains("the query stopped"));

    let one = Bench::new(Options { query: Some(".domain.name".into()), ..with("value") }, false);
    one.printer.show(&USERS, users().remove(0)).unwrap();
    assert_eq!(one.stdout.text(), "smartcity\n");
}

#[test]
fn what_is_wrong_is_said_before_any_row() {
    let refused = |options: Options| {
        let error = Printer::new(options, Box::new(io::sink()), false, Box::new(io::sink()), false).err().unwrap();
        assert!(error.is_usage(), "{error}");
        error.to_string()
    };
    let text = |text: &str| vec![text.to_owned()];
    assert!(refused(Options { filter: text("enabled"), ..Options::default() }).contains("for example enabled=true"));
    assert!(refused(Options { columns: text("a,,b"), ..Options::default() }).contains("--columns"));
    assert!(refused(Options { sort_by: text("-"), ..Options::default() }).contains("--sort-by"));
    if cfg!(feature = "query") {
        assert!(refused(Options { query: Some(".[".into()), ..Options::default() }).contains("character 3"));
        assert!(refused(Options { query: Some(".".into()), ..with("csv") }).contains("-o csv"));
    } else {
        assert!(refused(Options { query: Some(".".into()), ..Options::default() }).contains("built without"));
    }
}

#[test]
fn spreadsheets_get_no_formulas() {
    let row = rows(&json!([{"name": "=1+1", "id": "@x", "enabled": -5, "domain": {"name": "a,\"b\"\nc"}}]));
    assert_eq!(
        list(with("csv"), row.clone()).unwrap(),
        "name,domain.name,enabled,id\n'=1+1,\"a,\"\"b\"\"\nc\",-5,'@x\n"
    );
    assert_eq!(
        list(Options { csv_raw: true, no_header: true, ..with("csv") }, row).unwrap(),
        "=1+1,\"a,\"\"b\"\"\nc\",-5,@x\n"
    );
}

#[test]
fn bare_values_in_a_pipe_keep_their_line() {
    let row = rows(&json!([{"name": "a\nb\tc\r\\n\u{1b}[0m", "id": 1}]));
    assert_eq!(list(with("name"), row.clone()).unwrap(), "a\\nb\tc\\r\\n\u{1b}[0m\n");
    let options = Options { columns: vec!["name,id".into()], no_header: true, ..with("tsv") };
    assert_eq!(list(options, row).unwrap(), "a\\nb\\tc\\r\\\\n\u{1b}[0m\t1\n");
    assert_eq!(list(with("name"), rows(&json!([{"id": "9c"}]))).unwrap(), "id:9c\n");
}

fn report() -> ErrorReport {
    ErrorReport {
        message: "temporary failure at step 12 of 32".into(),
        causes: vec!["connection reset".into()],
        next: Some("run the same command again".into()),
        code: 75,
        kind: "temporary",
        request_id: Some("8f1c-22".into()),
        retryable: true,
        ..ErrorReport::default()
    }
}

#[test]
fn errors_for_people_and_for_programs() {
    let people = Bench::new(Options { quiet: true, ..Options::default() }, false);
    people.printer.error(&report());
    people.printer.note("not this");
    people.printer.warn("nor this");
    people.printer.hint("nor that");
    assert_eq!(
        people.stderr.text(),
        "error: temporary failure at step 12 of 32\n  connection reset\n  request id 8f1c-22\n  next: run the same command again\n"
    );
    for format in ["json", "jsonl"] {
        let programs = Bench::new(with(format), true);
        programs.printer.error(&report());
        assert_eq!(programs.stderr.text().lines().count(), 1);
        let object: Value = serde_json::from_str(&programs.stderr.text()).unwrap();
        assert_eq!(
            object,
            json!({"error": "temporary failure at step 12 of 32", "kind": "temporary", "code": 75,
                "causes": ["connection reset"], "status": null, "request_id": "8f1c-22", "step": null,
                "retryable": true, "hint": null, "next": "run the same command again"})
        );
    }
    let colored = Bench::new(Options::default(), true);
    colored.printer.error(&ErrorReport { message: "a\nb".into(), ..ErrorReport::default() });
    colored.printer.warn("careful");
    assert_eq!(colored.stderr.text(), "\u{1b}[1;31merror:\u{1b}[0m a\n  b\n\u{1b}[1;33mwarning:\u{1b}[0m careful\n");
}

#[test]
fn messages_hold_no_secret() {
    let secret = crate::base::Secret::new("canary-of-the-printer");
    for format in ["table", "json"] {
        let bench = Bench::new(with(format), false);
        bench.printer.note(&format!("token {}", secret.expose()));
        bench.printer.error(&ErrorReport { message: format!("bad {}", secret.expose()), ..report() });
        assert!(!bench.stderr.text().contains(secret.expose()), "{}", bench.stderr.text());
        assert!(bench.stderr.text().contains("bad ***"));
    }
}

#[test]
fn a_document_goes_through_a_pipe_byte_for_byte() {
    let bench = Bench::new(Options::default(), false);
    bench.printer.raw(b"a: b\r\n\tc\x1b").unwrap();
    assert_eq!(bench.stdout.text(), "a: b\r\n\tc\u{1b}");
}

struct Closed(io::ErrorKind);

impl Write for Closed {
    fn write(&mut self, _: &[u8]) -> io::Result<usize> {
        Err(self.0.into())
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_closed_pipe_is_told_from_a_full_disk() {
    for format in Format::NAMES {
        for (kind, closed) in [(io::ErrorKind::BrokenPipe, true), (io::ErrorKind::StorageFull, false)] {
            let stderr = Buffer::default();
            let printer = Printer::new(with(format), Box::new(Closed(kind)), false, Box::new(stderr), false).unwrap();
            for result in [
                printer.list(&USERS, users()),
                printer.show(&USERS, users().remove(0)),
                printer.text("x"),
                printer.raw(b"x"),
            ] {
                assert_eq!(matches!(result, Err(Error::ClosedPipe)), closed, "{format}");
                assert!(closed || matches!(result, Err(Error::Write(_))), "{format}");
            }
        }
    }
    let deaf = Printer::new(
        Options::default(),
        Box::new(io::sink()),
        false,
        Box::new(Closed(io::ErrorKind::BrokenPipe)),
        false,
    )
    .unwrap();
    deaf.error(&report());
}

#[cfg(feature = "query")]
#[test]
fn a_query_in_yaml_reads_back_with_its_line_feeds() {
    for text in super::testing::HOSTILE.iter().copied().chain(["one\n\n", "\n", "a\n\n\nb\n\n", ""]) {
        for terminal in [false, true] {
            let bench = Bench::new(Options { query: Some(".[].name".into()), ..with("yaml") }, terminal);
            bench.printer.list(&USERS, rows(&json!([{"name": text}, {"name": "next"}]))).unwrap();
            let written = bench.stdout.text();
            let documents: Vec<Value> = written
                .strip_prefix("---\n")
                .unwrap()
                .split("\n---\n")
                .map(|document| yaml_serde::from_str(&format!("{document}\n")).unwrap())
                .collect();
            assert_eq!(documents, [json!(text), json!("next")], "{written:?}");
        }
    }
}
