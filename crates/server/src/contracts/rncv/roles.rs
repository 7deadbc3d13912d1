//! RNCV's roles. Those of its administrators are the core's; every other is a scope of its users.

use domain::{
    invalid::Invalid,
    owner::{Owner, Role},
    scope::{Scope, Scopes},
};
use serde_json::Value;
use utoipa::ToSchema;

/// What every scope of a role begins with.
const PREFIX: &str = "rncv:";

/// A role of RNCV. A user without any is what RNCV calls a generic user.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, ToSchema)]
pub enum RncvRole {
    /// Reaches all organisations.
    #[schema(rename = "Application Administrator")]
    ApplicationAdministrator,
    /// Reaches his organisation.
    #[schema(rename = "Organisation Administrator")]
    OrganisationAdministrator,
    /// Approves edits.
    #[schema(rename = "Organisation Approver")]
    OrganisationApprover,
    /// Submits data.
    Editor,
    /// Reads.
    Viewer,
    /// Reads everything, and the audit logs.
    Analyst,
}

impl RncvRole {
    const ALL: [Self; 6] = [
        Self::ApplicationAdministrator,
        Self::OrganisationAdministrator,
        Self::OrganisationApprover,
        Self::Editor,
        Self::Viewer,
        Self::Analyst,
    ];

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::ApplicationAdministrator => "Application Administrator",
            Self::OrganisationAdministrator => "Organisation Administrator",
            Self::OrganisationApprover => "Organisation Approver",
            Self::Editor => "Editor",
            Self::Viewer => "Viewer",
            Self::Analyst => "Analyst",
        }
    }

    /// The scope that stands for it; the roles of administrators are roles of the core.
    fn scope(self) -> Option<&'static str> {
        match self {
            Self::ApplicationAdministrator | Self::OrganisationAdministrator => None,
            Self::OrganisationApprover => Some("rncv:approver"),
            Self::Editor => Some("rncv:editor"),
            Self::Viewer => Some("rncv:viewer"),
            Self::Analyst => Some("rncv:analyst"),
        }
    }

    /// True when an administrator of this role of the core may give it to somebody.
    fn may_be_given_by(self, giver: Role) -> bool {
        match self {
            Self::ApplicationAdministrator | Self::Analyst => giver == Role::ApplicationAdministrator,
            Self::OrganisationAdministrator | Self::OrganisationApprover | Self::Editor | Self::Viewer => true,
        }
    }
}

/// The roles of a user, each once and in the order of their table.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RncvRoles(Vec<RncvRole>);

impl RncvRoles {
    /// Reads the names of roles.
    ///
    /// # Errors
    /// Names `field` when it is no list of names that are known.
    pub fn parse(field: &str, value: &Value) -> Result<Self, Invalid> {
        let refused = || {
            let names = RncvRole::ALL.map(RncvRole::name).join(", ");
            Invalid::field(field, format!("must be a list of roles: {names}"))
        };
        let role = |name: &Value| RncvRole::ALL.into_iter().find(|role| name.as_str() == Some(role.name()));
        let names = value.as_array().ok_or_else(refused)?;
        let mut roles = names.iter().map(role).collect::<Option<Vec<_>>>().ok_or_else(refused)?;
        roles.sort_unstable();
        roles.dedup();
        Ok(Self(roles))
    }

    /// The roles that a user has.
    pub fn of(owner: &Owner) -> Self {
        let administrator = match owner.role {
            Role::ApplicationAdministrator => Some(RncvRole::ApplicationAdministrator),
            Role::OrganisationAdministrator => Some(RncvRole::OrganisationAdministrator),
            Role::Member => None,
        };
        let has = |role: &RncvRole| match role.scope() {
            Some(scope) => owner.scopes.iter().any(|granted| granted.as_str() == scope),
            None => Some(*role) == administrator,
        };
        Self(RncvRole::ALL.into_iter().filter(has).collect())
    }

    /// Their names.
    pub fn names(&self) -> Vec<&'static str> {
        self.0.iter().map(|role| role.name()).collect()
    }

    /// The role of the core that they come to.
    pub fn role(&self) -> Role {
        let has = |role| self.0.contains(&role);
        if has(RncvRole::ApplicationAdministrator) {
            Role::ApplicationAdministrator
        } else if has(RncvRole::OrganisationAdministrator) {
            Role::OrganisationAdministrator
        } else {
            Role::Member
        }
    }

    /// The scopes that they come to, beside those of `scopes` that have nothing to do with RNCV.
    pub fn scopes(&self, scopes: &Scopes) -> Scopes {
        let others = scopes.iter().filter(|scope| !scope.as_str().starts_with(PREFIX)).cloned();
        let ours = self.0.iter().filter_map(|role| Scope::parse("roles", role.scope()?).ok());
        others.chain(ours).collect()
    }

    /// True when an administrator of this role may make these of what somebody had before.
    pub fn may_be_given_by(&self, giver: Role, before: &Self) -> bool {
        self.0.iter().all(|role| before.0.contains(role) || role.may_be_given_by(giver))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn roles_are_scopes_beside_those_of_others() {
        let roles = RncvRoles::parse("roles", &json!(["Viewer", "Editor", "Viewer"])).unwrap();
        assert_eq!(roles.names(), ["Editor", "Viewer"]);
        assert_eq!(roles.role(), Role::Member);
        let scopes = roles.scopes(&Scopes::stored("reports:read rncv:analyst"));
        assert_eq!(scopes.to_string(), "reports:read rncv:editor rncv:viewer");
        for wrong in [json!("Editor"), json!(["editor"]), json!([1]), json!(null), json!({})] {
            assert!(RncvRoles::parse("roles", &wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn an_organisation_administrator_gives_four_roles_and_takes_any() {
        let all = |names: &[&str]| RncvRoles::parse("roles", &json!(names)).unwrap();
        let giver = Role::OrganisationAdministrator;
        let four = all(&["Editor", "Organisation Approver", "Organisation Administrator", "Viewer"]);
        assert!(four.may_be_given_by(giver, &RncvRoles::default()));
        for role in ["Analyst", "Application Administrator"] {
            assert!(!all(&[role]).may_be_given_by(giver, &four), "{role}");
            assert!(all(&[role]).may_be_given_by(Role::ApplicationAdministrator, &four), "{role}");
            assert!(all(&[role, "Editor"]).may_be_given_by(giver, &all(&[role])), "he had {role} before");
        }
    }
}
