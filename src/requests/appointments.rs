//! Appointments: recurring engagements with a fixed hour, and dated conferences.

use std::time::Duration;

use jiff::civil::Date;
use serde::Serialize;

use super::slots::next_of;
use super::{Desk, Failure, plans};
use crate::plan::{Activity, Conference, Engagement, Times, edit};

/// An engagement, as others read it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[expect(missing_docs, reason = "the words explain themselves")]
pub struct EngagementRow {
    pub name: String,
    pub site: Option<String>,
    pub activity: Activity,
    /// The pattern, where it recurs by one.
    pub cron: Option<String>,
    /// The dates to come, where it is on given ones.
    pub at: Vec<String>,
    pub length_s: u64,
    /// The next time it begins.
    pub next: Option<String>,
    /// The next five times it begins.
    pub next_times: Vec<String>,
    /// The same for people.
    #[serde(skip)]
    pub spoken: Vec<String>,
}

/// A conference, as others read it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[expect(missing_docs, reason = "the words explain themselves")]
pub struct ConferenceRow {
    pub name: String,
    pub from: Date,
    pub until: Date,
    pub time_s: u64,
    pub site: Option<String>,
}

impl EngagementRow {
    /// How long it lasts.
    pub const fn length(&self) -> Duration {
        Duration::from_secs(self.length_s)
    }
}

impl ConferenceRow {
    /// How much time it adds to each of its days.
    pub const fn time(&self) -> Duration {
        Duration::from_secs(self.time_s)
    }
}

/// All engagements, in the plan's order.
pub fn engagements(desk: &Desk) -> Vec<EngagementRow> {
    desk.plan
        .engagements
        .iter()
        .map(|engagement| engagement_row(desk, engagement))
        .collect()
}

fn engagement_row(desk: &Desk, engagement: &Engagement) -> EngagementRow {
    let calendar = &desk.plan.calendar;
    let coming = engagement.times.after(calendar, desk.now.wall);
    let (next_times, spoken) = next_of(calendar, coming);
    let told = |at| calendar.rfc3339(at);
    let (cron, at) = match &engagement.times {
        Times::Recurring(cron) => (Some(cron.as_str().to_owned()), Vec::new()),
        dated @ Times::Dated(_) => {
            let coming = dated.after(calendar, desk.now.wall);
            (None, coming.map(told).collect())
        }
    };
    EngagementRow {
        name: engagement.name.clone(),
        site: engagement.site.clone(),
        activity: engagement.activity,
        cron,
        at,
        length_s: engagement.length.as_secs(),
        next: next_times.first().cloned(),
        next_times,
        spoken,
    }
}

/// What adding an engagement would add; nothing is written. Fails where the plan would not take it.
pub fn try_engagement(desk: &Desk, engagement: &Engagement) -> Result<EngagementRow, Failure> {
    plans::try_out(desk, |text| edit::add_engagement(text, engagement))?;
    Ok(engagement_row(desk, engagement))
}

/// Adds an engagement.
pub fn add_engagement(desk: &mut Desk, engagement: &Engagement) -> Result<EngagementRow, Failure> {
    plans::change(desk, |text| edit::add_engagement(text, engagement))?;
    Ok(engagement_row(desk, engagement))
}

/// Removes an engagement.
pub fn remove_engagement(desk: &mut Desk, name: &str) -> Result<(), Failure> {
    plans::change(desk, |text| edit::remove_engagement(text, name))
        .map_err(|failure| listed(failure, "engagement"))
}

/// All conferences, in the plan's order.
pub fn conferences(desk: &Desk) -> Vec<ConferenceRow> {
    desk.plan.conferences.iter().map(conference_row).collect()
}

fn conference_row(conference: &Conference) -> ConferenceRow {
    ConferenceRow {
        name: conference.name.clone(),
        from: conference.from,
        until: conference.until,
        time_s: conference.time.as_secs(),
        site: conference.site.clone(),
    }
}

/// Adds a conference.
pub fn add_conference(desk: &mut Desk, conference: &Conference) -> Result<ConferenceRow, Failure> {
    super::words::in_order((conference.from, conference.until))?;
    plans::change(desk, |text| edit::add_conference(text, conference))?;
    Ok(conference_row(conference))
}

/// Removes a conference, all its years.
pub fn remove_conference(desk: &mut Desk, name: &str) -> Result<(), Failure> {
    plans::change(desk, |text| edit::remove_conference(text, name))
        .map_err(|failure| listed(failure, "conference"))
}

fn listed(failure: Failure, kind: &str) -> Failure {
    match failure.help {
        None => failure.with_help(format!("`rounds {kind} list` shows them")),
        Some(_) => failure,
    }
}
