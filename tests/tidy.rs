//! The house rules that a compiler does not check, read from the sources themselves.
//!
//! Each rule is one test, so that a failure says which one is broken, in which file and line. Code
//! marked `#[cfg(test)]` and files called `tests.rs` or under `tests/` may do what tests need.
#![cfg(test)]

#[path = "common/source.rs"]
mod source;

use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;
use std::process::{Command, Stdio};

use sha2::{Digest, Sha256};
use source::{Source, root, text_files};

const LONGEST_FILE: usize = 500;
const LONGEST_FUNCTION: usize = 70;

/// What may be known only in some rooms: a path that starts with `path` stands only in files under
/// `only_in`.
struct Belongs {
    path: &'static str,
    only_in: &'static [&'static str],
}

/// Every room whose code decides and never touches the world.
const PURE: [&str; 6] = [
    "src/calendar",
    "src/plan",
    "src/attention",
    "src/posting",
    "src/engine",
    "src/review",
];

/// What pure rooms must not name. Prefixes of paths; `std::time::Duration` is fine.
const WORLD: [&str; 33] = [
    "tokio",
    "rusqlite",
    "zbus",
    "notify_rust",
    "notify",
    "reqwest",
    "axum",
    "hyper",
    "rustix",
    "x11rb",
    "directories",
    "tracing",
    "sd_notify",
    "std::fs",
    "std::io",
    "std::net",
    "std::env",
    "std::process",
    "std::thread",
    "std::os",
    "std::time::Instant",
    "std::time::SystemTime",
    "crate::store",
    "crate::daemon",
    "crate::sensors",
    "crate::platforms",
    "crate::lookups",
    "crate::notify",
    "crate::secrets",
    "crate::config",
    "crate::web",
    "crate::cli",
    "crate::requests",
];

/// Plain values that live among the above.
const VALUES: [&str; 5] = [
    "crate::sensors::Observation",
    "std::net::IpAddr",
    "std::net::Ipv4Addr",
    "std::net::Ipv6Addr",
    "std::io::Cursor",
];

const BELONGS: [Belongs; 9] = [
    Belongs {
        path: "chrono",
        only_in: &["src/calendar", "src/lookups/calendar"],
    },
    Belongs {
        path: "icalendar",
        only_in: &["src/lookups/calendar"],
    },
    Belongs {
        path: "rrule",
        only_in: &["src/calendar/recurrence"],
    },
    Belongs {
        path: "feed_rs",
        only_in: &["src/lookups"],
    },
    Belongs {
        path: "cron",
        only_in: &["src/calendar"],
    },
    Belongs {
        path: "rusqlite",
        only_in: &["src/store"],
    },
    Belongs {
        path: "notify_rust",
        only_in: &["src/notify"],
    },
    Belongs {
        path: "reqwest",
        only_in: &["src/platforms", "src/lookups", "src/sensors"],
    },
    Belongs {
        path: "axum",
        only_in: &["src/web", "src/sensors"],
    },
];

/// Ends of paths that ask the system for the time.
const CLOCKS: [&str; 7] = [
    "Timestamp::now",
    "ZonedDateTime::now",
    "Instant::now",
    "SystemTime",
    "Utc::now",
    "Local::now",
    "clock_gettime",
];

/// Fails with all findings, one a line.
fn none(rule: &str, findings: &[String]) {
    assert!(findings.is_empty(), "{rule}:\n{}", findings.join("\n"));
}

/// Whether a file lies in a room: `src/plan` is `src/plan.rs` and everything under `src/plan/`.
fn in_room(file: &str, room: &str) -> bool {
    let rest = file.strip_prefix(room);
    rest.is_some_and(|r| r == ".rs" || r.starts_with('/'))
}

/// A word alone, such as a field called `cron`, is no path.
fn starts_with_path(path: &str, prefix: &str) -> bool {
    let rest = path.strip_prefix(prefix);
    rest.is_some_and(|r| r.starts_with("::") || (r.is_empty() && prefix.contains("::")))
}

fn ends_with_path(path: &str, end: &str) -> bool {
    path == end || path.ends_with(&format!("::{end}")) || path.contains(&format!("{end}::"))
}

#[test]
fn there_is_something_to_read() {
    assert!(source::all().len() > 10);
    let clock = Source::read("src/clock.rs");
    assert!(
        clock
            .paths
            .iter()
            .any(|p| p.name.ends_with("Timestamp::now")),
        "the reader of paths sees nothing: {:?}",
        clock.paths
    );
}

