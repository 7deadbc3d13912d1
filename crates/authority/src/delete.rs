//! Delete: the final end of one token, of the token whose secret is shown, or of every token that a
//! filter selects. When it is answered, nothing accepts the token again.

use crate::{
    access::{self, Action},
    authority::Authority,
    error::{Error, unexpected_outcome},
    index::Standing,
};
use domain::{
    caller::{Access, Actor, Caller},
    id::{DeletionId, OwnerId, TokenId, TokenNumber},
    origin::Origin,
    secret::{Digest, may_be_looked_up},
    token::Token,
};
use std::sync::Arc;
use store::{
    change::{Change, DeleteTokens, DeletionTarget, Outcome, StartDeletion, Verb},
    error::{CommitError, Refusal},
    query::{Deletion, PreviewDigest, TokenFilter},
};

/// What a token can be named by beside its identifier.
#[derive(Clone, Copy)]
pub enum TokenName<'a> {
    /// Its number.
    Number(TokenNumber),
    /// A slot of its owner that it holds.
    Slot {
        /// The owner.
        owner: OwnerId,
        /// The slot.
        slot: &'a str,
    },
    /// One of its secrets that still works.
    Secret(&'a str),
}

/// How far a deletion by filter has come when it is answered.
#[derive(Debug, Clone)]
pub enum Deleting {
    /// It is done, in one commit.
    Done {
        /// How many tokens were deleted.
        tokens: u64,
    },
    /// It goes on in steps; what has been deleted so far stays deleted whatever happens.
    Started(Deletion),
}

impl Authority {
    /// Deletes a token.
    ///
    /// # Errors
    /// [`Error::NotFound`] outside the caller's reach and for a token that was deleted before.
    pub async fn delete(
        &self,
        caller: &Caller,
        id: TokenId,
        expects: Option<u64>,
        reason: Option<String>,
    ) -> Result<(), Error> {
        let access = access::access(caller, Action::ChangeTokens)?;
        let target = DeletionTarget::Token { id, expects };
        self.commit(caller, Verb::DeleteTokens(DeleteTokens { access, target, reason })).await?;
        Ok(())
    }

    /// Deletes the one token that is named so, and gives its tombstone.
    ///
    /// # Errors
    /// [`Error::NotFound`] outside the caller's reach, and when nothing is named so any more.
    pub async fn delete_named(
        &self,
        caller: &Caller,
        name: TokenName<'_>,
        reason: Option<String>,
    ) -> Result<Box<Token>, Error> {
        let access = access::access(caller, Action::ChangeTokens)?;
        let target = match name {
            TokenName::Number(number) => DeletionTarget::Number(number),
            TokenName::Slot { owner, slot } => DeletionTarget::Slot { owner, slot: slot.to_owned() },
            TokenName::Secret(secret) if may_be_looked_up(secret) => {
                DeletionTarget::Secret(self.keyring.digests(secret).map(|(_, digest)| digest).collect())
            }
            TokenName::Secret(_) => return Err(Error::NotFound),
        };
        match self.commit(caller, Verb::DeleteTokens(DeleteTokens { access, target, reason })).await?.outcome {
            Outcome::Deleted { tombstone: Some(token), tokens: _ } => Ok(token),
            _ => Err(unexpected_outcome()),
        }
    }

