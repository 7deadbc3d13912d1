//! The tree of a filter: conditions on paths that nobody has looked up yet.

/// A condition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Expression {
    /// All of these; at least one.
    All(Vec<Self>),
    /// At least one of these; at least one.
    Any(Vec<Self>),
    /// Not this.
    Not(Box<Self>),
    /// A path compared with a term.
    Compare(Operator, Path, Term),
    /// A path that equals one of these, or none of them.
    OneOf(Membership, Path, Vec<Term>),
    /// Elements of a collection that fit a condition; without one, there are any.
    Elements(Quantifier, Path, Option<Box<Self>>),
}

/// The dotted name of a property, as it was written; empty for the element itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Path(pub String);

/// What a path is compared with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Term {
    /// A bare word: the name of a property where there is one, a constant otherwise.
    Word(String),
    /// A text in quotes: always a constant.
    Quoted(String),
    /// `self(path)`: always a property.
    Property(Path),
    /// `null()`
    Null,
    /// `empty()`
    Empty,
}

/// The functions that compare.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Operator {
    Eq,
    Ne,
    Gt,
    Ge,
    Lt,
    Le,
    Like,
    Ilike,
}

/// Among a list of values, or not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Membership {
    In,
    Out,
}

/// How many elements of a collection must fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Quantifier {
    Any,
    All,
}

impl Operator {
    /// Its name in a filter.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Eq => "eq",
            Self::Ne => "ne",
            Self::Gt => "gt",
            Self::Ge => "ge",
            Self::Lt => "lt",
            Self::Le => "le",
            Self::Like => "like",
            Self::Ilike => "ilike",
        }
    }
}

impl Membership {
    /// Its name in a filter.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::In => "in",
            Self::Out => "out",
        }
    }
}

impl Quantifier {
    /// Its name in a filter.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Any => "any",
            Self::All => "all",
        }
    }
}
