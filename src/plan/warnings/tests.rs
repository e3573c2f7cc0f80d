//! One plan for each contradiction, and its neighbour that is none.

use super::*;
use crate::plan::read::read;

/// Tuesday.
const NOW: &str = "2026-11-24T12:00:00Z";

fn told(text: &str) -> Vec<String> {
    let plan = read(text).unwrap();
    warnings(&plan, NOW.parse().unwrap())
        .into_iter()
        .map(|warning| format!("{}: {}", warning.field, warning.message))
        .collect()
}

fn account(slots: &str, cadence: &str) -> String {
    format!(
        "[[accounts]]\nname = \"b\"\nplatform = \"folder\"\npath = \"b\"\nslots = [{slots}]\n\
         cadence = [{{ from = 2026-01-05, posts = \"{cadence}\" }}]\n"
    )
}

fn limit(of: &str, per: &str, time: &str) -> String {
    format!("[[limits]]\nof = \"{of}\"\nper = \"{per}\"\ntime = \"{time}\"\n")
}

const CHAT: &str = "[[engagements]]\nname = \"Club\"\nsite = \"x\"\ncron = \"0 20 * * Sun,Wed\"\nlength = \"1h\"\n";

fn one(found: &[String], words: &str) {
    let [only] = found else { panic!("{found:?}") };
    assert!(only.contains(words), "{only}");
}

#[test]
fn an_engagement_or_a_conference_of_odd_length() {
    let club = |length: &str| CHAT.replace("\"1h\"", &format!("\"{length}\""));
    one(&told(&club("25h")), "engagements, Club: it lasts 25h");
    assert_eq!(told(&club("24h")), [""; 0]);
    let congress = |until: &str, time: &str| {
        told(&format!(
            "[[conferences]]\nname = \"K\"\nfrom = 2027-05-05\nuntil = {until}\ntime = \"{time}\"\n"
        ))
    };
    one(&congress("2027-05-07", "30h"), "30h a day is more");
    one(&congress("2028-05-07", "1h"), "it lasts 369 days");
    assert_eq!(congress("2027-06-04", "24h"), [""; 0]);
}

#[test]
fn a_slot_in_quiet_time() {
    one(
        &told(&account("\"0 23 * * Mon\"", "1 per week")),
        "slot `0 23 * * Mon`",
    );
    one(
        &told(&account("\"59 6 1 6 *\"", "0-1 per month")),
        "22:30 to 07:00",
    );
    assert_eq!(told(&account("\"0 7 * * Mon\"", "1 per week")), [""; 0]);
    let no_quiet = "[quiet]\nfrom = \"00:00\"\nuntil = \"00:00\"\n";
    let plan = format!("{no_quiet}{}", account("\"0 23 * * Mon\"", "1 per week"));
    assert_eq!(told(&plan), [""; 0]);
}

#[test]
fn a_cadence_that_its_slots_cannot_reach() {
    one(
        &told(&account("\"0 8 * * Tue\"", "2 per week")),
        "2 per week",
    );
    one(
        &told(&account("\"0 8 1 * *\"", "1 per week")),
        "accounts.b.cadence",
    );
    // Two patterns that meet in one instant are one slot.
    one(
        &told(&account("\"0 8 * * Tue\", \"0 8 * * 2\"", "2 per week")),
        "slots allow",
    );
    for slots in [
        "\"0 8 * * Tue,Fri\"",
        "\"0 8 * * Tue\", \"0 9 * * 2\"",
        "\"* 8-9 * * *\"",
        "",
    ] {
        assert_eq!(told(&account(slots, "2-3 per week")), [""; 0], "{slots}");
    }
    assert_eq!(told(&account("\"0 8 1,15 * *\"", "2-3 per month")), [""; 0]);
}

#[test]
fn a_stage_that_is_over_is_no_contradiction() {
    let stages = |first: &str, second: &str| {
        account("\"0 8 * * Tue\"", "1 per week").replace(
            "{ from = 2026-01-05, posts = \"1 per week\" }",
            &format!(
                "{{ from = 2026-01-05, posts = \"{first}\" }}, {{ after = \"6mo\", posts = \"{second}\" }}"
            ),
        )
    };
    assert_eq!(told(&stages("2 per week", "1 per week")), [""; 0]);
    one(
        &told(&stages("1 per week", "2 per week")),
        "from 2026-07-05",
    );
}

#[test]
fn a_limit_that_leaves_out_an_engagement() {
    one(
        &told(&format!("{}{CHAT}", limit("all", "day", "30m"))),
        "it needs 1h in the day",
    );
    one(
        &told(&format!("{}{CHAT}", limit("x", "week", "90m"))),
        "it needs 2h in the week",
    );
    one(
        &told(&format!("{}{CHAT}", limit("activity:chat", "week", "1h"))),
        "is 1h",
    );
    let fitting = [
        ("all", "day", "1h"),
        ("activity:chat", "week", "2h"),
        ("y", "day", "1m"),
        ("activity:scan", "day", "1m"),
    ];
    for (of, per, time) in fitting {
        assert_eq!(
            told(&format!("{}{CHAT}", limit(of, per, time))),
            [""; 0],
            "{of}"
        );
    }
}

#[test]
fn a_limit_that_leaves_out_a_conference_unless_overridden() {
    let congress = |year: &str| {
        format!("[[conferences]]\nname = \"C\"\nfrom = {year}-05-05\nuntil = {year}-05-07\n")
    };
    let small = limit("all", "week", "2h");
    one(
        &told(&format!("{small}{}", congress("2027"))),
        "it needs 3h in the week from 2027-05-03",
    );
    assert_eq!(told(&format!("{small}{}", congress("2026"))), [""; 0]);
    let larger = "[[limits.overrides]]\nfrom = 2027-05-05\nuntil = 2027-05-07\ntime = \"8h\"\n";
    assert_eq!(
        told(&format!("{small}{larger}{}", congress("2027"))),
        [""; 0]
    );
    assert_eq!(
        told(&format!("{}{}", limit("x", "day", "1m"), congress("2027"))),
        [""; 0]
    );
}

#[test]
fn a_floor_above_the_limit_and_a_limit_above_its_period() {
    let floor =
        |at_least: &str| format!("{}at_least = \"{at_least}\"\n", limit("all", "week", "2h"));
    one(&told(&floor("3h")), "at least 3h");
    assert_eq!(told(&floor("2h")), [""; 0]);
    one(&told(&limit("x", "day", "25h")), "a whole day");
    assert_eq!(told(&limit("x", "day", "24h")), [""; 0]);
}
