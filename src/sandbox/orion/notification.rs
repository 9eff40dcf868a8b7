//! The `notification` of a subscription: where to, and what of the entity.

use serde_json::{Value, json};

use super::error::Refusal;
use super::field::{self, Object};
use super::head::has_forbidden;

const LONGEST_TIMEOUT: i64 = 1_800_000;
const RECEIVERS: [&str; 4] = ["http", "httpCustom", "mqtt", "mqttCustom"];
const FORMATS: [&str; 7] =
    ["normalized", "keyValues", "values", "uniqueValues", "custom", "simplifiedNormalized", "simplifiedKeyValues"];

/// The notification as Orion shows it afterwards. Of `before` two switches outlive a new one that does not set them.
pub(super) fn read(notification: &Object, before: Option<&Value>) -> Result<Value, Refusal> {
    let mut given = RECEIVERS.into_iter().filter(|name| notification.contains_key(*name));
    let Some(receiver) = given.next() else {
        return Err(Refusal::bad("http, httpCustom, mqtt or mqttCustom is missing"));
    };
    if given.next().is_some() {
        return Err(Refusal::bad("only one of http, httpCustom, mqtt or mqttCustom is allowed"));
    }
    let address = read_receiver(notification, receiver)?;
    let (list, attributes) = attributes(notification)?;
    let kept = |name: &str| before.and_then(|before| before.get(name)?.as_bool()).unwrap_or(false);
    let only_changed = field::boolean(notification, "onlyChangedAttrs")?.unwrap_or_else(|| kept("onlyChangedAttrs"));
    let covered = field::boolean(notification, "covered")?.unwrap_or_else(|| kept("covered"));
    if covered && attributes.is_empty() {
        return Err(Refusal::bad("covered true cannot be used if notification attributes list is empty"));
    }
    let metadata = field::names(notification, "metadata")?.unwrap_or_default();
    let format = field::text(notification, "attrsFormat", "attrsFormat")?.unwrap_or("normalized");
    if !FORMATS.contains(&format) {
        let accepted = "normalized, simplifiedNormalized, keyValues, simplifiedkeyValues, values";
        return Err(Refusal::bad(format!("invalid attrsFormat, accepted values: {accepted}")));
    }
    let fails = field::integer(notification, "maxFailsLimit")?;
    if fails.is_some_and(|fails| fails <= 0) {
        return Err(Refusal::bad("maxFailsLimit must be greater than zero"));
    }

    let mut shown = Object::new();
    shown.insert(list.to_owned(), json!(attributes));
    shown.insert("onlyChangedAttrs".to_owned(), json!(only_changed));
    shown.insert("attrsFormat".to_owned(), json!(format));
    shown.insert(receiver.to_owned(), address);
    if !metadata.is_empty() {
        shown.insert("metadata".to_owned(), json!(metadata));
    }
    if let Some(fails) = fails {
        shown.insert("maxFailsLimit".to_owned(), json!(fails));
    }
    shown.insert("covered".to_owned(), json!(covered));
    Ok(Value::Object(shown))
}

/// The name of the list and what is in it; none named means all attributes.
fn attributes(notification: &Object) -> Result<(&'static str, Vec<String>), Refusal> {
    match (field::names(notification, "attrs")?, field::names(notification, "exceptAttrs")?) {
        (Some(_), Some(_)) => Err(Refusal::bad("http notification has attrs and exceptAttrs")),
        (None, Some(except)) if except.is_empty() => Err(Refusal::bad("http notification has exceptAttrs is empty")),
        (None, Some(except)) => Ok(("exceptAttrs", except)),
        (attributes, None) => Ok(("attrs", attributes.unwrap_or_default())),
    }
}

fn read_receiver(notification: &Object, kind: &str) -> Result<Value, Refusal> {
    let Some(receiver) = notification.get(kind).and_then(Value::as_object) else {
        return Err(Refusal::bad(format!("{kind} notification is not an object")));
    };
    let scheme = if kind.starts_with("mqtt") { "mqtt" } else { "http" };
    let url = field::needed_text(receiver, "url", &format!("url {kind} notification"))?;
    if has_forbidden(url) {
        return Err(Refusal::bad(match kind {
            "httpCustom" => "forbidden characters in custom /url/".to_owned(),
            _ => format!("forbidden characters in {scheme} field /url/"),
        }));
    }
    let mut shown = Object::new();
    shown.insert("url".to_owned(), json!(url));
    if scheme == "mqtt" {
        mqtt(receiver, url, &mut shown)?;
    } else {
        http(receiver, url, kind, &mut shown)?;
    }
    if kind.ends_with("Custom") {
        custom(receiver, kind, &mut shown)?;
    }
    Ok(Value::Object(shown))
}

