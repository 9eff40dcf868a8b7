//! The emulated platform as a running thing: every back end on a port of its own on loopback, each behind the proxy that
//! records and breaks exchanges, and a control port. Any program or test can hold one without being asynchronous itself.

use std::fmt;
use std::io;
use std::pin::pin;
use std::rc::Rc;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use futures_util::future::select;
use jiff::Timestamp;
use tokio::sync::oneshot;

use super::call::Call;
use super::control::{self, Control};
use super::fault::{Fault, Signal};
use super::listen::{Answer, bind, serve};
use super::members::token::{Token, TokenKind};
use super::proxy::{Proxy, ProxyError};
use super::record::{Book, Record, Request};
use super::seed::Seed;
use super::world::{Backend, Flavour, Platform, World};
use super::{members, paas};

/// Which platform, and where.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct SandboxOptions {
    /// What is there at the start.
    pub seed: Seed,
    /// Telefonica's platform instead of stock back ends: SCIM, the older scope rule, `cloud_admin`, a PEP in front.
    pub platform: bool,
    /// The first of the ports, one a back end; `None` for any that are free.
    pub port_base: Option<u16>,
    /// How long every answer is held back.
    pub latency: Duration,
    /// How long a token is good for.
    pub token_lifetime: Duration,
    /// The PaaS orchestrators are without the faults of the routes that they have.
    pub strict: bool,
    /// How long a deployment takes from one state to the next.
    pub paas_speed: Duration,
    /// The password of the administrators.
    pub password: String,
    /// The policies of a service of the seed that wants the usual ones: a role by its short name, and a text in XACML. They
    /// are handed in, because nothing here knows what roles are for.
    pub default_policies: Vec<(String, String)>,
}

impl Default for SandboxOptions {
    fn default() -> Self {
        Self {
            seed: Seed::Empty,
            platform: false,
            port_base: None,
            latency: Duration::ZERO,
            token_lifetime: Flavour::default().token_lifetime,
            strict: false,
            paas_speed: Flavour::default().paas_speed,
            password: Sandbox::PASSWORD.to_owned(),
            default_policies: Vec::new(),
        }
    }
}

/// The control port is this far behind the first one.
pub const CONTROL: u16 = 9;
/// And so far the last port.
pub const LAST: u16 = 13;

/// Everything that there is to do in Slack.
const SLACK: [&str; 9] = [
    "admin",
    "admin.users:read",
    "admin.users:write",
    "channels:read",
    "channels:write",
    "groups:read",
    "team:read",
    "users:read",
    "users:read.email",
];

/// What the owner of everything needs at the membership services.
const OWNERS: [(&str, TokenKind, &str, &[&str]); 4] = [
    ("ORCHEST_GITHUB_TOKEN", TokenKind::GithubClassic, "ada", &["admin:org"]),
    ("ORCHEST_TRELLO_TOKEN", TokenKind::Trello, "ada", &["read", "write"]),
    ("ORCHEST_SLACK_TOKEN", TokenKind::SlackUser, "ada", &SLACK),
    ("ORCHEST_G_DRIVE_TOKEN", TokenKind::Google, "ada@example.com", &["https://www.googleapis.com/auth/drive"]),
];

/// What all back ends held at one time; good for the sandbox that it was taken from.
#[derive(Clone, Debug)]
pub struct Moment(Platform);

/// A running platform; it is gone, with all it held, when this is dropped.
pub struct Sandbox {
    control: Arc<Control>,
    fronts: Vec<(Backend, Proxy)>,
    control_port: u16,
    options: SandboxOptions,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl fmt::Debug for Sandbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.addresses().into_iter().map(|(backend, url)| (backend.name(), url))).finish()
    }
}

impl Sandbox {
    /// Of the administrators, where nothing else is asked for. It guards nothing: everything here is on loopback and made up. No
    /// common word, because the word would be masked as a secret wherever it stands.
    pub const PASSWORD: &'static str = "sand-castle-15000";

    /// The key of Trello that tokens are for.
    pub const TRELLO_KEY: &'static str = members::TRELLO_KEY;

