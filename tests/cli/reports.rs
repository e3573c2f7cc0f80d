//! Looking back and ahead: the review, the numbers written in by hand, the simulated life.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use serde_json::Value;

use crate::world::{Ran, World};

/// A home in which something happened: time was spent, and a post waits.
fn lived() -> World {
    let world = World::with("lin");
    for line in [
        "limit set all 30m per day",
        "time log 90m --activity write",
        "time log 40m --site x --activity scan",
        "time log 25m --site bluesky --day yesterday",
        "time log 2h --activity write --day -8d",
        "post add \"My secret text about flu clinics.\" --to blog --slot --goal educate",
    ] {
        world.line(line);
    }
    world
}

fn json(world: &World, arguments: &[&str]) -> Value {
    let mut all = vec!["--json"];
    all.extend(arguments);
    serde_json::from_str(&world.ok(&all)).unwrap()
}

#[test]
fn a_review_tells_what_was_logged_with_the_period_before_beside_it() {
    let world = lived();
    let days = ["report", "--from", "-1d", "--to", "today"];
    let review = json(&world, &days);
    assert_eq!(review["period"], "days");
    assert_eq!(review["now"]["usage_s"], 65 * 60);
    assert_eq!(review["now"]["writing_s"], 90 * 60);
    assert_eq!(review["now"]["by_site"][0]["key"], "x");
    assert_eq!(review["now"]["limits"][1]["over_s"], 10 * 60);
    assert_eq!(review["before"]["usage_s"], 0);
    assert!(review["suggestion"]["why"].is_string(), "{review}");
    let earlier = json(&world, &["report", "--from", "-9d", "--to", "-7d"]);
    assert_eq!(earlier["now"]["writing_s"], 120 * 60);
    for (period, ago) in [("week", "0"), ("month", "1"), ("year", "0")] {
        let review = json(&world, &["report", period, "--ago", ago]);
        assert_eq!(review["period"], period);
        assert_eq!(review["running"], ago == "0");
    }
    let text = world.ok(&days);
    for said in ["Suggestion:", "40 min", "over by 10 min", "still running"] {
        assert!(text.contains(said), "{said}: {text}");
    }
}

#[test]
fn a_page_is_private_and_replaces_only_a_former_one() {
    let world = lived();
    let file = world.path("work/review.html");
    for _ in 0..2 {
        world.ok(&["report", "week", "--html", "review.html"]);
    }
    let page = fs::read_to_string(&file).unwrap();
    assert!(page.contains("<svg") && !page.contains("secret") && !page.contains("<script"));
    assert_eq!(
        fs::metadata(&file).unwrap().permissions().mode() & 0o777,
        0o600
    );
    assert!(
        world
            .ok(&["report", "--html", "-"])
            .starts_with("<!doctype html>")
    );
    fs::write(world.path("work/letter.html"), "<p>Dear colleague</p>").unwrap();
    let ran = world.run(&["report", "--html", "letter.html"]);
    assert_eq!(ran.status, 1, "{ran}");
    let letter = fs::read_to_string(world.path("work/letter.html")).unwrap();
    assert_eq!(letter, "<p>Dear colleague</p>");
}

#[test]
fn numbers_are_written_in_once_a_post_is_out() {
    let world = lived();
    let posts = json(&world, &["post", "list"]);
    let id = posts["posts"][0]["id"].as_str().unwrap().to_owned();
    let nothing = json(&world, &["post", "metrics", &id]);
    assert_eq!(
        (&nothing["replies"], &nothing["at"]),
        (&Value::Null, &Value::Null)
    );
    let refused = world.run(&["post", "metrics", &id, "--replies", "2"]);
    assert_eq!(refused.status, 3, "{refused}");
    assert!(refused.stderr.contains("is not published"), "{refused}");
}

fn wrong(world: &World, arguments: &[&str], said: &str) {
    let ran: Ran = world.run(arguments);
    assert_eq!(ran.status, 2, "{arguments:?}: {ran}");
    assert!(ran.stderr.contains(said), "{arguments:?}: {ran}");
}

#[test]
fn what_makes_no_sense_is_refused() {
    let world = World::with("balanced");
    wrong(&world, &["report", "decade"], "decade");
    wrong(
        &world,
        &["report", "--from", "tomorrow", "--to", "+3d"],
        "future",
    );
    wrong(
        &world,
        &["report", "--from", "today", "--to", "-3d"],
        "before the first",
    );
    wrong(&world, &["report", "--to", "today"], "--from");
    wrong(&world, &["report", "--ago", "9999"], "too far back");
    wrong(
        &world,
        &["report", "year", "--from", "-3d"],
        "cannot be used with",
    );
    wrong(&world, &["post", "metrics", "k7", "--replies", "-1"], "-1");
    let simulate = ["plan", "simulate", "--from", "today", "--until"];
    wrong(
        &world,
        &[&simulate[..], &["-3d"]].concat(),
        "before the first",
    );
    wrong(
        &world,
        &[&simulate[..], &["2090-01-01"]].concat(),
        "twenty years",
    );
    wrong(
        &world,
        &[&simulate[..], &["+3d", "--seed", "x"]].concat(),
        "seed",
    );
}

#[test]
fn a_simulated_month_says_what_came_of_it_and_leaves_no_trace() {
    let world = World::with("lin");
    let before = world.ok(&["--json", "audit", "export"]);
    let arguments = [
        "plan", "simulate", "--from", "today", "--until", "+30d", "--seed", "7",
    ];
    let report = json(&world, &arguments);
    assert_eq!(report["days"], 31);
    assert_eq!(
        (&report["duplicates"], &report["published_without_checks"]),
        (&0.into(), &0.into())
    );
    for key in [
        "published",
        "by_account",
        "missed",
        "nudges",
        "breaks",
        "usage_s",
    ] {
        assert!(!report[key].is_null(), "{key}: {report}");
    }
    let kept = report["limits_kept_ratio"].as_f64().unwrap();
    assert!((0.0..=1.0).contains(&kept));
    let text = world.ok(&arguments);
    assert!(
        text.contains("seed 7") && text.contains("2 per week"),
        "{text}"
    );
    assert_eq!(world.ok(&["--json", "audit", "export"]), before);
    assert_eq!(
        json(&world, &["post", "list"])["posts"],
        serde_json::json!([])
    );
}

#[test]
fn the_floor_of_writing_time_is_told() {
    let world = World::with("lin");
    world.line("time log 90m --activity write");
    world.line("time log 2h --activity write --day -8d");
    let status = json(&world, &["status"]);
    let limit = &status["limits"][0];
    assert_eq!(
        (&limit["at_least_s"], &limit["lacking_s"]),
        (&10_800.into(), &5_400.into())
    );
    assert_eq!(status["writing"]["time_s"], 210 * 60);
    assert_eq!(status["writing"]["per_post_s"], Value::Null);
    let text = world.ok(&["status"]);
    assert!(
        text.contains("1h30m is missing to at least 3h this week"),
        "{text}"
    );
    world.line("time log 90m --activity write");
    assert!(
        world
            .ok(&["status"])
            .contains("at least 3h this week is reached")
    );
}
