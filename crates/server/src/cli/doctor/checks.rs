//! What `jeton doctor` looks at: each check is one function that answers with one finding or more.

use crate::cli::{
    failure::chain,
    local::store_file,
    output::{Options, progress},
    restore,
};
use crate::{config::Config, server_key};
use authority::clock::{Clock, SystemClock};
use domain::{secret::Keyring, time::Timestamp};
use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    time::UNIX_EPOCH,
};
use store::{
    inspect::{InspectProgress, Inspection, inspect},
    keys::StoreKeys,
};

/// Less free space than this fails: the write-ahead log alone may need it.
const SPACE_FAIL_BYTES: u64 = 256 << 20;
/// Less free space than this is worth a warning.
const SPACE_WARN_BYTES: u64 = 2 << 30;
/// A log that is longer than this is held open by a reader that never ends.
const LOG_WARN_BYTES: u64 = 1 << 30;
/// No clock that is right shows a time before this version was written.
const CLOCK_EARLIEST: &str = "2026-11-01T00:00:00Z";

/// How good or bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Level {
    /// In order.
    Ok,
    /// To be dealt with soon.
    Warn,
    /// Out of order.
    Fail,
}

impl Level {
    /// The word for it.
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Warn => "warn",
            Self::Fail => "fail",
        }
    }
}

/// What a check found.
#[derive(Debug, Clone)]
pub(super) struct Finding {
    /// How good or bad it is.
    pub(super) level: Level,
    /// What was looked at.
    pub(super) about: &'static str,
    /// What was found, and what to do about it.
    pub(super) text: String,
    /// Further lines.
    pub(super) more: Vec<String>,
}

impl Finding {
    fn new(level: Level, about: &'static str, text: impl Into<String>) -> Self {
        Self { level, about, text: text.into(), more: Vec::new() }
    }
}

/// Makes every check. `flags` name the data in the commands that are advised.
pub(super) fn all(config: &Config, flags: &str, options: Options) -> Vec<Finding> {
    let store = store_file(config);
    let mut findings = vec![directory(&config.data), clock(store), library()];
    findings.extend(key(&config.server_key_file, store, flags));
    findings.push(space(store));
    if store.exists() {
        findings.push(mode("store file", store));
        findings.extend(kept(store, flags, options));
    } else {
        findings.push(missing(store, flags));
    }
    findings
}

/// A store that is not there is new, or lost: its denials file tells.
fn missing(store: &Path, flags: &str) -> Finding {
    match store::inspect::denials(store) {
        Ok(file) if file.as_ref().is_none_or(|file| !file.has_history()) => {
            Finding::new(Level::Warn, "store", format!("{} does not exist yet", store.display()))
        }
        Ok(_) | Err(_) => Finding::new(
            Level::Fail,
            "store",
            format!("{} is missing, but there was one; run `jeton restore{flags} BACKUP`", store.display()),
        ),
    }
}

fn directory(path: &Path) -> Finding {
    match fs::metadata(path) {
        Ok(found) if !found.is_dir() => {
            Finding::new(Level::Fail, "data directory", format!("{} is no directory", path.display()))
        }
        Ok(found) if found.permissions().mode() & 0o022 != 0 => Finding::new(
            Level::Fail,
            "data directory",
            format!("others may write into {0}; run `chmod go-w {0}`", path.display()),
        ),
        Ok(_) => Finding::new(Level::Ok, "data directory", path.display().to_string()),
        Err(error) => Finding::new(Level::Fail, "data directory", format!("{}: {error}", path.display())),
    }
}

fn mode(about: &'static str, path: &Path) -> Finding {
    match fs::metadata(path).map(|found| found.permissions().mode() & 0o7777) {
        Ok(mode) if mode & 0o077 != 0 => Finding::new(
            Level::Fail,
            about,
            format!("{0} has mode {mode:04o}, so others may read it; run `chmod 600 {0}`", path.display()),
        ),
        Ok(mode) => Finding::new(Level::Ok, about, format!("{} (mode {mode:04o})", path.display())),
        Err(error) => Finding::new(Level::Fail, about, format!("{}: {error}", path.display())),
    }
}

/// The clock cannot be proven right, but some wrong ones show.
fn clock(store: &Path) -> Finding {
    let now = SystemClock.now();
    let earliest = Timestamp::parse("clock", CLOCK_EARLIEST).unwrap_or(now);
    let written = fs::metadata(store).and_then(|found| found.modified()).ok();
    let written = written.and_then(|at| at.duration_since(UNIX_EPOCH).ok());
    let written =
        written.map(|since| Timestamp::from_milliseconds(i64::try_from(since.as_millis()).unwrap_or(i64::MAX)));
    if now < earliest {
        Finding::new(Level::Fail, "clock", format!("it shows {now}, which is past; tokens would not expire"))
    } else if written.is_some_and(|written| written > now) {
        Finding::new(Level::Fail, "clock", format!("it shows {now}, but the store was written later than that"))
    } else {
        Finding::new(Level::Ok, "clock", now.to_string())
    }
}

