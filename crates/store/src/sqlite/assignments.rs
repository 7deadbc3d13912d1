//! Giving permissions to owners and tokens and taking them back; the scopes of whoever has one follow it in
//! the same transaction.

use super::{
    failure::{Result, taken_in},
    owner_row::OwnerFacts,
    owners, permission_row, permissions,
    token_row::{self, Rows},
    transaction::Transaction,
    update,
};
use crate::{
    change::{AssignPermission, FirstPermission, RevokeAssignment},
    error::Refusal,
    query::{PageRequest, permission::AssignmentFilter},
};
use domain::{
    caller::{Access, Reach},
    id::{AssignmentId, AssignmentNumber, OwnerId, OwnerNumber, PermissionId, TokenId, TokenNumber},
    journal::{Event, PermissionAssigned},
    limits,
    owner::Owner,
    permission::{Assignment, Bearer, Permission, Turn},
    scope::Scopes,
    token::Token,
};
use rusqlite::params;
use std::sync::Arc;

/// What somebody else's assignment may hold already.
const TAKEN: [(&str, Refusal); 1] = [("assignment.id", Refusal::Consumed)];

/// Whoever can have a permission, as it is now.
struct Held {
    owner: Arc<OwnerFacts>,
    token: Option<Token>,
}

impl Held {
    fn bearer(&self) -> Bearer {
        self.token.as_ref().map_or(Bearer::Owner(self.owner.owner.id), |token| Bearer::Token(token.id))
    }

    /// The numbers of its columns: an owner's, or a token's.
    fn numbers(&self) -> (Option<OwnerNumber>, Option<TokenNumber>) {
        match &self.token {
            Some(token) => (None, Some(token.number)),
            None => (Some(self.owner.owner.number), None),
        }
    }

    fn scopes(&self) -> &Scopes {
        self.token.as_ref().map_or(&self.owner.owner.scopes, |token| &token.scopes)
    }
}

/// Gives a permission to an owner or a token of its organisation.
pub(crate) fn assign(transaction: &mut Transaction<'_>, wanted: &AssignPermission) -> Result<Assignment> {
    let permission = permissions::find(transaction, &wanted.access, wanted.permission)?;
    let held = find_bearer(transaction, wanted.bearer)?;
    let held = held.filter(|held| {
        let owner = &held.owner.owner;
        owner.organisation == permission.organisation && wanted.access.reach.covers(owner.organisation, owner.number)
    });
    let held = held.ok_or(Refusal::BearerNotFound)?;
    let assignment = insert(transaction, &permission, &held, wanted.id, wanted.immutable)?;
    let given = permission.gives();
    turn(transaction, &wanted.access, &held, &Scopes::default(), &given)?;
    Ok(assignment)
}

/// Takes a permission from whoever has it by this assignment; answers with what there was.
pub(crate) fn revoke(transaction: &mut Transaction<'_>, wanted: &RevokeAssignment) -> Result<Assignment> {
    let permission = permissions::find(transaction, &wanted.access, wanted.permission)?;
    let assignment = one(transaction, &permission, wanted.assignment)?;
    if assignment.immutable {
        return Err(Refusal::Immutable.into());
    }
    let held = find_bearer(transaction, assignment.bearer)?.ok_or(Refusal::NotFound)?;
    transaction
        .connection
        .prepare_cached("DELETE FROM assignment WHERE number = ?1")?
        .execute(params![assignment.number.0])?;
    tell(transaction, &permission, &held, assignment.id, Event::PermissionRevoked)?;
    turn(transaction, &wanted.access, &held, &permission.gives(), &Scopes::default())?;
    Ok(assignment)
}

/// The permission that a new token of this owner begins with.
pub(crate) fn first(transaction: &Transaction<'_>, owner: &OwnerFacts, wanted: &FirstPermission) -> Result<Permission> {
    let found = permission_row::by_id(transaction.connection, wanted.permission)?;
    let found = found.filter(|permission| permission.organisation == owner.owner.organisation);
    Ok(found.ok_or(Refusal::PermissionNotFound)?)
}

