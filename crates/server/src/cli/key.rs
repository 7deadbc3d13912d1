//! `jeton key`: the server key, without which no token works.

use super::{
    failure::{Done, Exit, Failure, chain},
    local::{LocalArguments, store_file},
    output::{Options, counted, note, print},
    prompt,
};
use crate::{key_backup, private_file, server_key};
use authority::clock::{Clock, SystemClock, SystemRandomness};
use clap::{Args, Subcommand};
use domain::{
    limits,
    secret::{Keyring, Secret},
};
use serde_json::json;
use std::path::{Path, PathBuf};
use store::keys::StoreKeys;

/// The arguments of `jeton key`.
#[derive(Debug, Args)]
pub struct KeyArguments {
    #[command(flatten)]
    local: LocalArguments,
    #[command(subcommand)]
    command: KeyCommand,
}

#[derive(Debug, Subcommand)]
enum KeyCommand {
    /// Write the server key to a file, sealed under a passphrase.
    Backup(FileArguments),
    /// Put the server key back from such a file.
    Restore(FileArguments),
    /// Make a new key for new digests; the older ones go on verifying. Takes effect with the next start.
    Rotate,
    /// Drop all keys but the newest. Refused while secrets are left that only an older key knows:
    /// those that were not used since the newest was made.
    Retire(RetireArguments),
}

#[derive(Debug, Args)]
struct FileArguments {
    /// The backup file; backing up never overwrites one.
    file: PathBuf,
    /// Read the passphrase from the first line of this file; - is standard input.
    #[arg(long, value_name = "FILE")]
    passphrase_file: Option<PathBuf>,
}

#[derive(Debug, Args)]
struct RetireArguments {
    /// Drop them although secrets are left that only an older key knows; these die.
    #[arg(long)]
    let_secrets_die: bool,
}

/// Runs `jeton key`.
///
/// # Errors
/// When the key or the file cannot be read or written.
pub fn run(arguments: &KeyArguments, options: Options) -> Done {
    let config = arguments.local.read()?;
    let key = &config.server_key_file;
    match &arguments.command {
        KeyCommand::Backup(arguments) => backup(key, arguments, options),
        KeyCommand::Restore(arguments) => restore(key, arguments, options),
        KeyCommand::Rotate => rotate(key, options),
        KeyCommand::Retire(arguments) => retire(key, store_file(&config), arguments, options),
    }
}

fn backup(key: &Path, arguments: &FileArguments, options: Options) -> Done {
    let file = &arguments.file;
    if file.exists() {
        return Err(Failure::usage(format!("{} exists; a backup never overwrites a file", file.display())));
    }
    let keyring = load(key)?;
    let passphrase = match &arguments.passphrase_file {
        Some(path) => prompt::secret_file(path)?,
        None => prompt::new_secret("Passphrase", "--passphrase-file")?,
    };
    let least = limits::PASSPHRASE_CHARACTERS_MINIMUM;
    if passphrase.expose().chars().count() < least {
        return Err(Failure::usage(format!("the passphrase must have at least {least} characters")));
    }
    let text = key_backup::seal(&keyring, &passphrase, SystemClock.now(), &SystemRandomness);
    let text = text.map_err(|error| Failure::caused("the server key cannot be sealed", &error))?;
    private_file::create(file, text.as_bytes())
        .map_err(|error| Failure::caused(format!("{} could not be written", file.display()), &error))?;
    // What was written is read again: a backup that does not open is none.
    open(file, &passphrase)?;
    server_key::mark_backed_up(key, &keyring).map_err(|error| Failure::new(Exit::Failed, chain(&error)))?;
    told("backed up", key, &keyring, options)?;
    note(options, "keep the file and its passphrase apart from each other, and both away from this host");
    Ok(())
}

fn restore(key: &Path, arguments: &FileArguments, options: Options) -> Done {
    let passphrase = match &arguments.passphrase_file {
        Some(path) => prompt::secret_file(path)?,
        None => prompt::secret("Passphrase", "--passphrase-file")?,
    };
    let keyring = open(&arguments.file, &passphrase)?;
    if key.exists() {
        let present = load(key)?;
        if present.to_text().expose() == keyring.to_text().expose() {
            note(options, "the server key is this one already; nothing was done");
            return Ok(());
        }
        let question = format!("{} holds another key; tokens made under it die. Replace it?", key.display());
        prompt::confirm(options, &question, "yes")?;
        set_aside(key)?;
        server_key::replace(key, &keyring)
    } else {
        if let Some(directory) = key.parent() {
            private_file::create_directory(directory)?;
        }
        server_key::create(key, &keyring)
    }
    .map_err(|error| Failure::new(Exit::Failed, chain(&error)))?;
    server_key::mark_backed_up(key, &keyring).map_err(|error| Failure::new(Exit::Failed, chain(&error)))?;
    told("restored", key, &keyring, options)
}

