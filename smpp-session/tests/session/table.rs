//! Who may send what in which state: the tables of the specifications, cell by cell.

use smpp_pdu::{CommandId, InterfaceVersion};
use smpp_session::{Role, SessionState, may_send, may_take};

const STATES: [SessionState; 7] = [
    SessionState::Open,
    SessionState::Outbound,
    SessionState::BoundTx,
    SessionState::BoundRx,
    SessionState::BoundTrx,
    SessionState::Unbound,
    SessionState::Closed,
];

fn command(name: &str) -> CommandId {
    let named = CommandId::NAMED.iter().find(|(_, known)| *known == name);
    named.unwrap_or_else(|| panic!("no operation {name}")).0
}

/// The cells that are ruled otherwise than they are printed.
fn ruled(command_id: CommandId, version: InterfaceVersion, state: SessionState) -> bool {
    version == InterfaceVersion::V3_4
        && state == SessionState::BoundTrx
        && matches!(
            command_id,
            CommandId::REPLACE_SM | CommandId::REPLACE_SM_RESP
        )
}

#[test]
fn every_cell_of_the_tables_is_what_may_be_sent() {
    let mut cells = 0;
    let mut differ = Vec::new();
    for line in include_str!("sessions.csv").lines().skip(1) {
        let fields: Vec<&str> = line.split(',').collect();
        let command_id = command(fields[0]);
        let version = match fields[1] {
            "3.3" => InterfaceVersion::V3_3,
            "3.4" => InterfaceVersion::V3_4,
            "5.0" => InterfaceVersion::V5_0,
            other => panic!("version {other}"),
        };
        let sender = match fields[2] {
            "ESME" => Role::Esme,
            "MC" => Role::MessageCentre,
            other => panic!("issuer {other}"),
        };
        for (state, cell) in STATES.into_iter().zip(&fields[3..]) {
            let printed = match *cell {
                "yes" => true,
                "no" => false,
                // The version has no such state.
                "n/a" => continue,
                other => panic!("cell {other}"),
            };
            cells += 1;
            let allowed = may_send(version, sender, state, command_id);
            if allowed != printed {
                assert!(
                    ruled(command_id, version, state),
                    "{command_id} of {sender:?} in {state:?}, {version}"
                );
                differ.push(command_id);
            }
            assert!(
                !allowed || may_take(sender, state, command_id),
                "{command_id} of {sender:?} in {state:?} may be sent and is not taken"
            );
        }
    }
    assert_eq!(cells, 948);
    assert_eq!(differ, [CommandId::REPLACE_SM, CommandId::REPLACE_SM_RESP]);
    println!("## session table: {cells} cells");
}

#[test]
fn an_operation_is_taken_from_a_peer_that_states_a_lower_version() {
    let bound = SessionState::BoundTrx;
    assert!(may_take(Role::Esme, bound, CommandId::BROADCAST_SM));
    assert!(may_take(
        Role::Esme,
        SessionState::BoundRx,
        CommandId::DATA_SM
    ));
    assert!(may_take(
        Role::MessageCentre,
        SessionState::BoundTx,
        CommandId::DATA_SM
    ));
    assert!(may_take(
        Role::Esme,
        SessionState::Open,
        CommandId::ENQUIRE_LINK
    ));
    assert!(!may_take(
        Role::Esme,
        SessionState::Closed,
        CommandId::ENQUIRE_LINK
    ));
    assert!(!may_take(Role::Esme, bound, CommandId::DELIVER_SM));
}

#[test]
fn a_vendors_operation_needs_a_bind_and_nothing_else() {
    let vendor = CommandId(0x0001_0200);
    for sender in [Role::Esme, Role::MessageCentre] {
        assert!(may_take(sender, SessionState::BoundRx, vendor));
        assert!(!may_take(sender, SessionState::Open, vendor));
    }
}
