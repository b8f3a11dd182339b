//! What was found, as a table or as JSON.

use serde_json::json;

use super::link::Answer;
use crate::cli::exit::Failure;
use crate::cli::output::{Output, Printable};

/// What a check says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    Yes,
    No,
    /// The centre says neither.
    Unclear,
    /// Something that is neither good nor bad.
    Noted,
}

/// One line of the sheet.
#[derive(Debug)]
pub(super) struct Row {
    pub(super) group: &'static str,
    pub(super) check: String,
    pub(super) verdict: Verdict,
    /// What came back, if anything was sent.
    pub(super) answer: Option<String>,
    pub(super) detail: String,
}

impl Row {
    pub(super) fn new(
        group: &'static str,
        check: impl Into<String>,
        verdict: Verdict,
        answer: &Answer,
        detail: impl Into<String>,
    ) -> Self {
        Self {
            group,
            check: check.into(),
            verdict,
            answer: Some(answer.show()),
            detail: detail.into(),
        }
    }

    pub(super) fn noted(
        group: &'static str,
        check: impl Into<String>,
        detail: impl Into<String>,
    ) -> Self {
        Self {
            group,
            check: check.into(),
            verdict: Verdict::Noted,
            answer: None,
            detail: detail.into(),
        }
    }
}

/// Prints rows as they come.
pub(super) struct Sheet<'o> {
    output: &'o mut Output,
    group: &'static str,
}

impl<'o> Sheet<'o> {
    pub(super) fn new(output: &'o mut Output) -> Self {
        Self { output, group: "" }
    }

    pub(super) fn row(&mut self, row: &Row) -> Result<(), Failure> {
        if row.group != self.group {
            self.group = row.group;
            let title = self.output.bold(row.group);
            self.output.line(format_args!("{title}"))?;
        }
        let supported = match row.verdict {
            Verdict::Yes => Some(true),
            Verdict::No => Some(false),
            Verdict::Unclear | Verdict::Noted => None,
        };
        self.output.object(&json!({
            "event": "check",
            "group": row.group,
            "check": row.check,
            "supported": supported,
            "answer": row.answer,
            "detail": row.detail,
        }))?;
        let output = &mut *self.output;
        let verdict = match row.verdict {
            Verdict::Yes => output.good("yes"),
            Verdict::No => output.bad("no "),
            Verdict::Unclear => output.dim("?  "),
            Verdict::Noted => output.dim("-  "),
        };
        let mut says = row.answer.clone().unwrap_or_default();
        if !says.is_empty() && !row.detail.is_empty() {
            says.push_str(", ");
        }
        says.push_str(&row.detail);
        output.line(format_args!(
            "  {:28} {verdict}  {}",
            row.check,
            Printable(&says)
        ))?;
        // A check can take its time, and people watch.
        output.flush()
    }
}
