//! Shares, statuses and outcomes, as a scenario file writes them.

use core::fmt;
use std::collections::BTreeMap;

use serde::de::{Deserialize, Deserializer, Error, MapAccess, Visitor};
use smpp_pdu::{CommandStatus, MessageState};

use crate::network::Outcome;

/// A share of all cases, from 0 to 1.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Share(pub(super) f64);

impl Share {
    /// What is outside of 0 to 1 is the nearer of them.
    pub(super) const fn new(share: f64) -> Self {
        // A number that is none is no share either.
        Self(if share.is_nan() {
            0.0
        } else {
            share.clamp(0.0, 1.0)
        })
    }
}

impl<'de> Deserialize<'de> for Share {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct ShareVisitor;

        impl Visitor<'_> for ShareVisitor {
            type Value = Share;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a share such as \"5%\" or 0.05")
            }

            fn visit_f64<E: Error>(self, share: f64) -> Result<Share, E> {
                if (0.0..=1.0).contains(&share) {
                    return Ok(Share(share));
                }
                Err(E::custom(format!(
                    "the share {share} is not between 0 and 1; 5 in 100 are \"5%\" or 0.05"
                )))
            }

            fn visit_i64<E: Error>(self, share: i64) -> Result<Share, E> {
                self.visit_f64(share as f64)
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Share, E> {
                let percent: Option<f64> = text
                    .strip_suffix('%')
                    .and_then(|number| number.trim().parse().ok());
                match percent {
                    Some(percent) if (0.0..=100.0).contains(&percent) => Ok(Share(percent / 100.0)),
                    _ => Err(E::custom(format!(
                        "{text:?} is no share: \"0%\" to \"100%\", or a number from 0 to 1"
                    ))),
                }
            }
        }

        deserializer.deserialize_any(ShareVisitor)
    }
}

/// Statuses that requests are refused with, each for a share of them.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Refusals(pub(super) BTreeMap<CommandStatus, Share>);

impl Refusals {
    pub(super) fn total(&self) -> f64 {
        self.0.values().map(|share| share.0).sum()
    }
}

impl<'de> Deserialize<'de> for Refusals {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct RefusalsVisitor;

        impl<'de> Visitor<'de> for RefusalsVisitor {
            type Value = Refusals;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("shares by status, such as { ESME_RSYSERR = \"1%\" }")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Refusals, A::Error> {
                let mut refusals = Refusals::default();
                while let Some(name) = map.next_key::<String>()? {
                    let status = status(&name).map_err(Error::custom)?;
                    refusals.0.insert(status, map.next_value()?);
                }
                if refusals.total() > 1.0 + 1e-9 {
                    let text = "the shares are more than 100% together";
                    return Err(Error::custom(text));
                }
                Ok(refusals)
            }
        }

        deserializer.deserialize_map(RefusalsVisitor)
    }
}

fn status(name: &str) -> Result<CommandStatus, String> {
    let number = name
        .strip_prefix("0x")
        .and_then(|digits| u32::from_str_radix(digits, 16).ok());
    match number.map(CommandStatus).or(CommandStatus::from_name(name)) {
        Some(CommandStatus::ESME_ROK) => {
            Err("ESME_ROK refuses nothing: leave the share out that is accepted".into())
        }
        Some(status) => Ok(status),
        None => Err(format!(
            "{name:?} is no command_status: a name such as ESME_RMSGQFUL, or a number such as 0x400"
        )),
    }
}

/// What becomes of a message at its handset.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Fate {
    /// The handset has it.
    Delivered,
    /// It will never have it: `UNDELIVERABLE`.
    Undeliverable,
    /// The network does not take it: `REJECTED`.
    Rejected,
    /// The network gave up: `EXPIRED`.
    Expired,
    /// Somebody took it out: `DELETED`.
    Deleted,
    /// Read by the centre's staff on behalf of the subscriber: `ACCEPTED`.
    Accepted,
    /// Nobody knows: `UNKNOWN`.
    Unknown,
    /// Not delivered on purpose: `SKIPPED`, a state of 5.0.
    Skipped,
    /// The handset is busy now; the centre tries again.
    Busy,
    /// The handset is switched off now; the centre tries again.
    Absent,
}

impl Fate {
    /// The network's error where none is given: those of GSM MAP (3GPP TS
    /// 29.002, 17.6.6).
    pub(super) const fn usual_error(self) -> u8 {
        match self {
            Self::Undeliverable => 1,
            Self::Rejected => 21,
            Self::Expired | Self::Absent => 27,
            Self::Busy => 31,
            Self::Unknown => 34,
            Self::Delivered | Self::Deleted | Self::Accepted | Self::Skipped => 0,
        }
    }

    pub(crate) const fn outcome(self, error: u8) -> Outcome {
        let state = match self {
            Self::Delivered => return Outcome::Delivered,
            Self::Busy | Self::Absent => return Outcome::NotNow { error },
            Self::Undeliverable => MessageState::UNDELIVERABLE,
            Self::Rejected => MessageState::REJECTED,
            Self::Expired => MessageState::EXPIRED,
            Self::Deleted => MessageState::DELETED,
            Self::Accepted => MessageState::ACCEPTED,
            Self::Unknown => MessageState::UNKNOWN,
            Self::Skipped => MessageState::SKIPPED,
        };
        Outcome::Failed { state, error }
    }
}

/// How often something is chosen, against the others; and its error.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Weight {
    pub(super) weight: f64,
    pub(super) error: Option<u8>,
}

impl<'de> Deserialize<'de> for Weight {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct WeightVisitor;

