//! What Keypass, Orion, Perseo and the IoT agents have in common: a service in one header, a path in another.

use crate::http::Request;

/// Where in the platform: a service, and the path of a subservice or `/`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Place {
    service: String,
    path: String,
}

impl Place {
    pub(crate) fn new(service: &str, path: &str) -> Self {
        Self { service: service.to_owned(), path: path.to_owned() }
    }

    /// The service itself, not one of its subservices.
    pub(crate) fn service_level(service: &str) -> Self {
        Self::new(service, "/")
    }

    pub(crate) fn service(&self) -> &str {
        &self.service
    }

    pub(crate) fn path(&self) -> &str {
        &self.path
    }

    pub(crate) fn is_service(&self) -> bool {
        self.path == "/"
    }

    /// Whether these servers take the path: at most ten levels of letters, digits and `_`, each 50 long at most. Anything
    /// else can hold nothing there, and a comma would even be read as several paths.
    pub(crate) fn is_valid(&self) -> bool {
        is_valid_path(&self.path)
    }

    /// Whether it can be a subservice there, and not the service itself.
    pub(crate) fn is_subservice(&self) -> bool {
        self.is_valid() && !self.is_service()
    }

    /// The request, sent to this service and path.
    pub(crate) fn on(&self, request: Request) -> Request {
        self.on_service(request).header("Fiware-ServicePath", &self.path)
    }

    /// The request, sent to this service, for a server that knows no paths.
    pub(crate) fn on_service(&self, request: Request) -> Request {
        request.header("Fiware-Service", &self.service)
    }
}

/// Orion's rule for a servicePath.
pub(crate) fn is_valid_path(path: &str) -> bool {
    let plain = |level: &str| {
        (1..=50).contains(&level.len()) && level.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
    };
    let Some(levels) = path.strip_prefix('/') else { return false };
    levels.is_empty() || (levels.split('/').count() <= 10 && levels.split('/').all(plain))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::Method;

    #[test]
    fn paths_that_a_context_broker_takes() {
        let long = format!("/{}", "a".repeat(50));
        for good in ["/", "/energy", "/energy/solar", "/A_1", "/a/b/c/d/e/f/g/h/i/j", &long] {
            assert!(Place::new("s", good).is_valid(), "{good}");
        }
        let longer = format!("/{}", "a".repeat(51));
        for bad in
            ["", "energy", "//", "/a/", "/a,/b", "/#", "/a/#", "/a b", "/a-b", "/é", &longer, "/a/b/c/d/e/f/g/h/i/j/k"]
        {
            assert!(!Place::new("s", bad).is_valid(), "{bad}");
        }
    }

    #[test]
    fn a_place_is_two_headers() {
        let request = Place::new("smartcity", "/energy").on(Request::new(Method::Get).path("v2/subscriptions"));
        let headers = [("Fiware-Service", "smartcity"), ("Fiware-ServicePath", "/energy")];
        assert_eq!(request.plain_headers, headers.map(|(name, value)| (name.into(), value.to_owned())));
        let request = Place::service_level("smartcity").on_service(Request::new(Method::Get).path("version"));
        assert_eq!(request.plain_headers, [("Fiware-Service".into(), "smartcity".to_owned())]);
    }
}
