//! One message to many recipients.

use core::sync::atomic::Ordering;
use std::collections::BTreeSet;
use std::time::SystemTime;

use smpp_pdu::{Body, CommandStatus, DestAddress, Repeated};

use super::order::Turn;
use super::parts::Prepared;
use super::policy::{Advice, Retries};
use super::sender::{is_congested, refused};
use super::{MessageError, OutgoingMessage, Sender, Sent, SentPart};
use crate::futures::join;
use crate::{OwnedAddress, OwnedPdu, RequestError, RequestErrorKind, Requester, SubmitResp};

/// How many `submit_multi` of one call are under way at once.
const AT_ONCE: usize = 16;

/// A message to many, and what became of it for each.
#[derive(Clone, Debug)]
pub struct SentToMany {
    recipients: Vec<Sent>,
    strays: Vec<Stray>,
}

/// A recipient that the centre says it refused, and that nobody asked for:
/// some centres write an address in another way. One of the recipients that
/// count as taken was not.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Stray {
    /// As the centre has it.
    pub address: OwnedAddress,
    /// Why it was refused.
    pub status: CommandStatus,
}

impl SentToMany {
    /// The recipients, in the order in which they were given.
    #[must_use]
    pub fn recipients(&self) -> &[Sent] {
        &self.recipients
    }

    /// Refusals of recipients that nobody asked for.
    #[must_use]
    pub fn strays(&self) -> &[Stray] {
        &self.strays
    }

    /// Whether every recipient was taken.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.strays.is_empty() && self.recipients.iter().all(Sent::is_complete)
    }

    /// Those that were not, or not whole.
    pub fn failed(&self) -> impl Iterator<Item = &Sent> {
        self.recipients.iter().filter(|sent| !sent.is_complete())
    }
}

/// What a `submit_multi` of one part has led to.
enum Multi {
    /// For each recipient, in order.
    Done(Vec<SentPart>),
    /// The centre does not know the operation.
    NotKnown,
}

impl<R: Requester> Sender<R> {
    /// Sends a message to each of `to`, whatever its own destination is: by
    /// `submit_multi`, as many recipients in a request as
    /// [`recipients_per_request`](super::SenderBuilder::recipients_per_request)
    /// says, 16 requests at once. Recipients that were refused for now are sent
    /// to again, without the others. The parts of a longer text follow each
    /// other.
    ///
    /// # Cancel safety
    /// As said of [`Sender`].
    ///
    /// # Errors
    /// [`MessageError`], and then nothing was sent. Everything else is told
    /// of each recipient.
    pub async fn send_to_many(
        &self,
        message: &OutgoingMessage,
        to: &[OwnedAddress],
    ) -> Result<SentToMany, MessageError> {
        if message.data_sm {
            return Err(MessageError::DataSmToMany);
        }
        // Before anything is sent; the numbers of the parts come later.
        let prepared = message.prepare(|| 0)?;
        for (at, to) in to.iter().enumerate() {
            prepared
                .check(to)
                .map_err(|error| MessageError::Recipient {
                    at,
                    error: Box::new(error),
                })?;
        }
        let per_request = usize::from(self.shared.recipients);
        let chunks: Vec<&[OwnedAddress]> = to.chunks(per_request).collect();
        let mut many = SentToMany {
            recipients: Vec::with_capacity(to.len()),
            strays: Vec::new(),
        };
        for chunks in chunks.chunks(AT_ONCE) {
            let sent = join(chunks.iter().map(|chunk| self.send_chunk(message, chunk))).await;
            for chunk in sent {
                let (recipients, strays) = chunk?;
                for sent in &recipients {
                    self.shared.counts.outcomes(sent);
                }
                many.recipients.extend(recipients);
                many.strays.extend(strays);
            }
        }
        Ok(many)
    }

