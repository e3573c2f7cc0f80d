//! What became of the posts: cadence, goals, what was held or disputed, what led to conversation.
//!
//! A hold counts when it lasted for an hour: whatever is shorter belongs to writing a post and
//! answering its questions. Writing time is shared out equally over the posts of the days, since
//! nobody says for which post an hour was.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use super::kept::{self, StageKept};
use super::span::Span;
use crate::calendar::Calendar;
use crate::plan::Plan;
use crate::plan::cadence::{Pace, target_on};
use crate::posting::audit::{Entry, Kind};
use crate::posting::metrics::Metrics;
use crate::posting::post::{Goal, PostId};

/// A hold that ends sooner is part of writing.
const LONG: SignedDuration = SignedDuration::from_hours(1);

/// A post that is out, or that is to go out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Past {
    /// Which.
    pub id: PostId,
    /// On which account.
    pub account: String,
    /// When it was published, or will be sent.
    pub at: Timestamp,
    /// Whether it is out.
    pub published: bool,
    /// What it is for.
    pub goal: Option<Goal>,
    /// Its text, where somebody asked for texts.
    pub text: Option<String>,
    /// How it was received, where anything is known.
    pub metrics: Option<Metrics>,
}

/// The posts that were published on the days themselves.
pub fn published<'p>(calendar: &Calendar, span: Span, posts: &'p [Past]) -> Vec<&'p Past> {
    let within = |post: &&Past| {
        let day = calendar.day_of(post.at);
        post.published && span.first <= day && day <= span.last
    };
    posts.iter().filter(within).collect()
}

/// How an account kept its cadence, and where it stands in the period that runs, or ran last.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PaceKept {
    /// That period.
    #[serde(flatten)]
    pub now: Pace,
    /// The stages of these days, with what was kept of them.
    pub stages: Vec<StageKept>,
}

/// Every account that has a cadence on these days.
pub fn paces(plan: &Plan, span: Span, posts: &[Past]) -> Vec<PaceKept> {
    let calendar = &plan.calendar;
    let day = span.last.min(span.today);
    let paces = plan.accounts.iter().filter_map(|account| {
        let target = target_on(&account.cadence, calendar, day)?;
        let mine: Vec<(Date, bool)> = posts
            .iter()
            .filter(|post| post.account == account.name)
            .map(|post| (calendar.day_of(post.at), post.published))
            .collect();
        let within = |out: bool| {
            let period = target.first..=target.last;
            let posts = mine
                .iter()
                .filter(|(day, is_out)| *is_out == out && period.contains(day));
            posts.count() as u32
        };
        let days: Vec<Date> = mine
            .iter()
            .filter(|(_, out)| *out)
            .map(|(day, _)| *day)
            .collect();
        Some(PaceKept {
            now: target.pace(&account.name, within(true), within(false)),
            stages: kept::stages(account, calendar, span.days(), &days),
        })
    });
    paces.collect()
}

/// Posts of one goal, with their share of the writing time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct GoalRow {
    /// The goal; none where the author named none.
    pub goal: Option<Goal>,
    /// How many posts.
    pub posts: u32,
    /// Their share of the writing time.
    pub writing_s: u64,
    /// Answers to them, where any were told.
    pub replies: Option<u64>,
}

/// Posts and writing time by goal, most posts first.
pub fn goals(published: &[&Past], writing: Duration) -> Vec<GoalRow> {
    let mut rows: Vec<GoalRow> = Vec::new();
    for post in published {
        let known = rows.iter().position(|row| row.goal == post.goal);
        let place = known.unwrap_or_else(|| {
            rows.push(GoalRow {
                goal: post.goal,
                posts: 0,
                writing_s: 0,
                replies: None,
            });
            rows.len() - 1
        });
        let row = &mut rows[place];
        row.posts += 1;
        let replies = post.metrics.as_ref().and_then(|metrics| metrics.replies);
        if let Some(replies) = replies {
            row.replies = Some(row.replies.unwrap_or_default() + replies);
        }
    }
    let all = published.len().max(1) as u64;
    for row in &mut rows {
        row.writing_s = writing.as_secs() * u64::from(row.posts) / all;
    }
    rows.sort_by_key(|row| std::cmp::Reverse(row.posts));
    rows
}

/// One reason for which posts were held.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Held {
    /// The kind of hold.
    pub kind: String,
    /// The checklist item, where it is one.
    pub item: Option<String>,
    /// How many posts it held for an hour or more.
    pub posts: u32,
    /// For how long at most.
    pub longest_s: u64,
}

