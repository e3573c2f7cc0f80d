//! Nudges on real notification servers: xfce4-notifyd with real clicks, dunst, mako.
//!
//! Each test has a desktop of its own (`common/desktop.rs`) and a small program on it that shows
//! nudges as the daemon does: this same test binary, started again (`common/nudging.rs`).
//! They run where tests/run.sh has made sure that the servers are there.
#![cfg(test)]

#[path = "common/desktop.rs"]
mod desktop;
#[path = "common/nudging.rs"]
mod nudging;

use std::collections::BTreeSet;
use std::time::Duration;

use desktop::{Desktop, allowed, wait_for};
use nudging::{BUTTONS, Program};
use rounds::notify::{Answer, ClosedBy};

/// No person answers a popup faster than this after it came up.
const AT_LEAST_TO_REACT: Duration = Duration::from_millis(300);

fn pressed(key: &str, button: &str) -> Answer {
    let (key, button) = (key.to_owned(), button.to_owned());
    Answer::Button { key, button }
}

fn closed(key: &str, by: ClosedBy) -> Answer {
    let key = key.to_owned();
    Answer::Closed { key, by }
}

// ---- xfce4-notifyd: popups with buttons on an X screen

const XFCE: &str = "/usr/lib/x86_64-linux-gnu/xfce4/notifyd/xfce4-notifyd";

fn xfce() -> (Desktop, Program) {
    let mut desktop = Desktop::x11();
    let mut server = desktop.command(XFCE);
    desktop.start_server(&mut server);
    let program = Program::start(&desktop);
    (desktop, program)
}

/// Windows of popups on the screen, each as x, y, width, height.
fn popups(desktop: &Desktop) -> Vec<[i32; 4]> {
    let found = desktop.run(
        "xdotool",
        &["search", "--onlyvisible", "--class", "xfce4-notifyd"],
    );
    found
        .lines()
        .filter_map(|window| geometry(desktop, window))
        .collect()
}

fn geometry(desktop: &Desktop, window: &str) -> Option<[i32; 4]> {
    let shell = desktop.run("xdotool", &["getwindowgeometry", "--shell", window]);
    let value = |name: &str| {
        let line = shell.lines().find_map(|l| l.strip_prefix(name));
        line?.parse::<i32>().ok()
    };
    let place = [
        value("X=")?,
        value("Y=")?,
        value("WIDTH=")?,
        value("HEIGHT=")?,
    ];
    (place[2] > 50).then_some(place)
}

fn click(desktop: &Desktop, x: i32, y: i32) {
    desktop.run("xdotool", &["mousemove", &x.to_string(), &y.to_string()]);
    // The popup fades in under the pointer and takes no click before.
    std::thread::sleep(AT_LEAST_TO_REACT);
    desktop.run("xdotool", &["click", "1"]);
}

#[test]
fn every_button_can_be_clicked() {
    if !allowed("every_button_can_be_clicked") {
        return;
    }
    let (desktop, mut program) = xfce();
    let mut answers = BTreeSet::new();
    let mut from_right = 30;
    // Along the row of buttons from the right; a click between two puts the popup away.
    loop {
        program.show(
            "break",
            "Time for a break",
            "20 minutes on social media. Rules < notes & \"<b>text</b>\"",
        );
        let [x, y, width, height] = wait_for("the popup", || popups(&desktop).first().copied());
        if from_right == 30 {
            std::thread::sleep(Duration::from_millis(500));
            desktop.picture("notification-xfce.png");
        }
        click(&desktop, x + width - from_right, y + height - 30);
        answers.insert(program.line());
        wait_for("the popup to go", || {
            popups(&desktop).is_empty().then_some(())
        });
        from_right += 30;
        if from_right > width - 20 {
            break;
        }
    }
    for (id, _) in BUTTONS {
        let answer = format!("answer {:?}", pressed("break", id));
        assert!(answers.contains(&answer), "{id} not among {answers:?}");
    }
    program.expect_silence();
}

