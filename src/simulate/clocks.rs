//! The clocks of the simulated machine: they drift, step, stop during sleep and start anew.
//!
//! `truth` is the time that nobody in the simulation can read; the machine reads a `Moment`.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use crate::clock::Moment;

/// One machine's clocks.
#[derive(Debug, Clone)]
pub(super) struct Clocks {
    truth: Timestamp,
    ahead: SignedDuration,
    booted: Timestamp,
    slept: Duration,
    /// Nanoseconds by which the wall clock gains in each second.
    drift: i64,
}

impl Clocks {
    pub(super) fn new(start: Timestamp, drift: i64) -> Self {
        Self {
            truth: start,
            ahead: SignedDuration::ZERO,
            booted: start,
            slept: Duration::ZERO,
            drift,
        }
    }

    pub(super) const fn truth(&self) -> Timestamp {
        self.truth
    }

    /// What the machine reads.
    pub(super) fn now(&self) -> Moment {
        let boot = between(self.booted, self.truth);
        Moment {
            wall: plus(self.truth, self.ahead),
            awake: boot.saturating_sub(self.slept),
            boot,
        }
    }

    /// Lets time pass while the machine runs.
    pub(super) fn advance(&mut self, to: Timestamp) {
        let passed = between(self.truth, to);
        let gained = passed.as_nanos() as i64 / 1_000_000_000 * self.drift;
        self.ahead += SignedDuration::from_nanos(gained);
        self.truth = self.truth.max(to);
    }

    /// Lets time pass while the machine sleeps.
    pub(super) fn sleep(&mut self, time: Duration) {
        self.slept += time;
        self.truth = plus(self.truth, signed(time));
    }

    /// Puts the wall clock on or back.
    pub(super) fn step(&mut self, by: SignedDuration) {
        self.ahead += by;
    }

    /// Sets the wall clock right and returns by how much it moved.
    pub(super) fn correct(&mut self) -> SignedDuration {
        let by = -self.ahead;
        self.ahead = SignedDuration::ZERO;
        by
    }

    /// The machine was off for a while and starts anew.
    pub(super) fn reboot(&mut self, off: Duration) {
        self.truth = plus(self.truth, signed(off));
        self.booted = self.truth;
        self.slept = Duration::ZERO;
    }

    /// When the wall clock will show this, if nobody touches it.
    pub(super) fn truth_of(&self, wall: Timestamp) -> Timestamp {
        plus(wall, -self.ahead)
    }
}

/// An instant some time after another.
pub(super) fn plus(at: Timestamp, time: SignedDuration) -> Timestamp {
    at.saturating_add(time).unwrap_or(Timestamp::MAX)
}

/// An instant some time after another.
pub(super) fn later(at: Timestamp, time: Duration) -> Timestamp {
    plus(at, signed(time))
}

/// The time from one instant to another; zero if it is the other way round.
pub(super) fn between(from: Timestamp, until: Timestamp) -> Duration {
    Duration::try_from(until.duration_since(from)).unwrap_or_default()
}

fn signed(time: Duration) -> SignedDuration {
    SignedDuration::try_from(time).unwrap_or(SignedDuration::MAX)
}
