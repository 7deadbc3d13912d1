//! Nobody grants what he has not, by whatever chain of issuing, rotating, updating and inviting; and one
//! application administrator always stays.

use crate::world::{World, new_token, scopes, secret};
use authority::{
    Authority, Error,
    error::{Conflict, Denied},
    issue::NewToken,
    owners::{OrganisationPatch, OwnerDraft, OwnerPatch},
    rotate::Overlap,
    update::TokenPatch,
};
use domain::{
    caller::{Beyond, Caller},
    id::{OrganisationId, OwnerId, TokenId},
    name::Email,
    origin::Origin,
    owner::{Owner, OwnerKind, Role},
    scope::Scopes,
    secret::Secret,
};
use std::sync::Arc;
use store::{
    Store,
    query::{OwnerFilter, PageRequest, Sort, TokenFilter},
    testing::Seeded,
};

/// Sets of scopes that requests ask for.
const WANTED: [&str; 10] = [
    "",
    "a:read",
    "a:*",
    "b:read",
    "*",
    "tokens:*",
    "tokens:write tokens:read",
    "owners:write tokens:write",
    "tokens:verify",
    "owners:* organisations:* journal:read",
];
const ROLES: [Role; 3] = [Role::Member, Role::OrganisationAdministrator, Role::ApplicationAdministrator];
const PASSWORD: &str = "correct horse battery staple";
const STEPS: u64 = 160;

/// A chain: everybody whom the first caller could become, by what he was handed or handed himself.
struct Chain {
    world: World,
    random: Seeded,
    first: Caller,
    held: Vec<Secret>,
}

impl Chain {
    fn pick<T: Clone>(&self, from: &[T]) -> T {
        from[usize::try_from(self.random.below(from.len() as u64)).unwrap()].clone()
    }

    fn scopes(&self) -> Scopes {
        scopes(self.pick(&WANTED))
    }

    /// The one who began, every third time.
    fn beginner(&self) -> Option<OwnerId> {
        (self.random.below(3) == 0).then_some(self.first.owner)
    }

    /// Somebody within the caller's sight, or out of it.
    async fn owner(&self) -> Owner {
        let page = PageRequest { after: None, limit: 200 };
        let filter = OwnerFilter { id: self.beginner(), ..OwnerFilter::default() };
        let owners = self.world.authority().owners(&self.world.root, filter, page).await.unwrap();
        self.pick(&owners.items)
    }

    async fn token(&self) -> TokenId {
        let page = PageRequest { after: None, limit: 200 };
        let filter = TokenFilter { owner: self.beginner(), ..TokenFilter::default() };
        let (root, sort) = (&self.world.root, Sort::default());
        self.pick(&self.world.authority().tokens(root, filter, sort, page).await.unwrap().items).id
    }

    /// Whoever holds this secret from now on.
    async fn hold(&mut self, secret: Secret) {
        if let Ok(caller) = self.world.authority().authenticate(secret.expose(), &Origin::default()).await {
            self.check(&caller);
        }
        self.held.push(secret);
    }

    /// What a secret was worth when it was handed out is what it is worth in the end.
    async fn finish(self) {
        assert!(self.held.len() > 5, "the chain led nowhere");
        for secret in &self.held {
            if let Ok(caller) = self.world.authority().authenticate(secret.expose(), &Origin::default()).await {
                self.check(&caller);
            }
        }
    }

    /// The promise: nobody in the chain may do more than the one who began it.
    fn check(&self, caller: &Caller) {
        let first = &self.first;
        assert_eq!(first.scopes.first_uncovered(&caller.scopes), None, "{caller:?} beyond {first:?}");
        assert!(caller.role <= first.role, "{caller:?} beyond {first:?}");
        if first.role != Role::ApplicationAdministrator {
            assert_eq!(caller.organisation, first.organisation);
        }
        if first.role == Role::Member {
            assert_eq!(caller.owner, first.owner);
        }
    }

