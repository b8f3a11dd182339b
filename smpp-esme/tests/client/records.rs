//! Transports that keep records.

use core::time::Duration;

use smpp_esme::{ClientBuilder, RecordSocket};
use smpp_pdu::{
    BindResp, Body, CommandStatus, EnquireLink, Pdu, SequenceNumber, SubmitSmResp, Tlv, Tlvs,
};
use socket2::{Domain, Socket, Type};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::centre::{account, message, octets};

/// Two ends of a connection that keeps records.
fn pair() -> (RecordSocket, RecordSocket) {
    let (a, b) = Socket::pair(Domain::UNIX, Type::SEQPACKET, None).unwrap();
    (RecordSocket::new(a).unwrap(), RecordSocket::new(b).unwrap())
}

/// The lengths of the PDUs that a record is made of.
fn pdus(record: &[u8]) -> Vec<&[u8]> {
    let (mut rest, mut pdus) = (record, Vec::new());
    while !rest.is_empty() {
        let length = u32::from_be_bytes(rest[..4].try_into().unwrap());
        let (pdu, behind) = rest
            .split_at_checked(length as usize)
            .expect("a record ends inside a PDU");
        pdus.push(pdu);
        rest = behind;
    }
    pdus
}

fn answer(pdu: &[u8]) -> Vec<u8> {
    let request = smpp_codec::decode(pdu).unwrap();
    let body: Body<'_> = match request.body {
        Body::Bind(bind) => BindResp::default().bind_type(bind.bind_type).into(),
        Body::SubmitSm(_) => SubmitSmResp::default().into(),
        Body::Unbind(_) => smpp_pdu::UnbindResp::default().into(),
        other => panic!("{other:?}"),
    };
    let status = CommandStatus::ESME_ROK;
    octets(&Pdu::response(status, request.sequence_number, body))
}

/// Answers each PDU with a record of its own, and gives the records that came.
async fn centre(mut socket: RecordSocket) -> Vec<Vec<u8>> {
    let (mut records, mut buffer) = (Vec::new(), vec![0; 100_000]);
    while let Ok(n @ 1..) = socket.read(&mut buffer).await {
        records.push(buffer[..n].to_vec());
        for pdu in pdus(&buffer[..n]) {
            socket.write_all(&answer(pdu)).await.unwrap();
        }
    }
    records
}

const LIMIT: usize = 300;

/// Whatever takes longer stands still.
const HANGS: Duration = Duration::from_secs(60);

#[tokio::test]
async fn a_record_holds_whole_pdus_within_its_limit() {
    let (ours, theirs) = pair();
    let centre = tokio::spawn(centre(theirs));
    let builder = ClientBuilder::new(account()).window(50).records(LIMIT);
    let (client, _incoming) = builder.over(ours).await.unwrap();
    let payload = [b'x'; 2 * LIMIT];
    let long = [Tlv::message_payload(&payload).unwrap()];
    let mut pipeline = client.pipeline();
    for number in 0..400 {
        if pipeline.is_full() {
            pipeline.next().await.unwrap().1.unwrap();
        }
        let sm = match number % 20 {
            0 => message()
                .short_message(Default::default())
                .tlvs(Tlvs::from_slice(&long)),
            _ => message(),
        };
        pipeline.submit_sm(number, &sm).await.unwrap();
    }
    let rest = async {
        while let Some((_, outcome)) = pipeline.next().await {
            outcome.unwrap();
        }
    };
    let done = tokio::time::timeout(HANGS, rest).await;
    done.expect("outcomes are missing");
    client.unbind().await;
    let records = centre.await.unwrap();
    let mut most = 0;
    for record in &records {
        let pdus = pdus(record);
        assert!(record.len() <= LIMIT || pdus.len() == 1, "{}", record.len());
        most = most.max(pdus.len());
    }
    let sent: usize = records.iter().map(|record| pdus(record).len()).sum();
    assert_eq!(sent, 1 + 400 + 1);
    assert!(most > 1, "PDUs that fit together go together");
    assert!(records.iter().any(|record| record.len() > LIMIT));
}

#[tokio::test]
async fn a_record_longer_than_the_usual_buffer_is_read_whole() {
    const PDUS: u32 = 5000;
    let (ours, mut theirs) = pair();
    let builder = ClientBuilder::new(account()).records(100_000);
    let client = tokio::spawn(builder.over(ours));
    let mut buffer = vec![0; 100_000];
    let n = theirs.read(&mut buffer).await.unwrap();
    theirs.write_all(&answer(&buffer[..n])).await.unwrap();
    let _bound = client.await.unwrap().unwrap();

    let mut record = Vec::new();
    for number in 1..=PDUS {
        record.extend(octets(&Pdu::request(
            SequenceNumber(number),
            EnquireLink::default(),
        )));
    }
    theirs.write_all(&record).await.unwrap();
    let mut answers = 0;
    while answers < PDUS {
        let read = tokio::time::timeout(HANGS, theirs.read(&mut buffer));
        let n = read.await.expect("answers are missing").unwrap();
        answers += u32::try_from(pdus(&buffer[..n]).len()).unwrap();
    }
    assert_eq!(answers, PDUS);
}
