//! Learns the weights of the impression from labelled posts: `cargo bench --bench impression`.
//!
//! Prints what the screen makes of each author's posts when the weights were learned from the
//! others' alone; with `-- --learn` it then learns from all of them and writes
//! `config/screening/impression.txt`. The same posts give the same table.

#![expect(clippy::print_stdout, reason = "a benchmark prints its figures")]

#[path = "../tests/common/labelled.rs"]
#[expect(dead_code, reason = "the ids are for tests")]
mod labelled;

use std::collections::{BTreeMap, HashMap};
use std::fmt::Write as _;

use labelled::{Post, SETS, Tally, show};
use rounds::posting::screening::Rules;
use rounds::posting::screening::impression::{QUESTIONS, features_of};

/// A feature counts when it stands in so many posts.
const COMMON: usize = 3;
/// So many features are kept, those with the heaviest weights.
const KEPT: usize = 9000;
/// How strongly weights are held back, per post.
const RESTRAINT: f32 = 2e-5;
const ROUNDS: usize = 60;
const PACE: f32 = 0.5;

const HEAD: &str = "# What the words of a post say about it as a whole; see src/posting/screening/impression.rs.\n\
# Learned from tests/fixtures/screening: cargo bench --bench impression -- --learn\n\
# Feature, tab, weights in tenths for: flag block patient image advice sponsorship claim disrespect\n\
# anonymous. {class} as in words.toml, ~cue as in cues.toml, _ any word, ^ the beginning, $ the end.\n";

type Row = [f32; QUESTIONS.len()];

/// One post as learning sees it.
struct Example {
    features: Vec<String>,
    wanted: [bool; QUESTIONS.len()],
}

fn main() {
    let learn = std::env::args().any(|argument| argument == "--learn");
    let rules = Rules::builtin();
    let sets: Vec<(&str, Vec<Post>)> = SETS
        .iter()
        .filter(|set| !set.held_out)
        .map(|set| (set.name, set.posts()))
        .collect();
    let examples: Vec<Vec<Example>> = sets
        .iter()
        .map(|(_, posts)| posts.iter().map(|post| example(&rules, post)).collect())
        .collect();
    let mut all: BTreeMap<String, Tally> = BTreeMap::new();
    for (left_out, (name, posts)) in sets.iter().enumerate() {
        let others = examples
            .iter()
            .enumerate()
            .filter(|(place, _)| *place != left_out)
            .flat_map(|(_, set)| set);
        let table: &'static str = table(&others.collect::<Vec<_>>()).leak();
        let rules = rules.clone().with_impression(table);
        let tallies = labelled::tally(&rules, posts);
        show(name, &tallies);
        for (severity, tally) in tallies {
            all.entry(severity).or_default().add(tally);
        }
    }
    show("each by the others", &all);
    let table: &'static str = table(&examples.iter().flatten().collect::<Vec<_>>()).leak();
    let rules = rules.with_impression(table);
    for set in SETS.iter().filter(|set| set.held_out) {
        show(set.name, &labelled::tally(&rules, &set.posts()));
    }
    println!("{} features, {} bytes", table.lines().count(), table.len());
    if learn {
        let file = concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/config/screening/impression.txt"
        );
        std::fs::write(file, table).unwrap_or_else(|error| panic!("{file}: {error}"));
    }
}

fn example(rules: &Rules, post: &Post) -> Example {
    let has = |labels: &[&str]| {
        labels
            .iter()
            .any(|label| post.labels.iter().any(|one| one == label))
    };
    Example {
        features: features_of(rules, &post.text, &post.context()),
        wanted: [
            post.severity != "clean",
            post.severity == "block",
            has(&[
                "name",
                "date",
                "location_small",
                "phone",
                "email",
                "record_number",
                "age_over_89",
                "url_or_handle_of_patient",
                "vehicle_or_device_id",
                "rare_case_cue",
                "relative_detail",
            ]),
            has(&["image_of_patient"]),
            has(&["individual_advice"]),
            has(&["undisclosed_sponsorship"]),
            has(&["unreferenced_claim"]),
            has(&["disrespect"]),
            has(&["anonymous_claim"]),
        ],
    }
}

