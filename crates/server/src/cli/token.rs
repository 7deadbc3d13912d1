//! `jeton token`: everything that can be done with tokens.
//!
//! | file | what lives there |
//! | --- | --- |
//! | `view` | a token as people see it |
//! | `create` | create and rotate: the commands that show a secret |
//! | `list` | list and show |
//! | `change` | update, disable and enable |
//! | `delete` | delete, by identifier or by filter |
//! | `filter` | the flags that select tokens |
//! | `verify` | verify, and what works without a server: check and generate |

mod change;
mod create;
mod delete;
mod filter;
mod list;
mod verify;
mod view;

use super::{client::ClientArguments, failure::Done, output::Options};
use clap::{Args, Subcommand};

/// The arguments of `jeton token`.
#[derive(Debug, Args)]
pub struct TokenArguments {
    #[command(flatten)]
    client: ClientArguments,
    #[command(subcommand)]
    command: TokenCommand,
}

#[derive(Debug, Subcommand)]
enum TokenCommand {
    /// Create a token and show its secret, once.
    Create(Box<create::CreateArguments>),
    /// List tokens, newest first.
    List(Box<list::ListArguments>),
    /// Show one token.
    Show(list::ShowArguments),
    /// Change a token's name, description, scopes, networks, labels or expiry.
    Update(Box<change::UpdateArguments>),
    /// Give a token a new secret and show it, once.
    Rotate(create::RotateArguments),
    /// Disable tokens; they can be enabled again.
    Disable(change::SwitchArguments),
    /// Enable disabled tokens.
    Enable(change::SwitchArguments),
    /// Delete tokens for good: those named, or those that a filter selects.
    Delete(Box<delete::DeleteArguments>),
    /// Ask the server for the verdict on a secret. Exits with 7 when it is not active.
    Verify(verify::VerifyArguments),
    /// Check prefix and checksum of a secret, without a server. Exits with 7 when they are wrong.
    Check(verify::CheckArguments),
    /// Make a token secret, without a server, for `JETON_BOOTSTRAP_TOKEN`.
    Generate(verify::GenerateArguments),
}

impl TokenCommand {
    /// Refuses what no server needs to be asked about.
    fn check(&self) -> Done {
        match self {
            Self::Update(arguments) => arguments.check(),
            Self::Disable(arguments) | Self::Enable(arguments) => arguments.check(),
            Self::Delete(arguments) => arguments.check(),
            Self::Create(arguments) => arguments.secret.check(),
            Self::Rotate(arguments) => arguments.secret.check(),
            Self::List(_) | Self::Show(_) | Self::Verify(_) | Self::Check(_) | Self::Generate(_) => Ok(()),
        }
    }
}

/// Runs `jeton token`.
///
/// # Errors
/// When the command fails.
pub fn run(arguments: &TokenArguments, options: Options) -> Done {
    let client = &arguments.client;
    arguments.command.check()?;
    match &arguments.command {
        TokenCommand::Create(arguments) => create::create(&client.client()?, arguments, options),
        TokenCommand::List(arguments) => list::list(&client.client()?, arguments, options),
        TokenCommand::Show(arguments) => list::show(&client.client()?, arguments, options),
        TokenCommand::Update(arguments) => change::update(&client.client()?, arguments, options),
        TokenCommand::Rotate(arguments) => create::rotate(&client.client()?, arguments, options),
        TokenCommand::Disable(arguments) => change::switch(&client.client()?, arguments, "disable", options),
        TokenCommand::Enable(arguments) => change::switch(&client.client()?, arguments, "enable", options),
        TokenCommand::Delete(arguments) => delete::delete(&client.client()?, arguments, options),
        TokenCommand::Verify(arguments) => verify::verify(&client.client()?, arguments, options),
        TokenCommand::Check(arguments) => verify::check(arguments, options),
        TokenCommand::Generate(arguments) => verify::generate(arguments, options),
    }
}
