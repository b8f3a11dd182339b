//! `smpp-esme query`, `cancel` and `replace`.

use smpp_pdu::{
    Body, CancelSmResp, CommandId, CommandStatus, MessageState, Pdu, QuerySmResp, ReplaceSmResp,
};

use crate::centre::accept_binds;
use crate::support::meet;

#[tokio::test]
async fn a_query_prints_the_state() {
    let args = ["query", "--id", "m1", "--from", "BANK"];
    for json in [false, true] {
        let args: Vec<&str> = args.into_iter().chain(json.then_some("--json")).collect();
        let mut met = meet(&args, "", accept_binds()).await;
        let number = met.centre.request(CommandId::QUERY_SM).await;
        met.centre.order(move |link| {
            let resp = QuerySmResp::default()
                .message_id("m1".try_into().unwrap())
                .final_date("260726120000000+".try_into().unwrap())
                .message_state(MessageState::EXPIRED)
                .error_code(3);
            link.respond(&Pdu::response(CommandStatus::ESME_ROK, number, resp))
                .unwrap();
        });
        let ran = met.ran().await;
        assert_eq!(ran.code, 0, "{}", ran.err);
        let expected = if json {
            r#"{"event":"state","message_id":"m1","state":"EXPIRED","final_date":"260726120000000+","error_code":3}"#
        } else {
            "message m1  EXPIRED since 260726120000000+, network error 3"
        };
        assert_eq!(ran.out.trim_end(), expected);
    }
}

#[tokio::test]
async fn a_refused_query_is_exit_code_4() {
    let mut met = meet(&["query", "--id", "m1"], "", accept_binds()).await;
    let number = met.centre.request(CommandId::QUERY_SM).await;
    met.centre.order(move |link| {
        let status = CommandStatus::ESME_RQUERYFAIL;
        let resp = smpp_session::error_response(CommandId::QUERY_SM, status, number);
        link.respond(&resp).unwrap();
    });
    let ran = met.ran().await;
    assert_eq!(ran.code, 4);
    assert!(ran.err.contains("ESME_RQUERYFAIL"), "{}", ran.err);
}

#[tokio::test]
async fn cancel_and_replace_say_when_they_are_done() {
    let mut met = meet(
        &["cancel", "--id", "m1", "--from", "BANK"],
        "",
        accept_binds(),
    )
    .await;
    let number = met.centre.request(CommandId::CANCEL_SM).await;
    met.centre.order(move |link| {
        let resp = CancelSmResp::default();
        link.respond(&Pdu::response(CommandStatus::ESME_ROK, number, resp))
            .unwrap();
    });
    assert_eq!(met.ran().await.out, "message m1  cancelled\n");

    let args = ["replace", "--id", "m1", "--text", "new", "--validity", "2h"];
    let script: crate::centre::Script = Box::new(|pdu| match pdu.body {
        Body::ReplaceSm(replace) => {
            assert_eq!(replace.short_message.as_bytes(), b"new");
            assert_eq!(replace.validity_period.as_bytes(), b"000000020000000R");
            None
        }
        _ => Some(CommandStatus::ESME_ROK),
    });
    let mut met = meet(&args, "", script).await;
    let number = met.centre.request(CommandId::REPLACE_SM).await;
    met.centre.order(move |link| {
        let resp = ReplaceSmResp::default();
        link.respond(&Pdu::response(CommandStatus::ESME_ROK, number, resp))
            .unwrap();
    });
    assert_eq!(met.ran().await.out, "GSM 7-bit\nmessage m1  replaced\n");
}
