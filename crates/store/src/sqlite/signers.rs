//! Keys and passkeys: registering, switching and removing them, and whether one of them may prove anything.

use super::{
    conditions::{Conditions, blob},
    credentials::{self, with_power},
    failure::{Result, taken},
    owner_row::{self, OwnerFacts},
    sessions, signed_actions,
    transaction::Transaction,
};
use crate::{
    change::{AddSigner, NewSigner, RegisterOwner, SignerSwitch, SwitchSigner},
    error::Refusal,
    query::SignersOf,
};
use domain::{
    caller::{Beyond, Reach},
    id::{OwnerId, OwnerNumber, SignerId, TokenId, TokenNumber},
    journal::{Event, SignerChanged},
    limits,
    name::Name,
    owner::Owner,
    signer::{Proof, Signer, SignerKind},
    time::Timestamp,
    token::Token,
};
use rusqlite::{Connection, OptionalExtension, Row, params};

/// Registers a signer of an owner.
pub(crate) fn add(transaction: &mut Transaction<'_>, wanted: &AddSigner) -> Result<Signer> {
    let within = |facts: &OwnerFacts| wanted.access.reach.covers(facts.owner.organisation, facts.owner.number);
    let facts = transaction.owner(wanted.owner)?.filter(|facts| within(facts)).ok_or(Refusal::NotFound)?;
    if !facts.has_power() {
        return Err(Refusal::OwnerInactive.into());
    }
    // Whoever holds a signer can sign in with it.
    wanted.access.may_hand_out(facts.owner.role, &facts.ceiling)?;
    check_hand(transaction, &facts, wanted.password_checked_at)?;
    insert(transaction, &facts.owner, None, &wanted.signer)
}

/// Enables, disables or removes a signer.
pub(crate) fn switch(transaction: &mut Transaction<'_>, wanted: &SwitchSigner) -> Result<Signer> {
    let mut found = list(transaction.connection, wanted.access.reach, SignersOf::Signer(wanted.signer))?;
    // The signer of a token lives and dies with it.
    let signer = found.pop().filter(|signer| signer.token.is_none()).ok_or(Refusal::NotFound)?;
    let facts = transaction.owner(signer.owner)?.ok_or(Refusal::NotFound)?;
    if facts.owner.role > wanted.access.role {
        return Err(Beyond::Role(facts.owner.role).into());
    }
    if wanted.switch == SignerSwitch::Enable {
        wanted.access.may_hand_out(facts.owner.role, &facts.ceiling)?;
    }
    // Whoever may change an owner takes his signers away; giving them back takes more.
    if wanted.switch == SignerSwitch::Enable || transaction.actor_number() == Some(facts.owner.number) {
        check_hand(transaction, &facts, wanted.password_checked_at)?;
    }
    let active = wanted.switch == SignerSwitch::Enable;
    if wanted.switch != SignerSwitch::Remove && signer.active == active {
        return Ok(signer);
    }
    let signer = Signer { active, since: transaction.at, ..signer };
    let event = match wanted.switch {
        SignerSwitch::Remove => {
            let mut statement = transaction.connection.prepare_cached("DELETE FROM signer WHERE id = ?1")?;
            statement.execute(params![signer.id.bytes()])?;
            Event::SignerRemoved
        }
        SignerSwitch::Enable | SignerSwitch::Disable => {
            transaction
                .connection
                .prepare_cached("UPDATE signer SET active = ?2, since = ?3 WHERE id = ?1")?
                .execute(params![signer.id.bytes(), active, signer.since.milliseconds()])?;
            if active { Event::SignerEnabled } else { Event::SignerDisabled }
        }
    };
    tell(transaction, &facts.owner, &signer, event)?;
    Ok(signer)
}

/// Gives a user his first signers, for the one link that was checked, and ends what he was signed in with.
pub(crate) fn register(transaction: &mut Transaction<'_>, wanted: &RegisterOwner) -> Result<Owner> {
    let facts = with_power(transaction, wanted.owner, wanted.expects)?;
    for signer in &wanted.signers {
        insert(transaction, &facts.owner, None, signer)?;
    }
    credentials::void_links(transaction, facts.owner.number, facts.credential_revision)?;
    sessions::close_all(transaction, &facts.owner)?;
    Ok(facts.owner.clone())
}

