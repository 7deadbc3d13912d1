//! The file of the server key: made once, private, and never made anew beside a store that needs it.
//!
//! Beside `server.key` stands `server.key.backed-up`, which names the keys that have been backed up:
//! one line a key with its number and a fingerprint, so that a new key of the same number does not
//! pass for the old one.

use crate::private_file::{self, ReadError};
use domain::{
    hexadecimal,
    id::Randomness,
    invalid::Invalid,
    secret::{KeyId, KeyMark, Keyring},
};
use std::{
    io,
    path::{Path, PathBuf},
};

/// Why there is no server key to work with.
#[derive(Debug, thiserror::Error)]
pub enum ServerKeyError {
    /// The file cannot be read, or others may read it.
    #[error(transparent)]
    Unreadable(#[from] ReadError),
    /// The file is no key file.
    #[error("{path} is no server key: {finding}")]
    Malformed {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        finding: Invalid,
    },
    /// There is a store, whose tokens all need the key, but no key.
    #[error(
        "{store} was made before, but its server key {path} does not exist, and no token works under another key; \
         put the file back or run `jeton key restore`"
    )]
    Lost {
        /// The file that should be there.
        path: PathBuf,
        /// The store that needs it.
        store: PathBuf,
    },
    /// The file cannot be written.
    #[error("{path} cannot be written")]
    Unwritable {
        /// The file.
        path: PathBuf,
        /// What the operating system says.
        #[source]
        cause: io::Error,
    },
}

/// Reads the server key, or makes it when the store that needs it does not exist yet either.
///
/// # Errors
/// When the file is unreadable, exposed or malformed, cannot be written, or is lost.
pub fn load_or_create(key: &Path, store: &Path, randomness: &dyn Randomness) -> Result<Keyring, ServerKeyError> {
    if key.exists() {
        return load(key);
    }
    // Nor is one made where a store is missing: its own would no longer be put back.
    let was_there = || store::inspect::denials(store).map_or(true, |file| file.is_some_and(|file| file.has_history()));
    if store.exists() || was_there() {
        return Err(ServerKeyError::Lost { path: key.to_owned(), store: store.to_owned() });
    }
    let keyring = Keyring::generate(randomness);
    if let Some(directory) = key.parent() {
        private_file::create_directory(directory).map_err(|cause| unwritable(key, cause))?;
    }
    match private_file::create(key, keyring.to_text().expose().as_bytes()) {
        Ok(()) => Ok(keyring),
        // Another process was faster; its key is the key.
        Err(cause) if cause.kind() == io::ErrorKind::AlreadyExists => load(key),
        Err(cause) => Err(unwritable(key, cause)),
    }
}

/// Reads the server key.
///
/// # Errors
/// When the file is missing, unreadable, exposed or malformed.
pub fn load(key: &Path) -> Result<Keyring, ServerKeyError> {
    let text = private_file::read(key)?;
    Keyring::parse(&text).map_err(|finding| ServerKeyError::Malformed { path: key.to_owned(), finding })
}

/// Writes a server key where there is none.
///
/// # Errors
/// When there is one, or the file cannot be written.
pub fn create(key: &Path, keyring: &Keyring) -> Result<(), ServerKeyError> {
    private_file::create(key, keyring.to_text().expose().as_bytes()).map_err(|cause| unwritable(key, cause))
}

/// Writes a server key in place of the present one.
///
/// # Errors
/// When the file cannot be written; the present key is then still there.
pub fn replace(key: &Path, keyring: &Keyring) -> Result<(), ServerKeyError> {
    private_file::replace(key, keyring.to_text().expose().as_bytes()).map_err(|cause| unwritable(key, cause))
}

/// True when every key of the keyring has been backed up.
pub fn is_backed_up(key: &Path, keyring: &Keyring) -> bool {
    missing_from_backup(key, keyring).is_empty()
}

/// The keys that have not been backed up.
pub fn missing_from_backup(key: &Path, keyring: &Keyring) -> Vec<KeyId> {
    let marked = std::fs::read_to_string(marker(key)).unwrap_or_default();
    let is_marked = |line: &str| marked.lines().any(|marked| marked == line);
    marks(keyring).filter(|(_, line)| !is_marked(line)).map(|(id, _)| id).collect()
}

/// Remembers that every key of the keyring has been backed up.
///
/// # Errors
/// When the marker cannot be written.
pub fn mark_backed_up(key: &Path, keyring: &Keyring) -> Result<(), ServerKeyError> {
    let text: String = marks(keyring).map(|(_, line)| line + "\n").collect();
    let marker = marker(key);
    private_file::replace(&marker, text.as_bytes()).map_err(|cause| unwritable(&marker, cause))
}

/// The file beside the server key that names the keys that have been backed up.
fn marker(key: &Path) -> PathBuf {
    let mut name = key.as_os_str().to_owned();
    name.push(".backed-up");
    PathBuf::from(name)
}

fn marks(keyring: &Keyring) -> impl Iterator<Item = (KeyId, String)> {
    keyring.marks().map(|KeyMark { id, fingerprint }| (id, format!("{} {}", id.0, hexadecimal::encode(&fingerprint))))
}

fn unwritable(path: &Path, cause: io::Error) -> ServerKeyError {
    ServerKeyError::Unwritable { path: path.to_owned(), cause }
}

#[cfg(test)]
mod tests {
    use super::*;
    use authority::clock::SystemRandomness;

    #[test]
    fn a_key_is_made_once_and_only_beside_a_store_that_is_new() {
        let directory = tempfile::tempdir().unwrap();
        let (key, store) = (directory.path().join("keys/server.key"), directory.path().join("jeton.db"));
        let made = load_or_create(&key, &store, &SystemRandomness).unwrap();
        std::fs::write(&store, "").unwrap();
        let read = load_or_create(&key, &store, &SystemRandomness).unwrap();
        assert_eq!(made.digest("x"), read.digest("x"));
        std::fs::remove_file(&key).unwrap();
        assert!(matches!(load_or_create(&key, &store, &SystemRandomness), Err(ServerKeyError::Lost { .. })));
    }

    #[test]
    fn a_new_key_of_an_old_number_has_not_been_backed_up() {
        let directory = tempfile::tempdir().unwrap();
        let key = directory.path().join("server.key");
        let old = Keyring::generate(&SystemRandomness);
        assert!(!is_backed_up(&key, &old));
        mark_backed_up(&key, &old).unwrap();
        assert!(is_backed_up(&key, &old));
        assert!(!is_backed_up(&key, &Keyring::generate(&SystemRandomness)));
        assert_eq!(missing_from_backup(&key, &old.rotated(&SystemRandomness)), [KeyId(2)]);
    }
}
