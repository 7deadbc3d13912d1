//! What can be chosen for a token: its owner, and the scopes that owner and visitor both may give.

use super::{draft::Draft, scope_texts};
use crate::console::{initials::initials, refused::Refused, texts::ENGLISH, visitor::Visitor};
use domain::{
    id::{OrganisationId, OwnerId},
    owner::{Owner, OwnerKind},
    scope::Scopes,
};
use std::collections::{BTreeSet, HashMap};
use store::query::{OwnerFilter, PageRequest, Sort, TokenFilter};

/// How many owners are offered at once.
const OWNERS: usize = 20;
/// How many tokens of an owner are asked for the scopes that he uses.
const TOKENS: usize = 100;

/// An owner to choose.
pub struct OwnerOffer {
    /// Its identifier.
    pub id: String,
    /// Its name.
    pub name: String,
    /// The initials of its name.
    pub initials: String,
    /// True for a person.
    pub is_person: bool,
    /// What tells it from others of its name.
    pub detail: String,
    /// True when it is chosen.
    pub is_chosen: bool,
}

/// The owners to choose from.
#[derive(Default)]
pub struct OwnerOffers {
    /// Some of them, the chosen one first.
    pub owners: Vec<OwnerOffer>,
    /// True when there are more of them.
    pub are_more: bool,
}

/// A scope to choose.
pub struct ScopeOffer {
    /// The scope.
    pub scope: String,
    /// What it allows.
    pub text: String,
    /// True when it is chosen.
    pub is_chosen: bool,
}

/// The owner that a draft names: the visitor where it names nobody.
///
/// # Errors
/// When the store cannot be read; none for somebody outside the visitor's reach.
pub async fn owner(visitor: &Visitor, draft: &Draft) -> Result<Option<Owner>, Refused> {
    if draft.owner.is_empty() {
        return Ok(Some(visitor.owner.clone()));
    }
    let Ok(id) = OwnerId::parse("owner", &draft.owner) else { return Ok(None) };
    let filter = OwnerFilter { id: Some(id), ..OwnerFilter::default() };
    let page = PageRequest { after: None, limit: 1 };
    Ok(visitor.server.authority.owners(&visitor.caller, filter, page).await?.items.into_iter().next())
}

/// The owners that fit these words, the chosen one before them. Members have none to choose.
///
/// # Errors
/// When the store cannot be read.
pub async fn owners(visitor: &Visitor, draft: &Draft, words: &str) -> Result<OwnerOffers, Refused> {
    if !visitor.is_administrator() {
        return Ok(OwnerOffers::default());
    }
    let chosen = owner(visitor, draft).await?;
    let filter = OwnerFilter {
        active: Some(true),
        email: words.contains('@').then(|| words.to_lowercase()),
        name_contains: (!words.contains('@') && !words.is_empty()).then(|| words.to_owned()),
        ..OwnerFilter::default()
    };
    let page = PageRequest { after: None, limit: OWNERS };
    let page = visitor.server.authority.owners(&visitor.caller, filter, page).await?;
    let chosen_id = chosen.as_ref().map(|owner| owner.id);
    let others = page.items.into_iter().filter(|owner| Some(owner.id) != chosen_id);
    let mut names = Organisations::default();
    let mut owners = Vec::new();
    for owner in chosen.into_iter().chain(others) {
        let detail = names.detail(visitor, &owner).await?;
        owners.push(OwnerOffer {
            is_chosen: Some(owner.id) == chosen_id,
            id: owner.id.to_string(),
            initials: initials(owner.name.as_str()),
            name: owner.name.to_string(),
            is_person: owner.kind == OwnerKind::User,
            detail,
        });
    }
    Ok(OwnerOffers { owners, are_more: page.next.is_some() })
}

/// The names of organisations that were looked up.
#[derive(Default)]
struct Organisations(HashMap<OrganisationId, String>);

impl Organisations {
    /// What tells an owner from others of its name.
    async fn detail(&mut self, visitor: &Visitor, owner: &Owner) -> Result<String, Refused> {
        let kind = match (&owner.email, owner.kind) {
            (Some(email), _) => email.as_str().to_owned(),
            (None, OwnerKind::User) => ENGLISH.token.user.to_string(),
            (None, OwnerKind::ServiceAccount) => ENGLISH.token.service_account.to_string(),
        };
        if !visitor.is_application_administrator() {
            return Ok(kind);
        }
        let id = owner.organisation_id;
        let name = match self.0.get(&id) {
            Some(known) => known.clone(),
            None => visitor.server.authority.organisation(&visitor.caller, id).await?.name.to_string(),
        };
        let detail = format!("{kind} · {name}");
        self.0.insert(id, name);
        Ok(detail)
    }
}

/// The scopes that this owner's tokens may have from this visitor: Jeton's own, those that the owner was
/// granted, those that his tokens have, and those that are chosen already.
///
/// # Errors
/// When the store cannot be read.
pub async fn scopes(visitor: &Visitor, owner: Option<&Owner>, draft: &Draft) -> Result<Vec<ScopeOffer>, Refused> {
    let mut known: BTreeSet<String> = BTreeSet::new();
    let mut ceiling = Scopes::everything();
    if let Some(owner) = owner {
        ceiling = owner.ceiling();
        known.extend(owner.scopes.iter().map(ToString::to_string));
        let filter = TokenFilter { owner: Some(owner.id), ..TokenFilter::default() };
        let page = PageRequest { after: None, limit: TOKENS };
        let tokens = visitor.server.authority.tokens(&visitor.caller, filter, Sort::default(), page).await?;
        let used = tokens.items.iter().flat_map(|token| token.scopes.iter());
        known.extend(used.map(ToString::to_string));
    }
    let may_be_given = |scope: &str| ceiling.cover(scope) && visitor.caller.scopes.cover(scope);
    let native = scope_texts::native().into_iter().map(|(scope, _)| scope.to_owned());
    let others = known.into_iter().filter(|scope| scope_texts::text(scope).is_none());
    let mut offered: Vec<_> = native.chain(others).filter(|scope| may_be_given(scope)).collect();
    // What is chosen is shown even where it may not be given any more, so that it can be taken away.
    offered.extend(draft.scopes.iter().filter(|scope| !offered.contains(scope)).cloned().collect::<BTreeSet<_>>());
    let offer = |scope: String| ScopeOffer {
        text: scope_texts::text(&scope).unwrap_or(&ENGLISH.token.scope_elsewhere).to_string(),
        is_chosen: draft.scopes.contains(&scope),
        scope,
    };
    Ok(offered.into_iter().map(offer).collect())
}