#[test]
fn every_file_says_what_it_is() {
    let bare = source::all()
        .into_iter()
        .filter(|s| !s.text.starts_with("//! "))
        .map(|s| s.file)
        .collect::<Vec<_>>();
    none("a file opens with a `//!` head", &bare);
}

#[test]
fn the_pure_centre_does_not_know_the_world() {
    let mut findings = Vec::new();
    for source in source::all() {
        if source.is_test || !PURE.iter().any(|room| in_room(&source.file, room)) {
            continue;
        }
        for path in &source.paths {
            let within = |list: &[&str]| list.iter().any(|w| starts_with_path(&path.name, w));
            if within(&WORLD) && !within(&VALUES) {
                findings.push(source.at(path));
            }
        }
    }
    none("pure code takes what it needs as arguments", &findings);
}

#[test]
fn each_neighbour_is_known_in_its_room_only() {
    let mut findings = Vec::new();
    for source in source::all().iter().filter(|s| s.file.starts_with("src/")) {
        for path in &source.paths {
            let stray = BELONGS.iter().any(|b| {
                let at_home = b.only_in.iter().any(|room| in_room(&source.file, room));
                starts_with_path(&path.name, b.path) && !at_home
            });
            if stray && !source.is_test {
                findings.push(source.at(path));
            }
        }
    }
    none("this library belongs in another room", &findings);
}

#[test]
fn only_the_clock_asks_for_the_time() {
    let mut findings = Vec::new();
    for source in source::all() {
        if source.is_test
            || source.file.starts_with("src/clock")
            || !source.file.starts_with("src/")
        {
            continue;
        }
        for path in &source.paths {
            if CLOCKS.iter().any(|clock| ends_with_path(&path.name, clock)) {
                findings.push(source.at(path));
            }
        }
    }
    none(
        "time is an argument; src/clock.rs reads the clock",
        &findings,
    );
}

#[test]
fn files_and_functions_fit_the_reader() {
    let mut findings = Vec::new();
    for source in source::all() {
        let lines = source.text.lines().count();
        if lines > LONGEST_FILE {
            findings.push(format!("{}: {lines} lines", source.file));
        }
        for function in &source.functions {
            if function.lines > LONGEST_FUNCTION {
                findings.push(format!(
                    "{}:{}: {} has {} lines",
                    source.file, function.line, function.name, function.lines
                ));
            }
        }
    }
    let rule = format!(
        "at most {LONGEST_FILE} lines in a file, {LONGEST_FUNCTION} in a function; split by subject"
    );
    none(&rule, &findings);
}

/// Files that read an account's slots and work out times from patterns. The first is the one way to
/// slots; the second tells of each pattern alone.
const SLOT_READERS: [&str; 2] = ["src/plan/cadence.rs", "src/plan/warnings.rs"];

/// `--slot`, the engine and the forecast must agree, so only `plan::cadence` turns an account's
/// patterns into times.
#[test]
fn slots_come_from_one_place() {
    let mut findings = Vec::new();
    let mut known = 0;
    for source in source::all() {
        let code = without_comments(&source.text);
        if source.is_test || !source.file.starts_with("src/") || !works_out_slots(&code) {
            continue;
        }
        if SLOT_READERS.contains(&source.file.as_str()) {
            known += 1;
        } else {
            findings.push(source.file);
        }
    }
    none("take slots from plan::cadence::occurrences", &findings);
    assert_eq!(known, SLOT_READERS.len(), "the list names a file in vain");
}

/// Whether code both reads the field `slots` and asks a pattern for its times: a call of `after` or
/// `between` with a calendar.
fn works_out_slots(code: &str) -> bool {
    let code: String = code.split_whitespace().collect();
    let asks = [".after(", ".between(", "Pattern::after", "Pattern::between"];
    let asked = asks.iter().any(|call| {
        let rests = code.split(call).skip(1);
        let mut firsts = rests.map(|rest| rest.split([',', ')']).next().unwrap_or(rest));
        firsts.any(|first| call.starts_with('P') || first.contains("calendar"))
    });
    asked && code.contains(".slots")
}

fn without_comments(text: &str) -> String {
    let code = text
        .lines()
        .map(|line| line.split("//").next().unwrap_or(line));
    code.collect::<Vec<_>>().join("\n")
}

#[test]
fn a_second_path_to_slots_is_seen() {
    for second in [
        "for p in &account.slots { p.after(&plan.calendar, now); }",
        "account\n.slots.iter().flat_map(|p| p\n.between(calendar, a, b))",
        "account.slots.iter().map(Pattern::after)",
    ] {
        assert!(works_out_slots(second), "{second}");
    }
    for other in [
        "if account.slots.is_empty() { age.after(date) }",
        "occurrences(account, &plan.calendar, from, until)",
        "engagement.cron.after(&plan.calendar, now)",
    ] {
        assert!(!works_out_slots(other), "{other}");
    }
    assert_eq!(without_comments("a // b\nc"), "a \nc");
}

