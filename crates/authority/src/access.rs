//! Who may do what, and how far it reaches. Pure: caller and action in, reach out.

use crate::{
    error::{Denied, Error},
    verify::Active,
};
use domain::{
    caller::{Access, Caller, Reach},
    id::{OrganisationNumber, OwnerNumber},
    owner::Role,
    scope::native,
};

/// Everything that needs permission.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// See tokens.
    SeeTokens,
    /// Issue, change, rotate, disable, enable and delete tokens.
    ChangeTokens,
    /// Ask for verdicts.
    VerifyTokens,
    /// See users and service accounts.
    SeeOwners,
    /// Create and change users and service accounts.
    ChangeOwners,
    /// See organisations.
    SeeOrganisations,
    /// Create and change organisations.
    ChangeOrganisations,
    /// Read the journal.
    ReadJournal,
}

impl Action {
    /// Every action there is.
    pub const ALL: [Self; 8] = [
        Self::SeeTokens,
        Self::ChangeTokens,
        Self::VerifyTokens,
        Self::SeeOwners,
        Self::ChangeOwners,
        Self::SeeOrganisations,
        Self::ChangeOrganisations,
        Self::ReadJournal,
    ];

    /// The scope that a credential needs for it.
    pub fn scope(self) -> &'static str {
        match self {
            Self::SeeTokens => native::TOKENS_READ,
            Self::ChangeTokens => native::TOKENS_WRITE,
            Self::VerifyTokens => native::TOKENS_VERIFY,
            Self::SeeOwners => native::OWNERS_READ,
            Self::ChangeOwners => native::OWNERS_WRITE,
            Self::SeeOrganisations => native::ORGANISATIONS_READ,
            Self::ChangeOrganisations => native::ORGANISATIONS_WRITE,
            Self::ReadJournal => native::JOURNAL_READ,
        }
    }

    /// The scope that is enough for it within the caller's own owner.
    fn own_scope(self) -> Option<&'static str> {
        match self {
            Self::SeeTokens => Some(native::OWN_TOKENS_READ),
            Self::ChangeTokens => Some(native::OWN_TOKENS_WRITE),
            Self::VerifyTokens
            | Self::SeeOwners
            | Self::ChangeOwners
            | Self::SeeOrganisations
            | Self::ChangeOrganisations
            | Self::ReadJournal => None,
        }
    }

    /// How far an owner of this role reaches with it; none when the role does not include it.
    fn reach(self, role: Role, organisation: OrganisationNumber, owner: OwnerNumber) -> Option<Reach> {
        let organisation = Reach::Organisation(organisation);
        let own = Reach::Own(owner);
        match (role, self) {
            (Role::ApplicationAdministrator, _) => Some(Reach::Everything),
            (Role::OrganisationAdministrator | Role::Member, Self::ChangeOrganisations) => None,
            (Role::OrganisationAdministrator, _) => Some(organisation),
            // A member has this scope only when an administrator granted it: a verifier's credential.
            (Role::Member, Self::VerifyTokens) => Some(organisation),
            (Role::Member, Self::ChangeOwners) => None,
            (
                Role::Member,
                Self::SeeTokens | Self::ChangeTokens | Self::SeeOwners | Self::SeeOrganisations | Self::ReadJournal,
            ) => Some(own),
        }
    }
}

/// How far the caller reaches with an action.
///
/// # Errors
/// [`Error::Denied`] when the credential lacks the scope or the role does not include the action.
pub fn reach(caller: &Caller, action: Action) -> Result<Reach, Error> {
    let implied = caller.implied.cover(action.scope());
    if !implied && !caller.scopes.cover(action.scope()) {
        if action.own_scope().is_some_and(|scope| caller.scopes.cover(scope)) {
            return Ok(Reach::Own(caller.owner_number));
        }
        return Err(Error::Denied(Denied::MissingScope(action.scope())));
    }
    // What a contract's right includes reaches as far as an administrator of the organisation does.
    let role = if implied { caller.role.max(Role::OrganisationAdministrator) } else { caller.role };
    action.reach(role, caller.organisation_number, caller.owner_number).ok_or(Error::Denied(Denied::Role))
}

/// How far the bearer of an active token sees when it asks for verdicts, without a copy of its scopes.
///
/// # Errors
/// As [`reach`].
pub(crate) fn verifier_reach(active: &Active<'_>) -> Result<Reach, Error> {
    let action = Action::VerifyTokens;
    if !active.allows(action.scope()) {
        return Err(Error::Denied(Denied::MissingScope(action.scope())));
    }
    action.reach(active.role(), active.organisation_number(), active.owner_number()).ok_or(Error::Denied(Denied::Role))
}

/// What the caller reaches and may hand out with an action.
///
/// # Errors
/// As [`reach`].
pub fn access(caller: &Caller, action: Action) -> Result<Access, Error> {
    let scopes = caller.scopes.union(&caller.hands_out);
    Ok(Access { reach: reach(caller, action)?, role: caller.role, scopes })
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::{
        caller::Credential,
        id::{OrganisationId, OwnerId, TokenId},
        scope::Scopes,
    };

    fn caller(role: Role, scopes: Scopes) -> Caller {
        Caller {
            owner: OwnerId::from_bytes([1; 16]),
            owner_number: OwnerNumber(7),
            organisation: OrganisationId::from_bytes([2; 16]),
            organisation_number: OrganisationNumber(3),
            role,
            scopes,
            credential: Credential::Token(TokenId::from_bytes([4; 16])),
            secrets: Vec::new(),
            hands_out: Scopes::default(),
            implied: Scopes::default(),
            action: None,
            origin: domain::origin::Origin::default(),
        }
    }

    #[test]
    fn no_action_is_allowed_without_its_scope() {
        for role in [Role::Member, Role::OrganisationAdministrator, Role::ApplicationAdministrator] {
            for action in Action::ALL {
                let others: Vec<_> =
                    Action::ALL.iter().filter(|other| **other != action).map(|other| other.scope()).collect();
                let caller = caller(role, Scopes::stored(&others.join(" ")));
                assert!(
                    matches!(reach(&caller, action), Err(Error::Denied(Denied::MissingScope(scope))) if scope == action.scope())
                );
            }
        }
    }

    #[test]
    fn each_role_reaches_its_own_and_no_further() {
        for action in Action::ALL {
            let reach_of = |role| reach(&caller(role, Scopes::everything()), action).ok();
            assert_eq!(reach_of(Role::ApplicationAdministrator), Some(Reach::Everything));
            let organisation =
                (action != Action::ChangeOrganisations).then_some(Reach::Organisation(OrganisationNumber(3)));
            assert_eq!(reach_of(Role::OrganisationAdministrator), organisation);
            let member = match action {
                Action::ChangeOrganisations | Action::ChangeOwners => None,
                Action::VerifyTokens => organisation,
                _ => Some(Reach::Own(OwnerNumber(7))),
            };
            assert_eq!(reach_of(Role::Member), member);
        }
    }
}
