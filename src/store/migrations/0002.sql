-- Slots of accounts that are let pass: no post is put there, nobody is asked about them.
CREATE TABLE skipped_slots (
  account TEXT NOT NULL,
  slot    INTEGER NOT NULL,
  PRIMARY KEY (account, slot)
) STRICT;

-- Posts that recur. The body is what each says; it goes when the series ends.
CREATE TABLE series (
  id       TEXT PRIMARY KEY,
  account  TEXT NOT NULL,
  cron     TEXT NOT NULL,
  begun_at INTEGER NOT NULL,
  ended_at INTEGER,
  body     TEXT NOT NULL
) STRICT;

-- Which post was made for which time of a series: once.
CREATE TABLE occurrences (
  series TEXT NOT NULL REFERENCES series (id),
  at     INTEGER NOT NULL,
  post   TEXT NOT NULL REFERENCES posts (id),
  PRIMARY KEY (series, at)
) STRICT;
