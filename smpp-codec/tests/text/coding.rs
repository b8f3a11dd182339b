//! `data_coding` to encoding and back.

use smpp_codec::text::{DefaultAlphabet, Encoding, NationalShift};
use smpp_pdu::udh::{NationalLanguage, Udh, UdhBuf};
use smpp_pdu::{DataCoding, GsmAlphabet, MessageClass, NetworkType};

fn read(octet: u8) -> Encoding {
    Encoding::of_data_coding(DataCoding(octet), DefaultAlphabet::Gsm7)
}

#[test]
fn the_table_of_smpp_is_read() {
    assert_eq!(read(0x00), Encoding::Gsm7);
    assert_eq!(read(0x01), Encoding::Ascii);
    assert_eq!(read(0x02), Encoding::Binary);
    assert_eq!(read(0x03), Encoding::Latin1);
    assert_eq!(read(0x04), Encoding::Binary);
    assert_eq!(read(0x06), Encoding::Cyrillic);
    assert_eq!(read(0x07), Encoding::Hebrew);
    assert_eq!(read(0x08), Encoding::Ucs2);
    for octets_only in [0x09, 0x0A, 0x0D] {
        assert_eq!(read(octets_only), Encoding::Binary, "{octets_only:#04x}");
    }
}

#[test]
#[cfg(not(feature = "cjk"))]
fn japanese_and_korean_are_octets_without_the_feature() {
    assert_eq!(read(0x05), Encoding::Binary);
    assert_eq!(read(0x0E), Encoding::Binary);
}

#[test]
#[cfg(feature = "cjk")]
fn japanese_and_korean_are_read_with_the_feature() {
    assert_eq!(read(0x05), Encoding::Jis);
    assert_eq!(read(0x0E), Encoding::KsC5601);
    assert_eq!(Encoding::Jis.data_coding(), DataCoding(0x05));
    assert_eq!(Encoding::KsC5601.data_coding(), DataCoding(0x0E));
}

#[test]
fn zero_and_what_is_reserved_mean_what_the_peer_says() {
    for default in DefaultAlphabet::ALL {
        for octet in [0x00, 0x0B, 0x0C, 0x0F, 0x80, 0xBF] {
            let encoding = Encoding::of_data_coding(DataCoding(octet), default);
            assert_eq!(encoding, default.encoding(), "{octet:#04x} at {default}");
        }
    }
}

#[test]
fn the_coding_groups_of_gsm_are_read() {
    // General coding, with class and without, with automatic deletion.
    assert_eq!(read(0x10), Encoding::Gsm7);
    assert_eq!(read(0x14), Encoding::Binary);
    assert_eq!(read(0x18), Encoding::Ucs2);
    assert_eq!(read(0x40), Encoding::Gsm7);
    assert_eq!(read(0x59), Encoding::Ucs2);
    // Compressed.
    assert_eq!(read(0x20), Encoding::Binary);
    assert_eq!(read(0x68), Encoding::Binary);
    // The fourth alphabet is reserved.
    assert_eq!(read(0x1C), Encoding::Gsm7);
    // Message waiting: discard, store, store with UCS-2.
    assert_eq!(read(0xC8), Encoding::Gsm7);
    assert_eq!(read(0xD1), Encoding::Gsm7);
    assert_eq!(read(0xE9), Encoding::Ucs2);
    // Class.
    assert_eq!(read(0xF0), Encoding::Gsm7);
    assert_eq!(read(0xF5), Encoding::Binary);
}

#[test]
fn the_groups_take_the_packing_of_the_default() {
    let packed = DefaultAlphabet::Gsm7Packed;
    let at = |default| Encoding::of_data_coding(DataCoding(0xF1), default);
    assert_eq!(at(packed), Encoding::Gsm7Packed);
    assert_eq!(at(DefaultAlphabet::Latin1), Encoding::Gsm7);
}

#[test]
fn the_groups_are_reserved_outside_gsm() {
    for octet in 0x10..=0xFF_u8 {
        let read = |network| {
            Encoding::of_data_coding_in(DataCoding(octet), DefaultAlphabet::Ascii, network)
        };
        assert_eq!(
            read(NetworkType::ANSI_136_TDMA),
            Encoding::Ascii,
            "{octet:#04x}"
        );
        assert_eq!(read(NetworkType::UNKNOWN), read(NetworkType::GSM));
    }
    let binary = Encoding::of_data_coding_in(
        DataCoding(0x04),
        DefaultAlphabet::Ascii,
        NetworkType::ANSI_136_TDMA,
    );
    assert_eq!(binary, Encoding::Binary);
}

#[test]
fn what_is_announced_is_what_is_read() {
    for encoding in [
        Encoding::Gsm7,
        Encoding::Ascii,
        Encoding::Latin1,
        Encoding::Cyrillic,
        Encoding::Hebrew,
        Encoding::Ucs2,
        Encoding::Binary,
    ] {
        assert_eq!(read(encoding.data_coding().0), encoding);
        for default in DefaultAlphabet::ALL {
            if let Some(coding) = encoding.data_coding_for(default) {
                assert_eq!(Encoding::of_data_coding(coding, default), encoding);
            } else {
                assert_eq!(encoding, Encoding::Gsm7, "only that depends on the peer");
                assert_ne!(default, DefaultAlphabet::Gsm7);
            }
        }
    }
    let national = Encoding::Gsm7National(NationalShift::single(NationalLanguage::TURKISH));
    assert_eq!(
        national.data_coding_for(DefaultAlphabet::Gsm7),
        Some(DataCoding(0))
    );
    assert_eq!(national.data_coding_for(DefaultAlphabet::Gsm7Packed), None);
}

#[test]
fn a_class_has_its_own_data_coding() {
    let class0 = |encoding: Encoding| encoding.data_coding_with_class(MessageClass::Class0);
    assert_eq!(class0(Encoding::Gsm7), Some(DataCoding(0x10)));
    assert_eq!(class0(Encoding::Binary), Some(DataCoding(0x14)));
    assert_eq!(class0(Encoding::Ucs2), Some(DataCoding(0x18)));
    assert_eq!(class0(Encoding::Latin1), None);
    assert_eq!(Encoding::Gsm7Packed.gsm_alphabet(), Some(GsmAlphabet::Gsm7));
}

#[test]
fn a_header_brings_its_national_tables() {
    let mut buffer = UdhBuf::new();
    buffer.locking_shift(NationalLanguage::HINDI).unwrap();
    buffer.single_shift(NationalLanguage::URDU).unwrap();
    let (header, _) = Udh::split(&buffer).unwrap();
    let shift = NationalShift {
        locking: Some(NationalLanguage::HINDI),
        single: Some(NationalLanguage::URDU),
    };
    assert_eq!(
        Encoding::Gsm7.with_header(&header),
        Encoding::Gsm7National(shift)
    );
    assert_eq!(
        Encoding::Gsm7Packed.with_header(&header),
        Encoding::Gsm7NationalPacked(shift)
    );
    assert_eq!(Encoding::Ucs2.with_header(&header), Encoding::Ucs2);
}

#[test]
fn names_of_default_alphabets_read_back() {
    for alphabet in DefaultAlphabet::ALL {
        assert_eq!(alphabet.to_string().parse(), Ok(alphabet));
    }
    let error = "utf8".parse::<DefaultAlphabet>().unwrap_err().to_string();
    assert!(error.contains("gsm7, gsm7-packed, ascii"), "{error}");
}
