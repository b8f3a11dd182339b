//! Bodies that are empty by the specification.

use super::wire_body;

wire_body! { Unbind {} }
wire_body! { UnbindResp {} }
wire_body! { EnquireLink {} }
wire_body! { EnquireLinkResp {} }
wire_body! { GenericNack {} }
