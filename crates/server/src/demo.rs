//! The demonstration: two organisations with users of each role and their tokens, and `demo.json`,
//! which tells scripts all of it (see the design, section 8).

use crate::{
    config::Contract,
    contracts::{dfns, rncv, softwareone, vectorai},
    private_file,
};
use authority::{Authority, Error, issue::NewToken, owners::OwnerDraft, redeem::Administrator};
use domain::{
    caller::Caller,
    facts::Facts,
    format::Kind,
    id::{OrganisationId, OwnerId},
    invalid::Invalid,
    name::{Email, Labels, Name},
    origin::Origin,
    owner::{OwnerKind, Role},
    scope::{Scopes, native},
    secret::Secret,
    token::Terms,
};
use serde::{Deserialize, Serialize};
use std::{path::Path, sync::Arc};

/// What `demo.json` holds. Every secret works as it stands.
#[derive(Serialize)]
pub struct Demo {
    url: String,
    application_administrator: Person,
    verifier: Bearer,
    organisations: Vec<DemoOrganisation>,
    contracts: serde_json::Map<String, serde_json::Value>,
}

#[derive(Serialize)]
struct Person {
    id: String,
    email: String,
    password: String,
    token: String,
}

#[derive(Serialize)]
struct Bearer {
    token: String,
}

#[derive(Serialize)]
struct DemoOrganisation {
    id: String,
    name: String,
    administrator: Person,
    member: Person,
}

