//! What is on at an instant: an engagement's hour, a conference day, or neither.

use jiff::{SignedDuration, Timestamp};

use super::{Activity, Engagement, Plan};

/// The engagement whose hour runs at `at`, and when that hour ends.
pub fn running(plan: &Plan, at: Timestamp) -> Option<(&Engagement, Timestamp)> {
    plan.engagements.iter().find_map(|engagement| {
        let length = SignedDuration::try_from(engagement.length).ok()?;
        let earliest = at.checked_sub(length).ok()?;
        let begins = engagement.cron.after(&plan.calendar, earliest).next()?;
        (begins <= at).then(|| (engagement, begins.saturating_add(length).unwrap_or(begins)))
    })
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
    let hour_begins = plan
        .engagements
        .iter()
        .filter_map(|engagement| engagement.cron.after(&plan.calendar, at).next())
        .min();
    [Some(day_ends), hour_ends, hour_begins]
        .into_iter()
        .flatten()
        .filter(|change| *change > at)
        .min()
        .unwrap_or(day_ends)
}
