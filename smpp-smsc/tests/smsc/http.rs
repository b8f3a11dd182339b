//! The interface over HTTP.

use core::net::SocketAddr;

use serde_json::{Value, json};
use smpp_pdu::*;
use smpp_smsc::Smsc;
use smpp_smsc::http::{self, HttpOptions};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

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
async fn http_ends_with_the_centre() {
    let smsc = centre().start();
    let web = serve_http(&smsc, HttpOptions::new()).await;
    assert_eq!(get(web, "/readyz").await.0, 200);
    smsc.shutdown().await;
    until(|| async { TcpStream::connect(web).await.is_err() }).await;
}