/// Why there is no demonstration.
#[derive(Debug, thiserror::Error)]
pub enum DemoError {
    /// The store is not empty, and it was not filled by a demonstration.
    #[error("--demo fills an empty store, and this one is not empty; choose another --data directory")]
    NotEmpty,
    /// A verb did not do what was asked.
    #[error("the demonstration could not be made")]
    Authority(#[from] Error),
    /// A name in this file broke a rule.
    #[error("the demonstration could not be made")]
    Invalid(#[from] Invalid),
    /// The file could not be written.
    #[error("demo.json could not be written")]
    File(#[from] std::io::Error),
    /// The file of an earlier demonstration cannot be read.
    #[error("demo.json in the data directory could not be read; it says which contracts are served")]
    Unreadable(#[source] std::io::Error),
}

/// What a later start reads of `demo.json`.
#[derive(Deserialize)]
pub struct Kept {
    #[serde(default)]
    organisations: Vec<KeptOrganisation>,
    #[serde(default)]
    contracts: serde_json::Map<String, serde_json::Value>,
}

#[derive(Deserialize)]
struct KeptOrganisation {
    id: String,
}

impl Kept {
    /// Reads the file, if there is one.
    ///
    /// # Errors
    /// [`DemoError::Unreadable`] when it is there and is not what a demonstration wrote.
    pub fn read(file: &Path) -> Result<Option<Self>, DemoError> {
        let text = match std::fs::read(file) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(DemoError::Unreadable(error)),
        };
        serde_json::from_slice(&text).map(Some).map_err(|error| DemoError::Unreadable(error.into()))
    }

    /// The contracts that the demonstration was made for.
    pub fn contracts(&self) -> Vec<Contract> {
        Contract::ALL.into_iter().filter(|contract| self.contracts.contains_key(contract.name())).collect()
    }

    /// The first organisation of the demonstration.
    ///
    /// # Errors
    /// [`DemoError::Unreadable`] when there is none, or it has no identifier.
    pub fn first_organisation(&self) -> Result<OrganisationId, DemoError> {
        let first = self.organisations.first().map(|first| OrganisationId::parse("organisations[0].id", &first.id));
        first.and_then(Result::ok).ok_or_else(|| {
            DemoError::Unreadable(std::io::Error::new(
                std::io::ErrorKind::InvalidData,
                "it names no first organisation",
            ))
        })
    }
}

/// Fills an empty store and writes `demo.json`. A store that an earlier demonstration filled is
/// served as it is.
///
/// # Errors
/// [`DemoError::NotEmpty`] when somebody else's data is there.
pub async fn make(
    authority: &Arc<Authority>,
    file: &Path,
    url: String,
    contracts: &[Contract],
) -> Result<(), DemoError> {
    if !authority.store().is_empty().await.map_err(Error::from)? {
        return if file.exists() { Ok(()) } else { Err(DemoError::NotEmpty) };
    }
    let demo = fill(authority, url, contracts).await?;
    let mut text = serde_json::to_string_pretty(&demo).map_err(std::io::Error::from)?;
    text.push('\n');
    Ok(private_file::replace(file, text.as_bytes())?)
}

async fn fill(authority: &Arc<Authority>, url: String, contracts: &[Contract]) -> Result<Demo, DemoError> {
    let (token, password) = (authority.generate(Kind::Token), authority.generate(Kind::Session));
    let email = Email::parse("email", "ada@operations.example")?;
    let administrator = Administrator {
        email: email.clone(),
        name: Name::parse("name", "Ada Operations")?,
        organisation: Name::parse("organisation", "Operations")?,
    };
    let made = authority.set_up_with_token(administrator, &token).await?.ok_or(DemoError::NotEmpty)?;
    let caller = authority.authenticate(token.expose(), &Origin::default()).await?;
    let invitation = authority.invite(&caller, made.0.id).await?;
    authority.redeem(invitation.secret.expose(), password.clone(), None, &Origin::default()).await?;
    let ada = Person {
        id: made.0.id.to_string(),
        email: email.as_str().to_owned(),
        password: password.expose().to_owned(),
        token: token.expose().to_owned(),
    };
    let verifier = service_account(authority, &caller, "Gateway verifier").await?;
    let mut organisations = Vec::new();
    for (name, administrator, member) in [("Acme", "Grace", "Linus"), ("Globex", "Barbara", "Dennis")] {
        organisations.push(organisation(authority, &caller, name, administrator, member).await?);
    }
    let mut at_doors = serde_json::Map::new();
    for contract in contracts {
        let at_door = at_contract(authority, *contract, (&caller, &ada), &organisations, &url).await?;
        at_doors.insert(contract.name().to_owned(), at_door);
    }
    Ok(Demo {
        url,
        application_administrator: ada,
        verifier: Bearer { token: verifier.expose().to_owned() },
        organisations,
        contracts: at_doors,
    })
}

/// What scripts need to know at the door of a contract. Its being there is what a later start serves it by.
async fn at_contract(
    authority: &Arc<Authority>,
    contract: Contract,
    (caller, ada): (&Caller, &Person),
    organisations: &[DemoOrganisation],
    url: &str,
) -> Result<serde_json::Value, DemoError> {
    let [first, second, ..] = organisations else { return Err(DemoError::NotEmpty) };
    match contract {
        Contract::Rncv => {
            let users = rncv::demonstration::Users {
                application_administrator: OwnerId::parse("id", &ada.id)?,
                organisation_administrator: OwnerId::parse("id", &first.administrator.id)?,
                member: OwnerId::parse("id", &first.member.id)?,
                stranger: OwnerId::parse("id", &second.member.id)?,
            };
            Ok(rncv::demonstration::make(authority, caller, &users).await?)
        }
        Contract::VectorAi => {
            let organisation = OrganisationId::parse("id", &first.id)?;
            Ok(vectorai::demonstration::make(authority, organisation).await?)
        }
        Contract::SoftwareOne => {
            let organisation = |made: &DemoOrganisation| OrganisationId::parse("id", &made.id);
            let accounts = [caller.organisation, organisation(first)?, organisation(second)?];
            Ok(softwareone::demonstration::make(authority, caller, accounts).await?)
        }
        Contract::Dfns => {
            let administrator = dfns::demonstration::Administrator {
                organisation: OrganisationId::parse("id", &first.id)?,
                email: Email::parse("email", &first.administrator.email)?,
                password: Secret::new(first.administrator.password.clone()),
                token: Secret::new(first.administrator.token.clone()),
            };
            Ok(dfns::demonstration::make(authority, &administrator, url).await?)
        }
    }
}

async fn organisation(
    authority: &Arc<Authority>,
    caller: &Caller,
    name: &str,
    administrator: &str,
    member: &str,
) -> Result<DemoOrganisation, DemoError> {
    let organisation = authority.create_organisation(caller, Name::parse("name", name)?, None).await?.record;
    let granted = Scopes::parse("scopes", ["reports:read", "deploy:*"])?;
    let people = [(administrator, Role::OrganisationAdministrator, Scopes::default()), (member, Role::Member, granted)];
    let mut made = Vec::new();
    for (first, role, scopes) in people {
        made.push(person(authority, caller, organisation.id, (first, name), role, scopes).await?);
    }
    let (member, administrator) = (made.pop(), made.pop());
    let (Some(administrator), Some(member)) = (administrator, member) else { return Err(DemoError::NotEmpty) };
    Ok(DemoOrganisation { id: organisation.id.to_string(), name: name.to_owned(), administrator, member })
}

async fn person(
    authority: &Arc<Authority>,
    caller: &Caller,
    organisation: OrganisationId,
    (first, last): (&str, &str),
    role: Role,
    scopes: Scopes,
) -> Result<Person, DemoError> {
    let email = Email::parse("email", &format!("{first}@{last}.example"))?;
    let name = Name::parse("name", &format!("{first} {last}"))?;
    let draft = OwnerDraft {
        kind: OwnerKind::User,
        organisation: Some(organisation),
        name,
        email: Some(email.clone()),
        role,
        scopes,
        facts: Facts::default(),
    };
    let owner = authority.create_owner(caller, draft, None).await?.record;
    let password = authority.generate(Kind::Session);
    let invitation = authority.invite(caller, owner.id).await?;
    authority.redeem(invitation.secret.expose(), password.clone(), None, &Origin::default()).await?;
    let token = token(authority, caller, owner.id, &format!("{first}'s demonstration"), None).await?;
    Ok(Person {
        id: owner.id.to_string(),
        email: email.as_str().to_owned(),
        password: password.expose().to_owned(),
        token: token.expose().to_owned(),
    })
}

/// A service account that may ask for verdicts on every organisation's tokens, and nothing else.
async fn service_account(authority: &Arc<Authority>, caller: &Caller, name: &str) -> Result<Secret, DemoError> {
    let draft = OwnerDraft {
        kind: OwnerKind::ServiceAccount,
        organisation: None,
        name: Name::parse("name", name)?,
        email: None,
        role: Role::ApplicationAdministrator,
        scopes: Scopes::default(),
        facts: Facts::default(),
    };
    let owner = authority.create_owner(caller, draft, None).await?.record;
    token(authority, caller, owner.id, name, Some(Scopes::parse("scopes", [native::TOKENS_VERIFY])?)).await
}

async fn token(
    authority: &Arc<Authority>,
    caller: &Caller,
    owner: OwnerId,
    name: &str,
    scopes: Option<Scopes>,
) -> Result<Secret, DemoError> {
    let new = NewToken {
        key: None,
        name: Name::parse("name", name)?,
        description: "Made for the demonstration.".to_owned(),
        owner: Some(owner),
        scopes,
        networks: None,
        labels: Labels::default(),
        expires_at: None,
        terms: Terms::default(),
        permission: None,
    };
    Ok(authority.issue(caller, new, None).await?.secret)
}

/// Lines to paste into a terminal, which walk a token through its life.
pub fn lines(url: &str, file: &Path) -> String {
    let file = quoted(&file.display().to_string());
    format!(
        r#"
Jeton's demonstration is ready. Its users, passwords and tokens are in {file}.
Paste these lines (they need curl and jq) to walk a token through its life:

  export ADMIN=$(jq -r '.organisations[0].administrator.token' {file})
  export VERIFIER=$(jq -r '.verifier.token' {file})
  CREATED=$(curl -s {url}/v1/tokens -H "Authorization: Bearer $ADMIN" -H 'Content-Type: application/json' -d '{{"name":"my first token"}}')
  SECRET=$(echo "$CREATED" | jq -r .secret); ID=$(echo "$CREATED" | jq -r .id)
  curl -s {url}/v1/tokens/verify -H "Authorization: Bearer $VERIFIER" -H 'Content-Type: application/json' -d "{{\"token\":\"$SECRET\"}}"; echo
  curl -si -X DELETE {url}/v1/tokens/$ID -H "Authorization: Bearer $ADMIN" | head -1
  curl -s {url}/v1/tokens/verify -H "Authorization: Bearer $VERIFIER" -H 'Content-Type: application/json' -d "{{\"token\":\"$SECRET\"}}"; echo
"#
    )
}

/// A text as one word of every shell, whatever is in it.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}
