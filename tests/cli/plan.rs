//! Changing the plan safely: told before it is saved, never lost, and the times that follow from it.

use std::fs;

use serde_json::{Value, json};

use crate::terminal::Terminal;
use crate::world::{Ran, World};

fn edit(world: &World, script: &str, more: &[&str]) -> Ran {
    world.run_env(&[&["plan", "edit"], more].concat(), &[("VISUAL", script)])
}

fn draft(world: &World) -> Option<String> {
    fs::read_to_string(world.path("config/rounds/plan.edited.toml")).ok()
}

#[test]
fn an_edit_says_what_will_differ_and_when_the_next_slots_are() {
    let world = World::with("lin");
    let ran = edit(
        &world,
        "sed -i 's/0 8 \\* \\* Tue,Fri/30 9 * * Mon/;s/4h/5h/'",
        &[],
    );
    assert_eq!(ran.status, 0, "{ran}");
    let out = &ran.stdout;
    assert!(
        out.contains("limit of activity:write per week: 4h → 5h"),
        "{out}"
    );
    assert!(
        out.contains("  slots of blog: Tue ") || out.contains("  slots of blog: Fri "),
        "{out}"
    );
    assert!(out.contains(" 09:30"), "{out}");
    assert_eq!(out.matches("09:30 Europe/London").count(), 5, "{out}");
    assert!(
        out.contains("blog.cadence: 2 per week"),
        "the contradiction is told: {out}"
    );
    assert!(world.plan_text().contains("30 9 * * Mon"));
    assert_eq!(draft(&world), None);
    let json = edit(&world, "sed -i s/5h/4h/", &["--json"]);
    let told: Value = serde_json::from_str(&json.stdout).unwrap();
    assert_eq!(told["changed"], true);
    let change = json!({"what": "limit of activity:write per week", "before": "5h", "after": "4h"});
    assert_eq!(told["changes"], json!([change]));
    let same = edit(&world, "true", &["--json"]);
    assert!(same.stdout.contains("\"changed\":false"), "{same}");
}

#[test]
fn a_wrong_edit_is_kept_told_and_opened_again() {
    let world = World::with("balanced");
    let before = world.plan_text();
    let wrong = edit(&world, "sed -i s/30m/30x/", &[]);
    assert_eq!(wrong.status, 2, "{wrong}");
    assert!(wrong.stderr.contains("plan.edited.toml:"), "{wrong}");
    assert!(
        wrong
            .stderr
            .contains("kept in [HOME]/config/rounds/plan.edited.toml"),
        "{wrong}"
    );
    assert_eq!(draft(&world), Some(before.replace("30m", "30x")));
    // An editor that fails throws nothing away.
    assert_eq!(edit(&world, "false", &[]).status, 1);
    assert_eq!(draft(&world), Some(before.replace("30m", "30x")));
    let again = edit(&world, "sed -i s/30x/35m/", &[]);
    assert_eq!(again.status, 0, "{again}");
    assert!(again.stderr.contains("your last edit"), "{again}");
    assert_eq!(world.plan_text(), before.replace("30m", "35m"));
    assert_eq!(draft(&world), None);
}

#[test]
fn a_left_edit_never_undoes_what_came_after_it() {
    let world = World::with("balanced");
    assert_eq!(edit(&world, "sed -i s/30m/30x/", &[]).status, 2);
    let left = draft(&world).unwrap();
    let written = fs::metadata(world.path("config/rounds/plan.edited.toml")).unwrap();
    let later = written.modified().unwrap() + std::time::Duration::from_secs(5);
    world.ok(&["limit", "set", "x", "15m", "per", "day"]);
    let plan = fs::File::options().write(true).open(world.plan()).unwrap();
    plan.set_modified(later).unwrap();
    let next = edit(&world, "sed -i s/30m/40m/", &[]);
    assert_eq!(next.status, 0, "{next}");
    assert!(next.stderr.contains("plan.edited-1.toml"), "{next}");
    assert!(world.plan_text().contains("15m") && world.plan_text().contains("40m"));
    let aside = fs::read_to_string(world.path("config/rounds/plan.edited-1.toml"));
    assert_eq!(aside.unwrap(), left);
}

