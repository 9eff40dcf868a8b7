//! `orchest platform ldap` against a real slapd, which is looked at with the tools of its own makers.

mod groups;
mod killed;
mod limits;
mod names;
mod refusals;
mod routes;
mod seen;
mod slapd;
mod tls;
mod users;
