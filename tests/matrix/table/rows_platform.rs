//! What is administered at Keystone, Keypass and Orion.

use super::row::{Asks, Column, Place, Row};

const fn row(verb: &'static str, line: &'static str) -> Row {
    Row::new(Place::Towns, verb, line)
}

/// As the administrator of a service.
const fn own(verb: &'static str, line: &'static str) -> Row {
    Row::new(Place::Trusting, verb, line)
}

/// What is not there need not be deleted.
const GONE: &[(Column, i32, &str)] = &[(Column::Missing, 0, "a deletion of what is absent is done")];
const BY_ID: &str = "it is asked for by its id, so a 404 is the answer";
const SHOWN_BY_ID: &[(Column, i32, &str)] = &[(Column::NoSuchPath, 3, BY_ID)];
const DELETED_BY_ID: &[(Column, i32, &str)] =
    &[(Column::Missing, 0, "a deletion of what is absent is done"), (Column::NoSuchPath, 0, BY_ID)];

const FOUND: &str = "whatever is wrong was found, and that is all that the doctor was asked for";
const ILL: &[(Column, i32, &str)] = &[
    (Column::Unauthorized, 1, FOUND),
    (Column::Forbidden, 1, FOUND),
    (Column::Conflict, 1, FOUND),
    (Column::TooMany, 1, FOUND),
    (Column::Unavailable, 1, FOUND),
    (Column::Silence, 1, FOUND),
];

const REVOKED: &str = "a token that the server does not know, or does not take any more, is revoked";
const FORGOTTEN: &str =
    "the token is forgotten here whatever comes, so the same line again would do nothing: no 75, and no 4";
const LOGGED_OUT: &[(Column, i32, &str)] = &[
    (Column::Unauthorized, 0, REVOKED),
    (Column::NoSuchPath, 0, REVOKED),
    (Column::Forbidden, 1, FORGOTTEN),
    (Column::Conflict, 1, FORGOTTEN),
    (Column::TooMany, 1, FORGOTTEN),
    (Column::Unavailable, 1, FORGOTTEN),
    (Column::Silence, 1, FORGOTTEN),
];

const NO_LOGIN: &str = "it brings no login that could be refused: a server that answers so tells no version";
const UNTOLD: &[(Column, i32, &str)] =
    &[(Column::Unauthorized, 1, NO_LOGIN), (Column::Forbidden, 1, NO_LOGIN), (Column::Conflict, 1, NO_LOGIN)];

const UNWELL: &str = "--exit-status ends with 1 wherever a server is not well";
const SICK: &[(Column, i32, &str)] = &[
    (Column::Unauthorized, 1, UNWELL),
    (Column::Forbidden, 1, UNWELL),
    (Column::Conflict, 1, UNWELL),
    (Column::TooMany, 1, UNWELL),
    (Column::Unavailable, 1, UNWELL),
    (Column::Silence, 1, UNWELL),
];

