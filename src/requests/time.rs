//! Usage: time added by hand, reported, erased.
//!
//! Rules: without a time an amount is added to a day and overlaps nothing; with one it is an
//! interval, and overlaps count once. Nothing lies in the future. Reports by site, day, week and
//! month count time on sites; by activity writing away from sites too.

use std::collections::BTreeSet;
use std::str::FromStr;
use std::time::Duration;

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use super::{Changed, Desk, Failure};
use crate::attention::usage::{Amount, Doing, Interval, Source, Usage};
use crate::calendar::{Per, format_duration};
use crate::daemon::socket::Live;
use crate::plan::{Activity, agenda};
use crate::posting::audit::{Entry, Kind};

/// More than this does not fit into a day.
const DAY: Duration = Duration::from_hours(24);

/// Where logged time belongs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// To a day, without a place on the clock.
    Day(Date),
    /// From an instant on.
    From(Timestamp),
}

/// Time that was added.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Logged {
    /// The day of the plan on which it counts, or begins.
    pub day: Date,
    /// When it began, if it has a place on the clock.
    pub at: Option<String>,
    /// The site.
    pub site: Option<String>,
    /// The activity.
    pub activity: Activity,
    /// How much.
    pub usage_s: u64,
}

/// Adds time that was not measured. At least one of site and activity is given; a site alone is
/// used as the plan expects it there: a conference's days, an engagement's hour, or browsing.
pub fn log(
    desk: &mut Desk,
    length: Duration,
    (site, activity): (Option<String>, Option<Activity>),
    place: Place,
) -> Result<Logged, Failure> {
    if site.is_none() && activity.is_none() {
        return Err(Failure::usage("It is not said what the time was spent on.")
            .with_help("add --site x, --activity scan, or both"));
    }
    let day = allowed(desk, length, place)?;
    let expected = || expected(desk, site.as_deref().unwrap_or_default(), place);
    let activity = activity.unwrap_or_else(expected);
    let doing = Doing { site, activity };
    let logged = Logged {
        day,
        at: match place {
            Place::Day(_) => None,
            Place::From(at) => Some(desk.plan.calendar.rfc3339(at)),
        },
        site: doing.site.clone(),
        activity,
        usage_s: length.as_secs(),
    };
    match place {
        Place::Day(day) => desk.store.add_amount(&Amount {
            day,
            time: length,
            doing,
        })?,
        Place::From(from) => desk.store.add_interval(&Interval {
            from,
            until: later(from, length),
            doing,
            source: Source::Log,
        })?,
    }
    desk.changed.insert(Changed::Usage);
    Ok(logged)
}

/// The day on which time counts, unless it lies in the future or does not fit.
fn allowed(desk: &Desk, length: Duration, place: Place) -> Result<Date, Failure> {
    let calendar = &desk.plan.calendar;
    let now = desk.now.wall;
    let today = calendar.day_of(now);
    let future = |what: String| {
        Err(Failure::usage(format!("{what} lies in the future."))
            .with_help("log time when it is over"))
    };
    match place {
        Place::Day(day) if day > today => future(super::words::spoken_day(day)),
        Place::Day(_) if length > DAY => {
            let length = format_duration(length);
            Err(Failure::usage(format!("{length} is more than a day has."))
                .with_help("log each day by itself, with --day"))
        }
        Place::Day(day) => Ok(day),
        Place::From(at) if later(at, length) > now => {
            future(format!("The end, {},", calendar.spoken(later(at, length))))
        }
        Place::From(at) => Ok(calendar.day_of(at)),
    }
}

fn expected(desk: &Desk, site: &str, place: Place) -> Activity {
    match place {
        Place::From(at) => agenda::expected_activity(&desk.plan, site, at),
        Place::Day(day) => {
            let conference = desk.plan.conference_on(day);
            let here = conference.is_some_and(|conference| {
                conference
                    .site
                    .as_deref()
                    .is_none_or(|wanted| wanted == site)
            });
            if here {
                Activity::Conference
            } else {
                Activity::Browse
            }
        }
    }
}

fn later(at: Timestamp, length: Duration) -> Timestamp {
    let length = SignedDuration::try_from(length).unwrap_or(SignedDuration::MAX);
    at.saturating_add(length).unwrap_or(Timestamp::MAX)
}

/// What the rows of a report stand for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Default)]
#[serde(rename_all = "lowercase")]
#[expect(missing_docs, reason = "the words explain themselves")]
pub enum By {
    Day,
    Week,
    Month,
    #[default]
    Site,
    Activity,
}

impl By {
    /// The words, in the order in which they are listed to people.
    pub const NAMES: [&'static str; 5] = ["day", "week", "month", "site", "activity"];
}

impl FromStr for By {
    type Err = Failure;

    fn from_str(text: &str) -> Result<Self, Failure> {
        Ok(match text {
            "day" => Self::Day,
            "week" => Self::Week,
            "month" => Self::Month,
            "site" => Self::Site,
            "activity" => Self::Activity,
            _ => {
                return Err(Failure::usage(format!("`{text}` is no way to report."))
                    .with_help(format!("by {}", Self::NAMES.join(", "))));
            }
        })
    }
}

/// Usage of some days.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Report {
    /// The first day.
    pub from: Date,
    /// The last day.
    pub to: Date,
    /// What the rows stand for.
    pub by: By,
    /// Only what was used: sites and activities by time, days, weeks and months in their order.
    pub rows: Vec<Row>,
    /// Everything that the rows show, overlaps counted once.
    pub total_s: u64,
}

