//! The forecast against a model of its own: tests/forecast_model.py, written from the contract in
//! another language with another library of zones and its own reading of crontab and TOML.
//!
//! Plans are made up from a fixed seed, one for each zone, over ten years. They run where
//! tests/run.sh has made sure of Python.
#![cfg(test)]

use std::fmt::Write as _;
use std::io::Write as _;
use std::process::{Command, Stdio};

use fastrand::Rng;
use jiff::ToSpan;
use jiff::civil::{Date, date};
use rounds::plan::forecast::forecast;
use rounds::plan::read::read;
use serde_json::json;

/// Whole, half and three-quarter hours; both hemispheres; jumps at midnight, of half an hour, of
/// two hours, twice a year around Ramadan; zones that moved, gave summer time up or took it up.
const ZONES: [&str; 30] = [
    "UTC",
    "Europe/London",
    "Europe/Madrid",
    "Europe/Istanbul",
    "Europe/Volgograd",
    "America/New_York",
    "America/St_Johns",
    "America/Santiago",
    "America/Sao_Paulo",
    "America/Havana",
    "America/Caracas",
    "America/Asuncion",
    "America/Nuuk",
    "Africa/Cairo",
    "Africa/Casablanca",
    "Africa/Juba",
    "Asia/Kathmandu",
    "Asia/Kolkata",
    "Asia/Tehran",
    "Asia/Beirut",
    "Asia/Gaza",
    "Asia/Pyongyang",
    "Australia/Adelaide",
    "Australia/Lord_Howe",
    "Australia/Sydney",
    "Antarctica/Troll",
    "Pacific/Auckland",
    "Pacific/Chatham",
    "Pacific/Apia",
    "Pacific/Norfolk",
];

fn allowed(test: &str) -> bool {
    let yes = std::env::var_os("ROUNDS_DESKTOP").is_some_and(|v| v == "1");
    if !yes {
        println!("{test}: needs tests/run.sh");
    }
    yes
}

fn one<'a>(rng: &mut Rng, of: &[&'a str]) -> &'a str {
    of[rng.usize(..of.len())]
}

fn cron(rng: &mut Rng) -> String {
    let minute = one(rng, &["0", "30", "45", "*/20", "1,59", "5-50/15"]);
    let hour = one(rng, &["0", "1", "2", "3", "0-4", "8", "23", "*/6"]);
    let day = one(
        rng,
        &[
            "* * *",
            "* * *",
            "* * 0",
            "* * Tue,Fri",
            "* * Sat-Sun",
            "1-7 * *",
            "13 * Fri",
            "*/2 * Mon",
            "29 2 *",
            "31 Jan-May *",
        ],
    );
    format!("{minute} {hour} {day}")
}

/// A day in the ten years, later with each of `parts`.
fn day(rng: &mut Rng, first: Date, part: i64, parts: i64) -> Date {
    let days = 3650 / parts;
    first.saturating_add((part * days + rng.i64(0..days - 10)).days())
}

fn limits(rng: &mut Rng, first: Date) -> String {
    let mut text = String::new();
    for (of, per) in [
        ("all", "day"),
        ("x", "week"),
        ("all", "month"),
        ("activity:write", "week"),
    ] {
        let _ = write!(
            text,
            "[[limits]]\nof = \"{of}\"\nper = \"{per}\"\ntime = \"1h30m\"\n"
        );
        for _ in 0..rng.usize(0..6) {
            let from = day(rng, first, 0, 1);
            let until = from.saturating_add(rng.i64(0..40).days());
            let minutes = rng.u32(1..600);
            let _ = write!(
                text,
                "[[limits.overrides]]\nfrom = {from}\nuntil = {until}\ntime = \"{minutes}m\"\n"
            );
        }
    }
    text
}

