//! The operations by their names, for each handle that takes requests.

/// Gives a handle with a method `request` a method for each operation but
/// `submit_sm`, which has several. `$hosts`: a paragraph about which host is
/// asked, where there are several.
macro_rules! operations {
    ($handle:ident, $hosts:literal) => {
        operations! {
            $handle;

            /// Sends a message in `data_sm`.
            ///
            /// A refusal may come with a response that explains it in parameters.
            data_sm(sm: DataSm) -> SubmitResp;

            /// Submits a message to several recipients. The response lists those
            /// that were refused.
            submit_multi(sm: SubmitMulti) -> SubmitResp;

            /// Asks what became of a message:
            /// [`Body::QuerySmResp`](smpp_pdu::Body::QuerySmResp).
            #[doc = $hosts]
            query_sm(query: QuerySm) -> OwnedPdu;

            /// Cancels a message, or all between two addresses.
            #[doc = $hosts]
            cancel_sm(cancel: CancelSm) -> OwnedPdu;

            /// Replaces a message that waits for delivery.
            #[doc = $hosts]
            replace_sm(replace: ReplaceSm) -> OwnedPdu;

            /// Submits a broadcast (5.0).
            broadcast_sm(sm: BroadcastSm) -> SubmitResp;

            /// Asks what became of a broadcast (5.0).
            #[doc = $hosts]
            query_broadcast_sm(query: QueryBroadcastSm) -> OwnedPdu;

            /// Cancels a broadcast (5.0).
            #[doc = $hosts]
            cancel_broadcast_sm(cancel: CancelBroadcastSm) -> OwnedPdu;
        }
    };
    ($handle:ident; $(
        $(#[$doc:meta])*
        $name:ident($request:ident: $body:ident) -> $response:ident;
    )*) => {
        /// The operations by name.
        impl $handle {
            $(
                $(#[$doc])*
                ///
                /// # Cancel safety
                #[doc = concat!(
                    "As said of [`", stringify!($handle), "`]: a dropped future may leave a \
                     request that is sent."
                )]
                ///
                /// # Errors
                /// [`RequestError`](crate::RequestError): refused, without response,
                /// or not sent.
                pub async fn $name(
                    &self,
                    $request: &smpp_pdu::$body<'_>,
                ) -> Result<$crate::$response, $crate::RequestError> {
                    self.request(*$request).await.map($crate::$response::from)
                }
            )*
        }
    };
}

pub(crate) use operations;
