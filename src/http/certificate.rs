//! Until when a certificate holds, read from its DER. Whether it can be trusted was decided when the connection was made;
//! this is for telling in time that it will not be for long.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

const SEQUENCE: u8 = 0x30;
const UTC_TIME: u8 = 0x17;
const GENERALIZED_TIME: u8 = 0x18;
/// The version, which only old certificates leave out.
const VERSION: u8 = 0xa0;

/// The last moment at which it holds; `None` if this is no certificate.
pub(super) fn end(der: &[u8]) -> Option<Timestamp> {
    let (certificate, _) = inside(der, SEQUENCE)?;
    let (mut fields, _) = inside(certificate, SEQUENCE)?;
    if fields.first() == Some(&VERSION) {
        fields = element(fields)?.2;
    }
    // Its number, the algorithm of its signature, and who issued it.
    for _ in 0..3 {
        fields = element(fields)?.2;
    }
    let (validity, _) = inside(fields, SEQUENCE)?;
    let (_, _, rest) = element(validity)?;
    let (tag, text, _) = element(rest)?;
    moment(tag, std::str::from_utf8(text).ok()?)
}

/// The content of the first element, which has to be of this kind, and what comes after it.
fn inside(der: &[u8], tag: u8) -> Option<(&[u8], &[u8])> {
    let (found, content, rest) = element(der)?;
    (found == tag).then_some((content, rest))
}

/// The first element: its kind, its content, and what comes after it.
fn element(der: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (tag, rest) = der.split_first()?;
    let (first, rest) = rest.split_first()?;
    let (length, rest) = match usize::from(*first) {
        short @ 0..=0x7f => (short, rest),
        // The length of the length; more than four bytes are no certificate, none is a form that DER does not have.
        long @ 0x81..=0x84 => {
            let (digits, rest) = rest.split_at_checked(long - 0x80)?;
            (digits.iter().fold(0, |length, digit| (length << 8) | usize::from(*digit)), rest)
        }
        _ => return None,
    };
    let (content, rest) = rest.split_at_checked(length)?;
    Some((*tag, content, rest))
}

/// `YYMMDDHHMMSSZ`, where the year is before 2050, or the same with the whole year.
fn moment(tag: u8, text: &str) -> Option<Timestamp> {
    let digits = text.strip_suffix('Z')?;
    let whole = match tag {
        UTC_TIME => {
            let century = if digits.get(..2)?.parse::<u8>().ok()? < 50 { "20" } else { "19" };
            format!("{century}{digits}")
        }
        GENERALIZED_TIME => digits.to_owned(),
        _ => return None,
    };
    let time = DateTime::strptime("%Y%m%d%H%M%S", &whole).ok()?;
    Some(time.to_zoned(TimeZone::UTC).ok()?.timestamp())
}

#[cfg(test)]
mod tests {
    use rustls::pki_types::CertificateDer;
    use rustls::pki_types::pem::PemObject as _;

    use super::*;

    fn of(pem: &str) -> Vec<u8> {
        CertificateDer::from_pem_slice(pem.as_bytes()).unwrap().to_vec()
    }

    #[test]
    fn the_last_day_is_read() {
        let good = end(&of(include_str!("tests/tls/good.pem"))).unwrap();
        assert!(good.to_string().starts_with("2126-"), "{good}");
        let expired = end(&of(include_str!("tests/tls/expired.pem"))).unwrap();
        assert!(expired < "2026-11-01T00:00:00Z".parse().unwrap(), "{expired}");
    }

    #[test]
    fn both_forms_of_a_time() {
        for (tag, text, time) in [
            (UTC_TIME, "261130120000Z", Some("2026-11-30T12:00:00Z")),
            (UTC_TIME, "491231235959Z", Some("2049-12-31T23:59:59Z")),
            (UTC_TIME, "500101000000Z", Some("1950-01-01T00:00:00Z")),
            (GENERALIZED_TIME, "21260101000000Z", Some("2126-01-01T00:00:00Z")),
            (UTC_TIME, "261330120000Z", None),
            (UTC_TIME, "2611301200Z", None),
            (UTC_TIME, "261130120000", None),
            (UTC_TIME, "é", None),
            (SEQUENCE, "261130120000Z", None),
        ] {
            assert_eq!(moment(tag, text).map(|time| time.to_string()).as_deref(), time, "{text}");
        }
    }

    #[test]
    fn what_is_cut_or_is_none_tells_nothing() {
        let whole = of(include_str!("tests/tls/good.pem"));
        let needed = (0..whole.len()).rev().find(|length| end(&whole[..*length]).is_some());
        assert_eq!(needed, None, "the outermost length says how much there has to be");
        for length in 0..whole.len().min(200) {
            let mut damaged = whole.clone();
            damaged[length] ^= 0xff;
            // Whatever comes of it, it comes to an end.
            let _ = end(&damaged);
        }
        for none in [&b""[..], b"\x30", b"\x30\x80", b"\x30\x84\xff\xff\xff\xff", b"-----BEGIN CERTIFICATE-----"] {
            assert_eq!(end(none), None);
        }
    }
}
