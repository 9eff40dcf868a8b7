//! One client's connection: request after request to the server and back, with the faults that wait for them.
//!
//! Both sides stay open between requests. The connection to the server is opened again if the server closed it while
//! idle, which is noticed before a request is forwarded; a request that was forwarded is never sent twice.

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::{Either, select};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::time::{sleep, timeout};

use super::answer::{Answer, Asked, is_delimited};
use super::fault::{Action, Signal};
use super::proxy::Shared;
use super::record::{Connection, Plan, Ticket};
use super::relay::{keep_answer, send_request, stream_answer};
use super::upstream::Upstream;
use super::wire::{Body, Piece, Reader, RequestHead, ResponseHead, WireError};

/// In so many pieces at most a `drip` comes: a list of a thousand rows would take for hours otherwise.
const DROPS: usize = 256;
/// How long a closed connection waits for the client to close its side. Closing at once, with unread bytes of the client
/// there, would abort the connection and could destroy the answer on its way.
const LINGER: Duration = Duration::from_secs(1);
/// How long a killed command may take to disappear.
const LAST_BREATH: Duration = Duration::from_secs(10);

/// What becomes of the connection after an exchange.
#[derive(Debug, PartialEq, Eq)]
enum Next {
    KeepAlive,
    Close,
    Reset,
}

struct Client {
    reader: Reader<OwnedReadHalf>,
    writer: OwnedWriteHalf,
    upstream: Option<Upstream>,
    shared: Arc<Shared>,
}

/// Serves one client until it or a fault ends the connection.
pub(super) async fn serve(stream: TcpStream, connection: Connection, shared: Arc<Shared>) {
    // Without it the last packet of an answer in several pieces may wait for an acknowledgement.
    let _ = stream.set_nodelay(true);
    let (read, write) = stream.into_split();
    let mut client = Client { reader: Reader::new(read), writer: write, upstream: None, shared };
    loop {
        let head = match client.next_request().await {
            Ok(Some(head)) => head,
            Ok(None) | Err(WireError::Io(_) | WireError::Cut) => break,
            Err(_) => {
                let asked = Asked { head: false, keep_alive: false };
                let _ = Answer::status(400, None, asked).send(&mut client.writer, |_| {}).await;
                return client.close().await;
            }
        };
        let (ticket, plan) = connection.arrived(&head.method, &head.path);
        let next = client.exchange(&head, &ticket, plan).await;
        ticket.finish();
        match next {
            Next::KeepAlive => {}
            Next::Close => return client.close().await,
            Next::Reset => return client.reset(),
        }
    }
}

impl Client {
    /// The next request's head. Meanwhile the idle connection to the server is watched, and dropped when it ends.
    async fn next_request(&mut self) -> Result<Option<RequestHead>, WireError> {
        let Some(mut upstream) = self.upstream.take() else { return self.reader.request_head().await };
        let (head, spoiled) = match select(pin!(self.reader.request_head()), pin!(upstream.spoiled())).await {
            Either::Left((head, _)) => (head, false),
            Either::Right(((), head)) => (head.await, true),
        };
        if !spoiled && !upstream.is_spoiled() {
            self.upstream = Some(upstream);
        }
        head
    }

