//! What a command needs, built when it is asked for: settings and output at once, connections and logins lazily.

use std::cell::{OnceCell, RefCell};
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::time::Duration;

use anyhow::Result;

use crate::api::keystone::auth::Identity;
use crate::api::keystone::{Keystone, Login, Scope};
use crate::base::text::shell_word;
use crate::base::{Clock, RunId, Secret};
use crate::config::{Inputs, Origin, Settings};
use crate::flows::Stop;
use crate::http::{Endpoint, Http, HttpSettings, Proxies};
use crate::output::{Printer, Prompter};
use crate::secrets::{self, FileStore, Key, Store};
use crate::state::{Holder, Lock, Process, RunLog, StateDir, TokenCache, TokenKey};

use super::args::{GlobalArgs, NewPasswordArgs};
use super::auth::StoreChoice;
use super::bulk::{self, Done};
use super::error::{CliError, Exit};
use super::items::{Item, Items};
use super::journal::Journal;
use super::login::{OnlyTyped, Passwords, Tokens};

/// One command's surroundings.
pub(crate) struct Context {
    pub(crate) globals: GlobalArgs,
    pub(crate) settings: Settings,
    pub(crate) printer: Rc<Printer>,
    pub(crate) prompter: Rc<Prompter>,
    pub(crate) stop: Stop,
    pub(crate) inputs: Inputs,
    pub(crate) clock: Rc<dyn Clock>,
    pub(crate) journal: Rc<Journal>,
    pub(crate) state: Option<StateDir>,
    /// Whether a machine reads the result: a format was chosen that is not for people.
    pub(crate) rows: bool,
    pub(crate) http: OnceCell<Rc<Http>>,
    pub(crate) keystone: OnceCell<Keystone>,
    pub(crate) passwords: OnceCell<Rc<Passwords>>,
    /// Said once, not per item.
    pub(crate) stdin_taken: RefCell<bool>,
}

impl Context {
    pub(crate) fn run_id(&self) -> &RunId {
        self.journal.run_id()
    }

    pub(crate) fn dry_run(&self) -> bool {
        self.globals.run.dry_run
    }

    pub(crate) fn wants_rows(&self) -> bool {
        self.rows
    }

    pub(crate) fn failed_to(&self) -> Option<&Path> {
        self.globals.run.failed_to.as_deref()
    }

    /// Whether the file for failed items can be written, before anything is done that it would be needed for.
    pub(crate) fn check_failed_to(&self) -> Result<()> {
        let Some(path) = self.failed_to() else { return Ok(()) };
        let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
        if parent.is_dir() && !path.is_dir() {
            return Ok(());
        }
        Err(CliError::usage(format!("--failed-to {} cannot be written: no such directory", path.display())).into())
    }

    pub(crate) fn jobs(&self) -> Result<usize> {
        Ok(self.settings.count("jobs")?.unwrap_or(4))
    }

    pub(crate) fn stdout_is_terminal(&self) -> bool {
        self.printer.stdout_is_terminal()
    }

    /// In a dry run says what would be done, and that it is not done: `true`.
    pub(crate) fn would(&self, what: &str) -> bool {
        if self.dry_run() {
            self.printer.note(&format!("dry run: would {what}"));
        }
        self.dry_run()
    }

    pub(crate) fn warn_name(&self, warning: Option<String>) {
        if let Some(warning) = warning {
            self.printer.warn(&warning);
        }
    }

    fn protected(&self) -> Result<Option<String>> {
        let on = self.settings.boolean("protected")?;
        Ok(on.then(|| self.settings.context().map_or_else(|| "default".to_owned(), |(name, _)| name.to_owned())))
    }

    /// Asks before something is destroyed. Without a terminal it takes `--yes`, before any request.
    pub(crate) fn confirm(&self, what: &str) -> Result<()> {
        if self.dry_run() {
            return Ok(());
        }
        let target = self.keystone_address()?;
        if let Some(context) = self.protected()? {
            return self.confirm_protected(&context, what, &target);
        }
        if self.globals.run.yes || self.prompter.confirm(&format!("{what} on {target}?"), "--yes")? {
            return Ok(());
        }
        Err(CliError::new(Exit::Usage, format!("not confirmed, so nothing was done: {what}")).into())
    }

