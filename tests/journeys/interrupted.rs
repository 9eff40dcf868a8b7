//! A creation that is refused half way, and takes back at once what it made. Kills at every request, and faults that pass, are
//! in tests/matrix.

use crate::create;
use crate::support::whole::{Whole, assert_same};

#[test]
fn a_policy_that_is_refused_takes_the_whole_service_along() {
    for platform in [false, true] {
        let whole = Whole::start(platform);
        // What is remembered of the server and the token are there, so that every run makes the same requests.
        whole.room.ok(&["service", "delete", "nobody_ever", "--yes", "--keep-policies", "--keep-data"]);
        let others = whole.lines();
        let (output, requests) = whole.watched(&[&create("refused")[..], &["--rollback-on-failure"]].concat());
        output.success();
        assert_ne!(whole.lines(), others);
        let places: Vec<usize> =
            (1..).zip(&requests).filter(|(_, request)| request.server == "keypass").map(|(index, _)| index).collect();
        assert_eq!(places.len(), 17);
        // The clearing, the first policy, one in the middle, and the last.
        for place in [0, 1, 8, 16] {
            let name = format!("refused{place}x");
            let line = [&create(&name)[..], &["--rollback-on-failure"]].concat();
            let (output, _) = whole.with_faults(&[&format!("status=400@{}", places[place])], &line);
            output.code(1).says("rolled back run");
            assert_same(&whole.split(&name).0, &Vec::new(), &format!("platform: {platform}, refused at {place}"));
        }
    }
}
