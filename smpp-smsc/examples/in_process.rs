//! Starts a message centre inside this process, on a free port, and sends it a
//! message: what a test of an SMPP client does.
//!
//!     cargo run -p smpp-smsc --example in_process

use core::error::Error;
use core::time::Duration;

use smpp_codec::{Framer, decode, encode};
use smpp_pdu::{
    Address, Bind, BindType, Body, DeliverSmResp, Pdu, SequenceNumber, ShortMessage, SubmitSm,
    Unbind,
};
use smpp_smsc::Smsc;
use smpp_smsc::network::Handsets;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let smsc = Smsc::builder()
        .account("esme", "secret")
        .network(Handsets::new(Duration::from_millis(20)))
        .start();
    let address = smsc.listen("127.0.0.1:0").await?;
    println!("listening on {address}");

    // Your client would connect here; this one is made of octets.
    let mut stream = TcpStream::connect(address).await?;
    let bind = Bind::new(
        BindType::Transceiver,
        "esme".try_into()?,
        "secret".try_into()?,
    );
    send(&mut stream, &Pdu::request(SequenceNumber(1), bind)).await?;
    let submit = SubmitSm::new(
        Address::alphanumeric("BANK")?,
        Address::international("447700900123")?,
        ShortMessage::new(b"Your code is 4711")?,
    );
    send(
        &mut stream,
        &Pdu::request(SequenceNumber(2), submit.with_receipt()),
    )
    .await?;

    let mut framer = Framer::new(Vec::new(), 1024);
    let mut chunk = [0; 1024];
    loop {
        let len = stream.read(&mut chunk).await?;
        if len == 0 {
            break;
        }
        let mut input = chunk.get(..len).unwrap_or_default();
        while let Some(frame) = framer.next_frame(&mut input)? {
            let pdu = decode(frame.as_bytes())?;
            println!("{} {}", pdu.command_id(), pdu.command_status);
            if let Body::DeliverSm(deliver) = pdu.body {
                println!("  {}", deliver.short_message.as_bytes().escape_ascii());
                let resp = Pdu::request(pdu.sequence_number, DeliverSmResp::default());
                send(&mut stream, &resp).await?;
                send(
                    &mut stream,
                    &Pdu::request(SequenceNumber(3), Unbind::default()),
                )
                .await?;
            }
        }
    }
    drop(stream);
    smsc.shutdown().await;
    Ok(())
}

async fn send(stream: &mut TcpStream, pdu: &Pdu<'_>) -> Result<(), Box<dyn Error>> {
    let mut octets = Vec::new();
    encode(pdu, &mut octets)?;
    stream.write_all(&octets).await?;
    Ok(())
}
