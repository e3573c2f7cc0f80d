//! A simulated clinician and world around the real engine, the real clerk and the real memory.
//!
//! - What is simulated is what runs: `Engine::handle`, `Clerk::perform` and `Store`; only clocks,
//!   platforms, sensors and people are made up. There is no second path.
//! - Everything follows from the seed: the same seed gives the same events.
//! - After each step an independent witness (`oracle`) checks what must never happen.
//! - The deliberate mutations exist in this folder only; they show that the witness sees.
//!
//! `simulate` lives a plan for years; `torment` lives a month in which everything goes wrong.

mod asks;
mod believable;
mod clocks;
mod desk_hours;
mod habits;
mod host;
mod oracle;
mod perform;
mod person;
mod platforms;
mod report;
mod torment;
mod totals;
mod world;
mod writing;

use std::fmt;
use std::sync::Arc;

use jiff::Timestamp;
use jiff::civil::Date;

use crate::plan::Plan;
use crate::plan::read::read;
pub use crate::review::kept::StageKept;
use crate::rulebook::{Rulebook, RulebookError};
use habits::Habits;
use oracle::Breach;
use platforms::Manner;
pub use report::{Breaks, Faults, Report};
use world::{Happening, World};

/// A fault put into the simulation's driver on purpose, to show that it is caught.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mutation {
    /// The request leaves before the claim is on disk.
    RecordAfterPublish,
    /// An unknown outcome counts as not sent.
    RetryOnUnknown,
    /// A post is written whatever version it was decided on.
    TwoClaims,
}

/// Something that must never happen and did.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct Failure {
    /// The seed that shows it again.
    pub seed: u64,
    /// What happened.
    pub what: String,
    /// Everything up to there, one event a line.
    pub events: Vec<String>,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for event in &self.events {
            writeln!(f, "{event}")?;
        }
        write!(f, "seed {}: {}", self.seed, self.what)
    }
}

