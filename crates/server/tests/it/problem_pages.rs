//! Each kind of problem has its page of documentation, and each page its kind.

use crate::snapshot::repository;
use server::problem::ProblemKind;
use std::collections::BTreeSet;

#[test]
fn kinds_and_pages_are_the_same_set() {
    let files = std::fs::read_dir(repository("docs/problems")).unwrap();
    let pages: BTreeSet<_> = files.map(|file| file.unwrap().file_name().into_string().unwrap()).collect();
    let kinds: BTreeSet<_> = ProblemKind::ALL.iter().map(|kind| format!("{}.md", kind.slug())).collect();
    assert_eq!(pages, kinds);
}

#[test]
fn a_page_says_title_status_and_type_of_its_kind() {
    for kind in ProblemKind::ALL {
        let head = format!("# {}\n\nStatus {}. `type`: `{}`\n\n", kind.title(), kind.status().as_u16(), kind.uri());
        assert!(kind.page().starts_with(&head), "{}", kind.slug());
        for section in ["\n## When\n", "\n## What to do\n"] {
            assert!(kind.page().contains(section), "{}: {section}", kind.slug());
        }
    }
}
