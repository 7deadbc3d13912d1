//! The lines that the demonstration prints are those of README.md, and every shell reads them alike.

use crate::snapshot::repository;
use server::demo::lines;
use std::path::Path;

#[test]
fn the_lines_of_the_readme_are_those_that_are_printed() {
    let readme = std::fs::read_to_string(repository("README.md")).unwrap();
    let printed = lines("http://127.0.0.1:6573", Path::new("./jeton-data/demo.json"));
    let pasted: Vec<_> = printed.lines().filter_map(|line| line.strip_prefix("  ")).collect();
    assert!(readme.contains(&format!("```sh\n{}\n```", pasted.join("\n"))), "{printed}");
}

/// In zsh, a bare `[0]` is a pattern that must match a file; and a path may hold anything.
#[test]
fn what_a_shell_would_read_its_own_way_is_quoted() {
    let printed = lines("http://127.0.0.1:6573", Path::new("/data/a demo's $(x)/demo.json"));
    assert!(printed.contains(r"jq -r '.organisations[0].administrator.token' '/data/a demo'\''s $(x)/demo.json')"));
    assert!(printed.contains(r"jq -r '.verifier.token' '/data/a demo'\''s $(x)/demo.json')"));
}
