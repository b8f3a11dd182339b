//! The metrics of a link; the table of their names is in the module's page.

use std::sync::Arc;

use metrics::{counter, gauge};

use super::{Report, Setback, State};

pub(super) const SESSIONS_BOUND: &str = "smpp_link_sessions_bound";
pub(super) const BINDS: &str = "smpp_link_binds_total";
pub(super) const SESSIONS_LOST: &str = "smpp_link_sessions_lost_total";
pub(super) const BIND_FAILURES: &str = "smpp_link_bind_failures_total";
pub(super) const RECONNECTS: &str = "smpp_link_reconnects_total";
pub(super) const HOSTS_STOPPED: &str = "smpp_link_hosts_stopped_total";
pub(super) const REQUESTS_MOVED: &str = "smpp_link_requests_moved_total";
pub(super) const REQUESTS_RESENT: &str = "smpp_link_requests_resent_total";
pub(super) const REQUESTS_UNKNOWN: &str = "smpp_link_requests_unknown_total";
pub(super) const REQUESTS_WITHOUT_SESSION: &str = "smpp_link_requests_without_session_total";

/// Follows one session.
pub(super) fn state_changed(report: &Report, was_bound: bool) {
    let host = || report.host.clone();
    let is_bound = matches!(report.state, State::Bound);
    if is_bound != was_bound {
        let change = if is_bound { 1.0 } else { -1.0 };
        gauge!(SESSIONS_BOUND, "host" => host()).increment(change);
    }
    match &report.state {
        State::Bound => counter!(BINDS, "host" => host()).increment(1),
        State::Waiting {
            because: Setback::Lost(_),
            ..
        } => counter!(SESSIONS_LOST, "host" => host()).increment(1),
        _ => {}
    }
}

/// An attempt brought no bind.
pub(super) fn bind_failed(host: &Arc<str>) {
    counter!(BIND_FAILURES, "host" => host.clone()).increment(1);
}

/// A session that was bound before is bound again.
pub(super) fn reconnected(host: &Arc<str>) {
    counter!(RECONNECTS, "host" => host.clone()).increment(1);
}

pub(super) fn host_stopped(host: &Arc<str>) {
    counter!(HOSTS_STOPPED, "host" => host.clone()).increment(1);
}

/// Something happened to a request.
pub(super) fn request(name: &'static str) {
    counter!(name).increment(1);
}
