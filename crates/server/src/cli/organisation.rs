//! `jeton organisation`: the tenants.

use super::{
    argument,
    client::{Answer, Client, ClientArguments},
    failure::Done,
    list::ListLimit,
    output::{Options, Value, print, record, table},
    prompt, when,
};
use clap::{Args, Subcommand};
use domain::time::Timestamp;
use http::Method;
use serde::Deserialize;
use serde_json::json;

/// The arguments of `jeton organisation`.
#[derive(Debug, Args)]
pub struct OrganisationArguments {
    #[command(flatten)]
    client: ClientArguments,
    #[command(subcommand)]
    command: OrganisationCommand,
}

#[derive(Debug, Subcommand)]
enum OrganisationCommand {
    /// List organisations.
    List {
        /// With this text in the name, whatever its case.
        #[arg(long, value_name = "TEXT")]
        name_contains: Option<String>,
        /// Active ones only (true), or inactive ones only (false).
        #[arg(long)]
        active: Option<bool>,
        #[command(flatten)]
        limit: ListLimit,
    },
    /// Create an organisation.
    Create {
        /// Its name.
        name: String,
        /// Repeat a creation whose answer was lost: with the same key, it is not made twice.
        #[arg(long, value_name = "KEY")]
        idempotency_key: Option<String>,
    },
    /// Show one organisation.
    Show {
        /// The organisation.
        #[arg(value_parser = argument::organisation)]
        id: String,
    },
    /// Rename an organisation.
    Update {
        /// The organisation.
        #[arg(value_parser = argument::organisation)]
        id: String,
        /// A new name.
        #[arg(long, required = true)]
        name: String,
        /// Only if it is still at this revision.
        #[arg(long, value_name = "NUMBER")]
        revision: Option<u64>,
    },
    /// End the power of everything in an organisation, at once.
    Deactivate {
        /// The organisation.
        #[arg(value_parser = argument::organisation)]
        id: String,
    },
    /// Give an organisation its power back; deleted tokens stay deleted.
    Reactivate {
        /// The organisation.
        #[arg(value_parser = argument::organisation)]
        id: String,
    },
}

#[derive(Deserialize)]
struct OrganisationView {
    id: String,
    number: u64,
    name: String,
    active: bool,
    created_at: Timestamp,
    revision: u64,
}

/// Runs `jeton organisation`.
///
/// # Errors
/// When the command fails.
pub fn run(arguments: &OrganisationArguments, options: Options) -> Done {
    let client = arguments.client.client()?;
    match &arguments.command {
        OrganisationCommand::List { name_contains, active, limit } => {
            let name = name_contains.clone().map(|text| ("name_contains", text));
            let active = active.map(|active| ("active", active.to_string()));
            let query: Vec<_> = name.into_iter().chain(active).collect();
            let listed = client.list("/v1/organisations", &query, limit.most())?;
            limit.show(&listed, options, "organisations", organisations_table)
        }
        OrganisationCommand::Create { name, idempotency_key } => {
            let body = json!({ "name": name });
            show(&client.create("/v1/organisations", &body, idempotency_key.as_deref(), &[])?, options)
        }
        OrganisationCommand::Show { id } => show(&client.get(&path(id), &[])?, options),
        OrganisationCommand::Update { id, name, revision } => {
            show(&client.change(Method::PATCH, &path(id), Some(&json!({ "name": name })), *revision)?, options)
        }
        OrganisationCommand::Deactivate { id } => deactivate(&client, id, options),
        OrganisationCommand::Reactivate { id } => {
            show(&client.change(Method::PATCH, &path(id), Some(&json!({ "active": true })), None)?, options)
        }
    }
}

fn path(id: &str) -> String {
    format!("/v1/organisations/{id}")
}

fn deactivate(client: &Client, id: &str, options: Options) -> Done {
    let mut revision = None;
    if !options.yes {
        let found: OrganisationView = client.get(&path(id), &[])?.parse()?;
        revision = Some(found.revision);
        let question = format!("End the power of every token and user of {}?", super::output::clean(&found.name));
        prompt::confirm(options, &question, "yes")?;
    }
    show(&client.change(Method::PATCH, &path(id), Some(&json!({ "active": false })), revision)?, options)
}

fn show(answer: &Answer, options: Options) -> Done {
    if options.json {
        return print(&answer.text);
    }
    let organisation: OrganisationView = answer.parse()?;
    if options.quiet {
        return print(&organisation.id);
    }
    print(&record([
        ("id", organisation.id.as_str().into()),
        ("number", organisation.number.to_string().into()),
        ("name", organisation.name.as_str().into()),
        ("state", organisation.state()),
        ("created", when::long(organisation.created_at).into()),
        ("revision", organisation.revision.to_string().into()),
    ]))
}

fn organisations_table(organisations: &[OrganisationView]) -> String {
    let row = |organisation: &OrganisationView| {
        vec![
            organisation.id.as_str().into(),
            Value::Number(organisation.number),
            organisation.name.as_str().into(),
            organisation.state(),
            when::short(organisation.created_at).into(),
        ]
    };
    table(&["ID", "NUMBER", "NAME", "STATE", "CREATED"], organisations.iter().map(row))
}

impl OrganisationView {
    fn state(&self) -> Value {
        Value::State(if self.active { "active" } else { "inactive" }.to_owned())
    }
}
