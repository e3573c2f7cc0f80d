//! Feeds of the plan, the reading list, and drafts that come of it.

use std::io::{Read, Write};
use std::net::TcpListener;

use serde_json::json;

use crate::world::World;

/// A server that gives this feed to everybody who asks, for as long as the test runs.
fn served(items: usize) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}/feed", listener.local_addr().unwrap());
    let items: Vec<String> = (0..items)
        .map(|n| {
            format!(
                "<item><title>Paper {n}</title><link>https://example.org/{n}</link>\
                 <guid>{n}</guid><description>{}</description></item>",
                "word ".repeat(400)
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
