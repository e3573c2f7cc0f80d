//! The clinician and the machine in front of them: where they look, when they leave, what they
//! press, and what befalls the machine.

use std::collections::BTreeSet;
use std::time::Duration;

use jiff::Timestamp;
use jiff::civil::Date;

use super::clocks::{between, later};
use super::habits::Life;
use super::host::Input;
use super::oracle::{Breach, UsageBook};
use super::world::{Happening, World};
use crate::attention::usage::Level;
use crate::engine::{Ask, Event, Nudge};
use crate::plan::{Activity, agenda};
use crate::posting::post::PostId;
use crate::sensors::Observation;

/// No input for so long means that nobody is there.
pub(super) const IDLE_AFTER: Duration = Duration::from_mins(3);
/// A pause that the program may take for a break: what a crash lost makes it look longer.
const SLACK: Duration = Duration::from_secs(62);

/// Where the clinician is.
#[derive(Debug, Default)]
pub(super) struct Person {
    pub(super) site: Option<String>,
    pub(super) doing: Option<Activity>,
    /// They left; the idle alarm may not have come yet.
    away: bool,
    pub(super) idle: bool,
    absence: u32,
    /// Where they mean to be, and until when.
    visit: Option<(String, Timestamp)>,
    /// Posts whose composer is open in front of them.
    pub(super) composing: BTreeSet<PostId>,
    left: Option<Timestamp>,
    /// Numbers the texts that they wrote.
    pub(super) texts: u64,
    pub(super) consent: u32,
    /// Until which day they lie in bed.
    pub(super) ill: Option<Date>,
    /// Until which day they are abroad, and by how many hours the clocks there are ahead.
    pub(super) abroad: Option<(Date, i64)>,
}

impl Person {
    /// They left, and no alarm said so yet.
    const fn just_left(&self) -> bool {
        self.away && !self.idle
    }

    /// Something came between the last input and the idle alarm: the program cannot take the time
    /// in between off what it closed before.
    pub(super) fn disturb(&self, usage: &mut UsageBook, wall: Timestamp) {
        if self.just_left() {
            usage.may_exceed(wall, IDLE_AFTER);
        }
    }

    /// The program ended, perhaps before it wrote that they had left: what it wrote by then goes on
    /// beyond their last input.
    pub(super) fn abandoned(&self, usage: &mut UsageBook, wall: Timestamp) {
        if self.away {
            usage.may_exceed(wall, IDLE_AFTER);
        }
    }
}

impl World {
    pub(super) fn disturb(&mut self) {
        let wall = self.clocks.now().wall;
        self.person.disturb(&mut self.oracle.usage, wall);
    }

    /// Whether time on sites runs: somebody is there and the program sees it.
    fn is_measured(&self) -> bool {
        self.person.site.is_some() && !self.person.away && self.hosts[0].engine.is_some()
    }

    /// Time passes while the machine is awake.
    pub(super) fn spend(&mut self, passed: Duration) {
        let truth = self.clocks.truth();
        if !self.is_measured() {
            self.person.left.get_or_insert(truth);
            return;
        }
        if let Some(left) = self.person.left.take()
            && between(left, truth) + SLACK >= self.plan.breaks.length
        {
            self.oracle.nudges.rested();
        }
        self.oracle.usage.was_there(self.clocks.now().wall, passed);
    }

