//! The one binary, `jeton`: parses the command line and runs what it asks for.

use clap::Parser;
use server::{
    cli::{Cli, Command, ConfigCommand, serve::ServeArguments},
    config,
};
use std::process::ExitCode;

fn main() -> ExitCode {
    match Cli::parse().command {
        Command::Serve(arguments) => serve(&arguments),
        Command::Config(ConfigCommand::Check(arguments)) => check(&arguments),
        Command::Config(ConfigCommand::Default) => {
            print!("{}", config::default_file());
            ExitCode::SUCCESS
        }
    }
}

fn serve(arguments: &ServeArguments) -> ExitCode {
    check(arguments)
}

fn check(arguments: &ServeArguments) -> ExitCode {
    match arguments.read() {
        Ok(_) => {
            println!("the configuration is good");
            ExitCode::SUCCESS
        }
        Err(problems) => {
            for problem in problems {
                eprintln!("{problem}");
            }
            ExitCode::FAILURE
        }
    }
}
