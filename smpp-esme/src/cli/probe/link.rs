//! A session on the level of octets: a probe wants to see what the library
//! would rightly hide.

use core::time::Duration;

use smpp_codec::{decode, encode};
use smpp_esme::{BoxStream, SmppUrl};
use smpp_pdu::{
    Body, CommandId, CommandStatus, DataSmResp, DeliverSmResp, EnquireLinkResp, Header, Pdu,
    SequenceNumber, UnbindResp,
};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time::{Instant, timeout_at};

use crate::cli::connect::stream;
use crate::cli::exit::Failure;

/// The longest PDU that a centre may send, in octets.
const LONGEST: usize = 70_000;

/// What became of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Answer {
    /// A PDU: its own response, or `generic_nack`.
    Pdu(Vec<u8>),
    /// Nothing, in the time that there is.
    Silence,
    /// The centre has closed the connection, or sent what is no PDU.
    Closed,
}

impl Answer {
    pub(super) fn header(&self) -> Option<Header> {
        match self {
            Self::Pdu(octets) => octets.first_chunk().map(Header::from_octets),
            _ => None,
        }
    }

    /// The PDU, where it can be read.
    pub(super) fn pdu(&self) -> Option<Pdu<'_>> {
        match self {
            Self::Pdu(octets) => decode(octets).ok(),
            _ => None,
        }
    }

    pub(super) fn status(&self) -> Option<CommandStatus> {
        self.header().map(|header| header.command_status)
    }

    pub(super) fn is_nack(&self) -> bool {
        self.header()
            .is_some_and(|header| header.command_id == CommandId::GENERIC_NACK)
    }

    /// A good response, and no `generic_nack`.
    pub(super) fn is_good(&self) -> bool {
        self.status() == Some(CommandStatus::ESME_ROK) && !self.is_nack()
    }

    /// Octets behind the header.
    pub(super) fn body_len(&self) -> usize {
        match self {
            Self::Pdu(octets) => octets.len().saturating_sub(Header::LEN),
            _ => 0,
        }
    }

    /// In one word or two.
    pub(super) fn show(&self) -> String {
        match (self, self.header()) {
            (_, Some(header)) => {
                let status = header.command_status;
                let nack = if self.is_nack() { "generic_nack " } else { "" };
                format!("{nack}{status}")
            }
            (Self::Silence, None) => "no answer".into(),
            _ => "connection closed".into(),
        }
    }
}

/// A connection.
pub(super) struct Link {
    stream: BoxStream,
    received: Vec<u8>,
    next: u32,
    limit: Duration,
    /// Messages that the centre offered meanwhile. They are refused for now, so
    /// that it keeps them.
    pub(super) offered: u32,
    /// One of them had parameters.
    pub(super) offered_tlvs: bool,
}

impl Link {
    pub(super) async fn connect(url: &SmppUrl, limit: Duration) -> Result<Self, Failure> {
        let stream = stream(url, limit).await?;
        Ok(Self {
            stream,
            received: Vec::new(),
            next: 1,
            limit,
            offered: 0,
            offered_tlvs: false,
        })
    }

