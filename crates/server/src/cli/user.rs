//! `jeton user`: the persons who own tokens and sign in.

use super::{
    client::ClientArguments,
    failure::Done,
    output::Options,
    owner::{NewOwnerArguments, OwnerFilterArguments, OwnerIdArguments, OwnerPatchArguments, Owners},
};
use clap::{Args, Subcommand};

/// The arguments of `jeton user`.
#[derive(Debug, Args)]
pub struct UserArguments {
    #[command(flatten)]
    client: ClientArguments,
    #[command(subcommand)]
    command: UserCommand,
}

#[derive(Debug, Subcommand)]
enum UserCommand {
    /// List users.
    List {
        #[command(flatten)]
        filter: OwnerFilterArguments,
        /// With this address.
        #[arg(long, value_name = "ADDRESS")]
        email: Option<String>,
    },
    /// Create a user, and show the one-time link to hand over for the first password.
    Create {
        #[command(flatten)]
        new: NewOwnerArguments,
        /// The address that the user signs in with.
        #[arg(long, value_name = "ADDRESS", required = true)]
        email: String,
    },
    /// Show one user.
    Show(OwnerIdArguments),
    /// Change a user's name, address, role or granted scopes.
    Update {
        #[command(flatten)]
        patch: OwnerPatchArguments,
        /// A new address to sign in with.
        #[arg(long, value_name = "ADDRESS")]
        email: Option<String>,
    },
    /// Make a new one-time link for a user's password; every earlier link becomes void.
    Invite(OwnerIdArguments),
    /// End the power of a user's tokens and sessions, at once.
    Deactivate(OwnerIdArguments),
    /// Give a user their power back; deleted tokens stay deleted.
    Reactivate(OwnerIdArguments),
}

/// Runs `jeton user`.
///
/// # Errors
/// When the command fails.
pub fn run(arguments: &UserArguments, options: Options) -> Done {
    let client = arguments.client.client()?;
    let users = Owners { client: &client, path: "/v1/users", what: "users", options };
    match &arguments.command {
        UserCommand::List { filter, email } => users.list(filter, email.as_ref()),
        UserCommand::Create { new, email } => users.create(new, Some(email)),
        UserCommand::Show(arguments) => users.show(arguments),
        UserCommand::Update { patch, email } => users.update(patch, email.as_ref()),
        UserCommand::Invite(arguments) => users.invite(arguments),
        UserCommand::Deactivate(arguments) => users.switch(arguments, false),
        UserCommand::Reactivate(arguments) => users.switch(arguments, true),
    }
}
