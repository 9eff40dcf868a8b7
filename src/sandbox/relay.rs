//! The two directions of one exchange: a request to the server, its answer to the client or into memory.

use tokio::io::{AsyncWrite, AsyncWriteExt as _};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};

use super::record::Ticket;
use super::wire::{Body, Piece, Reader, RequestHead, ResponseHead, WireError};

/// The largest answer that is kept in memory because a fault works on it.
const KEPT: usize = 64 * 1024 * 1024;

/// Passes the request on; says whether the server took all of it.
pub(super) async fn send_request(
    from: &mut Reader<OwnedReadHalf>,
    body: &mut Body,
    to: &mut OwnedWriteHalf,
    head: &RequestHead,
    ticket: &Ticket,
) -> Result<bool, WireError> {
    let mut written = to.write_all(&head.raw).await;
    while let Some(piece) = from.piece(body).await? {
        ticket.note(|request| request.count(&piece.payload));
        // A server that has heard enough may still be answering, so the rest is read and dropped.
        if written.is_ok() {
            written = to.write_all(&piece.raw).await;
        }
    }
    Ok(written.is_ok())
}

/// The head of the answer proper; those that come before it (1xx) are passed on, but for a
/// `100 Continue` that the client has already.
async fn final_head(
    from: &mut Reader<OwnedReadHalf>,
    to: &mut (impl AsyncWrite + Unpin),
    request: &RequestHead,
    ticket: &Ticket,
) -> Result<ResponseHead, WireError> {
    loop {
        let head = from.response_head(&request.method).await?.ok_or(WireError::Cut)?;
        match head.status {
            101 => return Err(WireError::Framing("the server changes to another protocol")),
            100 if request.expects_continue => {}
            100..200 => to.write_all(&head.raw).await?,
            status => {
                ticket.note(|request| request.server_status = Some(status));
                return Ok(head);
            }
        }
    }
}

/// Keeps the answer, for faults to work on.
pub(super) async fn keep_answer(
    from: &mut Reader<OwnedReadHalf>,
    to: &mut (impl AsyncWrite + Unpin),
    request: &RequestHead,
    ticket: &Ticket,
) -> Result<(ResponseHead, Piece), WireError> {
    let head = final_head(from, to, request, ticket).await?;
    let piece = from.whole(&mut Body::new(head.framing), KEPT).await?;
    Ok((head, piece))
}

/// Passes the answer on as it comes; says whether the server keeps the connection open.
pub(super) async fn stream_answer(
    from: &mut Reader<OwnedReadHalf>,
    to: &mut (impl AsyncWrite + Unpin),
    request: &RequestHead,
    ticket: &Ticket,
) -> Result<bool, WireError> {
    let head = final_head(from, to, request, ticket).await?;
    ticket.note(|request| request.status = Some(head.status));
    let mut body = Body::new(head.framing);
    let mut bytes = head.raw;
    if body.is_done() {
        ticket.finish();
    }
    to.write_all(&bytes).await?;
    while let Some(piece) = from.piece(&mut body).await? {
        ticket.note(|request| request.response_bytes += piece.payload.len() as u64);
        bytes = piece.raw;
        if body.is_done() {
            ticket.finish();
        }
        to.write_all(&bytes).await?;
    }
    Ok(head.keep_alive)
}
