//! The consent register and the audit.

use serde_json::json;

use crate::terminal::Terminal;
use crate::world::World;

const ADD: [&str; 9] = [
    "consent",
    "add",
    "R-1",
    "--platform",
    "blog",
    "--shows",
    "a wound",
    "--signed-on",
    "2026-05-05",
];

#[test]
fn a_consent_is_recorded_shown_and_withdrawn_once() {
    let world = World::with("lin");
    world.ok(&ADD);
    assert_eq!(world.run(&ADD).status, 1, "a reference stands once");
    let shown = world.json(&["consent", "show", "R-1"]);
    assert_eq!(
        (&shown["valid"], &shown["signer"]),
        (&json!(true), &json!("patient"))
    );
    let withdrawn = world.json(&["consent", "withdraw", "R-1"]);
    assert_eq!(
        (&withdrawn["valid"], &withdrawn["held"]),
        (&json!(false), &json!([]))
    );
    let at = withdrawn["withdrawn_at"].as_str().unwrap();
    assert!(at.contains('+') && !at.contains('Z'), "as all times: {at}");
    assert_eq!(world.run(&["consent", "withdraw", "R-1"]).status, 3);
    assert_eq!(world.run(&["consent", "show", "R-2"]).status, 1);
    assert_eq!(
        world.json(&["consent", "list"]).as_array().unwrap().len(),
        1
    );
    let verdict = world.json(&["audit", "verify"]);
    assert_eq!(
        verdict,
        json!({ "entries": 2, "intact": true, "first_bad": null })
    );
    let kinds: Vec<_> = world
        .ok(&["audit", "export", "--csv"])
        .lines()
        .skip(1)
        .map(kind)
        .collect();
    assert_eq!(kinds, ["consent-added", "consent-withdrawn"]);
}

fn kind(line: &str) -> String {
    line.split(',').nth(2).unwrap().to_owned()
}

