//! A centre with a scenario, ready for a test.

use core::net::SocketAddr;
use std::io;

use super::Scenario;
use crate::{Builder, Smsc};

/// A message centre that listens on a free port of this machine and follows a
/// scenario, see [`Smsc::simulator`]. Its account is `esme` with the password
/// `secret`.
#[derive(Clone, Debug)]
pub struct Simulator {
    smsc: Smsc,
    address: SocketAddr,
}

impl Simulator {
    /// Where it listens.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// The same as the URL that `smpp_esme::SmppUrl` reads, with the account.
    #[must_use]
    pub fn url(&self) -> String {
        format!("smpp://esme:secret@{}", self.address)
    }

    /// The message centre.
    #[must_use]
    pub const fn smsc(&self) -> &Smsc {
        &self.smsc
    }

    /// Ends it, see [`Smsc::shutdown`].
    pub async fn shutdown(&self) -> usize {
        self.smsc.shutdown().await
    }
}

impl Smsc {
    /// Starts a message centre that follows a scenario, on a free port of this
    /// machine, with the account `esme` and the password `secret`. It is there
    /// within milliseconds, and runs until [`Simulator::shutdown`]. The same
    /// seed gives the same run, as far as the order of what comes in is the
    /// same. For other accounts, ports and stores there is
    /// [`Builder::scenario`].
    ///
    /// ```
    /// use smpp_smsc::Smsc;
    /// use smpp_smsc::scenario::Scenario;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let simulator = Smsc::simulator(Scenario::named("flaky")?, 42).await?;
    /// // … connect your client to `simulator.address()`.
    /// simulator.shutdown().await;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// When no port can be listened on.
    ///
    /// # Cancel safety
    /// A dropped future may leave a centre behind that nobody can reach.
    pub async fn simulator(scenario: Scenario, seed: u64) -> io::Result<Simulator> {
        Self::builder()
            .account("esme", "secret")
            .scenario(scenario, seed)
            .start_simulator()
            .await
    }
}

impl Builder {
    async fn start_simulator(self) -> io::Result<Simulator> {
        let smsc = self.start();
        let address = smsc.listen("127.0.0.1:0").await?;
        Ok(Simulator { smsc, address })
    }
}
