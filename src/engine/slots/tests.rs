//! Years of slots, filled, empty and let pass, and what is said about them.

mod recurring;

use std::collections::BTreeSet;

use jiff::civil::date;

use super::*;
use crate::calendar::Pattern;
use crate::engine::Event;
use crate::plan::cadence;
use crate::plan::read::read;

const START: &str = "2026-01-05T12:00:00Z";

fn plan(slots: &str, cadence: &str) -> Plan {
    let text = format!(
        "timezone = \"Europe/London\"\n[[accounts]]\nname = \"blog\"\nplatform = \"handoff\"\n\
         slots = [{slots}]\ncadence = [{{ from = 2026-01-05, posts = \"{cadence}\" }}]\n"
    );
    read(&text).unwrap()
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// What is kept of posts.
#[derive(Default)]
struct Memory {
    posts: Vec<Stocked>,
    skipped: BTreeSet<(String, Timestamp)>,
    series: Vec<Recurring>,
}

impl Memory {
    fn stock(&self, plan: &Plan, now: Timestamp) -> Stock {
        let mut stock = Stock::new(plan, now);
        self.posts.iter().for_each(|post| stock.put(post));
        for (account, slot) in &self.skipped {
            stock.skip(account, *slot);
        }
        stock.series.clone_from(&self.series);
        stock
    }
}

/// An engine with a clock that goes on from event to event.
struct Run {
    engine: Engine,
    plan: Plan,
    now: Timestamp,
    begun: Timestamp,
    memory: Memory,
    shown: Vec<(Timestamp, Nudge)>,
    put_away: Vec<String>,
}

impl Run {
    fn new(plan: Plan, start: &str) -> Self {
        let begun = at(start);
        let mut run = Self {
            engine: Engine::new(plan.clone(), moment(begun, begun)),
            plan,
            now: begun,
            begun,
            memory: Memory::default(),
            shown: Vec::new(),
            put_away: Vec::new(),
        };
        run.tell(Event::NudgesRead(Vec::new()));
        run.read();
        run
    }

    fn tell(&mut self, event: Event) -> Vec<Effect> {
        let effects = self.engine.handle(event, moment(self.now, self.begun));
        for effect in &effects {
            match effect {
                Effect::Show(nudge) => self.shown.push((self.now, nudge.clone())),
                Effect::PutAway(key) => self.put_away.push(key.clone()),
                _ => {}
            }
        }
        if effects
            .iter()
            .any(|effect| matches!(effect, Effect::ReadQueue))
        {
            let answers = self.read();
            return effects.into_iter().chain(answers).collect();
        }
        effects
    }

    fn read(&mut self) -> Vec<Effect> {
        let stock = self.memory.stock(&self.plan, self.now);
        self.tell(Event::StockRead(Box::new(stock)))
    }

    fn put(&mut self, slot: Timestamp, place: Place) {
        let account = "blog".to_owned();
        self.memory.posts.push(Stocked {
            account,
            at: slot,
            due_at: Some(slot),
            place,
        });
        self.read();
    }

    /// Wakes whenever the engine wants to, until then.
    fn until(&mut self, end: Timestamp) {
        while let Some(next) = self.engine.next_wakeup().filter(|next| *next <= end) {
            assert!(
                next > self.now,
                "it wakes at {next} and nothing comes of it"
            );
            self.now = next;
            self.tell(Event::Tick);
        }
        self.now = end;
    }

    fn slots_asked(&self) -> Vec<Timestamp> {
        let slots = self.shown.iter().filter_map(|(_, nudge)| match nudge {
            Nudge::Slot { slot, .. } => Some(*slot),
            _ => None,
        });
        slots.collect()
    }

    fn slots(&self, from: Timestamp, until: Timestamp) -> Vec<Timestamp> {
        let account = self.plan.account("blog").unwrap();
        cadence::occurrences(account, &self.plan.calendar, from, until).collect()
    }
}

fn moment(now: Timestamp, begun: Timestamp) -> Moment {
    let since = Duration::try_from(now.duration_since(begun)).unwrap_or_default();
    Moment {
        wall: now,
        awake: since,
        boot: since,
    }
}

fn local(plan: &Plan, at: Timestamp) -> String {
    plan.calendar.local(at).strftime("%a %H:%M").to_string()
}

#[test]
fn every_empty_slot_of_five_years_is_asked_about_once_in_its_morning() {
    let mut run = Run::new(plan("\"0 8 * * Tue,Fri\"", "2 per week"), START);
    let end = at("2031-01-05T12:00:00Z");
    run.until(end);
    assert_eq!(run.slots_asked(), run.slots(at(START), end));
    assert!(run.shown.len() > 520);
    for (when, _) in &run.shown {
        assert!(["Tue 07:00", "Fri 07:00"].contains(&local(&run.plan, *when).as_str()));
        let quiet = run.plan.quiet;
        assert!(
            !run.plan
                .calendar
                .in_daily_window(*when, quiet.from, quiet.until)
        );
    }
    // Each question went off the screen when its slot came.
    assert_eq!(run.put_away.len(), run.shown.len());
}

#[test]
fn nobody_is_asked_about_a_slot_that_is_filled_let_pass_or_not_needed() {
    for cadence in ["2 per week", "1 per week"] {
        let mut run = Run::new(plan("\"0 8 * * Tue,Fri\"", cadence), START);
        let week = run.slots(at(START), at("2026-01-12T00:00:00Z"));
        run.put(week[0], Place::Waiting);
        if cadence == "2 per week" {
            run.memory.skipped.insert(("blog".to_owned(), week[1]));
            run.read();
        }
        run.until(at("2026-01-12T00:00:00Z"));
        assert_eq!(run.shown, [], "{cadence}");
    }
    // Without an aim nobody is behind it.
    let mut aimless = plan("\"0 8 * * Tue\"", "1 per week");
    aimless.accounts[0].cadence.clear();
    let mut run = Run::new(aimless, START);
    run.until(at("2027-01-05T12:00:00Z"));
    assert_eq!(run.shown, []);
}

#[test]
fn who_wrote_half_of_a_months_posts_is_left_alone_for_half_of_it() {
    let mut run = Run::new(
        plan("\"0 8 * * Tue,Fri\"", "2-3 per month"),
        "2026-01-31T12:00:00Z",
    );
    let month = run.slots(at("2026-02-01T12:00:00Z"), at("2026-03-01T00:00:00Z"));
    run.until(at("2026-02-03T07:30:00Z"));
    assert_eq!(run.slots_asked(), month[..1]);
    run.put(month[0], Place::Published);
    run.until(at("2026-02-28T12:00:00Z"));
    // Level with the aim until the middle of February, behind it after.
    assert_eq!(run.slots_asked()[1..], month[4..]);
}

#[test]
fn a_slot_is_asked_about_in_the_last_morning_that_leaves_an_hour() {
    let mut plan = plan("", "1 per week");
    let asked = |plan: &Plan, slot: &str| local(plan, asks_at(plan, at(slot)));
    // Wednesday 14 January 2026, in London.
    for (slot, told) in [
        ("2026-01-14T08:00:00Z", "Wed 07:00"),
        ("2026-01-14T07:59:00Z", "Tue 07:00"),
        ("2026-01-14T20:00:00Z", "Wed 07:00"),
        ("2026-01-14T23:30:00Z", "Wed 07:00"),
        ("2026-01-14T03:00:00Z", "Tue 07:00"),
        // The clocks go forward on Sunday 29 March, back on Sunday 25 October.
        ("2026-03-29T07:00:00Z", "Sun 07:00"),
        ("2026-10-25T08:00:00Z", "Sun 07:00"),
    ] {
        assert_eq!(asked(&plan, slot), told, "{slot}");
    }
    plan.quiet.from = plan.quiet.until;
    assert_eq!(asked(&plan, "2026-01-14T08:00:00Z"), "Wed 07:00");
    // Who sleeps by day is asked in the afternoon.
    (plan.quiet.from, plan.quiet.until) = (Time::constant(8, 0, 0, 0), Time::constant(16, 0, 0, 0));
    assert_eq!(asked(&plan, "2026-01-14T20:00:00Z"), "Wed 16:00");
    assert_eq!(asked(&plan, "2026-01-14T12:00:00Z"), "Tue 16:00");
}

#[test]
fn of_several_slots_on_one_day_one_is_asked_about() {
    let mut run = Run::new(plan("\"*/10 * * * *\"", "7 per week"), START);
    run.until(at("2026-02-05T12:00:00Z"));
    let days: Vec<_> = run
        .slots_asked()
        .iter()
        .map(|slot| run.plan.calendar.day_of(*slot))
        .collect();
    let distinct: BTreeSet<_> = days.iter().copied().collect();
    assert_eq!(days.len(), distinct.len());
    assert!(days.len() >= 31, "{days:?}");
}

#[test]
fn a_question_is_not_asked_again_after_a_restart_a_cancelled_post_or_a_clock_set_back() {
    let mut run = Run::new(plan("\"0 8 * * Tue\"", "1 per week"), START);
    let slot = at("2026-01-06T08:00:00Z");
    run.until(at("2026-01-06T07:10:00Z"));
    assert_eq!(run.slots_asked(), [slot]);
    // It is filled, and free again: the question went, and stays away.
    run.put(slot, Place::Queued);
    assert_eq!(run.put_away, [slot_key("blog", slot)]);
    run.memory.posts.clear();
    run.read();
    run.now = at("2026-01-05T13:00:00Z");
    run.tell(Event::Tick);
    run.until(at("2026-01-06T07:30:00Z"));
    assert_eq!(run.slots_asked(), [slot]);
    let mut restarted = Run::new(run.plan.clone(), START);
    let shown = (slot_key("blog", slot), restarted.now);
    restarted.tell(Event::NudgesRead(vec![shown]));
    restarted.until(at("2026-01-06T09:00:00Z"));
    assert_eq!(restarted.shown, []);
}

#[test]
fn a_slot_that_passed_while_nobody_was_there_is_not_spoken_of() {
    let late = Run::new(
        plan("\"0 8 * * Tue\"", "1 per week"),
        "2026-01-06T08:00:00Z",
    );
    assert_eq!(late.shown, []);
    let in_time = Run::new(
        plan("\"0 8 * * Tue\"", "1 per week"),
        "2026-01-06T07:59:00Z",
    );
    assert_eq!(in_time.slots_asked(), [at("2026-01-06T08:00:00Z")]);
    // A machine that wakes in quiet time waits for its end.
    let mut early = Run::new(plan("\"30 7 * * *\"", "7 per week"), "2026-01-06T05:00:00Z");
    assert_eq!(early.shown, []);
    early.until(at("2026-01-06T07:15:00Z"));
    assert_eq!(local(&early.plan, early.shown[0].0), "Tue 07:00");
}

#[test]
fn a_missed_week_asks_for_no_more_than_the_next_ones_own() {
    let run = |empty_weeks: i64| {
        let mut run = Run::new(plan("\"0 8 * * *\"", "2 per week"), START);
        let week = at(START) + SignedDuration::from_hours(empty_weeks * 7 * 24 + 12);
        run.until(week);
        run.shown.clear();
        // Two posts in the first days of the new week, as meant.
        for slot in run.slots(week, week + SignedDuration::from_hours(48)) {
            run.put(slot, Place::Queued);
        }
        run.until(week + SignedDuration::from_hours(5 * 24));
        run.slots_asked().len()
    };
    assert_eq!((run(1), run(2), run(6)), (0, 0, 0));
}

#[test]
fn more_than_meant_is_told_once_for_each_period_and_not_at_night() {
    let mut run = Run::new(
        plan("\"0 8 * * *\"", "1-2 per week"),
        "2026-01-05T23:00:00Z",
    );
    let slots = run.slots(at("2026-01-06T00:00:00Z"), at("2026-01-19T00:00:00Z"));
    for slot in &slots[..2] {
        run.put(*slot, Place::Queued);
    }
    assert_eq!(run.shown, []);
    run.put(slots[2], Place::Queued);
    assert_eq!(run.shown, [], "it is night");
    run.until(at("2026-01-06T07:05:00Z"));
    let [
        (
            when,
            Nudge::Ahead {
                planned,
                most,
                first,
                ..
            },
        ),
    ] = run.shown.as_slice()
    else {
        panic!("{:?}", run.shown)
    };
    assert_eq!(local(&run.plan, *when), "Tue 07:00");
    assert_eq!((*planned, *most, *first), (3, 2, date(2026, 1, 5)));
    run.put(slots[3], Place::Queued);
    assert_eq!(run.shown.len(), 1);
    for slot in &slots[6..9] {
        run.put(*slot, Place::Queued);
    }
    assert_eq!(run.shown.len(), 2, "another week");
    let mut over = Run::new(run.plan.clone(), "2026-01-10T12:00:00Z");
    for slot in &slots[..3] {
        over.put(*slot, Place::Published);
    }
    assert_eq!(over.shown, [], "nothing can be changed any more");
}

#[test]
fn who_queues_for_years_is_told_of_this_period_and_the_next() {
    let mut run = Run::new(plan("\"0 8 * * *\"", "2 per week"), START);
    let slots = run.slots(at(START), at("2053-05-01T00:00:00Z"));
    assert!(slots.len() > 9_900);
    run.memory.posts.extend(slots.iter().map(|slot| Stocked {
        account: "blog".to_owned(),
        at: *slot,
        due_at: Some(*slot),
        place: Place::Queued,
    }));
    run.read();
    let ahead = |run: &Run| -> Vec<_> {
        let nudges = run.shown.iter().filter_map(|(_, nudge)| match nudge {
            Nudge::Ahead { first, .. } => Some(first.to_string()),
            _ => None,
        });
        nudges.collect()
    };
    assert_eq!(ahead(&run), ["2026-01-05", "2026-01-12"]);
    run.until(at("2026-01-13T12:00:00Z"));
    assert_eq!(ahead(&run)[2..], ["2026-01-19"]);
    assert!(run.slots_asked().is_empty());
    // What the engine keeps of them does not grow with their number.
    let kept = format!("{:?}", run.engine.shelf.stock);
    assert!(kept.len() < 2_000, "{kept}");
}

#[test]
fn another_plan_and_a_clock_set_back_have_the_slots_counted_anew() {
    let mut run = Run::new(plan("\"0 8 * * Tue\"", "1 per week"), START);
    run.put(at("2026-01-06T08:00:00Z"), Place::Queued);
    run.plan = plan("\"0 9 * * Fri\"", "2 per week");
    run.tell(Event::PlanChanged(Box::new(run.plan.clone())));
    run.until(at("2026-01-09T07:30:00Z"));
    let friday = at("2026-01-09T09:00:00Z");
    assert_eq!(run.slots_asked(), [friday]);
    run.until(at("2026-01-10T12:00:00Z"));
    assert_eq!(
        run.engine.shelf.stock.next_slot("blog"),
        Some(at("2026-01-16T09:00:00Z"))
    );
    run.now = at("2026-01-08T12:00:00Z");
    run.tell(Event::Tick);
    assert_eq!(run.engine.shelf.stock.next_slot("blog"), Some(friday));
    assert_eq!(run.slots_asked().len(), 1, "it was asked about");
}

#[test]
fn memory_that_does_not_answer_is_asked_again_after_a_while() {
    let mut run = Run::new(plan("\"0 8 * * Tue\"", "1 per week"), START);
    let moment = |at: Timestamp| moment(at, run.begun);
    let asks = |effects: &[Effect]| {
        let asked = effects.iter().filter(|e| matches!(e, Effect::ReadQueue));
        asked.count()
    };
    let slot = at("2026-01-06T08:00:00Z");
    assert_eq!(asks(&run.engine.handle(Event::Tick, moment(slot))), 1);
    assert_eq!(asks(&run.engine.handle(Event::Tick, moment(slot))), 0);
    let again = run.engine.next_wakeup().unwrap();
    assert_eq!(again, slot + SignedDuration::from_mins(5));
    assert_eq!(asks(&run.engine.handle(Event::Tick, moment(again))), 1);
}

#[test]
fn buttons_name_the_slot_they_were_pressed_for() {
    let mut run = Run::new(
        plan("\"0 8 * * Tue\"", "1 per week"),
        "2026-01-06T07:10:00Z",
    );
    let (key, slot) = (run.shown[0].1.key(), run.slots_asked()[0]);
    for button in ["write", "skip", "other"] {
        let event = Event::Answered {
            key: key.clone(),
            button: button.to_owned(),
        };
        let effects = run.tell(event);
        match (button, effects.as_slice()) {
            ("write", [Effect::Write { account, slot: of }])
            | ("skip", [Effect::SkipSlot { account, slot: of }]) => {
                assert_eq!((account.as_str(), *of), ("blog", slot));
            }
            ("other", []) => {}
            other => panic!("{other:?}"),
        }
    }
    for broken in ["slot:blog", "slot:blog:", "slot:blog:x", "slot:"] {
        assert_eq!(slot_of_key(broken), None, "{broken}");
    }
}
