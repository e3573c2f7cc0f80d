//! Calendars against another parser: tests/calendar_model.py, with python's icalendar and dateutil.
//!
//! What rounds exports is read by it, what it writes is read by rounds: line ends, folds, zones, rules,
//! exceptions. Both run where tests/run.sh has made sure of its package.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::process::{Command, Stdio};

use jiff::Timestamp;
use jiff::civil::{Date, date};
use jiff::tz::TimeZone;
use rounds::calendar::Calendar;
use rounds::lookups::calendar::{Wanted, read};
use rounds::plan::Begin;
use rounds::plan::edit::{Imported, When};
use serde_json::{Value, json};

use crate::world::World;

const MODEL: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/calendar_model.py");
/// The days in which the model looks.
const FROM: Date = date(2026, 3, 1);
const UNTIL: Date = date(2026, 6, 8);

fn allowed(test: &str) -> bool {
    let yes = std::env::var_os("ROUNDS_DESKTOP").is_some_and(|v| v == "1");
    if !yes {
        println!("{test}: needs tests/run.sh");
    }
    yes
}

/// Debian's own Python has Debian's packages, whatever stands before it in PATH.
fn model(arguments: &[&str], input: &str) -> String {
    let mut python = Command::new("/usr/bin/python3")
        .arg(MODEL)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    // It may write before it has read all.
    let _ = python.stdin.take().unwrap().write_all(input.as_bytes());
    let said = python.wait_with_output().unwrap();
    assert!(said.status.success(), "{arguments:?}");
    String::from_utf8(said.stdout).unwrap()
}

fn london() -> Calendar {
    Calendar {
        zone: TimeZone::get("Europe/London").unwrap(),
        ..Calendar::default()
    }
}

/// Each beginning within the days, with its length in seconds.
fn hours(when: &When, calendar: &Calendar) -> BTreeMap<i64, u64> {
    let (from, until) = (calendar.day_start(FROM), calendar.day_start(UNTIL));
    let When::Hours(found) = when else {
        return BTreeMap::new();
    };
    let each = found.iter().flat_map(|(length, dates)| {
        let length = length.as_secs();
        dates.iter().map(move |begin| (begin, length))
    });
    each.map(|(begin, length): (&Begin, u64)| (begin.instant(calendar), length))
        .filter(|(at, _)| from <= *at && *at < until)
        .map(|(at, length)| (at.as_second(), length))
        .collect()
}

/// A title as the plan takes it: one line, no longer than it keeps.
fn title(text: &Value) -> String {
    let words: Vec<&str> = text.as_str().unwrap().split_whitespace().collect();
    words.join(" ").chars().take(100).collect()
}

/// What differs between the meaning of an event and what was read of it; none if nothing does.
fn difference(meaning: &Value, found: Option<&Imported>, calendar: &Calendar) -> Option<String> {
    let (from, until) = (calendar.day_start(FROM), calendar.day_start(UNTIL));
    let expected: BTreeMap<i64, u64> = meaning["hours"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|one| (one[0].as_i64().unwrap(), one[1].as_u64().unwrap()))
        .filter(|(at, _)| (from.as_second()..until.as_second()).contains(at))
        .collect();
    let named = found.map(|found| found.name.clone());
    let (told, matches) = match (found.map(|found| &found.when), &meaning["days"]) {
        (Some(When::Days(first, last)), Value::Array(days)) => (
            format!("{first} {last}"),
            *days == [json!(first), json!(last)],
        ),
        (when, Value::Null) => {
            let hours = when.map_or_else(BTreeMap::new, |when| hours(when, calendar));
            (format!("{hours:?}"), hours == expected)
        }
        (when, _) => (format!("{when:?}"), false),
    };
    let titled = named.is_none_or(|named| named == title(&meaning["title"]));
    (!(matches && titled)).then(|| format!("{meaning}\nis read as {told}, {found:?}"))
}

#[test]
fn what_another_program_writes_is_read_alike() {
    if !allowed("what_another_program_writes_is_read_alike") {
        return;
    }
    let count = if std::env::var_os("ROUNDS_LONG").is_some() {
        "20000"
    } else {
        "1000"
    };
    let calendar = london();
    let wanted = Wanted {
        calendar: &calendar,
        from: FROM,
        until: UNTIL,
        only: &[],
    };
    let (mut events, mut wrong) = (0, Vec::new());
    for line in model(&["write", "1", count], "").lines() {
        let case: Value = serde_json::from_str(line).unwrap();
        let text = case["ics"].as_str().unwrap();
        let read = read(text.as_bytes(), &wanted).unwrap_or_else(|error| panic!("{error}\n{text}"));
        assert_eq!(read.skipped, [], "{text}");
        for meaning in case["means"].as_array().unwrap() {
            events += 1;
            let uid = meaning["uid"].as_str().unwrap();
            let found = read.appointments.iter().find(|one| one.uid == uid);
            let differs = difference(meaning, found, &calendar);
            wrong.extend(differs.map(|differs| format!("{differs}\n{text}")));
        }
    }
    let shown = wrong.iter().take(3).cloned().collect::<Vec<_>>();
    assert!(
        wrong.is_empty(),
        "{} of {events} differ:\n{}",
        wrong.len(),
        shown.join("\n")
    );
    println!("{events} events of {count} calendars were read alike");
}

