//! Packs as files: a hospital's own pack, mistakes and where they are, the rule-set version.

use super::*;

const OWN: &str = r#"
name = "st-elsewhere"
title = "St Elsewhere"
version = "1"
jurisdiction = "UK"
[sources.policy]
title = "Policy 12"
year = 2026
[[items]]
id = "press-office"
question = "Does the press office know?"
applies = ["goal:advocate"]
severity = "attest"
evidence_kind = "approver"
source = "policy"
"#;

/// A hospital's pack joins in; it can ask for more than core and not for less.
#[test]
fn an_own_pack_adds_and_never_softens() {
    let soft = OWN
        .replace("press-office", "source-or-caveat")
        .replace("attest", "advise");
    let packs = Packs::new(vec![read_pack("own.toml", &soft).unwrap()]).unwrap();
    let found = [(UnreferencedClaim, Attest)];
    let facts = Facts {
        found: &found,
        goal: Some(crate::posting::post::Goal::Advocate),
        ..Facts::default()
    };
    assert_eq!(
        one(&packs, &["st-elsewhere"], &facts, "source-or-caveat").severity,
        Block
    );
    let core = OWN.replace("\"st-elsewhere\"", "\"core\"");
    let error = Packs::new(vec![read_pack("core.toml", &core).unwrap()]).unwrap_err();
    assert!(error.message.contains("cannot be replaced"), "{error}");
}

/// The heaviest weight among the packs holds.
#[test]
fn an_own_pack_can_ask_for_more() {
    let strict = OWN
        .replace("press-office", "newspaper-test")
        .replace("attest", "block");
    let strict = strict.replace("goal:advocate", "always");
    let packs = Packs::new(vec![read_pack("own.toml", &strict).unwrap()]).unwrap();
    let question = one(
        &packs,
        &["st-elsewhere"],
        &Facts::default(),
        "newspaper-test",
    );
    assert_eq!((question.severity, question.pack), (Block, CORE));
}

/// What only a finding would open neither leads a question nor weighs in it.
#[test]
fn an_unopened_follower_steps_back() {
    let led = "asked_with = \"image-background\"";
    let second = OWN
        .replace("evidence_kind = \"approver\"", led)
        .replace("goal:advocate", "always");
    let second = second.split_once("year = 2026\n").unwrap().1;
    let first = second
        .replace("press-office", "tattoos")
        .replace("attest", "block");
    let first = first.replace("applies = [\"always\"]", "opened_by = [\"disrespect\"]");
    let head = OWN.split_once("[[items]]").unwrap().0;
    let pack = read_pack("own.toml", &format!("{head}{first}{second}")).unwrap();
    let packs = Packs::new(vec![pack]).unwrap();
    let question = one(&packs, &["st-elsewhere"], &Facts::default(), "press-office");
    assert_eq!(question.item.id, "press-office");
    assert_eq!(
        (question.severity, question.state),
        (Attest, StateHint::Asked)
    );
}

/// The rule-set version follows the rules and not the comments.
#[test]
fn the_version_follows_the_rules() {
    let version = |text: &str| {
        Packs::new(vec![read_pack("own.toml", text).unwrap()])
            .unwrap()
            .version()
            .to_owned()
    };
    let plain = version(OWN);
    assert_eq!(plain.len(), 12);
    assert_eq!(plain, version(&format!("# A remark.\n{OWN}")));
    assert_ne!(plain, version(&OWN.replace("attest", "block")));
    assert_ne!(plain, packs().version());
}

/// Each mistake is told with file, line, field and what would be right.
#[test]
fn mistakes_are_told_with_their_place() {
    let tell = |from: &str, to: &str| {
        assert!(OWN.contains(from), "{from}");
        let error = read_pack("own.toml", &OWN.replace(from, to)).unwrap_err();
        format!(
            "{}:{} {}: {}",
            error.file, error.line, error.field, error.message
        )
    };
    insta::assert_snapshot!([
        tell("goal:advocate", "goal:fame"),
        tell("goal:advocate", "whenever"),
        tell("applies = [\"goal:advocate\"]", "opened_by = [\"nmae\"]"),
        tell("applies = [\"goal:advocate\"]\n", ""),
        tell("severity = \"attest\"", "severity = \"fatal\""),
        tell("severity = \"attest\"", "severity = \"attest\"\nweak = \"block\""),
        tell("question =", "qeustion ="),
        tell("source = \"policy\"", "source = \"polcy\""),
        tell("press-office", "Press Office"),
        tell("evidence_kind = \"approver\"", "evidence_kind = \"url\"\nasked_with = \"coi-visible\""),
        tell("year = 2026", "year = "),
    ].join("\n"), @r"
    own.toml:12 applies: there is no goal `fame`; known are: educate, promote, connect, advocate, network, learn, teach
    own.toml:12 applies: there is no condition `whenever`; known are: always, doctor, practice, person, about-patient, consent, media, faces, links, sponsor, mentions, delegated, post, reply, repost, quote, dispute, goal:NAME, platform:NAME, and the categories of findings
    own.toml:12 opened_by: there is no category of findings `nmae`; known are: name, date, location_small, phone, email, record_number, age_over_89, url_or_handle_of_patient, vehicle_or_device_id, rare_case_cue, relative_detail, image_of_patient, individual_advice, undisclosed_sponsorship, unreferenced_claim, disrespect, anonymous_claim
    own.toml:10 applies: it would never be asked; give `applies`, `opened_by` or both
    own.toml:13 severity: unknown variant `fatal`, expected one of `advise`, `attest`, `block`
    own.toml:14 weak: must weigh less than `severity`
    own.toml:11 qeustion: unknown field `qeustion`, expected one of `id`, `question`, `speaks_as`, `applies`, `opened_by`, `severity`, `block_when`, `weak`, `level`, `evidence_kind`, `asked_with`, `source`, `paragraph`, `verified`, `jurisdiction`
    own.toml:15 source: there is no [sources.polcy] in this file; known are: policy
    own.toml:10 id: lower-case letters, digits and hyphens only
    own.toml:15 asked_with: an item with evidence of its own needs a question of its own
    own.toml:8 year: string values must be quoted, expected literal string
    ");
    let twice = format!("{OWN}{}", OWN.split_once("year = 2026\n").unwrap().1);
    let error = read_pack("own.toml", &twice).unwrap_err();
    insta::assert_snapshot!(error, @"own.toml:17: id: `press-office` stands twice in this pack.");
}

/// What spans packs is checked when they come together.
#[test]
fn mistakes_between_packs_are_told() {
    let tell = |text: String| {
        Packs::new(vec![read_pack("own.toml", &text).unwrap()])
            .unwrap_err()
            .to_string()
    };
    let also = "[[also]]\nid = \"own-privcy\"\npack = \"bma\"\nsource = \"policy\"\n";
    let with = |leader: &str| {
        let line = format!("asked_with = \"{leader}\"");
        tell(OWN.replace("evidence_kind = \"approver\"", &line))
    };
    insta::assert_snapshot!([
        tell(format!("{OWN}{also}")),
        with("newspaper-tset"),
        with("discomfort-test"),
        with("know-delete"),
    ].join("\n"), @r"
    own.toml:17: also: `bma` has no item `own-privcy`.
    checklists/st-elsewhere.toml:1: asked_with: `press-office` is asked with `newspaper-tset`, but no pack holds that item.
    checklists/st-elsewhere.toml:1: asked_with: `press-office` is asked with `discomfort-test`, but that item is itself asked with another.
    checklists/st-elsewhere.toml:1: asked_with: `press-office` is asked with `know-delete`, but that item is asked at the other level.
    ");
}
