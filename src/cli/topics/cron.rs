//! `orchest help cron`.

pub(super) const CRON: &str = "\
What to know before nobody is looking on.

  --no-input     never ask; what would have to be asked is refused before
                 anything is sent (2). Without a terminal that is so anyway
  --yes          do what is asked before, such as to delete; a protected context
                 wants its name too: --confirm NAME
  -q             say nothing but errors, so that cron sends mail only then
  --lock-timeout 30s   wait for another run that works on the same thing; by
                 default not at all: it ends with 75 and names the holder
  --failed-to F  where the items that failed are written, good for --from F
  --timeout 5m   give up after this long without progress

How it ends, and what to do
  0    nothing
  75   run the same line again, later; nothing is broken
  7    look at the file of --failed-to, mend it, run it: --from FILE
  4    the password or token is no good any more: orchest auth status --check
  2 78 mend the line, or the settings
  else read what it said; what was done is in: orchest audit list --failed
A run that was killed is no trouble: the next one goes on where it stopped.

Where the password comes from: never from the line. A file that only that user
can read, or a program: auth.password_file, auth.password_command, or the option
--password-file. Under systemd LoadCredential= hands such a file in.

A crontab: mail only on trouble, and one more try after a while
  MAILTO=ops@city.example
  17 2 * * *  orchest members sync --from people.csv -c all --yes --no-input -q

A timer of systemd: in the service, 75 means again, not broken
  [Service]
  Type=oneshot
  LoadCredential=github:/etc/orchest/github.token
  Environment=ORCHEST_GITHUB_TOKEN_FILE=%d/github
  ExecStart=/usr/bin/orchest members sync --from people.csv -c github --yes -q
  Restart=on-failure
  RestartSec=10min
  RestartPreventExitStatus=1 2 3 4 5 6 7 78

With User= or DynamicUser= that file is still root's, and refused as such; let a
program hand it over, as members.toml beside it does: token_command

Ready files are in the sources, to be copied: examples/crontab and
examples/systemd/orchest-members.service and .timer
";