fn cadence(rng: &mut Rng, first: Date) -> String {
    let stages = rng.i64(1..5);
    let mut begun = first;
    let mut text = Vec::new();
    for number in 0..stages {
        let posts = one(
            rng,
            &[
                "2 per week",
                "1-3 per week",
                "0-1 per month",
                "2-3 per month",
            ],
        );
        let ages = [("1y", 1), ("18mo", 1), ("110w", 2), ("900d", 2)];
        let (age, after) = ages[rng.usize(..ages.len())];
        let begins = if number == 0 {
            begun = day(rng, first, 0, 12);
            format!("from = {begun}")
        } else if number == 1 && after == 1 {
            format!("after = \"{age}\"")
        } else {
            format!("from = {}", day(rng, begun, number + 2, 12))
        };
        text.push(format!("{{ {begins}, posts = \"{posts}\" }}"));
    }
    text.join(", ")
}

fn plan(rng: &mut Rng, zone: &str, first: Date) -> String {
    let day_starts = one(rng, &["04:00", "00:00", "02:30", "01:00", "23:30"]);
    let week_starts = one(rng, &["monday", "sunday", "saturday"]);
    let mut text = format!(
        "timezone = \"{zone}\"\nday_starts = \"{day_starts}\"\nweek_starts = \"{week_starts}\"\n"
    );
    text += &limits(rng, first);
    for name in ["b", "a"] {
        let slots: Vec<String> = (0..rng.usize(0..4))
            .map(|_| format!("\"{}\"", cron(rng)))
            .collect();
        let _ = write!(
            text,
            "[[accounts]]\nname = \"{name}\"\nplatform = \"folder\"\npath = \"p\"\n\
             slots = [{}]\ncadence = [{}]\n",
            slots.join(", "),
            cadence(rng, first)
        );
    }
    for name in ["Chat", "Club"] {
        let length = one(rng, &["1h", "90m", "5h"]);
        let _ = write!(
            text,
            "[[engagements]]\nname = \"{name}\"\ncron = \"{}\"\nlength = \"{length}\"\n",
            cron(rng)
        );
    }
    for part in 0..6 {
        let from = day(rng, first, part, 6);
        let until = from.saturating_add(rng.i64(0..5).days());
        let _ = write!(
            text,
            "[[conferences]]\nname = \"C{part}\"\nfrom = {from}\nuntil = {until}\ntime = \"1h\"\n"
        );
    }
    text
}

/// A plan for a zone and what the program says of it, as the model reads it.
fn case(number: usize, zone: &str) -> String {
    let mut rng = Rng::with_seed(number as u64);
    // The first round has the changes of the past, the second those to come.
    let first = [date(2016, 1, 1), date(2026, 1, 1)][number / ZONES.len()];
    let last = first.saturating_add(3652.days());
    let text = plan(&mut rng, zone, first);
    let read = read(&text).unwrap_or_else(|error| panic!("{zone}: {error}\n{text}"));
    let found = forecast(&read, first, last);
    json!({"plan": text, "from": first, "to": last, "forecast": found}).to_string()
}

/// What the model says of some cases, and whether it agrees.
fn model(cases: impl Iterator<Item = String>) -> (String, bool) {
    let mut python = Command::new("python3")
        .arg(concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/tests/forecast_model.py"
        ))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = python.stdin.take().unwrap();
    for case in cases {
        writeln!(stdin, "{case}").unwrap();
    }
    drop(stdin);
    let said = python.wait_with_output().unwrap();
    let text = String::from_utf8(said.stdout).unwrap();
    (text, said.status.success())
}

#[test]
fn ten_years_in_thirty_zones_are_the_models() {
    if !allowed("ten_years_in_thirty_zones_are_the_models") {
        return;
    }
    let rounds = if std::env::var_os("ROUNDS_LONG").is_some() {
        2
    } else {
        1
    };
    let zones = ZONES.iter().cycle().take(rounds * ZONES.len());
    let cases = zones.enumerate().map(|(number, zone)| case(number, zone));
    let (said, agrees) = model(cases);
    assert!(agrees, "{said}");
    println!("{}", said.trim());
}

#[test]
fn the_model_sees_a_second_too_many() {
    if !allowed("the_model_sees_a_second_too_many") {
        return;
    }
    let right = case(1, "Europe/London");
    let (said, agrees) = model(std::iter::once(right.replacen(
        "\"limit_s\":5400",
        "\"limit_s\":5401",
        1,
    )));
    assert!(!agrees && said.contains("1 differences"), "{said}");
}
