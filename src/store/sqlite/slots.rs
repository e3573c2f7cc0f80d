//! Slots and series: what stands where in time, which slots are let pass, which posts recur.

use std::collections::BTreeSet;

use jiff::Timestamp;
use rusqlite::{OptionalExtension, Transaction, params};

use super::super::{Result, StoreError};
use super::audit::append;
use super::posts::put;
use super::{Sqlite, at, explain, from_column, from_json, json};
use crate::engine::{Change, Place, Recurring, Stocked};
use crate::posting::audit::Entry;
use crate::posting::series::Series;

/// A series as its row has it: id, cron expression, beginning, body.
type SeriesRow = (String, String, i64, String);

/// What stands on slots, and what is out. It is read after every change of the queue: the receipts
/// come first, since SQLite would begin with every post that ever was published.
pub(super) const STOCKED: &str = "SELECT account, coalesce(sends_at, due_at), due_at, state
    FROM posts INDEXED BY posts_by_state
    WHERE state IN ('held', 'queued', 'publishing', 'handed-off', 'uncertain', 'failed')
      AND due_at >= ?1 AND due_at < ?2
  UNION ALL
  SELECT r.account, r.published_at, p.due_at, 'published'
    FROM receipts r INDEXED BY receipts_by_time CROSS JOIN posts p ON p.id = r.post
    WHERE r.published_at >= ?1 AND r.published_at < ?2 AND p.state = 'published'";

fn parse((id, cron, begun_at, body): SeriesRow) -> Result<Series> {
    Ok(Series {
        id,
        cron,
        begun_at: from_column(begun_at),
        template: from_json("series", &body)?,
    })
}

/// Notes that this post was made for this time; false where one was made before.
fn make(
    transaction: &Transaction<'_>,
    series: &str,
    time: Timestamp,
    change: &Change,
) -> Result<bool> {
    let failed = |error: rusqlite::Error| explain(&error, std::path::Path::new("series"));
    // The post first: what refers to it needs it there. All of it is one transaction.
    let made: bool = transaction
        .query_row(
            "SELECT EXISTS (SELECT 1 FROM occurrences WHERE series = ?1 AND at = ?2)",
            params![series, at(time)],
            |row| row.get(0),
        )
        .map_err(failed)?;
    if made {
        return Ok(false);
    }
    put(transaction, &change.post, 1)?;
    transaction
        .execute(
            "INSERT INTO occurrences (series, at, post) VALUES (?1, ?2, ?3)",
            params![series, at(time), change.post.id.as_str()],
        )
        .map_err(failed)?;
    Ok(true)
}

impl Sqlite {
    pub(in crate::store) fn stocked(
        &self,
        from: Timestamp,
        until: Timestamp,
        mut count: impl FnMut(&Stocked),
    ) -> Result<()> {
        let mut read = || {
            let mut statement = self.connection.prepare_cached(STOCKED)?;
            let mut rows = statement.query([at(from), at(until)])?;
            while let Some(row) = rows.next()? {
                let due_at: Option<i64> = row.get(2)?;
                count(&Stocked {
                    account: row.get(0)?,
                    at: from_column(row.get(1)?),
                    due_at: due_at.map(from_column),
                    place: match row.get_ref(3)?.as_str()? {
                        "published" => Place::Published,
                        "queued" | "publishing" => Place::Queued,
                        _ => Place::Waiting,
                    },
                });
            }
            Ok(())
        };
        read().map_err(|error: rusqlite::Error| self.explain(&error))
    }

    pub(in crate::store) fn skipped_slots(
        &self,
        from: Timestamp,
        until: Timestamp,
    ) -> Result<BTreeSet<(String, Timestamp)>> {
        let find = || {
            let mut statement = self.connection.prepare_cached(
                "SELECT account, slot FROM skipped_slots WHERE slot >= ?1 AND slot < ?2",
            )?;
            let rows = statement.query_map([at(from), at(until)], |row| {
                Ok((row.get(0)?, from_column(row.get(1)?)))
            })?;
            rows.collect::<rusqlite::Result<BTreeSet<_>>>()
        };
        find().map_err(|error| self.explain(&error))
    }

    pub(in crate::store) fn skip_slot(
        &mut self,
        account: &str,
        slot: Timestamp,
        entry: &Entry,
    ) -> Result<bool> {
        let sql = "INSERT OR IGNORE INTO skipped_slots (account, slot) VALUES (?1, ?2)";
        self.change_and_tell(sql, params![account, at(slot)], entry)
    }

