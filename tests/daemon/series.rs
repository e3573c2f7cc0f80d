//! Posts that recur, under a daemon that is killed.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::home::{Home, until};

const AT_ONCE: &str = "cooling_off = \"0s\"\nlate_after = \"30m\"";

/// Every post there is: when it is meant to go out, and its state.
fn posts(home: &Home) -> Vec<(String, String)> {
    let listed = home.json(&["post", "list"]);
    let text = |post: &Value, key: &str| post[key].as_str().unwrap().to_owned();
    let posts = listed["posts"].as_array().unwrap().iter();
    posts
        .map(|post| (text(post, "due_at"), text(post, "state")))
        .collect()
}

#[test]
fn a_series_goes_on_under_a_daemon_that_is_killed_and_makes_each_post_once() {
    let home = Home::with_blog(AT_ONCE);
    let mut daemon = home.daemon();
    let begun = home.json(&[
        "post",
        "add",
        "Follow.",
        "--to",
        "blog",
        "--cron",
        "0 17 * * *",
    ]);
    let series = begun["series"][0]["id"].as_str().unwrap().to_owned();
    let mut waiting = begun["posts"][0]["id"].as_str().unwrap().to_owned();
    for round in 2..6 {
        home.ok(&["post", "cancel", &waiting]);
        if round % 2 == 0 {
            daemon.kill();
            daemon = home.daemon();
        }
        until("the next post", || {
            (posts(&home).len() == round).then_some(())
        });
        let next = home.json(&["post", "list", "--state", "held"]);
        assert_eq!(next["posts"].as_array().unwrap().len(), 1, "{next}");
        waiting = next["posts"][0]["id"].as_str().unwrap().to_owned();
    }
    let times: BTreeSet<String> = posts(&home).into_iter().map(|(due, _)| due).collect();
    assert_eq!(times.len(), 5, "each has a time of its own: {times:?}");
    assert!(
        times.iter().all(|due| due.contains("T17:00:00")),
        "{times:?}"
    );
    // Ended, it makes no more, and the one that waits stays.
    home.ok(&["series", "end", &series]);
    home.ok(&["post", "cancel", &waiting]);
    daemon.kill();
    let daemon = home.daemon();
    assert_eq!(posts(&home).len(), 5);
    assert!(daemon.stop().success());
    assert!(home.intact() > 0);
}
