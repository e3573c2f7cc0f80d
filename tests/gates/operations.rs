//! No sequence of operations publishes without valid answers: whatever people, plans, clocks and
//! other programs do, a witness with a book of its own looks at each post that goes out.

use jiff::SignedDuration;
use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use rounds::engine::Change;
use rounds::posting::checks::{Check, CheckState, profile_hash};
use rounds::posting::life::State;
use rounds::posting::post::{About, Post};
use rounds::posting::screening::Severity;
use rounds::requests::consents;
use rounds::requests::post::{self, Edit, NewPost};

use crate::bench::{Bench, OWNER, consent, good_evidence, plan};

const TEXTS: [&str; 6] = [
    "Our clinic opens at eight.",
    "My patient Maria Garcia came back to my clinic with shingles yesterday.",
    "Vitamin D halves the risk of every infection.",
    "New cream, 20% off with my code LIN20, link in bio!",
    "Read this first: https://example.org/guideline",
    "Idiots, all of them, on the night shift.",
];
const PACKS: [&[&str]; 3] = [&[], &["gmc", "bma"], &["aafp", "hipaa", "ftc", "ccmc"]];

#[derive(Debug, Clone)]
enum Op {
    Add {
        text: usize,
        patient: bool,
        by_ana: bool,
        hours: i64,
    },
    Edit(usize, usize),
    Attest {
        post: usize,
        question: usize,
        good: bool,
    },
    AnswerAll(usize),
    Dispute(usize),
    Approve(usize),
    Revoke(usize),
    Reschedule(usize, i64),
    Cancel(usize),
    Withdraw,
    Plan {
        packs: usize,
        elsewhere: bool,
    },
    Forge(usize),
    Press(usize, &'static str),
    Pass(i64),
    Jump(i64),
    Restart,
    /// A plain post, answered and due in a day.
    Ready,
}

fn operation() -> impl Strategy<Value = Op> {
    let post = 0..3_usize;
    let text = 0..TEXTS.len();
    let hours = prop_oneof![1..60_i64, 1_000..2_000_i64];
    prop_oneof![
        3 => (text.clone(), any::<bool>(), any::<bool>(), hours.clone())
            .prop_map(|(text, patient, by_ana, hours)| Op::Add { text, patient, by_ana, hours }),
        2 => (post.clone(), text).prop_map(|(post, text)| Op::Edit(post, text)),
        2 => (post.clone(), 0..8_usize, any::<bool>())
            .prop_map(|(post, question, good)| Op::Attest { post, question, good }),
        5 => post.clone().prop_map(Op::AnswerAll),
        1 => post.clone().prop_map(Op::Dispute),
        1 => post.clone().prop_map(Op::Approve),
        1 => post.clone().prop_map(Op::Revoke),
        2 => (post.clone(), hours.clone()).prop_map(|(post, hours)| Op::Reschedule(post, hours)),
        1 => post.clone().prop_map(Op::Cancel),
        1 => Just(Op::Withdraw),
        1 => (0..PACKS.len(), any::<bool>())
            .prop_map(|(packs, elsewhere)| Op::Plan { packs, elsewhere }),
        1 => post.clone().prop_map(Op::Forge),
        1 => (post, prop::sample::select(vec!["send-now", "approve", "posted", "not-posted"]))
            .prop_map(|(post, button)| Op::Press(post, button)),
        4 => hours.clone().prop_map(Op::Pass),
        1 => hours.prop_map(Op::Jump),
        1 => Just(Op::Restart),
        4 => Just(Op::Ready),
    ]
}

/// The bench, the posts there are, and what the witness knows of approvals.
struct Life {
    bench: Bench,
    posts: Vec<String>,
    approved: Vec<(String, String)>,
    seen: usize,
}

impl Life {
    fn new() -> Self {
        let mut bench = Bench::new(&plan(PACKS[0], ""));
        consent(&mut bench, "R-1");
        Self {
            bench,
            posts: Vec::new(),
            approved: Vec::new(),
            seen: 0,
        }
    }

    fn post(&self, index: usize) -> Option<String> {
        self.posts.get(index % self.posts.len().max(1)).cloned()
    }

