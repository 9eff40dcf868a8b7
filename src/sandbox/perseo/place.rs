//! Whose rules a request is about.

use crate::sandbox::call::{Call, Reply};

use super::{Rule, failure};

/// Where requests without the headers go.
const DEFAULT_SERVICE: &str = "unknownt";
const DEFAULT_SUBSERVICE: &str = "/";

/// Whose request it is.
pub(super) struct Place {
    pub(super) service: String,
    pub(super) subservice: String,
}

impl Place {
    /// The sub-service is taken as it comes: the real one finds what is wrong with it and then forgets to say so.
    pub(super) fn of(call: &Call) -> Result<Self, Reply> {
        let header = |name| call.header(name).filter(|value| !value.is_empty());
        let service = header("fiware-service").unwrap_or(DEFAULT_SERVICE);
        if service.encode_utf16().count() > 50 {
            return Err(failure(400, &format!("service/subservice: too long string {service}")));
        }
        if service.bytes().any(|byte| !byte.is_ascii_alphanumeric() && byte != b'_') {
            return Err(failure(400, &format!("service/subservice: invalid character '{service}'")));
        }
        let subservice = header("fiware-servicepath").unwrap_or(DEFAULT_SUBSERVICE);
        Ok(Self { service: service.to_ascii_lowercase(), subservice: subservice.to_owned() })
    }

    pub(super) fn has(&self, rule: &Rule) -> bool {
        rule.service == self.service && rule.subservice == self.subservice
    }
}
