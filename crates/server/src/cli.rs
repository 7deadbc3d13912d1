//! The command line: which commands there are, and which flags they take.

pub mod serve;

use clap::{Parser, Subcommand};
use serve::ServeArguments;

/// Jeton: a self-hosted access-token server. Deleted means deleted.
#[derive(Debug, Parser)]
#[command(name = "jeton", version, propagate_version = true, subcommand_required = true, arg_required_else_help = true)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Run the server.
    Serve(Box<ServeArguments>),
    /// Check or print the configuration.
    #[command(subcommand)]
    Config(ConfigCommand),
}

/// What can be done with the configuration.
#[derive(Debug, Subcommand)]
pub enum ConfigCommand {
    /// Say everything that is wrong with the configuration that `serve` would read.
    Check(Box<ServeArguments>),
    /// Print a commented file with every default.
    Default,
}
