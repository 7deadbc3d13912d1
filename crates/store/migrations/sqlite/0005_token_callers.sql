-- From where, and with what, tokens were used lately: few rows a token, the latest ones. An empty text stands for
-- what a verifier did not name. Whatever stands here under a day has a row of that day in `usage_day`, and is
-- forgotten with it; so this table needs no index of its own times.
CREATE TABLE token_caller (
    token INTEGER NOT NULL,
    address TEXT NOT NULL,
    user_agent TEXT NOT NULL,
    last_used_at INTEGER NOT NULL,
    count INTEGER NOT NULL,
    PRIMARY KEY (token, address, user_agent)
) STRICT, WITHOUT ROWID;
