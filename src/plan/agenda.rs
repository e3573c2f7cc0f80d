//! What is on at an instant: an engagement's hour, a conference day, or neither.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::{Activity, Engagement, Plan};

/// The engagement whose hour runs at `at`, and when that hour ends.
pub fn running(plan: &Plan, at: Timestamp) -> Option<(&Engagement, Timestamp)> {
    plan.engagements.iter().find_map(|engagement| {
        let length = SignedDuration::try_from(engagement.length).ok()?;
        let earliest = at.checked_sub(length).ok()?;
        let begins = engagement.times.after(&plan.calendar, earliest).next()?;
        (begins <= at).then(|| (engagement, begins.saturating_add(length).unwrap_or(begins)))
    })
}

/// One hour of an engagement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hour {
    /// The engagement's name.
    pub name: String,
    /// The site, if any.
    pub site: Option<String>,
    /// When it begins.
    pub begins: Timestamp,
    /// When it has ended.
    pub ends: Timestamp,
}

/// The hours that run at `at`. One that begins while another of the same engagement runs is a
/// part of that one.
pub fn hours(plan: &Plan, at: Timestamp) -> Vec<Hour> {
    let running = plan.engagements.iter().filter_map(|engagement| {
        let length = SignedDuration::try_from(engagement.length).ok()?;
        let begins = latest(plan, engagement, at.checked_sub(length).ok()?, at)?;
        let before = begins.checked_sub(length).ok()?;
        let mut others = engagement.times.after(&plan.calendar, before);
        let first = others.next() == Some(begins);
        first.then(|| hour(engagement, begins, length))
    });
    running.collect()
}

/// The engagements that are on at `at`.
pub fn on(plan: &Plan, at: Timestamp) -> impl Iterator<Item = &Engagement> {
    plan.engagements.iter().filter(move |engagement| {
        let length = SignedDuration::try_from(engagement.length).ok();
        let after = length.and_then(|length| at.checked_sub(length).ok());
        let begins = after.and_then(|after| engagement.times.after(&plan.calendar, after).next());
        begins.is_some_and(|begins| begins <= at)
    })
}

/// The hours that ended at most `ago` before `at`, and were not followed at once by another one.
pub fn ended(plan: &Plan, at: Timestamp, ago: Duration) -> Vec<Hour> {
    let ended = plan.engagements.iter().filter_map(|engagement| {
        let length = SignedDuration::try_from(engagement.length).ok()?;
        let last = at.checked_sub(length).ok()?;
        let begins = latest(plan, engagement, last.checked_sub(ago).ok()?, last)?;
        let ends = begins.saturating_add(length).unwrap_or(begins);
        let next = engagement.times.after(&plan.calendar, begins).next();
        let alone = next.is_none_or(|next| next > ends);
        alone.then(|| hour(engagement, begins, length))
    });
    ended.collect()
}

/// When the next hour of any engagement begins.
pub fn next_beginning(plan: &Plan, at: Timestamp) -> Option<Timestamp> {
    let next = plan.engagements.iter();
    next.filter_map(|engagement| engagement.times.after(&plan.calendar, at).next())
        .min()
}

/// The last beginning after `after`, `until` included.
fn latest(
    plan: &Plan,
    engagement: &Engagement,
    after: Timestamp,
    until: Timestamp,
) -> Option<Timestamp> {
    let begins = engagement.times.after(&plan.calendar, after);
    begins.take_while(|begins| *begins <= until).last()
}

fn hour(engagement: &Engagement, begins: Timestamp, length: SignedDuration) -> Hour {
    Hour {
        name: engagement.name.clone(),
        site: engagement.site.clone(),
        begins,
        ends: begins.saturating_add(length).unwrap_or(Timestamp::MAX),
    }
}

/// Why somebody is probably on `site` at `at`, if they did not say.
pub fn expected_activity(plan: &Plan, site: &str, at: Timestamp) -> Activity {
    let here = |wanted: &Option<String>| wanted.as_deref().is_none_or(|wanted| wanted == site);
    if let Some((engagement, _)) = running(plan, at)
        && here(&engagement.site)
    {
        return engagement.activity;
    }
    match plan.conference_on(plan.calendar.day_of(at)) {
        Some(conference) if here(&conference.site) => Activity::Conference,
        _ => Activity::Browse,
    }
}

/// The next instant after `at` at which the day, or what is on, changes.
pub fn next_change(plan: &Plan, at: Timestamp) -> Timestamp {
    let tomorrow = plan.calendar.day_of(at).tomorrow();
    let day_ends = tomorrow.map_or(Timestamp::MAX, |day| plan.calendar.day_start(day));
    let hour_ends = running(plan, at).map(|(_, ends)| ends);
    [Some(day_ends), hour_ends, next_beginning(plan, at)]
        .into_iter()
        .flatten()
        .filter(|change| *change > at)
        .min()
        .unwrap_or(day_ends)
}
