//! Requests as bytes, so that bodies can be no JSON at all, over one connection that is kept open.

use std::io::Result;

use serde_json::Value;

use crate::support::raw::{Answer, Connection};

#[derive(Clone, Debug, Default)]
pub struct Request {
    pub method: String,
    /// With the query.
    pub path: String,
    pub headers: Vec<(&'static str, String)>,
    pub body: Option<String>,
}

impl Request {
    pub fn new(method: &str, path: impl Into<String>) -> Self {
        Self { method: method.to_owned(), path: path.into(), ..Self::default() }
    }

    pub fn token(mut self, token: Option<&str>) -> Self {
        self.headers.extend(token.map(|token| ("X-Auth-Token", token.to_owned())));
        self
    }

    pub fn subject(mut self, token: Option<&str>) -> Self {
        self.headers.extend(token.map(|token| ("X-Subject-Token", token.to_owned())));
        self
    }

    pub fn json(mut self, body: &Value) -> Self {
        self.body = Some(body.to_string());
        self
    }
}

#[derive(Debug)]
pub struct Client {
    url: String,
    connection: Option<Connection>,
}

impl Client {
    pub fn new(url: &str) -> Self {
        Self { url: url.to_owned(), connection: None }
    }

    pub fn send(&mut self, request: &Request) -> Answer {
        let answer = match self.connection.take() {
            // The server may have closed it while nothing was asked.
            Some(connection) => self.send_over(connection, request).or_else(|_| self.send_anew(request)),
            None => self.send_anew(request),
        };
        answer.unwrap_or_else(|error| panic!("{} {}: {error}", request.method, request.path))
    }

    /// Sends what has to succeed for the cases to mean anything; gives its body.
    pub fn must(&mut self, request: &Request) -> Value {
        let answer = self.send(request);
        assert!(answer.status < 300, "{request:?}: {} {}", answer.status, answer.text());
        answer.json()
    }

    fn send_anew(&mut self, request: &Request) -> Result<Answer> {
        self.send_over(Connection::open(&self.url)?, request)
    }

    fn send_over(&mut self, mut connection: Connection, request: &Request) -> Result<Answer> {
        let host = self.url.trim_start_matches("http://");
        let mut text = format!("{} {} HTTP/1.1\r\nHost: {host}\r\n", request.method, request.path);
        for (name, value) in &request.headers {
            text += &format!("{name}: {value}\r\n");
        }
        if let Some(body) = &request.body {
            text += &format!("Content-Type: application/json\r\nContent-Length: {}\r\n", body.len());
        }
        text += "\r\n";
        text += request.body.as_deref().unwrap_or_default();
        connection.send_bytes(text.as_bytes())?;
        let answer = connection.answer(request.method == "HEAD")?;
        if answer.header("connection") != Some("close") {
            self.connection = Some(connection);
        }
        Ok(answer)
    }
}