pub const ROWS: &[Row] = &[
    row("service list", "service list"),
    row("service show", "service show towns").missing("service show nowhere"),
    row("service create", "service create cities --admin-user adm1 --new-password-file ~/new.pw"),
    row("service update", "service update towns --description other")
        .missing("service update nowhere --description other"),
    row("service delete", "service delete towns --yes").missing("service delete nowhere --yes").but(GONE),
    row("service check", "service check towns --admin-user adm1").missing("service check nowhere --admin-user adm1"),
    row("service repair", "service repair towns --admin-user adm1").missing("service repair nowhere --admin-user adm1"),
    row("subservice list", "subservice list -s towns").missing("subservice list -s nowhere"),
    row("subservice show", "subservice show energy -s towns").missing("subservice show nothing -s towns"),
    row("subservice create", "subservice create parks -s towns").missing("subservice create parks -s nowhere"),
    row("subservice update", "subservice update energy -s towns --description other")
        .missing("subservice update nothing -s towns --description other"),
    row("subservice delete", "subservice delete energy -s towns --yes")
        .missing("subservice delete nothing -s towns --yes")
        .but(GONE),
    row("user list", "user list -s towns").missing("user list -s nowhere"),
    row("user show", "user show carl -s towns").missing("user show nobody -s towns"),
    row("user create", "user create ida -s towns --new-password-file ~/new.pw")
        .missing("user create ida -s nowhere --new-password-file ~/new.pw"),
    row("user update", "user update carl -s towns --email c@city.example")
        .missing("user update nobody -s towns --email c@city.example"),
    row("user delete", "user delete carl -s towns --yes").missing("user delete nobody -s towns --yes").but(GONE),
    row("user set-password", "user set-password carl -s towns --new-password-file ~/new.pw")
        .missing("user set-password nobody -s towns --new-password-file ~/new.pw"),
    row("user roles", "user roles carl -s towns").missing("user roles nobody -s towns"),
    row("group list", "group list -s towns").missing("group list -s nowhere"),
    row("group show", "group show crew -s towns").missing("group show nobody -s towns"),
    row("group create", "group create guests -s towns").missing("group create guests -s nowhere"),
    row("group update", "group update crew -s towns --description other")
        .missing("group update nobody -s towns --description other"),
    row("group delete", "group delete crew -s towns --yes").missing("group delete nobody -s towns --yes").but(GONE),
    row("group member list", "group member list crew -s towns").missing("group member list nobody -s towns"),
    row("group member add", "group member add crew carl -s towns").missing("group member add crew nobody -s towns"),
    row("group member rm", "group member rm crew dora -s towns").missing("group member rm nobody dora -s towns"),
    row("role list", "role list -s towns").missing("role list -s nowhere"),
    row("role show", "role show Gardener -s towns").missing("role show Nobody -s towns"),
    row("role create", "role create Planter -s towns").missing("role create Planter -s nowhere"),
    row("role update", "role update Gardener -s towns --description other")
        .missing("role update Nobody -s towns --description other"),
    row("role delete", "role delete Gardener -s towns --yes").missing("role delete Nobody -s towns --yes").but(GONE),
    row("role grant", "role grant Gardener --to-user adm1 -s towns -S energy")
        .missing("role grant Nobody --to-user adm1 -s towns -S energy"),
    row("role revoke", "role revoke Gardener --from-user carl -s towns")
        .missing("role revoke Gardener --from-user nobody -s towns"),
    row("role assignments", "role assignments -s towns --all").missing("role assignments -s towns --of-user nobody"),
    row("policy list", "policy list Gardener -s towns").missing("policy list Nobody -s towns"),
    row("policy show", "policy show Gardener {policy} -s towns").missing("policy show Gardener Nothing -s towns"),
    row("policy update", "policy update Gardener --template sth-admin -s towns")
        .missing("policy update Nobody --template sth-admin -s towns"),
    row("policy delete", "policy delete Gardener {policy} -s towns --yes")
        .missing("policy delete Gardener Nothing -s towns --yes")
        .but(GONE),
    row("policy lint", "policy lint ~/policy.xml").asking(Asks::Nobody),
    row("policy diff", "policy diff Gardener ~/policy.xml -s towns")
        .missing("policy diff Nobody ~/policy.xml -s towns"),
    row("policy sync", "policy sync ~/policies -s towns --yes").missing("policy sync ~/policies -s nowhere --yes"),
    row("policy test", "policy test Gardener read orion -s towns").missing("policy test Nobody read orion -s towns"),
    row("policy templates", "policy templates").asking(Asks::Nobody),
    row("module list", "module list -s towns -S energy").missing("module list -s towns -S nothing"),
    row("module status", "module status -s towns -S energy").missing("module status -s towns -S nothing"),
    row("module enable", "module enable STH -s towns").missing("module enable STH -s nowhere"),
    row("module disable", "module disable STH -s towns -S energy").missing("module disable STH -s towns -S nothing"),
    row("subscription list", "subscription list -s towns -S energy").missing("subscription list -s towns -S nothing"),
    row("subscription show", "subscription show {subscription} -s towns -S energy")
        .missing("subscription show 65f0c8a1e4b0a1b2c3d4e5f6 -s towns -S energy"),
    row("subscription create", "subscription create --entity lamp1 --notify http://here:8080/in -s towns")
        .missing("subscription create --entity lamp1 --notify http://here:8080/in -s nowhere"),
    row("subscription delete", "subscription delete {subscription} -s towns -S energy --yes")
        .missing("subscription delete 65f0c8a1e4b0a1b2c3d4e5f6 -s towns -S energy --yes")
        .but(GONE),
    own("trust list", "trust list"),
    own("trust show", "trust show {trust}").missing("trust show feedfacefeedfacefeedfacefeedface").but(SHOWN_BY_ID),
    own("trust create", "trust create --trustee dora --role Gardener -s towns -S energy")
        .missing("trust create --trustee nobody --role Gardener -s towns -S energy"),
    own("trust delete", "trust delete {trust} --yes")
        .missing("trust delete feedfacefeedfacefeedfacefeedface --yes")
        .but(DELETED_BY_ID),
    own("trust token", "trust token {trust} --user carl --user-domain towns")
        .asking(Asks::Login)
        .secret()
        .missing("trust token feedfacefeedfacefeedfacefeedface --user carl --user-domain towns")
        .but(&[(Column::Missing, 4, "Keystone hides why it refuses a login")]),
    row("auth login", "auth login").asking(Asks::Login),
    row("auth logout", "auth logout").but(LOGGED_OUT),
    row("auth status", "auth status --check").telling().but(&[(
        Column::NoSuchPath,
        4,
        "Keystone says 404 of a token that is over",
    )]),
    row("auth whoami", "auth whoami").asking(Asks::Login),
    row("auth token", "auth token").asking(Asks::Login).secret(),
    row("legacy", "legacy printServiceUsers http 127.0.0.1 {port} towns adm1 @~/new.pw"),
    row("platform version", "platform version").telling().but(UNTOLD),
    row("platform health", "platform health --exit-status").telling().but(SICK),
    row("platform loglevel show", "platform loglevel show --of keypass"),
    row("platform loglevel set", "platform loglevel set DEBUG --of keypass"),
    row("stats show", "stats show --of orion"),
    row("stats metrics", "stats metrics --of orion"),
    row("stats watch", "stats watch --of orion --count 1"),
    row("api", "api keystone GET /v3/domains")
        .missing("api keystone GET /v3/users/feedfacefeedfacefeedfacefeedface")
        .but(&[(Column::NoSuchPath, 3, "what a server says of a path of one's own is the answer")]),
    row("doctor", "doctor keystone").finding().but(ILL),
    row("completions refresh", "completions refresh"),
];