    pub(in crate::store) fn keep_slot(
        &mut self,
        account: &str,
        slot: Timestamp,
        entry: &Entry,
    ) -> Result<bool> {
        let sql = "DELETE FROM skipped_slots WHERE account = ?1 AND slot = ?2";
        self.change_and_tell(sql, params![account, at(slot)], entry)
    }

    pub(in crate::store) fn recurring(&self) -> Result<Vec<Recurring>> {
        let find = || {
            let mut statement = self.connection.prepare_cached(
                "SELECT s.id, s.account, s.cron, max(o.at), p.state
                   FROM series s
                   JOIN occurrences o ON o.series = s.id
                   JOIN posts p ON p.id = o.post
                   WHERE s.ended_at IS NULL GROUP BY s.id",
            )?;
            let rows = statement.query_map([], |row| {
                let (id, account): (String, String) = (row.get(0)?, row.get(1)?);
                let (cron, last): (String, i64) = (row.get(2)?, row.get(3)?);
                // SQLite takes the other columns from the row that has the greatest time.
                let state: String = row.get(4)?;
                Ok((id, account, cron, from_column(last), state))
            })?;
            rows.collect::<rusqlite::Result<Vec<_>>>()
        };
        let rows = find().map_err(|error| self.explain(&error))?;
        let recurring = rows.into_iter().map(|(id, account, cron, last, state)| {
            Ok(Recurring {
                id,
                account,
                cron: crate::calendar::Pattern::parse(&cron).map_err(|error| {
                    StoreError::Unreadable {
                        what: "series",
                        why: error.to_string(),
                    }
                })?,
                last,
                waits: matches!(state.as_str(), "draft" | "held" | "queued"),
            })
        });
        recurring.collect()
    }

    pub(in crate::store) fn series(&self, id: Option<&str>) -> Result<Vec<Series>> {
        let find = || {
            let mut statement = self.connection.prepare_cached(
                "SELECT id, cron, begun_at, body FROM series
                   WHERE ended_at IS NULL AND (?1 IS NULL OR id = ?1) ORDER BY begun_at, id",
            )?;
            let rows = statement.query_map([id], |row| {
                Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?))
            })?;
            rows.collect::<rusqlite::Result<Vec<SeriesRow>>>()
        };
        let rows = find().map_err(|error| self.explain(&error))?;
        rows.into_iter().map(parse).collect()
    }

    pub(in crate::store) fn begin_series(
        &mut self,
        begun: &[(Series, Timestamp, Change)],
    ) -> Result<()> {
        let path = self.path.clone();
        let newest = self.try_transaction(|transaction| {
            let mut newest = None;
            for (series, time, change) in begun {
                transaction
                    .execute(
                        "INSERT INTO series (id, account, cron, begun_at, body)
                         VALUES (?1, ?2, ?3, ?4, ?5)",
                        params![
                            series.id,
                            series.template.content.account,
                            series.cron,
                            at(series.begun_at),
                            json("series", &series.template)?,
                        ],
                    )
                    .map_err(|error| explain(&error, &path))?;
                make(transaction, &series.id, *time, change)?;
                newest = append(transaction, &change.entries)?.or(newest);
            }
            Ok(newest)
        })?;
        self.publish_head(newest)
    }

    pub(in crate::store) fn occur(
        &mut self,
        series: &str,
        time: Timestamp,
        change: &Change,
    ) -> Result<bool> {
        let path = self.path.clone();
        let newest = self.try_transaction(|transaction| {
            let goes_on: Option<i64> = transaction
                .query_row(
                    "SELECT 1 FROM series WHERE id = ?1 AND ended_at IS NULL",
                    [series],
                    |row| row.get(0),
                )
                .optional()
                .map_err(|error| explain(&error, &path))?;
            if goes_on.is_none() || !make(transaction, series, time, change)? {
                return Ok(None);
            }
            append(transaction, &change.entries).map(Some)
        })?;
        let is_made = newest.is_some();
        self.publish_head(newest.flatten())?;
        Ok(is_made)
    }

    pub(in crate::store) fn end_series(
        &mut self,
        series: &str,
        now: Timestamp,
        entry: &Entry,
    ) -> Result<bool> {
        let sql = "UPDATE series SET ended_at = ?2, body = '{}'
                   WHERE id = ?1 AND ended_at IS NULL";
        self.change_and_tell(sql, params![series, at(now)], entry)
    }
}
