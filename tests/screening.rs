//! The text screen against labelled posts, and its promises for any text at all.
//!
//! Run with `--nocapture` to see the tables.

#![expect(
    clippy::print_stdout,
    clippy::expect_used,
    reason = "a test prints its table, and stops at a fixture that does not read"
)]

#[path = "common/labelled.rs"]
mod labelled;

use std::collections::BTreeMap;

use labelled::{Post, SETS, Tally, show, tally};
use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use rounds::posting::screening::{
    Category, Context, Family, Rules, Severity, Verdict, finding_id, screen,
};

fn categories(rules: &Rules, posts: &[Post]) {
    let mut table: BTreeMap<String, [usize; 3]> = BTreeMap::new();
    for post in posts {
        let seen: Vec<String> = post
            .screened(rules)
            .findings
            .iter()
            .map(|finding| {
                serde_json::to_value(finding.category)
                    .expect("a name")
                    .as_str()
                    .expect("text")
                    .to_owned()
            })
            .collect();
        for label in post.labels.iter().filter(|label| *label != "none") {
            let row = table.entry(label.clone()).or_default();
            row[0] += 1;
            row[1] += usize::from(seen.contains(label));
        }
        let mut extra: Vec<&String> = seen
            .iter()
            .filter(|one| !post.labels.contains(one))
            .collect();
        extra.sort();
        extra.dedup();
        for one in extra {
            table.entry(one.clone()).or_default()[2] += 1;
        }
    }
    for (category, [labelled, found, extra]) in table {
        println!("  {category:<26} labelled {labelled:>3}  found {found:>3}  extra {extra:>3}");
    }
}

#[test]
fn meets_its_goals_on_every_set() {
    let rules = Rules::builtin();
    for set in SETS {
        let posts = set.posts();
        let tallies = tally(&rules, &posts);
        show(set.name, &tallies);
        categories(&rules, &posts);
        let (block, attest, clean) = (tallies["block"], tallies["attest"], tallies["clean"]);
        for (what, percent, holds) in [
            (
                "risky posts flagged",
                block.flagged(),
                block.flagged() >= 92,
            ),
            (
                "risky posts blocked",
                block.blocked(),
                block.blocked() >= 75,
            ),
            (
                "doubtful posts flagged",
                attest.flagged(),
                attest.flagged() >= 60,
            ),
            (
                "harmless posts flagged",
                clean.flagged(),
                clean.flagged() <= 15,
            ),
            (
                "harmless posts blocked",
                clean.blocked(),
                clean.blocked() <= 3,
            ),
        ] {
            assert!(holds, "{}: {percent}% of {what}", set.name);
        }
    }
}

/// How many posts are judged as they should be, where more is meant of the risky ones and less of
/// the harmless ones.
fn judged_well(tallies: &BTreeMap<String, Tally>) -> usize {
    let of = |tally: &Tally| tally.flagged + tally.blocked;
    let clean = &tallies["clean"];
    let quiet = 2 * clean.posts - of(clean);
    of(&tallies["block"]) + of(&tallies["attest"]) + quiet
}

#[test]
fn each_family_is_worth_its_place() {
    // The impression makes good some of what a family leaves out, so the others are weighed alone.
    let rules = Rules::builtin();
    let alone = rules.clone().without(Family::Impression);
    let mut worth = BTreeMap::from(Family::ALL.map(|family| (format!("{family:?}"), 0_i64)));
    for set in SETS {
        let posts = set.posts();
        let tallies = std::thread::scope(|scope| {
            let running = Family::ALL.map(|family| {
                let (rules, posts) = (alone.clone().without(family), &posts);
                scope.spawn(move || (family, tally(&rules, posts)))
            });
            running.map(|one| one.join().expect("no panic"))
        });
        let all = tally(&rules, &posts);
        let written = &tallies[Family::ALL.len() - 1].1;
        show(set.name, &all);
        for (family, without) in &tallies {
            show(&format!("  without {family:?}"), without);
            let with = if *family == Family::Impression {
                &all
            } else {
                written
            };
            *worth.entry(format!("{family:?}")).or_default() +=
                judged_well(with) as i64 - judged_well(without) as i64;
        }
    }
    println!("posts judged better: {worth:?}");
    assert!(worth.values().all(|better| *better > 0), "{worth:?}");
}

