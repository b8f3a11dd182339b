//! One account.

use core::fmt;
use std::sync::Arc;

use smpp_pdu::{Address, BindType, CommandStatus, DataCoding, InterfaceVersion};
use smpp_session::Rate;

use super::{BindAttempt, Password, Quirks, Refusal};

/// An account: its name, its password, and what its sessions may do. What is
/// not limited here is free.
///
/// ```
/// use smpp_pdu::BindType;
/// use smpp_smsc::{Account, Password, SourceRule};
///
/// let bank = Account::new("bank", Password::plain("kQ7f2xP9"))?
///     .bind_types(&[BindType::Transmitter])
///     .max_binds(2)
///     .sources([SourceRule::new("BANK")?, SourceRule::new("4477*")?]);
/// assert!(bank.allows_source(b"447700900123"));
/// assert!(!bank.allows_source(b"THE BANK"));
/// # Ok::<(), smpp_smsc::NotAnAccount>(())
/// ```
#[derive(Clone)]
#[must_use]
pub struct Account {
    pub(super) system_id: Arc<str>,
    pub(super) password: Password,
    pub(super) bind_types: Vec<BindType>,
    pub(super) versions: Vec<InterfaceVersion>,
    #[cfg(feature = "accounts")]
    pub(super) networks: Vec<ipnet::IpNet>,
    pub(crate) max_binds: Option<u32>,
    pub(crate) replaces_oldest: bool,
    pub(super) sources: Vec<SourceRule>,
    pub(crate) window: Option<u16>,
    pub(crate) delivery_window: Option<u16>,
    pub(crate) rate: Option<Rate>,
    pub(crate) daily_quota: Option<u64>,
    pub(super) default_source: Option<Box<str>>,
    pub(crate) default_data_coding: Option<DataCoding>,
    pub(crate) quirks: Quirks,
}

/// Why something is no account, or no rule of one.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct NotAnAccount(pub(crate) String);

impl Account {
    /// An account that may do everything.
    ///
    /// # Errors
    /// [`NotAnAccount`] when the name is not 1 to 15 printable ASCII characters
    /// without spaces: no bind could carry another one.
    pub fn new(system_id: &str, password: Password) -> Result<Self, NotAnAccount> {
        if system_id.is_empty() {
            return Err(NotAnAccount("a system_id is not empty".into()));
        }
        if !printable(system_id, 15) {
            return Err(NotAnAccount(
                "a system_id has at most 15 characters, printable ASCII without spaces".into(),
            ));
        }
        Ok(Self::named(system_id.into(), password))
    }

    pub(super) const fn named(system_id: Arc<str>, password: Password) -> Self {
        Self {
            system_id,
            password,
            bind_types: Vec::new(),
            versions: Vec::new(),
            #[cfg(feature = "accounts")]
            networks: Vec::new(),
            max_binds: None,
            replaces_oldest: false,
            sources: Vec::new(),
            window: None,
            delivery_window: None,
            rate: None,
            daily_quota: None,
            default_source: None,
            default_data_coding: None,
            quirks: Quirks::NONE,
        }
    }

    /// Its name.
    #[must_use]
    pub fn system_id(&self) -> &str {
        &self.system_id
    }

    /// Sets the binds that it may use; another is refused with `ESME_RBINDFAIL`.
    pub fn bind_types(mut self, allowed: &[BindType]) -> Self {
        self.bind_types = allowed.to_vec();
        self
    }

    /// Sets the versions that it may speak; another is refused with
    /// `ESME_RBINDFAIL`.
    pub fn versions(mut self, allowed: &[InterfaceVersion]) -> Self {
        self.versions = allowed.iter().map(|one| one.normalized()).collect();
        self
    }

    /// Sets the networks that it may bind from; a bind from elsewhere is refused
    /// with `ESME_RBINDFAIL`, and so is one over a stream without an IP address.
    #[cfg(feature = "accounts")]
    #[cfg_attr(docsrs, doc(cfg(feature = "accounts")))]
    pub fn networks(mut self, allowed: impl IntoIterator<Item = ipnet::IpNet>) -> Self {
        self.networks = allowed.into_iter().collect();
        self
    }

