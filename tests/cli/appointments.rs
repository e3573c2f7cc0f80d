//! Calendars brought in and handed out, feeds, and engagements on single dates.

use std::fs;

use serde_json::{Value, json};

use crate::world::World;

/// A calendar with days and hours far enough ahead.
fn calendar(title: &str, status: &str) -> String {
    format!(
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:test\r\nX-WR-CALNAME:Work\r\n\
         BEGIN:VEVENT\r\nUID:congress\r\nSUMMARY:{title}\r\nSTATUS:{status}\r\n\
         DTSTART;VALUE=DATE:20990505\r\nDTEND;VALUE=DATE:20990508\r\nEND:VEVENT\r\n\
         BEGIN:VEVENT\r\nUID:chat\r\nSUMMARY:Chat\r\nDTSTART:20990601T190000Z\r\n\
         DTEND:20990601T200000Z\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    )
}

fn names(value: &Value) -> Vec<&str> {
    let all = value.as_array().unwrap().iter();
    all.map(|one| one.as_str().or_else(|| one["name"].as_str()).unwrap())
        .collect()
}

#[test]
fn a_calendar_comes_in_once_and_follows_its_changes() {
    let world = World::with("balanced");
    let file = world.path("work.ics");
    let path = file.to_str().unwrap();
    fs::write(&file, calendar("ESC", "CONFIRMED")).unwrap();
    let before = fs::read_to_string(world.plan()).unwrap();
    let tried = world.json(&["calendar", "import", path, "--dry-run"]);
    assert_eq!(names(&tried["added"]), ["Chat", "ESC"]);
    assert_eq!(fs::read_to_string(world.plan()).unwrap(), before);

    let done = world.json(&["calendar", "import", path]);
    assert_eq!(names(&done["added"]), ["Chat", "ESC"]);
    let conferences = world.json(&["conference", "list"]);
    assert_eq!(
        (&conferences[0]["from"], &conferences[0]["until"]),
        (&json!("2099-05-05"), &json!("2099-05-07"))
    );
    let plan = fs::read_to_string(world.plan()).unwrap();
    assert!(plan.starts_with(&before), "comments and order are kept");
    assert_eq!(world.json(&["calendar", "import", path])["same"], 2);
    assert_eq!(fs::read_to_string(world.plan()).unwrap(), plan);

    fs::write(&file, calendar("ESC Congress", "CONFIRMED")).unwrap();
    let done = world.json(&["calendar", "import", path]);
    assert_eq!(names(&done["changed"]), ["ESC Congress"]);
    fs::write(&file, calendar("ESC Congress", "CANCELLED")).unwrap();
    let done = world.json(&["calendar", "import", path]);
    assert_eq!(names(&done["removed"]), ["ESC Congress"]);
    assert_eq!(world.json(&["conference", "list"]), json!([]));
    assert_eq!(names(&world.json(&["engagement", "list"])), ["Chat"]);
}

#[test]
fn calendars_that_are_none_change_nothing() {
    let world = World::with("balanced");
    let before = fs::read_to_string(world.plan()).unwrap();
    let page = world.path("page.ics");
    fs::write(&page, "<html>Sign in</html>").unwrap();
    let half = world.path("half.ics");
    fs::write(&half, &calendar("ESC", "CONFIRMED")[..150]).unwrap();
    for (from, what_to_do) in [
        (page.to_str().unwrap(), "give the .ics file"),
        (half.to_str().unwrap(), "export it once more"),
        ("not-there.ics", "check the name"),
        ("http://example.org/a.ics", "check the address"),
        ("ftp://example.org/a.ics", "check the address"),
    ] {
        let ran = world.run(&["calendar", "import", from]);
        assert!(ran.status == 1 && ran.stdout.is_empty(), "{from}: {ran}");
        assert!(ran.stderr.contains(what_to_do), "{from}: {ran}");
    }
    assert_eq!(fs::read_to_string(world.plan()).unwrap(), before);
}

#[test]
fn the_plan_goes_out_with_titles_only() {
    let world = World::with("sevilla");
    world.line("conference add \"ESC, Munich\" --from +10d --until +12d");
    world.line("post add \"a secret text\" --to x --slot");
    let text = world.ok(&["calendar", "export", "-", "--until", "+13d"]);
    assert!(text.starts_with("BEGIN:VCALENDAR\r\n") && !text.contains("secret"));
    for line in ["SUMMARY:Post on x", "SUMMARY:ESC\\, Munich", "SUMMARY:Chat"] {
        assert!(text.contains(line), "{line}: {text}");
    }
    assert_eq!(text.matches("BEGIN:VEVENT").count(), 14 + 2 + 1, "{text}");
    let file = world.path("plan.ics");
    let path = file.to_str().unwrap();
    world.ok(&["calendar", "export", path]);
    assert_eq!(
        world.run(&["calendar", "export", path]).status,
        1,
        "it is there"
    );
    world.ok(&["calendar", "export", path, "--force"]);
    let own = world.json(&["calendar", "import", path]);
    assert_eq!(
        names(&own["added"]),
        Vec::<&str>::new(),
        "our own entries stay out"
    );
}

#[test]
fn an_engagement_may_have_single_dates() {
    let world = World::with("balanced");
    let args = ["engagement", "add", "Webinar", "--length", "1h", "--at"];
    let both = [&args[..], &["2099-05-05 20:00", "--at", "2099-05-12 20:00"]].concat();
    let row = world.json(&both);
    assert_eq!(
        (row["cron"].clone(), row["at"].as_array().unwrap().len()),
        (Value::Null, 2)
    );
    let days = world.json(&[
        "plan",
        "forecast",
        "--from",
        "2099-05-05",
        "--to",
        "2099-05-05",
    ]);
    assert_eq!(days["days"][0]["engagements"][0]["name"], "Webinar");
    let neither = ["engagement", "add", "Talk", "--length", "1h"];
    assert_eq!(world.run(&neither).status, 2);
    assert_eq!(world.run(&[&args[..], &["soon"]].concat()).status, 2);
}