#[test]
fn the_fixtures_are_many_and_distinct() {
    let all: Vec<Post> = SETS.iter().flat_map(labelled::Set::posts).collect();
    let mut ids: Vec<&str> = all.iter().map(|post| post.id.as_str()).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), all.len());
    assert!(all.len() >= 4000, "{}", all.len());
    assert!(SETS.iter().any(|set| set.held_out));
}

#[test]
fn what_is_known_beside_the_text_sharpens_the_screen() {
    let rules = Rules::builtin();
    let verdict = |text: &str, context: Context| screen(&rules, text, &context).verdict;
    let story = "We discharged Harriet from the stroke unit this morning.";
    assert_eq!(verdict(story, Context::default()), Verdict::Block);
    assert_eq!(
        verdict(
            story,
            Context {
                has_consent: true,
                ..Context::default()
            }
        ),
        Verdict::Attest
    );
    let own = Context {
        own_names: vec!["Harriet Lin".to_owned()],
        ..Context::default()
    };
    assert!(
        screen(&rules, story, &own)
            .findings
            .iter()
            .all(|finding| finding.category != Category::Name)
    );
    let claim = "60% of all scans are unnecessary.";
    assert_eq!(verdict(claim, Context::default()), Verdict::Attest);
    assert_eq!(
        verdict(
            claim,
            Context {
                has_source: true,
                ..Context::default()
            }
        ),
        Verdict::None
    );
    let number = "Results for NHS 943 476 5919 are lost.";
    assert_eq!(
        verdict(
            number,
            Context {
                has_consent: true,
                ..Context::default()
            }
        ),
        Verdict::Block
    );
}

/// A few words say little: it takes more before one is asked about them.
#[test]
fn a_short_text_is_asked_about_less_readily() {
    let asked = |tenths: u8, text: &str| {
        let table = format!("=\t{tenths} 0 9 0 0 0 0 0 0\n").leak();
        let rules = Rules::builtin().with_impression(table);
        screen(&rules, text, &Context::default()).verdict == Verdict::Attest
    };
    let short = "and so on and so on and so on and so";
    let longer = format!("{short} on");
    assert!(asked(18, &longer) && !asked(18, short));
    assert!(asked(23, &longer) && asked(23, short));
    assert!(!asked(15, &longer) && !asked(15, short));
}

#[test]
fn the_version_and_the_ids_are_stable() {
    let rules = Rules::builtin();
    assert_eq!(rules.version(), Rules::builtin().version());
    assert_eq!(rules.version().len(), 12);
    let seen = |text| screen(&rules, text, &Context::default()).findings;
    let text = "Bed 3 and bed 14 want the same blanket.";
    let ids: Vec<String> = seen(text).iter().map(finding_id).collect();
    assert_eq!(ids, seen(text).iter().map(finding_id).collect::<Vec<_>>());
    assert!(ids.len() > 1 && ids[0] != ids[1], "{ids:?}");
}

#[test]
fn spans_are_told_in_the_original() {
    let rules = Rules::builtin();
    for (text, wanted) in [
        (
            "👩🏽‍⚕️ My patient Zoe\u{308} went home from the ward",
            "Zoe\u{308}",
        ),
        (
            "Patient’s mum on ０７７００ ９００１２３, please ring",
            "０７７００ ９００１２３",
        ),
        (
            "His MRN is 77\u{200b}40012, who took the notes?",
            "77\u{200b}40012",
        ),
    ] {
        let findings = screen(&rules, text, &Context::default()).findings;
        let spans: Vec<String> = findings
            .iter()
            .map(|finding| {
                text.chars()
                    .skip(finding.start)
                    .take(finding.end - finding.start)
                    .collect()
            })
            .collect();
        assert!(spans.iter().any(|span| span == wanted), "{text}: {spans:?}");
    }
}

