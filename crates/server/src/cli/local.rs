//! Where the data of this host is: for the commands that work on it without a server.

use super::failure::{Done, Failure};
use crate::config::{self, Config, Flags, StoreLocation};
use clap::Args;
use std::path::{Path, PathBuf};

/// Where the data is. What is not given is read from the environment and the configuration file,
/// exactly as `jeton serve` does.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Data")]
pub struct LocalArguments {
    /// The data directory [default: ./jeton-data] [env: `JETON_DATA`].
    #[arg(long, global = true, value_name = "DIRECTORY")]
    data: Option<String>,
    /// Where everything is kept [default: jeton.db in the data directory] [env: `JETON_STORE`].
    #[arg(long, global = true, value_name = "sqlite:PATH")]
    store: Option<String>,
    /// The file of the server key [default: server.key in the data directory] [env: `JETON_SERVER_KEY_FILE`].
    #[arg(long, global = true, value_name = "FILE")]
    server_key_file: Option<String>,
    /// The TOML file to read settings from [env: `JETON_CONFIG`].
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
}

impl LocalArguments {
    /// The flags as they were given, each after a blank, for a command that is to be run next.
    pub fn repeated(&self) -> String {
        let config = self.config.as_ref().map(|path| path.display().to_string());
        let given = [
            ("--data", self.data.as_deref()),
            ("--store", self.store.as_deref()),
            ("--server-key-file", self.server_key_file.as_deref()),
            ("--config", config.as_deref()),
        ];
        given.into_iter().filter_map(|(flag, value)| Some(format!(" {flag} {}", value?))).collect()
    }

    /// The configuration as `jeton serve` would read it.
    ///
    /// # Errors
    /// Everything that is wrong with it.
    pub fn read(&self) -> Done<Config> {
        let given = [("data", &self.data), ("store", &self.store), ("server_key_file", &self.server_key_file)];
        let flags: Flags = given.into_iter().filter_map(|(key, value)| Some((key, value.clone()?))).collect();
        config::read(&flags, self.config.clone()).map_err(|problems| {
            let failure = Failure::usage("the configuration is not usable");
            problems.iter().fold(failure, |failure, problem| failure.detail(problem.to_string()))
        })
    }
}

/// The file of the embedded store.
pub fn store_file(config: &Config) -> &Path {
    match &config.store {
        StoreLocation::Sqlite(path) => path,
    }
}
