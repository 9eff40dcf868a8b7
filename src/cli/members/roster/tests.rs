use super::*;

fn read(text: &str, source: &str) -> Result<Roster, String> {
    Roster::parse(text.as_bytes(), source)
        .map_err(|fault| format!("{}:{}: {}", fault.at.line, fault.at.column, fault.message))
}

fn wishes(roster: &Roster, kind: ConnectorKind) -> Vec<(String, Option<String>)> {
    roster.wishes(kind).0.into_iter().map(|wish| (wish.id, wish.role)).collect()
}

const CSV: &str =
    "name,github,github_role,slack,g_drive\nAda,ada,admin,ada@example.com,\n\"Bob, the other\",bob,,,bob@example.com\n";

#[test]
fn an_empty_cell_means_not_there() {
    let roster = read(CSV, "people.csv").unwrap();
    let text = |text: &str| text.to_owned();
    assert_eq!(wishes(&roster, ConnectorKind::GitHub), [(text("ada"), Some(text("admin"))), (text("bob"), None)]);
    assert_eq!(wishes(&roster, ConnectorKind::Slack), [(text("ada@example.com"), None)]);
    assert_eq!(roster.wishes(ConnectorKind::GDrive).1, [1]);
    assert_eq!(wishes(&roster, ConnectorKind::Trello), []);
    assert_eq!(roster.label(1), (3, text("Bob, the other")));
    assert!(!roster.is_partial());
}

#[test]
fn what_spreadsheets_write_is_read_the_same() {
    let plain = read(CSV, "people.csv").unwrap();
    for text in [
        format!("\u{feff}{CSV}"),
        CSV.replace('\n', "\r\n"),
        format!("\n\r\n{CSV}\n  \n"),
        CSV.trim_end().to_owned(),
        CSV.replace(",ada,", ", \"ada\" ,").replace("name,github,", " Name,\"GITHUB\" ,"),
    ] {
        let roster = read(&text, "-").unwrap();
        for kind in ConnectorKind::ALL {
            assert_eq!(roster.wishes(kind), plain.wishes(kind), "{text:?}");
        }
    }
}

#[test]
fn toml_says_the_same() {
    let text = "# people\n[[people]]\nname = \"Ada\"\ngithub = \"ada\"\ngithub_role = \"admin\"\nslack = \"ada@example.com\"\n\n\
        [[people]]\nname = \"Bob, the other\"\ngithub = 'bob'\ng_drive = \"bob@example.com\"\n";
    for source in ["people.toml", "standard input"] {
        let roster = read(text, source).unwrap();
        let plain = read(CSV, "people.csv").unwrap();
        for kind in ConnectorKind::ALL {
            assert_eq!(roster.wishes(kind), plain.wishes(kind));
        }
    }
}

