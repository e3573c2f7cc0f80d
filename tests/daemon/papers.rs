//! Papers that posts rest on: asked about at check and again at sending, and what offline means.
//!
//! Stand-ins answer as Crossref's and NCBI's documentation says; nothing leaves this machine.

use std::fs;
use std::io::Write;
use std::os::unix::fs::MetadataExt;
use std::process::Stdio;

use serde_json::Value;

use crate::home::{ANSWERS, Home};
use crate::services::Services;

const AT_ONCE: &str = "cooling_off = \"0s\"\nlate_after = \"30m\"";
const DOI: &str = "10.1000/walking";
const TEXT: &str = "Walking helps: https://doi.org/10.1000/walking";

/// A home whose owner allows look-ups, at these services.
fn home(services: &Services) -> Home {
    let home = Home::with_blog(AT_ONCE);
    let file = home.plan().with_file_name("config.toml");
    fs::write(file, services.config()).unwrap();
    home
}

fn holds(post: &Value) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let holds = post["holds"].as_array().unwrap().iter();
    holds
        .map(|hold| (text(&hold["kind"]), text(&hold["item"])))
        .collect()
}

fn answer(home: &Home, id: &str) -> Option<i32> {
    let mut arguments = vec!["post", "check", id];
    arguments.extend(ANSWERS);
    home.run(&arguments).code
}

#[test]
fn nobody_is_asked_until_it_is_allowed() {
    let services = Services::start();
    let home = Home::with_blog(AT_ONCE);
    services.retract(DOI);
    let id = home.add(TEXT, "tomorrow 8am", &[]);
    let papers = home.post(&id)["papers"].to_string();
    assert!(papers.contains("not looked up"), "{papers}");
    let refused = home.run(&["paper", "check", DOI]);
    assert_eq!(refused.code, Some(3), "{refused:?}");
    assert!(refused.err.contains("[lookups]"), "{refused:?}");
    assert_eq!(services.asked(), Vec::<String>::new());
}

#[test]
fn a_retraction_is_seen_at_check_and_only_another_source_or_a_dispute_goes_on() {
    let services = Services::start();
    let home = home(&services);
    services.retract(DOI);
    let id = home.add(TEXT, "tomorrow 8am", &["--source", DOI]);
    let post = home.post(&id);
    assert_eq!(post["papers"][0]["warning"], "retracted", "{post:#}");
    let finding = &post["findings"][0];
    let why = finding["why"].as_str().unwrap();
    assert!(
        why.contains("was retracted on 2026-11-20, says Retraction Watch"),
        "{why}"
    );
    assert_eq!(answer(&home, &id), Some(3));
    assert_eq!(
        holds(&home.post(&id)),
        [("finding".into(), "source-or-caveat".into())]
    );
    // The paper itself is no source; another one, given now that it is known, is.
    let again = format!("source-or-caveat={DOI}");
    assert_eq!(
        home.run(&["post", "check", &id, "--attest", &again]).code,
        Some(3)
    );
    let other = "source-or-caveat=https://www.who.int/activity";
    assert_eq!(
        home.run(&["post", "check", &id, "--attest", other]).code,
        Some(0)
    );
    assert_eq!(home.post(&id)["state"], "queued");
    // What left: which paper, who asks, whom to write to. Nothing of the post.
    let asked = services.asked();
    assert_eq!(
        asked,
        ["/works/10.1000%2Fwalking?mailto=lin%40clinic.example"]
    );
}

