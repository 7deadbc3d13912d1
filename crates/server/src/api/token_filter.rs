//! Which tokens a list or a deletion means, checked field by field.

use super::{fields::contained, page::PageQuery, token_shapes::StateShape};
use crate::query::SEPARATOR;
use domain::{
    id::{OrganisationId, OwnerId},
    invalid::{Checks, Invalid},
    limits, name,
    scope::Scope,
    time::Timestamp,
    token::State,
};
use serde::Deserialize;
use store::query::{PageRequest, Sort, SortKey, TokenFilter};
use utoipa::{IntoParams, ToSchema};

/// Which tokens: every part that is given must fit.
#[derive(Deserialize, Default, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub struct TokenFilterQuery {
    /// In this state.
    #[param(value_type = Option<StateShape>)]
    state: Option<String>,
    /// Of this user or service account.
    #[param(format = "uuid")]
    owner: Option<String>,
    /// Created by this user or service account.
    #[param(format = "uuid")]
    author: Option<String>,
    /// Of this organisation.
    #[param(format = "uuid")]
    organisation: Option<String>,
    /// Granted exactly this scope.
    #[param(min_length = 1, max_length = 100)]
    scope: Option<String>,
    /// Carrying this label, `key` or `key=value`; it may be repeated, and all must be there.
    #[param(value_type = Option<Vec<String>>, max_items = 32)]
    label: Option<String>,
    /// Created before this instant.
    #[param(format = "date-time")]
    created_before: Option<String>,
    /// Created at this instant or later.
    #[param(format = "date-time")]
    created_after: Option<String>,
    /// Expiring before this instant.
    #[param(format = "date-time")]
    expires_before: Option<String>,
    /// Expiring at this instant or later, or never.
    #[param(format = "date-time")]
    expires_after: Option<String>,
    /// Last used before this instant, or created before it and never used.
    #[param(format = "date-time")]
    last_used_before: Option<String>,
    /// Last used at this instant or later.
    #[param(format = "date-time")]
    last_used_after: Option<String>,
    /// With this text in the name, whatever its case.
    #[param(min_length = 1, max_length = 200)]
    name_contains: Option<String>,
    /// With a secret that begins so, up to eight characters.
    #[param(min_length = 1, max_length = 8)]
    secret_prefix: Option<String>,
    /// With this text in the name or the description, or as the identifier, the number, or the beginning
    /// (five characters or more) or the last four characters of a secret; whatever its case.
    #[param(min_length = 1, max_length = 200)]
    text: Option<String>,
    /// What to sort by; a leading `-` means descending.
    #[param(value_type = Option<SortShape>)]
    sort: Option<String>,
    /// At most this many on the page, 1 to 200.
    #[param(minimum = 1, maximum = 200, default = 50, value_type = Option<u64>)]
    limit: Option<String>,
    /// Where the page before this one ended: its `next_cursor`.
    #[param(min_length = 1)]
    cursor: Option<String>,
    /// True to count all tokens that fit.
    #[param(value_type = Option<bool>)]
    total: Option<String>,
}

/// What a list of tokens can be sorted by.
#[derive(ToSchema)]
#[schema(as = TokenSort)]
#[allow(dead_code)]
pub enum SortShape {
    /// Oldest first.
    #[schema(rename = "created")]
    Created,
    /// Newest first.
    #[schema(rename = "-created")]
    CreatedDescending,
    /// By name.
    #[schema(rename = "name")]
    Name,
    /// By name, backwards.
    #[schema(rename = "-name")]
    NameDescending,
    /// The next to expire first.
    #[schema(rename = "expires")]
    Expires,
    /// The last to expire first.
    #[schema(rename = "-expires")]
    ExpiresDescending,
    /// Longest unused first.
    #[schema(rename = "last_used")]
    LastUsed,
    /// Most recently used first.
    #[schema(rename = "-last_used")]
    LastUsedDescending,
}

