//! Application ports.

use smpp_pdu::Tlvs;
use smpp_pdu::udh::{Ports, Udh, UdhBuf, UdhError};

use super::Parameters;

/// The ports of a message: which program at the receiver it is for, and which
/// one at the sender it comes from.
///
/// They stand in the user data header (3GPP TS 23.040, 9.2.3.24.3 and 4) or in
/// the parameters `destination_port` and `source_port` (SMPP 3.4, 5.3.2.20 and
/// 21; 5.0, 4.8.4), not in both: a message centre makes a header of
/// the parameters.
///
/// ```
/// use smpp_codec::services::ApplicationPorts;
/// use smpp_pdu::Tlvs;
/// use smpp_pdu::udh::{Udh, UdhBuf};
///
/// let ports = ApplicationPorts::to(2948).from(9200);
/// let mut header = UdhBuf::new();
/// ports.put(&mut header)?;
/// assert_eq!(header.as_bytes(), [6, 5, 4, 0x0B, 0x84, 0x23, 0xF0]);
///
/// let (header, _) = Udh::split(&header)?;
/// let read = ApplicationPorts::read(Some(&header), &Tlvs::EMPTY).unwrap();
/// assert_eq!((read.ports, read.conflict), (ports, None));
///
/// let parameters = ports.tlvs();
/// assert_eq!(parameters.as_tlvs().source_port(), Some(Ok(9200)));
/// # Ok::<(), smpp_pdu::udh::UdhError>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct ApplicationPorts {
    /// The port at the receiver. Of 8 bits 240 to 255 are in use, of 16 bits
    /// 16000 to 16999 are free for anybody.
    pub destination: Option<u16>,
    /// The port at the sender.
    pub source: Option<u16>,
    /// Whether the ports are of the narrow kind, 8 bits in the header. Narrow
    /// and wide ports of the same number are different ports. The parameters
    /// do not tell them apart.
    pub narrow: bool,
}

/// Ports that were read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct PortsRead {
    /// The ports; those of the header where there is one, since that is what
    /// the phone sees.
    pub ports: ApplicationPorts,
    /// The ports of the parameters, when they are others than those of the
    /// header.
    pub conflict: Option<ApplicationPorts>,
}

impl ApplicationPorts {
    /// A port of 16 bits at the receiver, none at the sender.
    #[must_use]
    pub const fn to(destination: u16) -> Self {
        Self {
            destination: Some(destination),
            source: None,
            narrow: false,
        }
    }

    /// A port of 8 bits at the receiver, none at the sender.
    #[must_use]
    pub const fn to_narrow(destination: u8) -> Self {
        Self {
            destination: Some(destination as u16),
            source: None,
            narrow: true,
        }
    }

    /// The same with a port at the sender.
    #[must_use]
    pub const fn from(mut self, source: u16) -> Self {
        self.source = Some(source);
        self
    }

    /// Reads the ports of a message: `header` is its user data header, if it has
    /// one, `tlvs` are its parameters. `None` without ports. Parameters of a
    /// wrong width are ports that are not given.
    #[must_use]
    pub fn read(header: Option<&Udh<'_>>, tlvs: &Tlvs<'_>) -> Option<PortsRead> {
        let header = header.and_then(Udh::ports).map(Self::of);
        let number = |read: Option<Result<u16, _>>| read.and_then(Result::ok);
        let parameters = Self {
            destination: number(tlvs.destination_port()),
            source: number(tlvs.source_port()),
            narrow: false,
        };
        let given = parameters.destination.or(parameters.source).is_some();
        let Some(ports) = header else {
            return given.then_some(PortsRead {
                ports: parameters,
                conflict: None,
            });
        };
        let differs = |parameter: Option<u16>, port| parameter.is_some() && parameter != port;
        let conflict = differs(parameters.destination, ports.destination)
            || differs(parameters.source, ports.source);
        Some(PortsRead {
            ports,
            conflict: conflict.then_some(parameters),
        })
    }

    const fn of(ports: Ports) -> Self {
        Self {
            destination: Some(ports.destination),
            source: Some(ports.originator),
            narrow: !ports.wide,
        }
    }

    /// The ports as the user data header has them, and as
    /// [`SplitOptions::ports`](crate::long::SplitOptions::ports) wants them; one
    /// that is not given is 0. `None` when a narrow port is above 255.
    #[must_use]
    pub fn udh(&self) -> Option<Ports> {
        let ports = Ports {
            destination: self.destination.unwrap_or_default(),
            originator: self.source.unwrap_or_default(),
            wide: !self.narrow,
        };
        (ports.wide || ports.destination.max(ports.originator) <= 0xFF).then_some(ports)
    }

    /// Adds the ports to a user data header, 4 or 6 octets.
    ///
    /// # Errors
    ///
    /// [`UdhError::BadValue`] when a narrow port is above 255,
    /// [`UdhError::Full`] when the header has no room.
    pub fn put(&self, header: &mut UdhBuf) -> Result<(), UdhError> {
        let bad = UdhError::BadValue(smpp_pdu::udh::Iei::PORT_8BIT);
        let ports = self.udh().ok_or(bad)?;
        if ports.wide {
            return header.ports16(ports.destination, ports.originator);
        }
        let narrow = |port| u8::try_from(port).map_err(|_| bad);
        header.ports8(narrow(ports.destination)?, narrow(ports.originator)?)
    }

    /// The parameters `destination_port` and `source_port`, those that are
    /// given. They need SMPP 3.4.
    #[must_use]
    pub fn tlvs(&self) -> Parameters {
        Parameters::new(
            self.destination.map(smpp_pdu::Tlv::destination_port),
            self.source.map(smpp_pdu::Tlv::source_port),
        )
    }
}