    /// Sets how many sessions it may have at the same time; one more is refused
    /// with `ESME_RALYBND`.
    pub fn max_binds(mut self, limit: u32) -> Self {
        self.max_binds = Some(limit);
        self
    }

    /// Sets whether a bind beyond [`max_binds`](Self::max_binds) ends the oldest
    /// session instead of being refused. Clients behind a NAT leave sessions
    /// behind that look alive for a while, and then cannot bind again; but two
    /// clients that share an account by mistake end each other's sessions all
    /// the time. Default false.
    pub fn replace_oldest(mut self, on: bool) -> Self {
        self.replaces_oldest = on;
        self
    }

    /// Sets the source addresses that it may use; another is refused with
    /// `ESME_RINVSRCADR`.
    pub fn sources(mut self, allowed: impl IntoIterator<Item = SourceRule>) -> Self {
        self.sources = allowed.into_iter().collect();
        self
    }

    /// Sets how many requests each session may have unanswered, at least 1; more
    /// are refused with `ESME_RTHROTTLED`.
    pub fn window(mut self, requests: u16) -> Self {
        self.window = Some(requests.max(1));
        self
    }

    /// Sets how many deliveries each session may leave unanswered, at least 1.
    /// The window of the centre's sessions is the most that it can be.
    pub fn delivery_window(mut self, deliveries: u16) -> Self {
        self.delivery_window = Some(deliveries.max(1));
        self
    }

    /// Sets how fast each session may submit; what is faster is refused with
    /// `ESME_RTHROTTLED`.
    pub fn rate(mut self, rate: Rate) -> Self {
        self.rate = Some(rate);
        self
    }

    /// Sets how many messages it may submit on one day in UTC, over all its
    /// sessions; more are refused with `ESME_RMSGQFUL`. They are counted in
    /// memory, from the start of the centre.
    pub fn daily_quota(mut self, messages: u64) -> Self {
        self.daily_quota = Some(messages);
        self
    }

    /// Sets the source of messages that have none. TON and NPI follow from its
    /// form: letters are alphanumeric, `+` and digits international.
    ///
    /// # Errors
    /// [`NotAnAccount`] when it is not 1 to 20 printable ASCII characters.
    pub fn default_source(mut self, source: &str) -> Result<Self, NotAnAccount> {
        if source.is_empty() || !printable(&source.replace(' ', "_"), 20) {
            return Err(NotAnAccount(
                "a source address has 1 to 20 characters, printable ASCII".into(),
            ));
        }
        self.default_source = Some(source.into());
        Ok(self)
    }

    /// Sets the `data_coding` of messages that state 0, the default alphabet,
    /// for an ESME that means another one by it.
    pub fn default_data_coding(mut self, data_coding: DataCoding) -> Self {
        self.default_data_coding = Some(data_coding);
        self
    }

    /// Sets what its client needs otherwise than others.
    pub fn quirks(mut self, quirks: Quirks) -> Self {
        self.quirks = quirks;
        self
    }

    /// Whether it may use this source address. An empty one stands for the
    /// default of the account, and is allowed.
    #[must_use]
    pub fn allows_source(&self, addr: &[u8]) -> bool {
        addr.is_empty()
            || self.sources.is_empty()
            || self.sources.iter().any(|rule| rule.covers(addr))
    }

    /// Whether anything is to be looked at in its requests.
    pub(super) fn has_rules_for_messages(&self) -> bool {
        !self.sources.is_empty()
            || self.daily_quota.is_some()
            || self.default_source.is_some()
            || self.default_data_coding.is_some()
            || self.quirks.has_rules_for_messages()
    }

    /// The source of messages that have none, as it was set.
    pub(crate) fn default_source_text(&self) -> Option<&str> {
        self.default_source.as_deref()
    }

    /// Whether it may use this bind.
    #[must_use]
    pub fn allows_bind(&self, bind_type: BindType) -> bool {
        self.bind_types.is_empty() || self.bind_types.contains(&bind_type)
    }

