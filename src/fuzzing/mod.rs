//! What the fuzzers in `fuzz/` call: readers of bytes that others write. Built with `--cfg fuzzing`, which cargo-fuzz sets, and
//! for the tests, which run each over its seeds, over all that was ever found, and over a few random bytes.
//!
//! Each stands beside what it reads (`fuzz.rs` of a room), ends by itself, and asserts what has to hold for every input; what
//! it gives back does not matter. A line of this table, a file in `fuzz/targets`, an entry in `fuzz/Cargo.toml` and a folder in
//! `fuzz/seeds` make a target; the tests compare the four.

mod tosca;

use crate::base::redact::apart;

macro_rules! targets {
    ($($(#[$when:meta])* $name:ident: $what:literal => $path:path;)*) => {
        $(
            #[doc = $what]
            $(#[$when])*
            pub fn $name(bytes: &[u8]) {
                apart::run(|| $path(bytes));
            }
        )*

        /// The names of all, of other features too.
        #[cfg(test)]
        const NAMES: &[&str] = &[$(stringify!($name)),*];

        /// What takes the bytes of a target.
        #[cfg(test)]
        type Target = fn(&[u8]);

        /// Those of this build.
        #[cfg(test)]
        const TARGETS: &[(&str, Target)] = &[$($(#[$when])* (stringify!($name), $name)),*];
    };
}

targets! {
    tosca: "A template, a file of inputs, and the decorations of a dashboard." => tosca::tosca;
    inputs: "What is typed behind `-p NAME=`." => tosca::inputs;
    yaml: "YAML, and JSON that is none." => crate::base::fuzz::yaml;
    cleaner: "Text that is shown." => crate::base::fuzz::cleaner;
    redactor: "Text in which a secret may stand." => crate::base::fuzz::redactor;
    config: "A configuration file, changed by one setting." => crate::config::fuzz::config;
    seed: "A `.orchester.json`." => crate::config::fuzz::seed;
    clouds: "A `clouds.yaml`, an `openrc` and a line of words." => crate::config::fuzz::clouds;
    bulk: "A file of items: names, CSV or JSON lines." => crate::cli::fuzz::bulk;
    roster: "A roster of members, as CSV or TOML." => crate::cli::fuzz::roster;
    query: "A query in the language jq, and a filter." => crate::output::fuzz::query;
    headers: "The headers of an answer." => crate::http::fuzz::headers;
    pages: "The pages of a list, in every style." => crate::http::fuzz::pages;
    errors: "The body of an error." => crate::http::fuzz::errors;
    paths: "An address, and the names in one." => crate::http::fuzz::paths;
    policy: "A policy, a listing of some, and a pattern." => crate::api::keypass::fuzz::policy;
    #[cfg(feature = "oauth")]
    callback: "What a browser brings back from a login." => crate::oauth::fuzz::callback;
    #[cfg(feature = "oauth")]
    issuer: "What an issuer of tokens answers, and its tokens." => crate::oauth::fuzz::issuer;
    agent: "What oidc-agent answers." => crate::oauth::fuzz_agent::agent;
    tokens: "A file of the token cache." => crate::state::fuzz::tokens;
    runs: "The run log." => crate::state::fuzz::runs;
    #[cfg(feature = "sandbox")]
    faults: "A fault and a pattern." => crate::sandbox::fuzz::faults;
    #[cfg(feature = "sandbox")]
    wire: "HTTP messages as the proxy reads them." => crate::sandbox::fuzz::wire;
    #[cfg(feature = "sandbox")]
    pdp: "A policy and a request as the emulated Keypass reads them." => crate::sandbox::fuzz::pdp;
}

#[cfg(test)]
mod tests;
