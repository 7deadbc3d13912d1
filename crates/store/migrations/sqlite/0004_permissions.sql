-- Permissions: named sets of scopes of an organisation. None is ever removed, so an archived one keeps its
-- name. What a permission gives stands in the scopes of its bearers too: whoever changes it changes them in
-- the same transaction.
CREATE TABLE permission (
    number INTEGER PRIMARY KEY,
    id BLOB NOT NULL UNIQUE CHECK (length(id) = 16),
    organisation INTEGER NOT NULL REFERENCES organisation (number),
    name TEXT NOT NULL,
    scopes TEXT NOT NULL,
    immutable INTEGER NOT NULL CHECK (immutable IN (0, 1)),
    archived INTEGER NOT NULL CHECK (archived IN (0, 1)),
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    revision INTEGER NOT NULL,
    UNIQUE (organisation, name)
) STRICT;

-- Who was given which: an owner or a single token. Those of a token go when it is deleted.
CREATE TABLE assignment (
    number INTEGER PRIMARY KEY,
    id BLOB NOT NULL UNIQUE CHECK (length(id) = 16),
    permission INTEGER NOT NULL REFERENCES permission (number),
    owner INTEGER REFERENCES owner (number),
    token INTEGER REFERENCES token (number),
    immutable INTEGER NOT NULL CHECK (immutable IN (0, 1)),
    created_at INTEGER NOT NULL,
    CHECK ((owner IS NULL) <> (token IS NULL)),
    UNIQUE (permission, owner),
    UNIQUE (permission, token)
) STRICT;

CREATE INDEX assignment_owner ON assignment (owner) WHERE owner IS NOT NULL;
CREATE INDEX assignment_token ON assignment (token) WHERE token IS NOT NULL;
