//! The interface over HTTP.

use core::net::SocketAddr;
use core::time::Duration;
use std::collections::HashMap;

use async_trait::async_trait;
use serde_json::{Value, json};
use smpp_pdu::*;
use smpp_smsc::Smsc;
use smpp_smsc::http::{self, HttpOptions};
use smpp_smsc::network::{Attempt, Network, Outcome, Reports};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::script::{NEVER, NOT_NOW, Script};
use crate::support::*;

async fn serve_http(smsc: &Smsc, options: HttpOptions) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let smsc = smsc.clone();
    tokio::spawn(async move { http::serve(listener, smsc, options).await });
    address
}

/// Status and body.
async fn request(address: SocketAddr, head: &str, more: &str, body: &str) -> (u16, String) {
    let text = exchange(address, head, more, body).await;
    let status = text.split(' ').nth(1).unwrap().parse().unwrap();
    let body = text.split_once("\r\n\r\n").unwrap().1;
    (status, body.into())
}

/// The whole answer, headers included.
async fn exchange(address: SocketAddr, head: &str, more: &str, body: &str) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let length = body.len();
    let request = format!(
        "{head} HTTP/1.1\r\nConnection: close\r\nContent-Length: {length}\r\n{more}\r\n{body}"
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut text = String::new();
    stream.read_to_string(&mut text).await.unwrap();
    text
}

async fn get(address: SocketAddr, path: &str) -> (u16, String) {
    let host = format!("Host: {address}\r\n");
    request(address, &format!("GET {path}"), &host, "").await
}

async fn get_json(address: SocketAddr, path: &str) -> (u16, Value) {
    let (status, body) = get(address, path).await;
    (status, serde_json::from_str(&body).unwrap())
}

async fn post(address: SocketAddr, path: &str, body: &str) -> (u16, Value) {
    let more = format!("Host: {address}\r\nContent-Type: application/json\r\n");
    let (status, body) = request(address, &format!("POST {path}"), &more, body).await;
    (status, serde_json::from_str(&body).unwrap())
}

#[tokio::test]
async fn the_page_runs_only_its_own_files() {
    let (smsc, _) = serve(centre()).await;
    let web = serve_http(&smsc, HttpOptions::new()).await;
    let host = format!("Host: {web}\r\n");
    let page = exchange(web, "GET /", &host, "").await;
    let policy = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'";
    assert!(page.contains(&format!("content-security-policy: {policy}\r\n")));
    // Anything inline would not work with that.
    assert!(!page.contains("<style") && !page.contains("onclick") && !page.contains("<script>"));
    for (path, kind) in [
        ("/console.js", "text/javascript"),
        ("/console.css", "text/css"),
    ] {
        assert!(page.contains(&format!("\"{path}\"")), "{page}");
        let file = exchange(web, &format!("GET {path}"), &host, "").await;
        assert!(file.starts_with("HTTP/1.1 200"), "{file}");
        assert!(file.contains(&format!("content-type: {kind}")), "{file}");
    }
}

