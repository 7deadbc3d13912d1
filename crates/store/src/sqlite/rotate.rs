//! Giving a token a new secret, and ending the older ones.

use super::{
    deletion,
    failure::{Failure, Result},
    issue::insert_secret,
    token_row::{self, Rows, SecretRow},
    transaction::Transaction,
    update::{check_worth, find},
};
use crate::{
    change::{NewSecret, RotateToken, SecretOfNumber},
    error::Refusal,
};
use domain::{
    caller::Access,
    id::{OrganisationNumber, TokenId, TokenNumber},
    journal::{Event, RotationFinished, SecretEnd, SecretsEnded, TokenRotated},
    limits,
    secret::Digest,
    time::Timestamp,
    token::{RotationEnd, Token, has_passed},
};
use rusqlite::{OptionalExtension, params};

/// Gives a token a new secret. Answers with the token and the serial of the secret.
pub(crate) fn rotate(transaction: &mut Transaction<'_>, wanted: &RotateToken) -> Result<(Token, i64)> {
    let token = find(transaction, &wanted.access, wanted.token, wanted.expects)?;
    if token.expires_at.is_some_and(|expiry| has_passed(expiry, transaction.at)) {
        return Err(Refusal::TokenExpired.into());
    }
    check_worth(transaction, &wanted.access, &token)?;
    let (end, until_first_use) = match wanted.end {
        RotationEnd::Now => (transaction.at, false),
        RotationEnd::At(end) => (end, false),
        RotationEnd::FirstUse(end) => (end, true),
    };
    let secrets = token_row::secrets(transaction.connection, token.number)?;
    let older = accepted(&secrets, transaction.at);
    let staying = older.iter().filter(|_| !has_passed(end, transaction.at)).count();
    if staying + 1 > limits::SECRETS_ACCEPTED {
        return Err(Refusal::TooManySecrets.into());
    }
    let ends = end_secrets(transaction, token.number, &older, end)?;
    let replacement = Replacement { token, secrets: &secrets, until_first_use, ends, repeated: false };
    add_secret(transaction, replacement, &wanted.secret)
}

/// Replaces the secret of this serial, whose answer was lost, for a request that is repeated.
pub(crate) fn replace_lost(
    transaction: &mut Transaction<'_>,
    access: &Access,
    token: TokenId,
    serial: i64,
    secret: &SecretOfNumber,
) -> Result<(Token, i64)> {
    let token = token_row::find(transaction.connection, Rows::Live, access.reach, token)?;
    let token = token.ok_or(Refusal::IdempotencyKeyOutdated)?;
    check_worth(transaction, access, &token)?;
    let secrets = token_row::secrets(transaction.connection, token.number)?;
    let Some(lost) = secrets.last().filter(|lost| lost.serial == serial && lost.is_accepted(transaction.at)) else {
        return Err(Refusal::IdempotencyKeyOutdated.into());
    };
    let mut ends = end_secrets(transaction, token.number, &[lost], transaction.at)?;
    let older = secrets.iter().filter(|older| older.serial != serial && older.is_accepted(transaction.at));
    ends.extend(older.filter_map(|older| Some(older.end(older.ends_at?))));
    let until_first_use = lost.ends_others;
    let replacement = Replacement { token, secrets: &secrets, until_first_use, ends, repeated: true };
    let secret = secret.of(replacement.token.number);
    add_secret(transaction, replacement, &secret)
}

/// Ends the secrets that are older than the one with this digest, because it was used; without
/// effect when nothing waits for that.
pub(crate) fn finish(transaction: &mut Transaction<'_>, digest: Digest) -> Result<()> {
    let row = transaction
        .connection
        .prepare_cached(
            "SELECT s.token, s.serial FROM secret AS s JOIN token AS t ON t.number = s.token WHERE s.digest = ?1",
        )?
        .query_row(params![digest.bytes()], |row| Ok((TokenNumber(row.get(0)?), row.get(1)?)))
        .optional()?;
    let Some((number, serial)): Option<(_, i64)> = row else { return Err(Refusal::NotFound.into()) };
    let secrets = token_row::secrets(transaction.connection, number)?;
    let used = secrets.iter().find(|secret| secret.serial == serial);
    if !used.is_some_and(|used| used.ends_others && used.is_accepted(transaction.at)) {
        return Ok(());
    }
    let older: Vec<_> = accepted(&secrets, transaction.at).into_iter().filter(|older| older.serial < serial).collect();
    let ends = end_secrets(transaction, number, &older, transaction.at)?;
    stop_waiting(transaction, number, serial)?;
    tell_ended(transaction, number, digest, ends)
}

