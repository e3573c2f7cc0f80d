//! How things stand: usage against limits, breaks, the queue, the cadence, the daemon.

use std::time::Duration;

use jiff::ToSpan;
use jiff::civil::Date;
use serde::Serialize;

use super::{Desk, Failure};
use crate::attention::ledger::{Ledger, first_day_needed};
use crate::attention::usage::{Doing, Level, Standing, Usage, current_session};
use crate::calendar::Per;
use crate::daemon::socket::Live;
use crate::plan::Activity;
use crate::plan::cadence::{Pace, target_on};
use crate::store::Waiting;

/// Everything `rounds status` says; durations in whole seconds, times in RFC 3339.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Status {
    /// When it was asked.
    pub now: String,
    /// The plan's zone.
    pub timezone: String,
    /// Time on sites.
    pub usage: UsageNow,
    /// Every limit in force.
    pub limits: Vec<LimitNow>,
    /// What a post takes.
    pub writing: WritingNow,
    /// Today's breaks.
    pub breaks: BreaksNow,
    /// The queue.
    pub posts: PostsNow,
    /// Every account with a cadence.
    pub cadence: Vec<Pace>,
    /// The daemon.
    pub daemon: DaemonNow,
}

/// Time on sites.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[expect(missing_docs, reason = "the contract's own words")]
pub struct UsageNow {
    pub today_s: u64,
    pub week_s: u64,
    pub session_s: u64,
    pub current: Option<Current>,
}

/// Where somebody is now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[expect(missing_docs, reason = "the contract's own words")]
pub struct Current {
    pub site: Option<String>,
    pub activity: Activity,
}

/// A limit in its running period.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[expect(missing_docs, reason = "the contract's own words")]
pub struct LimitNow {
    pub of: String,
    pub per: Per,
    pub limit_s: u64,
    pub used_s: u64,
    pub left_s: u64,
    pub level: Level,
    pub until: String,
    /// What is meant at least; zero where there is no floor.
    pub at_least_s: u64,
    /// What is still missing to it.
    pub lacking_s: u64,
}

/// What a post takes, by the last four weeks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct WritingNow {
    /// The first day of them.
    pub since: Date,
    /// Time spent on writing.
    pub time_s: u64,
    /// Posts published.
    pub posts: u32,
    /// Writing time for each of them, where there is any.
    pub per_post_s: Option<u64>,
}

/// Today's breaks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[expect(missing_docs, reason = "the contract's own words")]
pub struct BreaksNow {
    pub due_in_s: Option<u64>,
    pub taken_today: u32,
    pub snoozed_today: u32,
    pub skipped_today: u32,
}

/// How many posts are where.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[expect(missing_docs, reason = "the contract's own words")]
pub struct PostsNow {
    pub draft: u64,
    pub held: u64,
    pub queued: u64,
    pub uncertain: u64,
    pub missed: u64,
    pub failed: u64,
    #[serde(rename = "handed-off")]
    pub handed_off: u64,
    pub next: Option<NextPost>,
    /// Posts that wait although their time has passed, the longest overdue first; at most ten.
    pub overdue: Vec<NextPost>,
}

/// A post that waits, with its time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[expect(missing_docs, reason = "the contract's own words")]
pub struct NextPost {
    pub id: String,
    pub due_at: String,
    pub account: String,
    /// The time for people.
    #[serde(skip)]
    pub spoken: String,
}

/// The daemon.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[expect(missing_docs, reason = "the contract's own words")]
pub struct DaemonNow {
    pub running: bool,
    pub pid: Option<u32>,
    pub page: Option<String>,
    pub sees: Vec<String>,
    pub troubles: Vec<String>,
}

/// So many overdue posts are named.
const MOST_OVERDUE: usize = 10;

/// How things stand now; `live` is what the running daemon added.
pub fn status(desk: &Desk, live: Option<&Live>) -> Result<Status, Failure> {
    let usage = usage_now(desk, live)?;
    Ok(Status {
        now: desk.plan.calendar.rfc3339(desk.now.wall),
        timezone: desk.plan.timezone.clone(),
        limits: limits(desk, &usage),
        writing: writing(desk, live)?,
        breaks: breaks(desk, live)?,
        posts: posts(desk)?,
        cadence: cadence(desk)?,
        daemon: daemon(live),
        usage: spent(desk, &usage, live),
    })
}

/// What is recorded in the running periods, with the span that is open now.
fn usage_now(desk: &Desk, live: Option<&Live>) -> Result<Usage, Failure> {
    let calendar = &desk.plan.calendar;
    let first = first_day_needed(&desk.plan, desk.now.wall);
    let range = (calendar.day_start(first), jiff::Timestamp::MAX);
    // Who flew west has logged time on a day that is still to come there.
    let mut usage = desk.store.usage(range, (first, Date::MAX))?;
    if let Some((doing, from, until)) = live.and_then(|live| live.open.clone()) {
        usage.put_open(doing, from, until);
    }
    Ok(usage)
}