    /// As [`Context::confirm`], for what cannot be brought back: the name has to be typed.
    pub(crate) fn confirm_typed(&self, verb: &str, word: &str, names: &[String]) -> Result<()> {
        if self.dry_run() {
            return Ok(());
        }
        let what = format!("{verb} {word} {} with everything in it", names.join(", "));
        let target = self.keystone_address()?;
        if let Some(context) = self.protected()? {
            return self.confirm_protected(&context, &what, &target);
        }
        if self.globals.run.yes {
            return Ok(());
        }
        let expected = names.join(" ");
        if self.prompter.type_name(&format!("{what} on {target}? Type '{expected}' to go on"), &expected, "--yes")? {
            return Ok(());
        }
        Err(CliError::new(Exit::Usage, format!("not confirmed, so nothing was done: {what}")).into())
    }

    /// For changes that are asked about only where the context is protected.
    pub(crate) fn confirm_if_protected(&self, what: &str) -> Result<()> {
        if self.dry_run() || self.protected()?.is_none() { Ok(()) } else { self.confirm(what) }
    }

    fn confirm_protected(&self, context: &str, what: &str, target: &str) -> Result<()> {
        let question = format!("context '{context}' is protected. {what} on {target}? Type '{context}' to go on");
        let confirmed = match &self.globals.run.confirm {
            Some(name) => name == context,
            None => self.prompter.type_name(&question, context, &format!("--confirm {context}"))?,
        };
        if confirmed {
            return Ok(());
        }
        Err(CliError::usage(format!("context '{context}' is protected; nothing was done"))
            .next(format!("add --confirm {} if you mean it", shell_word(context)))
            .into())
    }

    /// The end of a bulk in which nothing failed.
    pub(crate) fn finish_bulk(&self, items: &Items, results: &[(Item, Done)], word: &str) -> Result<()> {
        bulk::show(self, items, results, &[])?;
        if let [(item, done)] = results {
            let detail = done.detail.as_ref().map(|detail| format!(" ({detail})")).unwrap_or_default();
            self.printer.note(&format!("{word} {}: {}{detail}", item.name, done.result));
            return Ok(());
        }
        for (item, done) in results.iter().filter(|(_, done)| done.result == "absent") {
            let detail = done.detail.as_deref().unwrap_or("absent");
            self.printer.note(&format!("{}: {detail}", item.label()));
        }
        self.printer.note(bulk::counts(results).trim_end());
        Ok(())
    }

    /// Standard input has one reader: the list of items, the password to log in with, or a new password.
    pub(crate) fn take_stdin(&self) -> Result<()> {
        if self.globals.identity.password_stdin || self.stdin_taken.replace(true) {
            let error = CliError::usage("standard input can be only one thing: a password or a list");
            return Err(error.next("give the password with --password-file or --new-password-file").into());
        }
        Ok(())
    }

    // Passwords of others.

    /// The password that is being given to somebody, if a flag says where it is.
    pub(crate) fn new_password(&self, args: &NewPasswordArgs) -> Result<Option<Secret>> {
        if args.new_password_stdin {
            self.take_stdin()?;
            return Ok(Some(secrets::stdin::read(&mut std::io::stdin().lock())?));
        }
        if let Some(path) = &args.new_password_file {
            return Ok(Some(secrets::file::read(path)?));
        }
        if let (true, Some(path)) = (args.generate_password, &args.password_out) {
            if self.dry_run() {
                return Ok(None);
            }
            let made = secrets::file::password_out(path, secrets::generate::password)?;
            return Ok(Some(made.secret().clone()));
        }
        Ok(None)
    }

    /// Asks twice.
    pub(crate) fn prompt_new_password(&self, question: &str, flag: &str) -> Result<Secret> {
        let first = self.prompter.password(question, flag)?;
        let second = self.prompter.password("Again, please", flag)?;
        if first == second { Ok(first) } else { Err(CliError::usage("the two passwords are not the same").into()) }
    }

    // Connections.

    fn duration(&self, key: &str, default: Duration) -> Result<Duration> {
        Ok(self.settings.duration(key)?.unwrap_or(default))
    }

