//! The daemon as a person meets it: started, told things, stopped, killed, and what stands then.
//!
//! Needs nothing but the program itself: no desktop, no bus.

use std::fs;
use std::os::unix::fs::{FileExt, MetadataExt};

use crate::home::{ANSWERS, Home, until};
use rustix::process::Signal;
use serde_json::Value;

/// No pause between the last answer and publishing.
const AT_ONCE: &str = "cooling_off = \"0s\"\nlate_after = \"30m\"";
/// The same, and whatever is more than two seconds late is asked about.
const STRICT: &str = "cooling_off = \"0s\"\nlate_after = \"2s\"";

fn troubles(status: &Value) -> String {
    status["daemon"]["troubles"].to_string()
}

fn limit_of(status: &Value, of: &str) -> Value {
    let limits = status["limits"].as_array().unwrap();
    let found = limits.iter().find(|limit| limit["of"] == of);
    found.map_or(Value::Null, |limit| limit["limit_s"].clone())
}

#[test]
fn up_sets_up_says_what_it_sees_and_a_second_one_points_at_it() {
    let home = Home::empty();
    let daemon = home.start(&mut home.command(&["up", "--preset", "lin"]));
    until("what it sees", || {
        let said = home.said();
        (said.contains("rounds is running") && said.contains("rounds status")).then_some(())
    });
    assert!(home.said().contains("Sensors are off"), "{}", home.said());
    assert!(
        home.said().contains("no desktop session"),
        "{}",
        home.said()
    );
    let told = home.ok(&["status"]);
    assert!(told.contains("there is no desktop session here"), "{told}");
    // A clinician reads it: which address was tried is for the log.
    for told in [told, home.said()] {
        for detail in ["unix:path", "os error"] {
            assert!(!told.contains(detail), "{told}");
        }
    }
    let status = home.status();
    assert_eq!(status["daemon"]["pid"], daemon.pid());
    let again = home.run(&["up"]);
    assert_eq!(again.code, Some(0), "{again:?}");
    assert!(again.out.contains("running already"), "{again:?}");
    let second = home.run(&["daemon"]);
    assert_eq!(second.code, Some(1), "{second:?}");
    assert!(second.err.contains("running already"), "{second:?}");
    assert_eq!(home.status()["daemon"]["pid"], daemon.pid());
}

#[test]
fn up_beside_a_daemon_that_is_still_starting_is_no_error() {
    let home = Home::with_blog(AT_ONCE);
    let _first = home.start(&mut home.command(&["daemon"]));
    until("the lock", || {
        home.data().join("daemon.lock").exists().then_some(())
    });
    let second = home.run(&["up"]);
    assert_eq!(second.code, Some(0), "{second:?}");
    assert!(second.out.contains("running already"), "{second:?}");
}

#[test]
fn the_socket_and_the_files_are_the_owners_alone() {
    let home = Home::with_blog(AT_ONCE);
    let _daemon = home.daemon();
    let mode = |path: &std::path::Path| fs::metadata(path).unwrap().mode() & 0o777;
    let run = home.dir.path().join("run/rounds");
    let socket = fs::read_dir(run).unwrap().flatten().next().unwrap();
    assert_eq!(mode(&socket.path()), 0o600);
    assert_eq!(mode(&home.data()), 0o700);
    for file in ["rounds.db", "audit.head", "daemon.lock"] {
        let path = home.data().join(file);
        if path.exists() {
            assert_eq!(mode(&path), 0o600, "{file}");
        }
    }
}

#[test]
fn sigterm_ends_it_and_a_command_that_comes_then_is_not_lost() {
    let home = Home::with_blog(AT_ONCE);
    let daemon = home.daemon();
    let id = home.queue("Wash your hands.", "in 1h");
    assert!(daemon.stop().success());
    let status = home.status();
    assert_eq!(status["daemon"]["running"], false);
    assert_eq!(home.post(&id)["state"], "queued");
    let run = home.dir.path().join("run/rounds");
    assert_eq!(fs::read_dir(run).unwrap().count(), 0, "the socket is gone");
    home.intact();
    let again = home.daemon();
    again.signal(Signal::INT);
    assert!(again.stop().success());
}

