//! The head of a push.

use smpp_codec::SliceBuf;
use smpp_codec::wap::{
    ApplicationId, MediaType, Push, PushContent, ReadError, ReceivedPush, ServiceIndication,
    ServiceLoad, WriteError,
};

use crate::support::{octets, pushed};

#[test]
fn a_content_type_goes_by_number_or_by_name() {
    let load = ServiceLoad::new("https://x/");
    for (media, head) in [
        (MediaType::SLC, "01 06 01 B0".to_owned()),
        (
            MediaType::SLC_TEXT,
            "01 06 18 6170706C69636174696F6E2F766E642E7761702E736C63 00".to_owned(),
        ),
    ] {
        let written = pushed(&Push::new(1, media), &load);
        let head = octets(&head);
        assert_eq!(written[..head.len()], head);
        let received = ReceivedPush::read(&written).unwrap();
        assert_eq!(received.head.content_type, media);
        let content = received.content(&mut |what| panic!("{what}")).unwrap();
        assert!(matches!(content, PushContent::Load(load) if load.href.unwrap() == *"https://x/"));
    }
    assert!(MediaType::Text(b"Application/VND.wap.SIC; charset=utf-8").is_service_indication());
    assert!(!MediaType::Text(b"application/vnd.wap.sicx").is_service_indication());
    assert!(!MediaType::SIC.is_service_load());
}

#[test]
fn a_charset_of_any_size_is_read_as_written() {
    for (charset, head) in [
        (0, "03 AE 81 80"),
        (4, "03 AE 81 84"),
        (106, "03 AE 81 EA"),
        (127, "03 AE 81 FF"),
        (128, "04 AE 81 01 80"),
        (1015, "05 AE 81 02 03F7"),
        (u32::MAX, "07 AE 81 04 FFFFFFFF"),
    ] {
        let push = Push {
            charset: Some(charset),
            ..Push::new(7, MediaType::SIC)
        };
        let written = pushed(&push, &&b"body"[..]);
        let expected = octets(head);
        assert_eq!(written[3..3 + expected.len()], expected);
        let received = ReceivedPush::read(&written).unwrap();
        assert_eq!((received.head, received.body), (push, &b"body"[..]));
    }
}

#[test]
fn lengths_beyond_one_octet_are_written_and_read() {
    for len in [
        1, 27, 28, 29, 30, 31, 120, 126, 127, 128, 200, 16_383, 16_384, 20_000,
    ] {
        let name = vec![b'a'; len];
        let push = Push {
            charset: Some(106),
            application: Some(ApplicationId::Text(&name)),
            ..Push::new(7, MediaType::Text(&name))
        };
        let written = pushed(&push, &ServiceIndication::new("x", "y"));
        let received = ReceivedPush::read(&written).unwrap();
        assert_eq!(received.head, push, "names of {len} octets");
        assert_eq!(received.body[..2], [0x02, 0x05]);
    }
}

#[test]
fn a_head_that_could_not_be_read_back_is_refused() {
    let refused = |push: Push<'_>| push.encoded_len(&&b""[..]).unwrap_err();
    let content = Push::new(1, MediaType::SIC);
    let field = "content type";
    let of_type = |text| Push::new(1, MediaType::Text(text));
    assert_eq!(refused(of_type(b"a\0b")), WriteError::NulInside { field });
    assert_eq!(refused(of_type(b"")), WriteError::BadText { field });
    assert_eq!(refused(of_type(b"\xE4")), WriteError::BadText { field });
    let number = Push::new(1, MediaType::WellKnown(0x80));
    assert_eq!(refused(number), WriteError::BadText { field });
    let field = "application id";
    let of_application = |text| Push {
        application: Some(ApplicationId::Text(text)),
        ..content
    };
    assert_eq!(
        refused(of_application(b"a\0")),
        WriteError::NulInside { field }
    );
    assert_eq!(
        refused(of_application(b"\x1F")),
        WriteError::BadText { field }
    );
}

#[test]
fn a_document_that_is_refused_leaves_the_buffer_as_it_was() {
    use smpp_codec::Buffer;
    let mut storage = [0; 100];
    let mut out = SliceBuf::new(&mut storage);
    let push = Push::new(1, MediaType::SIC);
    let document = ServiceIndication::new("http://x\0", "");
    let refused = Err(WriteError::NulInside { field: "href" });
    assert_eq!(push.write(&document, &mut out), refused);
    assert!(out.as_slice().is_empty());
}

#[test]
fn what_is_no_push_is_refused_with_the_reason() {
    let read = |hex| ReceivedPush::read(&octets(hex)).map(|_| ()).unwrap_err();
    assert_eq!(read(""), ReadError::Cut { offset: 0 });
    assert_eq!(read("01"), ReadError::Cut { offset: 1 });
    assert_eq!(read("01 04 00"), ReadError::NotPush { pdu_type: 4 });
    assert_eq!(read("01 06 02 AE"), ReadError::Cut { offset: 4 });
    assert_eq!(read("01 06 8FFFFFFF7F AE"), ReadError::Cut { offset: 8 });
    assert_eq!(read("01 06 FFFFFFFFFF7F AE"), ReadError::Cut { offset: 9 });
}

#[test]
fn headers_end_where_they_make_no_sense_and_the_body_stays() {
    // A value that claims 9 octets, inside a head of 5.
    let octets = octets("01 06 05 AE AF82 B409 55");
    let push = ReceivedPush::read(&octets).unwrap();
    assert_eq!(push.headers.clone().count(), 1);
    assert_eq!(push.headers.last().unwrap().value, [0x82]);
    assert_eq!((push.flag, push.body), (None, &[0x55][..]));
    // A content type that is cut.
    let push = ReceivedPush::read(&[1, 6, 2, 9, 0xAE, 0x55]).unwrap();
    assert_eq!(push.head.content_type, MediaType::Text(b""));
    assert!(matches!(
        push.content(&mut |_| {}),
        Ok(PushContent::Other(&[0x55]))
    ));
}