#[test]
fn a_changed_record_is_found() {
    let world = World::with("lin");
    world.ok(&ADD);
    world.ok(&["consent", "withdraw", "R-1"]);
    let file = world.path("data/rounds/audit.head");
    let head = std::fs::read_to_string(&file)
        .unwrap()
        .replace("\"sequence\":2", "\"sequence\":5");
    std::fs::write(&file, head).unwrap();
    let ran = world.run(&["audit", "verify"]);
    insta::assert_snapshot!(ran, @r"
    status 1
    --- stdout
    The record is broken from entry 4 on, of 3: it was changed or cut.
    --- stderr
    ");
}

/// What happened since the backup is not known any more, so nothing goes out by itself.
#[test]
fn a_post_that_a_backup_brings_back_waits_for_a_second_look() {
    let world = World::with("lin");
    let added = world.post("Flu vaccines are here.", &["--slot"]);
    let id = added["id"].as_str().unwrap();
    crate::chat::answer_everything(&world, id);
    let post = |world: &World| world.json(&["post", "show", id]);
    assert_eq!(post(&world)["state"], "queued");
    let backup = world.path("work/backup.db");
    world.ok(&["backup", backup.to_str().unwrap()]);
    assert_eq!(post(&world)["state"], "queued", "a backup changes nothing");
    world.ok(&["post", "cancel", id]);
    for left in ["rounds.db-wal", "rounds.db-shm"] {
        let _ = std::fs::remove_file(world.path("data/rounds").join(left));
    }
    std::fs::copy(&backup, world.path("data/rounds/rounds.db")).unwrap();
    let restored = post(&world);
    assert_eq!(restored["state"], "held", "{restored:#}");
    assert_eq!(restored["holds"][0]["kind"], "second-look");
    let audit = world.ok(&["audit", "export", "--csv"]);
    assert_eq!(audit.matches("restored").count(), 1, "{audit}");
    world.ok(&["post", "approve", id]);
    assert_eq!(post(&world)["state"], "queued", "a person looked");
}

fn refused_consent(world: &World, reference: &str, shows: &str, status: i32, kind: &str) {
    let words = ["consent", "add", reference, "--shows", shows];
    let rest = ["--platform", "blog", "--signed-on", "today"];
    let (code, error) = world.error(&[&words[..], &rest[..]].concat());
    let told = error.to_string();
    assert_eq!(
        (code, error["kind"].as_str()),
        (status, Some(kind)),
        "{reference}, {shows}: {told}"
    );
    for name in ["Jane", "Smith", "Emma", "Ramirez", "Maria", "1960"] {
        assert!(!told.contains(name), "{told}");
    }
}

#[test]
fn a_record_never_names_a_patient() {
    let world = World::with("lin");
    for reference in [
        "Mrs Jane Smith",
        "Jane Smith 12/03/1960",
        "Emma Jones",
        "Ramirez 1960",
        "Ramirez-1960",
        "emma-7",
        "R-12/03/1960",
        "Smith",
        "",
    ] {
        refused_consent(&world, reference, "a wound", 2, "usage");
    }
    for shows in [
        "Maria Garcia came to my clinic",
        "Photo of Mrs Jane Smith's wound",
        "Photo of Senyora Puig",
        "wound of the patient in record MRN 4471902",
        "wound, call 020 7946 0958",
    ] {
        refused_consent(&world, "R-1", shows, 3, "refused");
    }
    assert_eq!(world.json(&["consent", "list"]), json!([]));
    for (reference, shows) in [
        ("CONS-2026-014", "wound, no face"),
        ("R-1", "x-ray of a hand and the words of the patient"),
        ("clinic/2026.3_b", "before and after pictures of a scar"),
    ] {
        let words = ["consent", "add", reference, "--shows", shows];
        world.ok(&[&words[..], &["--platform", "blog", "--signed-on", "today"]].concat());
    }
}

/// The hash of each entry can be made again from what is handed out, facts of one name included.
#[test]
fn what_is_handed_out_has_every_fact_that_the_hashes_cover() {
    use rounds::posting::audit::{Entry, GENESIS};
    let world = World::with("lin");
    let text = "My patient Jane Doe came to my clinic today. This drug cures it.";
    world.json(&["post", "add", text, "--to", "blog", "--at", "in 48h"]);
    let rows = world.json(&["audit", "export"]);
    let (mut previous, mut repeats) = (GENESIS.to_owned(), 0);
    for row in rows.as_array().unwrap() {
        let facts = row["facts"].as_array().unwrap();
        let names: Vec<_> = facts.iter().map(|fact| &fact["name"]).collect();
        repeats += (1..names.len())
            .filter(|at| names[..*at].contains(&names[*at]))
            .count();
        let pairs: Vec<_> = facts
            .iter()
            .map(|fact| json!([fact["name"], fact["value"]]))
            .collect();
        let entry: Entry = serde_json::from_value(json!({
            "at": row["at_utc"], "kind": row["kind"], "post": row["post"], "by": row["by"],
            "facts": pairs,
        }))
        .unwrap();
        let hash = entry.hash(row["sequence"].as_u64().unwrap(), &previous);
        assert_eq!(row["hash"], hash, "{row}");
        previous = hash;
    }
    assert!(repeats > 0, "no entry has a fact twice: {rows}");
    let csv = world.ok(&["audit", "export", "--csv"]);
    for fact in rows[rows.as_array().unwrap().len() - 1]["facts"]
        .as_array()
        .unwrap()
    {
        let told = format!(
            "{}={}",
            fact["name"].as_str().unwrap(),
            fact["value"].as_str().unwrap()
        );
        assert!(csv.contains(&told.replace('"', "\"\"")), "{told}: {csv}");
    }
}

#[test]
fn the_record_is_handed_out_without_texts_unless_they_are_asked_for() {
    let world = World::with("lin");
    let caveat = "A friend says so, but I have not verified this.";
    for text in ["=HYPERLINK(\"x\") <b>our clinic</b> & more", caveat] {
        world.json(&["post", "add", text, "--to", "blog"]);
    }
    let posts = world.json(&["post", "list"]);
    let ids = posts["posts"].as_array().unwrap().iter();
    for id in ids.map(|post| post["id"].as_str().unwrap()) {
        let answer = "source-or-caveat=I have not verified this";
        let _ = world.run(&[
            "post",
            "check",
            id,
            "--attest",
            answer,
            "--attest",
            "newspaper-test",
        ]);
    }
    let forms: [&[&str]; 3] = [&[], &["--csv"], &["--html"]];
    for form in forms {
        let export = [&["audit", "export"], form].concat();
        let without = world.ok(&export);
        for words in ["clinic", "not verified"] {
            assert!(!without.contains(words), "{form:?} holds “{words}”");
        }
        let with = world.ok(&[&export[..], &["--with-texts"]].concat());
        assert!(
            with.contains("clinic") && with.contains("not verified"),
            "{form:?}: {with}"
        );
    }
    let csv = world.ok(&["audit", "export", "--csv", "--with-texts"]);
    assert!(csv.contains("\"'=HYPERLINK(\"\"x\"\")"), "{csv}");
    let html = world.ok(&["audit", "export", "--html", "--with-texts"]);
    assert!(!html.contains("<b>our") && !html.contains("<script") && !html.contains("src="));
    assert!(html.contains("The record is intact"));
}

#[test]
fn a_quoted_claim_and_a_no_in_other_words_answer_nothing() {
    let world = World::with("lin");
    let claim = "Turmeric cures bowel cancer in 90% of people within weeks.";
    let post = world.json(&["post", "add", claim, "--to", "blog"]);
    let id = post["posts"][0]["id"].as_str().unwrap();
    let attest = |answer: &str| world.run(&["post", "check", id, "--attest", answer]);
    let state = |item: &str| {
        let post = world.json(&["post", "show", id]);
        let mut checks = post["checks"].as_array().unwrap().iter();
        let check = checks.find(|check| check["item"] == item).unwrap();
        check["state"].as_str().unwrap().to_owned()
    };
    for (item, answer, says) in [
        ("source-or-caveat", "Turmeric cures", "a caveat quoted"),
        ("newspaper-test", "never", "You answered no"),
        ("newspaper-test", "Nope", "You answered no"),
        ("newspaper-test", "perhaps", "--attest newspaper-test=yes"),
    ] {
        let ran = attest(&format!("{item}={answer}"));
        assert!(
            ran.status == 3 && ran.stderr.contains(says),
            "{answer}: {ran}"
        );
        assert_ne!(state(item), "attested", "{answer}");
    }
    for answer in ["sí", "I would be content with that"] {
        let _ = attest(&format!("newspaper-test={answer}"));
        assert_eq!(state("newspaper-test"), "attested", "{answer}");
        let longer = format!("{claim} {answer}.");
        world.json(&["post", "edit", id, "--text", &longer]);
    }
    let text = "A friend says it halves the risk, but I have not verified this.";
    world.json(&["post", "edit", id, "--text", text]);
    let _ = attest("source-or-caveat=I have not verified this");
    assert_ne!(state("source-or-caveat"), "missing");
    assert_ne!(state("source-or-caveat"), "found");
}

/// The reason of a dispute and the note of an answer stay in the audit for good.
#[test]
fn a_reason_that_tells_who_a_patient_is_never_reaches_the_audit() {
    let world = World::with("lin");
    let text = "You should stop taking your tablets, says the leaflet.";
    let post = world.json(&["post", "add", text, "--to", "blog"]);
    let id = post["posts"][0]["id"].as_str().unwrap();
    let finding = post["posts"][0]["findings"][0]["id"].as_str().unwrap();
    let before = world.ok(&["audit", "export", "--csv"]);
    for why in [
        "Mrs Jane Smith told me that she agrees",
        "it is not her, her number is MRN 4471902",
        "call the patient on 020 7946 0958",
        "she wrote from jane.smith@example.org that it is fine",
        "NHS number 943 476 5919 is somebody else",
    ] {
        let (status, error) =
            world.error(&["post", "check", id, "--dispute", finding, "--why", why]);
        assert_eq!(
            (status, error["kind"].as_str()),
            (3, Some("refused")),
            "{why}: {error}"
        );
        let told = error.to_string();
        assert!(told.contains("would stay in the audit"), "{told}");
        assert!(
            !told.contains("Smith") && !told.contains("4471902"),
            "{told}"
        );
        let note = format!("newspaper-test={why}");
        assert_eq!(
            world.error(&["post", "check", id, "--attest", &note]).0,
            3,
            "{why}"
        );
    }
    assert_eq!(world.ok(&["audit", "export", "--csv"]), before);
    let why = "the leaflet speaks to everybody, not to one person";
    let ran = world.run(&["post", "check", id, "--dispute", finding, "--why", why]);
    assert!(
        world.ok(&["audit", "export", "--csv"]).contains(why),
        "{ran}"
    );
}

#[test]
fn a_paper_that_nobody_may_look_up_is_said_to_be_so() {
    let world = World::with("lin");
    let text = "A small trial of turmeric: doi 10.1136/bmj.r315, and PMID: 31926098.";
    let post = world.json(&["post", "add", text, "--to", "blog"]);
    let id = post["posts"][0]["id"].as_str().unwrap();
    let papers = post["posts"][0]["papers"].as_array().unwrap();
    assert_eq!(papers.len(), 2, "{papers:?}");
    for paper in papers {
        let said = paper["said"].as_str().unwrap();
        assert!(
            said.starts_with("not looked up, because look-ups are off"),
            "{said}"
        );
    }
    let ran = world.run(&["post", "check", id]);
    assert_eq!(ran.stdout.matches("look-ups are off").count(), 2, "{ran}");
    // A name that is none is wrong usage, whether anybody may be asked or not.
    for wrong in ["xx", "10.1", "https://example.org", "PMID:abc"] {
        let (status, error) = world.error(&["paper", "check", wrong]);
        assert_eq!(
            (status, error["kind"].as_str()),
            (2, Some("usage")),
            "{wrong}"
        );
    }
    assert_eq!(world.error(&["paper", "check", "10.1136/bmj.r315"]).0, 3);
}

#[test]
fn the_register_fits_a_terminal() {
    let world = World::with("lin");
    let platforms = "blog,bluesky,mastodon,linkedin,facebook,threads";
    let flags = [
        "--platform",
        platforms,
        "--shows",
        "a wound",
        "--signed-on",
        "today",
    ];
    let of = |reference| [&["consent", "add", reference], &flags[..]].concat();
    world.ok(&[&of("CONS-2026-0014")[..], &["--expires", "2099-05-05"]].concat());
    world.ok(&[&of("CONS-2026-0015")[..], &["--with-care"]].concat());
    world.ok(&of("CONS-2026-0016"));
    world.ok(&["consent", "withdraw", "CONS-2026-0016"]);
    let list = &mut world.command(&["consent", "list"]);
    let (shown, status) = Terminal::start(list).end();
    assert_eq!(status, Some(0));
    insta::assert_snapshot!(shown, @r"
    REFERENCE       COVERS                        UNTIL           VALID
    CONS-2026-0014  blog, bluesky, mastodon,      Tue 5 May 2099  yes
                    linkedin, facebook, threads
    CONS-2026-0015  blog, bluesky, mastodon,                      no, part of care
                    linkedin, facebook, threads
    CONS-2026-0016  blog, bluesky, mastodon,                      no, withdrawn
                    linkedin, facebook, threads
    ");
    // Read by a program, each record is one line.
    assert_eq!(world.ok(&["consent", "list"]).lines().count(), 4);
}

/// For an employer: where each post stands now, and answers beside what was asked.
#[test]
fn the_page_tells_where_a_post_stands_and_what_was_asked() {
    let world = World::with("lin");
    let text = "Flu vaccines are here.";
    let at = ["--at", "2099-05-05 08:00"];
    let words = ["post", "add", text, "--to", "blog"];
    let post = world.json(&[&words[..], &at].concat());
    let id = post["posts"][0]["id"].as_str().unwrap();
    let page = || world.ok(&["audit", "export", "--html"]);
    let heading = |standing: &str| {
        let head = format!("Post {id} for blog: <span class=\"state\">{standing}");
        assert!(page().contains(&head), "{standing}: {}", page());
    };
    heading("held, meant for Tue 5 May 2099 08:00 Europe/London; open: coi-disclosed");
    crate::chat::answer_everything(&world, id);
    heading("queued, meant for Tue 5 May 2099 08:00");
    let asked = "Would you be content to see this in print, read by anyone, for ever?</span> \
                 <strong>yes</strong>";
    assert!(page().contains(asked), "{}", page());
    assert!(
        !page().contains("evidence"),
        "an empty fact is told: {}",
        page()
    );
    world.ok(&["post", "cancel", id]);
    heading("cancelled</span>");
}
