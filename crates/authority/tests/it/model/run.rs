//! How each step is made on the real installation.

use super::{
    Model, Run,
    step::{Issue, Patch, Step},
};
use crate::world::{ask, name, new_token, question, scopes};
use authority::{
    Error,
    authority::IdempotencyKey,
    delete::TokenName,
    issue::{Issued, NewToken},
    owners::{OrganisationPatch, OwnerPatch},
    rotate::Overlap,
    update::TokenPatch,
};
use domain::{
    address::Networks,
    caller::{Caller, Reach},
    id::TokenId,
    name::Labels,
    owner::OwnerKind,
    secret::Secret,
};
use std::{
    collections::BTreeMap,
    hash::{DefaultHasher, Hash, Hasher},
};
use store::query::TokenFilter;

/// Where tokens with an allow-list may be used from.
pub(super) const HOME: &str = "192.0.2.7";
const NETWORK: &str = "192.0.2.0/24";

/// What an answer told.
pub(super) enum Made {
    Secret { token: TokenId, secret: Secret },
    Nothing,
}

impl From<Issued> for Made {
    fn from(issued: Issued) -> Self {
        Self::Secret { token: issued.token.id, secret: issued.secret }
    }
}

impl Step {
    /// What makes this request what it is.
    pub(super) fn request(&self) -> [u8; 16] {
        let mut hasher = DefaultHasher::new();
        format!("{self:?}").hash(&mut hasher);
        let mut request = [0; 16];
        request[..8].copy_from_slice(&hasher.finish().to_be_bytes());
        request
    }

    fn idempotency(&self, key: Option<u64>) -> Option<IdempotencyKey> {
        key.map(|key| IdempotencyKey { key: format!("key {key}"), request: self.request() })
    }
}

impl Model {
    /// The identifier of a token; one that nobody was told stands for none.
    pub(super) fn id(&self, token: usize) -> TokenId {
        self.tokens[token].id.expect("every token is known by now")
    }
}

impl Run {
    fn caller(&self, stranger: bool) -> &Caller {
        if stranger { &self.stranger } else { &self.world.root }
    }

    pub(super) async fn run(&self, step: &Step) -> Result<Made, Error> {
        let (authority, root) = (self.world.authority(), &self.world.root);
        match *step {
            Step::Issue(ref issue) => {
                let key = step.idempotency(issue.key);
                authority.issue(root, self.wanted(issue), key).await.map(Made::from)
            }
            Step::Update { token, patch, stale, stranger } => {
                let expects = Some(self.model.tokens[token].revision + u64::from(stale));
                let (caller, id) = (self.caller(stranger), self.model.id(token));
                authority.update(caller, id, self.patch_of(patch), expects).await.map(|_| Made::Nothing)
            }
            Step::Switch { token, disabled, stranger } => {
                let (caller, id) = (self.caller(stranger), self.model.id(token));
                let switched = if disabled {
                    authority.disable(caller, id, None).await
                } else {
                    authority.enable(caller, id, None).await
                };
                switched.map(|_| Made::Nothing)
            }
            Step::Rotate { token, overlap, first_use, key, stranger } => {
                let overlap = match overlap {
                    None => Overlap::None,
                    Some(time) if first_use => Overlap::UntilFirstUse(time),
                    Some(time) => Overlap::Time(time),
                };
                let (caller, id, key) = (self.caller(stranger), self.model.id(token), step.idempotency(key));
                authority.rotate(caller, id, overlap, None, key).await.map(Made::from)
            }
            Step::Use { token, secret } => self.use_secret(token, secret).await,
            Step::Delete { token, by_secret, stranger } => {
                let (caller, id) = (self.caller(stranger), self.model.id(token));
                let newest = self.model.tokens[token].secrets.last().and_then(|newest| newest.text.as_ref());
                match newest.filter(|_| by_secret) {
                    Some(secret) => {
                        let name = TokenName::Secret(secret.expose());
                        authority.delete_named(caller, name, None).await.map(|_| Made::Nothing)
                    }
                    None => authority.delete(caller, id, None, None).await.map(|()| Made::Nothing),
                }
            }
            Step::DeleteGroup { group, reviewed } => self.delete_group(group, reviewed).await,
            Step::SetOwner { .. } | Step::SetOrganisation { .. } => self.set(step).await,
            Step::WriteUses => authority.write_uses().await.map(|()| Made::Nothing),
            Step::Advance(_) | Step::Restart => Ok(Made::Nothing),
        }
    }

    fn wanted(&self, issue: &Issue) -> NewToken {
        let labels = BTreeMap::from([("group".to_owned(), issue.group.to_string())]);
        NewToken {
            name: name(&issue.name),
            owner: Some(self.model.owners[issue.owner].id),
            scopes: issue.scopes.map(scopes),
            networks: issue.networks.then(network),
            labels: Labels::parse("labels", labels).unwrap(),
            expires_at: issue.lifetime.map(|lifetime| self.world.now().after(lifetime)),
            ..new_token()
        }
    }

    fn patch_of(&self, patch: Patch) -> TokenPatch {
        let nothing = TokenPatch::default();
        match patch {
            Patch::Scopes(wanted) => TokenPatch { scopes: Some(scopes(wanted)), ..nothing },
            Patch::Lifetime(lifetime) => {
                let expiry = lifetime.map(|lifetime| self.world.now().after(lifetime));
                TokenPatch { expires_at: Some(expiry), ..nothing }
            }
            Patch::Networks(networks) => TokenPatch { networks: Some(networks.then(network)), ..nothing },
            Patch::Nothing => nothing,
        }
    }

    async fn use_secret(&self, token: usize, secret: usize) -> Result<Made, Error> {
        let token = &self.model.tokens[token];
        let Some(text) = &token.secrets[secret].text else { return Ok(Made::Nothing) };
        let mut question = question(text.expose());
        question.address = token.networks.then(|| HOME.parse().unwrap());
        ask(self.world.authority(), Reach::Everything, question).await.map(|_| Made::Nothing)
    }

    async fn delete_group(&self, group: u64, reviewed: bool) -> Result<Made, Error> {
        let labels = vec![("group".to_owned(), Some(group.to_string()))];
        let filter = TokenFilter { labels, ..TokenFilter::default() };
        let (authority, root) = (self.world.authority(), &self.world.root);
        let preview = authority.preview_deletion(root, filter.clone()).await?;
        let expects = reviewed.then_some(preview.digest);
        authority.delete_where(root, filter, expects, None).await.map(|_| Made::Nothing)
    }

    async fn set(&self, step: &Step) -> Result<Made, Error> {
        let (authority, root) = (self.world.authority(), &self.world.root);
        match *step {
            Step::SetOwner { owner, role, granted, active } => {
                let id = self.model.owners[owner].id;
                let kind = if owner % 2 == 0 { OwnerKind::User } else { OwnerKind::ServiceAccount };
                let patch = OwnerPatch { role, scopes: granted.map(scopes), active, ..OwnerPatch::default() };
                authority.update_owner(root, kind, id, patch, None).await.map(|_| Made::Nothing)
            }
            Step::SetOrganisation { organisation, active } => {
                let id = self.model.organisations[organisation].id;
                let patch = OrganisationPatch {
                    seat: None,
                    signed_actions: None,
                    name: None,
                    active: Some(active),
                    facts: None,
                };
                authority.update_organisation(root, id, patch, None).await.map(|_| Made::Nothing)
            }
            _ => unreachable!("only owners and organisations are set"),
        }
    }
}

fn network() -> Networks {
    Networks::parse("networks", [NETWORK]).unwrap()
}
