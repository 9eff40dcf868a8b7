use serde_json::json;

use super::*;

#[test]
fn times_of_both_dialects_are_the_same_moment() {
    for text in
        ["2026-11-21T07:03:00.000+00:00", "2026-11-21T07:03+0000", "2026-11-21T08:03+0100", "2026-11-21T07:03:00"]
    {
        assert_eq!(Time::read(text).shown(), "2026-11-21T07:03:00Z", "{text}");
    }
    assert_eq!(Time::read("yesterday").shown(), "yesterday");
}

#[test]
fn both_dialects_become_one() {
    let new = deployment_v1(json!({
        "id": "d1", "status": 0, "status_name": "CREATE_COMPLETE", "task": 3, "status_reason": null,
        "template_outputs": {"endpoint": "https://x"}, "created_at": "2026-11-21T07:03:04.447+00:00",
        "created_by": "u1", "owned_by": ["u1", "u2"], "user_group": "physics", "target_provider_name": "recas",
        "im_infrastructure_id": "inf1", "template_id": "t1", "keep_last_attempt": true, "links": {"logs": "http://internal"}
    }))
    .unwrap();
    let old = deployment_indigo(json!({
        "uuid": "d1", "status": "CREATE_COMPLETE", "task": "NONE", "outputs": {"endpoint": "https://x"},
        "creationTime": "2026-11-21T07:03+0000", "createdBy": {"issuer": "https://iam/", "subject": "s"},
        "userGroup": "physics", "cloudProviderName": "recas", "physicalId": "inf1",
        "cloudProviderEndpoint": {"cpEndpoint": "https://k:5000", "region": "bari"}, "links": []
    }))
    .unwrap();
    for one in [&new, &old] {
        assert_eq!((one.id.as_str(), &one.status), ("d1", &Status::CreateComplete));
        assert_eq!(one.outputs.as_ref().unwrap()["endpoint"], "https://x");
        assert_eq!((one.group.as_deref(), one.provider.as_deref()), (Some("physics"), Some("recas")));
        assert_eq!(one.infrastructure.as_deref(), Some("inf1"));
        assert!(!one.rest.contains_key("links"));
    }
    assert_eq!((new.task.as_deref(), new.owners.len()), (Some("infrastructure_creation"), 2));
    assert_eq!(new.rest["keep_last_attempt"], true);
    assert_eq!(old.created_by.as_deref(), Some("s@https://iam/"));
    assert_eq!(
        (old.region.as_deref(), &old.rest["cloudProviderEndpoint"]["cpEndpoint"]),
        (Some("bari"), &json!("https://k:5000"))
    );
}

#[test]
fn numbers_alone_are_enough_and_nothing_is_not() {
    let numbers = deployment_v1(json!({"id": "d", "status": 5, "task": 77})).unwrap();
    assert_eq!((numbers.status.name(), numbers.task.as_deref()), ("DELETE_IN_PROGRESS", Some("77")));
    let told = |outputs: serde_json::Value| {
        deployment_v1(json!({"id": "d", "status": 0, "template_outputs": outputs})).unwrap().outputs
    };
    assert_eq!(
        (told(json!(null)), told(json!({}))),
        (None, Some(Map::new())),
        "none told is not the same as none there"
    );
    assert_eq!(deployment_v1(json!({"id": "d"})).unwrap_err(), "`status` is missing");
    assert_eq!(deployment_indigo(json!({"status": "UNKNOWN"})).unwrap_err(), "`uuid` is missing");
    assert!(resource_indigo(json!([1])).is_err());
}

#[test]
fn nodes_of_both_dialects_become_one() {
    let old = resource_indigo(json!({"uuid": "r", "state": "STARTED", "toscaNodeName": "vm", "physicalId": "0",
        "toscaNodeType": "tosca.nodes.Compute", "requiredBy": [], "metadata": {"a": 1}}))
    .unwrap();
    let new = resource_v1(json!({"id": "r", "status": 8, "tosca_node_name": "vm", "im_vm_idx": 0,
        "tosca_node_type": "tosca.nodes.Compute", "metadata": {"a": 1}}))
    .unwrap();
    for one in [old, new] {
        assert_eq!((one.state, one.vm.as_deref(), one.name.as_deref()), (NodeState::Started, Some("0"), Some("vm")));
        assert_eq!(one.rest["metadata"]["a"], 1);
    }
}
