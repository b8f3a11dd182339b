//! Links to other centres.

use core::fmt::Write as _;

use smpp_esme::SmppUrl;
use smpp_smsc::Builder;
use smpp_smsc::config::{Centre, PasswordPlace};

use super::Failure;

/// The address of a centre, with its password.
pub(super) fn url(centre: &Centre) -> Result<SmppUrl, String> {
    let text = &centre.url.value;
    let parsed: SmppUrl = text.parse().map_err(|error| format!("{error}"))?;
    let Some(place) = &centre.password else {
        return Ok(parsed);
    };
    if !parsed.password().is_empty() {
        return Err("the password stands in the address already".into());
    }
    let password = match place {
        PasswordPlace::Environment(name) => std::env::var(name)
            .map_err(|error| format!("the password in ${name} cannot be read: {error}"))?,
        PasswordPlace::File(path) => std::fs::read_to_string(path).map_err(|error| {
            format!("the password in {} cannot be read: {error}", path.display())
        })?,
    };
    with_password(text, password.lines().next().unwrap_or_default())
        .and_then(|text| text.parse().ok())
        .ok_or_else(|| "the password in its place does not fit into an address".into())
}

/// `smpp://NAME:PASSWORD@HOST` from `smpp://NAME@HOST`.
fn with_password(text: &str, password: &str) -> Option<String> {
    let (account, rest) = text.split_once('@')?;
    let mut whole = format!("{}:", account.trim_end_matches(':'));
    for octet in password.bytes() {
        // Writing to a string does not fail.
        let _ = write!(whole, "%{octet:02X}");
    }
    Some(format!("{whole}@{rest}"))
}

/// A network for each centre.
pub(super) fn add(builder: Builder, centres: &[Centre]) -> Result<Builder, Failure> {
    for centre in centres {
        let _url = url(centre).map_err(Failure::Usage)?;
        let _ = centre.sessions;
    }
    Ok(builder)
}
