//! What the tests of signed actions ask for: every change there is, with how grave it is.

use crate::{
    signing::{adding, signed_in, signer, switch, switching, unchanged_organisation},
    world::{World, deletion, name, unchanged},
};
use domain::{
    caller::{Access, Caller},
    id::{AssignmentId, DeletionId, OrganisationId, PermissionId, SessionId, TokenId},
    name::Email,
    owner::{Organisation, Owner, OwnerKind, Role},
    permission::{Assignment, Bearer},
    signer::{SignedActions, Signer},
    token::RotationEnd,
};
use std::time::Duration;
use store::{
    change::{
        AssignPermission, CloseSessions, CreateOwner, CreatePermission, CreateServiceAccount, DeleteTokens,
        DeletionTarget, DisableTokens, InviteOwner, IssueToken, NewOrganisation, NewOwner, OpenSession, Outcome,
        RetireOwner, RevokeAssignment, RotateToken, SetPassword, SignerSwitch, StartDeletion, SwitchHolder,
        SwitchToken, UpdateOrganisation, UpdateOwner, UpdatePermission, UpdateToken, Verb,
    },
    query::TokenFilter,
};

/// How grave a change is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Gravity {
    /// Never demanded: another rule guards it.
    Free,
    Constructive,
    Destructive,
    /// A signature or a password is demanded whatever the organisation says.
    Always,
}

impl Gravity {
    /// True when it has to be signed where this is demanded.
    pub(crate) fn is_demanded(self, demanded: SignedActions) -> bool {
        match self {
            Self::Free => false,
            Self::Constructive => demanded == SignedActions::All,
            Self::Destructive => demanded != SignedActions::Off,
            Self::Always => true,
        }
    }
}

pub(crate) const DEMANDS: [SignedActions; 3] = [SignedActions::Off, SignedActions::Destructive, SignedActions::All];

/// What the changes of the table are made to: all of it new.
pub(crate) struct Objects {
    pub(crate) organisation: Organisation,
    pub(crate) owner: Owner,
    /// A service account without signers.
    pub(crate) account: Owner,
    pub(crate) holder: Owner,
    pub(crate) token: IssueToken,
    pub(crate) disabled: TokenId,
    pub(crate) on: Signer,
    pub(crate) off: Signer,
    assignment: Assignment,
    /// A permission that nobody has.
    idle: PermissionId,
    pub(crate) caller: Owner,
}

/// New objects in an organisation, and one of their own beside it.
async fn objects(world: &World, organisation: &Organisation, caller: &Owner) -> Objects {
    let owner = world.owner(organisation, OwnerKind::User, Role::Member).await;
    let account = world.owner(organisation, OwnerKind::ServiceAccount, Role::Member).await;
    let seat = NewOwner { slot: Some(format!("test:{}", owner.id)), ..world.new_owner(OwnerKind::User, Role::Member) };
    let holder = create(world, organisation, seat).await;
    let token = world.issuing(&owner, "token");
    world.issue_as(token.clone()).await;
    let disabled = world.issue(&owner, "disabled").await.token.id;
    world.made(Verb::SwitchToken(switched(disabled, true))).await;
    let (on, off) = (signer(world, &owner, "on").await, signer(world, &owner, "off").await);
    switch(world, &off, SignerSwitch::Disable).await;
    Objects {
        organisation: organisation.clone(),
        account,
        holder,
        token,
        disabled,
        on,
        off,
        assignment: assigned(world, organisation, &owner).await,
        idle: permission(world, organisation, "idle").await,
        owner,
        caller: caller.clone(),
    }
}

async fn create(world: &World, organisation: &Organisation, owner: NewOwner) -> Owner {
    crate::world::owner_of(world.made(creating(organisation, owner, false)).await)
}

fn creating(organisation: &Organisation, owner: NewOwner, invited: bool) -> Verb {
    let organisation = organisation.id;
    Verb::CreateOwner(CreateOwner { access: Access::unlimited(), organisation, owner, invited })
}

pub(crate) fn switched(token: TokenId, disabled: bool) -> SwitchToken {
    SwitchToken { access: Access::unlimited(), token, expects: None, disabled }
}

fn disabling(token: TokenId) -> DisableTokens {
    DisableTokens { access: Access::unlimited(), tokens: vec![token] }
}

