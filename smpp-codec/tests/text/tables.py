#!/usr/bin/env python3
"""Writes the GSM 03.38 tables of smpp-codec from gsm0338.csv beside this file.

    python3 smpp-codec/tests/text/tables.py

The output goes to smpp-codec/src/text/tables.rs and national_tables.rs, which
rustfmt leaves alone. The tests compare the tables with the csv cell by
cell, so a forgotten run does not go unnoticed.
"""

import csv
import pathlib

HERE = pathlib.Path(__file__).resolve().parent
SOURCE = HERE.parent.parent / "src" / "text"

tables = {}
decode_only = set()
with open(HERE / "gsm0338.csv", encoding="utf-8") as file:
    for row in csv.DictReader(file):
        key = (row["table"], int(row["language_id"]), row["language"])
        cells = tables.setdefault(key, {})
        code = int(row["code"], 16)
        if row["codepoint"]:
            cells[code] = int(row["codepoint"][2:], 16)
        if row["notes"].startswith("disputed"):
            decode_only.add((key, code))


def static(name, doc, key):
    cells = tables[key]
    lines = [f"/// {doc}", f"pub(super) static {name}: Table = Table {{", "    chars: ["]
    for start in range(0, 128, 8):
        row = ", ".join(f"0x{cells.get(code, 0):04X}" for code in range(start, start + 8))
        lines.append(f"        {row},")
    first = {}
    for code in sorted(cells):
        if (key, code) not in decode_only:
            first.setdefault(cells[code], code)
    order = [first[char] for char in sorted(first)]
    lines += ["    ],", "    by_char: &["]
    for start in range(0, len(order), 12):
        lines.append("        " + ", ".join(f"0x{c:02X}" for c in order[start : start + 12]) + ",")
    lines += ["    ],", "};", ""]
    return "\n".join(lines)


HEADER = """//! {title}
//!
//! Written by `tests/text/tables.py` from `tests/text/gsm0338.csv`; change
//! those, not this.

use super::table::Table;

"""


def title(word):
    return word.capitalize()


with open(SOURCE / "tables.rs", "w", encoding="utf-8") as out:
    out.write(HEADER.format(title="The default alphabet and its extension (3GPP TS 23.038, 6.2.1 and 6.2.1.1)."))
    out.write(static("DEFAULT", "The default alphabet.", ("default", 0, "default")) + "\n")
    out.write(static("EXTENSION", "What follows an escape.", ("extension", 0, "default")))

with open(SOURCE / "national_tables.rs", "w", encoding="utf-8") as out:
    out.write(HEADER.format(title="The national language tables (3GPP TS 23.038, annex A)."))
    for kind, what in (("locking_shift", "Locking"), ("single_shift", "Single")):
        names = {}
        for key in sorted(tables, key=lambda key: key[1]):
            if key[0] == kind:
                name = f"{what.upper()}_{key[2].upper()}"
                names[key[1]] = name
                out.write(static(name, f"{what} shift table, {title(key[2])}.", key) + "\n")
        last = max(names)
        cells = "".join(
            f"\n    Some(&{names[n]})," if n in names else "\n    None," for n in range(last + 1)
        )
        out.write(f"/// The {what.lower()} shift tables by the number of their language.\n")
        out.write(f"pub(super) static {what.upper()}: [Option<&Table>; {last + 1}] = [{cells}\n];\n")
        if what == "Locking":
            out.write("\n")
