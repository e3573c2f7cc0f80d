//! How long five simulated years take: `cargo bench --bench simulate`.
//!
//! Meant: under five seconds, so that a plan is tried out before it is lived.

use divan::{Bencher, black_box};
use jiff::civil::date;
use rounds::plan::presets::{Preset, render};
use rounds::plan::read::read;
use rounds::simulate::simulate;

fn main() {
    divan::main();
}

#[divan::bench(args = [Preset::Balanced, Preset::Lin, Preset::Sevilla], sample_count = 3, sample_size = 1)]
fn five_years(bencher: Bencher, of: Preset) {
    let (first, last) = (date(2026, 1, 5), date(2031, 1, 4));
    let text = render(of, "Europe/London", first);
    let plan = read(&text).unwrap_or_else(|error| panic!("{error}"));
    bencher.bench_local(|| {
        let report = simulate(black_box(&plan), first, last, 1);
        report.unwrap_or_else(|error| panic!("{error}"))
    });
}