    async fn send_chunk(
        &self,
        message: &OutgoingMessage,
        to: &[OwnedAddress],
    ) -> Result<(Vec<Sent>, Vec<Stray>), MessageError> {
        let _turns = self.shared.stopped.or(self.turns(to)).await;
        let all: Vec<&OwnedAddress> = to.iter().collect();
        let prepared = message.prepare(|| self.reference(message.split, &all))?;
        let mut strays = Vec::new();
        if to.len() > 1 && !self.shared.multi_unknown.load(Ordering::Relaxed) {
            let multi = self.send_multi_parts(&prepared, to, &mut strays).await;
            if let Some(sent) = multi {
                return Ok((sent, strays));
            }
        }
        let singly = to.iter().map(|to| self.send_parts(&prepared, to, false));
        Ok((join(singly).await, strays))
    }

    /// The turns of all; in one order everywhere, so that two calls with the
    /// same recipients do not wait for each other.
    async fn turns(&self, to: &[OwnedAddress]) -> Vec<Turn> {
        let Some(order) = &self.shared.order else {
            return Vec::new();
        };
        let keys: BTreeSet<&[u8]> = to.iter().map(OwnedAddress::as_bytes).collect();
        let mut turns = Vec::with_capacity(keys.len());
        for key in keys {
            turns.push(order.turn(key).await);
        }
        turns
    }

    /// `None` when the centre does not know `submit_multi`.
    async fn send_multi_parts(
        &self,
        prepared: &Prepared<'_>,
        to: &[OwnedAddress],
        strays: &mut Vec<Stray>,
    ) -> Option<Vec<Sent>> {
        let mut sent: Vec<Sent> = to
            .iter()
            .map(|to| Sent {
                destination: to.clone(),
                tag: prepared.message.tag.clone(),
                parts: Vec::with_capacity(prepared.parts.len()),
            })
            .collect();
        for at in 0..prepared.parts.len() {
            // Whose earlier part was refused has no use for this one.
            let useful = |sent: &Sent| sent.errors().all(RequestError::is_outcome_unknown);
            let wanted: Vec<bool> = sent.iter().map(useful).collect();
            let still: Vec<&OwnedAddress> = to
                .iter()
                .zip(&wanted)
                .filter_map(|(to, wanted)| wanted.then_some(to))
                .collect();
            let mut parts = match self.send_multi(prepared, at, &still, strays).await {
                Multi::Done(parts) => parts.into_iter(),
                Multi::NotKnown => return None,
            };
            for (sent, wanted) in sent.iter_mut().zip(wanted) {
                let part = if wanted { parts.next() } else { None };
                sent.parts.push(part.unwrap_or_else(skipped));
            }
        }
        Some(sent)
    }

    /// One part to these recipients, with its retries.
    async fn send_multi(
        &self,
        prepared: &Prepared<'_>,
        at: usize,
        to: &[&OwnedAddress],
        strays: &mut Vec<Stray>,
    ) -> Multi {
        let shared = &*self.shared;
        let mut retries = Retries::new(&shared.policy, &shared.budget);
        let mut parts: Vec<SentPart> = to.iter().map(|_| skipped()).collect();
        let mut open: Vec<usize> = (0..to.len()).collect();
        let mut attempts = 0;
        while !open.is_empty() {
            if shared.stopped.or(shared.pacing.wait()).await.is_none() {
                if attempts == 0 {
                    parts = to
                        .iter()
                        .map(|_| not_sent(RequestErrorKind::Closed))
                        .collect();
                }
                break;
            }
            attempts += 1;
            retries.attempt();
            shared.counts.attempt(attempts, open.len() as u64);
            let now: Vec<&OwnedAddress> =
                open.iter().filter_map(|at| to.get(*at)).copied().collect();
            let outcome = self.attempt_multi(prepared, at, &now, attempts).await;
            if at == 0 && attempts == 1 && self.falls_back(&outcome) {
                shared.multi_unknown.store(true, Ordering::Relaxed);
                return Multi::NotKnown;
            }
            let results = for_each(&now, &outcome, strays);
            let mut next = Advice::Over;
            let mut again = Vec::new();
            for (&index, result) in open.iter().zip(results) {
                let advice = match &result {
                    Ok(_) => Advice::Over,
                    Err(error) => shared.policy.of_error(error),
                };
                if advice != Advice::Over {
                    again.push(index);
                    if next != Advice::SlowDown {
                        next = advice;
                    }
                }
                if let Some(part) = parts.get_mut(index) {
                    *part = SentPart {
                        attempts,
                        at: SystemTime::now(),
                        result,
                    };
                }
            }
            if next == Advice::SlowDown {
                shared.counts.throttled();
            }
            let congested = outcome.is_ok_and(|resp| is_congested(&resp.into()));
            if next == Advice::SlowDown || congested {
                shared.pacing.complain();
            }
            open = again;
            if open.is_empty() {
                break;
            }
            let Some(wait) = retries.next(next) else {
                break;
            };
            shared.stopped.or(tokio::time::sleep(wait)).await;
        }
        Multi::Done(parts)
    }

