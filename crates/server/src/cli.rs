//! The command line: which commands there are, and which flags they all take.
//!
//! | file | what lives there |
//! | --- | --- |
//! | `serve` `configuration` | running the server, and its configuration |
//! | `login` `link` `credentials` | signing in, and what is kept of it |
//! | `token` `organisation` `user` `service_account` `owner` `journal` | the commands that speak the native API |
//! | `client` `list` | how they speak it |
//! | `key` `recover` `backup` `restore` `doctor` | the commands that work on this host's data |
//! | `local` | where that data is |
//! | `bench` | stores to measure with |
//! | `completions` | what a shell needs |
//! | `output` `prompt` `when` `argument` `failure` | what people and programs read, write and are told |

pub mod argument;
pub mod backup;
pub mod bench;
pub mod client;
pub mod completions;
pub mod configuration;
pub mod credentials;
pub mod doctor;
pub mod failure;
pub mod journal;
pub mod key;
pub mod link;
pub mod list;
pub mod local;
pub mod login;
pub mod organisation;
pub mod output;
pub mod owner;
pub mod prompt;
pub mod recover;
pub mod restore;
pub mod serve;
pub mod service_account;
pub mod token;
pub mod user;
pub mod when;

use clap::{Parser, Subcommand};
use domain::format::Kind;
use failure::{Done, EXIT_CODES, Failure};
use output::Options;
use serve::ServeArguments;
use std::process::ExitCode;

/// Jeton: a self-hosted access-token server. Deleted means deleted.
#[derive(Debug, Parser)]
#[command(
    name = "jeton",
    version,
    propagate_version = true,
    subcommand_required = true,
    arg_required_else_help = true,
    after_help = EXIT_CODES,
    max_term_width = 100
)]
pub struct Cli {
    /// What every command takes.
    #[command(flatten)]
    pub options: Options,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Run the server.
    Serve(Box<ServeArguments>),
    /// Sign in to a server, and keep the token for the other commands.
    Login(login::LoginArguments),
    /// Forget the token of a server; one that `login` made is deleted.
    Logout(login::ServerArguments),
    /// Show who the server thinks you are.
    Whoami(login::ServerArguments),
    /// Create, list, change, rotate, disable, delete and verify tokens.
    Token(token::TokenArguments),
    /// Organisations.
    Organisation(organisation::OrganisationArguments),
    /// Users.
    User(user::UserArguments),
    /// Service accounts.
    ServiceAccount(service_account::ServiceAccountArguments),
    /// What was changed, by whom and when.
    Journal(journal::JournalArguments),
    /// Write a checked copy of the store, also while a server runs.
    Backup(backup::BackupArguments),
    /// Put a backup back, and lead a store that lost history out of quarantine.
    Restore(restore::RestoreArguments),
    /// Check data directory, server key, store, journal, disk and clock. Exits with 1 when one fails.
    Doctor(doctor::DoctorArguments),
    /// Back up, restore, rotate and retire the server key.
    Key(key::KeyArguments),
    /// Print a one-time link that makes an application administrator, on the server's host.
    RecoverAdministrator(recover::RecoverArguments),
    /// Check or print the configuration.
    #[command(subcommand)]
    Config(configuration::ConfigCommand),
    /// Print a completion script for a shell.
    Completions(completions::CompletionsArguments),
    /// Prepare measurements.
    Bench(bench::BenchArguments),
}

/// Runs the command line of this process.
pub fn main() -> ExitCode {
    if let Some(failure) = secret_among(std::env::args_os()) {
        return failure.report(false);
    }
    let cli = Cli::parse();
    match run(&cli) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.report(cli.options.json),
    }
}

fn run(cli: &Cli) -> Done {
    let options = cli.options;
    match &cli.command {
        Command::Serve(arguments) => serve::run(arguments),
        Command::Login(arguments) => login::login(arguments, options),
        Command::Logout(arguments) => login::logout(arguments, options),
        Command::Whoami(arguments) => login::whoami(arguments, options),
        Command::Token(arguments) => token::run(arguments, options),
        Command::Organisation(arguments) => organisation::run(arguments, options),
        Command::User(arguments) => user::run(arguments, options),
        Command::ServiceAccount(arguments) => service_account::run(arguments, options),
        Command::Journal(arguments) => journal::run(arguments, options),
        Command::Backup(arguments) => backup::run(arguments, options),
        Command::Restore(arguments) => restore::run(arguments, options),
        Command::Doctor(arguments) => doctor::run(arguments, options),
        Command::Key(arguments) => key::run(arguments, options),
        Command::RecoverAdministrator(arguments) => recover::run(arguments, options),
        Command::Config(command) => configuration::run(command, options),
        Command::Completions(arguments) => completions::run(arguments),
        Command::Bench(arguments) => bench::run(arguments, options),
    }
}

/// Refuses a command line that holds a secret, before anything repeats it: every user of the host
/// can read the arguments of a process, and a shell keeps them.
fn secret_among(arguments: impl Iterator<Item = std::ffi::OsString>) -> Option<Failure> {
    /// A native secret has this many characters; its first eight may be named to find its token.
    const SECRET_CHARACTERS: usize = 42;
    let prefixes = [Kind::Token.prefix(), Kind::Session.prefix(), authority::link::PREFIX];
    let is_secret = |text: &str| {
        let starts = prefixes.iter().flat_map(|prefix| text.match_indices(prefix));
        let letters = |start: usize| {
            text[start..].bytes().take_while(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(byte))
        };
        starts.into_iter().any(|(start, _)| letters(start).count() >= SECRET_CHARACTERS)
    };
    let found = arguments.skip(1).any(|argument| argument.to_str().is_some_and(is_secret));
    found.then(|| {
        Failure::usage("an argument holds a secret; nothing was done")
            .detail("arguments can be read by every user of this host, and the shell keeps them: rotate or delete it")
            .detail("secrets are read from standard input, a hidden question, or a file")
    })
}
