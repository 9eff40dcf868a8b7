//! A service from its creation to its end, in all servers.

use orchester::sandbox::Request;

use crate::support::golden::{assert_golden, request_lines};
use crate::support::whole::{Whole, assert_same};
use crate::{TENANT, create};

fn to(server: &str, requests: &[Request]) -> Vec<String> {
    let own = requests.iter().filter(|request| request.server == server);
    own.map(|request| format!("{} {}", request.method, request.path)).collect()
}

/// What is sent side by side comes in any order; which comes after which is asserted elsewhere.
fn any_order(requests: &[Request]) -> String {
    let text = request_lines(requests);
    let mut lines: Vec<&str> = text.lines().collect();
    lines.sort_unstable();
    lines.join("\n") + "\n"
}

#[test]
fn a_service_costs_no_more_than_it_must() {
    let whole = Whole::empty(false);
    whole.room.ok(&["auth", "whoami"]);
    let (output, requests) = whole.watched(&create("plain"));
    output.success().says("created service plain");
    // One more than 51: whether the server has the SCIM plug-in, asked once a month.
    assert_golden("requests/service-create-policies.txt", &any_order(&requests));
    assert!(requests.len() <= 51 + 1, "{}", requests.len());

    let (output, requests) = whole.watched(&[&create("full")[..], &["--generic-roles", "--default-groups"]].concat());
    output.success();
    assert_golden("requests/service-create-all.txt", &any_order(&requests));
    assert!(requests.len() <= 81, "{}", requests.len());
    assert_eq!(to("keypass", &requests).len(), 37, "one clearing and 36 policies");

    let (output, requests) = whole.watched(&[&create("full")[..], &["--generic-roles", "--default-groups"]].concat());
    output.success().says("is already so");
    assert!(requests.iter().all(|request| request.method == "GET"), "{requests:#?}");
}

#[test]
fn behind_a_pep_and_with_scim_the_roles_cost_one_request() {
    let whole = Whole::empty(true);
    whole.room.ok(&["auth", "whoami"]);
    let (output, requests) = whole.watched(&create("plain"));
    output.success();
    assert_golden("requests/service-create-platform.txt", &any_order(&requests));
    // Two more than 34: the login of the new administrator, and whether there is the plug-in.
    assert!(requests.len() <= 34 + 2, "{}", requests.len());
    let roles: Vec<&Request> = requests.iter().filter(|request| request.path.contains("OS-SCIM")).collect();
    assert!(roles.len() <= 5, "{roles:#?}");

    let delete = [&["service", "delete", "plain", "--yes"][..], &TENANT].concat();
    let (output, requests) = whole.watched(&delete);
    output.success().says("deleted");
    assert_golden("requests/service-delete-platform.txt", &any_order(&requests));
}

#[test]
fn nothing_is_left_of_a_service() {
    for platform in [false, true] {
        let whole = Whole::start(platform);
        let before = whole.lines();
        let line = [&create("shortlived")[..], &["--generic-roles", "--default-groups"]].concat();
        whole.room.run(&line).success();
        let adm1 = whole.room_of("adm1", "shortlived");
        adm1.run(&["subservice", "create", "energy", "-s", "shortlived"]).success();
        assert_ne!(whole.lines(), before);
        let check = ["service", "check", "shortlived", "--admin-user", "adm1", "--generic-roles", "--exit-status"];
        whole.room.run(&[&check[..], &TENANT].concat()).success().says("is as it should be");

        let delete = [&["service", "delete", "shortlived", "--yes"][..], &TENANT].concat();
        whole.room.run(&delete).success().says("deleted").says("orchest help mongo");
        assert_same(&whole.lines(), &before, &format!("platform: {platform}"));
        whole.room.run(&delete).success().says("nothing to delete");
        assert_same(&whole.lines(), &before, &format!("platform: {platform}"));
    }
}

#[test]
fn a_policy_that_went_missing_is_found_and_made_again() {
    for platform in [false, true] {
        let whole = Whole::start(platform);
        whole.room.run(&create("holes")).success();
        let (clean, others) = whole.split("holes");
        let adm1 = whole.room_of("adm1", "holes");
        // Behind the PEP nobody of the service may touch policies unless the generic ones were made.
        if platform {
            continue;
        }
        adm1.run(&["policy", "delete", "ServiceAdminORION", "PolicyOrionServiceAdmin", "-s", "holes", "--yes"])
            .success();
        let check = [&["service", "check", "holes", "--admin-user", "adm1", "--exit-status"][..], &TENANT].concat();
        whole.room.run(&check).code(10).prints("policy PolicyOrionServiceAdmin of role ServiceAdminORION");
        let repair = [&["service", "repair", "holes", "--admin-user", "adm1"][..], &TENANT].concat();
        let (output, requests) = whole.watched(&repair);
        output.success().says("made 1");
        // Never the tenant: the policies of a service that is there are not ours to clear.
        assert!(!to("keypass", &requests).contains(&"DELETE /pap/v1".to_owned()));
        let (now, besides) = whole.split("holes");
        assert_same(&now, &clean, "holes");
        assert_same(&besides, &others, "besides");
    }
}

/// Policies that a dead service of the same name has left are gone before the first new one; those of `admin` would be in
/// force again at once.
#[test]
fn policies_of_an_earlier_service_are_cleared() {
    let whole = Whole::start(false);
    whole.room.run(&[&create("reborn")[..], &["--generic-roles"]].concat()).success();
    whole.room.run(&["service", "delete", "reborn", "--yes", "--keep-policies"]).success();
    let policies = |whole: &Whole| {
        let state = whole.sandbox.state();
        let tenant = state["keypass"]["policies"]["reborn"].as_object().unwrap();
        tenant.keys().cloned().collect::<Vec<String>>()
    };
    assert_eq!(policies(&whole).len(), 36);
    whole.room.run(&create("reborn")).success();
    let now = policies(&whole);
    assert_eq!(now.len(), 16, "{now:?}");
    assert!(!now.contains(&"OrionAdmin".to_owned()), "{now:?}");
}

#[test]
fn behind_a_pep_the_refusal_says_whose_login_is_needed() {
    let whole = Whole::start(true);
    whole.room.run(&create("guarded")).success();
    let (output, requests) = whole.watched(&["service", "delete", "guarded", "--yes"]);
    output.code(5).says("only users of service 'guarded'").says("--tenant-user NAME --tenant-password-file FILE");
    assert!(
        requests.iter().all(|request| request.method == "GET" || request.path == "/v3/auth/tokens"),
        "{requests:#?}"
    );
    whole.room.run(&["service", "delete", "guarded", "--yes", "--keep-policies", "--keep-data"]).success();
}
