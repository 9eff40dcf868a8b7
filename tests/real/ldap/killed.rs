//! Killed at any request, before and after the server acted on it: the same line again goes on and is right.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::{Duration, Instant};

use super::slapd::{BASE, Slapd, types};
use crate::support::cli::Room;

/// When the command is to die.
#[derive(Clone, Copy, Debug)]
pub struct Moment {
    /// At which request.
    pub index: usize,
    /// Whether the server gets it; the command never gets the answer.
    pub carried_out: bool,
}

/// Stands before the server and says when that moment is.
pub fn relay(port: u16, moment: Moment) -> (String, Receiver<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("ldap://{}", listener.local_addr().unwrap());
    let (tell, told) = channel();
    std::thread::spawn(move || {
        let Ok((client, _)) = listener.accept() else { return };
        let server = TcpStream::connect(("127.0.0.1", port)).unwrap();
        let seen = AtomicUsize::new(0);
        std::thread::scope(|scope| {
            scope.spawn(|| answers(&server, &client, &seen, moment, &tell));
            requests(&client, &server, &seen, moment, &tell);
            let _ = server.shutdown(Shutdown::Both);
        });
    });
    (url, told)
}

fn requests(client: &TcpStream, server: &TcpStream, seen: &AtomicUsize, moment: Moment, tell: &Sender<()>) {
    let (mut client, mut server) = (client, server);
    while let Some(message) = message(&mut client) {
        let index = seen.fetch_add(1, Ordering::SeqCst);
        if index == moment.index && !moment.carried_out {
            let _ = tell.send(());
        } else if index <= moment.index && server.write_all(&message).is_err() {
            return;
        }
    }
}

fn answers(server: &TcpStream, client: &TcpStream, seen: &AtomicUsize, moment: Moment, tell: &Sender<()>) {
    let (mut client, mut server) = (client, server);
    let mut bytes = [0; 4096];
    while let Ok(count @ 1..) = server.read(&mut bytes) {
        if seen.load(Ordering::SeqCst) > moment.index {
            let _ = tell.send(());
        } else if client.write_all(&bytes[..count]).is_err() {
            return;
        }
    }
}

/// One message of the protocol: a tag, a length, and so many bytes.
fn message(stream: &mut impl Read) -> Option<Vec<u8>> {
    let mut bytes = vec![0; 2];
    stream.read_exact(&mut bytes).ok()?;
    let mut length = usize::from(bytes[1]);
    if length >= 0x80 {
        let mut long = vec![0; length & 0x7f];
        stream.read_exact(&mut long).ok()?;
        length = long.iter().fold(0, |sum, byte| sum * 256 + usize::from(*byte));
        bytes.extend(long);
    }
    let mut body = vec![0; length];
    stream.read_exact(&mut body).ok()?;
    bytes.extend(body);
    Some(bytes)
}

/// Runs the line and kills it at that moment; `false` if it had ended before.
pub fn killed(room: &Room, line: &str, told: &Receiver<()>) -> bool {
    let words: Vec<&str> = ["platform", "ldap"].into_iter().chain(line.split(' ')).collect();
    let mut child = room.spawn(&words);
    let begin = Instant::now();
    loop {
        if told.recv_timeout(Duration::from_millis(10)).is_ok() {
            child.kill().unwrap();
            child.wait().unwrap();
            return true;
        }
        if let Some(status) = child.try_wait().unwrap() {
            assert!(status.success(), "{line}");
            return false;
        }
        assert!(begin.elapsed() < Duration::from_secs(60), "{line} hangs");
    }
}

/// Kills the line at each request in turn, and wants the same state after the next run. `reset` makes the state before it.
fn at_every_request(slapd: &Slapd, line: &str, reset: impl Fn()) -> usize {
    let room = slapd.room();
    reset();
    types(&room, line).success();
    let clean = slapd.state();
    for carried_out in [false, true] {
        for index in 0.. {
            reset();
            let moment = Moment { index, carried_out };
            let (url, told) = relay(slapd.port(), moment);
            let on_the_way = slapd.room().env("ORCHEST_LDAP", &url);
            if !killed(&on_the_way, line, &told) {
                if carried_out {
                    return index;
                }
                break;
            }
            types(&room, line).success();
            assert_eq!(slapd.state(), clean, "{line}, {moment:?}");
        }
    }
    unreachable!("it ends with the requests")
}

#[test]
fn a_user_with_its_groups_is_made_whatever_request_dies() {
    let slapd = Slapd::start();
    let room = slapd.room();
    types(&room, "group create crew watch").success();
    let dn = format!("uid=ann,ou=users,{BASE}");
    let line = "user create ann --email a@b --group crew --group watch --new-password-file a.pw";
    let count = at_every_request(&slapd, line, || drop(types(&room, "user delete ann --yes").success()));
    // A login, two groups, the user that is not there, the user, its password, two members.
    assert_eq!(count, 8, "requests");
    assert!(slapd.takes(&dn, "tall-Order-7001"));
}

#[test]
fn a_user_is_deleted_whatever_request_dies() {
    let slapd = Slapd::start();
    let room = slapd.room();
    types(&room, "group create crew watch").success();
    let line = "user delete ann --yes";
    let create = "user create ann --group crew --group watch --new-password-file a.pw";
    let count = at_every_request(&slapd, line, || drop(types(&room, create).success()));
    assert_eq!(count, 5, "requests");
    let groups = ["crew", "watch"].map(|group| slapd.members(group).len());
    assert_eq!(groups, [1, 1]);
}
