//! The values of `service_type` that the specifications define
//! (SMPP 3.4, 5.2.11; 5.0, 4.7.25). Operators may agree on others.

/// The message centre's default service, an empty string.
pub const DEFAULT: &str = "";
/// Cellular messaging.
pub const CMT: &str = "CMT";
/// Cellular paging.
pub const CPT: &str = "CPT";
/// Voice mail notification.
pub const VMN: &str = "VMN";
/// Voice mail alerting.
pub const VMA: &str = "VMA";
/// Wireless application protocol.
pub const WAP: &str = "WAP";
/// Unstructured supplementary service data.
pub const USSD: &str = "USSD";
/// Cell broadcast; since 5.0.
pub const CBS: &str = "CBS";
/// Generic UDP transport; since 5.0.
pub const GUTS: &str = "GUTS";

/// Every standard value with its English name.
pub const NAMED: &[(&str, &str)] = &[
    (DEFAULT, "default"),
    (CMT, "cellular messaging"),
    (CPT, "cellular paging"),
    (VMN, "voice mail notification"),
    (VMA, "voice mail alerting"),
    (WAP, "wireless application protocol"),
    (USSD, "unstructured supplementary services data"),
    (CBS, "cell broadcast service"),
    (GUTS, "generic UDP transport service"),
];
