//! What the text screen costs: `cargo bench --bench screening`.
//!
//! Meant: rules and one post under 15 ms and a few megabytes, so that the daemon can load them for
//! one use; many posts under 1 ms each at the 95th percentile and under 30 MB.

#![expect(clippy::print_stdout, reason = "a benchmark prints its figures")]

#[path = "../tests/common/labelled.rs"]
#[expect(dead_code, reason = "only the texts are measured")]
mod labelled;

use std::time::Duration;

use divan::{Bencher, black_box};
use rounds::clock::Moment;
use rounds::posting::screening::{Context, Rules, screen};

const POST: &str = "Bed 4 sang to us this morning. The vicar's sister, 93, on her third cycle of chemo, \
                    and she asked me to tell you all that the tea is terrible.";
fn main() {
    figures();
    divan::main();
}

fn posts() -> Vec<String> {
    let posts = labelled::SETS.iter().flat_map(labelled::Set::posts);
    posts.map(|post| post.text).collect()
}

/// Peak memory of this process so far, as the kernel counts it.
fn peak() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmHWM"));
    line.map_or("unknown", |line| line[6..].trim()).to_owned()
}

fn figures() {
    let before = peak();
    let begun = Moment::now().awake;
    let rules = Rules::builtin();
    let seen = screen(&rules, POST, &Context::default()).findings.len();
    let took = Moment::now().awake.saturating_sub(begun);
    println!(
        "rules and one post ({seen} findings): {took:?}, peak memory {before} -> {}",
        peak()
    );
    let mut times: Vec<Duration> = posts()
        .iter()
        .map(|post| {
            let begun = Moment::now().awake;
            black_box(screen(&rules, post, &Context::default()));
            Moment::now().awake.saturating_sub(begun)
        })
        .collect();
    times.sort();
    println!(
        "{} posts: median {:?}, 95th percentile {:?}, slowest {:?}, peak memory {}",
        times.len(),
        times[times.len() / 2],
        times[times.len() * 95 / 100],
        times[times.len() - 1],
        peak()
    );
}

#[divan::bench]
fn load() -> Rules {
    Rules::builtin()
}

#[divan::bench]
fn one_post(bencher: Bencher) {
    let rules = Rules::builtin();
    bencher.bench_local(|| screen(&rules, black_box(POST), &Context::default()));
}
