//! What holds where the plan says nothing. The presets write the same values out; a test compares.

use std::time::Duration;

use jiff::civil::Time;

use crate::plan::{Breaks, Posting, Quiet};

/// A day runs from four in the morning: a late evening counts as that evening.
pub(super) const DAY_STARTS: Time = Time::constant(4, 0, 0, 0);

/// No floor.
pub(super) const AT_LEAST: Duration = Duration::ZERO;

/// An hour a day at a congress.
pub(super) const CONFERENCE_TIME: Duration = Duration::from_secs(60 * MINUTE);

const MINUTE: u64 = 60;
const DAY: u64 = 24 * 60 * MINUTE;

impl Default for Breaks {
    fn default() -> Self {
        Self {
            after: Duration::from_secs(20 * MINUTE),
            length: Duration::from_secs(5 * MINUTE),
            snooze: Duration::from_secs(5 * MINUTE),
        }
    }
}

impl Default for Quiet {
    fn default() -> Self {
        Self {
            from: Time::constant(22, 30, 0, 0),
            until: Time::constant(7, 0, 0, 0),
        }
    }
}

impl Default for Posting {
    fn default() -> Self {
        Self {
            cooling_off: Duration::from_secs(10 * MINUTE),
            late_after: Duration::from_secs(30 * MINUTE),
            attestations_valid: Duration::from_secs(60 * DAY),
        }
    }
}
