//! What a browser is answered: the way to a login, and at its end pages that hold nothing of it.

use oauth2::CsrfToken;

/// An answer of the listener: status and a sentence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Page {
    Done,
    Denied,
    NotOurs,
    Used,
    Foreign,
    NotFound,
    NotGet,
    Bad,
    TooLarge,
}

/// An answer that sends the browser on. That it came from here is nobody's business.
pub(super) fn onward(to: &str) -> String {
    format!(
        "HTTP/1.1 302 Found\r\nLocation: {to}\r\nContent-Length: 0\r\nCache-Control: no-store\r\n\
         Referrer-Policy: no-referrer\r\nConnection: close\r\n\r\n"
    )
}

/// What a page does that hands over what stands behind the `#` of its own address, and shows what it is told.
const HAND_OVER: &str = "const said = location.search.slice(1) + '&' + location.hash.slice(1);\
    history.replaceState(null, '', location.pathname);\
    fetch(location.pathname, {method: 'POST', body: said, cache: 'no-store', redirect: 'error'})\
    .then(answer => answer.text())\
    .then(text => { document.body.textContent = new DOMParser().parseFromString(text, 'text/html').body.textContent; })\
    .catch(() => { document.body.textContent = 'The terminal did not answer. Begin again there.'; });";

/// That page. It is the same for everybody, and may do nothing else.
pub(super) fn relay() -> String {
    let nonce = CsrfToken::new_random();
    let nonce = nonce.secret();
    let body = format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>One moment</title><body>\
         <noscript>This page needs JavaScript to hand the token to the terminal. Without it: --no-browser</noscript>\
         <script nonce=\"{nonce}\">{HAND_OVER}</script></body></html>\n"
    );
    format!(
        "HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: {}\r\nCache-Control: no-store\r\n\
         Referrer-Policy: no-referrer\r\nContent-Security-Policy: default-src 'none'; script-src 'nonce-{nonce}'; \
         connect-src 'self'; frame-ancestors 'none'\r\nX-Content-Type-Options: nosniff\r\nConnection: close\r\n\r\n{body}",
        body.len()
    )
}

impl Page {
    pub(super) fn status(self) -> &'static str {
        match self {
            Self::Done | Self::Denied => "200 OK",
            Self::NotOurs | Self::Bad => "400 Bad Request",
            Self::Foreign => "403 Forbidden",
            Self::NotFound => "404 Not Found",
            Self::NotGet => "405 Method Not Allowed",
            Self::Used => "410 Gone",
            Self::TooLarge => "431 Request Header Fields Too Large",
        }
    }

    fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Done => ("Back to the terminal", "The login goes on there. This window can be closed."),
            Self::Denied => ("The login was refused", "The terminal says more. This window can be closed."),
            Self::NotOurs => ("Not this login", "This address belongs to another login, or to none. Nothing was done."),
            Self::Used => ("Already used", "This login has been through here once, and once is all it takes."),
            Self::Foreign => ("Not from there", "Another site has sent this request. Nothing was done."),
            Self::NotFound => ("Nothing here", "Only the end of a login is answered here."),
            Self::NotGet | Self::Bad | Self::TooLarge => ("Not understood", "This is no request of a browser."),
        }
    }

    /// The whole answer, ready for the wire.
    pub(super) fn response(self) -> String {
        let (title, text) = self.words();
        let body = format!(
            "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>{title}</title><h1>{title}</h1><p>{text}</p></html>\n"
        );
        format!(
            "HTTP/1.1 {}\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: {}\r\nCache-Control: no-store\r\n\
             Referrer-Policy: no-referrer\r\nContent-Security-Policy: default-src 'none'; frame-ancestors 'none'\r\n\
             X-Content-Type-Options: nosniff\r\nConnection: close\r\n\r\n{body}",
            self.status(),
            body.len()
        )
    }
}
