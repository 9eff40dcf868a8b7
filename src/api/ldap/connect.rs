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

#[cfg(test)]
mod tests {
    use std::io::Read as _;
    use std::net::TcpListener;

    use crate::base::Secret;

    use super::super::{NewUser, Verb};
    use super::*;

    struct Nobody;

    impl Watch for Nobody {
        fn asking(&self, verb: Verb, entry: &str) {
            panic!("{verb:?} {entry} was asked for");
        }

        fn answered(&self, _: Result<u32, &str>, _: Duration) {}
    }

    /// A server that would say yes to it never gets to see it.
    #[test]
    fn nothing_is_sent_with_an_empty_password() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = Address::parse(&format!("ldap://{}", listener.local_addr().unwrap())).unwrap();
        let security = Security {
            starttls: false,
            cacert: None,
            insecure: false,
            connect_timeout: Duration::from_secs(5),
            patience: Duration::from_secs(5),
        };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let base = Base::parse("dc=x").unwrap();
            let directory = connect(&address, base, &security, Rc::new(Nobody)).await.unwrap();
            let empty = Secret::new("");
            let refused = directory.bind("uid=ann,dc=x", "user ann", &empty).await;
            assert!(matches!(refused, Err(Error::EmptyPassword { .. })));
            let refused = directory.set_password("ann", &empty).await;
            assert!(matches!(refused, Err(Error::EmptyPassword { .. })));
            let ann = NewUser { name: "ann".to_owned(), password: empty, email: None, description: None };
            assert!(matches!(directory.add_user(&ann).await, Err(Error::EmptyPassword { .. })));
        });
        drop(runtime);
        let mut seen = Vec::new();
        listener.accept().unwrap().0.read_to_end(&mut seen).unwrap();
        assert_eq!(seen, b"");
    }
}
