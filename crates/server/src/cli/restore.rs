//! `jeton restore`: a backup put back, and the way out of quarantine.
//!
//! A store that comes back from the past has forgotten what was deleted since. It accepts nothing
//! until the denials are replayed, every token issued before a time is deleted, or somebody accepts
//! the loss by name. Whichever is chosen, what the denials file names is denied again: it never
//! can do harm.

use super::{
    backup::{failure_of, open_failure, show},
    failure::{Done, Exit, Failure},
    local::{LocalArguments, store_file},
    output::{Options, counted, note, print, progress},
    prompt, when,
};
use authority::clock::{Clock, SystemClock};
use clap::Args;
use domain::{caller::Actor, name::Name, time::Timestamp};
use serde_json::json;
use std::path::{Path, PathBuf};
use store::{
    OpenOptions, Opened, Quarantine,
    change::{Change, LiftQuarantine, Verb},
    denials::{Denials, denials_path},
    open_sqlite,
    quarantine::Ground,
};

/// The arguments of `jeton restore`.
#[derive(Debug, Args)]
pub struct RestoreArguments {
    #[command(flatten)]
    local: LocalArguments,
    /// The backup to put back. Without one, the present store is led out of quarantine.
    file: Option<PathBuf>,
    /// Out of quarantine: delete and end again what the denials file beside the store names.
    #[arg(long)]
    replay_denials: bool,
    /// Out of quarantine: delete every token that was issued before this time; 2h means two hours ago.
    #[arg(long, value_name = "TIME", value_parser = when::past)]
    delete_before: Option<Timestamp>,
    /// Out of quarantine: accept what was lost; your name goes into the journal.
    #[arg(long, value_name = "NAME", value_parser = name)]
    accept_loss: Option<String>,
}

fn name(text: &str) -> Result<String, String> {
    Name::parse("the name", text).map(|name| name.to_string()).map_err(|invalid| invalid.to_string())
}

/// Runs `jeton restore`.
///
/// # Errors
/// When the backup is not put back, or the store stays in quarantine.
pub fn run(arguments: &RestoreArguments, options: Options) -> Done {
    let config = arguments.local.read()?;
    let path = store_file(&config);
    if let Some(file) = &arguments.file {
        put_back(file, path, options)?;
    } else if !path.exists() {
        return Err(Failure::new(Exit::NotFound, format!("{} does not exist", path.display()))
            .detail("name a backup, or the data with --data or --store"));
    }
    let opened = open_sqlite(path, &OpenOptions::default()).map_err(|error| open_failure(&error))?;
    let lifted = match &opened.quarantine {
        Some(quarantine) => Some(lead_out(arguments, path, &opened, quarantine, options)?),
        None => None,
    };
    told(arguments, path, lifted, options)
}

fn put_back(file: &Path, store: &Path, options: Options) -> Done {
    if store.exists() {
        let question = format!("Put {} in the place of {}, which is kept beside?", file.display(), store.display());
        prompt::confirm(options, &question, "yes")?;
    } else if let Some(directory) = store.parent() {
        crate::private_file::create_directory(directory)?;
    }
    let suffix = format!("replaced-{}", SystemClock.now().milliseconds());
    let bar = progress(options, 0, "copying");
    let restored = store::backup::restore(file, store, &suffix, &mut |now| show(&bar, now));
    bar.finish_and_clear();
    let restored = restored.map_err(|error| failure_of(&error))?;
    note(options, &format!("{} is restored up to journal position {}", store.display(), restored.tail.position));
    if let Some(replaced) = restored.replaced {
        note(options, &format!("the store that was there is kept as {}", replaced.display()));
    }
    if let Some(why) = restored.unrecorded {
        note(options, &format!("what only that store knew of deletions is not in the denials file: {why}"));
    }
    Ok(())
}

/// What was written back when a quarantine was lifted.
struct Lifted {
    tokens: u64,
    secrets: u64,
}

