//! The emulated Keystone, in this process: nothing has to be prepared for it.

use orchester::sandbox::{Backend, Sandbox, SandboxOptions};

use super::ADMIN_PASSWORD;

#[derive(Debug)]
pub struct Emulated(Sandbox);

impl Emulated {
    pub fn start(platform: bool) -> Self {
        let mut options = SandboxOptions::default();
        options.platform = platform;
        ADMIN_PASSWORD.clone_into(&mut options.password);
        Self(Sandbox::start(options).unwrap())
    }

    pub fn url(&self) -> String {
        self.0.url(Backend::Keystone)
    }

    pub fn expire_password(&self, user_id: &str) {
        self.0.expire_password(user_id);
    }
}
