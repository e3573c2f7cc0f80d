//! Memory: one API, whatever the database behind it.
//!
//! A post is written as a whole, and only if the version it was decided on still stands; its audit
//! entries are in the same transaction. What is acknowledged is on the disk: posts, answers and
//! receipts at once, usage within a minute.
//!
//! This folder knows SQL and nobody else does. It knows no rule.

mod brought;
mod counts;
mod error;
mod head;
mod sqlite;

use std::collections::BTreeSet;
use std::path::Path;
use std::time::Duration;

use jiff::Timestamp;
use jiff::civil::Date;

use crate::attention::breaks::Outcome;
use crate::attention::reading::{FeedItem, Item, ItemState};
use crate::attention::usage::{Amount, Interval, Usage};
use crate::engine::{Change, Cue, Recurring, Stocked};
use crate::plan::Limit;
use crate::posting::audit::{Entry, Head, Verdict};
use crate::posting::consent::Consent;
use crate::posting::interests::Interest;
use crate::posting::metrics::Metrics;
use crate::posting::post::{Attestation, Post, PostId};
use crate::posting::series::Series;
use crate::posting::sources::{Paper, PaperId};
pub use brought::Brought;
pub use counts::{BreakCounts, Counted, Counts, Tally, Waiting};
pub use error::{Result, StoreError};
use sqlite::Sqlite;

/// When a feed last answered, and what to give along next time.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Asked {
    /// The `ETag` of its answer.
    pub etag: Option<String>,
    /// Its `Last-Modified`.
    pub modified: Option<String>,
    /// When.
    pub at: Timestamp,
}

/// The program's memory. SQLite is the embedded default.
#[derive(Debug)]
pub enum Store {
    /// A SQLite file.
    Sqlite(Sqlite),
}

impl Store {
    /// Opens the database, makes it if it is missing, brings its format up to date.
    pub fn open(path: &Path) -> Result<Self> {
        Sqlite::open(path).map(Self::Sqlite)
    }

    /// A database that lives as long as the value, for simulation.
    pub fn in_memory() -> Result<Self> {
        Sqlite::in_memory().map(Self::Sqlite)
    }

    fn db(&self) -> &Sqlite {
        let Self::Sqlite(db) = self;
        db
    }

    fn db_mut(&mut self) -> &mut Sqlite {
        let Self::Sqlite(db) = self;
        db
    }

    /// Writes new posts, all or none.
    pub fn insert(&mut self, changes: &[Change]) -> Result<()> {
        self.db_mut().insert(changes)
    }

    /// Writes a changed post if the version it was decided on still stands; else `Conflict`.
    pub fn write(&mut self, change: &Change) -> Result<()> {
        self.db_mut().write(change)
    }

    /// The post of this id.
    pub fn post(&self, id: &PostId) -> Result<Option<Post>> {
        self.db().post(id)
    }

    /// The ids that begin like this, at most `most`.
    pub fn ids(&self, prefix: &str, most: usize) -> Result<Vec<PostId>> {
        self.db().ids(prefix, most)
    }

    /// All posts, or those in one state, by their time.
    pub fn posts(&self, state: Option<&str>) -> Result<Vec<Post>> {
        self.db().posts(state)
    }

    /// Answers prepared for an engagement, or for any, that were not handed over yet; oldest first.
    pub fn prepared(&self, engagement: Option<&str>) -> Result<Vec<Post>> {
        let mut posts = self.db().posts(Some("draft"))?;
        posts.retain(|post| match (&post.about.engagement, engagement) {
            (Some(own), Some(wanted)) => own == wanted,
            (own, None) => own.is_some(),
            (None, Some(_)) => false,
        });
        posts.sort_by_key(|post| (post.created_at, post.id.clone()));
        Ok(posts)
    }

    /// The slots of an account that are not free: a post stands there, or they are let pass.
    pub fn taken_slots(&self, account: &str, from: Timestamp) -> Result<Vec<Timestamp>> {
        let taken = self.db().on_slots(account, from)?;
        let taken = taken.into_iter().map(|(due_at, ..)| due_at);
        let skipped = self.db().skipped_slots(from, Timestamp::MAX)?;
        let skipped = skipped.into_iter().filter(|(of, _)| of == account);
        Ok(taken.chain(skipped.map(|(_, slot)| slot)).collect())
    }

