//! The audit: checked, and handed out without the text of any post.

use serde::Serialize;

use super::{Desk, Failure};
pub use crate::posting::audit::Verdict;
use crate::posting::audit::{Entry, Kind};

/// One entry of the chain, as others read it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AuditRow {
    /// Its number, from 1.
    pub sequence: u64,
    /// When.
    pub at: Option<String>,
    /// What happened; none where the entry cannot be read.
    pub kind: Option<Kind>,
    /// To which post.
    pub post: Option<String>,
    /// Who did it.
    pub by: Option<String>,
    /// Items, people, hashes.
    pub facts: serde_json::Map<String, serde_json::Value>,
    /// Its hash, which covers the entry before it too.
    pub hash: String,
}

/// Checks the chain against itself and the hash kept outside.
pub fn verify(desk: &Desk) -> Result<Verdict, Failure> {
    Ok(desk.store.verify_audit()?)
}

/// The whole chain.
pub fn rows(desk: &Desk) -> Result<Vec<AuditRow>, Failure> {
    let chain = desk.store.audit()?;
    Ok(chain
        .into_iter()
        .map(|(sequence, entry, hash)| row(desk, sequence, entry, hash))
        .collect())
}

fn row(desk: &Desk, sequence: u64, entry: Option<Entry>, hash: String) -> AuditRow {
    let facts = entry.iter().flat_map(|entry| &entry.facts);
    AuditRow {
        sequence,
        facts: facts
            .map(|(name, value)| (name.clone(), value.clone().into()))
            .collect(),
        at: entry
            .as_ref()
            .map(|entry| desk.plan.calendar.rfc3339(entry.at)),
        kind: entry.as_ref().map(|entry| entry.kind),
        post: entry
            .as_ref()
            .and_then(|entry| entry.post.as_ref().map(ToString::to_string)),
        by: entry.map(|entry| entry.by),
        hash,
    }
}

/// The chain as comma-separated values with a header, one entry a line (RFC 4180).
pub fn csv(rows: &[AuditRow]) -> String {
    let mut text = "sequence,at,kind,post,by,facts,hash\r\n".to_owned();
    for row in rows {
        let kind = row.kind.and_then(|kind| serde_json::to_value(kind).ok());
        let facts = row
            .facts
            .iter()
            .map(|(name, value)| format!("{name}={}", value.as_str().unwrap_or_default()));
        let cells = [
            row.sequence.to_string(),
            row.at.clone().unwrap_or_default(),
            kind.and_then(|kind| kind.as_str().map(str::to_owned))
                .unwrap_or_default(),
            row.post.clone().unwrap_or_default(),
            row.by.clone().unwrap_or_default(),
            facts.collect::<Vec<_>>().join("; "),
            row.hash.clone(),
        ];
        text.push_str(&cells.map(|cell| quoted(&cell)).join(","));
        text.push_str("\r\n");
    }
    text
}

/// A cell, in quotes where it needs them. A spreadsheet must not take it for a formula.
fn quoted(cell: &str) -> String {
    let safe = if cell.starts_with(['=', '+', '-', '@']) {
        format!("'{cell}")
    } else {
        cell.to_owned()
    };
    if safe.contains([',', '"', '\n', '\r']) {
        return format!("\"{}\"", safe.replace('"', "\"\""));
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_survive_commas_quotes_and_formulas() {
        assert_eq!(quoted("Dr Lin"), "Dr Lin");
        assert_eq!(quoted("Lin, \"Kenny\""), "\"Lin, \"\"Kenny\"\"\"");
        assert_eq!(quoted("=HYPERLINK(1)"), "'=HYPERLINK(1)");
    }
}
