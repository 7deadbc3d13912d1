//! What every handler works with.

use crate::{
    config::{Contract, PublicUrl},
    metrics::Metrics,
};
use authority::{Authority, Error, signature::passkey::RelyingParty};
use domain::{
    caller::Caller, facts::ContractFacts, id::OrganisationId, invalid::Invalid, owner::Organisation, secret::Secret,
};
use serde_json::Value;
use std::{future::Future, ops::Deref, pin::Pin, sync::Arc};
use store::change::SeatSwitch;

/// Checks facts about an organisation by the rules of the contract that keeps them; a refusal names the field.
pub type FactsCheck = fn(Contract, &str, &Value) -> Result<(), Invalid>;

/// What comes of [`FactsPreparation`]: the holder of a seat who has to be switched with the change.
pub type Prepared<'a> = Pin<Box<dyn Future<Output = Result<Option<SeatSwitch>, Error>> + Send + 'a>>;

/// Settles what has to be before facts about an organisation change, or refuses the change: some of what
/// is there may not fit them.
pub type FactsPreparation = for<'a> fn(&'a Authority, &'a Caller, &'a Organisation, &'a ContractFacts) -> Prepared<'a>;

/// The parts of the running server, shared by all requests.
pub struct Parts {
    /// What Jeton does.
    pub authority: Arc<Authority>,
    /// What is measured.
    pub metrics: Arc<Metrics>,
    /// The address that people and browsers use.
    pub public_url: PublicUrl,
    /// The contracts that are served.
    pub contracts: Vec<Contract>,
    /// Checks what a contract is told of an organisation; the table of contracts hands it over.
    pub check_facts: FactsCheck,
    /// Settles what has to be before such facts change; the table of contracts hands it over.
    pub prepare_facts: FactsPreparation,
    /// The organisation that VectorAI's contract is bound to, where one is known from the start; else it is
    /// the first one of the store.
    pub vectorai_organisation: Option<OrganisationId>,
}

/// A handle on the running server.
#[derive(Clone)]
pub struct Server(Arc<Parts>);

impl Server {
    /// A handle on these parts.
    pub fn new(parts: Parts) -> Self {
        Self(Arc::new(parts))
    }

    /// A one-time link as people open it.
    pub fn link(&self, secret: &Secret) -> String {
        self.public_url.join(&format!("/console/links/{}", secret.expose()))
    }

    /// The place at which passkeys are used.
    pub fn relying_party(&self) -> RelyingParty {
        let (id, origin) = (self.public_url.host().to_owned(), self.public_url.to_string());
        RelyingParty { id, name: "Jeton".to_owned(), origin }
    }

    /// True when a browser's `Origin` is the public URL's.
    pub fn is_own_origin(&self, origin: &[u8]) -> bool {
        self.public_url.to_string().as_bytes() == origin
    }
}

impl Deref for Server {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}
