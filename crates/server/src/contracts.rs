//! The outside contracts, one a folder; `router` has their routes.
//!
//! | file | what lives there |
//! | --- | --- |
//! | `rncv` | RNCV's tokens and API users under `/admin`, also under `/backend/api/v1` |
//! | `vectorai` | VectorAI's access tokens and its admin under `/auth` |
//! | `dfns` | Dfns' personal access tokens under `/auth/pats`, with what they are signed by |
//! | `softwareone` | SoftwareOne's API tokens under `/public/v1` |

pub mod dfns;
pub mod rncv;
pub mod softwareone;
pub mod vectorai;

use crate::{
    config::Contract,
    state::Prepared,
    surface::{Surface, Surfaces},
};
use authority::Authority;
use domain::{caller::Caller, facts::ContractFacts, invalid::Invalid, owner::Organisation};
use serde_json::Value;

/// The surface of a contract.
pub fn surface(contract: Contract) -> Surface {
    match contract {
        Contract::Rncv => rncv::SURFACE,
        Contract::VectorAi => vectorai::SURFACE,
        Contract::SoftwareOne => softwareone::SURFACE,
        Contract::Dfns => dfns::SURFACE,
    }
}

/// The surfaces of these contracts. Where two have a path, it is the first one's in the order of all contracts.
pub fn surfaces(contracts: &[Contract]) -> Surfaces {
    Surfaces::new(Contract::ALL.into_iter().filter(|contract| contracts.contains(contract)).map(surface))
}

/// Checks what a contract is told of an organisation through the native API.
///
/// # Errors
/// Names `field` when the contract takes no such facts.
pub fn check_facts(contract: Contract, field: &str, facts: &Value) -> Result<(), Invalid> {
    match contract {
        Contract::VectorAi => Err(Invalid::field(field, "must be changed by the calls of the contract itself")),
        Contract::SoftwareOne => softwareone::account::check_facts(field, facts),
        Contract::Rncv | Contract::Dfns => Err(Invalid::field(field, "must be left out: nothing is kept there")),
    }
}

/// Settles what has to be before a contract is told something else of an organisation.
pub fn prepare_facts<'a>(
    authority: &'a Authority,
    caller: &'a Caller,
    organisation: &'a Organisation,
    facts: &'a ContractFacts,
) -> Prepared<'a> {
    match Contract::of_name(facts.contract) {
        Some(Contract::SoftwareOne) => {
            Box::pin(softwareone::account_change::prepare(authority, caller, organisation, facts))
        }
        Some(Contract::VectorAi | Contract::Rncv | Contract::Dfns) | None => Box::pin(std::future::ready(Ok(None))),
    }
}