/// A plan with names that want escaping and folding, in a zone with changes of its own.
fn plan(rng: &mut fastrand::Rng, zone: &str) -> String {
    let names = [
        "Chat; with commas, and more",
        "Back\\\\slash",
        "The \\\"big\\\" one: 20:00",
        "Sesión clínica de cardiología: ñ, ç, l·l, y todo lo demás que cabe en un título",
        "会議会議会議会議会議会議会議会議会議会議会議",
        "🩺 rounds",
    ];
    let mut text = format!(
        "timezone = \"{zone}\"\nday_starts = \"0{}:30\"\n",
        rng.u8(0..9)
    );
    for (number, name) in names.iter().enumerate() {
        let (minute, hour, weekday) = (rng.u8(0..60), rng.u8(0..24), rng.u8(0..8));
        let length = rng.u16(15..600);
        text += &format!(
            "[[engagements]]\nname = \"{name}\"\ncron = \"{minute} {hour} * * {weekday}\"\n\
             length = \"{length}m\"\n[[accounts]]\nname = \"a{number}\"\nplatform = \"folder\"\n\
             path = \"p\"\nslots = [\"{minute} */{} * * *\"]\n[[conferences]]\nname = \"C, {name}\"\n\
             from = 2026-03-{:02}\nuntil = 2026-04-{:02}\n",
            rng.u8(5..24),
            rng.u8(1..32),
            rng.u8(1..31)
        );
    }
    text
}

/// What the forecast says of the same days, as the other parser tells events.
fn foreseen(world: &World, days: &[&str; 2]) -> Vec<(String, Value, Value)> {
    let forecast = world.json(&["plan", "forecast", "--from", days[0], "--to", days[1]]);
    let second = |at: &Value| {
        at.as_str()
            .unwrap()
            .parse::<Timestamp>()
            .unwrap()
            .as_second()
    };
    let mut events = Vec::new();
    for day in forecast["days"].as_array().unwrap() {
        for slot in day["slots"].as_array().unwrap() {
            let (at, account) = (second(&slot["at"]), slot["account"].as_str().unwrap());
            events.push((format!("Post on {account}"), json!(at), json!(at + 15 * 60)));
        }
        for hour in day["engagements"].as_array().unwrap() {
            let name = hour["name"].as_str().unwrap().to_owned();
            let (from, until) = (second(&hour["from"]), second(&hour["until"]));
            events.push((name, json!(from), json!(until)));
        }
    }
    for conference in world.json(&["conference", "list"]).as_array().unwrap() {
        let name = conference["name"].as_str().unwrap().to_owned();
        let last: Date = conference["until"].as_str().unwrap().parse().unwrap();
        let ends = last.tomorrow().unwrap();
        events.push((name, conference["from"].clone(), json!(ends)));
    }
    events
}

#[test]
fn what_rounds_exports_another_program_reads_alike() {
    if !allowed("what_rounds_exports_another_program_reads_alike") {
        return;
    }
    let world = World::with("balanced");
    let days = ["2026-03-01", "2026-04-30"];
    let mut count = 0;
    for (seed, zone) in [
        "Europe/London",
        "America/St_Johns",
        "Asia/Kathmandu",
        "Australia/Lord_Howe",
        "America/Santiago",
        "Africa/Casablanca",
        "Pacific/Chatham",
        "UTC",
    ]
    .iter()
    .enumerate()
    {
        let text = plan(&mut fastrand::Rng::with_seed(seed as u64), zone);
        std::fs::write(world.plan(), text).unwrap();
        let range = ["--from", days[0], "--until", days[1]];
        let text = world.ok(&[&["calendar", "export", "-"], &range[..]].concat());
        // A calendar ends its lines as the internet does; a shell sees them as they are.
        let told: Value = serde_json::from_str(&model(&["read"], &text)).unwrap();
        assert_eq!(
            (&told["long"], &told["bare"]),
            (&json!(0), &json!(0)),
            "{zone}"
        );
        let events = told["events"].as_array().unwrap();
        let mut uids: Vec<&Value> = events.iter().map(|event| &event["uid"]).collect();
        uids.sort_by_key(|uid| uid.as_str());
        uids.dedup();
        assert_eq!(uids.len(), events.len(), "{zone}: a UID stands twice");
        let key = |event: &(String, Value, Value)| format!("{event:?}");
        let event = |event: &Value| {
            let title = event["title"].as_str().unwrap().to_owned();
            (title, event["dtstart"].clone(), event["dtend"].clone())
        };
        let mut read: Vec<_> = events.iter().map(event).collect();
        let mut expected = foreseen(&world, &days);
        read.sort_by_key(key);
        expected.sort_by_key(key);
        assert_eq!(read, expected, "{zone}");
        count += read.len();
    }
    println!("{count} entries of eight plans were read alike");
}