/// Time of one site, activity, day, week (by its first day) or month.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[expect(missing_docs, reason = "the contract's own words")]
pub struct Row {
    pub key: String,
    pub usage_s: u64,
}

/// The week that runs, up to today.
pub fn this_week(desk: &Desk) -> (Date, Date) {
    let week = desk.plan.calendar.period_at(Per::Week, desk.now.wall);
    (week.first, desk.plan.calendar.day_of(desk.now.wall))
}

/// Reports the usage of the days `from..=to`; `live` adds the span that is open now.
pub fn report(
    desk: &Desk,
    (from, to): (Date, Date),
    by: By,
    live: Option<&Live>,
) -> Result<Report, Failure> {
    super::words::in_order((from, to))?;
    let usage = recorded(desk, (from, to), live)?;
    let counts = |doing: &Doing| by == By::Activity || doing.on_site();
    let total = |days, counts: &dyn Fn(&Doing) -> bool| {
        usage.total(instants(desk, days), days, counts).as_secs()
    };
    let mut rows = match by {
        By::Day => periods(desk, (from, to), Per::Day, |days| total(days, &counts)),
        By::Week => periods(desk, (from, to), Per::Week, |days| total(days, &counts)),
        By::Month => periods(desk, (from, to), Per::Month, |days| total(days, &counts)),
        By::Site | By::Activity => {
            let mut rows = kinds(&usage, by, |counts| total((from, to), counts));
            rows.sort_by(|a, b| b.usage_s.cmp(&a.usage_s).then_with(|| a.key.cmp(&b.key)));
            rows
        }
    };
    rows.retain(|row| row.usage_s > 0);
    let total_s = total((from, to), &counts);
    Ok(Report {
        from,
        to,
        by,
        rows,
        total_s,
    })
}

/// What is recorded on some days, with the span that is open now.
fn recorded(desk: &Desk, days: (Date, Date), live: Option<&Live>) -> Result<Usage, Failure> {
    let mut usage = desk.store.usage(instants(desk, days), days)?;
    if let Some((doing, from, until)) = live.and_then(|live| live.open.clone()) {
        usage.put_open(doing, from, until);
    }
    Ok(usage)
}

/// The instants of some days.
fn instants(desk: &Desk, (from, to): (Date, Date)) -> (Timestamp, Timestamp) {
    let calendar = &desk.plan.calendar;
    let end = to
        .tomorrow()
        .map_or(Timestamp::MAX, |day| calendar.day_start(day));
    (calendar.day_start(from), end)
}

/// One row for each day, week or month that has any usage, cut to the range.
fn periods(
    desk: &Desk,
    (from, to): (Date, Date),
    per: Per,
    total: impl Fn((Date, Date)) -> u64,
) -> Vec<Row> {
    let mut rows = Vec::new();
    let mut day = from;
    while day <= to {
        let period = desk.plan.calendar.period(per, day);
        rows.push(Row {
            key: match per {
                Per::Day | Per::Week => period.first.to_string(),
                Per::Month => period.first.strftime("%Y-%m").to_string(),
            },
            usage_s: total((period.first.max(from), period.last.min(to))),
        });
        let Ok(next) = period.last.tomorrow() else {
            break;
        };
        day = next;
    }
    rows
}

/// One row for each site or activity that occurs.
fn kinds(usage: &Usage, by: By, total: impl Fn(&dyn Fn(&Doing) -> bool) -> u64) -> Vec<Row> {
    let spans = usage.intervals.iter().map(|interval| &interval.doing);
    let amounts = usage.amounts.iter().map(|amount| &amount.doing);
    let keys: BTreeSet<String> = spans
        .chain(amounts)
        .filter_map(|doing| key(doing, by))
        .collect();
    let rows = keys.into_iter().map(|wanted| Row {
        usage_s: total(&|doing| key(doing, by).as_ref() == Some(&wanted)),
        key: wanted,
    });
    rows.collect()
}

/// Under what somebody's doing is reported; nothing for writing away from sites in a report by
/// site.
fn key(doing: &Doing, by: By) -> Option<String> {
    match by {
        By::Activity => Some(doing.activity.to_string()),
        _ if !doing.on_site() => None,
        _ => Some(doing.site.clone().unwrap_or_else(|| "unnamed".to_owned())),
    }
}

/// What was erased.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Erased {
    /// The first day.
    pub from: Date,
    /// The last day.
    pub to: Date,
    /// How many records were erased or cut.
    pub records: usize,
}

/// Erases the usage of the days `from..=to` for good. That it was done stays in the audit.
pub fn erase(desk: &mut Desk, (from, to): (Date, Date)) -> Result<Erased, Failure> {
    super::words::in_order((from, to))?;
    let records = desk
        .store
        .erase_usage(instants(desk, (from, to)), (from, to))?;
    let entry = Entry::new(desk.now.wall, Kind::Erased, None, &desk.system_user)
        .with("what", "usage")
        .with("from", from.to_string())
        .with("to", to.to_string());
    desk.store.append(&[entry])?;
    desk.changed.insert(Changed::Usage);
    Ok(Erased { from, to, records })
}
