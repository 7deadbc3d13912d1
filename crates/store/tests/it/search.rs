//! Promise: a search finds exactly what fits its condition, in its order, and counts all of it.

use crate::{
    engine::Engine,
    filters::mixed,
    world::{World, deletion, seed},
};
use domain::{
    caller::{Access, Reach},
    facts::{ContractFacts, Facts},
    id::OwnerNumber,
    owner::Owner,
    token::{State, Token},
};
use std::{cmp::Ordering, collections::HashMap};
use store::{
    change::{UpdateOrganisation, Verb},
    query::{
        OwnerFilter, PageRequest, TokenFilter,
        search::{Comparison, Condition, Fact, Field, Operand, Order, Pattern, Search, StateWords, Value},
    },
    testing::Seeded,
};

on_every_engine!(
    any_condition_finds_what_fits,
    any_order_is_kept_across_parts,
    nothing_is_found_outside_the_reach,
    text_stays_text,
);

const WORDS: StateWords = StateWords { active: "On", disabled: "Off", expired: "Off", deleted: "Gone" };

const FACT: Fact = Fact { contract: "one", member: "icon" };

const FIELDS: [Field; 18] = [
    Field::Number,
    Field::NumberText("T-"),
    Field::Fact(FACT),
    Field::Name,
    Field::Description,
    Field::State(WORDS),
    Field::CreatedAt,
    Field::UpdatedAt,
    Field::LastUsedAt,
    Field::ExpiresAt,
    Field::Revision,
    Field::OrganisationNumber,
    Field::OrganisationText("O-"),
    Field::OrganisationFact(FACT, "Plain"),
    Field::OrganisationName,
    Field::AuthorNumber,
    Field::AuthorText("U-"),
    Field::AuthorName,
];

/// What a search must find, worked out from the tokens themselves.
struct Expected {
    world: World,
    tokens: Vec<Token>,
    authors: HashMap<domain::id::OwnerId, Owner>,
}

impl Expected {
    async fn new(engine: Engine) -> Self {
        let world = mixed(engine).await;
        let mut tokens = world.list(Reach::Everything, TokenFilter::default()).await;
        let deleted = TokenFilter { state: Some(State::Deleted), ..TokenFilter::default() };
        tokens.extend(world.list(Reach::Everything, deleted).await);
        tokens.sort_by_key(|token| token.number);
        let facts = ContractFacts { contract: "one", facts: serde_json::json!({"icon": "gold"}) };
        let gilded = UpdateOrganisation {
            seat: None,
            signed_actions: None,
            access: Access::unlimited(),
            organisation: world.organisation.id,
            expects: None,
            name: None,
            active: None,
            facts: Some(facts),
        };
        world.made(Verb::UpdateOrganisation(gilded)).await;
        let page = PageRequest { after: None, limit: 100 };
        let owners = world.store.owners(Reach::Everything, OwnerFilter::default(), page).await.unwrap();
        let authors = owners.items.into_iter().map(|owner| (owner.id, owner)).collect();
        Self { world, tokens, authors }
    }

