//! List and show: tokens within reach, never a secret.

use crate::{
    access::{self, Action},
    authority::Authority,
    error::Error,
};
use domain::{
    caller::{Caller, Credential, Reach},
    id::{TokenId, TokenNumber},
    limits,
    owner::{Organisation, Owner},
    token::{LastUse, Token, TokenCaller},
};
use std::{cmp::Reverse, sync::Arc};
use store::{
    error::ReadError,
    query::{
        ListedToken, OrganisationFilter, OwnerFilter, Page, PageRequest, Preview, Sort, TokenFilter, UsageDay,
        search::{Comparison, Condition, Field, Found, FoundToken, Operand, Search, Value},
    },
};

/// How often is read again what a written batch came between.
const ATTEMPTS: usize = 8;

impl Authority {
    /// A page of the tokens that the caller sees.
    ///
    /// # Errors
    /// [`Error::Denied`] when the caller may not see tokens.
    pub async fn tokens(
        &self,
        caller: &Caller,
        filter: TokenFilter,
        sort: Sort,
        page: PageRequest,
    ) -> Result<Page<Token>, Error> {
        let reach = access::reach(caller, Action::SeeTokens)?;
        self.asks_for_uses(&filter)?;
        let read = || self.store.tokens(reach, filter.clone(), sort, page.clone(), self.now());
        self.with_waiting(read, |page| page.items.iter_mut().for_each(|token| self.add_waiting_uses(token))).await
    }

    /// A part of the same after this many tokens, with the names of those that each tells of, and how many
    /// the filter selects in all.
    ///
    /// # Errors
    /// As [`Authority::tokens`].
    pub async fn tokens_part(
        &self,
        caller: &Caller,
        filter: TokenFilter,
        sort: Sort,
        offset: u64,
        limit: usize,
    ) -> Result<Found<ListedToken>, Error> {
        let reach = access::reach(caller, Action::SeeTokens)?;
        self.asks_for_uses(&filter)?;
        let read = || self.store.tokens_part(reach, filter.clone(), sort, offset, limit, self.now());
        let add = |listed: &mut ListedToken| self.add_waiting_uses(&mut listed.token);
        self.with_waiting(read, |found| found.items.iter_mut().for_each(add)).await
    }

    /// How many tokens the filter selects among those that the caller sees.
    ///
    /// # Errors
    /// As [`Authority::tokens`].
    pub async fn count_tokens(&self, caller: &Caller, filter: TokenFilter) -> Result<u64, Error> {
        let reach = access::reach(caller, Action::SeeTokens)?;
        self.asks_for_uses(&filter)?;
        Ok(self.store.count_tokens(reach, filter, self.now()).await?)
    }

    /// The tokens that fit a condition among those that the caller sees, in any order, and how many.
    ///
    /// # Errors
    /// [`Error::Denied`] when the caller may not see tokens.
    pub async fn search(&self, caller: &Caller, search: Search) -> Result<Found<FoundToken>, Error> {
        let reach = self.search_reach(caller, &search)?;
        let read = || self.store.search(reach, search.clone(), self.now());
        let add = |found: &mut FoundToken| self.add_waiting_uses(&mut found.token);
        self.with_waiting(read, |found| found.items.iter_mut().for_each(add)).await
    }

    /// The numbers of what [`Authority::search`] finds.
    ///
    /// # Errors
    /// As [`Authority::search`].
    pub async fn search_numbers(&self, caller: &Caller, search: Search) -> Result<Vec<TokenNumber>, Error> {
        let reach = self.search_reach(caller, &search)?;
        Ok(self.store.search_numbers(reach, search, self.now()).await?)
    }

    /// The token that the caller itself showed, with those that it names; none when it showed a session.
    ///
    /// # Errors
    /// [`Error::NotFound`] when it was deleted in this very moment.
    pub async fn own_found(&self, caller: &Caller) -> Result<Option<FoundToken>, Error> {
        let Some(token) = self.own_token(caller).await? else { return Ok(None) };
        let number = Value::Number(i64::try_from(token.number.0).unwrap_or(i64::MAX));
        let condition = Condition::Compare(Field::Number, Comparison::Equal, Operand::Value(number));
        let search = Search { condition, order: Vec::new(), offset: 0, limit: 1, deleted: false };
        let found = self.store.search(Reach::Own(caller.owner_number), search, self.now()).await?;
        let found = found.items.into_iter().next().ok_or(Error::NotFound)?;
        Ok(Some(FoundToken { token, ..found }))
    }

    fn search_reach(&self, caller: &Caller, search: &Search) -> Result<Reach, Error> {
        let reach = access::reach(caller, Action::SeeTokens)?;
        if search.asks_for(Field::LastUsedAt) {
            self.expect_uses("last_used_at")?;
        }
        Ok(reach)
    }

    /// One token.
    ///
    /// # Errors
    /// [`Error::NotFound`], or [`Error::Gone`] for a deleted one when `deleted` asks for tombstones.
    pub async fn token(&self, caller: &Caller, id: TokenId, deleted: bool) -> Result<Token, Error> {
        let reach = access::reach(caller, Action::SeeTokens)?;
        match self.one_with_waiting(|| self.store.token(reach, id, deleted), |token| token).await? {
            Some(token) if token.deleted.is_some() => Err(Error::Gone(Box::new(token))),
            Some(token) => Ok(token),
            None => Err(Error::NotFound),
        }
    }

