//! Looking back: what became of the plan in some days.
//!
//! Rules: overlaps count once; a period is judged when it is over; what a platform does not tell is
//! not guessed. It knows neither memory nor clock: what was recorded and what is over are
//! arguments. Texts of posts are passed on only where the material has them.

mod chart;
pub mod kept;
pub mod page;
pub mod posts;
pub mod span;
pub mod spent;
pub mod suggest;
pub mod words;

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::Timestamp;
use jiff::civil::Date;
use serde::Serialize;

use crate::attention::usage::{Doing, Interval, Usage};
use crate::calendar::{Calendar, Per};
use crate::plan::{Activity, Limit, LimitHistory, Plan};
use crate::posting::audit::Entry;
use kept::{LimitKept, StageKept};
use posts::{Conversation, Disputed, GoalRow, Held, PaceKept, Past};
use span::{Kind, Span};
use suggest::Suggestion;

/// What memory holds of some days.
#[derive(Debug, Clone, Default)]
pub struct Material {
    /// Usage of every period that touches the days.
    pub usage: Usage,
    /// What became of the breaks.
    pub breaks: Breaks,
    /// Posts that were published in every period that touches the days, and that are to go out.
    pub posts: Vec<Past>,
    /// What the audit holds of the days.
    pub entries: Vec<Entry>,
    /// Which limits were in force from which day on.
    pub limits: Vec<(Date, Vec<Limit>)>,
}

/// What became of the breaks.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[expect(missing_docs, reason = "the words explain themselves")]
pub struct Breaks {
    pub taken: u32,
    pub snoozed: u32,
    pub skipped: u32,
}

/// A look back at some days. Durations are whole seconds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Review {
    /// Week, month, year or days.
    pub period: Kind,
    /// The first day.
    pub from: Date,
    /// The last day.
    pub to: Date,
    /// Whether it has not ended.
    pub running: bool,
    /// When it was made.
    pub made_at: String,
    /// The plan's zone.
    pub timezone: String,
    /// The figures of these days.
    pub now: Figures,
    /// The figures of the whole period before.
    pub before: Before,
    /// Time day by day; in a year month by month.
    pub bars: Vec<Bar>,
    /// How the cadence of each account was kept.
    pub cadence: Vec<PaceKept>,
    /// Posts and writing time by goal.
    pub goals: Vec<GoalRow>,
    /// What was held for an hour or more, and why.
    pub held: Vec<Held>,
    /// Posts whose time passed while they could not go.
    pub missed: u32,
    /// Findings that somebody called wrong.
    pub disputed: Vec<Disputed>,
    /// Posts that were answered or passed on, most answered first.
    pub conversations: Vec<Conversation>,
    /// Of how many of the published posts anything is known.
    pub posts_with_numbers: u32,
    /// One suggestion.
    pub suggestion: Option<Suggestion>,
}

/// The figures of some days that can be held against those of others.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Figures {
    /// Time on sites.
    pub usage_s: u64,
    /// Time by site, most first.
    pub by_site: Vec<Share>,
    /// Time by activity, writing away from sites included, most first.
    pub by_activity: Vec<Share>,
    /// Every limit over its periods.
    pub limits: Vec<LimitKept>,
    /// What became of the breaks.
    pub breaks: Breaks,
    /// Time spent on writing.
    pub writing_s: u64,
    /// Posts published.
    pub published: u32,
    /// Writing time for each of them, where there is any.
    pub per_post_s: Option<u64>,
}

/// The period before, with its days.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Before {
    /// The first day.
    pub from: Date,
    /// The last day.
    pub to: Date,
    /// Its figures.
    #[serde(flatten)]
    pub figures: Figures,
}

/// Time of one site or activity.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[expect(missing_docs, reason = "the contract's own words")]
pub struct Share {
    pub key: String,
    pub usage_s: u64,
}

/// One day, or one month of a year.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Bar {
    /// Its first day.
    pub from: Date,
    /// Time on sites.
    pub usage_s: u64,
    /// Time by activity, in the order in which they are drawn.
    pub by_activity: Vec<Share>,
    /// Of it the time on sites: what limits of all time measure.
    pub on_sites: Vec<Share>,
    /// Time of writing away from sites.
    pub away_s: u64,
}

/// In which order activities are drawn, from the bottom.
const ORDER: [Activity; 6] = [
    Activity::Scan,
    Activity::Chat,
    Activity::Conference,
    Activity::Network,
    Activity::Browse,
    Activity::Write,
];

/// Looks back at the days of `span`; `before` is the material of the period before it.
pub fn review(
    plan: &Plan,
    span: Span,
    material: &Material,
    before: &Material,
    now: Timestamp,
) -> Review {
    let calendar = &plan.calendar;
    let former = span.before(calendar);
    let figures = figures(plan, span, material);
    let writing = Duration::from_secs(figures.writing_s);
    let published = posts::published(calendar, span, &material.posts);
    let mut review = Review {
        period: span.kind,
        from: span.first,
        to: span.last,
        running: span.runs(),
        made_at: calendar.rfc3339(now),
        timezone: plan.timezone.clone(),
        before: Before {
            from: former.first,
            to: former.last,
            figures: self::figures(plan, former, before),
        },
        bars: bars(calendar, span, &material.usage),
        cadence: posts::paces(plan, span, &material.posts),
        goals: posts::goals(&published, writing),
        held: posts::held(&material.entries, now),
        missed: posts::missed(&material.entries),
        disputed: posts::disputed(calendar, &material.entries),
        conversations: posts::conversations(calendar, &published),
        posts_with_numbers: posts::with_numbers(&published),
        now: figures,
        suggestion: None,
    };
    review.suggestion = suggest::suggestion(&review);
    review
}

