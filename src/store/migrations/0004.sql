-- How things stand is asked often: it is answered without reading the posts, however many wait.

-- How many posts are in each state, kept by the database itself.
CREATE TABLE post_counts (
  state TEXT PRIMARY KEY,
  posts INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO post_counts SELECT state, count(*) FROM posts GROUP BY state;

CREATE TRIGGER post_came AFTER INSERT ON posts BEGIN
  INSERT INTO post_counts VALUES (new.state, 1)
    ON CONFLICT (state) DO UPDATE SET posts = posts + 1;
END;
CREATE TRIGGER post_went AFTER DELETE ON posts BEGIN
  UPDATE post_counts SET posts = posts - 1 WHERE state = old.state;
END;
CREATE TRIGGER post_moved AFTER UPDATE OF state ON posts WHEN old.state <> new.state BEGIN
  UPDATE post_counts SET posts = posts - 1 WHERE state = old.state;
  INSERT INTO post_counts VALUES (new.state, 1)
    ON CONFLICT (state) DO UPDATE SET posts = posts + 1;
END;

-- The next of those that wait, and what an account has to come in a period of its cadence.
CREATE INDEX posts_waiting ON posts (due_at) WHERE state IN ('held', 'queued');
CREATE INDEX posts_to_come ON posts (account, coalesce(sends_at, due_at))
  WHERE state IN ('queued', 'publishing');
