//! One message whose parts are collected.

use core::ops::DerefMut;

use super::{Incoming, Method, Missing, PartRef};
use crate::Buffer;

/// What tells one long message from another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Key<K> {
    pub(super) route: K,
    pub(super) method: Method,
    pub(super) reference: u16,
    pub(super) total: u8,
}

impl<K> Key<K> {
    pub(super) const fn new(route: K, place: PartRef) -> Self {
        Self {
            route,
            method: place.method,
            reference: place.reference,
            total: place.total,
        }
    }

    /// Whether a part belongs to the message.
    pub(super) fn is(&self, route: &K, place: PartRef) -> bool
    where
        K: Eq,
    {
        self.route == *route
            && self.method == place.method
            && self.reference == place.reference
            && self.total == place.total
    }
}

/// Where a part lies in the collected octets.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Place {
    start: usize,
    header: u16,
    data: u16,
    there: bool,
}

/// What became of a part.
pub(super) enum Offer {
    Stored,
    Duplicate,
    /// The message was begun anew; these of the old one never came.
    Restarted(Missing),
    NoRoom,
}

#[derive(Clone, Debug)]
pub(super) struct Slot<K, D, P> {
    pub(super) key: Key<K>,
    /// When the first part came, or when the last one did.
    pub(super) since: u64,
    pub(super) missing: Missing,
    data: D,
    places: P,
}

impl<K, D: Buffer, P: DerefMut<Target = [Place]>> Slot<K, D, P> {
    /// `places` has as many as the message has parts.
    pub(super) fn new(key: Key<K>, now: u64, data: D, places: P) -> Self {
        let missing = Missing::all(key.total);
        Self {
            key,
            since: now,
            missing,
            data,
            places,
        }
    }

    pub(super) const fn is_complete(&self) -> bool {
        self.missing.is_empty()
    }

    /// The octets that are collected.
    pub(super) fn octets(&self) -> usize {
        self.data.as_slice().len()
    }

    /// What the octets are collected in.
    #[cfg(feature = "alloc")]
    pub(super) const fn data_mut(&mut self) -> &mut D {
        &mut self.data
    }

    /// Takes a part.
    pub(super) fn offer(&mut self, part: &Incoming<'_>, now: u64) -> Offer {
        let number = part.place.part;
        if let Some((header, data)) = self.part(number) {
            if header == part.header && data == part.data {
                return Offer::Duplicate;
            }
            let missing = self.missing;
            self.data.clear();
            self.places.fill(Place::default());
            self.missing = Missing::all(self.key.total);
            self.since = now;
            return match self.store(part) {
                Offer::NoRoom => Offer::NoRoom,
                _ => Offer::Restarted(missing),
            };
        }
        self.store(part)
    }

    fn store(&mut self, part: &Incoming<'_>) -> Offer {
        let start = self.octets();
        let number = part.place.part;
        let len = part.header.len() + part.data.len();
        let (Ok(header), Ok(data)) = (
            u16::try_from(part.header.len()),
            u16::try_from(part.data.len()),
        ) else {
            return Offer::NoRoom;
        };
        let Some(place) = usize::from(number)
            .checked_sub(1)
            .and_then(|index| self.places.get_mut(index))
        else {
            return Offer::NoRoom;
        };
        if len > self.data.room() {
            return Offer::NoRoom;
        }
        *place = Place {
            start,
            header,
            data,
            there: true,
        };
        self.data.put(part.header);
        self.data.put(part.data);
        self.missing.remove(number);
        Offer::Stored
    }

    /// Header and data of a part, if it is there.
    pub(super) fn part(&self, number: u8) -> Option<(&[u8], &[u8])> {
        part(&self.places, self.data.as_slice(), number)
    }

    pub(super) fn places(&self) -> &[Place] {
        &self.places
    }

    pub(super) fn collected(&self) -> &[u8] {
        self.data.as_slice()
    }
}

/// Header and data of a part, if it is there.
pub(super) fn part<'s>(
    places: &[Place],
    collected: &'s [u8],
    number: u8,
) -> Option<(&'s [u8], &'s [u8])> {
    let place = places.get(usize::from(number).checked_sub(1)?)?;
    if !place.there {
        return None;
    }
    let header = place.start + usize::from(place.header);
    let end = header + usize::from(place.data);
    Some((
        collected.get(place.start..header)?,
        collected.get(header..end)?,
    ))
}
