//! What a failed exchange means: was it never sent, may it have been carried out, or was it the certificate?

use std::error::Error as StdError;
use std::io;
use std::time::Duration;

use rustls::{AlertDescription, CertificateError};

use super::Error;
use super::show::{self, Place};
use crate::base::text::shortened;

/// Classifies an error of the HTTP library. Only an error that happened while connecting counts as "not sent"; in doubt
/// the request may have been carried out.
pub(super) fn classify(error: &reqwest::Error, place: &Place, attempts: u32, connect: Duration) -> Error {
    let connecting = error.is_connect();
    if let Some(tls) = chain(error).find_map(|cause| cause.downcast_ref::<rustls::Error>())
        && let Some(reason) = distrust(tls, connecting)
    {
        return Error::Tls { backend: place.backend, url: place.url.clone(), reason: show::text(&reason) };
    }
    let reason = shortened(&show::text(&reason(error, connect)), 300);
    if connecting { not_sent(place, reason, attempts) } else { lost(place, reason, attempts) }
}

/// Nothing left this machine for the server to act on.
pub(super) fn not_sent(place: &Place, reason: String, attempts: u32) -> Error {
    Error::NotSent { backend: place.backend, url: place.url.clone(), reason, attempts }
}

/// It left, and what became of it is not known.
pub(super) fn lost(place: &Place, reason: String, attempts: u32) -> Error {
    let (backend, method, url) = (place.backend, place.method.as_str(), place.url.clone());
    Error::MayHaveHappened { backend, method, url, reason, attempts }
}

/// "60 s", for "no answer for 60 s".
pub(super) fn seconds(duration: Duration) -> String {
    if duration.subsec_millis() == 0 {
        format!("{} s", duration.as_secs())
    } else {
        format!("{} ms", duration.as_millis())
    }
}

fn reason(error: &reqwest::Error, connect: Duration) -> String {
    if error.is_connect() && error.is_timeout() {
        return format!("no connection within {}", seconds(connect));
    }
    if let Some(words) = chain(error).filter_map(|cause| cause.downcast_ref::<io::Error>()).find_map(plainly) {
        return words.to_owned();
    }
    let deepest = chain(error).last().map(ToString::to_string).unwrap_or_default();
    if error.is_dns() { format!("the name of the host cannot be looked up ({deepest})") } else { deepest }
}

/// The common ways in which a connection breaks, in words that need no manual.
fn plainly(error: &io::Error) -> Option<&'static str> {
    match error.kind() {
        io::ErrorKind::ConnectionRefused => Some("connection refused"),
        io::ErrorKind::ConnectionReset => Some("the connection was reset"),
        io::ErrorKind::HostUnreachable | io::ErrorKind::NetworkUnreachable => Some("there is no way to that host"),
        io::ErrorKind::UnexpectedEof => Some("the connection was closed early"),
        _ => None,
    }
}

/// Why two sides that could talk will not, or `None`: the connection broke for another reason.
fn distrust(error: &rustls::Error, connecting: bool) -> Option<String> {
    match error {
        rustls::Error::InvalidCertificate(why) => Some(certificate(why)),
        rustls::Error::AlertReceived(alert) if connecting || about_us(*alert) => {
            Some(format!("the server refused the TLS handshake ({alert:?})"))
        }
        rustls::Error::InvalidMessage(_) if connecting => {
            Some("what answers there does not speak TLS; is it plain http?".to_owned())
        }
        rustls::Error::PeerIncompatible(_)
        | rustls::Error::PeerMisbehaved(_)
        | rustls::Error::NoCertificatesPresented
        | rustls::Error::NoApplicationProtocol
            if connecting =>
        {
            Some(format!("no agreement on TLS 1.2 or 1.3 ({error})"))
        }
        _ => None,
    }
}

/// Alerts about a client's certificate. In TLS 1.3 they arrive after the handshake is over on our side, and still the
/// server has not looked at the request.
fn about_us(alert: AlertDescription) -> bool {
    matches!(
        alert,
        AlertDescription::CertificateRequired
            | AlertDescription::BadCertificate
            | AlertDescription::UnsupportedCertificate
            | AlertDescription::CertificateRevoked
            | AlertDescription::CertificateExpired
            | AlertDescription::CertificateUnknown
            | AlertDescription::UnknownCA
    )
}

fn certificate(why: &CertificateError) -> String {
    match why {
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => "its certificate has expired".to_owned(),
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            "its certificate is not valid yet; is the clock right?".to_owned()
        }
        CertificateError::UnknownIssuer => "its certificate is signed by nobody we trust".to_owned(),
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            "its certificate is for another name".to_owned()
        }
        CertificateError::Revoked => "its certificate has been revoked".to_owned(),
        other => format!("its certificate does not check out ({other})"),
    }
}

/// Every error in the chain. An `io::Error` hides the one it wraps from `source`, so it is opened.
fn chain<'a>(error: &'a (dyn StdError + 'static)) -> impl Iterator<Item = &'a (dyn StdError + 'static)> {
    std::iter::successors(Some(error), |&cause| match cause.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
        Some(inner) => Some(inner as &(dyn StdError + 'static)),
        None => cause.source(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refused_certificate_of_ours_is_known_after_the_handshake_too() {
        let alert = rustls::Error::AlertReceived(AlertDescription::CertificateRequired);
        assert!(distrust(&alert, false).is_some() && distrust(&alert, true).is_some());
        let closing = rustls::Error::AlertReceived(AlertDescription::InternalError);
        assert!(distrust(&closing, false).is_none(), "after the handshake this says nothing about trust");
        assert!(distrust(&rustls::Error::DecryptError, true).is_none());
    }

    #[test]
    fn errors_inside_io_errors_are_found() {
        let hidden = io::Error::other(rustls::Error::InvalidCertificate(CertificateError::UnknownIssuer));
        assert!(chain(&hidden).any(<dyn StdError>::is::<rustls::Error>));
    }

    #[test]
    fn durations_read_well() {
        assert_eq!(
            (seconds(Duration::from_mins(1)), seconds(Duration::from_millis(1_500))),
            ("60 s".into(), "1500 ms".into())
        );
    }
}
