//! Plain words against tables: for YAML 1.1 what `PyYAML` 6.0.3 made of 580 of them, for 1.2 what the
//! specification says.

use super::{Scalar, Schema};

/// Text, kind and value, one word a line; made by `yaml.compose` and `yaml.safe_load`.
const PYYAML: &str = include_str!("pyyaml.tsv");

#[test]
fn plain_words_are_what_pyyaml_makes_of_them() {
    let mut count = 0;
    for line in PYYAML.lines() {
        let mut fields = line.split('\t').map(|field| field.replace("\\t", "\t"));
        let (text, kind, value) = (fields.next().unwrap(), fields.next().unwrap(), fields.next().unwrap());
        let found = Schema::Yaml11.plain(&text);
        let wanted = match kind.as_str() {
            "null" => Scalar::Null,
            "bool" => Scalar::Bool(value == "true"),
            "int" => value.parse().map_or_else(|_| Scalar::Float(value.parse().unwrap()), Scalar::Int),
            "float" => Scalar::Float(value.parse().unwrap()),
            "date" => Scalar::Date(value),
            _ => Scalar::Text(value),
        };
        assert!(is_same(&found, &wanted), "{text:?} is {wanted:?} to PyYAML and {found:?} to us");
        count += 1;
    }
    assert!(count > 500, "{count}");
}

/// Floats by their bits, but for sums of sixtieths, which may differ in the last one.
fn is_same(found: &Scalar, wanted: &Scalar) -> bool {
    match (found, wanted) {
        (Scalar::Float(found), Scalar::Float(wanted)) => {
            found.to_bits() == wanted.to_bits()
                || found.is_nan() && wanted.is_nan()
                || (found - wanted).abs() <= wanted.abs() * f64::EPSILON * 2.0
        }
        _ => found == wanted,
    }
}

#[test]
fn plain_words_are_what_the_core_schema_says() {
    let text = |text: &str| Scalar::Text(text.to_owned());
    for (word, wanted) in [
        ("", Scalar::Null),
        ("~", Scalar::Null),
        ("NULL", Scalar::Null),
        ("nULL", text("nULL")),
        ("true", Scalar::Bool(true)),
        ("FALSE", Scalar::Bool(false)),
        ("yes", text("yes")),
        ("off", text("off")),
        ("0", Scalar::Int(0)),
        ("012", Scalar::Int(12)),
        ("-12", Scalar::Int(-12)),
        ("+12", Scalar::Int(12)),
        ("0o17", Scalar::Int(15)),
        ("-0o17", text("-0o17")),
        ("0o", text("0o")),
        ("0x1F", Scalar::Int(31)),
        ("0b1", text("0b1")),
        ("1_000", text("1_000")),
        ("22:22", text("22:22")),
        ("2024-01-01", text("2024-01-01")),
        ("1e3", Scalar::Float(1000.0)),
        ("1.0e+3", Scalar::Float(1000.0)),
        ("1.e3", Scalar::Float(1000.0)),
        (".5", Scalar::Float(0.5)),
        ("-.5", Scalar::Float(-0.5)),
        ("5.", Scalar::Float(5.0)),
        (".", text(".")),
        ("1e", text("1e")),
        ("e3", text("e3")),
        (".e3", text(".e3")),
        ("-", text("-")),
        ("1.2.3", text("1.2.3")),
        (".inf", Scalar::Float(f64::INFINITY)),
        ("-.INF", Scalar::Float(f64::NEG_INFINITY)),
        ("inf", text("inf")),
        ("infinity", text("infinity")),
        ("NaN", text("NaN")),
    ] {
        assert_eq!(Schema::Core12.plain(word), wanted, "{word:?}");
    }
    assert!(matches!(Schema::Core12.plain(".NaN"), Scalar::Float(number) if number.is_nan()));
}
