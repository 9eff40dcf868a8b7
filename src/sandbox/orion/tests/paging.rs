//! Pages of the listing, and what is listed where.

use super::*;

/// All pages, as a client reads them that believes the total.
fn read_all(orion: &mut Orion, limit: Option<usize>) -> (Vec<usize>, Vec<String>) {
    let (mut pages, mut ids, mut total) = (Vec::new(), Vec::new(), usize::MAX);
    while ids.len() < total {
        let limit = limit.map(|limit| format!("&limit={limit}")).unwrap_or_default();
        let target = format!("/v2/subscriptions?offset={}&options=count{limit}", ids.len());
        let reply = orion.ask(&at("city", "/parks", "GET", &target));
        total = reply.header("Fiware-Total-Count").unwrap().parse().unwrap();
        let page = reply.value().as_array().unwrap().clone();
        pages.push(page.len());
        ids.extend(page.iter().map(|one| one["id"].as_str().unwrap().to_owned()));
    }
    (pages, ids)
}

#[test]
fn pages_of_every_size_add_up() {
    let table: [(usize, Option<usize>, &[usize]); 12] = [
        (0, None, &[0]),
        (1, None, &[1]),
        (19, None, &[19]),
        (20, None, &[20]),
        (21, None, &[20, 1]),
        (40, None, &[20, 20]),
        (41, None, &[20, 20, 1]),
        (0, Some(40), &[0]),
        (40, Some(40), &[40]),
        (41, Some(40), &[40, 1]),
        (41, Some(1000), &[41]),
        (3, Some(1), &[1, 1, 1]),
    ];
    for (total, limit, expected) in table {
        let mut orion = Orion::new();
        let made: Vec<String> = (0..total).map(|_| orion.subscribe("city", "/parks")).collect();
        let (pages, ids) = read_all(&mut orion, limit);
        assert_eq!((pages.as_slice(), ids), (expected, made), "{total} {limit:?}");
    }
}

#[test]
fn the_total_comes_only_when_asked_for_and_counts_beyond_the_page() {
    let mut orion = Orion::new();
    for _ in 0..3 {
        orion.subscribe("city", "/parks");
    }
    let table = [
        ("/v2/subscriptions", 3, None),
        ("/v2/subscriptions?options=count&limit=0", 0, Some("3")),
        ("/v2/subscriptions?options=count&offset=2", 1, Some("3")),
        ("/v2/subscriptions?options=count&offset=3", 0, Some("3")),
        ("/v2/subscriptions?options=count&offset=99999999999999999999999", 0, Some("3")),
    ];
    for (target, length, total) in table {
        let reply = orion.ask(&at("city", "/parks", "GET", target));
        let page = reply.value().as_array().unwrap().len();
        assert_eq!((reply.status, page, reply.header("Fiware-Total-Count")), (200, length, total), "{target}");
    }
}

#[test]
fn refuses_parameters_that_make_no_sense() {
    let table = [
        ("limit=1001", "Bad pagination limit: /1001/ [max: 1000]"),
        ("limit=-1", "Bad pagination limit: /-1/ [must be a positive integer number]"),
        ("limit=all", "Bad pagination limit: /all/ [must be a positive integer number]"),
        ("offset=-1", "Bad pagination offset: /-1/ [must be a decimal number]"),
        ("offset=", "Empty right-hand-side for URI param /offset/"),
        ("options=counts", "Invalid value for URI param /options/"),
        ("options=count,total", "Invalid value for URI param /options/"),
        ("x=%3Cb%3E", "invalid character in URI parameter"),
    ];
    for (query, description) in table {
        let reply = Orion::new().ask(&at("city", "/", "GET", &format!("/v2/subscriptions?{query}")));
        assert_eq!(refusal(&reply), (400, "BadRequest".to_owned(), description.to_owned()), "{query}");
    }
}

#[test]
fn tenants_and_paths_see_only_their_own() {
    let mut orion = Orion::new();
    let places = [("city", "/parks"), ("city", "/parks/north"), ("city", "/"), ("city", "/a/#"), ("town", "/parks")];
    let ids: Vec<String> = places.iter().map(|(tenant, path)| orion.subscribe(tenant, path)).collect();
    let everywhere = orion.subscribe("city", "");
    for ((tenant, path), id) in places.iter().zip(&ids) {
        assert_eq!(orion.ids(tenant, path), [id.as_str()], "{tenant} {path}");
    }
    // Neither a path's parent nor its children are listed with it; one made without a path is at none of them.
    assert_eq!(orion.ids("city", "/a"), [""; 0]);
    assert_eq!(orion.ids("city", "/nowhere"), [""; 0]);
    assert_eq!(orion.ids("", "/parks"), [""; 0]);
    assert_eq!(orion.ids("CITY", "/parks/"), [ids[0].as_str()]);
    let sweep: Vec<&str> = ids[..4].iter().chain([&everywhere]).map(String::as_str).collect();
    for path in ["/#", ""] {
        assert_eq!(orion.ids("city", path), sweep, "{path}");
    }
}

#[test]
fn the_first_of_several_paths_is_the_one_that_is_listed() {
    let mut orion = Orion::new();
    let (parks, _) = (orion.subscribe("city", "/parks"), orion.subscribe("city", "/roads"));
    assert_eq!(orion.ids("city", "/parks, /roads"), [parks.as_str()]);
}
