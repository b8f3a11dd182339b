//! Octets that others published: in a mailing list, in a handbook, in captures
//! of phones and gateways.

use smpp_codec::wap::{
    ApplicationId, HeaderName, IndicationAction, LoadAction, MediaType, PUSH_PORTS, Push,
    PushContent, ReceivedPush, ServiceIndication, ServiceLoad,
};
use smpp_pdu::time::AbsoluteTime;
use smpp_pdu::udh::Udh;

use crate::support::{indication, load, octets, pushed, written};

/// The example of WAP-167, appendix "example", as a list on the Kannel gateway
/// explains it octet by octet.
#[test]
fn the_example_of_the_standard_is_written_and_read() {
    let expected = octets(
        "02 05 6A 00 45 C6 0D 03 78797A 00 85 03 656D61696C2F3132332F6162632E776D6C 00
         0A C3 07 19990625152315 10 C3 04 20990630 01
         03 596F7520686176652034206E657720652D6D61696C73 00 01 01",
    );
    let created = AbsoluteTime::new(1999, 6, 25, 15, 23, 15).unwrap();
    let expires = AbsoluteTime::new(2099, 6, 30, 0, 0, 0).unwrap();
    let document = ServiceIndication {
        created: Some(created),
        expires: Some(expires),
        ..ServiceIndication::new(
            "http://www.xyz.com/email/123/abc.wml",
            "You have 4 new e-mails",
        )
    };
    assert_eq!(written(&document), expected);

    let (read, skipped) = indication(&expected);
    assert!(skipped.is_empty(), "{skipped:?}");
    assert_eq!(read.href.unwrap(), *"http://www.xyz.com/email/123/abc.wml");
    assert_eq!(read.text.unwrap(), *"You have 4 new e-mails");
    assert_eq!((read.created, read.expires), (Some(created), Some(expires)));
    assert_eq!((read.action, read.id.is_none()), (None, true));
    assert_eq!(read.effective_action(), IndicationAction::SignalMedium);
}

/// Gateways print such messages for their customers.
#[test]
fn messages_from_the_handbooks_of_gateways_are_written_and_read() {
    for (hex, href, text) in [
        (
            "0605040B8423F0 DC0601AE 02056A0045C60C037761702E736D73632E72752F000103
             7761702E736D73632E7275000101",
            "http://wap.smsc.ru/",
            "wap.smsc.ru",
        ),
        (
            "0605040B8423F0 DC0601AE 02056A0045C60C036D79736974652E72750001036D7973697465000101",
            "http://mysite.ru",
            "mysite",
        ),
        (
            "0605040B8423F0 DC0601AE 02056A0045C60D0362756C6B736D732E636F6D000103
             56697369742042756C6B534D532E636F6D20686F6D6570616765000101",
            "http://www.bulksms.com",
            "Visit BulkSMS.com homepage",
        ),
    ] {
        let expected = octets(hex);
        let (header, data) = Udh::split(&expected).unwrap();
        assert_eq!(header.ports(), Some(PUSH_PORTS));
        let push = Push::new(0xDC, MediaType::SIC);
        assert_eq!(pushed(&push, &ServiceIndication::new(href, text)), data);

        let received = ReceivedPush::read(data).unwrap();
        assert_eq!(received.head, push);
        let content = received.content(&mut |what| panic!("{what}")).unwrap();
        let PushContent::Indication(read) = content else {
            panic!("an indication");
        };
        assert_eq!(read.href.unwrap(), *href);
        assert_eq!(read.text.unwrap(), *text);
    }
}

/// This sender has the host without `.com/` as a token, and "www." in the text
/// behind `http://`.
#[test]
fn other_writers_pieces_make_the_same_address() {
    let (read, skipped) = {
        let hex = octets(
            "02056A0045C60C03 7777772E636F6D6D7A676174652E636F6D2F6B6F6E672F6B6F6E672E676966
             000103 4B6F6E67 000101",
        );
        let (read, skipped) = indication(&hex);
        (read.href.unwrap().to_string(), skipped)
    };
    assert_eq!(read, "http://www.commzgate.com/kong/kong.gif");
    assert!(skipped.is_empty());
}

