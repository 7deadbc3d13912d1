//! `jeton token list` and `show`.

use super::{
    filter::FilterArguments,
    view::{TokenView, UsageDay, tokens_table},
};
use crate::cli::{
    argument,
    client::Client,
    failure::Done,
    list::ListLimit,
    output::{Options, Value, print, table},
};
use clap::Args;
use serde::Deserialize;

#[derive(Debug, Args)]
pub(super) struct ListArguments {
    #[command(flatten)]
    filter: FilterArguments,
    /// What to sort by; a leading - means descending.
    #[arg(long, default_value = "-created", allow_hyphen_values = true,
        value_parser = ["created", "-created", "name", "-name", "expires", "-expires", "last_used", "-last_used"])]
    sort: String,
    #[command(flatten)]
    limit: ListLimit,
    /// Also count all tokens that fit.
    #[arg(long)]
    total: bool,
    /// Also show owner, scopes and labels.
    #[arg(long)]
    wide: bool,
}

#[derive(Debug, Args)]
pub(super) struct ShowArguments {
    /// The token.
    #[arg(value_parser = argument::token)]
    id: String,
    /// Show how often it was used, day by day, instead.
    #[arg(long)]
    usage: bool,
}

/// Runs `jeton token list`.
pub(super) fn list(client: &Client, arguments: &ListArguments, options: Options) -> Done {
    let mut query = arguments.filter.query();
    query.push(("sort", arguments.sort.clone()));
    if arguments.total {
        query.push(("total", "true".to_owned()));
    }
    let listed = client.list("/v1/tokens", &query, arguments.limit.most())?;
    let tokens = |items: &[TokenView]| tokens_table(items, arguments.wide);
    arguments.limit.show(&listed, options, "tokens", tokens)
}

/// Runs `jeton token show`.
pub(super) fn show(client: &Client, arguments: &ShowArguments, options: Options) -> Done {
    if arguments.usage {
        return usage(client, &arguments.id, options);
    }
    let answer = client.get(&format!("/v1/tokens/{}", arguments.id), &[])?;
    if options.json {
        return print(&answer.text);
    }
    print(&answer.parse::<TokenView>()?.record())
}

#[derive(Deserialize)]
struct Usage {
    days: Vec<UsageDay>,
}

/// The widest bar, in characters.
const BAR: u64 = 40;

fn usage(client: &Client, id: &str, options: Options) -> Done {
    let answer = client.get(&format!("/v1/tokens/{id}/usage"), &[])?;
    if options.json {
        return print(&answer.text);
    }
    let Usage { days } = answer.parse()?;
    if days.is_empty() {
        return print("no use is known");
    }
    let most = days.iter().map(|day| day.count).max().unwrap_or(1).max(1);
    let bar = |count: u64| "#".repeat(usize::try_from((count * BAR).div_ceil(most)).unwrap_or(0));
    let row = |day: UsageDay| vec![day.day.into(), Value::Number(day.count), bar(day.count).into()];
    print(&table(&["DAY", "USES", ""], days.into_iter().map(row)))
}
