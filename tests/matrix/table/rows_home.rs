//! What concerns this machine alone, the directory, which speaks no HTTP, and the sandbox, which brings its own servers.

use super::row::{Asks, Column, Place, Row};

const fn row(verb: &'static str, line: &'static str) -> Row {
    Row::new(Place::Home, verb, line)
}

/// What is asked of a directory on a port that nobody listens on.
const fn unheard(verb: &'static str, line: &'static str) -> Row {
    row(verb, line).but(UNHEARD)
}

const UNHEARD: &[(Column, i32, &str)] = if cfg!(feature = "ldap") {
    &[(Column::Ok, 75, "nobody listens; tests/real/ldap has what a directory answers")]
} else {
    &[(Column::Ok, 1, "this build has no part that speaks to directories")]
};

const NO_CONTEXT: &[(Column, i32, &str)] =
    &[(Column::Missing, 78, "a context that is in no file is a mistake of the settings, as with --context")];

pub const ROWS: &[Row] = &[
    row("audit list", "audit list"),
    row("audit show", "audit show {run}").missing("audit show 0000000000000000"),
    row("stats local", "stats local"),
    row("config init", "config init --file ~/fresh.toml"),
    row("config show", "config show"),
    row("config get", "config get jobs"),
    row("config set", "config set jobs 3"),
    row("config unset", "config unset jobs"),
    row("config edit", "config edit").but(&[(Column::Ok, 2, "an editor needs a terminal")]),
    row("config path", "config path"),
    row("config validate", "config validate"),
    row("config trust", "config trust ~/work/.orchester.toml --yes"),
    row("config import", "config import ~/admin-openrc.sh --name prod"),
    row("config context list", "config context list"),
    row("config context use", "config context use lab").missing("config context use nothing").but(NO_CONTEXT),
    row("config context add", "config context add fresh --keystone https://ks.city.example:5000 --user admin"),
    row("config context rm", "config context rm lab").missing("config context rm nothing").but(&[(
        Column::Missing,
        0,
        "what is not there need not be removed",
    )]),
    row("config context rename", "config context rename lab test")
        .missing("config context rename nothing test")
        .but(NO_CONTEXT),
    row("help", "help names").raw(),
    row("man", "man service create").raw(),
    row("schema", "schema user list").raw(),
    row("version", "version"),
    row("completions bash", "completions bash").raw(),
    row("completions zsh", "completions zsh").raw(),
    row("completions fish", "completions fish").raw(),
    row("completions elvish", "completions elvish").raw(),
    row("completions powershell", "completions powershell").raw(),
    row("audit resume", "audit resume {run}").raw().missing("audit resume 0000000000000000"),
    row("batch run", "batch run ~/lines.txt").raw(),
    unheard("platform ldap auth", "platform ldap auth ann --password-file ~/new.pw"),
    unheard("platform ldap user list", "platform ldap user list"),
    unheard("platform ldap user show", "platform ldap user show ann"),
    unheard("platform ldap user create", "platform ldap user create ann --new-password-file ~/new.pw"),
    unheard("platform ldap user update", "platform ldap user update ann --email a@city.example"),
    unheard("platform ldap user delete", "platform ldap user delete ann --yes"),
    unheard("platform ldap group list", "platform ldap group list"),
    unheard("platform ldap group show", "platform ldap group show crew"),
    unheard("platform ldap group create", "platform ldap group create crew"),
    unheard("platform ldap group update", "platform ldap group update crew --description other"),
    unheard("platform ldap group delete", "platform ldap group delete crew --yes"),
    unheard("platform ldap group member add", "platform ldap group member add crew ann"),
    unheard("platform ldap group member rm", "platform ldap group member rm crew ann"),
    row("sandbox up", "sandbox up --port-base {free}").asking(Asks::ItsOwn).secret(),
    row("sandbox shell", "sandbox shell -- true").asking(Asks::ItsOwn),
    row("sandbox tour", "sandbox tour").asking(Asks::ItsOwn),
    row("sandbox proxy", "sandbox proxy --to {keystone} -- true").asking(Asks::ItsOwn),
    row("sandbox reset", "sandbox reset"),
    row("sandbox fault", "sandbox fault --list").raw(),
    row("sandbox requests", "sandbox requests").raw(),
    row("sandbox down", "sandbox down"),
];