/// Learns, keeps the heaviest features, learns again with those alone, and writes the table.
fn table(examples: &[&Example]) -> String {
    let mut count: HashMap<&str, usize> = HashMap::new();
    for feature in examples.iter().flat_map(|one| &one.features) {
        *count.entry(feature).or_default() += 1;
    }
    let mut names: Vec<&str> = count
        .into_iter()
        .filter(|(_, posts)| *posts >= COMMON)
        .map(|(name, _)| name)
        .collect();
    names.sort_unstable();
    let (_, rows) = weigh(examples, &names);
    let heaviest = |row: &Row| {
        row.iter()
            .fold(0.0_f32, |most, weight| most.max(weight.abs()))
    };
    let mut order: Vec<usize> = (0..names.len()).collect();
    order.sort_by(|a, b| {
        heaviest(&rows[*b])
            .total_cmp(&heaviest(&rows[*a]))
            .then(a.cmp(b))
    });
    order.truncate(KEPT);
    order.sort_unstable();
    let kept: Vec<&str> = order.into_iter().map(|place| names[place]).collect();
    let (beginning, rows) = weigh(examples, &kept);
    let mut table = HEAD.to_owned();
    for (name, row) in std::iter::once((&"=", &beginning)).chain(kept.iter().zip(&rows)) {
        let tenths: Vec<String> = row
            .iter()
            .map(|weight| format!("{}", (weight * 10.0).round().clamp(-127.0, 127.0)))
            .collect();
        let _ = writeln!(table, "{name}\t{}", tenths.join(" ").replace("-0 ", "0 "));
    }
    table
}

/// Logistic regression for every question at once, by gradients that are scaled per weight.
fn weigh(examples: &[&Example], names: &[&str]) -> (Row, Vec<Row>) {
    let places: HashMap<&str, usize> = names
        .iter()
        .enumerate()
        .map(|(at, name)| (*name, at))
        .collect();
    let posts: Vec<(Vec<usize>, f32, &Example)> = examples
        .iter()
        .map(|one| {
            let known: Vec<usize> = one
                .features
                .iter()
                .filter_map(|feature| places.get(feature.as_str()).copied())
                .collect();
            let value = 1.0 / (known.len().max(1) as f32).sqrt();
            (known, value, *one)
        })
        .collect();
    let mut beginning: Row = [0.0; QUESTIONS.len()];
    let mut rows: Vec<Row> = vec![[0.0; QUESTIONS.len()]; names.len()];
    let mut steep: Vec<Row> = vec![[1e-3; QUESTIONS.len()]; names.len()];
    for round in 0..ROUNDS {
        for place in 0..posts.len() {
            // A fixed walk through all posts that mixes the authors.
            let (known, value, post) = &posts[(place * 7919 + round * 31) % posts.len()];
            let mut answer = beginning;
            for at in known {
                for (one, weight) in answer.iter_mut().zip(&rows[*at]) {
                    *one += weight * value;
                }
            }
            let mut error = [0.0_f32; QUESTIONS.len()];
            for question in 0..QUESTIONS.len() {
                let wanted = f32::from(u8::from(post.wanted[question]));
                error[question] = 1.0 / (1.0 + (-answer[question]).exp()) - wanted;
                beginning[question] -= 0.02 * error[question];
            }
            for at in known {
                for question in 0..QUESTIONS.len() {
                    let slope = error[question] * value + RESTRAINT * rows[*at][question];
                    steep[*at][question] += slope * slope;
                    rows[*at][question] -= PACE * slope / steep[*at][question].sqrt();
                }
            }
        }
    }
    (beginning, rows)
}