fn http(receiver: &Object, url: &str, kind: &str, shown: &mut Object) -> Result<(), Refusal> {
    // With a part yet to be filled in there is no telling.
    let unknown = kind == "httpCustom" && url.contains("${");
    if !unknown && url.starts_with("mqtt:") {
        return Err(Refusal::bad("mqtt URL cannot be used in http notifications"));
    }
    if !unknown && !is_url(url, &["http://", "https://"]) {
        return Err(Refusal::bad(match kind {
            "httpCustom" => "invalid custom /url/",
            _ => "Invalid URL parsing notification url",
        }));
    }
    match field::integer(receiver, "timeout")? {
        Some(timeout) if !(0..=LONGEST_TIMEOUT).contains(&timeout) => {
            Err(Refusal::bad(format!("timeout field must be an integer between 0 and {LONGEST_TIMEOUT}")))
        }
        Some(timeout) if timeout > 0 => {
            shown.insert("timeout".to_owned(), json!(timeout));
            Ok(())
        }
        _ => Ok(()),
    }
}

fn mqtt(receiver: &Object, url: &str, shown: &mut Object) -> Result<(), Refusal> {
    if !is_url(url, &["mqtt://"]) {
        return Err(Refusal::bad("invalid mqtt /url/"));
    }
    let topic = field::needed_text(receiver, "topic", "topic mqtt notification")?;
    if topic.is_empty() {
        return Err(Refusal::bad("empty mqtt field /topic/"));
    }
    if topic.contains(['+', '#']) {
        return Err(Refusal::bad("+ and # are not allowed in mqtt field /topic/"));
    }
    let quality = field::integer(receiver, "qos")?.unwrap_or(0);
    if !(0..=2).contains(&quality) {
        return Err(Refusal::bad("mqtt qos field must be an integer in the 0 to 2 range"));
    }
    shown.insert("topic".to_owned(), json!(topic));
    shown.insert("qos".to_owned(), json!(quality));
    shown.insert("retain".to_owned(), json!(field::boolean(receiver, "retain")?.unwrap_or(false)));
    let user = field::text(receiver, "user", "user mqtt notification")?;
    let password = field::text(receiver, "passwd", "passwd mqtt notification")?;
    if user.is_some() != password.is_some() {
        return Err(Refusal::bad("you must use user and passwd fields simultaneously"));
    }
    if let Some(user) = user {
        shown.insert("user".to_owned(), json!(user));
        // Never shown again.
        shown.insert("passwd".to_owned(), json!("*****"));
    }
    Ok(())
}

/// The fields of the sender's own message.
fn custom(receiver: &Object, kind: &str, shown: &mut Object) -> Result<(), Refusal> {
    let mut payloads = ["payload", "json", "ngsi"].into_iter().filter(|name| receiver.contains_key(*name));
    let payload = payloads.next();
    if payloads.next().is_some() {
        return Err(Refusal::bad(
            "only one of payload, json or ngsi fields accepted at the same time in httpCustom or mqttCustom",
        ));
    }
    let names = ["method", "qs", "headers"].into_iter().filter(|_| kind == "httpCustom");
    for name in payload.into_iter().chain(names) {
        let Some(value) = receiver.get(name) else { continue };
        match name {
            "method" if !value.is_string() => {
                return Err(Refusal::bad(format!("method {kind} notification is not a string")));
            }
            "qs" | "headers" if !value.is_object() => {
                return Err(Refusal::bad(format!("notification {kind} {name} is not an object")));
            }
            "payload" if value.as_str().is_some_and(has_forbidden) => {
                return Err(Refusal::bad("forbidden characters in custom /payload/"));
            }
            _ => shown.insert(name.to_owned(), value.clone()),
        };
    }
    Ok(())
}

/// One of these schemes, a host, and a port that can exist.
fn is_url(url: &str, schemes: &[&str]) -> bool {
    let Some(rest) = schemes.iter().find_map(|scheme| url.strip_prefix(scheme)) else { return false };
    let authority = rest.split('/').next().unwrap_or_default();
    // An IPv6 address has colons of its own, in brackets.
    let (host, port) = match authority.rsplit_once(':') {
        Some((host, port)) if !port.ends_with(']') => (host, Some(port)),
        _ => (authority, None),
    };
    !host.is_empty() && port.is_none_or(|port| port.parse::<u16>().is_ok_and(|port| port > 0))
}
