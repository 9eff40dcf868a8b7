//! `orchest trust`: made by the trustor alone, once however often it is asked for, used by the trustee, and gone for good.

use serde_json::{Value, json};

use crate::operator::{made, service};
use crate::stage::{Stage, writes};
use crate::support::cli::{Output, Room};
use crate::support::keystone::{ADMIN_PASSWORD, Administrator, Keystone};
use crate::support::raw::Connection;

/// A service in which ann may do everything, bob nothing, and cid gardens.
struct City {
    keystone: &'static Keystone,
    name: &'static str,
    id: String,
    energy: String,
    ann: String,
    bob: String,
}

impl City {
    fn new(name: &'static str) -> Self {
        let keystone = Keystone::shared();
        let id = service(keystone, name);
        let user = |user: &str| {
            made(keystone, "user", &json!({"name": user, "domain_id": id, "password": format!("pw-of-{user}-1")}))
        };
        let (ann, bob, cid) = (user("ann"), user("bob"), user("cid"));
        let energy = made(keystone, "project", &json!({"name": "/energy", "domain_id": id}));
        let role = |role: &str| made(keystone, "role", &json!({"name": format!("{id}#{role}")}));
        let (gardener, guard) = (role("Gardener"), role("Guard"));
        let admin = role_called(keystone, "admin");
        for path in [
            format!("domains/{id}/users/{ann}/roles/{admin}"),
            format!("projects/{energy}/users/{ann}/roles/{gardener}"),
            format!("projects/{energy}/users/{ann}/roles/{guard}"),
            format!("projects/{energy}/users/{cid}/roles/{gardener}"),
        ] {
            assert_eq!(keystone.api("PUT", &format!("/v3/{path}"), None).0, 204, "{path}");
        }
        Self { keystone, name, id, energy, ann, bob }
    }

    /// A room of one of its people.
    fn room(&self, user: &str) -> Room {
        Room::user(self.keystone.url(), user, &format!("pw-of-{user}-1"))
            .env("ORCHEST_USER_DOMAIN", self.name)
            .env("ORCHEST_SERVICE", self.name)
    }

    /// ann, who looks around as the administrator of the service.
    fn ann(&self) -> Room {
        self.room("ann").env("ORCHEST_SCOPE", "domain").env("ORCHEST_DOMAIN", self.name)
    }

    /// The ids of what somebody gave, as somebody else sees it.
    fn trusts_of(&self, room: &Room) -> Vec<String> {
        let mut ids: Vec<String> =
            types(room, "trust list -o name").success().stdout.lines().map(str::to_owned).collect();
        ids.sort();
        ids
    }
}

fn role_called(keystone: &Keystone, name: &str) -> String {
    let role = keystone.list("roles").into_iter().find(|role| role["name"] == name);
    role.unwrap()["id"].as_str().unwrap().to_owned()
}

fn types(room: &Room, line: &str) -> Output {
    room.run(&line.split_whitespace().collect::<Vec<_>>())
}

fn json(room: &Room, line: &str) -> Value {
    types(room, &format!("{line} -o json")).success().json()
}

/// What the server says about a token that is shown to it by itself: status and description.
fn about(keystone: &Keystone, token: &str) -> (u16, Value) {
    let headers = [("X-Auth-Token", token), ("X-Subject-Token", token), ("Connection", "close")];
    let answer = Connection::open(keystone.url()).unwrap().send("GET", "/v3/auth/tokens", &headers, None).unwrap();
    (answer.status, answer.json()["token"].clone())
}

const CREATE: &str = "trust create --trustee bob --role Gardener -S energy";