#[test]
fn a_popup_is_replaced_withdrawn_and_expires() {
    if !allowed("a_popup_is_replaced_withdrawn_and_expires") {
        return;
    }
    let (desktop, mut program) = xfce();
    program.show("limit", "25 of 30 minutes", "");
    program.show("limit", "28 of 30 minutes", "");
    wait_for("the popup", || (!popups(&desktop).is_empty()).then_some(()));
    std::thread::sleep(Duration::from_millis(300));
    assert_eq!(popups(&desktop).len(), 1, "the same key, so one popup");
    program.withdraw("limit");
    wait_for("the popup to go", || {
        popups(&desktop).is_empty().then_some(())
    });
    program.withdraw("limit");
    program.expect_silence();
    program.done(&serde_json::json!(
        {"do": "show", "key": "note", "title": "Posted", "body": "", "stay_ms": 700}));
    program.expect(&closed("note", ClosedBy::Expired));
}

#[test]
fn an_idle_notifier_sleeps_on_one_connection() {
    if !allowed("an_idle_notifier_sleeps_on_one_connection") {
        return;
    }
    let (_desktop, mut program) = xfce();
    let (_, threads, files) = program.footprint();
    program.show("break", "Time for a break", "");
    program.show("limit", "25 of 30 minutes", "");
    std::thread::sleep(Duration::from_secs(1));
    let (before, with_popups, files_with_popups) = program.footprint();
    std::thread::sleep(Duration::from_secs(3));
    let (after, ..) = program.footprint();
    assert_eq!(after - before, 0, "wake-ups while nothing happens");
    assert!(with_popups <= threads, "a thread was made for a popup");
    assert_eq!(
        files_with_popups, files,
        "a connection was made for a popup"
    );
}

// ---- dunst: signals go to the connection that showed the popup, and to no other

fn dunst(desktop: &Desktop) -> std::process::Command {
    let dir = desktop.dir.path().display().to_string();
    let picker = format!("{dir}/picker");
    std::fs::write(
        &picker,
        format!("#!/bin/sh\nexec grep -m1 -F \"$(cat {dir}/pick)\"\n"),
    )
    .unwrap();
    let mode = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    std::fs::set_permissions(&picker, mode).unwrap();
    let rules = format!("[global]\nidle_threshold=0\ndmenu={picker}\n");
    std::fs::write(format!("{dir}/dunstrc"), rules).unwrap();
    let mut command = desktop.command("dunst");
    command.args(["-conf", &format!("{dir}/dunstrc")]);
    command
}

fn pick(desktop: &Desktop, label: &str) {
    std::fs::write(desktop.dir.path().join("pick"), label).unwrap();
    desktop.run("dunstctl", &["context"]);
}

fn shown_by_dunst(desktop: &Desktop) -> String {
    desktop
        .run("dunstctl", &["count", "displayed"])
        .trim()
        .to_owned()
}

#[test]
fn dunst_reports_the_button_that_was_picked() {
    if !allowed("dunst_reports_the_button_that_was_picked") {
        return;
    }
    let mut desktop = Desktop::x11();
    let mut server = dunst(&desktop);
    desktop.start_server(&mut server);
    let mut program = Program::start(&desktop);
    for (id, label) in BUTTONS {
        program.show("break", "Time for a break", "20 minutes & more");
        wait_for("the popup", || {
            (shown_by_dunst(&desktop) == "1").then_some(())
        });
        pick(&desktop, label);
        program.expect(&pressed("break", id));
        wait_for("the popup to go", || {
            (shown_by_dunst(&desktop) == "0").then_some(())
        });
    }
    program.show("break", "Time for a break", "");
    program.show("break", "Time for a break", "said & <b>again</b>");
    wait_for("the popup", || {
        (shown_by_dunst(&desktop) == "1").then_some(())
    });
    desktop.run("dunstctl", &["close"]);
    program.expect(&closed("break", ClosedBy::Person));
    let history = desktop.run("dunstctl", &["history"]);
    let history: serde_json::Value = serde_json::from_str(&history).unwrap();
    let last = &history["data"][0][0];
    let said = |name: &str| last[name]["data"].as_str().unwrap();
    assert_eq!(said("summary"), "Time for a break", "{last:#}");
    // It says that it reads no markup, and reads it.
    assert_eq!(said("body"), "said & ‹b›again‹/b›");
    let message = "<b>Time for a break</b>\nsaid &amp; ‹b›again‹/b›";
    assert_eq!(said("message"), message);
    assert_eq!(said("category"), "x-rounds.break");
    program.expect_silence();
}

