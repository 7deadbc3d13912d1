//! What a list of users or service accounts is narrowed down to, and sorted by.

use super::Room;
use crate::console::lists::{filter::FilterFields, sorting::SortWords};
use domain::{invalid::Checks, owner::Role};
use store::query::{OwnerFilter, OwnerKey};

/// The fields of the filter.
pub const FIELDS: [&str; 4] = ["q", "role", "state", "organisation"];

/// What they select.
pub fn check(room: Room, fields: &FilterFields, checks: &mut Checks) -> OwnerFilter {
    OwnerFilter {
        kind: Some(room.kind()),
        text: fields.text("q", checks),
        role: fields.given("role").and_then(|role| checks.take(Role::parse("role", role))),
        active: fields.active("state", checks),
        organisation: fields.organisation("organisation", checks),
        ..OwnerFilter::default()
    }
}

impl SortWords for OwnerKey {
    const ALL: &'static [Self] = &[Self::Created, Self::Name, Self::Role, Self::Organisation];

    fn word(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Name => "name",
            Self::Role => "role",
            Self::Organisation => "organisation",
        }
    }

    fn descends_at_first(self) -> bool {
        matches!(self, Self::Created | Self::Role)
    }
}
