//! The audit as one page for an employer, to print: no script, no other file, no network.
//!
//! First what stands behind each post, by post; then every entry, so that the record can be held
//! against a later one by its hashes.

use std::collections::BTreeMap;

use askama::Template;

use super::{AuditRow, Fact, Texts, Verdict, rows, verify};
use crate::requests::{Desk, Failure};

/// The page.
#[derive(Debug, Template)]
#[template(path = "requests/audit/page.html")]
struct Page {
    made_at: String,
    owners: String,
    verdict: Verdict,
    posts: Vec<PostPart>,
    others: Vec<Line>,
    entries: Vec<Line>,
    last_hash: String,
}

/// Everything that was recorded about one post.
#[derive(Debug, Default)]
struct PostPart {
    id: String,
    account: String,
    outcome: String,
    text: Option<String>,
    lines: Vec<Line>,
}

/// One entry in words.
#[derive(Debug, Clone)]
struct Line {
    sequence: u64,
    at: String,
    what: String,
    post: String,
    by: String,
    facts: String,
    hash: String,
}

/// The whole page as HTML.
pub fn page(desk: &Desk, texts: Texts) -> Result<String, Failure> {
    let rows = rows(desk, texts)?;
    let mut parts: BTreeMap<String, PostPart> = BTreeMap::new();
    let mut order: Vec<String> = Vec::new();
    let mut others = Vec::new();
    for row in &rows {
        let Some(id) = &row.post else {
            others.push(line(row));
            continue;
        };
        if !parts.contains_key(id) {
            order.push(id.clone());
        }
        parts.entry(id.clone()).or_default().take(id, row);
    }
    let mut owners: Vec<&str> = desk
        .plan
        .accounts
        .iter()
        .map(|a| a.owner.as_str())
        .collect();
    owners.sort_unstable();
    owners.dedup();
    let page = Page {
        made_at: desk.plan.calendar.spoken(desk.now.wall),
        owners: owners.join(", "),
        verdict: verify(desk)?,
        posts: order.iter().filter_map(|id| parts.remove(id)).collect(),
        others,
        entries: rows.iter().map(line).collect(),
        last_hash: rows.last().map(|row| row.hash.clone()).unwrap_or_default(),
    };
    page.render()
        .map_err(|error| Failure::failed(format!("The page cannot be made: {error}.")))
}

impl PostPart {
    fn take(&mut self, id: &str, row: &AuditRow) {
        id.clone_into(&mut self.id);
        if let Some(account) = row.fact("account") {
            account.clone_into(&mut self.account);
        }
        let ends = [
            "published",
            "failed",
            "missed",
            "cancelled",
            "retracted",
            "uncertain",
            "erased",
        ];
        let what = row.what();
        if ends.contains(&what.as_str()) || self.outcome.is_empty() {
            self.outcome.clone_from(&what);
        }
        if row.text.is_some() {
            self.text.clone_from(&row.text);
        }
        self.lines.push(line(row));
    }
}

/// Facts in words, those of one name together, in the order in which the names first come.
fn grouped(facts: &[Fact]) -> String {
    let mut groups: Vec<(&str, Vec<&str>)> = Vec::new();
    for Fact { name, value } in facts {
        // Whole hashes are for the file; their beginnings tell them apart on paper.
        let hash = value.len() == 64 && value.bytes().all(|byte| byte.is_ascii_hexdigit());
        let value = if hash { &value[..12] } else { value };
        match groups.iter_mut().find(|(known, _)| known == name) {
            Some((_, values)) => values.push(value),
            None => groups.push((name, vec![value])),
        }
    }
    let shown = groups.iter().map(|(name, values)| match values[..] {
        [""] => (*name).to_owned(),
        _ => format!("{name}: {}", values.join(", ")),
    });
    shown.collect::<Vec<_>>().join(" · ")
}

fn line(row: &AuditRow) -> Line {
    Line {
        sequence: row.sequence,
        at: row.at.clone().unwrap_or_default().replace('T', " "),
        what: row.what().replace('-', " "),
        post: row.post.clone().unwrap_or_default(),
        by: row.by.clone().unwrap_or_default(),
        facts: grouped(&row.facts),
        hash: row.hash.chars().take(12).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn facts_of_one_name_stand_together_and_none_is_lost() {
        let fact = |(name, value): &(&str, &str)| Fact {
            name: (*name).to_owned(),
            value: (*value).to_owned(),
        };
        let facts = [("hold", "check"), ("kept", ""), ("hold", "finding")];
        let facts: Vec<Fact> = facts.iter().map(fact).collect();
        assert_eq!(grouped(&facts), "hold: check, finding · kept");
    }
}
