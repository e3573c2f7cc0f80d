//! An engagement's hour: one nudge opens it, one closes it.
//!
//! Rules: each nudge once, also after a restart in mid-hour; who slept or was away through the
//! start is told while the hour still runs, and not afterwards; that it is over is said within a
//! few minutes or not at all, and only where its start was told. Quiet time stays quiet: an hour
//! that lies in it opens without a word (`plan check` says so), one that reaches out of it is told
//! at its end. Hours that overlap are one. *Later* asks again once the time for it has come.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::presence::later;
use super::{Effect, Engine, HourStage, Nudge};
use crate::clock::Moment;
use crate::plan::agenda::{self, Hour};

/// How long after its end an hour is still told to be over.
const CLOSING: Duration = Duration::from_mins(15);
/// How long *Later* puts the nudge off.
const LATER: Duration = Duration::from_mins(10);

/// The hours around now, as far as the plan tells; worked out anew when that changes.
#[derive(Debug, Clone, Default)]
pub(super) struct Hours {
    /// Worked out for this instant; nothing yet, or another plan.
    known_at: Option<Timestamp>,
    /// When the next one begins or ends.
    changes_at: Option<Timestamp>,
    running: Vec<Hour>,
    ended: Vec<Hour>,
    /// *Later* was pressed: this nudge again at that time.
    again: Option<(String, Timestamp)>,
}

impl Hours {
    /// The plan is another one.
    pub(super) fn forget(&mut self) {
        self.known_at = None;
    }
}

fn begins_key(hour: &Hour) -> String {
    format!("hour:begins:{}:{}", hour.begins.as_second(), hour.name)
}

fn over_key(hour: &Hour) -> String {
    format!("hour:over:{}:{}", hour.begins.as_second(), hour.name)
}

impl Engine {
    /// Opens and closes hours. Nothing is shown before it is known what was shown already.
    pub(super) fn advance_engagements(&mut self, now: Moment, effects: &mut Vec<Effect>) {
        self.look_at_hours(now.wall);
        if self.quiet(now.wall) || !self.shown.is_known() {
            return;
        }
        for hour in self.hours.running.clone() {
            let key = begins_key(&hour);
            let again = self
                .hours
                .again
                .take_if(|(wanted, at)| *wanted == key && *at <= now.wall);
            if self.shown.first(&key, now.wall) {
                effects.push(show(&hour, HourStage::Begins, key, now.wall));
            } else if again.is_some() {
                effects.push(show(&hour, HourStage::Again, key, now.wall));
            }
        }
        for hour in self.hours.ended.clone() {
            let told = self.shown.contains(&begins_key(&hour));
            let recent = now.wall < later(hour.ends, CLOSING);
            if told && recent && self.shown.first(&over_key(&hour), now.wall) {
                effects.push(show(&hour, HourStage::Over, over_key(&hour), now.wall));
            }
        }
    }

    fn look_at_hours(&mut self, now: Timestamp) {
        let hours = &self.hours;
        let stands = hours.known_at.is_some_and(|at| at <= now)
            && hours.changes_at.is_none_or(|at| now < at);
        if stands {
            return;
        }
        self.hours.running = agenda::hours(&self.plan, now);
        self.hours.ended = agenda::ended(&self.plan, now, CLOSING);
        let ends = self.hours.running.iter().map(|hour| hour.ends);
        self.hours.changes_at = ends.chain(agenda::next_beginning(&self.plan, now)).min();
        self.hours.known_at = Some(now);
    }

    /// A button of an hour's nudge was pressed.
    pub(super) fn hour_answered(
        &mut self,
        key: &str,
        button: &str,
        now: Moment,
        effects: &mut Vec<Effect>,
    ) {
        self.look_at_hours(now.wall);
        let mut running = self.hours.running.iter();
        let Some(hour) = running.find(|hour| begins_key(hour) == key).cloned() else {
            // The hour is over: nothing is handed over any more.
            return;
        };
        match button {
            "next-answer" => {
                effects.push(Effect::NextAnswer(hour.name.clone()));
                effects.push(show(&hour, HourStage::NextAnswer, key.to_owned(), now.wall));
            }
            "open" => effects.extend(hour.site.map(Effect::OpenSite)),
            "later" => self.hours.again = Some((key.to_owned(), later(now.wall, LATER))),
            _ => {}
        }
    }

    pub(super) fn engagement_wakeup(&self) -> Option<Timestamp> {
        let now = self.last.wall;
        let untold = |hour: &&Hour| !self.shown.contains(&begins_key(hour));
        let waiting = self.hours.running.iter().filter(untold);
        let waiting = waiting
            .map(|hour| (self.after_quiet(now), hour.ends))
            .filter(|(at, ends)| at < ends)
            .map(|(at, _)| at);
        let again = self.hours.again.iter().map(|(_, at)| *at);
        waiting
            .chain(again)
            .chain(self.hours.changes_at)
            .filter(|at| *at > now)
            .min()
    }
}

fn show(hour: &Hour, stage: HourStage, key: String, now: Timestamp) -> Effect {
    let left = hour.ends.duration_since(now).max(SignedDuration::ZERO);
    Effect::Show(Nudge::Hour {
        key,
        name: hour.name.clone(),
        site: hour.site.clone(),
        stage,
        left: Duration::try_from(left).unwrap_or_default(),
        answers: 0,
    })
}

#[cfg(test)]
mod tests;