    /// Starts one.
    pub fn start(options: SandboxOptions) -> Result<Self, ProxyError> {
        let flavour = Flavour {
            platform: options.platform,
            token_lifetime: options.token_lifetime,
            strict: options.strict,
            paas_speed: options.paas_speed,
        };
        let (seed, policies) = (&options.seed, &options.default_policies);
        let seeded = seed.platform(&flavour, &options.password, policies, Timestamp::now());
        let world = Arc::new(World::new(seeded.clone(), flavour));
        let book = Arc::new(Book::new());
        let control = Arc::new(Control::new(Arc::clone(&world), Arc::clone(&book), seeded));

        let (mut fronts, mut servers) = (Vec::new(), Vec::new());
        for backend in Backend::ALL {
            let (listener, address) = bind(0)?;
            let port = options.port_base.map_or(0, |base| base.saturating_add(backend.place()));
            let front = Proxy::in_front(&format!("http://{address}"), port, backend.name(), &book)?;
            world.set_url(backend, front.url());
            fronts.push((backend, front));
            servers.push((backend, listener));
        }
        let port = options.port_base.map_or(0, |base| base.saturating_add(CONTROL));
        let (listener, address) = bind(port).map_err(|source| ProxyError::Listen { port, source })?;
        control.describe(&fronts.iter().map(|(backend, front)| (*backend, front.url())).collect::<Vec<_>>());

        // Last: whoever holds a runtime inside of another cannot give up half way.
        let runtime = tokio::runtime::Builder::new_current_thread().enable_io().enable_time().build()?;
        let (stop, stopped) = oneshot::channel();
        let (served, latency) = (Arc::clone(&control), options.latency);
        let thread = std::thread::Builder::new().name("sandbox".to_owned()).spawn(move || {
            let tasks = tokio::task::LocalSet::new();
            tasks.block_on(&runtime, async move {
                let mut listeners: Vec<(std::net::TcpListener, Answer, Duration)> = Vec::new();
                for (backend, listener) in servers {
                    let world = Arc::clone(&world);
                    listeners.push((listener, Rc::new(move |call: &Call| world.answer(backend, call)), latency));
                }
                listeners.push((listener, Rc::new(move |call: &Call| served.answer(call)), Duration::ZERO));
                for (listener, answer, latency) in listeners {
                    // Fails only where the system cannot watch a socket that it has just opened.
                    if let Ok(listener) = tokio::net::TcpListener::from_std(listener) {
                        drop(tokio::task::spawn_local(serve(listener, answer, latency)));
                    }
                }
                select(pin!(std::future::pending::<()>()), stopped).await;
            });
        })?;
        let control_port = address.port();
        Ok(Self { control, fronts, control_port, options, stop: Some(stop), thread: Some(thread) })
    }

    /// Where a back end is.
    pub fn url(&self, backend: Backend) -> String {
        self.front(backend).map(Proxy::url).unwrap_or_default()
    }

    fn front(&self, backend: Backend) -> Option<&Proxy> {
        self.fronts.iter().find(|(other, _)| *other == backend).map(|(_, front)| front)
    }

    /// Where all of them are.
    pub fn addresses(&self) -> Vec<(Backend, String)> {
        self.fronts.iter().map(|(backend, front)| (*backend, front.url())).collect()
    }

    /// The port that `sandbox reset`, `fault`, `requests` and `down` speak to.
    pub fn control_port(&self) -> u16 {
        self.control_port
    }

    /// What a command needs to work here as the administrator, as environment variables.
    pub fn environment(&self) -> Vec<(String, String)> {
        let named = |(backend, url): (Backend, String)| match backend {
            // Of the two dialects, the one that can do more.
            Backend::PaasIndigo => Some(("ORCHEST_PAAS".to_owned(), url)),
            Backend::PaasV1 | Backend::Issuer => None,
            // As deep as their addresses usually are.
            Backend::Trello => Some(("ORCHEST_TRELLO".to_owned(), format!("{url}/1"))),
            Backend::Slack => Some(("ORCHEST_SLACK".to_owned(), format!("{url}/api"))),
            Backend::GDrive => Some(("ORCHEST_G_DRIVE".to_owned(), format!("{url}/drive/v3"))),
            _ => Some((format!("ORCHEST_{}", backend.name().to_uppercase()), url)),
        };
        let mut all: Vec<(String, String)> = self.addresses().into_iter().filter_map(named).collect();
        let mut set = |name: &str, value: &str| all.push((name.to_owned(), value.to_owned()));
        set("ORCHEST_PASSWORD", &self.options.password);
        let lifetime = self.options.token_lifetime;
        set("ORCHEST_PAAS_TOKEN", &self.paas_token("alice", &[paas::GROUP], &paas::token::SCOPES, lifetime, false));
        // Of somebody who owns everything there.
        for (name, kind, who, scopes) in OWNERS {
            set(name, &self.members_token(kind, who, scopes, None));
        }
        set("ORCHEST_TRELLO_API_KEY", Self::TRELLO_KEY);
        set("ORCHEST_SLACK_SCIM_URL", &format!("{}/scim/v2", self.url(Backend::Slack)));
        set("ORCHEST_G_DRIVE_TOKEN_URL", &format!("{}/token", self.url(Backend::GDrive)));
        for (name, place) in [("GITHUB_ORGANIZATION", "acme"), ("TRELLO_WORKSPACE", "acme"), ("G_DRIVE_FILE_ID", "F1")]
        {
            set(&format!("ORCHEST_{name}"), place);
        }
        if self.options.platform {
            set("ORCHEST_USER", "cloud_admin");
            set("ORCHEST_USER_DOMAIN", "admin_domain");
            set("ORCHEST_SCOPE", "domain");
            set("ORCHEST_DOMAIN", "admin_domain");
            for name in ["KEYPASS", "ORION", "PERSEO"] {
                set(&format!("ORCHEST_{name}_PEP"), "true");
            }
        } else {
            set("ORCHEST_USER", "admin");
            set("ORCHEST_USER_DOMAIN", "Default");
        }
        set(control::VARIABLE, &self.control_port.to_string());
        all
    }

