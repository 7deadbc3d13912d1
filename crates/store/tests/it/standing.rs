//! Promise: a change is made only while the credential of whoever asked for it stands, in the moment the
//! change is made.

use crate::{
    engine::Engine,
    world::{Issued, World, deletion, refusal, scopes, unchanged},
};
use domain::{
    caller::{Access, Caller, Credential},
    id::{SessionId, TokenId},
    owner::{Owner, OwnerKind, Role},
    secret::Digest,
    time::Timestamp,
    token::RotationEnd,
};
use std::time::Duration;
use store::{
    change::{
        Change, CloseSessions, IssueToken, OpenSession, RehashSecrets, SwitchToken, UpdateOrganisation, UpdateOwner,
        UpdateToken, Verb, WantedScopes,
    },
    error::Refusal,
};

on_every_engine!(
    a_token_stands_until_it_ends,
    a_secret_stands_until_it_is_rotated_out,
    a_session_stands_until_it_ends,
    a_caller_stands_while_his_owner_has_power,
    a_credential_that_is_worth_less_does_not_stand,
    a_secret_under_a_newer_key_is_the_same_secret,
    nothing_is_consumed_or_remembered_for_one_who_does_not_stand,
);

fn caller(owner: &Owner, credential: Credential, secrets: Vec<Digest>, text: &str) -> Caller {
    Caller {
        owner: owner.id,
        owner_number: owner.number,
        organisation: owner.organisation_id,
        organisation_number: owner.organisation,
        role: owner.role,
        scopes: scopes(text),
        credential,
        secrets,
        hands_out: domain::scope::Scopes::default(),
        implied: domain::scope::Scopes::default(),
        action: None,
        origin: domain::origin::Origin::default(),
    }
}

fn holder(owner: &Owner, issued: &Issued) -> Caller {
    caller(owner, Credential::Token(issued.token.id), vec![issued.digest], "tokens:read")
}

async fn token_of(world: &World, owner: &Owner, expires_at: Option<Timestamp>) -> Issued {
    let wanted = WantedScopes::Exactly(scopes("tokens:read tokens:write"));
    world.issue_as(IssueToken { scopes: wanted, expires_at, ..world.issuing(owner, "shown") }).await
}

/// True when a caller may issue a token at this moment.
async fn stands(world: &World, owner: &Owner, caller: &Caller) -> bool {
    let verb = Verb::IssueToken(world.issuing(owner, "minted"));
    let tail = world.store.tail().await.unwrap();
    let answer = world.store.commit(Change::by(world.now(), caller, verb)).await;
    if answer.is_ok() {
        return true;
    }
    assert_eq!(refusal(answer), Refusal::CredentialEnded);
    assert_eq!(world.store.tail().await.unwrap(), tail);
    false
}

async fn switch(world: &World, token: TokenId, disabled: bool) {
    world.made(Verb::SwitchToken(SwitchToken { access: Access::unlimited(), token, expects: None, disabled })).await;
}

async fn a_token_stands_until_it_ends(engine: Engine) {
    let world = World::new(engine).await;
    let owner = world.member().await;
    let hour = Duration::from_hours(1);
    let expires_at = Some(world.now().after(hour));
    let (short, long) = (token_of(&world, &owner, expires_at).await, token_of(&world, &owner, None).await);
    let (by_short, by_long) = (holder(&owner, &short), holder(&owner, &long));
    assert!(stands(&world, &owner, &by_short).await && stands(&world, &owner, &by_long).await);
    // The secret of one token is none of another's.
    assert!(!stands(&world, &owner, &Caller { secrets: vec![short.digest], ..by_long.clone() }).await);
    assert!(!stands(&world, &owner, &Caller { secrets: Vec::new(), ..by_long.clone() }).await);
    switch(&world, long.token.id, true).await;
    assert!(!stands(&world, &owner, &by_long).await);
    switch(&world, long.token.id, false).await;
    assert!(stands(&world, &owner, &by_long).await);
    world.wait(hour);
    assert!(!stands(&world, &owner, &by_short).await);
    // Whoever deletes his own token is answered; the next change is too late.
    world.store.commit(Change::by(world.now(), &by_long, deletion(long.token.id))).await.unwrap();
    assert!(!stands(&world, &owner, &by_long).await);
}

async fn a_secret_stands_until_it_is_rotated_out(engine: Engine) {
    let world = World::new(engine).await;
    let owner = world.member().await;
    let older = token_of(&world, &owner, None).await;
    let minute = Duration::from_mins(1);
    let newer = world.rotate(older.token.id, RotationEnd::At(world.now().after(minute))).await;
    let (by_older, by_newer) = (holder(&owner, &older), holder(&owner, &newer));
    assert!(stands(&world, &owner, &by_older).await && stands(&world, &owner, &by_newer).await);
    world.wait(minute);
    assert!(!stands(&world, &owner, &by_older).await && stands(&world, &owner, &by_newer).await);
    world.rotate(older.token.id, RotationEnd::Now).await;
    assert!(!stands(&world, &owner, &by_newer).await);
}

