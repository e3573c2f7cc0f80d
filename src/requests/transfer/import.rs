//! Reading a file that `export` wrote: all of it, or nothing.
//!
//! Anybody can change such a file, so nothing in it opens a gate: posts wait for a look and for all
//! their answers (`posting::brought`), consents for a confirmation. The plan and the config are not
//! taken. The file's record is held against the rest of it, and stays in the file: entries of another
//! chain cannot stand in this one. What is here already stays as it is, so that a file can be read
//! twice.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::time::Duration;

use jiff::civil::Date;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::{FORMAT, Failure};
use crate::attention::usage::{Amount, Interval, Source};
use crate::engine::Change;
use crate::pictures::look;
use crate::plan::Limit;
use crate::posting::audit::{Entry, Kind, verify};
use crate::posting::brought;
use crate::posting::consent::Consent;
use crate::posting::holds::settle;
use crate::posting::interests::Interest;
use crate::posting::life::State;
use crate::posting::media::strip;
use crate::posting::metrics::Metrics;
use crate::posting::post::{Media, Post, PostId};
use crate::requests::audit::AuditRow;
use crate::requests::{Changed, Desk, consents, files, interests, post};
use crate::store::Brought;

/// The longest that an amount of a day can be.
const DAY: Duration = Duration::from_hours(24);

/// How the audit tells that a record which came in was withdrawn before.
const WITHDRAWN: &str = "withdrawn";

/// What came in.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Imported {
    /// Posts that came in.
    pub posts: Vec<PostId>,
    /// Consent records that came in.
    pub consents: Vec<String>,
    /// Those of them that wait to be confirmed; a withdrawn one stays withdrawn.
    pub to_confirm: Vec<String>,
    /// Ties that came in.
    pub interests: Vec<String>,
    /// How many spans and amounts of time came in.
    pub usage: usize,
    /// What is here already in the same form.
    pub same: usize,
    /// Posts, consents and ties that are here in another form, and stayed as they are here.
    pub differ: Vec<String>,
    /// Accounts of those posts that the plan here does not have.
    pub accounts_missing: Vec<String>,
    /// The plan in the file is another one than the plan here.
    pub plan_differs: bool,
}

/// A file, taken apart.
struct Parts {
    plan: String,
    posts: Vec<Post>,
    consents: Vec<Consent>,
    interests: Vec<Interest>,
    limits: Vec<(Date, Vec<Limit>)>,
    metrics: Vec<(PostId, Metrics)>,
    intervals: Vec<Interval>,
    amounts: Vec<Amount>,
    record: Vec<Entry>,
}

/// The plan in a file, as it was written.
pub fn plan_in(from: &Path) -> Result<String, Failure> {
    text(from, &document(from)?, "plan")
}

/// Brings in what a file holds and is not here yet.
pub fn import(desk: &mut Desk, from: &Path) -> Result<Imported, Failure> {
    let parts = Parts::read(from)?;
    let mut told = Imported::default();
    let mut brought = Brought::default();
    told.plan_differs = fs::read_to_string(desk.paths.plan()).ok() != Some(parts.plan.clone());
    take_consents(desk, from, &parts, &mut told, &mut brought)?;
    take_interests(desk, from, &parts, &mut told, &mut brought)?;
    take_posts(desk, from, &parts, &mut told, &mut brought)?;
    take_usage(desk, from, &parts, &mut told, &mut brought)?;
    let first = desk.store.limits_over_time()?.first().map(|(day, _)| *day);
    brought.limits = parts.limits;
    brought
        .limits
        .retain(|(day, _)| first.is_none_or(|first| *day < first));
    desk.store.bring_in(&brought)?;
    desk.changed.extend([Changed::Posts, Changed::Usage]);
    // Consents and ties are known only now.
    post::review_all(desk)?;
    Ok(told)
}

/// The failure for a place in the file.
fn wrong(from: &Path, place: &str, why: &str) -> Failure {
    Failure::usage(format!("{place} {why}.")).at(from, None)
}

/// The failure for a file that does not agree with itself.
fn changed(from: &Path, place: &str, why: &str) -> Failure {
    Failure::refused(format!("{place} {why}.")).at(from, None).with_help(
        "nothing was brought in; export anew, and change posts, consents and ties with rounds itself",
    )
}

