//! `smpp-esme encode`.

use crate::support::{run, run_with_input};

fn vectors() -> Vec<serde_json::Value> {
    let path = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../smpp-codec/tests/vectors/conformance.jsonl"
    );
    let vectors = std::fs::read_to_string(path).unwrap();
    let lines = vectors.lines();
    lines
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

/// What `decode` prints, `encode` takes: findings, errors and all.
#[tokio::test]
async fn every_vector_that_decodes_encodes_to_the_same_octets() {
    let vectors = vectors();
    let hex = |at: usize| vectors[at]["hex"].as_str().unwrap();
    let input: String = (0..vectors.len())
        .map(|at| hex(at).to_owned() + "\n")
        .collect();
    let decoded = run_with_input(&["decode", "-", "--json", "--show-passwords"], &input).await;
    let encoded = run_with_input(&["encode", "-", "--json"], &decoded.out).await;
    let (decoded, encoded) = (decoded.events(), encoded.events());
    assert_eq!((decoded.len(), encoded.len()), (371, 371));
    let mut same = 0;
    for (at, (decoded, encoded)) in decoded.iter().zip(&encoded).enumerate() {
        if decoded["error"].is_null() {
            assert_eq!(encoded["hex"], hex(at), "{}", vectors[at]["name"]);
            same += 1;
        } else {
            assert_eq!(encoded["error"], "not_a_pdu");
            assert_eq!(encoded["line"], at + 1);
        }
    }
    assert!(same > 330, "{same}");
    println!("## vectors: {same} of 371 through decode --json and encode");
}

#[tokio::test]
async fn an_argument_becomes_hex_or_octets() {
    let ran = run(&[
        "encode",
        r#"{"command":"enquire_link","sequence_number":7}"#,
    ])
    .await;
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert_eq!(ran.out, "00000010000000150000000000000007\n");
    let raw = run(&["encode", "--raw", r#"{"command":"unbind"}"#]).await;
    assert_eq!(
        raw.out.as_bytes(),
        b"\0\0\0\x10\0\0\0\x06\0\0\0\0\0\0\0\x01"
    );
}

#[tokio::test]
async fn a_length_that_is_off_spec_is_written_and_said() {
    let ran = run(&["encode", r#"{"command":"unbind","command_length":17}"#]).await;
    assert_eq!(ran.code, 0);
    assert!(ran.out.starts_with("00000011"), "{}", ran.out);
    assert!(ran.err.contains("command_length: 17"), "{}", ran.err);
}

#[tokio::test]
async fn a_wrong_object_names_its_line_and_does_not_stop_the_others() {
    let input = "{\"command\":\"unbind\"}\n\
                 {\"command\":\"submit_sm\",\"body\":{\"source_addr\":1}}\n\
                 {\n  \"command\": \"enquire_link\"\n}\n";
    let ran = run_with_input(&["encode", "-"], input).await;
    assert_eq!(ran.code, 1);
    assert_eq!(ran.out.lines().count(), 2, "{}", ran.out);
    assert!(
        ran.err.contains("line 2: body.source_addr: 1 is no text"),
        "{}",
        ran.err
    );
}

#[tokio::test]
async fn what_is_no_pdu_is_wrong_usage() {
    for (argument, right) in [
        ("pdu.json", "no file of that name"),
        ("{}", "submit_sm"),
        (r#"{"command":"sumbit_sm"}"#, "no operation"),
        (r#"{"command":"unbind","body":{"x":1}}"#, "body.x"),
        (r#"{"command":"unbind""#, "no JSON"),
    ] {
        let ran = run(&["encode", argument]).await;
        assert_eq!(ran.code, 2, "{argument}: {}", ran.err);
        assert!(ran.err.contains(right), "{argument}: {}", ran.err);
        assert_eq!(ran.out, "");
    }
}
