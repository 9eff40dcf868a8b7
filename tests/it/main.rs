//! The binary against scripted servers and the proxy; needs nothing that is not in this repository.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test ends by panicking; clippy knows that inside of #[test] only"
)]
#![allow(clippy::pedantic, unreachable_pub, reason = "a test is read once, when it fails; plain words help most then")]

#[path = "../support/mod.rs"]
#[allow(dead_code, unreachable_pub, reason = "two test binaries share it, and neither needs all of it")]
mod support;

/// What the tests of this binary run against.
pub const SERVER: support::keystone::Kind = support::keystone::Kind::Emulated;

mod api;
mod audit_resume;
mod bad_input;
mod batch;
mod city;
mod completions;
mod cron;
mod deployment;
mod deployment_killed;
mod deployment_outputs;
mod deployment_update;
mod doctor;
mod examples;
mod features;
mod help;
mod hostile_server;
mod legacy;
mod log;
mod manual;
mod members;
mod members_contract;
mod members_emulated;
mod members_generate;
mod members_guards;
mod members_seed;
mod members_sync;
mod members_sync_emulated;
mod members_sync_faults;
mod module;
mod output;
mod paas_description;
mod paas_info;
mod paas_killed;
mod paas_legacy;
mod paas_login;
mod paas_logout;
mod paas_peers;
mod paas_refusals;
mod paas_template;
mod paas_token;
mod paas_user;
mod paas_wishes;
mod paging;
mod platform;
mod policy;
mod prompts;
mod proxy;
mod readme;
mod resource;
mod rooms;
mod runlog;
mod sandbox;
mod schema;
mod scripted;
mod secrets;
mod settings;
mod stats;
mod subscription;
mod subservice;
