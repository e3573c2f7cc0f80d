//! Feeds of the plan, the reading list, and drafts that come of it.

use std::io::{Read, Write};
use std::net::TcpListener;

use rustix::process::Signal;
use rustix::termios::LocalModes;
use serde_json::json;

use crate::terminal::Terminal;
use crate::world::World;

/// A server that gives this feed to everybody who asks, for as long as the test runs.
fn served(items: usize) -> String {
    served_with(items, 400)
}

/// The same, with so many words in each item.
fn served_with(items: usize, words: usize) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}/feed", listener.local_addr().unwrap());
    let items: Vec<String> = (0..items)
        .map(|n| {
            format!(
                "<item><title>Paper {n}</title><link>https://example.org/{n}</link>\
                 <guid>{n}</guid><description>{}</description></item>",
                "word ".repeat(words)
            )
        })
        .collect();
    let items = items.concat();
    let body = format!("<rss version=\"2.0\"><channel><title>J</title>{items}</channel></rss>");
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let _ = stream.read(&mut [0; 4096]);
            let _ = write!(
                stream,
                "HTTP/1.1 200 OK\r\ncontent-type: application/rss+xml\r\ncontent-length: {}\r\n\
                 connection: close\r\n\r\n{body}",
                body.len()
            );
        }
    });
    address
}

#[test]
fn the_list_fits_the_time_and_the_rest_rolls_over() {
    let world = World::with("sevilla");
    world.ok(&["feed", "add", &served(20), "--name", "J"]);
    let list = world.json(&["scan"]);
    assert_eq!(list["left_s"], 900);
    let items = list["items"].as_array().unwrap();
    let sum: u64 = items
        .iter()
        .map(|item| item["estimate_s"].as_u64().unwrap())
        .sum();
    assert!(sum <= 900 && items.len() >= 6, "{sum} s, {}", items.len());
    assert_eq!(list["waiting"], 20 - items.len());
    let first = items[0]["id"].to_string();
    world.ok(&["scan", "--done", &first]);
    let again = world.json(&["scan", "--offline"]);
    assert_ne!(again["items"][0]["id"].to_string(), first);
    world.ok(&["time", "log", "15m", "--activity", "scan"]);
    let over = world.json(&["scan"]);
    assert_eq!((&over["left_s"], &over["items"]), (&json!(0), &json!([])));
    assert!(over["waiting"].as_u64().unwrap() > 10);
}

/// A scan of these items on a terminal, with the modes that the terminal had before.
fn walk(world: &World, items: usize, more: &[&str]) -> (Terminal, LocalModes) {
    world.ok(&["feed", "add", &served_with(items, 0), "--name", "J"]);
    world.ok(&["scan", "--list"]);
    let mut command = world.command(&[&["scan", "--offline"], more].concat());
    let terminal = Terminal::start(&mut command);
    let before = LocalModes::ICANON | LocalModes::ECHO | LocalModes::ISIG;
    (terminal, before)
}

/// What became of each item, by its title.
fn left(world: &World) -> Vec<String> {
    let list = world.json(&["scan", "--offline"]);
    let items = list["items"].as_array().unwrap().iter();
    let title = |item: &serde_json::Value| item["title"].as_str().unwrap().to_owned();
    items.map(title).collect()
}

#[test]
fn every_key_of_the_scan_does_what_it_says_and_the_terminal_is_as_it_was() {
    let world = World::with("sevilla");
    let (mut terminal, before) = walk(&world, 7, &[]);
    assert!(terminal.until("q end").contains("Paper 0"));
    assert!(!terminal.modes().intersects(before), "keys come one by one");
    // What means nothing says which keys there are, once for each, and deals with nothing.
    for odd in ["\u{1b}[A", "\u{1b}d", "é", "x", "\u{1b}OB"] {
        terminal.press(odd);
        let said = terminal.until("q end");
        assert!(said.starts_with("k keep"), "{odd:?}: {said}");
        assert_eq!(said.matches("q end").count(), 1, "{odd:?}: {said}");
    }
    // Nothing here opens a browser: it is said, and the item stays.
    terminal.press("o");
    let opened = terminal.until("\n");
    assert!(!opened.contains("Paper"), "{opened}");
    terminal.press("k");
    let kept = terminal.until("q end");
    assert!(kept.contains("Paper 1"), "{kept}");
    for (key, next) in [("d", 2), ("s", 3), ("l", 4), (" ", 5)] {
        terminal.press(key);
        let title = format!("Paper {next}");
        assert!(terminal.until("q end").contains(&title), "{key}");
    }
    terminal.press("q");
    let told = terminal.until("for another day.");
    assert!(told.contains("Ended. 5 items in"), "{told}");
    assert!(terminal.modes().contains(before), "{:?}", terminal.modes());
    assert_eq!(terminal.end().1, Some(0));
    assert_eq!(left(&world), ["Paper 3", "Paper 5", "Paper 6"]);
    let drafts = world.json(&["post", "list", "--state", "draft"]);
    let text = drafts["posts"][0]["text"].as_str().unwrap();
    assert!(text.starts_with("Paper 0\n"), "{text}");
}

#[test]
fn control_c_ends_the_scan_like_any_other_way_out() {
    let world = World::with("sevilla");
    let (mut terminal, before) = walk(&world, 2, &[]);
    terminal.until("q end");
    terminal.press("\u{3}");
    terminal.until("Ended. 0 items");
    assert!(terminal.modes().contains(before));
    assert_eq!(terminal.end().1, Some(0));
    assert_eq!(left(&world), ["Paper 0", "Paper 1"]);
}

