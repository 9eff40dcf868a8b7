//! An issuer for the tests of this room: it answers what it was told to, in turn, and remembers what it was asked.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::rc::Rc;
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};
use url::Url;

use crate::http::clock::TestClock;
use crate::http::{Event, Http, HttpSettings, Observer};

use super::{At, Client, Issuer};

#[derive(Clone, Debug)]
pub(super) struct Asked {
    pub(super) line: String,
    pub(super) headers: String,
    pub(super) form: Vec<(String, String)>,
}

impl Asked {
    pub(super) fn field(&self, name: &str) -> Option<&str> {
        self.form.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

type Answers = Arc<Mutex<Vec<(u16, String)>>>;

pub(super) struct Bench {
    pub(super) url: String,
    pub(super) http: Rc<Http>,
    pub(super) clock: Rc<TestClock>,
    pub(super) client: Client,
    pub(super) issuer: Issuer,
    answers: Answers,
    asked: Arc<Mutex<Vec<Asked>>>,
}

struct Nobody;

impl Observer for Nobody {
    fn event(&self, _: &Event<'_>) {}
}

pub(super) fn run<F: Future>(future: F) -> F::Output {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future)
}

/// A bench whose issuer gives these answers first.
pub(super) fn bench(answers: &[(u16, Value)]) -> Bench {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let (script, asked): (Answers, Arc<Mutex<Vec<Asked>>>) = Default::default();
    let (script_of_thread, asked_of_thread) = (script.clone(), asked.clone());
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            serve(&stream, &script_of_thread, &asked_of_thread);
        }
    });
    let clock = Rc::new(TestClock::new());
    let at = |path: &str| Url::parse(&format!("{url}/{path}")).unwrap();
    let issuer = Issuer {
        authorization: Some(at("auth?tenant=1")),
        device: Some(at("devicecode")),
        revocation: Some(at("revoke/")),
        secret_in_form: false,
        is_discovered: true,
        ..Issuer::known(at("token")).called(&format!("{url}/"))
    };
    let scopes = ["openid", "offline_access"].map(str::to_owned).to_vec();
    let client = Client { id: "orchest".to_owned(), secret: None, scopes };
    let http = Rc::new(Http::new(HttpSettings::default(), clock.clone(), Rc::new(Nobody)));
    let bench = Bench { url, http, clock, client, issuer, answers: script, asked };
    for (status, body) in answers {
        bench.answer(*status, body);
    }
    bench
}

impl Bench {
    pub(super) fn answer(&self, status: u16, body: &Value) {
        self.answers.lock().unwrap().push((status, body.to_string()));
    }

    /// An answer that is no JSON.
    pub(super) fn answer_text(&self, status: u16, body: &str) {
        self.answers.lock().unwrap().push((status, body.to_owned()));
    }

    pub(super) fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }

    pub(super) fn at(&self) -> At<'_> {
        At { http: &self.http, issuer: &self.issuer, client: &self.client, clock: &*self.clock }
    }
}

/// What an issuer gives for a grant.
pub(super) fn granted(access: &str, refresh: Option<&str>) -> Value {
    let mut answer = json!({"access_token": access, "token_type": "Bearer", "expires_in": 3600, "scope": "openid"});
    if let Some(refresh) = refresh {
        answer["refresh_token"] = json!(refresh);
    }
    answer
}

fn serve(stream: &TcpStream, script: &Answers, asked: &Mutex<Vec<Asked>>) {
    let mut reader = BufReader::new(stream);
    let mut line = String::new();
    if reader.read_line(&mut line).unwrap_or(0) == 0 {
        return;
    }
    let (mut headers, mut length) = (String::new(), 0);
    loop {
        let mut header = String::new();
        if reader.read_line(&mut header).unwrap_or(0) == 0 || header == "\r\n" {
            break;
        }
        if let Some(text) = header.to_ascii_lowercase().strip_prefix("content-length:") {
            length = text.trim().parse().unwrap();
        }
        headers.push_str(&header);
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).unwrap();
    let form = url::form_urlencoded::parse(&body).into_owned().collect();
    let line = line.trim_end().trim_end_matches(" HTTP/1.1").to_owned();
    asked.lock().unwrap().push(Asked { line, headers, form });
    let mut script = script.lock().unwrap();
    let (status, body) = if script.is_empty() { (599, "beyond the script".to_owned()) } else { script.remove(0) };
    let head = format!(
        "HTTP/1.1 {status} X\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
        body.len()
    );
    let mut out = stream;
    let _ = out.write_all((head + &body).as_bytes());
}
