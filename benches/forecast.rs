//! How long the forecast takes: `cargo bench --bench forecast`.
//!
//! Meant: a year of a plan under 50 ms, so that the page may draw it anew at every change.

use std::fmt::Write;

use divan::{Bencher, black_box};
use jiff::civil::{Date, date};
use rounds::plan::Plan;
use rounds::plan::forecast::forecast;
use rounds::plan::presets::{Preset, render};
use rounds::plan::read::read;

fn main() {
    divan::main();
}

const FIRST: Date = date(2026, 1, 1);
const LAST: Date = date(2026, 12, 31);

fn plan(text: &str) -> Plan {
    read(text).unwrap_or_else(|error| panic!("{error}"))
}

fn preset(preset: Preset) -> Plan {
    plan(&render(preset, "Europe/London", FIRST))
}

/// A hospital's team: ten accounts with a slot every hour, forty overrides and five congresses.
fn busy() -> Plan {
    let mut text = String::from("timezone = \"Europe/London\"\n");
    for (of, per) in [("all", "day"), ("all", "week"), ("x", "month")] {
        let _ = write!(
            text,
            "[[limits]]\nof = \"{of}\"\nper = \"{per}\"\ntime = \"1h\"\n"
        );
        for month in 1..=12 {
            let _ = write!(
                text,
                "[[limits.overrides]]\nfrom = 2026-{month:02}-05\nuntil = 2026-{month:02}-07\n\
                 time = \"2h\"\n"
            );
        }
    }
    for number in 0..10 {
        let _ = write!(
            text,
            "[[accounts]]\nname = \"a{number}\"\nplatform = \"folder\"\npath = \"p\"\n\
             slots = [\"{number} * * * *\"]\n\
             cadence = [{{ from = 2026-01-05, posts = \"2 per week\" }},\n\
             {{ after = \"6mo\", posts = \"2-3 per month\" }}]\n"
        );
    }
    for month in 2..=6 {
        let _ = write!(
            text,
            "[[conferences]]\nname = \"c{month}\"\nfrom = 2026-{month:02}-10\n\
             until = 2026-{month:02}-12\n"
        );
    }
    plan(&text)
}

#[divan::bench(args = [Preset::Balanced, Preset::Lin, Preset::Sevilla])]
fn year(bencher: Bencher, of: Preset) {
    let plan = preset(of);
    bencher.bench_local(|| forecast(black_box(&plan), FIRST, LAST));
}

#[divan::bench]
fn year_as_json(bencher: Bencher) {
    let plan = preset(Preset::Sevilla);
    bencher.bench_local(|| serde_json::to_string(&forecast(black_box(&plan), FIRST, LAST)));
}

#[divan::bench]
fn busy_year(bencher: Bencher) {
    let plan = busy();
    bencher.bench_local(|| forecast(black_box(&plan), FIRST, LAST));
}
