//! Which amount of a limit holds in a period.

use std::time::Duration;

use super::Limit;
use crate::calendar::Period;

impl Limit {
    /// The amount in force in a period: the last written override whose days touch it, else the
    /// limit's own.
    pub fn in_force(&self, period: &Period) -> Duration {
        self.overrides
            .iter()
            .rev()
            .find(|exception| exception.from <= period.last && period.first <= exception.until)
            .map_or(self.time, |exception| exception.time)
    }
}
