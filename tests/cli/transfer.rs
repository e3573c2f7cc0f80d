//! From one home into another through a file: what comes along, what waits, what is said of it.

use std::fs;

use serde_json::{Value, json};

use crate::chat::answer_everything;
use crate::world::World;

/// A home with an answered post and a consent, and the file that it exports.
fn exported() -> (World, String, String) {
    let world = World::with("lin");
    let added = world.post("Our clinic opens at eight.", &["--at", "2099-05-05 08:00"]);
    let id = added["id"].as_str().unwrap().to_owned();
    answer_everything(&world, &id);
    world.line("consent add R-1 --platform blog --shows \"a wound\" --signed-on today");
    world.ok(&["export", "rounds.json"]);
    let file = fs::read_to_string(world.path("work/rounds.json")).unwrap();
    (world, id, file)
}

#[test]
fn posts_and_consents_come_along_and_wait() {
    let (_old, id, file) = exported();
    let world = World::with("lin");
    fs::write(world.path("work/rounds.json"), file).unwrap();
    let said = world.ok(&["import", "rounds.json"]);
    assert!(
        said.contains("Came in: 1 post, 1 consent record,"),
        "{said}"
    );
    assert!(said.contains("rounds consent confirm R-1"), "{said}");
    let post = world.json(&["post", "show", &id]);
    let holds: Vec<&Value> = post["holds"].as_array().unwrap().iter().collect();
    assert!(
        holds.iter().any(|hold| hold["kind"] == "second-look"),
        "{post}"
    );
    assert!(holds.iter().any(|hold| hold["kind"] == "check"), "{post}");
    let valid = |world: &World| world.json(&["consent", "show", "R-1"])["valid"].clone();
    assert_eq!(valid(&world), json!(false));
    world.ok(&["consent", "confirm", "R-1"]);
    assert_eq!(valid(&world), json!(true));
    assert_eq!(world.error(&["consent", "confirm", "R-1"]).0, 3);
    let again = world.json(&["import", "rounds.json"]);
    assert_eq!(
        (&again["posts"], &again["same"]),
        (&json!([]), &json!(2)),
        "{again}"
    );
    assert_eq!(world.json(&["audit", "verify"])["intact"], true);
}

#[test]
fn the_plan_in_a_file_is_printed_and_not_put_in_force() {
    let (old, _, file) = exported();
    let world = World::with("balanced");
    fs::write(world.path("work/rounds.json"), file).unwrap();
    let before = world.plan_text();
    let said = world.ok(&["import", "rounds.json"]);
    assert!(
        said.contains("Not in the plan, so their posts are held: blog"),
        "{said}"
    );
    assert_eq!(world.plan_text(), before);
    assert_eq!(
        world.ok(&["import", "rounds.json", "--plan"]),
        old.plan_text()
    );
}

#[test]
fn a_wrong_file_is_told_with_its_place() {
    let (_old, id, file) = exported();
    let world = World::with("lin");
    let changed = file.replace("at eight", "at nine");
    let cut = &file[..file.len() / 2];
    for (text, status, told) in [
        (
            changed.as_str(),
            3,
            format!("posts[0].content ({id}) is not what the record knows"),
        ),
        (cut, 2, "no whole JSON document".to_owned()),
        ("{}", 2, "format is missing".to_owned()),
    ] {
        fs::write(world.path("work/rounds.json"), text).unwrap();
        let (code, error) = world.error(&["import", "rounds.json"]);
        assert_eq!(code, status, "{error}");
        assert!(
            error["message"].as_str().unwrap().contains(&told),
            "{error}"
        );
        assert!(
            error["file"].as_str().unwrap().ends_with("rounds.json"),
            "{error}"
        );
    }
    assert_eq!(world.error(&["import", "nothing.json"]).0, 1);
    assert_eq!(world.json(&["post", "list"])["posts"], json!([]));
}