pub(crate) fn of(owner: &Owner) -> TokenFilter {
    TokenFilter { owner: Some(owner.id), ..TokenFilter::default() }
}

pub(crate) fn starting(world: &World, owner: &Owner) -> Verb {
    let id = DeletionId::new(world.now(), &world.randomness);
    Verb::StartDeletion(StartDeletion {
        access: Access::unlimited(),
        id,
        filter: of(owner),
        expects: None,
        reason: None,
    })
}

fn changes_of_tokens(world: &World, objects: &Objects) -> Vec<(&'static str, Gravity, Verb)> {
    let Objects { owner, token, disabled, .. } = objects;
    let unlimited = Access::unlimited;
    let updated = UpdateToken {
        access: unlimited(),
        token: token.id,
        expects: None,
        name: Some(name("renamed")),
        description: None,
        scopes: None,
        networks: None,
        labels: None,
        expires_at: None,
        facts: None,
        slot: None,
    };
    let ends = Some(Some(world.now().after(Duration::from_secs(1))));
    let ending = UpdateToken { name: None, expires_at: ends, ..updated.clone() };
    let rotated = RotateToken {
        access: unlimited(),
        token: token.id,
        expects: None,
        secret: world.secret(),
        end: RotationEnd::Now,
    };
    let delete = |target| Verb::DeleteTokens(DeleteTokens { access: unlimited(), target, reason: None });
    let digest = crate::world::kept(token).digest;
    vec![
        ("issue a token", Gravity::Constructive, Verb::IssueToken(world.issuing(owner, "issued"))),
        ("change a token", Gravity::Constructive, Verb::UpdateToken(updated)),
        ("let a token end", Gravity::Destructive, Verb::UpdateToken(ending)),
        ("enable a token", Gravity::Constructive, Verb::SwitchToken(switched(*disabled, false))),
        ("disable a token", Gravity::Destructive, Verb::SwitchToken(switched(token.id, true))),
        ("disable tokens", Gravity::Destructive, Verb::DisableTokens(disabling(token.id))),
        ("rotate a token", Gravity::Destructive, Verb::RotateToken(rotated)),
        ("delete a token", Gravity::Destructive, deletion(token.id)),
        ("delete a token by its secret", Gravity::Destructive, delete(DeletionTarget::Secret(vec![digest]))),
        (
            "delete some tokens",
            Gravity::Destructive,
            delete(DeletionTarget::Filter { filter: of(owner), expects: None }),
        ),
        ("begin a deletion", Gravity::Destructive, starting(world, owner)),
    ]
}

