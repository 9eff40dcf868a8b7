use super::super::testing::run;
use super::*;

fn judge() -> Judge {
    Arc::new(|query| match query {
        "state=good" => Verdict::Done,
        "state=denied" => Verdict::Denied,
        _ => Verdict::Foreign,
    })
}

async fn send(port: u16, request: String) -> String {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer
}

fn get(port: u16, target: &str, more: &str) -> String {
    format!("GET {target} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n{more}\r\n")
}

/// What these requests are answered, one after the other, and what the login took.
fn talk(requests: impl Fn(u16) -> Vec<String>) -> (Vec<String>, Result<Query, Missed>) {
    run(async {
        let mut loopback = Loopback::bind(Callback::usual(None)).await.unwrap();
        let port = loopback.callback.port;
        let asking = async {
            let mut answers = Vec::new();
            for request in requests(port) {
                answers.push(send(port, request).await);
            }
            answers
        };
        // The listener has to stay for what comes after the end.
        let waiting = async { loopback.wait(judge(), Duration::from_millis(500)).await };
        let (query, answers) = tokio::join!(waiting, asking);
        (answers, query)
    })
}

fn status(answer: &str) -> &str {
    answer.split(' ').nth(1).unwrap_or_default()
}

#[test]
fn the_right_query_ends_the_login_and_the_page_shows_nothing_of_it() {
    let (answers, query) = talk(|port| vec![get(port, "/callback?state=good", "")]);
    assert_eq!(query.as_deref(), Ok("state=good"));
    assert_eq!(status(&answers[0]), "200");
    assert!(!answers[0].contains("good"), "{}", answers[0]);
    for header in ["Cache-Control: no-store", "Referrer-Policy: no-referrer", "Connection: close"] {
        assert!(answers[0].contains(header), "{header}");
    }
    let (answers, query) = talk(|port| vec![get(port, "/callback?state=denied", "")]);
    assert!(query.is_ok() && answers[0].contains("refused"), "{}", answers[0]);
}

#[test]
fn what_is_not_the_end_of_this_login_is_answered_and_waited_through() {
    let (answers, query) = talk(|port| {
        vec![
            get(port, "/callback?state=evil", ""),
            get(port, "/callback?state=good", "Origin: https://evil.example\r\n"),
            get(port, "/callback?state=good", "Origin: null\r\n"),
            get(port, "/favicon.ico", ""),
            get(port, "/", ""),
            get(port, "/callback/x?state=good", ""),
            get(port, "/callback?state=good", "").replace("GET", "POST"),
            get(port, "/callback?state=good", "").replace("127.0.0.1", "evil.example"),
            get(port, "/callback?state=good", "").replace("Host", "Hostess"),
            get(port, "/callback?state=good", "Host: 127.0.0.1\r\n"),
            "GET http://127.0.0.1/callback?state=good HTTP/1.1\r\n\r\n".to_owned(),
            "nonsense\r\n\r\n".to_owned(),
            format!("GET / HTTP/1.1\r\nX: {}", "x".repeat(LARGEST)),
            get(port, "/callback?state=good", &format!("Origin: http://127.0.0.1:{port}\r\n")),
        ]
    });
    let statuses: Vec<&str> = answers.iter().map(|answer| status(answer)).collect();
    assert_eq!(
        statuses,
        ["400", "403", "403", "404", "404", "404", "405", "400", "400", "400", "400", "400", "431", "200"]
    );
    assert_eq!(query.as_deref(), Ok("state=good"));
}

#[test]
fn a_second_callback_is_told_so_and_then_nobody_listens() {
    run(async {
        let mut loopback = Loopback::bind(Callback::usual(None)).await.unwrap();
        let port = loopback.callback.port;
        let good = || send(port, get(port, "/callback?state=good", ""));
        let (query, first) = tokio::join!(loopback.wait(judge(), Duration::from_secs(5)), good());
        assert!(query.is_ok() && status(&first) == "200");
        assert_eq!(status(&good().await), "410");
        drop(loopback);
        tokio::task::yield_now().await;
        assert!(TcpStream::connect(("127.0.0.1", port)).await.is_err());
    });
}

#[test]
fn a_login_starts_here_once_and_its_address_says_nothing_of_it() {
    run(async {
        let mut loopback = Loopback::bind(Callback::usual(None)).await.unwrap();
        let port = loopback.callback.port;
        let to = Url::parse("https://iam.example/auth?state=canary-state&nonce=n").unwrap();
        let address = loopback.start_at(&to);
        let base = format!("http://127.0.0.1:{port}");
        let path = address.strip_prefix(&base).unwrap().to_owned();
        assert!(path.len() > "/start-".len() + 20 && !path.contains("canary"), "{address}");
        let asking = async {
            let mut answers = Vec::new();
            let head = get(port, &path, "").replace("GET", "HEAD");
            let foreign = get(port, &path, "Origin: https://evil.example\r\n");
            for request in [head, foreign, get(port, "/start-x", ""), get(port, &path, "")] {
                answers.push(send(port, request).await);
            }
            answers.push(send(port, get(port, "/callback?state=good", "")).await);
            answers
        };
        let (query, answers) = tokio::join!(loopback.wait(judge(), Duration::from_secs(5)), asking);
        let statuses: Vec<&str> = answers.iter().map(|answer| status(answer)).collect();
        assert_eq!(statuses, ["405", "403", "404", "302", "200"]);
        assert!(answers[3].contains(&format!("\r\nLocation: {to}\r\n")), "{}", answers[3]);
        assert!(answers.iter().enumerate().all(|(at, answer)| at == 3 || !answer.contains("canary")));
        assert_eq!(query.as_deref(), Ok("state=good"));
    });
}

