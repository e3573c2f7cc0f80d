//! Slots that are let pass, and taken back.

use serde_json::{Value, json};

use crate::world::World;

/// The next slots of the blog that are let pass.
fn passing(world: &World) -> Vec<Value> {
    let rows = world.json(&["slot", "list", "blog"]);
    let rows = rows.as_array().unwrap().iter();
    let passing = rows.filter(|row| row["skipped"] == true);
    passing.map(|row| row["at"].clone()).collect()
}

fn kinds(world: &World) -> Vec<Value> {
    let rows = world.json(&["audit", "export"]);
    let rows = rows.as_array().unwrap().iter();
    rows.map(|row| row["kind"].clone()).collect()
}

#[test]
fn a_slot_that_is_let_pass_can_be_taken_back() {
    let world = World::with("lin");
    let first = world.json(&["slot", "list", "blog", "--next", "1"])[0]["at"].clone();
    let skipped = world.json(&["slot", "skip", "blog"]);
    assert_eq!(
        (&skipped["at"], &skipped["skipped"]),
        (&first, &json!(true))
    );
    assert_ne!(skipped["next_slots"]["next"][0], first);
    assert_eq!(passing(&world), std::slice::from_ref(&first));
    let kept = world.json(&["slot", "keep", "blog"]);
    assert_eq!((&kept["at"], &kept["skipped"]), (&first, &json!(false)));
    assert_eq!(kept["next_slots"]["next"][0], first, "{kept}");
    assert_eq!(passing(&world), [] as [Value; 0]);
    assert_eq!(kinds(&world), ["slot-skipped", "slot-kept"]);
    let audit = world.json(&["audit", "export"]);
    let facts = json!([{ "name": "account", "value": "blog" }, { "name": "slot", "value": first }]);
    assert_eq!(audit[1]["facts"], facts);
    assert_eq!(world.json(&["audit", "verify"])["intact"], true);
    // What was taken back is the next free slot again.
    let post = world.post("Flu vaccines are here.", &["--slot"]);
    assert_eq!(post["due_at"], first);
}

#[test]
fn of_several_slots_the_named_one_is_taken_back() {
    let world = World::with("lin");
    for _ in 0..3 {
        world.ok(&["slot", "skip", "blog"]);
    }
    let all = passing(&world);
    let second = all[1].as_str().unwrap();
    let told = world.ok(&["slot", "keep", "blog", second]);
    assert!(told.contains("is a slot of blog again."), "{told}");
    assert!(told.contains("Next slots of blog:\n  "), "{told}");
    assert_eq!(passing(&world), [all[0].clone(), all[2].clone()]);
    world.ok(&["slot", "keep", "blog"]);
    assert_eq!(
        passing(&world),
        [all[2].clone()],
        "the next one unless told"
    );
}

#[test]
fn a_dry_run_says_it_and_changes_nothing() {
    let world = World::with("lin");
    let told = world.ok(&["slot", "skip", "blog", "--dry-run"]);
    assert!(
        told.contains("would pass without a post of blog."),
        "{told}"
    );
    let shown = world.json(&["slot", "skip", "blog", "--dry-run"]);
    assert_eq!(shown["skipped"], true);
    assert_eq!((passing(&world), kinds(&world)), (vec![], vec![]));
    world.ok(&["slot", "skip", "blog"]);
    let told = world.ok(&["slot", "keep", "blog", "--dry-run"]);
    assert!(told.contains("would be a slot of blog again."), "{told}");
    assert_eq!(passing(&world).len(), 1);
}

#[test]
fn what_is_not_let_pass_cannot_be_taken_back() {
    let world = World::with("lin");
    let next = world.json(&["slot", "list", "blog", "--next", "1"])[0]["at"].clone();
    let next = next.as_str().unwrap();
    for (words, status, says) in [
        (&["blog"][..], 1, "No slot of blog to come is let pass."),
        (&["blog", next], 1, "is not let pass."),
        (&["blog", "in 90s"], 2, "there is no slot of blog to come."),
        (&["blog", "soon"], 2, "is not a time"),
        (&["blog", "2020-01-01 08:00"], 2, "no slot of blog to come."),
        (&["nobody"], 2, "There is no account “nobody”"),
    ] {
        let (code, error) = world.error(&[&["slot", "keep"], words].concat());
        let told = error["message"].as_str().unwrap();
        assert!(
            code == status && told.contains(says),
            "{words:?}: {code} {told}"
        );
        assert!(
            error["help"].is_string() || says == "is not a time",
            "{error}"
        );
    }
    assert_eq!(kinds(&world), [] as [Value; 0]);
}
