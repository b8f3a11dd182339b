//! What the client of an account needs otherwise than others.

use std::borrow::Cow;

use smpp_pdu::InterfaceVersion;
use smpp_session::ErrorBodies;

use crate::MessageId;

/// What the client of an account needs otherwise than the specifications, or
/// most clients, have it. By default nothing.
///
/// ```
/// use smpp_smsc::{IdForm, Quirks};
///
/// let quirks = Quirks::named("hex-dec-ids, text-receipts")?;
/// assert_eq!(quirks.receipt_ids, IdForm::Decimal);
/// assert!(Quirks::named("hex-dec-idx").is_err());
/// # Ok::<(), smpp_smsc::UnknownQuirk>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Quirks {
    /// The version that it speaks, whatever its bind states: clients state 5.0
    /// that read nothing newer than 3.4.
    pub version: Option<InterfaceVersion>,
    /// Whether off-spec requests are refused that could be understood: for
    /// trying out a client.
    pub strict: bool,
    /// Whether `sc_interface_version` is left out of the bind response, for
    /// clients that expect nothing behind `system_id`.
    pub hides_version: bool,
    /// Which responses with an error status have a body.
    pub error_bodies: ErrorBodies,
    /// The form of ids in responses. Requests may then name a message in this
    /// form, in that of receipts, or as the centre made the id. A peer of 3.3
    /// gets no decimal ids in responses, which it could not take.
    pub response_ids: IdForm,
    /// The form of ids in receipts.
    pub receipt_ids: IdForm,
    /// What a receipt says its message and state with.
    pub receipts: ReceiptForm,
    /// Whether the last field of a receipt, `text:`, stays empty.
    pub receipts_without_text: bool,
    /// Whether the dates of receipts have seconds, which Appendix B of 3.4 has
    /// not.
    pub receipt_seconds: bool,
    /// Whether it is never asked with `enquire_link` if it is there: some clients
    /// do not answer. Half-open connections are then found by deliveries only.
    pub no_enquire_link: bool,
    /// Whether `data_coding` 1, ASCII, means the GSM alphabet, and is kept as 0.
    pub gsm_as_ascii: bool,
}

/// How an id is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum IdForm {
    /// As the centre made it: hexadecimal, in small letters.
    #[default]
    Same,
    /// Hexadecimal, in capital letters.
    Upper,
    /// The same number in decimal.
    Decimal,
}

/// What a receipt says its message and state with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum ReceiptForm {
    /// With its text and with parameters, from 3.4 on.
    #[default]
    Both,
    /// With its text alone.
    Text,
    /// With parameters alone, and an empty text; a peer of 3.3, which has no
    /// parameters, gets the text.
    Tlvs,
}

impl IdForm {
    /// The id in this form. One that is no hexadecimal number stays as it is.
    pub(crate) fn apply(self, id: &MessageId) -> Cow<'_, MessageId> {
        let text = match self {
            Self::Same => None,
            Self::Upper => Some(id.as_str().to_ascii_uppercase()),
            Self::Decimal => u64::from_str_radix(id.as_str(), 16)
                .ok()
                .map(|number| number.to_string()),
        };
        let new = text.and_then(|text| MessageId::new(&text).ok());
        new.map_or(Cow::Borrowed(id), Cow::Owned)
    }
}

type Set = fn(&mut Quirks);

/// Name, meaning, and what it sets.
const NAMED: &[(&str, &str, Set)] = &[
    (
        "speaks-3.3",
        "it speaks 3.3, whatever its bind states",
        |all| {
            all.version = Some(InterfaceVersion::V3_3);
        },
    ),
    (
        "speaks-3.4",
        "it speaks 3.4, whatever its bind states",
        |all| {
            all.version = Some(InterfaceVersion::V3_4);
        },
    ),
    (
        "strict",
        "off-spec requests are refused that could be understood",
        |all| all.strict = true,
    ),
    (
        "no-version",
        "no sc_interface_version in the bind response",
        |all| all.hides_version = true,
    ),
    (
        "bare-errors",
        "responses with an error status are a header alone",
        |all| all.error_bodies = ErrorBodies::Never,
    ),
    (
        "full-errors",
        "responses with an error status have their whole body",
        |all| all.error_bodies = ErrorBodies::Always,
    ),
    (
        "decimal-ids",
        "ids are decimal in responses and receipts",
        |all| {
            all.response_ids = IdForm::Decimal;
            all.receipt_ids = IdForm::Decimal;
        },
    ),
    (
        "hex-dec-ids",
        "ids are hexadecimal in responses, decimal in receipts",
        |all| {
            all.response_ids = IdForm::Same;
            all.receipt_ids = IdForm::Decimal;
        },
    ),
    (
        "dec-hex-ids",
        "ids are decimal in responses, hexadecimal with capital letters in receipts",
        |all| {
            all.response_ids = IdForm::Decimal;
            all.receipt_ids = IdForm::Upper;
        },
    ),
    (
        "text-receipts",
        "receipts have a text and no parameters",
        |all| all.receipts = ReceiptForm::Text,
    ),
    (
        "tlv-receipts",
        "receipts have parameters and an empty text",
        |all| all.receipts = ReceiptForm::Tlvs,
    ),
    (
        "receipts-without-text",
        "the field text of receipts is empty",
        |all| all.receipts_without_text = true,
    ),
    (
        "dates-with-seconds",
        "the dates of receipts have twelve digits",
        |all| all.receipt_seconds = true,
    ),
    (
        "no-enquire-link",
        "it is never asked if it is there",
        |all| all.no_enquire_link = true,
    ),
    (
        "gsm-as-ascii",
        "data_coding 1 means the GSM alphabet",
        |all| all.gsm_as_ascii = true,
    ),
    (
        "old",
        "a client of 3.4 as they were: no parameters that it has not asked for, bare errors",
        |all| {
            all.version = Some(InterfaceVersion::V3_4);
            all.hides_version = true;
            all.error_bodies = ErrorBodies::Never;
            all.receipts = ReceiptForm::Text;
        },
    ),
];

