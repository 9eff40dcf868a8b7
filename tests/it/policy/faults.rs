//! Every fault at every request of the verbs that change something, and the same line again: what is there then is what a
//! clean run leaves.

use crate::city::City;

/// What can go wrong with an exchange, on either side of the server's work.
const FAULTS: [&str; 13] = [
    "cut@N:before",
    "cut@N:after",
    "reset@N:before",
    "reset@N:after",
    "status=500@N:before",
    "status=503@N:after",
    "status=429,retry-after=1@N:before",
    "status=401@N:before",
    "body=html@N",
    "body=empty@N",
    "body=truncated@N",
    "kill@N:before",
    "kill@N:after",
];

fn words(line: &str) -> Vec<&str> {
    line.split(' ').collect()
}

#[test]
fn after_any_trouble_the_same_line_ends_as_if_there_had_been_none() {
    let city = City::new();
    // A role that no default policy is for.
    city.room.ok(&words("role create Gardener -s smartcity"));
    for (file, template) in [("a", "orion-admin2"), ("b", "sth-admin2")] {
        let text = city.room.ok(&["policy", "templates", template]);
        city.room.file(&format!("dir/Gardener/{file}.xml"), &text.replace("Admin\"", "Garden\""));
    }
    let bind = "policy update Gardener dir/Gardener/a.xml -s smartcity";
    let delete = "policy delete Gardener OrionGarden STHGarden -s smartcity --yes";
    let table = [
        (bind, vec!["OrionGarden"], delete),
        (delete, vec![], bind),
        ("policy sync dir -s smartcity", vec!["OrionGarden", "STHGarden"], delete),
    ];
    let held = || {
        let listed = city.room.ok(&words("policy list Gardener -s smartcity -o name"));
        let mut ids: Vec<String> = listed.lines().map(str::to_owned).collect();
        ids.sort();
        ids
    };
    for (line, left, before) in table {
        city.room.ok(&words(before));
        let (output, requests) = city.watched(&words(line));
        output.success();
        assert_eq!(held(), left, "{line}");
        // A sync sends what the others send, only more of it.
        let faults = if line.contains("sync") { &FAULTS[FAULTS.len() - 2..] } else { &FAULTS[..] };
        for index in 1..=requests.len() {
            for fault in faults.iter().map(|fault| fault.replace('N', &index.to_string())) {
                city.room.ok(&words(before));
                if fault.starts_with("kill") {
                    city.killed(&fault, &words(line));
                } else {
                    city.with_faults(&[&fault], &[&words(line)[..], &["--retries", "1"]].concat());
                }
                city.room.run(&words(line)).success();
                assert_eq!(held(), left, "{line} after {fault}");
            }
        }
    }
}
