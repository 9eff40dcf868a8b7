//! One contract for all connectors, on the emulated services, which were written from the references alone: the same lines,
//! the same states, the same exit codes. Every service answers every case, in one of the tables: by being in it, or by saying
//! why it cannot be.

mod cells;
mod desk;
mod limits;
mod own;
mod pages;
mod refusals;
mod service;
mod states;
mod table_failures;
mod table_refusals;
mod table_states;

use cells::{Cell, Row};
use desk::Desk;
use service::{SERVICES, Service};

const TABLES: [&[Row]; 3] = [table_states::ROWS, table_refusals::ROWS, table_failures::ROWS];

/// The cases, and a test of each.
macro_rules! cases {
    ($($case:ident $test:ident,)*) => {
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Case { $($case,)* }

        const CASES: &[Case] = &[$(Case::$case,)*];

        $(
            #[test]
            fn $test() {
                for service in &SERVICES {
                    hold(service, cell(service, Case::$case));
                }
            }
        )*
    };
}

cases! {
    AddTwice added_twice_is_added_once,
    RemoveAbsent who_is_not_there_is_not_taken_out,
    Pending who_is_invited_is_in_and_can_be_uninvited,
    Expired who_did_not_answer_in_time_is_invited_anew,
    Suspended who_is_switched_off_is_no_member_and_can_come_back,
    Unauthorized a_login_that_is_no_good_is_4,
    Forbidden what_a_login_may_not_do_is_5_and_not_done,
    Hidden what_is_hidden_is_not_absent,
    TooMany too_many_requests_are_temporary,
    FalseSuccess a_200_that_is_none_is_a_failure,
    ServerFails a_service_that_fails_is_temporary,
    Pages a_list_has_all_pages,
}

fn rows() -> impl Iterator<Item = &'static Row> {
    TABLES.into_iter().flatten()
}

fn cell(service: &Service, case: Case) -> &'static Cell {
    let mut cells = rows().filter(|(one, name, _)| *one == case && *name == service.name);
    let (_, _, cell) = cells.next().unwrap_or_else(|| panic!("{} says nothing about {case:?}", service.name));
    assert!(cells.next().is_none(), "{} says two things about {case:?}", service.name);
    cell
}

/// A case that nobody has thought about would pass.
#[test]
fn every_service_has_an_answer_to_every_case() {
    for case in CASES {
        for service in &SERVICES {
            cell(service, *case);
        }
    }
    assert_eq!(rows().count(), CASES.len() * SERVICES.len());
}

fn hold(service: &Service, cell: &Cell) {
    match cell {
        Cell::AddTwice => states::added_twice(service),
        Cell::RemoveAbsent => states::removed_absent(service),
        Cell::Stand(state, people) => states::stand(service, state, people),
        Cell::Never(never) => states::never(service, never),
        Cell::Refused(refusals) => refusals::refused(service, refusals),
        Cell::Hidden(places) => refusals::hidden(service, places),
        Cell::Limited(limits) => limits::limited(service, limits),
        Cell::Words(words) => limits::words(service, words),
        Cell::ByStatus => limits::unusable(service),
        Cell::Fails => limits::fails(service),
        Cell::Pages(list) => pages::complete(service, list),
    }
}
