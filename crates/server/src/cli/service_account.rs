//! `jeton service-account`: the programs that own tokens.

use super::{
    client::ClientArguments,
    failure::Done,
    output::Options,
    owner::{NewOwnerArguments, OwnerFilterArguments, OwnerIdArguments, OwnerPatchArguments, Owners},
};
use clap::{Args, Subcommand};

/// The arguments of `jeton service-account`.
#[derive(Debug, Args)]
pub struct ServiceAccountArguments {
    #[command(flatten)]
    client: ClientArguments,
    #[command(subcommand)]
    command: ServiceAccountCommand,
}

#[derive(Debug, Subcommand)]
enum ServiceAccountCommand {
    /// List service accounts.
    List(OwnerFilterArguments),
    /// Create a service account.
    Create(NewOwnerArguments),
    /// Show one service account.
    Show(OwnerIdArguments),
    /// Change a service account's name, role or granted scopes.
    Update(OwnerPatchArguments),
    /// End the power of a service account's tokens, at once.
    Deactivate(OwnerIdArguments),
    /// Give a service account its power back; deleted tokens stay deleted.
    Reactivate(OwnerIdArguments),
}

/// Runs `jeton service-account`.
///
/// # Errors
/// When the command fails.
pub fn run(arguments: &ServiceAccountArguments, options: Options) -> Done {
    let client = arguments.client.client()?;
    let accounts = Owners { client: &client, path: "/v1/service-accounts", what: "service accounts", options };
    match &arguments.command {
        ServiceAccountCommand::List(filter) => accounts.list(filter, None),
        ServiceAccountCommand::Create(new) => accounts.create(new, None),
        ServiceAccountCommand::Show(arguments) => accounts.show(arguments),
        ServiceAccountCommand::Update(patch) => accounts.update(patch, None),
        ServiceAccountCommand::Deactivate(arguments) => accounts.switch(arguments, false),
        ServiceAccountCommand::Reactivate(arguments) => accounts.switch(arguments, true),
    }
}