#[test]
fn a_plan_that_changed_under_the_editor_is_not_written_over() {
    let world = World::with("balanced");
    let rounds = env!("CARGO_BIN_EXE_rounds");
    let script = format!(
        "f() {{ {rounds} limit set x 15m per day >/dev/null; sed -i s/30m/40m/ \"$1\"; }}; f"
    );
    let ran = edit(&world, &script, &[]);
    assert_eq!(ran.status, 1, "{ran}");
    assert!(ran.stderr.contains("changed by another program"), "{ran}");
    assert!(world.plan_text().contains("15m") && !world.plan_text().contains("40m"));
    assert!(draft(&world).unwrap().contains("40m"));
}

#[test]
fn a_new_account_shows_its_next_five_times_and_a_trial_saves_nothing() {
    let world = World::with("balanced");
    let before = world.plan_text();
    let line = [
        "account",
        "add",
        "n",
        "--platform",
        "folder",
        "--path",
        "/tmp/n",
        "--slot",
        "0 8 29 2 *",
    ];
    let trial = world.ok(&[&line[..], &["--dry-run"]].concat());
    assert!(trial.starts_with("Would add the account n"), "{trial}");
    assert_eq!(trial.matches("29 Feb").count(), 5, "{trial}");
    assert_eq!(world.plan_text(), before);
    let added = world.ok(&line);
    assert_eq!(added.replace("Added", "Would add"), trial);
    assert_eq!(
        world.run(&[&line[..], &["--dry-run"]].concat()).status,
        1,
        "it is there already"
    );
    let rows = world.json(&["slot", "list", "n", "--next", "3"]);
    assert_eq!(rows.as_array().unwrap().len(), 3);
    assert_eq!(rows[0]["post"], Value::Null);
    let checked = world.json(&["plan", "check"]);
    assert_eq!(checked["slots"][0]["next"][2], rows[2]["at"]);
    for wrong in [
        &["slot", "list", "nobody"][..],
        &["slot", "list", "--next", "0"],
        &["slot", "list", "--next", "-1"],
    ] {
        assert_eq!(world.run(wrong).status, 2, "{wrong:?}");
    }
}

/// Answers the one question of a command on a terminal; what was shown, and then said.
fn asked(world: &World, line: &[&str], answer: &str) -> (String, String) {
    let mut terminal = Terminal::start(&mut world.command(line));
    let shown = terminal.until("Save it? [y/N]");
    terminal.type_line(answer);
    let (said, status) = terminal.end();
    assert_eq!(status, Some(0), "{said}");
    (shown, said)
}

/// Commands that make times, with their words apart.
const MAKES_TIMES: [&str; 4] = [
    "account|add|n|--platform|folder|--path|/tmp/n|--slot|0 8 29 2 *",
    "engagement|add|Club|--cron|0 20 29 2 *|--length|1h",
    "post|add|Hello.|--to|blog|--cron|0 9 29 2 *",
    "slot|skip|blog",
];

fn apart(line: &str) -> Vec<&str> {
    line.split('|').collect()
}

/// How many accounts, engagements, series and skipped slots there are.
fn listed(world: &World) -> [usize; 4] {
    let count = |line: &str, counts: &dyn Fn(&Value) -> bool| {
        let list = world.json(&apart(line));
        list.as_array()
            .unwrap()
            .iter()
            .filter(|row| counts(row))
            .count()
    };
    [
        count("account|list", &|_| true),
        count("engagement|list", &|_| true),
        count("series|list", &|_| true),
        count("slot|list|blog", &|slot| slot["skipped"] == true),
    ]
}

#[test]
fn the_next_five_times_are_shown_and_asked_about_before_anything_is_saved() {
    let world = World::with("lin");
    let before = (listed(&world), world.plan_text());
    for line in MAKES_TIMES {
        let (shown, said) = asked(&world, &apart(line), "n");
        let times = if line.starts_with("slot") { 6 } else { 5 };
        assert_eq!(shown.matches("Europe/London").count(), times, "{shown}");
        assert!(said.contains("Nothing was changed."), "{said}");
        assert_eq!((listed(&world), world.plan_text()), before, "{line}");
    }
    for line in MAKES_TIMES {
        let (_, said) = asked(&world, &apart(line), "y");
        assert!(!said.contains("Nothing was changed."), "{said}");
    }
    assert_eq!(listed(&world), [2, 1, 1, 1]);
}

