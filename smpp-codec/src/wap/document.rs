//! Reading the elements of a document.

use smpp_pdu::time::AbsoluteTime;

use super::date::{self, DateText};
use super::pieces::Pieces;
use super::tokens::{self, HAS_ATTRIBUTES, HAS_CONTENT, Step, TAG_MASK, Value};
use super::{ReadError, Skipped, SkippedKind};

/// What an attribute is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Attribute {
    /// With the beginning of the address.
    Href(&'static str),
    Id,
    Created,
    Expires,
    /// With the action as its token, unless the name came without it.
    Action(Option<u8>),
}

/// A type of document.
pub(super) struct Kind {
    pub(super) public_id: u8,
    pub(super) public_text: &'static [u8],
    /// The outermost element, and its name.
    pub(super) root: (u8, &'static [u8]),
    /// The element inside it that has the attributes; without one it is the
    /// outermost itself.
    pub(super) item: Option<(u8, &'static [u8])>,
    pub(super) attribute: fn(u8) -> Option<Attribute>,
    pub(super) attribute_named: fn(&[u8]) -> Option<Attribute>,
    pub(super) action_named: fn(Pieces<'_>) -> Option<u8>,
}

/// What a document says.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Found<'a> {
    pub(super) href: Option<Pieces<'a>>,
    pub(super) id: Option<Pieces<'a>>,
    pub(super) created: Option<AbsoluteTime>,
    pub(super) expires: Option<AbsoluteTime>,
    pub(super) action: Option<u8>,
    pub(super) text: Option<Pieces<'a>>,
}

struct Reader<'a, 'r> {
    kind: &'static Kind,
    octets: &'a [u8],
    at: usize,
    table: &'a [u8],
    charset: u32,
    tag_page: u8,
    attribute_page: u8,
    found: Found<'a>,
    report: &'r mut dyn FnMut(Skipped),
}

/// What an element is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Element {
    Root,
    Item,
    Other,
}

/// The octets end; what was read stays.
struct Cut;

pub(super) fn read<'a>(
    kind: &'static Kind,
    octets: &'a [u8],
    report: &mut dyn FnMut(Skipped),
) -> Result<Found<'a>, ReadError> {
    let cut = ReadError::Cut {
        offset: octets.len(),
    };
    let number = |at| tokens::uintvar(octets, at).ok_or(cut);
    let &version = octets.first().ok_or(cut)?;
    let (public_id, at) = number(1)?;
    let (public_index, at) = if public_id == 0 { number(at)? } else { (0, at) };
    // WBXML 1.0 did not name its alphabet.
    let charset_at = at;
    let (charset, at) = if version == 0 { (0, at) } else { number(at)? };
    let (table_len, at) = number(at)?;
    let end = usize::try_from(table_len)
        .ok()
        .and_then(|len| at.checked_add(len))
        .ok_or(cut)?;
    let table = octets.get(at..end).ok_or(cut)?;

    match public_id {
        0 if tokens::string(table, public_index) == Some(kind.public_text) => {}
        1 => report(Skipped {
            offset: 1,
            kind: SkippedKind::PublicId,
        }),
        _ if public_id == u32::from(kind.public_id) => {}
        _ => return Err(ReadError::OtherDocument { public_id }),
    }
    match charset {
        0 | tokens::ASCII | tokens::LATIN1 | tokens::UTF8 => {}
        // UCS-2, UCS-4, and UTF-16 and UTF-32 in their variants.
        1000 | 1001 | 1010 | 1013..=1015 | 1017..=1019 => {
            return Err(ReadError::Charset { charset });
        }
        _ => report(Skipped {
            offset: charset_at,
            kind: SkippedKind::Charset { charset },
        }),
    }
    let mut reader = Reader {
        kind,
        octets,
        at: end,
        table,
        charset,
        tag_page: 0,
        attribute_page: 0,
        found: Found::default(),
        report,
    };
    if reader.elements().is_err() {
        reader.skip(octets.len(), SkippedKind::Cut);
    }
    Ok(reader.found)
}

