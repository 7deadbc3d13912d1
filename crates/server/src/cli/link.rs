//! One-time links: what one is for, and redeeming it with a new password.

use super::{
    client::Client,
    failure::{Done, Exit, Failure},
};
use domain::secret::Secret;
use serde::Deserialize;
use serde_json::json;

/// What a link is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// It makes the first application administrator.
    SetUp,
    /// It makes an application administrator when all are lost.
    RecoverAdministrator,
    /// It lets a user set a password.
    SetPassword,
}

impl Purpose {
    /// True when redeeming it takes a person's name.
    pub fn needs_name(self) -> bool {
        match self {
            Self::SetUp | Self::RecoverAdministrator => true,
            Self::SetPassword => false,
        }
    }

    /// True when redeeming it takes an organisation's name.
    pub fn needs_organisation(self) -> bool {
        match self {
            Self::SetUp => true,
            Self::RecoverAdministrator | Self::SetPassword => false,
        }
    }
}

/// What the link's purpose asks for beside address and password.
pub struct Person {
    /// The person's name.
    pub name: Option<String>,
    /// The name of the person's organisation.
    pub organisation: Option<String>,
}

/// The address of the server that a whole link leads to.
pub fn server_of(link: &str) -> Option<String> {
    link.split_once("/console/links/").map(|(server, _)| server.to_owned()).filter(|server| !server.is_empty())
}

/// Asks the server what a link is for.
///
/// # Errors
/// When the link was used, was replaced, or is too old.
pub fn inspect(client: &Client, link: &Secret) -> Done<Purpose> {
    #[derive(Deserialize)]
    struct Inspected {
        purpose: Purpose,
    }
    let answer = client.post("/v1/links/inspect", &json!({ "link": link.expose() }))?;
    Ok(answer.parse::<Inspected>()?.purpose)
}

/// Redeems a link: it works once.
///
/// # Errors
/// When the link was used meanwhile, or the password is refused.
pub fn redeem(
    client: &Client,
    link: &Secret,
    purpose: Purpose,
    email: &str,
    person: &Person,
    password: &Secret,
) -> Done {
    let mut body = json!({ "link": link.expose(), "password": password.expose() });
    // A user's address is known to the server already; an administrator's is part of what is made.
    if purpose.needs_name() {
        body["email"] = json!(email);
    }
    if let Some(name) = &person.name {
        body["name"] = json!(name);
    }
    if let Some(organisation) = &person.organisation {
        body["organisation"] = json!(organisation);
    }
    match client.post("/v1/links/redeem", &body)?.status {
        204 => Ok(()),
        status => Err(Failure::new(Exit::Failed, format!("the server answered with status {status}"))),
    }
}