#[test]
fn a_trust_lives() {
    let city = City::new("tru_life");
    let (ann, bob) = (city.ann(), city.room("bob"));
    types(&ann, &format!("{CREATE} --dry-run")).success().says("would let bob use Gardener on subservice energy");
    assert_eq!(city.trusts_of(&ann), Vec::<String>::new());

    types(&ann, CREATE).success().says("created");
    let trust = json(&ann, CREATE);
    types(&ann, CREATE).success().says("already there");
    let id = trust["id"].as_str().unwrap().to_owned();
    assert_eq!(city.trusts_of(&ann), [id.as_str()]);
    let shown = ["trustor", "trustee", "subservice"].map(|key| trust[key].as_str().unwrap());
    assert_eq!(shown, ["ann", "bob", "energy"]);
    assert_eq!((&trust["roles"], &trust["impersonation"]), (&json!(["Gardener"]), &json!(false)));
    assert_eq!((&trust["expires_at"], &trust["expired"]), (&Value::Null, &json!(false)));

    // Both sides see it.
    let seen = json(&ann, &format!("trust show {id}"));
    assert_eq!((&seen["roles"], &seen["trustee"]), (&json!(["Gardener"]), &json!(format!("id:{}", city.bob))));
    assert_eq!(json(&bob, &format!("trust show id:{id}"))["trustee"], "bob");
    let given = json(&bob, "trust list --of bob");
    assert_eq!((&given[0]["id"], &given[0]["trustor"]), (&json!(id), &json!(format!("id:{}", city.ann))));
    assert_eq!(json(&bob, "trust list"), json!([]));
    assert_eq!(json(&ann, "trust list -S energy")[0]["subservice"], "energy");
    let by_admin = Room::admin(city.keystone.url());
    let of_bob = format!("trust list --of bob -s {}", city.name);
    assert_eq!(json(&by_admin, &of_bob)[0]["trustee"], "bob");
    assert_eq!(json(&by_admin, &format!("trust list --trustor ann -s {}", city.name))[0]["trustor"], "ann");

    let token = types(&bob, &format!("trust token {id}")).success().stdout;
    let (status, said) = about(city.keystone, token.trim_end());
    assert_eq!((status, &said["project"]["id"]), (200, &json!(city.energy)));
    assert_eq!((&said["user"]["id"], &said["OS-TRUST:trust"]["id"]), (&json!(city.bob), &json!(id)));
    assert_eq!(said["roles"][0]["name"], format!("{}#Gardener", city.id));
    assert_eq!(types(&bob, &format!("trust token {id}")).success().stdout, token, "it is kept");
    // What is kept for the trust is no login for anything else.
    let own = types(&bob, "trust list --of bob -o name").success().stdout;
    assert_eq!(own.trim_end(), id);

    types(&ann, &format!("trust delete {id}")).code(2).says("--yes");
    types(&ann, &format!("trust delete {id} --dry-run")).success().says("would delete");
    types(&ann, &format!("trust delete {id} --yes")).success().says("deleted");
    types(&ann, &format!("trust delete {id} --yes")).success().says("nothing to delete");
    types(&ann, &format!("trust delete {id} --yes --fail-if-missing")).code(3);
    types(&ann, &format!("trust show {id}")).code(3).says("there is no trust");
    // The token that is kept died with it, and is not printed.
    let dead = types(&bob, &format!("trust token {id}"));
    assert!(matches!(dead.code, Some(4 | 5)) && dead.stdout.is_empty(), "{dead}");
}

#[test]
fn only_the_trustor_gives_and_only_what_it_has() {
    let city = City::new("tru_wrong");
    let ann = city.ann();
    // Nobody listens there: what is refused is refused unsent.
    let nowhere = city.ann().env("ORCHEST_KEYSTONE", "http://127.0.0.1:9");
    let other = types(&nowhere, &format!("{CREATE} --trustor bob")).code(5);
    other.says("only from its trustor").says("--user bob --user-domain tru_wrong");
    for (line, says) in [
        ("trust create --trustee bob --role Gardener", "which subservice"),
        ("trust create --trustee bob -S energy", "--role"),
        (&format!("{CREATE} --uses 0"), "--uses"),
        (&format!("{CREATE} --expires 2001-01-31T12:00:00Z"), "has gone by"),
        (&format!("{CREATE} --expires soon"), "--expires 30d"),
        ("trust show ../users", "cannot be the id"),
        ("trust delete a/b --yes", "cannot be the id"),
    ] {
        types(&nowhere, line).code(2).says(says);
    }
    types(&ann, &format!("{CREATE} --trustor id:{}", city.bob)).code(5).says("only from its trustor");
    types(&ann, "trust create --trustee nobody --role Gardener -S energy").code(3).says("user 'nobody' does not exist");
    let unknown = "0123456789abcdef0123456789abcdef";
    let line = format!("trust create --trustee id:{unknown} --role Gardener -S energy");
    types(&ann, &line).code(3).says(&format!("id:{unknown} does not exist"));
    let not_held = types(&ann, "trust create --trustee bob --role Cook -S energy").code(3);
    not_held.says("ann has no role 'Cook' on subservice energy").says("it has: ").says("role grant Cook --to-user ann");
    types(&ann, "trust create --trustee bob --role Gardener -S water").code(4);
    let token = "token-that-somebody-gave";
    types(&city.room("bob").env("ORCHEST_TOKEN", token), "trust token abc").code(2).says("password");
    assert_eq!(city.trusts_of(&ann), Vec::<String>::new());
}

