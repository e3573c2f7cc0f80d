//! Usage logged by hand, reported, erased.

use serde_json::json;

use crate::world::World;

#[test]
fn amounts_add_up_and_intervals_overlap_once() {
    let world = World::with("balanced");
    world.line("time log 30m --site x --at \"2026-05-05 10:00\"");
    world.line("time log 30m --site bluesky --at \"2026-05-05 10:15\"");
    world.line("time log 10m --site x --activity scan --day 2026-05-05");
    world.line("time log 1h --activity write --day 2026-05-06");
    let report = |by| {
        world.json(&[
            "time",
            "report",
            "--from",
            "2026-05-01",
            "--to",
            "2026-05-31",
            "--by",
            by,
        ])
    };
    let expected = json!({
        "from": "2026-05-01", "to": "2026-05-31", "by": "site",
        "rows": [{ "key": "x", "usage_s": 2400 }, { "key": "bluesky", "usage_s": 1800 }],
        "total_s": 3300,
    });
    assert_eq!(report("site"), expected);
    let activities = report("activity");
    assert_eq!(
        activities["rows"][0],
        json!({ "key": "write", "usage_s": 3600 })
    );
    assert_eq!(activities["total_s"], 6900);
    assert_eq!(
        report("day")["rows"],
        json!([{ "key": "2026-05-05", "usage_s": 3300 }])
    );
    assert_eq!(
        report("week")["rows"],
        json!([{ "key": "2026-05-04", "usage_s": 3300 }])
    );
    assert_eq!(
        report("month")["rows"],
        json!([{ "key": "2026-05", "usage_s": 3300 }])
    );
}

#[test]
fn a_late_evening_belongs_to_the_day_before() {
    let world = World::with("balanced");
    let ran = world.run(&[
        "time",
        "log",
        "2h",
        "--site",
        "x",
        "--at",
        "2026-05-05 03:00",
    ]);
    insta::assert_snapshot!(ran, @r"
    status 0
    --- stdout
    Logged 2h of x (browse) from Tue 5 May 2026 03:00 Europe/London.
    --- stderr
    ");
    let report = world.json(&[
        "time",
        "report",
        "--from",
        "2026-05-04",
        "--to",
        "2026-05-05",
        "--by",
        "day",
    ]);
    let rows =
        json!([{ "key": "2026-05-04", "usage_s": 3600 }, { "key": "2026-05-05", "usage_s": 3600 }]);
    assert_eq!(report["rows"], rows);
}

#[test]
fn time_at_a_conference_is_conference_time() {
    let world = World::with("balanced");
    world.ok(&[
        "conference",
        "add",
        "WONCA",
        "--from",
        "2026-05-05",
        "--until",
        "2026-05-05",
        "--site",
        "x",
    ]);
    let activity = |site, place: &[&str]| {
        world.json(&[&["time", "log", "5m", "--site", site], place].concat())["activity"].clone()
    };
    assert_eq!(activity("x", &["--day", "2026-05-05"]), "conference");
    assert_eq!(activity("x", &["--at", "2026-05-05 12:00"]), "conference");
    assert_eq!(activity("bluesky", &["--day", "2026-05-05"]), "browse");
    assert_eq!(activity("x", &["--day", "2026-05-06"]), "browse");
}

#[test]
fn the_future_is_refused() {
    let world = World::with("balanced");
    for place in [
        ["--day", "tomorrow"],
        ["--day", "+1d"],
        ["--at", "in 2h"],
        ["--at", "2099-01-01 08:00"],
    ] {
        let (status, error) =
            world.error(&[&["time", "log", "15m", "--site", "x"], &place[..]].concat());
        assert_eq!(status, 2, "{place:?}: {error}");
        assert!(
            error["message"].as_str().unwrap().contains("future"),
            "{error}"
        );
    }
    assert_eq!(
        world.json(&["time", "report", "--from", "-2y"])["total_s"],
        0
    );
}

#[test]
fn erasing_takes_the_days_and_nothing_else() {
    let world = World::with("balanced");
    for day in ["2026-05-04", "2026-05-05", "2026-05-06"] {
        world.ok(&["time", "log", "15m", "--site", "x", "--day", day]);
    }
    world.ok(&[
        "time",
        "log",
        "2h",
        "--site",
        "x",
        "--at",
        "2026-05-05 03:00",
    ]);
    world.ok(&[
        "time",
        "erase",
        "--from",
        "2026-05-05",
        "--to",
        "2026-05-05",
    ]);
    let report = world.json(&[
        "time",
        "report",
        "--from",
        "2026-05-01",
        "--to",
        "2026-05-31",
        "--by",
        "day",
    ]);
    let rows =
        json!([{ "key": "2026-05-04", "usage_s": 4500 }, { "key": "2026-05-06", "usage_s": 900 }]);
    assert_eq!(report["rows"], rows);
    let audit = world.json(&["audit", "export"]);
    assert_eq!(
        audit[0]["facts"],
        json!([
            { "name": "what", "value": "usage" },
            { "name": "from", "value": "2026-05-05" },
            { "name": "to", "value": "2026-05-05" },
        ])
    );
}
