//! What the checks cost: questions that a clinician is asked for each post, over the labelled
//! posts and over everyday ones. Printed, and bounded so that they stay light.

use jiff::SignedDuration;
use rounds::posting::post::{About, Post, Relation};
use rounds::posting::screening::Severity;
use rounds::requests::post::NewPost;

use crate::bench::{Bench, plan};

const POSTS: &str = include_str!("../fixtures/screening/first-author.jsonl");

/// What most posts are: nobody is spoken of who could be hurt.
const EVERYDAY: [&str; 12] = [
    "New review on inhaler technique, worth ten minutes: https://doi.org/10.1136/bmj.r315",
    "Our clinic is closed on Monday. For urgent matters call 111.",
    "Slides of my talk on deprescribing are here: https://example.org/slides",
    "Flu vaccines have arrived. You can book by phone or on the website.",
    "Looking forward to the congress in Seville next month. Who else is going?",
    "A short thread on how we teach inhaler use to students.",
    "Reading this on the train: https://pubmed.ncbi.nlm.nih.gov/31926098/",
    "Thank you to our nurses and receptionists. None of this works without you.",
    "We are hiring a practice nurse: https://example.org/jobs",
    "Journal club tonight at eight. All welcome.",
    "El nostre centre obre a les vuit. Bon dia!",
    "Hoy publicamos la guía de vacunas del viajero: https://example.org/guia",
];

/// Packs of an account; the most questions that the median and the worst post may have.
const ACCOUNTS: [(&[&str], usize, usize); 4] = [
    (&[], 3, 6),
    (&["aafp", "ftc", "hipaa", "ama"], 3, 8),
    (&["gmc", "bma"], 3, 8),
    (
        &[
            "aafp", "gmc", "bma", "ftc", "hipaa", "ccmc", "ama", "employer",
        ],
        3,
        9,
    ),
];

/// How many questions of its own a post has, and how many the account has beside.
fn questions(bench: &mut Bench, post: &Post) -> (usize, usize) {
    let (plan, now) = (bench.plan.clone(), bench.now);
    let rules = crate::bench::rules();
    let checks = rules
        .review(bench.store(), &plan, post, now)
        .unwrap()
        .review
        .checks;
    let asked = checks
        .iter()
        .filter(|check| check.stops() && check.asked_with.is_none());
    let (account, own): (Vec<_>, Vec<_>) = asked.partition(|check| check.account_level);
    assert!(own.iter().all(|check| check.severity >= Severity::Attest));
    (own.len(), account.len())
}

fn subject(bench: &mut Bench) -> Post {
    let new = NewPost {
        text: "Our clinic opens at eight.".to_owned(),
        ..NewPost::default()
    };
    let id = bench.add(new, SignedDuration::from_hours(24)).id;
    bench.stored(&id)
}

fn of_text(subject: &Post, text: &str) -> Post {
    let mut post = subject.clone();
    text.clone_into(&mut post.content.text);
    post
}

/// The labelled posts as their authors would add them.
fn labelled(subject: &Post) -> Vec<Post> {
    let read = |line: &str| {
        let sample: serde_json::Value = serde_json::from_str(line).unwrap();
        of_text(subject, sample["text"].as_str().unwrap())
    };
    POSTS.lines().map(read).collect()
}

#[test]
fn questions_stay_few() {
    println!("{:55} {:10} median worst account", "packs", "posts");
    for (packs, most_median, most_worst) in ACCOUNTS {
        let mut bench = Bench::new(&plan(packs, ""));
        let subject = subject(&mut bench);
        let everyday: Vec<Post> = EVERYDAY
            .iter()
            .map(|text| of_text(&subject, text))
            .collect();
        for (name, posts) in [("labelled", labelled(&subject)), ("everyday", everyday)] {
            let counts = posts.iter().map(|post| questions(&mut bench, post));
            let (mut own, account): (Vec<usize>, Vec<usize>) = counts.unzip();
            own.sort_unstable();
            let (median, worst) = (own[own.len() / 2], own[own.len() - 1]);
            let account = account.iter().max().copied().unwrap_or_default();
            let packs = packs.join(" ");
            println!("{packs:55} {name:10} {median:6} {worst:5} {account:7}");
            let most = if name == "everyday" { 3 } else { most_worst };
            assert!(
                median <= most_median && worst <= most,
                "{packs} {name}: {own:?}"
            );
            assert!(account <= 7, "{account} questions for the account");
        }
    }
}

/// A plain post that links a paper and speaks of no patient, whatever the packs and however it is
/// passed on.
#[test]
fn a_plain_post_that_links_a_paper_asks_at_most_three() {
    let address = || "https://social.example/1".to_owned();
    for (packs, ..) in ACCOUNTS {
        let mut bench = Bench::new(&plan(packs, ""));
        let subject = subject(&mut bench);
        for relation in [
            Relation::Own,
            Relation::Quote(address()),
            Relation::Repost(address()),
        ] {
            let mut post = of_text(&subject, EVERYDAY[0]);
            post.content.relation = relation.clone();
            post.about = About {
                goal: Some(rounds::posting::post::Goal::Educate),
                ..About::default()
            };
            let (own, _) = questions(&mut bench, &post);
            assert!(own <= 3, "{packs:?} {relation:?}: {own}");
        }
    }
}

/// What is about the account is answered once, and not again for the next post.
#[test]
fn an_account_is_asked_once() {
    for (packs, ..) in ACCOUNTS {
        let mut bench = Bench::new(&plan(packs, ""));
        let first = subject(&mut bench);
        let (_, account) = questions(&mut bench, &first);
        assert!(account >= 3, "{packs:?}: {account}");
        bench.answer_all(first.id.as_str(), None);
        let second = of_text(&subject(&mut bench), EVERYDAY[1]);
        assert_eq!(questions(&mut bench, &second).1, 0, "{packs:?}");
    }
}
