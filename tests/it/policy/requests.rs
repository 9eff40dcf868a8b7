//! Which requests each verb makes, in the order of their sending.

use super::{City, writes};
use crate::support::golden::{assert_golden, request_lines};

fn golden(city: &City, name: &str, code: i32, line: &str) {
    let (_, requests) = city.requests(code, line);
    let lines = request_lines(&requests);
    // What is sent side by side arrives in any order.
    let lines = if name == "policy-show" { sorted(&lines) } else { lines };
    assert_golden(&format!("requests/{name}.txt"), &lines);
}

pub fn sorted(lines: &str) -> String {
    let mut lines: Vec<&str> = lines.lines().collect();
    lines.sort_unstable();
    lines.join("\n") + "\n"
}

#[test]
fn every_request_counts() {
    let city = City::new();
    city.types("auth whoami").success();
    let on = "ServiceCustomer -s smartcity";
    golden(&city, "policy-list", 0, &format!("policy list {on}"));
    golden(&city, "policy-update", 0, "policy update ServiceCustomer --template sth-customer2 -s smartcity");
    golden(&city, "policy-update-again", 0, "policy update ServiceCustomer --template sth-customer2 -s smartcity");
    golden(&city, "policy-show", 0, "policy show ServiceCustomer STHServiceCustomer -s smartcity");
    city.room.file("own/a.xml", &city.template("sth-customer2").replace(">read<", ">create<"));
    golden(&city, "policy-diff", 10, "policy diff ServiceCustomer own -s smartcity --exit-status");
    golden(&city, "policy-replace", 0, "policy update ServiceCustomer own/a.xml -s smartcity");
    golden(&city, "policy-delete", 0, "policy delete ServiceCustomer STHServiceCustomer -s smartcity --yes");
    golden(&city, "policy-delete-again", 0, "policy delete ServiceCustomer STHServiceCustomer -s smartcity --yes");
}

#[test]
fn a_lost_answer_is_looked_after_before_sending_again() {
    for (fault, posts) in [("cut@1:after on POST keypass:*", 1), ("cut@1:before on POST keypass:*", 2)] {
        let city = City::new();
        city.types("auth whoami").success();
        city.sandbox.set_faults(vec![fault.parse().unwrap()]);
        let (_, requests) = city.requests(0, "policy update ServiceCustomer --template sth-customer2 -s smartcity");
        assert!(city.sandbox.waiting_faults().is_empty(), "{fault} struck nothing");
        assert_eq!(writes(&requests).len(), posts, "{fault}: {requests:?}");
        assert_eq!(city.policies("ServiceCustomer", "smartcity"), ["STHServiceCustomer"]);
    }
}