/// Notes that a token was issued with its first permission, whose scopes it has.
pub(crate) fn begin(
    transaction: &mut Transaction<'_>,
    permission: &Permission,
    owner: Arc<OwnerFacts>,
    token: &Token,
    id: AssignmentId,
) -> Result<()> {
    insert(transaction, permission, &Held { owner, token: Some(token.clone()) }, id, false).map(drop)
}

/// Forgets what permissions a token had, before it is deleted.
pub(crate) fn forget(transaction: &Transaction<'_>, token: TokenNumber) -> Result<()> {
    transaction.connection.prepare_cached("DELETE FROM assignment WHERE token = ?1")?.execute(params![token.0])?;
    Ok(())
}

/// Revokes all the permissions of an owner, because it is deleted; its scopes are for the caller to take.
pub(crate) fn end_of_owner(transaction: &mut Transaction<'_>, owner: &Owner) -> Result<()> {
    let Some(held) = find_bearer(transaction, Bearer::Owner(owner.id))? else { return Ok(()) };
    let filter = AssignmentFilter { bearers: Some(vec![held.bearer()]), ..AssignmentFilter::default() };
    let all = PageRequest { after: None, limit: usize::from(u16::MAX) };
    for assignment in permission_row::assignments(transaction.connection, Reach::Everything, &filter, &all)?.items {
        transaction
            .connection
            .prepare_cached("DELETE FROM assignment WHERE number = ?1")?
            .execute(params![assignment.number.0])?;
        tell(transaction, &assignment.permission, &held, assignment.id, Event::PermissionRevoked)?;
    }
    Ok(())
}

/// Lets the scopes of every bearer follow a change of a permission.
pub(crate) fn follow(
    transaction: &mut Transaction<'_>,
    access: &Access,
    before: &Permission,
    after: &Permission,
) -> Result<()> {
    let (before, given) = (before.gives(), after.gives());
    let (taken, added) = (before.without(&given), given.without(&before));
    if taken.is_empty() && added.is_empty() {
        return Ok(());
    }
    for bearer in bearers(transaction, after)? {
        let held = find_bearer(transaction, bearer)?.ok_or(Refusal::NotFound)?;
        turn(transaction, access, &held, &taken, &added)?;
    }
    Ok(())
}

fn insert(
    transaction: &mut Transaction<'_>,
    permission: &Permission,
    held: &Held,
    id: AssignmentId,
    immutable: bool,
) -> Result<Assignment> {
    if permission.archived {
        return Err(Refusal::PermissionArchived.into());
    }
    // What nobody can change need not be followed, so it may have any number of bearers.
    if !permission.immutable && count(transaction, permission)? >= limits::PERMISSION_BEARERS {
        return Err(Refusal::TooManyBearers.into());
    }
    let (owner, token) = held.numbers();
    let inserted = transaction
        .connection
        .prepare_cached(
            "INSERT INTO assignment (id, permission, owner, token, immutable, created_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6) RETURNING number",
        )?
        .query_row(
            params![
                id.bytes(),
                permission.number.0,
                owner.map(|number| number.0),
                token.map(|number| number.0),
                immutable,
                transaction.at.milliseconds(),
            ],
            |row| row.get(0),
        );
    let number = AssignmentNumber(taken_in(inserted, &TAKEN, Refusal::AlreadyAssigned)?);
    tell(transaction, permission, held, id, Event::PermissionAssigned)?;
    let (bearer, permission) = (held.bearer(), permission.clone());
    Ok(Assignment { id, number, bearer, immutable, created_at: transaction.at, permission })
}

/// Takes and gives what a change means for one bearer, once the rows of permissions and assignments are as
/// they shall be. Giving is handing out; taking needs no more than reach.
fn turn(transaction: &mut Transaction<'_>, access: &Access, held: &Held, taken: &Scopes, added: &Scopes) -> Result<()> {
    if !added.is_empty() {
        access.may_hand_out(held.owner.owner.role, added)?;
    }
    let turn = Turn { given: given(transaction, held)?, taken: taken.clone(), added: added.clone() };
    let has = held.scopes();
    let scopes = if held.token.is_some() { turn.of_token(has) } else { turn.of_owner(has) };
    if scopes == *has {
        return Ok(());
    }
    if scopes.len() > limits::BEARER_SCOPES.max(has.len()) {
        return Err(Refusal::TooManyScopes.into());
    }
    if let Some(token) = &held.token {
        return update::write_changed(transaction, &mut Token { scopes, ..token.clone() }, &["scopes"]);
    }
    let mut owner = Owner { scopes, ..held.owner.owner.clone() };
    owners::write(transaction, &mut owner, &["scopes"])
}

