//! Stages day by day, and slots that are neither lost nor doubled when the clocks change.

use jiff::ToSpan;
use jiff::civil::date;
use proptest::prelude::*;

use super::*;
use crate::plan::Plan;
use crate::plan::presets::{Preset, render};
use crate::plan::read::{parse_posts, read};

fn plan(top: &str, slots: &str, cadence: &str) -> Plan {
    let text = format!(
        "{top}\n[[accounts]]\nname = \"b\"\nplatform = \"folder\"\npath = \"b\"\n\
         slots = [{slots}]\ncadence = [{cadence}]\n"
    );
    read(&text).unwrap()
}

/// `2 per week, 2026-01-05 to 2026-01-11`, or nothing.
fn told(plan: &Plan, day: Date) -> String {
    let target = target_on(&plan.accounts[0].cadence, &plan.calendar, day);
    target.map_or(String::new(), |target| {
        let Target { per, min, max, .. } = target;
        format!("{min}-{max} per {per}, {} to {}", target.first, target.last)
    })
}

#[test]
fn after_counts_from_the_first_stages_date() {
    let cadence = r#"{ from = 2026-01-05, posts = "2 per week" },
        { from = 2027-03-01, posts = "3 per week" }, { after = "2y", posts = "4 per week" }"#;
    let plan = plan("", "", cadence);
    let written = dates(&plan.accounts[0].cadence);
    assert_eq!(
        written,
        [date(2026, 1, 5), date(2027, 3, 1), date(2028, 1, 5)]
    );
}

#[test]
fn a_leap_days_anniversary_is_the_last_of_february() {
    let cadence =
        r#"{ from = 2024-02-29, posts = "2 per week" }, { after = "1y", posts = "1 per week" }"#;
    let plan = plan("", "", cadence);
    assert_eq!(dates(&plan.accounts[0].cadence)[1], date(2025, 2, 28));
    // A Friday: the next week starts on 3 March.
    assert!(told(&plan, date(2025, 3, 2)).starts_with("2-2 per week, 2025-02-24 to 2025-03-02"));
    assert!(told(&plan, date(2025, 3, 3)).starts_with("1-1 per week, 2025-03-03"));
}

