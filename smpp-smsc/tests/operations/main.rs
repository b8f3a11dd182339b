//! Every operation, in every version, in every state of a session, against the
//! program over sockets: one cell for each, and what the standard says of it.
//!
//! `rules` has the table, `request` what is sent, `done` what must come of it where
//! the standard allows it, `centre` what comes from the centre itself.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a failing helper fails its test"
)]

mod cell;
mod centre;
mod content;
mod done;
mod manage;
mod program;
mod request;
mod rules;
#[path = "../smsc/support.rs"]
#[allow(dead_code, reason = "other tests use the rest of it")]
mod support;

use smpp_pdu::*;

use cell::{Cell, Grid, State};
use program::Program;
use rules::{Expected, RULES, Rule, expected};
use support::{Client, VERSIONS};
use tokio::net::TcpStream;

/// The centre serves this session, and has nothing else to say to it.
async fn is_silent(client: &mut Client<TcpStream>) {
    let number = client.send(EnquireLink::default()).await;
    let received = client.receive().await;
    assert_eq!(received.id(), CommandId::ENQUIRE_LINK_RESP);
    assert_eq!(received.number(), number);
}

/// Sends a request that is refused: in its own response, or in a `generic_nack`
/// where it has none.
async fn refused(client: &mut Client<TcpStream>, body: Body<'_>, status: CommandStatus) {
    let number = client.send(body).await;
    let received = client.receive().await;
    let command_id = body.command_id();
    let known = command_id.name().is_some();
    let response = command_id.response().filter(|_| known);
    let response = response.unwrap_or(CommandId::GENERIC_NACK);
    assert_eq!(received.id(), response);
    assert_eq!((received.number(), received.status()), (number, status));
    is_silent(client).await;
}

async fn operation(cell: Cell, rule: &'static Rule) {
    let mut client = cell.session().await;
    match expected(rule, cell.version, cell.state) {
        Expected::Done => done::done(rule.operation, &cell, client).await,
        Expected::Refused(status) => {
            refused(&mut client, request::of(rule.operation), status).await;
        }
    }
}

#[tokio::test]
async fn every_operation_is_answered_in_every_version_and_state_as_the_standard_says() {
    let program = Program::start(&[]);
    let mut grid = Grid::new(&program);
    for rule in RULES {
        for version in VERSIONS {
            for state in State::ALL {
                grid.run(rule.operation, version, state, |cell| operation(cell, rule))
                    .await;
            }
        }
    }
    let cells = grid.end();
    let deviations = rules::DEVIATIONS.len();
    println!(
        "## operations of an ESME: {cells} cells of {} operations, 3 versions, 4 states; \
         {deviations} rules more tolerant than the standard",
        RULES.len()
    );
}

#[tokio::test]
async fn what_is_wrong_in_a_request_decides_the_status_in_every_version() {
    let program = Program::start(&[]);
    let mut grid = Grid::new(&program);
    for wrong in content::WRONG {
        for version in wrong.versions() {
            for state in [State::Tx, State::Trx] {
                grid.run(wrong.what, version, state, |cell| async move {
                    let mut client = cell.session().await;
                    refused(&mut client, wrong.request(), wrong.status).await;
                })
                .await;
            }
        }
    }
    println!("## requests with wrong content: {} cells", grid.end());
}

/// Responses to no request, and `generic_nack`.
const UNASKED: [CommandId; 12] = [
    CommandId::GENERIC_NACK,
    CommandId::BIND_TRANSMITTER_RESP,
    CommandId::BIND_TRANSCEIVER_RESP,
    CommandId::SUBMIT_SM_RESP,
    CommandId::SUBMIT_MULTI_RESP,
    CommandId::DATA_SM_RESP,
    CommandId::DELIVER_SM_RESP,
    CommandId::QUERY_SM_RESP,
    CommandId::ENQUIRE_LINK_RESP,
    CommandId::UNBIND_RESP,
    CommandId::BROADCAST_SM_RESP,
    CommandId::QUERY_MSG_DETAILS_RESP,
];

#[tokio::test]
async fn responses_that_nobody_asked_for_are_not_answered() {
    let program = Program::start(&[]);
    let mut grid = Grid::new(&program);
    for command_id in UNASKED {
        let name = format!("{command_id} unasked");
        for version in VERSIONS {
            for state in State::ALL {
                grid.run(&name, version, state, |cell| async move {
                    let mut client = cell.session().await;
                    client.send(OmittedBody { command_id }).await;
                    is_silent(&mut client).await;
                })
                .await;
            }
        }
    }
    println!("## responses that nobody asked for: {} cells", grid.end());
}

#[tokio::test]
async fn what_is_no_readable_pdu_is_answered_with_generic_nack() {
    let program = Program::start(&[]);
    let mut grid = Grid::new(&program);
    for version in VERSIONS {
        for state in State::ALL {
            grid.run("an unknown command", version, state, |cell| async move {
                let mut client = cell.session().await;
                for command_id in [0x0000_00FF, 0x0001_0200] {
                    let command_id = CommandId(command_id);
                    let octets = b"whatever";
                    let body = UnknownBody { command_id, octets }.into();
                    refused(&mut client, body, CommandStatus::ESME_RINVCMDID).await;
                }
            })
            .await;
            grid.run("a command_length of 8", version, state, |cell| async move {
                // No next PDU could be found: the connection ends with it.
                let mut client = cell.session().await;
                client.write(&[0, 0, 0, 8, 0, 0, 0, 4]).await;
                client.write(&[0, 0, 0, 0, 0, 0, 0, 9]).await;
                let received = client.receive().await;
                assert_eq!(received.id(), CommandId::GENERIC_NACK);
                assert_eq!(received.status(), CommandStatus::ESME_RINVCMDLEN);
                assert!(client.next().await.is_none());
            })
            .await;
        }
    }
    println!("## unreadable PDUs: {} cells", grid.end());
}

#[tokio::test]
async fn the_centre_sends_each_session_what_its_version_and_bind_allow() {
    let program = Program::start(&[]);
    let mut grid = Grid::new(&program);
    for rule in centre::RULES {
        for version in VERSIONS {
            for state in State::BOUND {
                grid.run(rule.operation, version, state, |cell| {
                    centre::sent(cell, rule)
                })
                .await;
            }
        }
    }
    println!("## operations of the centre: {} cells", grid.end());
}

#[tokio::test]
async fn the_centre_asks_a_silent_session_of_every_kind_whether_it_is_there() {
    let program = Program::start(&["[limits]", "enquire_link = '50ms'"]);
    let mut grid = Grid::new(&program);
    for version in VERSIONS {
        for state in State::BOUND {
            grid.run("enquire_link of the centre", version, state, |cell| {
                centre::enquires(cell)
            })
            .await;
        }
    }
    println!("## enquire_link of the centre: {} cells", grid.end());
}
