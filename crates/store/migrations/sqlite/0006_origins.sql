-- Where the request for a change came from. Both columns are personal data: they stand outside the chain, so that they
-- can be erased while the journal stays whole. `meta` keeps under `origins_erased` up to which position they were.
ALTER TABLE journal ADD COLUMN address TEXT;
ALTER TABLE journal ADD COLUMN user_agent TEXT;
