//! Flags that every command understands, and groups that several share.

use std::path::PathBuf;

use clap::{ArgAction, Args};

use super::legacy::Given;

/// Everything that can stand before or after any verb.
#[derive(Args, Debug, Clone, Default)]
pub(crate) struct GlobalArgs {
    #[command(flatten)]
    pub(crate) target: TargetArgs,
    #[command(flatten)]
    pub(crate) identity: IdentityArgs,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
    #[command(flatten)]
    pub(crate) run: RunArgs,
    #[command(flatten)]
    pub(crate) tls: TlsArgs,
}

/// Where the back ends are.
#[derive(Args, Debug, Clone, Default)]
#[command(next_help_heading = "Target")]
pub(crate) struct TargetArgs {
    /// Service to work in (a Keystone domain), by name
    #[arg(short = 's', long, global = true, value_name = "NAME")]
    pub(crate) service: Option<String>,
    /// Subservice to work in (a Keystone project /NAME), by name
    #[arg(short = 'S', long, global = true, value_name = "NAME")]
    pub(crate) subservice: Option<String>,
    /// Services to ask who is a member: `github`, `trello`, `slack`, `g_drive`; with commas, or `all`
    #[arg(short = 'c', long, global = true, value_name = "CONNECTOR", value_delimiter = ',', hide_short_help = true)]
    pub(crate) connector: Vec<String>,
    /// Place at the service that -c names, in place of that of the settings: organisation, workspace, channel or file
    #[arg(long = "target", global = true, value_name = "PLACE", hide_short_help = true)]
    pub(crate) place: Option<String>,
    /// Context to use, from the settings
    #[arg(long, global = true, value_name = "NAME", hide_short_help = true)]
    pub(crate) context: Option<String>,
    /// Settings file to use instead of the one that `ORCHESTER_CONFIG_PATH` names
    #[arg(long, global = true, value_name = "FILE", hide_short_help = true)]
    pub(crate) config: Option<PathBuf>,
    /// Cloud to take from clouds.yaml
    #[arg(long, global = true, value_name = "NAME", hide_short_help = true)]
    pub(crate) os_cloud: Option<String>,
    /// Host of the back end that the noun talks to
    #[arg(long, global = true, value_name = "HOST", hide_short_help = true)]
    pub(crate) host: Option<String>,
    /// Port of the back end that the noun talks to
    #[arg(long, global = true, value_name = "PORT", hide_short_help = true)]
    pub(crate) port: Option<u16>,
    /// Address of Keystone
    #[arg(long, global = true, value_name = "URL", hide_short_help = true)]
    pub(crate) keystone: Option<String>,
    /// Address of Keypass
    #[arg(long, global = true, value_name = "URL", hide_short_help = true)]
    pub(crate) keypass: Option<String>,
    /// Address of Orion
    #[arg(long, global = true, value_name = "URL", hide_short_help = true)]
    pub(crate) orion: Option<String>,
    /// Address of Perseo
    #[arg(long, global = true, value_name = "URL", hide_short_help = true)]
    pub(crate) perseo: Option<String>,
    /// Address of the IoT agent
    #[arg(long, global = true, value_name = "URL", hide_short_help = true)]
    pub(crate) iotagent: Option<String>,
    /// Address of the IoT orchestrator
    #[arg(long, global = true, value_name = "URL", hide_short_help = true)]
    pub(crate) orchestrator: Option<String>,
    /// Address of the PaaS orchestrator
    #[arg(long, global = true, value_name = "URL", hide_short_help = true)]
    pub(crate) paas: Option<String>,
    /// Address of the directory, ldap:// or ldaps://
    #[arg(long, global = true, value_name = "URL", hide_short_help = true)]
    pub(crate) ldap: Option<String>,
    /// Address of the Infrastructure Manager
    #[arg(long, global = true, value_name = "URL", hide_short_help = true)]
    pub(crate) im: Option<String>,
    /// Protocol of Keystone
    #[arg(long, global = true, value_name = "http|https", hide_short_help = true)]
    pub(crate) keystone_protocol: Option<String>,
    /// Host of Keystone
    #[arg(long, global = true, value_name = "HOST", hide_short_help = true)]
    pub(crate) keystone_host: Option<String>,
    /// Port of Keystone
    #[arg(long, global = true, value_name = "PORT", hide_short_help = true)]
    pub(crate) keystone_port: Option<u16>,
}

