//! The choice of an encoding and its explanation.

use smpp_codec::text::{ChooseOptions, Encoding, NationalShift, choose, choose_with, replacement};
use smpp_pdu::udh::NationalLanguage;

fn gsm_or_ucs2() -> ChooseOptions<'static> {
    ChooseOptions::default()
}

fn written(text: &str, options: &ChooseOptions<'_>) -> String {
    let mut out = String::new();
    let choice = choose_with(text, options).unwrap();
    choice.write_text(text, &mut out).unwrap();
    out
}

#[test]
fn one_foreign_character_is_named_with_its_place() {
    let choice = choose("It costs a lot, I’m told");
    assert_eq!(choice.encoding, Encoding::Ucs2);
    let reason = choice.reason.unwrap();
    assert_eq!((reason.character, reason.index, reason.count), ('’', 17, 1));
    assert_eq!(
        choice.to_string(),
        "UCS-2 because of one character: ’ at 17"
    );
}

#[test]
fn several_foreign_characters_are_counted() {
    let choice = choose("“a” 😀");
    assert_eq!(
        choice.to_string(),
        "UCS-2 because of 3 characters, the first “ at 0"
    );
}

#[test]
fn what_cannot_be_seen_is_named_by_number() {
    let of = |text| choose(text).to_string();
    assert_eq!(
        of("a\u{A0}b"),
        "UCS-2 because of one character: U+00A0 at 1"
    );
    assert_eq!(
        of("e\u{301}"),
        "UCS-2 because of one character: U+0301 at 1"
    );
    assert_eq!(of("\0"), "UCS-2 because of one character: U+0000 at 0");
}

#[test]
fn the_gsm_alphabet_needs_no_reason() {
    for text in ["", "plain", "{€}", "Ελ", "\n\r\u{C}"] {
        if text == "Ελ" {
            assert_eq!(
                choose(text).encoding,
                Encoding::Ucs2,
                "most of Greek is missing"
            );
            continue;
        }
        let choice = choose(text);
        assert_eq!((choice.encoding, choice.reason), (Encoding::Gsm7, None));
        assert_eq!(choice.to_string(), "GSM 7-bit");
    }
}

#[test]
fn the_smallest_candidate_wins() {
    let options = ChooseOptions {
        candidates: &[
            Encoding::Gsm7,
            Encoding::Latin1,
            Encoding::Cyrillic,
            Encoding::Ucs2,
        ],
        ..gsm_or_ucs2()
    };
    let of = |text| choose_with(text, &options).unwrap();
    assert_eq!(of("Привет").encoding, Encoding::Cyrillic);
    assert_eq!(of("Привет ç").encoding, Encoding::Ucs2);
    assert_eq!(of("ça va").encoding, Encoding::Latin1);
    assert_eq!(of("ok").encoding, Encoding::Gsm7);
    let brackets = of("[[[[[[[[");
    assert_eq!(brackets.encoding, Encoding::Latin1);
    assert_eq!(
        brackets.to_string(),
        "ISO-8859-1 because it is shorter than GSM 7-bit"
    );
}

#[test]
fn national_tables_are_used_where_they_save_more_than_their_header() {
    let options = ChooseOptions {
        national: &[NationalLanguage::PORTUGUESE, NationalLanguage::TURKISH],
        ..gsm_or_ucs2()
    };
    let of = |text: &str| choose_with(text, &options).unwrap().encoding;
    assert_eq!(of("ş"), Encoding::Ucs2, "two octets against six");
    let turkish = NationalLanguage::TURKISH;
    assert_eq!(
        of("Smørrebrød ister misin? Bir de şu var."),
        Encoding::Gsm7National(NationalShift::single(turkish)),
    );
    assert_eq!(
        of("ışığı ığdır şaşkın ağaç kışın sığınak"),
        Encoding::Gsm7National(NationalShift::locking(turkish)),
    );
    assert_eq!(of("Nothing foreign here"), Encoding::Gsm7);
    let packed = ChooseOptions {
        candidates: &[Encoding::Gsm7Packed, Encoding::Ucs2],
        ..options
    };
    let choice = choose_with("Smørrebrød ister misin? Bir de şu var.", &packed).unwrap();
    assert_eq!(
        choice.encoding,
        Encoding::Gsm7NationalPacked(NationalShift::single(turkish))
    );
}

#[test]
fn without_a_fitting_candidate_the_character_in_the_way_is_named() {
    let options = ChooseOptions {
        candidates: &[Encoding::Gsm7, Encoding::Latin1],
        ..gsm_or_ucs2()
    };
    let error = choose_with("ça coûte 5 ₤", &options).unwrap_err();
    assert_eq!((error.character, error.encoding), ('₤', Encoding::Latin1));
}

#[test]
fn nothing_is_replaced_unless_asked() {
    let choice = choose("‘quoted’");
    assert_eq!(
        (choice.encoding, choice.transliterated),
        (Encoding::Ucs2, None)
    );
    assert_eq!(written("‘quoted’", &gsm_or_ucs2()), "‘quoted’");
}

#[test]
fn replacements_are_reported() {
    let options = ChooseOptions {
        transliterate: true,
        ..gsm_or_ucs2()
    };
    let text = "‘One’ – “two”… and\u{A0}so on";
    let choice = choose_with(text, &options).unwrap();
    assert_eq!(choice.encoding, Encoding::Gsm7);
    let replaced = choice.transliterated.unwrap();
    assert_eq!(
        (replaced.character, replaced.index, replaced.count),
        ('‘', 0, 7)
    );
    assert_eq!(written(text, &options), "'One' - \"two\"... and so on");
    assert!(Encoding::Gsm7.encoded_len(&written(text, &options)).is_ok());
}

#[test]
fn a_text_that_stays_foreign_is_left_alone() {
    let options = ChooseOptions {
        transliterate: true,
        ..gsm_or_ucs2()
    };
    let choice = choose_with("“Привет”", &options).unwrap();
    assert_eq!(
        (choice.encoding, choice.transliterated),
        (Encoding::Ucs2, None)
    );
    assert_eq!(choice.reason.unwrap().count, 8);
    assert_eq!(written("“Привет”", &options), "“Привет”");
    // Three septets are more than one unit.
    assert_eq!(choose_with("…", &options).unwrap().encoding, Encoding::Ucs2);
}

#[test]
fn every_replacement_is_in_the_gsm_alphabet_and_no_character_of_it_is_replaced() {
    let mut found = 0;
    for character in '\0'..='\u{FFFF}' {
        if let Some(replacement) = replacement(Encoding::Gsm7, character) {
            assert!(!Encoding::Gsm7.has(character), "{character:?}");
            assert!(
                Encoding::Gsm7.encoded_len(replacement).is_ok(),
                "{character:?}"
            );
            found += 1;
        }
    }
    // The whole table, minus what would never be asked for.
    assert_eq!(found, 143);
}
