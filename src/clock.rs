//! The only file that asks the system for the time.
//!
//! Three clocks with names: `wall` (what calendars show; it can step) is for schedules, `awake`
//! (stops while the machine sleeps) for time spent, `boot` (goes on during sleep) for time away.
//! Wall times are never subtracted to get a duration that matters.

mod timer;

use std::time::Duration;

use jiff::Timestamp;
use rustix::time::{ClockId, clock_gettime};

pub use timer::{Alarm, WakeTimer};

/// One reading of the clocks. One turn of the daemon's loop sees one `Moment`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment {
    /// Wall time.
    pub wall: Timestamp,
    /// Time the machine has been awake, from an arbitrary start.
    pub awake: Duration,
    /// Time since the machine started, sleep included.
    pub boot: Duration,
}

impl Moment {
    /// Reads the clocks.
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the file that reads the clock"
    )]
    pub fn now() -> Self {
        Self {
            wall: Timestamp::now(),
            awake: elapsed(ClockId::Monotonic),
            boot: elapsed(ClockId::Boottime),
        }
    }
}

fn elapsed(clock: ClockId) -> Duration {
    let reading = clock_gettime(clock);
    Duration::new(reading.tv_sec.unsigned_abs(), reading.tv_nsec as u32)
}
