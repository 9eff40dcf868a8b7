//! Faults as text.

use proptest::prelude::*;

use super::*;

fn parse(text: &str) -> Fault {
    text.parse().unwrap_or_else(|error| panic!("{error}"))
}

#[test]
fn reads_every_action_on_its_usual_side() {
    let seconds = Duration::from_secs;
    let table = [
        ("kill@3", At::Only(3), When::Before, Action::Signal(Signal::Kill)),
        ("int@1:after", At::Only(1), When::After, Action::Signal(Signal::Interrupt)),
        ("term@*", At::From(1), When::Before, Action::Signal(Signal::Terminate)),
        ("reset@2:after", At::Only(2), When::After, Action::Reset),
        ("cut@2", At::Only(2), When::Before, Action::Cut),
        ("truncate@2", At::Only(2), When::After, Action::Truncate),
        ("delay=2s@7", At::Only(7), When::Before, Action::Delay(seconds(2))),
        ("delay=250ms@7", At::Only(7), When::Before, Action::Delay(Duration::from_millis(250))),
        ("hang@4:after", At::Only(4), When::After, Action::Hang),
        ("drip@4", At::Only(4), When::After, Action::Drip(seconds(1))),
        ("status=503@5!", At::From(5), When::Before, Action::Status { code: 503, retry_after: None }),
        ("status=503@5!:after", At::From(5), When::After, Action::Status { code: 503, retry_after: None }),
        ("status=503@5:after!", At::From(5), When::After, Action::Status { code: 503, retry_after: None }),
        ("body=invalid-utf8@1", At::Only(1), When::After, Action::Body(Replacement::InvalidUtf8)),
        ("body=html@1:before", At::Only(1), When::Before, Action::Body(Replacement::Html)),
        ("redirect=http://a@b:1/c@3", At::Only(3), When::Before, Action::Redirect("http://a@b:1/c".to_owned())),
    ];
    for (text, at, when, action) in table {
        assert_eq!(parse(text), Fault { at, when, action, only: None }, "{text}");
    }
}

#[test]
fn a_retry_after_may_be_a_date() {
    let date = "Fri, 31 Dec 2027 23:59:59 GMT";
    let fault = parse(&format!("status=429,retry-after={date}@1"));
    assert_eq!(fault.action, Action::Status { code: 429, retry_after: Some(date.to_owned()) });
}

#[test]
fn says_what_is_wrong_with_a_text() {
    let table = [
        ("kill", "has no @N"),
        ("kill@0", "number of a request"),
        ("kill@-1", "number of a request"),
        ("kill@", "number of a request"),
        ("kill@99999999999999999999999", "number of a request"),
        ("kill@3:during", "before or after"),
        ("kill=9@3", "takes no value"),
        ("explode@3", "there is no \"explode\""),
        ("@3", "there is no \"\""),
        ("delay@3", "needs a value"),
        ("delay=soon@3", "no time such as"),
        ("delay=s@3", "no time such as"),
        ("delay=-1s@3", "no time such as"),
        ("status=99@3", "200 to 599"),
        ("status=100@3", "200 to 599"),
        ("status=abc@3", "200 to 599"),
        ("status=503,later@3", "retry-after=VALUE"),
        ("status=503,retry-after=1\r\nX: y@3", "printable"),
        ("redirect=@3", "needs a value"),
        ("redirect=http://a/\n@3", "printable"),
        ("body=poem@3", "html, empty, truncated, array, invalid-utf8, huge"),
        ("truncate@3:before", "cannot strike before"),
        ("drip@3:before", "cannot strike before"),
        ("body=truncated@3:before", "cannot strike before"),
    ];
    for (text, reason) in table {
        let error = text.parse::<Fault>().unwrap_err().to_string();
        assert!(error.contains(reason), "{text:?} gave: {error}");
    }
}

#[test]
fn strikes_where_it_says() {
    let struck = |text: &str| (1..=4).filter(|number| parse(text).strikes(*number)).collect::<Vec<_>>();
    assert_eq!(struck("cut@2"), [2]);
    assert_eq!(struck("cut@2!"), [2, 3, 4]);
    assert_eq!(struck("cut@*"), [1, 2, 3, 4]);
}

#[test]
fn a_fault_made_by_hand_cannot_truncate_an_answer_that_is_not_there() {
    let fault = Fault { at: At::Only(1), when: When::Before, action: Action::Truncate, only: None };
    assert_eq!(fault.side(), When::After);
    assert_eq!(parse(&fault.to_string()).side(), When::After);
}

fn actions() -> impl Strategy<Value = Action> {
    let time = || (0_u64..100_000).prop_map(Duration::from_millis);
    prop_oneof![
        Just(Action::Signal(Signal::Kill)),
        Just(Action::Signal(Signal::Interrupt)),
        Just(Action::Signal(Signal::Terminate)),
        Just(Action::Reset),
        Just(Action::Cut),
        Just(Action::Truncate),
        Just(Action::Hang),
        time().prop_map(Action::Delay),
        time().prop_map(Action::Drip),
        (200_u16..600, proptest::option::of("[!-~]{1,20}"))
            .prop_map(|(code, retry_after)| Action::Status { code, retry_after }),
        (0..REPLACEMENTS.len()).prop_map(|index| Action::Body(REPLACEMENTS[index].1)),
        "[!-~]{1,30}".prop_map(Action::Redirect),
    ]
}

proptest! {
    #[test]
    fn what_is_written_reads_back(action in actions(), number in 1_usize.., forever: bool, after: bool) {
        let when = if after || action.needs_the_answer() { When::After } else { When::Before };
        let at = if forever { At::From(number) } else { At::Only(number) };
        let fault = Fault { at, when, action, only: None };
        prop_assert_eq!(fault.to_string().parse::<Fault>(), Ok(fault));
    }

    #[test]
    fn no_text_is_too_strange(text in "\\PC{0,40}") {
        if let Ok(fault) = text.parse::<Fault>() {
            prop_assert_eq!(fault.to_string().parse::<Fault>(), Ok(fault));
        }
    }
}
