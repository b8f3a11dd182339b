//! Scenarios: what a simulated network and centre do, rightly and wrongly.
//!
//! A client that has only met a centre where nothing goes wrong has not been
//! tested. A [`Scenario`] says what becomes of messages and how long that takes,
//! which requests are refused, what happens to responses, receipts and
//! connections, and what subscribers send. It has a name, is read from a file,
//! or is made in code:
//!
//! ```
//! use std::time::Duration;
//! use smpp_smsc::Smsc;
//! use smpp_pdu::CommandStatus;
//! use smpp_smsc::scenario::{Delay, Fate, Scenario};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let by_name = Scenario::named("flaky")?;
//! let from_text = Scenario::from_toml(r#"
//!     [delivery]
//!     delay = { exponential = "20ms" }
//!     outcomes = { delivered = 9, undeliverable = { weight = 1, error = 11 } }
//!     [submit]
//!     refuse = { ESME_RMSGQFUL = "5%" }
//! "#)?;
//! let in_code = Scenario::new()
//!     .delay(Delay::Exponential { mean: Duration::from_millis(20) })
//!     .outcomes([(Fate::Delivered, 9.0, None), (Fate::Undeliverable, 1.0, Some(11))])
//!     .refuse(CommandStatus::ESME_RMSGQFUL, 0.05);
//! assert_eq!(from_text, in_code);
//!
//! let simulator = Smsc::simulator(by_name, 42).await?;
//! println!("connect to {}", simulator.url());
//! simulator.shutdown().await;
//! # Ok(())
//! # }
//! ```
//!
//! | name | what happens |
//! | --- | --- |
//! | `happy` | every message arrives after 100 ms |
//! | `flaky` | some messages fail; some responses and receipts are lost, late or doubled; connections break |
//! | `throttling` | at most 20 messages a second and session, `ESME_RTHROTTLED` above; at times `ESME_RMSGQFUL` |
//! | `slow` | responses take half a second, handsets seconds, some of them minutes |
//! | `chaos` | all that centres have been seen to do wrong, often |
//!
//! # Seeds
//!
//! Chance comes from a seed, and every decision from the seed and from what it
//! is about: which session, which message of it (see [`Decisions`]). The same
//! seed gives the same run as far as the order of what comes in is the same: two
//! sessions that send at the same time may change places.
//!
//! # The file
//!
//! It is TOML. What is left out is as in a centre where nothing goes wrong, and
//! what is not known is an error that names line and column.
//!
//! ```toml
#![doc = include_str!("example.toml")]
//! ```
//!
//! # How it is done
//!
//! Refusals are answers of the centre in their turn. Everything else happens on
//! the way between the client and a session that behaves: PDUs are held back,
//! dropped, doubled and rewritten there. So the centre's own books stay right
//! whatever the client gets to see. Messages from subscribers are made there
//! too: they are not in the store, at most ten to a session are unanswered, and
//! whether the client takes or refuses one makes no difference.

mod builder;
mod builtin;
mod decisions;
mod delay;
mod draw;
mod error;
mod faults;
mod mo;
mod model;
mod simulator;
mod values;
mod wire;

use std::path::Path;

pub use decisions::{
    AttemptPlan, Decisions, MoPlan, ReceiptPlan, ResponseFault, ResponsePlan, SessionPlan,
};
pub use delay::{Delay, MAX_DELAY};
pub use error::ScenarioError;
pub use simulator::Simulator;
pub use values::{Fate, IdForm};

pub(crate) use faults::RequestFaults;
pub(crate) use wire::between;

/// What a simulated network and centre do. See the [module](self).
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Scenario {
    parts: model::Parts,
}

impl Scenario {
    /// The names that [`Scenario::named`] knows.
    pub fn names() -> impl Iterator<Item = &'static str> {
        builtin::ALL.iter().map(|(name, _)| *name)
    }

    /// A scenario that this library brings.
    ///
    /// # Errors
    /// [`ScenarioError`] for a name that it does not know; it lists those that
    /// it does.
    pub fn named(name: &str) -> Result<Self, ScenarioError> {
        let builtin = builtin::ALL.iter().find(|(known, _)| *known == name);
        let (_, text) = builtin.ok_or_else(|| ScenarioError::unknown(name))?;
        Self::from_toml(text)
    }

    /// A scenario from the text of a file.
    ///
    /// # Errors
    /// [`ScenarioError`] with line, column and what would be right.
    pub fn from_toml(text: &str) -> Result<Self, ScenarioError> {
        toml::from_str(text)
            .map(|parts| Self { parts })
            .map_err(|error| ScenarioError::invalid(text, error.span(), error.message()))
    }

    /// A scenario from a file.
    ///
    /// # Errors
    /// As [`Scenario::from_toml`], and when the file cannot be read.
    pub fn from_file(path: impl AsRef<Path>) -> Result<Self, ScenarioError> {
        let path = path.as_ref();
        let text = std::fs::read_to_string(path)
            .map_err(|error| ScenarioError::unreadable(path, &error))?;
        Self::from_toml(&text).map_err(|error| error.of_file(path))
    }

    /// A scenario by its name, or else from a file: what `--scenario` takes.
    /// A name has neither a dot nor a slash.
    ///
    /// # Errors
    /// As [`Scenario::named`] and [`Scenario::from_file`].
    pub fn named_or_file(name: &str) -> Result<Self, ScenarioError> {
        if Self::names().any(|known| known == name) {
            return Self::named(name);
        }
        let is_path = name.contains(['.', '/', '\\']);
        if is_path || Path::new(name).exists() {
            Self::from_file(name)
        } else {
            Err(ScenarioError::unknown(name))
        }
    }

    /// What its file says that it does.
    #[must_use]
    pub fn description(&self) -> &str {
        &self.parts.description
    }

    pub(crate) fn waits(&self) -> Vec<core::time::Duration> {
        self.parts
            .delivery
            .retries
            .iter()
            .map(|wait| wait.0)
            .collect()
    }
}
