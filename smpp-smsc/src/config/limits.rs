//! Numbers and times in a file.

use core::time::Duration;

use serde::Deserialize;

use super::values::{self, show_time};

/// How much of everything.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[non_exhaustive]
pub struct Limits {
    /// Connections at the same time.
    #[serde(deserialize_with = "values::positive")]
    pub connections: Option<u32>,
    /// Connections that have not bound.
    #[serde(deserialize_with = "values::positive")]
    pub unbound: Option<u32>,
    /// Connections from one IP address.
    #[serde(deserialize_with = "values::positive")]
    pub per_address: Option<u32>,
    /// Time to bind.
    #[serde(deserialize_with = "values::time")]
    pub bind_time: Option<Duration>,
    /// Time for TLS and PROXY.
    #[serde(deserialize_with = "values::time")]
    pub handshake_time: Option<Duration>,
    /// Octets of a PDU, once the session is bound.
    #[serde(deserialize_with = "values::pdu_len")]
    pub max_pdu_len: Option<u32>,
    /// Octets of a PDU before the bind.
    #[serde(deserialize_with = "values::pdu_len")]
    pub max_pdu_len_unbound: Option<u32>,
    /// PDUs before the bind.
    #[serde(deserialize_with = "values::positive")]
    pub max_pdus_unbound: Option<u32>,
    /// Silence before `enquire_link`.
    #[serde(deserialize_with = "values::some_time")]
    pub enquire_link: Option<Duration>,
    /// Time without requests after which a session is closed.
    #[serde(deserialize_with = "values::some_time")]
    pub inactivity: Option<Duration>,
    /// Unanswered requests of a session.
    #[serde(deserialize_with = "values::window")]
    pub window: Option<u16>,
    /// Unanswered deliveries of a session.
    #[serde(deserialize_with = "values::window")]
    pub delivery_window: Option<u16>,
    /// Time for the response to a delivery.
    #[serde(deserialize_with = "values::some_time")]
    pub response_time: Option<Duration>,
    /// Time for the response to `enquire_link` and `unbind`.
    #[serde(deserialize_with = "values::some_time")]
    pub link_response_time: Option<Duration>,
    /// How long the response to an `unbind` waits for those before it.
    #[serde(deserialize_with = "values::time")]
    pub unbind_grace: Option<Duration>,
    /// How long sessions may take to unbind when the centre ends.
    #[serde(deserialize_with = "values::time")]
    pub shutdown_limit: Option<Duration>,
    /// Messages and receipts that may wait.
    #[serde(deserialize_with = "values::positive")]
    pub capacity: Option<u32>,
    /// Octets of one of the two files of the store's journal.
    #[serde(deserialize_with = "values::positive")]
    pub journal_size: Option<u32>,
    /// Validity of messages that do not say.
    #[serde(deserialize_with = "values::time")]
    pub validity: Option<Duration>,
    /// The longest validity.
    #[serde(deserialize_with = "values::some_time")]
    pub max_validity: Option<Duration>,
    /// How far ahead a message may be scheduled.
    #[serde(deserialize_with = "values::time")]
    pub max_schedule: Option<Duration>,
    /// How long an attempt may take.
    #[serde(deserialize_with = "values::some_time")]
    pub lease: Option<Duration>,
    /// How long a request in transaction mode waits for its outcome.
    #[serde(deserialize_with = "values::some_time")]
    pub transaction_limit: Option<Duration>,
    /// How long a receipt waits for its ESME.
    #[serde(deserialize_with = "values::time")]
    pub receipt_lifetime: Option<Duration>,
    /// How long messages can be asked for after their end.
    #[serde(deserialize_with = "values::time")]
    pub history: Option<Duration>,
}

impl Limits {
    /// Those that are set: key and value as in the file.
    pub(super) fn entries(&self) -> Vec<(&'static str, String)> {
        // Named one by one, so that none is forgotten.
        let Self {
            connections,
            unbound,
            per_address,
            bind_time,
            handshake_time,
            max_pdu_len,
            max_pdu_len_unbound,
            max_pdus_unbound,
            enquire_link,
            inactivity,
            window,
            delivery_window,
            response_time,
            link_response_time,
            unbind_grace,
            shutdown_limit,
            capacity,
            journal_size,
            validity,
            max_validity,
            max_schedule,
            lease,
            transaction_limit,
            receipt_lifetime,
            history,
        } = self;
        let number = |number: &Option<u32>| number.map(|number| number.to_string());
        let small = |number: &Option<u16>| number.map(|number| number.to_string());
        let time = |time: &Option<Duration>| time.map(show_time);
        let all = [
            ("limits.connections", number(connections)),
            ("limits.unbound", number(unbound)),
            ("limits.per_address", number(per_address)),
            ("limits.bind_time", time(bind_time)),
            ("limits.handshake_time", time(handshake_time)),
            ("limits.max_pdu_len", number(max_pdu_len)),
            ("limits.max_pdu_len_unbound", number(max_pdu_len_unbound)),
            ("limits.max_pdus_unbound", number(max_pdus_unbound)),
            ("limits.enquire_link", time(enquire_link)),
            ("limits.inactivity", time(inactivity)),
            ("limits.window", small(window)),
            ("limits.delivery_window", small(delivery_window)),
            ("limits.response_time", time(response_time)),
            ("limits.link_response_time", time(link_response_time)),
            ("limits.unbind_grace", time(unbind_grace)),
            ("limits.shutdown_limit", time(shutdown_limit)),
            ("limits.capacity", number(capacity)),
            ("limits.journal_size", number(journal_size)),
            ("limits.validity", time(validity)),
            ("limits.max_validity", time(max_validity)),
            ("limits.max_schedule", time(max_schedule)),
            ("limits.lease", time(lease)),
            ("limits.transaction_limit", time(transaction_limit)),
            ("limits.receipt_lifetime", time(receipt_lifetime)),
            ("limits.history", time(history)),
        ];
        let set = all.into_iter();
        set.filter_map(|(key, value)| Some((key, value?))).collect()
    }
}
