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
        .replace("evidence_kind = \"approver\"\n", "")
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
}

/// An own file adds; it takes the place neither of a built-in pack nor of another of one's own.
#[test]
fn a_name_stands_once() {
    let told = |own: Vec<&str>, name: &str| {
        let text = OWN.replace("\"st-elsewhere\"", &format!("\"{name}\""));
        let read = own.iter().map(|file| read_pack(file, &text).unwrap());
        Packs::new(read.collect()).unwrap_err().to_string()
    };
    for pack in builtin().unwrap() {
        let error = told(vec!["checklists/mine.toml"], &pack.name);
        let place = "checklists/mine.toml:2: name: ";
        let advice = format!("such as `our-{}`", pack.name);
        assert!(
            error.starts_with(place) && error.contains(&advice),
            "{error}"
        );
        assert!(error.contains("comes with rounds and stays"), "{error}");
    }
    let error = told(vec!["a.toml", "b.toml"], "hospital");
    assert!(
        error.starts_with("b.toml:2: ") && error.contains("stands in a.toml"),
        "{error}"
    );
}

/// The evidence that an own pack wants for a question of core is wanted, beside core's own.
#[test]
fn the_stricter_evidence_wins() {
    use crate::posting::evidence::EvidenceKind::{Approver, Consent, Doi, Policy, Text, Url};
    let kind = |id: &str, kind: &str, facts: &Facts<'_>| {
        let text = OWN
            .replace("press-office", id)
            .replace("\"approver\"", &format!("\"{kind}\""))
            .replace("goal:advocate", "always");
        let packs = Packs::new(vec![read_pack("own.toml", &text).unwrap()]).unwrap();
        let on = |names: &[&str]| one(&packs, names, facts, id).evidence_kind;
        (on(&[]), on(&["st-elsewhere"]))
    };
    let plain = Facts::default();
    for (own, wins) in [("approver", Approver), ("consent", Consent), ("text", Text)] {
        assert_eq!(kind("newspaper-test", own, &plain), (None, Some(wins)));
    }
    // The follower of a question asks for it, too.
    assert_eq!(
        kind("discomfort-test", "approver", &plain).1,
        Some(Approver)
    );
    let found = [(UnreferencedClaim, Attest)];
    let claim = Facts {
        found: &found,
        ..Facts::default()
    };
    for (own, wins) in [("doi", Doi), ("text", Url), ("url", Url)] {
        let kinds = kind("source-or-caveat", own, &claim);
        assert_eq!(kinds, (Some(Url), Some(wins)), "{own}");
    }
    assert_eq!(Policy.stricter(Approver), None);
}

/// A demand that no answer could meet together with core's is refused, not dropped.
#[test]
fn evidence_of_which_neither_is_stricter_is_refused() {
    let tell = |id: &str, from: &str, to: &str| {
        let text = OWN.replace("press-office", id).replace(from, to);
        let read = read_pack("own.toml", &text).unwrap();
        Packs::new(vec![read]).unwrap_err().to_string()
    };
    insta::assert_snapshot!([
        tell("source-or-caveat", "", ""),
        tell("employer-policy", "severity", "level = \"account\"\nseverity"),
        tell("newspaper-test", "severity", "level = \"account\"\nseverity"),
    ].join("\n"), @r"
    own.toml:10: evidence_kind: `source-or-caveat` takes `url` in the pack `core`, and neither that nor `approver` is the stricter; give the question an id of its own.
    own.toml:10: evidence_kind: `employer-policy` takes `policy` in the pack `core`, and neither that nor `approver` is the stricter; give the question an id of its own.
    own.toml:10: level: `newspaper-test` is answered at the other level in the pack `core`; give the question an id of its own.
    ");
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
    own.toml:10: asked_with: `press-office` is asked with `newspaper-tset`, but no pack holds that item.
    own.toml:10: asked_with: `press-office` is asked with `discomfort-test`, but that item is itself asked with another.
    own.toml:10: asked_with: `press-office` is asked with `know-delete`, but that item is asked at the other level.
    ");
}
