//! One table of 128 septets.

/// The characters of a table of septets, both ways.
pub(super) struct Table {
    /// The character of each septet; 0 where there is none.
    pub(super) chars: [u16; 128],
    /// The septets in the order of their characters, for the way back. A
    /// character that stands twice is here once, a septet that is only read is
    /// not here.
    pub(super) by_char: &'static [u8],
}

impl Table {
    /// The character of a septet.
    pub(super) fn char(&self, septet: u8) -> Option<char> {
        match self.chars.get(usize::from(septet)) {
            None | Some(0) => None,
            Some(&unit) => char::from_u32(u32::from(unit)),
        }
    }

    /// The septet of a character.
    pub(super) fn septet(&self, character: char) -> Option<u8> {
        let wanted = u16::try_from(u32::from(character)).ok()?;
        let found = self.by_char.binary_search_by_key(&wanted, |&septet| {
            self.chars.get(usize::from(septet)).copied().unwrap_or(0)
        });
        found.ok().and_then(|at| self.by_char.get(at).copied())
    }
}
