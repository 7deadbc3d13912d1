//! Each kind of problem has its page of documentation, which is where its `type` leads, and each page its kind.

use crate::{snapshot::repository, world::World};
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

#[tokio::test]
async fn the_type_of_a_problem_leads_to_its_page() {
    let world = World::new().await;
    let index = world.get("/problems").await;
    for kind in ProblemKind::ALL {
        let page = world.get(kind.uri()).await;
        assert_eq!((page.status, page.text()), (200, kind.page().to_owned()), "{}", kind.slug());
        assert_eq!(page.field("content-type"), Some("text/markdown; charset=utf-8"));
        assert!(index.text().contains(&format!("]({})", kind.uri())), "{}", kind.slug());
    }
    for unknown in ["/problems/nothing", "/problems/Gone", "/problems/gone.md"] {
        world.get(unknown).await.problem(404, "not-found");
    }
    // As a client goes there: by the `type` of an answer.
    let problem = world.get("/v1/tokens").await.problem(401, "unauthenticated");
    assert_eq!(world.get(problem["type"].as_str().unwrap()).await.status, 200);
}
