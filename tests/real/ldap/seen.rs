//! What a run leaves to see: a trace, the run log, and no password anywhere.

use super::killed::{Moment, killed, relay};
use super::slapd::{ADMIN_PASSWORD, BASE, Slapd, types};

const LINE: &str = "user create ann --group crew --new-password-file a.pw";

#[test]
fn requests_are_traced_and_writes_logged_without_passwords() {
    let slapd = Slapd::start();
    let room = slapd.room();
    types(&room, "group create crew").success();
    let trace = room.path("trace").display().to_string();
    let output = types(&room, &format!("{LINE} -vv --trace {trace}")).success();
    let ann = format!("uid=ann,ou=users,{BASE}");
    for line in [format!("> BIND cn=admin,{BASE}"), format!("> ADD {ann}"), format!("> PASSWORD {ann}")] {
        assert!(output.stderr.contains(&line), "{line}\n{output}");
    }
    let output = output.says("< 0 in ").says("< 32 in ");
    types(&room, "auth ann --password-file b.pw -vv").code(4).says("< 49 in ");
    for file in room.files().into_iter().filter(|file| file.extension().is_none_or(|end| end != "pw")) {
        let text = String::from_utf8_lossy(&std::fs::read(&file).unwrap()).into_owned();
        assert!(!text.contains("tall-Order") && !text.contains(ADMIN_PASSWORD), "{}", file.display());
    }
    assert!(!output.stderr.contains("tall-Order"), "{output}");
    let log = room.ok(&["audit", "list", "-o", "json"]);
    assert!(log.contains(&format!("MODIFY ldap cn=crew,ou=groups,{BASE}")), "{log}");
}

#[test]
fn a_run_that_was_killed_is_told_of_and_continued() {
    let slapd = Slapd::start();
    let room = slapd.room();
    types(&room, "group create crew").success();
    // The addition of the user is carried out.
    let (url, told) = relay(slapd.port(), Moment { index: 3, carried_out: true });
    let room = room.env("ORCHEST_LDAP", &url);
    assert!(killed(&room, LINE, &told));
    assert!(slapd.user("ann").is_some());
    let room = room.env("ORCHEST_LDAP", &slapd.url());
    types(&room, LINE).success().says("did not finish; this command continues it").says("now in crew");
    assert_eq!(slapd.members("crew").len(), 2);
}
