//! Numbers with a unit: `scalar-unit.size`, `.time` and `.frequency`.

use super::kind::Kind;

/// Sizes, decimal and binary; the profile lets each be written in any case, and `tosca-parser` does so for all units.
const SIZES: &[(&str, f64)] = &[
    ("b", 1.0),
    ("kb", 1e3),
    ("kib", 1024.0),
    ("mb", 1e6),
    ("mib", 1_048_576.0),
    ("gb", 1e9),
    ("gib", 1_073_741_824.0),
    ("tb", 1e12),
    ("tib", 1_099_511_627_776.0),
];
const TIMES: &[(&str, f64)] =
    &[("d", 86_400.0), ("h", 3600.0), ("m", 60.0), ("s", 1.0), ("ms", 1e-3), ("us", 1e-6), ("ns", 1e-9)];
const FREQUENCIES: &[(&str, f64)] = &[("hz", 1.0), ("khz", 1e3), ("mhz", 1e6), ("ghz", 1e9)];

/// The number in bytes, seconds or hertz; nothing if it is none, or has no unit of its kind.
pub(super) fn amount(kind: &Kind, text: &str) -> Option<f64> {
    let units = match kind {
        Kind::Size => SIZES,
        Kind::Time => TIMES,
        Kind::Frequency => FREQUENCIES,
        _ => return None,
    };
    let text = text.trim();
    let end = text.find(|one: char| !one.is_ascii_digit() && one != '.')?;
    let (number, unit) = text.split_at(end);
    let unit = unit.trim_start().to_ascii_lowercase();
    let (_, factor) = units.iter().find(|(name, _)| *name == unit)?;
    if !number.starts_with(|one: char| one.is_ascii_digit()) {
        return None;
    }
    number.parse::<f64>().ok().map(|number| number * factor)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_are_known_by_kind_and_in_any_case() {
        for (kind, text, wanted) in [
            (Kind::Size, "4 GB", Some(4e9)),
            (Kind::Size, "4gb", Some(4e9)),
            (Kind::Size, "1.5   MiB", Some(1_572_864.0)),
            (Kind::Size, "10 B", Some(10.0)),
            (Kind::Size, " 1 TiB ", Some(1_099_511_627_776.0)),
            (Kind::Size, "2 KB", Some(2000.0)),
            (Kind::Size, "2 KiB", Some(2048.0)),
            (Kind::Size, "1 TB", Some(1e12)),
            (Kind::Size, "4", None),
            (Kind::Size, "GB", None),
            (Kind::Size, "-4 GB", None),
            (Kind::Size, ".5 GB", None),
            (Kind::Size, "4 GHz", None),
            (Kind::Size, "4 G", None),
            (Kind::Size, "1.2.3 GB", None),
            (Kind::Time, "2 d", Some(172_800.0)),
            (Kind::Time, "1 h", Some(3600.0)),
            (Kind::Time, "5m", Some(300.0)),
            (Kind::Time, "500 ms", Some(0.5)),
            (Kind::Time, "1 year", None),
            (Kind::Frequency, "2.5 GHz", Some(2.5e9)),
            (Kind::Frequency, "1 s", None),
            (Kind::String, "4 GB", None),
        ] {
            assert_eq!(amount(&kind, text), wanted, "{kind:?} {text:?}");
        }
    }
}
