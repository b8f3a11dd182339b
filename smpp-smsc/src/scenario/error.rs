//! What can be wrong with a scenario.

use core::fmt;
use core::ops::Range;

/// A scenario that there is not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScenarioError {
    kind: Kind,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Kind {
    Unknown {
        name: String,
        known: String,
    },
    Unreadable {
        path: String,
        error: String,
    },
    Invalid {
        name: Option<String>,
        place: Option<(usize, usize)>,
        line: String,
        message: String,
    },
}

impl ScenarioError {
    pub(super) fn unknown(name: &str) -> Self {
        let known: Vec<&str> = super::Scenario::names().collect();
        Self {
            kind: Kind::Unknown {
                name: name.into(),
                known: known.join(", "),
            },
        }
    }

    pub(super) fn unreadable(path: &std::path::Path, error: &std::io::Error) -> Self {
        Self {
            kind: Kind::Unreadable {
                path: path.display().to_string(),
                error: error.to_string(),
            },
        }
    }

    pub(super) fn invalid(source: &str, span: Option<Range<usize>>, message: &str) -> Self {
        let before = span.and_then(|span| source.get(..span.start));
        let place = before.map(|before| {
            let line = before.matches('\n').count();
            let start = before.rfind('\n').map_or(0, |at| at + 1);
            let column = before.get(start..).unwrap_or_default().chars().count();
            (line + 1, column + 1)
        });
        let line = place.and_then(|(line, _)| source.lines().nth(line - 1));
        // The explanations of the parser have several lines.
        let message: Vec<&str> = message.lines().map(str::trim).collect();
        Self {
            kind: Kind::Invalid {
                name: None,
                place,
                line: line.unwrap_or_default().trim().into(),
                message: message.join("; "),
            },
        }
    }

    /// The same error of a file with this name.
    pub(super) fn of_file(mut self, path: &std::path::Path) -> Self {
        if let Kind::Invalid { name, .. } = &mut self.kind {
            *name = Some(path.display().to_string());
        }
        self
    }

    /// Line and column of the mistake, from 1, where there is one place of it.
    #[must_use]
    pub const fn place(&self) -> Option<(usize, usize)> {
        match self.kind {
            Kind::Invalid { place, .. } => place,
            _ => None,
        }
    }
}

impl fmt::Display for ScenarioError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.kind {
            Kind::Unknown { name, known } => write!(
                f,
                "there is no scenario {name:?}, and no file of this name; there are {known}"
            ),
            Kind::Unreadable { path, error } => {
                write!(f, "the scenario {path} cannot be read: {error}")
            }
            Kind::Invalid {
                name,
                place,
                line,
                message,
            } => {
                f.write_str(name.as_deref().unwrap_or("the scenario"))?;
                if let Some((line, column)) = place {
                    write!(f, ", line {line}, column {column}")?;
                }
                write!(f, ": {message}")?;
                if !line.is_empty() {
                    write!(f, " (in: {line})")?;
                }
                Ok(())
            }
        }
    }
}

impl core::error::Error for ScenarioError {}
