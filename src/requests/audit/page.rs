//! The audit as one page for an employer, to print: no script, no other file, no network.
//!
//! First what stands behind each post, by post, under where it stands now; then every entry, so that
//! the record can be held against a later one by its hashes. Answers stand beside their questions, in
//! the words that the packs have today.

use std::collections::BTreeMap;

use askama::Template;

use super::{AuditRow, Fact, Texts, Verdict, rows, verify};
use crate::posting::audit::Kind;
use crate::posting::holds::Hold;
use crate::posting::life::State;
use crate::posting::packs::Packs;
use crate::posting::post::Post;
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
    /// Where it stands now; where the post is gone, what happened last.
    standing: String,
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
    /// The question, where it is an answer.
    question: String,
    /// The answer, or the reason.
    answer: String,
    facts: String,
    hash: String,
}

/// The whole page as HTML.
pub fn page(desk: &Desk, texts: Texts) -> Result<String, Failure> {
    let rows = rows(desk, texts)?;
    let rulebook = desk.rulebook()?;
    let line = |row: &AuditRow| line(row, rulebook.packs());
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
        parts.entry(id.clone()).or_default().take(row, line(row));
    }
    for post in desk.store.posts(None)? {
        if let Some(part) = parts.get_mut(post.id.as_str()) {
            part.standing = standing(&post, desk);
        }
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
    fn take(&mut self, row: &AuditRow, line: Line) {
        self.id.clone_from(&line.post);
        if let Some(account) = row.fact("account") {
            account.clone_into(&mut self.account);
        }
        self.standing.clone_from(&line.what);
        if row.text.is_some() {
            self.text.clone_from(&row.text);
        }
        self.lines.push(line);
    }
}

/// Where a post stands, with its time: `queued for Tue 5 May 2026 08:00 UTC`.
fn standing(post: &Post, desk: &Desk) -> String {
    let spoken = |at| desk.plan.calendar.spoken(at);
    let state = post.state.name();
    let out = post.receipts.last().map(|receipt| receipt.published_at);
    let told = match (&post.state, out, post.sends_at.or(post.due_at)) {
        (State::Published { .. }, Some(at), _) => format!("{state} on {}", spoken(at)),
        (State::Held | State::Queued { .. } | State::Missed { .. }, _, Some(at)) => {
            format!("{state}, meant for {}", spoken(at))
        }
        _ => state.to_owned(),
    };
    let open = |hold: &Hold| {
        hold.item
            .clone()
            .unwrap_or_else(|| hold.kind.spoken().to_owned())
    };
    let held: Vec<String> = post.holds.iter().map(open).collect();
    let told = match (&post.state, held.as_slice()) {
        (State::Held, [_, ..]) => format!("{told}; open: {}", held.join(", ")),
        _ => told,
    };
    let erased = post
        .erased_at
        .map(|at| format!("; text erased on {}", spoken(at)));
    format!("{told}{}", erased.unwrap_or_default())
}

/// What happened, for an employer.
fn happened(row: &AuditRow) -> String {
    let told = match row.kind {
        Some(Kind::AccountAnswered) => "answered for the account",
        Some(Kind::Revoked) => "approval taken back",
        Some(Kind::Released) => "nothing holds it",
        Some(Kind::NotSent) => "not sent",
        Some(Kind::InDoubt) => "unclear whether it went out",
        Some(Kind::Uncertain) => "unclear, a person is asked",
        Some(Kind::Restored) => "an older database was put in place",
        Some(Kind::Imported) => "came in from a file",
        _ => return row.what().replace('-', " "),
    };
    told.to_owned()
}

/// The question of an item in the words of the first pack that holds it.
fn question(packs: &Packs, item: &str) -> String {
    let mut items = packs.all().iter().flat_map(|pack| &pack.items);
    let known = items.find(|known| known.id == item);
    known.map_or_else(String::new, |item| item.question.clone())
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

fn line(row: &AuditRow, packs: &Packs) -> Line {
    let answered = matches!(row.kind, Some(Kind::Answered | Kind::AccountAnswered));
    let disputed = row.kind == Some(Kind::Disputed);
    let of_item = |item: &str| question(packs, item);
    let (question, answer) = match (row.fact("item"), row.fact("evidence"), row.fact("why")) {
        (Some(item), None | Some(""), _) if answered => (of_item(item), "yes".to_owned()),
        (Some(item), Some(evidence), _) if answered => (of_item(item), evidence.to_owned()),
        (Some(item), _, Some(why)) if disputed => (of_item(item), format!("seen wrongly: {why}")),
        _ => (String::new(), String::new()),
    };
    let said = |fact: &&Fact| {
        let in_answer = answered && fact.name == "evidence" || disputed && fact.name == "why";
        !in_answer
    };
    let facts: Vec<_> = row.facts.iter().filter(said).cloned().collect();
    Line {
        question,
        answer,
        sequence: row.sequence,
        at: row.at.clone().unwrap_or_default().replace('T', " "),
        what: happened(row),
        post: row.post.clone().unwrap_or_default(),
        by: row.by.clone().unwrap_or_default(),
        facts: grouped(&facts),
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