    async fn exchange(&mut self, head: &RequestHead, ticket: &Ticket, plan: Plan) -> Next {
        let mut body = Body::new(head.framing);
        let asked = Asked { head: head.method == "HEAD", keep_alive: head.keep_alive };
        for action in plan.before {
            let answer = match action {
                Action::Delay(time) => {
                    sleep(time).await;
                    continue;
                }
                Action::Signal(signal) => {
                    self.shared.signal(signal);
                    if signal == Signal::Kill {
                        return self.wait_until_gone(Some(LAST_BREATH)).await;
                    }
                    continue;
                }
                // Read to the end: the record knows what was asked, and a connection that is cut is closed, not aborted.
                Action::Reset => {
                    let _ = self.swallow(head, &mut body, ticket).await;
                    return Next::Reset;
                }
                Action::Cut => {
                    let _ = self.swallow(head, &mut body, ticket).await;
                    return Next::Close;
                }
                Action::Hang => {
                    let _ = self.swallow(head, &mut body, ticket).await;
                    return self.wait_until_gone(None).await;
                }
                Action::Status { code, retry_after } => Answer::status(code, retry_after.as_deref(), asked),
                Action::Body(kind) => Answer::success(kind, asked),
                Action::Redirect(address) => Answer::redirect(&address, asked),
                // Never planned on this side.
                Action::Truncate | Action::Drip(_) => continue,
            };
            return match self.swallow(head, &mut body, ticket).await {
                Ok(()) => self.answer(&answer, ticket, asked).await,
                Err(_) => Next::Close,
            };
        }

        if self.upstream.is_none() {
            match self.shared.to.connect().await {
                Ok(upstream) => self.upstream = Some(upstream),
                Err(error) => {
                    let answer = Answer::unreachable(&self.shared.to.to_string(), &error, asked);
                    return match self.swallow(head, &mut body, ticket).await {
                        Ok(()) => self.answer(&answer, ticket, asked).await,
                        Err(_) => Next::Close,
                    };
                }
            }
        }
        self.forward(head, body, ticket, plan.after, asked).await
    }

    /// Hands the request to the server and the answer to the client, both at the same time: a server may answer before
    /// it has read everything.
    async fn forward(
        &mut self,
        head: &RequestHead,
        mut body: Body,
        ticket: &Ticket,
        after: Vec<Action>,
        asked: Asked,
    ) -> Next {
        let Some(mut upstream) = self.upstream.take() else { return Next::Close };
        if head.expects_continue && self.send_continue().await.is_err() {
            return Next::Close;
        }
        ticket.note(|request| request.forwarded = true);
        let up = send_request(&mut self.reader, &mut body, &mut upstream.writer, head, ticket);
        let down = async {
            let (from, to) = (&mut upstream.reader, &mut self.writer);
            if after.is_empty() {
                stream_answer(from, to, head, ticket).await.map(Down::Sent)
            } else {
                keep_answer(from, to, head, ticket).await.map(|(head, body)| Down::Kept(head, body))
            }
        };
        let (complete, down) = match select(pin!(up), pin!(down)).await {
            Either::Left((Ok(complete), down)) => (complete, down.await),
            // The client broke off in the middle of the request; so does the proxy.
            Either::Left((Err(error), _)) => (false, Err(error)),
            // The answer came before the request was handed over: neither connection is in a known state.
            Either::Right((down, _)) => (false, down),
        };
        // A client that went away meanwhile left the answer on the connection: it is in no known state either.
        let Ok(down) = down else { return Next::Close };
        let (server_stays, next) = match down {
            Down::Sent(server_stays) => (server_stays, Next::KeepAlive),
            Down::Kept(response, piece) => {
                let next = self.strike(&response, piece, ticket, after, asked).await;
                (response.keep_alive, next)
            }
        };
        if !complete || !head.keep_alive {
            return if next == Next::Reset { Next::Reset } else { Next::Close };
        }
        if server_stays {
            self.upstream = Some(upstream);
        } else if next == Next::KeepAlive {
            // The client was told, by a header or by an answer whose end is the end of the connection.
            return Next::Close;
        }
        next
    }

