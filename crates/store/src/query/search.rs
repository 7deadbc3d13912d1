//! Searches: any condition over what is known of tokens, in any order, any part of it, with how many fit.

use domain::{
    id::OwnerNumber,
    name::Name,
    owner::{Organisation, OwnerKind},
    token::Token,
};

/// Which tokens, in which order, and which part of them.
///
/// Whoever builds one bounds it: its cost grows with the number of conditions in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Search {
    /// What they must fit.
    pub condition: Condition,
    /// What they are sorted by, the weightiest first. Ties go by the token's number, the smallest first.
    pub order: Vec<Order>,
    /// How many of them are left out at the beginning.
    pub offset: u64,
    /// At most this many; none at all is a question for the total alone.
    pub limit: usize,
    /// True to look among tombstones, too.
    pub deleted: bool,
}

/// One of the things that tokens are sorted by. What is absent comes before everything else.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Order {
    /// By what.
    pub field: Field,
    /// True for the largest first.
    pub descending: bool,
}

/// A part of what was found.
#[derive(Debug, Clone)]
pub struct Found<T> {
    /// The part that was asked for.
    pub items: Vec<T>,
    /// How many fit in all, as far as they were counted.
    pub total: u64,
    /// True when there are more, which were not counted.
    pub more: bool,
}

/// A token with those that it names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundToken {
    /// The token, live or deleted.
    pub token: Token,
    /// Its organisation.
    pub organisation: Organisation,
    /// Who created it.
    pub author: Person,
    /// Who deleted it; none when it was the server or whoever held the secret.
    pub deleter: Option<Person>,
}

/// A user or service account by its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// Its number.
    pub number: OwnerNumber,
    /// Its name; none outside the reach of whoever asks.
    pub name: Option<Name>,
    /// Person or program.
    pub kind: OwnerKind,
}

/// What a token fits or not. There is no third answer: what is absent fits no comparison but one with
/// what is absent, and [`Condition::Not`] is true of exactly the others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Condition {
    /// All of these; true when there is none.
    All(Vec<Self>),
    /// At least one of these; false when there is none.
    Any(Vec<Self>),
    /// Not this.
    Not(Box<Self>),
    /// A field compared with a value or another field of its kind.
    Compare(Field, Comparison, Operand),
    /// A field that equals one of these values.
    OneOf(Field, Vec<Value>),
    /// Nothing is known for this field.
    Absent(Field),
    /// A field whose text fits a pattern.
    Fits(Field, Pattern),
    /// Granted a scope that covers one of these.
    Granted(Vec<String>),
}

/// What is known of a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Field {
    /// The token's number.
    Number,
    /// The token's number in groups of four digits, behind this prefix.
    NumberText(&'static str),
    /// Its name.
    Name,
    /// Its description; absent when it is empty.
    Description,
    /// Its state at the instant the search names as now, in these words.
    State(StateWords),
    /// When it was created, in milliseconds, as all instants are.
    CreatedAt,
    /// When it was last changed; absent when it never was.
    UpdatedAt,
    /// When it was last used, as far as that has been written; absent when it never was.
    LastUsedAt,
    /// When it stops working; absent when it never does.
    ExpiresAt,
    /// How often it was changed, counted from 1.
    Revision,
    /// What a contract knows of it.
    Fact(Fact),
    /// The number of its organisation.
    OrganisationNumber,
    /// The number of its organisation in groups of four digits, behind this prefix.
    OrganisationText(&'static str),
    /// The name of its organisation.
    OrganisationName,
    /// What a contract knows of its organisation; this word where it knows nothing.
    OrganisationFact(Fact, &'static str),
    /// The number of its author.
    AuthorNumber,
    /// The number of its author in groups of four digits, behind this prefix.
    AuthorText(&'static str),
    /// The name of its author; absent outside the reach of whoever asks.
    AuthorName,
}

/// A member of what one contract knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fact {
    /// The contract's name.
    pub contract: &'static str,
    /// The member's name.
    pub member: &'static str,
}

/// The words for the states of a token, as one surface says them; two states may share a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StateWords {
    /// It works.
    pub active: &'static str,
    /// It was switched off.
    pub disabled: &'static str,
    /// Its time is over.
    pub expired: &'static str,
    /// It is gone for good.
    pub deleted: &'static str,
}

/// How a field is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comparison {
    /// It is the same; two fields for which nothing is known are.
    Equal,
    /// It is smaller; texts go by Unicode code point.
    Less,
    /// It is smaller or the same.
    LessOrEqual,
    /// It is larger.
    Greater,
    /// It is larger or the same.
    GreaterOrEqual,
}

/// What a field is compared with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Operand {
    /// A value.
    Value(Value),
    /// Another field.
    Field(Field),
}

/// A value of a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// A text.
    Text(String),
    /// A number, or an instant in milliseconds.
    Number(i64),
}

/// The form of a text: nothing in it stands for anything else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pattern {
    /// What must be there, in lower case when the case does not matter.
    pub text: String,
    /// True when something may stand before it.
    pub open_start: bool,
    /// True when something may stand behind it.
    pub open_end: bool,
    /// True when upper and lower case are the same.
    pub any_case: bool,
}

impl Pattern {
    /// A pattern of this text.
    pub fn new(text: &str, open_start: bool, open_end: bool, any_case: bool) -> Self {
        let text = if any_case { text.to_lowercase() } else { text.to_owned() };
        Self { text, open_start, open_end, any_case }
    }

    /// True when a text is of this form.
    pub fn fits(&self, text: &str) -> bool {
        if self.any_case {
            shape_fits(&text.to_lowercase(), &self.text, self.open_start, self.open_end)
        } else {
            shape_fits(text, &self.text, self.open_start, self.open_end)
        }
    }
}

fn shape_fits(text: &str, part: &str, open_start: bool, open_end: bool) -> bool {
    match (open_start, open_end) {
        (true, true) => text.contains(part),
        (true, false) => text.ends_with(part),
        (false, true) => text.starts_with(part),
        (false, false) => text == part,
    }
}

impl Condition {
    /// True when the condition asks for this field anywhere.
    pub fn asks_for(&self, wanted: Field) -> bool {
        match self {
            Self::All(parts) | Self::Any(parts) => parts.iter().any(|part| part.asks_for(wanted)),
            Self::Not(part) => part.asks_for(wanted),
            Self::Compare(field, _, operand) => *field == wanted || *operand == Operand::Field(wanted),
            Self::OneOf(field, _) | Self::Absent(field) | Self::Fits(field, _) => *field == wanted,
            Self::Granted(_) => false,
        }
    }
}

impl Search {
    /// True when the condition or the order asks for this field.
    pub fn asks_for(&self, wanted: Field) -> bool {
        self.condition.asks_for(wanted) || self.order.iter().any(|order| order.field == wanted)
    }
}
