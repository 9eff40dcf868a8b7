//! `orchest help connectors`: how each one is set up, out of the table of their settings.

use std::fmt::Write as _;

use crate::config::connectors::CONNECTORS;
use crate::connectors::ConnectorKind;

/// How far the second column is in.
const INDENT: usize = 25;

const INTRODUCTION: &str = "\
Members of four services, by one set of words:

  orchest -c github check octocat       True or False, as ever; add and rm alike
  orchest members check octocat -c github,trello
                                        where somebody stands at both at once
  orchest members capabilities -c slack what can be done there, and what instead
  orchest members sync --from people.csv -c all --dry-run
                                        what it takes to have it so everywhere

  absent     not in, and not invited    pending  invited, not answered yet
  expired    was invited, too long ago  active   in
  suspended  in, but switched off       blocked  cannot be invited
  unknown, unsupported                  the service does not tell

`check` says True of those who are in, and False of all others that it is told
of. At Slack and Google Drive people are named by e-mail address. `add` leaves
an invitation alone, and nobody gets a lower role without --role; `rm` takes
invitations back. Neither takes out whoever is logged in, nor the last owner.

A roster has a line, or a TOML table [[people]], for each person, with any of
name, email, github, trello, slack, g_drive, and github_role and so on. An empty
cell means: not to be there. `sync` removes nobody without --remove-extra, and
then no more than --max-removals; it can be stopped anywhere and run again.

Some of a roster cannot be had by running it again; that is told by person, with
what to do, and the exit code is 7 until they or the roster change:

  suspended at Slack   switched on in the mode scim; in others by hand
  suspended at Trello  switched on in a workspace of an enterprise
  an e-mail address    GitHub tells whose it is while an invitation waits. Once
                       that is accepted nobody knows: list the login. Addresses
                       without an invitation get one by --invite-addresses.
                       Trello never tells: list the username

`sync` leaves alone, and says so: those who are in through an enterprise team
(GitHub) or from above (Drive), links and domains, the login itself, and those
in the file that --ignore names, which is a roster without roles.

A token is looked for in the variable (ORCHEST_GITHUB_TOKEN and so on), in
token_file, in what token_command prints, in the settings (of these three in the
one said nearest), and at last where `orchest generate` has kept one. Every
setting has a variable, such as ORCHEST_GITHUB_ORGANIZATION. What a
.orchester.json says counts where the tables of .orchester.toml say nothing.

orchest generate CONNECTOR gets a token, looks at it and keeps it:

  github   made by hand; by device with client_id; by browser with its secret
  trello   from Trello's page, with api_key; handed over by the browser where
           redirect_uri is an allowed origin; OAuth 2.0 with client_id
  slack    of an app made from a manifest; by browser with the client_id of an
           app without a secret, back to redirect_uri
  g_drive  by browser, with the client of credential_path

--read-only asks for less, --no-browser pastes, --store says where it is kept:
keyring, file (of ours), or named (token_path, token_file). Without it: the
file that the settings name, else what auth.store says, else the keyring.
auth status, whoami, token and logout CONNECTOR tell of it, and end it.
";

pub(in crate::cli) fn help() -> String {
    let mut text = INTRODUCTION.to_owned();
    for (name, keys) in CONNECTORS {
        let title =
            ConnectorKind::ALL.into_iter().find(|kind| kind.name() == *name).map_or(*name, ConnectorKind::title);
        let _ = writeln!(text, "\n[connector.{name}]  {title}");
        for key in *keys {
            let _ = writeln!(text, "  {:<width$}{}", key.name, key.help, width = INDENT - 2);
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    const WIDTH: usize = 80;

    #[test]
    fn every_setting_is_told_and_every_line_fits() {
        let text = help();
        for (name, keys) in CONNECTORS {
            assert!(text.contains(&format!("[connector.{name}]")), "{name}");
            for key in *keys {
                assert!(text.contains(&format!("\n  {} ", key.name)) && text.contains(key.help), "{}", key.name);
            }
        }
        let long: Vec<&str> = text.lines().filter(|line| line.chars().count() > WIDTH).collect();
        assert_eq!(long, Vec::<&str>::new());
    }
}
