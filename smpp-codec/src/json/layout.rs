//! Which fields an operation has, learnt from the grammar of bodies.

use alloc::vec::Vec;

use smpp_pdu::{CommandId, Header, SequenceNumber};

use crate::{Decoder, FieldValue, FieldVisitor, visit};

/// More octets than the body of any operation has when all its fields are
/// empty.
const ROOM: usize = 64;

/// A field of a body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Slot {
    pub(super) name: &'static str,
    pub(super) kind: SlotKind,
}

/// What a field holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum SlotKind {
    /// A number of `len` octets, which stands at `offset` when all fields
    /// before it are empty.
    Number { len: usize, offset: usize },
    /// A C-octet string.
    Text { secret: bool },
    /// Octets whose number the field before has.
    Octets,
    /// A list whose number of members the field before has.
    List,
}

/// The fields of an operation in wire order; `None` for one that is not known.
///
/// A body of NULs is one whose fields are all empty, so that reading it and
/// looking at what was read gives the row of fields from the one place where it
/// is declared.
pub(super) fn slots(command_id: CommandId) -> Option<Vec<Slot>> {
    command_id.name()?;
    let mut slots = Slots(Vec::new());
    let octets = empty(command_id);
    let pdu = Decoder::new().decode_octets(&octets, &mut ()).ok()?;
    visit(&pdu, &mut slots);
    Some(slots.0)
}

/// The value that this name stands for, in the field of one octet at `offset`.
pub(super) fn named(command_id: CommandId, offset: usize, wanted: &str) -> Option<u8> {
    struct Find<'w> {
        offset: usize,
        wanted: &'w str,
        found: bool,
    }
    impl FieldVisitor for Find<'_> {
        fn field(&mut self, _: &'static str, value: FieldValue<'_>, offset: usize, _: usize) {
            if let FieldValue::Number {
                name: Some(name), ..
            } = value
            {
                self.found |= offset == self.offset && name.eq_ignore_ascii_case(self.wanted);
            }
        }
    }
    let mut octets = empty(command_id);
    (0..=u8::MAX).find(|number| {
        if let Some(octet) = octets.get_mut(offset) {
            *octet = *number;
        }
        let mut find = Find {
            offset,
            wanted,
            found: false,
        };
        if let Ok(pdu) = Decoder::new().decode_octets(&octets, &mut ()) {
            visit(&pdu, &mut find);
        }
        find.found
    })
}

fn empty(command_id: CommandId) -> [u8; Header::LEN + ROOM] {
    let mut octets = [0; Header::LEN + ROOM];
    let header = Header {
        command_length: (Header::LEN + ROOM) as u32,
        command_id,
        command_status: smpp_pdu::CommandStatus::ESME_ROK,
        sequence_number: SequenceNumber(1),
    };
    if let Some(front) = octets.first_chunk_mut() {
        *front = header.to_octets();
    }
    octets
}

struct Slots(Vec<Slot>);

impl FieldVisitor for Slots {
    fn field(&mut self, name: &'static str, value: FieldValue<'_>, offset: usize, len: usize) {
        let kind = match value {
            FieldValue::Number { .. } => SlotKind::Number { len, offset },
            FieldValue::Text(_) => SlotKind::Text { secret: false },
            FieldValue::Secret(_) => SlotKind::Text { secret: true },
            FieldValue::Octets(_) => SlotKind::Octets,
        };
        self.0.push(Slot { name, kind });
    }

    fn begin_list(&mut self, name: &'static str) {
        let kind = SlotKind::List;
        self.0.push(Slot { name, kind });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_operation_has_its_row_of_fields() {
        for (command_id, name) in CommandId::NAMED {
            let slots = slots(*command_id);
            assert!(slots.is_some(), "{name}");
        }
        let names: Vec<_> = slots(CommandId::SUBMIT_MULTI)
            .unwrap()
            .iter()
            .map(|slot| slot.name)
            .collect();
        assert_eq!(
            names[..6],
            [
                "service_type",
                "source_addr_ton",
                "source_addr_npi",
                "source_addr",
                "number_of_dests",
                "dest_address"
            ]
        );
        assert_eq!(names.last(), Some(&"short_message"));
        assert_eq!(slots(CommandId(0x0001_0200)), None);
    }

    #[test]
    fn a_name_stands_for_its_number() {
        let data_coding = slots(CommandId::DATA_SM).unwrap();
        let slot = data_coding.last().unwrap();
        assert_eq!(slot.name, "data_coding");
        let SlotKind::Number { len: 1, offset } = slot.kind else {
            panic!("{slot:?}");
        };
        assert_eq!(named(CommandId::DATA_SM, offset, "ucs2"), Some(8));
        assert_eq!(named(CommandId::DATA_SM, offset, "no such"), None);
    }
}
