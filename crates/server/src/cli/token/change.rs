//! `jeton token update`, `disable` and `enable`.

use super::{
    create::{ExpiryArguments, labels},
    view::TokenView,
};
use crate::cli::{
    argument,
    client::Client,
    failure::{Done, Failure},
    output::{Options, print},
};
use clap::Args;
use http::Method;
use serde_json::{Map, Value, json};

#[derive(Debug, Args)]
#[allow(clippy::struct_excessive_bools)] // Each is a flag of its own.
pub(super) struct UpdateArguments {
    /// The token.
    #[arg(value_parser = argument::token)]
    id: String,
    /// A new name.
    #[arg(long)]
    name: Option<String>,
    /// A new description.
    #[arg(long, value_name = "TEXT")]
    description: Option<String>,
    /// The scopes from now on; give the flag several times for several.
    #[arg(long = "scope", value_name = "SCOPE", value_parser = argument::scope, conflicts_with = "no_scopes")]
    scopes: Vec<String>,
    /// No scope at all from now on.
    #[arg(long)]
    no_scopes: bool,
    /// The networks from now on, such as 192.0.2.0/24.
    #[arg(long = "network", value_name = "CIDR", value_parser = argument::network, conflicts_with = "any_network")]
    networks: Vec<String>,
    /// Usable from everywhere from now on.
    #[arg(long)]
    any_network: bool,
    /// The labels from now on, in place of all earlier ones.
    #[arg(long = "label", value_name = "KEY=VALUE", value_parser = argument::label, conflicts_with = "no_labels")]
    labels: Vec<(String, String)>,
    /// No label from now on.
    #[arg(long)]
    no_labels: bool,
    #[command(flatten)]
    expiry: ExpiryArguments,
    /// Never expire from now on.
    #[arg(long, conflicts_with_all = ["expires_in", "expires_at"])]
    never_expires: bool,
    /// Only if the token is still at this revision.
    #[arg(long, value_name = "NUMBER")]
    revision: Option<u64>,
}

#[derive(Debug, Args)]
pub(super) struct SwitchArguments {
    /// The tokens.
    #[arg(value_name = "ID", required = true, value_parser = argument::token)]
    ids: Vec<String>,
    /// Only if the token is still at this revision; for one token.
    #[arg(long, value_name = "NUMBER")]
    revision: Option<u64>,
}

/// Runs `jeton token update`.
pub(super) fn update(client: &Client, arguments: &UpdateArguments, options: Options) -> Done {
    let path = format!("/v1/tokens/{}", arguments.id);
    let body = Value::Object(arguments.patch());
    let answer = client.change(Method::PATCH, &path, Some(&body), arguments.revision)?;
    match (options.json, options.quiet) {
        (true, _) => print(&answer.text),
        (false, true) => Ok(()),
        (false, false) => print(&answer.parse::<TokenView>()?.record()),
    }
}

impl UpdateArguments {
    /// Refuses a change of nothing.
    pub(super) fn check(&self) -> Done {
        if self.patch().is_empty() {
            return Err(Failure::usage("nothing to change was given").detail("see `jeton token update --help`"));
        }
        Ok(())
    }

    fn patch(&self) -> Map<String, Value> {
        let listed = |values: &[String], none: bool| (!values.is_empty() || none).then(|| json!(values));
        let networks = if self.any_network { Some(Value::Null) } else { listed(&self.networks, false) };
        let labels = (!self.labels.is_empty() || self.no_labels).then(|| labels(&self.labels));
        let expiry = if self.never_expires { Some(("expires_at", Value::Null)) } else { self.expiry.field() };
        let parts = [
            ("name", self.name.as_ref().map(|name| json!(name))),
            ("description", self.description.as_ref().map(|description| json!(description))),
            ("scopes", listed(&self.scopes, self.no_scopes)),
            ("networks", networks),
            ("labels", labels),
        ];
        let parts = parts.into_iter().filter_map(|(name, value)| Some((name, value?)));
        parts.chain(expiry).map(|(name, value)| (name.to_owned(), value)).collect()
    }
}

impl SwitchArguments {
    /// Refuses one revision for several tokens.
    pub(super) fn check(&self) -> Done {
        if self.revision.is_some() && self.ids.len() > 1 {
            return Err(Failure::usage("--revision is for one token"));
        }
        Ok(())
    }
}

/// Runs `jeton token disable` and `enable`; `verb` is the last part of the path.
pub(super) fn switch(client: &Client, arguments: &SwitchArguments, verb: &str, options: Options) -> Done {
    for id in &arguments.ids {
        let answer = client.change(Method::POST, &format!("/v1/tokens/{id}/{verb}"), None, arguments.revision)?;
        if options.json {
            print(&answer.text)?;
        } else if !options.quiet {
            let token: TokenView = answer.parse()?;
            print(&format!("{verb}d {} ({})", token.id, crate::cli::output::clean(&token.name)))?;
        }
    }
    Ok(())
}