    fn value(&self, token: &Token, field: Field) -> Option<Value> {
        let number = |number: u64| Some(Value::Number(i64::try_from(number).unwrap()));
        let time = |at: domain::time::Timestamp| Value::Number(at.milliseconds());
        let author = &self.authors[&token.author];
        match field {
            Field::Number => number(token.number.0),
            Field::NumberText(prefix) => Some(Value::Text(format!("{prefix}{}", token.number.grouped()))),
            Field::Fact(_) => icon(&token.terms.facts).map(Value::Text),
            Field::Name => Some(Value::Text(token.name.to_string())),
            Field::Description => Some(token.description.clone()).filter(|text| !text.is_empty()).map(Value::Text),
            Field::State(words) => Some(Value::Text(
                match token.state(self.world.now()) {
                    State::Active => words.active,
                    State::Disabled => words.disabled,
                    State::Expired => words.expired,
                    State::Deleted => words.deleted,
                }
                .into(),
            )),
            Field::CreatedAt => Some(time(token.created_at)),
            Field::UpdatedAt => (token.revision > 1 && token.deleted.is_none() || token.updated_at > token.created_at)
                .then(|| time(token.updated_at)),
            Field::LastUsedAt => token.last_use.as_ref().map(|last| time(last.at)),
            Field::ExpiresAt => token.expires_at.map(time),
            Field::Revision => number(token.revision),
            Field::OrganisationNumber => number(token.organisation_number.0.into()),
            Field::OrganisationName => Some(Value::Text(
                if token.organisation == self.world.organisation.id { "First" } else { "Other" }.into(),
            )),
            Field::OrganisationText(prefix) => {
                Some(Value::Text(format!("{prefix}{}", token.organisation_number.grouped())))
            }
            Field::OrganisationFact(_, otherwise) => {
                let first = token.organisation == self.world.organisation.id;
                Some(Value::Text(if first { "gold".into() } else { otherwise.into() }))
            }
            Field::AuthorText(prefix) => Some(Value::Text(format!("{prefix}{}", author.number.grouped()))),
            Field::AuthorNumber => number(author.number.0.into()),
            Field::AuthorName => Some(Value::Text(author.name.to_string())),
        }
    }

    fn fits(&self, token: &Token, condition: &Condition) -> bool {
        match condition {
            Condition::All(parts) => parts.iter().all(|part| self.fits(token, part)),
            Condition::Any(parts) => parts.iter().any(|part| self.fits(token, part)),
            Condition::Not(part) => !self.fits(token, part),
            Condition::Compare(field, comparison, operand) => {
                let right = match operand {
                    Operand::Value(value) => Some(value.clone()),
                    Operand::Field(other) => self.value(token, *other),
                };
                compares(self.value(token, *field), *comparison, right)
            }
            Condition::OneOf(field, values) => self.value(token, *field).is_some_and(|value| values.contains(&value)),
            Condition::Absent(field) => self.value(token, *field).is_none(),
            Condition::Fits(field, pattern) => {
                self.value(token, *field).is_some_and(|value| pattern.fits(&text(&value)))
            }
            Condition::Granted(scopes) => scopes.iter().any(|scope| token.scopes.cover(scope)),
        }
    }

    fn found(&self, search: &Search) -> Vec<Token> {
        let within = self.tokens.iter().filter(|token| search.deleted || token.deleted.is_none());
        let mut found: Vec<_> = within.filter(|token| self.fits(token, &search.condition)).cloned().collect();
        found.sort_by(|left, right| {
            let keys = search.order.iter().map(|order| {
                let ordering =
                    rank(self.value(left, order.field).as_ref()).cmp(&rank(self.value(right, order.field).as_ref()));
                if order.descending { ordering.reverse() } else { ordering }
            });
            keys.fold(Ordering::Equal, Ordering::then).then(left.number.cmp(&right.number))
        });
        found
    }

    async fn check(&self, search: &Search) {
        let expected = self.found(search);
        let now = self.world.now();
        let found = self.world.store.search(Reach::Everything, search.clone(), now).await.unwrap();
        assert_eq!(found.total, expected.len() as u64, "{search:?}");
        let offset = usize::try_from(search.offset).unwrap();
        let part: Vec<_> = expected.into_iter().skip(offset).take(search.limit).collect();
        let tokens: Vec<_> = found.items.iter().map(|found| found.token.clone()).collect();
        assert_eq!(tokens, part, "{search:?}");
        for found in found.items {
            let author = &self.authors[&found.token.author];
            assert_eq!((found.author.number, found.author.name), (author.number, Some(author.name.clone())));
            assert_eq!(found.organisation.id, found.token.organisation);
            assert_eq!(found.deleter.is_some(), found.token.deleted.is_some());
        }
        let numbers = self.world.store.search_numbers(Reach::Everything, search.clone(), now).await.unwrap();
        assert_eq!(numbers, part.iter().map(|token| token.number).collect::<Vec<_>>(), "{search:?}");
    }
}

fn icon(facts: &Facts) -> Option<String> {
    facts.of::<serde_json::Value>("one")?["icon"].as_str().map(str::to_owned)
}

fn text(value: &Value) -> String {
    match value {
        Value::Text(text) => text.clone(),
        Value::Number(number) => number.to_string(),
    }
}

