//! The fifteen-minute scan: feeds of the plan, a list that fits the time, and what becomes of it.
//!
//! Rules: only the feeds of the plan are asked, each at most once in ten minutes; the list fits what
//! is left of the plan's `activity:scan` limit today (fifteen minutes where it has none); the rest
//! rolls over. Time in it counts as activity scan.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use super::failure::sentence;
use super::post::{NewPost, PostView, Time, add};
use super::{Changed, Desk, Failure, plans};
use crate::attention::ledger::{Ledger, first_day_needed};
use crate::attention::reading::{Item, ItemState, SCAN, estimate, fitting};
use crate::attention::usage::{Doing, Interval, Source as Record};
use crate::calendar::Per;
use crate::lookups::feeds::{FeedError, News, PubMed, ask_all};
use crate::lookups::http::{Known, wait_for};
use crate::plan::feed::{Feed, Source};
use crate::plan::{Activity, Limit, Of, edit};
use crate::platforms::handoff::Request;
use crate::platforms::handoff::opening::open;
use crate::posting::post::{PostId, digest};
use crate::store::Asked;

/// A feed is not asked again within this.
const PATIENCE: SignedDuration = SignedDuration::from_mins(10);

/// A feed, as others read it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[expect(missing_docs, reason = "the words explain themselves")]
pub struct FeedRow {
    pub name: String,
    pub address: Option<String>,
    pub pubmed: Option<String>,
    /// When it last answered.
    pub asked_at: Option<String>,
}

/// An item of the reading list, as others read it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[expect(missing_docs, reason = "the words explain themselves")]
pub struct ItemRow {
    pub id: i64,
    pub feed: String,
    pub title: String,
    pub address: String,
    pub published_at: Option<String>,
    pub summary: String,
    pub estimate_s: u64,
    pub state: &'static str,
}

/// A reading list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct List {
    /// What is left for scanning today.
    pub left_s: u64,
    /// What fits it, in its order.
    pub items: Vec<ItemRow>,
    /// How many items wait for another day.
    pub waiting: usize,
    /// Feeds that could not be read.
    pub troubles: Vec<Trouble>,
}

/// A feed that could not be read, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[expect(missing_docs, reason = "the words explain themselves")]
pub struct Trouble {
    pub feed: String,
    pub why: String,
}

/// All feeds, in the plan's order.
pub fn feeds(desk: &Desk) -> Result<Vec<FeedRow>, Failure> {
    desk.plan.feeds.iter().map(|feed| row(desk, feed)).collect()
}

fn row(desk: &Desk, feed: &Feed) -> Result<FeedRow, Failure> {
    let asked = desk.store.asked(&key(&feed.source))?;
    let (address, pubmed) = match &feed.source {
        Source::Address(address) => (Some(address.clone()), None),
        Source::PubMed(query) => (None, Some(query.clone())),
    };
    Ok(FeedRow {
        name: feed.name.clone(),
        address,
        pubmed,
        asked_at: asked.map(|asked| desk.plan.calendar.rfc3339(asked.at)),
    })
}

/// Adds a feed; it is asked at the next scan.
pub fn add_feed(desk: &mut Desk, source: Source, name: Option<&str>) -> Result<FeedRow, Failure> {
    let name = name.map_or_else(|| source.default_name(), |name| name.trim().to_owned());
    let feed = Feed { name, source };
    plans::change(desk, |text| edit::add_feed(text, &feed))?;
    row(desk, &feed)
}

/// Removes a feed with what was read of it.
pub fn remove_feed(desk: &mut Desk, name: &str) -> Result<(), Failure> {
    let feed = desk.plan.feeds.iter().find(|feed| feed.name == name);
    let feed = feed.map(|feed| key(&feed.source));
    plans::change(desk, |text| edit::remove_feed(text, name)).map_err(|failure| {
        match failure.help {
            None => failure.with_help("`rounds feed list` shows them"),
            Some(_) => failure,
        }
    })?;
    if let Some(feed) = feed {
        desk.store.forget_feed(&feed)?;
    }
    Ok(())
}

/// What the store knows a feed by; an address may hold a secret.
fn key(source: &Source) -> String {
    digest(&source.key())
}