fn library() -> Finding {
    match store::inspect::sqlite_version() {
        Ok(version) => Finding::new(Level::Ok, "SQLite", version),
        Err(error) => Finding::new(Level::Fail, "SQLite", chain(&error)),
    }
}

fn key(path: &Path, store: &Path, flags: &str) -> Vec<Finding> {
    let keyring = match server_key::load(path) {
        Ok(keyring) => keyring,
        Err(error) => return vec![Finding::new(Level::Fail, "server key", chain(&error))],
    };
    let ids: Vec<String> = keyring.ids().map(|id| id.0.to_string()).collect();
    let found = Finding::new(Level::Ok, "server key", format!("{} (keys {})", path.display(), ids.join(" ")));
    let wrong = wrong_key(&keyring, path, store).map(|wrong| Finding::new(Level::Fail, "server key", wrong));
    let missing: Vec<String> =
        server_key::missing_from_backup(path, &keyring).iter().map(|id| id.0.to_string()).collect();
    let backup = if missing.is_empty() {
        Finding::new(Level::Ok, "key backup", "every key has been backed up")
    } else {
        let missing = missing.join(" ");
        let text =
            format!("key {missing} has no backup; without it every token dies: run `jeton key backup{flags} FILE`");
        Finding::new(Level::Warn, "key backup", text)
    };
    vec![wrong.unwrap_or(found), backup]
}

/// Why the key is not the store's, when it is not. A store that cannot be read says so elsewhere.
fn wrong_key(keyring: &Keyring, path: &Path, store: &Path) -> Option<String> {
    let known = store.exists().then(|| StoreKeys::read(store, SystemClock.now()).ok()).flatten()?;
    let marks: Vec<_> = keyring.marks().collect();
    let mismatch = known.compare(&marks).err()?;
    Some(format!("{}: {mismatch}; put the right one back, or run `jeton key restore`", path.display()))
}

fn space(store: &Path) -> Finding {
    let directory = store.ancestors().skip(1).find(|path| path.exists() || path.as_os_str().is_empty());
    let directory =
        directory.filter(|path| !path.as_os_str().is_empty()).map_or_else(|| PathBuf::from("."), Path::to_owned);
    match rustix::fs::statvfs(&directory) {
        Ok(found) => {
            let free = found.f_bavail.saturating_mul(found.f_frsize);
            let level = match free {
                ..SPACE_FAIL_BYTES => Level::Fail,
                SPACE_FAIL_BYTES..SPACE_WARN_BYTES => Level::Warn,
                _ => Level::Ok,
            };
            Finding::new(level, "disk", format!("{} free in {}", size(free), directory.display()))
        }
        Err(error) => Finding::new(Level::Warn, "disk", format!("{}: {error}", directory.display())),
    }
}

/// Looks the store over from end to end.
fn kept(store: &Path, flags: &str, options: Options) -> Vec<Finding> {
    let bar = progress(options, 0, "checking the file");
    let inspected = inspect(store, &mut |now| match now {
        InspectProgress::Integrity => bar.set_message("checking the file"),
        InspectProgress::Journal { done, total } => {
            bar.set_message("checking the journal");
            bar.set_length(total);
            bar.set_position(done);
        }
    });
    bar.finish_and_clear();
    match inspected {
        Ok(inspection) => findings_of(store, flags, &inspection),
        Err(error) => vec![Finding::new(Level::Fail, "store", chain(&error))],
    }
}

fn findings_of(store: &Path, flags: &str, inspection: &Inspection) -> Vec<Finding> {
    let counts = inspection.counts;
    let serving = if inspection.in_use { "served at the moment" } else { "not served at the moment" };
    let text = format!(
        "{} tokens, {} deleted, {} users and service accounts, {} organisations; {}; {serving}",
        counts.tokens,
        counts.tombstones,
        counts.owners,
        counts.organisations,
        size(inspection.file_bytes),
    );
    let mut findings = vec![Finding::new(Level::Ok, "store", text)];
    let journal = format!("chained whole up to position {}", inspection.tail.position);
    if inspection.findings.is_empty() {
        findings.push(Finding::new(Level::Ok, "journal", journal));
    }
    let damage = |finding: &String| {
        Finding::new(Level::Fail, "journal", format!("{finding}; restore a backup with `jeton restore`"))
    };
    findings.extend(inspection.findings.iter().map(damage));
    if inspection.log_bytes > LOG_WARN_BYTES {
        let text = format!("it has grown to {}; restart the server", size(inspection.log_bytes));
        findings.push(Finding::new(Level::Warn, "write-ahead log", text));
    }
    findings.push(match &inspection.quarantine {
        None => Finding::new(Level::Ok, "denials", "the store is as new as what had been seen of it"),
        Some(quarantine) => Finding {
            more: restore::facts(store, quarantine, flags),
            ..Finding::new(Level::Fail, "denials", format!("the store is in quarantine: {}", quarantine.ground))
        },
    });
    findings
}

/// A number of bytes for people.
fn size(bytes: u64) -> String {
    indicatif::BinaryBytes(bytes).to_string()
}