/// Why a plan cannot be simulated.
#[derive(Debug, thiserror::Error)]
pub enum SimulationError {
    /// The range is empty.
    #[error("the simulation would end on {until}, before it begins on {from}; turn the days round")]
    Empty {
        /// First day.
        from: Date,
        /// Last day.
        until: Date,
    },
    /// The rules cannot be used.
    #[error(transparent)]
    Rules(#[from] RulebookError),
    /// The program did what it must never do.
    #[error("the simulation went wrong, which is a fault of rounds; please report it: {0}")]
    Failed(Box<Failure>),
}

/// Lives a plan from one day to another, both inclusive, with a believable clinician.
///
/// # Errors
/// If the range is empty, or if something happened that must never happen.
pub fn simulate(
    plan: &Plan,
    from: Date,
    until: Date,
    seed: u64,
) -> Result<Report, SimulationError> {
    if until < from {
        return Err(SimulationError::Empty { from, until });
    }
    let rules = Arc::new(Rulebook::builtin()?);
    let live = |keep| live_plan(plan, (from, until), seed, &rules, keep);
    match live(false) {
        (Ok(report), _) => Ok(report),
        (Err(_), _) => match live(true) {
            (Ok(report), _) => Ok(report),
            (Err(breach), events) => Err(SimulationError::Failed(Box::new(Failure {
                seed,
                what: breach.0,
                events,
            }))),
        },
    }
}

fn live_plan(
    plan: &Plan,
    (from, until): (Date, Date),
    seed: u64,
    rules: &Arc<Rulebook>,
    keep: bool,
) -> (Result<Report, Breach>, Vec<String>) {
    let mut plan = plan.clone();
    for account in &mut plan.accounts {
        if account.owner.is_empty() {
            "the clinician".clone_into(&mut account.owner);
        }
    }
    let start = plan.calendar.day_start(from);
    let end = plan.calendar.day_start(until.tomorrow().unwrap_or(until));
    let habits = Habits::BELIEVABLE;
    let rng = fastrand::Rng::with_seed(seed);
    let world = World::new(plan, habits, start, rules, rng);
    let mut world = match world {
        Ok(world) => world,
        Err(breach) => return (Err(breach), Vec::new()),
    };
    for account in &world.plan.accounts {
        let manner = match account.platform {
            crate::plan::Platform::Folder { .. } => Manner::Certain,
            crate::plan::Platform::Handoff { .. } => Manner::Composer,
            crate::plan::Platform::Later { .. } => Manner::Remote,
        };
        world.platforms.settle_in(&account.name, manner);
    }
    let lived = live(&mut world, end, keep);
    let lived = lived.and_then(|()| world.happen(Happening::Compare));
    let report = lived.and_then(|()| world.totals(from, until));
    (report, world.trace.take().unwrap_or_default())
}

fn live(world: &mut World, end: Timestamp, keep: bool) -> Result<(), Breach> {
    world.trace = keep.then(Vec::new);
    world.platforms.rates = world.habits.rates;
    world.renew_consent()?;
    for index in 0..world.hosts.len() {
        world.at(world.clocks.truth(), Happening::Start(index));
    }
    world.at(world.clocks.truth(), Happening::Day);
    world.run(end)
}

/// The plan of a tormented month: every manner of platform, limits, appointments.
const TORMENTED: &str = r#"
timezone = "Europe/Madrid"
[[limits]]
of = "all"
per = "day"
time = "1h"
[[limits]]
of = "all"
per = "week"
time = "6h"
[[limits]]
of = "x"
per = "day"
time = "20m"
[[limits]]
of = "activity:scan"
per = "month"
time = "3h"
[[accounts]]
name = "blog"
platform = "folder"
path = "/nonexistent/blog"
owner = "Dr Lin"
packs = ["aafp", "hipaa"]
[[accounts]]
name = "remote"
platform = "threads"
owner = "Dr Lin"
packs = ["gmc"]
[[accounts]]
name = "mute"
platform = "facebook"
owner = "Dr Lin"
speaks_as = "practice"
[[accounts]]
name = "composer"
platform = "handoff"
site = "x"
owner = "Dr Lin"
[[engagements]]
name = "Chat"
site = "x"
activity = "chat"
cron = "0 20 * * Sun"
length = "1h"
"#;

/// How long a tormented life is.
#[derive(Debug, Clone, Copy)]
pub struct Torment {
    /// The seed; everything follows from it.
    pub seed: u64,
    /// Days of it.
    pub days: u32,
    /// The fault put into the driver, if any.
    pub mutation: Option<Mutation>,
}

/// The rules, read once for many simulations.
#[derive(Debug, Clone)]
pub struct KeptRules(Arc<Rulebook>);

impl KeptRules {
    /// The built-in ones.
    ///
    /// # Errors
    /// If a built-in pack is wrong.
    pub fn builtin() -> Result<Self, RulebookError> {
        Ok(Self(Arc::new(Rulebook::builtin()?)))
    }
}

/// Lives a life in which everything goes wrong.
///
/// # Errors
/// If something happened that must never happen; with all events that led there.
pub fn torment(torment: Torment, rules: &KeptRules) -> Result<Report, Box<Failure>> {
    if let (Ok(report), _) = live_tormented(torment, rules, false) {
        return Ok(report);
    }
    let (lived, events) = live_tormented(torment, rules, true);
    lived.map_err(|breach| {
        Box::new(Failure {
            seed: torment.seed,
            what: breach.0,
            events,
        })
    })
}

fn live_tormented(
    torment: Torment,
    rules: &KeptRules,
    keep: bool,
) -> (Result<Report, Breach>, Vec<String>) {
    let mut rng = fastrand::Rng::with_seed(torment.seed);
    let started = tormented_world(torment, rules, &mut rng);
    let mut world = match started {
        Ok(world) => world,
        Err(breach) => return (Err(breach), Vec::new()),
    };
    let start = world.clocks.truth();
    let end = start + jiff::SignedDuration::from_hours(24 * i64::from(torment.days));
    let lived = live(&mut world, end, keep).and_then(|()| world.rest(end));
    let day = |at| world.plan.calendar.day_of(at);
    let (from, until) = (day(start), day(end));
    let report = lived.and_then(|()| world.totals(from, until));
    (report, world.trace.take().unwrap_or_default())
}

fn tormented_world(
    torment: Torment,
    rules: &KeptRules,
    rng: &mut fastrand::Rng,
) -> Result<World, Breach> {
    let mut plan = read(TORMENTED).map_err(|error| Breach(error.to_string()))?;
    if rng.bool() {
        plan.posting.cooling_off = std::time::Duration::ZERO;
    }
    // Within a month of a change of the clocks as often as not.
    let days = match rng.u32(..3) {
        0 => 70 + rng.i64(0..20),
        1 => 285 + rng.i64(0..20),
        _ => rng.i64(0..365),
    };
    let start = Timestamp::from_second(1_767_225_600 + days * 86_400 + rng.i64(0..86_400));
    let start = start.unwrap_or_default();
    let habits = Habits::TORMENTED;
    let two = rng.u32(..3) == 0;
    let mut world = World::new(plan, habits, start, &rules.0, rng.fork())?;
    world.mutation = torment.mutation;
    if two {
        world.hosts.push(host::Host::default());
    }
    let manners = [
        ("blog", Manner::Certain),
        ("remote", Manner::Remote),
        ("mute", Manner::Mute),
        ("composer", Manner::Composer),
    ];
    for (account, manner) in manners {
        world.platforms.settle_in(account, manner);
    }
    Ok(world)
}
