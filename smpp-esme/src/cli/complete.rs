//! `smpp-esme completion` and `man`: made of the same definitions as the
//! program, so that they are never of another one.

use std::path::PathBuf;

use clap::Command;
use clap_complete::{Shell, generate};
use clap_mangen::Man;

use super::exit::Failure;
use super::output::Output;

/// The variables that the program looks at.
const ENVIRONMENT: &str = "\
.SH ENVIRONMENT
.TP
\\fBSMPP_URL\\fR
The centre, where \\-\\-url is not given.
.TP
\\fBNO_COLOR\\fR
Without colour, whatever the terminal.
.TP
\\fBRUST_LOG\\fR
What is logged on standard error, such as smpp_esme=debug.
";

#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  smpp-esme completion bash > ~/.local/share/bash-completion/completions/smpp-esme
  smpp-esme completion zsh > ~/.zfunc/_smpp-esme
  smpp-esme completion fish > ~/.config/fish/completions/smpp-esme.fish
  smpp-esme completion powershell >> $PROFILE
  smpp-esme completion elvish >> ~/.config/elvish/rc.elv

Exit codes: 0 done; 2 wrong usage.")]
pub(crate) struct CompletionArgs {
    /// The shell.
    shell: Shell,
}

#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  smpp-esme man | man -l -
  smpp-esme man --out /usr/local/share/man/man1

Without --out, the page of the program with all its verbs is printed; with it, there is a page
for the program and one for each verb.

Exit codes: 0 done; 1 a page cannot be written; 2 wrong usage.")]
pub(crate) struct ManArgs {
    /// Where the pages go, each in a file of its own; the directory is made.
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

pub(crate) fn completion(
    args: &CompletionArgs,
    mut program: Command,
    output: &mut Output,
) -> Result<(), Failure> {
    let name = program.get_name().to_owned();
    let mut script = Vec::new();
    generate(args.shell, &mut program, name, &mut script);
    output.octets(&script)
}

pub(crate) fn man(args: &ManArgs, program: Command, output: &mut Output) -> Result<(), Failure> {
    let mut program = program.disable_help_subcommand(true);
    // What is global stands on the pages of the verbs, too.
    program.build();
    let Some(directory) = &args.out else {
        return output.octets(&page(&Man::new(program))?);
    };
    let unwritable =
        |error: std::io::Error| Failure::other(format!("{}: {error}", directory.display()));
    std::fs::create_dir_all(directory).map_err(unwritable)?;
    let verbs: Vec<Command> = program.get_subcommands().cloned().collect();
    for command in core::iter::once(program).chain(verbs) {
        let man = Man::new(command);
        let file = directory.join(man.get_filename());
        std::fs::write(&file, page(&man)?).map_err(unwritable)?;
        let file = file.display().to_string();
        output.object(&serde_json::json!({"event": "written", "file": file}))?;
        output.line(format_args!("{file}"))?;
    }
    Ok(())
}

/// A page, with what the options do not say.
fn page(man: &Man) -> Result<Vec<u8>, Failure> {
    let mut page = Vec::new();
    man.render(&mut page)?;
    page.extend_from_slice(ENVIRONMENT.as_bytes());
    Ok(page)
}
