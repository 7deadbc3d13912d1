//! `jeton token list` and `show`.

use super::{
    filter::FilterArguments,
    view::{TokenCaller, TokenView, UsageDay, callers_table, tokens_table},
};
use crate::cli::{
    argument,
    client::Client,
    failure::{Done, Failure},
    list::ListLimit,
    output::{Options, Value, print, table},
};
use clap::Args;
use serde::Deserialize;
use serde_json::value::RawValue;

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
    /// Also show age, owner, scopes and labels.
    #[arg(long)]
    wide: bool,
}

#[derive(Debug, Args)]
pub(super) struct ShowArguments {
    /// The token.
    #[arg(value_parser = argument::token)]
    id: String,
    /// Show how often it was used, day by day, and by whom lately, instead.
    #[arg(long)]
    usage: bool,
    /// Also show it when it is deleted, by what its tombstone keeps.
    #[arg(long, conflicts_with = "usage")]
    deleted: bool,
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
    let path = format!("/v1/tokens/{}", arguments.id);
    let text = if arguments.deleted {
        match client.get(&path, &[("deleted", "include".to_owned())]) {
            Ok(answer) => answer.text,
            Err(failure) => tombstone(&failure).ok_or(failure)?,
        }
    } else {
        client.get(&path, &[])?.text
    };
    if options.json {
        return print(&text);
    }
    let token: TokenView = serde_json::from_str(&text)
        .map_err(|error| Failure::caused("the answer is not what this version expects", &error))?;
    print(&token.record())
}

/// The tombstone that comes with the problem `gone`.
fn tombstone(failure: &Failure) -> Option<String> {
    #[derive(Deserialize)]
    struct Gone {
        token: Box<RawValue>,
    }
    let gone: Gone = serde_json::from_str(failure.sent()?).ok()?;
    Some(gone.token.get().to_owned())
}

#[derive(Deserialize)]
struct Usage {
    days: Vec<UsageDay>,
    callers: Vec<TokenCaller>,
}

/// The widest bar, in characters.
const BAR: u64 = 40;

fn usage(client: &Client, id: &str, options: Options) -> Done {
    let answer = client.get(&format!("/v1/tokens/{id}/usage"), &[])?;
    if options.json {
        return print(&answer.text);
    }
    let Usage { days, callers } = answer.parse()?;
    if days.is_empty() {
        return print("no use is known");
    }
    let most = days.iter().map(|day| day.count).max().unwrap_or(1).max(1);
    let bar = |count: u64| "#".repeat(usize::try_from((count * BAR).div_ceil(most)).unwrap_or(0));
    let row = |day: UsageDay| vec![day.day.into(), Value::Number(day.count), bar(day.count).into()];
    let days = table(&["DAY", "USES", ""], days.into_iter().map(row));
    print(&format!("{}\n\n{}", days.trim_end(), callers_table(callers)))
}
