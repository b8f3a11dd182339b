//! What a scenario says, part by part. Each part is a table of a scenario file.

use core::num::NonZeroU32;

use serde::Deserialize;

use super::delay::{Delay, Time};
use super::values::{IdForms, Outcomes, Refusals, Share};

#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Parts {
    pub(super) description: String,
    pub(super) delivery: Delivery,
    pub(super) destination: Vec<Destination>,
    pub(super) bind: BindFaults,
    pub(super) submit: SubmitFaults,
    pub(super) responses: ResponseFaults,
    pub(super) receipts: ReceiptFaults,
    pub(super) disconnect: Disconnects,
    pub(super) mo: Option<Mo>,
}

impl Parts {
    /// Whether anything is to happen between the client and the centre.
    pub(super) fn needs_wire(&self) -> bool {
        self.responses != ResponseFaults::default()
            || self.receipts != ReceiptFaults::default()
            || self.disconnect != Disconnects::default()
            || self.mo.is_some()
    }
}

/// What becomes of messages, and when.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Delivery {
    pub(super) outcomes: Outcomes,
    pub(super) delay: Delay,
    pub(super) slow: Option<Slow>,
    /// Waits after attempts that met a busy or absent handset.
    pub(super) retries: Vec<Time>,
}

/// Handsets that take longer.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Slow {
    pub(super) share: Share,
    /// On top of the usual delay.
    pub(super) delay: Delay,
}

/// Another fate for messages to some numbers. What it does not say is as in
/// [`Delivery`].
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Destination {
    pub(super) to: Pattern,
    pub(super) outcomes: Option<Outcomes>,
    pub(super) delay: Option<Delay>,
    pub(super) slow: Option<Slow>,
}

/// A number in which `*` stands for any octets and `?` for any one.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub(super) struct Pattern(pub(super) String);

impl TryFrom<String> for Pattern {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        if text.is_empty() {
            Err("a pattern is a number, where * stands for any digits and ? for one: \"4477*\"")
        } else {
            Ok(Self(text))
        }
    }
}

impl Pattern {
    pub(super) fn matches(&self, address: &[u8]) -> bool {
        let (mut pattern, mut rest) = (self.0.as_bytes(), address);
        // Where to go back to: behind the last star, and one octet further on.
        let mut back = None;
        loop {
            match (pattern.split_first(), rest.split_first()) {
                (Some((b'*', behind)), _) => {
                    back = Some((behind, rest));
                    pattern = behind;
                }
                (Some((one, behind)), Some((octet, further))) if *one == b'?' || one == octet => {
                    (pattern, rest) = (behind, further);
                }
                (None, None) => return true,
                _ => {
                    let Some((behind, [_, further @ ..])) = back else {
                        return false;
                    };
                    back = Some((behind, further));
                    (pattern, rest) = (behind, further);
                }
            }
        }
    }
}

#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct BindFaults {
    pub(super) refuse: Refusals,
}

#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct SubmitFaults {
    pub(super) refuse: Refusals,
    /// Messages a second and session; more are `ESME_RTHROTTLED`.
    pub(super) throttle_above: Option<NonZeroU32>,
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct ResponseFaults {
    pub(super) delay: Delay,
    /// Whether one that is delayed holds up those behind it.
    pub(super) in_order: bool,
    pub(super) late: Option<Late>,
    pub(super) missing: Share,
    pub(super) doubled: Share,
    pub(super) malformed: Share,
    pub(super) wrong_sequence_number: Share,
    pub(super) message_id: IdForms,
}

impl Default for ResponseFaults {
    fn default() -> Self {
        Self {
            delay: Delay::NONE,
            in_order: true,
            late: None,
            missing: Share::default(),
            doubled: Share::default(),
            malformed: Share::default(),
            wrong_sequence_number: Share::default(),
            message_id: IdForms::default(),
        }
    }
}

/// Responses that come later than the others, which do not wait for them.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Late {
    pub(super) share: Share,
    pub(super) by: Delay,
}

#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct ReceiptFaults {
    pub(super) missing: Share,
    pub(super) doubled: Share,
    /// Before the response of their message.
    pub(super) early: Share,
    pub(super) without_tlvs: Share,
    pub(super) without_text: Share,
    /// `receipted_message_id` without its NUL.
    pub(super) without_nul: Share,
    pub(super) message_id: IdForms,
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Disconnects {
    /// Of the sessions.
    pub(super) share: Share,
    /// After the bind.
    pub(super) after: Option<Delay>,
    /// With the response of this message of the session, which is not sent.
    pub(super) after_messages: Option<NonZeroU32>,
}

impl Default for Disconnects {
    fn default() -> Self {
        Self {
            share: Share(1.0),
            after: None,
            after_messages: None,
        }
    }
}

/// Messages from subscribers, to each session that receives.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Mo {
    /// From one message to the next.
    pub(super) every: Delay,
    /// Senders, where `#` is a digit by chance.
    #[serde(default = "Mo::usual_from")]
    pub(super) from: Vec<Number>,
    #[serde(default = "Mo::usual_to")]
    pub(super) to: Vec<Number>,
    #[serde(default = "Mo::usual_texts")]
    pub(super) texts: Vec<MoText>,
    /// How many to a session; without it, no end.
    pub(super) count: Option<u64>,
}

impl Mo {
    pub(super) fn usual_from() -> Vec<Number> {
        vec![Number("447700900###".into())]
    }

    pub(super) fn usual_to() -> Vec<Number> {
        vec![Number("12345".into())]
    }

    pub(super) fn usual_texts() -> Vec<MoText> {
        vec![MoText("Hello".into())]
    }
}

/// An address, digits with `#` in the place of some.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub(super) struct Number(pub(super) String);

impl TryFrom<String> for Number {
    type Error = String;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let fits = (1..=20).contains(&text.len())
            && text.bytes().all(|one| one.is_ascii_digit() || one == b'#');
        if fits {
            Ok(Self(text))
        } else {
            Err(format!(
                "{text:?} is no number: 1 to 20 digits, # for one by chance, such as \"447700900###\""
            ))
        }
    }
}

/// A text that fits into 255 parts at most.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub(super) struct MoText(pub(super) String);

impl TryFrom<String> for MoText {
    type Error = String;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        match super::mo::parts(&text, 0) {
            Ok(_) => Ok(Self(text)),
            Err(error) => Err(format!("this text cannot be sent: {error}")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_match_whole_numbers() {
        let matches = |pattern: &str, number: &str| {
            Pattern::try_from(pattern.to_owned())
                .unwrap()
                .matches(number.as_bytes())
        };
        for (pattern, number) in [
            ("4477", "4477"),
            ("4477*", "4477"),
            ("4477*", "447700900123"),
            ("*", ""),
            ("*0??3", "447700900123"),
            ("44*9*3", "447700900123"),
            ("4?77*", "447700900123"),
        ] {
            assert!(matches(pattern, number), "{pattern} {number}");
        }
        for (pattern, number) in [
            ("4477", "44770"),
            ("4477*", "447"),
            ("?", ""),
            ("*4", "447700900123"),
            ("44*9*4", "447700900123"),
        ] {
            assert!(!matches(pattern, number), "{pattern} {number}");
        }
    }
}
