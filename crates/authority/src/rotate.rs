//! Rotate: a new secret for the same token, and the end of the older one.

use crate::{
    access::{self, Action},
    authority::{Authority, IdempotencyKey},
    error::{Error, unexpected_outcome},
    issue::Issued,
};
use domain::{
    caller::Caller,
    id::{TokenId, TokenNumber},
    limits,
    token::RotationEnd,
};
use std::time::Duration;
use store::change::{Outcome, RotateToken, Verb};

/// When the older secrets of a token shall end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Overlap {
    /// At once.
    None,
    /// After this time, at most seven days.
    Time(Duration),
    /// At the first use of the new secret, and after this time at the latest.
    UntilFirstUse(Duration),
}

impl Authority {
    /// Gives a token a new secret. With an idempotency key, a repetition replaces the lost secret.
    ///
    /// # Errors
    /// [`Error::Denied`] when the token may do more than the caller.
    pub async fn rotate(
        &self,
        caller: &Caller,
        token: TokenId,
        overlap: Overlap,
        expects: Option<u64>,
        key: Option<IdempotencyKey>,
    ) -> Result<Issued, Error> {
        let access = access::access(caller, Action::ChangeTokens)?;
        // Number and form never change, and what the text says of the end only matters to whoever reads it, so
        // all that may be read before the commit. Where there is no such
        // token, the commit refuses in its own order of reasons.
        let born = self.store.token(access.reach, token, false).await?;
        let form = born.as_ref().and_then(|born| born.terms.form.as_ref());
        let drawn = self.draw(form, born.as_ref().and_then(|born| born.expires_at));
        let secret = drawn.secret(born.map_or(TokenNumber(0), |born| born.number));
        let kept = self.kept(&secret);
        let after = |time: Duration| self.now().after(time.min(limits::ROTATION_OVERLAP));
        let end = match overlap {
            Overlap::None => RotationEnd::Now,
            Overlap::Time(time) if time.is_zero() => RotationEnd::Now,
            Overlap::Time(time) => RotationEnd::At(after(time)),
            Overlap::UntilFirstUse(time) => RotationEnd::FirstUse(after(time)),
        };
        let verb = Verb::RotateToken(RotateToken { access, token, expects, secret: kept, end });
        let committed = self.commit_once(caller, verb, key).await?;
        match committed.outcome {
            Outcome::Token(token) => Ok(Issued { token: *token, secret, repeated: committed.repeated }),
            _ => Err(unexpected_outcome()),
        }
    }
}
