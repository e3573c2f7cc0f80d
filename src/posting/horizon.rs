//! How far an answer or an approval must reach: it holds now, and it will hold when the post goes.
//!
//! What would be too old by then is asked for when the post gets its time, if an answer given then
//! would have been young enough; else two days before it goes, never first at that moment. Where
//! no answer could live as long as that, it counts until it ends.
//!
//! It knows times alone: neither questions nor answers.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

/// So long before a post goes out a person is asked for what would be too old by then.
const AHEAD: SignedDuration = SignedDuration::from_hours(48);

/// The times that decide how long an answer has to live.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Horizon {
    /// The time of asking.
    pub now: Timestamp,
    /// When the post is to be sent, if it has a time.
    pub sends_at: Option<Timestamp>,
    /// How late it may still go by itself.
    pub late_after: Duration,
    /// How long answers live.
    pub valid_for: Duration,
    /// When the post got its time.
    pub timed_at: Timestamp,
}

impl Horizon {
    /// When an answer given then ends.
    pub fn ends_at(&self, given: Timestamp) -> Timestamp {
        later(given, self.valid_for)
    }

    /// Whether an answer given then holds now and need not be asked for again yet.
    pub fn holds(&self, given: Timestamp) -> bool {
        self.ends_at(given) > self.now && !self.is_asked_again(given)
    }

    /// Whether a person should be asked now: the post goes within two days.
    pub fn is_soon(&self) -> bool {
        self.ask_at().is_some_and(|at| at <= self.now)
    }

    /// From when on a person is asked for what would be too old.
    pub fn ask_at(&self) -> Option<Timestamp> {
        Some(
            self.sends_at?
                .saturating_sub(AHEAD)
                .unwrap_or(Timestamp::MIN),
        )
    }

    /// It will have ended when the post goes, and another one would not.
    fn is_asked_again(&self, given: Timestamp) -> bool {
        let Some(last) = self.sends_at.map(|at| later(at, self.late_after)) else {
            return false;
        };
        let reaches = |given| self.ends_at(given) > last;
        !reaches(given) && (reaches(self.timed_at) || self.is_soon() && reaches(self.now))
    }
}

fn later(at: Timestamp, time: Duration) -> Timestamp {
    let time = SignedDuration::try_from(time).unwrap_or(SignedDuration::MAX);
    at.saturating_add(time).unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Day `n`, at eight.
    fn day(n: i64) -> Timestamp {
        Timestamp::from_second(n * 86_400 + 8 * 3_600).unwrap()
    }

    fn horizon(now: i64, sends: i64, timed: i64) -> Horizon {
        Horizon {
            now: day(now),
            sends_at: Some(day(sends)),
            late_after: Duration::from_mins(30),
            valid_for: Duration::from_hours(24 * 60),
            timed_at: day(timed),
        }
    }

    #[test]
    fn an_answer_that_ends_before_the_post_goes_is_asked_for_when_it_gets_its_time() {
        assert!(
            horizon(100, 109, 100).holds(day(50)),
            "it lives until day 110"
        );
        assert!(
            !horizon(100, 110, 100).holds(day(50)),
            "it ends as the post goes"
        );
        assert!(horizon(100, 110, 100).holds(day(100)), "answered anew");
    }

    #[test]
    fn what_no_answer_can_reach_is_asked_for_two_days_before() {
        let queued = |now| horizon(now, 170, 100);
        assert!(
            queued(100).holds(day(100)),
            "no answer of today lives that long"
        );
        assert!(queued(159).holds(day(100)), "it has not ended yet");
        assert!(!queued(160).holds(day(100)), "now it has");
        assert!(!queued(167).is_soon() && queued(168).is_soon());
        let late_answer = |now| queued(now).holds(day(109));
        assert!(
            late_answer(167) && !late_answer(168),
            "it would end on day 169"
        );
    }

    #[test]
    fn lives_shorter_than_the_wait_do_not_hold_a_post_for_ever() {
        let short = Horizon {
            valid_for: Duration::from_mins(1),
            ..horizon(100, 100, 100)
        };
        assert!(short.holds(day(100)), "no answer could reach further");
    }

    #[test]
    fn a_draft_has_nothing_to_reach() {
        let draft = Horizon {
            sends_at: None,
            ..horizon(100, 0, 100)
        };
        assert!(draft.holds(day(99)) && !draft.holds(day(40)) && !draft.is_soon());
    }
}