#[test]
fn what_is_wrong_is_told_with_its_place() {
    for (text, says) in [
        ("name,githup\nAda,ada\n", "1:6: 'githup' is not known here"),
        ("name;github\nAda;ada\n", "1:1: 'name;github' is not known here"),
        ("name,github,github\nAda,ada,ada\n", "1:13: there are two columns 'github'"),
        ("name,email\nAda,a@x\n", "1:1: it says of nobody where they are to be"),
        ("github\n", "1:1: it has nobody"),
        ("github,slack\nada\n", "2:1: has 1 fields, and the first line 2"),
        ("github,slack\nada,,bob\n", "2:6: has 3 fields, and the first line 2"),
        ("github,slack\nada,\nbob,\nADA,\n", "4:1: github 'ADA' stands in line 2 too"),
        ("name,github\nAda,ada\nada,ada2\n", "3:1: 'ada' stands in line 2 too"),
        ("name,email,github\nAda,a@x,ada\nAda,,ada2\n", "3:1: 'Ada' stands in line 2 too"),
        ("email,github\na@x,ada\nA@x,ada2\n", "3:1: email 'A@x' stands in line 2 too"),
        ("github,slack\n\" \",a@x\n", "2:1: github is a blank"),
        ("name,github\nAda,ada\n,\n", "3:1: nobody is named here"),
        ("github,slack_role\nada,admin\n", "2:5: a role at Slack, and no slack"),
        ("name,github\nA\"d\"a,ada\n", "2:2: a quote in the middle of a field"),
        ("name,github\n\"Ada,ada\nBob,bob\n", "2:1: the quote that begins here does not end on its line"),
        ("name,github\nÄda,\"ada\"x\n", "2:10: something stands behind the closing quote"),
        ("name,github\nAda\rb,ada\n", "2:4: a carriage return in the middle of a line"),
        ("name,github\nAda,a\u{1b}[2Jda\n", "2:6: a control character"),
        ("name,github\nAda,a\0da\n", "2:6: a control character"),
    ] {
        assert_eq!(read(text, "people.csv").map(|_| ()), Err(says.to_owned()), "{text:?}");
    }
    // With addresses that tell them apart.
    assert!(read("name,email,github\nAda,a@x,ada\nAda,b@x,ada2\n", "people.csv").is_ok());
    for (text, says) in [
        ("[[people]]\ngithup = \"ada\"\n", "2:1: 'githup' is not known here"),
        ("[[persons]]\ngithub = \"ada\"\n", "1:3: 'persons' is not known here"),
        ("[[people]]\ngithub = 7\n", "2:10: github has to be a text in quotes"),
        ("[[people]]\ngithub = \"\"\n", "2:10: github is empty"),
        ("[[people]]\ngithub = \"a\\u001b[2Jda\"\n", "2:10: a control character"),
        ("[[people]]\nname = \"\"\"Ada\nBob\"\"\"\n", "2:8: a control character"),
        ("[[people]]\ngithub = \"ada\"\n[[people]]\ngithub = \"Ada\"\n", "4:10: github 'Ada' stands in line 2 too"),
        ("people = []\n", "1:1: it says of nobody where they are to be"),
        ("people = [\"ada\"]\n", "1:11: a table was expected"),
        ("[[people]]\n", "1:1: it says of nobody where they are to be"),
        ("# nobody\n", "1:1: it has no people"),
    ] {
        assert_eq!(read(text, "people.toml").map(|_| ()), Err(says.to_owned()), "{text:?}");
    }
    let broken = read("[[people]]\ngithub = \n", "people.toml").unwrap_err();
    assert!(broken.starts_with("2:") && broken.contains("not valid TOML"), "{broken}");
}

#[test]
fn another_encoding_is_told_and_where_it_begins() {
    let fault = |bytes: &[u8]| Roster::parse(bytes, "people.csv").map(|_| ()).unwrap_err();
    let latin = fault(b"name,github\nBj\xF6rn,bjorn\n");
    assert_eq!((latin.at, latin.message.as_str()), (Place { line: 2, column: 3 }, "byte 0xF6 is not UTF-8"));
    let wide: Vec<u8> = "\u{feff}name".encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert_eq!(fault(&wide).message, "this is UTF-16");
}

#[test]
fn those_who_failed_are_a_roster_again_that_removes_nobody() {
    for (text, source) in [
        (CSV, "people.csv"),
        (
            "[[people]]\nname = \"A \\\"q\\\"\"\ngithub = \"ada\"\n[[people]]\ngithub = \"=bob\"\ng_drive = \"b@x\"\n",
            "people.toml",
        ),
    ] {
        let roster = read(text, source).unwrap();
        let failed = roster.failed_text(&BTreeMap::from([(1, "has blocked, \"this\"".to_owned())]));
        let again = read(&failed, source).unwrap();
        assert!(again.is_partial() && again.people.len() == 1, "{failed}");
        for kind in ConnectorKind::ALL {
            let (all, numbers) = roster.wishes(kind);
            let second: Vec<_> =
                all.into_iter().zip(numbers).filter(|(_, number)| *number == 1).map(|(wish, _)| wish).collect();
            assert_eq!(again.wishes(kind).0, second, "{failed}");
        }
        // Once more, and why is said once.
        let twice = again.failed_text(&BTreeMap::from([(0, "so".to_owned())]));
        assert_eq!(twice.matches("failed").count(), 1, "{twice}");
    }
}
