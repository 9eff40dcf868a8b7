//! The few things that can be done with entities.

use super::*;

fn create(orion: &mut Orion, tenant: &str, path: &str, query: &str, body: &Value) -> Reply {
    orion.ask(&with_json(at(tenant, path, "POST", &format!("/v2/entities{query}")), body))
}

fn bin(id: &str) -> Value {
    json!({"id": id, "type": "Bin", "level": {"value": 5}})
}

#[test]
fn an_entity_is_made_once_and_upserted_often() {
    let mut orion = Orion::new();
    let made = create(&mut orion, "city", "/parks", "", &bin("b1"));
    assert_eq!((made.status, made.header("Location")), (201, Some("/v2/entities/b1?type=Bin")));
    let again = create(&mut orion, "city", "/parks", "", &bin("b1"));
    assert_eq!(refusal(&again), (422, "Unprocessable".to_owned(), "Already Exists".to_owned()));
    let more = json!({"id": "b1", "type": "Bin", "lid": "open"});
    assert_eq!(create(&mut orion, "city", "/parks", "?options=upsert,keyValues", &more).status, 204);
    let expected = json!({
        "id": "b1",
        "type": "Bin",
        "level": {"type": "Number", "value": 5, "metadata": {}},
        "lid": {"type": "Text", "value": "open", "metadata": {}},
    });
    let one = orion.ask(&at("city", "/parks", "GET", "/v2/entities/b1"));
    assert_eq!((one.status, one.value()), (200, expected));
}

#[test]
fn lists_by_tenant_path_and_type() {
    let mut orion = Orion::new();
    for (tenant, path, id) in
        [("city", "/parks", "a"), ("city", "/parks/north", "b"), ("city", "/parksx", "c"), ("city", "", "d")]
    {
        assert_eq!(create(&mut orion, tenant, path, "", &bin(id)).status, 201);
    }
    assert_eq!(create(&mut orion, "town", "/parks", "", &json!({"id": "e"})).status, 201);
    let table = [
        ("city", "/parks", "", "1", vec!["a"]),
        ("city", "/parks/#", "", "2", vec!["a", "b"]),
        ("city", "/parks,/parksx", "", "2", vec!["a", "c"]),
        ("city", "/", "", "1", vec!["d"]),
        ("city", "/#", "", "4", vec!["d", "a", "b", "c"]),
        ("city", "", "&limit=2&offset=1", "4", vec!["a", "b"]),
        ("city", "", "&type=Tree", "0", vec![]),
        ("city", "", "&id=a,b", "2", vec!["a", "b"]),
        ("town", "", "&type=Thing", "1", vec!["e"]),
    ];
    for (tenant, path, query, total, expected) in table {
        let reply = orion.ask(&at(tenant, path, "GET", &format!("/v2/entities?options=count{query}")));
        let list = reply.value();
        let ids: Vec<&str> = list.as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap()).collect();
        assert_eq!((reply.header("Fiware-Total-Count"), ids), (Some(total), expected), "{tenant} {path} {query}");
    }
}

#[test]
fn takes_one_away_if_it_is_clear_which() {
    let mut orion = Orion::new();
    for (path, body) in [("/a", bin("x")), ("/a", json!({"id": "x", "type": "Tree"})), ("/b", bin("y"))] {
        assert_eq!(create(&mut orion, "city", path, "", &body).status, 201);
    }
    let missing = "The requested entity has not been found. Check type and id";
    let table = [
        ("/a", "x", 409, "More than one matching entity. Please refine your query"),
        ("/b", "x", 404, missing),
        ("/a", "x?type=Bin", 204, ""),
        ("/a", "x", 204, ""),
        ("/a", "x", 404, missing),
        ("/b", "y", 204, ""),
    ];
    for (path, entity, status, description) in table {
        let reply = orion.ask(&at("city", path, "DELETE", &format!("/v2/entities/{entity}")));
        assert_eq!((reply.status, refusal(&reply).2.as_str()), (status, description), "{path} {entity}");
    }
}

#[test]
fn refuses_entities_that_are_wrong_in_any_part() {
    let table = [
        (json!({}), "empty payload"),
        (json!({"type": "T"}), "entity id length: 0, min length supported: 1"),
        (json!({"id": ""}), "entity id length: 0, min length supported: 1"),
        (json!({"id": 1}), "entity id is not a string"),
        (json!({"id": "a b"}), "Invalid characters in entity id"),
        (json!({"id": "a", "type": "b/c"}), "Invalid characters in entity type"),
        (json!({"id": "a", "x": 1}), "attribute x must be a JSON object, unless keyValues option is used"),
    ];
    for (body, description) in table {
        let reply = create(&mut Orion::new(), "city", "/", "", &body);
        assert_eq!(refusal(&reply), (400, "BadRequest".to_owned(), description.to_owned()), "{body}");
    }
}