#[test]
fn whoever_ends_the_scan_from_outside_leaves_the_terminal_as_it_was() {
    for signal in [Signal::TERM, Signal::HUP, Signal::INT, Signal::QUIT] {
        let world = World::with("sevilla");
        let (mut terminal, before) = walk(&world, 2, &[]);
        terminal.until("q end");
        terminal.press("d");
        terminal.until("Paper 1");
        assert!(!terminal.modes().intersects(before));
        terminal.signal(signal);
        terminal.until("Ended. 1 item in");
        assert_eq!(terminal.status(), Some(128 + signal.as_raw()), "{signal:?}");
        assert!(terminal.modes().contains(before), "{signal:?}");
        assert_eq!(left(&world), ["Paper 1"], "{signal:?}");
    }
}

#[test]
fn a_window_that_is_closed_in_mid_scan_loses_nothing_that_was_dealt_with() {
    let world = World::with("sevilla");
    let (mut terminal, _) = walk(&world, 3, &[]);
    terminal.until("Paper 0");
    terminal.press("d");
    terminal.until("Paper 1");
    let status = terminal.close();
    assert!(!status.success(), "{status}");
    assert_eq!(left(&world), ["Paper 1", "Paper 2"]);
}

#[test]
fn the_scan_stops_hard_when_its_time_is_over() {
    let world = World::with("sevilla");
    // An item takes at least a quarter of a minute, so less time has no list.
    world.ok(&["time", "log", "11m30s", "--activity", "scan"]);
    let (mut terminal, before) = walk(&world, 2, &["--time", "17s"]);
    let told = terminal.until("for another day.");
    assert!(told.contains("The time is over."), "{told}");
    assert!(terminal.modes().contains(before));
    assert_eq!(terminal.end().1, Some(0));
    let report = world.json(&["time", "report", "--by", "activity"]);
    let scan = report["rows"][0]["usage_s"].as_u64().unwrap();
    assert!((690 + 16..=690 + 17).contains(&scan), "{report}");
}

#[test]
fn an_item_becomes_the_source_of_a_draft_and_others_are_put_off() {
    let world = World::with("sevilla");
    world.ok(&["feed", "add", &served(3), "--name", "J"]);
    let list = world.json(&["scan"]);
    let id = |n: usize| list["items"][n]["id"].to_string();
    let kept = world.json(&["scan", "--keep", &id(0), "--later", &id(2)]);
    let twice = world.run(&["scan", "--keep", &id(0)]);
    assert_eq!(twice.status, 3, "{twice}");
    let draft = kept["kept"]["id"].as_str().unwrap();
    assert!(twice.stderr.contains(draft), "{twice}");
    let login = world.run(&["feed", "add", "https://user:pw@example.org/"]);
    assert_eq!(login.status, 2, "{login}");
    assert!(!world.plan_text().contains("pw@"));
    let post = &kept["kept"];
    assert_eq!(
        (post["state"].as_str(), post["account"].as_str()),
        (Some("draft"), Some("x"))
    );
    let checks = post["checks"].as_array().unwrap();
    let source = checks
        .iter()
        .find(|c| c["item"] == "source-or-caveat")
        .unwrap();
    assert_eq!(
        (&source["state"], &source["evidence"]),
        (&json!("attested"), &list["items"][0]["address"])
    );
    // Another text needs the answer again, and what it was is not forgotten.
    let address = list["items"][0]["address"].as_str().unwrap();
    let edited = world.json(&["post", "edit", draft, "--text", "Walking helps."]);
    let checks = edited["checks"].as_array().unwrap();
    let source = checks
        .iter()
        .find(|check| check["item"] == "source-or-caveat")
        .unwrap();
    assert_eq!(
        (&source["evidence"], &source["former"]),
        (&json!(null), &json!(address))
    );
    let edited = world.ok(&[
        "post",
        "edit",
        draft,
        "--text",
        "90% of walkers live longer.",
    ]);
    assert!(edited.contains(&format!("it was {address}")), "{edited}");
    let again = world.json(&["scan", "--offline"]);
    assert_eq!(
        again["items"][0]["id"].to_string(),
        id(2),
        "what was put off comes first"
    );
    assert_eq!(again["items"].as_array().unwrap().len(), 2);
}

#[test]
fn feeds_are_added_told_and_removed() {
    let world = World::with("balanced");
    world.ok(&["feed", "add", "http://127.0.0.1:9/feed"]);
    world.ok(&["feed", "add", "--pubmed", "heart failure", "--name", "HF"]);
    let feeds = world.json(&["feed", "list"]);
    assert_eq!(
        (&feeds[0]["name"], &feeds[1]["pubmed"]),
        (&json!("127.0.0.1"), &json!("heart failure"))
    );
    world.ok(&["feed", "remove", "HF"]);
    let list = world.json(&["scan"]);
    assert_eq!(list["troubles"][0]["feed"], "127.0.0.1");
    for (arguments, status) in [
        (&["feed", "add", "http://example.org/feed"][..], 2),
        (&["feed", "add", "ftp://example.org"], 2),
        (&["feed", "add", "--pubmed", " "], 2),
        (&["feed", "add", "http://127.0.0.1:9/feed"], 1),
        (&["feed", "remove", "Nothing"], 1),
        (&["scan", "--done", "99"], 1),
        (&["scan", "--time", "0s"], 2),
    ] {
        assert_eq!(world.run(arguments).status, status, "{arguments:?}");
    }
}
