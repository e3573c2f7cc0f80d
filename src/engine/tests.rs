//! What the engine decides, told as short stories. No clock, no database, no desktop.

use std::time::Duration;

use jiff::Timestamp;

use super::*;
use crate::attention::breaks::{self, Reply};
use crate::attention::usage::{Interval, Level, Usage};
use crate::plan::read::read;
use crate::posting::post::PostId;
use crate::sensors::Observation;

const PLAN: &str = r#"
timezone = "UTC"
[[limits]]
of = "all"
per = "day"
time = "30m"
[breaks]
after = "20m"
length = "5m"
snooze = "5m"
[quiet]
from = "22:30"
until = "07:00"
"#;

/// An engine with its clocks; spans are kept as the database would keep them.
struct World {
    engine: Engine,
    now: Moment,
    spans: Vec<Interval>,
    kept: Vec<Timestamp>,
    shown: Vec<Nudge>,
    breaks: Vec<breaks::Outcome>,
}

impl World {
    fn at(time: &str) -> Self {
        let wall: Timestamp = time.parse().unwrap();
        let now = Moment {
            wall,
            awake: Duration::from_hours(1),
            boot: Duration::from_hours(1),
        };
        let engine = Engine::new(read(PLAN).unwrap(), now);
        let mut world = Self {
            engine,
            now,
            spans: Vec::new(),
            kept: Vec::new(),
            shown: Vec::new(),
            breaks: Vec::new(),
        };
        world.read_usage();
        world
    }

    fn read_usage(&mut self) {
        let usage = Usage {
            intervals: self.spans.clone(),
            amounts: Vec::new(),
        };
        self.handle(Event::UsageRead(Box::new(usage)));
    }

    fn handle(&mut self, event: Event) {
        for effect in self.engine.handle(event, self.now) {
            if matches!(effect, Effect::KeepUsage(_)) {
                self.kept.push(self.now.wall);
            }
            match effect {
                Effect::SaveUsage(span) | Effect::KeepUsage(span) => {
                    self.spans.retain(|known| known.from != span.from);
                    self.spans.push(span);
                }
                Effect::ReadUsage => self.read_usage(),
                Effect::Show(nudge) => self.shown.push(nudge),
                Effect::CountBreak(outcome) => self.breaks.push(outcome),
                _ => {}
            }
        }
    }

    /// The program is killed and started again: what is on the disk is all that it knows.
    fn restart(&mut self) {
        self.engine = Engine::new(read(PLAN).unwrap(), self.now);
        self.read_usage();
    }

    /// Time passes awake; the engine is woken whenever it asked to be.
    fn pass(&mut self, time: Duration) {
        let end = self.now.wall.checked_add(time).unwrap();
        while let Some(at) = self.engine.next_wakeup().filter(|at| *at <= end) {
            let step = Duration::try_from(at.duration_since(self.now.wall)).unwrap_or_default();
            self.step(step.max(Duration::from_millis(1)));
            self.handle(Event::Tick);
        }
        let rest = Duration::try_from(end.duration_since(self.now.wall)).unwrap_or_default();
        self.step(rest);
    }

    fn step(&mut self, time: Duration) {
        self.now.wall = self.now.wall.checked_add(time).unwrap();
        self.now.awake += time;
        self.now.boot += time;
    }

    fn sleep(&mut self, time: Duration) {
        self.now.wall = self.now.wall.checked_add(time).unwrap();
        self.now.boot += time;
    }

    fn focus(&mut self, site: Option<&str>) {
        self.handle(Event::Observed(Observation::Focus {
            site: site.map(str::to_owned),
        }));
    }

    fn used(&self) -> Duration {
        self.engine.standings(self.now)[0].used
    }

    fn recorded(&self) -> Duration {
        self.spans
            .iter()
            .map(|i| crate::attention::usage::span(i.from, i.until))
            .sum()
    }
}

const fn minutes(n: u64) -> Duration {
    Duration::from_secs(n * 60)
}

#[test]
fn idle_time_is_taken_off_the_end() {
    let mut world = World::at("2026-11-24T10:00:00Z");
    world.focus(Some("x"));
    world.pass(minutes(5));
    world.handle(Event::Observed(Observation::Idle { after: minutes(1) }));
    world.pass(minutes(30));
    assert_eq!(world.used(), minutes(4));
    assert_eq!(world.recorded(), minutes(4));
}