/// Absent first, then by number, then by text.
fn rank(value: Option<&Value>) -> (u8, i64, &str) {
    match value {
        None => (0, 0, ""),
        Some(Value::Number(number)) => (1, *number, ""),
        Some(Value::Text(text)) => (2, 0, text),
    }
}

fn compares(left: Option<Value>, comparison: Comparison, right: Option<Value>) -> bool {
    if comparison == Comparison::Equal {
        return left == right;
    }
    if left.is_none() || right.is_none() {
        return false;
    }
    let ordering = rank(left.as_ref()).cmp(&rank(right.as_ref()));
    match comparison {
        Comparison::Equal => ordering.is_eq(),
        Comparison::Less => ordering.is_lt(),
        Comparison::LessOrEqual => ordering.is_le(),
        Comparison::Greater => ordering.is_gt(),
        Comparison::GreaterOrEqual => ordering.is_ge(),
    }
}

fn everything() -> Search {
    Search { condition: Condition::All(vec![]), order: vec![], offset: 0, limit: 1_000, deleted: true }
}

fn is_text(field: Field) -> bool {
    matches!(field, Field::Name | Field::Description | Field::State(_) | Field::OrganisationName | Field::AuthorName)
}

/// Conditions of every kind, with values that some tokens have.
struct Maker<'a> {
    randomness: Seeded,
    expected: &'a Expected,
}

impl Maker<'_> {
    fn below(&self, end: usize) -> usize {
        usize::try_from(self.randomness.below(end as u64)).unwrap()
    }

    fn field(&self) -> Field {
        FIELDS[self.below(FIELDS.len())]
    }

    fn text_field(&self) -> Field {
        let texts: Vec<_> = FIELDS.into_iter().filter(|field| is_text(*field)).collect();
        texts[self.below(texts.len())]
    }

    /// A value that the field of some token has, or one that none has.
    fn value(&self, field: Field) -> Value {
        let token = &self.expected.tokens[self.below(self.expected.tokens.len())];
        let none = if is_text(field) { Value::Text("none".into()) } else { Value::Number(7) };
        self.expected.value(token, field).unwrap_or(none)
    }

    fn pattern(&self, field: Field) -> Pattern {
        let whole: Vec<char> = text(&self.value(field)).chars().collect();
        let from = self.below(whole.len() + 1);
        let upto = from + self.below(whole.len() - from + 1);
        let part: String = whole[from..upto].iter().collect();
        let any_case = self.below(2) == 0;
        let part = if any_case && self.below(2) == 0 { part.to_uppercase() } else { part };
        Pattern::new(&part, self.below(2) == 0, self.below(2) == 0, any_case)
    }

    fn condition(&self, depth: usize) -> Condition {
        let field = self.field();
        match self.below(if depth == 0 { 7 } else { 10 }) {
            0 | 1 => {
                let comparison = [
                    Comparison::Equal,
                    Comparison::Less,
                    Comparison::LessOrEqual,
                    Comparison::Greater,
                    Comparison::GreaterOrEqual,
                ][self.below(5)];
                Condition::Compare(field, comparison, Operand::Value(self.value(field)))
            }
            2 => {
                let alike: Vec<_> = FIELDS.into_iter().filter(|other| is_text(*other) == is_text(field)).collect();
                let other = alike[self.below(alike.len())];
                let comparison = [Comparison::Equal, Comparison::Less, Comparison::GreaterOrEqual][self.below(3)];
                Condition::Compare(field, comparison, Operand::Field(other))
            }
            3 => Condition::OneOf(field, (0..self.below(4)).map(|_| self.value(field)).collect()),
            4 => Condition::Absent(field),
            5 => {
                let scopes = ["tokens:read", "tokens:write", "journal:read", "tokens", "other:scope"];
                Condition::Granted((0..self.below(3)).map(|_| scopes[self.below(5)].to_owned()).collect())
            }
            6 => {
                let field = self.text_field();
                Condition::Fits(field, self.pattern(field))
            }
            7 => Condition::Not(Box::new(self.condition(depth - 1))),
            8 => Condition::All((0..self.below(4)).map(|_| self.condition(depth - 1)).collect()),
            _ => Condition::Any((0..self.below(4)).map(|_| self.condition(depth - 1)).collect()),
        }
    }
}

