//! The audit chain in its table, and its head outside.

use rusqlite::{OptionalExtension, Params, Transaction, params};

use super::super::{Result, head};
use super::{Sqlite, explain, from_json, json, run};
use crate::posting::audit::{Entry, GENESIS, Head, Verdict, verify};

/// Adds entries inside a transaction and says what the newest one is.
pub(super) fn append(transaction: &Transaction<'_>, entries: &[Entry]) -> Result<Option<Head>> {
    if entries.is_empty() {
        return Ok(None);
    }
    let failed = |error: rusqlite::Error| explain(&error, std::path::Path::new("audit"));
    let newest = || {
        let sql = "SELECT sequence, hash FROM audit ORDER BY sequence DESC LIMIT 1";
        let mut statement = transaction.prepare_cached(sql)?;
        let row = statement.query_row([], |row| Ok((row.get(0)?, row.get(1)?)));
        row.optional()
    };
    let last: Option<(u64, String)> = newest().map_err(failed)?;
    let (mut sequence, mut hash) = last.unwrap_or((0, GENESIS.to_owned()));
    for entry in entries {
        sequence += 1;
        hash = entry.hash(sequence, &hash);
        let sql = "INSERT INTO audit (sequence, entry, hash) VALUES (?1, ?2, ?3)";
        let values = params![sequence, json("audit entry", entry)?, hash];
        run(transaction, sql, values).map_err(failed)?;
    }
    Ok(Some(Head { sequence, hash }))
}

impl Sqlite {
    /// Writes the newest hash outside, after the transaction that added it.
    pub(super) fn publish_head(&self, newest: Option<Head>) -> Result<()> {
        match (&self.head, newest) {
            (Some(path), Some(newest)) => head::write(path, &newest),
            _ => Ok(()),
        }
    }

    pub(in crate::store) fn append(&mut self, entries: &[Entry]) -> Result<()> {
        let newest = self.try_transaction(|transaction| append(transaction, entries))?;
        self.publish_head(newest)
    }

    /// Changes rows and adds the entry that tells of it, both or none; false, and nothing added,
    /// where there was nothing to change.
    pub(super) fn change_and_tell(
        &mut self,
        sql: &str,
        values: impl Params,
        entry: &Entry,
    ) -> Result<bool> {
        let path = self.path.clone();
        let newest = self.try_transaction(|transaction| {
            match run(transaction, sql, values).map_err(|error| explain(&error, &path))? {
                0 => Ok(None),
                _ => append(transaction, std::slice::from_ref(entry)),
            }
        })?;
        let is_changed = newest.is_some();
        self.publish_head(newest)?;
        Ok(is_changed)
    }

    pub(in crate::store) fn audit(&self) -> Result<Vec<(u64, Option<Entry>, String)>> {
        let read = || {
            let mut statement = self
                .connection
                .prepare("SELECT sequence, entry, hash FROM audit ORDER BY sequence")?;
            let rows = statement.query_map([], |row| {
                let entry: String = row.get(1)?;
                Ok((
                    row.get(0)?,
                    from_json("audit entry", &entry).ok(),
                    row.get(2)?,
                ))
            })?;
            rows.collect::<rusqlite::Result<Vec<_>>>()
        };
        read().map_err(|error| self.explain(&error))
    }

    pub(in crate::store) fn lost_record(&self) -> Result<Option<Head>> {
        // The head first: what another process adds meanwhile is then in the database too.
        let outside = match &self.head {
            Some(path) => head::read(path).unwrap_or_default(),
            None => None,
        };
        let Some(outside) = outside else {
            return Ok(None);
        };
        let has = |sql: &str, value: &dyn rusqlite::ToSql| {
            self.connection
                .query_row(sql, [value], |row| row.get::<_, bool>(0))
                .map_err(|error| self.explain(&error))
        };
        let known = "SELECT EXISTS (SELECT 1 FROM audit WHERE sequence = ?1)";
        let told = "SELECT EXISTS (SELECT 1 FROM audit
                    WHERE json_extract(entry, '$.kind') = 'restored' AND instr(entry, ?1) > 0)";
        let lost = !has(known, &outside.sequence)? && !has(told, &outside.hash)?;
        Ok(lost.then_some(outside))
    }

    pub(in crate::store) fn verify_audit(&self) -> Result<Verdict> {
        let outside = match &self.head {
            Some(path) => head::read(path)?,
            None => None,
        };
        Ok(verify(self.audit()?, outside.as_ref()))
    }
}
