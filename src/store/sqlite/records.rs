//! Answers for accounts, consents, interests, papers, breaks, and the nudges that were shown.

use jiff::Timestamp;
use rusqlite::{Transaction, params};

use super::super::{BreakCounts, Result};
use super::audit::append;
use super::{Sqlite, at, explain, from_column, from_json, json, run};
use crate::attention::breaks::Outcome;
use crate::posting::audit::Entry;
use crate::posting::consent::Consent;
use crate::posting::interests::Interest;
use crate::posting::post::{Attestation, PostId};
use crate::posting::sources::{Paper, PaperId};

/// The newest answer to each item of an account, oldest first.
pub(super) const NEWEST_ANSWERS: &str = "SELECT body FROM account_answers WHERE id IN
    (SELECT max(id) FROM account_answers INDEXED BY account_answers_by_item
       WHERE account = ?1 GROUP BY json_extract(body, '$.item'))
    ORDER BY id";

fn remember(transaction: &Transaction<'_>, key: &str, when: Timestamp) -> rusqlite::Result<()> {
    let sql = "INSERT OR REPLACE INTO nudges (key, at) VALUES (?1, ?2)";
    run(transaction, sql, params![key, at(when)])?;
    Ok(())
}

impl Sqlite {
    /// Runs one statement and its audit entry in one transaction.
    fn with_entry(
        &mut self,
        sql: &str,
        values: impl rusqlite::Params,
        entry: &Entry,
    ) -> Result<()> {
        let path = self.path.clone();
        let newest = self.try_transaction(|transaction| {
            run(transaction, sql, values).map_err(|error| explain(&error, &path))?;
            append(transaction, std::slice::from_ref(entry))
        })?;
        self.publish_head(newest)
    }

    /// Reads JSON bodies.
    fn bodies<T: serde::de::DeserializeOwned>(
        &self,
        what: &'static str,
        sql: &str,
        values: impl rusqlite::Params,
    ) -> Result<Vec<T>> {
        let read = || {
            let mut statement = self.connection.prepare_cached(sql)?;
            let rows = statement.query_map(values, |row| row.get::<_, String>(0))?;
            rows.collect::<rusqlite::Result<Vec<_>>>()
        };
        let bodies = read().map_err(|error| self.explain(&error))?;
        bodies.iter().map(|body| from_json(what, body)).collect()
    }

    pub(in crate::store) fn account_answers(&self, account: &str) -> Result<Vec<Attestation>> {
        let sql = "SELECT body FROM account_answers WHERE account = ?1 ORDER BY id";
        self.bodies("answer", sql, [account])
    }

    pub(in crate::store) fn newest_account_answers(
        &self,
        account: &str,
    ) -> Result<Vec<Attestation>> {
        self.bodies("answer", NEWEST_ANSWERS, [account])
    }

    pub(in crate::store) fn answer_for_account(
        &mut self,
        account: &str,
        answer: &Attestation,
        entry: &Entry,
    ) -> Result<()> {
        let body = json("answer", answer)?;
        let sql = "INSERT INTO account_answers (account, body) VALUES (?1, ?2)";
        self.with_entry(sql, params![account, body], entry)
    }

    pub(in crate::store) fn consents(&self) -> Result<Vec<Consent>> {
        self.bodies(
            "consent",
            "SELECT body FROM consents ORDER BY reference",
            [],
        )
    }

    pub(in crate::store) fn save_consent(
        &mut self,
        consent: &Consent,
        entry: &Entry,
    ) -> Result<()> {
        let body = json("consent", consent)?;
        let sql = "INSERT OR REPLACE INTO consents (reference, body) VALUES (?1, ?2)";
        self.with_entry(sql, params![consent.reference, body], entry)
    }

    pub(in crate::store) fn interests(&self) -> Result<Vec<Interest>> {
        self.bodies("interest", "SELECT body FROM interests ORDER BY name", [])
    }

    pub(in crate::store) fn save_interest(
        &mut self,
        interest: &Interest,
        entry: &Entry,
    ) -> Result<()> {
        let body = json("interest", interest)?;
        let sql = "INSERT OR REPLACE INTO interests (name, body) VALUES (?1, ?2)";
        self.with_entry(sql, params![interest.name, body], entry)
    }

