//! Promise: a load gives everything that verification must know, exactly as the journal tells it.

use crate::{
    engine::Engine,
    world::{World, scopes, unchanged},
};
use domain::{
    address::Networks,
    caller::Access,
    id::TokenId,
    owner::{OwnerKind, Role},
    secret::Digest,
    token::RotationEnd,
};
use std::{
    collections::HashSet,
    sync::{Arc, Mutex},
    time::Duration,
};
use store::{
    change::{IssueToken, SwitchToken, UpdateOwner, Verb},
    query::Loaded,
};

on_every_engine!(everything_is_loaded_as_it_is, an_empty_store_loads, many_tokens_are_loaded_once_each);

async fn load(world: &World) -> Vec<Loaded> {
    let loaded = Arc::new(Mutex::new(Vec::new()));
    let sink = Arc::clone(&loaded);
    let tail = world.store.load(Arc::new(move |piece| sink.lock().unwrap().push(piece))).await.unwrap();
    assert_eq!(tail, world.store.tail().await.unwrap());
    std::mem::take(&mut *loaded.lock().unwrap())
}

async fn an_empty_store_loads(engine: Engine) {
    let store = engine.open();
    let nothing = |piece| assert!(matches!(piece, Loaded::Expected { tokens: 0 }), "nothing is there");
    let tail = store.load(Arc::new(nothing)).await.unwrap();
    assert_eq!(tail.position.0, 0);
}

async fn everything_is_loaded_as_it_is(engine: Engine) {
    let world = World::new(engine).await;
    let other = world.organisation("Other").await;
    let granted = store::change::NewOwner { scopes: scopes("a b:*"), ..world.new_owner(OwnerKind::User, Role::Member) };
    let create = store::change::CreateOwner {
        access: Access::unlimited(),
        organisation: other.id,
        owner: granted,
        invited: false,
    };
    let owner = crate::world::owner_of(world.made(Verb::CreateOwner(create)).await);
    let networks = Some(Networks::parse("networks", ["192.0.2.0/24", "2001:db8::/32"]).unwrap());
    let expires_at = Some(world.now().after(Duration::from_mins(1)));
    let issued =
        world.issue_as(IssueToken { networks: networks.clone(), expires_at, ..world.issuing(&owner, "one") }).await;
    let deleted = world.issue(&owner, "deleted").await;
    let end = world.now().after(Duration::from_secs(9));
    let again = world.rotate(deleted.token.id, RotationEnd::FirstUse(end)).await;
    world.delete(deleted.token.id).await;
    let rotated = world.issue(&owner, "rotated").await;
    let newer = world.rotate(rotated.token.id, RotationEnd::FirstUse(end)).await;
    let switch = SwitchToken { access: Access::unlimited(), token: rotated.token.id, expects: None, disabled: true };
    world.made(Verb::SwitchToken(switch)).await;
    let deactivate = UpdateOwner { active: Some(false), ..unchanged(&owner) };
    world.made(Verb::UpdateOwner(deactivate)).await;

    let loaded = load(&world).await;
    // People come before tokens, so that every token finds its owner.
    let kinds: Vec<_> = loaded.iter().map(kind).collect();
    assert!(kinds.is_sorted());
    let mut organisations = Vec::new();
    let mut secrets = Vec::new();
    let mut tombstones = Vec::new();
    for piece in loaded {
        match piece {
            Loaded::Expected { tokens } => assert_eq!(tokens, 3, "one of them deleted"),
            Loaded::Organisation { number, id, active } => organisations.push((number, id, active)),
            Loaded::Owner { number, role, scopes, active, kind, organisation, id } => {
                if id == owner.id {
                    assert_eq!(
                        (number, role, kind, organisation),
                        (owner.number, owner.role, owner.kind, other.number)
                    );
                    assert_eq!((scopes, active), (owner.scopes.clone(), false));
                } else {
                    assert_eq!((id, active), (world.administrator.id, true));
                }
            }
            Loaded::Secret { digest, token, owner: of, grant, expires_at, disabled, ends_at, ends_others } => {
                assert_eq!((of, &grant.0), (owner.number, &scopes("tokens:read")));
                secrets.push((digest, token, grant.1.clone(), expires_at, disabled, ends_at, ends_others));
            }
            Loaded::Tombstone { digest, token, owner: of } => {
                assert_eq!(of, owner.number);
                tombstones.push((digest, token));
            }
        }
    }
    let first = (world.organisation.number, world.organisation.id, true);
    assert_eq!(organisations, [first, (other.number, other.id, true)]);
    let token = rotated.token.id;
    let expected = [
        (issued.digest, issued.token.id, networks, expires_at, false, None, false),
        (rotated.digest, token, None, None, true, Some(end), false),
        (newer.digest, token, None, None, true, None, true),
    ];
    assert_eq!(secrets, expected);
    assert_eq!(tombstones, [(deleted.digest, deleted.token.id), (again.digest, deleted.token.id)]);
}

fn kind(piece: &Loaded) -> u8 {
    match piece {
        Loaded::Expected { .. } => 0,
        Loaded::Organisation { .. } => 1,
        Loaded::Owner { .. } => 2,
        Loaded::Secret { .. } | Loaded::Tombstone { .. } => 3,
    }
}

async fn many_tokens_are_loaded_once_each(engine: Engine) {
    let world = World::new(engine).await;
    let owner = world.member().await;
    world.fill(&owner, 5_000).await;
    let mut secrets: HashSet<(TokenId, [u8; 16])> = HashSet::new();
    for piece in load(&world).await {
        if let Loaded::Secret { token, digest, .. } = piece {
            assert!(secrets.insert((token, Digest::bytes(digest))));
        }
    }
    assert_eq!(secrets.len(), 5_000);
}