    pub(crate) fn http(&self) -> Result<Rc<Http>> {
        if let Some(http) = self.http.get() {
            return Ok(http.clone());
        }
        let base = HttpSettings::default();
        let variable = |names: [&str; 2]| names.iter().find_map(|name| self.inputs.variable(name)).map(str::to_owned);
        // One client for all; as long as there is one back end its own CA and switch are the client's. It has already
        // weighed them against those for all back ends, layer by layer.
        let (cacert, insecure) = match self.settings.backend("keystone")? {
            Some(backend) => (backend.cacert, backend.insecure),
            None => (self.settings.path("http.cacert")?, self.settings.boolean("http.insecure")?),
        };
        let proxy = self.settings.text("http.proxy")?;
        let settings = HttpSettings {
            connect_timeout: self.duration("http.connect_timeout", base.connect_timeout)?,
            idle_timeout: self.duration("http.idle_timeout", base.idle_timeout)?,
            budget: self.duration("http.timeout", base.budget)?,
            tries: self.settings.count("http.retries")?.and_then(|n| u32::try_from(n).ok()).unwrap_or(base.tries),
            cacert,
            cert: self.settings.path("http.cert")?,
            key: self.settings.path("http.key")?,
            insecure,
            correlator: self.globals.run.correlator.clone().unwrap_or_else(|| self.run_id().to_string()),
            proxies: Proxies {
                http: proxy.clone().or_else(|| variable(["http_proxy", "HTTP_PROXY"])),
                https: proxy.clone().or_else(|| variable(["https_proxy", "HTTPS_PROXY"])),
                all: proxy.or_else(|| variable(["all_proxy", "ALL_PROXY"])),
                no_proxy: variable(["no_proxy", "NO_PROXY"]),
            },
            parallel: self.settings.count("http.parallel")?.unwrap_or(base.parallel),
            ..base
        };
        let http = Rc::new(Http::new(settings, self.clock.clone(), self.journal.clone()));
        Ok(self.http.get_or_init(|| http).clone())
    }

    fn keystone_endpoint(&self) -> Result<(Endpoint, Origin)> {
        let Some(backend) = self.settings.backend("keystone")? else {
            return Err(CliError::new(Exit::Config, "where is Keystone?")
                .next("give --host and --port, or set keystone.url: orchest config set keystone.url http://HOST:5000")
                .into());
        };
        let endpoint = Endpoint::parse("keystone", &backend.url)?;
        if endpoint.is_plain_http() && !endpoint.is_loopback() && !self.settings.boolean("allow_http")? {
            return Err(CliError::usage(format!(
                "{} would carry the password unencrypted over the network",
                endpoint.url
            ))
            .next("use https, or say --allow-http if that network is yours")
            .into());
        }
        Ok((endpoint, backend.origin))
    }

    /// Keystone's address, for messages.
    pub(crate) fn keystone_address(&self) -> Result<String> {
        let (endpoint, _) = self.keystone_endpoint()?;
        Ok(endpoint.url.as_str().trim_end_matches('/').to_owned())
    }

    fn scope(&self, user_domain: &str) -> Result<Scope> {
        let text = |key: &str| self.settings.text(key);
        let (project, domain) = (text("auth.project")?, text("auth.domain")?);
        let chosen = text("auth.scope")?;
        Ok(match chosen.as_deref() {
            Some("project") => {
                let Some(name) = project else {
                    return Err(CliError::usage("which project is the scope?")
                        .next("name it with --admin-project")
                        .into());
                };
                project_scope(name, text("auth.project_domain")?.or(domain), user_domain)
            }
            Some("domain") => Scope::Domain { name: domain.unwrap_or_else(|| user_domain.to_owned()) },
            Some(_) => Scope::System,
            None => match (project, domain) {
                (Some(name), domain) => project_scope(name, text("auth.project_domain")?.or(domain), user_domain),
                (None, Some(name)) => Scope::Domain { name },
                (None, None) => Scope::System,
            },
        })
    }

