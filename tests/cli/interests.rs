//! The register of interests: ties, and posts that have to tell them.

use serde_json::Value;

use crate::world::World;

fn added(world: &World, text: &str, more: &[&str]) -> Value {
    let mut arguments = vec!["post", "add", text, "--to", "blog"];
    arguments.extend(more);
    world.json(&arguments)["posts"][0].clone()
}

fn check(post: &Value, item: &str) -> (String, String) {
    let checks = post["checks"].as_array().unwrap();
    let check = checks.iter().find(|check| check["item"] == item).unwrap();
    let text = |key: &str| check[key].as_str().unwrap().to_owned();
    (text("severity"), text("state"))
}

#[test]
fn a_post_that_names_a_tie_waits_until_its_first_words_tell_it() {
    let world = World::with("lin");
    let line = [
        "interest",
        "add",
        "Acme",
        "--kind",
        "payment",
        "--known-as",
        "Cardiolux",
    ];
    let told = world.ok(&line);
    assert!(
        told.contains("Ad: Acme pays me.  (17 characters; 262 left on x"),
        "{told}"
    );
    let silent = added(&world, "Cardiolux is a pump.", &[]);
    let finding = &silent["findings"][0];
    assert_eq!(finding["category"], "undisclosed_sponsorship", "{silent:#}");
    assert_eq!((&finding["start"], &finding["end"]), (&0.into(), &9.into()));
    assert!(
        finding["why"]
            .as_str()
            .unwrap()
            .contains("first 125 characters"),
        "{finding}"
    );
    for item in ["coi-disclosed", "coi-visible"] {
        assert_eq!(
            check(&silent, item),
            ("block".into(), "found".into()),
            "{item}"
        );
    }
    let id = silent["id"].as_str().unwrap();
    // A plain word does not do; the text does.
    assert_eq!(
        world
            .run(&["post", "check", id, "--attest", "coi-disclosed"])
            .status,
        3
    );
    let text = "Ad: Acme pays me. Cardiolux is a pump.";
    let edited = world.json(&["post", "edit", id, "--text", text]);
    assert_eq!(check(&edited, "coi-disclosed").1, "missing", "{edited:#}");
    assert_eq!(check(&edited, "coi-visible").1, "unopened");
    let other = added(&world, "Acmeology is no word.", &[]);
    assert_eq!(check(&other, "coi-visible").1, "unopened");
}

#[test]
fn a_denial_and_a_tie_with_another_tell_nothing() {
    let world = World::with("lin");
    for name in ["Acme", "Beta"] {
        world.ok(&["interest", "add", name, "--kind", "payment"]);
    }
    for text in [
        "This is not sponsored. Acme makes a pump.",
        "I work for Beta. Acmes are pumps.",
        "A pump. #acme4life",
    ] {
        let post = added(&world, text, &[]);
        assert_eq!(check(&post, "coi-visible").1, "found", "{text}");
    }
}

#[test]
fn a_sponsor_counts_though_the_text_is_silent() {
    let world = World::with("lin");
    world.ok(&["interest", "add", "Acme", "--kind", "gift"]);
    // Also one who does not stand in the register.
    for sponsor in ["Acme", "Other"] {
        let post = added(&world, "A pump for the heart.", &["--sponsor", sponsor]);
        let found = ("block".into(), "found".into());
        assert_eq!(check(&post, "coi-visible"), found, "{sponsor}");
    }
}

#[test]
fn a_tie_that_ended_is_told_no_more_and_the_audit_knows() {
    let world = World::with("lin");
    let since = ["--since", "2026-01-01"];
    world.ok(&[&["interest", "add", "Acme", "--kind", "shares"], &since[..]].concat());
    world.ok(&["interest", "end", "acme", "--on", "2026-01-31"]);
    let list = world.json(&["interest", "list"]);
    assert_eq!(list[0]["in_force"], false, "{list}");
    let post = added(&world, "Acme is a company.", &[]);
    assert_eq!(check(&post, "coi-visible").1, "unopened");
    let audit = world.ok(&["audit", "export", "--csv"]);
    assert!(
        audit.contains("interest-added") && audit.contains("interest-ended"),
        "{audit}"
    );
    assert_eq!(world.json(&["audit", "verify"])["intact"], true);
}

#[test]
fn what_makes_no_sense_is_refused_and_changes_nothing() {
    let world = World::with("lin");
    world.ok(&["interest", "add", "Acme", "--kind", "job"]);
    for (arguments, status) in [
        (vec!["interest", "add", "ACME", "--kind", "gift"], 1),
        (vec!["interest", "add", " ", "--kind", "gift"], 2),
        (vec!["interest", "add", "B", "--kind", "love"], 2),
        (
            vec![
                "interest",
                "add",
                "B",
                "--kind",
                "gift",
                "--until",
                "2020-01-01",
            ],
            2,
        ),
        (vec!["interest", "end", "Nobody"], 1),
        (vec!["interest", "end", "Acme", "--on", "2020-01-01"], 2),
        (vec!["interest", "words", "Nobody"], 1),
    ] {
        assert_eq!(world.run(&arguments).status, status, "{arguments:?}");
    }
    assert_eq!(
        world.json(&["interest", "list"]).as_array().unwrap().len(),
        1
    );
}