#[tokio::test]
async fn sessions_messages_and_metrics_are_told() {
    let (smsc, address) = serve(centre()).await;
    let web = serve_http(&smsc, HttpOptions::new()).await;
    assert_eq!(get(web, "/healthz").await, (200, "ok\n".into()));
    assert_eq!(get(web, "/readyz").await, (200, "ready\n".into()));
    assert_eq!(get_json(web, "/api/sessions").await, (200, json!([])));
    assert!(get(web, "/").await.1.contains("<title>smpp-smsc"));

    let mut client = Client::bound(address, BindType::Transceiver).await;
    let later = sm().schedule_delivery_time(text("000001000000000R"));
    let id = client.ask(later).await.message_id();
    let refused = client.ask(QuerySm::default()).await;
    assert_ne!(refused.status(), CommandStatus::ESME_ROK);

    let (_, sessions) = get_json(web, "/api/sessions").await;
    assert_eq!(sessions[0]["system_id"], "esme");
    assert_eq!(sessions[0]["bind"], "transceiver");
    assert_eq!(sessions[0]["version"], "3.4");

    let (status, story) = get_json(web, &format!("/api/messages/{id}")).await;
    assert_eq!(status, 200);
    assert_eq!(story[0]["account"], "esme");
    assert_eq!(story[0]["from"], "BANK");
    assert_eq!(story[0]["to"], "447700900123");
    assert_eq!(story[0]["state"], "SCHEDULED");
    assert_eq!(story[0]["attempts"], 0);
    assert_eq!(story[0]["done"], Value::Null);
    let submitted = story[0]["submitted"].as_str().unwrap();
    assert!(
        submitted.starts_with("20") && submitted.ends_with('Z'),
        "{submitted}"
    );
    assert!(!story.to_string().contains("4711"), "no text: {story}");
    for unknown in ["/api/messages/nobody", "/api/nothing"] {
        let (status, problem) = get_json(web, unknown).await;
        assert_eq!(status, 404);
        assert!(problem["error"].is_string());
    }

    // What a connection has counted is seen once its batch is over.
    until(|| async {
        let (_, text) = get(web, "/metrics").await;
        text.contains("smpp_smsc_refused_requests_total 1\n")
    })
    .await;
    let (status, text) = get(web, "/metrics").await;
    assert_eq!(status, 200);
    for line in [
        "smpp_smsc_binds_total 1\n",
        "smpp_smsc_requests_total 2\n",
        "smpp_smsc_open_connections 1\n",
        "smpp_smsc_sessions{system_id=\"esme\",bind=\"transceiver\"} 1\n",
        "# EOF\n",
    ] {
        assert!(text.contains(line), "{line} in {text}");
    }
}

/// The samples of a text for Prometheus, by name and labels.
#[track_caller]
fn samples(text: &str) -> HashMap<&str, f64> {
    let body = text.strip_suffix("# EOF\n").expect("the end is marked");
    let mut families: HashMap<&str, &str> = HashMap::new();
    let mut samples = HashMap::new();
    for line in body.lines() {
        if let Some(comment) = line.strip_prefix("# ") {
            let mut words = comment.splitn(3, ' ');
            let (kind, name) = (words.next().unwrap(), words.next().unwrap());
            let what = words.next().unwrap();
            if kind == "TYPE" {
                let before = families.insert(name, what);
                assert!(before.is_none(), "{name} is told twice");
            }
            continue;
        }
        let (series, value) = line.rsplit_once(' ').unwrap();
        let name = series.split('{').next().unwrap();
        let known = families.iter().any(|(family, kind)| match *kind {
            "counter" => name.strip_suffix("_total") == Some(family),
            "histogram" => ["_sum", "_count", "_bucket"]
                .iter()
                .any(|end| name.strip_suffix(end) == Some(family)),
            _ => name == *family,
        });
        assert!(known, "{line} belongs to nothing");
        let before = samples.insert(series, value.parse().expect(line));
        assert!(before.is_none(), "{series} is told twice");
    }
    samples
}

