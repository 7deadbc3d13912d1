//! Without power, an owner's every credential is without power, at once and after a restart; with power
//! again, what was deleted or ended meanwhile stays so.

use crate::world::{World, ask, new_token, question, scopes, secret};
use authority::{
    Error,
    issue::NewToken,
    owners::{OrganisationPatch, OwnerPatch},
    rotate::Overlap,
    verify::Refused,
};
use domain::{
    caller::{Credential, Reach},
    id::OrganisationId,
    origin::Origin,
    owner::{Owner, OwnerKind, Role},
    secret::Secret,
};
use std::time::Duration;

const PASSWORD: &str = "correct horse battery staple";
const HOUR: Duration = Duration::from_hours(1);

/// Everything that can speak for an owner, or lead to something that does.
enum Held {
    /// A secret of a token.
    Token(Secret),
    /// A secret whose first use is to end the older ones.
    WaitingToken(Secret),
    /// A credential with which verdicts are asked for.
    Verifier(Secret),
    /// A session.
    Session(Secret),
    /// A link to set a password with.
    Link(Secret),
    /// The password itself.
    Password(Owner),
}

impl Held {
    async fn works(&self, world: &World) -> bool {
        let authority = world.authority();
        match self {
            Self::Token(secret) | Self::WaitingToken(secret) => world.ask(secret.expose()).await.is_active(),
            Self::Verifier(secret) => authority.verifier_reach(secret.expose(), None, None).await.is_ok(),
            Self::Session(secret) => authority.authenticate_session(secret.expose(), &Origin::default()).await.is_ok(),
            // A link is not used up by a password that is refused.
            Self::Link(secret) => {
                let redeemed =
                    authority.redeem(secret.expose(), crate::world::secret("short"), None, &Origin::default()).await;
                matches!(redeemed, Err(Error::Invalid(_)))
            }
            Self::Password(owner) => {
                let email = owner.email.as_ref().unwrap();
                authority.sign_in(email, secret(PASSWORD), Origin::default(), None).await.is_ok()
            }
        }
    }

    /// True when a new start of the owner's power brings it back.
    fn comes_back(&self) -> bool {
        match self {
            Self::Token(_) | Self::WaitingToken(_) | Self::Verifier(_) | Self::Password(_) => true,
            // What he was signed in with, or could have signed in with once, ended for good.
            Self::Session(_) | Self::Link(_) => false,
        }
    }
}

/// Fails to compile when there is a new kind of credential that this file knows nothing of.
fn is_covered(credential: &Credential) {
    match credential {
        Credential::Token(_) | Credential::Session(_) => {}
    }
}

/// How an owner loses his power.
#[derive(Debug, Clone, Copy)]
enum Ending {
    Owner,
    Organisation,
}

async fn set_active(world: &World, owner: &Owner, ending: Ending, active: bool) {
    let (authority, root) = (world.authority(), &world.root);
    match ending {
        Ending::Owner => {
            let patch = OwnerPatch { active: Some(active), ..OwnerPatch::default() };
            authority.update_owner(root, owner.kind, owner.id, patch, None).await.unwrap();
        }
        Ending::Organisation => {
            let patch =
                OrganisationPatch { seat: None, signed_actions: None, name: None, active: Some(active), facts: None };
            authority.update_organisation(root, owner.organisation_id, patch, None).await.unwrap();
        }
    }
}

/// One of each credential kind.
async fn everything_of(world: &World, owner: &Owner) -> Vec<Held> {
    let (authority, root) = (world.authority(), &world.root);
    let new = || NewToken { owner: Some(owner.id), ..new_token() };
    let plain = world.issue(new()).await;
    let overlapping = world.issue(new()).await;
    let newer = authority.rotate(root, overlapping.token.id, Overlap::Time(HOUR), None, None).await.unwrap();
    let older = world.issue(new()).await;
    let waiting = authority.rotate(root, older.token.id, Overlap::UntilFirstUse(HOUR), None, None).await.unwrap();
    let mut held: Vec<_> = [plain, overlapping, newer, older].map(|issued| Held::Token(issued.secret)).into();
    held.push(Held::WaitingToken(waiting.secret));
    held.push(Held::Verifier(world.issue(NewToken { scopes: Some(scopes("tokens:verify")), ..new() }).await.secret));
    if owner.kind == OwnerKind::User {
        let invitation = authority.invite(root, owner.id).await.unwrap();
        authority.redeem(invitation.secret.expose(), secret(PASSWORD), None, &Origin::default()).await.unwrap();
        let email = owner.email.as_ref().unwrap();
        let session = authority.sign_in(email, secret(PASSWORD), Origin::default(), None).await.unwrap();
        held.push(Held::Session(session.secret));
        held.push(Held::Link(authority.invite(root, owner.id).await.unwrap().secret));
        held.push(Held::Password(owner.clone()));
    }
    held
}

