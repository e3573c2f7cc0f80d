//! When an account means to publish: the stage of its cadence that is in force, and its slots.
//!
//! Rules: `after` counts from the first stage's date. A stage takes over at the first start of its
//! own period on or after its date; the stage before it holds until then, and its last period is
//! cut there. The first stage holds from its date, so its first period may be short. A cut or
//! short period has the whole period's targets.
//! [`occurrences`] is the only way to an account's slots. It knows neither queue nor quiet time:
//! which slots are taken is an argument.

use std::collections::BTreeSet;
use std::iter;

use jiff::Timestamp;
use jiff::civil::Date;
use serde::Serialize;

use super::{Account, Begins, Stage};
use crate::calendar::{Calendar, Per};

/// How many posts an account means to publish in the period to which a day belongs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Target {
    /// Week or month.
    pub per: Per,
    /// Least number of posts.
    pub min: u32,
    /// Greatest number of posts.
    pub max: u32,
    /// First day of the period that the stage holds.
    pub first: Date,
    /// Last day of the period that the stage holds; it belongs to the period.
    pub last: Date,
}

impl Target {
    /// The instants at which the period begins and ends.
    pub fn bounds(&self, calendar: &Calendar) -> (Timestamp, Timestamp) {
        let ends = self.last.tomorrow();
        let until = ends.map_or(Timestamp::MAX, |day| calendar.day_start(day));
        (calendar.day_start(self.first), until)
    }

    /// How an account keeps this target with so many posts that are out, or still to go out.
    pub fn pace(&self, account: &str, published: u32, queued: u32) -> Pace {
        Pace {
            account: account.to_owned(),
            period: self.per,
            target_min: self.min,
            target_max: self.max,
            published,
            queued,
            standing: standing(self, published, queued),
        }
    }
}

/// Where an account stands in its period.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Word {
    /// Even with everything queued in the period there are too few posts.
    Behind,
    /// The target is met, or will be by what is queued.
    OnTrack,
    /// There are more posts than meant.
    Ahead,
}

/// An account in a period of its cadence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Pace {
    /// The account's name.
    pub account: String,
    /// Week or month.
    pub period: Per,
    /// Least number of posts in it.
    pub target_min: u32,
    /// Greatest number of posts in it.
    pub target_max: u32,
    /// Posts published in it.
    pub published: u32,
    /// Posts that are still to go out in it.
    pub queued: u32,
    /// Where the account stands.
    pub standing: Word,
}

/// The date of each stage as it is written, `after` counted from the first stage's. A stage holds
/// from its date only where its own period starts there, or where it is the first.
pub fn dates(stages: &[Stage]) -> Vec<Date> {
    let first = stages.iter().find_map(|stage| match stage.begins {
        Begins::On(date) => Some(date),
        Begins::After(_) => None,
    });
    stages
        .iter()
        .map(|stage| match stage.begins {
            Begins::On(date) => date,
            Begins::After(age) => age.after(first.unwrap_or(Date::MIN)),
        })
        .collect()
}

/// The target on a day of the plan; none before the first stage, and none without stages.
pub fn target_on(stages: &[Stage], calendar: &Calendar, day: Date) -> Option<Target> {
    let takeovers = takeovers(stages, calendar);
    let in_force = takeovers
        .iter()
        .rposition(|taken| taken.is_some_and(|taken| taken <= day))?;
    let stage = stages.get(in_force)?;
    let since = (*takeovers.get(in_force)?)?;
    // A later stage with a longer period may take over after one that follows it: whichever comes
    // first ends this one.
    let next = takeovers.iter().skip(in_force + 1).flatten().min();
    let cut = next
        .and_then(|next| next.yesterday().ok())
        .unwrap_or(Date::MAX);
    let period = calendar.period(stage.per, day);
    Some(Target {
        per: stage.per,
        min: stage.min,
        max: stage.max,
        first: period.first.max(since),
        last: period.last.min(cut),
    })
}

/// The first day of each stage; none for one whose period never starts again.
fn takeovers(stages: &[Stage], calendar: &Calendar) -> Vec<Option<Date>> {
    let dates = dates(stages);
    let mut first = true;
    stages
        .iter()
        .zip(dates)
        .map(|(stage, date)| {
            if std::mem::take(&mut first) {
                return Some(date);
            }
            let period = calendar.period(stage.per, date);
            if period.first == date {
                Some(date)
            } else {
                period.last.tomorrow().ok()
            }
        })
        .collect()
}

/// Where an account stands with `published` posts in the target's period and `queued` ones that
/// are still to go out in it.
pub fn standing(target: &Target, published: u32, queued: u32) -> Word {
    let coming = published.saturating_add(queued);
    if coming < target.min {
        Word::Behind
    } else if coming > target.max {
        Word::Ahead
    } else {
        Word::OnTrack
    }
}

/// All slots of an account from `from` until before `until`: its patterns united, strictly
/// increasing, so that two patterns that give the same instant are one slot.
pub fn occurrences<'a>(
    account: &'a Account,
    calendar: &'a Calendar,
    from: Timestamp,
    until: Timestamp,
) -> impl Iterator<Item = Timestamp> + 'a {
    let mut patterns: Vec<_> = account
        .slots
        .iter()
        .map(|pattern| pattern.between(calendar, from, until).peekable())
        .collect();
    iter::from_fn(move || {
        let next = patterns
            .iter_mut()
            .filter_map(|p| p.peek().copied())
            .min()?;
        for pattern in &mut patterns {
            pattern.next_if_eq(&next);
        }
        Some(next)
    })
}

/// The slots of an account that lie strictly after an instant, in order.
pub fn coming<'a>(
    account: &'a Account,
    calendar: &'a Calendar,
    after: Timestamp,
) -> impl Iterator<Item = Timestamp> + 'a {
    occurrences(account, calendar, after, Timestamp::MAX).filter(move |slot| *slot > after)
}

/// The first slot after `after` that is not among `taken`; none where the account has no slot, or
/// none before the end of the patterns' calendar (the year 2100). Looks at one slot more than are
/// taken, at most.
pub fn next_free(
    account: &Account,
    calendar: &Calendar,
    taken: &BTreeSet<Timestamp>,
    after: Timestamp,
) -> Option<Timestamp> {
    coming(account, calendar, after).find(|slot| !taken.contains(slot))
}

#[cfg(test)]
mod tests;
