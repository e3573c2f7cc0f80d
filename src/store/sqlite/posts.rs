//! Posts: written as a whole under a version, found by what the engine and people ask.

use jiff::Timestamp;
use rusqlite::{OptionalExtension, Row, Transaction, params};

use super::super::{Counted, Counts, Result, StoreError, Tally, Waiting};
use super::audit::append;
use super::{Sqlite, at, at_or_after, explain, from_column, from_json, json, run};
use crate::engine::{Ask, Change, Cue};
use crate::posting::holds::HoldKind;
use crate::posting::life::State;
use crate::posting::post::{Post, PostId, Reminder};

/// States whose post still takes its slot.
const TAKES_SLOT: &str =
    "'held', 'queued', 'publishing', 'handed-off', 'uncertain', 'published', 'failed'";

/// How many posts are in each state.
pub(super) const STATES: &str = "SELECT state, posts FROM post_counts WHERE posts > 0";

/// The earliest post that waits for a time to come.
pub(super) const NEXT: &str = "SELECT id, coalesce(sends_at, due_at), account
    FROM posts INDEXED BY posts_waiting
    WHERE state IN ('held', 'queued') AND coalesce(sends_at, due_at) > ?1
    ORDER BY due_at LIMIT 1";

/// The posts that wait although their time has passed.
pub(super) const OVERDUE: &str = "SELECT id, coalesce(sends_at, due_at), account
    FROM posts INDEXED BY posts_waiting
    WHERE state IN ('held', 'queued') AND due_at <= ?1 AND coalesce(sends_at, due_at) <= ?1
    ORDER BY due_at LIMIT ?2";

/// What is out and what is to come, of an account between two instants.
pub(super) const TALLY: &str = "SELECT
    (SELECT count(*) FROM receipts r JOIN posts p ON p.id = r.post
       WHERE r.account = ?1 AND r.published_at >= ?2 AND r.published_at < ?3
         AND p.state = 'published'),
    (SELECT count(*) FROM posts INDEXED BY posts_to_come
       WHERE state IN ('queued', 'publishing') AND account = ?1
         AND coalesce(sends_at, due_at) >= ?2 AND coalesce(sends_at, due_at) < ?3)";

// The queue is read after every change. What follows names its indexes: left to itself SQLite goes
// through every post there ever was, so that a year of posts made each change slower.

/// The posts that the engine needs next, and those to be asked about.
pub(super) const CUES: &str = "SELECT * FROM
    (SELECT id, wake_at, ask, account, state, due_at FROM posts INDEXED BY posts_by_wake
       WHERE wake_at IS NOT NULL ORDER BY wake_at LIMIT ?1)
    UNION
    SELECT * FROM
    (SELECT id, wake_at, ask, account, state, due_at FROM posts INDEXED BY posts_by_ask
       WHERE ask IS NOT NULL ORDER BY id LIMIT ?1)";

/// What counts in cadences: what is out, and what is to come.
pub(super) const COUNTED: &str = "SELECT r.account, r.published_at, 1
    FROM receipts r INDEXED BY receipts_by_time CROSS JOIN posts p ON p.id = r.post
    WHERE r.published_at >= ?1 AND r.published_at < ?2 AND p.state = 'published'
  UNION ALL
  SELECT account, coalesce(sends_at, due_at), 0 FROM posts INDEXED BY posts_to_come
    WHERE state IN ('queued', 'publishing')
      AND coalesce(sends_at, due_at) >= ?1 AND coalesce(sends_at, due_at) < ?2";

/// What a person has to be asked about a post.
fn ask(post: &Post) -> Option<Ask> {
    match post.reminder {
        _ if post.erased_at.is_some() => return None,
        Some(Reminder::Ageing) => return Some(Ask::Ageing),
        Some(Reminder::Erasing) => return Some(Ask::Erasing),
        None => {}
    }
    match post.state {
        State::Missed { .. } => Some(Ask::Missed),
        State::Failed { .. } => Some(Ask::Failed),
        State::Uncertain { .. } => Some(Ask::Uncertain),
        State::HandedOff { .. } => Some(Ask::HandedOff),
        State::Held
            if post
                .holds
                .iter()
                .any(|hold| hold.kind == HoldKind::SecondLook) =>
        {
            Some(Ask::SecondLook)
        }
        _ => None,
    }
}

