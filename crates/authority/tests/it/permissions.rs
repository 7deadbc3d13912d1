//! Promise: a change of a permission is in force for every bearer when it is answered, and no chain of
//! permissions gives anybody what its giver had not.

use crate::world::{Answer, World, name, new_token, scopes};
use authority::{
    Error,
    error::{Conflict, Denied},
    issue::{Issued, NewToken},
    permissions::{PermissionDraft, PermissionPatch},
};
use domain::{
    caller::{Beyond, Caller},
    invalid::Invalid,
    origin::Origin,
    owner::{Owner, OwnerKind, Role},
    permission::{Assignment, Bearer, Permission},
};
use store::query::{
    PageRequest,
    permission::{AssignmentFilter, PermissionFilter},
};

const PAGE: PageRequest = PageRequest { after: None, limit: 100 };

impl World {
    async fn permission(&self, caller: &Caller, text: &str) -> Permission {
        let name = name(&format!("permission {}", self.unique()));
        let draft = PermissionDraft { organisation: None, name, scopes: scopes(text), immutable: false };
        self.authority().create_permission(caller, draft, None).await.unwrap().record
    }

    async fn give(&self, caller: &Caller, permission: &Permission, bearer: Bearer) -> Assignment {
        self.authority().assign_permission(caller, permission.id, bearer).await.unwrap()
    }

    async fn whole(&self, owner: &Owner) -> Issued {
        self.authority().issue_whole(&self.root, NewToken { owner: Some(owner.id), ..new_token() }).await.unwrap()
    }

    /// What a verdict on the secret says now.
    async fn may(&self, issued: &Issued) -> String {
        match self.ask(issued.secret.expose()).await {
            Answer::Active { scopes, .. } => scopes.to_string(),
            Answer::Refused(refused) => panic!("{refused:?}"),
        }
    }
}

#[tokio::test]
async fn the_next_verdict_shows_what_a_permission_gives_and_takes() {
    let mut world = World::new(1).await;
    let organisation = world.root.organisation;
    let chief = world.owner(OwnerKind::User, organisation, Role::OrganisationAdministrator, "").await;
    let bob = world.member(organisation, "").await;
    let (of_chief, of_bob) = (world.whole(&chief).await, world.whole(&bob).await);
    let permission = world.permission(&world.root, "x:one x:two").await;
    let root = world.root.clone();
    let token = world.give(&root, &permission, Bearer::Token(of_chief.token.id)).await;
    let owner = world.give(&root, &permission, Bearer::Owner(bob.id)).await;
    assert_eq!(world.may(&of_chief).await, "own-tokens:read own-tokens:write x:one x:two");
    assert!(world.may(&of_bob).await.ends_with("x:one x:two"), "his whole token follows him");

    let narrower = PermissionPatch { scopes: Some(scopes("x:two")), ..PermissionPatch::default() };
    world.authority().update_permission(&root, permission.id, narrower, None).await.unwrap();
    assert_eq!(world.may(&of_chief).await, "own-tokens:read own-tokens:write x:two");
    assert!(!world.may(&of_bob).await.contains("x:one"));
    // What the index follows and what it loads are the same.
    world.restart().await;
    assert_eq!(world.may(&of_chief).await, "own-tokens:read own-tokens:write x:two");
    assert!(world.may(&of_bob).await.ends_with(" x:two"));

    for assignment in [token, owner] {
        world.authority().revoke_assignment(&root, permission.id, assignment.id).await.unwrap();
    }
    assert_eq!(
        world.may(&of_chief).await,
        "own-tokens:read own-tokens:write",
        "revoking the last permission widens nothing"
    );
    assert!(!world.may(&of_bob).await.contains("x:"));
}

