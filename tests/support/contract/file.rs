//! The file that says what the real server answers: by template, and below it the cases that were answered alike.

use std::collections::BTreeMap;

use super::Shapes;

/// Below `tests/golden`.
pub const GOLDEN: &str = "contract/keystone.txt";

const WIDTH: usize = 120;
const SHAPE: &str = "    ";
const CASES: &str = "        ";
const BETWEEN: &str = "; ";

/// A block for each template. Shapes are in one line each, however long: their differences are what is read.
pub fn render(shapes: &Shapes) -> String {
    let mut blocks: BTreeMap<&str, BTreeMap<&str, Vec<&str>>> = BTreeMap::new();
    for ((template, case), shape) in shapes {
        assert!(!case.contains(BETWEEN), "{template}: {case}");
        blocks.entry(template).or_default().entry(shape).or_default().push(case);
    }
    let block = |(template, groups): (&&str, &BTreeMap<&str, Vec<&str>>)| {
        let groups = groups.iter().map(|(shape, cases)| format!("{SHAPE}{shape}\n{}", wrap(cases)));
        format!("{template}\n{}", groups.collect::<String>())
    };
    blocks.iter().map(block).collect::<Vec<_>>().join("\n")
}

fn wrap(cases: &[&str]) -> String {
    let mut text = String::new();
    let mut line = CASES.to_owned();
    for (place, case) in cases.iter().enumerate() {
        let piece = if place + 1 < cases.len() { format!("{case};") } else { (*case).to_owned() };
        if line.len() > CASES.len() {
            if line.len() + 1 + piece.len() > WIDTH {
                text += &line;
                text += "\n";
                CASES.clone_into(&mut line);
            } else {
                line += " ";
            }
        }
        line += &piece;
    }
    text + &line + "\n"
}

/// What the real server answers.
pub fn expected() -> Shapes {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(GOLDEN);
    parse(&std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display())))
}

/// Reads what [`render`] wrote.
pub fn parse(text: &str) -> Shapes {
    let mut shapes = Shapes::new();
    let (mut template, mut shape) = ("", "");
    for line in text.lines() {
        if let Some(cases) = line.strip_prefix(CASES) {
            for case in cases.trim_end_matches(';').split(BETWEEN) {
                shapes.insert((template.to_owned(), case.to_owned()), shape.to_owned());
            }
        } else if let Some(rest) = line.strip_prefix(SHAPE) {
            shape = rest;
        } else if !line.is_empty() {
            template = line;
        }
    }
    shapes
}

#[test]
fn what_is_written_is_read_again() {
    let long = |number| format!("a case with a name as long as this one, the {number}th");
    let mut shapes: Shapes =
        (0..9).map(|number| (("GET /x".to_owned(), long(number)), "200 json {a: [id]}".to_owned())).collect();
    shapes.insert(("GET /x".to_owned(), "b".to_owned()), "404 json error Not Found".to_owned());
    shapes.insert(("PUT /x".to_owned(), "b".to_owned()), "204 none".to_owned());
    let text = render(&shapes);
    assert_eq!(parse(&text), shapes, "{text}");
    assert!(text.lines().all(|line| line.len() <= WIDTH), "{text}");
    assert!(text.ends_with("    404 json error Not Found\n        b\n\nPUT /x\n    204 none\n        b\n"), "{text}");
}
