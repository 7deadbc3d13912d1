//! `jeton token create` and `rotate`: the only commands that show a secret.

use super::view::TokenView;
use crate::{
    cli::{
        argument,
        client::{Answer, Client, if_match},
        failure::{Done, Failure},
        output::{Options, note, print},
        when,
    },
    private_file,
};
use clap::Args;
use domain::time::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};
use std::{path::PathBuf, time::Duration};

#[derive(Debug, Args)]
pub(super) struct CreateArguments {
    /// The token's name.
    name: String,
    /// What it is for.
    #[arg(long, value_name = "TEXT")]
    description: Option<String>,
    /// The user or service account that it speaks for [default: you].
    #[arg(long, value_name = "ID", value_parser = argument::owner)]
    owner: Option<String>,
    /// A scope that it has; give the flag several times for several [default: all that you and the owner have].
    #[arg(long = "scope", value_name = "SCOPE", value_parser = argument::scope, conflicts_with = "no_scopes")]
    scopes: Vec<String>,
    /// Give it no scope at all.
    #[arg(long)]
    no_scopes: bool,
    /// A network that it may be used from, such as 192.0.2.0/24 [default: everywhere].
    #[arg(long = "network", value_name = "CIDR", value_parser = argument::network)]
    networks: Vec<String>,
    /// A label.
    #[arg(long = "label", value_name = "KEY=VALUE", value_parser = argument::label)]
    labels: Vec<(String, String)>,
    #[command(flatten)]
    expiry: ExpiryArguments,
    #[command(flatten)]
    pub(super) secret: SecretArguments,
}

/// When a token stops working.
#[derive(Debug, Args)]
pub(super) struct ExpiryArguments {
    /// How long it works, such as 30d.
    #[arg(long, value_name = "TIME", value_parser = when::duration, conflicts_with = "expires_at")]
    expires_in: Option<Duration>,
    /// When it stops working, such as 2030-01-31 or 2030-01-31T12:00:00Z.
    #[arg(long, value_name = "TIME", value_parser = when::future)]
    expires_at: Option<Timestamp>,
}

impl ExpiryArguments {
    /// The field of the request, when an expiry was given.
    pub(super) fn field(&self) -> Option<(&'static str, Value)> {
        let length = self.expires_in.map(|length| ("expires_in_seconds", json!(length.as_secs())));
        length.or_else(|| self.expires_at.map(|at| ("expires_at", json!(at))))
    }
}

/// What happens with a new secret.
#[derive(Debug, Args)]
pub(super) struct SecretArguments {
    /// Write the secret to this new file, mode 0600, instead of showing it.
    #[arg(long, value_name = "FILE")]
    secret_file: Option<PathBuf>,
    /// Repeat a request whose answer was lost: with the same key, the same token gets another secret.
    #[arg(long, value_name = "KEY")]
    idempotency_key: Option<String>,
}

#[derive(Debug, Args)]
pub(super) struct RotateArguments {
    /// The token.
    #[arg(value_parser = argument::token)]
    id: String,
    /// How long the old secret goes on working, up to 7 days [default: not at all].
    #[arg(long, value_name = "TIME", value_parser = when::duration)]
    overlap: Option<Duration>,
    /// End the old secret when the new one is first used, or with the overlap (7 days unless given).
    #[arg(long)]
    until_first_use: bool,
    /// Only if the token is still at this revision.
    #[arg(long, value_name = "NUMBER")]
    revision: Option<u64>,
    #[command(flatten)]
    pub(super) secret: SecretArguments,
}

/// Runs `jeton token create`.
pub(super) fn create(client: &Client, arguments: &CreateArguments, options: Options) -> Done {
    let mut body = json!({ "name": arguments.name });
    let mut set = |name: &str, value: Value| body[name] = value;
    if let Some(description) = &arguments.description {
        set("description", json!(description));
    }
    if let Some(owner) = &arguments.owner {
        set("owner", json!(owner));
    }
    if !arguments.scopes.is_empty() || arguments.no_scopes {
        set("scopes", json!(arguments.scopes));
    }
    if !arguments.networks.is_empty() {
        set("networks", json!(arguments.networks));
    }
    if !arguments.labels.is_empty() {
        set("labels", labels(&arguments.labels));
    }
    if let Some((name, value)) = arguments.expiry.field() {
        set(name, value);
    }
    let answer = client.create("/v1/tokens", &body, arguments.secret.idempotency_key.as_deref(), &[])?;
    show_secret(&answer, &arguments.secret, options)
}

/// Runs `jeton token rotate`.
pub(super) fn rotate(client: &Client, arguments: &RotateArguments, options: Options) -> Done {
    let mut body = json!({});
    if let Some(overlap) = arguments.overlap {
        body["overlap_seconds"] = json!(overlap.as_secs());
    }
    if arguments.until_first_use {
        body["until"] = json!("first-use");
    }
    let path = format!("/v1/tokens/{}/rotate", arguments.id);
    let headers = if_match(arguments.revision);
    let answer = client.create(&path, &body, arguments.secret.idempotency_key.as_deref(), &headers)?;
    show_secret(&answer, &arguments.secret, options)
}

/// Labels as the object of a request.
pub(super) fn labels(labels: &[(String, String)]) -> Value {
    labels.iter().map(|(key, value)| (key.clone(), json!(value))).collect::<serde_json::Map<_, _>>().into()
}

#[derive(Deserialize)]
struct IssuedView {
    #[serde(flatten)]
    token: TokenView,
    secret: String,
}

impl SecretArguments {
    /// Refuses before anything is created what would fail afterwards, with the secret lost.
    pub(super) fn check(&self) -> Done {
        match &self.secret_file {
            Some(path) if path.exists() => {
                Err(Failure::usage(format!("{} exists; the secret needs a new file", path.display())))
            }
            Some(_) | None => Ok(()),
        }
    }
}

fn show_secret(answer: &Answer, arguments: &SecretArguments, options: Options) -> Done {
    let issued: IssuedView = answer.parse()?;
    if let Some(path) = &arguments.secret_file {
        let line = format!("{}\n", issued.secret);
        private_file::create(path, line.as_bytes()).map_err(|error| {
            Failure::caused(
                format!("the token {} exists, but {} could not be written", issued.token.id, path.display()),
                &error,
            )
            .detail(format!("`jeton token rotate {}` gives it another secret", issued.token.id))
        })?;
        return match (options.json, options.quiet) {
            (true, _) => print(&without_secret(answer)?),
            (false, true) => Ok(()),
            (false, false) => print(&format!("{}\n\nits secret is in {}", issued.token.record(), path.display())),
        };
    }
    match (options.json, options.quiet) {
        (true, _) => print(&answer.text),
        (false, true) => print(&issued.secret),
        (false, false) => {
            print(&format!("{}\n\n{}", issued.token.record(), issued.secret))?;
            note(options, "\nThis secret is shown once, now; it cannot be read again.");
            Ok(())
        }
    }
}

fn without_secret(answer: &Answer) -> Done<String> {
    let mut value: Value = answer.parse()?;
    if let Some(fields) = value.as_object_mut() {
        fields.remove("secret");
    }
    Ok(value.to_string())
}
