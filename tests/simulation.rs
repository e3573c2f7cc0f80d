//! Months in which everything goes wrong, seed after seed, with the six nevers checked after each
//! step; and the proof that the check sees: three deliberate faults are found.
//!
//! `ROUNDS_SEEDS=5..90` lives those seeds only, `ROUNDS_LONG=1` many more than usual. A failure
//! prints its seed and everything that happened up to there.
#![cfg(test)]

use std::ops::Range;

use rounds::simulate::{Failure, Faults, KeptRules, Mutation, Torment, torment};

const DAYS: u32 = 30;
const USUAL: u64 = 20;
const LONG: u64 = 2_000;
/// Within how many seeds a deliberate fault has to show.
const FOUND_WITHIN: u64 = 1_000;

fn seeds() -> Range<u64> {
    if let Ok(asked) = std::env::var("ROUNDS_SEEDS") {
        let (from, until) = asked.split_once("..").unwrap();
        return from.parse().unwrap()..until.parse().unwrap();
    }
    0..if std::env::var_os("ROUNDS_LONG").is_some() {
        LONG
    } else {
        USUAL
    }
}

/// The end of what happened is what matters.
fn told(failure: &Failure) -> String {
    let skipped = failure.events.len().saturating_sub(400);
    let events = failure.events[skipped..].join("\n");
    format!(
        "… {skipped} events before\n{events}\nseed {}: {}",
        failure.seed, failure.what
    )
}

#[test]
fn what_must_never_happen_does_not() {
    let rules = KeptRules::builtin().unwrap();
    let mut faults = Faults::default();
    for seed in seeds() {
        let life = Torment {
            seed,
            days: DAYS,
            mutation: None,
        };
        match torment(life, &rules) {
            Ok(report) => faults.add(&report.faults),
            Err(failure) => panic!("{}", told(&failure)),
        }
    }
    for (name, count) in faults.counts() {
        println!("{count:>8} {name}");
    }
    if std::env::var_os("ROUNDS_SEEDS").is_none() {
        assert!(
            faults.missing().is_empty(),
            "never caused: {:?}",
            faults.missing()
        );
    }
}

fn found(mutation: Mutation, saying: &str) {
    let rules = KeptRules::builtin().unwrap();
    for seed in 0..FOUND_WITHIN {
        let life = Torment {
            seed,
            days: DAYS,
            mutation: Some(mutation),
        };
        if let Err(failure) = torment(life, &rules) {
            println!("{mutation:?} is found with seed {seed}: {}", failure.what);
            assert!(failure.what.contains(saying), "{}", told(&failure));
            return;
        }
    }
    panic!("{mutation:?} is not found in {FOUND_WITHIN} seeds");
}

#[test]
fn a_claim_written_after_the_request_left_is_found() {
    found(Mutation::RecordAfterPublish, "");
}

#[test]
fn a_blind_retry_is_found() {
    found(Mutation::RetryOnUnknown, "");
}

#[test]
fn two_claims_on_one_post_are_found() {
    found(Mutation::TwoClaims, "");
}