/// Ends a secret at an instant, unless it ends earlier anyway. Answers whether anything changed.
///
/// A newer secret that was to end all older ones at its first use does so now, because the end that is
/// told came from that use or from a later rotation.
pub(crate) fn end_again(
    transaction: &mut Transaction<'_>,
    token: TokenId,
    number: TokenNumber,
    serial: i64,
    end: Timestamp,
) -> Result<bool> {
    let secrets = token_row::secrets(transaction.connection, number)?;
    let Some(secret) = secrets.iter().find(|secret| secret.serial == serial) else { return Ok(false) };
    if secret.ends_at.is_some_and(|earlier| earlier <= end || has_passed(earlier, transaction.at)) {
        return Ok(false);
    }
    let newer = secrets.last().filter(|newest| newest.serial > serial && newest.is_accepted(transaction.at));
    let finishing = newer.filter(|newest| newest.ends_others && has_passed(end, transaction.at));
    if let Some(newest) = finishing {
        let older = accepted(&secrets[..secrets.len() - 1], transaction.at);
        let ends = end_secrets(transaction, number, &older, end)?;
        stop_waiting(transaction, number, newest.serial)?;
        tell_ended(transaction, number, newest.digest, ends)?;
        return Ok(true);
    }
    let ends = end_secrets(transaction, number, &[secret], end)?;
    let organisation = organisation(transaction, number)?;
    transaction.append(Some(organisation), Some(number), Event::SecretsEnded(SecretsEnded { token, ends }))?;
    Ok(true)
}

/// Notes that the first use of a secret has nothing left to end.
fn stop_waiting(transaction: &Transaction<'_>, number: TokenNumber, serial: i64) -> Result<()> {
    transaction
        .connection
        .prepare_cached("UPDATE secret SET ends_others = 0 WHERE token = ?1 AND serial = ?2")?
        .execute(params![number.0, serial])?;
    Ok(())
}

/// Tells the journal which secrets ended in favour of the one with this digest.
fn tell_ended(
    transaction: &mut Transaction<'_>,
    number: TokenNumber,
    digest: Digest,
    ends: Vec<SecretEnd>,
) -> Result<()> {
    let id = transaction
        .connection
        .prepare_cached("SELECT id FROM token WHERE number = ?1")?
        .query_row(params![number.0], |row| row.get(0).map(TokenId::from_bytes))?;
    let organisation = organisation(transaction, number)?;
    let event = Event::RotationFinished(RotationFinished { token: id, digest, ends });
    transaction.append(Some(organisation), Some(number), event)
}

fn organisation(transaction: &Transaction<'_>, number: TokenNumber) -> Result<OrganisationNumber> {
    let mut statement = transaction.connection.prepare_cached("SELECT organisation FROM token WHERE number = ?1")?;
    Ok(statement.query_row(params![number.0], |row| row.get(0).map(OrganisationNumber))?)
}

fn accepted(secrets: &[SecretRow], now: Timestamp) -> Vec<&SecretRow> {
    secrets.iter().filter(|secret| secret.is_accepted(now)).collect()
}

/// Ends these secrets at an instant, or earlier where they already end earlier.
fn end_secrets(
    transaction: &Transaction<'_>,
    token: TokenNumber,
    secrets: &[&SecretRow],
    end: Timestamp,
) -> Result<Vec<SecretEnd>> {
    let mut update =
        transaction.connection.prepare_cached("UPDATE secret SET ends_at = ?3 WHERE token = ?1 AND serial = ?2")?;
    let mut ends = Vec::with_capacity(secrets.len());
    for secret in secrets {
        let at = secret.ends_at.map_or(end, |earlier| earlier.min(end));
        // What ends at once stays ended, even if the clock is set back later.
        let kept = if has_passed(at, transaction.at) { Timestamp::from_milliseconds(0) } else { at };
        update.execute(params![token.0, secret.serial, kept.milliseconds()])?;
        ends.push(secret.end(at));
    }
    Ok(ends)
}

/// What a new secret takes the place of.
struct Replacement<'s> {
    token: Token,
    secrets: &'s [SecretRow],
    until_first_use: bool,
    ends: Vec<SecretEnd>,
    repeated: bool,
}

fn add_secret(
    transaction: &mut Transaction<'_>,
    replacement: Replacement<'_>,
    secret: &NewSecret,
) -> Result<(Token, i64)> {
    let Replacement { mut token, secrets, until_first_use, ends, repeated } = replacement;
    let Some(newest) = secrets.last() else {
        return Err(Failure::Unreadable(format!("token {} has no secret", token.number).into()));
    };
    let serial = newest.serial + 1;
    insert_secret(transaction.connection, token.number, serial, secret, until_first_use)?;
    token.revision += 1;
    token.updated_at = transaction.at;
    token.hint.clone_from(&secret.hint);
    transaction
        .connection
        .prepare_cached("UPDATE token SET updated_at = ?2, revision = ?3 WHERE number = ?1")?
        .execute(params![token.number.0, token.updated_at.milliseconds(), token.revision])?;
    let event = Event::TokenRotated(TokenRotated {
        token: token.id,
        digest: secret.digest,
        model: newest.digest,
        until_first_use,
        ends,
        repeated,
    });
    transaction.append(Some(token.organisation_number), Some(token.number), event)?;
    deletion::except(transaction, token.number)?;
    Ok((token, serial))
}
