//! What machines do to a daemon: a full disk, a clock that is set, a zone with two times a year,
//! and the silence that it owes a battery.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::home::{Daemon, Home, until};

const AT_ONCE: &str = "cooling_off = \"0s\"\nlate_after = \"30m\"";
const FAKETIME: &str = "/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1";

/// Whether tests/run.sh allowed this test; says so if not.
fn allowed(test: &str) -> bool {
    let yes = std::env::var_os("ROUNDS_DESKTOP").is_some_and(|on| on == "1");
    if !yes {
        println!("{test}: needs tests/run.sh");
    }
    yes
}

/// The daemon with a clock that the file `clock` in its home sets.
fn daemon_with_clock(home: &Home) -> Daemon {
    set_clock(home, "+0");
    let mut command = home.command(&["daemon"]);
    command
        .env("LD_PRELOAD", FAKETIME)
        .env("FAKETIME_TIMESTAMP_FILE", home.dir.path().join("clock"))
        .env("FAKETIME_NO_CACHE", "1")
        .env("FAKETIME_DONT_FAKE_MONOTONIC", "1");
    home.daemon_by(&mut command)
}

fn set_clock(home: &Home, offset: &str) {
    fs::write(home.dir.path().join("clock"), offset).unwrap();
}

#[test]
fn a_clock_set_forward_makes_posts_missed_instead_of_sending_them() {
    if !allowed("a_clock_set_forward_makes_posts_missed_instead_of_sending_them") {
        return;
    }
    let home = Home::with_blog(AT_ONCE);
    let _daemon = daemon_with_clock(&home);
    let id = home.queue("Wash your hands.", "in 1h");
    let near = home.queue("Sleep well.", "in 100m");
    set_clock(&home, "+5700");
    // Whatever comes next lets the daemon see it: 35 minutes after the first, 5 before the second.
    home.status();
    let missed = home.until_state(&id, "missed");
    assert_eq!(missed["holds"][0]["kind"], "late", "{missed:#}");
    assert_eq!(home.post(&near)["state"], "queued");
    assert_eq!(home.published(), Vec::<String>::new());
    assert_eq!(home.status()["posts"]["missed"], 1);
    home.intact();
}

/// What the kernel answers to whoever waits on a timer while somebody sets the clock. Nothing else
/// wakes the daemon here: it is asked nothing, and its deadline is an hour away.
#[test]
fn a_timer_cancelled_by_a_set_clock_makes_the_daemon_look() {
    if !allowed("a_timer_cancelled_by_a_set_clock_makes_the_daemon_look") {
        return;
    }
    let home = Home::with_blog(AT_ONCE);
    let daemon = daemon_with_clock(&home);
    let id = home.queue("Wash your hands.", "in 1h");
    set_clock(&home, "+5700");
    assert_eq!(home.post(&id)["state"], "queued");
    let mut strace = Command::new("strace");
    strace.args([
        "-f",
        "-qq",
        "-e",
        "trace=read",
        "-P",
        "anon_inode:[timerfd]",
    ]);
    strace.args(["-e", "inject=read:error=ECANCELED:when=1", "-p"]);
    strace.arg(daemon.pid().to_string());
    strace.stderr(std::process::Stdio::null());
    let mut strace = strace.spawn().unwrap();
    let missed = home.until_state(&id, "missed");
    assert_eq!(missed["holds"][0]["kind"], "late", "{missed:#}");
    assert_eq!(home.published(), Vec::<String>::new());
    let _ = strace.kill();
    let _ = strace.wait();
    // It waits on: the next deadline, by the daemon's clock in four seconds, is kept.
    let next = home.queue("Sleep well.", "in 5704s");
    home.until_state(&next, "published");
    assert!(daemon.stop().success());
}

