//! Users and service accounts have the same verbs: this is what `jeton user` and
//! `jeton service-account` share.

use super::{
    argument,
    client::{Answer, Client},
    failure::{Done, Failure},
    list::ListLimit,
    output::{Options, Value, clean, note, print, record, table},
    prompt, when,
};
use clap::{Args, ValueEnum};
use domain::{owner::Role, time::Timestamp};
use http::Method;
use serde::Deserialize;
use serde_json::{Map, Value as Json, json};

/// The roles, as the command line spells them.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum RoleWord {
    /// Reaches its own tokens.
    Member,
    /// Reaches one organisation.
    OrganisationAdministrator,
    /// Reaches everything.
    ApplicationAdministrator,
}

impl RoleWord {
    /// The word of the API, which the command line only writes with hyphens.
    fn as_str(self) -> &'static str {
        match self {
            Self::Member => Role::Member,
            Self::OrganisationAdministrator => Role::OrganisationAdministrator,
            Self::ApplicationAdministrator => Role::ApplicationAdministrator,
        }
        .as_str()
    }
}

/// Which users or service accounts.
#[derive(Debug, Args)]
pub struct OwnerFilterArguments {
    /// Of this organisation.
    #[arg(long, value_name = "ID", value_parser = argument::organisation)]
    organisation: Option<String>,
    /// Of this role.
    #[arg(long)]
    role: Option<RoleWord>,
    /// Active ones only (true), or inactive ones only (false).
    #[arg(long)]
    active: Option<bool>,
    /// With this text in the name, whatever its case.
    #[arg(long, value_name = "TEXT")]
    name_contains: Option<String>,
    #[command(flatten)]
    limit: ListLimit,
}

/// What a new user or service account is beside its name.
#[derive(Debug, Args)]
pub struct NewOwnerArguments {
    /// Its name.
    name: String,
    /// The organisation it belongs to [default: yours].
    #[arg(long, value_name = "ID", value_parser = argument::organisation)]
    organisation: Option<String>,
    /// Its role [default: member].
    #[arg(long)]
    role: Option<RoleWord>,
    /// A scope granted to it beyond those of its role; give the flag several times for several.
    #[arg(long = "scope", value_name = "SCOPE", value_parser = argument::scope)]
    scopes: Vec<String>,
    /// Repeat a creation whose answer was lost: with the same key, it is not made twice.
    #[arg(long, value_name = "KEY")]
    idempotency_key: Option<String>,
}

/// What is different about a user or service account from now on.
#[derive(Debug, Args)]
pub struct OwnerPatchArguments {
    /// The user or service account.
    #[arg(value_parser = argument::owner)]
    id: String,
    /// A new name.
    #[arg(long)]
    name: Option<String>,
    /// A new role.
    #[arg(long)]
    role: Option<RoleWord>,
    /// The scopes granted from now on beyond those of the role; give the flag several times for several.
    #[arg(long = "scope", value_name = "SCOPE", value_parser = argument::scope, conflicts_with = "no_scopes")]
    scopes: Vec<String>,
    /// No granted scope from now on.
    #[arg(long)]
    no_scopes: bool,
    /// Only if it is still at this revision.
    #[arg(long, value_name = "NUMBER")]
    revision: Option<u64>,
}

/// A user or service account.
#[derive(Debug, Args)]
pub struct OwnerIdArguments {
    /// The user or service account.
    #[arg(value_parser = argument::owner)]
    id: String,
}

/// Users, or service accounts, of a server.
pub struct Owners<'a> {
    /// The client.
    pub client: &'a Client,
    /// Where they are: `/v1/users` or `/v1/service-accounts`.
    pub path: &'static str,
    /// What they are called.
    pub what: &'static str,
    /// The flags that every command takes.
    pub options: Options,
}

#[derive(Deserialize)]
struct OwnerView {
    id: String,
    number: u64,
    name: String,
    email: Option<String>,
    organisation: String,
    role: String,
    scopes: Vec<String>,
    active: bool,
    has_password: Option<bool>,
    created_at: Timestamp,
    revision: u64,
    invitation: Option<InvitationView>,
}

/// A one-time link to hand over.
#[derive(Deserialize)]
struct InvitationView {
    link: String,
    expires_at: Timestamp,
}

