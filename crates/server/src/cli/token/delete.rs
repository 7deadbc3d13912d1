//! `jeton token delete`: by identifier, or everything that a filter selects, as it was previewed.

use super::{
    filter::FilterArguments,
    view::{TokenView, tokens_table},
};
use crate::cli::{
    argument,
    client::{Answer, Client},
    failure::{Done, Failure},
    output::{Options, clean, counted, note, print, progress},
    prompt,
};
use clap::Args;
use http::Method;
use serde::Deserialize;
use serde_json::{Value, json};
use std::time::Duration;

/// From this many tokens on, their number must be typed, so that it is read.
const COUNT_MUST_BE_TYPED: u64 = 100;
/// How often the progress of a deletion in steps is asked for.
const POLL: Duration = Duration::from_millis(200);

#[derive(Debug, Args)]
pub(super) struct DeleteArguments {
    /// The tokens. Without any, the flags below select them.
    #[arg(value_name = "ID", value_parser = argument::token)]
    ids: Vec<String>,
    /// Why, for the journal.
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,
    /// Only if the token is still at this revision; for one token.
    #[arg(long, value_name = "NUMBER")]
    revision: Option<u64>,
    /// Only show what would be deleted.
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    filter: FilterArguments,
}

impl DeleteArguments {
    /// Refuses a selection that says nothing, or two things.
    pub(super) fn check(&self) -> Done {
        match (self.ids.len(), self.filter.is_empty()) {
            (0, true) => {
                Err(Failure::usage("name tokens, or select them with flags").detail("see `jeton token delete --help`"))
            }
            (1.., false) => Err(Failure::usage("name tokens, or select them with flags, but not both")),
            (0 | 2.., _) if self.revision.is_some() => Err(Failure::usage("--revision is for one named token")),
            (0, false) | (1.., true) => Ok(()),
        }
    }
}

/// Runs `jeton token delete`.
pub(super) fn delete(client: &Client, arguments: &DeleteArguments, options: Options) -> Done {
    if arguments.ids.is_empty() { by_filter(client, arguments, options) } else { by_id(client, arguments, options) }
}

fn by_id(client: &Client, arguments: &DeleteArguments, options: Options) -> Done {
    if arguments.dry_run || !options.yes {
        let answers = arguments.ids.iter().map(|id| client.get(&format!("/v1/tokens/{id}"), &[]));
        let answers = answers.collect::<Done<Vec<_>>>()?;
        if arguments.dry_run && options.json {
            let texts: Vec<_> = answers.iter().map(|answer| answer.text.as_str()).collect();
            return print(&format!("[{}]", texts.join(",\n")));
        }
        let tokens = answers.iter().map(Answer::parse).collect::<Done<Vec<TokenView>>>()?;
        if arguments.dry_run {
            return print(&tokens_table(&tokens, false));
        }
        note(options, &tokens_table(&tokens, false));
        let what = if tokens.len() == 1 { "this token".to_owned() } else { format!("these {} tokens", tokens.len()) };
        prompt::confirm(options, &format!("Delete {what} for good?"), "yes")?;
    }
    for (done, id) in arguments.ids.iter().enumerate() {
        if let Err(failure) = by_one_id(client, id, arguments) {
            return after_some(failure, &arguments.ids[..done], options);
        }
        if !options.json && !options.quiet {
            print(&format!("deleted {id}"))?;
        }
    }
    if options.json { print(&told_by_id(&arguments.ids)) } else { Ok(()) }
}

fn by_one_id(client: &Client, id: &str, arguments: &DeleteArguments) -> Done {
    let mut path = format!("/v1/tokens/{id}");
    if let Some(reason) = &arguments.reason {
        let query = form_urlencoded::Serializer::new(String::new()).append_pair("reason", reason).finish();
        path.push_str(&format!("?{query}"));
    }
    client.change(Method::DELETE, &path, None, arguments.revision).map(|_| ())
}

/// A failure after some tokens are gone for good, which nobody must learn by asking again.
fn after_some(failure: Failure, deleted: &[String], options: Options) -> Done {
    if deleted.is_empty() {
        return Err(failure);
    }
    if options.json {
        print(&told_by_id(deleted))?;
    }
    let told = format!("{} deleted before that: {}", counted(deleted.len() as u64, "token"), deleted.join(" "));
    Err(failure.detail(told))
}

