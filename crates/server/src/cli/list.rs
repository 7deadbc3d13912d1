//! How long a list is shown, and what is said about the rest of it.

use super::{
    client::Listed,
    failure::Done,
    output::{Options, note, print},
};
use clap::Args;
use serde::de::DeserializeOwned;

/// How much of a list.
#[derive(Debug, Clone, Copy, Args)]
pub struct ListLimit {
    /// At most this many.
    #[arg(long, value_name = "NUMBER", default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..))]
    limit: u32,
    /// All of them.
    #[arg(long, conflicts_with = "limit")]
    all: bool,
}

impl ListLimit {
    /// The most that shall be read; none means everything.
    pub fn most(self) -> Option<usize> {
        (!self.all).then_some(self.limit as usize)
    }

    /// Prints a list: JSON as the server sent it, or a table of the items.
    ///
    /// # Errors
    /// When the server answered something else than this version expects.
    pub fn show<T: DeserializeOwned>(
        self,
        listed: &Listed,
        options: Options,
        what: &str,
        table: impl Fn(&[T]) -> String,
    ) -> Done {
        if options.json {
            return print(&listed.to_json());
        }
        let items: Vec<T> = listed.parse()?;
        if items.is_empty() {
            note(options, &format!("there are no such {what}"));
            return Ok(());
        }
        print(&table(&items))?;
        match (listed.total, listed.has_more) {
            (Some(total), _) => note(options, &format!("{} of {total} {what}", items.len())),
            (None, true) => note(options, &format!("the first {} {what}; --all shows the rest", items.len())),
            (None, false) => {}
        }
        Ok(())
    }
}
