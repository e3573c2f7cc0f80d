//! Real processes at once on one post: commands that edit and answer it, and a daemon that sends it.
//!
//! Whoever comes first, nothing goes out that was not answered for, and no answer that was taken is
//! lost.

use std::process::{Child, Stdio};
use std::thread::sleep;
use std::time::Duration;

use serde_json::Value;

use crate::home::{ANSWERS, Home};

const AT_ONCE: &str = "cooling_off = \"0s\"\nlate_after = \"30m\"";

fn start(home: &Home, arguments: &[&str]) -> Child {
    let mut command = home.command(arguments);
    command.stdout(Stdio::null()).stderr(Stdio::null());
    command.spawn().unwrap()
}

/// Entries of the audit about a post: what happened, and about which content.
fn entries(home: &Home, id: &str) -> Vec<(String, String)> {
    let rows = home.json(&["audit", "export"]);
    let about = |row: &Value| {
        let mut facts = row["facts"].as_array().unwrap().iter();
        let fact = facts.find(|fact| fact["name"] == "about" || fact["name"] == "content");
        fact.map_or(String::new(), |fact| {
            fact["value"].as_str().unwrap().to_owned()
        })
    };
    let rows = rows.as_array().unwrap().iter();
    let rows = rows.filter(|row| row["post"] == id);
    rows.map(|row| (row["kind"].as_str().unwrap().to_owned(), about(row)))
        .collect()
}

#[test]
fn an_edit_beside_the_sending_never_sends_what_was_not_answered() {
    let home = Home::with_blog(AT_ONCE);
    home.queue("The first post answers for the account.", "in 6h");
    let _daemon = home.daemon();
    let (mut sent, mut held) = (0, 0);
    for number in 0..8 {
        let text = format!("Wash your hands, number {number}.");
        let id = home.add(&text, "in 1s", &[]);
        let check = [&["post", "check", &id], &ANSWERS[..]].concat();
        let edit = ["post", "edit", &id, "--text", "Nobody answered for this."];
        // Both at once; or the edit falls before, into or behind the sending.
        if number % 2 == 0 {
            let mut both = [start(&home, &check), start(&home, &edit)];
            for child in &mut both {
                child.wait().unwrap();
            }
        } else {
            home.run(&check);
            sleep(Duration::from_millis(120 * number));
            home.run(&edit);
        }
        let post = home.post(&id);
        if post["text"] == text {
            home.until_state(&id, "published");
        }
        let chain = entries(&home, &id);
        let Some(out) = chain.iter().position(|(kind, _)| kind == "published") else {
            held += 1;
            continue;
        };
        sent += 1;
        let content = home.post(&id)["content_hash"].as_str().unwrap().to_owned();
        let edited = chain
            .iter()
            .rposition(|(kind, _)| kind == "edited")
            .unwrap_or(0);
        let answers = chain[edited..out]
            .iter()
            .filter(|(kind, about)| kind == "answered" && *about == content);
        assert!(answers.count() >= 2, "{number}: {chain:?}");
    }
    println!("{sent} sent, {held} held");
    home.intact();
}

#[test]
fn two_who_answer_at_once_lose_no_answer_that_was_taken() {
    let home = Home::with_blog(AT_ONCE);
    for number in 0..6 {
        let id = home.add(&format!("Wash your hands, number {number}."), "in 6h", &[]);
        let items = ["coi-disclosed", "newspaper-test"];
        let both = items.map(|item| start(&home, &["post", "check", &id, "--attest", item]));
        let codes = both.map(|mut child| child.wait().unwrap().code().unwrap());
        let post = home.post(&id);
        for (item, code) in items.iter().zip(codes) {
            let mut checks = post["checks"].as_array().unwrap().iter();
            let check = checks.find(|check| check["item"] == *item).unwrap();
            let taken = [0, 3].contains(&code);
            assert_eq!(
                check["state"] == "attested",
                taken,
                "{item}, {code}: {check}"
            );
        }
        assert!(codes.iter().any(|code| [0, 3].contains(code)), "{codes:?}");
    }
    home.intact();
}
