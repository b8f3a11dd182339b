//! The `priority_flag` octet, which every network reads in its own way.

/// The network whose meaning a [`PriorityFlag`] has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum PriorityScheme {
    /// Any network on an SMPP 3.3 link.
    V33,
    /// GSM short messages.
    GsmSms,
    /// GSM cell broadcast; since 5.0.
    GsmCbs,
    /// ANSI-136 (TDMA).
    Ansi136,
    /// IS-95 (CDMA).
    Is95,
    /// ANSI-41 cell broadcast; since 5.0.
    Ansi41Cbs,
}

wire_number! {
    /// Urgency of a message, 0 the least (`priority_flag`;
    /// SMPP 3.4, 5.2.14; 5.0, 4.7.19).
    ///
    /// The levels have a name per network, see [`name_in`](Self::name_in).
    pub struct PriorityFlag(u8, "2") {
        /// The lowest level.
        LEVEL_0 = 0x00,
        /// The second level.
        LEVEL_1 = 0x01,
        /// The third level.
        LEVEL_2 = 0x02,
        /// The highest level of short messages.
        LEVEL_3 = 0x03,
        /// Only GSM cell broadcast has it, for its background messages.
        LEVEL_4 = 0x04,
    }
}

impl PriorityFlag {
    /// GSM short messages: without priority.
    pub const GSM_SMS_NON_PRIORITY: Self = Self::LEVEL_0;
    /// GSM short messages: with priority. Levels 2 and 3 mean the same.
    pub const GSM_SMS_PRIORITY: Self = Self::LEVEL_1;
    /// GSM cell broadcast: normal.
    pub const GSM_CBS_NORMAL: Self = Self::LEVEL_0;
    /// GSM cell broadcast: sent at once.
    pub const GSM_CBS_IMMEDIATE_BROADCAST: Self = Self::LEVEL_1;
    /// GSM cell broadcast: high priority.
    pub const GSM_CBS_HIGH_PRIORITY: Self = Self::LEVEL_2;
    /// GSM cell broadcast: priority for background messages.
    pub const GSM_CBS_PRIORITY_BACKGROUND: Self = Self::LEVEL_4;
    /// ANSI-136: bulk.
    pub const ANSI_136_BULK: Self = Self::LEVEL_0;
    /// ANSI-136: normal.
    pub const ANSI_136_NORMAL: Self = Self::LEVEL_1;
    /// ANSI-136: urgent.
    pub const ANSI_136_URGENT: Self = Self::LEVEL_2;
    /// ANSI-136: very urgent.
    pub const ANSI_136_VERY_URGENT: Self = Self::LEVEL_3;
    /// IS-95: normal.
    pub const IS_95_NORMAL: Self = Self::LEVEL_0;
    /// IS-95: interactive.
    pub const IS_95_INTERACTIVE: Self = Self::LEVEL_1;
    /// IS-95: urgent.
    pub const IS_95_URGENT: Self = Self::LEVEL_2;
    /// IS-95: emergency.
    pub const IS_95_EMERGENCY: Self = Self::LEVEL_3;
    /// ANSI-41 cell broadcast: normal.
    pub const ANSI_41_CBS_NORMAL: Self = Self::LEVEL_0;
    /// ANSI-41 cell broadcast: interactive.
    pub const ANSI_41_CBS_INTERACTIVE: Self = Self::LEVEL_1;
    /// ANSI-41 cell broadcast: urgent.
    pub const ANSI_41_CBS_URGENT: Self = Self::LEVEL_2;
    /// ANSI-41 cell broadcast: emergency.
    pub const ANSI_41_CBS_EMERGENCY: Self = Self::LEVEL_3;
    /// SMPP 3.3: without priority.
    pub const V33_NON_PRIORITY: Self = Self::LEVEL_0;
    /// SMPP 3.3: with priority.
    pub const V33_PRIORITY: Self = Self::LEVEL_1;

    /// What the level is called in one kind of network, or `None` where it is
    /// reserved.
    #[must_use]
    pub const fn name_in(self, scheme: PriorityScheme) -> Option<&'static str> {
        Some(match (scheme, self) {
            (PriorityScheme::V33 | PriorityScheme::GsmSms, Self::LEVEL_0) => "NON_PRIORITY",
            (PriorityScheme::V33, Self::LEVEL_1)
            | (PriorityScheme::GsmSms, Self::LEVEL_1 | Self::LEVEL_2 | Self::LEVEL_3) => "PRIORITY",
            (PriorityScheme::GsmCbs, Self::LEVEL_0) => "NORMAL",
            (PriorityScheme::GsmCbs, Self::LEVEL_1) => "IMMEDIATE_BROADCAST",
            (PriorityScheme::GsmCbs, Self::LEVEL_2) => "HIGH_PRIORITY",
            (PriorityScheme::GsmCbs, Self::LEVEL_4) => "PRIORITY_BACKGROUND",
            (PriorityScheme::Ansi136, Self::LEVEL_0) => "BULK",
            (PriorityScheme::Ansi136, Self::LEVEL_1) => "NORMAL",
            (PriorityScheme::Ansi136, Self::LEVEL_2) => "URGENT",
            (PriorityScheme::Ansi136, Self::LEVEL_3) => "VERY_URGENT",
            (PriorityScheme::Is95 | PriorityScheme::Ansi41Cbs, Self::LEVEL_0) => "NORMAL",
            (PriorityScheme::Is95 | PriorityScheme::Ansi41Cbs, Self::LEVEL_1) => "INTERACTIVE",
            (PriorityScheme::Is95 | PriorityScheme::Ansi41Cbs, Self::LEVEL_2) => "URGENT",
            (PriorityScheme::Is95 | PriorityScheme::Ansi41Cbs, Self::LEVEL_3) => "EMERGENCY",
            _ => return None,
        })
    }
}
