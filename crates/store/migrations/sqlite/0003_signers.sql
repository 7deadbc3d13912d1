-- Who signs, and what an organisation demands to be signed.
ALTER TABLE organisation ADD COLUMN signed_actions TEXT NOT NULL DEFAULT 'off'
    CHECK (signed_actions IN ('off', 'destructive', 'all'));

-- The keys and passkeys of users and service accounts. One with a `token` signs for that token alone and
-- goes with it. `material` is what signatures are checked with: the PEM of a key, or what the WebAuthn
-- library keeps of a passkey. Challenges from before `since` are not answered with it.
CREATE TABLE signer (
    number INTEGER PRIMARY KEY,
    id BLOB NOT NULL UNIQUE CHECK (length(id) = 16),
    owner INTEGER NOT NULL REFERENCES owner (number),
    token INTEGER,
    kind TEXT NOT NULL CHECK (kind IN ('key', 'passkey')),
    name TEXT NOT NULL,
    credential TEXT NOT NULL,
    material TEXT NOT NULL,
    active INTEGER NOT NULL CHECK (active IN (0, 1)),
    since INTEGER NOT NULL,
    counter INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    UNIQUE (owner, credential)
) STRICT;

CREATE INDEX signer_token ON signer (token) WHERE token IS NOT NULL;
