//! One message to many recipients.

use smpp_esme::{MessageError, OwnedAddress, RequestError, SenderBuilder, SentToMany};
use smpp_pdu::{
    Body, CommandId, CommandStatus, DestAddress, Pdu, Repeated, SequenceNumber, SubmitMulti,
    SubmitMultiResp, UnsuccessSme,
};
use smpp_session::driver::Link;

use crate::centre::{Centre, accept_binds};
use crate::support::{Got, client, code, keeping, long};

fn recipients(count: usize) -> Vec<OwnedAddress> {
    let one = |at| OwnedAddress::from(format!("+44770090{at:04}"));
    (0..count).map(one).collect()
}

/// Leaves everything to the test, and keeps it.
async fn silent(builder: SenderBuilder) -> (Got, smpp_esme::Sender<smpp_esme::Client>, Centre) {
    let (got, script) = keeping(|_, _| None);
    let (client, incoming, centre) = client(script).await;
    // Nothing is delivered here.
    drop(incoming);
    (got, builder.build(client), centre)
}

fn multi(got: &Got, at: usize) -> SubmitMulti<'static> {
    match got.bodies()[at] {
        Body::SubmitMulti(sm) => sm,
        other => panic!("{other:?}"),
    }
}

fn to(sm: &SubmitMulti<'_>) -> Vec<OwnedAddress> {
    let one = |dest| match dest {
        DestAddress::Sme(address) => OwnedAddress::from(address),
        DestAddress::DistributionList(_) => panic!("{dest:?}"),
    };
    sm.dest_address.iter().map(one).collect()
}

fn answer(link: &mut Link<'_>, number: SequenceNumber, refused: &[(&[u8], CommandStatus)]) {
    let refused: Vec<UnsuccessSme<'_>> = refused
        .iter()
        .map(|(addr, status)| UnsuccessSme {
            destination_addr: smpp_pdu::Address {
                addr: smpp_pdu::COctetStr::new(addr).unwrap(),
                ..smpp_pdu::Address::EMPTY
            },
            error_status_code: *status,
        })
        .collect();
    let resp = SubmitMultiResp::default()
        .message_id("all".try_into().unwrap())
        .unsuccess_sme(Repeated::from_slice(&refused).unwrap());
    link.respond(&Pdu::response(CommandStatus::ESME_ROK, number, resp))
        .unwrap();
}

fn statuses(sent: &SentToMany) -> Vec<Option<CommandStatus>> {
    let one = |sent: &smpp_esme::Sent| sent.first_error().and_then(RequestError::status);
    sent.recipients().iter().map(one).collect()
}

#[tokio::test]
async fn many_go_in_requests_of_at_most_254() {
    let (got, sender, mut centre) = silent(SenderBuilder::new()).await;
    let all = recipients(600);
    let message = code();
    let (sent, ()) = tokio::join!(sender.send_to_many(&message, &all), async {
        for _ in 0..3 {
            let number = centre.request(CommandId::SUBMIT_MULTI).await;
            centre.order(move |link| answer(link, number, &[]));
        }
    });
    let sent = sent.unwrap();
    assert!(sent.is_complete());
    assert_eq!(
        (sent.recipients().len(), sender.counts().accepted),
        (600, 600)
    );
    assert_eq!(sent.recipients()[599].destination(), &all[599]);
    let asked: Vec<Vec<OwnedAddress>> = (0..3).map(|at| to(&multi(&got, at))).collect();
    let lens: Vec<usize> = asked.iter().map(Vec::len).collect();
    assert_eq!((lens, asked.concat()), (vec![254, 254, 92], all));
}

#[tokio::test]
async fn each_refusal_is_told_of_its_recipient() {
    let (_, sender, mut centre) = silent(SenderBuilder::new()).await;
    // One of them twice, and refused once.
    let mut all = recipients(4);
    all.push(all[1].clone());
    let invalid = CommandStatus::ESME_RINVDSTADR;
    let message = code();
    let (sent, ()) = tokio::join!(sender.send_to_many(&message, &all), async {
        let number = centre.request(CommandId::SUBMIT_MULTI).await;
        centre.order(move |link| {
            let refused: [(&[u8], CommandStatus); 4] = [
                (b"447700900001", invalid),
                (b"447700900003", CommandStatus::ESME_RINVSRCADR),
                (b"7700900002", invalid),
                (b"447700900000", CommandStatus::ESME_ROK),
            ];
            answer(link, number, &refused);
        });
    });
    let sent = sent.unwrap();
    let source = Some(CommandStatus::ESME_RINVSRCADR);
    assert_eq!(statuses(&sent), [None, Some(invalid), None, source, None]);
    assert_eq!(sent.failed().count(), 2);
    assert_eq!(sent.strays().len(), 1);
    assert_eq!(sent.strays()[0].address.as_bytes(), b"7700900002");
    assert!(!sent.is_complete());
}

