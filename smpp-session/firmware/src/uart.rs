//! A UART with a message centre at its other end: what is written is compared
//! with what the centre expects, and answered from flash.

use embedded_io::{Error, ErrorKind, ErrorType, Read, ReadReady, Write};

/// What the firmware has to write, and what is answered then.
struct Step {
    expected: &'static [u8],
    answer: &'static [u8],
}

/// The `deliver_sm` was captured; its sequence number is above what the
/// standard allows, and has to come back all the same.
const CONVERSATION: [Step; 4] = [
    Step {
        expected: b"\0\0\0\x21\0\0\0\x09\0\0\0\0\0\0\0\x01esme\0secret\0\0\x34\0\0\0",
        answer: b"\0\0\0\x1a\x80\0\0\x09\0\0\0\0\0\0\0\x01SMSC\0\x02\x10\0\x01\x34\
            \0\0\0\x4d\0\0\0\x05\0\0\0\0\x9f\x88\xf1\x24AWSBD\0\x01\x0116505551234\0\
            \x01\x0117735554070\0\0\0\0\0\0\0\0\x03\0\x11there is no spoon",
    },
    Step {
        expected: b"\0\0\0\x11\x80\0\0\x05\0\0\0\0\x9f\x88\xf1\x24\0",
        answer: b"",
    },
    Step {
        expected: b"\0\0\0\x49\0\0\0\x04\0\0\0\0\0\0\0\x02\0\x01\x0117735554070\0\
            \x01\x0116505551234\0\0\0\0\0\0\0\0\0\0\x12Then bend the fork",
        answer: b"\0\0\0\x13\x80\0\0\x04\0\0\0\0\0\0\0\x0242\0",
    },
    Step {
        expected: b"\0\0\0\x10\0\0\0\x06\0\0\0\0\0\0\0\x03",
        answer: b"\0\0\0\x10\x80\0\0\x06\0\0\0\0\0\0\0\x03",
    },
];

/// How many steps the whole conversation has.
pub(crate) const STEPS: usize = CONVERSATION.len();

/// Octets that the FIFO of this UART holds.
const FIFO: usize = 16;

pub(crate) struct Uart {
    step: usize,
    /// Octets of the step that were written.
    written: usize,
    /// What the centre has answered and nobody has read.
    answer: &'static [u8],
}

/// An octet that the centre did not expect.
#[derive(Debug)]
pub(crate) struct Unexpected;

impl core::fmt::Display for Unexpected {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("an octet that was not expected")
    }
}

impl core::error::Error for Unexpected {}

impl Error for Unexpected {
    fn kind(&self) -> ErrorKind {
        ErrorKind::InvalidData
    }
}

impl Uart {
    pub(crate) const fn new() -> Self {
        Self {
            step: 0,
            written: 0,
            answer: &[],
        }
    }

    /// How many steps are done.
    pub(crate) const fn step(&self) -> usize {
        self.step
    }
}

impl ErrorType for Uart {
    type Error = Unexpected;
}

impl ReadReady for Uart {
    fn read_ready(&mut self) -> Result<bool, Unexpected> {
        Ok(!self.answer.is_empty())
    }
}

impl Read for Uart {
    fn read(&mut self, buffer: &mut [u8]) -> Result<usize, Unexpected> {
        let len = self.answer.len().min(buffer.len()).min(FIFO);
        let (now, later) = self.answer.split_at(len);
        for (to, from) in buffer.iter_mut().zip(now) {
            *to = *from;
        }
        self.answer = later;
        Ok(len)
    }
}

impl Write for Uart {
    fn write(&mut self, octets: &[u8]) -> Result<usize, Unexpected> {
        for octet in octets.iter().take(FIFO) {
            let step = CONVERSATION.get(self.step).ok_or(Unexpected)?;
            if step.expected.get(self.written) != Some(octet) {
                return Err(Unexpected);
            }
            self.written += 1;
            if self.written == step.expected.len() {
                self.step += 1;
                self.written = 0;
                if !step.answer.is_empty() {
                    self.answer = step.answer;
                }
            }
        }
        Ok(octets.len().min(FIFO))
    }

    fn flush(&mut self) -> Result<(), Unexpected> {
        Ok(())
    }
}
