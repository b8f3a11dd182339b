//! A reader for the tables beside the tests: commas, quotes, doubled quotes,
//! the first line names the columns.

use std::collections::BTreeMap;

/// Every row of the table as column name to cell.
pub(crate) fn read(text: &str) -> Vec<BTreeMap<String, String>> {
    let mut lines = split(text).into_iter();
    let columns = lines.next().expect("a line with the column names");
    lines
        .map(|cells| {
            assert_eq!(cells.len(), columns.len(), "cells of {cells:?}");
            columns.iter().cloned().zip(cells).collect()
        })
        .collect()
}

fn split(text: &str) -> Vec<Vec<String>> {
    let mut rows = Vec::new();
    let mut row = Vec::new();
    let mut cell = String::new();
    let mut quoted = false;
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '"' if quoted && characters.peek() == Some(&'"') => {
                characters.next();
                cell.push('"');
            }
            '"' => quoted = !quoted,
            ',' if !quoted => row.push(core::mem::take(&mut cell)),
            '\r' if !quoted => {}
            '\n' if !quoted => {
                row.push(core::mem::take(&mut cell));
                rows.push(core::mem::take(&mut row));
            }
            other => cell.push(other),
        }
    }
    assert!(!quoted, "a quote is left open");
    if !cell.is_empty() || !row.is_empty() {
        row.push(cell);
        rows.push(row);
    }
    rows
}
