//! What is taken of a file, and what it becomes here.

use rounds::posting::audit::{Entry, Kind};
use rounds::posting::post::PostId;
use rounds::requests::consents;
use rounds::requests::post::{self, Edit, NewPicture, NewPost};
use serde_json::{Value, json};

use super::forge::{hash, invent_answers, release, rows, seal};
use super::table::{released, withdrawn};
use super::*;
use crate::bench::plan;

/// What may have left is asked of a person, and what is over stays over.
#[test]
fn no_state_in_a_file_is_taken_for_a_reason_to_send() {
    let since = "2026-01-05T08:00:00Z";
    for (state, becomes) in [
        (json!({"state": "publishing", "since": since}), "uncertain"),
        (
            json!({"state": "publishing", "since": since, "looked": {"absent": 9, "next_at": since}}),
            "uncertain",
        ),
        (
            json!({"state": "handed-off", "since": since, "asked": 1}),
            "uncertain",
        ),
        (json!({"state": "uncertain", "since": since}), "uncertain"),
        (json!({"state": "published", "at": since}), "published"),
        (json!({"state": "retracted", "at": since}), "retracted"),
        (json!({"state": "cancelled", "at": since}), "cancelled"),
    ] {
        let (_home, mut first) = bench(&plan(&[], ""));
        let id = unanswered(&mut first);
        let mut file = exported(&mut first);
        invent_answers(&mut file);
        file["posts"][0]["state"] = state.clone();
        file["posts"][0]["attempts"] = json!([{
            "at": since, "outcome": "not sent: no network",
            "request": {"content": hash(&file["posts"][0]), "folder": "/tmp", "file": "x.md",
                        "folder_existed": true, "body": "Take this.", "pictures": [], "url": null},
        }]);
        seal(&mut file);
        let (_other, mut bench) = bench(&plan(&[], ""));
        import(&mut bench, &file.to_string()).unwrap();
        bench.start();
        bench.pass_days(3);
        let stored = bench.stored(&id);
        assert_eq!(
            (stored.state.name(), bench.sent.len()),
            (becomes, 0),
            "{state}"
        );
        assert!(
            stored
                .attempts
                .iter()
                .all(|attempt| attempt.request.is_null())
        );
        if becomes == "uncertain" {
            bench.ask(|desk| post::resolve(desk, &id, false)).unwrap();
            bench.pass_days(3);
            assert_eq!(bench.sent.len(), 0, "{state}: a no sends nothing");
            wait_anew(&mut bench, &id);
            bench.answer_all(&id, None);
            bench.pass_days(3);
            assert_eq!(bench.sent.len(), 0, "{state}: nobody has looked");
        }
    }
}

/// A post that waits although it has a receipt may be out.
#[test]
fn a_receipt_beside_a_state_that_waits_is_asked_about() {
    let (_home, mut first) = bench(&plan(&[], ""));
    let id = published(&mut first);
    let mut file = exported(&mut first);
    release(&mut file);
    seal(&mut file);
    let (_other, mut bench) = bench(&plan(&[], ""));
    bench.now = first.now;
    import(&mut bench, &file.to_string()).unwrap();
    bench.pass_days(3);
    assert_eq!((bench.show(&id).state, bench.sent.len()), ("uncertain", 0));
}

fn png(folder: &std::path::Path, name: &str, shade: u8) -> NewPicture {
    let file = folder.join(name);
    image::GrayImage::from_pixel(60, 60, image::Luma([shade]))
        .save(&file)
        .unwrap();
    NewPicture {
        file,
        alt: "a chart of opening hours".to_owned(),
    }
}

#[test]
fn a_picture_is_looked_at_where_it_comes_in_and_another_one_is_refused() {
    let (home, mut first) = bench(&plan(&[], ""));
    let pictures = vec![
        png(home.path(), "one.png", 200),
        png(home.path(), "two.png", 100),
    ];
    let id = add(
        &mut first,
        NewPost {
            pictures,
            ..text(PLAIN)
        },
    );
    let mut file = exported(&mut first);
    let media = |file: &Value, number: usize| file["posts"][0]["content"]["media"][number].clone();
    let (one, two) = (media(&file, 0), media(&file, 1));
    assert_ne!(one["sha256"], two["sha256"]);

    // Its bytes are not there.
    let (other, mut bench) = bench(&plan(&[], ""));
    let refused = import(&mut bench, &file.to_string()).unwrap_err();
    assert!(refused.message.contains("needs the picture"), "{refused}");
    assert!(refused.help.unwrap().contains("media"));
    let name = |media: &Value| format!("{}.png", media["sha256"].as_str().unwrap());
    let copy = |from: &Value, to: &Value| {
        std::fs::create_dir_all(other.path().join("media")).unwrap();
        let from = home.path().join("media").join(name(from));
        std::fs::copy(from, other.path().join("media").join(name(to))).unwrap();
    };
    // Another picture lies under its name.
    copy(&two, &one);
    copy(&two, &two);
    let refused = import(&mut bench, &file.to_string()).unwrap_err();
    assert!(refused.message.contains("another one"), "{refused}");
    copy(&one, &one);
    // Another picture stands in the post.
    let mut swapped = file.clone();
    swapped["posts"][0]["content"]["media"] = json!([two, two]);
    let refused = import(&mut bench, &swapped.to_string()).unwrap_err();
    assert!(refused.message.contains("content"), "{refused}");
    // What the file says was seen in it is not believed.
    let words = json!({"looked": {"languages": ["eng"], "texts": ["nothing"], "cut_short": false}});
    file["posts"][0]["content"]["media"][0]["seen"]["words"] = words;
    import(&mut bench, &file.to_string()).unwrap();
    let seen = bench.stored(&id).content.media[0].seen.clone().unwrap();
    assert_ne!(seen.texts(), ["nothing"]);
}

