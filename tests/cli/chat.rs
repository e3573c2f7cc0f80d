//! Answers prepared for an engagement: each through its checks, one by one, once.

use std::fs;

use serde_json::Value;

use crate::answers::answers;
use crate::world::World;

/// A plan with a chat that is always on and one that never is.
fn world() -> World {
    let world = World::with("balanced");
    let plan = "timezone = \"UTC\"\n[quiet]\nfrom = \"00:00\"\nuntil = \"00:00\"\n\
                [posting]\ncooling_off = \"0s\"\n\
                [[accounts]]\nname = \"blog\"\nplatform = \"folder\"\npath = \"~/blog\"\n\
                [[engagements]]\nname = \"On\"\ncron = \"* * * * *\"\nlength = \"1h\"\n\
                [[engagements]]\nname = \"Off\"\nat = 2099-05-05T20:00:00\nlength = \"1h\"\n";
    fs::write(world.plan(), plan).unwrap();
    world
}

fn prepare(world: &World, text: &str, engagement: &str) -> String {
    let post = world.post(text, &["--engagement", engagement]);
    assert_eq!(
        (post["state"].as_str(), post["engagement"].as_str()),
        (Some("draft"), Some(engagement))
    );
    post["id"].as_str().unwrap().to_owned()
}

pub(crate) fn answer_everything(world: &World, id: &str) {
    let post = world.json(&["post", "show", id]);
    let answers = answers(&post);
    let mut arguments = vec!["post", "check", id];
    arguments.extend(answers.iter().map(String::as_str));
    world.json(&arguments);
}

fn state(world: &World, id: &str) -> Value {
    world.json(&["post", "show", id])["state"].clone()
}

#[test]
fn answers_go_one_by_one_once_their_checks_hold() {
    let world = world();
    let first = prepare(&world, "Flu vaccines are here.", "On");
    let second = prepare(&world, "Measles vaccines are here.", "On");
    let ran = world.run(&["chat", "next"]);
    assert!(
        ran.status == 3 && ran.stderr.contains(&format!("`rounds post check {first}`")),
        "checks are open: {ran}"
    );
    assert_eq!(state(&world, &first), "draft", "nothing was changed");
    answer_everything(&world, &second);
    let sent = world.json(&["chat", "next", "On"]);
    assert_eq!(
        (sent["id"].as_str(), sent["state"].as_str()),
        (Some(second.as_str()), Some("queued"))
    );
    assert_eq!(
        world.run(&["chat", "next"]).status,
        3,
        "the second went already"
    );
    let list = world.ok(&["chat", "list"]);
    assert!(list.contains(" checks "), "{list}");
    answer_everything(&world, &first);
    assert_eq!(world.json(&["chat", "list"]).as_array().unwrap().len(), 1);
    let told = world.ok(&["chat", "next"]);
    assert!(told.contains(&format!("Post {first} for ")), "{told}");
    assert!(
        told.contains("rounds is not running") && !told.contains("now"),
        "nothing goes while nobody is there to send it: {told}"
    );
    assert_eq!(state(&world, &first), "queued");
    let ran = world.run(&["chat", "next"]);
    assert!(
        ran.status == 3 && ran.stderr.contains("No answer waits"),
        "{ran}"
    );
}

#[test]
fn nothing_is_handed_over_outside_the_hour() {
    let world = world();
    let id = prepare(&world, "Flu vaccines are here.", "Off");
    answer_everything(&world, &id);
    assert_eq!(world.run(&["chat", "next", "Off"]).status, 3);
    assert_eq!(state(&world, &id), "draft");
    assert_eq!(world.run(&["chat", "next", "Nothing"]).status, 2);
    let unknown = [
        "post",
        "add",
        "a",
        "--to",
        "blog",
        "--engagement",
        "Nothing",
    ];
    assert_eq!(world.run(&unknown).status, 2);
    let timed = [
        "post",
        "add",
        "a",
        "--to",
        "blog",
        "--engagement",
        "On",
        "--slot",
    ];
    assert_eq!(world.run(&timed).status, 2);
}