#[test]
fn who_may_not_look_users_up_names_them_by_id() {
    let city = City::new("tru_plain");
    let cid = city.room("cid");
    let refused = types(&cid, CREATE).code(5);
    refused.says("may not look up users of service 'tru_plain'").says("--trustee id:HEX");
    let elsewhere = "trust create --trustee bob --trustee-domain Default --role Gardener -S energy";
    types(&cid, elsewhere).code(5).says("service 'Default'").says("--trustee id:HEX");
    assert_eq!(city.trusts_of(&cid), Vec::<String>::new());
    let line = format!("trust create --trustee id:{} --role Gardener -S energy", city.bob);
    let made = json(&cid, &line);
    assert_eq!((&made["trustor"], &made["trustee"]), (&json!("cid"), &json!(format!("id:{}", city.bob))));
    types(&cid, &line).success().says("already there");
    // Nobody else sees it or takes it away.
    let id = made["id"].as_str().unwrap();
    let eve = made_user(&city, "eve");
    types(&eve, &format!("trust show {id}")).code(5).says("log in as its trustor");
    types(&eve, &format!("trust delete {id} --yes")).code(5);
    types(&eve, &format!("trust token {id}")).code(5).says("its trustee is somebody else");
    let bob = city.room("bob");
    types(&bob, &format!("trust delete {id} --yes")).code(5);
    assert_eq!(city.trusts_of(&cid), [id]);
    types(&Room::admin(city.keystone.url()), &format!("trust delete {id} --yes")).success().says("deleted");
    assert_eq!(city.trusts_of(&cid), Vec::<String>::new());
}

fn made_user(city: &City, name: &str) -> Room {
    let user = json!({"name": name, "domain_id": city.id, "password": format!("pw-of-{name}-1")});
    made(city.keystone, "user", &user);
    city.room(name)
}

#[test]
fn a_trust_that_gives_something_else_is_another_one() {
    let city = City::new("tru_other");
    let ann = city.ann();
    let id = |flags: &str| {
        let line = format!("trust create --trustee bob -S energy {flags}");
        let ids = [(); 2].map(|()| json(&ann, &line)["id"].as_str().unwrap().to_owned());
        assert_eq!(ids[0], ids[1], "{line}");
        ids[0].clone()
    };
    let mut all = [
        "--role Gardener",
        "--role Guard",
        "--role Guard Gardener",
        "--role Gardener --impersonate",
        "--role Gardener --uses 3",
        "--role Gardener --expires 30d",
        "--role Gardener --expires 2098-01-31T12:00:00+01:00",
    ]
    .map(id);
    all.sort();
    assert_eq!(city.trusts_of(&ann), all);
    // The order of the roles is none, and what is left of 30 days does for a year.
    assert!(all.contains(&id("--role Gardener --role Guard")) && all.contains(&id("--role Gardener --expires 365d")));
    let rows = json(&ann, "trust list --filter expires_at=2098-01-31T11:00:00Z");
    assert_eq!((rows.as_array().unwrap().len(), &rows[0]["expired"]), (1, &json!(false)));
    let conflict = "trust create --trustee bob -S energy --role Guard --expires 2098-01-31T12:00:00+01:00";
    types(&ann, conflict).code(6).says("other roles");
    let many: Vec<&str> = all.iter().map(String::as_str).collect();
    ann.run(&[&["trust", "delete", "--yes"][..], &many].concat()).success().says("deleted 7");
    assert_eq!(city.trusts_of(&ann), Vec::<String>::new());
}

/// Keystone knows a trust that is used up no more, and with it none of its tokens: the last use is for nothing.
#[test]
fn the_last_use_ends_every_token() {
    let city = City::new("tru_uses");
    let ann = city.ann();
    types(&ann, &format!("{CREATE} --uses 1 --dry-run")).success().says("--uses 1 gives none that lasts");
    let line = format!("{CREATE} --uses 2");
    let id = json(&ann, &line)["id"].as_str().unwrap().to_owned();
    let token = || types(&city.room("bob"), &format!("trust token {id}"));
    let first = token().success().stdout;
    assert_eq!(about(city.keystone, first.trim_end()).0, 200);
    // What was used in part gives less than what is asked for.
    let other = json(&ann, &line)["id"].as_str().unwrap().to_owned();
    assert_ne!(other, id);
    let second = token().success().stdout;
    assert_eq!([first, second].map(|token| about(city.keystone, token.trim_end()).0), [404, 404]);
    let refused = token();
    assert!(matches!(refused.code, Some(4 | 5)) && refused.stdout.is_empty(), "{refused}");
    types(&ann, &format!("trust show {id}")).code(3).says("or it is over");
    types(&ann, &format!("trust delete {id} --yes")).success().says("nothing to delete");
}

