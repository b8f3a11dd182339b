//! The table of the standard's tagged parameters, and what is made of it:
//! constructors, accessors, widths.

use core::fmt;

use super::structured::{WriteFixed, WriteVariable};
use super::{
    BillingIdentification, BroadcastAreaIdentifier, BroadcastContentType,
    BroadcastFrequencyInterval, CallbackNum, CallbackNumAtag, ItsSessionInfo, MsValidity,
    NetworkErrorCode, SourceTelematicsId, Subaddress, Tag, Tlv, TlvError, TlvTooLong, Tlvs,
    ValueParts,
};
use crate::{
    AddrSubunit, AlertOnMessageDelivery, BearerType, BroadcastAreaSuccess,
    BroadcastChannelIndicator, BroadcastMessageClass, COctetStr, CallbackNumPresInd, CommandStatus,
    CongestionState, DeliveryFailureReason, DestAddrNpResolution, DisplayTime, DpfResult,
    InterfaceVersion, ItsReplyType, LanguageIndicator, MessageState, MoreMessagesToSend,
    MsAvailabilityStatus, MsMsgWaitFacilities, NetworkType, PayloadType, PrivacyIndicator, SetDpf,
    UssdServiceOp,
};

/// What the standard says of one tagged parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct TlvDefinition {
    /// The tag.
    pub tag: Tag,
    /// The standard's name.
    pub name: &'static str,
    /// The form of the value.
    pub kind: TlvKind,
    /// The shortest value that 3.4 or 5.0 allows, in octets.
    pub min_len: u16,
    /// The longest value that 3.4 or 5.0 allows, in octets.
    pub max_len: u16,
    /// The version that introduced it.
    pub since: InterfaceVersion,
    /// Whether a PDU may carry more than one.
    pub repeatable: bool,
}

impl TlvDefinition {
    /// Whether a value of `len` octets is one that the standard allows.
    #[must_use]
    pub const fn allows_len(&self, len: usize) -> bool {
        self.min_len as usize <= len && len <= self.max_len as usize
    }
}

/// The form of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TlvKind {
    /// A number of one octet, or a bit field.
    U8,
    /// A big-endian number of two octets.
    U16,
    /// A big-endian number of four octets.
    U32,
    /// Text that ends with a NUL.
    COctetString,
    /// Octets, or a structure of several parts.
    Octets,
}