/// What is left for scanning today: of the plan's limits, or of fifteen minutes.
pub fn left(desk: &Desk) -> Result<Duration, Failure> {
    let of = Of::Activity(Activity::Scan);
    let mut plan = desk.plan.clone();
    plan.limits.retain(|limit| limit.of == of);
    if plan.limits.is_empty() {
        plan.limits.push(Limit {
            of,
            per: Per::Day,
            time: SCAN,
            at_least: Duration::ZERO,
            overrides: Vec::new(),
        });
    }
    plan.conferences.clear();
    let now = desk.now.wall;
    let first = first_day_needed(&plan, now);
    let days = (first, plan.calendar.day_of(now));
    let range = (plan.calendar.day_start(first), Timestamp::MAX);
    let usage = desk.store.usage(range, days)?;
    let standings = Ledger::build(&plan, &usage, now).with_open(None);
    let left = standings
        .iter()
        .map(|one| one.limit.saturating_sub(one.used));
    Ok(left.min().unwrap_or(SCAN))
}

/// Asks the feeds that were not asked a moment ago, and keeps what is new.
pub fn refresh(desk: &mut Desk) -> Result<Vec<Trouble>, Failure> {
    let mut due = Vec::new();
    for feed in &desk.plan.feeds {
        let asked = desk.store.asked(&key(&feed.source))?;
        let age = asked
            .as_ref()
            .map(|asked| desk.now.wall.duration_since(asked.at));
        if age.is_none_or(|age| age >= PATIENCE || age < SignedDuration::ZERO) {
            let known = asked.map_or_else(Known::default, |asked| Known {
                etag: asked.etag,
                modified: asked.modified,
            });
            due.push((feed.clone(), known));
        }
    }
    if due.is_empty() {
        return Ok(Vec::new());
    }
    let pubmed = PubMed {
        base: desk.config.lookups.pubmed.clone(),
        contact: desk.config.lookups.contact.clone(),
    };
    let wanted = due
        .iter()
        .map(|(feed, known)| (feed.source.clone(), known.clone()));
    let answers = ask_all(wanted.collect(), &pubmed);
    let mut troubles = Vec::new();
    for ((feed, known), answer) in due.into_iter().zip(answers) {
        if let Err(error) = keep_news(desk, &feed, known, answer)? {
            troubles.push(Trouble {
                feed: feed.name,
                why: sentence(&error.to_string()),
            });
        }
    }
    Ok(troubles)
}

fn keep_news(
    desk: &mut Desk,
    feed: &Feed,
    known: Known,
    answer: Result<News, FeedError>,
) -> Result<Result<(), FeedError>, Failure> {
    let (items, known) = match answer {
        Ok(News::Items(items, known)) => (items, known),
        Ok(News::Unchanged) => (Vec::new(), known),
        Err(error) => return Ok(Err(error)),
    };
    let asked = Asked {
        etag: known.etag,
        modified: known.modified,
        at: desk.now.wall,
    };
    desk.store.save_items(&key(&feed.source), &asked, &items)?;
    Ok(Ok(()))
}

/// The reading list for what is left today, at most `most` of it.
pub fn list(desk: &Desk, most: Option<Duration>, troubles: Vec<Trouble>) -> Result<List, Failure> {
    let left = left(desk)?;
    let left = most.map_or(left, |most| most.min(left));
    let feeds = desk.plan.feeds.iter();
    let names: BTreeMap<_, _> = feeds.map(|feed| (key(&feed.source), &feed.name)).collect();
    let mut items = desk.store.waiting_items()?;
    items.retain(|item| names.contains_key(&item.feed));
    let (items, rest) = fitting(items, left);
    let rows = items.iter().map(|item| {
        let name = names.get(&item.feed).map(|name| (*name).clone());
        item_row(desk, item, name.unwrap_or_default())
    });
    Ok(List {
        left_s: left.as_secs(),
        items: rows.collect(),
        waiting: rest.len(),
        troubles,
    })
}

