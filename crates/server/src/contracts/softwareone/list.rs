//! Lists and records as this contract answers with them: what was asked for, and what is left out.

use super::rql::{
    Query,
    check::{check, sortable},
    fits::{fits, sorted},
    mistake::Mistake,
    property::Property,
    select::Select,
};
use crate::problem::Problem;
use axum::extract::FromRequestParts;
use domain::invalid::Checks;
use http::request::Parts;
use serde::Serialize;
use serde_json::{Map, Value, json};
use std::convert::Infallible;
use utoipa::{IntoParams, ToSchema};

/// The most records of one answer, and how many there are where nobody asks for fewer.
pub const LIMIT: usize = 100;

/// The query of a request, which may hold mistakes.
pub struct Asked(pub Query);

impl<S: Send + Sync> FromRequestParts<S> for Asked {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self(Query::parse(parts.uri.query().unwrap_or_default())))
    }
}

/// The mistakes of a query as a problem that names each.
pub fn problem(mistakes: Vec<Mistake>) -> Problem {
    let mut checks = Checks::new();
    for mistake in mistakes {
        checks.refuse(mistake.key, mistake.text);
    }
    checks.finish().map_or_else(Problem::from, |()| Problem::field("filter", "is not valid"))
}

/// What a list takes. Every other piece of the query is a condition of RQL, and all of them must hold.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[allow(dead_code, reason = "only the OpenAPI document reads it")]
pub struct ListQuery {
    /// At most this many records; more than 100 are never given.
    #[param(minimum = 0, default = 100)]
    limit: Option<u64>,
    /// How many records are left out at the beginning.
    #[param(minimum = 0, default = 0)]
    offset: Option<u64>,
    /// What is shown beside the usual, or not: `+audit,-name`.
    select: Option<String>,
    /// What the list is sorted by: `-name,id`.
    #[param(min_length = 1)]
    order: Option<String>,
}

/// What a single record takes.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[allow(dead_code, reason = "only the OpenAPI document reads it")]
pub struct SelectQuery {
    /// What is shown beside the usual, or not: `+audit,-name`.
    select: Option<String>,
}

/// A part of a list.
#[derive(Serialize, ToSchema)]
#[schema(as = List)]
#[allow(dead_code, reason = "only the OpenAPI document reads it")]
pub struct ListShape<T> {
    /// Which part it is.
    #[serde(rename = "$meta")]
    meta: ListMeta,
    /// The records.
    data: Vec<T>,
}

/// Which part of a list it is.
#[derive(Serialize, ToSchema)]
struct ListMeta {
    /// Where it lies in the whole.
    pagination: Pagination,
    /// What is left out of each record.
    omitted: Vec<String>,
}

/// Where a part of a list lies in the whole.
#[derive(Serialize, ToSchema)]
struct Pagination {
    /// How many records stand before it.
    offset: u64,
    /// How many records it has at most.
    limit: u64,
    /// How many records there are in all.
    total: u64,
}

/// What is left out of a record.
#[derive(Serialize, ToSchema)]
pub struct Omitted {
    /// The names of what is left out.
    omitted: Vec<String>,
}

/// The names at the top level of a record.
#[derive(Debug)]
pub struct Names {
    /// All of them, in the order of the record.
    pub all: &'static [&'static str],
    /// Those that are left out unless they are asked for.
    pub omitted: &'static [&'static str],
}

impl Names {
    /// What is left out of each record.
    pub fn left_out(&self, select: &Select) -> Vec<&'static str> {
        let shown = |name: &str| select.shows(&[name], !self.omitted.contains(&name));
        self.all.iter().copied().filter(|name| !shown(name)).collect()
    }
}

/// The limit in force.
pub fn limit(query: &Query) -> usize {
    query.limit.and_then(|limit| usize::try_from(limit).ok()).map_or(LIMIT, |limit| limit.min(LIMIT))
}

/// A list of these records, projected.
pub fn page(data: Vec<Value>, total: u64, query: &Query, names: &Names) -> Value {
    json!({
        "$meta": {
            "pagination": {"offset": query.offset, "limit": limit(query), "total": total},
            "omitted": names.left_out(&query.select),
        },
        "data": data.into_iter().map(|record| projected(record, &query.select, names)).collect::<Vec<_>>(),
    })
}

/// A single record, projected.
pub fn shown(record: Value, select: &Select, names: &Names) -> Value {
    let mut record = projected(record, select, names);
    if let Value::Object(record) = &mut record {
        record.insert("$meta".to_owned(), json!({"omitted": names.left_out(select)}));
    }
    record
}

/// Leaves only what is shown of a record.
pub fn projected(mut record: Value, select: &Select, names: &Names) -> Value {
    if let Value::Object(record) = &mut record {
        select.project(record, names.omitted);
    }
    record
}

/// The selection of a request for one record, which can ask for nothing else.
///
/// # Errors
/// Names everything else.
pub fn only_select(query: &Query) -> Result<&Select, Problem> {
    let mut checks = Checks::new();
    let others = [
        ("limit", query.limit.is_some()),
        ("offset", query.offset > 0),
        ("order", !query.order.is_empty()),
        ("filter", query.filter.is_some()),
    ];
    for mistake in &query.mistakes {
        checks.refuse(&mistake.key, &mistake.text);
    }
    for (name, _) in others.iter().filter(|(_, given)| *given) {
        checks.refuse(*name, "is for lists only");
    }
    checks.finish()?;
    Ok(&query.select)
}

/// The part of a catalogue that is asked for.
///
/// # Errors
/// Everything that was wrong with the query.
pub fn of_catalogue(
    mut records: Vec<Value>,
    query: &Query,
    properties: &'static [Property<()>],
    names: &Names,
) -> Result<Value, Problem> {
    let mut mistakes = query.mistakes.clone();
    if let Some(filter) = &query.filter {
        match check(filter, properties) {
            Ok(checked) => records.retain(|record| fits(record, &checked)),
            Err(mistake) => mistakes.push(mistake),
        }
    }
    let mut order = Vec::new();
    for key in &query.order {
        match sortable(properties, &key.path) {
            Ok(property) => order.push((property, key)),
            Err(mistake) => mistakes.push(mistake),
        }
    }
    if !mistakes.is_empty() {
        return Err(problem(mistakes));
    }
    records.sort_by(|left, right| sorted(left, right, &order));
    let total = records.len() as u64;
    let offset = usize::try_from(query.offset).unwrap_or(usize::MAX);
    let part = records.into_iter().skip(offset).take(limit(query)).collect();
    Ok(page(part, total, query, names))
}

/// A record as an object, whatever serialised it.
pub fn object(record: &impl Serialize) -> Value {
    // Records are made of texts and numbers, which always have a JSON form.
    serde_json::to_value(record).unwrap_or_else(|_| Value::Object(Map::new()))
}
