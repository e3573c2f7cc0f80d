//! A dispute answers one finding: it closes what that finding alone opened, and nothing else.

use jiff::SignedDuration;
use rounds::posting::checks::CheckState;
use rounds::posting::post::{About, Media};
use rounds::posting::screening::{Category, Severity};
use rounds::requests::post::{self, FindingView, NewPost, PostView};

use crate::bench::{Bench, plan};

const DAY: SignedDuration = SignedDuration::from_hours(24);
const ONE: &str = "My patient Maria Garcia came back to the ward with shingles.";
const TWO: &str = "My patient Maria Garcia came back to the ward with shingles. My patient Anil \
                   Kumar came to the ward with gout.";

fn add(bench: &mut Bench, text: &str, patient: bool) -> PostView {
    let about = About {
        patient,
        ..About::default()
    };
    let text = text.to_owned();
    bench.add(
        NewPost {
            text,
            about,
            ..NewPost::default()
        },
        DAY,
    )
}

fn consent(view: &PostView) -> CheckState {
    let mut checks = view.checks.iter();
    let check = checks.find(|check| check.item == "publication-consent");
    check.unwrap().state
}

fn names(view: &PostView) -> Vec<FindingView> {
    let is = |one: &&FindingView| {
        one.category == Category::Name && one.severity > Severity::Advise && !one.disputed
    };
    view.findings.iter().filter(is).cloned().collect()
}

#[test]
fn the_release_is_asked_for_as_long_as_one_name_stands() {
    let mut bench = Bench::new(&plan(&[], ""));
    let view = add(&mut bench, TWO, false);
    let found = names(&view);
    assert_eq!((found.len(), consent(&view)), (2, CheckState::Found));
    assert!(bench.dispute(&view.id, &found[0].id));
    let left = bench.show(&view.id);
    assert_eq!(
        (names(&left).len(), consent(&left)),
        (1, CheckState::Found),
        "the other one still opens it"
    );
    assert!(bench.dispute(&view.id, &found[1].id));
    assert_eq!(consent(&bench.show(&view.id)), CheckState::Unopened);
}

#[test]
fn what_the_author_said_of_the_post_is_not_disputed_away() {
    let mut bench = Bench::new(&plan(&[], ""));
    let view = add(&mut bench, ONE, true);
    for name in names(&view) {
        assert!(bench.dispute(&view.id, &name.id));
    }
    let view = bench.answer_all(&view.id, Some("publication-consent"));
    assert_eq!(consent(&view), CheckState::Missing);
    assert_eq!(view.state, "held");
}

/// Two names in one description are two findings, and the same one read twice is one.
#[test]
fn each_name_in_a_picture_is_disputed_by_itself() {
    let mut bench = Bench::new(&plan(&[], ""));
    let id = add(&mut bench, "A good day at our clinic.", false).id;
    let mut post = bench.stored(&id);
    for alt in [TWO, ONE] {
        post.content.media.push(Media {
            sha256: "00".to_owned(),
            format: "png".to_owned(),
            alt: alt.to_owned(),
            file_name: "chart.png".to_owned(),
            seen: None,
        });
    }
    bench.put(post);
    bench.ask(post::review_all).unwrap();
    let view = bench.show(&id);
    let found = names(&view);
    assert_eq!(found.len(), 3, "{:?}", view.findings);
    assert!(bench.dispute(&id, &found[0].id));
    let left = bench.show(&id);
    assert_eq!((names(&left).len(), consent(&left)), (2, CheckState::Found));
}