    /// The octets of a request, with the next number.
    pub(super) fn number<'p>(&mut self, body: impl Into<Body<'p>>) -> (u32, Vec<u8>) {
        let number = self.next;
        self.next += 1;
        let pdu = Pdu::request(SequenceNumber(number), body);
        let mut octets = Vec::new();
        // A vector has room for everything that a probe sends.
        let _ = encode(&pdu, &mut octets);
        (number, octets)
    }

    /// Sends a request, and waits for its answer.
    pub(super) async fn ask<'p>(&mut self, body: impl Into<Body<'p>>) -> Answer {
        let (number, octets) = self.number(body);
        if !self.send(&octets).await {
            return Answer::Closed;
        }
        self.answer(number).await
    }

    /// Sends octets, whatever they are; false when that is not possible.
    pub(super) async fn send(&mut self, octets: &[u8]) -> bool {
        let write = self.stream.write_all(octets);
        matches!(tokio::time::timeout(self.limit, write).await, Ok(Ok(())))
    }

    /// The answer to the request with this number.
    pub(super) async fn answer(&mut self, number: u32) -> Answer {
        let until = Instant::now() + self.limit;
        loop {
            let answer = self.pdu(until).await;
            let Some(header) = answer.header() else {
                return answer;
            };
            // A centre that cannot read the number answers with none.
            let anonymous = answer.is_nack() && header.sequence_number.0 == 0;
            if header.command_id.is_response() && (header.sequence_number.0 == number || anonymous)
            {
                return answer;
            }
        }
    }

    /// The next PDU that is no request of the centre; those are answered.
    pub(super) async fn pdu(&mut self, until: Instant) -> Answer {
        loop {
            let answer = self.next_pdu(until).await;
            let Some(pdu) = answer.pdu() else {
                return answer;
            };
            if pdu.command_id().is_response() {
                return answer;
            }
            match self.serve(&pdu).await {
                Served::Answered => {}
                Served::Ended => return Answer::Closed,
            }
        }
    }

    /// Answers a request of the centre.
    async fn serve(&mut self, pdu: &Pdu<'_>) -> Served {
        let number = pdu.sequence_number;
        let refusal = CommandStatus::ESME_RX_T_APPN;
        let (response, served) = match pdu.body {
            Body::EnquireLink(_) => {
                let resp = EnquireLinkResp::default();
                let resp = Pdu::response(CommandStatus::ESME_ROK, number, resp);
                (resp, Served::Answered)
            }
            Body::Unbind(_) => {
                let resp = UnbindResp::default();
                let resp = Pdu::response(CommandStatus::ESME_ROK, number, resp);
                (resp, Served::Ended)
            }
            Body::DeliverSm(_) | Body::DataSm(_) => {
                self.offered += 1;
                self.offered_tlvs |= !pdu.body.tlvs().is_empty();
                let resp = match pdu.body {
                    Body::DeliverSm(_) => Pdu::response(refusal, number, DeliverSmResp::default()),
                    _ => Pdu::response(refusal, number, DataSmResp::default()),
                };
                (resp, Served::Answered)
            }
            _ => return Served::Answered,
        };
        let mut octets = Vec::new();
        let _ = encode(&response, &mut octets);
        if self.send(&octets).await {
            served
        } else {
            Served::Ended
        }
    }

    /// The next PDU of the centre, whatever it is.
    pub(super) async fn next_pdu(&mut self, until: Instant) -> Answer {
        loop {
            if let Some(length) = self.received.first_chunk() {
                let length = usize::try_from(u32::from_be_bytes(*length)).unwrap_or(usize::MAX);
                if !(Header::LEN..=LONGEST).contains(&length) {
                    return Answer::Closed;
                }
                if self.received.len() >= length {
                    // A centre that never pauses would never be late.
                    if Instant::now() >= until {
                        return Answer::Silence;
                    }
                    let rest = self.received.split_off(length);
                    return Answer::Pdu(core::mem::replace(&mut self.received, rest));
                }
            }
            let mut chunk = [0; 4096];
            match timeout_at(until, self.stream.read(&mut chunk)).await {
                Err(_) => return Answer::Silence,
                Ok(Ok(0) | Err(_)) => return Answer::Closed,
                Ok(Ok(len)) => self
                    .received
                    .extend_from_slice(chunk.get(..len).unwrap_or_default()),
            }
        }
    }

    /// As a request of the centre that comes while another answer is waited for.
    pub(super) async fn serve_later(&mut self, pdu: &Pdu<'_>) {
        self.serve(pdu).await;
    }

    pub(super) fn limit(&self) -> Duration {
        self.limit
    }
}

enum Served {
    Answered,
    Ended,
}