    /// The source of messages that have none, if it was
    /// [set](Self::default_source).
    #[must_use]
    pub fn source_of_none(&self) -> Option<Address<'_>> {
        Address::from_human(self.default_source.as_deref()?).ok()
    }

    /// Whether it may bind like this.
    ///
    /// # Errors
    /// The status to refuse it with, and why.
    pub fn admits(&self, attempt: &BindAttempt) -> Result<(), Refusal> {
        let refuse = |reason: String| Err(Refusal::new(CommandStatus::ESME_RBINDFAIL, reason));
        #[cfg(feature = "accounts")]
        if !self.networks.is_empty() {
            match attempt.ip {
                None => return refuse("it may bind from some networks only".into()),
                // ::ffff:192.0.2.1 is 192.0.2.1, which is what people write.
                Some(ip)
                    if !self
                        .networks
                        .iter()
                        .any(|net| net.contains(&ip.to_canonical())) =>
                {
                    return refuse(format!("it may not bind from {ip}"));
                }
                Some(_) => {}
            }
        }
        if !self.allows_bind(attempt.bind_type) {
            return refuse(format!("it may not bind as {:?}", attempt.bind_type));
        }
        let version = attempt.version.normalized();
        if !self.versions.is_empty() && !self.versions.contains(&version) {
            return refuse(format!("it may not speak SMPP {}", super::number(version)));
        }
        Ok(())
    }
}

/// No password reaches a log.
impl fmt::Debug for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Account")
            .field("system_id", &self.system_id)
            .field("bind_types", &self.bind_types)
            .field("max_binds", &self.max_binds)
            .field("sources", &self.sources)
            .finish_non_exhaustive()
    }
}

fn printable(text: &str, most: usize) -> bool {
    text.len() <= most && text.bytes().all(|one| one.is_ascii_graphic())
}

/// A source address, or with `*` at its end the start of many.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceRule {
    text: Box<str>,
    starts: bool,
}

impl SourceRule {
    /// `BANK` is this address, `4477*` all that start so, `*` any. A `+` in
    /// front is left out: PDUs carry digits.
    ///
    /// # Errors
    /// [`NotAnAccount`] when it is empty, too long, or has a `*` elsewhere.
    pub fn new(text: &str) -> Result<Self, NotAnAccount> {
        let (start, starts) = match text.strip_suffix('*') {
            Some(start) => (start, true),
            None => (text, false),
        };
        let start = start.strip_prefix('+').unwrap_or(start);
        let fits = printable(&start.replace(' ', "_"), 20) && !start.contains('*');
        if !fits || (start.is_empty() && !starts) {
            return Err(NotAnAccount(
                "a source is an address of at most 20 characters, printable ASCII, or the start \
                 of many with * at its end: BANK, 447700900123, 4477*"
                    .into(),
            ));
        }
        Ok(Self {
            text: start.into(),
            starts,
        })
    }

    /// Whether this address is meant.
    #[must_use]
    pub fn covers(&self, addr: &[u8]) -> bool {
        if self.starts {
            addr.starts_with(self.text.as_bytes())
        } else {
            addr == self.text.as_bytes()
        }
    }
}

impl fmt::Display for SourceRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.text, if self.starts { "*" } else { "" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_name_sources_and_starts_of_sources() {
        for (rule, addr, covers) in [
            ("BANK", "BANK", true),
            ("BANK", "BANK2", false),
            ("BANK", "bank", false),
            ("4477*", "447700900123", true),
            ("+4477*", "447700900123", true),
            ("4477*", "4478", false),
            ("*", "anything", true),
            ("MY BANK", "MY BANK", true),
        ] {
            let rule = SourceRule::new(rule).unwrap();
            assert_eq!(rule.covers(addr.as_bytes()), covers, "{rule:?} {addr}");
        }
        for wrong in ["", "4*7", "**", "Größe", "123456789012345678901"] {
            assert!(SourceRule::new(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn names_are_such_that_a_bind_can_carry_them() {
        for wrong in ["", "sixteencharacter", "with space", "ümlaut"] {
            assert!(Account::new(wrong, Password::plain("x")).is_err());
        }
    }
}
