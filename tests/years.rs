//! The three presets over simulated years: what the product promises is what the clinician gets.
//!
//! The clinician forgets, overruns, travels, falls ill and loses power. The bounds are wide enough
//! for that, and for nothing else; `ROUNDS_LONG=1` lives many lives instead of one.
#![cfg(test)]

use std::fmt::Write as _;
use std::ops::RangeInclusive;

use jiff::civil::{Date, date};
use rounds::calendar::Per;
use rounds::plan::Activity;
use rounds::plan::presets::{Preset, render};
use rounds::plan::read::read;
use rounds::simulate::{Report, simulate};

const FIRST: Date = date(2026, 1, 5);
const LAST: Date = date(2031, 1, 4);

fn seeds() -> RangeInclusive<u64> {
    1..=if std::env::var_os("ROUNDS_LONG").is_some() {
        12
    } else {
        1
    }
}

fn live(preset: Preset, more: &str, seed: u64, last: Date) -> Report {
    let text = render(preset, "Europe/London", FIRST) + more;
    let plan = read(&text).unwrap();
    simulate(&plan, FIRST, last, seed).unwrap()
}

/// Five years of a preset, which never do what must never happen; the figures are printed.
fn five_years(preset: Preset, more: &str, seed: u64) -> Report {
    let report = live(preset, more, seed, LAST);
    println!(
        "{preset}, seed {seed}: {}",
        serde_json::to_string(&report).unwrap()
    );
    assert_eq!(report.days, 1_826);
    assert_eq!((report.duplicates, report.published_without_checks), (0, 0));
    assert!(report.days_ill > 10 && report.days_abroad > 10);
    report
}

fn within(what: &str, value: f64, bounds: RangeInclusive<f64>) {
    assert!(bounds.contains(&value), "{what}: {value}, meant {bounds:?}");
}

/// Hours a week of one activity.
fn weekly(report: &Report, activity: Activity) -> f64 {
    let seconds = report
        .by_activity_s
        .get(&activity)
        .copied()
        .unwrap_or_default();
    seconds as f64 / 3_600.0 / (report.days as f64 / 7.0)
}

#[test]
fn lin_publishes_two_a_week_then_one_then_two_or_three_a_month() {
    for seed in seeds() {
        let report = five_years(Preset::Lin, "", seed);
        let stages: Vec<_> = report
            .stages
            .iter()
            .map(|stage| (stage.period, stage.target_min, stage.target_max))
            .collect();
        assert_eq!(
            stages,
            [(Per::Week, 2, 2), (Per::Week, 1, 1), (Per::Month, 2, 3)]
        );
        let each: Vec<f64> = report
            .stages
            .iter()
            .map(|stage| {
                let days = f64::from((stage.until - stage.from).get_days() + 1);
                let length = if stage.period == Per::Week { 7.0 } else { 30.4 };
                f64::from(stage.published) / days * length
            })
            .collect();
        within("posts a week at first", each[0], 1.6..=2.0);
        within("posts a week after two years", each[1], 0.8..=1.1);
        within("posts a month after four years", each[2], 2.0..=3.0);
        within(
            "hours of writing a week",
            weekly(&report, Activity::Write),
            3.0..=4.0,
        );
        within(
            "posts held and skipped",
            (report.held + report.skipped) as f64,
            1.0..=120.0,
        );
        let band = &report.limits[0];
        within(
            "weeks within the limit",
            f64::from(band.kept) / f64::from(band.periods),
            0.7..=1.0,
        );
        let below = f64::from(band.floor_missed) / f64::from(band.periods);
        within("weeks below the floor", below, 0.0..=0.2);
    }
}

/// Two congresses a year.
fn congresses() -> String {
    (2026..=2030).fold(String::new(), |mut text, year| {
        for (name, month) in [("Spring", 5), ("Autumn", 10)] {
            let _ = write!(
                text,
                "[[conferences]]\nname = \"{name} {year}\"\nfrom = {year}-{month:02}-10\n\
                 until = {year}-{month:02}-13\n"
            );
        }
        text
    })
}

#[test]
fn sevilla_scans_a_quarter_of_an_hour_a_day_and_an_hour_at_congresses() {
    for seed in seeds() {
        let report = five_years(Preset::Sevilla, &congresses(), seed);
        assert_eq!(report.days_of_conferences, 40);
        let scan = weekly(&report, Activity::Scan) * 60.0 / 7.0;
        within("minutes of scanning a day", scan, 10.0..=15.0);
        let at_congresses = report.by_activity_s[&Activity::Conference] as f64 / 3_600.0;
        within("hours a day at congresses", at_congresses / 40.0, 0.5..=1.0);
        within(
            "hours of chat a week",
            weekly(&report, Activity::Chat),
            0.6..=1.0,
        );
        within(
            "posts a week",
            report.published as f64 / 1_826.0 * 7.0,
            5.0..=7.0,
        );
        within(
            "periods in which limits were kept",
            report.limits_kept_ratio,
            0.8..=1.0,
        );
    }
}

#[test]
fn balanced_keeps_its_limits() {
    for seed in seeds() {
        let report = five_years(Preset::Balanced, "", seed);
        within(
            "periods in which limits were kept",
            report.limits_kept_ratio,
            0.9..=1.0,
        );
        let hours = report.usage_s as f64 / 3_600.0 / (report.days as f64 / 7.0);
        within("hours a week", hours, 1.5..=3.0);
        let breaks = report.breaks;
        assert!(
            breaks.taken > breaks.skipped && breaks.taken > 50,
            "{breaks:?}"
        );
        assert_eq!(report.published, 0);
    }
}

#[test]
fn the_seed_decides_everything() {
    let summer = date(2026, 6, 30);
    for preset in Preset::ALL {
        let life = |seed| live(preset, "", seed, summer);
        assert_eq!(life(7), life(7), "{preset}");
        assert_ne!(life(7), life(8), "{preset}");
    }
}
