-- The first shape of a store. Names are the same in every engine.
--
-- Times are milliseconds since 1970 began. A column that most rows leave empty is NULL, which costs
-- one byte; columns that the index loads at start stand before the texts that only people read.

-- Facts about the store itself: `store` is its identifier, `starts` counts how often it was opened.
CREATE TABLE meta (
    name TEXT PRIMARY KEY,
    value BLOB NOT NULL
) STRICT, WITHOUT ROWID;

INSERT INTO meta (name, value) VALUES ('store', randomblob(16)), ('starts', zeroblob(8));

-- The last number that was given, so that none is ever given again.
CREATE TABLE sequence (
    name TEXT PRIMARY KEY,
    last INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

INSERT INTO sequence (name, last) VALUES ('organisation', 0), ('owner', 0), ('token', 0);

-- Texts that many rows share are kept once.
CREATE TABLE scope_set (
    number INTEGER PRIMARY KEY,
    scopes TEXT NOT NULL UNIQUE
) STRICT;

CREATE TABLE network_set (
    number INTEGER PRIMARY KEY,
    networks TEXT NOT NULL UNIQUE
) STRICT;

CREATE TABLE actor (
    number INTEGER PRIMARY KEY,
    actor TEXT NOT NULL UNIQUE,
    owner INTEGER
) STRICT;

CREATE INDEX actor_owner ON actor (owner);

CREATE TABLE event_kind (
    number INTEGER PRIMARY KEY,
    kind TEXT NOT NULL UNIQUE
) STRICT;

-- The index `journal_kind` leaves the most frequent kind out, by this number.
INSERT INTO event_kind (number, kind) VALUES (1, 'token.issued');

CREATE TABLE organisation (
    number INTEGER PRIMARY KEY,
    id BLOB NOT NULL UNIQUE CHECK (length(id) = 16),
    name TEXT NOT NULL,
    active INTEGER NOT NULL CHECK (active IN (0, 1)),
    created_at INTEGER NOT NULL,
    revision INTEGER NOT NULL
) STRICT;

CREATE TABLE owner (
    number INTEGER PRIMARY KEY,
    id BLOB NOT NULL UNIQUE CHECK (length(id) = 16),
    kind TEXT NOT NULL CHECK (kind IN ('user', 'service_account')),
    organisation INTEGER NOT NULL REFERENCES organisation (number),
    name TEXT NOT NULL,
    email TEXT UNIQUE,
    role TEXT NOT NULL CHECK (role IN ('member', 'organisation_administrator', 'application_administrator')),
    scopes TEXT NOT NULL,
    active INTEGER NOT NULL CHECK (active IN (0, 1)),
    password_hash TEXT,
    credential_revision INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    revision INTEGER NOT NULL
) STRICT;

CREATE INDEX owner_organisation ON owner (organisation);

-- `updated_at` is NULL as long as a token is as it was issued, `labels` while there are none.
CREATE TABLE token (
    number INTEGER PRIMARY KEY,
    id BLOB NOT NULL UNIQUE CHECK (length(id) = 16),
    owner INTEGER NOT NULL REFERENCES owner (number),
    scope_set INTEGER NOT NULL REFERENCES scope_set (number),
    network_set INTEGER REFERENCES network_set (number),
    expires_at INTEGER,
    disabled INTEGER NOT NULL CHECK (disabled IN (0, 1)),
    organisation INTEGER NOT NULL REFERENCES organisation (number),
    author INTEGER NOT NULL REFERENCES owner (number),
    created_at INTEGER NOT NULL,
    updated_at INTEGER,
    revision INTEGER NOT NULL,
    name TEXT NOT NULL,
    description TEXT NOT NULL,
    labels TEXT
) STRICT;

CREATE INDEX token_organisation ON token (organisation);
CREATE INDEX token_owner ON token (owner);

-- What stays of a deleted token, for ever. `deleted_by` is NULL for the server and for possession.
CREATE TABLE tombstone (
    number INTEGER PRIMARY KEY,
    id BLOB NOT NULL UNIQUE CHECK (length(id) = 16),
    owner INTEGER NOT NULL REFERENCES owner (number),
    scope_set INTEGER NOT NULL REFERENCES scope_set (number),
    network_set INTEGER REFERENCES network_set (number),
    expires_at INTEGER,
    disabled INTEGER NOT NULL CHECK (disabled IN (0, 1)),
    organisation INTEGER NOT NULL REFERENCES organisation (number),
    author INTEGER NOT NULL REFERENCES owner (number),
    created_at INTEGER NOT NULL,
    updated_at INTEGER,
    revision INTEGER NOT NULL,
    name TEXT NOT NULL,
    description TEXT NOT NULL,
    labels TEXT,
    deleted_at INTEGER NOT NULL,
    deleted_by INTEGER REFERENCES owner (number),
    reason TEXT
) STRICT;

CREATE INDEX tombstone_organisation ON tombstone (organisation);
CREATE INDEX tombstone_owner ON tombstone (owner);

-- Live tokens and tombstones together, for whoever shows both.
CREATE VIEW token_all AS
SELECT number, id, owner, scope_set, network_set, expires_at, disabled, organisation, author, created_at, updated_at,
    revision, name, description, labels, NULL AS deleted_at, NULL AS deleted_by, NULL AS reason
FROM token
UNION ALL
SELECT number, id, owner, scope_set, network_set, expires_at, disabled, organisation, author, created_at, updated_at,
    revision, name, description, labels, deleted_at, deleted_by, reason
FROM tombstone;

-- Every secret that ever was, also of tombstones: a digest is never issued again. The last serial
-- of a token is its newest secret. `ends_at` is NULL as long as a secret has no end; `ends_others`
-- is 1 while its first use is to end the older ones.
CREATE TABLE secret (
    token INTEGER NOT NULL,
    serial INTEGER NOT NULL,
    digest BLOB NOT NULL UNIQUE CHECK (length(digest) = 16),
    ends_at INTEGER,
    ends_others INTEGER NOT NULL CHECK (ends_others IN (0, 1)),
    key INTEGER NOT NULL,
    hint TEXT NOT NULL,
    PRIMARY KEY (token, serial)
) STRICT, WITHOUT ROWID;

CREATE TABLE usage (
    token INTEGER PRIMARY KEY,
    last_used_at INTEGER NOT NULL,
    address TEXT,
    user_agent TEXT,
    count INTEGER NOT NULL
) STRICT;

-- Clustered by day, so that a day is written in one place and forgotten in one piece.
CREATE TABLE usage_day (
    day INTEGER NOT NULL,
    token INTEGER NOT NULL,
    count INTEGER NOT NULL,
    PRIMARY KEY (day, token)
) STRICT, WITHOUT ROWID;

-- Positions are dense. `token` is the number of the token that an entry is about. `body` is the
-- chained JSON text with what recurs packed (see `src/sqlite/body.rs`).
CREATE TABLE journal (
    position INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    actor INTEGER NOT NULL REFERENCES actor (number),
    organisation INTEGER REFERENCES organisation (number),
    token INTEGER,
    kind INTEGER NOT NULL REFERENCES event_kind (number),
    chain BLOB NOT NULL CHECK (length(chain) = 32),
    body BLOB NOT NULL
) STRICT;

CREATE INDEX journal_token ON journal (token) WHERE token IS NOT NULL;
CREATE INDEX journal_organisation ON journal (organisation) WHERE organisation IS NOT NULL;
CREATE INDEX journal_actor ON journal (actor);
CREATE INDEX journal_kind ON journal (kind) WHERE kind <> 1;

CREATE TABLE session (
    id BLOB PRIMARY KEY CHECK (length(id) = 16),
    owner INTEGER NOT NULL REFERENCES owner (number),
    digest BLOB NOT NULL UNIQUE CHECK (length(digest) = 16),
    opened_at INTEGER NOT NULL,
    last_seen_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    address TEXT,
    user_agent TEXT
) STRICT, WITHOUT ROWID;

CREATE INDEX session_owner ON session (owner);
CREATE INDEX session_expires_at ON session (expires_at);

-- `subject` is the identifier of what the first request made, `serial` the secret its answer carried.
CREATE TABLE idempotency (
    owner INTEGER NOT NULL,
    key TEXT NOT NULL,
    request BLOB NOT NULL CHECK (length(request) = 16),
    subject BLOB NOT NULL CHECK (length(subject) = 16),
    serial INTEGER,
    at INTEGER NOT NULL,
    PRIMARY KEY (owner, key)
) STRICT, WITHOUT ROWID;

CREATE INDEX idempotency_at ON idempotency (at);

CREATE TABLE nonce (
    value BLOB PRIMARY KEY CHECK (length(value) = 16),
    until INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX nonce_until ON nonce (until);

-- Deletions in steps. A step goes on after token `done`, up to token `upto`; a guarded one leaves
-- the tokens alone that changed since it began: they stand in `deletion_exception`.
CREATE TABLE deletion (
    id BLOB PRIMARY KEY CHECK (length(id) = 16),
    author INTEGER REFERENCES owner (number),
    reach TEXT NOT NULL CHECK (reach IN ('everything', 'organisation', 'own')),
    reach_number INTEGER,
    filter TEXT NOT NULL,
    guarded INTEGER NOT NULL CHECK (guarded IN (0, 1)),
    done INTEGER NOT NULL,
    upto INTEGER NOT NULL,
    reason TEXT,
    total INTEGER NOT NULL,
    deleted INTEGER NOT NULL,
    started_at INTEGER NOT NULL,
    finished_at INTEGER
) STRICT, WITHOUT ROWID;

CREATE TABLE deletion_exception (
    deletion BLOB NOT NULL REFERENCES deletion (id),
    token INTEGER NOT NULL,
    PRIMARY KEY (deletion, token)
) STRICT, WITHOUT ROWID;
