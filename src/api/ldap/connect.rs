//! Makes the connection: plain, encrypted from the first byte, or encrypted before anything is said (`StartTLS`).

use std::path::PathBuf;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use ldap3::{LdapConnAsync, LdapConnSettings, LdapError};
use rustls::ClientConfig;
use rustls::crypto::ring;

use crate::http;

use super::{Address, Base, Directory, Error, Watch, error};

/// How the connection is secured, and how long anybody waits for it.
#[derive(Clone, Debug)]
pub(crate) struct Security {
    /// Encrypt a connection that begins unencrypted.
    pub(crate) starttls: bool,
    /// The only authorities to trust, instead of the system's.
    pub(crate) cacert: Option<PathBuf>,
    /// Do not check the certificate.
    pub(crate) insecure: bool,
    /// For the connection to come about.
    pub(crate) connect_timeout: Duration,
    /// For each answer.
    pub(crate) patience: Duration,
}

/// Connects; nobody is logged in yet.
pub(crate) async fn connect(
    address: &Address,
    base: Base,
    security: &Security,
    watch: Rc<dyn Watch>,
) -> Result<Directory, Error> {
    // Fails where one is installed already, which is as good.
    let _ = ring::default_provider().install_default();
    let encrypted = address.is_encrypted() || security.starttls;
    let mut settings = LdapConnSettings::new()
        .set_conn_timeout(security.connect_timeout)
        .set_starttls(security.starttls)
        .set_no_tls_verify(security.insecure);
    if let (Some(path), true, false) = (&security.cacert, encrypted, security.insecure) {
        let roots = http::roots(path).map_err(|error| Error::Setup(error.to_string()))?;
        let config = ClientConfig::builder().with_root_certificates(roots).with_no_client_auth();
        settings = settings.set_config(Arc::new(config));
    }
    let (connection, ldap) = LdapConnAsync::from_url_with_settings(settings, address.url())
        .await
        .map_err(|error| failed(address, encrypted, &error))?;
    // It ends with the last handle.
    tokio::spawn(async move {
        // Whoever waits for an answer is told by the end of its channel.
        let _ = connection.drive().await;
    });
    Ok(Directory { ldap, base, address: address.shown(), patience: security.patience, watch })
}

fn failed(address: &Address, encrypted: bool, failure: &LdapError) -> Error {
    let (address, reason) = (address.shown(), error::reason(failure));
    match failure {
        LdapError::Rustls { .. } | LdapError::DNSName { .. } => Error::Tls { address, reason },
        // The server cannot encrypt. Nothing goes on unencrypted.
        LdapError::LdapResult { .. } => Error::Tls { address, reason: format!("it refuses to encrypt: {reason}") },
        // rustls speaks through the stream.
        LdapError::Io { source } if encrypted && source.kind() == std::io::ErrorKind::InvalidData => {
            Error::Tls { address, reason }
        }
        _ => Error::Unreachable { address, reason },
    }
}
