//! Ready answers to patients: listed, used, checked, and blocked by clinical words.

use std::fs;

use serde_json::Value;

use crate::world::World;

const USE: [&str; 7] = [
    "redirect",
    "use",
    "official-en",
    "--to",
    "blog",
    "--reply-to",
    "https://example.org/p/1",
];

fn advice(post: &Value) -> (String, String) {
    let checks = post["checks"].as_array().unwrap();
    let check = checks
        .iter()
        .find(|c| c["item"] == "no-individual-advice")
        .unwrap();
    let text = |key: &str| check[key].as_str().unwrap().to_owned();
    (text("severity"), text("state"))
}

#[test]
fn a_ready_answer_names_the_official_way_and_nothing_else() {
    let world = World::with("lin");
    let refused = world.run(&USE);
    assert_eq!(refused.status, 2, "{refused}");
    assert!(refused.stderr.contains("channel ="), "{refused}");
    let channel = "platform = \"folder\"\nchannel = \"the practice, 01234 567 890\"";
    let plan = world.plan_text().replace("platform = \"folder\"", channel);
    fs::write(world.plan(), plan).unwrap();
    let post = world.json(&USE);
    let text = post["text"].as_str().unwrap();
    assert!(
        text.contains("Please contact the practice, 01234 567 890."),
        "{text}"
    );
    assert_eq!(advice(&post).1, "unopened", "{post:#}");
    let id = post["id"].as_str().unwrap();
    let clinical = "Thank you. Double your dose and call the practice.";
    let edited = world.json(&["post", "edit", id, "--text", clinical]);
    assert_eq!(
        advice(&edited),
        ("block".into(), "found".into()),
        "{edited:#}"
    );
    let refused = world.run(&["post", "check", id, "--attest", "no-individual-advice"]);
    assert_eq!(refused.status, 3, "{refused}");
}

#[test]
fn answers_and_pages_are_listed_and_what_is_not_there_is_refused() {
    let world = World::with("lin");
    let all = world.json(&["redirect", "list"]);
    assert_eq!(all.as_array().unwrap().len(), 9);
    let catalan = world.ok(&["redirect", "list", "--language", "ca"]);
    assert!(
        catalan.contains("official-ca") && !catalan.contains("official-en"),
        "{catalan}"
    );
    let pages = world.ok(&["redirect", "trolls", "x"]);
    assert!(
        pages.contains("mute") && pages.contains("UNVERIFIED"),
        "{pages}"
    );
    let to = [
        "--to",
        "blog",
        "--reply-to",
        "https://example.org/p/1",
        "--channel",
        "us",
    ];
    for (arguments, status) in [
        ([&["redirect", "use", "nothing"], &to[..]].concat(), 2),
        (vec!["redirect", "use", "official-en"], 2),
        (vec!["redirect", "list", "--language", "fr"], 2),
        (vec!["redirect", "trolls", "orkut"], 2),
    ] {
        assert_eq!(world.run(&arguments).status, status, "{arguments:?}");
    }
}
