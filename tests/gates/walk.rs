//! Every item of weight of every pack, one after the other: without an answer, with the wrong kind
//! of evidence, and with an answer to another content the post stays; with its answer it goes.

use std::collections::BTreeMap;

use jiff::SignedDuration;
use rounds::plan::SpeaksAs;
use rounds::posting::checks::CheckState;
use rounds::posting::packs::{Condition, Item, Level, PostKind};
use rounds::posting::post::{About, Media, Relation};
use rounds::posting::screening::{Category, Context, Severity};
use rounds::requests::consents;
use rounds::requests::post::{self, CheckView, Edit, NewPost, PostView};

use crate::bench::{Bench, consent, good_evidence, leader, plan, rules};

const DAY: SignedDuration = SignedDuration::from_hours(24);
const SAMPLES: &str = include_str!("../fixtures/screening/first-author.jsonl");

/// For each category a text in which screening sees it, one that would block where there is one.
fn samples() -> BTreeMap<String, (Severity, String)> {
    let rules = rules();
    let context = Context {
        professional: true,
        ..Context::default()
    };
    let mut samples: BTreeMap<String, (Severity, String)> = BTreeMap::new();
    for line in SAMPLES.lines() {
        let sample: serde_json::Value = serde_json::from_str(line).unwrap();
        let text = sample["text"].as_str().unwrap();
        for finding in rules.screen(text, &context).findings {
            let known = samples.get(&name(finding.category));
            if known.is_none_or(|(severity, _)| *severity < finding.severity) {
                samples.insert(name(finding.category), (finding.severity, text.to_owned()));
            }
        }
    }
    samples
}

fn name(category: Category) -> String {
    format!("{category:?}")
}

/// What a post has to be for an item to be asked of it.
#[derive(Default)]
struct Subject {
    new: NewPost,
    media: bool,
}

impl Subject {
    /// The first condition of the item that a test can bring about.
    fn of(item: &Item, samples: &BTreeMap<String, (Severity, String)>) -> Option<Self> {
        let mut conditions = item.applies.iter().chain(&item.opened_by);
        conditions.find_map(|condition| Self::under(condition, samples))
    }

    fn under(
        condition: &Condition,
        samples: &BTreeMap<String, (Severity, String)>,
    ) -> Option<Self> {
        let mut subject = Self {
            new: NewPost {
                text: "Our clinic opens at eight.".to_owned(),
                ..NewPost::default()
            },
            media: false,
        };
        let new = &mut subject.new;
        let address = || "https://social.example/post/1".to_owned();
        match condition {
            Condition::Always | Condition::SpeaksAs(_) | Condition::Kind(PostKind::Post) => {}
            Condition::AboutPatient => new.about.patient = true,
            Condition::Consent => {
                new.about.patient = true;
                new.consent = Some("R-2".to_owned());
            }
            Condition::Media => subject.media = true,
            Condition::Links => new.text.push_str(" https://example.org/hours"),
            Condition::Sponsor => {
                new.about.sponsor = Some("Acme".to_owned());
                "Ad, paid by Acme: our clinic has a new fridge.".clone_into(&mut new.text);
            }
            Condition::Mentions => new.text.push_str(" Thank you @library"),
            Condition::Delegated => new.author = Some("Ana".to_owned()),
            Condition::Kind(PostKind::Reply) => new.relation = Relation::Reply(address()),
            Condition::Kind(PostKind::Quote) => new.relation = Relation::Quote(address()),
            Condition::Kind(PostKind::Repost) => new.relation = Relation::Repost(address()),
            Condition::Dispute => {
                new.relation = Relation::Reply(address());
                new.about.dispute = true;
            }
            Condition::Goal(goal) => {
                new.about = About {
                    goal: Some(*goal),
                    ..About::default()
                }
            }
            Condition::Found(category) | Condition::Strong(category) => {
                new.text.clone_from(&samples.get(&name(*category))?.1);
            }
            Condition::Faces | Condition::Platform(_) => return None,
        }
        Some(subject)
    }

    /// The post, due in three days, with everything that it needs around it.
    fn write(&self, bench: &mut Bench) -> String {
        consent(bench, "R-1");
        consent(bench, "R-2");
        let id = bench.add(self.new.clone(), DAY * 3).id;
        // What was released with it does not count any more.
        bench.ask(|desk| consents::withdraw(desk, "R-2")).unwrap();
        if self.media {
            let mut post = bench.stored(&id);
            post.content.media.push(Media {
                sha256: "00".to_owned(),
                format: "png".to_owned(),
                alt: "a chart of opening hours".to_owned(),
                file_name: "chart.png".to_owned(),
                seen: None,
            });
            bench.put(post);
            bench.ask(post::review_all).unwrap();
        }
        id
    }
}

fn voice(item: &Item) -> &'static str {
    match item.speaks_as.first() {
        _ if item.speaks_as.contains(&SpeaksAs::Doctor) => "speaks_as = \"doctor\"",
        Some(SpeaksAs::Practice) => "speaks_as = \"practice\"",
        _ => "speaks_as = \"person\"",
    }
}

