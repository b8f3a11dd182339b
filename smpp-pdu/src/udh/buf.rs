//! Writing a user data header.

use core::fmt;
use core::ops::Deref;

use super::{
    ConcatRef, Iei, InformationElement, MAX_USER_DATA, NationalLanguage, SmscControl,
    SpecialMessage, UdhError,
};

/// A user data header in the making, up to 140 octets, without allocation.
///
/// Without elements it has no octets at all, not even UDHL, so that it can be
/// put in front of any text; set bit 0x40 of `esm_class` only when it is not
/// empty.
///
/// # Examples
///
/// ```
/// use smpp_pdu::udh::{Iei, InformationElement, NationalLanguage, UdhBuf};
///
/// let mut header = UdhBuf::new();
/// header.concat16(0x0102, 2, 1)?;
/// header.single_shift(NationalLanguage::TURKISH)?;
/// header.push(InformationElement { identifier: Iei(0x80), data: &[7] })?;
/// assert_eq!(
///     header.as_bytes(),
///     [12, 8, 4, 1, 2, 2, 1, 0x24, 1, 1, 0x80, 1, 7],
/// );
/// # Ok::<(), smpp_pdu::udh::UdhError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct UdhBuf {
    octets: [u8; MAX_USER_DATA],
    /// The octets after UDHL, at most 139.
    udhl: u8,
}