#[tokio::test]
async fn metrics_tell_where_messages_are_and_what_became_of_them() {
    let busy = Outcome::NotNow { error: 31 };
    let network = Script::new([Outcome::Delivered, NEVER, NOT_NOW, busy, Outcome::Delivered]);
    let (smsc, address) = serve(centre().network(network.clone())).await;
    let web = serve_http(&smsc, HttpOptions::new()).await;
    let mut client = Client::bound(address, BindType::Transceiver).await;
    for count in 1..=4 {
        client.ask(sm()).await.message_id();
        network.attempted(count).await;
    }
    let datagram = sm().esm_class(EsmClass(0x01));
    client.ask(datagram).await.message_id();
    let later = sm().schedule_delivery_time(text(TOMORROW)).with_receipt();
    client.ask(later).await.message_id();
    let id = client.ask(later).await.message_id();
    let cancel = CancelSm::default()
        .message_id(text(&id))
        .source_addr(later.source_addr);
    client.ask(cancel).await;
    // The receipt of what was cancelled waits for its acknowledgement.
    let receipt = client.receive().await;
    assert_eq!(receipt.receipt().1, MessageState::DELETED);

    let expected = [
        ("messages_accepted_total", 7.0),
        ("messages_ended_total{state=\"delivered\"}", 2.0),
        ("messages_ended_total{state=\"undeliverable\"}", 1.0),
        ("messages_ended_total{state=\"deleted\"}", 1.0),
        ("messages_ended_total{state=\"expired\"}", 0.0),
        ("attempts_total", 5.0),
        ("failed_attempts_total{class=\"absent\"}", 1.0),
        ("failed_attempts_total{class=\"busy\"}", 1.0),
        ("failed_attempts_total{class=\"system\"}", 0.0),
        ("messages{state=\"waiting\"}", 3.0),
        ("messages{state=\"in_hand\"}", 0.0),
        ("messages{state=\"ended\"}", 3.0),
        ("outbox", 1.0),
        ("outbox_ready{system_id=\"esme\"}", 0.0),
        ("deliveries_in_flight{system_id=\"esme\"}", 1.0),
        ("absent_messages", 2.0),
        ("passing_messages", 0.0),
        ("failed_commits_total", 0.0),
    ];
    let missing = async || {
        let (_, text) = get(web, "/metrics").await;
        let samples = samples(&text);
        let told = |name: &str| samples.get(format!("smpp_smsc_{name}").as_str()).copied();
        let commits = told("commits_total").unwrap();
        assert!(commits >= 7.0, "{text}");
        assert!(
            told("committed_changes_total").unwrap() >= commits,
            "{text}"
        );
        assert_eq!(told("commit_seconds_count"), Some(commits), "{text}");
        let all = told("commit_seconds_bucket{le=\"+Inf\"}");
        assert_eq!(all, Some(commits), "{text}");
        assert!(told("engine_inputs").unwrap() >= 1.0, "{text}");
        let differs = |one: &&(&str, f64)| told(one.0) != Some(one.1);
        expected
            .iter()
            .filter(differs)
            .map(|one| one.0)
            .collect::<Vec<_>>()
    };
    until(|| async { missing().await.is_empty() }).await;
}

#[tokio::test]
async fn a_message_has_a_story_from_its_submission_to_its_receipt() {
    let network = Script::new([NOT_NOW, Outcome::Delivered]);
    let (smsc, address) = serve(centre().network(network.clone())).await;
    let web = serve_http(&smsc, HttpOptions::new()).await;
    let mut client = Client::bound(address, BindType::Transceiver).await;
    let id = client.ask(sm().with_receipt()).await.message_id();
    let path = format!("/api/messages/{id}");
    let story = async || {
        let (status, stories) = get_json(web, &path).await;
        assert_eq!(status, 200, "{stories}");
        let story = stories[0].clone();
        let events = story["events"].as_array().unwrap().iter();
        let names: Vec<_> = events
            .map(|one| one["event"].as_str().unwrap().to_owned())
            .collect();
        (story, names)
    };
    until(|| async { story().await.0["error"] == 27 }).await;
    let (told, events) = story().await;
    assert_eq!(
        events,
        ["submitted", "attempted", "next attempt", "expires"]
    );
    let attempted =
        json!({"at": null, "event": "attempted", "attempts": 1, "error": 27, "class": "absent"});
    assert_eq!(told["events"][1], attempted);
    assert_eq!(told["receipt"], "wanted");
    assert!(told["events"][2]["at"].is_string());

    network.reports().available(sm().destination_addr);
    let receipt = client.receive().await;
    let (told, events) = story().await;
    let all = [
        "submitted",
        "attempted",
        "ended",
        "receipt waits for the account",
    ];
    assert_eq!(events, all);
    assert_eq!(
        told["events"][1],
        json!({"at": null, "event": "attempted", "attempts": 2})
    );
    assert_eq!(told["events"][2]["state"], "DELIVERED");
    assert_eq!(told["events"][2]["at"], told["done"]);
    client.acknowledge(&receipt).await;
    until(|| async { story().await.0["receipt"] == "taken" }).await;

    let later = sm().schedule_delivery_time(text(TOMORROW));
    let id = client.ask(later).await.message_id();
    let (_, stories) = get_json(web, &format!("/api/messages/{id}")).await;
    assert_eq!(stories[0]["events"][1]["event"], "scheduled for");
    assert_eq!(stories[0]["receipt"], "not wanted");
}