/// A withdrawal here is not undone, nor a tie ended, by a file that does not know of it.
#[test]
fn what_is_here_stays_as_it_is() {
    let (_home, mut bench) = bench(&plan(&[], ""));
    let id = released(&mut bench);
    let file = exported(&mut bench);
    bench.ask(|desk| consents::withdraw(desk, "R-1")).unwrap();
    let edit = Edit {
        text: Some("Our clinic opens at nine.".to_owned()),
        ..Edit::default()
    };
    bench.ask(|desk| post::edit(desk, &id, &edit)).unwrap();
    let told = import(&mut bench, &file.to_string()).unwrap();
    assert_eq!(
        told.differ,
        ["consent R-1".to_owned(), format!("post {id}")]
    );
    assert!(bench.store().consents().unwrap()[0].withdrawn_at.is_some());
    assert_eq!(bench.show(&id).text, "Our clinic opens at nine.");
}

#[test]
fn a_file_comes_in_once_and_whole() {
    let (_home, mut first) = bench(&plan(&[], ""));
    let id = answered(&mut first);
    withdrawn(&mut first);
    first.ask(|desk| {
        let log = |desk: &mut rounds::requests::Desk, time: u64| {
            let amount = rounds::attention::usage::Amount {
                day: "2026-01-05".parse().unwrap(),
                time: std::time::Duration::from_mins(time),
                doing: rounds::attention::usage::Doing {
                    site: Some("x".to_owned()),
                    activity: rounds::plan::Activity::Scan,
                },
            };
            desk.store.add_amount(&amount).unwrap();
        };
        log(desk, 15);
        log(desk, 15);
    });
    let file = exported(&mut first);
    let (_other, mut bench) = bench(&plan(&[], ""));
    let told = import(&mut bench, &file.to_string()).unwrap();
    assert_eq!(
        (told.posts.len(), told.consents.len(), told.usage),
        (2, 1, 2)
    );
    assert!(told.to_confirm.is_empty(), "what is withdrawn stays so");
    let before = kept(&mut bench);
    let again = import(&mut bench, &file.to_string()).unwrap();
    assert_eq!(
        (again.posts.len(), again.consents.len(), again.usage),
        (0, 0, 0)
    );
    assert_eq!(kept(&mut bench), before, "nothing twice");
    assert_eq!(bench.stored(&id).content, first.stored(&id).content);
    // What came in can be handed on.
    let onward = exported(&mut bench);
    let (_third, mut third) = self::bench(&plan(&[], ""));
    assert_eq!(
        import(&mut third, &onward.to_string()).unwrap().posts.len(),
        2
    );
}

/// Entries of a file's record stand nowhere but in the file.
#[test]
fn a_forged_entry_does_not_come_into_the_record() {
    let (_home, mut first) = bench(&plan(&[], ""));
    let id = unanswered(&mut first);
    let mut file = exported(&mut first);
    let forged = Entry::new(first.now, Kind::Approved, Some(&PostId(id.clone())), OWNER);
    let row = json!({
        "sequence": 0, "at": null, "at_utc": forged.at, "kind": "approved", "post": id, "by": OWNER,
        "facts": [{"name": "content", "value": hash(&file["posts"][0])}], "hash": "",
    });
    rows(&mut file).push(row);
    let (_other, mut bench) = bench(&plan(&[], ""));
    let refused = import(&mut bench, &file.to_string()).unwrap_err();
    assert!(refused.message.contains("audit["), "{refused}");
    seal(&mut file);
    import(&mut bench, &file.to_string()).unwrap();
    assert!(!bench.kinds(&id).contains(&Kind::Approved));
    bench.pass_days(3);
    assert_eq!(bench.sent.len(), 0);
}

/// Spans that turned out to be no use at all stay behind as empty rows.
#[test]
fn empty_spans_stay_behind_and_keep_no_file_out() {
    let span = |minute: i64, length: i64| {
        let from = "2026-01-04T10:00:00Z".parse::<jiff::Timestamp>().unwrap();
        let from = from + SignedDuration::from_mins(minute);
        rounds::attention::usage::Interval {
            from,
            until: from + SignedDuration::from_mins(length),
            doing: rounds::attention::usage::Doing {
                site: Some("x".to_owned()),
                activity: rounds::plan::Activity::Scan,
            },
            source: rounds::attention::usage::Source::Sensor,
        }
    };
    let (_home, mut first) = bench(&plan(&[], ""));
    first.ask(|desk| {
        for one in [span(0, 0), span(1, 5), span(7, 0), span(8, 0)] {
            desk.store.save_span(&one).unwrap();
        }
    });
    let mut file = exported(&mut first);
    let spans = file.pointer_mut("/usage/intervals").unwrap();
    assert_eq!(spans.as_array().unwrap().len(), 1, "{spans}");
    // A file of before may hold some.
    let empty = serde_json::to_value(span(7, 0)).unwrap();
    spans.as_array_mut().unwrap().push(empty);
    let (_other, mut bench) = bench(&plan(&[], ""));
    for comes in [1, 0] {
        let told = import(&mut bench, &file.to_string()).unwrap();
        assert_eq!((told.usage, told.same), (comes, 1 - comes));
    }
}