    /// One token with the names of those that it tells of.
    ///
    /// # Errors
    /// [`Error::NotFound`], or [`Error::Gone`] for a deleted one.
    pub async fn listed_token(&self, caller: &Caller, id: TokenId) -> Result<ListedToken, Error> {
        let reach = access::reach(caller, Action::SeeTokens)?;
        let read = || self.store.listed_token(reach, id, true);
        match self.one_with_waiting(read, |listed| &mut listed.token).await? {
            Some(listed) if listed.token.deleted.is_some() => Err(Error::Gone(Box::new(listed.token))),
            Some(listed) => Ok(listed),
            None => Err(Error::NotFound),
        }
    }

    /// Adds the uses that wait in memory, so that what is shown is not a minute old.
    fn add_waiting_uses(&self, token: &mut Token) {
        for waiting in self.usage.of(token.id) {
            let waiting = LastUse::from(waiting);
            token.last_use = Some(match token.last_use.take() {
                Some(written) => waiting.with(written),
                None => waiting,
            });
        }
    }

    /// The token that the caller itself showed; none when it showed a session.
    ///
    /// # Errors
    /// [`Error::NotFound`] when it was deleted in this very moment.
    pub async fn own_token(&self, caller: &Caller) -> Result<Option<Token>, Error> {
        let Credential::Token(id) = caller.credential else { return Ok(None) };
        let reach = Reach::Own(caller.owner_number);
        let found = self.one_with_waiting(|| self.store.token(reach, id, false), |token| token).await?;
        found.ok_or(Error::NotFound).map(Some)
    }

    /// The caller's own record.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when the store cannot be read.
    pub async fn own_record(&self, caller: &Caller) -> Result<Owner, Error> {
        let filter = OwnerFilter { id: Some(caller.owner), ..OwnerFilter::default() };
        let page = PageRequest { after: None, limit: 1 };
        let page = self.store.owners(Reach::Own(caller.owner_number), filter, page).await?;
        page.items.into_iter().next().ok_or(Error::NotFound)
    }

    /// The caller's own organisation.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when the store cannot be read.
    pub async fn own_organisation(&self, caller: &Caller) -> Result<Organisation, Error> {
        let filter = OrganisationFilter { id: Some(caller.organisation), ..OrganisationFilter::default() };
        let page = PageRequest { after: None, limit: 1 };
        let page = self.store.organisations(Reach::Own(caller.owner_number), filter, page).await?;
        page.items.into_iter().next().ok_or(Error::NotFound)
    }

    /// How often a token was used, day by day.
    ///
    /// # Errors
    /// [`Error::NotFound`] outside the caller's reach.
    pub async fn token_usage(&self, caller: &Caller, id: TokenId) -> Result<Vec<UsageDay>, Error> {
        let reach = access::reach(caller, Action::SeeTokens)?;
        let add = |days: &mut Option<Vec<UsageDay>>| {
            let Some(days) = days else { return };
            for (day, count) in self.usage.of(id).into_iter().flat_map(|waiting| waiting.days) {
                match days.iter_mut().rev().find(|known| known.day == day) {
                    Some(last) => last.count += count,
                    None => days.push(UsageDay { day, count }),
                }
            }
        };
        self.with_waiting(|| self.store.usage(reach, id), add).await?.ok_or(Error::NotFound)
    }

    /// From where, and with what, a token was used lately, the last caller first.
    ///
    /// # Errors
    /// [`Error::NotFound`] outside the caller's reach.
    pub async fn token_callers(&self, caller: &Caller, id: TokenId) -> Result<Vec<TokenCaller>, Error> {
        let reach = access::reach(caller, Action::SeeTokens)?;
        let add = |callers: &mut Option<Vec<TokenCaller>>| {
            let Some(callers) = callers else { return };
            let waiting = self.usage.of(id).into_iter().flat_map(|waiting| waiting.callers);
            waiting.for_each(|caller| caller.add_to(callers));
        };
        let found = self.with_waiting(|| self.store.token_callers(reach, id), add).await?;
        let mut callers = found.ok_or(Error::NotFound)?;
        callers.sort_by_key(|caller| Reverse(caller.last_used_at));
        callers.truncate(limits::TOKEN_CALLERS_KEPT);
        Ok(callers)
    }

    /// What the store knows, with the uses that it does not know yet. A batch that is written between the two would be
    /// in neither, so both are read again then; not for ever, where one batch is written after the other.
    async fn with_waiting<T, F: Future<Output = Result<T, ReadError>>>(
        &self,
        read: impl Fn() -> F,
        add: impl Fn(&mut T),
    ) -> Result<T, Error> {
        let mut attempts = 0;
        loop {
            let written = self.usage.written();
            let mut known = read().await?;
            add(&mut known);
            attempts += 1;
            if self.usage.written() == written || attempts == ATTEMPTS {
                return Ok(known);
            }
        }
    }

    /// The same of one token, if there is one.
    async fn one_with_waiting<T, F: Future<Output = Result<Option<T>, ReadError>>>(
        &self,
        read: impl Fn() -> F,
        token: impl Fn(&mut T) -> &mut Token,
    ) -> Result<Option<T>, Error> {
        let add = |known: &mut Option<T>| {
            if let Some(token) = known.as_mut().map(&token).filter(|token| token.deleted.is_none()) {
                self.add_waiting_uses(token);
            }
        };
        self.with_waiting(read, add).await
    }

    /// What a deletion with this filter would delete.
    ///
    /// # Errors
    /// [`Error::Denied`] when the caller may not delete tokens.
    pub async fn preview_deletion(self: &Arc<Self>, caller: &Caller, filter: TokenFilter) -> Result<Preview, Error> {
        let reach = access::reach(caller, Action::ChangeTokens)?;
        self.write_uses_for(&filter).await?;
        Ok(self.store.preview(reach, filter, self.now()).await?)
    }
}