    pub(in crate::store) fn papers(&self, ids: &[PaperId]) -> Result<Vec<Paper>> {
        let mut papers = Vec::new();
        for id in ids {
            let sql = "SELECT body FROM papers WHERE id = ?1";
            papers.extend(self.bodies("paper", sql, [id.to_string()])?);
        }
        Ok(papers)
    }

    pub(in crate::store) fn save_papers(&mut self, papers: &[Paper]) -> Result<()> {
        let bodies = papers
            .iter()
            .map(|paper| Ok((paper.id.to_string(), json("paper", paper)?)))
            .collect::<Result<Vec<_>>>()?;
        self.in_transaction(|transaction| {
            for (id, body) in bodies {
                transaction.execute(
                    "INSERT OR REPLACE INTO papers (id, body) VALUES (?1, ?2)",
                    [id, body],
                )?;
            }
            Ok(())
        })
    }

    pub(in crate::store) fn withdraw_consent(
        &mut self,
        consent: &Consent,
        entry: &Entry,
        posts: &[PostId],
    ) -> Result<()> {
        let body = json("consent", consent)?;
        let path = self.path.clone();
        let newest = self.try_transaction(|transaction| {
            let write = || {
                transaction.execute(
                    "INSERT OR REPLACE INTO consents (reference, body) VALUES (?1, ?2)",
                    params![consent.reference, body],
                )?;
                for post in posts {
                    let sql = "UPDATE posts SET version = version + 1 WHERE id = ?1";
                    transaction.execute(sql, [post.as_str()])?;
                }
                Ok(())
            };
            write().map_err(|error| explain(&error, &path))?;
            append(transaction, std::slice::from_ref(entry))
        })?;
        self.publish_head(newest)
    }

    pub(in crate::store) fn count_break(
        &mut self,
        outcome: Outcome,
        when: Timestamp,
    ) -> Result<()> {
        self.lightly(|transaction| {
            let sql = "INSERT INTO breaks (at, outcome) VALUES (?1, ?2)";
            run(transaction, sql, params![at(when), outcome.name()])?;
            Ok(())
        })
    }

    pub(in crate::store) fn breaks(
        &self,
        from: Timestamp,
        until: Timestamp,
    ) -> Result<BreakCounts> {
        let count = |outcome: Outcome| {
            self.connection
                .query_row(
                    "SELECT count(*) FROM breaks WHERE at >= ?1 AND at < ?2 AND outcome = ?3",
                    params![at(from), at(until), outcome.name()],
                    |row| row.get(0),
                )
                .map_err(|error| self.explain(&error))
        };
        Ok(BreakCounts {
            taken: count(Outcome::Taken)?,
            snoozed: count(Outcome::Snoozed)?,
            skipped: count(Outcome::Skipped)?,
        })
    }

    pub(in crate::store) fn remember_nudge(&mut self, key: &str, when: Timestamp) -> Result<()> {
        self.lightly(|transaction| remember(transaction, key, when))
    }

    pub(in crate::store) fn forget_nudges(
        &mut self,
        keys: &[&str],
        instead: Option<(&str, Timestamp)>,
    ) -> Result<()> {
        self.lightly(|transaction| {
            for key in keys {
                run(transaction, "DELETE FROM nudges WHERE key = ?1", [key])?;
            }
            instead.map_or(Ok(()), |(key, when)| remember(transaction, key, when))
        })
    }

    pub(in crate::store) fn nudges_since(
        &self,
        when: Timestamp,
    ) -> Result<Vec<(String, Timestamp)>> {
        let read = || {
            let mut statement = self
                .connection
                .prepare("SELECT key, at FROM nudges WHERE at >= ?1")?;
            let rows = statement.query_map([at(when)], |row| {
                Ok((row.get(0)?, from_column(row.get(1)?)))
            })?;
            rows.collect::<rusqlite::Result<Vec<_>>>()
        };
        read().map_err(|error| self.explain(&error))
    }
}