const ASKS: [(Ask, &str); 7] = [
    (Ask::SecondLook, "second-look"),
    (Ask::Missed, "missed"),
    (Ask::Failed, "failed"),
    (Ask::Uncertain, "uncertain"),
    (Ask::HandedOff, "handed-off"),
    (Ask::Ageing, "ageing"),
    (Ask::Erasing, "erasing"),
];

fn ask_name(ask: Ask) -> &'static str {
    ASKS.iter()
        .find(|(known, _)| *known == ask)
        .map_or("", |(_, name)| name)
}

pub(super) fn put(transaction: &Transaction<'_>, post: &Post, version: u64) -> Result<()> {
    let failed = |error: rusqlite::Error| explain(&error, std::path::Path::new("posts"));
    run(
        transaction,
        "INSERT INTO posts
           (id, version, state, account, due_at, sends_at, wake_at, ask, body)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
         ON CONFLICT (id) DO UPDATE SET
           version = ?2, state = ?3, account = ?4, due_at = ?5, sends_at = ?6, wake_at = ?7,
           ask = ?8, body = ?9",
        params![
            post.id.as_str(),
            version,
            post.state.name(),
            post.content.account,
            post.due_at.map(at),
            post.sends_at.map(at),
            post.wake_at.map(at_or_after),
            ask(post).map(ask_name),
            json("post", post)?,
        ],
    )
    .map_err(failed)?;
    for receipt in &post.receipts {
        let sql =
            "INSERT OR IGNORE INTO receipts (post, account, published_at) VALUES (?1, ?2, ?3)";
        let values = params![post.id.as_str(), receipt.account, at(receipt.published_at)];
        run(transaction, sql, values).map_err(failed)?;
    }
    Ok(())
}

pub(super) fn read(row: &Row<'_>) -> rusqlite::Result<(u64, String)> {
    Ok((row.get("version")?, row.get("body")?))
}

fn waiting(row: &Row<'_>) -> rusqlite::Result<Waiting> {
    Ok((PostId(row.get(0)?), from_column(row.get(1)?), row.get(2)?))
}

pub(super) fn parse((version, body): (u64, String)) -> Result<Post> {
    let mut post: Post = from_json("post", &body)?;
    post.version = version;
    Ok(post)
}

impl Sqlite {
    pub(in crate::store) fn insert(&mut self, changes: &[Change]) -> Result<()> {
        let newest = self.try_transaction(|transaction| {
            let mut newest = None;
            for change in changes {
                put(transaction, &change.post, 1)?;
                newest = append(transaction, &change.entries)?.or(newest);
            }
            Ok(newest)
        })?;
        self.publish_head(newest)
    }

    pub(in crate::store) fn write(&mut self, change: &Change) -> Result<()> {
        let path = self.path.clone();
        let newest = self.try_transaction(|transaction| {
            let find = || {
                let sql = "SELECT version FROM posts WHERE id = ?1";
                let mut statement = transaction.prepare_cached(sql)?;
                let id = change.post.id.as_str();
                statement.query_row([id], |row| row.get(0)).optional()
            };
            let stands: Option<u64> = find().map_err(|error| explain(&error, &path))?;
            if stands != Some(change.post.version) {
                return Err(StoreError::Conflict(change.post.id.clone()));
            }
            put(transaction, &change.post, change.post.version + 1)?;
            append(transaction, &change.entries)
        })?;
        self.publish_head(newest)
    }

    pub(in crate::store) fn post(&self, id: &PostId) -> Result<Option<Post>> {
        let find = || {
            let mut statement = self
                .connection
                .prepare_cached("SELECT version, body FROM posts WHERE id = ?1")?;
            statement.query_row([id.as_str()], read).optional()
        };
        find()
            .map_err(|error| self.explain(&error))?
            .map(parse)
            .transpose()
    }

    pub(in crate::store) fn ids(&self, prefix: &str, most: usize) -> Result<Vec<PostId>> {
        let find = || {
            let mut statement = self.connection.prepare_cached(
                "SELECT id FROM posts WHERE substr(id, 1, length(?1)) = ?1 ORDER BY id LIMIT ?2",
            )?;
            let rows = statement.query_map(params![prefix, most], |row| row.get(0).map(PostId))?;
            rows.collect::<rusqlite::Result<Vec<_>>>()
        };
        find().map_err(|error| self.explain(&error))
    }

