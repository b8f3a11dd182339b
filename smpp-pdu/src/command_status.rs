//! The result code every response carries in its header.

/// What a client does about a [`CommandStatus`].
///
/// The specifications only name the codes; this grouping is the crate's own
/// reading of what helps after each of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum StatusClass {
    /// The request was accepted.
    Ok,
    /// The same request may succeed later; wait longer before every attempt.
    Retry,
    /// The peer asks for a lower rate; slow the whole session down, then repeat.
    Throttle,
    /// The same request will fail again.
    Permanent,
    /// The session is of no further use; close it, correct the cause, bind anew.
    SessionFatal,
}

/// One row per code, so that name, number, class and wording cannot drift apart.
macro_rules! command_statuses {
    ($( $CONST:ident = $value:literal, $class:ident, $meaning:literal; )*) => {
        wire_number! {
            /// Result of a request (`command_status`; SMPP 3.4, 5.1.3; 5.0, 4.7.6).
            ///
            /// Zero in every request. The constants carry the 5.0 names; the
            /// older names of the same codes are constants too.
            pub struct CommandStatus(u32, "8") {
                $( #[doc = concat!($meaning, ".")] $CONST = $value, )*
            }
        }

        impl CommandStatus {
            /// The code in one short English phrase, or `None` for a reserved
            /// or vendor code.
            #[must_use]
            pub const fn meaning(self) -> Option<&'static str> {
                match self.0 {
                    $( $value => Some($meaning), )*
                    _ => None,
                }
            }

            /// How a client should react.
            ///
            /// Vendor codes count as permanent. A reserved code is treated like
            /// [`ESME_RUNKNOWNERR`](Self::ESME_RUNKNOWNERR).
            #[must_use]
            pub const fn class(self) -> StatusClass {
                match self.0 {
                    $( $value => StatusClass::$class, )*
                    _ if self.is_vendor_specific() => StatusClass::Permanent,
                    _ => Self::ESME_RUNKNOWNERR.class(),
                }
            }
        }
    };
}

