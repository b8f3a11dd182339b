//! The store without a centre.

use std::path::Path;
use std::time::Instant;

use redb::{Builder, TableDefinition};
use smpp_codec::encode;
use smpp_pdu::{Pdu, SequenceNumber};

use crate::centre::message;
use crate::disk::disk;

const RECORDS: TableDefinition<'static, &str, &[u8]> = TableDefinition::new("records");

/// What the centre keeps of a message beside its PDU: account, state and times.
const BESIDE: usize = 64;

/// Octets of the record of a message.
pub(crate) fn record_len() -> usize {
    let mut octets = Vec::new();
    encode(&Pdu::request(SequenceNumber(1), message()), &mut octets).unwrap();
    octets.len() + BESIDE
}

/// Records a second, so many to a commit.
pub(crate) fn measure(folder: &Path, count: usize, of_commit: usize) -> f64 {
    let database = Builder::new()
        .create_with_backend(disk(folder, "raw.redb"))
        .unwrap();
    let record = vec![b'x'; record_len()];
    let start = Instant::now();
    let mut next = 0;
    while next < count {
        let transaction = database.begin_write().unwrap();
        {
            let mut table = transaction.open_table(RECORDS).unwrap();
            for _ in 0..of_commit.min(count - next) {
                table
                    .insert(format!("{next:016x}").as_str(), record.as_slice())
                    .unwrap();
                next += 1;
            }
        }
        transaction.commit().unwrap();
    }
    count as f64 / start.elapsed().as_secs_f64()
}
