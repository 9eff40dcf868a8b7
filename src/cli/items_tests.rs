//! Files of names, of rows and of JSON, good and bad.

use super::*;

fn usage(result: Result<Items>) -> String {
    let error = result.unwrap_err();
    let error = error.downcast_ref::<CliError>().expect("a usage error");
    assert_eq!(error.exit.code(), 2);
    error.message.clone()
}

fn checked(text: &str) -> Items {
    let mut items = parse(text, "x.csv", &["email"]).unwrap();
    items.check(|item| if item.name.is_empty() { Err("no name".to_owned()) } else { Ok(()) });
    items
}

#[test]
fn csv_rows_keep_their_lines_and_bad_ones_are_named() {
    let items = checked("name,email\nann,a@x\n,b@x\ncid,c@x,extra\nann,d@x\n\"d,e\",\n");
    let good: Vec<_> = items.good.iter().map(|item| (item.name.as_str(), item.line)).collect();
    assert_eq!(good, [("ann", Some(2)), ("d,e", Some(6))]);
    let bad: Vec<_> = items.bad.iter().map(|bad| (bad.line.unwrap(), bad.reason.as_str())).collect();
    assert_eq!(bad[0], (3, "no name"));
    assert_eq!(bad[1], (4, "has 3 fields, the header 2"));
    assert_eq!(bad[2], (5, "the same name stands in line 2"));
}

#[test]
fn the_guard_against_formulas_is_taken_off_csv_and_nothing_else() {
    let text = "name,email\n'=1+1,'@x\n''-a,'+b\n'tis,-1\n";
    let items = checked(text);
    let rows: Vec<_> = items.good.iter().map(|item| (item.name.as_str(), item.field("email").unwrap())).collect();
    assert_eq!(rows, [("=1+1", "@x"), ("'-a", "+b"), ("'tis", "-1")]);
    assert_eq!(items.failed_text(&items.good.iter().collect::<Vec<_>>()), text);
    assert_eq!(parse("'=1\n", "-", &[]).unwrap().names(), ["'=1"]);
}

#[test]
fn the_failed_ones_are_good_input_again() {
    let items = checked("name,email\nann,a@x\n,b@x\n\"d,e\",\"x \"\"y\"\"\"\n");
    let text = items.failed_text(&[&items.good[1]]);
    let again = checked(&text);
    assert_eq!(again.good.len(), 1);
    assert_eq!(again.good[0].name, "d,e");
    assert_eq!(again.good[0].field("email"), Some("x \"y\""));
    assert_eq!(again.bad.len(), 1);
}

#[test]
fn rows_are_written_as_they_stood_with_their_quotes_and_the_mark_of_the_file() {
    let rows = ["\"name\",email", "\"bad\",'=x", "\"d,\"\"e\",\" f\ng\"", "h,\"\""];
    for (mark, end) in [("", "\n"), ("\u{feff}", "\r\n")] {
        let items = checked(&format!("{mark}{}", rows.join(&format!("{end}{end}"))));
        assert_eq!(items.names(), ["bad", "d,\"e", "h"]);
        let all: Vec<&Item> = items.good.iter().collect();
        assert_eq!(items.failed_text(&all), format!("{mark}{}\n", rows.join("\n")));
    }
    // What is never closed would swallow the end of its line.
    let items = checked("name,email\nann,\"a@x");
    assert_eq!(items.failed_text(&[&items.good[0]]), "name,email\nann,a@x\n");
}

#[test]
fn a_name_that_begins_like_a_file_keeps_its_beginning() {
    let items = parse("ann\n\u{feff}bob\n", "-", &[]).unwrap();
    let again = parse(&items.failed_text(&[&items.good[1]]), "-", &[]).unwrap();
    assert_eq!(again.names(), ["\u{feff}bob"]);
}

#[test]
fn empty_files_and_wrong_headers_are_usage_errors() {
    assert!(usage(parse("", "x.csv", &[])).contains("is empty"));
    assert!(usage(parse("\n\n", "x.csv", &[])).contains("is empty"));
    assert!(usage(parse("name,email\n", "x.csv", &["email"])).contains("no rows"));
    assert!(usage(parse("nome,email\nx,y\n", "x.csv", &["email"])).contains("no column 'name'"));
    assert!(usage(parse("name,mail\nx,y\n", "x.csv", &["email"])).contains("column 'mail'"));
}

#[test]
fn jsonl_and_plain_lines() {
    let items = parse("{\"name\":\"a\",\"email\":\"e\"}\n[1]\n", "-", &["email"]).unwrap();
    assert_eq!(items.good[0].field("email"), Some("e"));
    assert_eq!(items.bad[0].line, Some(2));
    let items = parse("ann\n\n bob \n", "-", &[]).unwrap();
    assert_eq!(items.names(), ["ann", "bob"]);
    assert_eq!(items.good[1].line, Some(3));
}

#[test]
fn what_is_meant_as_a_table_is_no_list_of_names() {
    // Every row of it would become a user, its password in the name.
    for header in ["\"name\",\"email\"", "Name,Email", " NAME , email"] {
        let items = parse(&format!("{header}\nann,a@x\n"), "-", &["email"]).unwrap();
        assert_eq!(items.names(), ["ann"], "{header}");
    }
    for (text, says) in [
        ("[\"ann\", \"bob\"]\n", "JSON list"),
        ("[\n  {\"name\": \"ann\"}\n]\n", "JSON list"),
        ("- id: u1\n  name: ann\n  enabled: true\n", "YAML"),
        ("---\n- ann\n", "YAML"),
        ("-\n  name: ann\n", "YAML"),
        ("name;email\nann;a@x\n", "commas"),
        ("name\temail\nann\ta@x\n", "commas"),
    ] {
        assert!(usage(parse(text, "-", &["email"])).contains(says), "{text}");
    }
    for name in ["all.yml", "ALL.YAML"] {
        assert!(usage(parse("ann\nbob\n", name, &[])).contains("YAML"), "{name}");
    }
    for name in ["ann; bob", "-ann", "--ann", "ann - bob"] {
        assert_eq!(parse(&format!("{name}\n"), "-", &[]).unwrap().names(), [name], "a name like any other");
    }
    // One that looks like it can be said as CSV.
    assert_eq!(parse("name\n- ann\n", "-", &[]).unwrap().names(), ["- ann"]);
}

#[test]
fn what_to_do_instead_is_said_of_columns_that_there_are() {
    let next = |text: &str, columns: &[&str]| {
        let error = parse(text, "x.csv", columns).unwrap_err();
        error.downcast_ref::<CliError>().unwrap().next.clone().unwrap()
    };
    assert_eq!(next("nome\nann\n", &[]), "the first line names the columns: name");
    assert_eq!(next("nome\nann\n", &["email"]), "the first line names the columns: name, and any of: email");
    let of_a_list = next("name,service,enabled\nann,city,true\n", &["email"]);
    assert!(of_a_list.starts_with("columns: name, email; ") && of_a_list.contains("--columns name"), "{of_a_list}");
}