#[test]
fn a_limit_by_command_is_there_at_once_with_and_without_the_daemon() {
    let home = Home::with_blog(AT_ONCE);
    home.ok(&["limit", "set", "x", "15m", "per", "day"]);
    assert_eq!(limit_of(&home.status(), "x"), 900);
    let _daemon = home.daemon();
    home.ok(&["limit", "set", "x", "20m", "per", "day"]);
    home.ok(&["limit", "set", "all", "4h", "per", "week"]);
    let status = home.status();
    assert_eq!(limit_of(&status, "x"), 1200);
    assert_eq!(limit_of(&status, "all"), 4 * 3600);
    assert_eq!(troubles(&status), troubles(&home.status()));
}

#[test]
fn a_plan_edited_by_hand_is_taken_up_and_a_bad_one_leaves_the_old_in_force() {
    let home = Home::with_blog("cooling_off = \"0s\"\nlate_after = \"1h\"");
    let _daemon = home.daemon();
    let good = fs::read_to_string(home.plan()).unwrap();
    // Held by nothing but a cooling-off: the daemon shows which plan it has by when it sends.
    let id = home.queue("Wash your hands.", "in 1h");
    let bad = good.replace("04:00\"\n\n[quiet]", "25:99\"\n\n[quiet]");
    assert_ne!(bad, good);
    home.write_plan(&bad);
    let said = until("the complaint", || {
        let ran = home.run(&["--json", "status"]);
        // The command itself cannot read the plan either and says where.
        (ran.code == Some(2)).then_some(ran.err)
    });
    for part in ["plan.toml", "\"line\":2", "day_starts"] {
        assert!(said.contains(part), "{part} not in {said}");
    }
    until("the daemon's complaint", || {
        let log = home.said();
        let told = log.contains("plan.toml:2") && log.contains("day_starts");
        (told && log.contains("former plan stays in force")).then_some(())
    });
    // The daemon lives, and takes up the next good one without a restart.
    home.write_plan(&good.replace("late_after = \"1h\"", "late_after = \"2h\""));
    until("the good plan", || {
        let status = home.status();
        (!troubles(&status).contains("plan.toml")).then_some(())
    });
    assert_eq!(home.post(&id)["state"], "queued");
}

#[test]
fn editors_that_replace_the_file_are_noticed_and_sighup_reads_anew() {
    let home = Home::with_blog(AT_ONCE);
    let daemon = home.daemon();
    let id = home.queue("Wash your hands.", "in 1h");
    let text = fs::read_to_string(home.plan()).unwrap();
    let without = text.split("[[accounts]]").next().unwrap();
    // Written beside and renamed, as editors do.
    let beside = home.plan().with_extension("toml~");
    fs::write(&beside, without).unwrap();
    fs::rename(&beside, home.plan()).unwrap();
    let held = home.until_state(&id, "held");
    assert_eq!(held["holds"][0]["kind"], "account-off", "{held:#}");
    home.write_plan(&text);
    home.until_state(&id, "queued");
    daemon.signal(Signal::HUP);
    assert_eq!(home.status()["daemon"]["pid"], daemon.pid());
    assert!(daemon.stop().success());
}

/// Written in place through a file that stays open: the kernel tells of that only once it is closed.
#[test]
fn sighup_reads_a_plan_anew_of_whose_change_nobody_told() {
    let home = Home::with_blog(AT_ONCE);
    let daemon = home.daemon();
    let id = home.queue("Wash your hands.", "in 1h");
    let text = fs::read_to_string(home.plan()).unwrap();
    let without = text.split("[[accounts]]").next().unwrap();
    let open = fs::OpenOptions::new().write(true).open(home.plan());
    let open = open.unwrap();
    open.write_all_at(without.as_bytes(), 0).unwrap();
    open.set_len(without.len() as u64).unwrap();
    // The daemon turns, and sees nothing.
    home.status();
    assert_eq!(home.post(&id)["state"], "queued");
    daemon.signal(Signal::HUP);
    let held = home.until_state(&id, "held");
    assert_eq!(held["holds"][0]["kind"], "account-off", "{held:#}");
    assert_eq!(home.status()["daemon"]["pid"], daemon.pid());
    drop(open);
    assert!(daemon.stop().success());
}