fn spent(desk: &Desk, usage: &Usage, live: Option<&Live>) -> UsageNow {
    let calendar = &desk.plan.calendar;
    let total = |per| {
        let period = calendar.period_at(per, desk.now.wall);
        usage.in_period(calendar, &period, Doing::on_site).as_secs()
    };
    let stored = || {
        let length = desk.plan.breaks.length;
        let session = current_session(&usage.intervals, length, desk.now.wall);
        session.map_or(Duration::ZERO, |(used, _)| used)
    };
    let open = live.and_then(|live| live.open.as_ref());
    UsageNow {
        today_s: total(Per::Day),
        week_s: total(Per::Week),
        session_s: live.map_or_else(stored, |live| live.session).as_secs(),
        current: open.map(|(doing, ..)| Current {
            site: doing.site.clone(),
            activity: doing.activity,
        }),
    }
}

fn limits(desk: &Desk, usage: &Usage) -> Vec<LimitNow> {
    let calendar = &desk.plan.calendar;
    let ledger = Ledger::build(&desk.plan, usage, desk.now.wall);
    let standings = ledger.with_open(None);
    standings
        .iter()
        .map(|standing| LimitNow {
            of: standing.of.to_string(),
            per: standing.per,
            limit_s: standing.limit.as_secs(),
            used_s: standing.used.as_secs(),
            left_s: standing.left().as_secs(),
            level: standing.level(),
            until: calendar.rfc3339(calendar.bounds(standing.period).1),
            at_least_s: floor(desk, standing).as_secs(),
            lacking_s: floor(desk, standing)
                .saturating_sub(standing.used)
                .as_secs(),
        })
        .collect()
}

/// What is meant at least of what a standing measures.
fn floor(desk: &Desk, standing: &Standing) -> Duration {
    let mut limits = desk.plan.limits.iter();
    let limit = limits.find(|limit| limit.of == standing.of && limit.per == standing.per);
    limit.map_or(Duration::ZERO, |limit| limit.at_least)
}

fn writing(desk: &Desk, live: Option<&Live>) -> Result<WritingNow, Failure> {
    let calendar = &desk.plan.calendar;
    let today = calendar.day_of(desk.now.wall);
    let since = today.saturating_sub(27.days());
    let range = (calendar.day_start(since), jiff::Timestamp::MAX);
    let mut usage = desk.store.usage(range, (since, today))?;
    if let Some((doing, from, until)) = live.and_then(|live| live.open.clone()) {
        usage.put_open(doing, from, until);
    }
    let is_writing = |doing: &Doing| doing.activity == Activity::Write;
    let time_s = usage.total(range, (since, today), is_writing).as_secs();
    let counted = desk.store.counted(range.0, range.1)?;
    let posts = counted.iter().filter(|post| post.published).count() as u32;
    Ok(WritingNow {
        since,
        time_s,
        posts,
        per_post_s: (posts > 0 && time_s > 0).then(|| time_s / u64::from(posts)),
    })
}

fn breaks(desk: &Desk, live: Option<&Live>) -> Result<BreaksNow, Failure> {
    let calendar = &desk.plan.calendar;
    let (from, until) = calendar.bounds(calendar.period_at(Per::Day, desk.now.wall));
    let counts = desk.store.breaks(from, until)?;
    Ok(BreaksNow {
        due_in_s: live
            .and_then(|live| live.break_due_in)
            .map(|due| due.as_secs()),
        taken_today: counts.taken,
        snoozed_today: counts.snoozed,
        skipped_today: counts.skipped,
    })
}

fn posts(desk: &Desk) -> Result<PostsNow, Failure> {
    let counts = desk.store.counts()?;
    let (now, calendar) = (desk.now.wall, &desk.plan.calendar);
    let waiting = |(id, due_at, account): Waiting| NextPost {
        id: id.to_string(),
        due_at: calendar.rfc3339(due_at),
        account,
        spoken: calendar.near(due_at, now),
    };
    let overdue = desk.store.overdue(now, MOST_OVERDUE)?.into_iter();
    let count = |state: &str| counts.by_state.get(state).copied().unwrap_or_default();
    Ok(PostsNow {
        draft: count("draft"),
        held: count("held"),
        queued: count("queued"),
        uncertain: count("uncertain"),
        missed: count("missed"),
        failed: count("failed"),
        handed_off: count("handed-off"),
        next: desk.store.next(now)?.map(waiting),
        overdue: overdue.map(waiting).collect(),
    })
}

fn cadence(desk: &Desk) -> Result<Vec<Pace>, Failure> {
    let calendar = &desk.plan.calendar;
    let today = calendar.day_of(desk.now.wall);
    let mut rows = Vec::new();
    for account in &desk.plan.accounts {
        let Some(target) = target_on(&account.cadence, calendar, today) else {
            continue;
        };
        let (from, until) = target.bounds(calendar);
        let tally = desk.store.tally(&account.name, from, until)?;
        rows.push(target.pace(&account.name, tally.published, tally.to_come));
    }
    Ok(rows)
}

fn daemon(live: Option<&Live>) -> DaemonNow {
    DaemonNow {
        running: live.is_some(),
        pid: live.map(|live| live.pid),
        page: live.and_then(|live| live.page.clone()),
        sees: live.map(|live| live.sees.clone()).unwrap_or_default(),
        troubles: live.map(|live| live.troubles.clone()).unwrap_or_default(),
    }
}
