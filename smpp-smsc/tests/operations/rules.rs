//! What an ESME may send in which state: the tables of the standard, and where the
//! centre takes more.

use smpp_pdu::{CommandStatus, InterfaceVersion};

use crate::cell::State;
use crate::support::VERSIONS;

/// An operation, and the states in which an ESME may ask for it.
#[derive(Debug)]
pub(crate) struct Rule {
    pub(crate) operation: &'static str,
    /// Clauses of 3.4 and 5.0; 3.3 has its rules in the text of each operation.
    #[allow(dead_code, reason = "for whoever reads the table")]
    pub(crate) clauses: &'static str,
    /// In 3.3, 3.4 and 5.0: states, "never", or "missing" where the version does
    /// not have the operation.
    pub(crate) states: [&'static str; 3],
}

const fn rule(
    operation: &'static str,
    clauses: &'static str,
    v3_3: &'static str,
    v3_4: &'static str,
    v5_0: &'static str,
) -> Rule {
    Rule {
        operation,
        clauses,
        states: [v3_3, v3_4, v5_0],
    }
}

const OF_SENDERS: &str = "tx trx";
const OF_ALL: &str = "tx rx trx";

/// 3.3 has no table of states (its text decides), and no transceiver: one that
/// states 3.3 all the same may do what a transmitter may.
///
/// 3.4's table leaves BOUND_TRX out for `replace_sm`, which nobody does.
#[rustfmt::skip]
pub(crate) const RULES: &[Rule] = &[
    rule("bind_receiver",               "3.4 4.1.3, 5.0 4.1.1.3", "open", "open", "open"),
    rule("bind_transmitter",            "3.4 4.1.1, 5.0 4.1.1.1", "open", "open", "open"),
    rule("bind_transceiver",            "3.4 4.1.5, 5.0 4.1.1.5", "missing", "open", "open"),
    rule("outbind",                     "3.4 4.1.7, 5.0 4.1.1.7", "missing", "never", "never"),
    rule("unbind",                      "3.4 4.2, 5.0 4.1.1.8", OF_ALL, OF_ALL, OF_ALL),
    rule("enquire_link",                "3.4 4.11, 5.0 4.1.2", OF_ALL, OF_ALL, "open tx rx trx"),
    rule("submit_sm",                   "3.4 4.4, 5.0 4.2.1", OF_SENDERS, OF_SENDERS, OF_SENDERS),
    rule("submit_sm, store and forward","3.4 2.10.1, 5.0 4.7.12", OF_SENDERS, OF_SENDERS, OF_SENDERS),
    rule("submit_sm, datagram",         "3.4 2.10.2, 5.0 4.7.12", OF_SENDERS, OF_SENDERS, OF_SENDERS),
    rule("submit_sm, transaction",      "3.4 2.10.3, 5.0 4.7.12", OF_SENDERS, OF_SENDERS, OF_SENDERS),
    rule("submit_sm, replacing",        "3.4 5.2.18, 5.0 4.7.22", OF_SENDERS, OF_SENDERS, OF_SENDERS),
    rule("submit_multi",                "3.4 4.5, 5.0 4.2.3", OF_SENDERS, OF_SENDERS, OF_SENDERS),
    rule("data_sm",                     "3.4 4.7, 5.0 4.2.2", "missing", OF_ALL, OF_SENDERS),
    rule("data_sm, datagram",           "3.4 2.10.2, 5.0 4.7.12", "missing", OF_ALL, OF_SENDERS),
    rule("data_sm, transaction",        "3.4 2.10.3, 5.0 4.7.12", "missing", OF_ALL, OF_SENDERS),
    rule("deliver_sm",                  "3.4 4.6, 5.0 4.3.1", "never", "never", "never"),
    rule("query_sm",                    "3.4 4.8, 5.0 4.5.2", OF_SENDERS, OF_SENDERS, OF_SENDERS),
    rule("cancel_sm",                   "3.4 4.9, 5.0 4.5.1", OF_SENDERS, OF_SENDERS, OF_SENDERS),
    rule("cancel_sm, without id",       "3.4 4.9, 5.0 4.5.1", OF_SENDERS, OF_SENDERS, OF_SENDERS),
    rule("replace_sm",                  "3.4 4.10, 5.0 4.5.3", OF_SENDERS, OF_SENDERS, OF_SENDERS),
    rule("alert_notification",          "3.4 4.12, 5.0 4.1.3", "missing", "never", "never"),
    rule("broadcast_sm",                "5.0 4.4.1", "missing", "missing", OF_SENDERS),
    rule("query_broadcast_sm",          "5.0 4.6.1", "missing", "missing", OF_SENDERS),
    rule("cancel_broadcast_sm",         "5.0 4.6.3", "missing", "missing", OF_SENDERS),
    rule("cancel_broadcast_sm, without id", "5.0 4.6.3", "missing", "missing", OF_SENDERS),
    rule("param_retrieve",              "3.3 alone", OF_SENDERS, "missing", "missing"),
    rule("query_last_msgs",             "3.3 alone", OF_SENDERS, "missing", "missing"),
    rule("query_msg_details",           "3.3 alone", OF_SENDERS, "missing", "missing"),
];

/// Where the centre does what the standard does not ask for: operation, the place
/// of the version among [`VERSIONS`], states, and why.
#[rustfmt::skip]
pub(crate) const DEVIATIONS: &[(&str, usize, &str, &str)] = &[
    ("enquire_link", 0, "open", "5.0 takes it in every state"),
    ("enquire_link", 1, "open", "5.0 takes it in every state"),
    ("bind_transceiver", 0, "open", "clients state 3.3 and speak 3.4"),
    ("data_sm", 0, OF_ALL, "clients state 3.3 and speak 3.4"),
    ("data_sm, datagram", 0, OF_ALL, "clients state 3.3 and speak 3.4"),
    ("data_sm, transaction", 0, OF_ALL, "clients state 3.3 and speak 3.4"),
    ("data_sm", 2, "rx", "3.4 takes it in every bound state"),
    ("data_sm, datagram", 2, "rx", "3.4 takes it in every bound state"),
    ("data_sm, transaction", 2, "rx", "3.4 takes it in every bound state"),
];

pub(crate) enum Expected {
    Done,
    Refused(CommandStatus),
}

/// What must come of an operation in this version and state.
pub(crate) fn expected(rule: &Rule, version: InterfaceVersion, state: State) -> Expected {
    let place = VERSIONS.iter().position(|one| *one == version).unwrap();
    let states = rule.states[place];
    let tolerated = DEVIATIONS.iter().any(|(operation, version, states, _)| {
        *operation == rule.operation && *version == place && state.is_in(states)
    });
    if state.is_in(states) || tolerated {
        return Expected::Done;
    }
    let in_any_version = rule.states.iter().any(|states| state.is_in(states));
    Expected::Refused(if rule.operation.starts_with("bind_") {
        CommandStatus::ESME_RALYBND
    } else if states == "missing" && in_any_version {
        CommandStatus::ESME_RINVCMDID
    } else {
        CommandStatus::ESME_RINVBNDSTS
    })
}