/// A picture of its memory would hold texts of posts.
#[test]
fn a_daemon_that_crashes_leaves_no_picture_of_its_memory() {
    let home = Home::with_blog(AT_ONCE);
    // Where the person's own limit allows one.
    let start = "ulimit -S -c $(ulimit -H -c); exec \"$0\" daemon";
    let arguments = ["-c", start, env!("CARGO_BIN_EXE_rounds")];
    let daemon = home.daemon_by(&mut home.command_of("sh", &arguments));
    let limits = fs::read_to_string(format!("/proc/{}/limits", daemon.pid())).unwrap();
    let core = limits.lines().find(|l| l.starts_with("Max core file size"));
    let words: Vec<_> = core.unwrap().split_whitespace().collect();
    assert_eq!(words[4], "0", "{limits}");
}

#[test]
fn a_post_goes_out_once_at_its_time() {
    let home = Home::with_blog(AT_ONCE);
    let _daemon = home.daemon();
    let id = home.queue("Wash your hands.", "in 4s");
    let there = home.published();
    if home.post(&id)["state"] == "queued" {
        assert_eq!(there, Vec::<String>::new(), "too early");
    }
    let post = home.until_state(&id, "published");
    assert_eq!(post["receipts"].as_array().unwrap().len(), 1, "{post:#}");
    let due: jiff::Timestamp = post["due_at"].as_str().unwrap().parse().unwrap();
    let sent: jiff::Timestamp = post["receipts"][0]["published_at"]
        .as_str()
        .unwrap()
        .parse()
        .unwrap();
    let late = sent.duration_since(due).as_secs();
    assert!((0..10).contains(&late), "{late} s after its time: {post:#}");
    let files = home.published();
    assert_eq!(files.len(), 1, "{files:?}");
    let text = fs::read_to_string(home.dir.path().join("home/blog").join(&files[0])).unwrap();
    assert!(text.contains("Wash your hands."), "{text}");
    assert_eq!(post["receipts"][0]["remote_id"], files[0].as_str());
    home.intact();
}

#[test]
fn a_post_due_while_nothing_ran_goes_when_the_daemon_starts() {
    let home = Home::with_blog(AT_ONCE);
    let id = home.queue("Wash your hands.", "in 1s");
    until("its time", || due_passed(&home, &id));
    assert_eq!(home.post(&id)["state"], "queued");
    let _daemon = home.daemon();
    home.until_state(&id, "published");
    assert_eq!(home.published().len(), 1);
}

#[test]
fn a_post_too_late_is_missed_and_goes_only_when_a_person_gives_it_a_new_time() {
    let home = Home::with_blog(STRICT);
    let id = home.queue("Wash your hands.", "in 3s");
    until("its time and two seconds", || {
        late_by(&home, &id, 3).then_some(())
    });
    let _daemon = home.daemon();
    let missed = home.until_state(&id, "missed");
    assert_eq!(missed["holds"][0]["kind"], "late", "{missed:#}");
    assert_eq!(home.published(), Vec::<String>::new());
    home.ok(&["post", "reschedule", &id, "in 2s"]);
    home.until_state(&id, "published");
    assert_eq!(home.published().len(), 1);
    home.intact();
}

fn late_by(home: &Home, id: &str, seconds: i64) -> bool {
    let post = home.post(id);
    let due: jiff::Timestamp = post["due_at"].as_str().unwrap().parse().unwrap();
    let now: jiff::Timestamp = home.status()["now"].as_str().unwrap().parse().unwrap();
    now.duration_since(due).as_secs() >= seconds
}

