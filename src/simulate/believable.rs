//! A believable day: posts by the plan's cadence and slots, visits about as long as the limits
//! allow, appointments; now and then forgotten, late, ill, abroad, without power.

use std::collections::BTreeSet;
use std::time::Duration;

use jiff::civil::{Date, time};
use jiff::{Timestamp, ToSpan};

use super::clocks::{between, later};
use super::habits::Life;
use super::oracle::Breach;
use super::world::{Happening, World};
use crate::calendar::Per;
use crate::plan::cadence::next_free;
use crate::plan::{Activity, Of};

const MINUTE: u64 = 60;
const HOUR: u64 = 3_600;

impl World {
    pub(super) fn plan_day(&mut self) -> Result<(), Breach> {
        match self.habits.life {
            Life::Tormented => self.plan_tormented_day(),
            Life::Believable => self.plan_believable_day()?,
        }
        Ok(())
    }

    fn plan_believable_day(&mut self) -> Result<(), Breach> {
        let wall = self.clocks.now().wall;
        let day = self.plan.calendar.day_of(wall);
        self.live_through(day);
        self.plan_night(day);
        self.plan_mishaps(day);
        if day.day_of_year() == 1 {
            let evening = self.around(day, 22, 10);
            self.at(evening, Happening::Compare);
        }
        if self.person.ill.is_some() {
            return Ok(());
        }
        self.plan_writing(day)?;
        self.plan_visits(day);
        self.plan_appointments(day);
        for hour in [8, 13, 21] {
            let at = self.around(day, hour, 40);
            self.at(at, Happening::Attend);
        }
        Ok(())
    }

    /// Falls ill or recovers, leaves for another zone or comes back.
    fn live_through(&mut self, day: Date) {
        self.person.ill = self.person.ill.filter(|until| day <= *until);
        self.person.abroad = self.person.abroad.filter(|(until, _)| day <= *until);
        if self.person.ill.is_none() && self.rng.u32(..160) == 0 {
            self.person.ill = Some(day.saturating_add(self.rng.i64(1..9).days()));
        }
        if self.person.abroad.is_none() && self.rng.u32(..110) == 0 {
            // So far that the nights stay in their order with the days of the plan.
            let hours = self.rng.i64(-2..9);
            let until = day.saturating_add(self.rng.i64(2..12).days());
            self.person.abroad = Some((until, hours));
        }
        self.report.days_ill += u64::from(self.person.ill.is_some());
        self.report.days_abroad += u64::from(self.person.abroad.is_some());
    }

    fn plan_mishaps(&mut self, day: Date) {
        if self.rng.u32(..300) == 0 {
            let off = Duration::from_secs(self.rng.u64(10 * MINUTE..5 * HOUR));
            let at = self.around(day, 14, 300);
            self.at(at, Happening::PowerLoss(off));
        }
        if self.rng.u32(..500) == 0 {
            let at = self.around(day, 15, 300);
            self.at(at, Happening::Arm(0, "nothing"));
        }
    }

    /// A true instant near an hour of a day of the plan, as the clock shows it where they are.
    pub(super) fn around(&mut self, day: Date, hour: i8, minutes: i64) -> Timestamp {
        let ahead = self.person.abroad.map_or(0, |(_, hours)| hours);
        let local = day.to_datetime(time(hour, 0, 0, 0));
        let local = local.saturating_sub(ahead.hours());
        let at = self.plan.calendar.instant(local);
        let off = self.rng.i64(-minutes * 60_000..=minutes * 60_000);
        let at = at
            .saturating_add(jiff::SignedDuration::from_millis(off))
            .unwrap_or(at);
        self.clocks.truth_of(at)
    }

    /// The machine sleeps at night; sometimes longer, and sometimes for days.
    fn plan_night(&mut self, day: Date) {
        let begins = self.around(day, 23, 40);
        let nights = match self.rng.u32(..120) {
            // Nobody touches it for days.
            0 => self.rng.i8(2..8),
            _ => 1,
        };
        let morning = (0..nights).fold(day, |day, _| day.tomorrow().unwrap_or(day));
        let ends = match self.rng.u32(..14) {
            0 => self.around(morning, 10, 60),
            _ => self.around(morning, 7, 18),
        };
        self.at(begins, Happening::Focus(None));
        self.at(begins, Happening::Suspend(between(begins, ends)));
        // The day after is planned when the machine is woken.
        self.at(later(begins, Duration::from_millis(1)), Happening::Day);
    }