fn item_row(desk: &Desk, item: &Item, feed: String) -> ItemRow {
    ItemRow {
        id: item.id,
        feed,
        title: item.told.title.clone(),
        address: item.told.address.clone(),
        published_at: item.told.published.map(|at| desk.plan.calendar.rfc3339(at)),
        summary: item.told.summary.clone(),
        estimate_s: estimate(item.told.words).as_secs(),
        state: item.state.name(),
    }
}

/// The item of this number.
pub fn item(desk: &Desk, id: i64) -> Result<Item, Failure> {
    desk.store.item(id)?.ok_or_else(|| {
        Failure::failed(format!("There is no item {id}."))
            .with_help("`rounds scan --offline` lists those that wait")
    })
}

/// Says what became of an item.
pub fn set(desk: &mut Desk, id: i64, state: ItemState) -> Result<(), Failure> {
    let known = item(desk, id)?;
    desk.store.set_item(known.id, state)?;
    Ok(())
}

/// The post that an item was made the source of, if it is still there.
fn kept_as(desk: &Desk, item: &Item) -> Result<Option<PostId>, Failure> {
    if item.state != ItemState::Kept {
        return Ok(None);
    }
    let posts = desk.store.posts(None)?.into_iter();
    let names = |evidence: &String| evidence.split(' ').any(|one| one == item.told.address);
    let mut of_it = posts.filter(|post| {
        let mut answers = post.attestations.iter();
        answers.any(|answer| answer.evidence.as_ref().is_some_and(names))
    });
    Ok(of_it.next().map(|post| post.id))
}

/// Makes an item that is not kept yet the source of a draft, on this account or on the only one there is.
pub fn keep(desk: &mut Desk, id: i64, account: Option<&str>) -> Result<PostView, Failure> {
    let item = item(desk, id)?;
    if let Some(post) = kept_as(desk, &item)? {
        let already = Failure::refused(format!("Item {id} is kept already, as post {post}."));
        return Err(already.with_help(format!("`rounds post show {post}` shows it")));
    }
    if item.told.address.is_empty() {
        return Err(Failure::failed(format!(
            "Item {id} names no address, so it cannot be a source."
        )));
    }
    let account = match (account, desk.plan.accounts.as_slice()) {
        (Some(name), _) => name.to_owned(),
        (None, [only]) => only.name.clone(),
        (None, []) => {
            return Err(Failure::failed("There is no account to draft for.")
                .with_help("add one with `rounds account add`"));
        }
        (None, _) => {
            return Err(Failure::usage("There are several accounts.")
                .with_help("say for which one with --to ACCOUNT"));
        }
    };
    let new = NewPost {
        text: format!("{}\n{}", item.told.title, item.told.address),
        accounts: vec![account],
        time: Time::None,
        sources: vec![item.told.address.clone()],
        ..NewPost::default()
    };
    let posts = add(desk, &new)?;
    desk.store.set_item(item.id, ItemState::Kept)?;
    posts
        .into_iter()
        .next()
        .ok_or_else(|| Failure::failed("No draft was made."))
}

/// Opens an item in the browser.
pub fn open_item(desk: &Desk, id: i64) -> Result<(), Failure> {
    let item = item(desk, id)?;
    if item.told.address.is_empty() {
        return Err(Failure::failed(format!("Item {id} names no address.")));
    }
    let request = Request::address("", item.told.address);
    let failed = |error: &dyn std::fmt::Display| Failure::failed(sentence(&error.to_string()));
    let opened = wait_for(open(&request)).map_err(|error| failed(&error))?;
    opened.map(drop).map_err(|error| failed(&error))
}

/// Counts time of scanning from an instant on.
pub fn count(desk: &mut Desk, from: Timestamp, time: Duration) -> Result<(), Failure> {
    if time < Duration::from_secs(1) {
        return Ok(());
    }
    let until = from
        .saturating_add(SignedDuration::try_from(time).unwrap_or(SignedDuration::ZERO))
        .unwrap_or(from);
    desk.store.add_interval(&Interval {
        from,
        until,
        doing: Doing {
            site: None,
            activity: Activity::Scan,
        },
        source: Record::Log,
    })?;
    desk.changed.insert(Changed::Usage);
    Ok(())
}