/// The question that holds the item, as it stands for the post.
fn question(view: &PostView, item: &str) -> CheckView {
    let leader = leader(view, item);
    let check = view.checks.iter().find(|check| check.item == leader);
    check
        .unwrap_or_else(|| panic!("{item} is not asked: {:?}", view.checks))
        .clone()
}

fn stops(check: &CheckView) -> bool {
    let open = !matches!(check.state, CheckState::Attested | CheckState::Unopened);
    open && check.severity >= Severity::Attest
}

/// It is held by this question, and does not go when its time comes.
fn stays(bench: &mut Bench, id: &str, item: &str, how: &str) {
    let view = bench.show(id);
    assert!(
        stops(&question(&view, item)),
        "{item} {how}: {:?}",
        question(&view, item)
    );
    assert_eq!(view.state, "held", "{item} {how}");
    bench.pass_days(4);
    assert_eq!(bench.sent.len(), 0, "{item} {how}");
}

/// What the question never takes.
fn wrong_evidence(check: &CheckView) -> Vec<Option<&'static str>> {
    use rounds::posting::evidence::EvidenceKind as Kind;
    let opened_block = check.state == CheckState::Found && check.severity == Severity::Block;
    match check.evidence_kind {
        None if opened_block => vec![None, Some("yes"), Some("https://example.org/"), Some("no")],
        None => [
            "no",
            "Never",
            "nope",
            "nunca",
            "perhaps",
            "not to a patient",
        ]
        .map(Some)
        .to_vec(),
        Some(Kind::Url | Kind::Doi) => vec![None, Some("yes"), Some("trust me"), Some("R-1")],
        Some(Kind::Consent) => vec![None, Some("yes"), Some("R-9"), Some("https://example.org/")],
        Some(_) => vec![None, Some("yes"), Some("none"), Some("ok")],
    }
}

fn without_an_answer(subject: &Subject, plan: &str, item: &str) {
    let mut bench = Bench::new(plan);
    let id = subject.write(&mut bench);
    bench.answer_all(&id, Some(item));
    stays(&mut bench, &id, item, "without an answer");
}

fn with_the_wrong_evidence(subject: &Subject, plan: &str, item: &str) {
    let mut bench = Bench::new(plan);
    let id = subject.write(&mut bench);
    let view = bench.answer_all(&id, Some(item));
    let check = question(&view, item);
    for evidence in wrong_evidence(&check) {
        let taken = bench.attest(&id, item, evidence);
        let leads = bench.attest(&id, &check.item, evidence);
        assert!(!taken && !leads, "{item} took {evidence:?}");
    }
    stays(&mut bench, &id, item, "with the wrong evidence");
}

fn with_an_answer_to_something_else(subject: &Subject, text: &str, item: &Item) {
    let mut bench = Bench::new(text);
    let id = subject.write(&mut bench);
    bench.answer_all(&id, None);
    if item.level == Level::Account {
        bench.replan(&text.replace("path = \"/nonexistent\"", "path = \"/elsewhere\""));
    } else {
        let edit = Edit {
            text: Some(format!("{} Again", subject.new.text)),
            ..Edit::default()
        };
        bench.ask(|desk| post::edit(desk, &id, &edit)).unwrap();
    }
    bench.answer_all(&id, Some(&item.id));
    stays(&mut bench, &id, &item.id, "answered for something else");
}

fn answered_it_goes(subject: &Subject, plan: &str, item: &str) {
    let mut bench = Bench::new(plan);
    let id = subject.write(&mut bench);
    let view = bench.answer_all(&id, Some(item));
    let check = question(&view, item);
    let good = good_evidence(&check);
    if !bench.attest(&id, &check.item, good) {
        bench.answer_all(&id, None);
    }
    let view = bench.answer_all(&id, None);
    assert_eq!(view.state, "queued", "{item}: {:?}", view.holds);
    bench.pass_days(4);
    assert_eq!(bench.sent.len(), 1, "{item}");
}

#[test]
fn every_item_of_weight_holds_the_post_until_it_is_answered() {
    let samples = samples();
    let rulebook = rules();
    let (mut walked, mut skipped) = (0, Vec::new());
    for pack in rulebook.packs().all() {
        for item in &pack.items {
            if item.severity < Severity::Attest {
                continue;
            }
            let Some(subject) = Subject::of(item, &samples) else {
                skipped.push(item.id.as_str());
                continue;
            };
            let packs: Vec<&str> = [pack.name.as_str()]
                .into_iter()
                .filter(|p| *p != "core")
                .collect();
            let plan = plan(&packs, voice(item));
            without_an_answer(&subject, &plan, &item.id);
            with_the_wrong_evidence(&subject, &plan, &item.id);
            with_an_answer_to_something_else(&subject, &plan, item);
            answered_it_goes(&subject, &plan, &item.id);
            walked += 1;
        }
    }
    println!("{walked} items of weight walked");
    assert_eq!(
        skipped,
        Vec::<&str>::new(),
        "every item can be brought about"
    );
    assert!(walked > 50);
}
