//! What holds for any octets: one function for each question, which panics when
//! the answer is wrong.
//!
//! The fuzz targets call these functions, and so does the test below over the
//! committed seeds and over every input that once failed. Nothing here needs
//! libFuzzer or a nightly compiler.

#![forbid(unsafe_code)]
#![warn(missing_docs)]

mod framer;
mod header;
mod long;
mod pdu;
mod receipt;
mod session;
mod source;
mod text;
mod tlvs;
mod value;

pub use framer::framer;
pub use header::{time, udh};
pub use long::long;
pub use pdu::{decode, isolation, round_trip};
pub use receipt::receipt;
pub use session::session;
pub use text::text;
pub use tlvs::tlvs;
pub use value::arbitrary_value;

/// Checks one property with the octets of one input.
pub type Oracle = fn(&[u8]);

/// All of them, by the name of their fuzz target.
pub const ORACLES: &[(&str, Oracle)] = &[
    ("decode", decode),
    ("round_trip", round_trip),
    ("isolation", isolation),
    ("framer", framer),
    ("tlvs", tlvs),
    ("arbitrary_value", arbitrary_value),
    ("time", time),
    ("udh", udh),
    ("text", text),
    ("long", long),
    ("receipt", receipt),
    ("session", session),
];

#[cfg(test)]
mod tests {
    use std::fs;
    use std::panic::catch_unwind;
    use std::path::{Path, PathBuf};

    use super::ORACLES;

    /// Every file below a folder of this crate, in a fixed order.
    fn files_below(folder: &str) -> Vec<PathBuf> {
        let mut files = Vec::new();
        let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(&folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                } else if path.extension().is_none_or(|extension| extension != "md") {
                    files.push(path);
                }
            }
        }
        files.sort();
        files
    }

    #[test]
    fn every_oracle_holds_for_every_saved_input() {
        let seeds = files_below("seeds");
        assert!(seeds.len() > 400, "only {} seeds", seeds.len());
        let regressions = files_below("regressions");
        let mut inputs = 0;
        let mut failures = Vec::new();
        for path in seeds.iter().chain(&regressions) {
            let octets = fs::read(path).unwrap();
            inputs += 1;
            for (name, oracle) in ORACLES {
                if catch_unwind(|| oracle(&octets)).is_err() {
                    failures.push(format!("{name}: {}", path.display()));
                }
            }
        }
        println!("## fuzz: {} oracles over {inputs} inputs", ORACLES.len());
        assert!(failures.is_empty(), "{}", failures.join("\n"));
    }

    #[test]
    fn every_oracle_holds_for_the_fronts_of_the_seeds() {
        for path in files_below("seeds") {
            let octets = fs::read(&path).unwrap();
            for len in 0..octets.len().min(96) {
                for (_, oracle) in ORACLES {
                    oracle(&octets[..len]);
                }
            }
        }
    }

    #[test]
    fn every_target_has_its_oracle() {
        let targets = files_below("fuzz_targets");
        let mut names: Vec<_> = targets
            .iter()
            .map(|path| path.file_stem().unwrap().to_str().unwrap())
            .collect();
        names.sort_unstable();
        let mut oracles: Vec<_> = ORACLES.iter().map(|(name, _)| *name).collect();
        oracles.sort_unstable();
        assert_eq!(names, oracles);
    }
}
