//! A day on which everything goes wrong: crashes before every effect, clocks that jump, sleep in
//! the middle of a span, platforms that fail, a person who changes their mind meanwhile.

use std::time::Duration;

use jiff::SignedDuration;

use super::report::Faults;
use super::world::{Happening, World};
use crate::plan::Activity;

const SITES: [&str; 3] = ["x", "bluesky", "mastodon"];
const ZONES: [&str; 4] = [
    "Europe/Madrid",
    "America/New_York",
    "Europe/London",
    "Australia/Lord_Howe",
];
const DAY: u64 = 86_400;

impl World {
    /// Some instant of the coming 24 hours.
    fn any_time(&mut self, happening: Happening) {
        let at = Duration::from_nanos(self.rng.u64(..DAY * 1_000_000_000));
        self.after(at, happening);
    }

    pub(super) fn plan_tormented_day(&mut self) {
        for _ in 0..self.rng.u32(2..6) {
            self.plan_visit();
        }
        for _ in 0..self.rng.u32(1..4) {
            self.plan_post();
        }
        for _ in 0..self.rng.u32(2..6) {
            self.any_time(Happening::Attend);
        }
        for _ in 0..4 {
            self.any_time(Happening::Compare);
        }
        if self.rng.u32(..10) < 4 {
            self.any_time(Happening::Log);
        }
        self.plan_crashes();
        self.plan_clock();
        if self.rng.u32(..100) < 4 {
            let zone = self.rng.choice(ZONES).unwrap_or("Europe/London");
            self.any_time(Happening::Travel(zone));
        }
        self.after(Duration::from_secs(DAY), Happening::Day);
    }

    fn plan_visit(&mut self) {
        let start = self.rng.u64(..DAY - 6_000);
        let site = self.rng.choice(SITES).map(str::to_owned);
        let after = |world: &mut Self, seconds: u64, happening| {
            let nanos = world.rng.u64(..1_000_000_000);
            world.after(Duration::new(start + seconds, nanos as u32), happening);
        };
        let length = self.rng.u64(60..4_500);
        after(self, 0, Happening::Focus(site));
        if self.rng.bool() {
            let (at, time) = (self.rng.u64(..length), self.rng.u64(20..1_200));
            after(self, at, Happening::Away(Duration::from_secs(time)));
        }
        if self.rng.u32(..4) == 0 {
            let (at, time) = (self.rng.u64(..length), self.rng.u64(2..9_000));
            after(self, at, Happening::Suspend(Duration::from_secs(time)));
        }
        if self.rng.u32(..4) == 0 {
            let activity = self
                .rng
                .choice([Activity::Scan, Activity::Write, Activity::Chat]);
            let at = self.rng.u64(..length);
            after(self, at, Happening::Say(activity));
            after(self, length + 600, Happening::Say(None));
        }
        if self.rng.u32(..4) == 0 {
            let at = self.rng.u64(..length);
            let site = self.rng.choice(SITES).map(str::to_owned);
            after(self, at, Happening::Focus(site));
        }
        if self.rng.u32(..3) == 0 {
            let at = self.rng.u64(..length);
            after(self, at, Happening::Log);
            after(self, at + 30, Happening::Compare);
        }
        after(self, length, Happening::Focus(None));
    }

    fn plan_post(&mut self) {
        let names = self
            .plan
            .accounts
            .iter()
            .map(|account| account.name.clone());
        let names: Vec<String> = names.collect();
        let Some(account) = self.rng.choice(&names).cloned() else {
            return;
        };
        // Some are due at the same minute, as slots are.
        let hours = self.rng.i64(0..40);
        let wall = self.clocks.now().wall;
        let due = wall.saturating_add(SignedDuration::from_hours(hours));
        let due = due.ok().and_then(|due| due.round(jiff::Unit::Hour).ok());
        self.any_time(Happening::Write(account, due.unwrap_or(wall)));
    }

    fn plan_crashes(&mut self) {
        for _ in 0..self.rng.u32(1..4) {
            let effect = self.rng.choice(Faults::EFFECTS).unwrap_or("nothing");
            let index = self.rng.usize(..self.hosts.len());
            self.any_time(Happening::Arm(index, effect));
        }
        if self.rng.u32(..5) == 0 {
            let off = Duration::from_secs(self.rng.u64(10..20_000));
            self.any_time(Happening::PowerLoss(off));
        }
        if self.rng.u32(..3) == 0 {
            let asleep = Duration::from_secs(self.rng.u64(2..40_000));
            self.any_time(Happening::Suspend(asleep));
        }
        if self.rng.bool() {
            self.any_time(Happening::Meddle);
        }
    }

    fn plan_clock(&mut self) {
        if self.rng.u32(..3) == 0 {
            let by = match self.rng.u32(..3) {
                0 => SignedDuration::from_millis(self.rng.i64(-900..900)),
                1 => SignedDuration::from_secs(self.rng.i64(-90..90)),
                _ => SignedDuration::from_secs(self.rng.i64(-5_000..5_000)),
            };
            self.any_time(Happening::Step(by));
        }
        if self.rng.bool() {
            self.any_time(Happening::Correct);
        }
    }
}