/// Any text, and texts of the pieces that rules look for, cut and mixed.
fn texts() -> impl Strategy<Value = String> {
    let pieces = prop::sample::select(vec![
        "patient ",
        "Mr ",
        "Zoe\u{308}",
        "👩🏽‍⚕️",
        "bed 3",
        ". ",
        "07700 900",
        "９００",
        "@",
        "dot com",
        "\u{200d}",
        "\u{202e}",
        "l'",
        "L'Arnau",
        "MRN ",
        "94",
        " yo",
        "İ",
        "ß",
        "ﬁ",
        "½",
        "\n",
        "today ",
        "(",
        ")",
        "-",
        "+",
        "12345678Z",
        "double oh ",
        "'s ",
        "%",
        "#ad",
    ]);
    let mixed = prop::collection::vec(pieces, 0..40).prop_map(|parts| parts.concat());
    prop_oneof![any::<String>(), mixed, letters(), long()]
}

/// Characters that join, turn, hide or resemble others, alone and in rows.
fn letters() -> impl Strategy<Value = String> {
    let ranges = [
        0x0300..0x0370_u32, // marks that combine
        0x0590..0x0700,     // Hebrew and Arabic: right to left, with marks and digits
        0x0900..0x0980,     // Devanagari: vowels that stand before what they follow
        0x1100..0x1200,     // Hangul in pieces
        0x1e00..0x2000,     // letters with several marks
        0x2000..0x2070,     // spaces, zero widths, directions
        0xfb00..0xfb50,     // ligatures
        0xfe00..0xfe30,     // forms of the character before
        0xff00..0xfff0,     // wide and half-wide
        0x1_d400..0x1_d800, // letters of mathematics, digits too
        0x1_f3fb..0x1_f650, // skin tones, emoji
        0xe_0000..0xe_01f0, // tags and more forms
        0x10_fff0..0x11_0000,
    ];
    let one = prop::sample::select(ranges.to_vec())
        .prop_flat_map(|range| range)
        .prop_map(|code| char::from_u32(code).unwrap_or('\u{fffd}'));
    let plain = prop::sample::select(vec![
        'a', 'Z', '9', ' ', '.', '@', '\n', '-', '\'', '"', '(',
    ]);
    let any = prop_oneof![4 => one, 3 => plain];
    prop::collection::vec((any, 1..4_usize), 0..120).prop_map(|rows| {
        let rows = rows.into_iter();
        rows.flat_map(|(letter, times)| std::iter::repeat_n(letter, times))
            .collect()
    })
}

/// One piece very often.
fn long() -> impl Strategy<Value = String> {
    let pieces = prop::sample::select(vec![
        "a",
        "9",
        " ",
        "\u{301}",
        "\u{200d}",
        "\u{202e}",
        "Mr Zoe ",
        "patient, ",
        "07700 900 123 ",
        "(((",
        "\"'",
        "my patient's ",
        "@a.b.c ",
        "1.1.",
        "\n\n",
        "İ",
        "ﷺ",
        "👩🏽‍⚕️",
    ]);
    (pieces, 1..200_usize).prop_map(|(piece, times)| piece.repeat(times))
}

/// What may be known beside a text.
fn contexts() -> impl Strategy<Value = Context> {
    let yes = any::<[bool; 6]>();
    let language = prop::option::of(prop::sample::select(vec!["en", "es", "ca", "xx", ""]));
    let names = prop::collection::vec(prop_oneof!["[A-Z][a-z]{1,8}", letters()], 0..3);
    (yes, language, names).prop_map(|(yes, language, own_names)| Context {
        about_patient: yes[0],
        has_source: yes[1],
        has_image: yes[2],
        has_consent: yes[3],
        has_sponsor: yes[4],
        professional: yes[5],
        language: language.map(str::to_owned),
        own_names,
    })
}