/// A stolen token or session must not be enough, and neither must a token with its key: signers are changed with a signature, or with the caller's password. Only
/// the first signer of an owner without a password needs neither, where nothing is demanded to be signed.
fn check_hand(transaction: &mut Transaction<'_>, facts: &OwnerFacts, password_checked_at: Option<u64>) -> Result<()> {
    transaction.expect_no_own_key()?;
    if let Some(revision) = password_checked_at {
        return check_password(transaction, revision);
    }
    let begins = !facts.owner.has_password && count(transaction.connection, facts.owner.number)? == 0;
    if begins && !signed_actions::are_demanded(transaction, facts.owner.organisation)? {
        return Ok(());
    }
    transaction.expect_signed()
}

/// Refuses a password of the caller's that was checked at another revision of his credentials.
fn check_password(transaction: &mut Transaction<'_>, revision: u64) -> Result<()> {
    let id = transaction.actor_number().map(|number| transaction.owner_id(number)).transpose()?;
    let caller = id.map(|id| transaction.owner(id)).transpose()?.flatten();
    let stands = caller.is_some_and(|caller| caller.credential_revision == revision);
    if stands { Ok(()) } else { Err(Refusal::Consumed.into()) }
}

/// Keeps a signer of an owner, or of one of its tokens.
pub(crate) fn insert(
    transaction: &mut Transaction<'_>,
    owner: &Owner,
    token: Option<&Token>,
    new: &NewSigner,
) -> Result<Signer> {
    if token.is_none() && count(transaction.connection, owner.number)? >= limits::SIGNERS {
        return Err(Refusal::TooManySigners.into());
    }
    let signer = Signer {
        id: new.id,
        owner: owner.id,
        owner_number: owner.number,
        token: token.map(|token| token.id),
        kind: new.kind,
        name: new.name.clone(),
        credential: new.credential.clone(),
        material: new.material.clone(),
        active: true,
        since: transaction.at,
        counter: new.counter,
        created_at: transaction.at,
    };
    let inserted = transaction
        .connection
        .prepare_cached(
            "INSERT INTO signer (id, owner, token, kind, name, credential, material, active, since, counter, created_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, 1, ?8, ?9, ?8)",
        )?
        .execute(params![
            signer.id.bytes(),
            owner.number.0,
            token.map(|token| token.number.0),
            signer.kind.as_str(),
            signer.name.as_str(),
            signer.credential,
            signer.material,
            signer.created_at.milliseconds(),
            signer.counter,
        ]);
    taken(inserted, Refusal::SignerTaken)?;
    tell(transaction, owner, &signer, Event::SignerAdded)?;
    Ok(signer)
}

/// Lets none of an owner's own signers sign any more.
pub(crate) fn disable_all(transaction: &mut Transaction<'_>, owner: &Owner) -> Result<()> {
    for signer in list(transaction.connection, Reach::Everything, SignersOf::Owner(owner.id))? {
        if signer.active {
            transaction
                .connection
                .prepare_cached("UPDATE signer SET active = 0, since = ?2 WHERE id = ?1")?
                .execute(params![signer.id.bytes(), transaction.at.milliseconds()])?;
            tell(transaction, owner, &signer, Event::SignerDisabled)?;
        }
    }
    Ok(())
}

/// Takes the signers of a token away, because it is deleted.
pub(crate) fn end_of_token(connection: &Connection, token: TokenNumber) -> Result<()> {
    connection.prepare_cached("DELETE FROM signer WHERE token = ?1")?.execute(params![token.0])?;
    Ok(())
}

/// Takes all the signers of an owner away, because it is deleted.
pub(crate) fn end_of_owner(transaction: &mut Transaction<'_>, owner: &Owner) -> Result<()> {
    for signer in list(transaction.connection, Reach::Everything, SignersOf::Owner(owner.id))? {
        transaction
            .connection
            .prepare_cached("DELETE FROM signer WHERE id = ?1")?
            .execute(params![signer.id.bytes()])?;
        tell(transaction, owner, &signer, Event::SignerRemoved)?;
    }
    Ok(())
}

/// Leaves every earlier challenge of a token's own signers without an answer, because it was switched.
pub(crate) fn outdate_challenges(transaction: &Transaction<'_>, token: TokenNumber) -> Result<()> {
    transaction
        .connection
        .prepare_cached("UPDATE signer SET since = ?2 WHERE token = ?1")?
        .execute(params![token.0, transaction.at.milliseconds()])?;
    Ok(())
}

