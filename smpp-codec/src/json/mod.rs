//! PDUs, errors and findings as JSON, for programs that print them, and PDUs
//! made of it.
//!
//! A PDU is an object with `command_length`, `command_id` (`"0x00000004"`),
//! `command` (the name, `"unknown"` for an operation that the standard does not
//! define), `command_status` and `sequence_number` (numbers), `body` and `tlvs`.
//!
//! `body` has the fields under their names of the specification: numbers as
//! numbers, C-octet strings as text (each octet the character of Latin-1),
//! other octets as lower-case hex, groups as lists. It is `{}` where there is
//! no field, and `null` where a response leaves its fields out.
//!
//! `tlvs` has an object for each parameter: `tag` (`"0x0204"`), `name`
//! (`"vendor"` or `"unknown"` where the standard has none), `length`,
//! `value_hex`, and `value` where the standard says that it is text or a number
//! of one width. Octets that belong to no field, such as the body of an unknown
//! operation, are in `rest`, which is there only when they are.
//!
//! [`to_json`] writes that shape, [`from_json`] takes it, and less: what is left
//! out gets a default, and names stand for numbers.

mod build;
mod layout;
mod member;
mod parameter;
mod read;
mod show;

pub use build::{BuiltPdu, from_json};
pub use read::{JsonError, JsonNote};
pub use show::{JsonOptions, error_to_json, finding_to_json, to_json};
