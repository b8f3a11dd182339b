//! Which message a receipt speaks of, given what is known.

use super::Habits;
use super::forms::{Changes, Id, Places, explain, is_telling};
use super::habit::Habit;
use super::store::{Store, Table};
use super::types::{Ambiguity, Candidate, Candidates, Held};

pub(super) enum Decision<K> {
    /// This one.
    One(Found),
    /// Candidates, but nothing is sure.
    Many(Candidates<K>, Ambiguity),
    /// A response that is under way may change the answer.
    Wait,
    /// No message is known.
    None,
}

/// A message, with how each id of the receipt leads to it.
#[derive(Clone, Copy)]
pub(super) struct Found {
    pub(super) at: usize,
    pub(super) tlv: Option<Changes>,
    pub(super) text: Option<Changes>,
    pub(super) habitual: bool,
    pub(super) by_address: bool,
    /// How the address of the recipient speaks for it.
    address: Option<bool>,
}

/// The messages that an id, or both, may lead to. Eight are kept; the first to go
/// are those to other recipients: a `submit_multi` has one id for hundreds.
struct List {
    found: heapless::Vec<Found, 8>,
    count: usize,
    /// One is allowed by the habit of the peer.
    allowed: bool,
    /// One that was not kept may be to the recipient.
    open: bool,
}

impl List {
    const fn new() -> Self {
        Self {
            found: heapless::Vec::new(),
            count: 0,
            allowed: true,
            open: false,
        }
    }

    fn add(&mut self, found: Found) {
        self.count += 1;
        let Err(found) = self.found.push(found) else {
            return;
        };
        let elsewhere = |found: &Found| found.address == Some(false);
        if elsewhere(&found) {
            return;
        }
        match self.found.iter_mut().find(|kept| elsewhere(kept)) {
            Some(kept) => *kept = found,
            None => self.open = true,
        }
    }

    /// Those that are only counted.
    fn unkept(&self) -> usize {
        self.count - self.found.len()
    }

    fn has(&self, at: usize) -> bool {
        self.found.iter().any(|found| found.at == at)
    }
}

/// When a receipt is looked at.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum When {
    /// Requests that are older than the receipt have no response yet.
    Waiting,
    /// None is known to be.
    Now,
    /// The receipt has waited long enough.
    Last,
}

pub(super) fn decide<K: Clone, R, S: Store<K, R>>(
    table: &Table<K, R, S>,
    habits: &Habits,
    held: &Held<R>,
    when: When,
) -> Decision<K> {
    let tlv = candidates(table, &habits.tlv, held.tlv.as_ref(), held.source, true);
    let text = candidates(table, &habits.text, held.text.as_ref(), held.source, false);
    let (list, apart) = combine(&tlv, &text);
    let many = |why| Decision::Many(named(table, &list), why);
    // A message that is not known yet may be meant instead.
    let doubt = |why| match when {
        When::Last => many(why),
        _ => Decision::Wait,
    };
    match list.count {
        0 => return Decision::None,
        _ if !list.allowed => return doubt(Ambiguity::AgainstHabit),
        1 => {}
        _ if when == When::Waiting => return Decision::Wait,
        _ if apart => return many(Ambiguity::IdsApart),
        _ => {
            let settled = settled_by_address(&list);
            return settled.map_or_else(|| many(Ambiguity::SeveralMessages), Decision::One);
        }
    }
    let Some(&found) = list.found.first() else {
        return Decision::None;
    };
    match support(table, habits, held, &found, when) {
        Support::Sure(habitual) => Decision::One(Found { habitual, ..found }),
        Support::Address => Decision::One(Found {
            by_address: true,
            ..found
        }),
        Support::Later => Decision::Wait,
        Support::Missing => doubt(Ambiguity::Unsupported),
    }
}

/// The messages that one id may lead to: those that the habit allows, or, when
/// it allows none, the others.
fn candidates<K, R, S: Store<K, R>>(
    table: &Table<K, R, S>,
    habit: &Habit,
    id: Option<&Id>,
    source: Option<u64>,
    is_tlv: bool,
) -> List {
    let (mut allowed, mut others) = (List::new(), List::new());
    others.allowed = false;
    let Some(id) = id else { return allowed };
    let places = Places::of(id);
    table.find(&places, &mut |at| {
        let Some(message) = table.get(at).filter(|message| message.places.meet(&places)) else {
            return;
        };
        let Some(changes) = explain(&message.id, id) else {
            return;
        };
        let list = if habit.allows(&message.id, changes) {
            &mut allowed
        } else {
            &mut others
        };
        if list.has(at) {
            return;
        }
        let address = match (message.destination, source) {
            (Some(destination), Some(source)) => Some(destination == source),
            _ => None,
        };
        list.add(Found {
            at,
            tlv: is_tlv.then_some(changes),
            text: (!is_tlv).then_some(changes),
            habitual: false,
            by_address: false,
            address,
        });
    });
    if allowed.count > 0 { allowed } else { others }
}

