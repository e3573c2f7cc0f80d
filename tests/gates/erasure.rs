//! Texts left with something that may not go out: told of, kept on request, else gone from the
//! disk, with the audit whole.

use std::fs;
use std::path::Path;
use std::time::{Duration, SystemTime};

use jiff::SignedDuration;
use rounds::engine::{Ask, Nudge};
use rounds::posting::audit::Kind;
use rounds::posting::post::{Attempt, Media};
use rounds::requests::post::{self, Edit, NewPost, PostView, Time};
use rounds::store::Store;

use crate::bench::{Bench, monday, plan};

const SENSITIVE: &str = "My patient Maria Garcia came back to my clinic with shingles yesterday.";
const DAY: SignedDuration = SignedDuration::from_hours(24);

fn draft(bench: &mut Bench, text: &str) -> PostView {
    let new = NewPost {
        text: text.to_owned(),
        accounts: vec!["blog".to_owned()],
        time: Time::None,
        ..NewPost::default()
    };
    bench.ask(|desk| post::add(desk, &new)).unwrap().remove(0)
}

fn keep(bench: &mut Bench, id: &str) {
    let edit = Edit {
        keep: true,
        ..Edit::default()
    };
    bench.ask(|desk| post::edit(desk, id, &edit)).unwrap();
}

fn erasing(bench: &Bench) -> Vec<jiff::Timestamp> {
    let about = |nudge: &Nudge| {
        matches!(
            nudge,
            Nudge::Post {
                ask: Ask::Erasing,
                ..
            }
        )
    };
    let nudges = bench.nudges.iter().filter(|(_, nudge)| about(nudge));
    nudges.map(|(at, _)| *at).collect()
}

#[test]
fn a_sensitive_draft_is_told_of_once_and_erased_after_thirty_days() {
    let mut bench = Bench::new(&plan(&[], ""));
    let id = draft(&mut bench, SENSITIVE).id;
    bench.pass(DAY * 23 - SignedDuration::from_secs(1));
    assert!(erasing(&bench).is_empty());
    bench.pass(SignedDuration::from_secs(2));
    let told = erasing(&bench);
    assert_eq!(told, [monday() + DAY * 23]);
    let view = bench.show(&id);
    let erases_at: jiff::Timestamp = view.erases_at.unwrap().parse().unwrap();
    assert_eq!(
        (erases_at, view.text.as_str()),
        (monday() + DAY * 30, SENSITIVE)
    );
    bench.pass(DAY * 7 - SignedDuration::from_secs(2));
    assert_eq!(bench.show(&id).text, SENSITIVE);
    bench.pass(SignedDuration::from_secs(2));
    let view = bench.show(&id);
    assert_eq!((view.text.as_str(), view.state), ("", "draft"));
    assert!(view.erased_at.is_some() && view.erases_at.is_none());
    bench.pass_days(60);
    assert_eq!(erasing(&bench).len(), 1, "told once");
    assert_eq!(bench.kinds(&id).first(), Some(&Kind::Created));
    assert_eq!(bench.kinds(&id).last(), Some(&Kind::Erased));
    assert!(bench.store().verify_audit().unwrap().intact);
}

#[test]
fn what_was_erased_cannot_be_sent_or_answered() {
    let mut bench = Bench::new(&plan(&[], ""));
    let id = draft(&mut bench, SENSITIVE).id;
    bench.pass_days(31);
    assert!(!bench.attest(&id, "newspaper-test", None));
    let at = bench.now + DAY;
    let refused = bench
        .ask(|desk| post::reschedule(desk, &id, post::Time::At(at)))
        .unwrap_err();
    assert!(
        refused.message.starts_with("Its text was erased"),
        "{refused}"
    );
}

#[test]
fn a_change_gives_thirty_days_again_and_keep_keeps_it() {
    let mut bench = Bench::new(&plan(&[], ""));
    let changed = draft(&mut bench, SENSITIVE).id;
    let kept = draft(&mut bench, SENSITIVE).id;
    let cancelled = draft(&mut bench, SENSITIVE).id;
    bench.ask(|desk| post::cancel(desk, &cancelled)).unwrap();
    bench.pass_days(25);
    let keys: Vec<String> = bench.nudges.iter().map(|(_, nudge)| nudge.key()).collect();
    let key = keys.iter().find(|key| key.contains(&kept)).unwrap().clone();
    bench.press(&key, "keep");
    keep(&mut bench, &cancelled);
    let edit = Edit {
        text: Some(format!("{SENSITIVE} Twice.")),
        ..Edit::default()
    };
    bench.ask(|desk| post::edit(desk, &changed, &edit)).unwrap();
    bench.pass_days(29);
    for id in [&changed, &kept, &cancelled] {
        assert!(bench.show(id).text.starts_with(SENSITIVE));
    }
    bench.pass_days(300);
    assert_eq!(bench.show(&changed).text, "");
    for id in [&kept, &cancelled] {
        assert_eq!(bench.show(id).text, SENSITIVE, "for ever");
    }
}

