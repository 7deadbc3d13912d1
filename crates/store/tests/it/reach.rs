//! Promise: what lies outside a caller's reach is not found, by any verb and any query.

use crate::{
    engine::Engine,
    world::{Issued, World, refusal},
};
use domain::{
    caller::{Access, Reach},
    id::DeletionId,
    owner::{Owner, OwnerKind, Role},
    token::RotationEnd,
};
use store::{
    change::{
        DeleteTokens, DeletionTarget, IssueToken, Outcome, RotateToken, StartDeletion, SwitchToken, UpdateToken, Verb,
    },
    error::Refusal,
    query::TokenFilter,
};

on_every_engine!(queries_stay_within_reach, verbs_stay_within_reach, deletions_by_filter_stay_within_reach);

/// Two organisations; in each an administrator and two members, and each of these with a token.
async fn people(world: &World) -> Vec<(Owner, Issued)> {
    let other = world.organisation("Other").await;
    let mut people = Vec::new();
    for organisation in [&world.organisation, &other] {
        for role in [Role::OrganisationAdministrator, Role::Member, Role::Member] {
            let owner = world.owner(organisation, OwnerKind::User, role).await;
            let issued = world.issue(&owner, "token").await;
            people.push((owner, issued));
        }
    }
    people
}

fn reaches(people: &[(Owner, Issued)]) -> Vec<Reach> {
    let own = people.iter().map(|(owner, _)| Reach::Own(owner.number));
    let organisations = people.iter().map(|(owner, _)| Reach::Organisation(owner.organisation));
    std::iter::once(Reach::Everything).chain(own).chain(organisations).collect()
}

async fn queries_stay_within_reach(engine: Engine) {
    let world = World::new(engine).await;
    let people = people(&world).await;
    for reach in reaches(&people) {
        let within = |owner: &Owner| reach.covers(owner.organisation, owner.number);
        let mut expected: Vec<_> =
            people.iter().filter(|(owner, _)| within(owner)).map(|(_, issued)| issued.token.clone()).collect();
        expected.reverse();
        assert_eq!(world.list(reach, TokenFilter::default()).await, expected);
        let count = world.store.count_tokens(reach, TokenFilter::default(), world.now()).await.unwrap();
        assert_eq!(count, expected.len() as u64);
        let preview = world.store.preview(reach, TokenFilter::default(), world.now()).await.unwrap();
        assert_eq!((preview.count, preview.sample), (count, expected));
        for (owner, issued) in &people {
            let found = world.store.token(reach, issued.token.id, true).await.unwrap();
            assert_eq!(found.is_some(), within(owner));
            assert_eq!(world.store.usage(reach, issued.token.id).await.unwrap().is_some(), within(owner));
            assert_eq!(world.store.token_callers(reach, issued.token.id).await.unwrap().is_some(), within(owner));
            let listed = world.store.listed_token(reach, issued.token.id, true).await.unwrap();
            assert_eq!(listed.is_some(), within(owner));
            // A filter cannot name its way out.
            let filter = TokenFilter { owner: Some(owner.id), ..TokenFilter::default() };
            assert_eq!(world.list(reach, filter).await.len(), usize::from(within(owner)));
        }
    }
}

async fn verbs_stay_within_reach(engine: Engine) {
    let world = World::new(engine).await;
    let people = people(&world).await;
    for reach in reaches(&people) {
        for (owner, issued) in &people {
            let found = reach.covers(owner.organisation, owner.number);
            let access = || Access { reach, ..Access::unlimited() };
            let token = issued.token.id;
            let update = UpdateToken {
                access: access(),
                token,
                expects: None,
                name: None,
                description: Some(format!("{:?}", world.now())),
                scopes: None,
                networks: None,
                labels: None,
                expires_at: None,
                facts: None,
                slot: None,
            };
            let (secret, end) = (world.secret(), RotationEnd::Now);
            let verbs = [
                Verb::UpdateToken(update),
                Verb::SwitchToken(SwitchToken { access: access(), token, expects: None, disabled: true }),
                Verb::RotateToken(RotateToken { access: access(), token, expects: None, secret, end }),
            ];
            for verb in verbs {
                let answer = world.commit(verb).await;
                if found {
                    assert!(answer.is_ok());
                } else {
                    assert_eq!(refusal(answer), Refusal::NotFound);
                }
            }
            let issue =
                world.commit(Verb::IssueToken(IssueToken { access: access(), ..world.issuing(owner, "more") })).await;
            if found {
                assert!(issue.is_ok());
            } else {
                assert_eq!(refusal(issue), Refusal::OwnerNotFound);
            }
        }
    }
    let stranger = Access { reach: Reach::Own(people[1].0.number), ..Access::unlimited() };
    for selection in [
        DeletionTarget::Token { id: people[2].1.token.id, expects: None },
        DeletionTarget::Secret(vec![people[2].1.digest]),
        DeletionTarget::Number(people[2].1.token.number),
    ] {
        let delete = DeleteTokens { access: stranger.clone(), target: selection, reason: None };
        assert_eq!(world.refusal(Verb::DeleteTokens(delete)).await, Refusal::NotFound);
    }
}

async fn deletions_by_filter_stay_within_reach(engine: Engine) {
    let world = World::new(engine).await;
    let people = people(&world).await;
    let own = Access { reach: Reach::Own(people[1].0.number), ..Access::unlimited() };
    let selection = DeletionTarget::Filter { filter: TokenFilter::default(), expects: None };
    let delete = DeleteTokens { access: own, target: selection, reason: None };
    let Outcome::Deleted { tokens, .. } = world.made(Verb::DeleteTokens(delete)).await else { panic!() };
    assert_eq!(tokens, 1);
    // A deletion in steps keeps the reach of the one who began it.
    let (_, organisation) = (people[5].0.number, people[5].0.organisation);
    let access = Access { reach: Reach::Organisation(organisation), ..Access::unlimited() };
    let id = DeletionId::new(world.now(), &world.randomness);
    let start = StartDeletion { access, id, filter: TokenFilter::default(), expects: None, reason: None };
    world.made(Verb::StartDeletion(start)).await;
    world.made(Verb::ContinueDeletion(id)).await;
    let left: Vec<_> =
        world.list(Reach::Everything, TokenFilter::default()).await.iter().map(|token| token.id).collect();
    assert_eq!(left, [people[2].1.token.id, people[0].1.token.id]);
    // Whoever reaches the author's organisation sees it, and the author himself.
    let author = &world.administrator;
    for (reach, seen) in [
        (Reach::Everything, true),
        (Reach::Organisation(author.organisation), true),
        (Reach::Own(author.number), true),
        (Reach::Organisation(organisation), false),
        (Reach::Own(people[5].0.number), false),
    ] {
        assert_eq!(world.store.deletion(reach, id).await.unwrap().is_some(), seen, "{reach:?}");
    }
}
