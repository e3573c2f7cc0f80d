//! Hours that open and close, told as short stories.

use super::*;
use crate::engine::Event;
use crate::plan::read::read;

struct World {
    engine: Engine,
    plan: String,
    now: Moment,
    /// What was shown, as the database would remember it.
    remembered: Vec<String>,
    shown: Vec<(String, HourStage)>,
    handed: Vec<String>,
}

fn plan(engagement: &str) -> String {
    format!(
        "timezone = \"Europe/London\"\n[[engagements]]\nname = \"Chat\"\nsite = \"x\"\n\
         {engagement}\nlength = \"1h\"\n"
    )
}

const SUNDAYS: &str = "cron = \"0 20 * * Sun\"";

impl World {
    fn new(plan: &str, at: &str) -> Self {
        let now = Moment {
            wall: at.parse().unwrap(),
            awake: Duration::from_hours(1),
            boot: Duration::from_hours(1),
        };
        let mut world = Self {
            engine: Engine::new(read(plan).unwrap(), now),
            plan: plan.to_owned(),
            now,
            remembered: Vec::new(),
            shown: Vec::new(),
            handed: Vec::new(),
        };
        world.begin();
        world
    }

    fn begin(&mut self) {
        self.handle(Event::Tick);
        let shown = |key: &String| (key.clone(), self.now.wall);
        self.handle(Event::NudgesRead(
            self.remembered.iter().map(shown).collect(),
        ));
    }

    fn restart(&mut self) {
        self.engine = Engine::new(read(&self.plan).unwrap(), self.now);
        self.begin();
    }

    fn handle(&mut self, event: Event) {
        for effect in self.engine.handle(event, self.now) {
            match effect {
                Effect::Show(nudge) => {
                    self.remembered.push(nudge.key());
                    if let Nudge::Hour { name, stage, .. } = nudge {
                        self.shown.push((format!("{name} {}", self.clock()), stage));
                    }
                }
                Effect::NextAnswer(name) => self.handed.push(name),
                Effect::OpenSite(site) => self.handed.push(format!("open {site}")),
                _ => {}
            }
        }
    }

    fn clock(&self) -> String {
        let local = self.engine.plan().calendar.local(self.now.wall);
        local.strftime("%a %H:%M").to_string()
    }

    fn step(&mut self, wall: SignedDuration) {
        self.now.wall = self.now.wall.checked_add(wall).unwrap();
    }

    /// Time passes awake, the engine being woken exactly when it asked to be.
    fn pass(&mut self, time: Duration) {
        let end = later(self.now.wall, time);
        while let Some(at) = self.engine.next_wakeup().filter(|at| *at <= end) {
            self.awake_until(at);
            self.handle(Event::Tick);
        }
        self.awake_until(end);
    }

    fn awake_until(&mut self, at: Timestamp) {
        let time = Duration::try_from(at.duration_since(self.now.wall)).unwrap();
        self.now.wall = at;
        self.now.awake += time;
        self.now.boot += time;
    }

    fn sleep(&mut self, time: Duration) {
        self.now.wall = later(self.now.wall, time);
        self.now.boot += time;
        self.handle(Event::Tick);
    }

    fn press(&mut self, button: &str) {
        let key = self.remembered.last().unwrap().clone();
        self.handle(Event::Answered {
            key,
            button: button.to_owned(),
        });
    }

    fn told(&self) -> Vec<(&str, HourStage)> {
        let all = self.shown.iter();
        all.map(|(what, stage)| (what.as_str(), *stage)).collect()
    }
}

const HOUR: Duration = Duration::from_hours(1);
const MINUTE: Duration = Duration::from_mins(1);

#[test]
fn an_hour_opens_once_and_closes_once() {
    let mut world = World::new(&plan(SUNDAYS), "2026-05-03T17:00:00Z");
    world.pass(HOUR * 24 * 7);
    assert_eq!(
        world.told(),
        [
            ("Chat Sun 20:00", HourStage::Begins),
            ("Chat Sun 21:00", HourStage::Over)
        ]
    );
}

#[test]
fn the_hour_follows_daylight_saving() {
    let mut world = World::new(&plan(SUNDAYS), "2026-10-18T12:00:00Z");
    world.pass(HOUR * 24 * 15);
    let begun: Vec<_> = world.told().into_iter().map(|(what, _)| what).collect();
    assert_eq!(begun, ["Chat Sun 20:00", "Chat Sun 21:00"].repeat(3));
}

