//! Sleep and locked screens as python3-dbusmock's logind tells them, on a bus of the test's own. No
//! machine really sleeps here.
#![cfg(test)]

#[path = "common/desktop.rs"]
#[expect(dead_code, reason = "other tests use the rest of the desktop")]
mod desktop;

#[path = "common/rounds.rs"]
#[expect(dead_code, reason = "hand-off tests use the rest of it")]
mod rounds_program;

use std::time::Duration;

use desktop::{Desktop, allowed, wait_for};
use rounds::sensors::Observation;
use rounds::sensors::logind::{Seen, run};
use rounds_program::Rounds;
use tokio::sync::mpsc::{Receiver, channel};
use zbus::Connection;
use zbus::zvariant::{OwnedObjectPath, Value};

const NAME: &str = "org.freedesktop.login1";
const MOCK: &str = "org.freedesktop.DBus.Mock";
const PYTHON: &str = "/usr/bin/python3";

/// A bus with a mocked logind on it, where one session of this account is open.
async fn logind(desktop: &mut Desktop) -> (Connection, OwnedObjectPath) {
    let bus = desktop
        .env
        .iter()
        .find(|(k, _)| k == "DBUS_SESSION_BUS_ADDRESS");
    let address = bus.unwrap().1.clone();
    desktop.set("DBUS_SYSTEM_BUS_ADDRESS", &address);
    let mut mock = desktop.command(PYTHON);
    mock.args(["-m", "dbusmock", "--system", "--template", "logind"]);
    desktop.start(&mut mock);
    let connection = zbus::connection::Builder::address(address.as_str());
    let connection = connection.unwrap().build().await.unwrap();
    wait_for("the mocked logind", || {
        let owners = [
            "--session",
            "--print-reply",
            "--dest=org.freedesktop.DBus",
            "/",
        ];
        let question = [
            "org.freedesktop.DBus.NameHasOwner",
            "string:org.freedesktop.login1",
        ];
        let said = desktop.run("dbus-send", &[owners.as_slice(), &question].concat());
        said.contains("true").then_some(())
    });
    let user = rustix::process::getuid().as_raw();
    let session = ("c1", "seat0", user, "somebody", true);
    let path = "/org/freedesktop/login1";
    let added = connection.call_method(Some(NAME), path, Some(MOCK), "AddSession", &session);
    let session: String = match added.await.unwrap().body().deserialize::<OwnedObjectPath>() {
        Ok(path) => path.to_string(),
        Err(_) => "/org/freedesktop/login1/session/c1".to_owned(),
    };
    (connection, session.try_into().unwrap())
}

/// Whether the mocked logind can be had; says so if not.
fn has_mock(test: &str) -> bool {
    let asked = std::process::Command::new(PYTHON)
        .args(["-c", "import dbusmock"])
        .status();
    let has = asked.is_ok_and(|status| status.success());
    if !has {
        println!("{test}: needs python3-dbusmock");
    }
    has
}

async fn tell(bus: &Connection, path: &str, interface: &str, signal: &str, value: Option<bool>) {
    let values: Vec<Value<'_>> = value.map(Value::from).into_iter().collect();
    let kind = if value.is_some() { "b" } else { "" };
    let words = (interface, signal, kind, values);
    let told = bus.call_method(Some(NAME), path, Some(MOCK), "EmitSignal", &words);
    told.await.unwrap();
}

async fn inhibitors(bus: &Connection) -> usize {
    let manager = "org.freedesktop.login1.Manager";
    let path = "/org/freedesktop/login1";
    let asked = bus.call_method(Some(NAME), path, Some(manager), "ListInhibitors", &());
    let answer = asked.await.unwrap();
    let list: Vec<(String, String, String, String, u32, u32)> =
        answer.body().deserialize().unwrap();
    list.len()
}