impl<'a> Reader<'a, '_> {
    fn skip(&mut self, offset: usize, kind: SkippedKind) {
        (self.report)(Skipped { offset, kind });
    }

    fn pieces(
        &self,
        prefix: &'static str,
        start: usize,
        end: usize,
        attribute: bool,
    ) -> Pieces<'a> {
        Pieces {
            prefix,
            octets: self.octets.get(start..end).unwrap_or_default(),
            table: self.table,
            charset: self.charset,
            attribute,
            page: self.attribute_page,
        }
    }

    fn elements(&mut self) -> Result<(), Cut> {
        // The number of open elements, and at which of them an element began
        // that is passed over, or the one with the attributes.
        let mut open = 0_usize;
        let mut passing = None;
        let mut item = None;
        let mut root_seen = false;
        let mut item_seen = false;
        // Where the text begins and ends, and whether more may come.
        let mut text: Option<(usize, usize)> = None;
        let mut text_over = false;
        loop {
            let at = self.at;
            if root_seen && open == 0 {
                let len = self.octets.len() - at;
                if len > 0 {
                    self.skip(at, SkippedKind::Trailing { len });
                }
                return Ok(());
            }
            let here = passing.is_none() && item == open.checked_sub(1) && item.is_some();
            match tokens::value(self.octets, at, self.table, false, self.tag_page) {
                Step::Cut => return Err(Cut),
                Step::Unended(_) => {
                    if here && !text_over {
                        let start = text.map_or(at, |(start, _)| start);
                        let end = self.octets.len();
                        self.found.text = Some(self.pieces("", start, end, false));
                    }
                    return Err(Cut);
                }
                Step::Value(Value::Page(page), next) => {
                    self.tag_page = page;
                    self.at = next;
                }
                Step::Value(value, next) => {
                    self.at = next;
                    if here && !text_over {
                        self.unknown(at, value);
                        let start = text.map_or(at, |(start, _)| start);
                        text = Some((start, next));
                        self.found.text = Some(self.pieces("", start, next, false));
                    } else if passing.is_none() {
                        self.skip(at, SkippedKind::Text);
                    }
                }
                Step::Other => {
                    text_over |= here && text.is_some();
                    let &token = self.octets.get(at).ok_or(Cut)?;
                    self.at = at + 1;
                    match token {
                        tokens::END => {
                            let Some(outer) = open.checked_sub(1) else {
                                // An end of nothing: there is no document.
                                self.at = at;
                                root_seen = true;
                                continue;
                            };
                            open = outer;
                            passing = passing.filter(|at| *at != open);
                            item = item.filter(|at| *at != open);
                            continue;
                        }
                        tokens::PI => {
                            if passing.is_none() {
                                self.skip(at, SkippedKind::Instruction);
                            }
                            self.attributes(false, false)?;
                            continue;
                        }
                        _ => {}
                    }
                    let tag = token & TAG_MASK;
                    let name = if tag == tokens::LITERAL {
                        Some(self.string_index(at)?)
                    } else {
                        None
                    };
                    let is = |(known, text): (u8, &[u8])| match name {
                        Some(name) => name == Some(text),
                        None => tag == known && self.tag_page == 0,
                    };
                    let element = if passing.is_some() {
                        Element::Other
                    } else if !root_seen && open == 0 && is(self.kind.root) {
                        Element::Root
                    } else if open == 1 && !item_seen && self.kind.item.is_some_and(is) {
                        Element::Item
                    } else {
                        Element::Other
                    };
                    let carries = match self.kind.item {
                        Some(_) => Element::Item,
                        None => Element::Root,
                    };
                    match element {
                        Element::Root => root_seen = true,
                        Element::Item => {
                            item_seen = true;
                            item = (token & HAS_CONTENT != 0).then_some(open);
                        }
                        Element::Other => {
                            if passing.is_none() {
                                self.skip(at, SkippedKind::Element { token: tag });
                                if token & HAS_CONTENT != 0 {
                                    passing = Some(open);
                                }
                            }
                            root_seen |= open == 0 && token & HAS_CONTENT == 0;
                        }
                    }
                    if token & HAS_ATTRIBUTES != 0 {
                        self.attributes(element == carries, element != Element::Other)?;
                    }
                    if token & HAS_CONTENT != 0 {
                        // An outermost element that nobody knows is the
                        // document all the same.
                        root_seen |= open == 0;
                        open += 1;
                    }
                }
            }
        }
    }

    /// The text that an index into the string table names.
    fn string_index(&mut self, offset: usize) -> Result<Option<&'a [u8]>, Cut> {
        let (index, next) = tokens::uintvar(self.octets, self.at).ok_or(Cut)?;
        self.at = next;
        let text = tokens::string(self.table, index);
        if text.is_none() {
            self.skip(offset, SkippedKind::StringTable { index });
        }
        Ok(text)
    }

    /// The attributes of an element up to their end. `store` tells whether they
    /// are wanted, `tell` whether they are reported if not.
    fn attributes(&mut self, store: bool, tell: bool) -> Result<(), Cut> {
        loop {
            let at = self.at;
            let &token = self.octets.get(at).ok_or(Cut)?;
            match token {
                tokens::END => {
                    self.at = at + 1;
                    return Ok(());
                }
                tokens::SWITCH_PAGE => {
                    let &page = self.octets.get(at + 1).ok_or(Cut)?;
                    self.attribute_page = page;
                    self.at = at + 2;
                }
                tokens::LITERAL => {
                    self.at = at + 1;
                    let name = self.string_index(at)?;
                    let attribute = name.and_then(self.kind.attribute_named);
                    self.attribute(at, token, attribute, store, tell)?;
                }
                0x05..=0x3F | 0x45..=0x7F => {
                    self.at = at + 1;
                    let attribute = (self.kind.attribute)(token);
                    let attribute = attribute.filter(|_| self.attribute_page == 0);
                    self.attribute(at, token, attribute, store, tell)?;
                }
                _ => {
                    // A value of nothing, or what has no place among attributes.
                    match tokens::value(self.octets, at, self.table, true, self.attribute_page) {
                        Step::Value(_, next) => self.at = next,
                        Step::Other => self.at = at + 1,
                        Step::Unended(_) | Step::Cut => return Err(Cut),
                    }
                    if tell {
                        self.skip(at, SkippedKind::Value { token });
                    }
                }
            }
        }
    }

    /// The values of one attribute, whose name began at `offset`.
    fn attribute(
        &mut self,
        offset: usize,
        token: u8,
        attribute: Option<Attribute>,
        store: bool,
        tell: bool,
    ) -> Result<(), Cut> {
        let is_date = matches!(attribute, Some(Attribute::Created | Attribute::Expires));
        let wanted = attribute.filter(|_| store);
        let mut pieces = self.pieces("", self.at, self.at, true);
        let start = self.at;
        let mut opaque = None;
        let mut ended = Ok(());
        loop {
            let at = self.at;
            match tokens::value(self.octets, at, self.table, true, self.attribute_page) {
                Step::Value(value, next) => {
                    self.at = next;
                    match value {
                        Value::Page(page) => self.attribute_page = page,
                        Value::Opaque(octets) if is_date => opaque = Some(octets),
                        _ if wanted.is_some() => self.unknown(at, value),
                        _ => {}
                    }
                }
                Step::Other => break,
                Step::Unended(_) => {
                    self.at = self.octets.len();
                    ended = Err(Cut);
                    break;
                }
                Step::Cut => {
                    ended = Err(Cut);
                    break;
                }
            }
        }
        pieces.octets = self.octets.get(start..self.at).unwrap_or_default();
        let Some(wanted) = wanted else {
            if tell {
                self.skip(offset, SkippedKind::Attribute { token });
            }
            return ended;
        };
        let repeated = match wanted {
            Attribute::Href(prefix) => {
                pieces.prefix = prefix;
                keep(&mut self.found.href, pieces)
            }
            Attribute::Id => keep(&mut self.found.id, pieces),
            Attribute::Created | Attribute::Expires => {
                let read = match opaque {
                    Some(octets) => date::read(octets),
                    None => {
                        let mut text = DateText::default();
                        pieces.decode(&mut text);
                        text.read()
                    }
                };
                let place = if wanted == Attribute::Created {
                    &mut self.found.created
                } else {
                    &mut self.found.expires
                };
                match read {
                    Some(date) => keep(place, date),
                    None => {
                        self.skip(offset, SkippedKind::Date);
                        false
                    }
                }
            }
            Attribute::Action(known) => match known.or_else(|| (self.kind.action_named)(pieces)) {
                Some(action) => keep(&mut self.found.action, action),
                None => {
                    self.skip(offset, SkippedKind::Action);
                    false
                }
            },
        };
        if repeated {
            self.skip(offset, SkippedKind::Repeated { token });
        }
        ended
    }

    /// Reports a value that adds nothing to a text.
    fn unknown(&mut self, at: usize, value: Value<'_>) {
        let kind = match value {
            Value::Opaque(octets) => SkippedKind::Opaque { len: octets.len() },
            Value::Entity(number) if char::from_u32(number).is_none() => {
                SkippedKind::Entity { number }
            }
            Value::Missing(index) => SkippedKind::StringTable { index },
            Value::Unknown(token) => SkippedKind::Value { token },
            _ => return,
        };
        self.skip(at, kind);
    }
}

/// Keeps the first; tells whether there was one already.
fn keep<T>(place: &mut Option<T>, value: T) -> bool {
    if place.is_some() {
        return true;
    }
    *place = Some(value);
    false
}