    pub(in crate::store) fn posts(&self, state: Option<&str>) -> Result<Vec<Post>> {
        let find = || {
            // Two statements, so that one state is found by its index.
            let which = state.map_or("?1 IS NULL", |_| "state = ?1");
            let mut statement = self.connection.prepare_cached(&format!(
                "SELECT version, body FROM posts WHERE {which} ORDER BY due_at IS NULL, due_at, id",
            ))?;
            let rows = statement.query_map([state], read)?;
            rows.collect::<rusqlite::Result<Vec<_>>>()
        };
        find()
            .map_err(|error| self.explain(&error))?
            .into_iter()
            .map(parse)
            .collect()
    }

    pub(in crate::store) fn on_slots(
        &self,
        account: &str,
        from: Timestamp,
    ) -> Result<Vec<(Timestamp, PostId, String)>> {
        let find = || {
            let mut statement = self.connection.prepare_cached(&format!(
                "SELECT due_at, id, state FROM posts
                 WHERE account = ?1 AND due_at >= ?2 AND state IN ({TAKES_SLOT})
                 ORDER BY due_at, id"
            ))?;
            let rows = statement.query_map(params![account, at(from)], |row| {
                Ok((from_column(row.get(0)?), PostId(row.get(1)?), row.get(2)?))
            })?;
            rows.collect::<rusqlite::Result<Vec<_>>>()
        };
        find().map_err(|error| self.explain(&error))
    }

    pub(in crate::store) fn cues(&self, most: usize) -> Result<Vec<Cue>> {
        let find = || {
            let mut statement = self.connection.prepare_cached(CUES)?;
            let rows = statement.query_map([most], |row| {
                let ask: Option<String> = row.get(2)?;
                Ok(Cue {
                    post: PostId(row.get(0)?),
                    wake_at: row.get::<_, Option<i64>>(1)?.map(from_column),
                    ask: ask
                        .and_then(|a| ASKS.iter().find(|(_, name)| *name == a))
                        .map(|(a, _)| *a),
                    account: row.get(3)?,
                    sending: row.get::<_, String>(4)? == "publishing",
                    due_at: row.get::<_, Option<i64>>(5)?.map(from_column),
                })
            })?;
            rows.collect::<rusqlite::Result<Vec<_>>>()
        };
        find().map_err(|error| self.explain(&error))
    }

    pub(in crate::store) fn counts(&self) -> Result<Counts> {
        let find = || {
            let mut statement = self.connection.prepare(STATES)?;
            let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
            let by_state = rows.collect::<rusqlite::Result<_>>()?;
            Ok(Counts { by_state })
        };
        find().map_err(|error: rusqlite::Error| self.explain(&error))
    }

    pub(in crate::store) fn next(&self, now: Timestamp) -> Result<Option<Waiting>> {
        let find = || {
            let mut statement = self.connection.prepare_cached(NEXT)?;
            statement.query_row([at(now)], waiting).optional()
        };
        find().map_err(|error| self.explain(&error))
    }

    pub(in crate::store) fn overdue(&self, now: Timestamp, most: usize) -> Result<Vec<Waiting>> {
        let find = || {
            let mut statement = self.connection.prepare_cached(OVERDUE)?;
            let rows = statement.query_map(params![at(now), most], waiting)?;
            rows.collect::<rusqlite::Result<Vec<_>>>()
        };
        find().map_err(|error| self.explain(&error))
    }

    pub(in crate::store) fn tally(
        &self,
        account: &str,
        from: Timestamp,
        until: Timestamp,
    ) -> Result<Tally> {
        let count = || {
            self.connection
                .query_row(TALLY, params![account, at(from), at(until)], |row| {
                    Ok(Tally {
                        published: row.get(0)?,
                        to_come: row.get(1)?,
                    })
                })
        };
        count().map_err(|error| self.explain(&error))
    }

    pub(in crate::store) fn counted(
        &self,
        from: Timestamp,
        until: Timestamp,
    ) -> Result<Vec<Counted>> {
        let find = || {
            let mut statement = self.connection.prepare_cached(COUNTED)?;
            let rows = statement.query_map([at(from), at(until)], |row| {
                Ok(Counted {
                    account: row.get(0)?,
                    at: from_column(row.get(1)?),
                    published: row.get(2)?,
                })
            })?;
            rows.collect::<rusqlite::Result<Vec<_>>>()
        };
        find().map_err(|error| self.explain(&error))
    }
}
