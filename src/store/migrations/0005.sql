-- How published posts were received: the newest numbers of each.
CREATE TABLE metrics (
  post TEXT PRIMARY KEY REFERENCES posts (id),
  body TEXT NOT NULL
) STRICT;

-- Looking back at some days.
CREATE INDEX receipts_by_time ON receipts (published_at);
CREATE INDEX audit_by_time ON audit (json_extract(entry, '$.at'));
