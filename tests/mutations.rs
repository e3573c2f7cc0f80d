//! Texts and packs as nobody would write them: the screen and the pack reader keep their promises.
//!
//! A seeded generator cuts, doubles and mixes a corpus (the labelled posts, the packs that come with
//! rounds, and the pieces in `fixtures/mutations`), so that each run tries the same things. It tries
//! at least a fixed number and then goes on for some seconds, in a long run (`ROUNDS_LONG`) for
//! minutes; `ROUNDS_MUTATE_SECONDS` says for how long, and `ROUNDS_MUTATE_SEED` makes it try others.

#![expect(
    clippy::print_stdout,
    clippy::expect_used,
    reason = "a test prints what it tried, and stops at a fixture that does not read"
)]

use std::path::{Path, PathBuf};
use std::time::Duration;

use rounds::clock::Moment;
use rounds::posting::packs::{Packs, read_pack};
use rounds::posting::screening::{Context, Rules, Severity, Verdict, screen};
use rounds::rulebook::Rulebook;

/// Tried even on a slow machine.
const LEAST: usize = 150;
const SECONDS: u64 = 4;
/// The same in a long run.
const LONG: u64 = 120;

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures")
}

fn read(file: &Path) -> String {
    std::fs::read_to_string(file).expect("a file of the corpus")
}

fn lines(file: &str) -> Vec<String> {
    let text = read(&fixtures().join("mutations").join(file));
    text.lines().map(str::to_owned).collect()
}

/// All files of a directory with an ending, sorted.
fn files(directory: &Path, ending: &str) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = std::fs::read_dir(directory)
        .expect("a directory of the corpus")
        .flatten()
        .map(|entry| entry.path())
        .filter(|file| file.extension().is_some_and(|one| one == ending))
        .collect();
    files.sort();
    files
}

fn setting(name: &str, otherwise: u64) -> u64 {
    std::env::var(name)
        .ok()
        .and_then(|value| value.parse().ok())
        .unwrap_or(otherwise)
}

/// Runs `check` on mutations of the corpus until it has had its share.
fn mutate(name: &str, corpus: &[String], pieces: &[String], mut check: impl FnMut(&str)) {
    let seed = setting("ROUNDS_MUTATE_SEED", 20_260_301);
    let mut chance = fastrand::Rng::with_seed(seed);
    let long = std::env::var_os("ROUNDS_LONG").is_some();
    let share = if long { LONG } else { SECONDS };
    let share = Duration::from_secs(setting("ROUNDS_MUTATE_SECONDS", share));
    let begun = Moment::now().awake;
    let mut tried = 0;
    while tried < LEAST || Moment::now().awake.saturating_sub(begun) < share {
        check(&mutation(&mut chance, corpus, pieces));
        tried += 1;
    }
    println!(
        "{name}: {tried} mutations of {} texts, seed {seed}",
        corpus.len()
    );
}

fn mutation(chance: &mut fastrand::Rng, corpus: &[String], pieces: &[String]) -> String {
    let mut text: Vec<char> = corpus[chance.usize(..corpus.len())].chars().collect();
    for _ in 0..chance.usize(1..8) {
        let (from, to) = stretch(chance, text.len());
        match chance.u8(..7) {
            0 => drop(text.drain(from..to)),
            1 => {
                let copy: Vec<char> = text[from..to].to_vec();
                text.splice(to..to, copy);
            }
            2 => text[from..to].reverse(),
            3 => {
                let piece: Vec<char> = pieces[chance.usize(..pieces.len())].chars().collect();
                text.splice(from..from, piece);
            }
            4 => {
                let other: Vec<char> = corpus[chance.usize(..corpus.len())].chars().collect();
                let (first, last) = stretch(chance, other.len());
                text.splice(from..to, other[first..last].to_vec());
            }
            5 => {
                if let Some(letter) = text.get_mut(from) {
                    *letter = char::from_u32(chance.u32(..0x0002_0000)).unwrap_or(' ');
                }
            }
            _ => text[from..to].iter_mut().for_each(|letter| {
                *letter = letter.to_uppercase().next().unwrap_or(*letter);
            }),
        }
    }
    text.truncate(20_000);
    text.into_iter().collect()
}

fn stretch(chance: &mut fastrand::Rng, length: usize) -> (usize, usize) {
    let from = chance.usize(..=length);
    let to = (from + chance.usize(..40)).min(length);
    (from, to)
}

