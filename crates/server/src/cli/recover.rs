//! `jeton recover-administrator`: a way back in when every application administrator is lost.

use super::{
    failure::{Done, Exit, Failure, chain},
    local::LocalArguments,
    output::{Options, note, print},
    when,
};
use crate::server_key;
use authority::{
    clock::{Clock, SystemClock, SystemRandomness},
    link::Purpose,
    redeem::administrator_link,
};
use clap::Args;
use serde_json::json;

/// The arguments of `jeton recover-administrator`.
#[derive(Debug, Args)]
pub struct RecoverArguments {
    #[command(flatten)]
    local: LocalArguments,
}

/// Runs `jeton recover-administrator`.
///
/// # Errors
/// When the server key cannot be read: whoever reads it may do this, and nobody else.
pub fn run(arguments: &RecoverArguments, options: Options) -> Done {
    let config = arguments.local.read()?;
    let keyring = server_key::load(&config.server_key_file).map_err(|error| {
        Failure::new(Exit::Failed, chain(&error)).detail("name it with --data or --server-key-file")
    })?;
    let (secret, expires_at) =
        administrator_link(&keyring, Purpose::RecoverAdministrator, SystemClock.now(), &SystemRandomness);
    let public_url = config.public_url(config.listen.port());
    let link = format!("{public_url}/console/links/{}", secret.expose());
    if options.json {
        return print(&json!({ "link": link, "expires_at": expires_at }).to_string());
    }
    print(&link)?;
    note(
        options,
        &format!(
            "open it in a browser on this host, or give it to `jeton login --link`; it works once, until {}",
            when::long(expires_at)
        ),
    );
    Ok(())
}