impl UdhBuf {
    /// A header without elements.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            octets: [0; MAX_USER_DATA],
            udhl: 0,
        }
    }

    /// Adds an element. The data is not looked at.
    ///
    /// # Errors
    ///
    /// [`UdhError::Full`] when the header would have more than 140 octets; it
    /// stays as it was.
    pub fn push(&mut self, element: InformationElement<'_>) -> Result<(), UdhError> {
        let start = usize::from(self.udhl) + 1;
        let room = MAX_USER_DATA - start;
        let full = UdhError::Full {
            needed: element.data.len().saturating_add(2),
            room,
        };
        let length = u8::try_from(element.data.len()).map_err(|_| full)?;
        let end = start + 2 + usize::from(length);
        let udhl = u8::try_from(end - 1).map_err(|_| full)?;
        let Some([identifier, size, data @ ..]) = self.octets.get_mut(start..end) else {
            return Err(full);
        };
        *identifier = element.identifier.0;
        *size = length;
        data.copy_from_slice(element.data);
        self.udhl = udhl;
        let [first, ..] = &mut self.octets;
        *first = udhl;
        Ok(())
    }

    fn put(&mut self, identifier: Iei, data: &[u8]) -> Result<(), UdhError> {
        self.push(InformationElement { identifier, data })
    }

    /// Adds the place in a longer message in the form that `concat.wide` asks
    /// for.
    ///
    /// # Errors
    ///
    /// [`UdhError::BadValue`] when the part is zero or beyond the total, or
    /// when the reference does not fit; [`UdhError::Full`] as
    /// [`UdhBuf::push`].
    pub fn concat(&mut self, concat: ConcatRef) -> Result<(), UdhError> {
        let (total, part) = (concat.total, concat.part);
        let [high, low] = concat.reference.to_be_bytes();
        match (concat.is_valid(), concat.wide) {
            (false, false) => Err(UdhError::BadValue(Iei::CONCATENATED_8BIT)),
            (false, true) => Err(UdhError::BadValue(Iei::CONCATENATED_16BIT)),
            (true, false) => self.put(Iei::CONCATENATED_8BIT, &[low, total, part]),
            (true, true) => self.put(Iei::CONCATENATED_16BIT, &[high, low, total, part]),
        }
    }

    /// Adds the place in a longer message with a reference of 8 bits (0x00),
    /// 5 octets.
    ///
    /// # Errors
    ///
    /// As [`UdhBuf::concat`].
    pub fn concat8(&mut self, reference: u8, total: u8, part: u8) -> Result<(), UdhError> {
        self.concat(ConcatRef {
            reference: u16::from(reference),
            total,
            part,
            wide: false,
        })
    }

    /// Adds the place in a longer message with a reference of 16 bits (0x08),
    /// 6 octets.
    ///
    /// # Errors
    ///
    /// As [`UdhBuf::concat`].
    pub fn concat16(&mut self, reference: u16, total: u8, part: u8) -> Result<(), UdhError> {
        self.concat(ConcatRef {
            reference,
            total,
            part,
            wide: true,
        })
    }

    /// Adds application ports of 8 bits (0x04), 4 octets.
    ///
    /// # Errors
    ///
    /// [`UdhError::Full`] as [`UdhBuf::push`].
    pub fn ports8(&mut self, destination: u8, originator: u8) -> Result<(), UdhError> {
        self.put(Iei::PORT_8BIT, &[destination, originator])
    }

    /// Adds application ports of 16 bits (0x05), 6 octets.
    ///
    /// # Errors
    ///
    /// [`UdhError::Full`] as [`UdhBuf::push`].
    pub fn ports16(&mut self, destination: u16, originator: u16) -> Result<(), UdhError> {
        let ([d, dd], [o, oo]) = (destination.to_be_bytes(), originator.to_be_bytes());
        self.put(Iei::PORT_16BIT, &[d, dd, o, oo])
    }

    /// Adds the language of the single shift table (0x24), 3 octets.
    ///
    /// # Errors
    ///
    /// [`UdhError::Full`] as [`UdhBuf::push`].
    pub fn single_shift(&mut self, language: NationalLanguage) -> Result<(), UdhError> {
        self.put(Iei::NATIONAL_SINGLE_SHIFT, &[language.0])
    }

    /// Adds the language of the locking shift table (0x25), 3 octets.
    ///
    /// # Errors
    ///
    /// [`UdhError::Full`] as [`UdhBuf::push`].
    pub fn locking_shift(&mut self, language: NationalLanguage) -> Result<(), UdhError> {
        self.put(Iei::NATIONAL_LOCKING_SHIFT, &[language.0])
    }

    /// Adds the messages waiting (0x01), 4 octets.
    ///
    /// # Errors
    ///
    /// [`UdhError::BadValue`] when the profile is above 3, the extended type
    /// above 7 or the type above 3; [`UdhError::Full`] as [`UdhBuf::push`].
    pub fn special_message(&mut self, message: SpecialMessage) -> Result<(), UdhError> {
        match message.to_octets() {
            Some(data) => self.put(Iei::SPECIAL_MESSAGE_INDICATION, &data),
            None => Err(UdhError::BadValue(Iei::SPECIAL_MESSAGE_INDICATION)),
        }
    }

    /// Adds the wanted status reports (0x06), 3 octets.
    ///
    /// # Errors
    ///
    /// [`UdhError::Full`] as [`UdhBuf::push`].
    pub fn smsc_control(&mut self, control: SmscControl) -> Result<(), UdhError> {
        self.put(Iei::SMSC_CONTROL, &[control.0])
    }

    /// The header with UDHL; nothing while there are no elements.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        self.octets.get(..self.len()).unwrap_or_default()
    }

    /// The octets of the header, UDHL included: 0 without elements, else 3 to
    /// 140.
    #[must_use]
    pub const fn len(&self) -> usize {
        // The cast widens; `From` cannot be called in a `const fn`.
        match self.udhl {
            0 => 0,
            udhl => udhl as usize + 1,
        }
    }

    /// Whether there are no elements.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.udhl == 0
    }
}

impl Default for UdhBuf {
    fn default() -> Self {
        Self::new()
    }
}

impl Deref for UdhBuf {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        self.as_bytes()
    }
}

impl AsRef<[u8]> for UdhBuf {
    fn as_ref(&self) -> &[u8] {
        self.as_bytes()
    }
}

impl fmt::Debug for UdhBuf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("UdhBuf").field(&self.as_bytes()).finish()
    }
}