async fn session_of(world: &World, owner: &Owner, number: u8) -> Caller {
    let id = SessionId::new(world.now(), &world.randomness);
    let verb = OpenSession {
        proof: None,
        access: None,
        id,
        owner: owner.id,
        expects: 1,
        digest: Digest::from_bytes([number; 16]),
        expires_at: world.now().after(Duration::from_hours(1)),
        address: None,
        user_agent: None,
        replaces: None,
        password_hash: None,
        idles: true,
    };
    world.made(Verb::OpenSession(verb)).await;
    caller(owner, Credential::Session(id), Vec::new(), "tokens:read")
}

async fn a_session_stands_until_it_ends(engine: Engine) {
    let world = World::new(engine).await;
    let owner = world.member().await;
    let (one, two) = (session_of(&world, &owner, 1).await, session_of(&world, &owner, 2).await);
    assert!(stands(&world, &owner, &one).await && stands(&world, &owner, &two).await);
    let Credential::Session(session) = one.credential else { panic!("no session") };
    let close = |session| Verb::CloseSessions(CloseSessions { owner: owner.id, session });
    world.made(close(Some(session))).await;
    assert!(!stands(&world, &owner, &one).await && stands(&world, &owner, &two).await);
    world.made(close(None)).await;
    assert!(!stands(&world, &owner, &two).await);
    let three = session_of(&world, &owner, 3).await;
    world.wait(Duration::from_hours(1));
    assert!(!stands(&world, &owner, &three).await);
}

async fn set_owner(world: &World, owner: &Owner, role: Option<Role>, active: Option<bool>) {
    let verb = UpdateOwner { role, active, ..unchanged(owner) };
    world.made(Verb::UpdateOwner(verb)).await;
}

async fn a_caller_stands_while_his_owner_has_power(engine: Engine) {
    let world = World::new(engine).await;
    let organisation = world.organisation("Second").await;
    let owner = world.owner(&organisation, OwnerKind::User, Role::Member).await;
    let other = world.member().await;
    let by = holder(&owner, &token_of(&world, &owner, None).await);
    set_owner(&world, &owner, None, Some(false)).await;
    assert!(!stands(&world, &other, &by).await);
    set_owner(&world, &owner, None, Some(true)).await;
    assert!(stands(&world, &other, &by).await);
    for active in [false, true] {
        let (access, organisation) = (Access::unlimited(), organisation.id);
        let verb = UpdateOrganisation {
            seat: None,
            signed_actions: None,
            access,
            organisation,
            expects: None,
            name: None,
            active: Some(active),
            facts: None,
        };
        world.made(Verb::UpdateOrganisation(verb)).await;
        assert_eq!(stands(&world, &other, &by).await, active);
    }
}

async fn a_credential_that_is_worth_less_does_not_stand(engine: Engine) {
    let world = World::new(engine).await;
    let owner = world.owner(&world.organisation, OwnerKind::User, Role::OrganisationAdministrator).await;
    let issued = token_of(&world, &owner, None).await;
    let by = holder(&owner, &issued);
    let narrowed = |text| UpdateToken {
        access: Access::unlimited(),
        token: issued.token.id,
        expects: None,
        name: None,
        description: None,
        scopes: Some(scopes(text)),
        networks: None,
        labels: None,
        expires_at: None,
        facts: None,
        slot: None,
    };
    world.made(Verb::UpdateToken(narrowed("tokens:read"))).await;
    assert!(stands(&world, &owner, &by).await, "what it was shown for is still there");
    world.made(Verb::UpdateToken(narrowed("tokens:write"))).await;
    assert!(!stands(&world, &owner, &by).await);
    world.made(Verb::UpdateToken(narrowed("tokens:*"))).await;
    assert!(stands(&world, &owner, &by).await);
    // What the owner may do bounds what the token may do.
    assert!(!stands(&world, &owner, &Caller { scopes: scopes("tokens:read module:x"), ..by.clone() }).await);
    set_owner(&world, &owner, Some(Role::Member), None).await;
    assert!(!stands(&world, &owner, &by).await);
}

async fn a_secret_under_a_newer_key_is_the_same_secret(engine: Engine) {
    let world = World::new(engine).await;
    let owner = world.member().await;
    let issued = token_of(&world, &owner, None).await;
    let newer = world.secret();
    let by = Caller { secrets: vec![newer.digest, issued.digest], ..holder(&owner, &issued) };
    assert!(stands(&world, &owner, &by).await);
    let digests = vec![(issued.digest, newer.digest)];
    world.made(Verb::RehashSecrets(RehashSecrets { key: newer.key, digests })).await;
    assert!(stands(&world, &owner, &by).await);
}

async fn nothing_is_consumed_or_remembered_for_one_who_does_not_stand(engine: Engine) {
    let world = World::new(engine).await;
    let owner = world.member().await;
    let issued = token_of(&world, &owner, None).await;
    let key = store::change::Idempotency { owner: owner.number, key: "once".into(), request: [1; 16] };
    let verb = || Verb::IssueToken(world.issuing(&owner, "minted"));
    let change =
        || Change { idempotency: Some(key.clone()), ..Change::by(world.now(), &holder(&owner, &issued), verb()) };
    world.store.commit(change()).await.unwrap();
    world.delete(issued.token.id).await;
    // Not even a repetition is answered: it would carry a new secret.
    assert_eq!(refusal(world.store.commit(change()).await), Refusal::CredentialEnded);
}