/// Who logs in. No flag takes a secret itself.
#[derive(Args, Debug, Clone, Default)]
#[command(next_help_heading = "Identity")]
pub(crate) struct IdentityArgs {
    /// User to log in as
    #[arg(long, global = true, value_name = "NAME", hide_short_help = true)]
    pub(crate) user: Option<String>,
    /// Domain that the user lives in
    #[arg(long, global = true, value_name = "NAME", hide_short_help = true)]
    pub(crate) user_domain: Option<String>,
    /// What the login is for: the whole system, one project or one domain
    #[arg(long, global = true, value_name = "SCOPE", value_parser = ["system", "project", "domain"],
        hide_short_help = true)]
    pub(crate) scope: Option<String>,
    /// Project of a project scope
    #[arg(long, global = true, value_name = "NAME", hide_short_help = true)]
    pub(crate) admin_project: Option<String>,
    /// Domain of that project, or of a domain scope
    #[arg(long, global = true, value_name = "NAME", hide_short_help = true)]
    pub(crate) admin_domain: Option<String>,
    /// Read the password to log in with from standard input
    #[arg(long, global = true, conflicts_with_all = ["password_file", "password_command"], hide_short_help = true)]
    pub(crate) password_stdin: bool,
    /// Read the password to log in with from a file that only you can read
    #[arg(long, global = true, value_name = "FILE", conflicts_with = "password_command", hide_short_help = true)]
    pub(crate) password_file: Option<PathBuf>,
    /// Command that prints the password to log in with; words, no shell
    #[arg(long, global = true, value_name = "COMMAND", hide_short_help = true)]
    pub(crate) password_command: Option<String>,
    /// File with a token to use instead of logging in
    #[arg(long, global = true, value_name = "FILE", hide_short_help = true)]
    pub(crate) token_file: Option<PathBuf>,
    /// Secrets that no flag leads to.
    #[arg(skip)]
    pub(crate) given: Given,
}

/// How results look.
#[derive(Args, Debug, Clone, Default)]
#[command(next_help_heading = "Output")]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of the command line, independent of the others")]
pub(crate) struct OutputArgs {
    /// Format: table, wide, json, jsonl, yaml, csv, tsv, value, name
    #[arg(short = 'o', long, global = true, value_name = "FORMAT")]
    pub(crate) output: Option<String>,
    /// Columns to show, comma-separated; `help` lists them
    #[arg(long, global = true, value_name = "A,B", value_delimiter = ',')]
    pub(crate) columns: Vec<String>,
    /// Columns to sort by; `-name` sorts downwards
    #[arg(
        long,
        global = true,
        value_name = "COLUMN",
        value_delimiter = ',',
        allow_hyphen_values = true,
        hide_short_help = true
    )]
    pub(crate) sort_by: Vec<String>,
    /// Rows to keep: `enabled=true`, `name~part`, `name=a*` (can be repeated)
    #[arg(long, global = true, value_name = "EXPR", hide_short_help = true)]
    pub(crate) filter: Vec<String>,
    /// Filter in the jq language, applied to the JSON
    #[arg(long, global = true, value_name = "JQ", hide_short_help = true)]
    pub(crate) query: Option<String>,
    /// Leave the header line out
    #[arg(long, global = true, hide_short_help = true)]
    pub(crate) no_header: bool,
    /// Do not guard CSV cells against spreadsheet formulas
    #[arg(long, global = true, hide_short_help = true)]
    pub(crate) csv_raw: bool,
    /// Colour: auto, always, never
    #[arg(long, global = true, value_name = "WHEN", value_parser = ["auto", "always", "never"],
        hide_short_help = true)]
    pub(crate) color: Option<String>,
    /// Say nothing but errors
    #[arg(short = 'q', long, global = true, hide_short_help = true)]
    pub(crate) quiet: bool,
    /// Say more: -v steps, -vv requests, -vvv headers and shapes of bodies
    #[arg(short = 'v', long, global = true, action = ArgAction::Count, hide_short_help = true)]
    pub(crate) verbose: u8,
    /// Write all requests to a file, without secrets
    #[arg(long, global = true, value_name = "FILE", hide_short_help = true)]
    pub(crate) trace: Option<PathBuf>,
    /// Show at the end how long requests took
    #[arg(long, global = true, hide_short_help = true)]
    pub(crate) timing: bool,
    /// Form of log lines: text, json
    #[arg(long, global = true, value_name = "FORM", value_parser = ["text", "json"], hide_short_help = true)]
    pub(crate) log_format: Option<String>,
}

