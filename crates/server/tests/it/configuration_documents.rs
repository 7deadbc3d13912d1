//! The default file and the guide say what the table of settings says.

use crate::snapshot::assert_snapshot;
use server::config::{self, FileText, Flags};

#[test]
fn the_default_file_with_its_comments_taken_away_is_the_default_configuration() {
    let uncommented = |line: &str| match line.strip_prefix('#') {
        Some(setting) if !setting.is_empty() && !setting.starts_with(' ') => setting.to_owned(),
        _ => line.to_owned(),
    };
    let text: String = config::default_file().lines().map(|line| uncommented(line) + "\n").collect();
    assert!(text.lines().filter(|line| line.contains(" = ")).count() >= config::setting::SETTINGS.len());
    let from_file = config::load(&Flags::new(), &[], Some(FileText { name: "jeton.toml", text: &text })).unwrap();
    assert_eq!(from_file, config::load(&Flags::new(), &[], None).unwrap());
}

#[test]
fn the_default_file_as_it_stands_changes_nothing() {
    let text = config::default_file();
    let from_file = config::load(&Flags::new(), &[], Some(FileText { name: "jeton.toml", text: &text })).unwrap();
    assert_eq!(from_file, config::load(&Flags::new(), &[], None).unwrap());
}

#[test]
fn the_guide_is_up_to_date() {
    assert_snapshot("docs/guides/configuration.md", &config::guide());
}
