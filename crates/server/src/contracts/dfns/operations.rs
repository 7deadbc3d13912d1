//! Operations: what Dfns calls the right to something. Each is a scope, and some include native scopes for the
//! request that they allow.

use super::{CONTRACT, identifier, kind};
use crate::problem::{Problem, ProblemKind};
use domain::{
    owner::Owner,
    scope::{Scopes, native},
};

/// Makes the enum and everything that must be said once for each operation from one table.
macro_rules! operations {
    ($($(#[$doc:meta])* $operation:ident = $name:literal, [$($scope:ident),*];)*) => {
        /// A right to something at this door.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Operation {
            $($(#[$doc])* $operation,)*
        }

        impl Operation {
            /// Every operation that this door asks for. A permission may hold others, which services behind
            /// Jeton ask for.
            pub const ALL: [Self; [$($name),*].len()] = [$(Self::$operation),*];

            /// Its name at Dfns.
            pub fn name(self) -> &'static str {
                match self { $(Self::$operation => $name,)* }
            }

            /// The native scopes that it includes, within the whole organisation of whoever has it.
            pub fn implied(self) -> &'static [&'static str] {
                match self { $(Self::$operation => &[$(native::$scope),*],)* }
            }
        }
    };
}

operations! {
    /// Create tokens of one's own, which needs no more than everybody may.
    PatsCreate = "Auth:Pats:Create", [];
    /// See users.
    UsersRead = "Auth:Users:Read", [OWNERS_READ];
    /// Create users.
    UsersCreate = "Auth:Users:Create", [OWNERS_READ, OWNERS_WRITE];
    /// Change users.
    UsersUpdate = "Auth:Users:Update", [OWNERS_READ, OWNERS_WRITE];
    /// Give users their power back.
    UsersActivate = "Auth:Users:Activate", [OWNERS_READ, OWNERS_WRITE];
    /// Take users their power.
    UsersDeactivate = "Auth:Users:Deactivate", [OWNERS_READ, OWNERS_WRITE];
    /// Delete users.
    UsersDelete = "Auth:Users:Delete", [OWNERS_READ, OWNERS_WRITE];
    /// See service accounts, with their tokens.
    ServiceAccountsRead = "Auth:ServiceAccounts:Read", [OWNERS_READ, TOKENS_READ];
    /// Create service accounts, each with a token.
    ServiceAccountsCreate = "Auth:ServiceAccounts:Create", [OWNERS_READ, OWNERS_WRITE, TOKENS_READ, TOKENS_WRITE];
    /// Change service accounts.
    ServiceAccountsUpdate = "Auth:ServiceAccounts:Update", [OWNERS_READ, OWNERS_WRITE, TOKENS_READ];
    /// Give service accounts their power back.
    ServiceAccountsActivate = "Auth:ServiceAccounts:Activate", [OWNERS_READ, OWNERS_WRITE, TOKENS_READ];
    /// Take service accounts their power.
    ServiceAccountsDeactivate = "Auth:ServiceAccounts:Deactivate", [OWNERS_READ, OWNERS_WRITE, TOKENS_READ];
    /// Delete service accounts, with their tokens.
    ServiceAccountsDelete = "Auth:ServiceAccounts:Delete", [OWNERS_READ, OWNERS_WRITE, TOKENS_READ, TOKENS_WRITE];
    /// Register users in the name of the organisation.
    RegisterDelegated = "Auth:Register:Delegated", [OWNERS_READ, OWNERS_WRITE];
    /// Sign users in in the name of the organisation.
    LoginDelegated = "Auth:Login:Delegated", [OWNERS_READ, OWNERS_WRITE];
    /// See permissions.
    PermissionsRead = "Permissions:Read", [OWNERS_READ];
    /// Create permissions.
    PermissionsCreate = "Permissions:Create", [OWNERS_READ, OWNERS_WRITE];
    /// Change permissions.
    PermissionsUpdate = "Permissions:Update", [OWNERS_READ, OWNERS_WRITE];
    /// Put permissions away.
    PermissionsArchive = "Permissions:Archive", [OWNERS_READ, OWNERS_WRITE];
    /// Give permissions to users, service accounts and tokens.
    PermissionsAssign = "Permissions:Assign", [OWNERS_READ, OWNERS_WRITE, TOKENS_READ];
    /// Take permissions from users, service accounts and tokens.
    PermissionsRevoke = "Permissions:Revoke", [OWNERS_READ, OWNERS_WRITE, TOKENS_READ];
    /// See who has which permission.
    PermissionsAssignmentsRead = "Permissions:Assignments:Read", [OWNERS_READ, TOKENS_READ];
}

impl Operation {
    /// The scope that it is.
    pub fn scope(self) -> String {
        scope(self.name())
    }

    /// True when these scopes include it.
    pub fn is_covered(self, scopes: &Scopes) -> bool {
        scopes.cover(&self.scope())
    }

    /// What somebody is told who does not have it.
    pub fn refusal(self, owner: &Owner) -> Problem {
        let (title, user) = (kind::title(owner), identifier::user(owner.id));
        let detail = format!("{title} {user} is not authorized to perform operation ({})", self.name());
        Problem::new(ProblemKind::Forbidden).detail(detail)
    }
}

/// The scope that an operation of any name is.
pub fn scope(name: &str) -> String {
    format!("{CONTRACT}:{name}")
}

/// The name of the operation that a scope is; none for one that is nothing at this door.
pub fn name_of(scope: &str) -> Option<&str> {
    scope.strip_prefix(CONTRACT)?.strip_prefix(':')
}

/// The names of the operations among these scopes.
pub fn names(scopes: &Scopes) -> Vec<String> {
    scopes.iter().filter_map(|scope| name_of(scope.as_str())).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::scope::Scope;

    #[test]
    fn every_operation_is_a_scope_that_reads_back() {
        for operation in Operation::ALL {
            let scope = Scope::parse("operation", &operation.scope()).unwrap();
            assert_eq!(name_of(scope.as_str()), Some(operation.name()));
            assert!(operation.is_covered(&Scopes::everything()));
            assert!(operation.is_covered(&Scopes::stored(scope.as_str())));
            assert!(!operation.is_covered(&Scopes::stored(operation.name())), "it belongs to this door");
        }
        assert_eq!(name_of("tokens:read"), None);
    }

    #[test]
    fn to_create_tokens_of_ones_own_reaches_nobody_elses() {
        assert!(Operation::PatsCreate.implied().is_empty());
    }
}