    fn passwords_for(
        &self,
        endpoint: &Endpoint,
        only_typed: Option<OnlyTyped>,
        user: &str,
        domain: &str,
    ) -> Result<Rc<Passwords>> {
        Ok(Rc::new(Passwords {
            key: Key {
                endpoint: endpoint.origin().ascii_serialization(),
                user: user.to_owned(),
                domain: domain.to_owned(),
            },
            typed: self.globals.identity.clone(),
            variable: self.settings.env_secret("password").map(|(secret, name)| (name, secret)),
            file: self.settings.path("auth.password_file")?,
            helper: self.settings.list("auth.password_command")?,
            cloud: self.settings.cloud_secret().map(|(secret, _)| secret.clone()),
            store: self.settings.text("auth.store")?,
            files: self.state.as_ref().map(|state| state.root().to_owned()),
            environment: self.inputs.env.clone().into_iter().collect(),
            bus: (
                self.inputs.variable("DBUS_SESSION_BUS_ADDRESS").map(str::to_owned),
                self.inputs.variable("XDG_RUNTIME_DIR").map(PathBuf::from),
            ),
            only_typed,
            prompter: self.prompter.clone(),
            known: Rc::default(),
        }))
    }

    /// Keystone with our login; nothing is sent yet.
    pub(crate) fn keystone(&self) -> Result<&Keystone> {
        if let Some(keystone) = self.keystone.get() {
            return Ok(keystone);
        }
        let (endpoint, origin) = self.keystone_endpoint()?;
        let untrusted = origin.is_untrusted();
        let user = self.settings.text("auth.user")?;
        let domain = self.settings.text("auth.user_domain")?.unwrap_or_else(|| "Default".to_owned());
        let token = self.given_token(&origin)?;
        let identity = match (token, &user) {
            (Some(token), _) => Identity::Token(token),
            (None, Some(user)) => Identity::Password { user: user.clone(), domain: domain.clone() },
            (None, None) => {
                return Err(CliError::new(Exit::Config, format!("who logs in to {}?", endpoint.url))
                    .next("give --user, set ORCHEST_USER, or: orchest config set auth.user NAME")
                    .into());
            }
        };
        let user = user.unwrap_or_default();
        let scope = self.scope(&domain)?;
        let passwords = self.passwords_for(&endpoint, untrusted.then_some(OnlyTyped::Untrusted), &user, &domain)?;
        let key = TokenKey {
            endpoint: endpoint.origin().ascii_serialization() + endpoint.url.path(),
            user,
            user_domain: domain,
            scope: scope.key(),
        };
        let printer = self.printer.clone();
        let tokens = Tokens {
            cache: self.state.as_ref().map(TokenCache::new),
            key,
            clock: self.clock.clone(),
            warn: Rc::new(move |text| printer.warn(text)),
        };
        self.journal.report_unfinished();
        self.journal.target(&endpoint.url, &passwords.key.user);
        let login = Login::new(
            self.http()?,
            endpoint.clone(),
            identity,
            scope,
            Box::new(passwords.clone()),
            Box::new(tokens),
            self.clock.clone(),
        );
        let _ = self.passwords.set(passwords);
        let keystone = Keystone::new(self.http()?, endpoint, Rc::new(login));
        Ok(self.keystone.get_or_init(|| keystone))
    }

    /// A token that somebody gave us, unless the address is not one that it may go to.
    fn given_token(&self, endpoint: &Origin) -> Result<Option<Secret>> {
        let file = self.settings.get("auth.token_file").filter(|item| endpoint.may_receive(&item.origin));
        if let (Some(_), Some(path)) = (file, self.settings.path("auth.token_file")?) {
            return Ok(Some(secrets::file::read(&path)?));
        }
        let variable = self.settings.env_secret("token");
        Ok(variable.filter(|(_, name)| endpoint.may_receive(&Origin::Env(name.clone()))).map(|(token, _)| token))
    }

    /// Keystone as somebody else, without any scope and without keeping anything; and the password that was used.
    pub(crate) fn keystone_as(&self, user: &str, domain: &str) -> Result<(Keystone, Secret)> {
        let (endpoint, origin) = self.keystone_endpoint()?;
        let why = if origin.is_untrusted() { OnlyTyped::Untrusted } else { OnlyTyped::SomebodyElse };
        let passwords = self.passwords_for(&endpoint, Some(why), user, domain)?;
        let password = passwords.obtain()?;
        let key =
            TokenKey { endpoint: String::new(), user: String::new(), user_domain: String::new(), scope: String::new() };
        let tokens = Tokens { cache: None, key, clock: self.clock.clone(), warn: Rc::new(|_| {}) };
        let identity = Identity::Password { user: user.to_owned(), domain: domain.to_owned() };
        let login = Login::new(
            self.http()?,
            endpoint.clone(),
            identity,
            Scope::Unscoped,
            Box::new(passwords),
            Box::new(tokens),
            self.clock.clone(),
        );
        Ok((Keystone::new(self.http()?, endpoint, Rc::new(login)), password))
    }