/// The alarm comes three minutes after the last input; the program is killed just before it.
#[test]
fn time_away_that_a_killed_program_recorded_is_taken_off() {
    let away = Observation::Idle { after: minutes(3) };
    for restarts_before_the_alarm in [true, false] {
        let mut world = World::at("2026-11-24T10:00:00Z");
        world.focus(Some("x"));
        world.pass(minutes(7));
        assert_eq!(world.recorded(), minutes(7), "two minutes without input");
        world.step(Duration::from_secs(20));
        world.restart();
        world.focus(Some("x"));
        if restarts_before_the_alarm {
            world.pass(Duration::from_secs(40));
            world.handle(Event::Observed(away.clone()));
        } else {
            let after = Duration::from_secs(140);
            world.handle(Event::Observed(Observation::Idle { after }));
        }
        assert_eq!((world.used(), world.recorded()), (minutes(5), minutes(5)));
        // The session ended with the input, too.
        assert_eq!(world.engine.session(world.now), minutes(5));
        world.pass(minutes(4));
        assert_eq!(world.engine.session(world.now), Duration::ZERO);
        // What comes later is an absence like any other.
        world.handle(Event::Observed(Observation::Active));
        world.pass(minutes(10));
        world.handle(Event::Observed(away.clone()));
        assert_eq!((world.used(), world.recorded()), (minutes(12), minutes(12)));
    }
}

#[test]
fn who_was_there_when_the_program_was_killed_loses_nothing() {
    let mut world = World::at("2026-11-24T10:00:00Z");
    world.focus(Some("x"));
    world.pass(minutes(7));
    world.restart();
    world.focus(Some("x"));
    world.pass(minutes(10));
    world.handle(Event::Observed(Observation::Idle { after: minutes(3) }));
    assert_eq!((world.used(), world.recorded()), (minutes(14), minutes(14)));
}

#[test]
fn what_was_shown_is_forgotten_after_a_while() {
    let mut world = World::at("2026-11-24T10:00:00Z");
    world.handle(Event::QueueRead(vec![missed()]));
    let question = world.shown[0].key();
    for _ in 0..100 {
        world.focus(Some("x"));
        world.pass(minutes(40));
        world.focus(None);
        world.pass(minutes(24 * 60 - 40));
    }
    let levels = world
        .shown
        .iter()
        .filter(|n| matches!(n, Nudge::Limit { .. }));
    assert_eq!(levels.count(), 200, "near and over, each day");
    assert!(
        world.engine.shown.len() < 2 * 72,
        "{}",
        world.engine.shown.len()
    );
    assert!(
        world.engine.shown.contains(&question),
        "its post may wait still"
    );
}

/// Its popup went with the program that asked, or was never shown for want of a desktop.
#[test]
fn a_new_run_asks_once_about_what_still_waits_for_a_word() {
    let mut world = World::at("2026-11-24T10:00:00Z");
    world.handle(Event::QueueRead(vec![missed()]));
    world.handle(Event::QueueRead(vec![missed()]));
    let keys = |world: &World| world.shown.iter().map(Nudge::key).collect::<Vec<_>>();
    assert_eq!(keys(&world), ["missed:abc:1"]);
    world.restart();
    let known = vec![("missed:abc:1".to_owned(), world.now.wall)];
    world.handle(Event::NudgesRead(known));
    world.handle(Event::QueueRead(vec![missed()]));
    world.handle(Event::QueueRead(vec![missed()]));
    assert_eq!(keys(&world), ["missed:abc:1"; 2]);
}

/// A post that missed its time.
fn missed() -> Cue {
    Cue {
        post: PostId("abc".to_owned()),
        wake_at: None,
        ask: Some(Ask::Missed),
        account: "blog".to_owned(),
        due_at: Timestamp::from_second(1).ok(),
        sending: false,
    }
}

