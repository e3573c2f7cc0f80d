//! Posts that recur: when the next one of a series is made.
//!
//! Rules: one of a series waits at a time. The next is made two weeks ahead, or when the one before
//! it has had its time or was called off, whichever is later; its time always lies to come, so that
//! what a machine slept through is not made up for. Memory makes each occurrence once, by series and
//! time. It knows no text and asks no question: each occurrence has its own checks.

use jiff::{SignedDuration, Timestamp};

use super::slots::patience;
use super::{Effect, Engine};
use crate::calendar::{Calendar, Pattern};

/// So long before its time a post of a series is made: time to answer its checks.
const AHEAD: SignedDuration = SignedDuration::from_hours(14 * 24);

/// A series that has not ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recurring {
    /// Its id.
    pub id: String,
    /// The account on which it goes out.
    pub account: String,
    /// When.
    pub cron: Pattern,
    /// The time of the last post that was made.
    pub last: Timestamp,
    /// That post still waits for its time.
    pub waits: bool,
}

/// The time of the next post of a series, and when it is made, seen from `now`.
pub fn next(
    series: &Recurring,
    calendar: &Calendar,
    now: Timestamp,
) -> Option<(Timestamp, Timestamp)> {
    let at = series.cron.after(calendar, series.last.max(now)).next()?;
    let early = at.saturating_sub(AHEAD).unwrap_or(Timestamp::MIN);
    let made_at = if series.waits {
        early.max(series.last)
    } else {
        early
    };
    Some((at, made_at))
}

impl Engine {
    /// Asks for the posts of series that are to be made now; says when the next ones are.
    pub(super) fn repeat(&mut self, now: Timestamp, effects: &mut Vec<Effect>) -> Vec<Timestamp> {
        let patient = self.shelf.repeats_from.filter(|from| *from > now);
        let mut looks = Vec::from_iter(patient);
        let mut asked = false;
        for series in &self.shelf.stock.series {
            if self.plan.account(&series.account).is_none() {
                continue;
            }
            let Some((at, made_at)) = next(series, &self.plan.calendar, now) else {
                continue;
            };
            if made_at > now {
                looks.push(made_at);
            } else if patient.is_none() {
                asked = true;
                let series = series.id.clone();
                effects.push(Effect::Repeat { series, at });
            }
        }
        if asked {
            self.shelf.repeats_from = Some(patience(now));
            looks.push(patience(now));
        }
        looks
    }
}
