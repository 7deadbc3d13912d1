//! Whether the installation is what the model says: verdicts, lists, and denial while in doubt.

use super::{Model, ModelSecret, ModelToken, run::HOME};
use crate::world::{Answer, World, ask, question};
use authority::{Error, verify::Refused};
use domain::{
    caller::Reach,
    limits,
    owner::Owner,
    secret::Secret,
    time::Timestamp,
    token::{State, Token},
};
use store::query::{OrganisationFilter, OwnerFilter, PageRequest, Sort, TokenFilter};

/// A scope that no token has: asking for it is no use of a secret, so it ends no rotation.
const NO_USE: &str = "nobody:has:this";

/// What the store's lists show.
pub(super) struct Observed {
    live: Vec<Token>,
    deleted: Vec<Token>,
    owners: Vec<Owner>,
    organisations: Vec<domain::owner::Organisation>,
}

pub(super) async fn observe(world: &World) -> Observed {
    let (authority, root) = (world.authority(), &world.root);
    let page = || PageRequest { after: None, limit: limits::PAGE };
    Observed {
        live: tokens(world, TokenFilter::default()).await,
        deleted: tokens(world, TokenFilter { state: Some(State::Deleted), ..TokenFilter::default() }).await,
        owners: authority.owners(root, OwnerFilter::default(), page()).await.unwrap().items,
        organisations: authority.organisations(root, OrganisationFilter::default(), page()).await.unwrap().items,
    }
}

/// The tokens of the model; the root's and the stranger's carry no label.
async fn tokens(world: &World, filter: TokenFilter) -> Vec<Token> {
    let filter = TokenFilter { labels: vec![("group".to_owned(), None)], ..filter };
    let mut tokens = Vec::new();
    let mut after = None;
    loop {
        let page = PageRequest { after, limit: limits::PAGE };
        let page = world.authority().tokens(&world.root, filter.clone(), Sort::default(), page).await.unwrap();
        tokens.extend(page.items);
        after = page.next;
        if after.is_none() {
            return tokens;
        }
    }
}

/// Compares the lists. A token whose answer was lost is found by its name, and its identifier learnt.
pub(super) fn matches(model: &mut Model, observed: &Observed) -> Result<(), String> {
    let known: Vec<_> = model.tokens.iter().filter_map(|token| token.id).collect();
    for token in model.tokens.iter_mut().filter(|token| token.id.is_none()) {
        let new = observed.live.iter().find(|seen| !known.contains(&seen.id) && seen.name.as_str() == token.name);
        token.id = Some(new.ok_or_else(|| format!("{} is missing", token.name))?.id);
    }
    for (deleted, seen) in [(false, &observed.live), (true, &observed.deleted)] {
        let expected = model.tokens.iter().filter(|token| token.deleted == deleted);
        if expected.clone().count() != seen.len() {
            return Err(format!("{} tokens with deleted = {deleted}", seen.len()));
        }
        for token in expected {
            let seen = seen.iter().find(|seen| Some(seen.id) == token.id);
            same_token(model, token, seen.ok_or_else(|| format!("{} is missing", token.name))?)?;
        }
    }
    same_owners(model, observed)
}

fn same_token(model: &Model, token: &ModelToken, seen: &Token) -> Result<(), String> {
    let same = seen.name.as_str() == token.name
        && seen.owner == model.owners[token.owner].id
        && seen.scopes == token.scopes
        && seen.networks.is_some() == token.networks
        && seen.expires_at == token.expires_at
        && seen.disabled == token.disabled
        && seen.revision == token.revision;
    if same { Ok(()) } else { Err(format!("{} differs: {seen:?}", token.name)) }
}

fn same_owners(model: &Model, observed: &Observed) -> Result<(), String> {
    for owner in &model.owners {
        let seen = observed.owners.iter().find(|seen| seen.id == owner.id).ok_or("an owner is missing")?;
        if (seen.role, seen.active) != (owner.role, owner.active) || seen.scopes != owner.granted {
            return Err(format!("an owner differs: {seen:?}"));
        }
    }
    for organisation in &model.organisations {
        let seen = observed.organisations.iter().find(|seen| seen.id == organisation.id);
        if seen.ok_or("an organisation is missing")?.active != organisation.active {
            return Err(format!("an organisation differs: {seen:?}"));
        }
    }
    Ok(())
}

/// Asks for the verdict on every known secret.
pub(super) async fn differs(world: &World, model: &Model) -> Result<(), String> {
    for token in &model.tokens {
        for secret in &token.secrets {
            let Some(text) = &secret.text else { continue };
            let seen = seen(world, token, secret, text).await.map_err(|error| format!("{error:?}"))?;
            let ended = !secret.is_accepted(world.now()) && !token.deleted;
            let fits = if ended { ended_is_refused(&seen) } else { seen == verdict(model, token, secret, world.now()) };
            if !fits {
                return Err(format!(
                    "a secret of {}, ended: {ended}, got {seen:?}, expected {:?}",
                    token.name,
                    verdict(model, token, secret, world.now())
                ));
            }
        }
    }
    Ok(())
}

/// The verdict without a use where a use would change something.
async fn seen(world: &World, token: &ModelToken, secret: &ModelSecret, text: &Secret) -> Result<Answer, Error> {
    let mut question = question(text.expose());
    question.scope = secret.ends_others.then_some(NO_USE);
    if token.networks {
        let elsewhere = ask(world.authority(), Reach::Everything, question).await?;
        assert!(!elsewhere.is_active(), "{} is accepted from everywhere", token.name);
        question.address = Some(HOME.parse().unwrap());
    }
    ask(world.authority(), Reach::Everything, question).await
}

fn verdict(model: &Model, token: &ModelToken, secret: &ModelSecret, now: Timestamp) -> Answer {
    if token.deleted {
        Answer::Refused(Refused::Deleted)
    } else if !model.has_power(token.owner) {
        Answer::Refused(Refused::OwnerInactive)
    } else if token.disabled {
        Answer::Refused(Refused::Disabled)
    } else if token.is_expired(now) {
        Answer::Refused(Refused::Expired)
    } else if secret.ends_others {
        Answer::Refused(Refused::Scope)
    } else {
        let scopes = token.scopes.intersection(&model.ceiling(token.owner));
        Answer::Active { token: token.id.unwrap(), scopes }
    }
}

/// The index does not follow what becomes of a token for secrets that have ended, so another reason
/// may come first; it is refused all the same.
fn ended_is_refused(seen: &Answer) -> bool {
    use Refused::{Disabled, Expired, OwnerInactive, Rotated};
    matches!(seen, Answer::Refused(Rotated | Disabled | Expired | OwnerInactive))
}

/// While it is not known whether a change was kept, nothing is accepted and nothing is called refused.
pub(super) async fn everything_is_denied(world: &World, model: &Model) {
    for secret in model.tokens.iter().flat_map(|token| &token.secrets) {
        let Some(text) = &secret.text else { continue };
        assert!(matches!(world.try_ask(text.expose()).await, Err(Error::Unavailable(_))));
    }
}
