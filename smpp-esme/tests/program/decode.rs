//! `smpp-esme decode`.

use serde_json::Value;

use crate::support::{run, run_with_input};

fn vectors() -> Vec<Value> {
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

#[tokio::test]
async fn every_vector_decodes_to_what_it_expects() {
    let vectors = vectors();
    let input: String = vectors
        .iter()
        .map(|vector| vector["hex"].as_str().unwrap().to_owned() + "\n")
        .collect();
    for strict in [true, false] {
        let mut args = vec!["decode", "-", "--json", "--show-passwords"];
        args.extend(strict.then_some("--strict"));
        let ran = run_with_input(&args, &input).await;
        let mut lines = ran.events();
        assert_eq!(lines.len(), vectors.len());
        for (line, vector) in lines.iter_mut().zip(&vectors) {
            let expected = &vector["expected"];
            if expected["error"].is_null() {
                let findings = line.as_object_mut().unwrap().shift_remove("findings");
                assert!(findings.unwrap().is_array());
                assert_eq!(line, expected, "{}", vector["name"]);
                assert_eq!(line.to_string(), expected.to_string(), "{}", vector["name"]);
            } else if strict {
                assert_eq!(line["error"], expected["error"], "{}", vector["name"]);
                assert!(line["offset"].is_u64() && line["field"].is_string());
                if let Some(status) = expected.get("suggested_status") {
                    assert_eq!(&line["suggested_status"], status, "{}", vector["name"]);
                }
            }
        }
    }
}

#[tokio::test]
async fn the_tree_has_offsets_names_and_meanings() {
    let hex = "0000003f00000004000000000000020e0001013135353530303031313131000101313535353030303232\
               32320000000000000000000003746c760019000101";
    let ran = run(&["decode", hex]).await;
    assert_eq!(ran.code, 0, "{}", ran.err);
    for line in [
        "submit_sm, 63 octets",
        "    4  command_id                 0x00000004 submit_sm",
        "   19  source_addr                \"15550001111\"",
        "   52  data_coding                0 MC_DEFAULT",
        "  text: tlv (GSM 7-bit)",
    ] {
        assert!(
            ran.out.lines().any(|have| have == line),
            "{line}\n{}",
            ran.out
        );
    }
    assert!(!ran.out.contains('\x1b'), "no colour where no terminal is");
}

#[tokio::test]
async fn several_pdus_in_any_form_of_hex_stand_one_behind_the_other() {
    let ran = run(&[
        "decode",
        "--json",
        "0x00 0x00 0x00 0x10",
        "00:00:00:15",
        "0000000000000007",
        "00000010 80000015 00000000 00000007",
    ])
    .await;
    let events = ran.events();
    assert_eq!(events.len(), 2, "{}", ran.err);
    assert_eq!(events[0]["command"], "enquire_link");
    assert_eq!(events[1]["command"], "enquire_link_resp");
}

#[tokio::test]
async fn what_is_off_spec_is_named_with_its_clause() {
    // A message_id that ends with the PDU.
    let hex = "00000012800000040000000000000001 3432";
    let ran = run(&["decode", hex]).await;
    assert_eq!(ran.code, 0);
    assert!(
        ran.out.contains("off-spec: message_id at octet 16"),
        "{}",
        ran.out
    );
    assert!(ran.out.contains("[SMPP 3.4, 3.1; 5.0, 3.1"), "{}", ran.out);

    let ran = run(&["decode", "--strict", hex]).await;
    assert_eq!(ran.code, 1);
    assert!(
        ran.out
            .contains("[truncated_field, answer with ESME_RINVCMDLEN]"),
        "{}",
        ran.out
    );
}

#[tokio::test]
async fn a_receipt_is_read_and_a_password_hidden() {
    let receipt = crate::centre::octets(&smpp_pdu::Pdu::request(
        smpp_pdu::SequenceNumber(1),
        crate::centre::receipt(),
    ));
    let hex: String = receipt.iter().map(|octet| format!("{octet:02x}")).collect();
    let ran = run(&["decode", &hex]).await;
    assert!(
        ran.out.contains("receipt: message m1, DELIVERED (DELIVRD)"),
        "{}",
        ran.out
    );

    // bind_transmitter of esme/secret
    let bind = "00000024000000020000000000000001 65736d6500 73656372657400 00 34 00 00 00";
    let bind = bind.replacen("24", "20", 1);
    let ran = run(&["decode", &bind]).await;
    assert!(
        ran.out.contains("password                   ***"),
        "{} {}",
        ran.out,
        ran.err
    );
    let ran = run(&["decode", &bind, "--show-passwords"]).await;
    assert!(ran.out.contains("\"secret\""), "{}", ran.out);
}

#[tokio::test]
async fn a_wrong_line_does_not_stop_the_others() {
    let input = "# a comment\nzz\n\n00000010000000150000000000000007\n";
    let ran = run_with_input(&["decode", "-", "--json"], input).await;
    assert_eq!(ran.code, 1);
    let events = ran.events();
    assert_eq!(events[0]["error"], "not_hex");
    assert!(
        events[0]["detail"]
            .as_str()
            .unwrap()
            .starts_with("line 2: ")
    );
    assert_eq!(events[1]["command"], "enquire_link");
}

#[tokio::test]
async fn receipts_times_and_texts_are_decoded_alone() {
    let text = "id:7F sub:001 dlvrd:001 submit date:2607261200 done date:2607261205 stat:DELIVRD err:000 text:Hi";
    let ran = run(&["decode", "--as", "receipt", "--json", text]).await;
    let event = &ran.events()[0];
    assert_eq!(
        (&event["id"], &event["message_state"]),
        (&"7F".into(), &2.into())
    );
    assert_eq!(event["done_date_iso"], "2026-07-26T12:05:00");

    let ran = run(&["decode", "--as", "time", "260726120000000+"]).await;
    assert_eq!(ran.out, "absolute 2026-07-26T12:00:00.0+00:00\n");
    let ran = run(&["decode", "--as", "time", "2607261200"]).await;
    assert_eq!(ran.code, 1);

    let ran = run(&["decode", "--as", "text", "--data-coding", "8", "20ac0041"]).await;
    assert_eq!(ran.out, "€A (UCS-2)\n");
}

#[tokio::test]
async fn bit_fields_are_shown_in_their_parts() {
    let hex = "0000003400000004000000000000000100000031000101343400430000000011000800 10 \
               0500030702010047007200fc00e40041";
    let ran = run(&["decode", hex]).await;
    assert_eq!(ran.code, 0, "{}", ran.err);
    for line in [
        "esm_class                  0x43 STORE_AND_FORWARD, DEFAULT, UDHI",
        "registered_delivery        0x11 receipt SUCCESS_OR_FAILURE, acknowledgement NONE, \
         intermediate notification",
        "text: GrüäA (UCS-2)",
    ] {
        assert!(ran.out.contains(line), "no {line:?} in\n{}", ran.out);
    }
}

#[tokio::test]
async fn pdus_are_found_in_dumps_arrays_base64_and_logs() {
    let input = "\
2026-07-26 12:00:00 INFO session bound to centre
2026-07-26 12:00:01 DEBUG tx pdu=[0x00,0x00,0x00,0x10,0x00,0x00,0x00,0x15,0x00,0x00,0x00,0x00,0x00,0x00,0x00,0x01]
2026-07-26 12:00:01 DEBUG rx b'\\x00\\x00\\x00\\x10\\x80\\x00\\x00\\x15\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x02'
AAAAEAAAABUAAAAAAAAAAw==
0000   00 00 00 10 00 00 00 15 00 00 00 00 00 00 00 04   ................

00000000: 0000 0010 8000 0015 0000 0000 0000 0005  ................
unsigned char pdu[] = {
  0x00, 0x00, 0x00, 0x10, 0x00, 0x00, 0x00, 0x15, /* ........ */
  0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x06
};
";
    let ran = run_with_input(&["decode", "-", "--json"], input).await;
    assert_eq!(ran.code, 0, "{} {}", ran.out, ran.err);
    let numbers: Vec<_> = ran
        .events()
        .iter()
        .map(|event| event["sequence_number"].as_u64())
        .collect();
    assert_eq!(numbers, [1, 2, 3, 4, 5, 6].map(Some));
    assert!(
        ran.err.contains("left out 1 line without a PDU"),
        "{}",
        ran.err
    );
}

#[tokio::test]
async fn a_file_may_hold_the_octets_themselves() {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    let link = b"\0\0\0\x10\0\0\0\x15\0\0\0\0\0\0\0\x07";
    std::io::Write::write_all(&mut file, &[&link[..], link].concat()).unwrap();
    let ran = run(&["decode", "--json", file.path().to_str().unwrap()]).await;
    assert_eq!(ran.events().len(), 2, "{} {}", ran.out, ran.err);
}

#[tokio::test]
async fn a_packed_file_is_told_from_a_damaged_one() {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    std::io::Write::write_all(&mut file, b"\x1f\x8b\x08\0\0\0\0\0\0\x03").unwrap();
    let ran = run(&["decode", file.path().to_str().unwrap()]).await;
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("gzip -dc"), "{}", ran.err);
}

#[tokio::test]
async fn a_line_is_decoded_before_the_next_one_is_there() {
    use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};

    let mut child = tokio::process::Command::new(env!("CARGO_BIN_EXE_smpp-esme"))
        .args(["decode", "-", "--json"])
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    for number in 1..4 {
        let line = format!("12:00 tx 0000001000000015000000000000000{number}\n");
        stdin.write_all(line.as_bytes()).await.unwrap();
        let line: Value = serde_json::from_str(&lines.next_line().await.unwrap().unwrap()).unwrap();
        assert_eq!(line["sequence_number"], number);
    }
    drop(stdin);
    assert!(child.wait().await.unwrap().success());
}
