//! Opening an address in a browser.

use std::process::{Command, Stdio};

use crate::base::child;

use super::super::context::Context;

/// Where no variable names one.
#[cfg(target_os = "macos")]
const OPENER: &str = "open";
#[cfg(not(target_os = "macos"))]
const OPENER: &str = "xdg-open";

/// Starts the browser and does not wait for it; `false` if there is none to start.
pub(super) fn open(context: &Context, address: &str) -> bool {
    let words = words(context.inputs.variable("BROWSER"), address);
    let Some((program, arguments)) = words.split_first() else { return false };
    let mut command = Command::new(program);
    child::furnish(&mut command, &context.inputs.env, &[&child::DESKTOP[..], &["BROWSER"]].concat());
    command.args(arguments);
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command.spawn().is_ok()
}

/// `$BROWSER` is a list with colons; the first of it counts, and `%s` in it stands for the address.
fn words(browser: Option<&str>, address: &str) -> Vec<String> {
    let first = browser.and_then(|list| list.split(':').find(|entry| !entry.trim().is_empty())).unwrap_or(OPENER);
    let mut words: Vec<String> = first.split_whitespace().map(|word| word.replace("%s", address)).collect();
    if !first.contains("%s") {
        words.push(address.to_owned());
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_browser_of_the_list_gets_the_address() {
        for (browser, expected) in [
            (None, vec![OPENER, "http://a/?b=c"]),
            (Some("firefox:lynx"), vec!["firefox", "http://a/?b=c"]),
            (Some(":w3m -T %s"), vec!["w3m", "-T", "http://a/?b=c"]),
            (Some("chrome --app=%s"), vec!["chrome", "--app=http://a/?b=c"]),
        ] {
            assert_eq!(words(browser, "http://a/?b=c"), expected, "{browser:?}");
        }
    }
}
