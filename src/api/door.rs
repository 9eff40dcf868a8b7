//! A back end as it is reached, whichever it is: see [`crate::http::Door`], which the connectors share.

pub(crate) use crate::http::Door;
