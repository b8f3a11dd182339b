//! What the counter beside a text field shows.

use core::fmt;

use smpp_pdu::udh::SegmentUnit;

/// The number of parts of a text, and how full the last one is.
///
/// ```
/// use smpp_codec::long::{SplitOptions, segments};
/// use smpp_codec::text::Encoding;
///
/// let text = "x".repeat(161);
/// let count = segments(Encoding::Gsm7, text.as_str(), SplitOptions::default())?.part_count();
/// assert_eq!(count.to_string(), "2 parts: 161 septets, room for 145 more");
/// # Ok::<(), smpp_codec::long::SplitError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct PartCount {
    /// How many parts.
    pub parts: usize,
    /// How long the whole text is, in units.
    pub units: usize,
    /// What `units` and `left` count.
    pub unit: SegmentUnit,
    /// How much the last part has left, in units. With
    /// [`Method::Payload`](super::Method::Payload) it is 0.
    pub left: usize,
}

impl fmt::Display for PartCount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            parts, units, left, ..
        } = self;
        let s = |count: usize| if count == 1 { "" } else { "s" };
        let unit = match self.unit {
            SegmentUnit::Septets => "septet",
            SegmentUnit::Octets => "octet",
            SegmentUnit::Ucs2 => "16-bit unit",
        };
        write!(
            f,
            "{parts} part{}: {units} {unit}{}, room for {left} more",
            s(*parts),
            s(*units)
        )
    }
}
