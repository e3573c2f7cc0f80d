//! The audit: checked, and handed out as JSON, as a table, or as a page to print.
//!
//! The text of a post is in none of them unless it is asked for, and then only where it still is
//! the one that the entry is about.

mod page;

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Desk, Failure};
pub use crate::posting::audit::Verdict;
use crate::posting::audit::{Entry, Kind};
use crate::posting::post::PostId;
pub use page::page;

/// One entry of the chain, as others read it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditRow {
    /// Its number, from 1.
    pub sequence: u64,
    /// When.
    pub at: Option<String>,
    /// The same moment as the hash has it, to its last digit.
    pub at_utc: Option<Timestamp>,
    /// What happened; none where the entry cannot be read.
    pub kind: Option<Kind>,
    /// To which post.
    pub post: Option<String>,
    /// Who did it.
    pub by: Option<String>,
    /// Items, people, hashes, in the order in which the hash has them; a name may come again.
    pub facts: Vec<Fact>,
    /// Its hash, which covers the entry before it too.
    pub hash: String,
    /// The text that it is about, where texts were asked for and it was not changed since.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
}

/// One fact of an entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fact {
    /// What it is.
    pub name: String,
    /// What it says.
    pub value: String,
}

/// Whether the texts of posts are handed out too.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Texts {
    /// They stay here.
    Left,
    /// They stand beside the entries that are about them.
    Included,
}

/// Checks the chain against itself and the hash kept outside.
pub fn verify(desk: &Desk) -> Result<Verdict, Failure> {
    Ok(desk.store.verify_audit()?)
}

/// The whole chain.
pub fn rows(desk: &Desk, texts: Texts) -> Result<Vec<AuditRow>, Failure> {
    let chain = desk.store.audit()?;
    let texts = match texts {
        Texts::Left => BTreeMap::new(),
        Texts::Included => current_texts(desk)?,
    };
    let rows = chain.into_iter();
    let rows = rows.map(|(sequence, entry, hash)| row(desk, sequence, entry, hash));
    Ok(rows
        .map(|row| AuditRow {
            text: row.content().and_then(|hash| texts.get(hash).cloned()),
            ..row
        })
        .collect())
}

/// The texts of all posts, by the hash of the content that they stand in.
fn current_texts(desk: &Desk) -> Result<BTreeMap<String, String>, Failure> {
    let posts = desk.store.posts(None)?.into_iter();
    Ok(posts
        .map(|post| (post.content.hash(), post.content.text))
        .collect())
}

impl AuditRow {
    /// The hash of the content that it is about, where it is about one.
    fn content(&self) -> Option<&str> {
        self.fact("content").or_else(|| self.fact("about"))
    }

    /// What the first fact of this name says.
    fn fact(&self, name: &str) -> Option<&str> {
        let fact = self.facts.iter().find(|fact| fact.name == name);
        fact.map(|fact| fact.value.as_str())
    }

    /// The link of the chain that the row was made of: number, entry (none if it is not whole), hash.
    pub fn into_link(self) -> (u64, Option<Entry>, String) {
        let facts = self.facts.into_iter();
        let facts = facts.map(|Fact { name, value }| (name, value)).collect();
        let whole = self.at_utc.zip(self.kind).zip(self.by);
        let entry = whole.map(|((at, kind), by)| Entry {
            at,
            kind,
            post: self.post.map(PostId),
            by,
            facts,
        });
        (self.sequence, entry, self.hash)
    }

    /// What happened, as one word.
    fn what(&self) -> String {
        let kind = self.kind.and_then(|kind| serde_json::to_value(kind).ok());
        let word = kind.and_then(|kind| kind.as_str().map(str::to_owned));
        word.unwrap_or_else(|| "unreadable".to_owned())
    }
}

fn row(desk: &Desk, sequence: u64, entry: Option<Entry>, hash: String) -> AuditRow {
    let facts = entry.iter().flat_map(|entry| &entry.facts);
    AuditRow {
        sequence,
        facts: facts
            .cloned()
            .map(|(name, value)| Fact { name, value })
            .collect(),
        at_utc: entry.as_ref().map(|entry| entry.at),
        at: entry
            .as_ref()
            .map(|entry| desk.plan.calendar.rfc3339(entry.at)),
        kind: entry.as_ref().map(|entry| entry.kind),
        post: entry
            .as_ref()
            .and_then(|entry| entry.post.as_ref().map(ToString::to_string)),
        by: entry.map(|entry| entry.by),
        hash,
        text: None,
    }
}

/// The chain as comma-separated values with a header, one entry a line (RFC 4180).
pub fn csv(rows: &[AuditRow]) -> String {
    let with_texts = rows.iter().any(|row| row.text.is_some());
    let mut text = "sequence,at,kind,post,by,facts,hash".to_owned();
    text.push_str(if with_texts { ",text\r\n" } else { "\r\n" });
    for row in rows {
        let facts = row
            .facts
            .iter()
            .map(|Fact { name, value }| format!("{name}={value}"));
        let cells = [
            row.sequence.to_string(),
            row.at.clone().unwrap_or_default(),
            row.what(),
            row.post.clone().unwrap_or_default(),
            row.by.clone().unwrap_or_default(),
            facts.collect::<Vec<_>>().join("; "),
            row.hash.clone(),
        ];
        text.push_str(&cells.map(|cell| quoted(&cell)).join(","));
        if with_texts {
            text.push(',');
            text.push_str(&quoted(row.text.as_deref().unwrap_or_default()));
        }
        text.push_str("\r\n");
    }
    text
}

/// A cell, in quotes where it needs them. A spreadsheet must not take it for a formula, not even
/// behind white space, which some of them take off.
fn quoted(cell: &str) -> String {
    let formula = ['=', '+', '-', '@', '＝', '＋', '－', '＠'];
    let safe = if cell.starts_with(['\t', '\r', '\n']) || cell.trim_start().starts_with(formula) {
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
        for formula in ["=HYPERLINK(1)", "+1", "-1", "@SUM(1)", " =1", "\t=1", "＝1"] {
            assert!(quoted(formula).starts_with('\''), "{formula}");
        }
        assert_eq!(quoted("=A,B"), "\"'=A,B\"");
        assert_eq!(quoted("two\nlines"), "\"two\nlines\"");
    }
}
