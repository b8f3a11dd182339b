//! Reading a user data header where it lies.

use core::iter::FusedIterator;

use super::{
    ConcatRef, Iei, InformationElement, NationalLanguage, Ports, SmscControl, SpecialMessage,
    UdhError,
};

/// A user data header that lies in the user data.
///
/// The elements were checked once: they fill the header exactly.
///
/// # Examples
///
/// ```
/// use smpp_pdu::udh::{Iei, Udh};
///
/// let (header, text) = Udh::split(b"\x06\x05\x04\x0B\x84\x23\xF0\x01\x02")?;
/// let element = header.elements().next().expect("one element");
/// assert_eq!(element.identifier, Iei::PORT_16BIT);
/// assert_eq!(header.ports().map(|ports| ports.destination), Some(2948));
/// assert_eq!(text, [0x01, 0x02]);
/// # Ok::<(), smpp_pdu::udh::UdhError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Udh<'a> {
    bytes: &'a [u8],
    elements: &'a [u8],
}

impl<'a> Udh<'a> {
    /// Splits user data into its header and the rest. To be called only when
    /// bit 0x40 of `esm_class` says that there is a header.
    ///
    /// A header without elements (UDHL 0) is accepted.
    ///
    /// # Errors
    ///
    /// [`UdhError::Missing`] when the user data is empty,
    /// [`UdhError::HeaderOverrun`] when UDHL counts more octets than there are,
    /// and [`UdhError::ElementOverrun`] when an element runs past the header.
    pub fn split(user_data: &'a [u8]) -> Result<(Self, &'a [u8]), UdhError> {
        let Some((&declared, after)) = user_data.split_first() else {
            return Err(UdhError::Missing);
        };
        let (Some((elements, rest)), Some((bytes, _))) = (
            after.split_at_checked(usize::from(declared)),
            user_data.split_at_checked(usize::from(declared) + 1),
        ) else {
            return Err(UdhError::HeaderOverrun {
                declared,
                available: after.len(),
            });
        };
        let mut left = elements;
        while !left.is_empty() {
            let Some((_, next)) = split_element(left) else {
                // UDHL itself is the octet at 0, hence the one more.
                let position = 1 + elements.len() - left.len();
                return Err(UdhError::ElementOverrun { position });
            };
            left = next;
        }
        Ok((Self { bytes, elements }, rest))
    }

    /// The whole header with UDHL, as it lies in the user data.
    #[must_use]
    pub const fn as_bytes(&self) -> &'a [u8] {
        self.bytes
    }

    /// The octets of the whole header, UDHL included: 1 to 256.
    #[must_use]
    #[allow(
        clippy::len_without_is_empty,
        reason = "a header has at least the octet UDHL"
    )]
    pub const fn len(&self) -> usize {
        self.bytes.len()
    }

    /// The elements in the order they have in the header, repeated ones too.
    #[must_use]
    pub const fn elements(&self) -> Elements<'a> {
        Elements {
            left: self.elements,
        }
    }

    /// The place in a longer message; see [`InformationElement::concat`].
    ///
    /// Of several elements that say the same thing, or of an 8-bit and a 16-bit
    /// form, the last readable one counts (3GPP TS 23.040 clause 9.2.3.24). The
    /// same holds for the other questions here.
    #[must_use]
    pub fn concat(&self) -> Option<ConcatRef> {
        self.last(|element| element.concat())
    }

    /// The application ports; see [`InformationElement::ports`].
    #[must_use]
    pub fn ports(&self) -> Option<Ports> {
        self.last(|element| element.ports())
    }

    /// The language of the single shift table.
    #[must_use]
    pub fn single_shift(&self) -> Option<NationalLanguage> {
        self.last(|element| element.single_shift())
    }

    /// The language of the locking shift table.
    #[must_use]
    pub fn locking_shift(&self) -> Option<NationalLanguage> {
        self.last(|element| element.locking_shift())
    }

    /// The wanted status reports.
    #[must_use]
    pub fn smsc_control(&self) -> Option<SmscControl> {
        self.last(|element| element.smsc_control())
    }

    /// The messages waiting, one value for each element: a header may announce
    /// several sorts.
    pub fn special_messages(&self) -> impl Iterator<Item = SpecialMessage> + 'a {
        self.elements()
            .filter_map(|element| element.special_message())
    }

    fn last<T>(&self, read: impl FnMut(InformationElement<'a>) -> Option<T>) -> Option<T> {
        self.elements().filter_map(read).last()
    }
}

/// The first element of the octets and what follows it; `None` when the octets
/// end inside the element.
fn split_element(octets: &[u8]) -> Option<(InformationElement<'_>, &[u8])> {
    let (&[identifier, length], after) = octets.split_first_chunk::<2>()?;
    let (data, rest) = after.split_at_checked(usize::from(length))?;
    let identifier = Iei(identifier);
    Some((InformationElement { identifier, data }, rest))
}

/// The elements of a [`Udh`], in order.
#[derive(Clone, Debug)]
pub struct Elements<'a> {
    left: &'a [u8],
}

impl<'a> Iterator for Elements<'a> {
    type Item = InformationElement<'a>;

    fn next(&mut self) -> Option<Self::Item> {
        let (element, rest) = split_element(self.left)?;
        self.left = rest;
        Some(element)
    }
}

impl FusedIterator for Elements<'_> {}

impl<'a> IntoIterator for &Udh<'a> {
    type Item = InformationElement<'a>;
    type IntoIter = Elements<'a>;

    fn into_iter(self) -> Elements<'a> {
        self.elements()
    }
}
