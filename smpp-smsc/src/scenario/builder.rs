//! Scenarios made in code.

use core::num::NonZeroU32;

use smpp_pdu::CommandStatus;

use super::delay::{Delay, Time};
use super::model::{Destination, Late, Mo, MoText, Number, Pattern, Slow};
use super::values::{Fate, IdForm, Outcomes, Share, Weight};
use super::{Scenario, ScenarioError};

/// Shares are from 0 to 1; what is outside of that counts as the nearer of
/// them.
impl Scenario {
    /// Every message arrives at once, and nothing goes wrong.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// What becomes of messages, by weight. A `None` for the error is the usual
    /// one of that fate. Weights that are all 0 leave it as it was.
    ///
    /// ```
    /// use smpp_smsc::scenario::{Fate, Scenario};
    ///
    /// let scenario = Scenario::new()
    ///     .outcomes([(Fate::Delivered, 9.0, None), (Fate::Undeliverable, 1.0, Some(11))]);
    /// ```
    #[must_use]
    pub fn outcomes(mut self, outcomes: impl IntoIterator<Item = (Fate, f64, Option<u8>)>) -> Self {
        if let Some(outcomes) = weights(outcomes) {
            self.parts.delivery.outcomes = outcomes;
        }
        self
    }

    /// What becomes of messages to numbers of this pattern, in which `*` stands
    /// for any digits and `?` for one. The first pattern that matches counts.
    #[must_use]
    pub fn destination(
        mut self,
        pattern: &str,
        outcomes: impl IntoIterator<Item = (Fate, f64, Option<u8>)>,
    ) -> Self {
        self.parts.destination.push(Destination {
            to: Pattern(pattern.into()),
            outcomes: weights(outcomes),
            delay: None,
            slow: None,
        });
        self
    }

    /// How long handsets take.
    #[must_use]
    pub fn delay(mut self, delay: impl Into<Delay>) -> Self {
        self.parts.delivery.delay = delay.into();
        self
    }

    /// A share of handsets that take longer by this.
    #[must_use]
    pub fn slow(mut self, share: f64, delay: impl Into<Delay>) -> Self {
        self.parts.delivery.slow = Some(Slow {
            share: Share::new(share),
            delay: delay.into(),
        });
        self
    }

    /// Waits after the first, the second … attempt that met a busy or absent
    /// handset; the last one stays.
    #[must_use]
    pub fn retries(mut self, waits: impl IntoIterator<Item = core::time::Duration>) -> Self {
        self.parts.delivery.retries = waits.into_iter().map(Time).collect();
        self
    }

    /// Refuses a share of binds with this status.
    #[must_use]
    pub fn refuse_binds(mut self, status: CommandStatus, share: f64) -> Self {
        let refuse = &mut self.parts.bind.refuse;
        refuse.0.insert(status, Share::new(share));
        self
    }

    /// Refuses a share of `submit_sm`, `data_sm` and `submit_multi` with this
    /// status.
    #[must_use]
    pub fn refuse(mut self, status: CommandStatus, share: f64) -> Self {
        let refuse = &mut self.parts.submit.refuse;
        refuse.0.insert(status, Share::new(share));
        self
    }

    /// Refuses with `ESME_RTHROTTLED` what a session sends beyond this many
    /// messages a second.
    #[must_use]
    pub fn throttle_above(mut self, per_second: NonZeroU32) -> Self {
        self.parts.submit.throttle_above = Some(per_second);
        self
    }

    /// How long responses to messages take.
    #[must_use]
    pub fn response_delay(mut self, delay: impl Into<Delay>) -> Self {
        self.parts.responses.delay = delay.into();
        self
    }

    /// Whether responses keep the order of their requests where their delays
    /// differ. They do if nothing is said.
    #[must_use]
    pub fn responses_in_order(mut self, in_order: bool) -> Self {
        self.parts.responses.in_order = in_order;
        self
    }

    /// A share of responses comes later by this; others overtake them.
    #[must_use]
    pub fn late_responses(mut self, share: f64, by: impl Into<Delay>) -> Self {
        self.parts.responses.late = Some(Late {
            share: Share::new(share),
            by: by.into(),
        });
        self
    }

    /// A share of responses never comes.
    #[must_use]
    pub fn missing_responses(mut self, share: f64) -> Self {
        self.parts.responses.missing = Share::new(share);
        self
    }

    /// A share of responses comes twice.
    #[must_use]
    pub fn doubled_responses(mut self, share: f64) -> Self {
        self.parts.responses.doubled = Share::new(share);
        self
    }