    fn act(&mut self, op: &Op) {
        let hours = SignedDuration::from_hours;
        match op {
            Op::Add {
                text,
                patient,
                by_ana,
                hours: after,
            } => {
                let new = NewPost {
                    text: TEXTS[*text].to_owned(),
                    about: About {
                        patient: *patient,
                        ..About::default()
                    },
                    author: by_ana.then(|| "Ana".to_owned()),
                    ..NewPost::default()
                };
                self.posts.push(self.bench.add(new, hours(*after)).id);
            }
            Op::Withdraw => {
                let _ = self.bench.ask(|desk| consents::withdraw(desk, "R-1"));
            }
            Op::Plan { packs, elsewhere } => {
                let path = if *elsewhere {
                    "/elsewhere"
                } else {
                    "/nonexistent"
                };
                self.bench
                    .replan(&plan(PACKS[*packs], "").replace("/nonexistent", path));
            }
            Op::Pass(time) => self.bench.pass(hours(*time)),
            Op::Jump(time) => {
                self.bench.now += hours(*time);
                self.bench.pass(SignedDuration::from_secs(1));
            }
            Op::Restart => self.bench.start(),
            Op::Ready => {
                let new = NewPost {
                    text: TEXTS[0].to_owned(),
                    ..NewPost::default()
                };
                let id = self.bench.add(new, hours(24)).id;
                self.bench.answer_all(&id, None);
                self.posts.push(id);
            }
            Op::Edit(index, ..)
            | Op::Attest { post: index, .. }
            | Op::AnswerAll(index)
            | Op::Dispute(index)
            | Op::Approve(index)
            | Op::Revoke(index)
            | Op::Reschedule(index, _)
            | Op::Cancel(index)
            | Op::Forge(index)
            | Op::Press(index, _) => {
                if let Some(id) = self.post(*index) {
                    self.act_on(&id, op);
                }
            }
        }
    }

    fn act_on(&mut self, id: &str, op: &Op) {
        let now = self.bench.now;
        match op {
            Op::Edit(_, text) => {
                let text = Some(TEXTS[*text].to_owned());
                let edit = Edit {
                    text,
                    ..Edit::default()
                };
                let _ = self.bench.ask(|desk| post::edit(desk, id, &edit));
            }
            Op::Attest { question, good, .. } => {
                let view = self.bench.show(id);
                let Some(check) = view.checks.get(question % view.checks.len().max(1)) else {
                    return;
                };
                let evidence = if *good {
                    good_evidence(check)
                } else {
                    Some("no")
                };
                self.bench.attest(id, &check.item, evidence);
            }
            Op::AnswerAll(_) => {
                self.bench.answer_all(id, Some("approval"));
            }
            Op::Dispute(_) => {
                let findings = self.bench.show(id).findings;
                if let Some(finding) = findings.first() {
                    self.bench.dispute(id, &finding.id);
                }
            }
            Op::Approve(_) => {
                let hash = self.bench.stored(id).content.hash();
                // Noted before: it may go out at once.
                self.approved.push((id.to_owned(), hash));
                if self
                    .bench
                    .ask(|desk| post::approve(desk, id, None))
                    .is_err()
                {
                    self.approved.pop();
                }
            }
            Op::Revoke(_) => {
                let revoked = self.bench.ask(|desk| post::revoke(desk, id, None));
                self.approved
                    .retain(|(post, _)| revoked.is_err() || post != id);
            }
            Op::Reschedule(_, after) => {
                let at = now + SignedDuration::from_hours(*after);
                let _ = self
                    .bench
                    .ask(|desk| post::reschedule(desk, id, post::Time::At(at)));
            }
            Op::Cancel(_) => drop(self.bench.ask(|desk| post::cancel(desk, id))),
            Op::Forge(_) => self.forge(id),
            Op::Press(_, button) => {
                let stored = self.bench.stored(id);
                for ask in rounds::engine::Ask::OF_ONE_POST {
                    let key = rounds::engine::post_key(ask, &stored.id, stored.due_at);
                    if *button == "approve" {
                        self.approved.push((id.to_owned(), stored.content.hash()));
                    }
                    self.bench.press(&key, button);
                }
            }
            _ => {}
        }
    }