impl Quirks {
    pub(super) const NONE: Self = Self {
        version: None,
        strict: false,
        hides_version: false,
        error_bodies: ErrorBodies::Usual,
        response_ids: IdForm::Same,
        receipt_ids: IdForm::Same,
        receipts: ReceiptForm::Both,
        receipts_without_text: false,
        receipt_seconds: false,
        no_enquire_link: false,
        gsm_as_ascii: false,
    };

    /// All names that [`Quirks::named`] knows, with their meaning.
    pub fn names() -> impl Iterator<Item = (&'static str, &'static str)> {
        NAMED.iter().map(|(name, what, _)| (*name, *what))
    }

    /// The quirks with these names, separated by commas; of two that exclude
    /// each other the last one holds.
    ///
    /// # Errors
    /// [`UnknownQuirk`] for the first name that is none.
    pub fn named(names: &str) -> Result<Self, UnknownQuirk> {
        let mut quirks = Self::default();
        let names = names.split(',').map(str::trim);
        for wanted in names.filter(|name| !name.is_empty()) {
            let found = NAMED.iter().find(|(name, ..)| *name == wanted);
            let (.., set) = found.ok_or_else(|| UnknownQuirk(wanted.into()))?;
            set(&mut quirks);
        }
        Ok(quirks)
    }

    /// The names whose meaning is part of these quirks.
    pub fn own_names(&self) -> impl Iterator<Item = &'static str> {
        let all = *self;
        NAMED.iter().filter_map(move |(name, _, set)| {
            let (mut with, mut alone) = (all, Self::default());
            set(&mut with);
            set(&mut alone);
            (with == all && alone != Self::default()).then_some(*name)
        })
    }

    /// Whether anything is to be looked at in its requests.
    pub(super) fn has_rules_for_messages(&self) -> bool {
        self.gsm_as_ascii || self.has_other_ids()
    }

    pub(super) fn has_other_ids(&self) -> bool {
        self.response_ids != IdForm::Same || self.receipt_ids != IdForm::Same
    }

    /// The id as the centre made it, from one that a request has; `None` when
    /// that is the same, or none of this centre.
    pub(super) fn original_id(&self, text: &str) -> Option<MessageId> {
        let is = |form| self.response_ids == form || self.receipt_ids == form;
        let decimal = is(IdForm::Decimal)
            // As the centre made them, ids have 8 digits or 16.
            && !matches!(text.len(), 8 | 16)
            && text.bytes().all(|one| one.is_ascii_digit());
        let id = if decimal {
            let number: u64 = text.parse().ok()?;
            let short = u32::try_from(number).is_ok();
            let width = if short { 8 } else { 16 };
            format!("{number:0width$x}")
        } else if is(IdForm::Upper) {
            text.to_ascii_lowercase()
        } else {
            return None;
        };
        MessageId::new(&id).ok()
    }
}

/// A name that no quirk has.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there is no quirk {0:?}; there are {known}", known = known())]
pub struct UnknownQuirk(String);

fn known() -> String {
    let names: Vec<_> = Quirks::names().map(|(name, _)| name).collect();
    names.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_sets_something_and_is_told_back() {
        for (name, what) in Quirks::names() {
            let quirks = Quirks::named(name).unwrap();
            assert_ne!(quirks, Quirks::default(), "{name}");
            assert!(quirks.own_names().any(|own| own == name), "{name}");
            assert!(!what.is_empty());
        }
        assert_eq!(Quirks::named(" , "), Ok(Quirks::default()));
        assert_eq!(Quirks::default().own_names().count(), 0);
        let error = Quirks::named("strict, stricter").unwrap_err();
        assert!(
            error
                .to_string()
                .contains("\"stricter\"; there are speaks-3.3,")
        );
    }

    #[test]
    fn every_form_of_an_id_leads_back_to_it() {
        for (name, id, response, receipt) in [
            ("decimal-ids", "62f3f95a0000000b", "7130316800000000011", ""),
            ("hex-dec-ids", "fe568001", "fe568001", "4267081729"),
            ("hex-dec-ids", "0000000b", "0000000b", "11"),
            ("dec-hex-ids", "62f3f95a0000000b", "", "62F3F95A0000000B"),
        ] {
            let quirks = Quirks::named(name).unwrap();
            let made = MessageId::new(id).unwrap();
            let forms = [quirks.response_ids, quirks.receipt_ids].map(|form| form.apply(&made));
            for (form, expected) in forms.iter().zip([response, receipt]) {
                let text = form.as_str();
                assert!(expected.is_empty() || text == expected, "{name} {text}");
                let back = quirks.original_id(text).unwrap_or(made.clone());
                assert_eq!(back, made, "{name} {text}");
            }
            assert_ne!(quirks.original_id(id), quirks.original_id("7"), "{name}");
        }
    }
}