#[test]
fn a_power_cut_takes_a_minute_of_use_at_most() {
    let mut world = World::at("2026-11-24T10:00:00Z");
    let begun = world.now.wall;
    // Whoever looks at a site for seven seconds of every twenty.
    for _ in 0..60 {
        world.focus(Some("x"));
        world.pass(Duration::from_secs(7));
        world.focus(None);
        world.pass(Duration::from_secs(13));
    }
    let since = |at: &Timestamp| crate::attention::usage::span(begun, *at).as_secs();
    let kept: Vec<u64> = world.kept.iter().map(since).collect();
    assert_eq!(kept.len(), 19, "once a minute: {kept:?}");
    let gaps = kept.windows(2).map(|pair| pair[1] - pair[0]);
    assert!(gaps.max() == Some(60) && kept[0] == 60, "{kept:?}");
    // Nobody is there: nothing is written.
    world.kept.clear();
    world.pass(minutes(60));
    assert_eq!(world.kept, []);
    // Before the machine sleeps or stops, all of it is on the disk.
    world.focus(Some("x"));
    world.pass(Duration::from_secs(5));
    world.kept.clear();
    world.handle(Event::Observed(Observation::Suspending));
    assert_eq!(world.kept, [world.now.wall]);
    world.handle(Event::Observed(Observation::Resumed));
    world.handle(Event::Stopping);
    assert_eq!(world.kept.len(), 2);
}

#[test]
fn reading_usage_again_counts_nothing_twice() {
    let mut world = World::at("2026-11-24T10:00:00.123456789Z");
    world.focus(Some("x"));
    world.pass(minutes(5));
    world.read_usage();
    assert_eq!(world.used(), minutes(5));
    world.pass(minutes(5));
    world.focus(None);
    world.read_usage();
    assert_eq!(world.used(), minutes(10));
}

#[test]
fn what_was_erased_is_not_written_back() {
    let mut world = World::at("2026-11-24T10:00:00Z");
    world.focus(Some("x"));
    world.pass(minutes(5));
    world.spans.clear();
    world.read_usage();
    world.pass(minutes(2));
    assert_eq!(world.used(), minutes(2));
    world.focus(None);
    assert_eq!(world.recorded(), minutes(2));
}

#[test]
fn sleep_is_no_usage_and_ends_the_session() {
    let mut world = World::at("2026-11-24T10:00:00Z");
    world.focus(Some("x"));
    world.pass(minutes(10));
    world.sleep(minutes(60));
    world.handle(Event::Tick);
    assert_eq!(world.used(), minutes(10));
    assert_eq!(world.engine.session(world.now), Duration::ZERO);
}

#[test]
fn a_span_is_cut_where_the_day_begins() {
    let mut world = World::at("2026-11-24T03:50:00Z");
    world.focus(Some("x"));
    world.pass(minutes(25));
    world.focus(None);
    assert_eq!(
        world.used(),
        minutes(15),
        "only what belongs to the new day"
    );
    let edge: Timestamp = "2026-11-24T04:00:00Z".parse().unwrap();
    assert!(
        world
            .spans
            .iter()
            .all(|span| span.until <= edge || span.from >= edge)
    );
}

#[test]
fn a_limit_speaks_once_at_each_level() {
    let mut world = World::at("2026-11-24T10:00:00Z");
    world.focus(Some("x"));
    world.pass(minutes(50));
    let levels: Vec<Level> = world
        .shown
        .iter()
        .filter_map(|nudge| match nudge {
            Nudge::Limit { level, .. } => Some(*level),
            _ => None,
        })
        .collect();
    assert_eq!(levels, [Level::Near, Level::Over]);
}

#[test]
fn quiet_time_is_silent() {
    let mut world = World::at("2026-11-24T22:31:00Z");
    world.focus(Some("x"));
    world.pass(minutes(120));
    assert_eq!(world.shown, []);
}

#[test]
fn a_break_that_is_taken_is_counted_and_starts_anew() {
    let mut world = World::at("2026-11-24T10:00:00Z");
    world.focus(Some("x"));
    world.pass(minutes(21));
    world.handle(Event::Break(Reply::Take));
    assert_eq!(world.breaks, [breaks::Outcome::Taken]);
    assert_eq!(world.engine.session(world.now), Duration::ZERO);
}

#[test]
fn a_clock_that_is_set_back_counts_nothing_twice() {
    let mut world = World::at("2026-11-24T10:00:00Z");
    world.focus(Some("x"));
    world.pass(minutes(10));
    world.now.wall = world.now.wall.checked_sub(minutes(8)).unwrap();
    world.handle(Event::Tick);
    world.pass(minutes(2));
    world.focus(None);
    world.read_usage();
    assert!(world.used() <= minutes(12), "{:?}", world.used());
}
