//! Files that only their owner may read: written as a whole or not at all, and durable.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Read, Write},
    os::unix::fs::{MetadataExt, OpenOptionsExt, PermissionsExt},
    path::{Path, PathBuf},
};
use zeroize::Zeroizing;

/// The most that is read of a private file, in bytes; the files that live here are small.
const READ_BYTES: u64 = 1 << 20;

/// Writes a new file with mode 0600. An existing file is left alone.
///
/// # Errors
/// [`io::ErrorKind::AlreadyExists`] when there is a file of this name, or whatever the disk says.
pub fn create(path: &Path, content: &[u8]) -> io::Result<()> {
    let written = write_beside(path, content)?;
    // A link fails where a name exists; a rename would replace the file behind it.
    let linked = fs::hard_link(&written, path);
    fs::remove_file(&written)?;
    linked?;
    sync_directory(path)
}

/// Writes a file with mode 0600 in place of the one that has the name, if there is one.
///
/// # Errors
/// Whatever the disk says; the older file is then still there.
pub fn replace(path: &Path, content: &[u8]) -> io::Result<()> {
    let written = write_beside(path, content)?;
    fs::rename(&written, path).inspect_err(|_| drop(fs::remove_file(&written)))?;
    sync_directory(path)
}

/// Why a private file was not read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// It cannot be opened or read.
    #[error("{path} cannot be read")]
    Unreadable {
        /// Its path.
        path: PathBuf,
        /// What the operating system says.
        #[source]
        cause: io::Error,
    },
    /// Others than its owner may read or write it.
    #[error("{path} has mode {mode:04o}, so others may read it; run `chmod 600 {path}`")]
    Exposed {
        /// Its path.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// It is no text, or larger than any such file is.
    #[error("{path} is no text of at most 1 MiB")]
    NoText {
        /// Its path.
        path: PathBuf,
    },
}

/// Reads a file that nobody but its owner may read.
///
/// # Errors
/// When it cannot be read, others may read it, or it is no text.
pub fn read(path: &Path) -> Result<Zeroizing<String>, ReadError> {
    let unreadable = |cause| ReadError::Unreadable { path: path.to_owned(), cause };
    let file = File::open(path).map_err(unreadable)?;
    let mode = file.metadata().map_err(unreadable)?.mode() & 0o7777;
    if mode & 0o077 != 0 {
        return Err(ReadError::Exposed { path: path.to_owned(), mode });
    }
    let mut text = Zeroizing::new(String::new());
    let read = file.take(READ_BYTES + 1).read_to_string(&mut text);
    match read {
        Ok(length) if length as u64 <= READ_BYTES => Ok(text),
        Ok(_) => Err(ReadError::NoText { path: path.to_owned() }),
        Err(cause) if cause.kind() == io::ErrorKind::InvalidData => Err(ReadError::NoText { path: path.to_owned() }),
        Err(cause) => Err(unreadable(cause)),
    }
}

/// Makes a directory for private files, with mode 0700, and those above it.
///
/// # Errors
/// Whatever the disk says.
pub fn create_directory(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    fs::DirBuilder::new().recursive(true).mode(0o700).create(path)
}

/// Writes the content under a name of its own in the same directory, durably.
fn write_beside(path: &Path, content: &[u8]) -> io::Result<PathBuf> {
    let name = path.file_name().ok_or(io::ErrorKind::InvalidInput)?.to_string_lossy();
    let beside = path.with_file_name(format!(".{name}.{}", std::process::id()));
    let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&beside)?;
    let written = (|| {
        // An earlier process of this number may have left the file with another mode.
        file.set_permissions(fs::Permissions::from_mode(0o600))?;
        file.write_all(content)?;
        file.sync_all()
    })();
    written.inspect_err(|_| drop(fs::remove_file(&beside)))?;
    Ok(beside)
}

fn sync_directory(of: &Path) -> io::Result<()> {
    let directory = of.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    File::open(directory)?.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_file_is_private_and_replaces_nothing() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("secret");
        create(&path, b"one").unwrap();
        assert_eq!(fs::metadata(&path).unwrap().mode() & 0o777, 0o600);
        assert_eq!(create(&path, b"two").unwrap_err().kind(), io::ErrorKind::AlreadyExists);
        assert_eq!(read(&path).unwrap().as_str(), "one");
        replace(&path, b"two").unwrap();
        assert_eq!(read(&path).unwrap().as_str(), "two");
        assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_file_that_others_may_read_is_refused() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("secret");
        create(&path, b"one").unwrap();
        for mode in [0o640, 0o604, 0o660, 0o601] {
            fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
            assert!(matches!(read(&path), Err(ReadError::Exposed { mode: found, .. }) if found == mode));
        }
    }
}