/// How the command runs.
#[derive(Args, Debug, Clone, Default)]
#[command(next_help_heading = "Run")]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of the command line, independent of the others")]
pub(crate) struct RunArgs {
    /// Do not ask before destroying something
    #[arg(short = 'y', long, global = true)]
    pub(crate) yes: bool,
    /// Only show what would be changed
    #[arg(long, global = true)]
    pub(crate) dry_run: bool,
    /// Never ask anything
    #[arg(long, global = true, hide_short_help = true)]
    pub(crate) no_input: bool,
    /// Name of the protected context, instead of typing it
    #[arg(long, global = true, value_name = "NAME", hide_short_help = true)]
    pub(crate) confirm: Option<String>,
    /// Give up after this long without progress
    #[arg(long, global = true, value_name = "TIME", hide_short_help = true)]
    pub(crate) timeout: Option<String>,
    /// Give up connecting after this long
    #[arg(long, global = true, value_name = "TIME", hide_short_help = true)]
    pub(crate) connect_timeout: Option<String>,
    /// How often to try a request in all
    #[arg(long, global = true, value_name = "N", hide_short_help = true)]
    pub(crate) retries: Option<u32>,
    /// How many items of a bulk to work on side by side
    #[arg(long, global = true, value_name = "N", hide_short_help = true)]
    pub(crate) jobs: Option<usize>,
    /// How long to wait for another run that works on the same thing
    #[arg(long, global = true, value_name = "TIME", hide_short_help = true)]
    pub(crate) lock_timeout: Option<String>,
    /// Where to write the items that failed; the file is good input for --from
    #[arg(long, global = true, value_name = "FILE", hide_short_help = true)]
    pub(crate) failed_to: Option<PathBuf>,
    /// Let a check tell by its exit code
    #[arg(long, global = true, hide_short_help = true)]
    pub(crate) exit_status: bool,
    /// Keep no names of this run for completion in shells, and complete none
    #[arg(long, global = true, hide_short_help = true)]
    pub(crate) no_cache: bool,
    /// Correlator to send with every request
    #[arg(long, global = true, value_name = "ID", hide_short_help = true)]
    pub(crate) correlator: Option<String>,
}

/// How connections are secured.
#[derive(Args, Debug, Clone, Default)]
#[command(next_help_heading = "TLS")]
pub(crate) struct TlsArgs {
    /// CA certificates to trust, instead of the system's
    #[arg(long, global = true, value_name = "FILE", hide_short_help = true)]
    pub(crate) cacert: Option<PathBuf>,
    /// Client certificate
    #[arg(long, global = true, value_name = "FILE", hide_short_help = true)]
    pub(crate) cert: Option<PathBuf>,
    /// Key of the client certificate
    #[arg(id = "tls_key", long = "key", global = true, value_name = "FILE", hide_short_help = true)]
    pub(crate) key: Option<PathBuf>,
    /// Do not check the server's certificate
    #[arg(long, global = true, hide_short_help = true)]
    pub(crate) insecure: bool,
    /// Send a password over http to a host that is not this machine
    #[arg(long, global = true, hide_short_help = true)]
    pub(crate) allow_http: bool,
}

/// Names on the command line, or in a file.
#[derive(Args, Debug, Clone, Default)]
pub(crate) struct ItemArgs {
    /// Names; `id:HEX` forces an id
    #[arg(value_name = "NAME")]
    pub(crate) names: Vec<String>,
    /// File to read them from instead: one a line, CSV or JSONL; `-` is standard input
    #[arg(long, value_name = "FILE", conflicts_with = "names")]
    pub(crate) from: Option<PathBuf>,
}

/// The password of somebody who is being made or changed; never a literal on the command line.
#[derive(Args, Debug, Clone, Default)]
#[command(next_help_heading = "New password")]
pub(crate) struct NewPasswordArgs {
    /// Read the new password from standard input
    #[arg(long, conflicts_with_all = ["new_password_file", "generate_password"])]
    pub(crate) new_password_stdin: bool,
    /// Read the new password from a file that only you can read
    #[arg(long, value_name = "FILE", conflicts_with = "generate_password")]
    pub(crate) new_password_file: Option<PathBuf>,
    /// Make a password up and write it to --password-out
    #[arg(long, requires = "password_out")]
    pub(crate) generate_password: bool,
    /// File for the password that is made up; written first, and reused when it is there
    #[arg(long, value_name = "FILE", requires = "generate_password")]
    pub(crate) password_out: Option<PathBuf>,
    /// Accept one of fewer than 8 characters, which the platform does not take
    #[arg(long)]
    pub(crate) any_password: bool,
}