    async fn step(&mut self) {
        let (authority, held) = (Arc::clone(self.world.authority()), self.pick(&self.held));
        // The chain may have ended what it reached before.
        let Ok(caller) = authority.authenticate(held.expose(), &Origin::default()).await else { return };
        match self.random.below(8) {
            0 | 1 => self.issue(&authority, &caller).await,
            2 => {
                let token = self.token().await;
                if let Ok(rotated) = authority.rotate(&caller, token, Overlap::None, None, None).await {
                    self.hold(rotated.secret).await;
                }
            }
            3 => {
                let patch = TokenPatch { scopes: Some(self.scopes()), ..TokenPatch::default() };
                self.update(&authority, &caller, patch).await;
            }
            4 => self.create_owner(&authority, &caller).await,
            5 => self.update_owner(&authority, &caller).await,
            6 => self.invite(&authority, &caller).await,
            _ => {
                let token = self.token().await;
                // Whether it may is no matter here: a token that works again is worth what it was.
                let _ = authority.enable(&caller, token, None).await;
            }
        }
    }

    async fn issue(&mut self, authority: &Authority, caller: &Caller) {
        let owner = self.owner().await;
        let wanted = (self.random.below(3) > 0).then(|| self.scopes());
        let new = NewToken { owner: Some(owner.id), scopes: wanted, ..new_token() };
        if let Ok(issued) = authority.issue(caller, new, None).await {
            assert_eq!(caller.scopes.first_uncovered(&issued.token.scopes), None, "{caller:?}");
            self.hold(issued.secret).await;
        }
    }

    async fn update(&self, authority: &Authority, caller: &Caller, patch: TokenPatch) {
        let token = self.token().await;
        let Ok(before) = authority.token(&self.world.root, token, false).await else { return };
        if let Ok(after) = authority.update(caller, token, patch, None).await {
            let granted = before.scopes.union(&caller.scopes);
            assert_eq!(granted.first_uncovered(&after.scopes), None, "{caller:?} widened {before:?}");
        }
    }

    async fn create_owner(&self, authority: &Authority, caller: &Caller) {
        let kind = self.pick(&[OwnerKind::User, OwnerKind::ServiceAccount]);
        let organisation = self.owner().await.organisation_id;
        let draft = self.world.draft(kind, Some(organisation), self.pick(&ROLES), "");
        let draft = OwnerDraft { scopes: self.scopes(), ..draft };
        if let Ok(created) = authority.create_owner(caller, draft, None).await {
            within(caller, &Scopes::default(), &created.record);
        }
    }

    async fn update_owner(&self, authority: &Authority, caller: &Caller) {
        let before = self.owner().await;
        let patch = OwnerPatch {
            role: (self.random.below(2) == 0).then(|| self.pick(&ROLES)),
            scopes: (self.random.below(2) == 0).then(|| self.scopes()),
            ..OwnerPatch::default()
        };
        if let Ok(after) = authority.update_owner(caller, before.kind, before.id, patch, None).await {
            within(caller, &before.ceiling(), &after);
        }
    }

    /// A link is worth all that its user may do.
    async fn invite(&self, authority: &Authority, caller: &Caller) {
        let owner = self.owner().await;
        let Ok(invitation) = authority.invite(caller, owner.id).await else { return };
        let common = Role::Member.ceiling(&Scopes::default());
        self.check(&Caller { owner: self.first.owner, scopes: owner.ceiling(), ..caller.clone() });
        assert_eq!(caller.scopes.first_uncovered(&owner.ceiling()), None, "{caller:?} without {common}");
        assert!(owner.role <= caller.role);
        if self.random.below(4) == 0 {
            authority.redeem(invitation.secret.expose(), secret(PASSWORD), None, &Origin::default()).await.unwrap();
            let email: &Email = owner.email.as_ref().unwrap();
            let session = authority.sign_in(email, secret(PASSWORD), Origin::default(), None).await.unwrap();
            let (caller, _) =
                authority.authenticate_session(session.secret.expose(), &Origin::default()).await.unwrap();
            self.check(&Caller { owner: self.first.owner, ..caller });
        }
    }
}

/// What an owner may do now is what it could before, what every member may, or what the caller has.
fn within(caller: &Caller, before: &Scopes, owner: &Owner) {
    let common = Role::Member.ceiling(&Scopes::default());
    let allowed = before.union(&common).union(&caller.scopes);
    assert_eq!(allowed.first_uncovered(&owner.ceiling()), None, "{caller:?} granted {owner:?}");
    assert!(owner.role <= caller.role, "{caller:?} granted {owner:?}");
}

