//! Timers: what they bound, and what happens when their moment comes.

use core::time::Duration;

use smpp_codec::OutBuf;
use smpp_pdu::{CommandId, EnquireLink};

use super::{Ending, Machine};
use crate::event::{CloseReason, Event};
use crate::session::MIN_ROOM;
use crate::window::{Class, Slot};
use crate::{Instant, SessionState};

impl<S: AsRef<[Slot]> + AsMut<[Slot]>> Machine<S> {
    /// How long a response of this operation may take.
    pub(super) fn response_time(&self, command_id: CommandId) -> Duration {
        match Class::of(command_id) {
            Class::Bind => self.config.bind_response,
            Class::Link => self.config.link_response,
            Class::Message => self.config.response,
            Class::Manage => self.config.manage_response,
        }
    }

    fn session_init_deadline(&self) -> Option<Instant> {
        let limit = self.config.session_init?;
        (!self.state.is_bound()).then_some(self.started + limit)
    }

    fn enquire_link_deadline(&self) -> Option<Instant> {
        let silence = self.config.enquire_link?;
        let ending = matches!(self.ending, Ending::Unbinding | Ending::Asked { .. });
        let due = self.state.is_bound() && !self.enquiring && !ending;
        due.then_some(self.last_received + silence)
    }

    fn inactivity_deadline(&self) -> Option<Instant> {
        let limit = self.config.inactivity?;
        self.state.is_bound().then_some(self.last_request + limit)
    }

    /// When an orderly end goes on by itself.
    fn ending_deadline(&self) -> Option<Instant> {
        if self.may_go_on_ending() {
            return Some(self.now);
        }
        match self.ending {
            Ending::Asked { deadline, .. } => Some(deadline),
            _ => None,
        }
    }

    #[cfg_attr(not(feature = "alloc"), inline(never))]
    pub(super) fn next_deadline(&self) -> Option<Instant> {
        [
            self.session_init_deadline(),
            self.enquire_link_deadline(),
            self.inactivity_deadline(),
            self.window.first_to_expire().map(|entry| entry.deadline),
            // The last outcome may be one that brings no octets: an expiry.
            self.ending_deadline(),
        ]
        .into_iter()
        .flatten()
        .min()
    }

    #[cfg_attr(not(feature = "alloc"), inline(never))]
    pub(super) fn act_on_timers(&mut self, out: &mut impl OutBuf) {
        let now = self.now;
        let come = |deadline: Option<Instant>| deadline.is_some_and(|at| at <= now);
        if come(self.session_init_deadline()) {
            self.end(CloseReason::SessionInitTimeout);
        } else if come(self.inactivity_deadline()) {
            self.end(CloseReason::Inactivity);
        } else if come(self.enquire_link_deadline())
            && out.room() >= MIN_ROOM
            && self
                .send_request(None, EnquireLink::default().into(), out)
                .is_ok()
        {
            self.enquiring = true;
        }
    }

    /// The outcomes of what is still outstanding, then the end itself.
    pub(super) fn next_last_event(&mut self, reason: CloseReason) -> Option<Event<'static>> {
        while let Some(entry) = self.window.pop_first() {
            let Some(id) = entry.id else {
                self.own_outstanding -= 1;
                continue;
            };
            return Some(Event::Unknown {
                id,
                command_id: entry.command_id,
            });
        }
        self.state = SessionState::Closed;
        if core::mem::replace(&mut self.close_reported, true) {
            return None;
        }
        Some(Event::Closed(reason))
    }

    /// The next request whose response did not come in time.
    pub(super) fn next_expiry(&mut self) -> Option<Event<'static>> {
        if self.window.first_to_expire()?.deadline > self.now {
            return None;
        }
        let entry = self.window.pop_first()?;
        let Some(id) = entry.id else {
            self.own_outstanding -= 1;
            let reason = match entry.command_id {
                CommandId::UNBIND => CloseReason::UnbindTimeout,
                _ => CloseReason::EnquireLinkTimeout,
            };
            self.end(reason);
            return self.next_last_event(reason);
        };
        if entry.command_id.is_bind() {
            self.binding = None;
        }
        self.counters.expired = self.counters.expired.saturating_add(1);
        self.remember(&entry, id);
        Some(Event::Expired {
            id,
            command_id: entry.command_id,
        })
    }
}