#[test]
fn any_text_is_screened_the_same_twice_with_spans_inside_it() {
    let mut corpus = Vec::new();
    for file in files(&fixtures().join("screening"), "jsonl") {
        for line in read(&file).lines() {
            let post: serde_json::Value = serde_json::from_str(line).expect("a labelled post");
            corpus.extend(post["text"].as_str().map(str::to_owned));
        }
    }
    let rules = Rules::builtin();
    let context = Context::default();
    mutate("screen", &corpus, &lines("text-pieces.txt"), |text| {
        let seen = screen(&rules, text, &context);
        let length = text.chars().count();
        for finding in &seen.findings {
            assert!(
                finding.start < finding.end && finding.end <= length,
                "{finding:?} in {text:?}"
            );
        }
        let ordered = seen
            .findings
            .windows(2)
            .all(|pair| pair[0].start <= pair[1].start);
        assert!(ordered, "{text:?}");
        let heaviest = seen.findings.iter().map(|finding| finding.severity).max();
        let verdict = match heaviest {
            Some(Severity::Block) => Verdict::Block,
            Some(Severity::Attest) => Verdict::Attest,
            _ => Verdict::None,
        };
        assert_eq!(seen.verdict, verdict, "{text:?}");
        assert_eq!(seen, screen(&rules, text, &context), "{text:?}");
    });
}

#[test]
fn a_long_text_costs_what_its_length_says() {
    let rules = Rules::builtin();
    for piece in lines("text-pieces.txt") {
        let text = piece.repeat(4_000 / piece.len().max(1));
        let steps = screen(&rules, &text, &Context::default()).findings.len();
        assert!(steps <= text.len(), "{piece:?}");
    }
}

#[test]
fn any_pack_is_read_whole_or_refused_with_its_place() {
    let packs = Path::new(env!("CARGO_MANIFEST_DIR")).join("config/checklists");
    let corpus: Vec<String> = files(&packs, "toml")
        .iter()
        .map(|file| read(file))
        .collect();
    let (mut taken, mut refused) = (0, 0);
    mutate("packs", &corpus, &lines("pack-pieces.txt"), |text| {
        let read = read_pack("added.toml", text);
        assert_eq!(read, read_pack("added.toml", text));
        match read.and_then(|pack| Packs::new(vec![pack])) {
            Ok(packs) => {
                taken += 1;
                assert!(packs.all().iter().all(|pack| !pack.name.is_empty()));
            }
            Err(error) => {
                refused += 1;
                let last = text.lines().count() + 1;
                assert!(
                    !error.file.is_empty() && !error.field.is_empty(),
                    "{error:?}"
                );
                assert!((1..=last).contains(&error.line), "{error:?} in {text}");
                assert!(
                    !error.message.is_empty() && !error.message.contains('\n'),
                    "{error:?}"
                );
            }
        }
    });
    assert!(taken > 0 && refused > 0, "{taken} taken, {refused} refused");
}

/// Lists in lists, tables in tables, keys of keys: told by its place, however deep.
#[test]
fn a_pack_nested_without_end_is_refused() {
    let good = read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("config/checklists/ftc.toml"));
    for depth in [1, 100, 10_000] {
        for nested in [
            format!("{good}\ndeep = {}{}", "[".repeat(depth), "]".repeat(depth)),
            format!("{good}\ndeep = {}", "[".repeat(depth)),
            format!(
                "{good}\ndeep = {}1{}",
                "{a = ".repeat(depth),
                "}".repeat(depth)
            ),
            format!("{good}\n[deep{}]\na = 1", ".a".repeat(depth)),
            format!("{good}\ndeep{} = 1", ".a".repeat(depth)),
            format!("{good}\n{}", "[[items]]\n".repeat(depth)),
        ] {
            let error = read_pack("added.toml", &nested).expect_err("no such field");
            let lines = nested.lines().count() + 1;
            assert!((1..=lines).contains(&error.line), "{depth}: {error:?}");
            assert!(!error.message.is_empty() && error.message.len() < 1_000);
        }
    }
}

#[test]
fn a_bad_pack_beside_a_good_one_changes_nothing() {
    let home = tempfile::tempdir().expect("a directory");
    let good = r#"
        name = "ours"
        title = "Our hospital"
        version = "1"
        jurisdiction = "any"
        [sources.policy]
        title = "Our policy"
        [[items]]
        id = "our-item"
        question = "Is it so?"
        applies = ["always"]
        severity = "attest"
        source = "policy"
    "#;
    let write =
        |name: &str, text: &str| std::fs::write(home.path().join(name), text).expect("room");
    write("a.toml", good);
    let before = Rulebook::load(home.path())
        .expect("a good pack")
        .version()
        .to_owned();
    let bad = good
        .replace("\"ours\"", "\"theirs\"")
        .replace("attest", "heavy");
    write("b.toml", &bad);
    let refused = Rulebook::load(home.path())
        .expect_err("a bad pack")
        .to_string();
    assert!(refused.contains("b.toml:12: severity"), "{refused}");
    std::fs::remove_file(home.path().join("b.toml")).expect("the file");
    let after = Rulebook::load(home.path())
        .expect("a good pack")
        .version()
        .to_owned();
    assert_eq!(before, after);
}
