//! The only file that asks the system for the time.
//!
//! Two clocks with names: `wall` (what calendars show; it can step) is for schedules, `awake`
//! (monotonic, stops while the machine sleeps) is for durations. Wall times are never subtracted
//! to get a duration that matters.

use std::time::Duration;

use jiff::Timestamp;

/// One reading of both clocks. One turn of the daemon's loop sees one `Moment`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment {
    /// Wall time.
    pub wall: Timestamp,
    /// Time the machine has been awake, from an arbitrary start.
    pub awake: Duration,
}

impl Moment {
    /// Reads both clocks.
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the file that reads the clock"
    )]
    pub fn now() -> Self {
        let awake = rustix::time::clock_gettime(rustix::time::ClockId::Monotonic);
        Self {
            wall: Timestamp::now(),
            awake: Duration::new(awake.tv_sec.unsigned_abs(), awake.tv_nsec as u32),
        }
    }
}