/// What all permissions of a bearer that are not archived give together.
fn given(transaction: &Transaction<'_>, held: &Held) -> Result<Scopes> {
    let (owner, token) = held.numbers();
    let column = if token.is_some() { "token" } else { "owner" };
    let number = token.map_or(owner.map_or(0, |number| number.0.into()), |number| number.0);
    let sql = format!(
        "SELECT p.scopes FROM assignment AS a JOIN permission AS p ON p.number = a.permission
         WHERE a.{column} = ?1 AND p.archived = 0"
    );
    let mut statement = transaction.connection.prepare_cached(&sql)?;
    let mut rows = statement.query(params![number])?;
    let mut given = Scopes::default();
    while let Some(row) = rows.next()? {
        given = given.union(&Scopes::stored(&row.get::<_, String>(0)?));
    }
    Ok(given)
}

fn bearers(transaction: &Transaction<'_>, permission: &Permission) -> Result<Vec<Bearer>> {
    let mut statement = transaction.connection.prepare_cached(
        "SELECT w.id, t.id FROM assignment AS a
            LEFT JOIN owner AS w ON w.number = a.owner LEFT JOIN token AS t ON t.number = a.token
         WHERE a.permission = ?1",
    )?;
    let mut rows = statement.query(params![permission.number.0])?;
    let mut bearers = Vec::new();
    while let Some(row) = rows.next()? {
        let owner = row.get::<_, Option<_>>(0)?.map(|id| Bearer::Owner(OwnerId::from_bytes(id)));
        let token = row.get::<_, Option<_>>(1)?.map(|id| Bearer::Token(TokenId::from_bytes(id)));
        bearers.extend(owner.or(token));
    }
    Ok(bearers)
}

fn count(transaction: &Transaction<'_>, permission: &Permission) -> Result<usize> {
    let mut statement =
        transaction.connection.prepare_cached("SELECT count(*) FROM assignment WHERE permission = ?1")?;
    Ok(statement.query_row(params![permission.number.0], |row| row.get(0))?)
}

fn find_bearer(transaction: &mut Transaction<'_>, bearer: Bearer) -> Result<Option<Held>> {
    let (owner, token) = match bearer {
        Bearer::Owner(owner) => (owner, None),
        Bearer::Token(token) => {
            let found = token_row::find(transaction.connection, Rows::Live, Reach::Everything, token)?;
            let Some(token) = found else { return Ok(None) };
            (token.owner, Some(token))
        }
    };
    Ok(transaction.owner(owner)?.map(|owner| Held { owner, token }))
}

fn one(transaction: &Transaction<'_>, permission: &Permission, id: AssignmentId) -> Result<Assignment> {
    let filter = AssignmentFilter { id: Some(id), permission: Some(permission.id), bearers: None };
    let page = PageRequest { after: None, limit: 1 };
    let found = permission_row::assignments(transaction.connection, Reach::Everything, &filter, &page)?;
    Ok(found.items.into_iter().next().ok_or(Refusal::NotFound)?)
}

fn tell(
    transaction: &mut Transaction<'_>,
    permission: &Permission,
    held: &Held,
    assignment: AssignmentId,
    event: fn(PermissionAssigned) -> Event,
) -> Result<()> {
    let (permission_id, token): (PermissionId, _) = (permission.id, held.token.as_ref());
    let content = PermissionAssigned {
        permission: permission_id,
        assignment,
        owner: held.owner.owner.number,
        token: token.map(|token| token.id),
    };
    transaction.append(Some(permission.organisation), token.map(|token| token.number), event(content))
}