#[test]
fn missed_and_cancelled_texts_go_held_queued_and_harmless_ones_stay() {
    let mut bench = Bench::new(&plan(&[], ""));
    let new = |text: &str| NewPost {
        text: text.to_owned(),
        ..NewPost::default()
    };
    let missed = bench.add(new(SENSITIVE), DAY).id;
    let cancelled = bench.add(new(SENSITIVE), DAY * 2).id;
    let held = bench.add(new(SENSITIVE), DAY * 200).id;
    let queued = bench.add(new("Our clinic opens at eight."), DAY * 50).id;
    let harmless = draft(&mut bench, "Our clinic closes at noon.").id;
    bench.answer_all(&queued, None);
    bench.ask(|desk| post::cancel(desk, &cancelled)).unwrap();
    bench.pass_days(45);
    for id in [&missed, &cancelled] {
        assert_eq!(bench.show(id).text, "");
    }
    assert_eq!(bench.show(&held).text, SENSITIVE);
    assert_eq!(bench.show(&queued).state, "queued");
    bench.pass_days(100);
    assert_eq!(
        (bench.show(&held).text.as_str(), bench.show(&held).state),
        (SENSITIVE, "held")
    );
    assert_eq!(bench.show(&harmless).text, "Our clinic closes at noon.");
}

#[test]
fn a_finding_that_was_dealt_with_keeps_the_text() {
    let mut bench = Bench::new(&plan(&[], ""));
    let id = draft(&mut bench, SENSITIVE).id;
    bench.answer_all(&id, None);
    bench.pass_days(100);
    assert_eq!(bench.show(&id).text, SENSITIVE, "every finding is disputed");
}

#[test]
fn a_machine_that_was_off_tells_first() {
    let mut bench = Bench::new(&plan(&[], ""));
    let id = draft(&mut bench, SENSITIVE).id;
    bench.now += DAY * 90;
    bench.start();
    assert_eq!(erasing(&bench), [bench.now]);
    bench.pass_days(6);
    assert_eq!(bench.show(&id).text, SENSITIVE);
    bench.pass_days(2);
    assert_eq!(bench.show(&id).text, "");
    assert_eq!(erasing(&bench).len(), 1);
}

/// Whether any file in a folder holds these words.
fn found_on_disk(folder: &Path, words: &str) -> Vec<String> {
    let files = fs::read_dir(folder).unwrap().flatten();
    let holds = |file: &Path| {
        let bytes = fs::read(file).unwrap_or_default();
        bytes
            .windows(words.len())
            .any(|seen| seen == words.as_bytes())
    };
    let files = files.map(|entry| entry.path()).filter(|file| holds(file));
    files.map(|file| file.display().to_string()).collect()
}

#[test]
fn erased_words_are_in_no_file_any_more() {
    let home = tempfile::tempdir().unwrap();
    let store = Store::open(&home.path().join("rounds.db")).unwrap();
    let mut bench = Bench::over(&plan(&[], ""), store, home.path().to_owned());
    // Long enough for pages of its own.
    let long = format!("{SENSITIVE} {}", "Marker Zebrafish. ".repeat(600));
    let id = draft(&mut bench, &long).id;
    let mut stored = bench.stored(&id);
    stored.attempts.push(Attempt {
        at: bench.now,
        request: serde_json::json!({ "text": long }),
        outcome: "not sent: the disk is full".to_owned(),
    });
    bench.put(stored);
    for _ in 0..20 {
        draft(&mut bench, "Our clinic closes at noon.");
    }
    assert!(!found_on_disk(home.path(), "Zebrafish").is_empty());
    bench.pass_days(31);
    assert_eq!(bench.show(&id).text, "");
    assert_eq!(
        found_on_disk(home.path(), "Zebrafish"),
        Vec::<String>::new()
    );
}

#[test]
fn pictures_go_with_the_last_post_that_holds_them() {
    let home = tempfile::tempdir().unwrap();
    let folder = home.path().join("media");
    fs::create_dir(&folder).unwrap();
    let old = SystemTime::UNIX_EPOCH + Duration::from_hours(24 * 365 * 50);
    for name in ["aa.png", "bb.png", "cc.png"] {
        let file = fs::File::create(folder.join(name)).unwrap();
        if name != "cc.png" {
            file.set_modified(old).unwrap();
        }
    }
    let mut bench = Bench::new(&plan(&[], ""));
    let id = draft(&mut bench, SENSITIVE).id;
    let mut stored = bench.stored(&id);
    stored.content.media.push(Media {
        sha256: "aa".to_owned(),
        format: "png".to_owned(),
        alt: "a chart".to_owned(),
        file_name: "a.png".to_owned(),
        seen: None,
    });
    bench.put(stored);
    let today =
        jiff::Timestamp::try_from(fs::metadata(&folder).unwrap().modified().unwrap()).unwrap();
    let names = || {
        let files = fs::read_dir(&folder).unwrap().flatten();
        let mut names: Vec<_> = files.map(|file| file.file_name()).collect();
        names.sort();
        names
    };
    post::drop_unused_pictures(bench.store(), &folder, today).unwrap();
    assert_eq!(
        names(),
        ["aa.png", "cc.png"],
        "one is used, one has just come"
    );
    bench.pass_days(31);
    post::drop_unused_pictures(bench.store(), &folder, today).unwrap();
    assert_eq!(names(), ["cc.png"]);
}
