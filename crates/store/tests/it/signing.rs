//! What the tests of signers stand on: callers with sessions and tokens, signers, and signed actions.

use crate::world::{Issued, World};
use domain::{
    caller::{Access, Caller, Credential, Reach},
    id::{OrganisationId, Randomness, SessionId, SignerId},
    owner::{Owner, OwnerKind, Role},
    scope::Scopes,
    secret::Digest,
    signer::{Proof, SignedAction, SignedActions, Signer, SignerKind},
};
use std::time::Duration;
use store::{
    change::{
        AddSigner, Change, Committed, IssueToken, NewSigner, OpenSession, Outcome, SetPassword, SignerSwitch,
        SwitchSigner, UpdateOrganisation, Verb,
    },
    error::CommitError,
    query::{SignersOf, UserKey},
};

/// Longer than any test waits.
const LONG: Duration = Duration::from_hours(24);

pub(crate) fn new_signer(world: &World, credential: &str) -> NewSigner {
    NewSigner {
        id: SignerId::new(world.now(), &world.randomness),
        kind: SignerKind::Key,
        name: crate::world::name("key"),
        credential: credential.to_owned(),
        material: "PEM".to_owned(),
        counter: 0,
    }
}

/// The registration of a key for an owner, by somebody who may do everything.
pub(crate) fn adding(world: &World, owner: &Owner, credential: &str) -> AddSigner {
    AddSigner {
        access: Access::unlimited(),
        owner: owner.id,
        signer: new_signer(world, credential),
        password_checked_at: None,
    }
}

pub(crate) fn switching(signer: &Signer, switch: SignerSwitch) -> SwitchSigner {
    SwitchSigner { access: Access::unlimited(), signer: signer.id, switch, password_checked_at: None }
}

pub(crate) fn signer_of(outcome: Outcome) -> Signer {
    match outcome {
        Outcome::Signer(signer) => *signer,
        other => panic!("no signer: {other:?}"),
    }
}

/// A key of an owner, which the server itself registers.
pub(crate) async fn signer(world: &World, owner: &Owner, credential: &str) -> Signer {
    signer_of(world.made(Verb::AddSigner(adding(world, owner, credential))).await)
}

/// What the server itself makes of a signer.
pub(crate) async fn switch(world: &World, signer: &Signer, switch: SignerSwitch) -> Signer {
    signer_of(world.made(Verb::SwitchSigner(switching(signer, switch))).await)
}

/// The identifiers of some signers, wherever they are.
pub(crate) async fn listed(world: &World, reach: Reach, of: SignersOf) -> Vec<SignerId> {
    world.store.signers(reach, of).await.unwrap().iter().map(|signer| signer.id).collect()
}

fn caller(owner: &Owner, credential: Credential, secrets: Vec<Digest>) -> Caller {
    Caller {
        owner: owner.id,
        owner_number: owner.number,
        organisation: owner.organisation_id,
        organisation_number: owner.organisation,
        role: owner.role,
        scopes: crate::world::scopes("tokens:read"),
        credential,
        secrets,
        hands_out: Scopes::default(),
        implied: Scopes::default(),
        action: None,
        origin: domain::origin::Origin::default(),
    }
}

/// How often the passwords and links of an owner have changed.
pub(crate) async fn revision(world: &World, owner: &Owner) -> u64 {
    world.store.sign_in(UserKey::Id(owner.id)).await.unwrap().unwrap().credential_revision
}

/// The opening of a session, for a right answer of a signer where there is one.
pub(crate) async fn opening(world: &World, owner: &Owner, proof: Option<Proof>) -> OpenSession {
    let mut digest = [0; 16];
    world.randomness.fill(&mut digest);
    OpenSession {
        proof,
        access: None,
        id: SessionId::new(world.now(), &world.randomness),
        owner: owner.id,
        expects: revision(world, owner).await,
        digest: Digest::from_bytes(digest),
        expires_at: world.now().after(LONG),
        address: None,
        user_agent: None,
        replaces: None,
        password_hash: None,
        idles: false,
    }
}

/// A caller who is signed in.
pub(crate) async fn signed_in(world: &World, owner: &Owner) -> Caller {
    let session = opening(world, owner, None).await;
    let id = session.id;
    world.made(Verb::OpenSession(session)).await;
    caller(owner, Credential::Session(id), Vec::new())
}

/// A caller who shows a token.
pub(crate) fn bearer(owner: &Owner, issued: &Issued) -> Caller {
    caller(owner, Credential::Token(issued.token.id), vec![issued.digest])
}

/// A token with a key of its own, and the key.
pub(crate) async fn token_with_key(world: &World, owner: &Owner, credential: &str) -> (Issued, Signer) {
    let key = new_signer(world, credential);
    let issued = world.issue_as(IssueToken { signer: Some(Box::new(key)), ..world.issuing(owner, credential) }).await;
    let mut signers = world.store.signers(Reach::Everything, SignersOf::Token(issued.token.id)).await.unwrap();
    (issued, signers.pop().unwrap())
}

/// An administrator of the first organisation who is signed in, with a key.
pub(crate) async fn administrator(world: &World, role: Role) -> (Owner, Caller, Signer) {
    let owner = world.owner(&world.organisation, OwnerKind::User, role).await;
    let key = signer(world, &owner, "key of the administrator").await;
    let caller = signed_in(world, &owner).await;
    (owner, caller, key)
}

pub(crate) async fn set_password(world: &World, owner: &Owner) {
    let expects = revision(world, owner).await;
    world.made(Verb::SetPassword(SetPassword { owner: owner.id, expects, password_hash: "hash".into() })).await;
}

pub(crate) fn proof(world: &World, signer: &Signer) -> Proof {
    Proof { signer: signer.id, challenged_at: world.now(), counter: None }
}

/// An action that was signed just now.
pub(crate) fn action(world: &World, signer: &Signer) -> SignedAction {
    let mut nonce = [0; 16];
    world.randomness.fill(&mut nonce);
    SignedAction { nonce, expires_at: world.now().after(Duration::from_mins(1)), proof: proof(world, signer) }
}

/// The caller with an action that was signed just now.
pub(crate) fn signing(world: &World, caller: &Caller, signer: &Signer) -> Caller {
    Caller { action: Some(action(world, signer)), ..caller.clone() }
}

/// Commits a verb for a caller; each takes a millisecond.
pub(crate) async fn by(world: &World, caller: &Caller, verb: Verb) -> Result<Committed, CommitError> {
    world.wait(Duration::from_millis(1));
    world.store.commit(Change::by(world.now(), caller, verb)).await
}

/// A change of an organisation that changes nothing yet.
pub(crate) fn unchanged_organisation(organisation: OrganisationId) -> UpdateOrganisation {
    UpdateOrganisation {
        seat: None,
        access: Access::unlimited(),
        organisation,
        expects: None,
        name: None,
        active: None,
        facts: None,
        signed_actions: None,
    }
}

pub(crate) fn demanding(organisation: OrganisationId, demanded: SignedActions) -> Verb {
    let signed_actions = Some(demanded);
    Verb::UpdateOrganisation(UpdateOrganisation { signed_actions, ..unchanged_organisation(organisation) })
}

/// Lets the server itself set what an organisation demands.
pub(crate) async fn demand(world: &World, organisation: OrganisationId, demanded: SignedActions) {
    world.made(demanding(organisation, demanded)).await;
}