#[test]
fn dates_without_their_last_zeros_are_read() {
    let hex = octets(
        "0B060403AE81EA 02056A0045C60C036D6F62696C65746964696E67732E636F6D2F00
         0AC306200902261625 10C306200903041625
         0103436865636B206F7574204D6F62696C6520546964696E677321000101",
    );
    let push = ReceivedPush::read(&hex).unwrap();
    let head = Push {
        charset: Some(106),
        ..Push::new(0x0B, MediaType::SIC)
    };
    assert_eq!(push.head, head);
    let (read, skipped) = indication(push.body);
    assert!(skipped.is_empty());
    assert_eq!(read.href.unwrap(), *"http://mobiletidings.com/");
    assert_eq!(read.text.unwrap(), *"Check out Mobile Tidings!");
    assert_eq!(read.created, AbsoluteTime::new(2009, 2, 26, 16, 25, 0).ok());
    assert_eq!(read.expires, AbsoluteTime::new(2009, 3, 4, 16, 25, 0).ok());
}

/// Latin 1 instead of UTF-8, an application id and a push flag.
#[test]
fn an_indication_in_latin_1_with_headers_is_read() {
    let hex = octets(
        "01 06 06 01AE AF82 B485 02050400 45C6 0C03
         70656F706C652E6473762E73752E73652F7E7262626F2F70726F6A2F696E64782E706870 00 08 01
         03 4A6F696E206F757220737572766579 00 01 01",
    );
    let push = ReceivedPush::read(&hex).unwrap();
    assert_eq!(push.head.application, Some(ApplicationId::WML_USER_AGENT));
    assert_eq!(push.flag, Some(5));
    let (read, skipped) = indication(push.body);
    assert!(skipped.is_empty());
    assert_eq!(
        read.href.unwrap(),
        *"http://people.dsv.su.se/~rbbo/proj/indx.php"
    );
    assert_eq!(read.action, Some(IndicationAction::SignalHigh));
    assert_eq!(read.text.unwrap(), *"Join our survey");
}

#[test]
fn service_loads_of_a_phone_are_written_and_read() {
    for (token, scheme) in [("08", ""), ("09", "http://"), ("0B", "https://")] {
        let hex = octets(&format!("02066A0085 {token} 03746573742E636F6D00 05 01"));
        let href = format!("{scheme}test.com");
        let document = ServiceLoad {
            action: Some(LoadAction::ExecuteLow),
            ..ServiceLoad::new(&href)
        };
        assert_eq!(written(&document), hex);
        let (read, skipped) = load(&hex);
        assert!(skipped.is_empty());
        assert_eq!(read.href.unwrap(), *href);
        assert_eq!(read.action, Some(LoadAction::ExecuteLow));
    }
}