fn document(from: &Path) -> Result<Value, Failure> {
    let text = files::read_text(from)?;
    let all: Value = serde_json::from_str(&text).map_err(|error| {
        Failure::usage(format!("It is no whole JSON document: {error}."))
            .at(from, Some(error.line()))
            .with_help("give a file that `rounds export FILE` wrote")
    })?;
    match all.get("format").and_then(Value::as_str) {
        Some(FORMAT) => Ok(all),
        Some(other) => Err(
            wrong(from, "format", &format!("is “{other}”, not “{FORMAT}”"))
                .with_help("it was written by another version; use that one, or export anew"),
        ),
        None => Err(wrong(from, "format", "is missing")
            .with_help("give a file that `rounds export FILE` wrote")),
    }
}

fn text(from: &Path, all: &Value, name: &str) -> Result<String, Failure> {
    let text = all.get(name).and_then(Value::as_str);
    text.map(str::to_owned)
        .ok_or_else(|| wrong(from, name, "is missing, or is no text"))
}

/// A list of the file. Each entry is told by its number, from 0.
fn list<T: DeserializeOwned>(from: &Path, all: &Value, name: &str) -> Result<Vec<T>, Failure> {
    let place = format!("/{}", name.replace('.', "/"));
    let list = all.pointer(&place).and_then(Value::as_array);
    let list = list.ok_or_else(|| wrong(from, name, "is missing, or is no list"))?;
    let read = |(number, one): (usize, &Value)| {
        T::deserialize(one).map_err(|error| {
            let why = format!("cannot be read: {error}");
            wrong(from, &format!("{name}[{number}]"), &why)
        })
    };
    list.iter().enumerate().map(read).collect()
}

impl Parts {
    fn read(from: &Path) -> Result<Self, Failure> {
        let all = document(from)?;
        let parts = Self {
            plan: text(from, &all, "plan")?,
            posts: list(from, &all, "posts")?,
            consents: list(from, &all, "consents")?,
            interests: list(from, &all, "interests")?,
            limits: list(from, &all, "limits")?,
            metrics: list(from, &all, "metrics")?,
            intervals: list(from, &all, "usage.intervals")?,
            amounts: list(from, &all, "usage.amounts")?,
            record: record(from, list(from, &all, "audit")?)?,
        };
        let mut ids = BTreeSet::new();
        for (number, post) in parts.posts.iter().enumerate() {
            if !ids.insert(&post.id) {
                let why = format!("has the id {} of one before it", post.id);
                return Err(wrong(from, &format!("posts[{number}].id"), &why));
            }
        }
        Ok(parts)
    }
}

/// The file's record, where each entry carries the hash that belongs there.
fn record(from: &Path, rows: Vec<AuditRow>) -> Result<Vec<Entry>, Failure> {
    let chain: Vec<_> = rows.into_iter().map(AuditRow::into_link).collect();
    if let Some(bad) = verify(chain.clone(), None).first_bad {
        let place = format!("audit[{}]", bad - 1);
        return Err(changed(from, &place, "is not as it was written"));
    }
    Ok(chain
        .into_iter()
        .filter_map(|(_, entry, _)| entry)
        .collect())
}

/// Everything that the record says of a thing of this name.
fn said<'a>(record: &'a [Entry], fact: &'a str, name: &'a str) -> impl Iterator<Item = &'a Entry> {
    let is = move |one: &(String, String)| one.0 == fact && one.1 == name;
    record
        .iter()
        .filter(move |entry| entry.facts.iter().any(is))
}