#[test]
fn a_clock_set_back_sends_nothing_twice() {
    if !allowed("a_clock_set_back_sends_nothing_twice") {
        return;
    }
    let home = Home::with_blog(AT_ONCE);
    let daemon = daemon_with_clock(&home);
    let id = home.queue("Wash your hands.", "in 2s");
    home.until_state(&id, "published");
    set_clock(&home, "-7200");
    home.status();
    set_clock(&home, "+60");
    home.status();
    let witness = home.queue("Sleep well.", "in 2s");
    home.until_state(&witness, "published");
    assert_eq!(home.published().len(), 2, "{:?}", home.published());
    assert!(daemon.stop().success());
    home.intact();
}

#[test]
fn times_are_meant_in_the_plans_zone_on_both_sides_of_a_change() {
    if !allowed("times_are_meant_in_the_plans_zone_on_both_sides_of_a_change") {
        return;
    }
    let home = Home::with_blog(AT_ONCE);
    let plan = fs::read_to_string(home.plan()).unwrap();
    home.write_plan(&plan.replace("\"UTC\"", "\"Europe/London\""));
    let _daemon = home.daemon();
    // The clocks go forward on 28 March 2027 at one, and back on 31 October 2027 at two.
    for (said, meant) in [
        ("2027-03-27 08:00", "2027-03-27T08:00:00+00:00"),
        ("2027-03-28 01:30", "2027-03-28T02:00:00+01:00"),
        ("2027-03-28 08:00", "2027-03-28T08:00:00+01:00"),
        ("2027-10-31 01:30", "2027-10-31T01:30:00+01:00"),
        ("2027-10-31 08:00", "2027-10-31T08:00:00+00:00"),
    ] {
        let id = home.add("Wash your hands.", said, &[]);
        assert_eq!(home.post(&id)["due_at"], meant, "{said}");
    }
}

/// A small file system, gone with the test.
struct Small<'d>(&'d Path);

impl<'d> Small<'d> {
    fn mount(at: &'d Path) -> Self {
        fs::create_dir_all(at).unwrap();
        let mut mount = Command::new("mount");
        mount
            .args(["-t", "tmpfs", "-o", "size=1m,mode=0700", "tmpfs"])
            .arg(at);
        assert!(mount.status().unwrap().success());
        Self(at)
    }
}

impl Drop for Small<'_> {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(self.0).status();
    }
}

/// Folders that are mounted for reading only until the value goes.
struct ReadOnly(Vec<PathBuf>);

impl ReadOnly {
    fn mount(folders: &[PathBuf]) -> Self {
        let mut mounted = Self(Vec::new());
        for folder in folders {
            let run = |options: &[&str]| {
                let mut mount = Command::new("mount");
                assert!(mount.args(options).arg(folder).status().unwrap().success());
            };
            run(&["--bind", &folder.display().to_string()]);
            mounted.0.push(folder.clone());
            run(&["-o", "remount,ro,bind"]);
        }
        mounted
    }
}

impl Drop for ReadOnly {
    fn drop(&mut self) {
        for folder in &self.0 {
            let _ = Command::new("umount").arg("-l").arg(folder).status();
        }
    }
}

