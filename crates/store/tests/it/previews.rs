//! Promise: what was reviewed is what is deleted. The digest of a preview names exactly one set of
//! tokens, and a deletion that demands it refuses any other.

use crate::{engine::Engine, world::World};
use domain::{
    caller::{Access, Reach},
    owner::Owner,
};
use sha2::{Digest as _, Sha256};
use std::time::Duration;
use store::{
    change::{DeleteTokens, DeletionTarget, Outcome, TokenUse, Uses, Verb},
    error::{CommitError, Refusal},
    query::{Preview, TokenFilter},
};

on_every_engine!(
    a_preview_tells_what_would_go,
    the_digest_names_the_set,
    another_set_is_refused,
    too_many_at_once_are_refused,
    what_is_issued_while_a_reviewed_deletion_waits_is_left_alone,
);

fn of(owner: &Owner) -> TokenFilter {
    TokenFilter { owner: Some(owner.id), ..TokenFilter::default() }
}

async fn preview(world: &World, owner: &Owner) -> Preview {
    world.store.preview(Reach::Everything, of(owner), world.now()).await.unwrap()
}

fn delete(owner: &Owner, expects: Option<[u8; 32]>) -> Verb {
    let target = DeletionTarget::Filter { filter: of(owner), expects };
    Verb::DeleteTokens(DeleteTokens { access: Access::unlimited(), target, reason: None })
}

async fn a_preview_tells_what_would_go(engine: Engine) {
    let world = World::new(engine).await;
    let (owner, other) = (world.member().await, world.member().await);
    world.issue(&other, "other").await;
    let mut issued = Vec::new();
    for place in 0..5_u64 {
        issued.push(world.issue(&owner, "one").await.token);
        let at = world.now().after(Duration::from_secs(10 - place));
        if place < 3 {
            let used = TokenUse {
                token: issued[usize::try_from(place).unwrap()].id,
                at,
                address: None,
                user_agent: None,
                days: vec![(at.day(), 1)],
                callers: vec![],
            };
            world.made(Verb::RecordUses(Uses { tokens: vec![used], sessions: vec![] })).await;
        }
    }
    let preview = preview(&world, &owner).await;
    let ids = |tokens: &[domain::token::Token]| tokens.iter().map(|token| token.id).collect::<Vec<_>>();
    assert_eq!(preview.count, 5);
    let newest_first: Vec<_> = issued.iter().rev().map(|token| token.id).collect();
    assert_eq!(ids(&preview.sample), newest_first);
    assert_eq!(ids(&preview.recently_used), [issued[0].id, issued[1].id, issued[2].id]);
}

async fn the_digest_names_the_set(engine: Engine) {
    let world = World::new(engine).await;
    let owner = world.member().await;
    let mut hash = Sha256::new();
    for _ in 0..3 {
        hash.update(world.issue(&owner, "one").await.token.id.bytes());
    }
    let expected: [u8; 32] = hash.finalize().into();
    assert_eq!(preview(&world, &owner).await.digest, expected);
    let Outcome::Deleted { tokens, tombstone } = world.made(delete(&owner, Some(expected))).await else { panic!() };
    assert_eq!((tokens, tombstone), (3, None));
    // Nothing is left, and nothing is what a further call deletes.
    let Outcome::Deleted { tokens, .. } = world.made(delete(&owner, None)).await else { panic!() };
    assert_eq!(tokens, 0);
}

async fn another_set_is_refused(engine: Engine) {
    let world = World::new(engine).await;
    let owner = world.member().await;
    let first = world.issue(&owner, "one").await.token;
    world.issue(&owner, "two").await;
    let before = preview(&world, &owner).await.digest;
    let third = world.issue(&owner, "three").await.token;
    assert_eq!(world.refusal(delete(&owner, Some(before))).await, Refusal::PreviewChanged);
    // The same number of tokens is not the same set.
    world.delete(first.id).await;
    assert_eq!(world.refusal(delete(&owner, Some(before))).await, Refusal::PreviewChanged);
    assert!(world.find(third.id).await.is_some());
    let now = preview(&world, &owner).await.digest;
    assert!(world.commit(delete(&owner, Some(now))).await.is_ok());
}

async fn too_many_at_once_are_refused(engine: Engine) {
    let world = std::sync::Arc::new(World::new(engine).await);
    let owner = world.member().await;
    world.fill(&owner, domain::limits::DELETE_STEP + 1).await;
    assert_eq!(world.refusal(delete(&owner, None)).await, Refusal::TooManyTokens);
    let one = world.list(Reach::Everything, TokenFilter::default()).await.pop().unwrap();
    world.delete(one.id).await;
    let Outcome::Deleted { tokens, .. } = world.made(delete(&owner, None)).await else { panic!() };
    assert_eq!(tokens, domain::limits::DELETE_STEP as u64);
}

async fn what_is_issued_while_a_reviewed_deletion_waits_is_left_alone(engine: Engine) {
    let world = World::new(engine).await;
    let (mut refused, mut deleted) = (0, 0);
    for round in 0..40 {
        let owner = world.member().await;
        world.issue(&owner, "reviewed").await;
        let review = preview(&world, &owner).await;
        let issuing = world.issue(&owner, "new");
        let deleting = world.store.commit(world.change(delete(&owner, Some(review.digest))));
        // The order in which they begin changes from round to round.
        let (issued, made) = if round % 2 == 0 {
            tokio::join!(issuing, deleting)
        } else {
            let (made, issued) = tokio::join!(deleting, issuing);
            (issued, made)
        };
        let left = world.store.token(Reach::Everything, issued.token.id, false).await.unwrap();
        assert!(left.is_some(), "round {round}: a token was deleted that nobody had reviewed");
        match made {
            Ok(_) => deleted += 1,
            Err(CommitError::Refused(Refusal::PreviewChanged)) => refused += 1,
            Err(error) => panic!("{error}"),
        }
    }
    println!("{deleted} deletions came first, {refused} were refused");
}