    /// The server acted; now the faults.
    async fn strike(
        &mut self,
        response: &ResponseHead,
        piece: Piece,
        ticket: &Ticket,
        after: Vec<Action>,
        asked: Asked,
    ) -> Next {
        let payload = piece.payload.clone();
        let mut answer = Answer::from_server(response, piece);
        for action in after {
            match action {
                Action::Delay(time) => sleep(time).await,
                Action::Signal(Signal::Kill) => {
                    self.shared.signal(Signal::Kill);
                    return self.wait_until_gone(Some(LAST_BREATH)).await;
                }
                Action::Signal(signal) => self.shared.signal(signal),
                Action::Reset => return Next::Reset,
                Action::Cut => return Next::Close,
                Action::Hang => return self.wait_until_gone(None).await,
                Action::Truncate => {
                    answer.body.truncate(answer.body.len() / 2);
                    answer.payload = answer.body.len() as u64;
                    self.answer(&answer, ticket, asked).await;
                    return Next::Close;
                }
                Action::Drip(pause) => return self.drip(&answer, pause, ticket).await,
                Action::Status { code, retry_after } => {
                    answer = Answer::status(code, retry_after.as_deref(), asked);
                    return self.answer(&answer, ticket, asked).await;
                }
                Action::Body(kind) => {
                    answer = Answer::replaced(response, &payload, kind, asked);
                    return self.answer(&answer, ticket, asked).await;
                }
                Action::Redirect(address) => {
                    return self.answer(&Answer::redirect(&address, asked), ticket, asked).await;
                }
            }
        }
        match self.answer(&answer, ticket, asked).await {
            Next::KeepAlive if !is_delimited(response) => Next::Close,
            next => next,
        }
    }

    /// Sends an answer that is complete in memory.
    async fn answer(&mut self, answer: &Answer, ticket: &Ticket, asked: Asked) -> Next {
        ticket.note(|request| request.status = Some(answer.status));
        let last = |size| {
            ticket.note(|request| request.response_bytes = size);
            ticket.finish();
        };
        match answer.send(&mut self.writer, last).await {
            Ok(()) if asked.keep_alive => Next::KeepAlive,
            _ => Next::Close,
        }
    }

    async fn drip(&mut self, answer: &Answer, pause: Duration, ticket: &Ticket) -> Next {
        ticket.note(|request| {
            request.status = Some(answer.status);
            request.response_bytes = answer.payload;
        });
        let bytes = [answer.head.as_slice(), &answer.body].concat();
        let mut pieces = bytes.chunks(bytes.len().div_ceil(DROPS).max(1)).peekable();
        while let Some(piece) = pieces.next() {
            if pieces.peek().is_none() {
                ticket.finish();
            }
            if self.writer.write_all(piece).await.is_err() {
                return Next::Close;
            }
            sleep(pause).await;
        }
        Next::KeepAlive
    }

    async fn send_continue(&mut self) -> Result<(), WireError> {
        Ok(self.writer.write_all(b"HTTP/1.1 100 Continue\r\n\r\n").await?)
    }

    /// Reads the request's body without handing it to anyone.
    async fn swallow(&mut self, head: &RequestHead, body: &mut Body, ticket: &Ticket) -> Result<(), WireError> {
        if head.expects_continue {
            self.send_continue().await?;
        }
        while let Some(piece) = self.reader.piece(body).await? {
            ticket.note(|request| request.count(&piece.payload));
        }
        Ok(())
    }

    /// Waits for the client to close the connection.
    async fn wait_until_gone(&mut self, limit: Option<Duration>) -> Next {
        let gone = drain(&mut self.reader);
        match limit {
            Some(limit) => drop(timeout(limit, gone).await),
            None => gone.await,
        }
        Next::Close
    }

    async fn close(mut self) {
        if self.writer.shutdown().await.is_ok() {
            let _ = timeout(LINGER, drain(&mut self.reader)).await;
        }
    }

    /// Aborts the connection. The halves have to become one stream again: dropping the writing half alone would close
    /// the connection in good order first.
    fn reset(self) {
        if let Ok(stream) = self.reader.into_source().reunite(self.writer) {
            // Where it is not possible, closing with unread bytes there has the same effect most of the time.
            let _ = stream.set_zero_linger();
        }
    }
}

/// What came down from the server.
enum Down {
    /// It has been passed on; whether the server keeps the connection open.
    Sent(bool),
    Kept(ResponseHead, Piece),
}

async fn drain(reader: &mut Reader<OwnedReadHalf>) {
    let mut rest = [0_u8; 4096];
    while reader.source_mut().read(&mut rest).await.is_ok_and(|count| count > 0) {}
}