#[test]
fn a_server_that_starts_late_dies_and_returns_is_survived() {
    if !allowed("a_server_that_starts_late_dies_and_returns_is_survived") {
        return;
    }
    let mut desktop = Desktop::x11();
    let mut program = Program::start(&desktop);
    program.tell(&serde_json::json!({"do": "show", "key": "break", "title": "t", "body": "b"}));
    let refusal = program.line();
    assert!(
        refusal.starts_with("error no program on this desktop shows"),
        "{refusal}"
    );
    let mut server = dunst(&desktop);
    for _ in 0..2 {
        desktop.start_server(&mut server);
        program.expect(&Answer::ServerAppeared);
        program.show("break", "Time for a break", "");
        wait_for("the popup", || {
            (shown_by_dunst(&desktop) == "1").then_some(())
        });
        desktop.stop_last();
        program.expect(&Answer::ServerGone);
    }
    // Another program's popup gets the number that ours had; closing it is no answer to ours.
    desktop.start_server(&mut server);
    program.expect(&Answer::ServerAppeared);
    let mut other = desktop.command("notify-send");
    desktop.start(other.args(["-t", "0", "another program"]));
    wait_for("the popup", || {
        (shown_by_dunst(&desktop) == "1").then_some(())
    });
    desktop.run("dunstctl", &["close"]);
    program.expect_silence();
}

#[test]
fn a_server_that_the_desktop_starts_on_demand_is_started() {
    if !allowed("a_server_that_the_desktop_starts_on_demand_is_started") {
        return;
    }
    // The bus starts dunst through a script, since the screen is newer than the bus.
    let script = tempfile::tempdir().unwrap();
    let start = script.path().join("start");
    let mut desktop = Desktop::bus_only(Some(&format!("/bin/sh {}", start.display())));
    desktop.add_x11();
    let (_, display) = desktop.env.last().unwrap().clone();
    std::fs::write(&start, format!("DISPLAY={display} exec dunst\n")).unwrap();
    let mut program = Program::start(&desktop);
    program.show("break", "Time for a break", "");
    wait_for("the popup", || {
        (shown_by_dunst(&desktop) == "1").then_some(())
    });
    // Our own doing is no news: the daemon would show everything twice.
    program.expect_silence();
}

// ---- mako: Wayland, and abilities that can be switched off

fn mako(options: &[&str]) -> (Desktop, Program) {
    let mut desktop = Desktop::wayland();
    let mut server = desktop.command_as_nobody("mako");
    server.args(options);
    desktop.start_server(&mut server);
    let program = Program::start(&desktop);
    (desktop, program)
}

/// What mako has on the screen: the newest popup.
fn popup_in_mako(desktop: &Desktop) -> Option<serde_json::Value> {
    let list = desktop.run_as_nobody("makoctl", &["list"]);
    let list: serde_json::Value = serde_json::from_str(&list).ok()?;
    list["data"][0].get(0).cloned()
}

/// The same: id and body.
fn newest_in_mako(desktop: &Desktop) -> Option<(String, String)> {
    let newest = popup_in_mako(desktop)?;
    let body = newest["body"]["data"].as_str()?.to_owned();
    Some((newest["id"]["data"].to_string(), body))
}

#[test]
fn mako_reports_the_button_that_was_invoked() {
    if !allowed("mako_reports_the_button_that_was_invoked") {
        return;
    }
    let (desktop, mut program) = mako(&[]);
    for (id, _) in BUTTONS {
        program.show("break", "Time for a break", "notes & <b>rules</b>");
        let (number, body) = wait_for("the popup", || newest_in_mako(&desktop));
        assert_eq!(body, "notes &amp; &lt;b&gt;rules&lt;/b&gt;");
        desktop.run_as_nobody("makoctl", &["invoke", "-n", &number, id]);
        program.expect(&pressed("break", id));
        wait_for("the popup to go", || {
            newest_in_mako(&desktop).is_none().then_some(())
        });
    }
    program.show("break", "Time for a break", "");
    program.show("limit", "25 of 30 minutes", "");
    desktop.run_as_nobody("makoctl", &["dismiss", "--all"]);
    let mut answers = [program.line(), program.line()];
    answers.sort();
    let by = ClosedBy::Person;
    assert_eq!(
        answers,
        ["break", "limit"].map(|key| format!("answer {:?}", closed(key, by)))
    );
}

/// Topics of nudges, with their categories and icons.
const KINDS: [(&str, &str, &str); 4] = [
    ("break", "x-rounds.break", "appointment-soon"),
    ("limit", "x-rounds.limit", "dialog-information"),
    ("post", "x-rounds.post", "mail-send"),
    ("trouble", "x-rounds.trouble", "dialog-warning"),
];