fn take_consents(
    desk: &Desk,
    from: &Path,
    parts: &Parts,
    told: &mut Imported,
    brought: &mut Brought,
) -> Result<(), Failure> {
    let here = desk.store.consents()?;
    for (number, record) in parts.consents.iter().enumerate() {
        let place = format!("consents[{number}]");
        let mut said = said(&parts.record, "consent", &record.reference).peekable();
        if said.peek().is_none() {
            return Err(changed(from, &place, "is not in the record of this file"));
        }
        let withdrawn = said.any(|entry| {
            entry.kind == Kind::ConsentWithdrawn
                || entry
                    .facts
                    .iter()
                    .any(|(name, value)| name == "as" && value == WITHDRAWN)
        });
        if withdrawn != record.withdrawn_at.is_some() {
            let why = "is withdrawn in one part of the file and not in the other";
            return Err(changed(from, &place, why));
        }
        consents::well_formed(desk, record).map_err(|failure| Failure {
            message: format!("{place}: {}", failure.message),
            ..failure.at(from, None)
        })?;
        match here
            .iter()
            .find(|known| known.reference == record.reference)
        {
            Some(known) if same_consent(known, record) => told.same += 1,
            Some(_) => told.differ.push(format!("consent {}", record.reference)),
            None => {
                told.consents.push(record.reference.clone());
                let open = record.withdrawn_at.is_none();
                if open {
                    told.to_confirm.push(record.reference.clone());
                }
                brought.consents.push(Consent {
                    unconfirmed_since: open.then_some(desk.now.wall),
                    ..record.clone()
                });
                let entry = Entry::new(desk.now.wall, Kind::Imported, None, &desk.system_user)
                    .with("consent", record.reference.clone());
                brought.entries.push(match record.withdrawn_at {
                    Some(_) => entry.with("as", WITHDRAWN),
                    None => entry,
                });
            }
        }
    }
    let listed: BTreeSet<_> = parts.consents.iter().map(|one| &one.reference).collect();
    gone(from, parts, "consent", Kind::ConsentAdded, |name| {
        listed.contains(name)
    })
}

/// The same but for whether it was confirmed here.
fn same_consent(one: &Consent, other: &Consent) -> bool {
    let unconfirmed_since = other.unconfirmed_since;
    Consent {
        unconfirmed_since,
        ..one.clone()
    } == *other
}

/// Refuses a file whose record knows something that the file does not hold any more.
fn gone(
    from: &Path,
    parts: &Parts,
    fact: &str,
    kind: Kind,
    listed: impl Fn(&String) -> bool,
) -> Result<(), Failure> {
    let added = parts.record.iter().filter(|entry| entry.kind == kind);
    let mut names = added.flat_map(|entry| entry.facts.iter().filter(|one| one.0 == fact));
    match names.find(|one| !listed(&one.1)) {
        None => Ok(()),
        Some((_, name)) => Err(changed(
            from,
            &format!("{fact}s"),
            &format!("has no {fact} “{name}”, which the record of this file knows"),
        )),
    }
}

fn take_interests(
    desk: &Desk,
    from: &Path,
    parts: &Parts,
    told: &mut Imported,
    brought: &mut Brought,
) -> Result<(), Failure> {
    let here = desk.store.interests()?;
    for (number, tie) in parts.interests.iter().enumerate() {
        let place = format!("interests[{number}]");
        interests::well_formed(tie).map_err(|failure| Failure {
            message: format!("{place}: {}", failure.message),
            ..failure.at(from, None)
        })?;
        let facts = interests::facts(tie);
        let last = said(&parts.record, "interest", &tie.name).last();
        let agrees = |entry: &Entry| facts.iter().all(|fact| entry.facts.contains(fact));
        if !last.is_some_and(agrees) {
            return Err(changed(
                from,
                &place,
                "is not as the record of this file has it",
            ));
        }
        match here
            .iter()
            .find(|known| known.name.to_lowercase() == tie.name.to_lowercase())
        {
            Some(known) if known == tie => told.same += 1,
            Some(_) => told.differ.push(format!("tie {}", tie.name)),
            None => {
                told.interests.push(tie.name.clone());
                brought.interests.push(tie.clone());
                let entry = Entry::new(desk.now.wall, Kind::Imported, None, &desk.system_user);
                brought.entries.push(Entry { facts, ..entry });
            }
        }
    }
    let listed: BTreeSet<_> = parts.interests.iter().map(|one| &one.name).collect();
    gone(from, parts, "interest", Kind::InterestAdded, |name| {
        listed.contains(name)
    })
}