    fn falls_back(&self, outcome: &Result<OwnedPdu, RequestError>) -> bool {
        let status = outcome.as_ref().err().and_then(RequestError::status);
        self.shared.fall_back && status == Some(CommandStatus::ESME_RINVCMDID)
    }

    /// Sends a part to many once, and tells the observer of each recipient.
    async fn attempt_multi(
        &self,
        prepared: &Prepared<'_>,
        at: usize,
        to: &[&OwnedAddress],
        attempt: u32,
    ) -> Result<OwnedPdu, RequestError> {
        let tlvs = prepared.part_tlvs(at);
        let addresses: Vec<DestAddress<'_>> = to.iter().filter_map(|to| to.as_dest()).collect();
        let body = Repeated::from_slice(&addresses)
            .ok()
            .and_then(|to| prepared.multi_body(at, to, &tlvs));
        let Some(body) = body else {
            // Not reached: message and recipients were checked.
            let kind = RequestErrorKind::TooLong;
            return Err(RequestError::new(prepared.command_id(), kind));
        };
        let watched: Vec<_> = to
            .iter()
            .map(|to| self.shared.observer.sending(prepared.info(at, to, attempt)))
            .collect();
        let outcome = self.requester.request(body).await;
        let results = for_each(to, &outcome, &mut Vec::new());
        // All at once, so that an observer that writes to a disk can write all at
        // once.
        let told = watched.into_iter().zip(results);
        join(told.map(|(watched, result)| async move {
            match result {
                Ok(response) => watched.submitted(&response).await,
                Err(error) => watched.failed(&error),
            }
        }))
        .await;
        outcome
    }
}

/// What the answer to a `submit_multi` says of each recipient.
fn for_each(
    to: &[&OwnedAddress],
    outcome: &Result<OwnedPdu, RequestError>,
    strays: &mut Vec<Stray>,
) -> Vec<Result<SubmitResp, RequestError>> {
    let of_all = outcome.clone().map(SubmitResp::from);
    let mut results = vec![of_all; to.len()];
    // Some centres refuse the whole, and say of each why.
    let (Ok(response) | Err(Some(response))) = outcome.as_ref().map_err(RequestError::response)
    else {
        return results;
    };
    let Body::SubmitMultiResp(resp) = response.body() else {
        return results;
    };
    let mut told = vec![false; to.len()];
    for unsuccess in resp.unsuccess_sme {
        let address = OwnedAddress::from(unsuccess.destination_addr);
        let status = unsuccess.error_status_code;
        if !status.is_error() {
            continue;
        }
        let free = |at: usize| told.get(at) == Some(&false);
        // Some centres leave type and plan out. Recipients that were given
        // twice are refused one by one.
        let found = to
            .iter()
            .enumerate()
            .position(|(at, to)| **to == address && free(at))
            .or_else(|| {
                let same = |to: &OwnedAddress| to.as_bytes() == address.as_bytes();
                to.iter()
                    .enumerate()
                    .position(|(at, to)| same(to) && free(at))
            });
        let places = found.and_then(|at| Some((results.get_mut(at)?, told.get_mut(at)?)));
        match places {
            Some((result, told)) => {
                *result = Err(refused(status));
                *told = true;
            }
            None => strays.push(Stray { address, status }),
        }
    }
    results
}

fn skipped() -> SentPart {
    not_sent(RequestErrorKind::Skipped)
}

fn not_sent(kind: RequestErrorKind) -> SentPart {
    SentPart {
        attempts: 0,
        at: SystemTime::now(),
        result: Err(RequestError::new(smpp_pdu::CommandId::SUBMIT_MULTI, kind)),
    }
}