#[test]
fn a_home_that_is_mounted_for_reading_only_is_told_and_loses_nothing() {
    let name = "a_home_that_is_mounted_for_reading_only_is_told_and_loses_nothing";
    if !allowed(name) {
        return;
    }
    if !rustix::process::getuid().is_root() {
        println!("{name}: needs root");
        return;
    }
    let home = Home::with_blog(AT_ONCE);
    let id = home.queue("Wash your hands.", "in 1h");
    let folders = ["home", "config", "data"].map(|name| home.dir.path().join(name));
    let database = home.data().join("rounds.db");
    let files = || [&database, &home.plan()].map(|file| fs::read(file).unwrap());
    let before = files();
    let read_only = ReadOnly::mount(&folders);
    for command in [
        &["status"][..],
        &["post", "list"],
        &[
            "post",
            "add",
            "Sleep well.",
            "--to",
            "blog",
            "--at",
            "in 2h",
        ],
        &["post", "cancel", &id],
        &["limit", "set", "x", "15m", "per", "day"],
        &["time", "log", "15m", "--site", "x"],
        &["up"],
        &["daemon"],
    ] {
        let ran = home.run(command);
        assert_eq!(ran.code, Some(1), "{command:?} {ran:?}");
        assert!(
            ran.err.contains("mounted for reading only"),
            "{command:?} {ran:?}"
        );
        assert!(ran.err.contains("rounds.db"), "{command:?} {ran:?}");
    }
    let doctor = home.run(&["--json", "doctor"]);
    assert_eq!(doctor.code, Some(1), "{doctor:?}");
    let doctor: serde_json::Value = serde_json::from_str(&doctor.out).unwrap();
    for topic in ["database", "disk space"] {
        let mut rows = doctor["rows"].as_array().unwrap().iter();
        let row = rows.find(|row| row["topic"] == topic).unwrap();
        assert_eq!(row["state"], "broken", "{row}");
        assert!(
            row["what"].as_str().unwrap().contains("reading only"),
            "{row}"
        );
    }
    assert_eq!(files(), before);
    drop(read_only);
    assert_eq!(files(), before);
    let daemon = home.daemon();
    assert_eq!(home.post(&id)["state"], "queued");
    assert_eq!(
        home.json(&["post", "list"])["posts"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
    home.intact();
    assert!(daemon.stop().success());
}

#[test]
fn a_newcomers_home_that_is_mounted_for_reading_only_is_told() {
    let name = "a_newcomers_home_that_is_mounted_for_reading_only_is_told";
    if !allowed(name) || !rustix::process::getuid().is_root() {
        println!("{name}: needs root");
        return;
    }
    let home = Home::empty();
    let folders = ["config", "data"].map(|name| home.dir.path().join(name));
    for folder in &folders {
        fs::create_dir(folder).unwrap();
    }
    let _read_only = ReadOnly::mount(&folders);
    for command in ["up", "init"] {
        let ran = home.run(&[command]);
        assert_eq!(ran.code, Some(1), "{ran:?}");
        assert!(ran.err.contains("Read-only file system"), "{ran:?}");
    }
}

#[test]
fn a_full_disk_is_told_loses_nothing_and_is_over_when_there_is_room() {
    if !allowed("a_full_disk_is_told_loses_nothing_and_is_over_when_there_is_room") {
        return;
    }
    if !rustix::process::getuid().is_root() {
        println!("a_full_disk_is_told_loses_nothing_and_is_over_when_there_is_room: needs root");
        return;
    }
    let home = Home::with_blog(AT_ONCE);
    let data = home.data();
    fs::remove_dir_all(&data).unwrap();
    let _small = Small::mount(&data);
    let daemon = home.daemon();
    let kept = home.queue("Wash your hands.", "in 1h");
    let soon = home.queue("Sleep well.", "in 4s");
    let ballast = data.join("ballast");
    while let Ok(mut file) = fs::OpenOptions::new()
        .create(true)
        .append(true)
        .open(&ballast)
    {
        if std::io::Write::write_all(&mut file, &[0; 4096]).is_err() {
            break;
        }
    }
    let ran = home.run(&["post", "add", &"Too long. ".repeat(900), "--to", "blog"]);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    assert!(ran.err.contains("full"), "{ran:?}");
    assert_eq!(home.post(&kept)["state"], "queued");
    until("the due time", || {
        let status = home.run(&["--json", "status"]);
        let told = status.out.contains("full") || home.said().contains("full");
        (told || !home.published().is_empty()).then_some(())
    });
    fs::remove_file(&ballast).unwrap();
    home.until_state(&soon, "published");
    assert_eq!(home.published().len(), 1, "{:?}", home.published());
    assert!(daemon.stop().success());
    home.intact();
    assert_eq!(home.post(&kept)["state"], "queued");
}
