//! What is told before a plan is saved.

use jiff::civil::date;

use super::*;
use crate::plan::presets::{Preset, render};
use crate::plan::read::read;

fn plan(text: &str) -> Plan {
    read(text).unwrap()
}

fn told(old: &str, new: &str) -> Vec<String> {
    let changes = difference(
        &plan(old),
        &plan(new),
        date(2026, 11, 23),
        date(2026, 12, 20),
    );
    let shown = |side: Option<String>| side.unwrap_or_else(|| "-".to_owned());
    changes
        .into_iter()
        .map(|change| {
            format!(
                "{}: {} > {}",
                change.what,
                shown(change.before),
                shown(change.after)
            )
        })
        .collect()
}

const BASE: &str = "[[limits]]\nof = \"all\"\nper = \"week\"\ntime = \"3h\"\n\
    [[accounts]]\nname = \"blog\"\nplatform = \"handoff\"\nslots = [\"0 8 * * Tue\"]\n\
    cadence = [{ from = 2026-01-05, posts = \"1 per week\" }]\n";

#[test]
fn the_same_plan_differs_in_nothing_however_it_is_written() {
    for preset in Preset::ALL {
        let text = render(preset, "Europe/Madrid", date(2026, 11, 24));
        let bare: String = text
            .lines()
            .filter(|l| !l.starts_with('#'))
            .flat_map(|l| [l, "\n"])
            .collect();
        assert_eq!(told(&text, &bare), Vec::<String>::new());
    }
    // An account's second pattern that gives no new time changes nothing.
    assert!(
        told(
            BASE,
            &BASE.replace("\"0 8 * * Tue\"", "\"0 8 * * Tue\", \"0 8 * * 2\"")
        )
        .is_empty()
    );
}

#[test]
fn limits_are_told_for_the_days_in_which_they_differ() {
    assert_eq!(
        told(BASE, &BASE.replace("3h", "4h")),
        ["limit of all per week: 3h > 4h"]
    );
    let exception =
        "[[limits.overrides]]\nfrom = 2026-12-01\nuntil = 2026-12-01\ntime = \"8h\"\n[[accounts]]";
    assert_eq!(
        told(BASE, &BASE.replace("[[accounts]]", exception)),
        ["limit of all per week from Mon 30 Nov to Sun 6 Dec: 3h > 8h"]
    );
    let congress =
        format!("{BASE}[[conferences]]\nname = \"C\"\nfrom = 2026-12-03\nuntil = 2026-12-03\n");
    assert_eq!(
        told(BASE, &congress),
        [
            "conference C: - > 2026-12-03 to 2026-12-03",
            "limit of activity:conference per day on Thu 3 Dec: - > 1h"
        ]
    );
}

#[test]
fn slots_that_go_and_come_are_named() {
    assert_eq!(
        told(BASE, &BASE.replace("0 8 * * Tue", "30 9 * * Fri")),
        [
            "slots of blog: Tue 24 Nov 08:00, Tue 1 Dec 08:00, Tue 8 Dec 08:00, Tue 15 Dec 08:00 > \
          Fri 27 Nov 09:30, Fri 4 Dec 09:30, Fri 11 Dec 09:30, Fri 18 Dec 09:30"
        ]
    );
    let daily = told(BASE, &BASE.replace("0 8 * * Tue", "0 8 * * *"));
    assert!(
        daily[0].ends_with("Sat 28 Nov 08:00 and 19 more"),
        "{daily:?}"
    );
    assert!(
        daily[0].starts_with("slots of blog: - > Mon 23 Nov 08:00, Wed 25 Nov 08:00"),
        "{daily:?}"
    );
}

#[test]
fn a_stage_that_begins_within_the_weeks_is_told_from_its_first_period() {
    let stages = "{ from = 2026-01-05, posts = \"1 per week\" }, { from = 2026-12-09, posts = \"2-3 per month\" }";
    let later = BASE.replace("{ from = 2026-01-05, posts = \"1 per week\" }", stages);
    assert_eq!(
        told(BASE, &later),
        Vec::<String>::new(),
        "its month begins after these weeks"
    );
    let weekly = later.replace("2-3 per month", "2 per week");
    assert_eq!(
        told(BASE, &weekly),
        ["posts of blog from Mon 14 Dec: 1 per week > 2 per week"]
    );
}

#[test]
fn an_account_that_goes_takes_its_times_with_it() {
    let without = BASE.split("[[accounts]]").next().unwrap();
    let all = told(BASE, without);
    assert!(
        all.contains(&"account blog: handoff, blog > -".to_owned()),
        "{all:?}"
    );
    assert!(
        all.contains(&"posts of blog: 1 per week > -".to_owned()),
        "{all:?}"
    );
    assert!(
        all.iter()
            .any(|line| line.starts_with("slots of blog: Tue 24 Nov 08:00")),
        "{all:?}"
    );
}

#[test]
fn settings_and_engagements_are_told() {
    let more = "timezone = \"Europe/London\"\n[quiet]\nfrom = \"21:00\"\n[[engagements]]\nname = \"Chat\"\n\
                cron = \"0 20 * * Sun\"\nlength = \"1h\"\n";
    assert_eq!(
        told("", more),
        [
            "timezone: UTC > Europe/London",
            "quiet: 22:30 to 07:00 > 21:00 to 07:00",
            "Chat: - > Sun 29 Nov 20:00-21:00, Sun 6 Dec 20:00-21:00, Sun 13 Dec 20:00-21:00, Sun 20 Dec 20:00-21:00"
        ]
    );
}

#[test]
fn what_is_done_where_is_told() {
    let chat = "[[engagements]]\nname = \"Chat\"\ncron = \"0 20 * * Sun\"\nlength = \"1h\"\n\
                activity = \"chat\"\nsite = \"x\"\n";
    assert_eq!(
        told(chat, &chat.replace("\"x\"", "\"bluesky\"")),
        ["site of Chat: x > bluesky"]
    );
    assert_eq!(
        told(chat, &chat.replace("\"chat\"", "\"scan\"")),
        ["activity of Chat: chat > scan"]
    );
}

#[test]
fn entries_of_one_name_are_not_taken_for_each_other() {
    let year = |from: &str, more: &str| {
        format!("[[conferences]]\nname = \"C\"\nfrom = {from}\nuntil = {from}\n{more}")
    };
    let both = |more: &str| year("2027-06-01", "") + &year("2028-06-01", more);
    assert_eq!(told(&both(""), &both("")), Vec::<String>::new());
    assert_eq!(
        told(&both(""), &both("site = \"x\"\n")),
        ["conference C: 2028-06-01 to 2028-06-01 > 2028-06-01 to 2028-06-01, on x"]
    );
    assert_eq!(
        told(&both(""), &year("2028-06-01", "")),
        ["conference C: 2027-06-01 to 2027-06-01 > -"]
    );
}