#[tokio::test(start_paused = true)]
async fn only_those_that_were_refused_for_now_are_sent_to_again() {
    let (got, sender, mut centre) = silent(SenderBuilder::new()).await;
    let all = recipients(4);
    let message = code();
    let (sent, ()) = tokio::join!(sender.send_to_many(&message, &all), async {
        let number = centre.request(CommandId::SUBMIT_MULTI).await;
        centre.order(move |link| {
            let refused: [(&[u8], CommandStatus); 3] = [
                (b"447700900000", CommandStatus::ESME_RSYSERR),
                (b"447700900002", CommandStatus::ESME_RTHROTTLED),
                (b"447700900003", CommandStatus::ESME_RINVDSTADR),
            ];
            answer(link, number, &refused);
        });
        let number = centre.request(CommandId::SUBMIT_MULTI).await;
        centre.order(move |link| answer(link, number, &[]));
    });
    let sent = sent.unwrap();
    let invalid = Some(CommandStatus::ESME_RINVDSTADR);
    assert_eq!(statuses(&sent), [None, None, None, invalid]);
    assert_eq!(to(&multi(&got, 1)), [all[0].clone(), all[2].clone()]);
    let attempts: Vec<u32> = sent
        .recipients()
        .iter()
        .map(|sent| sent.parts()[0].attempts())
        .collect();
    assert_eq!(attempts, [2, 1, 2, 1]);
    assert!(sender.slowed_to().is_some());
}

#[tokio::test]
async fn later_parts_go_to_those_who_have_the_earlier_ones() {
    let (got, sender, mut centre) = silent(SenderBuilder::new()).await;
    let all = recipients(3);
    let message = long();
    let (sent, ()) = tokio::join!(sender.send_to_many(&message, &all), async {
        let number = centre.request(CommandId::SUBMIT_MULTI).await;
        centre.order(move |link| {
            let refused: [(&[u8], CommandStatus); 1] =
                [(b"447700900001", CommandStatus::ESME_RINVDSTADR)];
            answer(link, number, &refused);
        });
        for _ in 0..2 {
            let number = centre.request(CommandId::SUBMIT_MULTI).await;
            centre.order(move |link| answer(link, number, &[]));
        }
    });
    let sent = sent.unwrap();
    let taken: Vec<usize> = sent
        .recipients()
        .iter()
        .map(|sent| sent.accepted())
        .collect();
    assert_eq!(taken, [3, 0, 3]);
    assert_eq!(to(&multi(&got, 2)), [all[0].clone(), all[2].clone()]);
    assert_eq!(multi(&got, 2).short_message.as_bytes()[5], 3);
}

#[tokio::test]
async fn a_centre_without_submit_multi_gets_submit_sm_if_that_is_wanted() {
    for fall_back in [true, false] {
        let (got, script) = keeping(|_, body| {
            Some(match body {
                Body::SubmitMulti(_) => CommandStatus::ESME_RINVCMDID,
                _ => CommandStatus::ESME_ROK,
            })
        });
        let (client, _incoming, _centre) = client(script).await;
        let sender = SenderBuilder::new()
            .fall_back_to_submit_sm(fall_back)
            .build(client);
        for _ in 0..2 {
            let sent = sender.send_to_many(&code(), &recipients(3)).await.unwrap();
            assert_eq!(sent.is_complete(), fall_back);
        }
        let ids: Vec<CommandId> = got.bodies().iter().map(Body::command_id).collect();
        let (multi, single) = (CommandId::SUBMIT_MULTI, CommandId::SUBMIT_SM);
        match fall_back {
            true => assert_eq!(ids, [multi, single, single, single, single, single, single]),
            false => assert_eq!(ids, [multi, multi]),
        }
    }
}

#[tokio::test]
async fn a_wrong_recipient_is_named_before_anything_is_sent() {
    let (client, _incoming, _centre) = client(accept_binds()).await;
    let sender = SenderBuilder::new().build(client);
    let mut all = recipients(3);
    all[1] = "1".repeat(30).into();
    let error = sender.send_to_many(&code(), &all).await.unwrap_err();
    assert!(
        error
            .to_string()
            .starts_with("recipient 2: destination_addr takes at most 20"),
        "{error}"
    );
    let data_sm = code().data_sm(true);
    let error = sender.send_to_many(&data_sm, &recipients(2)).await;
    assert_eq!(error.unwrap_err(), MessageError::DataSmToMany);
    assert_eq!(sender.counts().attempts, 0);
}
