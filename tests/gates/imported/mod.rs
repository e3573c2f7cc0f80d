//! A file of `rounds export`, changed by hand and brought in: it never lets a post out.
//!
//! Each forgery is tried twice. As somebody would who only edits the file: it is refused whole, or
//! what it says of answers and states is not believed. And as somebody would who knows how the
//! record is chained and writes its hashes anew: then the post comes in, waits for every answer and
//! for a look, and goes once it has them.

mod forge;
mod table;
mod taken;
mod wrong;

use jiff::SignedDuration;
use rounds::plan::Limit;
use rounds::posting::post::PostId;
use rounds::requests::post::{self, NewPost, Time};
use rounds::requests::transfer;
use rounds::requests::{Failure, FailureKind};
use rounds::store::Store;
use serde_json::Value;

use crate::bench::{Bench, OWNER};
use forge::seal;
use table::forgeries;

const DAY: SignedDuration = SignedDuration::from_hours(24);
const PLAIN: &str = "Our clinic opens at eight.";

/// A bench whose files are real.
fn bench(plan_text: &str) -> (tempfile::TempDir, Bench) {
    let home = tempfile::tempdir().unwrap();
    std::fs::write(home.path().join("plan.toml"), plan_text).unwrap();
    let store = Store::open(&home.path().join("rounds.db")).unwrap();
    let bench = Bench::over(plan_text, store, home.path().to_owned());
    (home, bench)
}

fn exported(bench: &mut Bench) -> Value {
    let file = bench.paths.data.join("rounds.json");
    let _ = std::fs::remove_file(&file);
    bench.ask(|desk| transfer::export(desk, &file)).unwrap();
    serde_json::from_str(&std::fs::read_to_string(&file).unwrap()).unwrap()
}

fn import(bench: &mut Bench, file: &str) -> Result<transfer::Imported, Failure> {
    let from = bench.paths.data.join("changed.json");
    std::fs::write(&from, file).unwrap();
    bench.ask(|desk| transfer::import(desk, &from))
}

/// Everything that an import could change.
fn kept(bench: &mut Bench) -> ([usize; 5], Vec<(jiff::civil::Date, Vec<Limit>)>) {
    let store = bench.store();
    let all = (jiff::Timestamp::MIN, jiff::Timestamp::MAX);
    let days = (jiff::civil::Date::ZERO, jiff::civil::Date::MAX);
    let usage = store.usage(all, days).unwrap();
    let sizes = [
        store.posts(None).unwrap().len(),
        store.consents().unwrap().len(),
        store.interests().unwrap().len(),
        store.audit().unwrap().len(),
        usage.intervals.len() + usage.amounts.len(),
    ];
    (sizes, store.limits_over_time().unwrap())
}

fn add(bench: &mut Bench, new: NewPost) -> String {
    bench.add(new, DAY).id
}

fn text(text: &str) -> NewPost {
    NewPost {
        text: text.to_owned(),
        ..NewPost::default()
    }
}

fn unanswered(bench: &mut Bench) -> String {
    add(bench, text(PLAIN))
}

fn answered(bench: &mut Bench) -> String {
    let id = unanswered(bench);
    assert_eq!(bench.answer_all(&id, None).state, "queued");
    id
}

fn published(bench: &mut Bench) -> String {
    let id = answered(bench);
    bench.pass_days(2);
    assert_eq!(bench.show(&id).state, "published");
    bench.sent.clear();
    id
}

fn approve(bench: &mut Bench, id: &str) {
    let _ = bench.ask(|desk| post::approve(desk, id, None));
}

/// Gives it a day to come, so that nothing but its gates holds it.
fn wait_anew(bench: &mut Bench, id: &str) {
    let at = bench.now + DAY;
    let _ = bench.ask(|desk| post::reschedule(desk, id, Time::At(at)));
}

#[test]
fn a_file_that_was_changed_by_hand_lets_nothing_out() {
    for forgery in forgeries() {
        let gate = forgery.gate;
        let (_home, mut first) = bench(&forgery.plan);
        (forgery.begin)(&mut first);
        let mut file = exported(&mut first);
        (forgery.forge)(&mut file);
        // Into the memory that it came from, and into one that knows nothing.
        let (_other, mut empty) = bench(&forgery.plan);
        empty.now = first.now;
        for bench in [&mut first, &mut empty] {
            let before = kept(bench);
            let told = import(bench, &file.to_string());
            match &told {
                Ok(_) => assert!(!forgery.shows, "{gate}: {told:?}"),
                Err(failure) => {
                    assert!(forgery.shows, "{gate}: {failure:?}");
                    assert_eq!(failure.kind, FailureKind::Refused, "{gate}: {failure}");
                    assert_eq!(kept(bench), before, "{gate}: nothing half");
                }
            }
        }
        empty.pass_days(3);
        assert_eq!(empty.sent.len(), 0, "{gate}");
    }
}

#[test]
fn a_file_with_a_record_written_anew_lets_nothing_out_before_it_is_answered_here() {
    for forgery in forgeries() {
        let gate = forgery.gate;
        let (_home, mut first) = bench(&forgery.plan);
        let id = (forgery.begin)(&mut first);
        let mut file = exported(&mut first);
        (forgery.forge)(&mut file);
        (forgery.rewrite)(&mut file);
        seal(&mut file);
        let (_other, mut bench) = bench(&forgery.plan);
        bench.now = first.now;
        bench.start();
        let told = import(&mut bench, &file.to_string()).unwrap_or_else(|e| panic!("{gate}: {e}"));
        assert_eq!(told.posts, [PostId(id.clone())], "{gate}");
        bench.start();
        bench.pass_days(3);
        assert_eq!(bench.sent.len(), 0, "{gate}");
        let stored = bench.stored(&id);
        assert_eq!(
            (stored.attestations.len(), stored.disputes.len()),
            (0, 0),
            "{gate}"
        );
        assert!(bench.store().verify_audit().unwrap().intact, "{gate}");
        // A look alone is not enough: the questions are open.
        wait_anew(&mut bench, &id);
        approve(&mut bench, &id);
        bench.pass_days(3);
        assert_eq!(bench.sent.len(), 0, "{gate}: approved, not answered");
        // Answers alone are not enough: somebody has to look.
        wait_anew(&mut bench, &id);
        let _ = bench.ask(|desk| post::revoke(desk, &id, None));
        bench.answer_all(&id, None);
        bench.pass_days(3);
        assert_eq!(bench.sent.len(), 0, "{gate}: answered, not looked at");
        wait_anew(&mut bench, &id);
        (forgery.open)(&mut bench, &id);
        bench.answer_all(&id, None);
        wait_anew(&mut bench, &id);
        approve(&mut bench, &id);
        bench.pass_days(4);
        assert_eq!(bench.sent.len(), 1, "{gate}: {:?}", bench.show(&id));
    }
}
