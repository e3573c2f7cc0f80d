//! Answers and approvals reach as far as the post: asked for when it gets its time or two days
//! before, never first when it is due; taken back until it is sent.

use jiff::SignedDuration;
use rounds::engine::{Ask, Nudge};
use rounds::posting::audit::Kind;
use rounds::posting::checks::CheckState;
use rounds::posting::holds::HoldKind;
use rounds::requests::consents;
use rounds::requests::post::{self, Edit, NewPost};

use crate::bench::{Bench, OWNER, consent, monday, plan};

const DAY: SignedDuration = SignedDuration::from_hours(24);
const PLAIN: &str = "Our clinic opens at eight.";

fn new(text: &str) -> NewPost {
    NewPost {
        text: text.to_owned(),
        ..NewPost::default()
    }
}

fn by_ana() -> NewPost {
    NewPost {
        author: Some("Ana".to_owned()),
        ..new(PLAIN)
    }
}

fn asked(bench: &Bench) -> Vec<jiff::Timestamp> {
    let ageing = |nudge: &Nudge| {
        matches!(
            nudge,
            Nudge::Post {
                ask: Ask::Ageing,
                ..
            }
        )
    };
    let nudges = bench.nudges.iter().filter(|(_, nudge)| ageing(nudge));
    nudges.map(|(at, _)| *at).collect()
}

fn stale(view: &rounds::requests::post::PostView) -> Vec<&str> {
    let checks = view.checks.iter();
    let stale = checks.filter(|check| check.state == CheckState::Stale);
    stale.map(|check| check.item.as_str()).collect()
}

#[test]
fn what_will_be_too_old_is_asked_for_when_the_post_gets_its_time() {
    let mut bench = Bench::new(&plan(&[], ""));
    let first = bench.add(new(PLAIN), DAY).id;
    bench.answer_all(&first, None);
    bench.pass_days(50);
    let second = bench.add(new("Our clinic closes at noon."), DAY * 5).id;
    assert_eq!(
        stale(&bench.show(&second)),
        Vec::<&str>::new(),
        "day 55 is within 60"
    );
    let third = bench.add(new("Our clinic is closed in May."), DAY * 12).id;
    let of_account = ["named-as-doctor", "employer-policy", "know-delete"];
    assert_eq!(stale(&bench.show(&third)), of_account);
    assert_eq!(bench.answer_all(&third, None).state, "queued");
    bench.pass_days(13);
    assert_eq!(bench.show(&third).state, "published");
    assert_eq!(asked(&bench), [], "nobody was nudged");
}

#[test]
fn what_no_answer_reaches_is_asked_for_by_one_nudge_two_days_before() {
    let mut bench = Bench::new(&plan(&[], ""));
    let id = bench.add(new(PLAIN), DAY * 70).id;
    assert_eq!(bench.answer_all(&id, None).state, "queued");
    bench.pass_days(59);
    assert_eq!(bench.show(&id).state, "queued");
    bench.pass_days(8);
    assert_eq!((bench.show(&id).state, asked(&bench)), ("held", vec![]));
    bench.pass_days(2);
    assert_eq!(asked(&bench), [monday() + DAY * 68]);
    assert_eq!(bench.answer_all(&id, None).state, "queued");
    bench.pass_days(2);
    assert_eq!(bench.show(&id).state, "published");
    assert_eq!(asked(&bench).len(), 1);
}

#[test]
fn who_edits_is_not_nudged_about_what_they_know() {
    let mut bench = Bench::new(&plan(&[], ""));
    let id = bench.add(new(PLAIN), DAY).id;
    bench.answer_all(&id, None);
    let edit = Edit {
        text: Some("Our clinic opens at nine.".to_owned()),
        ..Edit::default()
    };
    let view = bench.ask(|desk| post::edit(desk, &id, &edit)).unwrap();
    assert_eq!(view.state, "held");
    bench.pass(SignedDuration::from_hours(20));
    assert_eq!(asked(&bench), []);
}

#[test]
fn an_approval_ends_as_answers_do() {
    let mut bench = Bench::new(&plan(&[], ""));
    let id = bench.add(by_ana(), DAY * 70).id;
    assert_eq!(bench.answer_all(&id, None).state, "queued");
    bench.pass_days(69);
    assert_eq!(asked(&bench), [monday() + DAY * 68]);
    bench.answer_all(&id, Some("approval"));
    let holds: Vec<HoldKind> = bench.show(&id).holds.iter().map(|hold| hold.kind).collect();
    assert_eq!(holds, [HoldKind::Approval]);
    bench
        .ask(|desk| post::approve(desk, &id, Some(OWNER)))
        .unwrap();
    bench.pass_days(2);
    assert_eq!(bench.show(&id).state, "published");
}

