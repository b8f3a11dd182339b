#!/usr/bin/env python3
"""Writes peers.tsv, octets.tsv and cjk.tsv: what other encoders make of texts.

    python3 -m venv peers
    peers/bin/pip install smpplib==2.2.4 gsm0338==1.1.0 smsutil==1.1.3 \\
        python-gsmmodem-new==0.13.0
    peers/bin/python smpp-codec/tests/text/generate.py

The texts are random, but the same at every run. Who says what:

    gsm0338              the GSM alphabet, and the Spanish single shift table
    smpplib              the GSM alphabet again, UCS-2, and whole segments with
                         their headers of texts that it does not cut inside a
                         character (it may elsewhere)
    python-gsmmodem-new  the GSM alphabet once more, and septets in octets
    smsutil              GSM or UCS-2, and where long texts are cut
    Python's own codecs  ASCII, ISO 8859-1, -5, -8, UTF-16, Shift_JIS, EUC-KR

Where two of them speak about the same thing, they have to agree here, or
nothing is written.

peers.tsv, a text a line, tab separated:
    0  how many times the text is repeated
    1  the text; \\uXXXX for a backslash and control characters
    2  G or U: the GSM alphabet has all of it, or UCS-2 is needed
    3  GSM, unpacked, in hex; - if it cannot be
    4  GSM, packed, zero bits at the end, in hex
    5  GSM, packed behind one fill bit, digest
    6  GSM with the Spanish single shift table, digest
    7  the first of ascii, latin-1, iso8859_5, iso8859_8 that can, and digest
    8  UTF-16, big endian, digest
    9  units of each part, septets or 16 bits, separated by commas
   10  all parts with headers (8-bit reference 0x42), one after another, digest

Of repeated texts 3 and 4 are digests too: # and 32 bits of FNV-1a in hex.
"""

import pathlib
import random

import gsm0338
import smpplib.gsm
import smsutil
from gsm0338.charset import (
    BASIC_CHARACTER_SET,
    BASIC_CHARACTER_SET_EXTENSION,
    SINGLE_SHIFT_CHARACTER_SET_SPANISH,
)
from gsmmodem.pdu import encodeGsm7, packSeptets
from smpplib import consts

HERE = pathlib.Path(__file__).resolve().parent
REFERENCE = 0x42
RANDOM = random.Random(338)

DEFAULT = gsm0338.Codec(BASIC_CHARACTER_SET, BASIC_CHARACTER_SET_EXTENSION)
SPANISH = gsm0338.Codec(BASIC_CHARACTER_SET, SINGLE_SHIFT_CHARACTER_SET_SPANISH)

BASIC = [chr_ for chr_ in smsutil.codecs.GSM_BASIC_CHARSET if chr_ != "\x1b"]
EXTENSION = list(smsutil.codecs.GSM_EXT_CHARSET)
BMP = [chr(code) for code in range(0x20, 0x10000) if not 0xD800 <= code < 0xE000]
ASTRAL = [chr(code) for code in (*range(0x1F300, 0x1F650), *range(0x20000, 0x20100), 0x10FFFF)]


def decodable(codec):
    """The characters of the upper half of an 8-bit codec."""
    octets = (bytes([octet]).decode(codec, "ignore") for octet in range(0xA0, 0x100))
    return [char for char in octets if char]


POOLS = [
    BASIC,
    BASIC + EXTENSION,
    EXTENSION * 3 + BASIC,
    EXTENSION,
    BASIC * 6 + ["’"],
    BASIC + list("ÁÍÓÚáíóúç") * 3,
    [chr(code) for code in range(0x20, 0x7F)],
    [chr(code) for code in range(0x20, 0x100)],
    decodable("iso8859_5"),
    decodable("iso8859_8"),
    BMP,
    BASIC + ASTRAL,
    ASTRAL,
]


def fnv(octets):
    digest = 0x811C9DC5
    for octet in octets:
        digest = (digest ^ octet) * 0x01000193 & 0xFFFFFFFF
    return f"#{digest:08x}"


def same(*values):
    first, *others = values
    for other in others:
        assert other == first, (first, other)
    return first


def attempt(encode):
    try:
        return bytes(encode())
    except ValueError:
        return None


