//! The back ends: requests as values and the wire types of their answers. Knows neither the command line nor files;
//! one back end does not know another.

pub(crate) mod door;
pub(crate) mod fiware;
pub(crate) mod im;
pub(crate) mod iotagent;
pub(crate) mod keypass;
pub(crate) mod keystone;
#[cfg(feature = "ldap")]
pub(crate) mod ldap;
pub(crate) mod orion;
pub(crate) mod paas;
pub(crate) mod perseo;
pub(crate) mod platform;

pub(crate) use crate::http::{Error, Outcome};
