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

use jiff::Timestamp;
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
use crate::posting::media::{Stripped, strip};
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
    let mut import = Import {
        desk,
        from,
        parts: &parts,
        told: Imported::default(),
        brought: Brought::default(),
    };
    import.take_consents()?;
    import.take_interests()?;
    import.take_posts()?;
    let all = (Timestamp::MIN, Timestamp::MAX);
    let here = desk.store.usage(all, (Date::ZERO, Date::MAX))?;
    import.take_spans(&here.intervals)?;
    import.take_amounts(here.amounts)?;
    import.take_limits()?;
    let Import {
        mut told, brought, ..
    } = import;
    told.plan_differs = fs::read_to_string(desk.paths.plan()).ok() != Some(parts.plan);
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

/// What is taken out of a file, step by step; nothing is written before all of it is.
struct Import<'a> {
    desk: &'a Desk,
    from: &'a Path,
    parts: &'a Parts,
    told: Imported,
    brought: Brought,
}

impl Import<'_> {
    fn wrong(&self, place: &str, why: &str) -> Failure {
        wrong(self.from, place, why)
    }

    fn changed(&self, place: &str, why: &str) -> Failure {
        changed(self.from, place, why)
    }

    /// A failure of what stands at this place.
    fn at(&self, place: &str, failure: Failure) -> Failure {
        Failure {
            message: format!("{place}: {}", failure.message),
            ..failure.at(self.from, None)
        }
    }

    /// The entry of the record here for something that came in.
    fn entry(&self) -> Entry {
        let by = &self.desk.system_user;
        Entry::new(self.desk.now.wall, Kind::Imported, None, by)
    }

    fn take_consents(&mut self) -> Result<(), Failure> {
        let here = self.desk.store.consents()?;
        for (number, record) in self.parts.consents.iter().enumerate() {
            let place = format!("consents[{number}]");
            let mut said = said(&self.parts.record, "consent", &record.reference).peekable();
            if said.peek().is_none() {
                return Err(self.changed(&place, "is not in the record of this file"));
            }
            if said.any(tells_withdrawal) != record.withdrawn_at.is_some() {
                let why = "is withdrawn in one part of the file and not in the other";
                return Err(self.changed(&place, why));
            }
            consents::well_formed(self.desk, record).map_err(|failure| self.at(&place, failure))?;
            let mut here = here.iter();
            match here.find(|known| known.reference == record.reference) {
                Some(known) if same_consent(known, record) => self.told.same += 1,
                Some(_) => {
                    let differs = format!("consent {}", record.reference);
                    self.told.differ.push(differs);
                }
                None => self.take_consent(record),
            }
        }
        let listed = self.parts.consents.iter().map(|one| &one.reference);
        self.holds_all("consent", Kind::ConsentAdded, listed)
    }

    fn take_consent(&mut self, record: &Consent) {
        let name = &record.reference;
        let open = record.withdrawn_at.is_none();
        self.told.consents.push(name.clone());
        let mut entry = self.entry().with("consent", name.clone());
        if open {
            self.told.to_confirm.push(name.clone());
        } else {
            entry = entry.with("as", WITHDRAWN);
        }
        self.brought.entries.push(entry);
        self.brought.consents.push(Consent {
            unconfirmed_since: open.then_some(self.desk.now.wall),
            ..record.clone()
        });
    }

    fn take_interests(&mut self) -> Result<(), Failure> {
        let here = self.desk.store.interests()?;
        for (number, tie) in self.parts.interests.iter().enumerate() {
            let place = format!("interests[{number}]");
            interests::well_formed(tie).map_err(|failure| self.at(&place, failure))?;
            let facts = interests::facts(tie);
            let last = said(&self.parts.record, "interest", &tie.name).last();
            let agrees = |entry: &Entry| facts.iter().all(|fact| entry.facts.contains(fact));
            if !last.is_some_and(agrees) {
                return Err(self.changed(&place, "is not as the record of this file has it"));
            }
            let name = tie.name.to_lowercase();
            match here.iter().find(|known| known.name.to_lowercase() == name) {
                Some(known) if known == tie => self.told.same += 1,
                Some(_) => self.told.differ.push(format!("tie {}", tie.name)),
                None => {
                    self.told.interests.push(tie.name.clone());
                    self.brought.interests.push(tie.clone());
                    let entry = self.entry();
                    self.brought.entries.push(Entry { facts, ..entry });
                }
            }
        }
        let listed = self.parts.interests.iter().map(|one| &one.name);
        self.holds_all("interest", Kind::InterestAdded, listed)
    }

    /// Refuses a file whose record knows something that the file does not hold any more.
    fn holds_all<'n>(
        &self,
        fact: &str,
        added: Kind,
        listed: impl Iterator<Item = &'n String>,
    ) -> Result<(), Failure> {
        let listed: BTreeSet<_> = listed.collect();
        let added = self.parts.record.iter().filter(|entry| entry.kind == added);
        let mut names = added.flat_map(|entry| entry.facts.iter().filter(|one| one.0 == fact));
        match names.find(|one| !listed.contains(&one.1)) {
            None => Ok(()),
            Some((_, name)) => Err(self.changed(
                &format!("{fact}s"),
                &format!("has no {fact} “{name}”, which the record of this file knows"),
            )),
        }
    }

    fn take_posts(&mut self) -> Result<(), Failure> {
        let rulebook = self.desk.rulebook()?;
        let now = self.desk.now.wall;
        let mut missing = BTreeSet::new();
        for (number, post) in self.parts.posts.iter().enumerate() {
            let place = |field: &str| format!("posts[{number}].{field} ({})", post.id);
            if let Some(fault) = brought::impossible(post) {
                return Err(self.wrong(&place(fault.field), &fault.why));
            }
            if let Some(fault) = brought::told_otherwise(post, &self.parts.record) {
                return Err(self.changed(&place(fault.field), &fault.why));
            }
            if let Some(known) = self.desk.store.post(&post.id)? {
                let both_over = brought::may_go(&known) == brought::may_go(post);
                if known.content == post.content && both_over {
                    self.told.same += 1;
                } else {
                    self.told.differ.push(format!("post {}", post.id));
                }
                continue;
            }
            let mut post = brought::taken_in(post.clone(), now);
            if brought::may_go(&post) {
                for media in &mut post.content.media {
                    *media = self.seen_here(&place("content.media"), media)?;
                }
            }
            if self.desk.plan.account(&post.content.account).is_none() {
                missing.insert(post.content.account.clone());
            }
            let mut entries = vec![brought::entry(&post, &self.desk.system_user, now)];
            if post.erased_at.is_none() && may_wait(&post.state) {
                let (store, plan) = (&self.desk.store, &self.desk.plan);
                let reviewed = rulebook.review(store, plan, &post, now)?;
                settle(&mut post, &reviewed.review, now, &mut entries)?;
            }
            self.told.posts.push(post.id.clone());
            self.brought.posts.push(Change { post, entries });
        }
        let taken: BTreeSet<_> = self.told.posts.iter().collect();
        let metrics = self.parts.metrics.iter();
        self.brought.metrics = metrics
            .filter(|(id, _)| taken.contains(id))
            .cloned()
            .collect();
        self.told.accounts_missing = missing.into_iter().collect();
        Ok(())
    }

    /// The picture as it lies here, looked at anew: what the file says of it is not believed.
    fn seen_here(&self, place: &str, media: &Media) -> Result<Media, Failure> {
        let name = format!("{}.{}", media.sha256, media.format);
        let folder = self.desk.paths.media();
        let bytes = fs::read(folder.join(&name)).map_err(|_| {
            let why = format!("needs the picture {name}, which is not here");
            self.wrong(place, &why).with_help(format!(
                "copy it from the folder `media` of the other machine to {}, then import again",
                folder.display()
            ))
        })?;
        let same = |one: &Stripped| {
            one.sha256_after == media.sha256
                && one.format.to_string().to_lowercase() == media.format
        };
        let stripped = strip(&bytes).ok().filter(same).ok_or_else(|| {
            let why = format!("needs the picture {name}, and the file of that name is another one");
            self.changed(place, &why)
        })?;
        Ok(Media {
            seen: Some(look(&stripped)),
            ..media.clone()
        })
    }

    fn take_spans(&mut self, here: &[Interval]) -> Result<(), Failure> {
        // Memory keeps milliseconds.
        let span = |one: &Interval| {
            let ends = [one.from, one.until].map(Timestamp::as_millisecond);
            (ends, one.doing.clone())
        };
        let known: BTreeSet<_> = here.iter().map(span).collect();
        for (number, interval) in self.parts.intervals.iter().enumerate() {
            if interval.from > interval.until || interval.until > self.desk.now.wall {
                let why = "ends before it begins, or lies in the future";
                return Err(self.wrong(&format!("usage.intervals[{number}]"), why));
            }
            if interval.from == interval.until {
                continue;
            }
            if known.contains(&span(interval)) {
                self.told.same += 1;
            } else {
                self.told.usage += 1;
                self.brought.intervals.push(Interval {
                    source: Source::Import,
                    ..interval.clone()
                });
            }
        }
        Ok(())
    }

    fn take_amounts(&mut self, here: Vec<Amount>) -> Result<(), Failure> {
        let today = self.desk.plan.calendar.day_of(self.desk.now.wall);
        // Two equal amounts of one day are two; those that are here already count once each.
        let mut known = here;
        for (number, amount) in self.parts.amounts.iter().enumerate() {
            if amount.day > today || amount.time > DAY {
                let why = "lies in the future, or is longer than a day";
                return Err(self.wrong(&format!("usage.amounts[{number}]"), why));
            }
            if let Some(at) = known.iter().position(|one| one == amount) {
                known.swap_remove(at);
                self.told.same += 1;
            } else {
                self.told.usage += 1;
                self.brought.amounts.push(amount.clone());
            }
        }
        Ok(())
    }

    /// The limits of the time before those that are known here.
    fn take_limits(&mut self) -> Result<(), Failure> {
        let here = self.desk.store.limits_over_time()?;
        let first = here.first().map(|(day, _)| *day);
        let limits = self.parts.limits.iter();
        let older = limits.filter(|(day, _)| first.is_none_or(|first| *day < first));
        self.brought.limits = older.cloned().collect();
        Ok(())
    }
}

/// Whether an entry of a record says that a consent is withdrawn.
fn tells_withdrawal(entry: &Entry) -> bool {
    let as_withdrawn = |one: &(String, String)| one.0 == "as" && one.1 == WITHDRAWN;
    entry.kind == Kind::ConsentWithdrawn || entry.facts.iter().any(as_withdrawn)
}

/// The same but for whether it was confirmed here.
fn same_consent(one: &Consent, other: &Consent) -> bool {
    let unconfirmed_since = other.unconfirmed_since;
    Consent {
        unconfirmed_since,
        ..one.clone()
    } == *other
}

/// Whether a review says what becomes of it.
const fn may_wait(state: &State) -> bool {
    matches!(
        state,
        State::Draft | State::Held | State::Missed { .. } | State::Cancelled { .. }
    )
}
