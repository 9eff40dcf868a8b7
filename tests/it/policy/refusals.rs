//! What is not sent, and why.

use super::{City, writes};

#[test]
fn bad_files_are_refused_before_anything_is_sent() {
    let city = City::new();
    let good = city.template("orion-customer2");
    let dtd = good.replace("<Policy ", "<!DOCTYPE Policy [<!ENTITY x SYSTEM 'file:///etc/passwd'>]>\n<Policy ");
    let table = [
        ("not-xml.xml", "this is a note, not a policy".to_owned(), "", "this is not XML"),
        ("dtd.xml", dtd, "", "dtd.xml:2: a document type"),
        ("other.xml", good.clone(), "--policy-id OrionCustomer", "holds the policy 'OrionServiceCustomer', not"),
        ("large.xml", good.replace(">read<", &format!(">{}<", "x".repeat(5 << 20))), "", "5.0 MiB"),
        ("html.xml", "<html/>".to_owned(), "", "the root is <html>"),
        ("second.xml", good.clone() + "<Policy/>", "", "a second root"),
        ("entity.xml", good.replace(">read<", ">&read;<"), "", "&read;"),
        ("pattern.xml", good.replace("fiware:orion:.*", "fiware:(orion:.*"), "", "a ( is not closed"),
        ("id.xml", good.replace("PolicyId=\"OrionServiceCustomer\"", "PolicyId=\"a/../b\""), "", "the id \"a/../b\""),
        ("empty.xml", String::new(), "", "it has no element"),
    ];
    for (name, text, flags, reason) in table {
        city.room.file(name, &text);
        let line = format!("policy update ServiceCustomer {name} -s smartcity {flags}");
        let (output, requests) = city.requests(2, line.trim_end());
        output.says(reason).says("nothing was sent");
        assert!(requests.is_empty(), "{name}: {requests:?}");
    }
    std::fs::write(city.room.path("latin.xml"), b"<Policy \xe9/>").unwrap();
    for (line, reason) in [
        ("policy update ServiceCustomer latin.xml -s smartcity", "not UTF-8"),
        (
            "policy update ServiceCustomer none.xml -s smartcity",
            "cannot read none.xml: No such file or directory (os error 2)\n  next: ls\n",
        ),
        ("policy update ServiceCustomer --template orion-custommer -s smartcity", "did you mean 'orion-customer'?"),
        ("policy update ServiceCustomer -s smartcity", "--template"),
        ("policy update ServiceCustomer other.xml", "which service?"),
        ("policy diff ServiceCustomer html.xml -s smartcity", "nothing was sent"),
        ("policy delete ServiceCustomer -s smartcity --yes", "no name was given"),
    ] {
        let (output, requests) = city.requests(2, line);
        output.says(reason);
        assert!(requests.is_empty(), "{line}: {requests:?}");
    }
}

#[test]
fn standard_input_is_a_file_too() {
    let city = City::new();
    let text = city.template("sth-customer2");
    let line = ["policy", "update", "ServiceCustomer", "-", "-s", "smartcity"];
    city.room.run_with_input(&line, &text).success().says("bound policy STHServiceCustomer");
    city.room.run_with_input(&line, "nothing").code(2).says("standard input:1: this is not XML");
}

#[test]
fn without_an_address_it_says_how_to_give_one() {
    let city = City::new();
    let room = city.sandbox.environment().into_iter().fold(crate::support::cli::Room::new(), |room, (name, value)| {
        if name == "ORCHEST_KEYPASS" { room } else { room.env(&name, &value) }
    });
    city.sandbox.take_record();
    room.run(&["policy", "list", "ServiceCustomer", "-s", "smartcity"])
        .code(78)
        .says("where is Keypass?")
        .says("--keypass URL (or --host HOST --port PORT)")
        .says("orchest config set keypass.url");
    assert!(city.sandbox.take_record().requests.is_empty());
}