    /// Replaces all faults.
    pub fn set_faults(&self, faults: Vec<Fault>) {
        self.control.book.set_faults(faults);
    }

    /// The faults that have struck no request yet, as text.
    pub fn waiting_faults(&self) -> Vec<String> {
        self.control.book.waiting_faults().iter().map(ToString::to_string).collect()
    }

    /// Sets who receives the signals of the faults `kill`, `int` and `term`.
    pub fn on_signal(&self, receiver: &Arc<dyn Fn(Signal) + Send + Sync>) {
        for (_, front) in &self.fronts {
            let receiver = Arc::clone(receiver);
            front.on_signal(Box::new(move |signal| receiver(signal)));
        }
    }

    /// Takes what was recorded since the start or the last call.
    pub fn take_record(&self) -> Record {
        self.control.book.take()
    }

    /// What was recorded, without taking it.
    pub fn requests(&self) -> Vec<Request> {
        self.control.book.requests()
    }

    /// Forgets what was recorded; the next request is number 1.
    pub fn reset_count(&self) {
        self.control.book.reset_count();
    }

    /// Waits until no client is connected and no request is on its way, and says whether that came to pass.
    pub fn settle(&self, limit: Duration) -> bool {
        self.fronts.iter().all(|(_, front)| front.settle(limit))
    }

    /// Back to how it was at the start; tokens too.
    pub fn reset(&self) {
        self.control.reset();
    }

    /// How everything is now, to go back to; tokens too.
    pub fn moment(&self) -> Moment {
        Moment(self.control.moment())
    }

    /// Back to how it was then, without faults; the next request is number 1.
    pub fn go_back(&self, moment: &Moment) {
        self.control.go_back(moment.0.clone());
    }

    /// Everything the back ends hold. Two platforms that hold the same are equal here, but for ids.
    pub fn state(&self) -> serde_json::Value {
        self.control.state()
    }

    /// Whether somebody asked it to end with `sandbox down`.
    pub fn is_asked_to_end(&self) -> bool {
        self.control.is_asked_to_end()
    }

    /// It is there for a command and ends with it: `sandbox down` is refused, which could not end the command.
    pub(super) fn hold(&self) {
        self.control.hold();
    }

    /// Changes the identity service behind its back, for what no request can bring about: the user's password expires now.
    pub fn expire_password(&self, user_id: &str) {
        self.control.change(|platform, now| {
            if let Some(user) = platform.keystone.users.get_mut(user_id) {
                user.password_expires_at = Some(now);
            }
        });
    }

    /// An access token that both PaaS orchestrators take, for somebody in these groups. With the scope `openid` alone the
    /// issuer tells nothing more than the groups; `profile` and `email` add what registering needs. A lifetime of zero
    /// makes one that has expired. An `admin` is in one more group, `admins`.
    ///
    /// Nothing is signed, and no other server would take it.
    pub fn paas_token(&self, user: &str, groups: &[&str], scopes: &[&str], lifetime: Duration, admin: bool) -> String {
        paas::token::mint(Timestamp::now(), user, groups, scopes, lifetime, admin)
    }

    /// A token of one of the membership services, for somebody who is known there: a login of GitHub, a user name of Trello,
    /// a name in Slack, an address of Google. Without a lifetime it does not end; of zero, it has ended. What scopes there
    /// are depends on the kind.
    ///
    /// Nothing is signed, and no other server would take it.
    pub fn members_token(&self, kind: TokenKind, who: &str, scopes: &[&str], lifetime: Option<Duration>) -> String {
        Token::new(kind, who, scopes, Timestamp::now(), lifetime).text()
    }

    /// The addresses that a membership service has sent mails to, in their order, one for each mail.
    pub fn mails(&self, backend: Backend) -> Vec<String> {
        self.control.mails(backend).into_iter().map(|mail| mail.to).collect()
    }

    /// Changes what stands around the PaaS orchestrators, such as `broker=down` or `release=2.8.0`, or the membership
    /// services, such as `github.sso=required` or `ahead=604800`; says which words there are otherwise. [`Sandbox::reset`]
    /// puts everything back.
    pub fn set_switch(&self, switch: &str) -> Result<(), String> {
        self.control.set_switch(switch)
    }

    /// All tokens that were issued so far are no good any more, as after a restart with new keys.
    pub fn forget_tokens(&self) {
        self.control.change(|platform, _| platform.keystone.tokens.clear());
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        if let Some(stop) = self.stop.take() {
            // Fails only if the thread has ended already.
            let _ = stop.send(());
        }
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

impl From<ProxyError> for io::Error {
    fn from(error: ProxyError) -> Self {
        Self::other(error)
    }
}
