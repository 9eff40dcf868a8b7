//! What a token is, and taking it back: the one place where it stands in an address.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::super::super::call::Reply;
use super::super::http::{etag, json as json_reply};
use super::super::token::{Token, TokenKind};
use super::{Scene, missing};

fn time(time: Timestamp) -> String {
    time.strftime("%Y-%m-%dT%H:%M:%S.000Z").to_string()
}

fn find(scene: &Scene<'_>, text: &str) -> Result<Token, Reply> {
    let token = Token::read(text).filter(|token| token.kind == TokenKind::Trello && !token.is_expired(scene.now));
    token.filter(|_| !scene.data.desk.revoked.contains(text)).ok_or_else(missing)
}

pub(super) fn show(scene: &Scene<'_>, text: &str) -> Result<Reply, Reply> {
    let token = find(scene, text)?;
    let member = scene.data.member(&token.who).ok_or_else(missing)?.id.clone();
    let (read, write) = (token.has("read"), token.has("write"));
    let of =
        |kind: &str, id: &str, write: bool| json!({"idModel": id, "modelType": kind, "read": read, "write": write});
    let permissions: Vec<Value> =
        vec![of("Member", &member, token.has("account")), of("Board", "*", write), of("Organization", "*", write)];
    let id: String = etag(text.as_bytes()).trim_matches('"').chars().take(24).collect();
    let body = json!({
        "id": id,
        "identifier": "orchest",
        "idMember": member,
        "dateCreated": time(token.made),
        "dateExpires": token.expires.map(time),
        "permissions": permissions,
    });
    Ok(json_reply(200, &body))
}

pub(super) fn revoke(scene: &mut Scene<'_>, text: &str) -> Result<Reply, Reply> {
    find(scene, text)?;
    scene.data.desk.revoked.insert(text.to_owned());
    Ok(json_reply(200, &json!({"_value": null})))
}
