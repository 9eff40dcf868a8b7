use serde_json::json;

use super::*;

#[test]
fn words_what_is_wrong_as_keystone_does() {
    let schema = json!({"type": "object", "properties": {"thing": {"type": "object", "properties": {
        "name": {"type": "string", "minLength": 1, "maxLength": 3, "pattern": "[\\S]+"},
        "on": {"type": ["boolean", "null"]},
        "tags": {"type": "array", "items": {"type": "string", "pattern": "^[^,/]*$"}, "uniqueItems": true},
    }, "required": ["name"], "minProperties": 1}}, "required": ["thing"], "additionalProperties": false});
    let cases = [
        (json!({}), "'thing' is a required property"),
        (
            json!({"thing": {"name": "x"}, "b": 1, "a": 2}),
            "Additional properties are not allowed ('a', 'b' were unexpected)",
        ),
        (json!({"thing": []}), "Invalid input for field/attribute thing. Value: []. [] is not of type 'object'"),
        (json!({"thing": {}}), "Invalid input for field/attribute thing. Value: {}. 'name' is a required property"),
        (json!({"thing": {"name": ""}}), "Invalid input for field/attribute name. Value: . '' should be non-empty"),
        (
            json!({"thing": {"name": "it's"}}),
            "Invalid input for field/attribute name. Value: it's. \"it's\" is too long",
        ),
        (
            json!({"thing": {"name": " "}}),
            "Invalid input for field/attribute name. Value:  . ' ' does not match '[\\\\S]+'",
        ),
        (
            json!({"thing": {"name": "x", "on": 5}}),
            "Invalid input for field/attribute on. Value: 5. 5 is not of type 'boolean', 'null'",
        ),
        (
            json!({"thing": {"name": "x", "tags": ["a,b"]}}),
            "Invalid input for field/attribute 0. Value: a,b. 'a,b' does not match '^[^,/]*$'",
        ),
        (
            json!({"thing": {"name": "x", "tags": ["a", "a"]}}),
            "Invalid input for field/attribute tags. Value: ['a', 'a']. ['a', 'a'] has non-unique elements",
        ),
        (
            json!({"thing": {"name": {"a": null}}}),
            "Invalid input for field/attribute name. Value: {'a': None}. {'a': None} is not of type 'string'",
        ),
    ];
    for (value, message) in cases {
        assert_eq!(check(&schema, &value), Err(Refusal::bad_request(message)), "{value}");
    }
    assert_eq!(check(&schema, &json!({"thing": {"name": "x", "on": null, "more": 1}})), Ok(()));
}

#[test]
fn names_the_whole_path_in_the_old_form() {
    let schema = json!({"properties": {"a": {"properties": {"b": {"type": "string"}}}}});
    let refusal = check_old(&schema, &json!({"a": {"b": 1}}));
    assert_eq!(refusal, Err(Refusal::bad_request("Invalid input for field 'a/b': 1 is not of type 'string'")));
}