    /// The posts of an account that take a slot from an instant on: the time, which, and its state.
    pub fn on_slots(
        &self,
        account: &str,
        from: Timestamp,
    ) -> Result<Vec<(Timestamp, PostId, String)>> {
        self.db().on_slots(account, from)
    }

    /// The posts that the engine needs next: the earliest `most`, and those to be asked about.
    pub fn cues(&self, most: usize) -> Result<Vec<Cue>> {
        self.db().cues(most)
    }

    /// Tells of each post that is out or waits and has its time from an instant until before
    /// another, one after the other.
    pub fn stocked(
        &self,
        from: Timestamp,
        until: Timestamp,
        count: impl FnMut(&Stocked),
    ) -> Result<()> {
        self.db().stocked(from, until, count)
    }

    /// The series that have not ended, each with its last post's time.
    pub fn recurring(&self) -> Result<Vec<Recurring>> {
        self.db().recurring()
    }

    /// The slots from an instant until before another that are let pass, by account.
    pub fn skipped_slots(
        &self,
        from: Timestamp,
        until: Timestamp,
    ) -> Result<BTreeSet<(String, Timestamp)>> {
        self.db().skipped_slots(from, until)
    }

    /// Lets a slot pass; false where it was let pass before.
    pub fn skip_slot(&mut self, account: &str, slot: Timestamp, entry: &Entry) -> Result<bool> {
        self.db_mut().skip_slot(account, slot, entry)
    }

    /// Takes back that a slot is let pass; false where it was not.
    pub fn keep_slot(&mut self, account: &str, slot: Timestamp, entry: &Entry) -> Result<bool> {
        self.db_mut().keep_slot(account, slot, entry)
    }

    /// The series that have not ended.
    pub fn all_series(&self) -> Result<Vec<Series>> {
        self.db().series(None)
    }

    /// The series of this id, if it has not ended.
    pub fn series(&self, id: &str) -> Result<Option<Series>> {
        Ok(self.db().series(Some(id))?.pop())
    }

    /// Writes new series, each with its first post and that post's time: all or none.
    pub fn begin_series(&mut self, begun: &[(Series, Timestamp, Change)]) -> Result<()> {
        self.db_mut().begin_series(begun)
    }

    /// Writes the post of a series for a time; false, and nothing written, where one was made for
    /// that time before, or the series has ended.
    pub fn occur(&mut self, series: &str, at: Timestamp, change: &Change) -> Result<bool> {
        self.db_mut().occur(series, at, change)
    }

    /// Ends a series and forgets what it said; its posts stay. False where it had ended.
    pub fn end_series(&mut self, series: &str, now: Timestamp, entry: &Entry) -> Result<bool> {
        self.db_mut().end_series(series, now, entry)
    }

    /// How many posts are where.
    pub fn counts(&self) -> Result<Counts> {
        self.db().counts()
    }

    /// The earliest post that waits for a time to come.
    pub fn next(&self, now: Timestamp) -> Result<Option<Waiting>> {
        self.db().next(now)
    }

    /// The posts that wait although their time has passed, the longest overdue first, at most `most`.
    pub fn overdue(&self, now: Timestamp, most: usize) -> Result<Vec<Waiting>> {
        self.db().overdue(now, most)
    }

    /// How many posts of an account count in its cadence between two instants.
    pub fn tally(&self, account: &str, from: Timestamp, until: Timestamp) -> Result<Tally> {
        self.db().tally(account, from, until)
    }

    /// What counts in the cadences between two instants.
    pub fn counted(&self, from: Timestamp, until: Timestamp) -> Result<Vec<Counted>> {
        self.db().counted(from, until)
    }

    /// The posts that were published between two instants and not taken back.
    pub fn published(&self, from: Timestamp, until: Timestamp) -> Result<Vec<Post>> {
        self.db().published(from, until)
    }