#[tokio::test]
async fn the_end_of_an_owners_power_ends_every_credential_of_his() {
    let mut world = World::new(80).await;
    is_covered(&world.root.credential);
    for kind in [OwnerKind::User, OwnerKind::ServiceAccount] {
        for ending in [Ending::Owner, Ending::Organisation] {
            println!("{kind:?} {ending:?}");
            let organisation = world.organisation().await;
            let owner = world.owner(kind, organisation.id, Role::Member, "tokens:verify").await;
            let neighbour = world.issue(new_token()).await;
            let held = everything_of(&world, &owner).await;
            // A first use would change what is held, so that one is left for later.
            for held in held.iter().filter(|held| !matches!(held, Held::WaitingToken(_))) {
                assert!(held.works(&world).await);
            }
            set_active(&world, &owner, ending, false).await;
            for restarted in [false, true] {
                for (place, held) in held.iter().enumerate() {
                    assert!(!held.works(&world).await, "credential {place}, restarted: {restarted}");
                }
                world.active(&neighbour.secret).await;
                if !restarted {
                    world.restart().await;
                }
            }
            set_active(&world, &owner, ending, true).await;
            for (place, held) in held.iter().enumerate() {
                assert_eq!(held.works(&world).await, held.comes_back(), "credential {place}");
            }
        }
    }
}

#[tokio::test]
async fn what_was_deleted_meanwhile_does_not_come_back() {
    let mut world = World::new(81).await;
    for ending in [Ending::Owner, Ending::Organisation] {
        let organisation = world.organisation().await;
        let owner = world.member(organisation.id, "").await;
        let new = || NewToken { owner: Some(owner.id), ..new_token() };
        let (deleted, rotated, disabled) =
            (world.issue(new()).await, world.issue(new()).await, world.issue(new()).await);
        let kept = world.issue(new()).await;
        set_active(&world, &owner, ending, false).await;
        let (authority, root) = (world.authority(), &world.root);
        authority.delete(root, deleted.token.id, None, None).await.unwrap();
        authority.rotate(root, rotated.token.id, Overlap::None, None, None).await.unwrap();
        authority.disable(root, disabled.token.id, None).await.unwrap();
        world.refused(&kept.secret, Refused::OwnerInactive).await;
        set_active(&world, &owner, ending, true).await;
        for restarted in [false, true] {
            world.refused(&deleted.secret, Refused::Deleted).await;
            world.refused(&rotated.secret, Refused::Rotated).await;
            world.refused(&disabled.secret, Refused::Disabled).await;
            world.active(&kept.secret).await;
            if !restarted {
                world.restart().await;
            }
        }
    }
}

#[tokio::test]
async fn both_must_have_power_the_owner_and_his_organisation() {
    let world = World::new(82).await;
    let organisation = world.organisation().await;
    let owner = world.member(organisation.id, "").await;
    let issued = world.issue(NewToken { owner: Some(owner.id), ..new_token() }).await;
    set_active(&world, &owner, Ending::Owner, false).await;
    set_active(&world, &owner, Ending::Organisation, false).await;
    set_active(&world, &owner, Ending::Owner, true).await;
    world.refused(&issued.secret, Refused::OwnerInactive).await;
    set_active(&world, &owner, Ending::Organisation, true).await;
    world.active(&issued.secret).await;

    // Somebody who joins a deactivated organisation joins without power.
    set_active(&world, &owner, Ending::Organisation, false).await;
    let late = world.member(organisation.id, "").await;
    let refused = world.authority().issue(&world.root, NewToken { owner: Some(late.id), ..new_token() }, None).await;
    assert!(matches!(refused, Err(Error::Conflict(authority::error::Conflict::OwnerInactive))));
}

#[tokio::test]
async fn an_organisation_administrator_stays_within_his_organisation() {
    let world = World::new(83).await;
    let (home, away) = (world.organisation().await, world.organisation().await);
    let administrator =
        |organisation: OrganisationId| world.owner(OwnerKind::User, organisation, Role::OrganisationAdministrator, "");
    let caller = world.caller(&administrator(home.id).await).await;
    let (inside, outside) = (world.member(home.id, "").await, world.member(away.id, "").await);
    let authority = world.authority();
    let off = || OwnerPatch { active: Some(false), ..OwnerPatch::default() };
    authority.update_owner(&caller, OwnerKind::User, inside.id, off(), None).await.unwrap();
    for refused in [
        authority.update_owner(&caller, OwnerKind::User, outside.id, off(), None).await,
        authority.update_owner(&caller, OwnerKind::ServiceAccount, inside.id, off(), None).await,
        authority.owner(&caller, OwnerKind::User, outside.id).await,
    ] {
        assert!(matches!(refused, Err(Error::NotFound)), "{refused:?}");
    }
    assert!(matches!(authority.invite(&caller, outside.id).await, Err(Error::NotFound)));
    assert!(matches!(authority.organisation(&caller, away.id).await, Err(Error::NotFound)));
    let elsewhere = world.draft(OwnerKind::User, Some(away.id), Role::Member, "");
    assert!(matches!(authority.create_owner(&caller, elsewhere, None).await, Err(Error::Invalid(_))));
    let foreign = NewToken { owner: Some(outside.id), ..new_token() };
    assert!(matches!(authority.issue(&caller, foreign, None).await, Err(Error::Invalid(_))));
    let patch = OrganisationPatch { seat: None, signed_actions: None, name: None, active: Some(false), facts: None };
    let refused = authority.update_organisation(&caller, home.id, patch, None).await;
    assert!(matches!(refused, Err(Error::Denied(_))));

    let token = world.issue(NewToken { owner: Some(outside.id), ..new_token() }).await;
    let reach = authority.verifying(&caller).unwrap();
    let asked = ask(authority, reach, question(token.secret.expose())).await.unwrap();
    assert_eq!(asked, crate::world::Answer::Refused(Refused::Unknown));
    assert!(ask(authority, Reach::Everything, question(token.secret.expose())).await.unwrap().is_active());
}