/// The user of a service in whose name things behind a PEP are done, and where the password is.
#[derive(Args, Debug, Clone, Default)]
#[command(next_help_heading = "Behind a PEP")]
pub(crate) struct TenantArgs {
    /// User of the service that the PEP lets through, where your own login is not of that service
    #[arg(id = "tenant_user", long = "tenant-user", value_name = "NAME")]
    pub(crate) user: Option<String>,
    /// Read that user's password from a file that only you can read
    #[arg(
        id = "tenant_password_file",
        long = "tenant-password-file",
        value_name = "FILE",
        requires = "tenant_user",
        conflicts_with = "tenant_password_command"
    )]
    pub(crate) password_file: Option<PathBuf>,
    /// Command that prints that user's password; words, no shell
    #[arg(
        id = "tenant_password_command",
        long = "tenant-password-command",
        value_name = "COMMAND",
        requires = "tenant_user"
    )]
    pub(crate) password_command: Option<String>,
}

impl TenantArgs {
    /// The same as if it were our own login.
    pub(crate) fn identity(&self) -> IdentityArgs {
        IdentityArgs {
            password_file: self.password_file.clone(),
            password_command: self.password_command.clone(),
            ..IdentityArgs::default()
        }
    }
}

impl GlobalArgs {
    /// The flags that stand for settings: key, value, flag. `primary` is what `--host` and `--port` are about.
    pub(crate) fn settings(&self, primary: &str) -> Vec<(String, toml::Value, String)> {
        let text = |value: &Option<String>| value.clone().map(toml::Value::String);
        let path = |value: &Option<PathBuf>| value.as_ref().map(|path| toml::Value::String(path.display().to_string()));
        let number = |value: Option<u16>| value.map(|port| toml::Value::Integer(i64::from(port)));
        let on = |value: bool| value.then_some(toml::Value::Boolean(true));
        let (target, identity, run, tls) = (&self.target, &self.identity, &self.run, &self.tls);
        let token_file = if primary == "paas" { "paas.token_file" } else { "auth.token_file" };
        let all = [
            ("os_cloud", text(&target.os_cloud), "--os-cloud"),
            ("service", text(&target.service), "--service"),
            ("subservice", text(&target.subservice), "--subservice"),
            ("keypass.url", text(&target.keypass), "--keypass"),
            ("orion.url", text(&target.orion), "--orion"),
            ("perseo.url", text(&target.perseo), "--perseo"),
            ("iotagent.url", text(&target.iotagent), "--iotagent"),
            ("orchestrator.url", text(&target.orchestrator), "--orchestrator"),
            ("paas.url", text(&target.paas), "--paas"),
            ("ldap.url", text(&target.ldap), "--ldap"),
            ("im.url", text(&target.im), "--im"),
            ("keystone.url", text(&target.keystone), "--keystone"),
            ("keystone.protocol", text(&target.keystone_protocol), "--keystone-protocol"),
            ("keystone.host", text(&target.keystone_host), "--keystone-host"),
            ("keystone.port", number(target.keystone_port), "--keystone-port"),
            ("auth.user", text(&identity.user), "--user"),
            ("auth.user_domain", text(&identity.user_domain), "--user-domain"),
            ("auth.scope", text(&identity.scope), "--scope"),
            ("auth.project", text(&identity.admin_project), "--admin-project"),
            ("auth.domain", text(&identity.admin_domain), "--admin-domain"),
            (token_file, path(&identity.token_file), "--token-file"),
            ("output.format", text(&self.output.output), "--output"),
            ("output.color", text(&self.output.color), "--color"),
            ("http.timeout", text(&run.timeout), "--timeout"),
            ("http.connect_timeout", text(&run.connect_timeout), "--connect-timeout"),
            ("http.retries", run.retries.map(|n| toml::Value::Integer(i64::from(n))), "--retries"),
            ("jobs", run.jobs.and_then(|n| i64::try_from(n).ok()).map(toml::Value::Integer), "--jobs"),
            ("lock_timeout", text(&run.lock_timeout), "--lock-timeout"),
            ("name_cache", run.no_cache.then_some(toml::Value::Boolean(false)), "--no-cache"),
            ("http.cacert", path(&tls.cacert), "--cacert"),
            ("http.cert", path(&tls.cert), "--cert"),
            ("http.key", path(&tls.key), "--key"),
            ("http.insecure", on(tls.insecure), "--insecure"),
            ("allow_http", on(tls.allow_http), "--allow-http"),
        ];
        let of_noun = [("host", text(&target.host), "--host"), ("port", number(target.port), "--port")];
        let of_noun = of_noun.map(|(part, value, flag)| (format!("{primary}.{part}"), value, flag));
        let all = all.into_iter().map(|(key, value, flag)| (key.to_owned(), value, flag));
        let places = target
            .connector
            .iter()
            .filter_map(|name| Some((crate::config::connectors::place_key(name)?, text(&target.place), "--target")));
        let given = of_noun.into_iter().chain(all).chain(places);
        given.filter_map(|(key, value, flag)| Some((key, value?, flag.to_owned()))).collect()
    }
}