#[tokio::test]
async fn a_client_that_is_off_spec_is_seen_in_the_metrics() {
    let (smsc, address) = serve(centre()).await;
    let web = serve_http(&smsc, HttpOptions::new()).await;
    let mut client = Client::bound(address, BindType::Transceiver).await;
    let mut octets = client.encode(sm());
    // A NUL behind the last field.
    octets.push(0);
    octets[3] += 1;
    client.write(&octets).await;
    client.receive().await.message_id();
    let (_, text) = get(web, "/metrics").await;
    let series = "smpp_smsc_findings_total{system_id=\"esme\",finding=\"stray_nuls\"}";
    assert_eq!(samples(&text).get(series), Some(&1.0), "{text}");
}

#[tokio::test]
async fn a_message_from_a_subscriber_is_delivered_in_as_many_parts_as_it_needs() {
    let (smsc, address) = serve(centre()).await;
    let web = serve_http(&smsc, HttpOptions::new()).await;
    let mut client = Client::bound(address, BindType::Transceiver).await;
    let path = "/api/accounts/esme/messages";
    let body = json!({"from": "447700900123", "to": "4711", "text": "Grüße"}).to_string();
    let answer = post(web, path, &body).await;
    assert_eq!(answer, (202, json!({"accepted": true, "parts": 1})));
    let received = client.receive().await;
    client.acknowledge(&received).await;
    let deliver = received.deliver();
    assert_eq!(
        deliver.source_addr,
        Address::international("447700900123").unwrap()
    );
    assert_eq!(deliver.short_message.as_bytes(), b"Gr\x7E\x1Ee");
    let long = json!({"from": "447700900123", "to": "4711", "text": "x".repeat(200)}).to_string();
    assert_eq!(post(web, path, &long).await.1["parts"], 2);
    for len in [6 + 153, 6 + 47] {
        let received = client.receive().await;
        client.acknowledge(&received).await;
        assert!(received.deliver().esm_class.has_udhi());
        assert_eq!(received.deliver().short_message.as_bytes().len(), len);
    }
}