/// A migration that has been released runs on databases that exist: it is never edited, a new one
/// is added. `tests/fixtures/migrations.sha256` holds each one's hash, as `sha256sum` prints it.
#[test]
fn migrations_are_only_added() {
    let folder = root().join("src/store/migrations");
    let list = root().join("tests/fixtures/migrations.sha256");
    let listed = fs::read_to_string(&list).unwrap_or_default();
    let listed: BTreeMap<&str, &str> = listed
        .lines()
        .filter_map(|line| line.split_once("  "))
        .map(|(hash, name)| (name, hash))
        .collect();
    let mut findings = Vec::new();
    let mut seen = 0;
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let name = entry.file_name().into_string().unwrap();
        let hash = hex(&Sha256::digest(fs::read(entry.path()).unwrap()));
        match listed.get(name.as_str()) {
            Some(known) if *known == hash => seen += 1,
            Some(_) => findings.push(format!("{name} was changed; add a new migration instead")),
            None => findings.push(format!("add this line for a new migration: {hash}  {name}")),
        }
    }
    if seen < listed.len() {
        findings.push("a listed migration is missing or changed".to_owned());
    }
    none("migrations are only added", &findings);
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// The tree must build and be read anywhere: no paths of the machine it was written on.
#[test]
fn no_path_leads_out_of_the_tree() {
    // Put together here, so that this file does not find itself.
    let outside =
        [("sha", "red/"), ("/work/", "main"), ("/work/", "tree")].map(|(a, b)| [a, b].concat());
    let mut findings = Vec::new();
    for (file, text) in text_files() {
        for (number, line) in text.lines().enumerate() {
            if outside.iter().any(|path| line.contains(path.as_str())) {
                findings.push(format!("{file}:{}: {}", number + 1, line.trim()));
            }
        }
    }
    none("paths stay inside the tree", &findings);
}

#[test]
fn links_of_the_readme_lead_somewhere() {
    let readme = fs::read_to_string(root().join("README.md")).unwrap_or_default();
    let broken: Vec<String> = readme
        .split("](")
        .skip(1)
        .filter_map(|rest| rest.split([')', '#', ' ']).next())
        .filter(|target| !target.is_empty() && !target.contains("://"))
        .filter(|target| !root().join(target).exists())
        .map(str::to_owned)
        .collect();
    none("README.md links to what is not there", &broken);
}

#[test]
fn commands_of_the_readme_exist() {
    let readme = fs::read_to_string(root().join("README.md")).unwrap_or_default();
    let mut findings = Vec::new();
    for line in commands(&readme) {
        let known = Command::new(env!("CARGO_BIN_EXE_rounds"))
            .args(words(line))
            .arg("--help")
            .env("HOME", env!("CARGO_TARGET_TMPDIR"))
            .stdin(Stdio::null())
            .output()
            .unwrap();
        let help = String::from_utf8_lossy(&known.stdout);
        if !known.status.success() || !help.contains("Usage") {
            findings.push(format!("rounds {line}"));
        }
    }
    none("README.md shows commands that do not exist", &findings);
}

/// What stands behind `rounds` on the command lines in fenced blocks, without a file it is led to.
fn commands(markdown: &str) -> Vec<&str> {
    let fenced = markdown.split("```").skip(1).step_by(2);
    fenced
        .flat_map(str::lines)
        .map(|line| line.trim_start_matches("$ ").trim())
        .filter_map(|line| line.strip_prefix("rounds "))
        .map(|line| line.split(" #").next().unwrap_or(line))
        .map(|line| line.split(" > ").next().unwrap_or(line).trim())
        .collect()
}

/// Words as a shell would split them, as far as examples need it.
fn words(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    for (number, part) in line.split(['"', '\'']).enumerate() {
        if number % 2 == 1 {
            words.push(part.to_owned());
        } else {
            words.extend(part.split_whitespace().map(str::to_owned));
        }
    }
    words
}

#[test]
fn example_commands_are_found_and_split() {
    let markdown = "x `rounds no`\n```sh\n$ rounds post add --text \"a b\"  # why\nls\n```\n";
    let found = commands(markdown);
    assert_eq!(found, ["post add --text \"a b\""]);
    assert_eq!(words(found[0]), ["post", "add", "--text", "a b"]);
}