fn changes_of_people(world: &World, objects: &Objects) -> Vec<(&'static str, Gravity, Verb)> {
    let Objects { organisation, owner, holder, caller, .. } = objects;
    let unlimited = Access::unlimited;
    let new = || world.new_owner(OwnerKind::User, Role::Member);
    let update = |change: fn(&mut UpdateOwner)| {
        let mut wanted = unchanged(owner);
        change(&mut wanted);
        Verb::UpdateOwner(wanted)
    };
    let update_organisation = |change: fn(&mut UpdateOrganisation)| {
        let mut wanted = unchanged_organisation(organisation.id);
        change(&mut wanted);
        Verb::UpdateOrganisation(wanted)
    };
    let id = OrganisationId::new(world.now(), &world.randomness);
    let created = NewOrganisation { id, name: name("Another") };
    let invite = InviteOwner { access: unlimited(), owner: owner.id };
    let password = SetPassword { owner: caller.id, expects: 1, password_hash: "hash".into() };
    let retired = RetireOwner { access: unlimited(), owner: owner.id, kind: owner.kind, facts: None };
    let delegated = OpenSession {
        id: SessionId::new(world.now(), &world.randomness),
        owner: owner.id,
        expects: 1,
        digest: world.secret().digest,
        expires_at: world.now().after(Duration::from_hours(1)),
        idles: false,
        address: None,
        user_agent: None,
        replaces: None,
        password_hash: None,
        proof: None,
        access: Some(unlimited()),
    };
    let address = Email::stored(format!("{}@elsewhere.example", owner.id));
    let shut_out = SwitchHolder { owner: holder.id, expects: 1, password_hash: None };
    vec![
        ("create an organisation", Gravity::Constructive, Verb::CreateOrganisation(created)),
        ("rename an organisation", Gravity::Constructive, update_organisation(|it| it.name = Some(name("Renamed")))),
        ("deactivate an organisation", Gravity::Destructive, update_organisation(|it| it.active = Some(false))),
        ("create a user", Gravity::Constructive, creating(organisation, new(), false)),
        ("create and invite a user", Gravity::Destructive, creating(organisation, new(), true)),
        ("invite a user", Gravity::Destructive, Verb::InviteOwner(invite)),
        (
            "change an address",
            Gravity::Destructive,
            Verb::UpdateOwner(UpdateOwner { email: Some(address), ..unchanged(owner) }),
        ),
        ("rename a user", Gravity::Constructive, update(|it| it.name = Some(name("Renamed")))),
        ("deactivate a user", Gravity::Destructive, update(|it| it.active = Some(false))),
        ("change a role", Gravity::Destructive, update(|it| it.role = Some(Role::OrganisationAdministrator))),
        ("change scopes", Gravity::Destructive, update(|it| it.scopes = Some(crate::world::scopes("module:x")))),
        ("delete a user", Gravity::Destructive, Verb::RetireOwner(retired)),
        ("shut somebody out", Gravity::Destructive, Verb::SwitchHolder(shut_out)),
        ("sign somebody in", Gravity::Constructive, Verb::OpenSession(delegated)),
        // Both are the caller's own: he shows his old password for one, and ends only his own for the other.
        ("set a password", Gravity::Free, Verb::SetPassword(password)),
        ("sign out", Gravity::Free, Verb::CloseSessions(CloseSessions { owner: caller.id, session: None })),
    ]
}

fn changes_of_signers(world: &World, objects: &Objects) -> Vec<(&'static str, Gravity, Verb)> {
    let Objects { organisation, owner, account, on, off, .. } = objects;
    let new = world.new_owner(OwnerKind::ServiceAccount, Role::Member);
    let organisation = organisation.id;
    let service = CreateServiceAccount {
        account: CreateOwner { access: Access::unlimited(), organisation, owner: new, invited: false },
        token: world.issuing(account, "first"),
        permission: None,
    };
    let switch = |signer: &Signer, to| Verb::SwitchSigner(switching(signer, to));
    vec![
        ("add the first signer", Gravity::Destructive, Verb::AddSigner(adding(world, account, "first"))),
        ("add a signer", Gravity::Always, Verb::AddSigner(adding(world, owner, "another"))),
        ("enable a signer", Gravity::Always, switch(off, SignerSwitch::Enable)),
        ("disable a signer", Gravity::Destructive, switch(on, SignerSwitch::Disable)),
        ("remove a signer", Gravity::Destructive, switch(on, SignerSwitch::Remove)),
        ("create a service account", Gravity::Constructive, Verb::CreateServiceAccount(Box::new(service))),
    ]
}

fn changes_of_permissions(world: &World, objects: &Objects) -> Vec<(&'static str, Gravity, Verb)> {
    let Objects { organisation, account, assignment, idle, .. } = objects;
    let permission = assignment.permission.id;
    let assigned = AssignPermission {
        access: Access::unlimited(),
        id: AssignmentId::new(world.now(), &world.randomness),
        permission,
        bearer: Bearer::Owner(account.id),
        immutable: false,
    };
    let update = |permission, change: fn(&mut UpdatePermission)| {
        let mut wanted = UpdatePermission {
            access: Access::unlimited(),
            permission,
            expects: None,
            name: None,
            scopes: None,
            archived: None,
        };
        change(&mut wanted);
        Verb::UpdatePermission(wanted)
    };
    let revoked = RevokeAssignment { access: Access::unlimited(), permission, assignment: assignment.id };
    vec![
        ("create a permission", Gravity::Constructive, Verb::CreatePermission(permitting(world, organisation, "new"))),
        ("rename a permission", Gravity::Constructive, update(permission, |it| it.name = Some(name("Renamed")))),
        (
            "change a permission",
            Gravity::Destructive,
            update(permission, |it| it.scopes = Some(crate::world::scopes("module:x"))),
        ),
        ("archive a permission", Gravity::Destructive, update(permission, |it| it.archived = Some(true))),
        (
            "change an idle one",
            Gravity::Destructive,
            update(*idle, |it| it.scopes = Some(crate::world::scopes("module:x"))),
        ),
        ("archive an idle one", Gravity::Destructive, update(*idle, |it| it.archived = Some(true))),
        // What an owner may do changes with it, as with his scopes.
        ("assign a permission", Gravity::Destructive, Verb::AssignPermission(assigned)),
        ("revoke an assignment", Gravity::Destructive, Verb::RevokeAssignment(revoked)),
    ]
}

