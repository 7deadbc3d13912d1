//! The modules of the marketplace: what a token may be good for. The catalogue is fixed, and a module is
//! held as a scope.

use super::account::AccountType::{self, Client, Operations, Vendor};
use domain::scope::{Scopes, native};

/// Everything that this contract calls a scope begins so.
const PREFIX: &str = "softwareone:";
/// Whoever has it administers the tokens of his account.
const ACCESS_MANAGEMENT: &str = "MOD-1756";
/// Whoever has it administers the tokens of all accounts.
const PLATFORM_ACCOUNT_MANAGEMENT: &str = "MOD-1760";
/// What the right to administer tokens includes at the other doors.
const ADMINISTRATION: [&str; 5] =
    [native::TOKENS_READ, native::TOKENS_WRITE, native::JOURNAL_READ, native::ORGANISATIONS_READ, native::OWNERS_READ];

/// A module.
#[derive(Debug)]
pub struct Module {
    /// Its identifier, `MOD-` and four digits.
    pub id: &'static str,
    /// Its name.
    pub name: &'static str,
    /// Its name in addresses.
    pub code: &'static str,
    /// What it is for.
    pub description: &'static str,
    /// The types of the accounts whose tokens may have it.
    pub account_types: &'static [AccountType],
    /// True when every account has it from the beginning.
    pub default: bool,
}

/// Every module. Only the identifiers and codes of the two that this contract depends on are published;
/// the others are this server's own.
pub static MODULES: [Module; 6] = [
    Module {
        id: "MOD-1750",
        name: "Account management",
        code: "account-management",
        description: "The profile of the account, its buyers, sellers and licensees.",
        account_types: &[Operations, Vendor, Client],
        default: true,
    },
    Module {
        id: "MOD-1751",
        name: "Marketplace",
        code: "marketplace",
        description: "Products, orders, agreements and subscriptions.",
        account_types: &[Operations, Vendor, Client],
        default: true,
    },
    Module {
        id: "MOD-1752",
        name: "Catalogue management",
        code: "catalog-management",
        description: "The products that a vendor offers.",
        account_types: &[Operations, Vendor],
        default: false,
    },
    Module {
        id: "MOD-1753",
        name: "Collaboration site",
        code: "collaboration-site",
        description: "Cases and conversations.",
        account_types: &[Operations, Vendor, Client],
        default: false,
    },
    Module {
        id: ACCESS_MANAGEMENT,
        name: "Access Management",
        code: "access-management",
        description: "Users, groups and API tokens of the account.",
        account_types: &[Operations, Vendor, Client],
        default: false,
    },
    Module {
        id: PLATFORM_ACCOUNT_MANAGEMENT,
        name: "Platform Account Management",
        code: "platform-account-management",
        description: "Accounts, users and API tokens of the whole platform.",
        account_types: &[Operations],
        default: false,
    },
];

impl Module {
    /// The module with this identifier.
    pub fn of_id(id: &str) -> Option<&'static Self> {
        MODULES.iter().find(|module| module.id == id)
    }

    /// The scope that stands for it.
    pub fn scope(&self) -> String {
        format!("{PREFIX}{}", self.id)
    }

    /// True when it reaches over all accounts.
    pub fn is_platform(&self) -> bool {
        self.id == PLATFORM_ACCOUNT_MANAGEMENT
    }

    /// True when tokens of accounts of this type may have it.
    pub fn is_for(&self, account: AccountType) -> bool {
        self.account_types.contains(&account)
    }

    fn administers_tokens(&self) -> bool {
        self.is_platform() || self.id == ACCESS_MANAGEMENT
    }
}

/// The modules that these scopes hold.
pub fn held(scopes: &Scopes) -> impl Iterator<Item = &'static Module> {
    MODULES.iter().filter(|module| scopes.cover(&module.scope()))
}

/// True when these scopes hold Access Management.
pub fn manages_access(scopes: &Scopes) -> bool {
    scopes.cover(&format!("{PREFIX}{ACCESS_MANAGEMENT}"))
}

/// True when these scopes hold Platform Account Management.
pub fn manages_platform(scopes: &Scopes) -> bool {
    scopes.cover(&format!("{PREFIX}{PLATFORM_ACCOUNT_MANAGEMENT}"))
}

/// The scopes of a token with these modules and nothing else.
pub fn scopes_of<'a>(modules: impl IntoIterator<Item = &'a Module>) -> Scopes {
    let mut texts = Vec::new();
    for module in modules {
        texts.push(module.scope());
        texts.extend(ADMINISTRATION.iter().filter(|_| module.administers_tokens()).map(|scope| (*scope).to_owned()));
    }
    Scopes::stored(&texts.join(" "))
}

/// What the right to administer tokens here may hand out: every module, and what modules include. Only whoever
/// manages the platform hands that out.
pub fn handed_out(manages_platform: bool) -> Scopes {
    scopes_of(MODULES.iter().filter(|module| manages_platform || !module.is_platform()))
}

/// The scopes that stay when the modules of a token are replaced: those that have nothing to do with them.
/// None when the token holds modules by a wildcard, which cannot be taken apart.
pub fn beside_modules(scopes: &Scopes) -> Option<Scopes> {
    let wide = scopes.iter().any(|scope| scope.covers(&format!("{PREFIX}MOD-0000")));
    let administers = held(scopes).any(Module::administers_tokens);
    let included = |scope: &str| administers && ADMINISTRATION.contains(&scope);
    let stays = |scope: &&domain::scope::Scope| !scope.as_str().starts_with(PREFIX) && !included(scope.as_str());
    (!wide).then(|| scopes.iter().filter(stays).cloned().collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn identifiers_and_codes_are_given_once() {
        let ids: BTreeSet<_> = MODULES.iter().map(|module| module.id).collect();
        let codes: BTreeSet<_> = MODULES.iter().map(|module| module.code).collect();
        assert_eq!((ids.len(), codes.len()), (MODULES.len(), MODULES.len()));
        let digits =
            |id: &str| id.strip_prefix("MOD-").is_some_and(|rest| rest.len() == 4 && rest.parse::<u16>().is_ok());
        assert!(ids.into_iter().all(digits));
    }

    #[test]
    fn modules_become_scopes_and_are_held_by_them() {
        let scopes = scopes_of(Module::of_id("MOD-1751"));
        assert_eq!(scopes.to_string(), "softwareone:MOD-1751");
        let scopes = scopes_of(Module::of_id(ACCESS_MANAGEMENT));
        assert!(manages_access(&scopes) && !manages_platform(&scopes) && scopes.cover(native::TOKENS_WRITE));
        assert_eq!(held(&scopes).map(|module| module.id).collect::<Vec<_>>(), [ACCESS_MANAGEMENT]);
        assert_eq!(held(&Scopes::everything()).count(), MODULES.len());
        assert!(handed_out(true).first_uncovered(&scopes_of(&MODULES)).is_none());
        assert!(!manages_platform(&handed_out(false)) && manages_access(&handed_out(false)));
    }

    #[test]
    fn what_modules_do_not_bring_stays_beside_them() {
        let beside = |text: &str| beside_modules(&Scopes::stored(text)).map(|scopes| scopes.to_string());
        assert_eq!(
            beside("reports:read softwareone:MOD-1751 tokens:read").as_deref(),
            Some("reports:read tokens:read")
        );
        assert_eq!(beside("reports:read softwareone:MOD-1756 tokens:read").as_deref(), Some("reports:read"));
        assert_eq!((beside("*"), beside("softwareone:*")), (None, None));
    }
}
