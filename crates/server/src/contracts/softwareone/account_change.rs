//! What has to hold when an account's type changes: nothing that the new type may not have stays alive.

use super::{CONTRACT, account::AccountType, catalogue::MODULES, seats};
use authority::{Authority, Error};
use domain::{
    caller::Caller,
    facts::{ContractFacts, Facts},
    invalid::Invalid,
    owner::Organisation,
};
use store::{change::SeatSwitch, query::TokenFilter};

/// Makes sure that an account may become what these facts say, and says how the seat of the platform changes with it.
///
/// # Errors
/// [`Error::Invalid`] while live tokens hold what the new type may not have.
pub async fn prepare(
    authority: &Authority,
    caller: &Caller,
    account: &Organisation,
    facts: &ContractFacts,
) -> Result<Option<SeatSwitch>, Error> {
    let (before, after) = (AccountType::of(&account.facts), AccountType::of(&Facts::from(facts.clone())));
    if before == after {
        return Ok(None);
    }
    let platform = authority.seated(account.id, seats::PLATFORM).await?;
    if after != AccountType::Operations
        && let Some(holder) = &platform
    {
        let held = TokenFilter { owner: Some(holder.id), ..TokenFilter::default() };
        refuse(authority.count_tokens_to_change(caller, held).await?, "reach over the whole platform")?;
    }
    for module in MODULES.iter().filter(|module| !module.is_for(after)) {
        let scope = Some(module.scope());
        let held = TokenFilter { organisation: Some(account.id), scope, ..TokenFilter::default() };
        refuse(authority.count_tokens_to_change(caller, held).await?, &format!("hold {}", module.name))?;
    }
    // Whatever slips in between has no power then: its owner is not active.
    let active = after == AccountType::Operations;
    Ok(platform.map(|holder| SeatSwitch { holder: holder.id, kind: holder.kind, active }))
}

fn refuse(tokens: u64, what: &str) -> Result<(), Error> {
    if tokens == 0 {
        return Ok(());
    }
    let rule = format!("must stay what it is while {tokens} of its tokens {what}: delete or change them first");
    Err(Invalid::field(format!("contracts.{CONTRACT}.type"), rule).into())
}
