//! The simulated world: what happens when, and the one loop that lets time pass.
//!
//! Time jumps to the next thing that happens or to the engine's next wake-up, whichever is
//! earlier. Between two effects of a program anything may come: another program, a person, a crash.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::Mutation;
use super::clocks::{Clocks, between, later};
use super::habits::Habits;
use super::host::Host;
use super::oracle::{Breach, Oracle, never};
use super::person::Person;
use super::platforms::Platforms;
use super::report::Report;
use super::totals::HeldBook;
use crate::clerk::{Clerk, Rules};
use crate::engine::{Effect, Event, Outcome};
use crate::plan::{Activity, Plan};
use crate::platforms::Places;
use crate::posting::post::PostId;
use crate::rulebook::Rulebook;
use crate::sensors::Observation;
use crate::store::Store;

/// Steps without any time passing after which the engine counts as running in circles.
const CIRCLES: u32 = 5_000;

/// Something that happens in the world at its time.
#[derive(Debug, Clone)]
pub(super) enum Happening {
    /// A day is planned.
    Day,
    /// The focused window shows this site, or none.
    Focus(Option<String>),
    /// A site is opened, to stay there until then.
    Visit(String, Timestamp),
    /// They return to the site after a break, if the visit is not over.
    Return,
    /// The clinician leaves the machine for a while.
    Away(Duration),
    /// There was no input for the threshold.
    IdleAlarm(u32),
    Back(u32),
    /// Why they are there.
    Say(Option<Activity>),
    /// The lid is closed for a while.
    Suspend(Duration),
    PowerLoss(Duration),
    Step(SignedDuration),
    /// The time is set right.
    Correct,
    /// A program will crash before its next effect of this name.
    Arm(usize, &'static str),
    Start(usize),
    /// A person will change the next post that a program writes.
    Meddle,
    /// A post is written for an account, to go out at this time.
    Write(String, Timestamp),
    /// The clinician goes through what waits.
    Attend,
    Log,
    /// A button of a notification is pressed.
    Reply(String, &'static str),
    /// The text in the composer is really posted.
    Compose(PostId),
    /// A request reaches its platform.
    Take {
        post: PostId,
        account: String,
        content: String,
        late: bool,
    },
    /// The answer of a platform reaches the program.
    Answer {
        host: usize,
        life: u32,
        post: PostId,
        outcome: Box<Outcome>,
    },
    Travel(&'static str),
    /// The witness compares its book with memory.
    Compare,
}

/// Everything there is.
#[derive(Debug)]
pub(super) struct World {
    pub(super) rng: fastrand::Rng,
    pub(super) clocks: Clocks,
    pub(super) clerk: Clerk,
    pub(super) rules: Arc<Rulebook>,
    pub(super) plan: Plan,
    pub(super) hosts: Vec<Host>,
    pub(super) platforms: Platforms,
    pub(super) person: Person,
    pub(super) habits: Habits,
    pub(super) oracle: Oracle,
    pub(super) report: Report,
    pub(super) held: HeldBook,
    pub(super) mutation: Option<Mutation>,
    pub(super) meddle: bool,
    happenings: BTreeMap<(Timestamp, u64), Happening>,
    sequence: u64,
    circles: u32,
    /// What happened, if somebody wants to read it.
    pub(super) trace: Option<Vec<String>>,
}

impl World {
    pub(super) fn new(
        plan: Plan,
        habits: Habits,
        start: Timestamp,
        rules: &Arc<Rulebook>,
        mut rng: fastrand::Rng,
    ) -> Result<Self, Breach> {
        let drift = rng.i64(-habits.drift..=habits.drift);
        // No clock starts at a whole millisecond.
        let start = later(start, Duration::from_nanos(rng.u64(1..1_000_000_000)));
        let clerk = Clerk {
            store: Store::in_memory()?,
            rules: Rules::Kept(Arc::clone(rules)),
            places: Places {
                home: "/nonexistent".into(),
                data: "/nonexistent".into(),
            },
        };
        Ok(Self {
            clocks: Clocks::new(start, drift),
            clerk,
            rules: Arc::clone(rules),
            plan,
            hosts: vec![Host::default()],
            platforms: Platforms::default(),
            person: Person::default(),
            habits,
            oracle: Oracle::default(),
            report: Report::default(),
            held: HeldBook::default(),
            mutation: None,
            meddle: false,
            happenings: BTreeMap::new(),
            sequence: 0,
            circles: 0,
            trace: None,
            rng,
        })
    }

    /// Notes something for the list of events; the words are put together only if it is kept.
    pub(super) fn note(&mut self, what: impl FnOnce() -> String) {
        if let Some(trace) = &mut self.trace {
            let now = self.clocks.now();
            let local = self.plan.calendar.local(now.wall);
            trace.push(format!("{local:.3} {}", what()));
        }
    }

    /// Something will happen.
    pub(super) fn at(&mut self, at: Timestamp, happening: Happening) {
        self.sequence += 1;
        self.happenings.insert((at, self.sequence), happening);
    }

    /// Something will happen after a while.
    pub(super) fn after(&mut self, time: Duration, happening: Happening) {
        self.at(later(self.clocks.truth(), time), happening);
    }

    /// Lets the world run until then.
    pub(super) fn run(&mut self, until: Timestamp) -> Result<(), Breach> {
        loop {
            let busy: Vec<usize> = (0..self.hosts.len())
                .filter(|index| self.hosts[*index].is_busy())
                .collect();
            if let Some(index) = self.rng.choice(&busy).copied() {
                self.turn(index)?;
                self.circle()?;
                continue;
            }
            let happens = self.happenings.first_key_value().map(|((at, _), _)| *at);
            let wakes = self.next_wakeup();
            let next = happens.into_iter().chain(wakes.map(|(at, _)| at)).min();
            let Some(next) = next.filter(|next| *next < until) else {
                self.advance(until);
                return Ok(());
            };
            self.advance(next);
            self.circle()?;
            match wakes {
                Some((at, index)) if happens.is_none_or(|happens| at < happens) => {
                    self.hosts[index].tell(Event::Tick);
                }
                _ => {
                    if let Some((_, happening)) = self.happenings.pop_first() {
                        self.happen(happening)?;
                    }
                }
            }
        }
    }

    /// The engine must not want to be woken again and again without any time passing.
    fn circle(&mut self) -> Result<(), Breach> {
        self.circles += 1;
        never(self.circles > CIRCLES, || {
            let wakes = self
                .hosts
                .iter()
                .map(|host| host.engine.as_ref()?.next_wakeup());
            format!(
                "the engine runs in circles, it wants to wake at {:?}",
                wakes.collect::<Vec<_>>()
            )
        })
    }

    /// The earliest wake-up of any program, in true time.
    fn next_wakeup(&self) -> Option<(Timestamp, usize)> {
        let wakes = self.hosts.iter().enumerate().filter_map(|(index, host)| {
            let wall = host.engine.as_ref()?.next_wakeup()?;
            let at = self.clocks.truth_of(wall).max(self.clocks.truth());
            // Timers are never early.
            Some((later(at, Duration::from_micros(50)), index))
        });
        wakes.min()
    }

    /// Lets time pass; where the clinician is all the while goes into the witness's book.
    fn advance(&mut self, to: Timestamp) {
        let passed = between(self.clocks.truth(), to);
        if passed > Duration::from_millis(1) {
            self.circles = 0;
        }
        self.spend(passed);
        let before = self.clocks.now().wall;
        self.clocks.advance(to);
        let zone = &self.plan.calendar.zone;
        if zone.to_offset(before) != zone.to_offset(self.clocks.now().wall) {
            self.report.faults.count("daylight saving");
        }
    }

    /// The machine is not there for a while: what was on its way arrives meanwhile.
    pub(super) fn catch_up(&mut self) -> Result<(), Breach> {
        let now = self.clocks.truth();
        let due: Vec<_> = self
            .happenings
            .range(..=(now, u64::MAX))
            .filter(|(_, happening)| matches!(happening, Happening::Take { .. }))
            .map(|(key, _)| *key)
            .collect();
        for key in due {
            if let Some(happening) = self.happenings.remove(&key) {
                self.happen(happening)?;
            }
        }
        Ok(())
    }

    /// Nothing is planned any more but what is on its way.
    pub(super) fn calm(&mut self) {
        self.happenings.retain(|_, happening| {
            matches!(
                happening,
                Happening::Take { .. } | Happening::Answer { .. } | Happening::Start(_)
            )
        });
        self.meddle = false;
        self.platforms.rates = super::platforms::Rates::default();
        self.hosts
            .iter_mut()
            .for_each(|host| host.crash_before = None);
    }

    /// Starts a program: it is told what it needs, and the sensors report what they see.
    pub(super) fn start(&mut self, index: usize) -> Result<(), Breach> {
        if self.hosts[index].engine.is_some() {
            return Ok(());
        }
        if self.hosts.iter().any(|host| host.engine.is_some()) && self.is_sending() {
            // A claim does not say whose it is, so nobody joins while a request is on its way.
            self.after(Duration::from_secs(5), Happening::Start(index));
            return Ok(());
        }
        let now = self.clocks.now();
        self.note(|| format!("program {index} starts"));
        let engine = crate::engine::Engine::new(self.plan.clone(), now);
        self.hosts[index].engine = Some(engine);
        for event in self.clerk.briefing(&self.plan, now.wall)? {
            self.hosts[index].tell(event);
        }
        if index == 0 {
            self.oracle.nudges.program_started();
            self.person.doing = None;
            let site = self.person.site.clone();
            self.hosts[0].tell(Event::Observed(Observation::Focus { site }));
            if self.person.idle {
                let after = super::person::IDLE_AFTER;
                self.hosts[0].tell(Event::Observed(Observation::Idle { after }));
            }
        }
        Ok(())
    }

    /// Whether the answer to some request has not come yet.
    fn is_sending(&self) -> bool {
        let mut waiting = self.happenings.values();
        waiting.any(|happening| matches!(happening, Happening::Answer { .. }))
    }

    /// Every running program is told that a person changed posts.
    pub(super) fn posts_changed(&mut self) {
        for host in &mut self.hosts {
            host.read(Effect::ReadQueue);
        }
    }

    /// A program ends without a word, before what it would have done next.
    pub(super) fn crash(&mut self, index: usize) {
        let next = self.hosts[index].next();
        self.note(|| format!("program {index} crashes before {next}"));
        self.report.faults.count(&format!("crash before {next}"));
        if index == 0 {
            let wall = self.clocks.now().wall;
            self.oracle.usage.may_lose(wall);
            self.person.abandoned(&mut self.oracle.usage, wall);
        }
        self.hosts[index].crash();
        let down = match self.rng.u32(..10) {
            0 => Duration::from_secs(self.rng.u64(600..20_000)),
            _ => Duration::from_millis(self.rng.u64(500..20_000)),
        };
        self.after(down, Happening::Start(index));
    }
}
