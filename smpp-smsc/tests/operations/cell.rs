//! One operation in one version and one state.

use core::net::SocketAddr;
use core::time::Duration;

use smpp_pdu::{BindType, CommandStatus, InterfaceVersion};
use tokio::net::TcpStream;
use tokio::task::JoinError;

use crate::program::Program;
use crate::support::Client;

/// How long a cell may take. Long: the machine may be busy.
const LIMIT: Duration = Duration::from_secs(60);

/// The states of a session in which an ESME may ask for something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum State {
    /// Connected, not bound.
    Open,
    Tx,
    Rx,
    Trx,
}

impl State {
    pub(crate) const ALL: [Self; 4] = [Self::Open, Self::Tx, Self::Rx, Self::Trx];
    pub(crate) const BOUND: [Self; 3] = [Self::Tx, Self::Rx, Self::Trx];

    /// Its name in the tables.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Tx => "tx",
            Self::Rx => "rx",
            Self::Trx => "trx",
        }
    }

    /// Whether a table of names has it.
    pub(crate) fn is_in(self, names: &str) -> bool {
        names.split(' ').any(|name| name == self.name())
    }

    const fn bind_type(self) -> Option<BindType> {
        match self {
            Self::Open => None,
            Self::Tx => Some(BindType::Transmitter),
            Self::Rx => Some(BindType::Receiver),
            Self::Trx => Some(BindType::Transceiver),
        }
    }
}

/// A cell has an account of its own, so that no other gets what is meant for it.
#[derive(Clone, Debug)]
pub(crate) struct Cell {
    pub(crate) version: InterfaceVersion,
    pub(crate) state: State,
    pub(crate) account: String,
    pub(crate) address: SocketAddr,
    pub(crate) web: SocketAddr,
}

impl Cell {
    /// A session in the state of the cell.
    pub(crate) async fn session(&self) -> Client<TcpStream> {
        match self.state.bind_type() {
            None => Client::connect(self.address).await,
            Some(bind_type) => self.bound(bind_type, self.version).await,
        }
    }

    /// Another session of the account, which sends only.
    pub(crate) async fn transmitter(&self) -> Client<TcpStream> {
        self.bound(BindType::Transmitter, self.version).await
    }

    pub(crate) async fn bound(
        &self,
        bind_type: BindType,
        version: InterfaceVersion,
    ) -> Client<TcpStream> {
        let mut client = Client::connect(self.address).await;
        let account = (&*self.account, Program::PASSWORD);
        let resp = client.bind(bind_type, version, account).await;
        assert_eq!(resp.status(), CommandStatus::ESME_ROK);
        client
    }
}

/// Runs cells one after the other, and collects those that fail.
pub(crate) struct Grid<'a> {
    program: &'a Program,
    cells: usize,
    failed: Vec<String>,
}

impl<'a> Grid<'a> {
    pub(crate) const fn new(program: &'a Program) -> Self {
        Self {
            program,
            cells: 0,
            failed: Vec::new(),
        }
    }

    /// Runs a cell in a task of its own: what goes wrong there, a limit included,
    /// is told with the name of the cell.
    pub(crate) async fn run<F>(
        &mut self,
        operation: &str,
        version: InterfaceVersion,
        state: State,
        run: impl FnOnce(Cell) -> F,
    ) where
        F: Future<Output = ()> + Send + 'static,
    {
        let cell = Cell {
            version,
            state,
            account: Program::account(self.cells),
            address: self.program.address,
            web: self.program.web,
        };
        self.cells += 1;
        let mut task = tokio::spawn(run(cell));
        let why = match tokio::time::timeout(LIMIT, &mut task).await {
            Ok(Ok(())) => return,
            Ok(Err(error)) => reason(error),
            Err(_) => {
                task.abort();
                format!("no end after {LIMIT:?}")
            }
        };
        let cell = format!("{operation}, {version}, {}: {why}", state.name());
        self.failed.push(cell);
    }

    /// How many cells there were, all of which went well.
    #[track_caller]
    pub(crate) fn end(self) -> usize {
        let failed = &self.failed;
        assert!(
            failed.is_empty(),
            "{} of {} cells failed:\n{}",
            failed.len(),
            self.cells,
            failed.join("\n")
        );
        self.cells
    }
}

/// Why a task has ended like that.
fn reason(error: JoinError) -> String {
    match error.try_into_panic() {
        Ok(panic) => panic
            .downcast::<String>()
            .map_or_else(|_| "it panicked".into(), |text| *text),
        Err(error) => error.to_string(),
    }
}
