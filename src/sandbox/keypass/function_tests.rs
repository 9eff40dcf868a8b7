use super::*;

fn text(text: &str) -> Value {
    Value::Text(text.to_owned())
}

fn function(name: &str) -> Function {
    Function::named(&format!("urn:oasis:names:tc:xacml:{name}")).unwrap()
}

#[test]
fn two_values_are_compared() {
    for (name, first, second, expected) in [
        ("1.0:function:string-equal", "a", "a", true),
        ("1.0:function:string-equal", "a", "A", false),
        ("3.0:function:string-equal-ignore-case", "a", "A", true),
        ("3.0:function:string-starts-with", "ab", "abc", true),
        ("3.0:function:string-starts-with", "abc", "ab", false),
        ("3.0:function:string-ends-with", "bc", "abc", true),
        ("3.0:function:string-contains", "b", "abc", true),
        ("3.0:function:string-contains", "abc", "b", false),
        ("1.0:function:string-regexp-match", "fiware:orion:.*", "fiware:orion:city:/:::", true),
        ("1.0:function:string-regexp-match", "fiware:orion:.*", "fiware:perseo:city:/:::", false),
    ] {
        assert_eq!(function(name).compare(&text(first), &text(second)), Some(expected), "{name} {first} {second}");
    }
    let uri = Value::Uri("urn:x".to_owned());
    assert_eq!(function("1.0:function:anyURI-equal").compare(&uri, &uri), Some(true));
    assert_eq!(function("2.0:function:anyURI-regexp-match").compare(&text("^urn:y$"), &uri), Some(false));
}

#[test]
fn bags_are_related() {
    let (one, two) = ([text("a"), text("b")], [text("b"), text("c")]);
    for (name, first, second, expected) in [
        ("string-at-least-one-member-of", &one[..], &two[..], true),
        ("string-at-least-one-member-of", &one[..1], &two[..], false),
        ("string-is-in", &one[1..], &two[..], true),
        ("string-subset", &one[1..], &two[..], true),
        ("string-subset", &one[..], &two[..], false),
        ("string-set-equals", &one[1..], &two[..1], true),
        ("string-set-equals", &one[1..], &two[..], false),
    ] {
        let function = function(&format!("1.0:function:{name}"));
        assert_eq!(function.relate(first, second), Some(expected), "{name} {first:?} {second:?}");
    }
}

#[test]
fn anything_may_stand_around_a_pattern_that_is_not_anchored() {
    for (pattern, value, expected) in [
        ("b", "abc", Some(true)),
        ("^b", "abc", Some(false)),
        ("c$", "abc", Some(true)),
        ("^abc$", "abc", Some(true)),
        ("^a|b$", "ab", Some(false)),
        ("a|b", "xa", Some(true)),
        ("a|b", "ax", Some(false)),
        ("", "abc", None),
        ("(", "abc", None),
    ] {
        assert_eq!(matches(pattern, value), expected, "{pattern} {value}");
    }
}

#[test]
fn hostile_patterns_cost_little() {
    assert_eq!(matches(&"a".repeat(1 << 20), "a"), None);
    assert_eq!(matches(&"(".repeat(1 << 16), "a"), None);
    assert_eq!(matches("((a{999}){999}){999}", "a"), None);
    assert_eq!(matches("^(a|a)*$", &format!("{}b", "a".repeat(5_000))), Some(false));
}

#[test]
fn types_are_checked_before_anything_is_evaluated() {
    use Type::{Bag, One};
    assert_eq!(function("1.0:function:not").result(&[One(Kind::Truth)]), Some(One(Kind::Truth)));
    assert_eq!(function("1.0:function:not").result(&[One(Kind::Text)]), None);
    assert_eq!(function("1.0:function:string-bag").result(&[One(Kind::Text); 3]), Some(Bag(Kind::Text)));
    assert_eq!(function("1.0:function:string-bag").result(&[One(Kind::Uri)]), None);
    assert_eq!(function("1.0:function:string-one-and-only").result(&[Bag(Kind::Text)]), Some(One(Kind::Text)));
    assert_eq!(function("1.0:function:string-equal").result(&[One(Kind::Text)]), None);
    for name in ["2.0:function:string-equal", "1.0:function:integer-add", "1.0:function:string-rot13"] {
        assert_eq!(Function::named(&format!("urn:oasis:names:tc:xacml:{name}")), None, "{name}");
    }
}

#[test]
fn truths_are_read_in_both_spellings() {
    assert_eq!(Value::new(Kind::Truth, " true ".to_owned()), Some(Value::Truth(true)));
    assert_eq!(Value::new(Kind::Truth, "0".to_owned()), Some(Value::Truth(false)));
    assert_eq!(Value::new(Kind::Truth, "yes".to_owned()), None);
}
