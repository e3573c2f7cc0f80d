//! `rounds doctor`, away from any desktop: every topic has its row, each row its verdict, and
//! whatever does not work says what to do.

use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::process::Command;

use rusqlite::Connection;
use serde_json::Value;

use crate::world::World;

/// The size of a page of the database.
const PAGE: usize = 4096;

const TOPICS: [&str; 19] = [
    "plan",
    "checklists",
    "display",
    "window",
    "idle",
    "notifications",
    "secrets",
    "suspend and lock",
    "hand-off",
    "service",
    "logged out",
    "clock",
    "database",
    "audit",
    "disk space",
    "disk encryption",
    "page",
    "receiver",
    "sleep",
];

/// What it says in this world, with these variables.
fn rows(world: &World, variables: &[(&str, &str)]) -> Vec<Value> {
    let ran = world.run_env(&["--json", "doctor"], variables);
    let document: Value = serde_json::from_str(&ran.stdout).unwrap();
    let rows = document["rows"].as_array().unwrap().clone();
    let broken = rows.iter().any(|row| row["state"] == "broken");
    assert_eq!(
        (ran.status, &document["ok"]),
        (i32::from(broken), &Value::Bool(!broken))
    );
    for row in &rows {
        let text = |name: &str| row[name].as_str().unwrap().to_owned();
        let works = match text("state").as_str() {
            "works" => true,
            "caveat" | "broken" => false,
            other => panic!("{other}"),
        };
        assert_eq!(works, text("to_do").is_empty(), "{row}");
        assert!(!text("what").is_empty(), "{row}");
        for sentence in [text("what"), text("to_do")] {
            assert!(sentence.is_empty() || sentence.ends_with('.'), "{row}");
        }
    }
    rows
}

fn row<'r>(rows: &'r [Value], topic: &str) -> &'r Value {
    let mut found = rows.iter().filter(|row| row["topic"] == topic);
    let row = found.next().unwrap_or_else(|| panic!("no row {topic}"));
    assert!(found.next().is_none(), "two rows {topic}");
    row
}

fn is(row: &Value, state: &str, words: &str) {
    let said = format!("{} {}", row["what"], row["to_do"]);
    assert_eq!(row["state"], state, "{row}");
    assert!(said.contains(words), "{words}: {row}");
}

#[test]
fn without_a_desktop_every_topic_is_told() {
    let world = World::with("balanced");
    let rows = rows(&world, &[("ROUNDS_DASHBOARD_LISTEN", "127.0.0.1:0")]);
    let told: Vec<_> = rows
        .iter()
        .map(|row| row["topic"].as_str().unwrap())
        .collect();
    assert_eq!(told, TOPICS);
    is(
        row(&rows, "display"),
        "caveat",
        "neither DISPLAY nor WAYLAND_DISPLAY",
    );
    is(
        row(&rows, "window"),
        "caveat",
        "no X11 display can be asked",
    );
    is(row(&rows, "idle"), "caveat", "no X11 display can be asked");
    is(
        row(&rows, "notifications"),
        "broken",
        "no desktop session here",
    );
    is(row(&rows, "secrets"), "caveat", "no desktop session");
    is(row(&rows, "service"), "caveat", "does not run");
    is(row(&rows, "clock"), "caveat", "Europe/London");
    is(row(&rows, "database"), "works", "Intact");
    is(row(&rows, "audit"), "works", "unbroken");
    is(row(&rows, "disk space"), "works", "MB free");
    is(row(&rows, "page"), "caveat", "listens on nothing yet");
    is(row(&rows, "sleep"), "caveat", "not woken for a post");
}

#[test]
fn before_anything_was_set_up_it_says_how_to_begin() {
    let world = World::new();
    let rows = rows(&world, &[]);
    is(row(&rows, "plan"), "broken", "rounds init");
    assert!(rows.iter().all(|row| row["topic"] != "database"));
    assert!(!world.path("data").exists(), "it looks and makes nothing");
}

#[test]
fn sensors_that_are_off_and_a_wayland_session_are_named() {
    let world = World::with("balanced");
    let off = rows(&world, &[("ROUNDS_SENSORS_USE", "off")]);
    is(row(&off, "window"), "caveat", "use = \\\"off\\\"");
    let wayland = rows(&world, &[("WAYLAND_DISPLAY", "wayland-7")]);
    is(
        row(&wayland, "display"),
        "caveat",
        "Wayland session (wayland-7)",
    );
    let gone = rows(&world, &[("DISPLAY", ":4711")]);
    is(row(&gone, "display"), "caveat", ":4711");
}