/// True for a token that has signers of its own.
pub(crate) fn token_with_signer(connection: &Connection, token: TokenId) -> Result<bool> {
    let sql = "SELECT 1 FROM signer WHERE token = (SELECT number FROM token WHERE id = ?1)";
    Ok(connection.prepare_cached(sql)?.exists(params![token.bytes()])?)
}

/// Refuses a proof by anything but an active signer of this owner, or of this token of his, that was
/// challenged as it is now. A passkey that counts must have counted on: if not, there are two of it.
pub(crate) fn prove(
    transaction: &Transaction<'_>,
    owner: OwnerNumber,
    token: Option<TokenId>,
    proof: &Proof,
) -> Result<()> {
    let counted: Option<u32> = transaction
        .connection
        .prepare_cached(
            "SELECT counter FROM signer
             WHERE id = ?1 AND owner = ?2 AND active = 1 AND since <= ?4
                AND iif(?3 IS NULL, token IS NULL, token = (SELECT number FROM token WHERE id = ?3))",
        )?
        .query_row(
            params![proof.signer.bytes(), owner.0, token.map(TokenId::bytes), proof.challenged_at.milliseconds()],
            |row| row.get(0),
        )
        .optional()?;
    let counted = counted.ok_or(Refusal::SignerEnded)?;
    let Some(counter) = proof.counter.filter(|counter| *counter > 0 || counted > 0) else { return Ok(()) };
    if counter <= counted {
        return Err(Refusal::SignerEnded.into());
    }
    transaction
        .connection
        .prepare_cached("UPDATE signer SET counter = ?2 WHERE id = ?1")?
        .execute(params![proof.signer.bytes(), counter])?;
    Ok(())
}

fn count(connection: &Connection, owner: OwnerNumber) -> Result<usize> {
    let sql = "SELECT count(*) FROM signer WHERE owner = ?1 AND token IS NULL";
    Ok(connection.prepare_cached(sql)?.query_row(params![owner.0], |row| row.get(0))?)
}

fn tell(
    transaction: &mut Transaction<'_>,
    owner: &Owner,
    signer: &Signer,
    event: fn(SignerChanged) -> Event,
) -> Result<()> {
    let content = SignerChanged { signer: signer.id, owner: owner.number, token: signer.token };
    transaction.append(Some(owner.organisation), None, event(content))
}

/// The signers within reach, the oldest first.
pub(crate) fn list(connection: &Connection, reach: Reach, of: SignersOf) -> Result<Vec<Signer>> {
    let mut conditions = Conditions::new();
    match reach {
        Reach::Everything => {}
        Reach::Organisation(organisation) => conditions.and_value("w.organisation = ?", organisation.0),
        Reach::Own(owner) => conditions.and_value("w.number = ?", owner.0),
    }
    match of {
        SignersOf::Owner(owner) => conditions.and_value("w.id = ? AND s.token IS NULL", blob(owner.bytes())),
        SignersOf::Token(token) => conditions.and_value("t.id = ?", blob(token.bytes())),
        SignersOf::Signer(signer) => conditions.and_value("s.id = ?", blob(signer.bytes())),
    }
    let sql = format!(
        "SELECT s.id, w.id, w.number, t.id, s.kind, s.name, s.credential, s.material, s.active, s.since, s.counter,
            s.created_at
         FROM signer AS s JOIN owner AS w ON w.number = s.owner LEFT JOIN token AS t ON t.number = s.token
         WHERE {} ORDER BY s.number",
        conditions.sql()
    );
    let mut statement = connection.prepare_cached(&sql)?;
    let mut rows = statement.query(conditions.values())?;
    let mut signers = Vec::new();
    while let Some(row) = rows.next()? {
        signers.push(read(row)?);
    }
    Ok(signers)
}

fn read(row: &Row<'_>) -> Result<Signer> {
    let word: String = row.get(4)?;
    let kind = SignerKind::of_word(&word);
    Ok(Signer {
        id: SignerId::from_bytes(row.get(0)?),
        owner: OwnerId::from_bytes(row.get(1)?),
        owner_number: OwnerNumber(row.get(2)?),
        token: row.get::<_, Option<[u8; 16]>>(3)?.map(TokenId::from_bytes),
        kind: kind.ok_or_else(|| owner_row::unknown_word("kind of signer", &word))?,
        name: Name::stored(row.get(5)?),
        credential: row.get(6)?,
        material: row.get(7)?,
        active: row.get(8)?,
        since: Timestamp::from_milliseconds(row.get(9)?),
        counter: row.get(10)?,
        created_at: Timestamp::from_milliseconds(row.get(11)?),
    })
}