    /// What the audit holds between two instants, in its order.
    pub fn entries(&self, from: Timestamp, until: Timestamp) -> Result<Vec<Entry>> {
        self.db().entries(from, until)
    }

    /// Which limits were in force from which day on, earliest first.
    pub fn limits_over_time(&self) -> Result<Vec<(Date, Vec<Limit>)>> {
        self.db().limits_over_time()
    }

    /// Keeps the limits that are in force from a day on, in place of what was kept for that day.
    pub fn save_limits(&mut self, day: Date, limits: &[Limit]) -> Result<()> {
        self.db_mut().save_limits(day, limits)
    }

    /// The earliest instant and the earliest day of which usage, a break or a post is recorded.
    pub fn first_records(&self) -> Result<(Option<Timestamp>, Option<Date>)> {
        self.db().first_records()
    }

    /// How a post was received, where anything is known.
    pub fn metrics(&self, post: &PostId) -> Result<Option<Metrics>> {
        self.db().metrics(post)
    }

    /// How all posts were received of which anything is known.
    pub fn all_metrics(&self) -> Result<Vec<(PostId, Metrics)>> {
        self.db().all_metrics()
    }

    /// Writes how a post was received, in place of what was known.
    pub fn save_metrics(&mut self, post: &PostId, metrics: &Metrics) -> Result<()> {
        self.db_mut().save_metrics(post, metrics)
    }

    /// The answers given once for an account, oldest first.
    pub fn account_answers(&self, account: &str) -> Result<Vec<Attestation>> {
        self.db().account_answers(account)
    }

    /// Of these the newest to each item, oldest first.
    pub fn newest_account_answers(&self, account: &str) -> Result<Vec<Attestation>> {
        self.db().newest_account_answers(account)
    }

    /// Adds an answer for an account.
    pub fn answer_for_account(
        &mut self,
        account: &str,
        answer: &Attestation,
        entry: &Entry,
    ) -> Result<()> {
        self.db_mut().answer_for_account(account, answer, entry)
    }

    /// The consent register.
    pub fn consents(&self) -> Result<Vec<Consent>> {
        self.db().consents()
    }

    /// Writes a consent record, new or changed.
    pub fn save_consent(&mut self, consent: &Consent, entry: &Entry) -> Result<()> {
        self.db_mut().save_consent(consent, entry)
    }

    /// The register of interests, by name.
    pub fn interests(&self) -> Result<Vec<Interest>> {
        self.db().interests()
    }

    /// Writes a tie, new or changed.
    pub fn save_interest(&mut self, interest: &Interest, entry: &Entry) -> Result<()> {
        self.db_mut().save_interest(interest, entry)
    }

    /// What is known of these papers; those that nobody was asked about are left out.
    pub fn papers(&self, ids: &[PaperId]) -> Result<Vec<Paper>> {
        self.db().papers(ids)
    }

    /// Keeps what is known of papers, each in place of what was known.
    pub fn save_papers(&mut self, papers: &[Paper]) -> Result<()> {
        self.db_mut().save_papers(papers)
    }

    /// Writes a withdrawn record, and a new version of the posts that relied on it, in one step.
    pub fn withdraw_consent(
        &mut self,
        consent: &Consent,
        entry: &Entry,
        posts: &[PostId],
    ) -> Result<()> {
        self.db_mut().withdraw_consent(consent, entry, posts)
    }

    /// The usage that touches some instants and days.
    pub fn usage(&self, range: (Timestamp, Timestamp), days: (Date, Date)) -> Result<Usage> {
        self.db().usage(range, days)
    }

    /// Writes a span of the sensor; it replaces the one with the same beginning.
    pub fn save_span(&mut self, interval: &Interval) -> Result<()> {
        self.db_mut().save_span(interval)
    }

    /// Writes such a span, and has it and all that was written before on the disk when it returns.
    pub fn keep_span(&mut self, interval: &Interval) -> Result<()> {
        self.db_mut().add_interval(interval)
    }

