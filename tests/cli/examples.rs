//! Every example that a help text shows is run, or at least understood.

use std::fs;

use crate::world::{World, words};

/// Commands whose examples need a daemon, a post that exists, a file of another home, a person at the
/// screen or leave to ask other servers: these are only parsed.
const ONLY_PARSED: [&str; 14] = [
    "rounds series end",
    "rounds up",
    "rounds daemon",
    "rounds service",
    "rounds open",
    "rounds token",
    "rounds post",
    "rounds focus",
    "rounds break",
    "rounds chat next",
    "rounds plan edit",
    "rounds import",
    "rounds consent confirm",
    "rounds paper",
];

fn examples(command: &clap::Command, found: &mut Vec<String>) {
    let help = command
        .get_after_help()
        .map(ToString::to_string)
        .unwrap_or_default();
    found.extend(
        help.lines()
            .filter_map(|line| line.strip_prefix("  "))
            .map(str::to_owned),
    );
    for sub in command.get_subcommands() {
        examples(sub, found);
    }
}

/// A home in which everything exists that the examples name.
fn furnished() -> World {
    let world = World::with("balanced");
    for line in [
        "limit set x 15m per day",
        "account add blog --platform folder --path ~/blog",
        "engagement add \"Journal club\" --cron \"0 20 * * Mon\" --length 1h",
        "conference add WONCA --from 2027-06-01 --until 2027-06-03",
        "feed add http://127.0.0.1:9/feed --name Here",
        "interest add Acme --kind payment",
        "slot skip blog",
        "consent add R-2026-17 --platform blog --shows \"a wound\" --signed-on today",
    ] {
        world.line(line);
    }
    fs::copy(world.plan(), world.path("work/plan.toml")).unwrap();
    let calendar = "BEGIN:VCALENDAR\nVERSION:2.0\nEND:VCALENDAR\n";
    fs::write(world.path("work/congress.ics"), calendar).unwrap();
    world
}

#[test]
fn examples_in_help_work() {
    let mut lines = Vec::new();
    examples(&rounds::cli::command(), &mut lines);
    assert!(lines.len() > 40, "{lines:?}");
    let furnished = furnished();
    for line in lines {
        let words = words(&line);
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let parsed = rounds::cli::command().try_get_matches_from(&words);
        assert!(parsed.is_ok(), "{line}: {:?}", parsed.err());
        if ONLY_PARSED.iter().any(|prefix| line.starts_with(prefix)) {
            continue;
        }
        let begins = line.starts_with("rounds init");
        let world = if begins {
            World::new()
        } else {
            furnished.copy()
        };
        let ran = world.run(&words[1..]);
        let unbuilt = ran.status == 1 && ran.stderr.contains("is not built yet");
        // A machine without a desktop has something to tell, and that is its answer.
        let diagnosed =
            line == "rounds doctor" && ran.status == 1 && ran.stdout.contains("works   database");
        assert!(ran.status == 0 || unbuilt || diagnosed, "{line}: {ran}");
    }
}

#[test]
fn completions_and_manual_pages_need_no_init() {
    let world = World::new();
    for shell in ["bash", "zsh", "fish"] {
        assert!(world.ok(&["completions", shell]).contains("rounds"));
    }
    assert!(world.ok(&["man"]).starts_with(".ie"));
    let title = world.ok(&["man", "post"]);
    let title = title.lines().find(|line| line.starts_with(".TH"));
    let source = concat!("\"rounds ", env!("CARGO_PKG_VERSION"), "\"");
    assert!(
        title.is_some_and(|title| title.trim_end().ends_with(source)),
        "{title:?}"
    );
    let page = world.ok(&["man", "limit", "set"]);
    assert!(page.contains(".TH rounds-limit-set 1"), "{page}");
    assert_eq!(world.run(&["man", "limits"]).status, 2);
    assert!(!world.path("config").exists());
}

#[test]
fn answers_that_nobody_reads_are_no_failure() {
    let world = World::new();
    let mut command = world.command(&["completions", "bash"]);
    command
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped());
    let mut child = command.spawn().unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!(
        (output.status.code(), output.stderr.as_slice()),
        (Some(0), &b""[..])
    );
}