    /// Keeps the password of this run's login.
    pub(crate) fn store_password(&self, choice: StoreChoice) -> Result<String> {
        let Some(passwords) = self.passwords.get() else {
            return Err(CliError::usage("there is no password to keep").into());
        };
        let password = passwords.obtain()?;
        if choice == StoreChoice::File {
            let store = self.file_store()?;
            store.put(&passwords.key, &password)?;
            return Ok(format!("{}; set auth.store = \"file\" to have it used", store.name()));
        }
        let Some(keyring) = passwords.keyring() else {
            return Err(CliError::usage("auth.store says file; use --store file").into());
        };
        keyring.put(&passwords.key, &password)?;
        Ok(keyring.name())
    }

    fn file_store(&self) -> Result<FileStore> {
        match &self.state {
            Some(state) => {
                state.create()?;
                Ok(FileStore::new(state.root()))
            }
            None => Err(CliError::new(Exit::Config, "there is no home directory to keep a file in").into()),
        }
    }

    /// Erases the password of this login wherever it is kept; says where it was.
    pub(crate) fn erase_password(&self) -> Result<Vec<String>> {
        let Some(passwords) = self.passwords.get() else { return Ok(Vec::new()) };
        let mut places = Vec::new();
        if let Some(keyring) = passwords.keyring().filter(|keyring| keyring.available().is_ok())
            && keyring.erase(&passwords.key)?
        {
            places.push(keyring.name());
        }
        if self.state.is_some() {
            let store = self.file_store()?;
            if store.erase(&passwords.key)? {
                places.push(store.name());
            }
        }
        Ok(places)
    }

    pub(crate) fn forget_all_tokens(&self) -> Result<usize> {
        let Some(state) = &self.state else { return Ok(0) };
        TokenCache::new(state).forget_all().map_err(|warning| CliError::new(Exit::Failed, warning.to_string()).into())
    }

    // The run log and locks.

    /// Takes the lock on one thing; without a place for it, or where locks do not work, goes on without.
    pub(crate) async fn lock_for(&self, title: &str) -> Result<Option<Lock>> {
        let Some(state) = &self.state else { return Ok(None) };
        let wait = self.duration("lock_timeout", Duration::ZERO)?;
        let command = self.journal.command();
        let holder = Holder::new(&Process::current(), &command, self.clock.now());
        let name = format!("{} {title}", self.keystone_address()?);
        let place = state.path("locks");
        let made = state.create().and_then(|()| crate::base::private::create_directory(&place));
        if let Err(error) = made {
            self.printer.warn(&format!("going on without a lock: {error}"));
            return Ok(None);
        }
        match Lock::acquire(&place, &name, &holder, wait, &*self.clock).await {
            Ok(lock) => Ok(Some(lock)),
            Err(crate::state::Error::Held { holder }) => {
                let who = holder.map(|holder| {
                    format!("pid {} on {} since {} ({})", holder.pid, holder.host, holder.since, holder.command)
                });
                let who = who.unwrap_or_else(|| "another process".to_owned());
                Err(CliError::new(Exit::Temporary, format!("{title} is being worked on by {who}"))
                    .next("wait for it with --lock-timeout 5m, or run the same command again later")
                    .into())
            }
            Err(error) => {
                self.printer.warn(&format!("going on without a lock: {error}"));
                Ok(None)
            }
        }
    }

    /// An unfinished run was finished or undone.
    pub(crate) fn settle(&self, run: &str) {
        let (Some(state), Some(run)) = (&self.state, RunId::parse(run)) else { return };
        let log = RunLog::new(state, Process::current(), self.clock.clone());
        if let Err(warning) = log.acknowledge(&run) {
            self.printer.warn(&warning.to_string());
        }
    }
}

fn project_scope(name: String, domain: Option<String>, user_domain: &str) -> Scope {
    Scope::Project { name, domain: domain.unwrap_or_else(|| user_domain.to_owned()) }
}