fn lead_out(
    arguments: &RestoreArguments,
    path: &Path,
    opened: &Opened,
    quarantine: &Quarantine,
    options: Options,
) -> Done<Lifted> {
    let usable = has_usable_denials(quarantine);
    let chosen = arguments.replay_denials || arguments.delete_before.is_some() || arguments.accept_loss.is_some();
    if !chosen {
        return Err(what_to_do(path, quarantine, &arguments.local.repeated()));
    }
    if arguments.replay_denials && !usable {
        return Err(Failure::new(Exit::Conflict, format!("there are no denials to replay: {}", quarantine.ground))
            .detail(format!("put the newest denials file of this store back as {}", denials_path(path).display()))
            .detail("or choose --delete-before TIME or --accept-loss NAME"));
    }
    if let Some(before) = arguments.delete_before {
        let question = format!("Delete every token issued before {}?", when::long(before));
        prompt::confirm(options, &question, "yes")?;
    }
    let denials = readable_denials(path, quarantine)?;
    let tokens = denials.as_ref().map(Denials::tokens).unwrap_or_default();
    let secrets = denials.as_ref().map(Denials::secrets).unwrap_or_default();
    let lifted = Lifted { tokens: tokens.len() as u64, secrets: secrets.len() as u64 };
    let verb = Verb::LiftQuarantine(LiftQuarantine {
        tokens,
        secrets,
        delete_before: arguments.delete_before,
        accepted_by: arguments.accept_loss.clone(),
    });
    let change = Change::new(SystemClock.now(), Actor::System, verb);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let store = &opened.store;
    let committed = runtime.block_on(async {
        let committed = store.commit(change).await;
        store.close().await;
        committed
    });
    committed.map_err(|error| Failure::caused("the store stays in quarantine", &error))?;
    Ok(lifted)
}

/// True when the file beside the store tells what was denied in this store after the backup.
fn has_usable_denials(quarantine: &Quarantine) -> bool {
    match quarantine.ground {
        Ground::Behind | Ground::Diverged => true,
        Ground::Missing | Ground::Unreadable | Ground::OtherStore | Ground::Restored => false,
    }
}

/// What can be read of this store's denials, which is denied again whatever way out is taken.
fn readable_denials(store: &Path, quarantine: &Quarantine) -> Done<Option<Denials>> {
    match quarantine.ground {
        Ground::Behind | Ground::Diverged | Ground::Restored => Ok(Denials::read(&denials_path(store))?),
        // Of a damaged file some may be left.
        Ground::Unreadable => Ok(Denials::read(&denials_path(store)).ok().flatten()),
        Ground::Missing | Ground::OtherStore => Ok(None),
    }
}

/// Why nothing is accepted, and every way out of it.
fn what_to_do(store: &Path, quarantine: &Quarantine, flags: &str) -> Failure {
    let message = format!("the store is in quarantine and accepts nothing: {}", quarantine.ground);
    let failure = Failure::new(Exit::Conflict, message);
    facts(store, quarantine, flags).into_iter().fold(failure, Failure::detail)
}

/// The lines of a quarantine: what is known, and every way out of it. `flags` name the data.
pub fn facts(store: &Path, quarantine: &Quarantine, flags: &str) -> Vec<String> {
    let seen = quarantine.seen.map(|seen| format!("; it had been seen up to {seen}")).unwrap_or_default();
    let mut lines = vec![format!("its journal ends at position {}{seen}", quarantine.tail)];
    if has_usable_denials(quarantine) {
        let (tokens, secrets) = (quarantine.tokens, quarantine.secrets);
        let (tokens, secrets) = (counted(tokens, "deleted token"), counted(secrets, "ended secret"));
        lines.push(format!("the denials file names {tokens} and {secrets}; choose one:"));
        if quarantine.restored {
            lines.push(
                "the file may be a copy that is older than the last deletions: those are in it only \
                if it was written after them"
                    .to_owned(),
            );
        }
        lines.push(format!("jeton restore{flags} --replay-denials: denies those again"));
    } else {
        let file = denials_path(store);
        let wanted = if quarantine.ground == Ground::Restored { "a newer denials file" } else { "the denials file" };
        lines.push(format!("if you have {wanted} of this store, put it back as {}; choose one:", file.display()));
        lines.push(format!("jeton restore{flags} --replay-denials: when that file is there, denies what it names"));
    }
    lines.push(format!("jeton restore{flags} --delete-before TIME: deletes every token issued before the time"));
    lines.push(format!("jeton restore{flags} --accept-loss NAME: takes the store as it is, under your name"));
    lines.push(
        "what else changed after the backup is lost: look at disabled tokens, scopes, users, organisations".to_owned(),
    );
    lines
}

fn told(arguments: &RestoreArguments, path: &Path, lifted: Option<Lifted>, options: Options) -> Done {
    if options.json {
        let lifted = lifted.map(|lifted| json!({ "tokens": lifted.tokens, "secrets": lifted.secrets }));
        let restored = arguments.file.is_some();
        return print(
            &json!({ "store": path.display().to_string(), "restored": restored, "denied_again": lifted }).to_string(),
        );
    }
    if options.quiet {
        return Ok(());
    }
    match lifted {
        Some(Lifted { tokens, secrets }) => {
            let (tokens, secrets) = (counted(tokens, "token"), counted(secrets, "secret"));
            print(&format!("the quarantine is lifted; {tokens} and {secrets} on record are denied"))
        }
        None if arguments.file.is_some() => print("the store lost nothing and is not in quarantine; start the server"),
        None => print("the store is not in quarantine; start the server"),
    }
}
