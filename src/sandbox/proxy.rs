//! The recording proxy: listens on loopback, on a thread and a runtime of its own, so that any program or test can hold
//! one without being asynchronous itself.

use std::collections::HashSet;
use std::fmt;
use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::pin::pin;
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use futures_util::future::select;
use tokio::sync::oneshot;

use super::exchange::serve;
use super::fault::{Fault, Signal};
use super::record::{Book, Record};
use super::upstream::Address;

/// Why there is no proxy.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ProxyError {
    /// The address of the server cannot be used.
    #[error("address \"{text}\" {reason}")]
    Address {
        /// The address, without credentials.
        text: String,
        /// What is wrong with it, as the rest of a sentence.
        reason: &'static str,
    },
    /// The server speaks https, which the proxy could only break by pretending to be somebody else.
    #[error("\"{text}\" is encrypted, and the proxy reads plain http only")]
    Encrypted {
        /// The address, without credentials.
        text: String,
    },
    /// The port is taken, or there are no sockets to be had.
    #[error("cannot listen on 127.0.0.1:{port}: {source}")]
    Listen {
        /// The port that was asked for; 0 for any.
        port: u16,
        /// What the system says.
        source: io::Error,
    },
    /// A fault needs a command to send its signal to.
    #[error("fault \"{fault}\" needs a command to send the signal to")]
    NoCommand {
        /// The fault.
        fault: Box<Fault>,
    },
    /// The command does not start.
    #[error("cannot run \"{command}\": {source}")]
    Command {
        /// Its first word.
        command: String,
        /// What the system says.
        source: io::Error,
    },
    /// The record cannot be written.
    #[error("cannot write the record to {path}: {source}")]
    Record {
        /// The file.
        path: String,
        /// What the system says.
        source: io::Error,
    },
    /// The system gives no thread, no runtime or no notice of signals.
    #[error("cannot start the proxy: {0}")]
    System(#[from] io::Error),
}

/// What to do when a fault sends a signal.
type OnSignal = Arc<dyn Fn(Signal) + Send + Sync>;

/// What the handle and the connections share.
pub(super) struct Shared {
    pub(super) to: Address,
    pub(super) book: Arc<Book>,
    /// How the server is called in the record.
    server: Arc<str>,
    on_signal: Mutex<Option<OnSignal>>,
    probes: Probes,
}

/// Connections that the proxy makes to itself. The system hands connections over in their order, so when one of these has
/// arrived, everybody who connected before it has been taken in.
#[derive(Default)]
struct Probes {
    /// The addresses they come from.
    under_way: Mutex<HashSet<SocketAddr>>,
    arrival: Condvar,
}

impl Probes {
    /// Sends one and waits for it.
    fn send(&self, to: SocketAddr, limit: Duration) -> bool {
        // Held over the connecting, so that it cannot arrive before it is known.
        let mut under_way = self.under_way.lock().unwrap_or_else(PoisonError::into_inner);
        let Ok(probe) = TcpStream::connect_timeout(&to, limit) else { return false };
        let Ok(from) = probe.local_addr() else { return false };
        under_way.insert(from);
        let missing = |under_way: &mut HashSet<SocketAddr>| under_way.contains(&from);
        let waited = self.arrival.wait_timeout_while(under_way, limit, missing);
        let (mut under_way, _) = waited.unwrap_or_else(PoisonError::into_inner);
        !under_way.remove(&from)
    }

    /// Whether this connection is one of them.
    fn arrived(&self, peer: SocketAddr) -> bool {
        let known = self.under_way.lock().unwrap_or_else(PoisonError::into_inner).remove(&peer);
        if known {
            self.arrival.notify_all();
        }
        known
    }
}

impl Shared {
    /// Sends a signal to whoever wants it.
    pub(super) fn signal(&self, signal: Signal) {
        // Cloned, so that the receiver may call back into the proxy.
        let receiver = self.on_signal.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(receiver) = receiver {
            receiver(signal);
        }
    }
}

/// A running proxy; it stops when it is dropped.
pub struct Proxy {
    shared: Arc<Shared>,
    address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl fmt::Debug for Proxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Proxy({} -> {})", self.url(), self.shared.to)
    }
}

