//! The members of lists.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use serde_json::{Map, Value};
use smpp_pdu::{CommandStatus, DestAddress, Npi, Ton};

use super::build::{Builder, only_known};
use super::read::{self, JsonError, found};

impl Builder {
    /// A member of a list: an object, or a text where that is all it has.
    pub(super) fn member(
        &mut self,
        path: &str,
        list: &str,
        member: &Value,
    ) -> Result<(), JsonError> {
        let fields = match member {
            Value::Object(fields) => fields,
            text @ Value::String(_) if list == "message_details" => {
                let text = read::text(path, text)?;
                self.put_text(&text);
                return Ok(());
            }
            other => {
                let found = found(other);
                let wanted = match list {
                    "message_details" => "a message id in quotation marks",
                    _ => "an object of fields",
                };
                return Err(JsonError::new(
                    path,
                    format!("{found} where {wanted} is wanted"),
                ));
            }
        };
        let text = |key: &str| {
            let value = fields.get(key);
            value.map_or(Ok(Vec::new()), |value| {
                read::text(&format!("{path}.{key}"), value)
            })
        };
        let address: &[&str] = &["dest_addr_ton", "dest_addr_npi", "destination_addr"];
        match list {
            "dest_address" => {
                let lists = u32::from(DestAddress::FLAG_DISTRIBUTION_LIST);
                let sme = u32::from(DestAddress::FLAG_SME);
                let flag = match fields.get("dest_flag") {
                    None if fields.contains_key("dl_name") => lists,
                    None => sme,
                    Some(value) => {
                        let path = format!("{path}.dest_flag");
                        read::number(&path, value, u8::MAX.into(), |name| match name {
                            "SME_ADDRESS" => Some(sme),
                            "DISTRIBUTION_LIST" => Some(lists),
                            _ => None,
                        })?
                    }
                };
                if flag == lists {
                    only_known(path, fields, &["dest_flag", "dl_name"])?;
                    self.put_number(flag, 1);
                    self.put_text(&text("dl_name")?);
                    return Ok(());
                }
                if flag != sme {
                    self.note(
                        &format!("{path}.dest_flag"),
                        format!("{flag} is neither 1 (an address) nor 2 (a distribution list)"),
                    );
                }
                only_known(path, fields, &[&["dest_flag"], address].concat())?;
                self.put_number(flag, 1);
                self.destination(path, fields, &text("destination_addr")?)
            }
            "unsuccess_sme" => {
                only_known(path, fields, &[address, &["error_status_code"]].concat())?;
                self.destination(path, fields, &text("destination_addr")?)?;
                let status = fields.get("error_status_code");
                let status = status.map_or(Ok(0), |value| {
                    let path = format!("{path}.error_status_code");
                    read::number(&path, value, u32::MAX, |name| {
                        CommandStatus::from_name(name).map(|status| status.0)
                    })
                })?;
                self.put_number(status, 4);
                Ok(())
            }
            _ => {
                only_known(path, fields, &["msgid"])?;
                self.put_text(&text("msgid")?);
                Ok(())
            }
        }
    }

    /// TON, NPI and address of a recipient.
    fn destination(
        &mut self,
        path: &str,
        fields: &Map<String, Value>,
        addr: &[u8],
    ) -> Result<(), JsonError> {
        let number = |key: &str, by_name: fn(&str) -> Option<u32>| {
            let value = fields.get(key);
            value.map_or(Ok(0), |value| {
                read::number(&format!("{path}.{key}"), value, u8::MAX.into(), by_name)
            })
        };
        let ton = number("dest_addr_ton", |name| {
            let mut all = Ton::NAMED.iter();
            all.find(|(_, known)| known.eq_ignore_ascii_case(name))
                .map(|(ton, _)| ton.0.into())
        })?;
        let npi = number("dest_addr_npi", |name| {
            let mut all = Npi::NAMED.iter();
            all.find(|(_, known)| known.eq_ignore_ascii_case(name))
                .map(|(npi, _)| npi.0.into())
        })?;
        self.put_number(ton, 1);
        self.put_number(npi, 1);
        self.put_text(addr);
        Ok(())
    }
}