#[test]
fn what_is_damaged_is_named_with_its_place() {
    let world = World::with("balanced");
    let plan = world.plan_text();
    fs::write(
        world.plan(),
        plan.replace("time = \"30m\"", "time = \"30\""),
    )
    .unwrap();
    fs::write(world.path("config/rounds/config.toml"), "[dashbord]\n").unwrap();
    let bad = rows(&world, &[]);
    is(row(&bad, "plan"), "broken", "plan.toml:");
    is(row(&bad, "plan"), "broken", "limits.time");
    is(row(&bad, "settings"), "broken", "config.toml:1: ");
    is(row(&bad, "database"), "works", "Intact");
    fs::write(world.plan(), plan).unwrap();
    fs::remove_file(world.path("config/rounds/config.toml")).unwrap();
    let database = world.path("data/rounds/rounds.db");
    for side in ["-wal", "-shm"] {
        let _ = fs::remove_file(world.path(&format!("data/rounds/rounds.db{side}")));
    }
    fs::remove_file(&database).unwrap();
    let gone = rows(&world, &[]);
    is(row(&gone, "database"), "caveat", "is not there");
    assert!(!database.exists(), "it looks and makes nothing");
    fs::write(&database, "not a database, not at all").unwrap();
    let damaged = rows(&world, &[]);
    is(row(&damaged, "database"), "broken", "is damaged");
    is(row(&damaged, "database"), "broken", "Restore a backup");
    assert_eq!(
        fs::read_to_string(&database).unwrap(),
        "not a database, not at all"
    );
}

#[test]
fn an_address_that_somebody_else_holds_is_told() {
    let world = World::with("balanced");
    let held = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = held.local_addr().unwrap().to_string();
    let rows = rows(&world, &[("ROUNDS_RECEIVER_LISTEN", &address)]);
    let conflict = row(&rows, "receiver");
    is(
        conflict,
        "caveat",
        &format!("Another program listens on {address}"),
    );
    is(conflict, "caveat", "[receiver]");
}

#[test]
fn the_page_is_not_offered_before_it_is_built() {
    let world = World::with("balanced");
    let (status, error) = world.error(&["open"]);
    assert_eq!((status, error["kind"].as_str()), (1, Some("failed")));
    assert!(error["message"].as_str().unwrap().contains("not built yet"));
    assert!(!error.to_string().contains("rounds up"), "{error}");
}

/// A command that the rights of files hold for, as for anybody but root.
fn as_anybody(command: Command) -> Command {
    if !rustix::process::geteuid().is_root() {
        return command;
    }
    let mut bound = Command::new("setpriv");
    bound
        .arg("--bounding-set=-dac_override,-dac_read_search")
        .arg(command.get_program())
        .args(command.get_args())
        .current_dir(command.get_current_dir().unwrap())
        .env_clear();
    for (name, value) in command.get_envs() {
        bound.env(name, value.unwrap());
    }
    bound
}

#[test]
fn a_data_folder_that_may_not_be_written_is_told() {
    let world = World::with("balanced");
    let data = world.path("data/rounds");
    fs::remove_dir_all(&data).unwrap();
    fs::create_dir(&data).unwrap();
    let close = |mode| fs::set_permissions(&data, fs::Permissions::from_mode(mode)).unwrap();
    close(0o500);
    let output = as_anybody(world.command(&["--json", "doctor"])).output();
    close(0o700);
    let said: Value = serde_json::from_slice(&output.unwrap().stdout).unwrap();
    let rows = said["rows"].as_array().unwrap();
    is(row(rows, "database"), "broken", "may not be written by you");
    is(row(rows, "database"), "broken", "chmod u+rwx");
}

#[test]
fn a_folder_in_the_place_of_a_file_is_called_one() {
    let world = World::with("balanced");
    let database = world.path("data/rounds/rounds.db");
    fs::remove_dir_all(world.path("data/rounds")).unwrap();
    fs::create_dir_all(&database).unwrap();
    fs::remove_file(world.path("config/rounds/config.toml")).unwrap();
    fs::create_dir(world.path("config/rounds/config.toml")).unwrap();
    let rows = rows(&world, &[]);
    is(row(&rows, "database"), "broken", "is a folder");
    is(row(&rows, "settings"), "broken", "is a folder.");
    is(row(&rows, "settings"), "broken", "Move it away");
    assert!(!row(&rows, "settings").to_string().contains("that line"));
}

#[test]
fn what_to_do_about_a_damaged_database_is_said_once() {
    let world = World::with("balanced");
    let database = world.path("data/rounds/rounds.db");
    let asked = "SELECT rootpage FROM sqlite_schema WHERE name = 'audit'";
    let audit: usize = Connection::open(&database)
        .and_then(|memory| memory.query_row(asked, [], |row| row.get(0)))
        .unwrap();
    let mut bytes = fs::read(&database).unwrap();
    // It can be opened: only the page of the audit trail makes no sense.
    bytes[(audit - 1) * PAGE..audit * PAGE].fill(0xFF);
    fs::write(&database, bytes).unwrap();
    let rows = rows(&world, &[]);
    is(row(&rows, "database"), "broken", "Restore a backup");
    is(row(&rows, "audit"), "broken", "See `database`.");
    let said = Value::from(rows).to_string().to_lowercase();
    assert_eq!(said.matches("restore a backup").count(), 1, "{said}");
}
