//! Who administers the server: on stock Keystone `admin` of the domain Default, at the scope of the system; on the platform
//! `cloud_admin`, at the scope of the domain in which it lives, because the platform's rules ask for that domain.

use serde_json::{Value, json};

use crate::support::raw::{Answer, Connection};

/// Throw-away, as in tests/servers/keystone.sh.
pub const ADMIN_PASSWORD: &str = "orchest-test-admin";

/// The cloud's administrator.
#[derive(Clone, Copy, Debug)]
pub struct Administrator {
    pub name: &'static str,
    /// By its name.
    pub domain: &'static str,
    /// As the product shows it.
    pub scope: &'static str,
    /// What a command needs beside the password to log in as this one.
    pub environment: &'static [(&'static str, &'static str)],
}

const STOCK: Administrator =
    Administrator { name: "admin", domain: "Default", scope: "system", environment: &[("ORCHEST_USER", "admin")] };

const PLATFORM: Administrator = Administrator {
    name: "cloud_admin",
    domain: "admin_domain",
    scope: "domain admin_domain",
    environment: &[
        ("ORCHEST_USER", "cloud_admin"),
        ("ORCHEST_USER_DOMAIN", "admin_domain"),
        ("ORCHEST_SCOPE", "domain"),
        ("ORCHEST_DOMAIN", "admin_domain"),
        // Plain v3 with the platform's rules. What the plug-in saves is tried by itself, in tests/journeys.
        ("ORCHEST_KEYSTONE_SCIM", "off"),
    ],
};

impl Administrator {
    /// The one of the server that this binary tests.
    pub fn here() -> Self {
        if crate::SERVER.is_platform() { PLATFORM } else { STOCK }
    }

    /// As the product names users.
    pub fn full_name(self) -> String {
        format!("{}@{}", self.name, self.domain)
    }

    fn scope(self) -> Value {
        if crate::SERVER.is_platform() {
            json!({"domain": {"name": self.domain}})
        } else {
            json!({"system": {"all": true}})
        }
    }
}

/// Logs the administrator in at this address.
pub fn login(url: &str) -> Answer {
    let admin = Administrator::here();
    let user = json!({"name": admin.name, "domain": {"name": admin.domain}, "password": ADMIN_PASSWORD});
    let identity = json!({"methods": ["password"], "password": {"user": user}});
    let body = json!({"auth": {"identity": identity, "scope": admin.scope()}});
    let answer = Connection::open(url).and_then(|mut server| server.send("POST", "/v3/auth/tokens", &[], Some(&body)));
    answer.unwrap_or_else(|error| panic!("login at {url}: {error}"))
}
