//! Compares a text with the file of the repository that is made from it.

use std::path::PathBuf;

/// The path of a file, counted from the root of the repository.
pub(crate) fn repository(path: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..").join(path)
}

/// Fails when the file differs from `made`; with `UPDATE_SNAPSHOTS=1` it writes the file instead.
pub(crate) fn assert_snapshot(path: &str, made: &str) {
    let file = repository(path);
    if std::env::var_os("UPDATE_SNAPSHOTS").is_some_and(|value| value == "1") {
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(&file, made).unwrap();
    }
    let kept = std::fs::read_to_string(&file).unwrap_or_default();
    assert!(kept == made, "{path} is out of date; run this test with UPDATE_SNAPSHOTS=1 and read the difference");
}
