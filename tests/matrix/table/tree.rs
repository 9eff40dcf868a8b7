//! The commands that there are, as the help tells: whoever adds one adds a line to the table.

use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::{Arc, Mutex};

use orchester::Surroundings;

/// Every command that does something itself.
pub fn commands() -> Vec<String> {
    let mut found = Vec::new();
    walk(&[], &mut found);
    found
}

fn walk(path: &[String], found: &mut Vec<String>) {
    let help = help(path);
    let below = listed(&help);
    // One that has others below it may take words of its own all the same.
    if below.is_empty() || help.lines().any(|line| line == "Arguments:") {
        found.push(path.join(" "));
    }
    for name in below {
        walk(&[path, &[name]].concat(), found);
    }
}

fn help(path: &[String]) -> String {
    let text = Arc::new(Mutex::new(Vec::new()));
    let written = Rc::new(crate::stage::Caught(Arc::clone(&text)));
    let around = Surroundings::new(BTreeMap::new(), "/".into(), None);
    let around = around.writing(move || Box::new((*written).clone()), || Box::new(std::io::sink()));
    let words = ["orchest".to_owned()].into_iter().chain(path.iter().cloned()).chain(["--help".to_owned()]);
    assert_eq!(orchester::run(words.map(Into::into), &around), 0, "{path:?} has no help");
    let text = text.lock().unwrap();
    String::from_utf8(text.clone()).unwrap()
}

/// What stands under `Commands:`: names are two columns in, and their summaries further.
fn listed(help: &str) -> Vec<String> {
    let lines = help.lines().skip_while(|line| *line != "Commands:").skip(1).take_while(|line| !line.is_empty());
    let names = lines.filter(|line| line.starts_with("  ") && !line.starts_with("   "));
    names.map(|line| line.split_whitespace().next().unwrap().to_owned()).collect()
}
