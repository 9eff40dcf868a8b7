//! Back ends to try things on, and trouble to try them with: a recording proxy that can break any exchange on purpose.
//!
//! Knows none of the other rooms, not even `base`, so that a mistake in them is not mirrored here; and none of the back
//! ends' semantics: the proxy sees HTTP messages, not domains and roles. Everything listens on loopback only and keeps
//! nothing but the record it is asked to write.
//!
//! ```no_run
//! use orchester::sandbox::{Fault, Proxy};
//!
//! let proxy = Proxy::start("http://127.0.0.1:5000")?;
//! proxy.set_faults(vec!["cut@3:after".parse::<Fault>()?]);
//! // … point a client at proxy.url(), then look at what it did:
//! for request in proxy.take_record().requests {
//!     assert!(request.index > 0, "{request}");
//! }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod answer;
mod call;
mod control;
mod exchange;
mod fault;
#[cfg(any(fuzzing, test))]
pub(crate) mod fuzz;
mod iotagent;
mod issuer;
mod keypass;
mod keystone;
mod listen;
mod members;
mod orion;
mod paas;
mod pattern;
mod pep;
mod perseo;
mod platform;
mod proxy;
mod record;
mod relay;
mod run;
mod seed;
mod serving;
#[cfg(test)]
mod test_server;
mod upstream;
mod wire;
mod world;

pub use control::{VARIABLE, ask};
pub use fault::{Action, At, BadFault, Fault, Replacement, Signal, When};
pub use members::token::TokenKind;
pub use pattern::Pattern;
pub use platform::{CONTROL, LAST, Moment, Sandbox, SandboxOptions};
pub use proxy::{Proxy, ProxyError};
pub use record::{Record, Request};
pub use run::{Finished, ProxyOptions, run};
pub use seed::{BadSeed, Seed};
pub use serving::{shell, up};
pub use world::Backend;