async fn any_condition_finds_what_fits(engine: Engine) {
    let expected = Expected::new(engine).await;
    let maker = Maker { randomness: Seeded::new(seed()), expected: &expected };
    let mut sizes = std::collections::HashSet::new();
    for round in 0..1_500 {
        let search = Search { condition: maker.condition(round % 5), deleted: round % 3 == 0, ..everything() };
        sizes.insert(expected.found(&search).len());
        expected.check(&search).await;
    }
    assert!(sizes.len() > 15, "the conditions hardly differ: {sizes:?}");
}

async fn any_order_is_kept_across_parts(engine: Engine) {
    let expected = Expected::new(engine).await;
    let maker = Maker { randomness: Seeded::new(seed()), expected: &expected };
    for round in 0..300 {
        let order = |_| Order { field: maker.field(), descending: maker.below(2) == 0 };
        let search = Search {
            order: (0..maker.below(4)).map(order).collect(),
            offset: maker.below(30) as u64,
            limit: maker.below(8),
            deleted: round % 2 == 0,
            ..everything()
        };
        expected.check(&search).await;
    }
}

async fn nothing_is_found_outside_the_reach(engine: Engine) {
    let expected = Expected::new(engine).await;
    let world = &expected.world;
    let sample = expected.tokens.iter().find(|token| token.organisation != world.organisation.id).unwrap();
    let always = Condition::Any(vec![Condition::All(vec![]), Condition::Not(Box::new(Condition::Any(vec![])))]);
    let search = Search { condition: always, ..everything() };
    for (reach, within) in [
        (
            Reach::Organisation(sample.organisation_number),
            &(|token: &Token| token.organisation == sample.organisation) as &dyn Fn(&Token) -> bool,
        ),
        (Reach::Own(sample.owner_number), &|token: &Token| token.owner == sample.owner),
        (Reach::Own(OwnerNumber(99)), &|_: &Token| false),
    ] {
        let found = world.store.search(reach, search.clone(), world.now()).await.unwrap();
        let wanted: Vec<_> = expected.tokens.iter().filter(|token| within(token)).cloned().collect();
        let tokens: Vec<_> = found.items.into_iter().map(|found| found.token).collect();
        assert_eq!(tokens, wanted, "{reach:?}");
        assert_eq!(found.total, wanted.len() as u64, "{reach:?}");
    }
}

async fn text_stays_text(engine: Engine) {
    let world = World::new(engine).await;
    let owner = world.member().await;
    let hostile = ["%", "_", "*", "' OR 1 = 1 --", "\"); DROP TABLE token; --", "?", "?1", "ß", "İ", "\\"];
    for name in hostile {
        world.issue(&owner, name).await;
    }
    let gone = world.issue(&owner, "gone").await.token.id;
    world.made(deletion(gone)).await;
    for name in hostile {
        let value = Value::Text(name.to_owned());
        let pattern = Pattern::new(name, true, true, true);
        for condition in [
            Condition::Compare(Field::Name, Comparison::Equal, Operand::Value(value.clone())),
            Condition::OneOf(Field::Name, vec![value]),
            Condition::Fits(Field::Name, Pattern { open_start: false, open_end: false, ..pattern.clone() }),
        ] {
            let search = Search { condition, ..everything() };
            let found = world.store.search(Reach::Everything, search, world.now()).await.unwrap();
            let names: Vec<_> = found.items.iter().map(|found| found.token.name.as_str()).collect();
            assert_eq!(names, [name]);
        }
        let search = Search { condition: Condition::Granted(vec![name.to_owned()]), ..everything() };
        assert_eq!(world.store.search(Reach::Everything, search, world.now()).await.unwrap().total, 0, "{name}");
        let search = Search { condition: Condition::Fits(Field::Name, pattern), ..everything() };
        assert!(world.store.search(Reach::Everything, search, world.now()).await.unwrap().total >= 1, "{name}");
    }
}
