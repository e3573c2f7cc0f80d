//! A believable day: posts by the plan's cadence and slots, visits about as long as the limits
//! allow, appointments; now and then forgotten, late, ill, away, without power.

use std::collections::BTreeSet;
use std::time::Duration;

use jiff::Timestamp;
use jiff::civil::{Date, time};

use super::clocks::{between, later};
use super::habits::Life;
use super::oracle::Breach;
use super::world::{Happening, World};
use crate::calendar::Per;
use crate::plan::cadence::{Target, next_free, target_on};
use crate::plan::{Account, Activity, Of};

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
        self.plan_night(day);
        self.plan_writing(day)?;
        self.plan_visits(day);
        self.plan_appointments(day);
        for hour in [8, 13, 21] {
            let at = self.around(day, hour, 40);
            self.at(at, Happening::Attend);
        }
        if self.rng.u32(..300) == 0 {
            let off = Duration::from_secs(self.rng.u64(10 * MINUTE..5 * HOUR));
            let at = self.around(day, 14, 300);
            self.at(at, Happening::PowerLoss(off));
        }
        if self.rng.u32(..500) == 0 {
            let at = self.around(day, 15, 300);
            self.at(at, Happening::Arm(0, "nothing"));
        }
        if day.day() == 1 {
            let evening = self.around(day, 22, 10);
            self.at(evening, Happening::Compare);
        }
        Ok(())
    }

    /// A true instant near an hour of a day of the plan.
    fn around(&mut self, day: Date, hour: i8, minutes: i64) -> Timestamp {
        let local = day.to_datetime(time(hour, 0, 0, 0));
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
        let used = limit.mul_f64(0.25 + self.rng.f64() * 0.8).as_secs();
        let visits = self.rng.u64(1..4);
        for (site, hour) in self
            .sites()
            .into_iter()
            .cycle()
            .zip([12, 18, 20])
            .take(visits as usize)
        {
            let at = self.around(day, hour, 80);
            let length = Duration::from_secs(used / visits);
            self.visit(at, length, site, self.reads_as());
            if self.rng.u32(..4) == 0 {
                let leaves = later(at, length.mul_f64(self.rng.f64()));
                let away = Duration::from_secs(self.rng.u64(MINUTE..20 * MINUTE));
                self.at(leaves, Happening::Away(away));
            }
        }
    }

    fn visit(&mut self, at: Timestamp, length: Duration, site: String, says: Option<Activity>) {
        self.at(at, Happening::Say(says));
        self.at(at, Happening::Focus(Some(site)));
        let ends = later(at, length);
        self.at(ends, Happening::Focus(None));
        self.at(ends, Happening::Say(None));
    }

    /// What a day's reading is measured by.
    fn daily_limit(&self) -> Option<Duration> {
        let daily = |limit: &&crate::plan::Limit| {
            limit.per == Per::Day && limit.of != Of::Activity(Activity::Write)
        };
        let limit = self.plan.limits.iter().find(daily).map(|limit| limit.time);
        Some(limit.unwrap_or(Duration::from_secs(15 * MINUTE))).filter(|time| !time.is_zero())
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
                if self.rng.u32(..100) < 85 {
                    let length = engagement.length.mul_f64(0.6 + self.rng.f64() * 0.4);
                    let site = engagement.site.clone().unwrap_or_else(|| "x".to_owned());
                    let at = self.clocks.truth_of(at);
                    self.visit(at, length, site, Some(engagement.activity));
                }
            }
        }
        if let Some(conference) = self.plan.conference_on(day).cloned() {
            let at = self.around(day, 16, 60);
            let length = conference.time.mul_f64(0.4 + self.rng.f64() * 0.7);
            let site = conference.site.unwrap_or_else(|| "x".to_owned());
            self.visit(at, length, site, Some(Activity::Conference));
        }
    }

    /// Writes what the cadence still wants, mostly a day or two before the slot.
    fn plan_writing(&mut self, day: Date) -> Result<(), Breach> {
        for account in self.plan.accounts.clone() {
            let wall = self.clocks.now().wall;
            let Some(slot) = self.next_slot(&account.name, wall)? else {
                continue;
            };
            let near = between(wall, slot) < Duration::from_secs(72 * HOUR);
            if !near || !self.wants_more(&account, slot)? || self.rng.u32(..100) >= 95 {
                continue;
            }
            let begins = self.around(day, 17, 100);
            let takes = match account.platform {
                crate::plan::Platform::Folder { .. } => self.rng.u64(75..125),
                _ => self.rng.u64(3..9),
            };
            let written = later(begins, Duration::from_secs(takes * MINUTE));
            self.at(begins, Happening::Say(Some(Activity::Write)));
            self.at(written, Happening::Say(None));
            self.at(written, Happening::Write(account.name, slot));
        }
        Ok(())
    }

    /// Whether the period of this slot has fewer posts than the cadence means.
    fn wants_more(&mut self, account: &Account, slot: Timestamp) -> Result<bool, Breach> {
        let calendar = &self.plan.calendar;
        let day = calendar.day_of(slot);
        let target = target_on(&account.cadence, calendar, day);
        let Some(Target { per, min, max, .. }) = target else {
            return Ok(false);
        };
        let (from, until) = calendar.bounds(calendar.period(per, day));
        let meant = self.rng.u32(min..=max);
        let counted = self.clerk.store.counted(from, until)?;
        let coming = counted
            .iter()
            .filter(|one| one.account == account.name)
            .count();
        Ok((coming as u64) < u64::from(meant))
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
