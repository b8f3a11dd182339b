//! The one shape of a number from the wire.

/// Declares a number exactly as the wire carries it, with the standard's names
/// as constants. Every value of the representation survives; the names are a
/// view on it.
///
/// `Display` gives the name where there is one (`DELIVERED`) and the number
/// otherwise (`0x2A`); `Debug` gives both (`MessageState(0x02 DELIVERED)`).
macro_rules! wire_number {
    // The name shown is the name of the constant.
    (
        $(#[$meta:meta])*
        pub struct $Name:ident($repr:ty, $digits:literal) {
            $( $(#[$value_meta:meta])* $CONST:ident = $value:literal ),* $(,)?
        }
    ) => {
        wire_number! {
            $(#[$meta])*
            pub struct $Name($repr, $digits) {
                $( $(#[$value_meta])* $CONST = $value => stringify!($CONST) ),*
            }
        }
    };
    // The name shown is given, for fields that the standard writes in lower case.
    (
        $(#[$meta:meta])*
        pub struct $Name:ident($repr:ty, $digits:literal) {
            $( $(#[$value_meta:meta])* $CONST:ident = $value:literal => $label:expr ),* $(,)?
        }
    ) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $Name(pub $repr);

        impl $Name {
            $( $(#[$value_meta])* pub const $CONST: Self = Self($value); )*

            /// Every value that has a standard name, in the order of the specification.
            pub const NAMED: &'static [(Self, &'static str)] = &[$( (Self($value), $label) ),*];

            /// The standard name, or `None` for a reserved or vendor value.
            #[must_use]
            pub const fn name(self) -> Option<&'static str> {
                match self.0 {
                    $( $value => Some($label), )*
                    _ => None,
                }
            }
        }

        impl core::fmt::Debug for $Name {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                match self.name() {
                    Some(name) => write!(
                        f, concat!(stringify!($Name), "(0x{:0", $digits, "X} {})"), self.0, name
                    ),
                    None => write!(f, concat!(stringify!($Name), "(0x{:0", $digits, "X})"), self.0),
                }
            }
        }

        impl core::fmt::Display for $Name {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                match self.name() {
                    Some(name) => f.pad(name),
                    None => write!(f, concat!("0x{:0", $digits, "X}"), self.0),
                }
            }
        }

        impl From<$repr> for $Name {
            fn from(value: $repr) -> Self {
                Self(value)
            }
        }

        impl From<$Name> for $repr {
            fn from(value: $Name) -> Self {
                value.0
            }
        }
    };
}

/// Declares the body of a PDU: its mandatory fields in wire order, and the
/// tagged parameters behind them. Each field has a setter of its name, so that
/// a PDU is built in one expression from `Self::default()` or a constructor.
macro_rules! pdu_body {
    (
        $(#[$meta:meta])*
        pub struct $Name:ident {
            $( $(#[$field_meta:meta])* $field:ident: $Type:ty, )*
        }
    ) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
        pub struct $Name<'a> {
            $( $(#[$field_meta])* pub $field: $Type, )*
            /// Tagged parameters, and whatever else stands behind the mandatory fields.
            pub tlvs: $crate::Tlvs<'a>,
        }

        impl<'a> $Name<'a> {
            $(
                #[doc = concat!("Sets `", stringify!($field), "`.")]
                #[must_use]
                pub const fn $field(mut self, $field: $Type) -> Self {
                    self.$field = $field;
                    self
                }
            )*

            /// Sets the tagged parameters.
            #[must_use]
            pub const fn tlvs(mut self, tlvs: $crate::Tlvs<'a>) -> Self {
                self.tlvs = tlvs;
                self
            }
        }
    };
}