fn due_passed(home: &Home, id: &str) -> Option<()> {
    late_by(home, id, 0).then_some(())
}

#[test]
fn cancelled_and_edited_posts_do_not_go() {
    let home = Home::with_blog(AT_ONCE);
    let _daemon = home.daemon();
    let cancelled = home.queue("Wash your hands.", "in 1h");
    let edited = home.queue("Sleep well.", "in 1h");
    home.ok(&["post", "cancel", &cancelled]);
    home.ok(&["post", "edit", &edited, "--text", "Sleep better."]);
    let post = home.post(&edited);
    assert_eq!(post["state"], "held", "{post:#}");
    assert!(
        post["checks"]
            .as_array()
            .unwrap()
            .iter()
            .any(|c| c["state"] == "stale")
    );
    // Both get their time; a third, later one shows that the daemon passed it.
    let refused = home.run(&["post", "reschedule", &cancelled, "in 1s"]);
    assert_eq!(refused.code, Some(3), "{refused:?}");
    home.run(&["post", "reschedule", &edited, "in 1s"]);
    let witness = home.queue("Drink water.", "in 3s");
    home.until_state(&witness, "published");
    assert_eq!(home.post(&cancelled)["state"], "cancelled");
    assert_eq!(home.post(&edited)["state"], "held");
    assert_eq!(home.published().len(), 1);
    home.intact();
}

#[test]
fn another_authors_post_waits_for_the_owner() {
    let home = Home::with_blog(AT_ONCE);
    let _daemon = home.daemon();
    let id = home.add("Wash your hands.", "in 1s", &["--by", "Sam Reed"]);
    let mut check = vec!["post", "check", &id];
    check.extend(ANSWERS);
    home.run(&check);
    let held = home.post(&id);
    assert_eq!(held["state"], "held", "{held:#}");
    assert_eq!(held["holds"][0]["kind"], "approval", "{held:#}");
    until("its time", || due_passed(&home, &id));
    assert_eq!(home.published(), Vec::<String>::new());
    let refused = home.run(&["post", "approve", &id, "--by", "Sam Reed"]);
    assert_eq!(refused.code, Some(3), "{refused:?}");
    home.ok(&["post", "approve", &id, "--by", "Dr Lin"]);
    home.until_state(&id, "published");
    assert_eq!(home.published().len(), 1);
}

#[test]
fn many_processes_at_once_keep_the_audit_chain_whole() {
    let home = Home::with_blog(AT_ONCE);
    let _daemon = home.daemon();
    let id = home.add("Wash your hands.", "in 2h", &[]);
    let mut calls = Vec::new();
    for round in 0..4 {
        let text = format!("Wash your hands, {round}.");
        calls.push(home.command(&["post", "edit", &id, "--text", &text]));
        for item in ["coi-disclosed", "newspaper-test", "know-delete"] {
            calls.push(home.command(&["post", "check", &id, "--attest", item]));
        }
        let new = format!("Number {round}.");
        calls.push(home.command(&["post", "add", &new, "--to", "blog", "--at", "in 3h"]));
    }
    let running: Vec<_> = calls
        .iter_mut()
        .map(|call| {
            call.stdout(std::process::Stdio::null());
            call.stderr(std::process::Stdio::piped()).spawn().unwrap()
        })
        .collect();
    for process in running {
        let done = process.wait_with_output().unwrap();
        let why = String::from_utf8_lossy(&done.stderr).into_owned();
        // An answer is still missing, or another process was faster: that is said, nothing breaks.
        let fine = matches!(done.status.code(), Some(0 | 3));
        assert!(
            fine || why.contains("changed by somebody else"),
            "{done:?} {why}"
        );
    }
    home.intact();
    let posts = home.json(&["post", "list"]);
    assert_eq!(posts["posts"].as_array().unwrap().len(), 5, "{posts:#}");
}