impl Proxy {
    /// Starts one on a free port in front of the server at this address, such as `http://127.0.0.1:5000`.
    pub fn start(to: &str) -> Result<Self, ProxyError> {
        Self::start_on(to, 0)
    }

    /// The same on a given port; 0 means any.
    pub fn start_on(to: &str, port: u16) -> Result<Self, ProxyError> {
        Self::in_front(to, port, "", &Arc::new(Book::new()))
    }

    /// One of several that share a book, and with it the numbering and the faults.
    pub(super) fn in_front(to: &str, port: u16, server: &str, book: &Arc<Book>) -> Result<Self, ProxyError> {
        let to = Address::parse(to)?;
        let listen = |source| ProxyError::Listen { port, source };
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).map_err(listen)?;
        listener.set_nonblocking(true).map_err(listen)?;
        let address = listener.local_addr().map_err(listen)?;

        let shared = Arc::new(Shared {
            to,
            book: Arc::clone(book),
            server: Arc::from(server),
            on_signal: Mutex::new(None),
            probes: Probes::default(),
        });
        let runtime = tokio::runtime::Builder::new_current_thread().enable_io().enable_time().build()?;
        let listener = {
            let _inside = runtime.enter();
            tokio::net::TcpListener::from_std(listener).map_err(listen)?
        };
        let (stop, stopped) = oneshot::channel();
        let in_thread = Arc::clone(&shared);
        let thread = std::thread::Builder::new().name("sandbox-proxy".to_owned()).spawn(move || {
            let tasks = tokio::task::LocalSet::new();
            tasks.block_on(&runtime, async {
                select(pin!(accept(listener, in_thread)), stopped).await;
            });
        })?;
        Ok(Self { shared, address, stop: Some(stop), thread: Some(thread) })
    }

    /// What to give to a client as the server's address: the proxy's own, with the path of the server's.
    pub fn url(&self) -> String {
        format!("http://{}{}", self.address, self.shared.to.path)
    }

    /// Replaces all faults. Requests that arrived before are not struck any more.
    pub fn set_faults(&self, faults: Vec<Fault>) {
        self.shared.book.set_faults(faults);
    }

    /// The faults that have struck no request yet.
    pub fn waiting_faults(&self) -> Vec<Fault> {
        self.shared.book.waiting_faults()
    }

    /// Sets who receives the signals of `kill`, `int` and `term`. Without a receiver `kill` closes the connection after
    /// some seconds and the other two do nothing.
    pub fn on_signal(&self, receiver: Box<dyn Fn(Signal) + Send + Sync>) {
        *self.shared.on_signal.lock().unwrap_or_else(PoisonError::into_inner) = Some(Arc::from(receiver));
    }

    /// Takes what was recorded since the start or the last call. The numbering goes on.
    pub fn take_record(&self) -> Record {
        self.shared.book.take()
    }

    /// Forgets what was recorded; the next request is number 1.
    pub fn reset_count(&self) {
        self.shared.book.reset_count();
    }

    /// Waits until no client is connected and no request is on its way, for instance after a client was killed, and
    /// says whether that came to pass. From then on the server does nothing any more for those that are gone.
    pub fn settle(&self, limit: Duration) -> bool {
        let started = Instant::now();
        self.shared.probes.send(self.address, limit) && self.shared.book.settle(limit.saturating_sub(started.elapsed()))
    }
}

impl Drop for Proxy {
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

/// Takes in clients, for ever.
async fn accept(listener: tokio::net::TcpListener, shared: Arc<Shared>) {
    loop {
        match listener.accept().await {
            Ok((_, peer)) if shared.probes.arrived(peer) => {}
            Ok((stream, _)) => {
                // Counted here and not in the task, which runs later.
                let connection = shared.book.connected(&shared.server);
                drop(tokio::task::spawn_local(serve(stream, connection, Arc::clone(&shared))));
            }
            // Out of file descriptors, most likely: it passes, and without a pause it would burn the processor.
            Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
        }
    }
}

#[cfg(test)]
#[path = "proxy_tests/mod.rs"]
mod tests;