#[test]
fn a_policy_is_not_taken_from_another_role_unasked() {
    let city = City::new();
    city.types("policy update SubServiceAdmin --template orion-admin -s smartcity").success();
    let (output, requests) = city.requests(6, "policy update ServiceCustomer --template orion-admin -s smartcity");
    output
        .says("role SubServiceAdmin has the policy 'OrionSubServiceAdmin'")
        .says("this would take it away from there")
        .says("--move");
    assert_eq!(writes(&requests), Vec::<String>::new());
    // One that the standard does not know, held by a role that it does not know.
    city.types("role create Gardener -s smartcity").success();
    city.room.file("own.xml", &city.template("orion-admin").replace("OrionSubServiceAdmin", "Garden"));
    city.types("policy update Gardener own.xml -s smartcity").success();
    city.types("policy update ServiceCustomer own.xml -s smartcity")
        .code(6)
        .says("role Gardener has the policy 'Garden'");
    city.types("policy update ServiceCustomer own.xml -s smartcity --move").code(2).says("--yes");
    city.types("policy update ServiceCustomer own.xml -s smartcity --move --yes").success().says("loses its policy");
    assert_eq!(city.policies("Gardener", "smartcity"), Vec::<String>::new());
    assert_eq!(city.policies("ServiceCustomer", "smartcity"), ["Garden"]);
}

#[test]
fn a_second_policy_for_one_component_has_to_be_meant() {
    let city = City::new();
    city.types("policy update SubServiceAdmin --template orion-admin -s smartcity").success();
    city.room.file("more.xml", &city.template("orion-customer").replace("OrionSubServiceCustomer", "More"));
    let line = "policy update SubServiceAdmin more.xml -s smartcity";
    let (output, requests) = city.requests(2, line);
    output.says("narrow each other in orion").says("--yes");
    assert_eq!(writes(&requests), Vec::<String>::new());
    city.types(&format!("{line} --dry-run")).success().says("narrow each other");
    city.types(&format!("{line} --yes")).success();
    city.types("policy list SubServiceAdmin -s smartcity --explain")
        .success()
        .prints("narrow each other in orion (a denial wins); together they permit read\n");
    // For another component nobody has to agree.
    city.types("policy update SubServiceAdmin --template sth-admin -s smartcity").success();
}

#[test]
fn a_broken_policy_can_be_seen_and_removed() {
    let city = City::new();
    city.types("policy update ServiceCustomer --template sth-customer2 -s smartcity").success();
    let id = city.role_id("ServiceCustomer", "smartcity");
    let path = format!("/pap/v1/subject/{id}/policy/STHServiceCustomer");
    assert_eq!(city.ask("PUT", &path, "smartcity", "<broken").status, 200);
    let at_once = "--retries 1";
    city.types(&format!("policy show ServiceCustomer STHServiceCustomer -s smartcity {at_once}"))
        .success()
        .says("was not checked")
        .prints("<broken");
    let line = format!("policy delete ServiceCustomer STHServiceCustomer -s smartcity --yes {at_once}");
    city.types(&line).code(1).says("--unchecked");
    city.types(&format!("{line} --unchecked")).success().says("deleted");
    assert_eq!(city.policies("ServiceCustomer", "smartcity"), Vec::<String>::new());
}

#[test]
fn lint_and_templates_send_nothing() {
    let city = City::new();
    city.room.file("good.xml", &city.template("sth-customer2"));
    city.room.file("odd.xml", &city.template("sth-customer2").replace(">read<", ">raed<"));
    city.room.file("bad.xml", &city.template("sth-customer2").replace("wd-17", "wd-18"));
    city.sandbox.take_record();
    city.types("policy lint good.xml").success().says("1 file: errors 0, warnings 0");
    city.types("policy lint odd.xml").success().prints("odd.xml:17:").prints("did you mean read?");
    city.types("policy lint odd.xml --exit-status").code(1);
    let output = city.types("policy lint good.xml odd.xml bad.xml -o json").code(1);
    let found = output.json();
    assert_eq!(found.as_array().unwrap().len(), 2, "{found}");
    assert_eq!(
        (&found[1]["file"], &found[1]["line"], &found[1]["code"]),
        (&"bad.xml".into(), &2.into(), &"namespace".into())
    );
    city.types("policy templates --filter role=ServiceCustomer -o name").success().prints("orion-customer2");
    city.types("policy templates sth-customer2 --explain").success().prints("ServiceCustomer may read in sth");
    assert!(city.sandbox.take_record().requests.is_empty());
}