/// What both ids lead to; when that is nothing, what either leads to, and that
/// they are apart.
fn combine(tlv: &List, text: &List) -> (List, bool) {
    let mut both = List::new();
    for found in &tlv.found {
        if let Some(other) = text.found.iter().find(|other| other.at == found.at) {
            both.add(Found {
                text: other.text,
                ..*found
            });
        }
    }
    if both.count > 0 && !tlv.open && !text.open {
        both.count += tlv.unkept().max(text.unkept());
        both.allowed = tlv.allowed || text.allowed;
        return (both, false);
    }
    let mut either = List::new();
    // What the habit forbids does not count beside what it allows.
    let counts = |list: &List, other: &List| list.allowed || other.count == 0 || !other.allowed;
    let (with_tlv, with_text) = (counts(tlv, text), counts(text, tlv));
    for (list, counts) in [(tlv, with_tlv), (text, with_text)] {
        if counts {
            for found in &list.found {
                either.add(*found);
            }
            either.count += list.unkept();
            either.open |= list.open;
        }
    }
    either.allowed = tlv.allowed && tlv.count > 0 || text.allowed && text.count > 0;
    let too_many = tlv.unkept() > 0 || text.unkept() > 0;
    let apart = with_tlv && with_text && tlv.count > 0 && text.count > 0 && !too_many;
    (either, apart)
}

/// The only one with the address of the recipient, when all others are known
/// to have another.
fn settled_by_address(list: &List) -> Option<Found> {
    if list.open {
        return None;
    }
    let mut found = None;
    for candidate in &list.found {
        match candidate.address? {
            true if found.is_some() => return None,
            true => found = Some(*candidate),
            false => {}
        }
    }
    found.map(|found| Found {
        by_address: true,
        ..found
    })
}

enum Support {
    /// The id suffices; whether by habit.
    Sure(bool),
    /// The address makes it sure.
    Address,
    /// It will be known when the responses under way are there.
    Later,
    /// Nothing speaks for it but the number.
    Missing,
}

/// Whether the only candidate may be joined.
fn support<K, R, S: Store<K, R>>(
    table: &Table<K, R, S>,
    habits: &Habits,
    held: &Held<R>,
    found: &Found,
    when: When,
) -> Support {
    let sides = [
        (found.tlv, &habits.tlv, held.tlv.as_ref()),
        (found.text, &habits.text, held.text.as_ref()),
    ];
    let sides = || {
        sides
            .iter()
            .filter_map(|&(changes, habit, id)| Some((changes?, habit, id?)))
    };
    // An id that cannot be a number, or a peer whose base is known: otherwise
    // even the same digits may be another number.
    let is_clear =
        |habit: &Habit, id: &Id| habit.knows_base() || !id.iter().all(u8::is_ascii_hexdigit);
    let exact = |changes| changes == Changes::NONE;
    if sides().any(|(changes, habit, id)| exact(changes) && is_clear(habit, id)) {
        let by_habit = |habit: &Habit| habit.name() == Some(super::MatchedBy::Exact);
        let habitual = sides().any(|(changes, habit, _)| exact(changes) && by_habit(habit));
        return Support::Sure(habitual);
    }
    if sides().any(|(changes, habit, id)| {
        !exact(changes) && habit.has_learned(changes) && (changes.converts() || is_clear(habit, id))
    }) {
        return Support::Sure(true);
    }
    if when == When::Waiting {
        return Support::Later;
    }
    if sides().any(|(changes, ..)| exact(changes)) {
        return Support::Sure(false);
    }
    if sides().any(|(changes, ..)| !changes.converts()) {
        return Support::Sure(false);
    }
    match found.address {
        Some(true) => return Support::Address,
        Some(false) => return Support::Missing,
        None => {}
    }
    let Some(message) = table.get(found.at) else {
        return Support::Missing;
    };
    // Two ids that are written apart and mean one message support each other.
    let both = held.tlv != held.text && found.tlv.is_some() && found.text.is_some();
    let telling = || sides().any(|(changes, _, id)| is_telling(&message.id, id, changes));
    if both || telling() {
        Support::Sure(false)
    } else {
        Support::Missing
    }
}

fn named<K: Clone, R, S: Store<K, R>>(table: &Table<K, R, S>, list: &List) -> Candidates<K> {
    let first = list.found.iter().filter_map(|found| {
        Some(Candidate {
            key: table.get(found.at)?.key.clone(),
            by: found.tlv.or(found.text)?.matched_by(),
        })
    });
    Candidates {
        first: first.collect(),
        count: list.count,
    }
}
