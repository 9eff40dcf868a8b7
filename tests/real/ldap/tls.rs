//! Encrypted connections, by ldaps:// and by StartTLS, to a server whose authority is its own.

use super::slapd::{Setup, Slapd, types};

fn secure() -> Slapd {
    // Whoever is not encrypted is not heard.
    let lines = "security tls=1".to_owned();
    Slapd::with(&Setup { tls: true, lines, ..Setup::default() })
}

#[test]
fn the_authority_is_checked() {
    let slapd = secure();
    let room = slapd.room().env("ORCHEST_LDAP", &slapd.secure_url());
    types(&room, "user list").code(1).says("no secure connection").says("--cacert");
    types(&room, &format!("user list --cacert {}", slapd.authority())).success().says("no users");
    types(&room, "user list --insecure").success();
    let own = room.env("ORCHEST_LDAP_CACERT", &slapd.authority());
    types(&own, "user list").success();
    types(&own, "group create crew").success();
    types(&own, "user create ann --new-password-file a.pw --group crew").success();
    types(&own, "auth ann --password-file a.pw").success();
}

#[test]
fn a_plain_connection_is_encrypted_before_anything_is_said() {
    let slapd = secure();
    let room = slapd.room();
    types(&room, "user list").code(1).says("confidentialityRequired").says("ldap.starttls");
    let room = room.env("ORCHEST_LDAP_STARTTLS", "true");
    types(&room, "user list").code(1).says("no secure connection");
    types(&room, &format!("user list --cacert {}", slapd.authority())).success();
    let own = room.env("ORCHEST_LDAP_CACERT", &slapd.authority());
    types(&own, "user create ann --new-password-file a.pw").success();
    types(&own, "auth ann --password-file b.pw").code(4);
}

#[test]
fn a_server_that_cannot_encrypt_gets_no_password() {
    let slapd = Slapd::start();
    let room = slapd.room().env("ORCHEST_LDAP_STARTTLS", "true");
    types(&room, "user list").code(1).says("refuses to encrypt");
    room.file("junk.pem", "no certificate\n");
    let junk = slapd.room().env("ORCHEST_LDAP", "ldaps://127.0.0.1:1").env("ORCHEST_LDAP_CACERT", "junk.pem");
    types(&junk, "user list").code(78).says("junk.pem");
}