/// Who begins a chain, with which scopes.
const BEGINNERS: [(Role, &str); 6] = [
    (Role::Member, "tokens:write"),
    (Role::Member, "tokens:write tokens:read a:read"),
    (Role::OrganisationAdministrator, "tokens:write owners:write"),
    (Role::OrganisationAdministrator, "tokens:* owners:* organisations:read journal:read a:*"),
    (Role::OrganisationAdministrator, "*"),
    (Role::ApplicationAdministrator, "tokens:* owners:* a:read"),
];

#[tokio::test]
async fn no_chain_of_grants_leads_beyond_whoever_began_it() {
    for (number, (role, wanted)) in BEGINNERS.into_iter().enumerate() {
        let seed = 130 + number as u64;
        let world = World::new(seed).await;
        let (home, away) = (world.organisation().await, world.organisation().await);
        for organisation in [home.id, away.id] {
            populate(&world, organisation).await;
        }
        let beginner = world.owner(OwnerKind::User, home.id, role, "a:read").await;
        let new = NewToken { owner: Some(beginner.id), scopes: Some(scopes(wanted)), ..new_token() };
        let held = vec![world.issue(new).await.secret];
        let first = world.authority().authenticate(held[0].expose(), &Origin::default()).await.unwrap();
        println!("{role:?} with {wanted:?}");
        let random = Seeded::new(seed);
        let mut chain = Chain { world, random, first, held };
        for _ in 0..STEPS {
            chain.step().await;
        }
        chain.finish().await;
    }
}

/// People of every role with tokens of every strength.
async fn populate(world: &World, organisation: OrganisationId) {
    for (role, granted) in [
        (Role::Member, ""),
        (Role::Member, "a:* b:read"),
        (Role::OrganisationAdministrator, ""),
        (Role::ApplicationAdministrator, ""),
    ] {
        let owner = world.owner(OwnerKind::User, organisation, role, granted).await;
        for wanted in [None, Some(scopes("tokens:read"))] {
            world.issue(NewToken { owner: Some(owner.id), scopes: wanted, ..new_token() }).await;
        }
    }
}

#[tokio::test]
async fn nothing_is_handed_out_in_the_name_of_a_higher_role() {
    let world = World::new(140).await;
    let home = world.organisation().await.id;
    let caller = world.owner(OwnerKind::User, home, Role::OrganisationAdministrator, "").await;
    let caller = world.caller(&caller).await;
    let higher = world.owner(OwnerKind::User, home, Role::ApplicationAdministrator, "").await;
    let token = world.issue(NewToken { owner: Some(higher.id), ..new_token() }).await;
    let authority = world.authority();
    let id = token.token.id;
    let beyond = |error| matches!(error, Some(Error::Denied(Denied::Beyond(Beyond::Role(_)))));

    let new = NewToken { owner: Some(higher.id), scopes: Some(scopes("")), ..new_token() };
    assert!(beyond(authority.issue(&caller, new, None).await.err()));
    assert!(beyond(authority.rotate(&caller, id, Overlap::None, None, None).await.err()));
    assert!(beyond(authority.invite(&caller, higher.id).await.err()));
    for patch in [
        OwnerPatch { email: Some(Email::parse("email", "mine@example.org").unwrap()), ..OwnerPatch::default() },
        OwnerPatch { role: Some(Role::Member), ..OwnerPatch::default() },
    ] {
        assert!(beyond(authority.update_owner(&caller, OwnerKind::User, higher.id, patch, None).await.err()));
    }
    // He may take power from it, and not give it back.
    authority.disable(&caller, id, None).await.unwrap();
    assert!(beyond(authority.enable(&caller, id, None).await.err()));
    authority.delete(&caller, id, None, None).await.unwrap();
}

