//! The times of a request, as points in time.

use core::time::Duration;

use smpp_pdu::time::{SmppTime, TimeOptions};
use smpp_pdu::{COctetStr, CommandStatus, Tlvs};

use crate::Timestamp;
use crate::submission::Submitter;

/// What the centre allows, and takes where a request does not say.
#[derive(Clone, Copy, Debug)]
pub(crate) struct TimeRules {
    /// How long delivery is tried where the message does not say.
    pub(crate) validity: Duration,
    /// The longest that it is tried, whatever the message says.
    pub(crate) max_validity: Duration,
    /// How far ahead a message may be scheduled.
    pub(crate) max_schedule: Duration,
}

impl TimeRules {
    /// The end of a validity, for a message that is to be delivered from
    /// `scheduled` on: a later one is cut.
    pub(crate) fn cut(&self, scheduled: Timestamp, expires: Timestamp) -> Timestamp {
        expires.min(scheduled.after(self.max_validity))
    }

    /// A `schedule_delivery_time`; `None` when it is not given.
    pub(crate) fn schedule(
        &self,
        now: Timestamp,
        text: COctetStr<'_>,
    ) -> Result<Option<Timestamp>, CommandStatus> {
        let refused = CommandStatus::ESME_RINVSCHED;
        let time = read_time(now, text).map_err(|NoTime| refused)?;
        match time {
            Some(time) if time > now.after(self.max_schedule) => Err(refused),
            time => Ok(time),
        }
    }
}

/// From when and until when a message is to be delivered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Times {
    pub(crate) scheduled: Timestamp,
    pub(crate) expires: Timestamp,
}

impl Times {
    /// A schedule that has passed means at once; one that is too far ahead is
    /// refused, and so is a validity that has passed, or ends before the schedule.
    pub(crate) fn read(
        submitter: &Submitter<'_>,
        schedule: COctetStr<'_>,
        validity: COctetStr<'_>,
        tlvs: Tlvs<'_>,
    ) -> Result<Self, CommandStatus> {
        let (now, rules) = (submitter.now, &submitter.times);
        let scheduled = rules.schedule(now, schedule)?.unwrap_or(now).max(now);
        let expires = match tlvs.qos_time_to_live() {
            // 5.0, 4.8.4.50: it takes the place of validity_period.
            Some(Ok(seconds)) => Some(now.after(Duration::from_secs(seconds.into()))),
            _ => validity_time(now, validity)?,
        };
        let expires = expires.unwrap_or_else(|| scheduled.after(rules.validity));
        if expires <= scheduled {
            return Err(CommandStatus::ESME_RINVEXPIRY);
        }
        let expires = rules.cut(scheduled, expires);
        Ok(Self { scheduled, expires })
    }
}

/// A `validity_period`; `None` when it is not given.
pub(crate) fn validity_time(
    now: Timestamp,
    text: COctetStr<'_>,
) -> Result<Option<Timestamp>, CommandStatus> {
    read_time(now, text).map_err(|NoTime| CommandStatus::ESME_RINVEXPIRY)
}

struct NoTime;

fn read_time(now: Timestamp, text: COctetStr<'_>) -> Result<Option<Timestamp>, NoTime> {
    // Real clients write 48 hours as 48 hours.
    let options = TimeOptions::new().lenient(true);
    let time = SmppTime::parse_with(text.as_bytes(), options).map_err(|_| NoTime)?;
    match time {
        None => Ok(None),
        Some(SmppTime::Absolute(time)) => Ok(Some(time.into())),
        Some(SmppTime::Relative(span)) => {
            let end = match span.to_duration() {
                Some(duration) => Some(now.after(duration)),
                None => now
                    .to_absolute()
                    .and_then(|start| span.after(start))
                    .map(Timestamp::from),
            };
            end.map(Some).ok_or(NoTime)
        }
        // Only a centre may write times without a zone.
        Some(SmppTime::McLocal(_)) => Err(NoTime),
    }
}

#[cfg(test)]
mod tests {
    use smpp_pdu::InterfaceVersion;

    use super::*;
    use crate::lists::Lists;
    use crate::message_id::Ids;

    const DAY: u64 = 86_400_000;
    /// 2023-11-14T22:13:20Z
    const NOW: Timestamp = Timestamp(1_700_000_000_000);

    fn read(schedule: &str, validity: &str) -> Result<(u64, u64), CommandStatus> {
        let submitter = Submitter {
            account: &"esme".into(),
            version: InterfaceVersion::V3_4,
            now: NOW,
            ids: &Ids::new(NOW),
            times: TimeRules {
                validity: Duration::from_secs(3 * 86_400),
                max_validity: Duration::from_secs(7 * 86_400),
                max_schedule: Duration::from_secs(14 * 86_400),
            },
            routes: &crate::routes::Routes::new(),
            lists: &Lists::default(),
        };
        let text = |text: &'static str| COctetStr::new(text.as_bytes()).unwrap();
        let (schedule, validity) = (schedule.to_owned().leak(), validity.to_owned().leak());
        Times::read(&submitter, text(schedule), text(validity), Tlvs::EMPTY)
            .map(|times| (times.scheduled.0 - NOW.0, times.expires.0 - NOW.0))
    }

    #[test]
    fn times_of_a_submission_are_read_and_refused() {
        let bad_schedule = Err(CommandStatus::ESME_RINVSCHED);
        let bad_expiry = Err(CommandStatus::ESME_RINVEXPIRY);
        for (schedule, validity, expected) in [
            ("", "", Ok((0, 3 * DAY))),
            ("", "000001000000000R", Ok((0, DAY))),
            ("", "000000480000000R", Ok((0, 2 * DAY))),
            ("", "000007000000000R", Ok((0, 7 * DAY))),
            // Too long: cut, from the time of the schedule on.
            ("", "000007000001000R", Ok((0, 7 * DAY))),
            ("", "000100000000000R", Ok((0, 7 * DAY))),
            ("", "351231235959948+", Ok((0, 7 * DAY))),
            (
                "000002000000000R",
                "000100000000000R",
                Ok((2 * DAY, 9 * DAY)),
            ),
            // Too far ahead.
            ("000014000000000R", "", Ok((14 * DAY, 17 * DAY))),
            ("000014000001000R", "", bad_schedule),
            ("351231235959948+", "", bad_schedule),
            ("000001000000000R", "", Ok((DAY, 4 * DAY))),
            ("231115221320000+", "231116221320000+", Ok((DAY, 2 * DAY))),
            ("231115231320004+", "", Ok((DAY, 4 * DAY))),
            // Past: at once.
            ("231113221320000+", "", Ok((0, 3 * DAY))),
            ("000002000000000R", "000001000000000R", bad_expiry),
            ("", "231113221320000+", bad_expiry),
            ("", "000000000000000R", bad_expiry),
            ("", "tomorrow", bad_expiry),
            ("", "231116221320", bad_expiry),
            ("tomorrow", "", bad_schedule),
            ("231315221320000+", "", bad_schedule),
            ("231115221320049+", "", bad_schedule),
        ] {
            assert_eq!(
                read(schedule, validity),
                expected,
                "{schedule:?} {validity:?}"
            );
        }
    }
}