    /// One thing that happens.
    pub(super) fn happen(&mut self, happening: Happening) -> Result<(), Breach> {
        if !matches!(happening, Happening::Answer { .. } | Happening::Compare) {
            self.note(|| format!("{happening:?}"));
        }
        match happening {
            Happening::Day => return self.plan_day(),
            Happening::Focus(site) => self.focus(site),
            Happening::Visit(site, ends) => {
                self.person.visit = Some((site.clone(), ends));
                self.focus(Some(site));
            }
            Happening::Return => {
                let truth = self.clocks.truth();
                let visit = self.person.visit.clone();
                if let Some((site, _)) = visit.filter(|(_, ends)| truth < *ends) {
                    self.focus(Some(site));
                }
            }
            Happening::Away(time) => self.leave(time),
            Happening::IdleAlarm(absence) => self.idle_alarm(absence),
            Happening::Back(absence) => self.come_back(absence),
            Happening::Say(activity) => {
                self.disturb();
                self.person.doing = activity;
                self.hosts[0].tell(Event::Focused(activity.map(|a| (a, None))));
            }
            Happening::Suspend(time) => return self.suspend(time),
            Happening::PowerLoss(time) => return self.power_loss(time),
            Happening::Step(_) | Happening::Correct => self.step(&happening),
            Happening::Arm(index, effect) => {
                if let Some(host) = self.hosts.get_mut(index) {
                    host.crash_before = Some(effect);
                    if effect == "nothing" && host.engine.is_some() {
                        self.crash(index);
                    }
                }
            }
            Happening::Start(index) => return self.start(index),
            Happening::Meddle => self.meddle = true,
            Happening::Write(account, due) => return self.write(&account, due),
            Happening::Attend => return self.attend(),
            Happening::Log => return self.log(),
            Happening::Reply(key, button) => self.reply(&key, button),
            Happening::Compose(post) => return self.compose(&post),
            Happening::Take {
                post,
                account,
                content,
                late,
            } => {
                return self.taken(&post, &account, content, late);
            }
            Happening::Answer {
                host,
                life,
                post,
                outcome,
            } => {
                if self.hosts[host].life == life {
                    self.note(|| format!("program {host} hears of {post}: {outcome:?}"));
                    self.hosts[host].ask(Input::Settled(post, *outcome));
                }
            }
            Happening::Travel(zone) => return self.travel(zone),
            Happening::Compare => return self.compare(),
        }
        Ok(())
    }

    fn focus(&mut self, site: Option<String>) {
        self.disturb();
        self.person.site.clone_from(&site);
        self.hosts[0].tell(Event::Observed(Observation::Focus { site }));
    }

    fn leave(&mut self, time: Duration) {
        if self.person.away {
            return;
        }
        self.person.away = true;
        self.person.absence += 1;
        let absence = self.person.absence;
        // The program's own cuts come between the last input and the alarm as well.
        let wall = self.clocks.now().wall;
        if agenda::next_change(&self.plan, wall) <= later(wall, IDLE_AFTER) {
            self.oracle.usage.may_exceed(wall, IDLE_AFTER);
        }
        self.after(IDLE_AFTER, Happening::IdleAlarm(absence));
        self.after(time, Happening::Back(absence));
    }

    fn idle_alarm(&mut self, absence: u32) {
        if self.person.away && !self.person.idle && self.person.absence == absence {
            self.report.faults.count("idle");
            self.person.idle = true;
            let after = IDLE_AFTER;
            self.hosts[0].tell(Event::Observed(Observation::Idle { after }));
        }
    }

    fn come_back(&mut self, absence: u32) {
        if !self.person.away || self.person.absence != absence {
            return;
        }
        if !self.person.idle {
            // Nobody saw them go: it counts as reading.
            let wall = self.clocks.now().wall;
            self.oracle.usage.may_exceed(wall, IDLE_AFTER);
        }
        self.person.away = false;
        if std::mem::take(&mut self.person.idle) {
            self.hosts[0].tell(Event::Observed(Observation::Active));
        }
    }

    fn suspend(&mut self, time: Duration) -> Result<(), Breach> {
        self.report.faults.count("suspend");
        if self.is_measured() {
            self.report.faults.count("suspend inside a span");
        }
        self.disturb();
        self.person.left.get_or_insert(self.clocks.truth());
        self.clocks.sleep(time);
        self.catch_up()?;
        for host in &mut self.hosts {
            host.tell(Event::Tick);
        }
        Ok(())
    }

    fn power_loss(&mut self, time: Duration) -> Result<(), Breach> {
        self.report.faults.count("power loss");
        self.oracle.usage.may_lose(self.clocks.now().wall);
        self.disturb();
        self.person.left.get_or_insert(self.clocks.truth());
        for index in 0..self.hosts.len() {
            self.hosts[index].crash();
            self.after(time + Duration::from_secs(20), Happening::Start(index));
        }
        self.clocks.reboot(time);
        self.catch_up()
    }

