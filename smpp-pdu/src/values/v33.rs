//! What SMPP 3.3 reads differently in fields that later versions share.

use super::esm_class::EsmClass;
use super::registered_delivery::RegisteredDelivery;

wire_number! {
    /// GSM reason for a failed delivery in the `query_sm_resp` of SMPP 3.3.
    ///
    /// 3.3 prints the names only. The numbers are those in use; treat them as
    /// likely rather than certain.
    pub struct GsmErrorCode(u8, "2") {
        /// No error.
        NONE = 0,
        /// The subscriber does not exist.
        UNKNOWN_SUBSCRIBER = 1,
        /// The subscriber has no short message service.
        NOT_PROVISIONED = 11,
        /// Barred.
        CALL_BARRED = 13,
        /// Refused by a closed user group.
        CUG_REJECT = 15,
        /// The phone has no short message service.
        SMS_NOT_SUPPORTED_BY_MS = 19,
        /// The phone reported an error.
        ERROR_IN_MS = 20,
        /// The network lacks the facility.
        FACILITY_NOT_SUPPORTED = 21,
        /// The phone's memory is full.
        MEMORY_CAPACITY_EXCEEDED = 22,
        /// The subscriber is absent.
        ABSENT_SUBSCRIBER = 29,
        /// The phone is switched off.
        ABSENT_DETACHED = 30,
        /// The phone did not answer the paging.
        NO_PAGE_RESPONSE = 31,
        /// The subscriber moved to another network.
        ROAMED_TO_OTHER_PLMN = 32,
        /// A fault in the network.
        SYSTEM_FAILURE = 36,
    }
}

impl EsmClass {
    /// SMPP 3.3: an ordinary message; submissions have no other value.
    pub const V33_NONE: Self = Self(0x00);
    /// SMPP 3.3: a `deliver_sm` that carries a receipt. The text of 3.3 gives
    /// no number; 4 is what peers send and what 3.4 made of it.
    pub const V33_DELIVERY_RECEIPT: Self = Self(0x04);
}

impl RegisteredDelivery {
    /// SMPP 3.3: no receipt.
    pub const V33_NONE: Self = Self(0x00);
    /// SMPP 3.3: a receipt is wanted; all higher values are reserved there.
    pub const V33_RECEIPT_REQUESTED: Self = Self(0x01);
}
