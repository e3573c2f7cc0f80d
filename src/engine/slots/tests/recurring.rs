//! Years of posts that recur.

use super::*;

fn recurring(cron: &str, last: &str) -> Recurring {
    Recurring {
        id: "s".to_owned(),
        account: "blog".to_owned(),
        cron: Pattern::parse(cron).unwrap(),
        last: at(last),
        waits: true,
    }
}

impl Run {
    /// Makes what is asked for, as memory would, until then; what was made and when.
    fn make_until(&mut self, end: Timestamp) -> Vec<(Timestamp, Timestamp)> {
        let mut made = Vec::new();
        loop {
            let effects = self.tell(Event::Tick);
            let repeats = effects.iter().filter_map(|effect| match effect {
                Effect::Repeat { at, .. } => Some(*at),
                _ => None,
            });
            for time in repeats.collect::<Vec<_>>() {
                made.push((self.now, time));
                self.memory.series[0].last = time;
                self.memory.series[0].waits = true;
                self.read();
            }
            match self.engine.next_wakeup().filter(|next| *next <= end) {
                Some(next) => self.now = next.max(self.now),
                None => break,
            }
        }
        self.now = end;
        made
    }
}

#[test]
fn ten_years_of_a_series_have_each_time_once_two_weeks_ahead_at_most() {
    for (cron, zone) in [
        ("0 17 * * Fri", "Europe/London"),
        ("30 1 * * Sun", "America/New_York"),
        ("30 2 * * *", "Australia/Lord_Howe"),
        ("0 9 1 * *", "Asia/Kathmandu"),
    ] {
        let mut plan = plan("", "1 per week");
        plan.calendar.zone = jiff::tz::TimeZone::get(zone).unwrap();
        let mut run = Run::new(plan, START);
        let first = Pattern::parse(cron)
            .unwrap()
            .after(&run.plan.calendar, at(START))
            .next()
            .unwrap();
        let mut series = recurring(cron, START);
        series.last = first;
        run.memory.series.push(series);
        run.read();
        let end = at("2036-01-05T12:00:00Z");
        let made = run.make_until(end);
        let times: Vec<_> = made.iter().map(|(_, time)| *time).collect();
        let pattern = Pattern::parse(cron).unwrap();
        let expected: Vec<_> = pattern
            .after(&run.plan.calendar, first)
            .take(times.len())
            .collect();
        assert_eq!(times, expected, "{cron} {zone}");
        // A month's next post is made two weeks before it.
        let missing = SignedDuration::from_hours(27 * 24);
        assert!(
            *times.last().unwrap() >= end - missing,
            "{cron} {zone}: {:?}",
            times.last()
        );
        let mut former = first;
        for (when, time) in made {
            assert!(
                when >= former && when >= time - SignedDuration::from_hours(14 * 24),
                "{cron} at {when}"
            );
            assert!(when < time, "{cron}: {time} was made at {when}");
            former = time;
        }
    }
}

#[test]
fn what_a_machine_slept_through_is_not_made_up_for() {
    let mut run = Run::new(plan("", "1 per week"), START);
    run.memory
        .series
        .push(recurring("0 17 * * *", "2026-01-05T17:00:00Z"));
    run.read();
    run.now = at("2026-02-20T10:00:00Z");
    let made = run.make_until(at("2026-02-20T16:00:00Z"));
    assert_eq!(
        made,
        [(at("2026-02-20T10:00:00Z"), at("2026-02-20T17:00:00Z"))]
    );
}

#[test]
fn a_cancelled_one_makes_room_for_the_next_and_an_absent_account_for_none() {
    let mut run = Run::new(plan("", "1 per week"), START);
    run.memory
        .series
        .push(recurring("0 17 * * Fri", "2026-01-09T17:00:00Z"));
    run.read();
    assert_eq!(run.make_until(at("2026-01-06T12:00:00Z")), []);
    run.memory.series[0].waits = false;
    run.memory.series[0].account = "gone".to_owned();
    run.read();
    assert_eq!(run.make_until(at("2026-01-06T13:00:00Z")), []);
    run.memory.series[0].account = "blog".to_owned();
    let effects = run.read();
    assert!(
        matches!(effects.as_slice(), [Effect::Repeat { at: time, .. }] if *time == at("2026-01-16T17:00:00Z"))
    );
    // Memory that does not answer is asked again, but not at once.
    assert!(run.tell(Event::Tick).is_empty());
    let again = run.engine.next_wakeup().unwrap();
    assert_eq!(again, run.now + SignedDuration::from_mins(5));
    run.now = again;
    assert_eq!(run.tell(Event::Tick).len(), 1);
}