/// Which tokens a deletion means: every part that is given must fit, and at least one must be given.
#[derive(Deserialize, Default, ToSchema)]
#[serde(deny_unknown_fields, default)]
#[schema(as = TokenFilter)]
pub struct TokenFilterBody {
    /// In this state.
    #[schema(value_type = Option<StateShape>)]
    state: Option<String>,
    /// Of this user or service account.
    #[schema(format = "uuid")]
    owner: Option<String>,
    /// Created by this user or service account.
    #[schema(format = "uuid")]
    author: Option<String>,
    /// Of this organisation.
    #[schema(format = "uuid")]
    organisation: Option<String>,
    /// Granted exactly this scope.
    #[schema(min_length = 1, max_length = 100)]
    scope: Option<String>,
    /// Carrying all of these labels, each `key` or `key=value`.
    labels: Vec<String>,
    /// Created before this instant.
    #[schema(format = "date-time")]
    created_before: Option<String>,
    /// Created at this instant or later.
    #[schema(format = "date-time")]
    created_after: Option<String>,
    /// Expiring before this instant.
    #[schema(format = "date-time")]
    expires_before: Option<String>,
    /// Expiring at this instant or later, or never.
    #[schema(format = "date-time")]
    expires_after: Option<String>,
    /// Last used before this instant, or created before it and never used.
    #[schema(format = "date-time")]
    last_used_before: Option<String>,
    /// Last used at this instant or later.
    #[schema(format = "date-time")]
    last_used_after: Option<String>,
    /// With this text in the name, whatever its case.
    #[schema(min_length = 1, max_length = 200)]
    name_contains: Option<String>,
    /// With a secret that begins so, up to eight characters.
    #[schema(min_length = 1, max_length = 8)]
    secret_prefix: Option<String>,
    /// With this text in the name or the description, or as the identifier, the number, or the beginning
    /// (five characters or more) or the last four characters of a secret; whatever its case.
    #[schema(min_length = 1, max_length = 200)]
    text: Option<String>,
}

/// What a list of tokens shall show.
pub struct Listing {
    /// Which tokens.
    pub filter: TokenFilter,
    /// In which order.
    pub sort: Sort,
    /// That order's name in cursors.
    pub order: String,
    /// Which page of them.
    pub page: PageRequest,
    /// Whether to count them all.
    pub with_total: bool,
}

impl TokenFilterQuery {
    /// Checks every parameter.
    ///
    /// # Errors
    /// Names every parameter that broke a rule.
    pub fn check(self) -> Result<Listing, Invalid> {
        let page = PageQuery { limit: self.limit, cursor: self.cursor, total: self.total };
        let mut checks = Checks::new();
        let sort = self.sort.map_or(Some(Sort::default()), |sort| checks.take(sort_of(&sort)));
        // A cursor can only be judged by an order that is known.
        let order = sort.map(|sort| format!("tokens {:?} {}", sort.key, sort.descending));
        let page = checks.take(page.check(order.as_deref()));
        let body = TokenFilterBody {
            state: self.state,
            owner: self.owner,
            author: self.author,
            organisation: self.organisation,
            scope: self.scope,
            labels: self.label.iter().flat_map(|labels| labels.split(SEPARATOR)).map(str::to_owned).collect(),
            created_before: self.created_before,
            created_after: self.created_after,
            expires_before: self.expires_before,
            expires_after: self.expires_after,
            last_used_before: self.last_used_before,
            last_used_after: self.last_used_after,
            name_contains: self.name_contains,
            secret_prefix: self.secret_prefix,
            text: self.text,
        };
        let filter = checks.take(body.check("", "label"));
        let parts = filter.zip(sort).zip(order).zip(page);
        checks.finish_with(parts.map(|(((filter, sort), order), (page, with_total))| Listing {
            filter,
            sort,
            order,
            page,
            with_total,
        }))
    }
}

