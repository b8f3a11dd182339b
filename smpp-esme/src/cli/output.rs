//! What is printed: lines for people, with colour on a terminal, or JSON.

use core::fmt;
use std::io::{self, IsTerminal, Write};

use serde_json::Value;

use super::exit::Failure;

/// Standard output in one of its two forms.
pub(crate) struct Output {
    out: io::BufWriter<io::Stdout>,
    json: bool,
    colour: bool,
}

impl Output {
    pub(crate) fn stdout(json: bool) -> Self {
        let stdout = io::stdout();
        let colour = !json && colour_on(&stdout);
        Self {
            out: io::BufWriter::new(stdout),
            json,
            colour,
        }
    }

    pub(crate) fn is_json(&self) -> bool {
        self.json
    }

    /// A line for people; nothing in JSON.
    pub(crate) fn line(&mut self, line: fmt::Arguments<'_>) -> Result<(), Failure> {
        if !self.json {
            writeln!(self.out, "{line}")?;
        }
        Ok(())
    }

    /// A JSON object; nothing for people.
    pub(crate) fn object(&mut self, object: &Value) -> Result<(), Failure> {
        if self.json {
            writeln!(self.out, "{object}")?;
        }
        Ok(())
    }

    /// Octets as they are, for other programs.
    pub(crate) fn octets(&mut self, octets: &[u8]) -> Result<(), Failure> {
        self.out.write_all(octets)?;
        Ok(())
    }

    pub(crate) fn flush(&mut self) -> Result<(), Failure> {
        self.out.flush()?;
        Ok(())
    }

    /// `text` as something good, bad or less important.
    pub(crate) fn good<T: fmt::Display>(&self, text: T) -> Painted<T> {
        self.paint(text, "32")
    }

    pub(crate) fn bad<T: fmt::Display>(&self, text: T) -> Painted<T> {
        self.paint(text, "31")
    }

    pub(crate) fn dim<T: fmt::Display>(&self, text: T) -> Painted<T> {
        self.paint(text, "2")
    }

    pub(crate) fn bold<T: fmt::Display>(&self, text: T) -> Painted<T> {
        self.paint(text, "1")
    }

    fn paint<T>(&self, text: T, code: &'static str) -> Painted<T> {
        Painted {
            text,
            code: self.colour.then_some(code),
        }
    }
}

/// A number of things: "1 packet", "2 packets".
pub(crate) fn count(number: u64, thing: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {thing}{plural}")
}

/// Whether colour is wanted there, see <https://no-color.org>.
pub(crate) fn colour_on(stream: &impl IsTerminal) -> bool {
    let no_colour = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    let dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
    stream.is_terminal() && !no_colour && !dumb
}

/// Text with or without a colour. Width and precision hold for the text.
pub(crate) struct Painted<T> {
    text: T,
    code: Option<&'static str>,
}

impl<T: fmt::Display> fmt::Display for Painted<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(code) = self.code else {
            return self.text.fmt(f);
        };
        write!(f, "\x1b[{code}m")?;
        self.text.fmt(f)?;
        f.write_str("\x1b[0m")
    }
}

/// Text of somebody else's, safe on a terminal: control characters are escaped.
pub(crate) struct Printable<'t>(pub(crate) &'t str);

impl fmt::Display for Printable<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.chars().try_for_each(|character| {
            if character.is_control() || is_bidi_control(character) {
                write!(f, "{}", character.escape_default())
            } else {
                write!(f, "{character}")
            }
        })
    }
}

/// Characters that reorder what stands around them.
fn is_bidi_control(character: char) -> bool {
    matches!(character, '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}
