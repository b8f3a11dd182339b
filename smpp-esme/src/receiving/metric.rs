//! What is counted, through the facade of the crate `metrics`.

use metrics::{counter, gauge};

/// A thing of the centre that was handed to the application.
pub(super) fn received(kind: &'static str) {
    counter!("smpp_esme_received_total", "kind" => kind).increment(1);
}

/// A receipt, by how its message was found, or why it was not.
pub(super) fn matched(by: &'static str) {
    counter!("smpp_esme_receipts_matched_total", "by" => by).increment(1);
}

pub(super) fn unmatched(reason: &'static str) {
    counter!("smpp_esme_receipts_unmatched_total", "reason" => reason).increment(1);
}

pub(super) fn repeated() {
    counter!("smpp_esme_receipts_repeated_total").increment(1);
}

/// Receipts that wait for the response of their message.
pub(super) fn held(receipts: usize) {
    gauge!("smpp_esme_receipts_held").set(receipts as f64);
}

/// A message that was put together from its segments.
pub(super) fn joined() {
    counter!("smpp_esme_messages_joined_total").increment(1);
}

/// A long message that was given up.
pub(super) fn incomplete() {
    counter!("smpp_esme_messages_incomplete_total").increment(1);
}

/// A segment, by what became of it.
pub(super) fn segment(outcome: &'static str) {
    counter!("smpp_esme_segments_total", "outcome" => outcome).increment(1);
}

/// Long messages of which segments are missing, and their octets.
pub(super) fn open(messages: usize, octets: usize) {
    gauge!("smpp_esme_messages_open").set(messages as f64);
    gauge!("smpp_esme_messages_open_octets").set(octets as f64);
}

/// A submitted message that had to make room before its receipt came.
pub(super) fn forgotten() {
    counter!("smpp_esme_submissions_forgotten_total").increment(1);
}

/// A message that was sent and that the store has not taken.
pub(super) fn not_remembered() {
    counter!("smpp_esme_submissions_not_remembered_total").increment(1);
}
