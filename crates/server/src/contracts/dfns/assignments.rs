//! Permissions that tokens have, as this contract shows them beside each.

use super::{
    identifier, operations,
    pat_shapes::{AssignmentShape, PatShape},
    refused::Refused,
};
use crate::state::Server;
use domain::{
    caller::Caller,
    id::TokenId,
    permission::{Assignment, Bearer},
    token::Token,
};
use std::collections::HashMap;

/// Tokens with their permissions.
///
/// # Errors
/// 503 when the store cannot be read.
pub async fn shown(server: &Server, caller: &Caller, tokens: &[Token]) -> Result<Vec<PatShape>, Refused> {
    let ids: Vec<_> = tokens.iter().map(|token| token.id).collect();
    let mut assigned: HashMap<TokenId, Vec<AssignmentShape>> = HashMap::new();
    for assignment in server.authority.assignments_of_tokens(caller, &ids).await? {
        if let Bearer::Token(token) = assignment.bearer {
            assigned.entry(token).or_default().push(shape(&assignment));
        }
    }
    let shape = |token: &Token| PatShape::new(token, assigned.remove(&token.id).unwrap_or_default());
    Ok(tokens.iter().map(shape).collect())
}

/// The permissions of one token.
///
/// # Errors
/// As [`shown`].
pub async fn of_token(server: &Server, caller: &Caller, token: TokenId) -> Result<Vec<AssignmentShape>, Refused> {
    let assigned = server.authority.assignments_of_tokens(caller, &[token]).await?;
    Ok(assigned.iter().map(shape).collect())
}

/// A permission that somebody has.
pub fn shape(assignment: &Assignment) -> AssignmentShape {
    AssignmentShape {
        permission_name: assignment.permission.name.to_string(),
        permission_id: identifier::permission(assignment.permission.id),
        assignment_id: identifier::assignment(assignment.id),
        operations: operations::names(&assignment.permission.scopes),
    }
}
