//! When to deliver, and until when.

use core::time::Duration;
use std::time::{SystemTime, UNIX_EPOCH};

use smpp_pdu::SmppTime;
use smpp_pdu::time::{AbsoluteTime, RelativeTime, TimeText};

use super::MessageError;

/// A moment: after a span, or on the clock.
///
/// ```
/// use core::time::Duration;
/// use std::time::SystemTime;
/// use smpp_esme::When;
///
/// let in_an_hour = When::from(Duration::from_secs(3600));
/// let now = When::from(SystemTime::now());
/// assert_ne!(in_an_hour, now);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum When {
    /// So long after the centre has the message.
    After(Duration),
    /// At this moment.
    At(SystemTime),
    /// As SMPP writes it: years, months and distances to UTC included.
    Smpp(SmppTime),
}

impl From<Duration> for When {
    fn from(span: Duration) -> Self {
        Self::After(span)
    }
}

impl From<SystemTime> for When {
    fn from(moment: SystemTime) -> Self {
        Self::At(moment)
    }
}

impl From<SmppTime> for When {
    fn from(time: SmppTime) -> Self {
        Self::Smpp(time)
    }
}

impl From<RelativeTime> for When {
    fn from(span: RelativeTime) -> Self {
        Self::Smpp(span.into())
    }
}

impl From<AbsoluteTime> for When {
    fn from(moment: AbsoluteTime) -> Self {
        Self::Smpp(moment.into())
    }
}

/// How times are written. Some centres take one form only.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum TimeForm {
    /// As they were given: spans as spans, moments as moments in UTC.
    #[default]
    AsGiven,
    /// Everything as a span, of at most 32 days less a second.
    Relative,
    /// Everything as a moment in UTC, counted from the sending side's clock.
    Absolute,
}

/// A time in its field, and as a span from now where it is one.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Written {
    pub(crate) text: TimeText,
    pub(crate) span: Option<Duration>,
}

impl When {
    /// Writes it for `field`.
    pub(crate) fn write(
        self,
        field: &'static str,
        form: TimeForm,
        now: SystemTime,
    ) -> Result<Written, MessageError> {
        let span = match self {
            Self::After(span) => span,
            Self::At(moment) => moment
                .duration_since(now)
                .map_err(|_| MessageError::TimeInThePast { field })?,
            Self::Smpp(time) => {
                let span = match time {
                    SmppTime::Relative(span) => span.to_duration(),
                    _ => None,
                };
                let text = time.to_text();
                return Ok(Written { text, span });
            }
        };
        if span.is_zero() {
            return Err(MessageError::TimeInThePast { field });
        }
        let relative = match (form, self) {
            (TimeForm::Relative, _) | (TimeForm::AsGiven, Self::After(_)) => true,
            (TimeForm::Absolute, _) | (TimeForm::AsGiven, _) => false,
        };
        let text = if relative {
            RelativeTime::from_duration(span)
                .map_err(|_| MessageError::SpanTooLong { field })?
                .to_text()
        } else {
            absolute(span, now)
                .ok_or(MessageError::NotInCalendar { field })?
                .to_text()
        };
        Ok(Written {
            text,
            span: Some(span),
        })
    }
}

/// In UTC, a fraction of a second up: never earlier than what was asked for.
fn absolute(span: Duration, now: SystemTime) -> Option<AbsoluteTime> {
    let since = now.checked_add(span)?.duration_since(UNIX_EPOCH).ok()?;
    let seconds = since.as_secs() + u64::from(since.subsec_nanos() > 0);
    AbsoluteTime::from_unix_seconds(i64::try_from(seconds).ok()?, 0, 0).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(when: impl Into<When>, form: TimeForm) -> Result<String, String> {
        // 2026-11-26T03:45:24Z.
        let now = UNIX_EPOCH + Duration::from_secs(1_795_664_724);
        let written = when.into().write("validity_period", form, now);
        written
            .map(|written| written.text.to_string())
            .map_err(|error| error.to_string())
    }

    #[test]
    fn both_forms_say_the_same_moment() {
        let hour = Duration::from_millis(3_599_001);
        let moment = UNIX_EPOCH + Duration::from_secs(1_795_668_324);
        for form in [TimeForm::AsGiven, TimeForm::Relative] {
            assert_eq!(written(hour, form).unwrap(), "000000010000000R");
        }
        for form in [TimeForm::AsGiven, TimeForm::Absolute] {
            assert_eq!(written(moment, form).unwrap(), "261126044524000+");
        }
        assert_eq!(
            written(hour, TimeForm::Absolute).unwrap(),
            "261126044524000+"
        );
        assert_eq!(
            written(moment, TimeForm::Relative).unwrap(),
            "000000010000000R"
        );
    }

    #[test]
    fn what_is_out_of_range_says_what_would_be_right() {
        let days = |days: u64| Duration::from_secs(days * 86_400);
        assert!(written(days(31), TimeForm::AsGiven).is_ok());
        let error = written(days(32), TimeForm::AsGiven).unwrap_err();
        assert!(
            error.contains("validity_period") && error.contains("Absolute"),
            "{error}"
        );
        assert!(written(days(32), TimeForm::Absolute).is_ok());
        let error = written(days(40_000), TimeForm::Absolute).unwrap_err();
        assert!(error.contains("2099"), "{error}");
        let error = written(UNIX_EPOCH, TimeForm::AsGiven).unwrap_err();
        assert!(error.contains("not in the future"), "{error}");
        assert!(written(Duration::ZERO, TimeForm::AsGiven).is_err());
    }

    #[test]
    fn a_time_of_smpp_stays_as_it_is() {
        let year = RelativeTime::new(1, 2, 0, 0, 0, 0).unwrap();
        assert_eq!(
            written(year, TimeForm::Absolute).unwrap(),
            "010200000000000R"
        );
    }
}
