//! The words of XACML 3.0 that the platform's policies are made of.

/// The namespace of policies, requests and answers.
pub(super) const NAMESPACE: &str = "urn:oasis:names:tc:xacml:3.0:core:schema:wd-17";
/// The algorithm of all default policies: what no rule permits is denied.
pub(super) const DENY_UNLESS_PERMIT: &str = "urn:oasis:names:tc:xacml:3.0:rule-combining-algorithm:deny-unless-permit";
/// The type of everything.
pub(super) const STRING: &str = "http://www.w3.org/2001/XMLSchema#string";

pub(super) const REGEXP_MATCH: &str = "urn:oasis:names:tc:xacml:1.0:function:string-regexp-match";
pub(super) const AT_LEAST_ONE: &str = "urn:oasis:names:tc:xacml:1.0:function:string-at-least-one-member-of";
pub(super) const BAG: &str = "urn:oasis:names:tc:xacml:1.0:function:string-bag";

/// An attribute of the requests that the PEP makes: (category, id).
pub(super) type Attribute = (&'static str, &'static str);

pub(super) const SUBJECT: Attribute =
    ("urn:oasis:names:tc:xacml:1.0:subject-category:access-subject", "urn:oasis:names:tc:xacml:1.0:subject:subject-id");
pub(super) const RESOURCE: Attribute =
    ("urn:oasis:names:tc:xacml:3.0:attribute-category:resource", "urn:oasis:names:tc:xacml:1.0:resource:resource-id");
pub(super) const ACTION: Attribute =
    ("urn:oasis:names:tc:xacml:3.0:attribute-category:action", "urn:oasis:names:tc:xacml:1.0:action:action-id");