fn figures(plan: &Plan, span: Span, material: &Material) -> Figures {
    let calendar = &plan.calendar;
    let days = (span.first, span.last);
    let range = instants(calendar, span);
    let usage = &material.usage;
    let history = LimitHistory::new(material.limits.clone(), &plan.limits);
    let total = |counts: &dyn Fn(&Doing) -> bool| usage.total(range, days, counts).as_secs();
    let writing_s = total(&|doing| doing.activity == Activity::Write);
    let published = posts::published(calendar, span, &material.posts).len() as u32;
    let mut sites: Vec<String> = usage
        .intervals
        .iter()
        .map(|interval| &interval.doing)
        .chain(usage.amounts.iter().map(|amount| &amount.doing))
        .filter(|doing| doing.on_site())
        .map(site)
        .collect();
    sites.sort_unstable();
    sites.dedup();
    let by_site = sites.into_iter().map(|wanted| Share {
        usage_s: total(&|doing| doing.on_site() && site(doing) == wanted),
        key: wanted,
    });
    let by_activity = Activity::ALL.into_iter().map(|activity| Share {
        key: activity.to_string(),
        usage_s: total(&|doing| doing.activity == activity),
    });
    Figures {
        usage_s: total(&Doing::on_site),
        by_site: most_first(by_site.collect()),
        by_activity: most_first(by_activity.collect()),
        limits: kept::limits(plan, &history, usage, span.days()),
        breaks: material.breaks,
        writing_s,
        published,
        per_post_s: (published > 0 && writing_s > 0).then(|| writing_s / u64::from(published)),
    }
}

/// The usage of the days themselves.
fn within(calendar: &Calendar, span: Span, usage: &Usage) -> Usage {
    let (from, until) = instants(calendar, span);
    let cut = usage.intervals.iter().map(|interval| Interval {
        from: interval.from.max(from),
        until: interval.until.min(until),
        ..interval.clone()
    });
    let days = span.first..=span.last;
    let amounts = usage
        .amounts
        .iter()
        .filter(|amount| days.contains(&amount.day));
    Usage {
        intervals: cut
            .filter(|interval| interval.from < interval.until)
            .collect(),
        amounts: amounts.cloned().collect(),
    }
}

/// When the days begin and when they have ended.
fn instants(calendar: &Calendar, span: Span) -> (Timestamp, Timestamp) {
    let end = span.last.tomorrow().map(|day| calendar.day_start(day));
    (
        calendar.day_start(span.first),
        end.unwrap_or(Timestamp::MAX),
    )
}

/// The name under which time on a site is reported.
fn site(doing: &Doing) -> String {
    doing.site.clone().unwrap_or_else(|| "unnamed".to_owned())
}

fn most_first(mut shares: Vec<Share>) -> Vec<Share> {
    shares.retain(|share| share.usage_s > 0);
    shares.sort_by(|a, b| b.usage_s.cmp(&a.usage_s).then_with(|| a.key.cmp(&b.key)));
    shares
}

/// A bar for every day, or for every month of a year or of many days.
fn bars(calendar: &Calendar, span: Span, usage: &Usage) -> Vec<Bar> {
    let days = (span.last - span.first).get_days();
    let per = if days > 62 { Per::Month } else { Per::Day };
    let usage = within(calendar, span, usage);
    let all = spent::by_period(&usage, calendar, per, Doing::on_site);
    let away = spent::by_period(&usage, calendar, per, |d| !d.on_site());
    let by = |counts: &dyn Fn(&Doing) -> bool| {
        ORDER.map(|activity| {
            let counts = |d: &Doing| d.activity == activity && counts(d);
            (activity, spent::by_period(&usage, calendar, per, counts))
        })
    };
    let (activities, on_sites) = (by(&|_| true), by(&Doing::on_site));
    let seconds = |time: Option<&Duration>| time.copied().unwrap_or_default().as_secs();
    let shares = |of: &[(Activity, BTreeMap<Date, Duration>)], first: Date| {
        let shares = of.iter().map(|(activity, times)| Share {
            key: activity.to_string(),
            usage_s: seconds(times.get(&first)),
        });
        shares.filter(|share| share.usage_s > 0).collect()
    };
    span.days()
        .firsts(calendar, per)
        .map(|first| Bar {
            from: first,
            usage_s: seconds(all.get(&first)),
            by_activity: shares(&activities, first),
            on_sites: shares(&on_sites, first),
            away_s: seconds(away.get(&first)),
        })
        .collect()
}

impl Review {
    /// A limit of the period before, the same as one of these.
    pub fn former_limit(&self, limit: &LimitKept) -> Option<&LimitKept> {
        let mut former = self.before.figures.limits.iter();
        former.find(|other| other.of == limit.of && other.per == limit.per)
    }

    /// The stages of all accounts.
    pub fn stages(&self) -> impl Iterator<Item = &StageKept> {
        self.cadence.iter().flat_map(|pace| &pace.stages)
    }

    /// Whether nothing at all was recorded.
    pub fn is_empty(&self) -> bool {
        self.now.by_activity.is_empty() && self.now.published == 0 && self.held.is_empty()
    }
}

#[cfg(test)]
mod tests;