fn take_posts(
    desk: &Desk,
    from: &Path,
    parts: &Parts,
    told: &mut Imported,
    brought: &mut Brought,
) -> Result<(), Failure> {
    let rulebook = desk.rulebook()?;
    let now = desk.now.wall;
    let mut missing = BTreeSet::new();
    for (number, post) in parts.posts.iter().enumerate() {
        let place = |field: &str| format!("posts[{number}].{field} ({})", post.id);
        if let Some(fault) = brought::impossible(post) {
            return Err(wrong(from, &place(fault.field), &fault.why));
        }
        if let Some(fault) = brought::told_otherwise(post, &parts.record) {
            return Err(changed(from, &place(fault.field), &fault.why));
        }
        if let Some(known) = desk.store.post(&post.id)? {
            let both_over = brought::may_go(&known) == brought::may_go(post);
            if known.content == post.content && both_over {
                told.same += 1;
            } else {
                told.differ.push(format!("post {}", post.id));
            }
            continue;
        }
        let mut post = brought::taken_in(post.clone(), now);
        if brought::may_go(&post) {
            for media in &mut post.content.media {
                *media = seen_here(desk, from, &place("content.media"), media)?;
            }
        }
        if desk.plan.account(&post.content.account).is_none() {
            missing.insert(post.content.account.clone());
        }
        let mut entries = vec![brought::entry(&post, &desk.system_user, now)];
        if post.erased_at.is_none() && may_wait(&post.state) {
            let reviewed = rulebook.review(&desk.store, &desk.plan, &post, now)?;
            settle(&mut post, &reviewed.review, now, &mut entries)?;
        }
        told.posts.push(post.id.clone());
        brought.posts.push(Change { post, entries });
    }
    let taken: BTreeSet<_> = told.posts.iter().collect();
    let metrics = parts.metrics.iter();
    brought.metrics = metrics
        .filter(|(id, _)| taken.contains(id))
        .cloned()
        .collect();
    told.accounts_missing = missing.into_iter().collect();
    Ok(())
}

/// Whether a review says what becomes of it.
const fn may_wait(state: &State) -> bool {
    matches!(
        state,
        State::Draft | State::Held | State::Missed { .. } | State::Cancelled { .. }
    )
}

/// The picture as it lies here, looked at anew: what the file says of it is not believed.
fn seen_here(desk: &Desk, from: &Path, place: &str, media: &Media) -> Result<Media, Failure> {
    let name = format!("{}.{}", media.sha256, media.format);
    let file = desk.paths.media().join(&name);
    let bytes = fs::read(&file).map_err(|_| {
        wrong(
            from,
            place,
            &format!("needs the picture {name}, which is not here"),
        )
        .with_help(format!(
            "copy it from the folder `media` of the other machine to {}, then import again",
            desk.paths.media().display()
        ))
    })?;
    let stripped = strip(&bytes).ok();
    let same = |one: &crate::posting::media::Stripped| one.sha256_after == media.sha256;
    let stripped =
        stripped.filter(|one| same(one) && one.format.to_string().to_lowercase() == media.format);
    let stripped = stripped.ok_or_else(|| {
        let why = format!("needs the picture {name}, and the file of that name is another one");
        changed(from, place, &why)
    })?;
    Ok(Media {
        seen: Some(look(&stripped)),
        ..media.clone()
    })
}

fn take_usage(
    desk: &Desk,
    from: &Path,
    parts: &Parts,
    told: &mut Imported,
    brought: &mut Brought,
) -> Result<(), Failure> {
    let now = desk.now.wall;
    let today = desk.plan.calendar.day_of(now);
    let all = (jiff::Timestamp::MIN, jiff::Timestamp::MAX);
    let here = desk.store.usage(all, (Date::ZERO, Date::MAX))?;
    // Memory keeps milliseconds.
    let span = |one: &Interval| {
        let ends = [one.from, one.until].map(jiff::Timestamp::as_millisecond);
        (ends, one.doing.clone())
    };
    let known: BTreeSet<_> = here.intervals.iter().map(span).collect();
    for (number, interval) in parts.intervals.iter().enumerate() {
        let place = format!("usage.intervals[{number}]");
        if interval.from > interval.until || interval.until > now {
            return Err(wrong(
                from,
                &place,
                "ends before it begins, or lies in the future",
            ));
        }
        if interval.from == interval.until {
            continue;
        }
        if known.contains(&span(interval)) {
            told.same += 1;
        } else {
            told.usage += 1;
            brought.intervals.push(Interval {
                source: Source::Import,
                ..interval.clone()
            });
        }
    }
    // Two equal amounts of one day are two; those that are here already count once each.
    let mut known = here.amounts;
    for (number, amount) in parts.amounts.iter().enumerate() {
        let place = format!("usage.amounts[{number}]");
        if amount.day > today || amount.time > DAY {
            return Err(wrong(
                from,
                &place,
                "lies in the future, or is longer than a day",
            ));
        }
        if let Some(at) = known.iter().position(|one| one == amount) {
            known.swap_remove(at);
            told.same += 1;
        } else {
            told.usage += 1;
            brought.amounts.push(amount.clone());
        }
    }
    Ok(())
}
