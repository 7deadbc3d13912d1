//! `jeton journal tail`: the latest changes, and those that come.

use super::{
    argument,
    client::{Client, ClientArguments},
    failure::{Done, Exit},
    output::{Options, clean, note, print},
    when,
};
use clap::{Args, Subcommand, builder::PossibleValuesParser};
use domain::{journal::Event, time::Timestamp};
use serde::Deserialize;
use serde_json::value::RawValue;
use std::time::Duration;

/// The arguments of `jeton journal`.
#[derive(Debug, Args)]
pub struct JournalArguments {
    #[command(flatten)]
    client: ClientArguments,
    #[command(subcommand)]
    command: JournalCommand,
}

#[derive(Debug, Subcommand)]
enum JournalCommand {
    /// Show the latest changes, the newest last.
    Tail(TailArguments),
}

#[derive(Debug, Args)]
struct TailArguments {
    /// How many.
    #[arg(long, short = 'n', value_name = "NUMBER", default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..))]
    lines: u32,
    /// Go on showing changes as they come, until the command is stopped.
    #[arg(long, short, conflicts_with = "before")]
    follow: bool,
    /// How often to look for new changes.
    #[arg(long, value_name = "TIME", default_value = "1s", value_parser = when::duration)]
    interval: Duration,
    #[command(flatten)]
    filter: JournalFilterArguments,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Which changes")]
struct JournalFilterArguments {
    /// In this organisation.
    #[arg(long, value_name = "ID", value_parser = argument::organisation)]
    organisation: Option<String>,
    /// Made by this user or service account.
    #[arg(long, value_name = "ID", value_parser = argument::owner)]
    actor: Option<String>,
    /// About this token.
    #[arg(long, value_name = "ID", value_parser = argument::token)]
    token: Option<String>,
    /// Of this kind.
    #[arg(long, value_parser = PossibleValuesParser::new(Event::KINDS))]
    kind: Option<String>,
    /// Made before this time; 2h means two hours ago.
    #[arg(long, value_name = "TIME", value_parser = when::past)]
    before: Option<Timestamp>,
    /// Made at this time or later; 2h means two hours ago.
    #[arg(long, value_name = "TIME", value_parser = when::past)]
    after: Option<Timestamp>,
}

impl JournalFilterArguments {
    fn query(&self) -> Vec<(&'static str, String)> {
        let parts = [
            ("organisation", self.organisation.clone()),
            ("actor", self.actor.clone()),
            ("token_id", self.token.clone()),
            ("kind", self.kind.clone()),
            ("before", self.before.map(|at| at.to_string())),
            ("after", self.after.map(|at| at.to_string())),
            ("order", Some("desc".to_owned())),
        ];
        parts.into_iter().filter_map(|(name, value)| Some((name, value?))).collect()
    }
}

/// A journal entry as the server sends it.
#[derive(Deserialize)]
struct EntryView {
    position: u64,
    at: Timestamp,
    kind: String,
    actor: ActorView,
    #[serde(default)]
    address: Option<String>,
    data: serde_json::Map<String, serde_json::Value>,
}

#[derive(Deserialize)]
struct ActorView {
    kind: String,
    owner: Option<String>,
}

/// Runs `jeton journal`.
///
/// # Errors
/// When the journal cannot be read.
pub fn run(arguments: &JournalArguments, options: Options) -> Done {
    let client = arguments.client.client()?;
    match &arguments.command {
        JournalCommand::Tail(arguments) => tail(&client, arguments, options),
    }
}

fn tail(client: &Client, arguments: &TailArguments, options: Options) -> Done {
    let query = arguments.filter.query();
    let latest = client.list("/v1/journal", &query, Some(arguments.lines as usize))?;
    let mut newest = show(latest.items, options, true)?.unwrap_or(0);
    if !arguments.follow {
        return Ok(());
    }
    let mut reached = true;
    loop {
        std::thread::sleep(arguments.interval.max(Duration::from_millis(50)));
        match newer_than(client, &query, newest) {
            Ok(items) => {
                if !reached {
                    note(options, "the server answers again; nothing was missed");
                }
                reached = true;
                newest = show(items, options, false)?.unwrap_or(newest);
            }
            // A server that restarts, or a network that fails, ends what is followed no more than a pause does.
            Err(failure) if failure.exit() == Exit::Unavailable => {
                if reached {
                    note(options, &format!("{}; trying again until it answers", failure.message()));
                }
                reached = false;
            }
            Err(failure) => return Err(failure),
        }
    }
}

/// The entries after a position, the newest first. Positions only grow, whatever the clock does, so
/// reading back to the last one shown misses nothing.
fn newer_than(client: &Client, query: &[(&'static str, String)], newest: u64) -> Done<Vec<Box<RawValue>>> {
    let mut most = 50;
    loop {
        let listed = client.list("/v1/journal", query, Some(most))?;
        let entries: Vec<EntryView> = listed.parse()?;
        let fresh = entries.iter().take_while(|entry| entry.position > newest).count();
        if fresh < entries.len() || !listed.has_more {
            return Ok(listed.items.into_iter().take(fresh).collect());
        }
        most *= 4;
    }
}

/// Shows entries, the oldest first, and returns the position of the newest.
fn show(mut items: Vec<Box<RawValue>>, options: Options, with_head: bool) -> Done<Option<u64>> {
    items.reverse();
    let entries = items.iter().map(|item| serde_json::from_str(item.get())).collect::<Result<Vec<EntryView>, _>>();
    let entries = entries.map_err(|error| super::failure::Failure::caused("a journal entry cannot be read", &error))?;
    let newest = entries.last().map(|entry| entry.position);
    if options.json {
        items.iter().try_for_each(|item| print(item.get()))?;
        return Ok(newest);
    }
    if with_head && !options.quiet {
        print(&columns("POSITION", "TIME", "CHANGE", "BY", "ABOUT"))?;
    }
    entries.iter().try_for_each(|entry| print(&entry.line()))?;
    Ok(newest)
}

/// One line, in columns that stay where they are however long the command runs.
fn columns(position: &str, time: &str, kind: &str, by: &str, about: &str) -> String {
    format!("{position:>8}  {time:<24}  {kind:<23}  {by:<36}  {about}")
}

impl EntryView {
    fn line(&self) -> String {
        clean(&columns(&self.position.to_string(), &self.time(), &self.kind, &self.by(), &self.about()))
    }

    fn time(&self) -> String {
        self.at.to_string().replace('T', " ")
    }

    fn by(&self) -> String {
        self.actor.owner.clone().unwrap_or_else(|| self.actor.kind.clone())
    }

    /// What the entry is about: its plain parts, without the lists, and the address it came from.
    fn about(&self) -> String {
        let plain = |value: &serde_json::Value| match value {
            serde_json::Value::String(text) => Some(text.clone()),
            serde_json::Value::Number(number) => Some(number.to_string()),
            serde_json::Value::Bool(switch) => Some(switch.to_string()),
            serde_json::Value::Null | serde_json::Value::Array(_) | serde_json::Value::Object(_) => None,
        };
        let parts = self.data.iter().filter_map(|(name, value)| Some(format!("{name}={}", plain(value)?)));
        let from = self.address.iter().map(|address| format!("address={address}"));
        parts.chain(from).collect::<Vec<_>>().join(" ")
    }
}
