//! The labelled posts, by their authors, and how much of them the screen sees.
//!
//! Rules were written while reading some sets, and weights are learned from all but the held-out
//! ones, which alone say what to expect of posts that nobody has seen.

use std::collections::BTreeMap;

use rounds::posting::screening::{Context, Rules, Screening, Verdict, screen};
use serde::Deserialize;

/// A set of labelled posts.
pub(crate) struct Set {
    pub(crate) name: &'static str,
    file: &'static str,
    /// Never read while rules were written, and never learned from.
    pub(crate) held_out: bool,
}

macro_rules! set {
    ($name:literal, $file:literal, $held_out:literal) => {
        Set {
            name: $name,
            file: include_str!(concat!("../fixtures/screening/", $file, ".jsonl")),
            held_out: $held_out,
        }
    };
}

pub(crate) const SETS: [Set; 19] = [
    set!("first author", "first-author", false),
    set!("first author, held out", "first-author-heldout", true),
    set!("second author", "second-author", false),
    set!("third author", "third-author", false),
    set!("fourth author", "fourth-author", false),
    set!("fifth author", "fifth-author", false),
    set!("sixth author", "sixth-author", false),
    set!("seventh author", "seventh-author", false),
    set!("eighth author", "eighth-author", false),
    set!("ninth author", "ninth-author", false),
    set!("tenth author", "tenth-author", false),
    set!("eleventh author", "eleventh-author", false),
    set!("twelfth author", "twelfth-author", false),
    set!("thirteenth author", "thirteenth-author-heldout", true),
    set!("fourteenth author", "fourteenth-author", false),
    set!("fifteenth author", "fifteenth-author", false),
    set!("sixteenth author", "sixteenth-author", false),
    set!("seventeenth author", "seventeenth-author", false),
    set!("rules' author", "rules-author", false),
];

/// A labelled post.
#[derive(Deserialize)]
pub(crate) struct Post {
    pub(crate) id: String,
    pub(crate) text: String,
    pub(crate) labels: Vec<String>,
    pub(crate) severity: String,
    #[serde(default)]
    meta: BTreeMap<String, String>,
}

/// How many posts there were, how many were flagged, how many blocked.
#[derive(Default, Clone, Copy)]
pub(crate) struct Tally {
    pub(crate) posts: usize,
    pub(crate) flagged: usize,
    pub(crate) blocked: usize,
}

impl Set {
    pub(crate) fn posts(&self) -> Vec<Post> {
        let read = |line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}"));
        self.file.lines().map(read).collect()
    }
}

impl Post {
    /// What is known beside the text.
    pub(crate) fn context(&self) -> Context {
        Context {
            professional: true,
            has_consent: self.meta.contains_key("consent_record"),
            ..Context::default()
        }
    }

    pub(crate) fn screened(&self, rules: &Rules) -> Screening {
        screen(rules, &self.text, &self.context())
    }
}

impl Tally {
    /// Per cent, rounded.
    pub(crate) fn flagged(self) -> usize {
        percent(self.flagged, self.posts)
    }

    pub(crate) fn blocked(self) -> usize {
        percent(self.blocked, self.posts)
    }

    pub(crate) fn add(&mut self, other: Self) {
        self.posts += other.posts;
        self.flagged += other.flagged;
        self.blocked += other.blocked;
    }
}

fn percent(part: usize, all: usize) -> usize {
    (200 * part + all) / (2 * all.max(1))
}

/// What the screen makes of the posts, by their severity.
pub(crate) fn tally(rules: &Rules, posts: &[Post]) -> BTreeMap<String, Tally> {
    let mut tallies: BTreeMap<String, Tally> = BTreeMap::new();
    for post in posts {
        let verdict = post.screened(rules).verdict;
        let tally = tallies.entry(post.severity.clone()).or_default();
        tally.add(Tally {
            posts: 1,
            flagged: usize::from(verdict != Verdict::None),
            blocked: usize::from(verdict == Verdict::Block),
        });
    }
    tallies
}

pub(crate) fn show(name: &str, tallies: &BTreeMap<String, Tally>) {
    let cells: Vec<String> = tallies
        .iter()
        .map(|(kind, tally)| {
            format!(
                "{kind} (n={}) {}% flagged {}% blocked",
                tally.posts,
                tally.flagged(),
                tally.blocked()
            )
        })
        .collect();
    println!("{name:<24} {}", cells.join(" | "));
}
