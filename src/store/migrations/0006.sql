-- What was read of the feeds of the plan. A feed is known by a hash: its address may hold a secret.

CREATE TABLE feeds (
  key        TEXT PRIMARY KEY,
  etag       TEXT,
  modified   TEXT,
  checked_at INTEGER NOT NULL
) STRICT;

CREATE TABLE items (
  id           INTEGER PRIMARY KEY,
  feed         TEXT NOT NULL,
  guid         TEXT NOT NULL,
  title        TEXT NOT NULL,
  address      TEXT NOT NULL,
  published_at INTEGER,
  summary      TEXT NOT NULL,
  words        INTEGER NOT NULL,
  state        TEXT NOT NULL,
  first_seen   INTEGER NOT NULL,
  last_seen    INTEGER NOT NULL,  -- when its feed last had it
  UNIQUE (feed, guid)
) STRICT;
CREATE INDEX items_by_state ON items (state);