        impl WeightVisitor {
            fn checked<E: Error>(weight: f64, error: Option<u8>) -> Result<Weight, E> {
                if weight.is_finite() && weight >= 0.0 {
                    Ok(Weight { weight, error })
                } else {
                    Err(E::custom(format!(
                        "the weight {weight} is not 0 or more: 90 and 10 are nine in ten and one in ten"
                    )))
                }
            }
        }

        impl<'de> Visitor<'de> for WeightVisitor {
            type Value = Weight;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a weight such as 90, or { weight = 10, error = 11 }")
            }

            fn visit_f64<E: Error>(self, weight: f64) -> Result<Weight, E> {
                Self::checked(weight, None)
            }

            fn visit_i64<E: Error>(self, weight: i64) -> Result<Weight, E> {
                Self::checked(weight as f64, None)
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Weight, A::Error> {
                let (mut weight, mut error) = (1.0, None);
                while let Some(key) = map.next_key::<String>()? {
                    match &*key {
                        "weight" => {
                            let one: Weight = map.next_value()?;
                            weight = one.weight;
                        }
                        "error" => error = Some(map.next_value::<u8>()?),
                        other => return Err(Error::unknown_field(other, &["weight", "error"])),
                    }
                }
                Self::checked(weight, error)
            }
        }

        deserializer.deserialize_any(WeightVisitor)
    }
}

/// What becomes of messages, by weight.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Outcomes(pub(super) BTreeMap<Fate, Weight>);

impl Default for Outcomes {
    fn default() -> Self {
        let weight = Weight {
            weight: 1.0,
            error: None,
        };
        Self(BTreeMap::from([(Fate::Delivered, weight)]))
    }
}

impl<'de> Deserialize<'de> for Outcomes {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let weights = BTreeMap::<Fate, Weight>::deserialize(deserializer)?;
        if weights.values().all(|one| one.weight == 0.0) {
            let text = "no outcome has a weight above 0: give at least one, such as delivered = 1";
            return Err(D::Error::custom(text));
        }
        Ok(Self(weights))
    }
}

/// The form of an id, which the centre makes of 16 hexadecimal digits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum IdForm {
    /// As the centre made it: hexadecimal, in small letters.
    #[default]
    Same,
    /// Hexadecimal, in capital letters.
    Upper,
    /// The same number in decimal.
    Decimal,
    /// With two zeros in front.
    Padded,
    /// Without the zeros in front.
    Trimmed,
    /// A UUID of 36 characters that is made of it.
    Uuid,
    /// Nothing.
    Empty,
}

impl IdForm {
    /// The id in this form. One that is no hexadecimal number stays as it is.
    #[must_use]
    pub fn apply(self, id: &str) -> String {
        let Ok(number) = u64::from_str_radix(id, 16) else {
            return id.into();
        };
        match self {
            Self::Same => id.into(),
            Self::Upper => id.to_ascii_uppercase(),
            Self::Decimal => number.to_string(),
            Self::Padded => format!("00{id}"),
            Self::Trimmed => format!("{number:x}"),
            Self::Uuid => {
                let (high, low) = (number >> 32, number & 0xFFFF_FFFF);
                format!("{high:08x}-0000-4000-8000-{low:012x}")
            }
            Self::Empty => String::new(),
        }
    }
}

/// One form, or several by weight.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct IdForms(pub(super) BTreeMap<IdForm, Weight>);

impl From<IdForm> for IdForms {
    fn from(form: IdForm) -> Self {
        let weight = Weight {
            weight: 1.0,
            error: None,
        };
        Self(BTreeMap::from([(form, weight)]))
    }
}

impl Default for IdForms {
    fn default() -> Self {
        IdForm::Same.into()
    }
}

impl<'de> Deserialize<'de> for IdForms {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct FormsVisitor;

        impl<'de> Visitor<'de> for FormsVisitor {
            type Value = IdForms;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(
                    "\"same\", \"upper\", \"decimal\", \"padded\", \"trimmed\", \"uuid\" or \"empty\", \
                     or weights such as { same = 9, decimal = 1 }",
                )
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<IdForms, E> {
                let name = serde::de::value::StrDeserializer::<E>::new(text);
                IdForm::deserialize(name).map(IdForms::from)
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<IdForms, A::Error> {
                let mut forms = BTreeMap::new();
                while let Some((form, weight)) = map.next_entry::<IdForm, Weight>()? {
                    forms.insert(form, weight);
                }
                if forms.values().all(|one| one.weight == 0.0) {
                    return Err(Error::custom("no form has a weight above 0"));
                }
                Ok(IdForms(forms))
            }
        }

        deserializer.deserialize_any(FormsVisitor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_take_other_forms() {
        for (form, id) in [
            (IdForm::Same, "0af3f95a00000001"),
            (IdForm::Upper, "0AF3F95A00000001"),
            (IdForm::Decimal, "789248524662341633"),
            (IdForm::Padded, "000af3f95a00000001"),
            (IdForm::Trimmed, "af3f95a00000001"),
            (IdForm::Uuid, "0af3f95a-0000-4000-8000-000000000001"),
            (IdForm::Empty, ""),
        ] {
            assert_eq!(form.apply("0af3f95a00000001"), id);
            assert_eq!(form.apply("no-number"), "no-number");
        }
    }

    #[test]
    fn statuses_are_names_or_numbers() {
        assert_eq!(status("ESME_RMSGQFUL"), Ok(CommandStatus::ESME_RMSGQFUL));
        assert_eq!(status("0x400"), Ok(CommandStatus(0x400)));
        assert!(status("ESME_ROK").unwrap_err().contains("refuses nothing"));
        assert!(status("FULL").unwrap_err().contains("ESME_RMSGQFUL"));
    }
}
