-- Times are milliseconds since 1970 in UTC; days are ISO dates of the plan; bodies are JSON.

CREATE TABLE posts (
  id       TEXT PRIMARY KEY,
  version  INTEGER NOT NULL,
  state    TEXT NOT NULL,
  account  TEXT NOT NULL,
  due_at   INTEGER,
  sends_at INTEGER,
  wake_at  INTEGER,           -- when the engine looks at it although nobody changed it
  ask      TEXT,              -- what a person is asked about it
  body     TEXT NOT NULL
) STRICT;
CREATE INDEX posts_by_state ON posts (state, due_at);
CREATE INDEX posts_by_wake ON posts (wake_at) WHERE wake_at IS NOT NULL;
CREATE INDEX posts_by_ask ON posts (ask) WHERE ask IS NOT NULL;

CREATE TABLE receipts (
  post         TEXT NOT NULL REFERENCES posts (id),
  account      TEXT NOT NULL,
  published_at INTEGER NOT NULL,
  PRIMARY KEY (post, published_at)
) STRICT;
CREATE INDEX receipts_by_account ON receipts (account, published_at);

-- The chain: each hash covers the entry, its number and the hash before it.
CREATE TABLE audit (
  sequence INTEGER PRIMARY KEY,
  entry    TEXT NOT NULL,
  hash     TEXT NOT NULL
) STRICT;

-- Answers given once for an account.
CREATE TABLE account_answers (
  id      INTEGER PRIMARY KEY,
  account TEXT NOT NULL,
  body    TEXT NOT NULL
) STRICT;
CREATE INDEX account_answers_by_account ON account_answers (account);

CREATE TABLE consents (
  reference TEXT PRIMARY KEY,
  body      TEXT NOT NULL
) STRICT;

-- Usage with a place on the clock. No titles, no addresses: a site's name and why.
CREATE TABLE intervals (
  id         INTEGER PRIMARY KEY,
  from_at    INTEGER NOT NULL,
  until_at   INTEGER NOT NULL,
  site       TEXT,
  activity   TEXT NOT NULL,
  source     TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX intervals_of_sensor ON intervals (from_at) WHERE source = 'sensor';
CREATE INDEX intervals_by_end ON intervals (until_at);

-- Usage of a day, without a place on the clock.
CREATE TABLE amounts (
  id       INTEGER PRIMARY KEY,
  day      TEXT NOT NULL,
  time     INTEGER NOT NULL,  -- milliseconds
  site     TEXT,
  activity TEXT NOT NULL
) STRICT;
CREATE INDEX amounts_by_day ON amounts (day);

CREATE TABLE breaks (
  id      INTEGER PRIMARY KEY,
  at      INTEGER NOT NULL,
  outcome TEXT NOT NULL
) STRICT;
CREATE INDEX breaks_by_time ON breaks (at);

-- Nudges that are not shown again.
CREATE TABLE nudges (
  key TEXT PRIMARY KEY,
  at  INTEGER NOT NULL
) STRICT;
