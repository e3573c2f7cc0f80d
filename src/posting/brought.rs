//! A post that comes in from a file: what is believed of it, and what is not.
//!
//! Anybody can change a file. So what is said, where and when is taken; whatever would let it out
//! is not.
//! - Answers, disputes and approvals of what may still go stay behind: they are given here, for what
//!   stands here.
//! - What a machine saw in its pictures is looked for anew; frozen requests are dropped, since they
//!   would be sent as they are.
//! - Whoever brings it in looks at it before it goes: it may be out already, or called off.
//! - What may have left on the other machine is asked of a person.
//! - No time lies ahead of now, so that nothing outlives its term.
//! - Where the file's own record tells of the post otherwise, the post was changed by hand.

use jiff::Timestamp;

use super::audit::{Entry, Kind};
use super::life::State;
use super::post::{Post, PostId, Relation};

/// What is wrong with a post in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Where in the post.
    pub field: &'static str,
    /// What, as the end of a sentence that begins with the field.
    pub why: String,
}

impl Fault {
    fn new(field: &'static str, why: impl Into<String>) -> Self {
        let why = why.into();
        Self { field, why }
    }
}

/// What cannot be true of any post.
pub fn impossible(post: &Post) -> Option<Fault> {
    if !PostId::is_id(&post.id.0) {
        return Some(Fault::new("id", "is no id of a post"));
    }
    let content = &post.content;
    for media in &content.media {
        let digit = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
        if media.sha256.len() != 64 || !media.sha256.bytes().all(digit) {
            return Some(Fault::new(
                "content.media.sha256",
                "is no SHA-256 in 64 small hexadecimal digits",
            ));
        }
        if !["jpeg", "png", "webp", "gif"].contains(&media.format.as_str()) {
            return Some(Fault::new(
                "content.media.format",
                "is none of jpeg, png, webp and gif",
            ));
        }
        if media.alt.trim().is_empty() {
            return Some(Fault::new("content.media.alt", "is empty"));
        }
    }
    let wordless = content.text.trim().is_empty() && content.media.is_empty();
    let passes_on = matches!(content.relation, Relation::Repost(_));
    let idle = matches!(
        post.state,
        State::Draft | State::Missed { .. } | State::Cancelled { .. }
    );
    match post.erased_at {
        Some(_) if !wordless => Some(Fault::new(
            "erased_at",
            "says that its words were erased, and there are some",
        )),
        Some(_) if !idle => Some(Fault::new(
            "erased_at",
            format!(
                "is set, and no post that is {} is ever erased",
                post.state.name()
            ),
        )),
        None if wordless && !passes_on => Some(Fault::new("content.text", "is empty")),
        _ => None,
    }
}

/// What the record of the same file tells of a post otherwise than the post itself.
pub fn told_otherwise(post: &Post, record: &[Entry]) -> Option<Fault> {
    let about = |entry: &&Entry| entry.post.as_ref() == Some(&post.id);
    let about: Vec<&Entry> = record.iter().filter(about).collect();
    let has = |kind| about.iter().any(|entry| entry.kind == kind);
    let of_author = |entry: &&&Entry| matches!(entry.kind, Kind::Created | Kind::Imported);
    let Some(begun) = about.iter().rfind(of_author) else {
        return Some(Fault::new("id", "is not in the record of this file"));
    };
    let said = |kinds: &[Kind], name: &str| {
        let kinds = kinds.to_vec();
        let entries = about.iter().rev().filter(move |e| kinds.contains(&e.kind));
        let mut facts = entries.flat_map(|entry| &entry.facts);
        facts.find(|fact| fact.0 == name).map(|fact| fact.1.clone())
    };
    let author = said(&[Kind::Created, Kind::Imported], AUTHOR);
    // What recurs is made by the program, for an author whom its record does not name.
    let author = author.or_else(|| Some(begun.by.clone()).filter(|by| by != "rounds"));
    if author.is_some_and(|author| author != post.author) {
        return Some(Fault::new("author", "is not who wrote it by the record"));
    }
    let content = said(&[Kind::Created, Kind::Edited, Kind::Imported], "content");
    if post.erased_at.is_none() && content.is_some_and(|hash| hash != post.content.hash()) {
        return Some(Fault::new(
            "content",
            "is not what the record knows: text, pictures, descriptions, account or address",
        ));
    }
    let declared = said(&[Kind::Created, Kind::Imported], DECLARED).unwrap_or_default();
    let now = declared_of(post);
    let taken = declared
        .split(", ")
        .find(|one| !now.contains(&(*one).to_owned()));
    if let Some(taken) = taken.filter(|taken| !taken.is_empty()) {
        let why = format!("has no “{taken}” any more, which its author declared");
        return Some(Fault::new("about", why));
    }
    let state = |is: bool, word: &str| {
        let why = format!("is {}, and the record has it {word}", post.state.name());
        (!is).then(|| Fault::new("state", why))
    };
    if has(Kind::Erased) && post.erased_at.is_none() {
        return Some(Fault::new(
            "erased_at",
            "is empty, and the record has it erased",
        ));
    }
    if has(Kind::Retracted) {
        return state(matches!(post.state, State::Retracted { .. }), "retracted");
    }
    if has(Kind::Cancelled) {
        return state(matches!(post.state, State::Cancelled { .. }), "cancelled");
    }
    if has(Kind::Published) && post.receipts.is_empty() {
        return Some(Fault::new(
            "receipts",
            "is empty, and the record has it published",
        ));
    }
    None
}