async fn until_inhibitors(bus: &Connection, wanted: usize) {
    for _ in 0..400 {
        if inhibitors(bus).await == wanted {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("never {wanted} inhibitors");
}

async fn next(seen: &mut Receiver<Seen>) -> Seen {
    let next = tokio::time::timeout(Duration::from_secs(20), seen.recv());
    next.await.expect("nothing was told").expect("it watches")
}

async fn observed(seen: &mut Receiver<Seen>) -> Observation {
    match next(seen).await {
        Seen::Observed(observation) => observation,
        Seen::Sleeping(_) => panic!("sleep"),
    }
}

#[tokio::test]
async fn sleep_waits_for_the_last_span_and_a_locked_screen_is_absence() {
    if !allowed("sleep_waits_for_the_last_span_and_a_locked_screen_is_absence") {
        return;
    }
    if !has_mock("sleep_waits_for_the_last_span_and_a_locked_screen_is_absence") {
        return;
    }
    let mut desktop = Desktop::bus_only(None);
    let (bus, session) = logind(&mut desktop).await;
    let (sender, mut seen) = channel(8);
    let own = bus.clone();
    let watching = tokio::spawn(async move { run(&own, &sender).await });
    until_inhibitors(&bus, 1).await;
    let (manager, path) = ("org.freedesktop.login1.Manager", "/org/freedesktop/login1");
    tell(&bus, path, manager, "PrepareForSleep", Some(true)).await;
    let Seen::Sleeping(written) = next(&mut seen).await else {
        panic!("no sleep");
    };
    assert_eq!(inhibitors(&bus).await, 1, "not before the span is written");
    written.send(()).unwrap();
    until_inhibitors(&bus, 0).await;
    tell(&bus, path, manager, "PrepareForSleep", Some(false)).await;
    assert_eq!(observed(&mut seen).await, Observation::Resumed);
    until_inhibitors(&bus, 1).await;
    let interface = "org.freedesktop.login1.Session";
    tell(&bus, session.as_str(), interface, "Lock", None).await;
    assert_eq!(
        observed(&mut seen).await,
        Observation::Locked { locked: true }
    );
    tell(&bus, session.as_str(), interface, "Unlock", None).await;
    assert_eq!(
        observed(&mut seen).await,
        Observation::Locked { locked: false }
    );
    // What lockers set; it is what `loginctl` shows.
    for locked in [true, false] {
        let set = bus.call_method(
            Some(NAME),
            &session,
            Some(interface),
            "SetLockedHint",
            &locked,
        );
        set.await.unwrap();
        assert_eq!(observed(&mut seen).await, Observation::Locked { locked });
    }
    watching.abort();
}

/// The whole program: what was measured is on the disk before the machine may sleep, and neither
/// sleep nor a locked screen counts.
#[tokio::test]
async fn the_daemon_writes_its_last_span_and_counts_neither_sleep_nor_a_locked_screen() {
    let name = "the_daemon_writes_its_last_span_and_counts_neither_sleep_nor_a_locked_screen";
    if !allowed(name) || !has_mock(name) {
        return;
    }
    let mut desktop = Desktop::bus_only(None);
    let (bus, session) = logind(&mut desktop).await;
    let dir = desktop.dir.path().to_str().unwrap().to_owned();
    desktop.set("XDG_RUNTIME_DIR", &dir);
    desktop.set("ROUNDS_SENSORS_USE", "off");
    let rounds = Rounds {
        env: desktop.env.clone(),
    };
    rounds.begin();
    desktop.start(rounds.command().arg("daemon"));
    until_inhibitors(&bus, 1).await;
    rounds.json(&["focus", "write"]);
    let counts = || rounds.json(&["status"])["usage"]["current"].is_object();
    let written = || {
        let report = rounds.json(&["time", "report", "--from", "today", "--by", "activity"]);
        report["total_s"].as_u64().unwrap()
    };
    wait_for("a second of writing", || (written() >= 1).then_some(()));
    let (manager, path) = ("org.freedesktop.login1.Manager", "/org/freedesktop/login1");
    tell(&bus, path, manager, "PrepareForSleep", Some(true)).await;
    until_inhibitors(&bus, 0).await;
    // Given back: the span is written, as another program reads it.
    let database = format!("{dir}/home/.local/share/rounds/rounds.db");
    let last = rounds::store::Store::open(std::path::Path::new(&database)).unwrap();
    let whole = (jiff::Timestamp::MIN, jiff::Timestamp::MAX);
    let days = (jiff::civil::Date::MIN, jiff::civil::Date::MAX);
    let kept = last.usage(whole, days).unwrap().intervals;
    let time = |i: &rounds::attention::usage::Interval| i.until.duration_since(i.from).as_secs();
    assert!(kept.iter().map(time).sum::<i64>() >= 1, "{kept:?}");
    assert!(!counts());
    let before = written();
    tokio::time::sleep(Duration::from_millis(1200)).await;
    assert_eq!(written(), before, "sleep was counted");
    tell(&bus, path, manager, "PrepareForSleep", Some(false)).await;
    wait_for("writing again", || counts().then_some(()));
    let interface = "org.freedesktop.login1.Session";
    for locked in [true, false] {
        let hint = bus.call_method(
            Some(NAME),
            &session,
            Some(interface),
            "SetLockedHint",
            &locked,
        );
        hint.await.unwrap();
        wait_for("the lock", || (counts() != locked).then_some(()));
    }
}

#[tokio::test]
async fn a_screen_that_is_locked_already_is_seen_at_the_start() {
    let name = "a_screen_that_is_locked_already_is_seen_at_the_start";
    if !allowed(name) || !has_mock(name) {
        return;
    }
    let mut desktop = Desktop::bus_only(None);
    let (bus, session) = logind(&mut desktop).await;
    let interface = "org.freedesktop.login1.Session";
    let set = bus.call_method(
        Some(NAME),
        &session,
        Some(interface),
        "SetLockedHint",
        &true,
    );
    set.await.unwrap();
    let (sender, mut seen) = channel(8);
    let own = bus.clone();
    let watching = tokio::spawn(async move { run(&own, &sender).await });
    let locked = Observation::Locked { locked: true };
    assert_eq!(observed(&mut seen).await, locked);
    watching.abort();
}