    /// Adds an interval that was logged by hand.
    pub fn add_interval(&mut self, interval: &Interval) -> Result<()> {
        self.db_mut().add_interval(interval)
    }

    /// Adds time to a day.
    pub fn add_amount(&mut self, amount: &Amount) -> Result<()> {
        self.db_mut().add_amount(amount)
    }

    /// Erases the usage of a range; intervals that reach over its edge are cut. Returns how many
    /// records were touched.
    pub fn erase_usage(
        &mut self,
        range: (Timestamp, Timestamp),
        days: (Date, Date),
    ) -> Result<usize> {
        self.db_mut().erase_usage(range, days)
    }

    /// Counts what became of a break.
    pub fn count_break(&mut self, outcome: Outcome, at: Timestamp) -> Result<()> {
        self.db_mut().count_break(outcome, at)
    }

    /// What became of the breaks between two instants.
    pub fn breaks(&self, from: Timestamp, until: Timestamp) -> Result<BreakCounts> {
        self.db().breaks(from, until)
    }

    /// Remembers a nudge, so that it is not shown again.
    pub fn remember_nudge(&mut self, key: &str, at: Timestamp) -> Result<()> {
        self.db_mut().remember_nudge(key, at)
    }

    /// Forgets nudges, so that they may be shown again; remembers another instead, all or none.
    pub fn forget_nudges(
        &mut self,
        keys: &[&str],
        instead: Option<(&str, Timestamp)>,
    ) -> Result<()> {
        self.db_mut().forget_nudges(keys, instead)
    }

    /// The nudges shown since then, and when.
    pub fn nudges_since(&self, at: Timestamp) -> Result<Vec<(String, Timestamp)>> {
        self.db().nudges_since(at)
    }

    /// When a feed, known by its key, last answered.
    pub fn asked(&self, feed: &str) -> Result<Option<Asked>> {
        self.db().asked(feed)
    }

    /// Keeps what a feed answered. Items that are there keep their state; old ones go.
    pub fn save_items(&mut self, feed: &str, asked: &Asked, items: &[FeedItem]) -> Result<()> {
        self.db_mut().save_items(feed, asked, items)
    }

    /// The items that wait to be read.
    pub fn waiting_items(&self) -> Result<Vec<Item>> {
        self.db().waiting_items()
    }

    /// The item of this number.
    pub fn item(&self, id: i64) -> Result<Option<Item>> {
        self.db().item(id)
    }

    /// Says what became of an item.
    pub fn set_item(&mut self, id: i64, state: ItemState) -> Result<()> {
        self.db_mut().set_item(id, state)
    }

    /// Forgets a feed and its items.
    pub fn forget_feed(&mut self, feed: &str) -> Result<()> {
        self.db_mut().forget_feed(feed)
    }

    /// Adds entries to the audit chain.
    pub fn append(&mut self, entries: &[Entry]) -> Result<()> {
        self.db_mut().append(entries)
    }

    /// The audit chain: number, entry (none if it cannot be read), hash.
    pub fn audit(&self) -> Result<Vec<(u64, Option<Entry>, String)>> {
        self.db().audit()
    }

    /// The newest entry that was ever acknowledged, if the database does not know it and was not
    /// told so: an older database was put in its place.
    pub fn lost_record(&self) -> Result<Option<Head>> {
        self.db().lost_record()
    }

    /// Checks the audit chain against itself and the hash kept outside.
    pub fn verify_audit(&self) -> Result<Verdict> {
        self.db().verify_audit()
    }

    /// Removes what is left on the disk of texts that were replaced or erased.
    pub fn scrub(&self) -> Result<()> {
        self.db().scrub()
    }

    /// Copies the whole database into a new file while it is in use.
    pub fn backup(&self, to: &Path) -> Result<()> {
        self.db().backup(to)
    }

    /// What SQLite says about the health of the file; empty when it is well.
    pub fn integrity(&self) -> Result<Vec<String>> {
        self.db().integrity()
    }
}

/// Milliseconds of a duration, for a column.
fn millis(time: Duration) -> i64 {
    i64::try_from(time.as_millis()).unwrap_or(i64::MAX)
}