/// Somebody else on the machine may have seen where it starts.
#[test]
fn a_login_that_was_opened_twice_is_nobodys() {
    run(async {
        let mut loopback = Loopback::bind(Callback::usual(None)).await.unwrap();
        let port = loopback.callback.port;
        let address = loopback.start_at(&Url::parse("https://iam.example/auth").unwrap());
        let path = address.split_once(&format!(":{port}")).unwrap().1.to_owned();
        let asking = async { (send(port, get(port, &path, "")).await, send(port, get(port, &path, "")).await) };
        let (query, (first, second)) = tokio::join!(loopback.wait(judge(), Duration::from_secs(5)), asking);
        assert_eq!((status(&first), status(&second)), ("302", "410"));
        assert_eq!(query, Err(Missed::Twice));
    });
}

#[test]
fn nobody_beside_this_machine_can_come() {
    run(async {
        let loopback = Loopback::bind(Callback::usual(None)).await.unwrap();
        let port = loopback.callback.port;
        // Another address, though it is of this machine too.
        assert!(TcpStream::connect(("127.0.0.2", port)).await.is_err());
        assert!(TcpStream::connect(("127.0.0.1", port)).await.is_ok());
    });
}

#[test]
fn a_silent_connection_keeps_nobody_waiting() {
    run(async {
        let mut loopback = Loopback::bind(Callback::usual(None)).await.unwrap();
        let port = loopback.callback.port;
        let asking = async {
            let silent = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
            let answer = send(port, get(port, "/callback?state=good", "")).await;
            drop(silent);
            answer
        };
        let (query, answer) = tokio::join!(loopback.wait(judge(), Duration::from_secs(5)), asking);
        assert!(query.is_ok() && status(&answer) == "200");
    });
}

#[test]
fn a_port_in_use_is_an_error_and_waiting_ends() {
    run(async {
        let mut first = Loopback::bind(Callback::usual(None)).await.unwrap();
        let error = Loopback::bind(Callback::usual(Some(first.callback.port))).await.unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::AddrInUse);
        assert_eq!(first.callback().address(), format!("http://127.0.0.1:{}/callback", first.callback.port));
        assert_eq!(first.wait(judge(), Duration::from_millis(20)).await, Err(Missed::Late));
    });
}

/// What a page of ours sends.
fn handed_over(port: u16, body: &str, origin: &str) -> String {
    let length = body.len();
    format!("POST /callback HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n{origin}Content-Length: {length}\r\n\r\n{body}")
}

#[test]
fn what_stands_behind_a_hash_is_handed_over_by_our_own_page_alone() {
    run(async {
        let mut loopback = Loopback::bind(Callback::usual(None)).await.unwrap().behind_hash();
        let port = loopback.callback.port;
        let own = format!("Origin: http://127.0.0.1:{port}\r\n");
        let asking = async {
            let mut answers = Vec::new();
            for request in [
                get(port, "/callback?state=good", ""),
                handed_over(port, "state=good", ""),
                handed_over(port, "state=good", "Origin: https://evil.example\r\n"),
                handed_over(port, "state=evil", &own),
                handed_over(port, &"x".repeat(LARGEST_BODY + 1), &own),
                handed_over(port, "", &own).replace("Content-Length: 0", "Content-Length: x"),
                handed_over(port, "state=good", &own),
                handed_over(port, "state=good", &own),
            ] {
                answers.push(send(port, request).await);
            }
            answers
        };
        let (query, answers) = tokio::join!(loopback.wait(judge(), Duration::from_secs(5)), asking);
        let statuses: Vec<&str> = answers.iter().map(|answer| status(answer)).collect();
        assert_eq!(statuses, ["200", "405", "403", "400", "431", "400", "200", "410"]);
        assert_eq!(query.as_deref(), Ok("state=good"));
        for word in ["script-src 'nonce-", "default-src 'none'", "connect-src 'self'", "method: 'POST'"] {
            assert!(answers[0].contains(word), "{}", answers[0]);
        }
    });
}

#[test]
fn by_name_both_addresses_of_this_machine_are_taken() {
    run(async {
        let callback = Callback { host: Callback::BY_NAME.to_owned(), ..Callback::usual(None) };
        let mut loopback = Loopback::bind(callback).await.unwrap();
        let port = loopback.callback.port;
        let named = get(port, "/callback?state=good", "").replace("127.0.0.1", "localhost");
        let asking = async { (send(port, get(port, "/callback?state=good", "")).await, send(port, named).await) };
        let (query, (by_number, by_name)) = tokio::join!(loopback.wait(judge(), Duration::from_secs(5)), asking);
        assert_eq!((status(&by_number), status(&by_name)), ("400", "200"));
        assert!(query.is_ok());
        // Where there is such an address at all, nobody else can be listening on it.
        let other = TcpListener::bind(("::1", port)).await.unwrap_err();
        assert!(other.kind() == io::ErrorKind::AddrInUse || other.kind() == io::ErrorKind::AddrNotAvailable, "{other}");
    });
}