    /// Deletes the token that this secret belongs to. Holding the secret is all it takes; the answer
    /// is the same whether or not there was such a token.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when nothing could be looked up or written.
    pub async fn delete_by_secret(&self, secret: &str, reason: Option<String>, origin: &Origin) -> Result<(), Error> {
        if !may_be_looked_up(secret) {
            return Ok(());
        }
        let digests: Vec<_> = self.keyring.digests(secret).map(|(_, digest)| digest).collect();
        if !self.may_name_a_token(&digests) {
            return Ok(());
        }
        let target = DeletionTarget::Secret(digests);
        let verb = Verb::DeleteTokens(DeleteTokens { access: Access::unlimited(), target, reason });
        match self.keep(Change::new(self.now(), Actor::Possession, verb).from(origin)).await {
            Ok(_) | Err(CommitError::Refused(Refusal::NotFound)) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// False when memory knows that none of these digests is a secret that still ends a token: nobody
    /// loads the only writer with made-up secrets.
    fn may_name_a_token(&self, digests: &[Digest]) -> bool {
        let ended = |standing| matches!(standing, Standing::Deleted | Standing::Rotated);
        // A secret may move to the current key meanwhile; it has its new digest before it loses the
        // older one, so the current key is asked a second time behind the older ones.
        let mut asked = digests.iter().chain(digests.first());
        !self.index.is_open()
            || asked.any(|digest| self.index.find(*digest, || self.now(), |found| !ended(found.standing)) == Some(true))
    }

    /// Deletes every token that the filter selects within the caller's reach: in one commit when it
    /// takes no more than one step, in steps beside the caller otherwise. `expects` makes sure that
    /// what was reviewed is what is deleted.
    ///
    /// # Errors
    /// [`Error::PreviewChanged`] when the selection is another one than was reviewed.
    pub async fn delete_where(
        self: &Arc<Self>,
        caller: &Caller,
        filter: TokenFilter,
        expects: Option<PreviewDigest>,
        reason: Option<String>,
    ) -> Result<Deleting, Error> {
        let access = access::access(caller, Action::ChangeTokens)?;
        self.write_uses_for(&filter).await?;
        let target = DeletionTarget::Filter { filter: filter.clone(), expects };
        let delete = DeleteTokens { access: access.clone(), target, reason: reason.clone() };
        let change = Change::by(self.now(), caller, Verb::DeleteTokens(delete));
        match self.keep(change).await {
            Err(CommitError::Refused(Refusal::TooManyTokens)) => {}
            Err(error) => return Err(error.into()),
            Ok(committed) => match committed.outcome {
                Outcome::Deleted { tokens, tombstone: _ } => return Ok(Deleting::Done { tokens }),
                _ => return Err(unexpected_outcome()),
            },
        }
        let id = DeletionId::new(self.now(), &*self.randomness);
        let start = Verb::StartDeletion(StartDeletion { access, id, filter, expects, reason });
        match self.commit(caller, start).await?.outcome {
            Outcome::Deletion(deletion) => {
                self.work_on_deletion(id);
                Ok(Deleting::Started(*deletion))
            }
            _ => Err(unexpected_outcome()),
        }
    }

    /// A deletion in steps, as far as it has come; for whoever may see tokens, and for whoever may
    /// delete them, who must be able to follow what he began.
    ///
    /// # Errors
    /// [`Error::NotFound`] outside the caller's reach.
    pub async fn deletion(&self, caller: &Caller, id: DeletionId) -> Result<Deletion, Error> {
        let reach = access::reach(caller, Action::SeeTokens)
            .or_else(|refused| access::reach(caller, Action::ChangeTokens).map_err(|_| refused))?;
        self.store.deletion(reach, id).await?.ok_or(Error::NotFound)
    }

    /// Takes up the deletions that an earlier process, or a fault, left unfinished.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when the store cannot be read.
    pub async fn resume_deletions(self: &Arc<Self>) -> Result<(), Error> {
        for id in self.store.unfinished_deletions().await? {
            self.work_on_deletion(id);
        }
        Ok(())
    }

    /// Runs a deletion to its end beside the requests, step by step, so that other changes get their
    /// turn in between.
    fn work_on_deletion(self: &Arc<Self>, id: DeletionId) {
        if !self.deletions.lock().insert(id) {
            return;
        }
        let authority = Arc::clone(self);
        tokio::spawn(async move {
            if let Err(cause) = authority.run_deletion(id).await {
                tracing::error!(deletion = %id, %cause, "a deletion in steps stopped; it is taken up again within a minute");
            }
            authority.deletions.lock().remove(&id);
        });
    }

    async fn run_deletion(&self, id: DeletionId) -> Result<(), Error> {
        loop {
            let change = Change::new(self.now(), Actor::System, Verb::ContinueDeletion(id));
            match self.keep(change).await?.outcome {
                Outcome::Deletion(deletion) if deletion.finished_at.is_some() => return Ok(()),
                Outcome::Deletion(_) => {}
                _ => return Err(unexpected_outcome()),
            }
        }
    }
}