fn permitting(world: &World, organisation: &Organisation, text: &str) -> CreatePermission {
    CreatePermission {
        access: Access::unlimited(),
        id: PermissionId::new(world.now(), &world.randomness),
        organisation: organisation.id,
        name: name(text),
        scopes: crate::world::scopes("module:y"),
        immutable: false,
    }
}

async fn permission(world: &World, organisation: &Organisation, text: &str) -> PermissionId {
    let created = permitting(world, organisation, text);
    let id = created.id;
    world.made(Verb::CreatePermission(created)).await;
    id
}

/// A permission that the owner has.
async fn assigned(world: &World, organisation: &Organisation, owner: &Owner) -> Assignment {
    let permission = permission(world, organisation, "permission").await;
    let id = AssignmentId::new(world.now(), &world.randomness);
    let (access, bearer) = (Access::unlimited(), Bearer::Owner(owner.id));
    let assigned = AssignPermission { access, id, permission, bearer, immutable: false };
    match world.made(Verb::AssignPermission(assigned)).await {
        Outcome::Assignment(assignment) => *assignment,
        other => panic!("no assignment: {other:?}"),
    }
}

/// Every change that a caller can ask for, to objects of their own.
pub(crate) fn changes(world: &World, objects: &Objects) -> Vec<(&'static str, Gravity, Verb)> {
    let mut changes = changes_of_tokens(world, objects);
    changes.extend(changes_of_people(world, objects));
    changes.extend(changes_of_signers(world, objects));
    changes.extend(changes_of_permissions(world, objects));
    for (change, _, verb) in &changes {
        assert!(is_asked_for(verb), "{change}");
    }
    changes
}

/// A new verb belongs into the table, unless no caller can ask for it.
fn is_asked_for(verb: &Verb) -> bool {
    match verb {
        Verb::IssueToken(_)
        | Verb::UpdateToken(_)
        | Verb::SwitchToken(_)
        | Verb::DisableTokens(_)
        | Verb::RotateToken(_)
        | Verb::DeleteTokens(_)
        | Verb::StartDeletion(_)
        | Verb::CreateOrganisation(_)
        | Verb::UpdateOrganisation(_)
        | Verb::CreateOwner(_)
        | Verb::UpdateOwner(_)
        | Verb::InviteOwner(_)
        | Verb::SetPassword(_)
        | Verb::SwitchHolder(_)
        | Verb::CloseSessions(_)
        | Verb::AddSigner(_)
        | Verb::SwitchSigner(_)
        | Verb::CreateServiceAccount(_)
        | Verb::OpenSession(_)
        | Verb::RetireOwner(_)
        | Verb::CreatePermission(_)
        | Verb::UpdatePermission(_)
        | Verb::AssignPermission(_)
        | Verb::RevokeAssignment(_) => true,
        Verb::FinishRotation(_)
        | Verb::ContinueDeletion(_)
        | Verb::RegisterOwner(_)
        | Verb::SpendChallenge(_)
        | Verb::SetUp(_)
        | Verb::RecoverAdministrator(_)
        | Verb::RecordUses(_)
        | Verb::RehashSecrets(_)
        | Verb::LiftQuarantine(_)
        | Verb::Prune { .. } => false,
    }
}

/// How many changes the table has.
pub(crate) const CHANGES: usize = 41;

/// A user who is signed in with a key, in a new organisation, and what he changes there.
pub(crate) async fn subject(world: &World, role: Role) -> (Objects, Caller, Signer) {
    let organisation = world.organisation("Subject").await;
    let owner = world.owner(&organisation, OwnerKind::User, role).await;
    let caller = signed_in(world, &owner).await;
    let key = signer(world, &owner, "key").await;
    (objects(world, &organisation, &owner).await, caller, key)
}
