//! Policies and requests for tests: the default policies of the platform, and small ones of one's own.

/// Component, level, the actions of the default policies, and one that is not among them.
pub(in crate::sandbox) const DEFAULTS: [(&str, &str, &str, &str); 11] = [
    ("orion", "Admin", "create update delete read subscribe register discover subscribe-availability", "writeRule"),
    ("orion", "Customer", "read subscribe discover subscribe-availability", "create"),
    ("perseo", "Admin", "readRule writeRule notify", "read"),
    ("perseo", "Customer", "readRule", "writeRule"),
    ("iotagent", "Admin", "create update delete read", "notify"),
    ("iotagent", "Customer", "read", "update"),
    ("sth", "Admin", "read create", "delete"),
    ("sth", "Customer", "read", "create"),
    ("keypass", "SubServiceAdmin", SUB_SERVICE_ADMIN, "deleteTenantPolicies"),
    ("keypass", "Admin", ADMIN, "notify"),
    ("keypass", "Customer", "listPolicies readPolicy", "createPolicy"),
];

const SUB_SERVICE_ADMIN: &str = "createPolicy listPolicies deleteSubjectPolicies readPolicy deletePolicy";
const ADMIN: &str = "createPolicy listPolicies deleteSubjectPolicies readPolicy deletePolicy deleteTenantPolicies";

/// The type of all texts.
pub(in crate::sandbox) const STRING: &str = "http://www.w3.org/2001/XMLSchema#string";
const REGEXP: &str = "urn:oasis:names:tc:xacml:1.0:function:string-regexp-match";
const RESOURCE: &str = "AttributeId='urn:oasis:names:tc:xacml:1.0:resource:resource-id' \
                        Category='urn:oasis:names:tc:xacml:3.0:attribute-category:resource'";
const ACTION: &str = "AttributeId='urn:oasis:names:tc:xacml:1.0:action:action-id' \
                      Category='urn:oasis:names:tc:xacml:3.0:attribute-category:action'";

pub(in crate::sandbox) fn value(text: &str) -> String {
    format!("<AttributeValue DataType='{STRING}'>{text}</AttributeValue>")
}

fn designator(attribute: &str) -> String {
    format!("<AttributeDesignator {attribute} DataType='{STRING}' MustBePresent='true'/>")
}

/// A match of the resource with a pattern.
pub(in crate::sandbox) fn resource(pattern: &str) -> String {
    format!("<Match MatchId='{REGEXP}'>{}{}</Match>", value(pattern), designator(RESOURCE))
}

/// A target of one match.
pub(in crate::sandbox) fn target(matches: &str) -> String {
    format!("<Target><AnyOf><AllOf>{matches}</AllOf></AnyOf></Target>")
}

/// The condition that the action is one of these.
pub(in crate::sandbox) fn one_of(actions: &str) -> String {
    let function = "urn:oasis:names:tc:xacml:1.0:function:string";
    let actions: String = actions.split(' ').map(value).collect();
    format!(
        "<Condition>\n<Apply FunctionId='{function}-at-least-one-member-of'>\n\
         <Apply FunctionId='{function}-bag'>{actions}</Apply>\n{}</Apply></Condition>",
        designator(ACTION)
    )
}

/// A policy with this algorithm for rules, such as `3.0:deny-overrides`.
pub(in crate::sandbox) fn policy(id: &str, algorithm: &str, body: &str) -> String {
    let (version, name) = algorithm.split_once(':').unwrap();
    format!(
        "<?xml version='1.0'?>\n<!-- {id} -->\n<Policy xmlns='urn:oasis:names:tc:xacml:3.0:core:schema:wd-17'\n\
         PolicyId='{id}' RuleCombiningAlgId='urn:oasis:names:tc:xacml:{version}:rule-combining-algorithm:{name}' \
         Version='1.0'>\n{body}\n</Policy>\n"
    )
}

/// A policy in the form of the platform's default ones.
pub(in crate::sandbox) fn default_policy(id: &str, component: &str, actions: &str) -> String {
    let target = target(&resource(&format!("fiware:{component}:.*")));
    let rule = format!("<Rule RuleId='{id}Rule1' Effect='Permit'>\n{}\n</Rule>", one_of(actions));
    policy(id, "3.0:deny-unless-permit", &format!("{target}\n{rule}"))
}

/// A request in the form of the PEP's.
pub(in crate::sandbox) fn request(roles: &[&str], resource: &str, action: &str) -> String {
    let attribute = |id: &str, text: &str| {
        let id = format!("urn:oasis:names:tc:xacml:1.0:{id}");
        format!("<Attribute IncludeInResult='false' AttributeId='{id}'>\n{}\n</Attribute>", value(text))
    };
    let roles: String = roles.iter().map(|role| attribute("subject:subject-id", role)).collect();
    format!(
        "<?xml version='1.0' encoding='UTF-8'?>\n<Request xmlns='urn:oasis:names:tc:xacml:3.0:core:schema:wd-17' \
         ReturnPolicyIdList='false' CombinedDecision='false'>\n\
         <Attributes Category='urn:oasis:names:tc:xacml:1.0:subject-category:access-subject'>{roles}</Attributes>\
         <Attributes Category='urn:oasis:names:tc:xacml:3.0:attribute-category:resource'>{}</Attributes>\
         <Attributes Category='urn:oasis:names:tc:xacml:3.0:attribute-category:action'>{}</Attributes></Request>",
        attribute("resource:resource-id", resource),
        attribute("action:action-id", action)
    )
}
