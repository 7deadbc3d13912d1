//! `jeton config`: what the configuration would be, and the file with every default.

use super::{
    failure::{Done, Failure, chain},
    output::{Options, note, print},
    serve::ServeArguments,
};
use crate::{
    config::{self, Config},
    listen::Tls,
};
use clap::Subcommand;

/// What can be done with the configuration.
#[derive(Debug, Subcommand)]
pub enum ConfigCommand {
    /// Say everything that is wrong with the configuration that `serve` would read.
    Check(Box<ServeArguments>),
    /// Print a commented file with every default.
    Default,
}

/// Runs `jeton config`.
///
/// # Errors
/// When something is wrong with the configuration.
pub fn run(command: &ConfigCommand, options: Options) -> Done {
    match command {
        ConfigCommand::Check(arguments) => {
            let config = read(arguments)?;
            if let Some(files) = config.tls {
                let loaded = Tls::load(files);
                loaded.map_err(|error| Failure::usage("the configuration is not usable").detail(chain(&error)))?;
            }
            note(options, "the configuration is good");
            Ok(())
        }
        ConfigCommand::Default => print(&config::default_file()),
    }
}

/// Reads the configuration of `jeton serve`.
///
/// # Errors
/// Everything that is wrong with it, at once.
pub fn read(arguments: &ServeArguments) -> Done<Config> {
    arguments.read().map_err(|problems| {
        let failure = Failure::usage("the configuration is not usable");
        problems.iter().fold(failure, |failure, problem| failure.detail(problem.to_string()))
    })
}
