//! The flags of `jeton serve`, made from the table of settings.

use super::{
    configuration,
    failure::{Done, Failure},
};
use crate::config::{
    self, Config, ConfigProblem, Flags,
    setting::{Form, SETTINGS, Setting},
};
use clap::{Arg, ArgMatches, Args, Command, FromArgMatches, value_parser};
use std::path::PathBuf;

/// Every setting that was given as a flag, and the file.
#[derive(Debug, Clone, Default)]
pub struct ServeArguments {
    /// The values as they were given; the configuration checks them.
    pub flags: Flags,
    /// The configuration file.
    pub config: Option<PathBuf>,
}

impl ServeArguments {
    /// Reads the configuration: these flags, the environment and the file.
    ///
    /// # Errors
    /// Everything that is wrong, at once.
    pub fn read(&self) -> Result<Config, Vec<ConfigProblem>> {
        config::read(&self.flags, self.config.clone())
    }
}

/// Runs `jeton serve` until it is told to stop.
///
/// # Errors
/// When the configuration is refused, or the server does not start or has to stop.
pub fn run(arguments: &ServeArguments) -> Done {
    let config = configuration::read(arguments)?;
    crate::log::init(config.log);
    crate::serve::run(config).map_err(|error| Failure::caused("the server stopped", &error))
}

impl FromArgMatches for ServeArguments {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let mut arguments = Self::default();
        arguments.update_from_arg_matches(matches)?;
        Ok(arguments)
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        let given = SETTINGS.iter().filter_map(|setting| Some((setting.key, matches.get_one::<String>(setting.key)?)));
        self.flags.extend(given.map(|(key, value)| (key, value.clone())));
        if let Some(path) = matches.get_one::<PathBuf>("config") {
            self.config = Some(path.clone());
        }
        Ok(())
    }
}

impl Args for ServeArguments {
    fn augment_args(command: Command) -> Command {
        let file = Arg::new("config")
            .long("config")
            .value_name("FILE")
            .value_parser(value_parser!(PathBuf))
            .help("The TOML file to read settings from [env: JETON_CONFIG]");
        command.arg(file).args(SETTINGS.iter().map(argument))
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

fn argument(setting: &Setting) -> Arg {
    let default = if setting.default.is_empty() { String::new() } else { format!(" [default: {}]", setting.default) };
    let argument = Arg::new(setting.key).long(setting.flag()).value_name(setting.value_name).help(format!(
        "{}{default} [env: {}]",
        setting.help,
        setting.variable()
    ));
    let argument = match setting.table_and_name().0 {
        "limits" => argument.help_heading("Limits"),
        "log" => argument.help_heading("Log"),
        "vectorai" => argument.help_heading("Contracts"),
        _ => argument,
    };
    match setting.form {
        Form::Switch => argument.num_args(0..=1).require_equals(true).default_missing_value("true"),
        Form::Text | Form::List | Form::Number { .. } => argument,
    }
}
