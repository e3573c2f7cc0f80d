//! Posts that recur and slots that are let pass, by command.

use serde_json::{Value, json};

use crate::world::World;

fn begin(world: &World, cron: &str) -> Value {
    world.json(&[
        "post",
        "add",
        "Follow these.",
        "--to",
        "blog",
        "--cron",
        cron,
    ])
}

#[test]
fn each_post_of_a_series_has_its_own_time_and_checks() {
    let world = World::with("lin");
    let begun = begin(&world, "0 17 * * Fri");
    let (post, series) = (&begun["posts"][0], &begun["series"][0]);
    assert_eq!(post["state"], "held");
    assert!(post["due_at"].as_str().unwrap().contains("T17:00:00"));
    assert_eq!(series["last"], post["due_at"]);
    assert_eq!(series["cron"], "0 17 * * Fri");
    assert_eq!(world.json(&["series", "list"]), json!([series]));
    assert!(
        post["checks"]
            .as_array()
            .unwrap()
            .iter()
            .any(|check| check["state"] == "missing")
    );
    // Calling one off leaves the series.
    world.ok(&["post", "cancel", post["id"].as_str().unwrap()]);
    let id = series["id"].as_str().unwrap();
    assert_eq!(world.json(&["series", "list"])[0]["id"], id);
    world.ok(&["series", "end", &id[..5]]);
    assert_eq!(world.json(&["series", "list"]), json!([]));
    assert_eq!(
        world.json(&["post", "list"])["posts"][0]["text"],
        "Follow these."
    );
    assert_eq!(world.run(&["series", "end", id]).status, 1, "it has ended");
    assert_eq!(world.json(&["audit", "verify"])["intact"], true);
}

#[test]
fn a_wrong_series_changes_nothing() {
    let world = World::with("lin");
    let line = ["post", "add", "Text.", "--to", "blog", "--cron"];
    for (more, word) in [
        (&["0 17 * *"][..], "field"),
        (&["0 0 31 2 *"], "never"),
        (&["often"], "field"),
        (
            &["0 17 * * Fri", "--source", "https://example.org/a"],
            "its own checks",
        ),
        (&["0 17 * * Fri", "--slot"], "--slot"),
    ] {
        let (status, error) = world.error(&[&line[..], more].concat());
        assert_eq!(status, 2, "{error}");
        assert!(error.to_string().contains(word), "{word}: {error}");
    }
    let (status, _) = world.error(&[
        "post",
        "add",
        "Text.",
        "--to",
        "nobody",
        "--cron",
        "0 17 * * Fri",
    ]);
    assert_eq!(status, 2);
    assert_eq!(world.json(&["post", "list"])["posts"], json!([]));
    assert_eq!(world.json(&["series", "list"]), json!([]));
}

#[test]
fn a_slot_that_is_let_pass_is_not_taken_and_is_on_record() {
    let world = World::with("lin");
    let slots = world.json(&["slot", "list", "blog", "--next", "3"]);
    let skipped = world.json(&["slot", "skip", "blog"]);
    assert_eq!(skipped["at"], slots[0]["at"]);
    let rows = world.json(&["slot", "list", "blog"]);
    assert_eq!(
        (&rows[0]["skipped"], &rows[1]["skipped"]),
        (&json!(true), &json!(false))
    );
    let add = ["post", "add", "Text.", "--to", "blog", "--slot"];
    let due = world.json(&add)["posts"][0]["due_at"].clone();
    assert_eq!(due, slots[1]["at"]);
    // Nothing is stacked: each further post has a slot of its own.
    let more: Vec<Value> = (0..4)
        .map(|_| world.json(&add)["posts"][0]["due_at"].clone())
        .collect();
    let mut distinct: Vec<String> = more
        .iter()
        .map(|due| due.as_str().unwrap().to_owned())
        .collect();
    distinct.dedup();
    assert_eq!(distinct.len(), 4);
    assert_eq!(more[0], slots[2]["at"]);
    let audit = world.ok(&["audit", "export"]);
    assert_eq!(audit.matches("slot-skipped").count(), 1, "{audit}");
    for (wrong, status) in [
        (&["slot", "skip", "nobody"][..], 2),
        (&["slot", "skip", "blog", "in", "90s"], 2),
        (&["slot", "skip", "blog", due.as_str().unwrap()], 3),
    ] {
        assert_eq!(world.error(wrong).0, status, "{wrong:?}");
    }
    world.ok(&["slot", "skip", "blog", slots[0]["at"].as_str().unwrap()]);
}