    fn plan_visits(&mut self, day: Date) {
        let Some(limit) = self.daily_limit() else {
            return;
        };
        let share = match self.rng.u32(..10) {
            0 => 1.1 + self.rng.f64() * 0.7,
            _ => 0.75 + self.rng.f64() * 0.3,
        };
        let used = limit.mul_f64(share);
        let visits = self.rng.u32(1..4);
        let sites = self.sites().into_iter().cycle();
        for (site, hour) in sites.zip([8, 11, 14]).take(visits as usize) {
            let at = self.around(day, hour, 60);
            let length = used / visits;
            self.visit(at, length, site, self.reads_as());
            if self.rng.u32(..5) == 0 {
                let leaves = later(at, length.mul_f64(self.rng.f64()));
                let away = Duration::from_secs(self.rng.u64(MINUTE..20 * MINUTE));
                self.at(leaves, Happening::Away(away));
            }
        }
    }

    fn visit(&mut self, at: Timestamp, length: Duration, site: String, says: Option<Activity>) {
        self.at(at, Happening::Say(says));
        let ends = later(at, length);
        self.at(at, Happening::Visit(site, ends));
        self.at(ends, Happening::Focus(None));
        self.at(ends, Happening::Say(None));
    }

    /// What a day's reading is measured by: the tightest limit on reading, by the day. Who has none
    /// reads for a quarter of an hour.
    fn daily_limit(&self) -> Option<Duration> {
        let of_reading = |of: &Of| match of {
            Of::All | Of::Site(_) => true,
            Of::Activity(activity) => matches!(activity, Activity::Scan | Activity::Browse),
        };
        let limits = self
            .plan
            .limits
            .iter()
            .filter(|limit| of_reading(&limit.of));
        let by_day = limits.map(|limit| match limit.per {
            Per::Day => limit.time,
            Per::Week => limit.time / 7,
            Per::Month => limit.time / 31,
        });
        let limit = by_day.min().unwrap_or(Duration::from_secs(15 * MINUTE));
        (!limit.is_zero()).then_some(limit)
    }

    /// Why they read, if a limit is about it.
    fn reads_as(&self) -> Option<Activity> {
        self.plan.limits.iter().find_map(|limit| match limit.of {
            Of::Activity(activity) if limit.per == Per::Day => Some(activity),
            _ => None,
        })
    }

    fn sites(&self) -> Vec<String> {
        let of_accounts = self
            .plan
            .accounts
            .iter()
            .filter_map(|account| match &account.platform {
                crate::plan::Platform::Handoff { site } => Some(site.clone()),
                _ => None,
            });
        let of_limits = self.plan.limits.iter().filter_map(|limit| match &limit.of {
            Of::Site(site) => Some(site.clone()),
            _ => None,
        });
        let mut sites: Vec<String> = of_accounts.chain(of_limits).collect();
        if sites.is_empty() {
            sites.push("x".to_owned());
        }
        sites
    }

    fn plan_appointments(&mut self, day: Date) {
        let from = self.plan.calendar.day_start(day);
        let until = self.plan.calendar.day_start(day.tomorrow().unwrap_or(day));
        for engagement in self.plan.engagements.clone() {
            let hours: Vec<_> = engagement
                .times
                .between(&self.plan.calendar, from, until)
                .collect();
            for at in hours {
                if self.rng.u32(..100) < 93 {
                    let length = engagement.length.mul_f64(0.85 + self.rng.f64() * 0.2);
                    let site = engagement.site.clone().unwrap_or_else(|| "x".to_owned());
                    let at = self.clocks.truth_of(at);
                    self.visit(at, length, site, Some(engagement.activity));
                }
            }
        }
        if let Some(conference) = self.plan.conference_on(day).cloned() {
            let at = self.around(day, 16, 30);
            let length = conference.time.mul_f64(0.75 + self.rng.f64() * 0.3);
            let site = conference.site.unwrap_or_else(|| "x".to_owned());
            self.visit(at, length, site, Some(Activity::Conference));
        }
    }

    /// The account's next slot that no post has taken.
    pub(super) fn next_slot(
        &self,
        account: &str,
        after: Timestamp,
    ) -> Result<Option<Timestamp>, Breach> {
        let taken: BTreeSet<Timestamp> = self
            .clerk
            .store
            .taken_slots(account, after)?
            .into_iter()
            .collect();
        let soonest = later(after, self.plan.posting.cooling_off * 2);
        let known = self.plan.account(account);
        let free = known.and_then(|known| next_free(known, &self.plan.calendar, &taken, soonest));
        Ok(free)
    }
}