def gsm(text):
    said = [
        attempt(lambda: DEFAULT.encode(text)[0]),
        attempt(lambda: text.encode("gsm0338")),
    ]
    # Both know no form feed, and have a grave accent where the section sign
    # belongs.
    if not set(text) & set("\f`§"):
        # That library fails over this one instead of refusing it.
        if "ÿ" not in text:
            said.append(attempt(lambda: encodeGsm7(text)))
        said.append(attempt(lambda: smpplib.gsm.gsm_encode(text)))
    return same(*said)


def parts(text, is_gsm):
    """The segments with headers, and the units of each."""
    encode = gsm if is_gsm else lambda part: part.encode("utf_16_be")
    contents = [encode(part.content) for part in smsutil.split(text).parts]
    units = [len(content) if is_gsm else len(content) // 2 for content in contents]
    whole = [
        bytes([5, 0, 3, REFERENCE, len(contents), index]) + content if len(contents) > 1 else content
        for index, content in enumerate(contents, start=1)
    ]
    foreign = set("`§\f") | set(EXTENSION) if is_gsm else set()
    if not set(text) & foreign and all(char <= "\uffff" for char in text):
        smpplib.gsm.random.randint = lambda *_: REFERENCE
        coding = consts.SMPP_ENCODING_DEFAULT if is_gsm else consts.SMPP_ENCODING_ISO10646
        same(whole, smpplib.gsm.make_parts(text, coding)[0])
    return whole, units


def line(times, text):
    shown = "".join(
        f"\\u{ord(char):04x}" if char == "\\" or not char.isprintable() and ord(char) < 0xA0 else char
        for char in text
    )
    text *= times
    short = (lambda octets: octets.hex()) if times == 1 else fnv
    septets = gsm(text)
    is_gsm = same(septets is not None, smsutil.is_valid_gsm(text))
    whole, units = parts(text, is_gsm)
    spanish = attempt(lambda: SPANISH.encode(text)[0])
    octets = "-"
    for codec in ("ascii", "latin-1", "iso8859_5", "iso8859_8"):
        encoded = attempt(lambda: text.encode(codec))
        if encoded is not None:
            octets = f"{codec}{fnv(encoded)}"
            break
    return [
        str(times),
        shown,
        "G" if is_gsm else "U",
        short(septets) if is_gsm else "-",
        short(packSeptets(bytearray(septets))) if is_gsm else "-",
        # That library counts the bits from the other end.
        fnv(packSeptets(bytearray(septets), 7 - 1)) if is_gsm else "-",
        "-" if spanish is None else fnv(spanish),
        octets,
        fnv(text.encode("utf_16_be")),
        ",".join(map(str, units)),
        fnv(b"".join(whole)),
    ]


def texts():
    for index in range(8500):
        length = RANDOM.randint(1, 16)
        yield 1, RANDOM.choices(POOLS[index % len(POOLS)], k=length)
    for index in range(1700):
        length = RANDOM.randint(5, 30)
        times = RANDOM.randint(60, 460) // length + 2
        yield times, RANDOM.choices(POOLS[index % len(POOLS)], k=length)


def write(name, lines):
    with open(HERE / name, "w", encoding="utf-8", newline="\n") as file:
        file.writelines("\t".join(fields) + "\n" for fields in lines)


def octet_tables():
    for octet in range(0x100):
        fields = [f"{octet:02x}"]
        for codec in ("ascii", "latin-1", "iso8859_5", "iso8859_8"):
            char = bytes([octet]).decode(codec, "replace")
            fields.append(f"{ord(char):04x}")
        yield fields


def cjk_rows():
    """For each first octet, the number and a digest of all characters of the
    standard with that octet in front, in the order of the second. The signs of
    row 0x81 are those of Windows, as everywhere on the web."""
    for codec, leads in (("shift_jis", range(0x81, 0xEB)), ("euc_kr", range(0xA1, 0xFF))):
        for lead in leads:
            row = ""
            for trail in range(0x40, 0xFF):
                pair = bytes([lead, trail])
                # To euc_kr this filler alone is half a character.
                filler = codec == "euc_kr" and pair == b"\xa4\xd4"
                variant = {0x81: "cp932"}.get(lead, "cp949" if filler else codec)
                try:
                    char = pair.decode(variant)
                except ValueError:
                    continue
                row += char if len(char) == 1 else ""
            if row:
                yield [codec, f"{lead:02x}", str(len(row)), fnv(row.encode("utf_8"))]


write("peers.tsv", (line(times, "".join(chars)) for times, chars in texts()))
write("octets.tsv", octet_tables())
write("cjk.tsv", cjk_rows())
