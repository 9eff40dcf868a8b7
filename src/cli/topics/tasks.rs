//! What people come to do, in their own words, and the lines that do it. The tests run every line.

/// One thing to be done.
pub(crate) struct Task {
    pub(crate) title: &'static str,
    /// Other words that somebody may look for it by.
    pub(super) words: &'static str,
    pub(crate) lines: &'static [&'static str],
    /// What to know beforehand, if anything.
    pub(super) note: &'static str,
}

const fn task(title: &'static str, words: &'static str, lines: &'static [&'static str], note: &'static str) -> Task {
    Task { title, words, lines, note }
}

pub(crate) const TASKS: [Task; 29] = [
    task(
        "try it without touching anything",
        "sandbox learn play test demo emulated first start begin",
        &["orchest sandbox tour", "orchest sandbox shell --seed demo"],
        "",
    ),
    task(
        "say where the servers are, and log in",
        "setup configure settings address url context keystone keypass login first start begin install",
        &[
            "orchest config set keystone.url https://keystone.city.example:5000",
            "orchest auth login --user admin --scope system",
            "orchest auth status",
        ],
        "With --store keyring the password is kept: orchest help secrets",
    ),
    task(
        "create a service with an administrator",
        "new make tenant domain city provision admin",
        &[
            "orchest service create harbour --admin-user hana --generate-password --password-out hana.pw",
            "orchest subservice create docks -s harbour",
            "orchest service check harbour --admin-user hana",
        ],
        "",
    ),
    task(
        "delete a service and everything in it",
        "remove tenant domain unmake clean",
        &["orchest service delete smartcity --dry-run", "orchest service delete smartcity --yes"],
        "",
    ),
    task(
        "let somebody new in",
        "onboard hire join add create user person people account",
        &[
            "orchest user create dora -s smartcity --email dora@city.example --generate-password --password-out dora.pw",
            "orchest role grant ServiceCustomer --to-user dora -s smartcity",
            "orchest members add dora@example.com -c g_drive --dry-run",
        ],
        "",
    ),
    task(
        "let many in from a file",
        "bulk csv list onboard add create users people",
        &["orchest user create --from users.csv -s smartcity --failed-to bad.csv"],
        "Those that failed are in bad.csv, which is good for --from again.",
    ),
    task(
        "take somebody out everywhere",
        "offboard leave fire remove delete person people user rm out all",
        &[
            "orchest members check octocat -c github,trello",
            "orchest members rm octocat -c github --yes",
            "orchest user delete carl -s smartcity --yes",
        ],
        "A person has another name at each service; a roster knows them all: orchest help connectors",
    ),
    task(
        "keep the members of all services as a list says",
        "roster sync github trello slack drive people onboard offboard",
        &[
            "orchest members sync --from people.csv -c github,slack --dry-run",
            "orchest members sync --from people.csv -c github --yes",
        ],
        "With --remove-extra whoever is not on the list is taken out, within limits.",
    ),
    task(
        "see who is a member, and who is only invited",
        "list invitations pending github trello slack drive people",
        &["orchest members list -c github", "orchest members invitations -c github"],
        "",
    ),
    task(
        "give somebody access to one subservice",
        "grant role permission right allow let assign project",
        &["orchest role grant SubServiceAdmin --to-user carl -s smartcity -S energy"],
        "",
    ),
    task(
        "give somebody access to all subservices, those to come too",
        "grant role permission right allow inherit assign everywhere",
        &["orchest role grant SubServiceCustomer --to-user bob -s smartcity --inherit"],
        "",
    ),
    task(
        "see who may do what",
        "list roles permissions rights assignments access audit show",
        &[
            "orchest role assignments -s smartcity --all",
            "orchest user roles carl -s smartcity --effective",
            "orchest policy list ServiceCustomer -s smartcity",
            "orchest policy test ServiceCustomer read orion -s smartcity",
        ],
        "",
    ),
    task(
        "take a right away",
        "revoke role permission access unassign remove",
        &["orchest role revoke ServiceCustomer --from-user carl -s smartcity"],
        "",
    ),
    task(
        "give a role to a whole group",
        "grant members team shift operators",
        &[
            "orchest group create nightshift -s smartcity --role ServiceCustomer",
            "orchest group member add nightshift alice bob -s smartcity",
        ],
        "",
    ),
    task(
        "change a password",
        "reset forgotten secret own user expired",
        &["orchest user set-password carl -s smartcity --generate-password --password-out carl.pw"],
        "Your own, knowing the old one: orchest user set-password NAME -s SERVICE --self",
    ),
    task(
        "switch a module on for every subservice",
        "enable activate iot module subscription sth perseo history",
        &["orchest module enable STH -s smartcity --all-subservices", "orchest module status -s smartcity -S energy"],
        "",
    ),
    task(
        "find and mend doubled subscriptions of a module",
        "duplicates twice double clean repair",
        &[
            "orchest module status -s smartcity --all-subservices",
            "orchest module enable STH -s smartcity -S energy --fix-duplicates",
        ],
        "",
    ),
    task(
        "change what a role may do",
        "policy xacml keypass permission rights access edit",
        &[
            "orchest policy templates orion-customer2 > mine.xml",
            "orchest policy lint mine.xml",
            "orchest policy update ServiceCustomer mine.xml -s smartcity --dry-run",
        ],
        "",
    ),
    task(
        "see whether a service is as it should be, and mend it",
        "check drift repair broken half finished",
        &["orchest service check smartcity --admin-user adm1", "orchest service repair smartcity --admin-user adm1"],
        "",
    ),
    task(
        "use it behind a PEP",
        "pep proxy steelskin tenant token direct platform telefonica",
        &["orchest config set keypass.pep true", "orchest config set orion.pep true"],
        "Behind a PEP an administrator of the service does what concerns it: log in as one, or add --tenant-user NAME \
         --tenant-password-file FILE",
    ),
    task(
        "move from the old scripts",
        "migrate legacy python scripts createNewService orchent orpy old",
        &[
            "orchest legacy",
            "orchest legacy printServiceUsers http 127.0.0.1 15000 smartcity adm1 env:ORCHEST_PASSWORD",
        ],
        "15000 is where `orchest sandbox up` listens; in a shell of the sandbox it is ${ORCHEST_KEYSTONE##*:}. All scripts and \
         their words of today: orchest help migrate",
    ),
    task(
        "deploy something, and wait until it is up",
        "paas create deployment tosca template machines start vm run",
        &[
            "orchest deployment lint kafka.yaml",
            "orchest deployment create kafka.yaml -p nodes=3 --name kafka-test --group city --wait=20m",
        ],
        "",
    ),
    task(
        "watch a deployment and read its log",
        "paas follow wait status progress logs",
        &["orchest deployment list --mine", "orchest deployment wait kafka-test", "orchest log show kafka-test"],
        "",
    ),
    task(
        "get the outputs of a deployment",
        "paas address endpoint ip ssh key result",
        &["orchest deployment outputs kafka-test", "orchest deployment outputs kafka-test -o value --columns endpoint"],
        "",
    ),
    task(
        "clean up a stuck deployment",
        "paas stalled hanging delete reset progress failed",
        &[
            "orchest deployment list --stalled",
            "orchest deployment reset stuck --yes",
            "orchest deployment delete stuck --yes --wait=30m",
        ],
        "",
    ),
    task(
        "run it from cron",
        "timer systemd schedule nightly unattended batch",
        &["orchest members sync --from people.csv -c github --yes --no-input -q --lock-timeout 30s"],
        "More, with lines for crontab: orchest help cron",
    ),
    task(
        "find out why the cron job failed",
        "error log audit history unfinished exit code broken night",
        &["orchest audit list --failed --since 2d", "orchest auth status --check", "orchest platform health"],
        "",
    ),
    task(
        "see what was done, by whom and when",
        "audit history log trace writes requests statistics",
        &["orchest audit list --since 7d", "orchest stats local --since 7d --by day"],
        "",
    ),
    task(
        "use the results in a script",
        "json jq csv output columns parse program bare value schema",
        &[
            "orchest user list -s smartcity -o json --query '.[].name'",
            "orchest subservice list -s smartcity -o value --columns name",
            "orchest schema user list",
        ],
        "Exit codes are the same everywhere: orchest help exit-codes",
    ),
];

impl Task {
    /// With its lines, for a screen.
    pub(super) fn shown(&self) -> String {
        use crate::output::fold;
        let lines: Vec<String> = self.lines.iter().map(|line| fold::example(line, fold::WIDTH)).collect();
        let note = match self.note {
            "" => String::new(),
            note => format!("\n{}", fold::text(note, fold::WIDTH)),
        };
        format!("{}\n{}{note}", self.title, lines.join("\n"))
    }
}

/// The topic: every title, by which it is found again.
pub(super) fn topic() -> String {
    let mut text =
        "What people come to do. A few words of it are enough, as in:\n\n  orchest help take somebody out\n".to_owned();
    for task in &TASKS {
        text.push_str("\n  ");
        text.push_str(task.title);
    }
    text.push('\n');
    text
}
