//! The properties that may be asked for: a table for each kind of record.

/// A property.
#[derive(Debug)]
pub struct Property<T> {
    /// Its dotted name.
    pub path: &'static str,
    /// Its type.
    pub kind: Kind,
    /// True when some records have none.
    pub nullable: bool,
    /// True when an empty text is kept as none.
    pub empty_is_none: bool,
    /// Where its value is.
    pub at: T,
}

/// The type of a property, which says how it may be compared.
#[derive(Debug)]
pub enum Kind {
    /// A text.
    Text,
    /// One of these words.
    Word(&'static [&'static str]),
    /// A whole number.
    Number,
    /// An instant.
    Time,
    /// True or false.
    Boolean,
    /// An object that has properties, and cannot be compared itself.
    Reference,
    /// A collection of objects with these properties.
    Elements(&'static [Property<()>]),
}

impl<T> Property<T> {
    /// A property of this type that every record has.
    pub const fn new(path: &'static str, kind: Kind, at: T) -> Self {
        Self { path, kind, nullable: false, empty_is_none: false, at }
    }

    /// The same for one that some records do not have.
    #[must_use]
    pub const fn or_null(path: &'static str, kind: Kind, at: T) -> Self {
        Self { path, kind, nullable: true, empty_is_none: false, at }
    }

    /// The same for a text that is kept as none when it is empty.
    #[must_use]
    pub const fn or_empty(path: &'static str, kind: Kind, at: T) -> Self {
        Self { path, kind, nullable: true, empty_is_none: true, at }
    }
}

/// The property of this name, in whatever case.
pub fn find<T>(properties: &'static [Property<T>], path: &str) -> Option<&'static Property<T>> {
    properties.iter().find(|property| property.path.eq_ignore_ascii_case(path))
}