#[tokio::test]
async fn what_cannot_be_delivered_is_told_what_would_be_right() {
    let smsc = centre().start();
    let web = serve_http(&smsc, HttpOptions::new()).await;
    let path = "/api/accounts/esme/messages";
    for (path, body, status, part) in [
        (
            "/api/accounts/nobody/messages",
            r#"{"from":"1","to":"2","text":""}"#,
            404,
            "account",
        ),
        (path, r#"{"from":"","to":"2","text":""}"#, 400, "from"),
        (
            path,
            r#"{"from":"1","to":"123456789012345678901","text":""}"#,
            400,
            "to is",
        ),
        (path, r#"{"from":"1","to":"2"}"#, 422, "text"),
        (path, r#"{"from":"1","to":"2","txt":""}"#, 422, "txt"),
        (path, "{", 400, "JSON"),
    ] {
        let (got, problem) = post(web, path, body).await;
        assert_eq!(got, status, "{body}: {problem}");
        assert!(
            problem["error"].as_str().unwrap().contains(part),
            "{problem}"
        );
    }
    let host = format!("Host: {web}\r\nContent-Type: text/plain\r\n");
    let body = r#"{"from":"1","to":"2","text":""}"#;
    // A form of a web page could be sent without asking; this cannot.
    let (status, _) = request(web, &format!("POST {path}"), &host, body).await;
    assert_eq!(status, 415);
}

#[tokio::test]
async fn a_session_may_be_ended() {
    let (smsc, address) = serve(centre()).await;
    let web = serve_http(&smsc, HttpOptions::new()).await;
    let mut client = Client::bound(address, BindType::Transceiver).await;
    let mut other = Client::bound(address, BindType::Transceiver).await;
    let id = smsc.sessions().await[0].connection;
    let host = format!("Host: {web}\r\n");
    for (path, status) in [
        ("/api/sessions/none", 404),
        ("/api/sessions/99", 404),
        (&format!("/api/sessions/{id}"), 202),
    ] {
        let (got, _) = request(web, &format!("DELETE {path}"), &host, "").await;
        assert_eq!(got, status, "{path}");
    }
    let unbind = client.receive().await;
    assert_eq!(unbind.id(), CommandId::UNBIND);
    let ok = CommandStatus::ESME_ROK;
    client
        .respond(unbind.number(), ok, UnbindResp::default())
        .await;
    assert!(client.next().await.is_none());
    other.is_served().await;
}

#[tokio::test]
async fn a_token_and_a_foreign_name_are_looked_at() {
    let smsc = centre().start();
    let open = serve_http(&smsc, HttpOptions::new()).await;
    for (host, status) in [
        ("127.0.0.1:8775", 200),
        ("localhost", 200),
        ("[::1]:8775", 200),
        ("evil.example", 403),
        ("evil.example:8775", 403),
    ] {
        let host = format!("Host: {host}\r\n");
        let (got, _) = request(open, "GET /api/sessions", &host, "").await;
        assert_eq!(got, status, "{host}");
    }
    let token = "0123456789abcdef";
    let options = HttpOptions::new().token(Some(token.into()));
    assert!(!format!("{options:?}").contains(token));
    let closed = serve_http(&smsc, options).await;
    for (shown, status) in [
        ("", 401),
        ("Authorization: Bearer 0123456789abcdeX\r\n", 401),
        ("Authorization: Basic 0123456789abcdef\r\n", 401),
        ("Authorization: Bearer 0123456789abcdef\r\n", 200),
    ] {
        let more = format!("Host: smsc.example\r\n{shown}");
        for path in ["/api/sessions", "/metrics", "/"] {
            let (got, _) = request(closed, &format!("GET {path}"), &more, "").await;
            assert_eq!(got, status, "{shown} {path}");
        }
    }
    assert_eq!(get(closed, "/healthz").await.0, 200);
}

#[tokio::test]
async fn who_does_not_finish_its_request_is_closed() {
    let smsc = centre().start();
    let soon = Duration::from_millis(200);
    let options = HttpOptions::new().header_time(soon).request_time(soon);
    let web = serve_http(&smsc, options).await;
    let head = format!("POST /api/accounts/esme/messages HTTP/1.1\r\nHost: {web}\r\n");
    let body = "Content-Type: application/json\r\nContent-Length: 30\r\n\r\n{";
    for (said, answer) in [
        (String::new(), ""),
        ("GET /heal".into(), ""),
        // One that has its answer, and asks no more.
        (
            "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n".into(),
            "HTTP/1.1 200",
        ),
        (head.clone(), ""),
        (head + body, "HTTP/1.1 408"),
    ] {
        let mut stream = TcpStream::connect(web).await.unwrap();
        stream.write_all(said.as_bytes()).await.unwrap();
        let mut text = Vec::new();
        // Until it is closed.
        let _ = stream.read_to_end(&mut text).await;
        let text = String::from_utf8(text).unwrap();
        assert!(text.starts_with(answer), "{said}: {text}");
        assert_eq!(text.is_empty(), answer.is_empty(), "{said}: {text}");
    }
    assert_eq!(get(web, "/healthz").await.0, 200);
}

#[tokio::test]
async fn http_connections_beyond_the_limit_are_closed_and_smpp_goes_on() {
    let (smsc, address) = serve(centre()).await;
    let options = HttpOptions::new().max_connections(3);
    let web = serve_http(&smsc, options).await;
    let mut client = Client::bound(address, BindType::Transceiver).await;
    let mut slow = Vec::new();
    for _ in 0..3 {
        let mut stream = TcpStream::connect(web).await.unwrap();
        stream
            .write_all(b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
            .await
            .unwrap();
        let mut first = [0; 12];
        stream.read_exact(&mut first).await.unwrap();
        assert_eq!(&first, b"HTTP/1.1 200");
        slow.push(stream);
    }
    for _ in 0..3 {
        let mut stream = TcpStream::connect(web).await.unwrap();
        let mut text = Vec::new();
        let _ = stream.read_to_end(&mut text).await;
        assert!(text.is_empty(), "closed at once");
    }
    client.is_served().await;
    Client::bound(address, BindType::Transceiver)
        .await
        .is_served()
        .await;
    drop(slow);
    until(|| async {
        let mut stream = TcpStream::connect(web).await.unwrap();
        let ask = b"GET /healthz HTTP/1.1\r\nConnection: close\r\nHost: 127.0.0.1\r\n\r\n";
        let _ = stream.write_all(ask).await;
        let mut text = Vec::new();
        let _ = stream.read_to_end(&mut text).await;
        text.starts_with(b"HTTP/1.1 200")
    })
    .await;
}

#[tokio::test]
async fn bodies_and_heads_that_are_too_long_are_refused() {
    let smsc = centre().start();
    let web = serve_http(&smsc, HttpOptions::new().max_body(100)).await;
    let text = "x".repeat(100);
    let body = json!({"from": "447700900123", "to": "4711", "text": text}).to_string();
    let (status, problem) = post(web, "/api/accounts/esme/messages", &body).await;
    assert_eq!(status, 413, "{problem}");
    assert!(problem["error"].is_string());
    let long = format!("Host: {web}\r\nCookie: {}\r\n", "x".repeat(20_000));
    let (status, _) = request(web, "GET /healthz", &long, "").await;
    assert_eq!(status, 431);
}

/// A network that the engine waits for, for ever.
struct Stuck;

#[async_trait]
impl Network for Stuck {
    async fn attempt(&self, _attempts: Vec<Attempt>, _reports: &Reports) {
        core::future::pending().await
    }
}

#[tokio::test]
async fn an_engine_that_hangs_does_not_hold_requests_for_ever() {
    let (smsc, address) = serve(centre().network(Stuck)).await;
    let options = HttpOptions::new().request_time(Duration::from_millis(100));
    let web = serve_http(&smsc, options).await;
    let mut client = Client::bound(address, BindType::Transceiver).await;
    client.ask(sm()).await.message_id();
    let (status, problem) = get_json(web, "/api/sessions").await;
    assert_eq!(status, 408);
    assert!(problem["error"].is_string());
    // What is known without the engine is told: now somebody wants to see it.
    let web = serve_http(&smsc, HttpOptions::new()).await;
    let (status, text) = get(web, "/metrics").await;
    assert_eq!(status, 200);
    let samples = samples(&text);
    assert_eq!(samples.get("smpp_smsc_messages_accepted_total"), Some(&1.0));
    assert_eq!(
        samples.get("smpp_smsc_messages{state=\"in_hand\"}"),
        Some(&1.0)
    );
    assert_eq!(samples.get("smpp_smsc_engine_inputs"), None);
}

#[tokio::test]
async fn http_ends_with_the_centre() {
    let smsc = centre().start();
    let web = serve_http(&smsc, HttpOptions::new()).await;
    assert_eq!(get(web, "/readyz").await.0, 200);
    smsc.shutdown().await;
    until(|| async { TcpStream::connect(web).await.is_err() }).await;
}