#[test]
fn what_only_the_daemon_can_do_says_so() {
    let home = Home::with_blog(AT_ONCE);
    for arguments in [&["break", "take"][..], &["focus", "scan", "15m"]] {
        let ran = home.run(arguments);
        assert_eq!(ran.code, Some(4), "{ran:?}");
        assert!(ran.err.contains("not running"), "{ran:?}");
    }
    let _daemon = home.daemon();
    assert_eq!(home.run(&["focus", "scan", "15m"]).code, Some(0));
    assert_eq!(home.run(&["focus", "stop"]).code, Some(0));
    // Nothing is there to break.
    assert_eq!(home.run(&["break", "take"]).code, Some(3));
}

#[test]
fn focus_on_writing_counts_without_any_site() {
    let home = Home::with_blog(AT_ONCE);
    let daemon = home.daemon();
    home.ok(&["focus", "write"]);
    let status = until("writing", || {
        let status = home.status();
        (status["usage"]["current"]["activity"] == "write").then_some(status)
    });
    assert_eq!(
        status["usage"]["today_s"], 0,
        "writing is not time on sites"
    );
    until("a second of it", || (written(&home) >= 1).then_some(()));
    assert!(daemon.stop().success());
    assert!(written(&home) >= 1, "kept over the end");
}

fn written(home: &Home) -> u64 {
    let report = home.json(&["time", "report", "--from", "today", "--by", "activity"]);
    let rows = report["rows"].as_array().unwrap();
    let found = rows.iter().find(|row| row["key"] == "write");
    found.map_or(0, |row| row["usage_s"].as_u64().unwrap())
}

#[test]
fn a_data_directory_that_cannot_be_one_is_told() {
    let home = Home::with_blog(AT_ONCE);
    let file = home.dir.path().join("file");
    fs::write(&file, "not a folder").unwrap();
    let path = file.display().to_string();
    for command in [&["daemon"][..], &["status"], &["post", "list"]] {
        let mut arguments = vec!["--data-dir", &path];
        arguments.extend(command);
        let ran = home.run(&arguments);
        assert_eq!(ran.code, Some(1), "{command:?} {ran:?}");
        assert!(ran.err.contains(&path), "{command:?} {ran:?}");
    }
    assert_eq!(fs::read_to_string(&file).unwrap(), "not a folder");
}

#[test]
fn without_a_plan_the_daemon_names_the_command_that_makes_one() {
    let home = Home::empty();
    let ran = home.run(&["daemon"]);
    assert_eq!(ran.code, Some(2), "{ran:?}");
    assert!(ran.err.contains("rounds init"), "{ran:?}");
}

/// Where no composer can be opened, the post itself says what is left to do.
#[test]
fn a_post_that_waits_for_a_persons_hands_says_what_to_do() {
    let home = Home::with_blog(AT_ONCE);
    let sites = home.plan().with_file_name("sites.toml");
    fs::write(
        sites,
        "[[sites]]\nname = \"ello\"\nhosts = [\"ello.example\"]\n",
    )
    .unwrap();
    for site in ["x", "ello"] {
        home.ok(&["account", "add", site, "--platform", "handoff"]);
    }
    let _daemon = home.daemon();
    for (site, open) in [
        ("x", "Open: https://x.com/intent/post?text=Sleep%20well."),
        ("ello", "Post it by hand on ello."),
    ] {
        let added = home.json(&["post", "add", "Sleep well.", "--to", site, "--at", "in 1s"]);
        let id = added["posts"][0]["id"].as_str().unwrap();
        home.run(&[&["post", "check", id][..], &ANSWERS].concat());
        home.until_state(id, "handed-off");
        let told = home.ok(&["post", "show", id]);
        let next = format!("{open}\nThen: rounds post resolve {id} published|not-published");
        assert!(told.contains(&next), "{told}");
        home.ok(&["post", "resolve", id, "published"]);
        let told = home.ok(&["post", "show", id]);
        assert!(!told.contains("Then:"), "{told}");
    }
}