#[test]
fn icon_and_category_arrive_and_three_buttons_at_most() {
    if !allowed("icon_and_category_arrive_and_three_buttons_at_most") {
        return;
    }
    let (desktop, mut program) = mako(&[]);
    for (topic, category, icon) in KINDS {
        let nudge = serde_json::json!({"do": "show", "key": topic, "title": "A <title>",
            "body": "b", "topic": topic, "many": true});
        program.done(&nudge);
        let popup = wait_for("the popup", || {
            popup_in_mako(&desktop).filter(|p| p["category"]["data"] == category)
        });
        let said = |name: &str| popup[name]["data"].clone();
        assert_eq!(said("app-name"), "rounds");
        assert_eq!(said("app-icon"), icon, "{popup:#}");
        assert_eq!(said("summary"), "A <title>", "a title is never markup");
        let actions = popup["actions"]["data"].as_object().unwrap();
        let labels: BTreeSet<_> = actions
            .values()
            .map(|label| label.as_str().unwrap())
            .collect();
        assert_eq!(labels, BUTTONS.map(|(_, label)| label).into());
        program.withdraw(topic);
    }
}

#[test]
fn a_server_without_buttons_and_markup_gets_commands_as_plain_text() {
    if !allowed("a_server_without_buttons_and_markup_gets_commands_as_plain_text") {
        return;
    }
    let (desktop, mut program) = mako(&["--actions", "0", "--markup", "0"]);
    program.show("break", "Time for a break", "1 < 2 & <b>3</b>");
    let (_, body) = wait_for("the popup", || newest_in_mako(&desktop));
    assert_eq!(
        body,
        "1 ‹ 2 & ‹b›3‹/b›\nTake the break: rounds break take\n\
         In 5 minutes: rounds break later\nSkip: rounds break skip"
    );
    program.tell(&serde_json::json!({"do": "server"}));
    let server = program.line();
    assert!(server.starts_with("answer mako [\"body\""), "{server}");
    assert!(!server.contains("actions"), "{server}");
}

#[test]
fn without_a_session_bus_the_error_says_what_to_do() {
    if !allowed("without_a_session_bus_the_error_says_what_to_do") {
        return;
    }
    let mut desktop = Desktop::bus_only(None);
    desktop.set("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent/bus");
    let program = Program::spawn(&desktop);
    let error = program.line();
    assert!(
        error.contains("there is no desktop session here"),
        "{error}"
    );
    assert!(error.contains("within your desktop session"), "{error}");
    assert!(!error.contains("unix:path"), "{error}");
}

/// Who comes second waits for the first to end; until then a person should know.
#[tokio::test]
async fn two_servers_are_told_by_doctor() {
    if !allowed("two_servers_are_told_by_doctor") {
        return;
    }
    let mut desktop = Desktop::x11();
    let mut server = dunst(&desktop);
    desktop.start_server(&mut server);
    let about = |desktop: &Desktop, topic: &str| {
        let said = desktop.run(env!("CARGO_BIN_EXE_rounds"), &["--json", "doctor"]);
        let said: serde_json::Value = serde_json::from_str(&said).unwrap();
        let rows = said["rows"].as_array().unwrap().iter();
        let mut about = rows.filter(|row| row["topic"] == topic);
        about.next().unwrap().clone()
    };
    let told = |desktop: &Desktop| about(desktop, "notifications");
    for (topic, words) in [
        ("display", "X11, :"),
        ("window", "Openbox tells which one is in front"),
        ("idle", "IDLETIME"),
        ("notifications", "dunst 1"),
    ] {
        let row = about(&desktop, topic);
        assert_eq!(row["state"], "works", "{row}");
        assert!(row["what"].as_str().unwrap().contains(words), "{row}");
    }
    let bus = |(name, _): &&(String, String)| name == "DBUS_SESSION_BUS_ADDRESS";
    let address = desktop.env.iter().find(bus).unwrap().1.clone();
    let second = zbus::connection::Builder::address(address.as_str());
    let second = second.unwrap().build().await.unwrap();
    let waits = zbus::fdo::RequestNameFlags::AllowReplacement.into();
    let name = "org.freedesktop.Notifications";
    second.request_name_with_flags(name, waits).await.unwrap();
    let both = told(&desktop);
    assert_eq!(both["state"], "caveat", "{both}");
    assert!(both["what"].as_str().unwrap().contains("Another program"));
}
