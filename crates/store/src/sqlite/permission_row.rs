//! Rows of permissions and of who has them, and pages of both.

use super::{
    conditions::{Conditions, blob, number},
    failure::{Failure, Result},
    list,
    owner_row::unreadable,
};
use crate::query::{Cursor, Page, PageRequest, permission::AssignmentFilter, permission::PermissionFilter};
use domain::{
    caller::Reach,
    id::{
        AssignmentId, AssignmentNumber, OrganisationId, OrganisationNumber, OwnerId, PermissionId, PermissionNumber,
        TokenId,
    },
    name::Name,
    permission::{Assignment, Bearer, Permission},
    scope::Scopes,
    time::Timestamp,
};
use rusqlite::{Connection, Row, types::Value};

/// The values of a permission; `read` knows the order.
const VALUES: &str = "p.number, p.id, p.organisation, o.id, p.name, p.scopes, p.immutable, p.archived, \
    p.created_at, p.updated_at, p.revision";
/// How many there are.
const VALUE_COUNT: usize = 11;

fn read(row: &Row<'_>) -> Result<Permission> {
    Ok(Permission {
        number: PermissionNumber(row.get(0)?),
        id: PermissionId::from_bytes(row.get(1)?),
        organisation: OrganisationNumber(row.get(2)?),
        organisation_id: OrganisationId::from_bytes(row.get(3)?),
        name: Name::stored(row.get(4)?),
        scopes: Scopes::stored(row.get_ref(5)?.as_str().map_err(unreadable)?),
        immutable: row.get(6)?,
        archived: row.get(7)?,
        created_at: Timestamp::from_milliseconds(row.get(8)?),
        updated_at: Timestamp::from_milliseconds(row.get(9)?),
        revision: row.get(10)?,
    })
}

/// A page of permissions, by number. `Reach::Own` sees those that its owner or one of its tokens has.
pub(crate) fn page(
    connection: &Connection,
    reach: Reach,
    filter: &PermissionFilter,
    page: &PageRequest,
) -> Result<Page<Permission>> {
    let mut conditions = Conditions::new();
    match reach {
        Reach::Everything => {}
        Reach::Organisation(number) => conditions.and_value("p.organisation = ?", number.0),
        Reach::Own(number) => {
            conditions.and_value(
                "p.number IN (SELECT permission FROM assignment WHERE owner = ? UNION ALL
                    SELECT a.permission FROM token AS t JOIN assignment AS a ON a.token = t.number WHERE t.owner = ?)",
                number.0,
            );
            conditions.value(number.0);
        }
    }
    conditions.and_some("p.id = ?", filter.id.map(|id| blob(id.bytes())));
    conditions.and_some("o.id = ?", filter.organisation.map(|id| blob(id.bytes())));
    conditions.and_some("p.name = ?", filter.name.clone());
    conditions.and_some("p.number > ?", page.after.as_ref().map(|cursor| number(cursor.number)));
    let sql = format!(
        "SELECT {VALUES} FROM permission AS p JOIN organisation AS o ON o.number = p.organisation
         WHERE {} ORDER BY p.number LIMIT {}",
        conditions.sql(),
        page.limit + 1
    );
    let cursor = |permission: &Permission| Cursor { key: None, number: permission.number.0 };
    list::rows(connection, &sql, &conditions, page.limit, read, cursor)
}

/// A permission, wherever it is.
pub(crate) fn by_id(connection: &Connection, id: PermissionId) -> Result<Option<Permission>> {
    let filter = PermissionFilter { id: Some(id), ..PermissionFilter::default() };
    let found = page(connection, Reach::Everything, &filter, &PageRequest { after: None, limit: 1 })?;
    Ok(found.items.into_iter().next())
}

/// A page of assignments, by number. `Reach::Own` sees those of its owner and of its tokens.
pub(crate) fn assignments(
    connection: &Connection,
    reach: Reach,
    filter: &AssignmentFilter,
    page: &PageRequest,
) -> Result<Page<Assignment>> {
    let mut conditions = Conditions::new();
    match reach {
        Reach::Everything => {}
        Reach::Organisation(number) => conditions.and_value("p.organisation = ?", number.0),
        Reach::Own(number) => conditions.and_value("coalesce(a.owner, t.owner) = ?", number.0),
    }
    conditions.and_some("a.id = ?", filter.id.map(|id| blob(id.bytes())));
    conditions.and_some("p.id = ?", filter.permission.map(|id| blob(id.bytes())));
    if let Some(bearers) = &filter.bearers {
        of_bearers(bearers, &mut conditions)?;
    }
    conditions.and_some("a.number > ?", page.after.as_ref().map(|cursor| number(cursor.number)));
    let sql = format!(
        "SELECT {VALUES}, a.number, a.id, w.id, t.id, a.immutable, a.created_at
         FROM assignment AS a JOIN permission AS p ON p.number = a.permission
            JOIN organisation AS o ON o.number = p.organisation
            LEFT JOIN owner AS w ON w.number = a.owner LEFT JOIN token AS t ON t.number = a.token
         WHERE {} ORDER BY a.number LIMIT {}",
        conditions.sql(),
        page.limit + 1
    );
    let cursor = |assignment: &Assignment| Cursor { key: None, number: assignment.number.0 };
    list::rows(connection, &sql, &conditions, page.limit, read_assignment, cursor)
}

/// The identifiers travel as two lists of hexadecimal texts, so that the statement is the same for any number
/// of them.
fn of_bearers(bearers: &[Bearer], conditions: &mut Conditions) -> Result<()> {
    let listed = |id: fn(&Bearer) -> Option<[u8; 16]>| -> Result<Value> {
        let ids: Vec<_> = bearers.iter().filter_map(id).map(|id| domain::hexadecimal::encode(&id)).collect();
        Ok(Value::Text(serde_json::to_string(&ids)?))
    };
    let owners = listed(|bearer| match bearer {
        Bearer::Owner(owner) => Some(owner.bytes()),
        Bearer::Token(_) => None,
    })?;
    let tokens = listed(|bearer| match bearer {
        Bearer::Owner(_) => None,
        Bearer::Token(token) => Some(token.bytes()),
    })?;
    conditions.and_value(
        "a.number IN (
            SELECT of.number FROM json_each(?) AS listed JOIN owner AS held ON held.id = unhex(listed.value)
                JOIN assignment AS of ON of.owner = held.number
            UNION ALL
            SELECT of.number FROM json_each(?) AS listed JOIN token AS held ON held.id = unhex(listed.value)
                JOIN assignment AS of ON of.token = held.number)",
        owners,
    );
    conditions.value(tokens);
    Ok(())
}

fn read_assignment(row: &Row<'_>) -> Result<Assignment> {
    let owner = row.get::<_, Option<_>>(VALUE_COUNT + 2)?.map(OwnerId::from_bytes);
    let token = row.get::<_, Option<_>>(VALUE_COUNT + 3)?.map(TokenId::from_bytes);
    let bearer = owner.map(Bearer::Owner).or(token.map(Bearer::Token));
    let nobody = || Failure::Unreadable("an assignment without anybody who has it".into());
    Ok(Assignment {
        permission: read(row)?,
        number: AssignmentNumber(row.get(VALUE_COUNT)?),
        id: AssignmentId::from_bytes(row.get(VALUE_COUNT + 1)?),
        bearer: bearer.ok_or_else(nobody)?,
        immutable: row.get(VALUE_COUNT + 4)?,
        created_at: Timestamp::from_milliseconds(row.get(VALUE_COUNT + 5)?),
    })
}
