//! Promise: several tokens are disabled in one change, those that cannot be are passed over, and how many were is told.

use crate::{engine::Engine, world::World};
use domain::{
    caller::{Access, Reach},
    id::TokenId,
    owner::{OwnerKind, Role},
    scope::Scopes,
};
use store::{
    change::{DisableTokens, Outcome, Verb},
    query::TokenFilter,
};

on_every_engine!(several_are_disabled_in_one_change);

async fn several_are_disabled_in_one_change(engine: Engine) {
    let world = World::new(engine).await;
    let member = world.member().await;
    let other = world.organisation("Other").await;
    let stranger = world.owner(&other, OwnerKind::User, Role::Member).await;
    let mut own = Vec::new();
    for name in ["one", "two", "three"] {
        own.push(world.issue(&member, name).await.token.id);
    }
    let foreign = world.issue(&stranger, "foreign").await.token.id;
    let access = Access { reach: Reach::Own(member.number), role: Role::Member, scopes: Scopes::everything() };
    let disable = |tokens: Vec<TokenId>| Verb::DisableTokens(DisableTokens { access: access.clone(), tokens });
    let count = |outcome| match outcome {
        Outcome::Disabled { tokens } => tokens,
        _ => panic!("nothing was disabled"),
    };
    let unknown = TokenId::from_bytes([9; 16]);
    assert_eq!(count(world.made(disable(vec![own[0], foreign, unknown, own[0], own[1]])).await), 2);
    let tail = world.store.tail().await.unwrap();
    assert_eq!(count(world.made(disable(vec![own[1], foreign])).await), 0);
    assert_eq!(world.store.tail().await.unwrap(), tail, "nothing is told twice");
    let all = world.list(Reach::Everything, TokenFilter::default()).await;
    let disabled = all.iter().filter(|token| token.disabled).map(|token| token.id).collect::<Vec<_>>();
    assert_eq!(disabled, [own[1], own[0]]);
}
