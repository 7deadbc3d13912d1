//! Creating service accounts that can work at once: with a token, and with a permission.

use super::{assignments, failure::Result, issue, owners, transaction::Transaction};
use crate::{
    change::{AssignPermission, CreateServiceAccount, IssueToken},
    error::Refusal,
};
use domain::{owner::Owner, permission::Bearer, token::Token};

/// Creates a service account, gives it its permission, and issues its first token.
pub(crate) fn create(transaction: &mut Transaction<'_>, wanted: &CreateServiceAccount) -> Result<(Owner, Token)> {
    let mut account = owners::create(transaction, &wanted.account)?;
    if let Some(first) = wanted.permission {
        let assign = AssignPermission {
            access: wanted.account.access.clone(),
            id: first.assignment,
            permission: first.permission,
            bearer: Bearer::Owner(account.id),
            immutable: false,
        };
        assignments::assign(transaction, &assign)
            .map_err(|failure| failure.instead_of_not_found(Refusal::PermissionNotFound))?;
        account = transaction.owner(account.id)?.ok_or(Refusal::OwnerNotFound)?.owner.clone();
    }
    let token = IssueToken { owner: account.id, ..wanted.token.clone() };
    Ok((account, issue::issue(transaction, &token)?))
}
