//! When the simulated clinician writes: what the cadence still wants, a day or two before its slot,
//! and in a plan with a band of writing time, evenings until the week has its floor.

use std::time::Duration;

use jiff::Timestamp;
use jiff::civil::{Date, time};

use super::clocks::{between, later};
use super::oracle::Breach;
use super::world::{Happening, World};
use crate::attention::usage::Doing;
use crate::calendar::Per;
use crate::plan::cadence::{Target, occurrences, target_on};
use crate::plan::{Account, Activity, Limit, Of, Platform};

/// A post is begun so long before its slot at the most.
const AHEAD: Duration = Duration::from_hours(72);
/// Nobody sits down for less.
const SHORTEST: u64 = 30;

impl World {
    pub(super) fn plan_writing(&mut self, day: Date) -> Result<(), Breach> {
        let mut wanted = self.wanted(day)?;
        if self.rng.u32(..100) < self.habits.forgets {
            return Ok(());
        }
        let Some(band) = self.writing_band() else {
            for (account, slot) in wanted {
                let minutes = match account.platform {
                    Platform::Folder { .. } => self.rng.u64(75..125),
                    _ => self.rng.u64(3..9),
                };
                self.sit_down(day, minutes, Some((account, slot)));
            }
            return Ok(());
        };
        let post = (!wanted.is_empty()).then(|| wanted.remove(0));
        if let Some(minutes) = self.evening(&band, day, post.is_some())? {
            self.sit_down(day, minutes, post);
        }
        Ok(())
    }

    /// The accounts whose next free slot after this evening is near and still wants a post.
    fn wanted(&mut self, day: Date) -> Result<Vec<(Account, Timestamp)>, Breach> {
        let evening = day.to_datetime(time(21, 0, 0, 0));
        let wall = self.plan.calendar.instant(evening);
        let mut wanted = Vec::new();
        for account in self.plan.accounts.clone() {
            if let Some(slot) = self.next_slot(&account.name, wall)?
                && between(wall, slot) < AHEAD
                && self.wants_more(&account, slot)?
            {
                wanted.push((account, slot));
            }
        }
        Ok(wanted)
    }

    fn sit_down(&mut self, day: Date, minutes: u64, post: Option<(Account, Timestamp)>) {
        let begins = self.around(day, 17, 40);
        let ends = later(begins, Duration::from_mins(minutes));
        self.at(begins, Happening::Say(Some(Activity::Write)));
        self.at(ends, Happening::Say(None));
        if let Some((account, slot)) = post {
            self.at(ends, Happening::Write(account.name, slot));
        }
    }

    fn writing_band(&self) -> Option<Limit> {
        let band = |limit: &&Limit| {
            limit.of == Of::Activity(Activity::Write)
                && limit.per == Per::Week
                && !limit.at_least.is_zero()
        };
        self.plan.limits.iter().find(band).cloned()
    }

    /// How many minutes this evening is written, if at all: for a post, or because the week still
    /// lacks some of its floor. The fewer days are left, the surer.
    fn evening(&mut self, band: &Limit, day: Date, post: bool) -> Result<Option<u64>, Breach> {
        let calendar = &self.plan.calendar;
        let week = calendar.period(Per::Week, day);
        let days = (week.first, week.last);
        let usage = self.clerk.store.usage(calendar.bounds(week), days)?;
        let writing = |doing: &Doing| doing.activity == Activity::Write;
        let used = usage.in_period(calendar, &week, writing);
        let lacking = band.at_least.saturating_sub(used).as_secs() / 60;
        let left = band.time.saturating_sub(used).as_secs() / 60;
        let days_left = u64::from((week.last - day).get_days().unsigned_abs()) + 1;
        let needed = lacking.div_ceil(80);
        if !post && self.rng.u64(..days_left) >= needed {
            return Ok(None);
        }
        let minutes = match self.rng.u32(..15) {
            0 => self.rng.u64(110..150),
            _ if post => self.rng.u64(70..105).min(left),
            _ => (lacking + self.rng.u64(5..20)).min(90).min(left),
        };
        Ok(Some(minutes.max(SHORTEST)))
    }

    /// Whether the period of this slot should have more posts by then: they are spread over it.
    fn wants_more(&mut self, account: &Account, slot: Timestamp) -> Result<bool, Breach> {
        let calendar = &self.plan.calendar;
        let day = calendar.day_of(slot);
        let Some(target) = target_on(&account.cadence, calendar, day) else {
            return Ok(false);
        };
        let Target { per, min, max, .. } = target;
        let whole = calendar.period(per, day);
        let begun = i64::from((day - whole.first).get_days()) + 1;
        let length = i64::from((whole.last - whole.first).get_days()) + 1;
        // One period means fewer, the next one more.
        let number = u32::from(whole.first.day_of_year().unsigned_abs()) / 7;
        let meant = min + number % (max - min + 1);
        let by_then = (i64::from(meant) * begun + length - 1) / length;
        let (from, until) = calendar.bounds(whole);
        let counted = self.clerk.store.counted(from, until)?;
        let coming = counted.iter().filter(|one| one.account == account.name);
        let coming = coming.count() as i64;
        // Every slot that is left is needed, or the period is behind what it should have by then.
        let taken = self.clerk.store.taken_slots(&account.name, slot)?;
        let left = occurrences(account, calendar, slot, until);
        let free = left.filter(|slot| !taken.contains(slot)).count() as i64;
        Ok(coming < by_then || (coming < i64::from(meant) && free <= i64::from(meant) - coming))
    }
}