#[test]
fn the_heads_of_captured_pushes_are_read() {
    let push = octets("DC0605B0AF82B483 02066A00850803746573742E636F6D000501");
    let push = ReceivedPush::read(&push).unwrap();
    assert!(push.head.content_type.is_service_load());
    assert_eq!((push.flag, push.head.charset), (Some(3), None));

    // The initiator by its address.
    let push = octets(
        "DC060DAEAF82B483B173656E6465720002056A0045C60B03746573742E636F6D000103
         7375626A656374000101",
    );
    let push = ReceivedPush::read(&push).unwrap();
    let header = push.headers.clone().last().unwrap();
    assert_eq!(header.name, HeaderName::WellKnown(0x31));
    assert_eq!(header.value, b"sender\0");
    assert_eq!(indication(push.body).0.href.unwrap(), *"test.com");

    // An operator's application by a number of two octets.
    let hex = octets("000605B0AF028002 02066A00850903646F636F6D6F2E6E652E6A703F50493D30360001");
    let push = ReceivedPush::read(&hex).unwrap();
    assert_eq!(push.head.application, Some(ApplicationId::Number(0x8002)));
    assert_eq!(
        load(push.body).0.href.unwrap(),
        *"http://docomo.ne.jp?PI=06"
    );
    assert_eq!(pushed(&push.head, &push.body), hex);

    // A text there, as an attack on a phone had it.
    let text = "' union select 0,'com.android.settings','com.android.settings.Settings',0,0,0-- ";
    let mut hex = octets("0A065603B081EAAF");
    hex.extend(text.bytes());
    hex.extend(octets(
        "00 02066A008509036D6F62696C65746964696E67732E636F6D2F0001",
    ));
    let push = ReceivedPush::read(&hex).unwrap();
    let application = push.head.application;
    assert_eq!(application, Some(ApplicationId::Text(text.as_bytes())));
    assert_eq!(
        load(push.body).0.href.unwrap(),
        *"http://mobiletidings.com/"
    );
    assert_eq!(pushed(&push.head, &push.body), hex);

    // The length of the content as a header.
    let push = octets("29060603AE81EA8DCA");
    let push = ReceivedPush::read(&push).unwrap();
    assert_eq!(
        (push.head.charset, push.headers.as_bytes()),
        (Some(106), &[0x8D, 0xCA][..])
    );
}

/// From the token tables of WAP-167 and WAP-168, octet by octet.
#[test]
fn every_token_is_written_and_read() {
    use IndicationAction as I;
    for (at, action) in [
        I::SignalNone,
        I::SignalLow,
        I::SignalMedium,
        I::SignalHigh,
        I::Delete,
    ]
    .into_iter()
    .enumerate()
    {
        let document = ServiceIndication {
            id: Some("7"),
            action: Some(action),
            ..ServiceIndication::default()
        };
        let mut expected = octets("02056A00 45 86 11 03 37 00 EE 01 01");
        expected[10] = u8::try_from(at + 5).unwrap();
        assert_eq!(written(&document), expected);
        let (read, skipped) = indication(&expected);
        assert!(skipped.is_empty());
        assert_eq!(read.action, Some(action));
        assert_eq!(read.effective_id().unwrap(), *"7");
    }
    for (at, action) in [
        LoadAction::ExecuteLow,
        LoadAction::ExecuteHigh,
        LoadAction::Cache,
    ]
    .into_iter()
    .enumerate()
    {
        let document = ServiceLoad {
            href: "",
            action: Some(action),
        };
        let mut expected = octets("02066A00 85 08 EE 01");
        expected[6] = u8::try_from(at + 5).unwrap();
        assert_eq!(written(&document), expected);
        assert_eq!(load(&expected).0.action, Some(action));
    }
    let schemes = ["", "http://", "http://www.", "https://", "https://www."];
    for (at, scheme) in schemes.into_iter().enumerate() {
        for (value, ending) in [
            (0x85, ".com/"),
            (0x86, ".edu/"),
            (0x87, ".net/"),
            (0x88, ".org/"),
        ] {
            let href = format!("{scheme}a{ending}b{ending}");
            let token = u8::try_from(at).unwrap();
            let pieces = [3, b'a', 0, value, 3, b'b', 0, value];
            let mut si = octets("02056A00 45 86");
            si.push(0x0B + token);
            si.extend(pieces);
            si.extend([1, 1]);
            assert_eq!(written(&ServiceIndication::new(&href, "")), si);
            assert_eq!(indication(&si).0.href.unwrap(), *href);
            let mut sl = octets("02066A00 85");
            sl.push(0x08 + token);
            sl.extend(pieces);
            sl.push(1);
            assert_eq!(written(&ServiceLoad::new(&href)), sl);
            assert_eq!(load(&sl).0.href.unwrap(), *href);
        }
    }
    assert_eq!(
        written(&ServiceIndication::default()),
        octets("02056A00 45 06 01")
    );
}
