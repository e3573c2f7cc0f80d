//! Which limits hold on a day, and which amount of each in a period.

use std::time::Duration;

use jiff::civil::Date;

use super::{Activity, Limit, Of, Plan};
use crate::calendar::{Per, Period};

impl Plan {
    /// The plan's limits, and on a conference day the one that the conference adds.
    pub fn limits_on(&self, day: Date) -> Vec<Limit> {
        let mut limits = self.limits.clone();
        if let Some(conference) = self.conference_on(day) {
            limits.push(Limit {
                of: Of::Activity(Activity::Conference),
                per: Per::Day,
                time: conference.time,
                at_least: Duration::ZERO,
                overrides: Vec::new(),
            });
        }
        limits
    }
}

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

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use crate::calendar::Per;
    use crate::plan::read::read;

    #[test]
    fn the_last_override_that_touches_the_period_holds() {
        let exception = |from: &str, until: &str, time: &str| {
            format!("[[limits.overrides]]\nfrom = {from}\nuntil = {until}\ntime = \"{time}\"\n")
        };
        let plan = read(&format!(
            "[[limits]]\nof = \"all\"\nper = \"week\"\ntime = \"4h\"\n{}{}",
            exception("2026-05-03", "2026-05-04", "8h"),
            exception("2026-05-10", "2026-05-20", "2h")
        ))
        .unwrap();
        let hours = |day| {
            let period = plan.calendar.period(Per::Week, day);
            plan.limits[0].in_force(&period).as_secs() / 3600
        };
        // 3 May is a Sunday: its override touches two weeks, the later one the second of them too.
        assert_eq!(hours(date(2026, 4, 26)), 4);
        assert_eq!(hours(date(2026, 4, 27)), 8);
        assert_eq!(hours(date(2026, 5, 10)), 2);
        assert_eq!(hours(date(2026, 5, 20)), 2);
        assert_eq!(hours(date(2026, 5, 25)), 4);
    }
}