/// Longer in a long run.
fn cases() -> ProptestConfig {
    let long = std::env::var_os("ROUNDS_LONG").is_some();
    ProptestConfig {
        cases: if long { 20_000 } else { 400 },
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}

#[test]
fn any_text_gives_spans_within_it_and_the_same_twice() {
    let rules = Rules::builtin();
    let given = (texts(), contexts());
    let outcome = TestRunner::new(cases()).run(&given, |(text, context)| {
        let length = text.chars().count();
        let seen = screen(&rules, &text, &context);
        for finding in &seen.findings {
            prop_assert!(
                finding.start < finding.end && finding.end <= length,
                "{finding:?} in {text:?}"
            );
        }
        let places = seen.findings.windows(2);
        prop_assert!(places.clone().all(|pair| pair[0].start <= pair[1].start));
        let mut ids: Vec<_> = seen.findings.iter().map(finding_id).collect();
        ids.sort_unstable();
        prop_assert!(
            ids.windows(2).all(|pair| pair[0] != pair[1]),
            "{ids:?} in {text:?}"
        );
        let heaviest = seen.findings.iter().map(|finding| finding.severity).max();
        let verdict = match heaviest {
            Some(Severity::Block) => Verdict::Block,
            Some(Severity::Attest) => Verdict::Attest,
            _ => Verdict::None,
        };
        prop_assert_eq!(seen.verdict, verdict);
        prop_assert_eq!(seen, screen(&rules, &text, &context));
        Ok(())
    });
    assert!(outcome.is_ok(), "{outcome:?}");
}

type Disguise = fn(&str) -> String;

/// Ways to write a text so that it looks the same, or nearly, and is other characters.
fn disguises() -> [(&'static str, Disguise); 9] {
    fn each(text: &str, mark: char) -> String {
        text.chars().flat_map(|letter| [letter, mark]).collect()
    }
    fn mapped(text: &str, map: impl Fn(char) -> Option<u32>) -> String {
        let other = |letter| map(letter).and_then(char::from_u32).unwrap_or(letter);
        text.chars().map(other).collect()
    }
    [
        ("zero width spaces", |text| each(text, '\u{200b}')),
        ("zero width joiners", |text| each(text, '\u{2060}')),
        ("soft hyphens", |text| each(text, '\u{ad}')),
        ("changes of direction", |text| {
            format!("\u{202e}{}\u{202c}", each(text, '\u{2066}'))
        }),
        ("forms of characters", |text| each(text, '\u{fe0e}')),
        ("marks on letters", |text| {
            text.chars()
                .flat_map(|one| [Some(one), one.is_alphabetic().then_some('\u{302}')])
                .flatten()
                .collect()
        }),
        ("wide digits", |text| {
            mapped(text, |one| {
                one.is_ascii_digit().then_some(one as u32 + 0xfee0)
            })
        }),
        ("digits of mathematics", |text| {
            mapped(text, |one| one.to_digit(10).map(|digit| 0x1_d7ce + digit))
        }),
        ("spaces that do not break", |text| {
            text.replace(' ', "\u{a0}")
        }),
    ]
}

/// Whoever hides a name between invisible characters hides nothing.
#[test]
fn a_disguise_does_not_help() {
    let rules = Rules::builtin();
    let told = |text: &str, context: &Context| -> Vec<_> {
        let findings = screen(&rules, text, context).findings.into_iter();
        findings
            .map(|one| (one.category, one.severity, one.rule))
            .collect()
    };
    let every = if std::env::var_os("ROUNDS_LONG").is_some() {
        1
    } else {
        41
    };
    let mut tried = 0;
    for post in SETS.iter().flat_map(labelled::Set::posts).step_by(every) {
        let context = post.context();
        let plain = told(&post.text, &context);
        for (name, disguise) in disguises() {
            let seen = told(&disguise(&post.text), &context);
            assert_eq!(seen, plain, "{name}: {}", post.text);
            tried += 1;
        }
    }
    println!("{tried} disguised texts");
    assert!(tried > 900);
}