/// The table. A row: tag, name, how the value is written (`fixed` cannot fail,
/// `variable` may be
/// too long, `raw` is `variable` without a structure), its type, its form, its least and greatest
/// length in octets, the version that introduced it, whether it may repeat.
macro_rules! definitions {
    ($(
        $(#[doc = $doc:literal])+
        $TAG:ident $name:ident: $write:ident $Type:ty, $kind:ident, $min:literal..=$max:literal,
        $since:ident, $repeatable:literal;
    )*) => {
        impl TlvDefinition {
            /// Every parameter of 3.4 and 5.0, in the order of their tags.
            pub const ALL: &'static [Self] = &[$(
                Self {
                    tag: Tag::$TAG,
                    name: stringify!($name),
                    kind: TlvKind::$kind,
                    min_len: $min,
                    max_len: $max,
                    since: InterfaceVersion::$since,
                    repeatable: $repeatable,
                },
            )*];
        }

        /// Where each row stands in the table.
        #[cfg(feature = "alloc")]
        #[allow(non_camel_case_types, clippy::upper_case_acronyms, reason = "they are the tags")]
        enum Row { $( $TAG, )* }

        /// A search would do, and takes several times as long.
        #[cfg(feature = "alloc")]
        fn row_of(tag: Tag) -> Option<usize> {
            Some(match tag {
                $( Tag::$TAG => Row::$TAG as usize, )*
                _ => return None,
            })
        }

        /// One constructor for each parameter of the standard.
        impl<'a> Tlv<'a> {
            $( definitions! { @$write $(#[doc = $doc])+ $TAG $name $Type } )*
        }

        /// One accessor for each parameter of the standard: the first with that
        /// tag, `None` when there is none, an error when its value is malformed.
        impl<'a> Tlvs<'a> {
            $(
                $(#[doc = $doc])+
                #[must_use]
                pub fn $name(&self) -> Option<Result<$Type, TlvError>> {
                    self.find(Tag::$TAG).map(|tlv| tlv.read())
                }
            )*
        }

        /// The value of `tlv` by the type of its tag; octets where it has none or does not fit.
        pub(super) fn debug_value<'a>(tlv: &Tlv<'a>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            match tlv.tag() {
                $( Tag::$TAG => definitions! { @debug $write $Type, tlv, f }, )*
                _ => debug_octets(tlv.value(), f),
            }
        }
    };
    (@fixed $(#[doc = $doc:literal])+ $TAG:ident $name:ident $Type:ty) => {
        $(#[doc = $doc])+
        #[must_use]
        pub fn $name(value: $Type) -> Self {
            Self::short(Tag::$TAG, WriteFixed::parts(value))
        }
    };
    (@raw $(#[doc = $doc:literal])+ $TAG:ident $name:ident $Type:ty) => {
        definitions! { @variable $(#[doc = $doc])+ $TAG $name $Type }
    };
    (@variable $(#[doc = $doc:literal])+ $TAG:ident $name:ident $Type:ty) => {
        $(#[doc = $doc])+
        ///
        /// # Errors
        /// [`TlvTooLong`] above 65,535 octets.
        pub fn $name(value: $Type) -> Result<Self, TlvTooLong> {
            Self::from_parts(Tag::$TAG, WriteVariable::parts(value))
        }
    };
    (@debug raw $Type:ty, $tlv:ident, $f:ident) => {
        match $tlv.octets() {
            Some(octets) => write!($f, "\"{}\"", octets.escape_ascii()),
            None => debug_octets($tlv.value(), $f),
        }
    };
    (@debug $write:ident $Type:ty, $tlv:ident, $f:ident) => {
        match $tlv.read::<$Type>() {
            Ok(value) => fmt::Debug::fmt(&value, $f),
            Err(_) => debug_octets($tlv.value(), $f),
        }
    };
}

definitions! {
    /// Part of the destination device that the message is for.
    DEST_ADDR_SUBUNIT dest_addr_subunit: fixed AddrSubunit, U8, 1..=1, V3_4, false;
    /// Technology of the destination network.
    DEST_NETWORK_TYPE dest_network_type: fixed NetworkType, U8, 1..=1, V3_4, false;
    /// Bearer that the destination should be reached over.
    DEST_BEARER_TYPE dest_bearer_type: fixed BearerType, U8, 1..=1, V3_4, false;
    /// Telematic interworking at the destination: GSM protocol_id in the upper octet.
    DEST_TELEMATICS_ID dest_telematics_id: fixed u16, U16, 2..=2, V3_4, false;
    /// Part of the source device that the message comes from.
    SOURCE_ADDR_SUBUNIT source_addr_subunit: fixed AddrSubunit, U8, 1..=1, V3_4, false;
    /// Technology of the source network.
    SOURCE_NETWORK_TYPE source_network_type: fixed NetworkType, U8, 1..=1, V3_4, false;
    /// Bearer that the message came over.
    SOURCE_BEARER_TYPE source_bearer_type: fixed BearerType, U8, 1..=1, V3_4, false;
    /// Telematic interworking at the source.
    SOURCE_TELEMATICS_ID source_telematics_id: fixed SourceTelematicsId, U8, 1..=1, V3_4, false;
    /// How long the centre keeps the message, in seconds from its arrival. Takes the place of validity_period.
    QOS_TIME_TO_LIVE qos_time_to_live: fixed u32, U32, 4..=4, V3_4, false;
    /// Higher protocol of the payload.
    PAYLOAD_TYPE payload_type: fixed PayloadType, U8, 1..=1, V3_4, false;
    /// Text that explains a status, ASCII, up to 255 characters.
    ADDITIONAL_STATUS_INFO_TEXT additional_status_info_text: variable COctetStr<'a>, COctetString, 1..=256, V3_4, false;
    /// Message id that a receipt or notification speaks of. Many centres leave its NUL out; both forms are read.
    RECEIPTED_MESSAGE_ID receipted_message_id: variable COctetStr<'a>, COctetString, 1..=65, V3_4, false;
    /// Message waiting indicator for the handset.
    MS_MSG_WAIT_FACILITIES ms_msg_wait_facilities: fixed MsMsgWaitFacilities, U8, 1..=1, V3_4, false;
    /// Privacy level of the message.
    PRIVACY_INDICATOR privacy_indicator: fixed PrivacyIndicator, U8, 1..=1, V3_4, false;
    /// Subaddress of the sender.
    SOURCE_SUBADDRESS source_subaddress: variable Subaddress<'a>, Octets, 2..=23, V3_4, false;
    /// Subaddress of the recipient.
    DEST_SUBADDRESS dest_subaddress: variable Subaddress<'a>, Octets, 2..=23, V3_4, false;
    /// Reference that the ESME assigned.
    USER_MESSAGE_REFERENCE user_message_reference: fixed u16, U16, 2..=2, V3_4, false;
    /// Answer of the user: 0-255 in IS-95, 0-15 in TDMA.
    USER_RESPONSE_CODE user_response_code: fixed u8, U8, 1..=1, V3_4, false;
    /// Application port of the sender. Not together with a user data header.
    SOURCE_PORT source_port: fixed u16, U16, 2..=2, V3_4, false;
    /// Application port of the recipient, `dest_port` in 5.0. Not together with a user data header.
    DESTINATION_PORT destination_port: fixed u16, U16, 2..=2, V3_4, false;
    /// Reference shared by all segments of a long message.
    SAR_MSG_REF_NUM sar_msg_ref_num: fixed u16, U16, 2..=2, V3_4, false;
    /// Language of the text.
    LANGUAGE_INDICATOR language_indicator: fixed LanguageIndicator, U8, 1..=1, V3_4, false;
    /// How many segments the long message has, 1 to 255.
    SAR_TOTAL_SEGMENTS sar_total_segments: fixed u8, U8, 1..=1, V3_4, false;
    /// Which segment this is, 1 to 255.
    SAR_SEGMENT_SEQNUM sar_segment_seqnum: fixed u8, U8, 1..=1, V3_4, false;
    /// Version that the centre speaks. Absent: it takes no tagged parameters.
    SC_INTERFACE_VERSION sc_interface_version: fixed InterfaceVersion, U8, 1..=1, V3_4, false;
    /// Presentation and screening of a callback number; the nth belongs to the nth callback_num.
    CALLBACK_NUM_PRES_IND callback_num_pres_ind: fixed CallbackNumPresInd, U8, 1..=1, V3_4, true;
    /// Name shown for a callback number; the nth belongs to the nth callback_num.
    CALLBACK_NUM_ATAG callback_num_atag: variable CallbackNumAtag<'a>, Octets, 1..=65, V3_4, true;
    /// How many messages wait in the mailbox, 0 to 99.
    NUMBER_OF_MESSAGES number_of_messages: fixed u8, U8, 1..=1, V3_4, false;
    /// Number to call back; may repeat.
    CALLBACK_NUM callback_num: variable CallbackNum<'a>, Octets, 4..=19, V3_4, true;
    /// Whether the delivery pending flag was set.
    DPF_RESULT dpf_result: fixed DpfResult, U8, 1..=1, V3_4, false;
    /// Asks to set the delivery pending flag when delivery fails.
    SET_DPF set_dpf: fixed SetDpf, U8, 1..=1, V3_4, false;
    /// Availability of the handset.
    MS_AVAILABILITY_STATUS ms_availability_status: fixed MsAvailabilityStatus, U8, 1..=1, V3_4, false;
    /// Error that the network gave.
    NETWORK_ERROR_CODE network_error_code: fixed NetworkErrorCode, Octets, 3..=3, V3_4, false;
    /// The message, when it is not in short_message (sm_length is 0 then); its limit is set by centre and network.
    MESSAGE_PAYLOAD message_payload: raw &'a [u8], Octets, 0..=65535, V3_4, false;
    /// Why a transaction-mode delivery failed.
    DELIVERY_FAILURE_REASON delivery_failure_reason: fixed DeliveryFailureReason, U8, 1..=1, V3_4, false;
    /// Whether more messages to the same recipient follow.
    MORE_MESSAGES_TO_SEND more_messages_to_send: fixed MoreMessagesToSend, U8, 1..=1, V3_4, false;
    /// State of the message that a receipt speaks of.
    MESSAGE_STATE message_state: fixed MessageState, U8, 1..=1, V3_4, false;
    /// Load of the sender of a response, 0 to 100 percent.
    CONGESTION_STATE congestion_state: fixed CongestionState, U8, 1..=1, V5_0, false;
    /// USSD operation.
    USSD_SERVICE_OP ussd_service_op: fixed UssdServiceOp, U8, 1..=1, V3_4, false;
    /// Cell broadcast channel.
    BROADCAST_CHANNEL_INDICATOR broadcast_channel_indicator: fixed BroadcastChannelIndicator, U8, 1..=1, V5_0, false;
    /// Content of a broadcast.
    BROADCAST_CONTENT_TYPE broadcast_content_type: fixed BroadcastContentType, Octets, 3..=3, V5_0, false;
    /// More about the content, free form.
    BROADCAST_CONTENT_TYPE_INFO broadcast_content_type_info: raw &'a [u8], Octets, 1..=255, V5_0, false;
    /// How the handset treats a broadcast.
    BROADCAST_MESSAGE_CLASS broadcast_message_class: fixed BroadcastMessageClass, U8, 1..=1, V5_0, false;
    /// How often a broadcast is repeated; 0: without limit.
    BROADCAST_REP_NUM broadcast_rep_num: fixed u16, U16, 2..=2, V5_0, false;
    /// Time between repetitions.
    BROADCAST_FREQUENCY_INTERVAL broadcast_frequency_interval: fixed BroadcastFrequencyInterval, Octets, 3..=3, V5_0, false;
    /// Area of a broadcast; may repeat. In broadcast_sm_resp: an area that failed (`failed_broadcast_area_identifier`).
    BROADCAST_AREA_IDENTIFIER broadcast_area_identifier: variable BroadcastAreaIdentifier<'a>, Octets, 1..=101, V5_0, true;
    /// Why an area failed; the nth belongs to the nth failed area.
    BROADCAST_ERROR_STATUS broadcast_error_status: fixed CommandStatus, U32, 4..=4, V5_0, true;
    /// Share of the cells that got the broadcast, 0 to 100 percent.
    BROADCAST_AREA_SUCCESS broadcast_area_success: fixed BroadcastAreaSuccess, U8, 1..=1, V5_0, false;
    /// When the broadcast ended, an absolute time; with and without its NUL.
    BROADCAST_END_TIME broadcast_end_time: variable COctetStr<'a>, COctetString, 16..=17, V5_0, false;
    /// Target group of a broadcast.
    BROADCAST_SERVICE_GROUP broadcast_service_group: raw &'a [u8], Octets, 1..=255, V5_0, false;
    /// Billing information; the first octet says its format.
    BILLING_IDENTIFICATION billing_identification: variable BillingIdentification<'a>, Octets, 1..=1024, V5_0, false;
    /// Operator of the sender.
    SOURCE_NETWORK_ID source_network_id: variable COctetStr<'a>, COctetString, 7..=65, V5_0, false;
    /// Operator of the recipient.
    DEST_NETWORK_ID dest_network_id: variable COctetStr<'a>, COctetString, 7..=65, V5_0, false;
    /// Node of the sender, six decimal digits.
    SOURCE_NODE_ID source_node_id: raw &'a [u8], Octets, 6..=6, V5_0, false;
    /// Node of the recipient, six decimal digits.
    DEST_NODE_ID dest_node_id: raw &'a [u8], Octets, 6..=6, V5_0, false;
    /// What is known of number portability for the destination.
    DEST_ADDR_NP_RESOLUTION dest_addr_np_resolution: fixed DestAddrNpResolution, U8, 1..=1, V5_0, false;
    /// Location routing number, ten digits.
    DEST_ADDR_NP_INFORMATION dest_addr_np_information: raw &'a [u8], Octets, 10..=10, V5_0, false;
    /// Country code of the ported number, 1 to 5 octets.
    DEST_ADDR_NP_COUNTRY dest_addr_np_country: raw &'a [u8], Octets, 1..=5, V5_0, false;
    /// How long the handset shows the message.
    DISPLAY_TIME display_time: fixed DisplayTime, U8, 1..=1, V3_4, false;
    /// Alerting pattern, after TIA/EIA-136-710.
    SMS_SIGNAL sms_signal: fixed u16, U16, 2..=2, V3_4, false;
    /// How long the handset keeps the message.
    MS_VALIDITY ms_validity: fixed MsValidity, Octets, 1..=4, V3_4, false;
    /// Alerts the user on arrival. Without a value it asks for the default alert.
    ALERT_ON_MESSAGE_DELIVERY alert_on_message_delivery: fixed AlertOnMessageDelivery, U8, 0..=1, V3_4, false;
    /// How the user may answer an interactive teleservice.
    ITS_REPLY_TYPE its_reply_type: fixed ItsReplyType, U8, 1..=1, V3_4, false;
    /// Session of an interactive teleservice.
    ITS_SESSION_INFO its_session_info: fixed ItsSessionInfo, Octets, 2..=2, V3_4, false;
}

/// On a small machine, where room is dearer than time.
#[cfg(not(feature = "alloc"))]
fn row_of(tag: Tag) -> Option<usize> {
    TlvDefinition::ALL
        .binary_search_by_key(&tag, |definition| definition.tag)
        .ok()
}

impl TlvDefinition {
    /// What the standard says of `tag`, if anything.
    #[must_use]
    pub fn of(tag: Tag) -> Option<&'static Self> {
        Self::ALL.get(row_of(tag)?)
    }
}

fn debug_octets(parts: &ValueParts<'_>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    for octet in parts.iter() {
        write!(f, "{octet:02x}")?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_in_the_order_of_the_tags() {
        assert!(TlvDefinition::ALL.is_sorted_by_key(|definition| definition.tag));
    }

    #[test]
    fn every_named_tag_has_its_definition() {
        for (tag, name) in Tag::NAMED {
            assert_eq!(TlvDefinition::of(*tag).unwrap().name, *name);
        }
        assert_eq!(Tag::NAMED.len(), TlvDefinition::ALL.len());
        assert_eq!(TlvDefinition::of(Tag(0x1400)), None);
    }
}