#[tokio::test]
async fn a_token_issued_with_a_permission_follows_it_from_its_first_verdict() {
    let world = World::new(2).await;
    let bob = world.member(world.root.organisation, "x:one x:two").await;
    let caller = world.caller(&bob).await;
    let permission = world.permission(&world.root, "x:one").await;
    let new = NewToken { permission: Some(permission.id), ..new_token() };
    let issued = world.authority().issue_whole(&caller, new.clone()).await.unwrap();
    assert_eq!(world.may(&issued).await, "own-tokens:read own-tokens:write x:one");
    let seen = world.authority().assignments_of_tokens(&caller, &[issued.token.id]).await.unwrap();
    assert_eq!(seen.iter().map(|seen| seen.permission.id).collect::<Vec<_>>(), [permission.id]);

    let strong = world.permission(&world.root, "x:one x:three").await;
    let refused = world.authority().issue(&caller, NewToken { permission: Some(strong.id), ..new }, None).await;
    let Err(Error::Denied(Denied::Beyond(Beyond::Scope(scope)))) = refused else { panic!("handed out") };
    assert_eq!(scope.as_str(), "x:three");
    world.authority().delete(&caller, issued.token.id, None, None).await.unwrap();
    let left = world.authority().assignments_of_tokens(&world.root, &[issued.token.id]).await.unwrap();
    assert_eq!(left, []);
}

#[tokio::test]
async fn whoever_gives_has_it_himself() {
    let world = World::new(3).await;
    let organisation = world.root.organisation;
    let chief = world.owner(OwnerKind::User, organisation, Role::OrganisationAdministrator, "").await;
    let narrow = NewToken { owner: Some(chief.id), scopes: Some(scopes("owners:* x:one")), ..new_token() };
    let secret = world.issue(narrow).await.secret;
    let narrow = world.authority().authenticate(secret.expose(), &Origin::default()).await.unwrap();
    let bob = world.member(organisation, "").await;
    let one = world.permission(&narrow, "x:one").await;
    world.give(&narrow, &one, Bearer::Owner(bob.id)).await;

    let wider = PermissionPatch { scopes: Some(scopes("x:one x:two")), ..PermissionPatch::default() };
    let refused = world.authority().update_permission(&narrow, one.id, wider.clone(), None).await;
    assert!(matches!(refused, Err(Error::Denied(Denied::Beyond(Beyond::Scope(scope)))) if scope.as_str() == "x:two"));
    world.authority().update_permission(&world.root, one.id, wider, None).await.unwrap();
    let refused = world.authority().assign_permission(&narrow, one.id, Bearer::Owner(chief.id)).await;
    assert!(matches!(refused, Err(Error::Denied(Denied::Beyond(Beyond::Scope(_))))));

    let member = world.caller(&bob).await;
    let refused = world.authority().assign_permission(&member, one.id, Bearer::Owner(bob.id)).await;
    assert!(matches!(refused, Err(Error::Denied(_))), "a member manages nobody");
    let seen = world.authority().permissions(&member, PermissionFilter::default(), PAGE).await.unwrap();
    assert_eq!(seen.items.len(), 1, "a member sees what he has himself");
    let seen = world.authority().assignments(&member, AssignmentFilter::default(), PAGE).await.unwrap();
    assert_eq!(seen.items.len(), 1);
}

#[tokio::test]
async fn other_organisations_do_not_exist() {
    let world = World::new(4).await;
    let other = world.organisation().await;
    let chief = world.owner(OwnerKind::User, other.id, Role::OrganisationAdministrator, "").await;
    let stranger = world.caller(&chief).await;
    let bob = world.member(world.root.organisation, "").await;
    let one = world.permission(&world.root, "x:one").await;
    let given = world.give(&world.root, &one, Bearer::Owner(bob.id)).await;

    let authority = world.authority();
    assert!(matches!(authority.permission(&stranger, one.id).await, Err(Error::NotFound)));
    let patch = PermissionPatch { archived: Some(true), ..PermissionPatch::default() };
    assert!(matches!(authority.update_permission(&stranger, one.id, patch, None).await, Err(Error::NotFound)));
    assert!(matches!(authority.revoke_assignment(&stranger, one.id, given.id).await, Err(Error::NotFound)));
    let mine = world.permission(&stranger, "x:one").await;
    let refused = authority.assign_permission(&stranger, mine.id, Bearer::Owner(bob.id)).await;
    assert_eq!(field(refused), "bearer");
    assert_eq!(authority.assignments_of_owners(&stranger, &[bob.id]).await.unwrap(), []);
    let again = authority.assign_permission(&world.root, one.id, Bearer::Owner(bob.id)).await;
    assert!(matches!(again, Err(Error::Conflict(Conflict::AlreadyAssigned))));
}

fn field<T: std::fmt::Debug>(refused: Result<T, Error>) -> String {
    match refused {
        Err(Error::Invalid(invalid)) => Invalid::fields(&invalid)[0].field.clone(),
        other => panic!("{other:?}"),
    }
}