    /// A share of responses has a parameter that runs past their end: strict
    /// readers refuse the whole.
    #[must_use]
    pub fn malformed_responses(mut self, share: f64) -> Self {
        self.parts.responses.malformed = Share::new(share);
        self
    }

    /// A share of responses answers requests that nobody made.
    #[must_use]
    pub fn misnumbered_responses(mut self, share: f64) -> Self {
        self.parts.responses.wrong_sequence_number = Share::new(share);
        self
    }

    /// The form of ids in responses. `query_sm`, `cancel_sm` and `replace_sm`
    /// find messages by the form that the centre made only.
    #[must_use]
    pub fn response_ids(mut self, form: IdForm) -> Self {
        self.parts.responses.message_id = form.into();
        self
    }

    /// A share of receipts never comes.
    #[must_use]
    pub fn missing_receipts(mut self, share: f64) -> Self {
        self.parts.receipts.missing = Share::new(share);
        self
    }

    /// A share of receipts comes twice.
    #[must_use]
    pub fn doubled_receipts(mut self, share: f64) -> Self {
        self.parts.receipts.doubled = Share::new(share);
        self
    }

    /// A share of receipts comes before the response of their message, which
    /// waits for that up to ten seconds.
    #[must_use]
    pub fn early_receipts(mut self, share: f64) -> Self {
        self.parts.receipts.early = Share::new(share);
        self
    }

    /// A share of receipts has no TLVs.
    #[must_use]
    pub fn receipts_without_tlvs(mut self, share: f64) -> Self {
        self.parts.receipts.without_tlvs = Share::new(share);
        self
    }

    /// A share of receipts has an empty text and TLVs only.
    #[must_use]
    pub fn receipts_without_text(mut self, share: f64) -> Self {
        self.parts.receipts.without_text = Share::new(share);
        self
    }

    /// In a share of receipts, `receipted_message_id` does not end with a NUL.
    #[must_use]
    pub fn receipts_without_nul(mut self, share: f64) -> Self {
        self.parts.receipts.without_nul = Share::new(share);
        self
    }

    /// The form of ids in receipts.
    #[must_use]
    pub fn receipt_ids(mut self, form: IdForm) -> Self {
        self.parts.receipts.message_id = form.into();
        self
    }

    /// A share of sessions is cut so long after the bind.
    #[must_use]
    pub fn disconnect_after(mut self, share: f64, after: impl Into<Delay>) -> Self {
        self.parts.disconnect.share = Share::new(share);
        self.parts.disconnect.after = Some(after.into());
        self
    }

    /// A share of sessions is cut in the place of the response to their n-th
    /// message.
    #[must_use]
    pub fn disconnect_after_messages(mut self, share: f64, messages: NonZeroU32) -> Self {
        self.parts.disconnect.share = Share::new(share);
        self.parts.disconnect.after_messages = Some(messages);
        self
    }

    /// Messages from subscribers to every session that receives, one after
    /// each delay. Texts that are long come in parts.
    ///
    /// # Errors
    /// [`ScenarioError`] for a number that is not 1 to 20 digits, `#` in the
    /// place of any, and for a text of more than 255 parts.
    pub fn mo(
        mut self,
        every: impl Into<Delay>,
        from: &str,
        to: &str,
        texts: &[&str],
    ) -> Result<Self, ScenarioError> {
        let wrong = |error: String| ScenarioError::invalid("", None, &error);
        let texts = texts.iter().map(|text| MoText::try_from(text.to_string()));
        self.parts.mo = Some(Mo {
            every: every.into(),
            from: vec![Number::try_from(from.to_owned()).map_err(wrong)?],
            to: vec![Number::try_from(to.to_owned()).map_err(wrong)?],
            texts: texts.collect::<Result<_, _>>().map_err(wrong)?,
            count: None,
        });
        Ok(self)
    }

    /// How many messages from subscribers a session gets. Without
    /// [`Scenario::mo`] there are none.
    #[must_use]
    pub fn mo_count(mut self, count: u64) -> Self {
        if let Some(mo) = &mut self.parts.mo {
            mo.count = Some(count);
        }
        self
    }
}

fn weights(outcomes: impl IntoIterator<Item = (Fate, f64, Option<u8>)>) -> Option<Outcomes> {
    let weights = outcomes
        .into_iter()
        .filter(|(_, weight, _)| *weight > 0.0 && weight.is_finite())
        .map(|(fate, weight, error)| (fate, Weight { weight, error }));
    let outcomes = Outcomes(weights.collect());
    (!outcomes.0.is_empty()).then_some(outcomes)
}