#[test]
fn where_nobody_is_asked_the_times_are_told_and_a_trial_saves_nothing() {
    let world = World::with("lin");
    for line in MAKES_TIMES {
        let told = world.ok(&apart(line));
        let times = if line.starts_with("slot") { 6 } else { 5 };
        assert!(told.matches("Europe/London").count() >= times, "{told}");
    }
    assert_eq!(listed(&world), [2, 1, 1, 1]);
    let trial = apart("engagement|add|L2|--cron|0 21 * * *|--length|1h|--dry-run");
    assert!(world.ok(&trial).starts_with("Would add L2"));
    let trial = [&apart(MAKES_TIMES[2])[..], &["--dry-run"]].concat();
    let trial = world.json(&trial);
    assert_eq!(trial["next_times"].as_array().unwrap().len(), 5);
    assert_eq!(listed(&world), [2, 1, 1, 1]);
    let mut command = world.command(&["slot", "skip", "blog", "--yes"]);
    let (said, status) = Terminal::start(&mut command).end();
    assert!(
        status == Some(0) && said.contains("passes without a post"),
        "{said}"
    );
    assert_eq!(listed(&world), [2, 1, 1, 2]);
}

#[test]
fn a_post_moves_to_the_next_free_slot() {
    let world = World::with("lin");
    let add = ["post", "add", "Text.", "--to", "blog", "--slot"];
    let due = |post: &Value| post["due_at"].as_str().unwrap().to_owned();
    let first = world.json(&add)["posts"][0].clone();
    let second = world.json(&add)["posts"][0].clone();
    let rows = world.json(&["slot", "list", "blog", "--next", "3"]);
    assert_eq!(rows[0]["post"], first["id"]);
    assert_eq!(rows[1]["post"], second["id"]);
    assert_eq!(rows[2]["post"], Value::Null);
    let moved = world.json(&[
        "post",
        "reschedule",
        first["id"].as_str().unwrap(),
        "--slot",
    ]);
    assert_eq!(due(&moved), rows[2]["at"].as_str().unwrap());
    let back = world.json(&[
        "post",
        "reschedule",
        first["id"].as_str().unwrap(),
        "--slot",
    ]);
    assert_eq!(due(&back), due(&first), "the slot it left is free");
    let (status, error) = world.error(&["post", "reschedule", first["id"].as_str().unwrap()]);
    assert_eq!(status, 2, "{error}");
    let both = [
        "post",
        "reschedule",
        first["id"].as_str().unwrap(),
        "fri",
        "--slot",
    ];
    assert_eq!(world.error(&both).0, 2);
}

#[test]
fn a_plan_may_follow_the_zone_of_the_machine() {
    let world = World::new();
    world.ok(&["init", "--timezone", "system"]);
    assert!(world.plan_text().contains("timezone = \"system\""));
    for zone in ["Asia/Tokyo", "America/New_York"] {
        let shown = world.run_env(&["status", "--json"], &[("TZ", zone)]);
        let status: Value = serde_json::from_str(&shown.stdout).unwrap();
        assert_eq!(status["timezone"], zone);
    }
}

#[test]
fn editors_get_a_schema() {
    let world = World::new();
    let schema: Value = serde_json::from_str(&world.ok(&["plan", "schema"])).unwrap();
    assert_eq!(
        schema["properties"]["quiet"]["properties"]["from"]["default"],
        "22:30"
    );
    assert_eq!(world.json(&["plan", "schema"]), schema);
}

#[test]
fn an_emptied_plan_is_refused_and_every_change_keeps_a_copy() {
    let world = World::with("balanced");
    let before = world.plan_text();
    for script in ["truncate -s 0", "f() { printf ' \\n' >\"$1\"; }; f"] {
        let ran = edit(&world, script, &[]);
        assert_eq!(ran.status, 2, "{ran}");
        assert!(ran.stderr.contains("is empty"), "{ran}");
        assert_eq!(world.plan_text(), before);
        assert!(draft(&world).is_some_and(|text| text.trim().is_empty()));
        fs::remove_file(world.path("config/rounds/plan.edited.toml")).unwrap();
    }
    let ran = edit(&world, "sed -i s/30m/35m/", &[]);
    assert_eq!(ran.status, 0, "{ran}");
    let files = fs::read_dir(world.path("config/rounds")).unwrap();
    let copies: Vec<_> = files
        .map(|file| file.unwrap().path())
        .filter(|file| file.to_string_lossy().contains("plan.toml.bak-"))
        .collect();
    assert_eq!(copies.len(), 1, "{copies:?}");
    assert_eq!(fs::read_to_string(&copies[0]).unwrap(), before);
}