impl TokenFilterBody {
    /// Checks the filter of a deletion, which must not select everything by saying nothing.
    ///
    /// # Errors
    /// Names every field that broke a rule.
    pub fn check_some(self) -> Result<TokenFilter, Invalid> {
        match self.check("filter.", "labels")? {
            filter if filter == TokenFilter::default() => {
                Err(Invalid::field("filter", "must name at least one condition"))
            }
            filter if filter.state == Some(State::Deleted) => {
                Err(Invalid::field("filter.state", "must not be deleted: what is deleted stays deleted"))
            }
            filter => Ok(filter),
        }
    }

    fn check(self, within: &str, labels: &str) -> Result<TokenFilter, Invalid> {
        let mut checks = Checks::new();
        let field = |name: &str| format!("{within}{name}");
        let mut time =
            |name: &str, at: Option<String>| at.and_then(|at| checks.take(Timestamp::parse(&field(name), &at)));
        let created = (time("created_before", self.created_before), time("created_after", self.created_after));
        let expires = (time("expires_before", self.expires_before), time("expires_after", self.expires_after));
        let used = (time("last_used_before", self.last_used_before), time("last_used_after", self.last_used_after));
        let mut owner =
            |name: &str, id: Option<String>| id.and_then(|id| checks.take(OwnerId::parse(&field(name), &id)));
        let (owned_by, author) = (owner("owner", self.owner), owner("author", self.author));
        let filter = TokenFilter {
            state: self.state.and_then(|state| checks.take(state_of(&field("state"), &state))),
            owner: owned_by,
            author,
            organisation: self
                .organisation
                .and_then(|id| checks.take(OrganisationId::parse(&field("organisation"), &id))),
            scope: self
                .scope
                .and_then(|scope| checks.take(Scope::parse(&field("scope"), &scope)))
                .map(|scope| scope.to_string()),
            labels: self
                .labels
                .iter()
                .filter_map(|label| checks.take(name::label_filter(&field(labels), label)))
                .collect(),
            created_before: created.0,
            created_after: created.1,
            expires_before: expires.0,
            expires_after: expires.1,
            last_used_before: used.0,
            last_used_after: used.1,
            name_contains: self.name_contains.and_then(|text| checks.take(contained(&field("name_contains"), text))),
            secret_prefix: self.secret_prefix.and_then(|text| checks.take(prefix(&field("secret_prefix"), text))),
            text: self.text.and_then(|text| checks.take(contained(&field("text"), text))),
            number: None,
            ids: None,
        };
        if filter.labels.len() > limits::LABELS {
            checks.refuse(field(labels), format!("must not name more than {} labels", limits::LABELS));
        }
        checks.finish_with(Some(filter))
    }
}

fn prefix(field: &str, text: String) -> Result<String, Invalid> {
    if (1..=8).contains(&text.chars().count()) && text.chars().all(|character| character.is_ascii_graphic()) {
        Ok(text)
    } else {
        Err(Invalid::field(field, "must be 1 to 8 visible ASCII characters"))
    }
}

fn sort_of(text: &str) -> Result<Sort, Invalid> {
    let (word, descending) = text.strip_prefix('-').map_or((text, false), |word| (word, true));
    let key = match word {
        "created" => SortKey::Created,
        "name" => SortKey::Name,
        "expires" => SortKey::Expires,
        "last_used" => SortKey::LastUsed,
        _ => {
            return Err(Invalid::field(
                "sort",
                "must be created, name, expires or last_used, with - before it for descending",
            ));
        }
    };
    Ok(Sort { key, descending })
}

fn state_of(field: &str, word: &str) -> Result<State, Invalid> {
    [State::Active, State::Disabled, State::Expired, State::Deleted]
        .into_iter()
        .find(|state| state.as_str() == word)
        .ok_or_else(|| Invalid::field(field, "must be active, disabled, expired or deleted"))
}
