//! Files that must still be there after the power went.

use std::{
    fs::File,
    io,
    path::{Path, PathBuf},
};

/// Flushes the directory that holds a file, so that its name is as durable as its content.
pub(crate) fn sync_directory_of(path: &Path) -> io::Result<()> {
    File::open(directory_of(path))?.sync_all()
}

/// The directory that holds a file.
pub(crate) fn directory_of(path: &Path) -> PathBuf {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent.to_owned(),
        Some(_) | None => PathBuf::from("."),
    }
}
