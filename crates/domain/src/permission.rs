//! Permissions: named sets of scopes of an organisation, and who has been given them.

use crate::{
    id::{
        AssignmentId, AssignmentNumber, OrganisationId, OrganisationNumber, OwnerId, PermissionId, PermissionNumber,
        TokenId,
    },
    name::Name,
    scope::{Scope, Scopes, native},
    time::Timestamp,
};

/// A named set of scopes. It is never removed, only archived, and its name is never given again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Permission {
    /// Its identifier.
    pub id: PermissionId,
    /// Its number.
    pub number: PermissionNumber,
    /// The organisation it belongs to.
    pub organisation: OrganisationNumber,
    /// The identifier of that organisation.
    pub organisation_id: OrganisationId,
    /// Its name, which no other permission of the organisation has.
    pub name: Name,
    /// What whoever has it may do.
    pub scopes: Scopes,
    /// True when nobody can change or archive it.
    pub immutable: bool,
    /// True when it gives nobody anything.
    pub archived: bool,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
    /// Counts the changes, from 1.
    pub revision: u64,
}

impl Permission {
    /// What it gives its bearers now.
    pub fn gives(&self) -> Scopes {
        if self.archived { Scopes::default() } else { self.scopes.clone() }
    }
}

/// To whom a permission can be given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Bearer {
    /// A user or service account.
    Owner(OwnerId),
    /// A single token.
    Token(TokenId),
}

/// That somebody was given a permission.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assignment {
    /// Its identifier.
    pub id: AssignmentId,
    /// Its number.
    pub number: AssignmentNumber,
    /// Who has the permission.
    pub bearer: Bearer,
    /// True when it cannot be revoked.
    pub immutable: bool,
    /// When it was made.
    pub created_at: Timestamp,
    /// The permission.
    pub permission: Permission,
}

/// What a change of the permissions of one bearer takes and gives.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Turn {
    /// What all its permissions that are not archived give together, after the change.
    pub given: Scopes,
    /// What the changed permission gave before the change and no more.
    pub taken: Scopes,
    /// What the changed permission gives now and did not give before.
    pub added: Scopes,
}

impl Turn {
    /// The scopes of a user or service account after the change, from those it has. Scopes that it was
    /// granted beside its permissions stay; but what a permission takes away is gone, also where the same
    /// scope had been granted beside it.
    #[must_use]
    pub fn of_owner(&self, has: &Scopes) -> Scopes {
        let kept = has.iter().filter(|scope| !contains(&self.taken, scope) || contains(&self.given, scope));
        kept.chain(self.added.iter()).cloned().collect()
    }

    /// The scopes of a token after the change, from those it has: its permissions decide over all of them
    /// but the care of tokens. Only what the change adds is added, so that whoever took something from the
    /// token in another way does not see it come back, and a token without restrictions is narrowed by its
    /// first permission.
    #[must_use]
    pub fn of_token(&self, has: &Scopes) -> Scopes {
        has.intersection(&self.given.union(&care())).union(&self.added)
    }
}

fn contains(scopes: &Scopes, wanted: &Scope) -> bool {
    scopes.iter().any(|scope| scope == wanted)
}

/// What a token can do whatever its permissions are, unless it was taken from it: see and change tokens of
/// its owner, itself among them.
pub fn care() -> Scopes {
    Scopes::stored(&[native::OWN_TOKENS_READ, native::OWN_TOKENS_WRITE].join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scopes(text: &str) -> Scopes {
        Scopes::stored(text)
    }

    fn turn(given: &str, taken: &str, added: &str) -> Turn {
        Turn { given: scopes(given), taken: scopes(taken), added: scopes(added) }
    }

    #[test]
    fn an_owner_keeps_what_he_was_granted_beside_his_permissions() {
        let has = scopes("billing:read x:one x:two");
        assert_eq!(turn("x:two", "x:one x:two", "").of_owner(&has), scopes("billing:read x:two"));
        assert_eq!(turn("x:two x:three", "", "x:three").of_owner(&has), scopes("billing:read x:one x:three x:two"));
    }

    #[test]
    fn the_first_permission_narrows_a_token_and_the_last_widens_none() {
        let whole = Scopes::everything();
        assert_eq!(turn("x:one", "", "x:one").of_token(&whole), scopes("own-tokens:read own-tokens:write x:one"));
        let has = scopes("own-tokens:read own-tokens:write x:one");
        assert_eq!(turn("", "x:one", "").of_token(&has), scopes("own-tokens:read own-tokens:write"));
        assert_eq!(turn("", "x:one", "").of_token(&scopes("own-tokens:read")), scopes("own-tokens:read"));
    }

    #[test]
    fn what_was_taken_in_another_way_does_not_come_back() {
        let has = scopes("own-tokens:read x:one");
        assert_eq!(turn("x:one x:two x:three", "", "x:three").of_token(&has), scopes("own-tokens:read x:one x:three"));
        assert_eq!(turn("x:two x:three", "", "x:three").of_owner(&scopes("")), scopes("x:three"));
    }

    #[test]
    fn what_another_permission_gives_too_is_not_taken() {
        let has = scopes("own-tokens:read x:one x:two");
        assert_eq!(turn("x:one", "x:one x:two", "").of_token(&has), scopes("own-tokens:read x:one"));
        assert_eq!(turn("x:one", "x:one x:two", "").of_owner(&has), scopes("own-tokens:read x:one"));
    }
}