#[test]
fn an_approval_is_for_these_bytes_and_can_be_taken_back_until_the_send() {
    let mut bench = Bench::new(&plan(&[], ""));
    let id = bench.add(by_ana(), DAY).id;
    assert_eq!(bench.answer_all(&id, None).state, "queued");
    let by_other = bench.ask(|desk| post::revoke(desk, &id, Some("Ana")));
    assert!(by_other.is_err(), "only the owner");
    let view = bench.ask(|desk| post::revoke(desk, &id, None)).unwrap();
    assert_eq!(
        (view.state, view.holds[0].kind),
        ("held", HoldKind::Approval)
    );
    assert!(bench.kinds(&id).contains(&Kind::Revoked));
    assert!(
        bench.ask(|desk| post::revoke(desk, &id, None)).is_err(),
        "nothing is left"
    );
    bench.ask(|desk| post::approve(desk, &id, None)).unwrap();
    let edit = Edit {
        text: Some(format!("{PLAIN} ") + "Really."),
        ..Edit::default()
    };
    bench.ask(|desk| post::edit(desk, &id, &edit)).unwrap();
    let view = bench.answer_all(&id, Some("approval"));
    assert_eq!(
        (view.state, view.holds[0].kind),
        ("held", HoldKind::Approval)
    );
    bench.ask(|desk| post::approve(desk, &id, None)).unwrap();
    bench.pass_days(2);
    assert_eq!(bench.show(&id).state, "published");
    assert!(
        bench.ask(|desk| post::revoke(desk, &id, None)).is_err(),
        "it is out"
    );
}

#[test]
fn a_withdrawn_consent_finds_every_post_that_used_it() {
    let mut bench = Bench::new(&plan(&[], ""));
    consent(&mut bench, "R-1");
    let text = "A patient let me tell what their treatment was like.";
    let story = || NewPost {
        consent: Some("R-1".to_owned()),
        about: rounds::posting::post::About {
            patient: true,
            ..Default::default()
        },
        ..new(text)
    };
    let out = bench.add(story(), DAY).id;
    let taken_back = bench.add(story(), DAY).id;
    let waiting = bench.add(story(), DAY * 20).id;
    for id in [&out, &taken_back, &waiting] {
        assert_eq!(bench.answer_all(id, None).state, "queued");
    }
    let draft = {
        let new = NewPost {
            accounts: vec!["blog".to_owned()],
            ..story()
        };
        bench
            .ask(|desk| post::add(desk, &new))
            .unwrap()
            .remove(0)
            .id
    };
    bench.pass_days(2);
    let mut gone = bench.stored(&taken_back);
    gone.state = rounds::posting::life::State::Retracted { at: bench.now };
    let entries = Vec::new();
    bench
        .store()
        .write(&rounds::engine::Change {
            post: gone,
            entries,
        })
        .unwrap();
    let withdrawn = bench.ask(|desk| consents::withdraw(desk, "R-1")).unwrap();
    let ids = |ids: &[rounds::posting::post::PostId]| -> Vec<String> {
        ids.iter().map(ToString::to_string).collect()
    };
    assert_eq!(ids(&withdrawn.held), std::slice::from_ref(&waiting));
    assert_eq!(
        ids(&withdrawn.published),
        [out],
        "what was taken back is not offered again"
    );
    assert_eq!(ids(&withdrawn.others), [draft]);
    bench.pass_days(30);
    assert_eq!(bench.sent.len(), 2, "the waiting one stayed");
    assert_ne!(bench.show(&waiting).state, "published");
}

#[test]
fn yesterday_is_screened_for_the_day_on_which_it_goes_out() {
    let mut bench = Bench::new(&plan(&[], ""));
    let text = "My patient came back to my clinic with shingles yesterday.";
    let id = bench.add(new(text), DAY * 3).id;
    let whys: Vec<String> = bench
        .show(&id)
        .findings
        .into_iter()
        .map(|f| f.why)
        .collect();
    let told = "Read when it goes out, on Thursday, it means Wednesday 7 January.";
    assert!(whys.iter().any(|why| why.ends_with(told)), "{whys:?}");
}
