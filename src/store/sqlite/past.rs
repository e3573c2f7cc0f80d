//! Looking back: what was published, what the audit holds of some days, how posts were received.

use jiff::Timestamp;
use jiff::civil::Date;
use rusqlite::{OptionalExtension, params};

use super::super::{Result, StoreError};
use super::posts::{parse, read};
use super::{Sqlite, at, from_column, from_json, json};
use crate::plan::Limit;
use crate::posting::audit::Entry;
use crate::posting::metrics::Metrics;
use crate::posting::post::{Post, PostId};

impl Sqlite {
    pub(in crate::store) fn published(
        &self,
        from: Timestamp,
        until: Timestamp,
    ) -> Result<Vec<Post>> {
        let find = || {
            let mut statement = self.connection.prepare_cached(
                "SELECT version, body FROM posts WHERE state = 'published' AND id IN
                   (SELECT post FROM receipts WHERE published_at >= ?1 AND published_at < ?2)",
            )?;
            let rows = statement.query_map([at(from), at(until)], read)?;
            rows.collect::<rusqlite::Result<Vec<_>>>()
        };
        let rows = find().map_err(|error| self.explain(&error))?;
        rows.into_iter().map(parse).collect()
    }

    pub(in crate::store) fn entries(
        &self,
        from: Timestamp,
        until: Timestamp,
    ) -> Result<Vec<Entry>> {
        // Times of entries are text with as many digits as they need: whole seconds are compared
        // there, and the rest here.
        let second = |time: Timestamp| time.strftime("%Y-%m-%dT%H:%M:%S").to_string();
        let find = || {
            let mut statement = self.connection.prepare_cached(
                "SELECT entry FROM audit
                 WHERE json_extract(entry, '$.at') >= ?1 AND json_extract(entry, '$.at') <= ?2
                 ORDER BY sequence",
            )?;
            let last = format!("{}~", second(until));
            let rows = statement.query_map([second(from), last], |row| row.get::<_, String>(0))?;
            rows.collect::<rusqlite::Result<Vec<_>>>()
        };
        let rows = find().map_err(|error| self.explain(&error))?;
        // One that cannot be read is for `audit verify` to tell.
        let entries = rows
            .iter()
            .filter_map(|row| from_json("audit entry", row).ok());
        Ok(entries
            .filter(|entry: &Entry| from <= entry.at && entry.at < until)
            .collect())
    }

    pub(in crate::store) fn limits_over_time(&self) -> Result<Vec<(Date, Vec<Limit>)>> {
        let find = || {
            let mut statement = self
                .connection
                .prepare_cached("SELECT day, body FROM limits_in_force ORDER BY day")?;
            let rows = statement.query_map([], |row| {
                Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?))
            })?;
            rows.collect::<rusqlite::Result<Vec<_>>>()
        };
        let rows = find().map_err(|error| self.explain(&error))?;
        let limits = rows.into_iter().map(|(day, body)| {
            let day = day
                .parse()
                .map_err(|error: jiff::Error| StoreError::Unreadable {
                    what: "day",
                    why: error.to_string(),
                })?;
            Ok((day, from_json("limit", &body)?))
        });
        limits.collect()
    }

    pub(in crate::store) fn save_limits(&mut self, day: Date, limits: &[Limit]) -> Result<()> {
        let body = json("limit", &limits)?;
        self.in_transaction(|transaction| {
            transaction.execute(
                "INSERT OR REPLACE INTO limits_in_force (day, body) VALUES (?1, ?2)",
                params![day.to_string(), body],
            )?;
            Ok(())
        })
    }

    pub(in crate::store) fn first_records(&self) -> Result<(Option<Timestamp>, Option<Date>)> {
        let find = || {
            let at: Option<i64> = self.connection.query_row(
                "SELECT min(at) FROM (SELECT min(from_at) AS at FROM intervals
                   UNION ALL SELECT min(published_at) FROM receipts
                   UNION ALL SELECT min(at) FROM breaks)",
                [],
                |row| row.get(0),
            )?;
            let day: Option<String> =
                self.connection
                    .query_row("SELECT min(day) FROM amounts", [], |row| row.get(0))?;
            Ok((at.map(from_column), day.and_then(|day| day.parse().ok())))
        };
        find().map_err(|error: rusqlite::Error| self.explain(&error))
    }

    pub(in crate::store) fn metrics(&self, post: &PostId) -> Result<Option<Metrics>> {
        let body: Option<String> = self
            .connection
            .query_row(
                "SELECT body FROM metrics WHERE post = ?1",
                [post.as_str()],
                |row| row.get(0),
            )
            .optional()
            .map_err(|error| self.explain(&error))?;
        body.map(|body| from_json("number", &body)).transpose()
    }

    pub(in crate::store) fn all_metrics(&self) -> Result<Vec<(PostId, Metrics)>> {
        let find = || {
            let mut statement = self
                .connection
                .prepare("SELECT post, body FROM metrics ORDER BY post")?;
            let rows = statement.query_map([], |row| {
                Ok((PostId(row.get(0)?), row.get::<_, String>(1)?))
            })?;
            rows.collect::<rusqlite::Result<Vec<_>>>()
        };
        let rows = find().map_err(|error| self.explain(&error))?;
        rows.into_iter()
            .map(|(post, body)| Ok((post, from_json("number", &body)?)))
            .collect()
    }

    pub(in crate::store) fn save_metrics(
        &mut self,
        post: &PostId,
        metrics: &Metrics,
    ) -> Result<()> {
        let body = json("number", metrics)?;
        self.in_transaction(|transaction| {
            transaction.execute(
                "INSERT OR REPLACE INTO metrics (post, body) VALUES (?1, ?2)",
                params![post.as_str(), body],
            )?;
            Ok(())
        })
    }
}
