//! `jeton completions`: what a shell needs to complete a command line.

use super::{Cli, failure::Done};
use clap::{Args, CommandFactory};
use clap_complete::Shell;
use std::io::Write;

/// The arguments of `jeton completions`.
#[derive(Debug, Args)]
pub struct CompletionsArguments {
    /// The shell.
    shell: Shell,
}

/// Runs `jeton completions`.
///
/// # Errors
/// When standard output is closed.
pub fn run(arguments: &CompletionsArguments) -> Done {
    // The script is gathered first: the generator panics when its output is closed early.
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, &mut Cli::command(), "jeton", &mut script);
    Ok(std::io::stdout().lock().write_all(&script)?)
}
