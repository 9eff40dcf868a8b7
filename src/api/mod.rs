//! The back ends: requests as values and the wire types of their answers. Knows neither the command line nor files;
//! one back end does not know another.

pub(crate) mod fiware;
pub(crate) mod iotagent;
#[allow(dead_code, reason = "what the commands need comes before the commands")]
pub(crate) mod keypass;
pub(crate) mod keystone;
pub(crate) mod orion;
pub(crate) mod perseo;

pub(crate) use crate::http::Error;