    fn step(&mut self, happening: &Happening) {
        self.disturb();
        let by = match happening {
            Happening::Step(by) => {
                self.clocks.step(*by);
                *by
            }
            _ => self.clocks.correct(),
        };
        let kind = if by.is_negative() {
            "clock put back"
        } else {
            "clock put on"
        };
        if by.is_negative() {
            // The clock shows some time twice; what was spent in both counts twice in the running
            // limits, rightly, and once in what is remembered.
            let wall = self.clocks.now().wall;
            self.oracle.usage.may_exceed(wall, by.unsigned_abs());
        }
        self.report.faults.count(kind);
        for host in &mut self.hosts {
            host.tell(Event::Tick);
        }
    }

    fn travel(&mut self, zone: &str) -> Result<(), Breach> {
        let found = jiff::tz::TimeZone::get(zone);
        self.plan.calendar.zone = found.map_err(|error| Breach(error.to_string()))?;
        zone.clone_into(&mut self.plan.timezone);
        self.report.faults.count("travel");
        self.disturb();
        for host in &mut self.hosts {
            host.tell(Event::PlanChanged(Box::new(self.plan.clone())));
        }
        Ok(())
    }

    fn compare(&mut self) -> Result<(), Breach> {
        self.oracle.posts.all_is_there(&self.clerk.store)?;
        if self.person.just_left() {
            return Ok(());
        }
        self.oracle.usage.compare(&self.clerk.store)?;
        let now = self.clocks.now();
        let Some(engine) = &self.hosts[0].engine else {
            return Ok(());
        };
        let standings = engine.standings(now);
        self.oracle
            .usage
            .compare_limits(&standings, &self.plan, now.wall)
    }

    /// A notification is shown: sometimes a button is pressed.
    pub(super) fn nudged(&mut self, nudge: &Nudge) {
        if self.rng.u32(..100) >= self.habits.answers_nudges {
            return;
        }
        let button = match nudge {
            Nudge::Break { .. } => {
                let buttons = ["take", "take", "snooze", "skip"];
                self.rng.choice(buttons).unwrap_or("take")
            }
            Nudge::Limit {
                level: Level::Near, ..
            } if self.habits.life == Life::Believable && self.rng.u32(..8) > 0 => return,
            Nudge::Limit { .. } => {
                return self.after(Duration::from_secs(20), Happening::Focus(None));
            }
            Nudge::SecondLook { .. } => "approve",
            Nudge::Hour { .. } => "later",
            // They write when they meant to.
            Nudge::Slot { .. } if self.habits.life == Life::Believable => return,
            Nudge::Slot { .. } => "skip",
            Nudge::Post {
                ask: Ask::Missed, ..
            } if self.habits.life == Life::Believable => "send-now",
            Nudge::Post {
                ask: Ask::Missed, ..
            } => self.rng.choice(["send-now", "cancel"]).unwrap_or("cancel"),
            Nudge::Ahead { .. }
            | Nudge::Post {
                ask: Ask::Failed, ..
            } => return,
            Nudge::Post { .. } => "see",
        };
        let soon = Duration::from_millis(self.rng.u64(1_000..120_000));
        self.after(soon, Happening::Reply(nudge.key(), button));
        if button == "take" {
            self.after(soon, Happening::Focus(None));
            if self.habits.life == Life::Believable {
                let rested = self.plan.breaks.length + Duration::from_secs(self.rng.u64(30..240));
                self.after(soon + rested, Happening::Return);
            }
        }
    }

    /// A button is pressed; what is really on the platform is looked up first.
    fn reply(&mut self, key: &str, button: &'static str) {
        let button = match (button, key.split(':').nth(1)) {
            ("see", Some(id)) => {
                let id = PostId(id.to_owned());
                if !self.can_tell(&id) || self.person.composing.contains(&id) {
                    return;
                }
                if self.platforms.held(&id) > 0 {
                    "posted"
                } else {
                    "not-posted"
                }
            }
            _ => button,
        };
        if !self.person.away {
            let (key, button) = (key.to_owned(), button.to_owned());
            self.hosts[0].tell(Event::Answered { key, button });
        }
    }
}
