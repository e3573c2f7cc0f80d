//! What a log never tells: the words of posts, however much is logged.

use crate::home::{ANSWERS, Home};

const WORDS: [&str; 5] = ["Zebrafish", "Quokka", "Axolotl", "Wombat", "Ocelot"];

/// A post's whole life with everything logged, by the daemon and by each command.
#[test]
fn no_words_of_a_post_reach_a_log() {
    let home = Home::with_blog("cooling_off = \"0s\"\nlate_after = \"30m\"");
    let everything = |arguments: &[&str]| {
        let mut command = home.command(&[&["-vv", "--json"], arguments].concat());
        let output = command.env("RUST_LOG", "trace").output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        (output.stdout, said)
    };
    let mut logs = String::new();
    let mut daemon = home.command(&["-vv", "daemon"]);
    let daemon = home.daemon_by(daemon.env("RUST_LOG", "trace"));
    let mut run = |arguments: &[&str]| {
        let (out, said) = everything(arguments);
        logs.push_str(&said);
        out
    };
    let mut add = |text: &str, more: &[&str]| {
        let out = run(&[&["post", "add", text, "--to", "blog"], more].concat());
        let added: serde_json::Value = serde_json::from_slice(&out).unwrap();
        added["posts"][0]["id"].as_str().unwrap().to_owned()
    };
    let id = add("Zebrafish sleep at night.", &["--at", "in 6h"]);
    let draft = add("My patient Mrs Wombat came in yesterday.", &[]);
    add(
        "Ocelot cures gout in 90% of people.",
        &["--at", "in 6h", "--source", "10.1000/walking"],
    );
    run(&[
        "post",
        "edit",
        &id,
        "--text",
        "Quokka sleep at night. Axolotl do not.",
    ]);
    run(&[&["post", "check", &id], &ANSWERS[..]].concat());
    run(&["post", "reschedule", &id, "in", "1s"]);
    home.until_state(&id, "published");
    run(&["post", "show", &id]);
    run(&["post", "list"]);
    run(&["post", "cancel", &draft]);
    run(&["screen", "Mrs Wombat came in yesterday."]);
    run(&["audit", "verify"]);
    assert!(daemon.stop().success());
    logs.push_str(&home.said());
    assert!(
        logs.contains("TRACE") || logs.contains("DEBUG") || logs.contains("INFO"),
        "{logs}"
    );
    for word in WORDS {
        assert!(!logs.contains(word), "“{word}” is in a log: {logs}");
    }
}
