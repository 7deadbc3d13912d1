-- What outside contracts ask for. All of it is NULL for what the native API makes.
--
-- `slot` is a place for one token of an owner, or for one owner of an organisation; `unique_in` is where
-- a token's name is its own. `form` says how the secrets of a token look (see `domain/src/form.rs`).
-- `facts` is a JSON object of what each contract alone knows, by the contract's name.
ALTER TABLE organisation ADD COLUMN facts TEXT;

ALTER TABLE owner ADD COLUMN slot TEXT;
ALTER TABLE owner ADD COLUMN facts TEXT;

ALTER TABLE token ADD COLUMN slot TEXT;
ALTER TABLE token ADD COLUMN unique_in TEXT;
ALTER TABLE token ADD COLUMN form TEXT;
ALTER TABLE token ADD COLUMN facts TEXT;

ALTER TABLE tombstone ADD COLUMN slot TEXT;
ALTER TABLE tombstone ADD COLUMN unique_in TEXT;
ALTER TABLE tombstone ADD COLUMN form TEXT;
ALTER TABLE tombstone ADD COLUMN facts TEXT;

-- 0 for a session that lasts its time whether it is used or not.
ALTER TABLE session ADD COLUMN idles INTEGER NOT NULL DEFAULT 1 CHECK (idles IN (0, 1));

CREATE UNIQUE INDEX owner_slot ON owner (organisation, slot) WHERE slot IS NOT NULL;
CREATE UNIQUE INDEX token_slot ON token (owner, slot) WHERE slot IS NOT NULL;
CREATE UNIQUE INDEX token_unique_name ON token (organisation, unique_in, name) WHERE unique_in IS NOT NULL;

DROP VIEW token_all;

-- Live tokens and tombstones together, for whoever shows both.
CREATE VIEW token_all AS
SELECT number, id, owner, scope_set, network_set, expires_at, disabled, organisation, author, created_at, updated_at,
    revision, name, description, labels, NULL AS deleted_at, NULL AS deleted_by, NULL AS reason,
    slot, unique_in, form, facts
FROM token
UNION ALL
SELECT number, id, owner, scope_set, network_set, expires_at, disabled, organisation, author, created_at, updated_at,
    revision, name, description, labels, deleted_at, deleted_by, reason,
    slot, unique_in, form, facts
FROM tombstone;