impl Owners<'_> {
    fn path_of(&self, id: &str) -> String {
        format!("{}/{id}", self.path)
    }

    /// Lists them.
    pub fn list(&self, filter: &OwnerFilterArguments, email: Option<&String>) -> Done {
        let parts = [
            ("organisation", filter.organisation.clone()),
            ("role", filter.role.map(|role| role.as_str().to_owned())),
            ("active", filter.active.map(|active| active.to_string())),
            ("name_contains", filter.name_contains.clone()),
            ("email", email.cloned()),
        ];
        let query: Vec<_> = parts.into_iter().filter_map(|(name, value)| Some((name, value?))).collect();
        let listed = self.client.list(self.path, &query, filter.limit.most())?;
        filter.limit.show(&listed, self.options, self.what, owners_table)
    }

    /// Creates one.
    pub fn create(&self, new: &NewOwnerArguments, email: Option<&String>) -> Done {
        let parts = [
            ("name", Some(json!(new.name))),
            ("email", email.map(|email| json!(email))),
            ("organisation", new.organisation.as_ref().map(|id| json!(id))),
            ("role", new.role.map(|role| json!(role.as_str()))),
            ("scopes", (!new.scopes.is_empty()).then(|| json!(new.scopes))),
        ];
        self.show_answer(&self.client.create(self.path, &object(parts), new.idempotency_key.as_deref(), &[])?)
    }

    /// Shows one.
    pub fn show(&self, arguments: &OwnerIdArguments) -> Done {
        self.show_answer(&self.client.get(&self.path_of(&arguments.id), &[])?)
    }

    /// Changes one.
    pub fn update(&self, patch: &OwnerPatchArguments, email: Option<&String>) -> Done {
        let scopes = (!patch.scopes.is_empty() || patch.no_scopes).then(|| json!(patch.scopes));
        let body = object([
            ("name", patch.name.as_ref().map(|name| json!(name))),
            ("email", email.map(|email| json!(email))),
            ("role", patch.role.map(|role| json!(role.as_str()))),
            ("scopes", scopes),
        ]);
        if body.as_object().is_some_and(Map::is_empty) {
            return Err(Failure::usage("nothing to change was given"));
        }
        self.show_answer(&self.client.change(Method::PATCH, &self.path_of(&patch.id), Some(&body), patch.revision)?)
    }

    /// Deactivates one, after asking, or reactivates it.
    pub fn switch(&self, arguments: &OwnerIdArguments, active: bool) -> Done {
        let path = self.path_of(&arguments.id);
        let mut revision = None;
        if !active && !self.options.yes {
            let found: OwnerView = self.client.get(&path, &[])?.parse()?;
            revision = Some(found.revision);
            let question = format!("End the power of every token and session of {}?", clean(&found.name));
            prompt::confirm(self.options, &question, "yes")?;
        }
        self.show_answer(&self.client.change(Method::PATCH, &path, Some(&json!({ "active": active })), revision)?)
    }

    /// Makes a one-time link with which a user sets his password.
    pub fn invite(&self, arguments: &OwnerIdArguments) -> Done {
        let answer = self.client.post(&format!("{}/invitation", self.path_of(&arguments.id)), &json!({}))?;
        if self.options.json {
            return print(&answer.text);
        }
        self.show_invitation(&answer.parse()?)
    }

    fn show_invitation(&self, invitation: &InvitationView) -> Done {
        print(&clean(&invitation.link))?;
        note(
            self.options,
            &format!(
                "hand this link over, for `jeton login --link`; it works once, until {}",
                when::long(invitation.expires_at)
            ),
        );
        Ok(())
    }

    fn show_answer(&self, answer: &Answer) -> Done {
        if self.options.json {
            return print(&answer.text);
        }
        let owner: OwnerView = answer.parse()?;
        if self.options.quiet {
            print(&owner.id)?;
        } else {
            print(&owner.record())?;
        }
        owner.invitation.as_ref().map_or(Ok(()), |invitation| self.show_invitation(invitation))
    }
}

fn object<const N: usize>(parts: [(&'static str, Option<Json>); N]) -> Json {
    let parts = parts.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?)));
    Json::Object(parts.collect())
}

fn owners_table(owners: &[OwnerView]) -> String {
    let has_email = owners.iter().any(|owner| owner.email.is_some());
    let mut head = vec!["ID", "NAME", "ROLE", "STATE", "CREATED"];
    if has_email {
        head.insert(2, "EMAIL");
    }
    let row = |owner: &OwnerView| {
        let mut row = vec![
            owner.id.as_str().into(),
            owner.name.as_str().into(),
            owner.role.replace('_', " ").into(),
            owner.state(),
            when::short(owner.created_at).into(),
        ];
        if has_email {
            row.insert(2, owner.email.as_deref().unwrap_or("").into());
        }
        row
    };
    table(&head, owners.iter().map(row))
}

impl OwnerView {
    fn state(&self) -> Value {
        Value::State(if self.active { "active" } else { "inactive" }.to_owned())
    }

    fn record(&self) -> String {
        let password = self.has_password.map(|has| if has { "set" } else { "not set yet" });
        let parts = [
            ("id", Some(self.id.as_str().into())),
            ("number", Some(self.number.to_string().into())),
            ("name", Some(self.name.as_str().into())),
            ("email", self.email.as_deref().map(Value::from)),
            ("organisation", Some(self.organisation.as_str().into())),
            ("role", Some(self.role.replace('_', " ").into())),
            ("scopes", (!self.scopes.is_empty()).then(|| self.scopes.join(" ").into())),
            ("state", Some(self.state())),
            ("password", password.map(Value::from)),
            ("created", Some(when::long(self.created_at).into())),
            ("revision", Some(self.revision.to_string().into())),
        ];
        record(parts.into_iter().filter_map(|(name, value)| Some((name, value?))))
    }
}