#[test]
fn a_restart_in_mid_hour_says_nothing_twice() {
    let mut world = World::new(&plan(SUNDAYS), "2026-05-03T18:59:00Z");
    world.pass(MINUTE * 10);
    world.restart();
    world.pass(MINUTE * 10);
    world.restart();
    world.pass(HOUR);
    world.restart();
    world.pass(HOUR);
    assert_eq!(world.told().len(), 2, "{:?}", world.told());
}

#[test]
fn who_sleeps_through_the_start_is_told_in_the_hour_and_not_after_it() {
    let mut world = World::new(&plan(SUNDAYS), "2026-05-03T18:00:00Z");
    world.sleep(MINUTE * 90);
    assert_eq!(world.told(), [("Chat Sun 20:30", HourStage::Begins)]);
    let mut world = World::new(&plan(SUNDAYS), "2026-05-03T18:00:00Z");
    world.sleep(HOUR * 2 + MINUTE);
    world.pass(HOUR);
    assert_eq!(world.told(), [], "it is over, and its start was not told");
}

#[test]
fn an_end_that_was_slept_through_is_told_soon_or_not_at_all() {
    let mut world = World::new(&plan(SUNDAYS), "2026-05-03T18:59:00Z");
    world.pass(MINUTE * 2);
    world.sleep(MINUTE * 65);
    assert_eq!(world.told()[1], ("Chat Sun 21:06", HourStage::Over));
    let mut world = World::new(&plan(SUNDAYS), "2026-05-03T18:59:00Z");
    world.pass(MINUTE * 2);
    world.sleep(HOUR * 3);
    world.pass(HOUR);
    assert_eq!(world.told().len(), 1);
}

#[test]
fn a_clock_put_back_says_nothing_twice() {
    let mut world = World::new(&plan(SUNDAYS), "2026-05-03T18:59:00Z");
    world.pass(MINUTE * 70);
    world.step(SignedDuration::from_mins(-40));
    world.handle(Event::Tick);
    world.pass(HOUR * 2);
    assert_eq!(world.told().len(), 2, "{:?}", world.told());
}

#[test]
fn quiet_time_stays_quiet() {
    let late = plan("cron = \"0 22 * * Sun\"");
    let mut world = World::new(&late, "2026-05-03T20:00:00Z");
    world.pass(HOUR * 12);
    assert_eq!(
        world.told(),
        [("Chat Sun 22:00", HourStage::Begins)],
        "its end is silent"
    );
    let early = plan("cron = \"30 6 * * Mon\"");
    let mut world = World::new(&early, "2026-05-03T20:00:00Z");
    world.pass(HOUR * 12);
    assert_eq!(
        world.told(),
        [
            ("Chat Mon 07:00", HourStage::Begins),
            ("Chat Mon 07:30", HourStage::Over)
        ]
    );
}

#[test]
fn later_asks_again_once_for_each_time_it_is_pressed() {
    let mut world = World::new(&plan(SUNDAYS), "2026-05-03T18:59:00Z");
    world.pass(MINUTE * 2);
    world.press("later");
    world.pass(MINUTE * 30);
    assert_eq!(world.told()[1..], [("Chat Sun 20:11", HourStage::Again)]);
}

#[test]
fn answers_are_handed_over_in_the_hour_only() {
    let mut world = World::new(&plan(SUNDAYS), "2026-05-03T18:59:00Z");
    world.pass(MINUTE * 2);
    world.press("next-answer");
    world.press("open");
    assert_eq!(world.handed, ["Chat", "open x"]);
    let key = world.remembered.first().unwrap().clone();
    world.pass(HOUR);
    let button = "next-answer".to_owned();
    world.handle(Event::Answered { key, button });
    assert_eq!(world.handed.len(), 2, "the hour is over");
}

#[test]
fn an_engagement_that_never_ends_does_not_nag() {
    let mut world = World::new(&plan("cron = \"*/5 * * * *\""), "2026-05-03T08:00:30Z");
    world.pass(HOUR * 10);
    assert_eq!(world.told().len(), 0, "{:?}", world.told());
}

#[test]
fn single_dates_and_a_changed_plan_are_followed() {
    let dated = plan("at = [2026-05-05T20:00:00, 2026-05-06T12:00:00Z]");
    let mut world = World::new(&plan(SUNDAYS), "2026-05-05T12:00:00Z");
    world.handle(Event::PlanChanged(Box::new(read(&dated).unwrap())));
    world.pass(HOUR * 24 * 7);
    let begun: Vec<_> = world.told().into_iter().map(|(what, _)| what).collect();
    assert_eq!(
        begun,
        [
            "Chat Tue 20:00",
            "Chat Tue 21:00",
            "Chat Wed 13:00",
            "Chat Wed 14:00"
        ]
    );
}