#[tokio::test]
async fn the_last_application_administrator_stays() {
    let world = World::new(141).await;
    let (authority, root) = (world.authority(), &world.root);
    let other = world.owner(OwnerKind::User, world.organisation().await.id, Role::ApplicationAdministrator, "").await;
    world.issue(NewToken { owner: Some(other.id), ..new_token() }).await;
    // A program is no administrator who could sign in.
    world.owner(OwnerKind::ServiceAccount, root.organisation, Role::ApplicationAdministrator, "").await;
    let off = || OwnerPatch { active: Some(false), ..OwnerPatch::default() };
    let demoted = || OwnerPatch { role: Some(Role::OrganisationAdministrator), ..OwnerPatch::default() };
    let closed = OrganisationPatch { seat: None, signed_actions: None, name: None, active: Some(false), facts: None };
    authority.update_organisation(root, other.organisation_id, closed.clone(), None).await.unwrap();

    let last = |error| matches!(error, Some(Error::Conflict(Conflict::LastAdministrator)));
    let tail = world.store().tail().await.unwrap();
    for patch in [off(), demoted()] {
        assert!(last(authority.update_owner(root, OwnerKind::User, root.owner, patch, None).await.err()));
    }
    assert!(last(authority.update_organisation(root, root.organisation, closed, None).await.err()));
    assert_eq!(world.store().tail().await.unwrap(), tail, "a refused change wrote something");

    let open = OrganisationPatch { seat: None, signed_actions: None, name: None, active: Some(true), facts: None };
    authority.update_organisation(root, other.organisation_id, open, None).await.unwrap();
    authority.update_owner(root, OwnerKind::User, root.owner, demoted(), None).await.unwrap();
}

async fn deactivate(authority: Arc<Authority>, caller: Caller, other: Owner) -> Result<Owner, Error> {
    let patch = OwnerPatch { active: Some(false), ..OwnerPatch::default() };
    authority.update_owner(&caller, OwnerKind::User, other.id, patch, None).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_administrators_cannot_remove_each_other() {
    for round in 0..10 {
        let world = World::new(150 + round).await;
        let root = world.authority().own_record(&world.root).await.unwrap();
        let other = world.owner(OwnerKind::User, root.organisation_id, Role::ApplicationAdministrator, "").await;
        let caller = world.caller(&other).await;
        let (one, two) = tokio::join!(
            tokio::spawn(deactivate(Arc::clone(world.authority()), world.root.clone(), other)),
            tokio::spawn(deactivate(Arc::clone(world.authority()), caller, root)),
        );
        let answers = [one.unwrap(), two.unwrap()];
        assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 1, "{answers:?}");
        let refused = answers.into_iter().find_map(Result::err);
        // The other one was nobody any more when his change got its turn.
        assert!(matches!(refused, Some(Error::Unauthenticated)), "{refused:?}");
    }
}

#[tokio::test]
async fn a_narrow_credential_neither_lengthens_nor_reopens_a_wider_token() {
    let world = World::new(150).await;
    let home = world.organisation().await.id;
    let owner = world.owner(OwnerKind::User, home, Role::OrganisationAdministrator, "").await;
    let (authority, hour) = (world.authority(), std::time::Duration::from_hours(1));
    let expires_at = Some(authority.now().after(hour));
    let wide = world.issue(NewToken { owner: Some(owner.id), expires_at, ..new_token() }).await;
    let narrow = NewToken { owner: Some(owner.id), scopes: Some(scopes("tokens:write")), ..new_token() };
    let narrow = world.issue(narrow).await;
    let caller = authority.authenticate(narrow.secret.expose(), &Origin::default()).await.unwrap();
    let id = wide.token.id;

    let until = |expires_at| TokenPatch { expires_at: Some(expires_at), ..TokenPatch::default() };
    let beyond = |error| matches!(error, Some(Error::Denied(Denied::Beyond(Beyond::Scope(_)))));
    assert!(beyond(authority.update(&caller, id, until(None), None).await.err()));
    assert!(beyond(authority.update(&caller, id, until(Some(authority.now().after(hour * 2))), None).await.err()));
    authority.update(&caller, id, until(Some(authority.now().after(hour / 2))), None).await.unwrap();
    authority.disable(&caller, id, None).await.unwrap();
    assert!(beyond(authority.enable(&caller, id, None).await.err()));
}