#[test]
fn a_trust_whose_trustor_lost_the_role_says_so() {
    let city = City::new("tru_lost");
    let (ann, bob) = (city.ann(), city.room("bob"));
    let id = json(&ann, CREATE)["id"].as_str().unwrap().to_owned();
    let role = role_called(city.keystone, &format!("{}#Gardener", city.id));
    let grant = format!("/v3/projects/{}/users/{}/roles/{role}", city.energy, city.ann);
    assert_eq!(city.keystone.api("DELETE", &grant, None).0, 204);
    types(&bob, &format!("trust token {id}")).code(5).says("has lost one of its roles");
    // What ann's kept token says about her roles is old by now.
    types(&ann, CREATE).code(3).says("ann has no role 'Gardener'");
}

#[test]
fn a_lost_answer_makes_no_second_trust() {
    let keystone = Keystone::start();
    let admin = Administrator::here();
    let id = service(&keystone, "tru_faults");
    let energy = made(&keystone, "project", &json!({"name": "/energy", "domain_id": id}));
    let bob = made(&keystone, "user", &json!({"name": "bob", "domain_id": id}));
    let role = made(&keystone, "role", &json!({"name": format!("{id}#Gardener")}));
    let me = keystone.list("users").into_iter().find(|user| user["name"] == admin.name).unwrap()["id"].clone();
    let grant = format!("/v3/projects/{energy}/users/{}/roles/{role}", me.as_str().unwrap());
    assert_eq!(keystone.api("PUT", &grant, None).0, 204);
    let stage = Stage::warm(&keystone);
    let trustee = format!("id:{bob}");
    let ends = ["2090", "2091", "2092", "2093", "2094"].map(|year| format!("{year}-01-31T12:00:00Z"));
    let line = |end: &'static str| {
        let words = ["trust", "create", "-s", "tru_faults", "-S", "energy", "--role", "Gardener", "--expires"];
        [&words[..], &[end, "--trustee"]].concat()
    };
    let ends: Vec<&'static str> = ends.into_iter().map(|end| &*end.leak()).collect();
    let run =
        |fault: &[&str], end: &'static str| stage.run_with(fault, &[&line(end)[..], &[trustee.as_str()]].concat());
    // Logged in, listed, posted.
    let clean = run(&[], ends[0]).1;
    assert_eq!(clean.requests.len(), 3, "{clean:#?}");
    for (fault, end) in ["cut@3:after", "reset@3:after", "status=503@3:after", "reset@3"].into_iter().zip(&ends[1..]) {
        // The token is kept by now, and confirmed instead of a login.
        let (output, record) = run(&[fault], end);
        output.success().says("created");
        let struck = fault.ends_with(":after");
        let posts = writes(&record).len();
        assert_eq!(posts, if struck { 1 } else { 2 }, "{fault}\n{record:#?}");
        let (again, record) = run(&[], end);
        again.success().says("already there");
        assert_eq!(writes(&record).len(), 0, "{fault}\n{record:#?}");
    }
    assert_eq!(keystone.api("GET", "/v3/OS-TRUST/trusts", None).1["trusts"].as_array().unwrap().len(), ends.len());
}

