//! Messages that other centres have, by their ids there.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use smpp_codec::receipt::matcher::IdForms;

use crate::hash::IdMap;
use crate::store::{Handed, MAX_MEANT};
use crate::{Message, MessageKey};

/// A name of a centre, and an id there.
pub(in crate::store) type There = (Arc<str>, Box<[u8]>);

#[derive(Debug, Default)]
pub(in crate::store) struct HandedOver {
    of: IdMap<MessageKey, Vec<There>>,
    /// The same messages by centre and by the forms of their ids.
    by_forms: HashMap<(Arc<str>, u64), BTreeSet<MessageKey>>,
}

impl HandedOver {
    pub(in crate::store) fn put(&mut self, key: MessageKey, centre: Arc<str>, id: Box<[u8]>) {
        for hash in IdForms::of(&id).kept() {
            let place = (centre.clone(), hash);
            self.by_forms.entry(place).or_default().insert(key.clone());
        }
        let handed = self.of.entry(key).or_default();
        let one = (centre, id);
        if !handed.contains(&one) {
            handed.push(one);
        }
    }

    pub(in crate::store) fn forget(&mut self, key: &MessageKey) {
        if self.of.is_empty() {
            return;
        }
        for (centre, id) in self.of.remove(key).unwrap_or_default() {
            for hash in IdForms::of(&id).kept() {
                let place = (centre.clone(), hash);
                if let Some(keys) = self.by_forms.get_mut(&place) {
                    keys.remove(key);
                    if keys.is_empty() {
                        self.by_forms.remove(&place);
                    }
                }
            }
        }
    }

    /// The centres that have this message, and its ids there.
    pub(in crate::store) fn of(&self, key: &MessageKey) -> &[There] {
        self.of.get(key).map_or(&[], Vec::as_slice)
    }

    /// What a centre may mean by an id.
    pub(in crate::store) fn meant<'a>(
        &self,
        centre: &Arc<str>,
        id: &[u8],
        message: impl Fn(&MessageKey) -> Option<&'a Arc<Message>>,
    ) -> Vec<Handed> {
        let mut found: Vec<Handed> = Vec::new();
        for hash in IdForms::of(id).sought() {
            let keys = self.by_forms.get(&(centre.clone(), hash));
            let keys = keys.into_iter().flat_map(|keys| keys.iter().rev());
            for key in keys.take(MAX_MEANT) {
                let Some(message) = message(key) else {
                    continue;
                };
                for (of, id) in self.of.get(key).into_iter().flatten() {
                    let kept = IdForms::of(id).kept().any(|kept| kept == hash);
                    let known = |one: &Handed| one.message.key == *key && one.id == *id;
                    if of == centre && kept && !found.iter().any(known) {
                        found.push(Handed {
                            id: id.clone(),
                            message: message.clone(),
                        });
                    }
                }
            }
        }
        found
    }
}