/// Keeps the present key under another name: a key that was replaced by mistake must not be lost.
fn set_aside(key: &Path) -> Done {
    let mut name = key.as_os_str().to_owned();
    name.push(format!(".replaced-{}", SystemClock.now().milliseconds()));
    std::fs::hard_link(key, &name).map_err(|error| Failure::caused("the present key cannot be set aside", &error))
}

fn open(file: &Path, passphrase: &Secret) -> Done<Keyring> {
    let text = std::fs::read_to_string(file);
    let text = text.map_err(|error| Failure::usage(format!("{} cannot be read: {error}", file.display())))?;
    key_backup::open(&text, passphrase)
        .map_err(|error| Failure::new(Exit::Failed, format!("{} was not opened: {error}", file.display())))
}

fn rotate(key: &Path, options: Options) -> Done {
    let keyring = load(key)?.rotated(&SystemRandomness);
    server_key::replace(key, &keyring).map_err(|error| Failure::new(Exit::Failed, chain(&error)))?;
    told("rotated", key, &keyring, options)?;
    note(options, "restart the server to use the new key, and back it up: `jeton key backup FILE`");
    Ok(())
}

fn retire(key: &Path, store: &Path, arguments: &RetireArguments, options: Options) -> Done {
    let keyring = load(key)?;
    if keyring.ids().count() < 2 {
        note(options, "there is no older key; nothing was done");
        return Ok(());
    }
    let left = if store.exists() { left_behind(&keyring, store)? } else { 0 };
    if left > 0 {
        let left = counted(left, "secret");
        if !arguments.let_secrets_die {
            let refused = format!("{left} would die: not used since the newest key was made");
            return Err(Failure::new(Exit::Conflict, refused)
                .detail("each moves to the newest key when it is next used; rotate or delete what is never used")
                .detail("--let-secrets-die drops the older keys all the same"));
        }
        prompt::confirm(options, &format!("{left} will die. Drop the older keys?"), "yes")?;
    }
    set_aside(key)?;
    let keyring = keyring.retired();
    server_key::replace(key, &keyring).map_err(|error| Failure::new(Exit::Failed, chain(&error)))?;
    told("retired the older keys of", key, &keyring, options)?;
    note(options, "restart the server; the older keys are kept in a file beside until you remove it");
    Ok(())
}

/// How many live secrets only an older key knows.
fn left_behind(keyring: &Keyring, store: &Path) -> Done<u64> {
    let known = StoreKeys::read(store, SystemClock.now());
    let known = known.map_err(|error| Failure::new(Exit::Failed, chain(&error)))?;
    let wrong =
        |mismatch| Failure::new(Exit::Conflict, format!("{} is not of this store: {mismatch}", store.display()));
    known.compare(&keyring.marks().collect::<Vec<_>>()).map_err(wrong)?;
    let newest = keyring.current_id();
    if !known.marks.iter().any(|mark| mark.id == newest) {
        return Err(Failure::new(Exit::Conflict, "the newest key was never in use; restart the server with it first"));
    }
    Ok(known.live_secrets.iter().filter(|(key, _)| *key != newest).map(|(_, count)| count).sum())
}

fn load(key: &Path) -> Done<Keyring> {
    server_key::load(key).map_err(|error| Failure::new(Exit::Failed, chain(&error)))
}

fn told(done: &str, key: &Path, keyring: &Keyring, options: Options) -> Done {
    let ids: Vec<u16> = keyring.ids().map(|id| id.0).collect();
    if options.json {
        return print(&json!({ "file": key.display().to_string(), "keys": ids }).to_string());
    }
    if options.quiet {
        return Ok(());
    }
    let ids: Vec<String> = ids.iter().map(u16::to_string).collect();
    print(&format!("{done} {} (keys {})", key.display(), ids.join(" ")))
}