#[test]
fn the_first_stage_holds_from_its_date_and_its_first_period_is_short() {
    let weekly = plan("", "", r#"{ from = 2026-01-07, posts = "2 per week" }"#);
    assert_eq!(told(&weekly, date(2026, 1, 6)), "");
    assert_eq!(
        told(&weekly, date(2026, 1, 7)),
        "2-2 per week, 2026-01-07 to 2026-01-11"
    );
    assert_eq!(
        told(&weekly, date(2026, 1, 12)),
        "2-2 per week, 2026-01-12 to 2026-01-18"
    );
    let monthly = plan("", "", r#"{ from = 2026-01-31, posts = "2-3 per month" }"#);
    assert_eq!(
        told(&monthly, date(2026, 1, 31)),
        "2-3 per month, 2026-01-31 to 2026-01-31"
    );
    assert_eq!(told(&plan("", "", ""), date(2026, 1, 31)), "");
}

#[test]
fn a_stage_takes_over_on_its_date_where_its_period_starts_there() {
    let cadence = r#"{ from = 2026-01-05, posts = "2 per week" },
        { from = 2026-06-01, posts = "1 per week" }, { from = 2026-07-01, posts = "1 per month" }"#;
    let plan = plan("", "", cadence);
    assert_eq!(
        told(&plan, date(2026, 5, 31)),
        "2-2 per week, 2026-05-25 to 2026-05-31"
    );
    assert_eq!(
        told(&plan, date(2026, 6, 1)),
        "1-1 per week, 2026-06-01 to 2026-06-07"
    );
    // 1 July 2026 is a Wednesday: the month starts, the week before it is cut.
    assert_eq!(
        told(&plan, date(2026, 6, 30)),
        "1-1 per week, 2026-06-29 to 2026-06-30"
    );
    assert_eq!(
        told(&plan, date(2026, 7, 1)),
        "1-1 per month, 2026-07-01 to 2026-07-31"
    );
}

#[test]
fn a_month_is_cut_by_a_week() {
    let cadence = r#"{ from = 2026-01-01, posts = "2-3 per month" }, { from = 2026-03-05, posts = "1 per week" }"#;
    let monday = plan("", "", cadence);
    assert_eq!(
        told(&monday, date(2026, 3, 8)),
        "2-3 per month, 2026-03-01 to 2026-03-08"
    );
    assert_eq!(
        told(&monday, date(2026, 3, 9)),
        "1-1 per week, 2026-03-09 to 2026-03-15"
    );
    let sunday = plan("week_starts = \"sunday\"", "", cadence);
    assert_eq!(
        told(&sunday, date(2026, 3, 7)),
        "2-3 per month, 2026-03-01 to 2026-03-07"
    );
    assert_eq!(
        told(&sunday, date(2026, 3, 8)),
        "1-1 per week, 2026-03-08 to 2026-03-14"
    );
}

#[test]
fn a_stage_overtaken_by_the_next_never_holds() {
    // The month would take over on 1 March, the week after it does on 16 February.
    let cadence = r#"{ from = 2026-01-05, posts = "1 per month" },
        { from = 2026-02-02, posts = "2 per month" }, { from = 2026-02-10, posts = "3 per week" }"#;
    let plan = plan("", "", cadence);
    assert_eq!(
        told(&plan, date(2026, 2, 15)),
        "1-1 per month, 2026-02-01 to 2026-02-15"
    );
    assert_eq!(
        told(&plan, date(2026, 2, 16)),
        "3-3 per week, 2026-02-16 to 2026-02-22"
    );
    assert_eq!(
        told(&plan, date(2026, 3, 1)),
        "3-3 per week, 2026-02-23 to 2026-03-01"
    );
}

#[test]
fn the_end_of_the_calendar_is_no_stage() {
    let cadence =
        r#"{ from = 2026-01-05, posts = "1 per week" }, { after = "9999y", posts = "2 per week" }"#;
    let plan = plan("", "", cadence);
    assert!(told(&plan, Date::MAX).starts_with("1-1 per week"));
}

#[test]
fn behind_counts_what_is_queued_and_ahead_is_more_than_meant() {
    let day = date(2026, 2, 2);
    let target = |min, max| Target {
        per: Per::Week,
        min,
        max,
        first: day,
        last: day,
    };
    let cases = [
        (2, 3, 0, 0, Word::Behind),
        (2, 3, 1, 0, Word::Behind),
        (2, 3, 0, 2, Word::OnTrack),
        (2, 3, 1, 1, Word::OnTrack),
        (2, 3, 3, 0, Word::OnTrack),
        (2, 3, 3, 1, Word::Ahead),
        (2, 3, 0, 4, Word::Ahead),
        (0, 1, 0, 0, Word::OnTrack),
        (0, 1, u32::MAX, u32::MAX, Word::Ahead),
    ];
    for (min, max, published, queued, word) in cases {
        let found = standing(&target(min, max), published, queued);
        assert_eq!(found, word, "{published} + {queued} of {min}-{max}");
    }
    let words = [Word::Behind, Word::OnTrack, Word::Ahead];
    let json = serde_json::to_string(&words).unwrap();
    assert_eq!(json, r#"["behind","on-track","ahead"]"#);
}

#[test]
fn lins_stages_change_on_the_dates_worked_out_by_hand() {
    for zone in ["Europe/London", "America/New_York"] {
        let plan = read(&render(Preset::Lin, zone, date(2026, 1, 5))).unwrap();
        let mut changes = Vec::new();
        let mut before = String::new();
        for day in date(2026, 1, 1)
            .series(1.day())
            .take_while(|d| *d <= date(2031, 1, 4))
        {
            let told = told(&plan, day);
            let posts = told.split(',').next().unwrap().to_owned();
            if posts != before {
                changes.push(format!("{day} {told}"));
                before = posts;
            }
        }
        // Two years on is Wednesday 5 January 2028, four years Saturday 5 January 2030.
        assert_eq!(
            changes,
            [
                "2026-01-05 2-2 per week, 2026-01-05 to 2026-01-11",
                "2028-01-10 1-1 per week, 2028-01-10 to 2028-01-16",
                "2030-02-01 2-3 per month, 2030-02-01 to 2030-02-28",
            ]
        );
        assert_eq!(
            told(&plan, date(2030, 1, 30)),
            "1-1 per week, 2030-01-28 to 2030-01-31"
        );
    }
}

#[test]
fn slots_include_the_start_of_a_range_and_not_its_end() {
    let plan = plan("", r#""0 8 * * Tue,Fri""#, "");
    let tuesday: Timestamp = "2026-11-24T08:00:00Z".parse().unwrap();
    let friday: Timestamp = "2026-11-27T08:00:00Z".parse().unwrap();
    let slots = |from, until| {
        occurrences(&plan.accounts[0], &plan.calendar, from, until).collect::<Vec<_>>()
    };
    assert_eq!(slots(tuesday, friday), [tuesday]);
    assert_eq!(slots(friday, tuesday), []);
    // Friday 2 January 1970, then 2968 weeks from Tuesday the 6th.
    assert_eq!(slots(Timestamp::MIN, tuesday).len(), 1 + 2 * 2968);
}

#[test]
fn two_patterns_at_one_instant_are_one_slot() {
    // 01:30 is skipped on 29 March 2026 and runs at 02:00, when the other pattern runs.
    let two = r#""30 1 29 3 *", "0 2 * * *", "0 2 * * Sun""#;
    let plan = plan("timezone = \"Europe/London\"", two, "");
    let (from, until) = plan
        .calendar
        .bounds(plan.calendar.period(Per::Week, date(2026, 3, 29)));
    let slots = occurrences(&plan.accounts[0], &plan.calendar, from, until);
    let told: Vec<String> = slots.map(|at| plan.calendar.rfc3339(at)).collect();
    assert_eq!(told.len(), 7, "{told:?}");
    assert_eq!(told[5], "2026-03-29T02:00:00+01:00");
}

#[test]
fn the_next_free_slot_is_later_and_not_taken() {
    let plan = plan("", r#""0 8 * * Tue,Fri""#, "");
    let at = |text: &str| text.parse::<Timestamp>().unwrap();
    let (tuesday, friday) = (at("2026-11-24T08:00:00Z"), at("2026-11-27T08:00:00Z"));
    let free = |taken: &[Timestamp], after| {
        let taken = taken.iter().copied().collect();
        next_free(&plan.accounts[0], &plan.calendar, &taken, after)
    };
    assert_eq!(free(&[], at("2026-11-24T07:59:59Z")), Some(tuesday));
    assert_eq!(free(&[], tuesday), Some(friday));
    assert_eq!(free(&[friday], tuesday), Some(at("2026-12-01T08:00:00Z")));
    assert_eq!(
        free(&[tuesday, friday], Timestamp::MIN),
        Some(at("1970-01-02T08:00:00Z"))
    );
    assert_eq!(free(&[], at("2101-01-01T00:00:00Z")), None);
    assert_eq!(free(&[], Timestamp::MAX), None);
    let bare = self::plan("", "", "");
    let none = next_free(&bare.accounts[0], &bare.calendar, &BTreeSet::new(), tuesday);
    assert_eq!(none, None);
}

const ZONES: [&str; 8] = [
    "Europe/London",
    "America/New_York",
    "America/St_Johns",
    "Australia/Lord_Howe",
    "America/Santiago",
    "Africa/Cairo",
    "Pacific/Chatham",
    "America/Havana",
];

fn any_slots() -> impl Strategy<Value = String> {
    let minutes = prop::sample::select(&["0", "30", "*/20", "1,59", "*/45"][..]);
    let hours = prop::sample::select(&["0", "1", "2", "1-3", "*/6", "8", "23"][..]);
    let days = prop::sample::select(&["* * *", "* * 0", "* * Tue,Fri", "1-7 * *", "13 * Fri"][..]);
    let pattern = (minutes, hours, days).prop_map(|(m, h, d)| format!("\"{m} {h} {d}\""));
    prop::collection::vec(pattern, 1..4).prop_map(|patterns| patterns.join(", "))
}

fn any_cadence() -> impl Strategy<Value = String> {
    let stage = (1_u32..200, 0_u32..3, 1_u32..3, any::<bool>());
    (0_i32..40, prop::collection::vec(stage, 1..5)).prop_map(|(first, stages)| {
        let mut day = date(2026, 1, 1) + first.days();
        let mut written = Vec::new();
        for (gap, min, more, weekly) in stages {
            let per = if weekly { "week" } else { "month" };
            let posts = format!("{min}-{} per {per}", min + more);
            assert!(parse_posts(&posts).is_ok());
            written.push(format!("{{ from = {day}, posts = \"{posts}\" }}"));
            day += i64::from(gap).days();
        }
        written.join(", ")
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_year_loses_no_slot_and_doubles_none(zone in prop::sample::select(&ZONES[..]), slots in any_slots()) {
        let plan = plan(&format!("timezone = \"{zone}\""), &slots, "");
        let account = &plan.accounts[0];
        let from = plan.calendar.day_start(date(2026, 1, 1));
        let until = plan.calendar.day_start(date(2027, 1, 1));
        let found: Vec<Timestamp> = occurrences(account, &plan.calendar, from, until).collect();
        prop_assert!(found.is_sorted_by(|a, b| a < b));
        let union: BTreeSet<Timestamp> = account.slots.iter()
            .flat_map(|pattern| pattern.between(&plan.calendar, from, until)).collect();
        prop_assert_eq!(&found, &union.into_iter().collect::<Vec<_>>());
        // Whatever range is asked for, in one piece or two, the same slots come.
        let middle = found.get(found.len() / 2).copied().unwrap_or(until);
        let halves: Vec<Timestamp> = occurrences(account, &plan.calendar, from, middle)
            .chain(occurrences(account, &plan.calendar, middle, until)).collect();
        prop_assert_eq!(&found, &halves);
    }

    #[test]
    fn taking_the_next_free_slot_again_and_again_takes_each_in_turn(
        zone in prop::sample::select(&ZONES[..]), slots in any_slots(), day in 0_i64..330,
    ) {
        let plan = plan(&format!("timezone = \"{zone}\""), &slots, "");
        let account = &plan.accounts[0];
        let after = plan.calendar.day_start(date(2026, 1, 1) + day.days());
        let mut taken = BTreeSet::new();
        for _ in 0..40 {
            let slot = next_free(account, &plan.calendar, &taken, after).unwrap();
            prop_assert!(taken.last().is_none_or(|last| *last < slot) && slot > after);
            taken.insert(slot);
        }
        let until = taken.last().unwrap().saturating_add(1.second()).unwrap();
        let all: BTreeSet<Timestamp> = occurrences(account, &plan.calendar, after, until)
            .filter(|slot| *slot > after).collect();
        prop_assert_eq!(taken, all);
    }

    #[test]
    fn every_day_lies_in_its_period_and_periods_follow_each_other(cadence in any_cadence()) {
        let plan = plan("", "", &cadence);
        let stages = &plan.accounts[0].cadence;
        let target = |day| target_on(stages, &plan.calendar, day);
        let first = dates(stages)[0];
        prop_assert_eq!(target(first.yesterday().unwrap()), None);
        prop_assert_eq!(target(first).unwrap().first, first);
        let mut day = first;
        while day < date(2028, 6, 1) {
            let period = target(day).unwrap();
            prop_assert_eq!(period.first, day);
            let whole = plan.calendar.period(period.per, day);
            prop_assert!(whole.first <= period.first && period.last <= whole.last);
            let days = period.first.series(1.day()).take_while(|d| *d <= period.last);
            for inside in days {
                prop_assert_eq!(target(inside), Some(period));
            }
            day = period.last.tomorrow().unwrap();
        }
    }
}