command_statuses! {
    ESME_ROK = 0x0000_0000, Ok, "Request accepted";
    ESME_RINVMSGLEN = 0x0000_0001, Permanent, "Message text too long or too short";
    ESME_RINVCMDLEN = 0x0000_0002, SessionFatal, "command_length does not fit the PDU";
    ESME_RINVCMDID = 0x0000_0003, Permanent, "Operation not known or not supported";
    ESME_RINVBNDSTS = 0x0000_0004, SessionFatal, "Operation not allowed in this bind state";
    ESME_RALYBND = 0x0000_0005, SessionFatal, "Session is bound already";
    ESME_RINVPRTFLG = 0x0000_0006, Permanent, "priority_flag not supported";
    ESME_RINVREGDLVFLG = 0x0000_0007, Permanent, "registered_delivery not supported";
    ESME_RSYSERR = 0x0000_0008, Retry, "Fault inside the message centre";
    ESME_RINVSRCADR = 0x0000_000A, Permanent, "Source address refused";
    ESME_RINVDSTADR = 0x0000_000B, Permanent, "Destination address refused";
    ESME_RINVMSGID = 0x0000_000C, Permanent, "No message with this message_id";
    ESME_RBINDFAIL = 0x0000_000D, SessionFatal, "Bind refused";
    ESME_RINVPASWD = 0x0000_000E, SessionFatal, "Password refused";
    ESME_RINVSYSID = 0x0000_000F, SessionFatal, "system_id refused";
    ESME_RCANCELFAIL = 0x0000_0011, Permanent, "Message could not be cancelled";
    ESME_RREPLACEFAIL = 0x0000_0013, Permanent, "Message could not be replaced";
    ESME_RMSGQFUL = 0x0000_0014, Throttle, "Message queue is full";
    ESME_RINVSERTYP = 0x0000_0015, Permanent, "service_type not known";
    ESME_RADDCUSTFAIL = 0x0000_0019, Permanent, "Customer could not be added (old provisioning code)";
    ESME_RDELCUSTFAIL = 0x0000_001A, Permanent, "Customer could not be deleted (old provisioning code)";
    ESME_RMODCUSTFAIL = 0x0000_001B, Permanent, "Customer could not be modified (old provisioning code)";
    ESME_RENQCUSTFAIL = 0x0000_001C, Permanent, "Customer could not be looked up (old provisioning code)";
    ESME_RINVCUSTID = 0x0000_001D, Permanent, "Customer id refused (old provisioning code)";
    ESME_RINVCUSTNAME = 0x0000_001F, Permanent, "Customer name refused (old provisioning code)";
    ESME_RINVCUSTADR = 0x0000_0021, Permanent, "Customer address refused (old provisioning code)";
    ESME_RINVADR = 0x0000_0022, Permanent, "Address refused (old provisioning code)";
    ESME_RCUSTEXIST = 0x0000_0023, Permanent, "Customer exists already (old provisioning code)";
    ESME_RCUSTNOTEXIST = 0x0000_0024, Permanent, "No such customer (old provisioning code)";
    ESME_RADDDLFAIL = 0x0000_0026, Permanent, "Distribution list could not be added (old provisioning code)";
    ESME_RMODDLFAIL = 0x0000_0027, Permanent, "Distribution list could not be modified (old provisioning code)";
    ESME_RDELDLFAIL = 0x0000_0028, Permanent, "Distribution list could not be deleted (old provisioning code)";
    ESME_RVIEWDLFAIL = 0x0000_0029, Permanent, "Distribution list could not be shown (old provisioning code)";
    ESME_RLISTDLSFAIL = 0x0000_0030, Permanent, "Distribution lists could not be listed (old provisioning code)";
    ESME_RPARAMRETFAIL = 0x0000_0031, Permanent, "Parameter could not be retrieved (old provisioning code)";
    ESME_RINVPARAM = 0x0000_0032, Permanent, "Parameter name refused (old provisioning code)";
    ESME_RINVNUMDESTS = 0x0000_0033, Permanent, "Number of destinations refused";
    ESME_RINVDLNAME = 0x0000_0034, Permanent, "Distribution list name refused";
    ESME_RINVDLMEMBDESC = 0x0000_0035, Permanent, "Description of a list member refused (old provisioning code)";
    ESME_RINVDLMEMBTYP = 0x0000_0038, Permanent, "Type of a list member refused (old provisioning code)";
    ESME_RINVDLMODOPT = 0x0000_0039, Permanent, "List modification option refused (old provisioning code)";
    ESME_RINVDESTFLAG = 0x0000_0040, Permanent, "dest_flag neither an address nor a list";
    ESME_RINVSUBREP = 0x0000_0042, Permanent, "Submission may not replace an earlier message";
    ESME_RINVESMCLASS = 0x0000_0043, Permanent, "esm_class not supported";
    ESME_RCNTSUBDL = 0x0000_0044, Permanent, "Distribution list cannot be used";
    ESME_RSUBMITFAIL = 0x0000_0045, Retry, "Submission failed";
    ESME_RINVSRCTON = 0x0000_0048, Permanent, "Source type of number refused";
    ESME_RINVSRCNPI = 0x0000_0049, Permanent, "Source numbering plan refused";
    ESME_RINVDSTTON = 0x0000_0050, Permanent, "Destination type of number refused";
    ESME_RINVDSTNPI = 0x0000_0051, Permanent, "Destination numbering plan refused";
    ESME_RINVSYSTYP = 0x0000_0053, SessionFatal, "system_type refused";
    ESME_RINVREPFLAG = 0x0000_0054, Permanent, "replace_if_present_flag neither 0 nor 1";
    ESME_RINVNUMMSGS = 0x0000_0055, Permanent, "Number of messages refused";
    ESME_RTHROTTLED = 0x0000_0058, Throttle, "Allowed message rate exceeded";
    ESME_RPROVNOTALLWD = 0x0000_0059, Permanent, "Provisioning not allowed (old provisioning code)";
    ESME_RINVSCHED = 0x0000_0061, Permanent, "Scheduled delivery time refused";
    ESME_RINVEXPIRY = 0x0000_0062, Permanent, "Validity period refused";
    ESME_RINVDFTMSGID = 0x0000_0063, Permanent, "No such predefined message";
    ESME_RX_T_APPN = 0x0000_0064, Retry, "Receiver cannot take the message now";
    ESME_RX_P_APPN = 0x0000_0065, Permanent, "Receiver will never take messages for this destination";
    ESME_RX_R_APPN = 0x0000_0066, Permanent, "Receiver refuses this one message";
    ESME_RQUERYFAIL = 0x0000_0067, Permanent, "Query failed";
    ESME_RINVTLVSTREAM = 0x0000_00C0, Permanent, "TLVs cannot be told apart";
    ESME_RTLVNOTALLWD = 0x0000_00C1, Permanent, "TLV not allowed in this PDU";
    ESME_RINVTLVLEN = 0x0000_00C2, Permanent, "TLV has the wrong length";
    ESME_RMISSINGTLV = 0x0000_00C3, Permanent, "Required TLV is missing";
    ESME_RINVTLVVAL = 0x0000_00C4, Permanent, "TLV value refused";
    ESME_RDELIVERYFAILURE = 0x0000_00FE, Retry, "Message was not delivered within the transaction";
    ESME_RUNKNOWNERR = 0x0000_00FF, Retry, "Error without further explanation";
    ESME_RSERTYPUNAUTH = 0x0000_0100, Permanent, "Not authorised for this service_type";
    ESME_RPROHIBITED = 0x0000_0101, Permanent, "Not authorised for this operation";
    ESME_RSERTYPUNAVAIL = 0x0000_0102, Retry, "service_type is out of service";
    ESME_RSERTYPDENIED = 0x0000_0103, Permanent, "Content does not suit the service_type";
    ESME_RINVDCS = 0x0000_0104, Permanent, "data_coding not supported";
    ESME_RINVSRCADDRSUBUNIT = 0x0000_0105, Permanent, "source_addr_subunit not supported";
    ESME_RINVDSTADDRSUBUNIT = 0x0000_0106, Permanent, "dest_addr_subunit not supported";
    ESME_RINVBCASTFREQINT = 0x0000_0107, Permanent, "broadcast_frequency_interval not supported";
    ESME_RINVBCASTALIAS_NAME = 0x0000_0108, Permanent, "Alias of a broadcast area refused";
    ESME_RINVBCASTAREAFMT = 0x0000_0109, Permanent, "Format of a broadcast area refused";
    ESME_RINVNUMBCAST_AREAS = 0x0000_010A, Permanent, "Number of broadcast areas refused";
    ESME_RINVBCASTCNTTYPE = 0x0000_010B, Permanent, "broadcast_content_type not known";
    ESME_RINVBCASTMSGCLASS = 0x0000_010C, Permanent, "broadcast_message_class not known";
    ESME_RBCASTFAIL = 0x0000_010D, Retry, "Broadcast failed";
    ESME_RBCASTQUERYFAIL = 0x0000_010E, Permanent, "Query of a broadcast failed";
    ESME_RBCASTCANCELFAIL = 0x0000_010F, Permanent, "Broadcast could not be cancelled";
    ESME_RINVBCAST_REP = 0x0000_0110, Permanent, "broadcast_rep_num not supported";
    ESME_RINVBCASTSRVGRP = 0x0000_0111, Permanent, "broadcast_service_group not supported";
    ESME_RINVBCASTCHANIND = 0x0000_0112, Permanent, "broadcast_channel_indicator not supported";
}