fn told_by_id(deleted: &[String]) -> String {
    json!({ "deleted": deleted.len(), "ids": deleted }).to_string()
}

/// What a deletion would delete.
#[derive(Deserialize)]
struct Preview {
    count: u64,
    #[serde(rename = "preview")]
    digest: String,
    sample: Vec<TokenView>,
    recently_used: Vec<TokenView>,
}

/// How far a deletion in steps has come.
#[derive(Deserialize)]
struct Deletion {
    id: String,
    total: u64,
    deleted: u64,
    finished_at: Option<String>,
}

/// What the server answers to a deletion: how many, or that it goes on in steps.
#[derive(Deserialize)]
#[serde(untagged)]
enum Deleted {
    Now { deleted: u64 },
    InSteps { deletion: Deletion },
}

fn by_filter(client: &Client, arguments: &DeleteArguments, options: Options) -> Done {
    let mut body = json!({ "filter": arguments.filter.body(), "dry_run": true });
    let answer = client.post("/v1/tokens/delete", &body)?;
    let preview: Preview = answer.parse()?;
    if arguments.dry_run {
        return print(&if options.json { answer.text } else { preview.text() });
    }
    if preview.count == 0 {
        note(options, "no token is selected; nothing was deleted");
        return if options.json { print(&json!({ "deleted": 0 }).to_string()) } else { Ok(()) };
    }
    if !options.yes {
        note(options, &preview.text());
    }
    let (question, count) = (preview.question(), preview.count.to_string());
    let word = if preview.count > COUNT_MUST_BE_TYPED { count.as_str() } else { "yes" };
    prompt::confirm(options, &question, word)?;
    body["dry_run"] = json!(false);
    body["preview"] = json!(preview.digest);
    if let Some(reason) = &arguments.reason {
        body["reason"] = json!(reason);
    }
    finish(client, &client.post("/v1/tokens/delete", &body)?, options)
}

impl Preview {
    fn text(&self) -> String {
        let more = if self.count > self.sample.len() as u64 { ", of them" } else { "" };
        if self.count == 0 {
            return "no token is selected".to_owned();
        }
        let (selected, sample) = (counted(self.count, "selected token"), tokens_table(&self.sample, false));
        let mut text = format!("{selected}{more}:\n\n{sample}\n");
        if !self.recently_used.is_empty() {
            text.push_str(&format!("\nlast used:\n\n{}\n", tokens_table(&self.recently_used, false)));
        }
        text
    }

    fn question(&self) -> String {
        match self.sample.as_slice() {
            [only] if self.count == 1 => format!("Delete this token ({}) for good?", clean(&only.name)),
            _ => format!("Delete these {} tokens for good?", self.count),
        }
    }
}

/// Waits for the end of a deletion in steps, which goes on whether anybody waits or not.
fn finish(client: &Client, answer: &Answer, options: Options) -> Done {
    let deletion = match answer.parse()? {
        Deleted::Now { deleted } => return told(deleted, options),
        Deleted::InSteps { deletion } => deletion,
    };
    note(options, &format!("deletion {} runs on the server and goes on if this command is stopped", deletion.id));
    let path = format!("/v1/deletions/{}", deletion.id);
    let bar = progress(options, deletion.total, "deleting");
    let mut now = deletion;
    while now.finished_at.is_none() {
        bar.set_position(now.deleted);
        std::thread::sleep(POLL);
        now = deletion_of(&client.get(&path, &[])?)?;
    }
    bar.finish_and_clear();
    told(now.deleted, options)
}

/// The deletion in an answer, which stands there by itself or under its name.
fn deletion_of(answer: &Answer) -> Done<Deletion> {
    let value: Value = answer.parse()?;
    let value = value.get("deletion").cloned().unwrap_or(value);
    serde_json::from_value(value)
        .map_err(|error| Failure::caused("the answer is not what this version expects", &error))
}

fn told(deleted: u64, options: Options) -> Done {
    match (options.json, options.quiet) {
        (true, _) => print(&json!({ "deleted": deleted }).to_string()),
        (false, true) => Ok(()),
        (false, false) => print(&format!("deleted {}", counted(deleted, "token"))),
    }
}