#[test]
fn a_retraction_seen_at_sending_holds_the_post() {
    let services = Services::start();
    let home = home(&services);
    let kept = home.add("Running helps: 10.1000/running", "in 1s", &[]);
    let id = home.add(TEXT, "in 1s", &["--source", "https://www.who.int/activity"]);
    // What was said at check is still fresh, so only the sending can learn of it.
    services.retract(DOI);
    for id in [&kept, &id] {
        assert_eq!(answer(&home, id), Some(0));
    }
    let _daemon = home.daemon();
    home.until_state(&kept, "published");
    let post = home.until_state(&id, "held");
    assert_eq!(
        holds(&post),
        [("finding".into(), "source-or-caveat".into())]
    );
    assert!(
        post["holds"][0]["why"]
            .as_str()
            .unwrap()
            .contains("was retracted"),
        "{post:#}"
    );
    assert_eq!(home.published().len(), 1);
    let disputed = home.run(&[
        "post",
        "check",
        &id,
        "--dispute",
        post["findings"][0]["id"].as_str().unwrap(),
        "--why",
        "the post tells of the retraction",
    ]);
    assert_eq!(disputed.code, Some(0), "{disputed:?}");
    home.until_state(&id, "published");
    home.intact();
    let log = home.said();
    assert!(
        !log.contains("10.1000") && !log.contains("Walking"),
        "{log}"
    );
}

#[test]
fn a_preprint_is_told_and_the_text_can_say_so_itself() {
    let services = Services::start();
    let home = home(&services);
    services.call_preprint(DOI);
    let silent = home.add(TEXT, "tomorrow 8am", &[]);
    assert_eq!(answer(&home, &silent), Some(3));
    let told = home.add(&format!("A preprint, so wait: {DOI}"), "tomorrow 8am", &[]);
    assert_eq!(answer(&home, &told), Some(0));
    let post = home.post(&told);
    assert_eq!(post["papers"][0]["warning"], "preprint", "{post:#}");
    assert!(home.ok(&["post", "show", &told]).contains("is a preprint"));
}

#[test]
fn offline_it_says_so_and_asks_once() {
    let services = Services::start();
    let home = home(&services);
    let file = home.plan().with_file_name("config.toml");
    let offline = services
        .config()
        .replace(&services.base, "https://no.such.server.invalid");
    fs::write(&file, offline).unwrap();
    let _daemon = home.daemon();
    let id = home.add(TEXT, "in 4s", &[]);
    let post = home.post(&id);
    let why = post["findings"][0]["why"].as_str().unwrap();
    assert!(
        why.contains("nobody could be asked: no.such.server.invalid could not be"),
        "{why}"
    );
    assert_eq!(answer(&home, &id), Some(3));
    let vouched = format!("source-or-caveat={DOI}");
    assert_eq!(
        home.run(&["post", "check", &id, "--attest", &vouched]).code,
        Some(0)
    );
    home.until_state(&id, "published");
}

#[test]
fn a_key_is_kept_privately_and_goes_to_pubmed_alone() {
    let services = Services::start();
    let home = home(&services);
    let mut keep = home.command(&["paper", "key", "--secret-stdin"]);
    let mut keep = keep
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    keep.stdin
        .take()
        .unwrap()
        .write_all(b"abc123def\n")
        .unwrap();
    assert!(keep.wait_with_output().unwrap().status.success());
    let file = home.data().join("secrets/pubmed");
    assert_eq!(fs::metadata(&file).unwrap().mode() & 0o777, 0o600);
    assert_eq!(fs::read_to_string(&file).unwrap(), "abc123def");
    let seen = home.json(&["paper", "check", "PMID:7", DOI]);
    assert_eq!(seen[0]["warning"], "retracted", "{seen}");
    assert_eq!(seen[1]["warning"], Value::Null, "{seen}");
    let asked = services.asked();
    assert!(asked[0].contains("api_key=abc123def"), "{asked:?}");
    assert!(!asked[1].contains("abc123def"), "{asked:?}");
    let database = fs::read(home.data().join("rounds.db")).unwrap();
    assert!(!database.windows(9).any(|bytes| bytes == b"abc123def"));
    home.ok(&["paper", "key", "--remove"]);
    assert!(!file.exists());
    for (wrong, code) in [
        (vec!["paper", "check", "walking"], 2),
        (vec!["paper", "check"], 2),
        (vec!["paper", "key"], 2),
    ] {
        assert_eq!(home.run(&wrong).code, Some(code), "{wrong:?}");
    }
}