/// The journeys of the platform's own tests: components of the platform as trustees.
#[test]
fn trusts_for_the_components_of_the_platform() {
    let city = City::new("tru_parts");
    let ann = city.ann();
    let default = "default";
    let agent = json!({"name": "tru_iotagent", "domain_id": default, "password": "pw-of-agent-1"});
    let agent = made(city.keystone, "user", &agent);
    // Somebody else's domain: by id, since the trustor may not look there.
    let line = format!("trust create --trustee id:{agent} --role Gardener -S energy");
    let id = json(&ann, &line)["id"].as_str().unwrap().to_owned();
    let room = Room::user(city.keystone.url(), "tru_iotagent", "pw-of-agent-1");
    let token = types(&room, &format!("trust token {id}")).success().stdout;
    assert_eq!(about(city.keystone, token.trim_end()).1["project"]["id"], city.energy);
    // Twice the same is one trust, and both tokens of it work.
    assert_eq!(json(&ann, &line)["id"], id);
    let second = types(&Room::user(city.keystone.url(), "tru_iotagent", "pw-of-agent-1"), &format!("trust token {id}"));
    let second = second.success().stdout;
    assert_ne!(token, second);
    assert_eq!([token, second].map(|token| about(city.keystone, token.trim_end()).0), [200, 200]);

    // The PEP of the platform, and whoever administers it all may use names of other services too.
    let pep = city.keystone.list("users").into_iter().find(|user| user["name"] == "pep");
    if let Some(pep) = pep.filter(|_| crate::SERVER.is_platform()) {
        let line = format!("trust create --trustee id:{} --role Gardener -S energy", pep["id"].as_str().unwrap());
        let id = json(&ann, &line)["id"].as_str().unwrap().to_owned();
        let room = Room::user(city.keystone.url(), "pep", ADMIN_PASSWORD).env("ORCHEST_USER_DOMAIN", "admin_domain");
        let token = types(&room, &format!("trust token {id}")).success().stdout;
        assert_eq!(about(city.keystone, token.trim_end()).0, 200);
    }
    let admin = Administrator::here();
    let me = city.keystone.list("users").into_iter().find(|user| user["name"] == admin.name).unwrap()["id"].clone();
    let role = role_called(city.keystone, "admin");
    let grant = format!("/v3/projects/{}/users/{}/roles/{role}", city.energy, me.as_str().unwrap());
    assert_eq!(city.keystone.api("PUT", &grant, None).0, 204);
    let by_name = "trust create --trustee tru_iotagent --trustee-domain Default --role admin -s tru_parts -S energy";
    let made = json(&Room::admin(city.keystone.url()), by_name);
    assert_eq!((&made["trustee"], &made["trustee_user_id"]), (&json!("tru_iotagent"), &json!(agent)));
    let nowhere = by_name.replace("Default", "tru_nowhere");
    types(&Room::admin(city.keystone.url()), &nowhere).code(3).says("service 'tru_nowhere' does not exist");
}

#[test]
fn a_trust_that_is_over_is_told_apart_from_one_that_holds() {
    let city = City::new("tru_over");
    let ann = city.ann();
    // A real server may take seconds until it hears of it.
    let seconds = if crate::SERVER.is_fast() { 2 } else { 20 };
    let id = json(&ann, &format!("{CREATE} --expires {seconds}s"))["id"].as_str().unwrap().to_owned();
    std::thread::sleep(std::time::Duration::from_secs(seconds + 1));
    let rows = json(&ann, "trust list");
    assert_eq!((&rows[0]["id"], &rows[0]["expired"]), (&json!(id), &json!(true)));
    types(&ann, &format!("trust show {id}")).code(3).says("or it is over");
    assert_ne!(json(&ann, &format!("{CREATE} --expires 30d"))["id"], id);
    types(&city.room("bob"), &format!("trust token {id}")).code(4).says("the trust gone, over or used up");
}

/// Tokens are kept by the name of what they are for, and names come to mean something else.
#[test]
fn a_kept_token_is_not_taken_for_another_subservice() {
    let city = City::new("tru_moved");
    let (ann, elsewhere) = (city.ann(), city.ann());
    for room in [&ann, &elsewhere] {
        types(room, CREATE).success();
    }
    let kept = |room: &Room| {
        let texts = room.files().into_iter().map(|path| std::fs::read_to_string(path).unwrap_or_default());
        texts.filter(|text| text.contains("gAAAA") && text.contains(r#"project \"/energy\""#)).count()
    };
    assert_eq!((kept(&ann), kept(&elsewhere)), (1, 1));
    types(&ann, "subservice update energy --rename power --yes").success().says("renamed");
    assert_eq!((kept(&ann), kept(&elsewhere)), (0, 1));
    types(&elsewhere, CREATE).code(4);
    // Another one of that name, which ann has a role on.
    let second = made(city.keystone, "project", &json!({"name": "/energy", "domain_id": city.id}));
    let role = role_called(city.keystone, &format!("{}#Gardener", city.id));
    let grant = format!("/v3/projects/{second}/users/{}/roles/{role}", city.ann);
    assert_eq!(city.keystone.api("PUT", &grant, None).0, 204);
    assert_eq!(json(&elsewhere, CREATE)["project_id"], second);
    // The trust on the old one goes on under the new name.
    assert_eq!(json(&ann, "trust list -S power")[0]["project_id"], city.energy);
}
