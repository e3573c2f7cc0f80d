//! What becomes of a question when the daemon ends before it was answered, or had no desktop to ask
//! on, and when its reason goes while it is on the screen.

use std::fs;

use rustix::process::{Pid, Signal, kill_process};

use super::desktop::{Desktop, Running, allowed, wait_for};
use super::fakes::Fakes;
use super::rounds_program::Rounds;
use super::{Scene, TEXT, bus, daemon, scene};

/// Ends the daemon as the service does, and waits for its end.
fn stop(mut daemon: Running) {
    let pid = i32::try_from(daemon.0.id()).unwrap();
    kill_process(Pid::from_raw(pid).unwrap(), Signal::TERM).unwrap();
    wait_for("the daemon's end", || daemon.0.try_wait().unwrap());
}

/// A folder to publish into, and posts that miss their time soon.
fn with_blog(scene: &Scene) -> &Rounds {
    let home = scene.desktop.dir.path().join("home");
    let plan = home.join(".config/rounds/plan.toml");
    let text = fs::read_to_string(&plan).unwrap();
    let text = text.replace("[posting]\n", "[posting]\nlate_after = \"1s\"\n");
    fs::write(&plan, text).unwrap();
    let rounds = &scene.rounds;
    rounds.json(&[
        "account",
        "add",
        "blog",
        "--platform",
        "folder",
        "--path",
        "~/blog",
    ]);
    rounds
}

fn unanswered(rounds: &Rounds) -> String {
    let added = rounds.json(&["post", "add", TEXT, "--to", "blog", "--at", "in 1s"]);
    added["posts"][0]["id"].as_str().unwrap().to_owned()
}

#[test]
fn a_daemon_that_starts_again_asks_about_what_still_waits() {
    if !allowed("a_daemon_that_starts_again_asks_about_what_still_waits") {
        return;
    }
    let scene = scene("x", Some(0));
    let handed_off = scene.rounds.post(TEXT, "x");
    let ready = scene.fakes.popup("Time to post on x");
    let id = unanswered(with_blog(&scene));
    let missed = scene.fakes.popup("missed its time");
    stop(scene.daemon);
    scene.fakes.withdrawn(missed.id);
    let _daemon = daemon(&scene.rounds);
    let mut again = [scene.fakes.popup(""), scene.fakes.popup("")];
    again.sort_by_key(|popup| popup.title.contains("Time to post"));
    for (now, before, post) in [(&again[0], &missed, &id), (&again[1], &ready, &handed_off)] {
        assert_eq!(now.title, before.title);
        assert_eq!(now.buttons, before.buttons);
        assert!(now.body.contains(post), "{now:?}");
    }
    // Its buttons work, and nothing is asked twice.
    scene.fakes.press(again[0].id, "cancel");
    wait_for("the post to be cancelled", || {
        (scene.rounds.state(&id) == "cancelled").then_some(())
    });
    assert_eq!(scene.fakes.all().len(), 4, "{:#?}", scene.fakes.all());
}

#[test]
fn what_came_due_without_a_desktop_is_asked_once_there_is_one() {
    if !allowed("what_came_due_without_a_desktop_is_asked_once_there_is_one") {
        return;
    }
    let mut desktop = Desktop::bus_only(None);
    let there = bus(&desktop);
    let dir = desktop.dir.path().to_str().unwrap().to_owned();
    desktop.set("XDG_RUNTIME_DIR", &dir);
    desktop.set("ROUNDS_SENSORS_USE", "off");
    desktop.set("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent/bus");
    let mut rounds = Rounds {
        env: desktop.env.clone(),
    };
    rounds.begin();
    rounds.json(&["account", "add", "x", "--platform", "handoff"]);
    let without = daemon(&rounds);
    let id = rounds.post(TEXT, "x");
    wait_for("the post's time", || {
        (rounds.state(&id) == "handed-off").then_some(())
    });
    stop(without);
    let fakes = Fakes::start(&there, None);
    desktop.set("DBUS_SESSION_BUS_ADDRESS", &there);
    rounds.env = desktop.env.clone();
    let _daemon = daemon(&rounds);
    let asked = fakes.popup("Time to post on x");
    assert_eq!(asked.buttons, ["open", "posted", "later"]);
    assert!(asked.body.contains(&id), "{asked:?}");
}

#[test]
fn a_question_goes_off_the_screen_with_its_reason() {
    if !allowed("a_question_goes_off_the_screen_with_its_reason") {
        return;
    }
    let scene = scene("x", Some(0));
    let id = scene.rounds.post(TEXT, "x");
    let ready = scene.fakes.popup("Time to post on x");
    scene.rounds.json(&["post", "resolve", &id, "published"]);
    scene.fakes.withdrawn(ready.id);
    let id = unanswered(with_blog(&scene));
    let missed = scene.fakes.popup("missed its time");
    scene.rounds.json(&["post", "cancel", &id]);
    scene.fakes.withdrawn(missed.id);
}
