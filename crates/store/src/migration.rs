//! Forward-only migrations: each is a numbered text, applied once and remembered with its hash.

use rusqlite::{Connection, Transaction, TransactionBehavior, params};
use sha2::{Digest as _, Sha256};

/// One step of the store's shape.
pub(crate) struct Migration {
    /// Its number, counted up from 1.
    pub(crate) number: i64,
    /// What its file is called.
    pub(crate) name: &'static str,
    /// Its SQL.
    pub(crate) text: &'static str,
}

/// Every migration of the SQLite engine in order. A text that has been released never changes.
pub(crate) const SQLITE: &[Migration] = &[
    Migration { number: 1, name: "0001_core", text: include_str!("../migrations/sqlite/0001_core.sql") },
    Migration { number: 2, name: "0002_contracts", text: include_str!("../migrations/sqlite/0002_contracts.sql") },
    Migration { number: 3, name: "0003_signers", text: include_str!("../migrations/sqlite/0003_signers.sql") },
    Migration { number: 4, name: "0004_permissions", text: include_str!("../migrations/sqlite/0004_permissions.sql") },
    Migration {
        number: 5,
        name: "0005_token_callers",
        text: include_str!("../migrations/sqlite/0005_token_callers.sql"),
    },
    Migration { number: 6, name: "0006_origins", text: include_str!("../migrations/sqlite/0006_origins.sql") },
];

/// Why a store was not brought up to date.
#[derive(Debug)]
pub(crate) enum MigrationError {
    /// The store is at a later migration than this binary knows.
    Newer {
        /// The store's migration.
        found: i64,
        /// The newest one of this binary.
        known: i64,
    },
    /// A migration that was applied had another text.
    Altered(i64),
    /// SQLite refused.
    Sqlite(rusqlite::Error),
}

impl From<rusqlite::Error> for MigrationError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sqlite(error)
    }
}

/// Checks the migrations that were applied and applies those that are missing, each in a
/// transaction of its own.
pub(crate) fn migrate(connection: &mut Connection, migrations: &[Migration]) -> Result<(), MigrationError> {
    connection.execute_batch(
        "CREATE TABLE IF NOT EXISTS migration (
            number INTEGER PRIMARY KEY,
            name TEXT NOT NULL,
            sha256 BLOB NOT NULL CHECK (length(sha256) = 32)
        ) STRICT",
    )?;
    let applied = check(connection, migrations)?;
    for migration in migrations.iter().filter(|migration| migration.number > applied) {
        let transaction = Transaction::new(connection, TransactionBehavior::Immediate)?;
        transaction.execute_batch(migration.text)?;
        transaction.execute(
            "INSERT INTO migration (number, name, sha256) VALUES (?1, ?2, ?3)",
            params![migration.number, migration.name, hash(migration.text)],
        )?;
        transaction.commit()?;
        // The schema to compare with is made in memory at every start, which is no news.
        if connection.path().is_some_and(|path| !path.is_empty()) {
            tracing::info!(number = migration.number, name = migration.name, "applied a migration");
        }
    }
    Ok(())
}

/// The number of the last applied migration, after checking every applied one against its text.
pub(crate) fn check(connection: &Connection, migrations: &[Migration]) -> Result<i64, MigrationError> {
    let mut statement = connection.prepare("SELECT number, sha256 FROM migration ORDER BY number")?;
    let applied = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let applied: Vec<(i64, [u8; 32])> = applied.collect::<Result<_, _>>()?;
    let known = migrations.last().map_or(0, |migration| migration.number);
    let found = applied.last().map_or(0, |(number, _)| *number);
    if found > known {
        return Err(MigrationError::Newer { found, known });
    }
    for (number, sha256) in &applied {
        let migration = migrations.iter().find(|migration| migration.number == *number);
        if migration.is_none_or(|migration| hash(migration.text) != *sha256) {
            return Err(MigrationError::Altered(*number));
        }
    }
    Ok(found)
}

/// The schema that these migrations make, as SQLite itself writes it down, object by object.
pub(crate) fn expected_schema(migrations: &[Migration]) -> Result<Vec<(String, String)>, MigrationError> {
    let mut connection = Connection::open_in_memory()?;
    migrate(&mut connection, migrations)?;
    Ok(schema(&connection)?)
}

/// The schema of an open store, object by object.
pub(crate) fn schema(connection: &Connection) -> rusqlite::Result<Vec<(String, String)>> {
    let sql = "SELECT name, sql FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%' ORDER BY name";
    connection.prepare(sql)?.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?.collect()
}

fn hash(text: &str) -> [u8; 32] {
    Sha256::digest(text.as_bytes()).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_run_changes_nothing() {
        let mut connection = Connection::open_in_memory().unwrap();
        migrate(&mut connection, SQLITE).unwrap();
        let first = schema(&connection).unwrap();
        migrate(&mut connection, SQLITE).unwrap();
        assert_eq!(schema(&connection).unwrap(), first);
        assert_eq!(expected_schema(SQLITE).unwrap(), first);
    }

    #[test]
    fn a_newer_store_and_an_altered_migration_are_refused() {
        let one = |text| Migration { number: 1, name: "one", text };
        let two = Migration { number: 2, name: "two", text: "CREATE TABLE b (x) " };
        let mut connection = Connection::open_in_memory().unwrap();
        migrate(&mut connection, &[one("CREATE TABLE a (x)"), two]).unwrap();
        assert!(matches!(
            migrate(&mut connection, &[one("CREATE TABLE a (x)")]),
            Err(MigrationError::Newer { found: 2, known: 1 })
        ));
        let two = Migration { number: 2, name: "two", text: "CREATE TABLE b (x) " };
        assert!(matches!(migrate(&mut connection, &[one("CREATE TABLE a (y)"), two]), Err(MigrationError::Altered(1))));
    }

    #[test]
    fn a_migration_that_fails_leaves_nothing_behind() {
        let mut connection = Connection::open_in_memory().unwrap();
        let broken = Migration { number: 1, name: "broken", text: "CREATE TABLE a (x); CREATE TABLE a (x)" };
        assert!(migrate(&mut connection, &[broken]).is_err());
        assert!(schema(&connection).unwrap().iter().all(|(name, _)| name == "migration"));
    }
}