    /// Somebody writes into memory that it may go.
    fn forge(&mut self, id: &str) {
        let mut post = self.bench.stored(id);
        if !post.state.can_change() {
            return;
        }
        post.state = State::Queued { retry_at: None };
        post.holds.clear();
        post.wake_at = post.due_at;
        let entries = Vec::new();
        self.bench.store().write(&Change { post, entries }).unwrap();
        self.bench.ask(|_| ());
    }

    /// Looks at what went out since the last time.
    fn witness(&mut self) -> Result<(), TestCaseError> {
        let profile = self
            .bench
            .plan
            .account("blog")
            .map(profile_hash)
            .unwrap_or_default();
        for number in self.seen..self.bench.sent.len() {
            let post = &self.bench.sent[number];
            let (at, checks) = &self.bench.asked[number];
            let fresh = *at - SignedDuration::from_hours(24 * 60);
            let hash = post.content.hash();
            for check in checks.iter().filter(|check| weighs(check)) {
                let about = if check.account_level { &profile } else { &hash };
                let asked = question(checks, check);
                let answered = self.bench.book.iter().any(|(item, of, when)| {
                    asked.contains(&item.as_str()) && of == about && *when > fresh
                });
                prop_assert!(
                    answered,
                    "{} went out without {}: {post:?}",
                    post.id,
                    check.item
                );
            }
            prop_assert!(self.is_approved(post), "{} went out unapproved", post.id);
            prop_assert!(
                post.due_at.is_some_and(|due| due <= *at),
                "{} too early",
                post.id
            );
        }
        self.seen = self.bench.sent.len();
        Ok(())
    }

    fn is_approved(&self, post: &Post) -> bool {
        let key = (post.id.to_string(), post.content.hash());
        post.author == OWNER || self.approved.contains(&key)
    }
}

/// Whether the post may not go without it.
fn weighs(check: &Check) -> bool {
    check.severity >= Severity::Attest && check.state != CheckState::Unopened
}

/// The items that are answered together with this one.
fn question<'c>(checks: &'c [Check], check: &Check) -> Vec<&'c str> {
    let leader = |check: &Check| {
        check
            .asked_with
            .clone()
            .unwrap_or_else(|| check.item.clone())
    };
    let of = leader(check);
    let together = checks.iter().filter(|other| leader(other) == of);
    together.map(|other| other.item.as_str()).collect()
}

#[test]
fn no_sequence_of_operations_publishes_without_valid_answers() {
    let config = Config {
        cases: 32,
        failure_persistence: None,
        ..Config::default()
    };
    let sent = std::cell::Cell::new(0);
    let lives = prop::collection::vec(operation(), 1..30);
    // The same lives every time: a run that finds something is found again.
    let rng = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    let outcome = TestRunner::new_with_rng(config, rng).run(&lives, |operations| {
        let mut life = Life::new();
        for op in &operations {
            life.act(op);
            life.witness()?;
        }
        sent.set(sent.get() + life.seen);
        Ok(())
    });
    println!("{} posts went out", sent.get());
    outcome.unwrap();
    assert!(sent.get() > 20, "some of them do go out");
}

/// A case that was found, or that must never come back.
#[test]
fn short_cases_stay_closed() {
    let add = |text, by_ana| Op::Add {
        text,
        patient: false,
        by_ana,
        hours: 2,
    };
    let cases = [
        vec![add(0, false), Op::AnswerAll(0), Op::Edit(0, 4), Op::Pass(3)],
        vec![
            add(0, true),
            Op::AnswerAll(0),
            Op::Approve(0),
            Op::Revoke(0),
            Op::Pass(3),
        ],
        vec![add(1, false), Op::Forge(0), Op::Restart, Op::Pass(3)],
        vec![
            add(0, false),
            Op::Pass(3),
            Op::Press(0, "send-now"),
            Op::Press(0, "posted"),
        ],
    ];
    for case in cases {
        let mut life = Life::new();
        for op in &case {
            life.act(op);
            life.witness().unwrap();
        }
        assert_eq!(life.bench.sent.len(), 0, "{case:?}");
    }
}
