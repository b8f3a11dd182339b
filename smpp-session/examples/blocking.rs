//! An ESME over a blocking socket, without any runtime: binds, submits one
//! message, prints its id, unbinds.
//!
//! Start a message centre first (`cargo run --release -p smpp-smsc`), then:
//!
//! ```text
//! cargo run -p smpp-session --example blocking [HOST:PORT]
//! ```

use core::error::Error;
use core::time::Duration;
use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::time::Instant as Clock;

use smpp_pdu::{Address, Bind, BindType, Body, ShortMessage, SubmitSm};
use smpp_session::{Config, Event, HeapSession, Instant, RequestId, Role};

const BIND: RequestId = RequestId(0);
const SUBMIT: RequestId = RequestId(1);

fn main() -> Result<(), Box<dyn Error>> {
    let target = std::env::args().nth(1);
    let mut stream = TcpStream::connect(target.as_deref().unwrap_or("127.0.0.1:2775"))?;
    let clock = Clock::now();
    let now = || Instant::from_micros(clock.elapsed().as_micros().try_into().unwrap_or(u64::MAX));

    let mut session = HeapSession::new(Config::new(Role::Esme), now());
    let mut out = Vec::new();
    let mut inbox = [0; 4096];
    let bind = Bind::new(
        BindType::Transceiver,
        "esme".try_into()?,
        "secret".try_into()?,
    );
    session.request(now(), BIND, bind, &mut out)?;

    loop {
        stream.write_all(&out)?;
        out.clear();
        // Sleep until octets come or the session wants to be woken.
        let wake = session
            .poll_timeout()
            .map(|at| at.since(now()).max(Duration::from_millis(1)));
        stream.set_read_timeout(wake)?;
        let mut input = match stream.read(&mut inbox) {
            Ok(0) => {
                session.handle_eof(now());
                &[][..]
            }
            Ok(len) => inbox.get(..len).unwrap_or(&[]),
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {
                session.handle_timeout(now(), &mut out);
                &[][..]
            }
            Err(error) => return Err(error.into()),
        };
        loop {
            let (inbox, machine) = session.split();
            let event = match inbox.handle_input(machine, now(), &mut input, &mut out) {
                Some(event) => event,
                None => match machine.poll_event() {
                    Some(event) => event,
                    None => break,
                },
            };
            match event {
                Event::Response(response) if response.pdu.command_status.is_error() => {
                    let status = response.pdu.command_status;
                    return Err(format!("{} was refused: {status}", response.command_id).into());
                }
                Event::Response(response) if response.id == BIND => {
                    let submit = SubmitSm::new(
                        Address::alphanumeric("BANK")?,
                        Address::international("447700900123")?,
                        ShortMessage::new(b"Your code is 4711")?,
                    );
                    machine.request(now(), SUBMIT, submit, &mut out)?;
                }
                Event::Response(response) => {
                    if let Body::SubmitSmResp(resp) = response.pdu.body {
                        println!("accepted as {}", resp.message_id);
                    }
                    machine.unbind(now(), &mut out)?;
                }
                // Nothing else is expected of this session: refuse it.
                Event::Request(request) => {
                    let status = smpp_pdu::CommandStatus::ESME_RX_T_APPN;
                    machine.respond(
                        now(),
                        &smpp_session::refuse(&request.pdu, status),
                        &mut out,
                    )?;
                }
                Event::Closed(reason) => {
                    println!("{reason}");
                    return Ok(());
                }
                other => println!("{other:?}"),
            }
        }
    }
}
