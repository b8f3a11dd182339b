//! An ESME on a microcontroller: it binds over a UART, decodes a message that is
//! delivered to it, answers it, submits one of its own, and unbinds.
//!
//! Runs in `qemu-system-arm`, machine `lm3s6965evb`; the steps are printed over
//! semihosting, and the exit code of qemu is 0 when all went as it should.
//! Nothing is allocated: the session, its window and its buffers lie on the stack.

#![no_std]
#![no_main]
#![forbid(unsafe_code)]

mod print;
mod uart;

use core::mem::size_of;
use core::panic::PanicInfo;

use cortex_m_rt::entry;
use cortex_m_semihosting::debug::{self, EXIT_FAILURE, EXIT_SUCCESS};
use embedded_io::{Read, ReadReady, Write};
use smpp_codec::{Buffer, SliceBuf};
use smpp_pdu::{
    Address, Bind, BindType, Body, CommandStatus, DeliverSmResp, Pdu, SequenceNumber, ShortMessage,
    SubmitSm,
};
use smpp_session::{
    CloseReason, Config, Event, FixedSession, Instant, Machine, RequestId, Role, Slot,
};

use print::{number, print};
use uart::{STEPS, Uart};

/// A window of 8, and 2 slots that the session keeps for itself; PDUs of at
/// most 512 octets.
type Modem = FixedSession<10, 512>;

/// The part of it that sends.
type Station = Machine<[Slot; 10]>;

const BIND: RequestId = RequestId(1);
const SUBMIT: RequestId = RequestId(2);

/// What went wrong, for the last line.
type Failure = &'static str;

#[entry]
fn main() -> ! {
    cortex_m_stack::repaint_stack();
    // Here, where the stack is still short: while the session is put together,
    // some of its parts lie there twice.
    let mut session = modem();
    let outcome = talk(&mut session);
    let used = cortex_m_stack::stack_size() - cortex_m_stack::stack_painted();
    number("session, octets: ", size_of::<Modem>());
    number(
        "stack used, octets: ",
        usize::try_from(used).unwrap_or(usize::MAX),
    );
    match outcome {
        Ok(()) => {
            print("PASS\n");
            debug::exit(EXIT_SUCCESS);
        }
        Err(failure) => fail(failure),
    }
    halt()
}

/// One session from bind to unbind.
#[inline(never)]
fn talk(session: &mut Modem) -> Result<(), Failure> {
    let mut uart = Uart::new();
    let mut storage = [0; 128];
    let mut out = SliceBuf::new(&mut storage);
    // A clock that ticks once a round; a real one would be SysTick.
    let mut micros = 0;

    bind(session.split().1, &mut out)?;
    print("bind_transceiver sent\n");

    loop {
        micros += 1000;
        let now = Instant::from_micros(micros);
        uart.write_all(out.as_slice())
            .or(Err("the uart takes nothing"))?;
        out.clear();

        // As much as its FIFO gives at once, which is seldom a whole PDU.
        let mut octets = [0; 16];
        let len = match uart.read_ready() {
            Ok(true) => uart.read(&mut octets).or(Err("the uart gives nothing"))?,
            _ => 0,
        };
        let mut input = octets.get(..len).unwrap_or(&[]);

        if session.poll_timeout().is_some_and(|at| at <= now) {
            session.handle_timeout(now, &mut out);
        }
        loop {
            let (inbox, machine) = session.split();
            let mut event = inbox.handle_input(machine, now, &mut input, &mut out);
            if event.is_none() {
                event = machine.poll_event();
            }
            // By reference: an event is large, and to move it takes as much again.
            let Some(event) = &event else {
                break;
            };
            match event {
                Event::Response(response) if response.pdu.command_status.is_error() => {
                    return Err("refused");
                }
                Event::Response(response) if response.id == BIND => print("bound\n"),
                Event::Request(request) => {
                    let Body::DeliverSm(deliver) = request.pdu.body else {
                        return Err("another request");
                    };
                    print("deliver_sm from ");
                    print(deliver.source_addr.addr.as_bytes());
                    print(": ");
                    print(deliver.short_message.as_bytes());
                    print("\n");
                    answer(machine, now, request.pdu.sequence_number, &mut out)?;
                    print("deliver_sm_resp sent\n");
                    submit(machine, now, &mut out)?;
                    print("submit_sm sent\n");
                }
                Event::Response(response) => {
                    let Body::SubmitSmResp(resp) = response.pdu.body else {
                        return Err("another response");
                    };
                    print("accepted as ");
                    print(resp.message_id.as_bytes());
                    print("\n");
                    machine.unbind(now, &mut out).or(Err("unbind"))?;
                    print("unbind sent\n");
                }
                Event::Answered { .. } => print("unbound\n"),
                Event::Closed(CloseReason::Unbound) => {
                    return if uart.step() == STEPS {
                        Ok(())
                    } else {
                        Err("the conversation is not over")
                    };
                }
                Event::Closed(_) => return Err("closed"),
                _ => return Err("another event"),
            }
        }
        if micros > 1_000_000 {
            return Err("nothing happens");
        }
    }
}

// Each of the following stands on its own, so that what it takes of the stack
// is free again behind it.

#[inline(never)]
fn bind(machine: &mut Station, out: &mut SliceBuf<'_>) -> Result<(), Failure> {
    let bind = Bind::new(BindType::Transceiver, name("esme")?, name("secret")?);
    let sent = machine.request(Instant::ZERO, BIND, bind, out);
    sent.and(Ok(())).or(Err("bind"))
}

/// Takes the message that was delivered.
#[inline(never)]
fn answer(
    machine: &mut Station,
    now: Instant,
    number: SequenceNumber,
    out: &mut SliceBuf<'_>,
) -> Result<(), Failure> {
    let taken = Pdu::response(CommandStatus::ESME_ROK, number, DeliverSmResp::default());
    machine.respond(now, &taken, out).or(Err("deliver_sm_resp"))
}

#[inline(never)]
fn submit(machine: &mut Station, now: Instant, out: &mut SliceBuf<'_>) -> Result<(), Failure> {
    let submit = SubmitSm::new(
        Address::international("17735554070").or(Err("source"))?,
        Address::international("16505551234").or(Err("destination"))?,
        ShortMessage::new(b"Then bend the fork").or(Err("text"))?,
    );
    let sent = machine.request(now, SUBMIT, submit, out);
    sent.and(Ok(())).or(Err("submit_sm"))
}

#[inline(never)]
fn modem() -> Modem {
    let config = Config {
        window: 8,
        max_pdu_len: 512,
        max_pdu_len_unbound: 128,
        ..Config::new(Role::Esme)
    };
    Modem::fixed(config, Instant::ZERO)
}

fn name(text: &'static str) -> Result<smpp_pdu::COctetStr<'static>, Failure> {
    text.try_into().or(Err("a NUL inside"))
}

fn fail(why: &str) {
    print("FAIL: ");
    print(why);
    print("\n");
    debug::exit(EXIT_FAILURE);
}

/// Without a host that ends it, the processor sleeps.
fn halt() -> ! {
    loop {
        cortex_m::asm::wfi();
    }
}

#[panic_handler]
fn panic(_: &PanicInfo<'_>) -> ! {
    fail("panic");
    halt()
}
