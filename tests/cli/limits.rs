//! Limits, appointments, accounts: what goes into the plan, and how it is shown.

use serde_json::json;

use crate::world::World;

#[test]
fn a_limit_is_one_line_and_in_force_at_once() {
    let world = World::with("lin");
    let ran = world.run(&["limit", "set", "x", "15m", "per", "day"]);
    insta::assert_snapshot!(ran, @r"
    status 0
    --- stdout
    Limit: x 15m per day.
    --- stderr
    ");
    world.ok(&[
        "limit",
        "override",
        "x",
        "1h",
        "per",
        "day",
        "--from",
        "2026-05-05",
        "--until",
        "2026-05-07",
        "--why",
        "congress",
    ]);
    world.ok(&["limit", "set", "x", "20m/day"]);
    let list = world.json(&["limit", "list"]);
    let expected = json!({
        "of": "x", "per": "day", "limit_s": 1200, "at_least_s": 0,
        "overrides": [
            { "from": "2026-05-05", "until": "2026-05-07", "limit_s": 3600, "why": "congress" }
        ],
    });
    assert_eq!(list[1], expected);
    assert_eq!(list[0]["of"], "activity:write");
    assert!(
        world.plan_text().contains("# How much at least: two posts"),
        "comments are kept"
    );
    world.ok(&["limit", "remove", "x", "per", "day"]);
    assert_eq!(world.json(&["limit", "list"]).as_array().unwrap().len(), 1);
    assert_eq!(world.run(&["limit", "remove", "x", "per", "day"]).status, 1);
}

#[test]
fn an_override_says_back_what_was_understood() {
    let world = World::with("balanced");
    let ran = world.run(&[
        "limit",
        "override",
        "all",
        "8h",
        "per",
        "week",
        "--from",
        "2026-05-05",
        "--until",
        "2026-05-07",
    ]);
    insta::assert_snapshot!(ran, @r"
    status 0
    --- stdout
    Limit: all 3h per week. From Tue 5 May 2026 to Thu 7 May 2026 (Europe/London) it is 8h.
    --- stderr
    ");
}

#[test]
fn unknown_sites_are_refused_with_the_nearest_names() {
    let world = World::with("balanced");
    let before = world.plan_text();
    let ran = world.run(&["limit", "set", "blusky", "15m", "per", "day"]);
    insta::assert_snapshot!(ran, @r#"
    status 2
    --- stdout
    --- stderr
    rounds: `blusky` is not a site known here.
    Hint: did you mean `bluesky`? To add a site of your own write [[sites]], name = "blusky" and hosts = ["…"] into [HOME]/config/rounds/sites.toml
    "#);
    assert_eq!(world.plan_text(), before);
    std::fs::write(
        world.path("config/rounds/sites.toml"),
        "[[sites]]\nname = \"blusky\"\nhosts = [\"blusky.example\"]\n",
    )
    .unwrap();
    world.ok(&["limit", "set", "blusky", "15m", "per", "day"]);
}

#[test]
fn conferences_and_engagements_come_and_go() {
    let world = World::with("balanced");
    world.ok(&[
        "conference",
        "add",
        "WONCA",
        "--from",
        "2027-06-01",
        "--until",
        "2027-06-03",
        "--site",
        "x",
    ]);
    let row = json!([
        { "name": "WONCA", "from": "2027-06-01", "until": "2027-06-03", "time_s": 3600, "site": "x" }
    ]);
    assert_eq!(world.json(&["conference", "list"]), row);
    let added = world.json(&[
        "engagement",
        "add",
        "Chat",
        "--cron",
        "0 20 * * Sun",
        "--length",
        "1h",
    ]);
    assert_eq!(
        (&added["length_s"], &added["activity"]),
        (&json!(3600), &json!("chat"))
    );
    let days = world.json(&[
        "plan",
        "forecast",
        "--from",
        "2027-06-01",
        "--to",
        "2027-06-06",
    ]);
    let limits = days["days"][0]["limits"].as_array().unwrap();
    assert!(
        limits.contains(&json!({ "of": "activity:conference", "per": "day", "limit_s": 3600 }))
    );
    assert_eq!(
        days["days"][5]["engagements"][0]["from"],
        "2027-06-06T20:00:00+01:00"
    );
    assert_eq!(
        world
            .run(&[
                "engagement",
                "add",
                "Chat",
                "--cron",
                "0 9 * * *",
                "--length",
                "1h"
            ])
            .status,
        1
    );
    for (kind, name) in [("conference", "WONCA"), ("engagement", "Chat")] {
        world.ok(&[kind, "remove", name]);
        assert_eq!(world.json(&[kind, "list"]), json!([]));
        assert_eq!(world.run(&[kind, "remove", name]).status, 1);
    }
}

#[test]
fn an_account_has_a_slot_and_a_cadence_unless_told() {
    let world = World::with("balanced");
    let row = world.json(&[
        "account",
        "add",
        "notes",
        "--platform",
        "folder",
        "--path",
        "~/notes",
        "--owner",
        "Dr Lin",
        "--pack",
        "gmc",
    ]);
    assert_eq!(row["slots"], json!(["0 8 * * Tue"]));
    assert_eq!(row["cadence"][0]["posts"], "1 per week");
    assert_eq!(
        (&row["owner"], &row["packs"]),
        (&json!("Dr Lin"), &json!(["gmc"]))
    );
    let (status, error) = world.error(&[
        "account",
        "add",
        "Notes",
        "--platform",
        "folder",
        "--path",
        "~/n",
    ]);
    assert_eq!(
        (status, error["message"].as_str()),
        (1, Some("There already is an account `notes`."))
    );
    let tried = world.json(&["account", "test", "notes"]);
    assert_eq!(
        (&tried["ok"], world.path("notes").exists()),
        (&json!(true), false)
    );
    std::fs::write(world.path("notes"), "a file").unwrap();
    assert_eq!(world.run(&["account", "test", "notes"]).status, 1);
    world.ok(&["account", "remove", "notes"]);
    assert_eq!(world.json(&["account", "list"]), json!([]));
}

#[test]
fn a_plan_that_contradicts_itself_is_accepted_and_told() {
    let world = World::with("balanced");
    let ran = world.run(&["limit", "set", "all", "30h", "per", "day"]);
    assert_eq!(ran.status, 0);
    assert!(ran.stderr.contains("Note: limits, all per day"), "{ran}");
    let warnings = &world.json(&["plan", "check"])["warnings"];
    assert_eq!(warnings[0]["field"], "limits, all per day");
}
