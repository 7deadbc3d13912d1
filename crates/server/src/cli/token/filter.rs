//! The flags that select tokens, for `list` and `delete`.

use crate::cli::{argument, when};
use clap::{Args, ValueEnum};
use domain::time::Timestamp;
use serde_json::{Map, Value, json};

/// The states that a filter can name.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(super) enum StateWord {
    /// It works.
    Active,
    /// It was switched off.
    Disabled,
    /// Its time is over.
    Expired,
    /// It is gone for good.
    Deleted,
}

/// Which tokens: every flag that is given must fit.
#[derive(Debug, Args)]
#[command(next_help_heading = "Which tokens")]
pub(super) struct FilterArguments {
    /// In this state.
    #[arg(long)]
    state: Option<StateWord>,
    /// Of this user or service account.
    #[arg(long, value_name = "ID", value_parser = argument::owner)]
    owner: Option<String>,
    /// Created by this user or service account.
    #[arg(long, value_name = "ID", value_parser = argument::owner)]
    author: Option<String>,
    /// Of this organisation.
    #[arg(long, value_name = "ID", value_parser = argument::organisation)]
    organisation: Option<String>,
    /// Granted exactly this scope.
    #[arg(long, value_parser = argument::scope)]
    scope: Option<String>,
    /// Carrying this label; give the flag several times for several.
    #[arg(long = "label", value_name = "KEY[=VALUE]")]
    labels: Vec<String>,
    /// Created before this time; 30d means 30 days ago.
    #[arg(long, value_name = "TIME", value_parser = when::past)]
    created_before: Option<Timestamp>,
    /// Created at this time or later; 30d means 30 days ago.
    #[arg(long, value_name = "TIME", value_parser = when::past)]
    created_after: Option<Timestamp>,
    /// Expiring before this time; 30d means 30 days from now.
    #[arg(long, value_name = "TIME", value_parser = when::future)]
    expires_before: Option<Timestamp>,
    /// Expiring at this time or later, or never; 30d means 30 days from now.
    #[arg(long, value_name = "TIME", value_parser = when::future)]
    expires_after: Option<Timestamp>,
    /// Last used before this time, or created before it and never used; 30d means 30 days ago.
    #[arg(long, value_name = "TIME", value_parser = when::past)]
    last_used_before: Option<Timestamp>,
    /// Last used at this time or later; 30d means 30 days ago.
    #[arg(long, value_name = "TIME", value_parser = when::past)]
    last_used_after: Option<Timestamp>,
    /// With this text in the name, whatever its case.
    #[arg(long, value_name = "TEXT")]
    name_contains: Option<String>,
    /// With a secret that begins so, up to eight characters.
    #[arg(long, value_name = "TEXT")]
    secret_prefix: Option<String>,
    /// With this text in the name or the description, or as the identifier, the number, or the beginning
    /// (five characters or more) or the last four characters of a secret; whatever its case.
    #[arg(long, value_name = "TEXT")]
    text: Option<String>,
}

impl FilterArguments {
    /// The parts that were given, by their names in the API; labels are apart.
    fn parts(&self) -> Vec<(&'static str, String)> {
        let state = self.state.and_then(|state| state.to_possible_value()).map(|value| value.get_name().to_owned());
        let time = |at: Option<Timestamp>| at.map(|at| at.to_string());
        let parts = [
            ("state", state),
            ("owner", self.owner.clone()),
            ("author", self.author.clone()),
            ("organisation", self.organisation.clone()),
            ("scope", self.scope.clone()),
            ("created_before", time(self.created_before)),
            ("created_after", time(self.created_after)),
            ("expires_before", time(self.expires_before)),
            ("expires_after", time(self.expires_after)),
            ("last_used_before", time(self.last_used_before)),
            ("last_used_after", time(self.last_used_after)),
            ("name_contains", self.name_contains.clone()),
            ("secret_prefix", self.secret_prefix.clone()),
            ("text", self.text.clone()),
        ];
        parts.into_iter().filter_map(|(name, value)| Some((name, value?))).collect()
    }

    /// True when no flag was given.
    pub(super) fn is_empty(&self) -> bool {
        self.labels.is_empty() && self.parts().is_empty()
    }

    /// The query of a list.
    pub(super) fn query(&self) -> Vec<(&'static str, String)> {
        let labels = self.labels.iter().map(|label| ("label", label.clone()));
        self.parts().into_iter().chain(labels).collect()
    }

    /// The filter of a deletion.
    pub(super) fn body(&self) -> Value {
        let mut body: Map<_, _> =
            self.parts().into_iter().map(|(name, value)| (name.to_owned(), json!(value))).collect();
        if !self.labels.is_empty() {
            body.insert("labels".to_owned(), json!(self.labels));
        }
        body.into()
    }
}
