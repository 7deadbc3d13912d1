//! `jeton backup`: a checked copy of the store, also while a server runs.

use super::{
    failure::{Done, Exit, Failure, chain},
    local::{LocalArguments, store_file},
    output::{Options, note, print, progress},
};
use crate::server_key;
use clap::Args;
use indicatif::ProgressBar;
use serde_json::json;
use std::path::PathBuf;
use store::backup::{BackupError, BackupProgress};

/// The arguments of `jeton backup`.
#[derive(Debug, Args)]
pub struct BackupArguments {
    #[command(flatten)]
    local: LocalArguments,
    /// The file to write; an existing file is never overwritten.
    file: PathBuf,
}

/// Runs `jeton backup`.
///
/// # Errors
/// When the store cannot be read, is damaged, or the file cannot be written.
pub fn run(arguments: &BackupArguments, options: Options) -> Done {
    let config = arguments.local.read()?;
    let store = store_file(&config);
    let bar = progress(options, 0, "copying");
    let tail = store::backup::backup(store, &arguments.file, &mut |now| show(&bar, now));
    bar.finish_and_clear();
    let tail = tail.map_err(|error| failure_of(&error))?;
    let bytes = std::fs::metadata(&arguments.file)?.len();
    let file = arguments.file.display().to_string();
    if options.json {
        print(&json!({ "file": file, "bytes": bytes, "position": tail.position.0 }).to_string())?;
    } else if !options.quiet {
        print(&format!("backed up {} to {file} (journal position {})", store.display(), tail.position))?;
    }
    let backed_up = server_key::load(&config.server_key_file)
        .is_ok_and(|keys| server_key::is_backed_up(&config.server_key_file, &keys));
    if !backed_up {
        note(options, "the server key is not part of this file, and has no backup yet: run `jeton key backup FILE`");
    }
    Ok(())
}

/// Shows how far a backup or a restore has come.
pub fn show(bar: &ProgressBar, now: BackupProgress) {
    match now {
        BackupProgress::Copying { done, total } => {
            bar.set_length(total);
            bar.set_position(done);
        }
        BackupProgress::Checking => bar.set_message("checking"),
    }
}

/// What a failed backup or restore means.
pub fn failure_of(error: &BackupError) -> Failure {
    let exit = match error {
        BackupError::Exists { .. } => Exit::Usage,
        BackupError::Missing { .. } => Exit::NotFound,
        BackupError::Store(error) => return open_failure(error),
        BackupError::Failed { .. } => Exit::Failed,
    };
    Failure::new(exit, chain(error))
}

/// What it means that a store was not opened.
pub fn open_failure(error: &store::error::OpenError) -> Failure {
    use store::error::OpenError;
    match error {
        OpenError::InUse { .. } => Failure::new(Exit::Conflict, chain(error)).detail("stop the server first"),
        OpenError::Newer { .. }
        | OpenError::Altered { .. }
        | OpenError::Damaged { .. }
        | OpenError::WrongKey { .. }
        | OpenError::Lost { .. }
        | OpenError::OnNetwork { .. }
        | OpenError::DiskFull { .. }
        | OpenError::SqliteTooOld { .. }
        | OpenError::Failed { .. } => Failure::new(Exit::Failed, chain(error)),
    }
}