/// What held posts for an hour or more, most posts first. `entries` are in their order.
pub fn held(entries: &[Entry], now: Timestamp) -> Vec<Held> {
    type Reason = (String, String);
    let mut open: BTreeMap<&PostId, BTreeMap<Reason, Timestamp>> = BTreeMap::new();
    let mut long: BTreeMap<Reason, BTreeMap<&PostId, SignedDuration>> = BTreeMap::new();
    let mut end = |post, reason: Reason, since: Timestamp, until: Timestamp| {
        let time = until.duration_since(since);
        if time >= LONG {
            let longest = long.entry(reason).or_default().entry(post).or_default();
            *longest = time.max(*longest);
        }
    };
    for entry in entries {
        let Some(post) = &entry.post else { continue };
        let ends = match entry.kind {
            Kind::Held => entry.facts.iter().cloned().collect::<BTreeSet<Reason>>(),
            Kind::Released | Kind::Cancelled | Kind::Sending | Kind::Missed => BTreeSet::new(),
            _ => continue,
        };
        let before = open.remove(post).unwrap_or_default();
        let mut after = BTreeMap::new();
        for (reason, since) in before {
            if ends.contains(&reason) {
                after.insert(reason, since);
            } else {
                end(post, reason, since, entry.at);
            }
        }
        for reason in ends {
            after.entry(reason).or_insert(entry.at);
        }
        open.insert(post, after);
    }
    for (post, reasons) in open {
        for (reason, since) in reasons {
            end(post, reason, since, now);
        }
    }
    let mut rows: Vec<Held> = long
        .into_iter()
        .map(|((kind, item), posts)| Held {
            kind,
            item: (!item.is_empty()).then_some(item),
            posts: posts.len() as u32,
            longest_s: posts
                .values()
                .max()
                .map_or(0, |time| time.as_secs().unsigned_abs()),
        })
        .collect();
    rows.sort_by_key(|row| std::cmp::Reverse(row.posts));
    rows
}

/// How many posts missed their time.
pub fn missed(entries: &[Entry]) -> u32 {
    let missed = entries.iter().filter(|entry| entry.kind == Kind::Missed);
    missed
        .filter_map(|entry| entry.post.as_ref())
        .collect::<BTreeSet<_>>()
        .len() as u32
}

/// A finding that somebody called wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[expect(missing_docs, reason = "the contract's own words")]
pub struct Disputed {
    pub post: String,
    pub item: String,
    pub why: String,
    pub by: String,
    pub at: String,
}

/// Every dispute, in its order.
pub fn disputed(calendar: &Calendar, entries: &[Entry]) -> Vec<Disputed> {
    let disputes = entries.iter().filter(|entry| entry.kind == Kind::Disputed);
    let fact = |entry: &Entry, name: &str| {
        let fact = entry.facts.iter().find(|(known, _)| known == name);
        fact.map(|(_, value)| value.clone()).unwrap_or_default()
    };
    disputes
        .map(|entry| Disputed {
            post: entry
                .post
                .as_ref()
                .map(ToString::to_string)
                .unwrap_or_default(),
            item: fact(entry, "item"),
            why: fact(entry, "why"),
            by: entry.by.clone(),
            at: calendar.rfc3339(entry.at),
        })
        .collect()
}

/// A post that was answered or passed on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[expect(missing_docs, reason = "the contract's own words")]
pub struct Conversation {
    pub post: String,
    pub account: String,
    pub published_at: String,
    pub goal: Option<Goal>,
    pub replies: Option<u64>,
    pub reposts: Option<u64>,
    pub likes: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
}

/// The posts that led to conversation, most answered first.
pub fn conversations(calendar: &Calendar, published: &[&Past]) -> Vec<Conversation> {
    let led = published.iter().filter_map(|post| {
        let metrics = post.metrics.as_ref()?;
        metrics.led_to_conversation().then_some((post, metrics))
    });
    let mut led: Vec<_> = led.collect();
    led.sort_by_key(|(post, metrics)| {
        (
            std::cmp::Reverse((metrics.replies, metrics.reposts)),
            post.at,
        )
    });
    led.into_iter()
        .map(|(post, metrics)| Conversation {
            post: post.id.to_string(),
            account: post.account.clone(),
            published_at: calendar.rfc3339(post.at),
            goal: post.goal,
            replies: metrics.replies,
            reposts: metrics.reposts,
            likes: metrics.likes,
            text: post.text.clone(),
        })
        .collect()
}

/// Of how many posts anything is known.
pub fn with_numbers(published: &[&Past]) -> u32 {
    published
        .iter()
        .filter(|post| post.metrics.is_some())
        .count() as u32
}