/// Names that 3.3 and 3.4 gave to codes which 5.0 renamed.
macro_rules! older_names {
    ($( $OLD:ident = $CURRENT:ident, $version:literal; )*) => {
        impl CommandStatus {
            $(
                #[doc = concat!("The name in SMPP ", $version, " of [`", stringify!($CURRENT),
                    "`](Self::", stringify!($CURRENT), ").")]
                pub const $OLD: Self = Self::$CURRENT;
            )*

            /// The older names, each with its code.
            pub const ALIASES: &'static [(Self, &'static str)] =
                &[$( (Self::$CURRENT, stringify!($OLD)) ),*];
        }
    };
}

older_names! {
    ESME_RINVSYSIDSRV = ESME_RINVSYSID, "3.3";
    ESME_RCNTCANMSG = ESME_RCANCELFAIL, "3.3";
    ESME_RCNTREPMSG = ESME_RREPLACEFAIL, "3.3";
    ESME_RSERNOTSUP = ESME_RINVSERTYP, "3.3";
    ESME_RTHROTTLEXCD = ESME_RTHROTTLED, "3.3";
    ESME_RINVOPTPARSTREAM = ESME_RINVTLVSTREAM, "3.4";
    ESME_ROPTPARNOTALLWD = ESME_RTLVNOTALLWD, "3.4";
    ESME_RINVPARLEN = ESME_RINVTLVLEN, "3.4";
    ESME_RMISSINGOPTPARAM = ESME_RMISSINGTLV, "3.4";
    ESME_RINVOPTPARAMVAL = ESME_RINVTLVVAL, "3.4";
}

impl CommandStatus {
    /// Whether the code reports anything but success.
    #[must_use]
    pub const fn is_error(self) -> bool {
        self.0 != Self::ESME_ROK.0
    }

    /// Whether the code lies in the range left to message centre vendors
    /// (0x400 to 0x4FF).
    #[must_use]
    pub const fn is_vendor_specific(self) -> bool {
        matches!(self.0, 0x0400..=0x04FF)
    }

    /// The code with this name, old or current, in any letter case, with or
    /// without the prefix `ESME_`.
    ///
    /// Some names of 3.3 never had a number in print; they give `None`.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        let wanted = without_prefix(name);
        Self::NAMED
            .iter()
            .chain(Self::ALIASES)
            .find(|(_, known)| without_prefix(known).eq_ignore_ascii_case(wanted))
            .map(|(status, _)| *status)
    }
}

fn without_prefix(name: &str) -> &str {
    match name.split_at_checked("ESME_".len()) {
        Some((prefix, rest)) if prefix.eq_ignore_ascii_case("ESME_") => rest,
        _ => name,
    }
}