/// The fact that names an author who did not make the entry.
pub const AUTHOR: &str = "author";
/// The fact that holds what an author declared.
pub const DECLARED: &str = "declared";

/// What the author declared of a post that opens questions, in the words of the audit.
pub fn declared_of(post: &Post) -> Vec<String> {
    let about = &post.about;
    let said = [
        (about.patient, "patient"),
        (about.sponsor.is_some(), "sponsor"),
        (about.dispute, "dispute"),
        (about.redirect.is_some(), "redirect"),
    ];
    let said = said.into_iter().filter(|(is, _)| *is);
    said.map(|(_, word)| word.to_owned()).collect()
}

/// The post as it comes in at `now`: it waits for a person, with nothing answered.
pub fn taken_in(mut post: Post, now: Timestamp) -> Post {
    post.state = match post.state {
        State::Publishing { since, .. }
        | State::HandedOff { since, .. }
        | State::Uncertain { since } => State::Uncertain {
            since: since.min(now),
        },
        // It has a receipt, and yet it waits: only a person can know.
        state if state.can_change() && !post.receipts.is_empty() => State::Uncertain { since: now },
        State::Queued { .. } => State::Held,
        State::Missed { since } => State::Missed {
            since: since.min(now),
        },
        State::Published { at } => State::Published { at: at.min(now) },
        State::Cancelled { at } => State::Cancelled { at: at.min(now) },
        State::Retracted { at } => State::Retracted { at: at.min(now) },
        state @ (State::Draft | State::Held | State::Failed { .. }) => state,
    };
    for at in [&mut post.created_at, &mut post.changed_at] {
        *at = (*at).min(now);
    }
    for at in [&mut post.timed_at, &mut post.erased_at] {
        *at = at.map(|at| at.min(now));
    }
    for receipt in &mut post.receipts {
        receipt.published_at = receipt.published_at.min(now);
    }
    for attempt in &mut post.attempts {
        attempt.at = attempt.at.min(now);
        attempt.request = serde_json::Value::Null;
    }
    for media in &mut post.content.media {
        media.seen = None;
    }
    post.holds.clear();
    // Of what is over, it stays known what it rested on.
    if !is_over(&post) {
        post.attestations.clear();
        post.disputes.clear();
        post.approval = None;
        post.second_look = None;
    }
    Post {
        quiet_at: None,
        restored_at: Some(now),
        sends_at: post.due_at,
        wake_at: None,
        reminder: None,
        erase_at: None,
        told_at: None,
        ..post
    }
}

const fn is_over(post: &Post) -> bool {
    matches!(
        post.state,
        State::Published { .. } | State::Cancelled { .. } | State::Retracted { .. }
    )
}

/// Whether it can still go out by itself or by a person's word: its pictures have to be here.
pub const fn may_go(post: &Post) -> bool {
    post.erased_at.is_none() && !is_over(post)
}

/// The entry for a post that came in.
pub fn entry(post: &Post, by: &str, now: Timestamp) -> Entry {
    let entry = Entry::new(now, Kind::Imported, Some(&post.id), by)
        .with("account", post.content.account.clone())
        .with("content", post.content.hash())
        .with(AUTHOR, post.author.clone())
        .with("as", post.state.name());
    with_declared(entry, post)
}

/// Adds what the author declared, where that is anything.
pub fn with_declared(entry: Entry, post: &Post) -> Entry {
    let declared = declared_of(post);
    if declared.is_empty() {
        return entry;
    }
    entry.with(DECLARED, declared.join(", "))
}
