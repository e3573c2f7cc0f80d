//! The packs against the guidance, the contract and the price in questions.

mod files;
mod price;

use std::collections::BTreeSet;

use super::*;
use crate::posting::screening::Category::{self, *};
use crate::posting::screening::Severity::{Advise, Attest, Block};

const GUIDANCE_IDS: &str = include_str!("../../../tests/fixtures/guidance_ids.txt");

const CATEGORIES: [Category; 17] = [
    Name,
    Date,
    LocationSmall,
    Phone,
    Email,
    RecordNumber,
    AgeOver89,
    UrlOrHandleOfPatient,
    VehicleOrDeviceId,
    RareCaseCue,
    RelativeDetail,
    ImageOfPatient,
    IndividualAdvice,
    UndisclosedSponsorship,
    UnreferencedClaim,
    Disrespect,
    AnonymousClaim,
];

fn packs() -> Packs {
    Packs::new(Vec::new()).unwrap()
}

/// id and severity of what must be answered, for one level.
fn asked<'a>(
    packs: &'a Packs,
    names: &[&str],
    facts: &Facts<'_>,
    level: Level,
) -> Vec<(&'a str, Severity)> {
    let all = packs.items_for(names, facts).unwrap().into_iter();
    all.filter(|a| a.item.level == level && a.state != StateHint::Unopened && a.severity > Advise)
        .map(|a| (a.item.id.as_str(), a.severity))
        .collect()
}

fn per_post<'a>(packs: &'a Packs, names: &[&str], facts: &Facts<'_>) -> Vec<(&'a str, Severity)> {
    asked(packs, names, facts, Level::Post)
}

fn one<'a>(packs: &'a Packs, names: &[&str], facts: &Facts<'_>, id: &str) -> Applicable<'a> {
    let all = packs.items_for(names, facts).unwrap();
    all.into_iter()
        .find(|a| a.settles(id))
        .unwrap_or_else(|| panic!("{id} is not there"))
}

/// Every rule of the guidance is an item of a pack, and no item is without a rule.
#[test]
fn packs_hold_all_of_the_guidance_and_nothing_else() {
    let guidance: BTreeSet<&str> = GUIDANCE_IDS.lines().collect();
    let packs = packs();
    let held: BTreeSet<&str> = packs
        .all()
        .iter()
        .flat_map(|p| &p.items)
        .map(|i| i.id.as_str())
        .collect();
    assert_eq!(guidance.len(), 75);
    assert_eq!(held, guidance);
}

/// A plain text with nothing found costs two questions, and three once for the account.
#[test]
fn a_plain_post_asks_two_questions() {
    let packs = packs();
    for speaks_as in [SpeaksAs::Doctor, SpeaksAs::Practice] {
        let plain = Facts {
            speaks_as,
            ..Facts::default()
        };
        let post = per_post(&packs, &[], &plain);
        assert_eq!(
            post,
            [("coi-disclosed", Attest), ("newspaper-test", Attest)]
        );
        let account = asked(&packs, &[], &plain, Level::Account);
        let ids: Vec<&str> = account.iter().map(|(id, _)| *id).collect();
        assert_eq!(ids, ["named-as-doctor", "employer-policy", "know-delete"]);
    }
    let newspaper = one(&packs, &[], &Facts::default(), "newspaper-test");
    assert!(newspaper.settles("discomfort-test"));
}

/// The evidence kinds of the core pack are the contract's.
#[test]
fn core_evidence_kinds_are_the_contracts() {
    let packs = packs();
    for item in &packs.get(CORE).unwrap().items {
        let expected = match item.id.as_str() {
            "source-or-caveat" => Some(EvidenceKind::Url),
            "employer-policy" => Some(EvidenceKind::Policy),
            "publication-consent" => Some(EvidenceKind::Consent),
            _ => None,
        };
        assert_eq!(item.evidence_kind, expected, "{}", item.id);
    }
}

/// No finding falls on the floor: each category opens an item that must be answered, by the core
/// pack alone and whoever the account speaks as.
#[test]
fn every_category_opens_an_item_of_the_core_pack() {
    let packs = packs();
    for category in CATEGORIES {
        for speaks_as in [SpeaksAs::Doctor, SpeaksAs::Practice, SpeaksAs::Person] {
            let found = [(category, Attest)];
            let facts = Facts {
                speaks_as,
                found: &found,
                ..Facts::default()
            };
            let all = packs.items_for(&[], &facts).unwrap();
            let opened = all
                .iter()
                .any(|a| a.state == StateHint::Opened && a.severity > Advise);
            assert!(opened, "{category:?} for {speaks_as:?}");
        }
    }
}

/// The table of the guidance: what each kind of finding opens, with all packs in use.
#[test]
fn findings_open_the_items_of_the_table() {
    let packs = packs();
    let names = ["aafp", "gmc", "bma", "ftc", "hipaa", "ccmc", "ama"];
    let table: [(Category, &[&str]); 10] = [
        (
            Name,
            &[
                "no-patient-identifiers",
                "hipaa-hitech",
                "publication-consent",
            ],
        ),
        (Date, &["no-patient-identifiers", "hipaa-hitech"]),
        (RareCaseCue, &["recognisable-to-family"]),
        (RelativeDetail, &["recognisable-to-family"]),
        (
            ImageOfPatient,
            &["publication-consent", "image-background", "image-people"],
        ),
        (
            IndividualAdvice,
            &["no-individual-advice", "redirect-official-channel"],
        ),
        (UndisclosedSponsorship, &["coi-disclosed", "coi-visible"]),
        (
            UnreferencedClaim,
            &["source-or-caveat", "substantiate-claims"],
        ),
        (Disrespect, &["respect-patients", "respect-colleagues"]),
        (AnonymousClaim, &["named-as-doctor", "not-the-profession"]),
    ];
    for (category, ids) in table {
        let found = [(category, Block)];
        let facts = Facts {
            found: &found,
            ..Facts::default()
        };
        for id in ids {
            let state = one(&packs, &names, &facts, id).state;
            assert!(state > StateHint::Unopened, "{category:?} opens {id}");
        }
    }
}

/// One weak cue asks for an answer; a strong one, or the word that it is a patient, blocks.
#[test]
fn weight_of_findings_decides_between_attest_and_block() {
    let packs = packs();
    let severity = |facts: &Facts<'_>, id| one(&packs, &[], facts, id).severity;
    let weak = [(LocationSmall, Attest), (RareCaseCue, Attest)];
    let strong = [(LocationSmall, Block), (RareCaseCue, Block)];
    let of = |found| Facts {
        found,
        ..Facts::default()
    };
    assert_eq!(severity(&of(&[]), "no-patient-identifiers"), Block);
    assert_eq!(severity(&of(&weak), "no-patient-identifiers"), Attest);
    assert_eq!(severity(&of(&strong), "no-patient-identifiers"), Block);
    let patient = |found| Facts {
        about_patient: true,
        ..of(found)
    };
    assert_eq!(severity(&patient(&[]), "no-patient-identifiers"), Block);
    // How much a finding weighs in a post about a patient, with or without a release, is the
    // screening's to say.
    assert_eq!(severity(&patient(&weak), "no-patient-identifiers"), Attest);
    assert_eq!(severity(&of(&weak), "recognisable-to-family"), Attest);
    assert_eq!(severity(&of(&strong), "recognisable-to-family"), Block);
    let consent = |found| one(&packs, &[], &of(found), "publication-consent").state;
    assert_eq!(consent(&[(Name, Attest)]), StateHint::Unopened);
    assert_eq!(consent(&[(Name, Block)]), StateHint::Opened);
}

/// Attest items that the guidance lets block do so under its conditions.
#[test]
fn escalations_block() {
    let packs = packs();
    let severity = |found: &[_], id| {
        one(
            &packs,
            &["aafp", "gmc"],
            &Facts {
                found,
                ..Facts::default()
            },
            id,
        )
        .severity
    };
    assert_eq!(
        severity(&[(UndisclosedSponsorship, Attest)], "coi-disclosed"),
        Block
    );
    assert_eq!(severity(&[], "coi-disclosed"), Attest);
    assert_eq!(
        severity(&[(IndividualAdvice, Attest)], "no-individual-advice"),
        Attest
    );
    let named = [(IndividualAdvice, Attest), (Name, Attest)];
    assert_eq!(severity(&named, "no-individual-advice"), Block);
    assert_eq!(
        severity(&[(IndividualAdvice, Attest)], "redirect-official-channel"),
        Block
    );
    assert_eq!(
        severity(&[(Disrespect, Attest)], "respect-patients"),
        Attest
    );
    assert_eq!(
        severity(&[(Disrespect, Attest), (Phone, Attest)], "respect-patients"),
        Block
    );
}

/// About a patient: identifiers and consent are asked, and more where a pack wants it.
#[test]
fn a_post_about_a_patient_asks_for_consent() {
    let packs = packs();
    let facts = Facts {
        about_patient: true,
        ..Facts::default()
    };
    let ids = |names: &[&str]| -> Vec<&str> {
        per_post(&packs, names, &facts)
            .into_iter()
            .map(|(id, _)| id)
            .collect()
    };
    let core = [
        "no-patient-identifiers",
        "publication-consent",
        "coi-disclosed",
        "newspaper-test",
    ];
    assert_eq!(ids(&[]), core);
    let wanted = one(&packs, &["aafp"], &facts, "yours-to-share");
    assert_eq!(
        (wanted.item.id.as_str(), wanted.pack),
        ("recognisable-to-family", CORE)
    );
    assert_eq!(wanted.state, StateHint::Asked);
}

/// A picture of a patient with a release can go out: nothing that a plain answer cannot settle is
/// left beside the consent record, since a finding that a record answers cannot be disputed.
#[test]
fn a_released_picture_has_a_way_out() {
    let packs = packs();
    let names = [
        "aafp", "gmc", "bma", "ftc", "hipaa", "ccmc", "ama", "employer",
    ];
    let facts = Facts {
        found: &[(ImageOfPatient, Block)],
        has_media: true,
        has_consent: true,
        about_patient: true,
        ..Facts::default()
    };
    let all = packs.items_for(&names, &facts).unwrap();
    let stuck: Vec<&str> = all
        .iter()
        .filter(|q| q.state == StateHint::Opened && q.severity == Block)
        .filter(|q| q.item.evidence_kind.is_none())
        .map(|q| q.item.id.as_str())
        .collect();
    assert!(stuck.is_empty(), "{stuck:?}");
}

/// Rules that block in the guidance can block here, and no others in the packs of the guidance.
#[test]
fn block_capable_items_are_those_of_the_guidance() {
    let packs = packs();
    let can_block = |item: &&Item| item.severity == Block || !item.block_when.is_empty();
    let capable: BTreeSet<&str> = packs
        .all()
        .iter()
        .flat_map(|pack| &pack.items)
        .filter(can_block)
        .map(|item| item.id.as_str())
        .collect();
    // `sober-rested` blocks as the hold `second-look`; explicit consent is part of consent.
    let expected = BTreeSet::from([
        "no-patient-identifiers",
        "recognisable-to-family",
        "publication-consent",
        "consent-separate",
        "consent-proxy",
        "image-background",
        "image-people",
        "image-metadata",
        "advocacy-story",
        "no-individual-advice",
        "redirect-official-channel",
        "source-or-caveat",
        "coi-disclosed",
        "coi-visible",
        "respect-patients",
        "delegated-author",
        "n-gmc-explicit-consent",
    ]);
    assert_eq!(capable, expected);
}

/// What was not read says so, and never blocks.
#[test]
fn unverified_rules_say_so_and_do_not_block() {
    let packs = packs();
    let guidance = packs.all().iter().filter(|pack| pack.name != "employer");
    let items = guidance
        .flat_map(|pack| &pack.items)
        .filter(|item| !item.source.verified);
    let ids: Vec<&str> = items
        .inspect(|item| {
            assert!(
                item.source.to_string().ends_with(", UNVERIFIED"),
                "{}",
                item.source
            );
            assert_eq!(item.severity, Advise);
        })
        .map(|item| item.id.as_str())
        .collect();
    assert_eq!(ids, ["n-gmc-honest", "n-gmc-name", "n-ama-tell-colleague"]);
}

/// A private person is not asked for a practice's promotion or an employer's policy.
#[test]
fn a_private_person_is_asked_less() {
    let packs = packs();
    let facts = Facts {
        speaks_as: SpeaksAs::Person,
        ..Facts::default()
    };
    assert_eq!(per_post(&packs, &[], &facts), [("newspaper-test", Attest)]);
    assert_eq!(
        asked(&packs, &[], &facts, Level::Account),
        [("know-delete", Attest)]
    );
    let promote = Facts {
        goal: Some(crate::posting::post::Goal::Promote),
        ..facts
    };
    let all = packs.items_for(&["aafp"], &promote).unwrap();
    assert!(!all.iter().any(|a| a.settles("own-practice-promo")));
}

/// A pack that is gone must not take its questions with it in silence.
#[test]
fn a_missing_pack_is_an_error() {
    let error = packs().items_for(&["gcm"], &Facts::default()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "There is no checklist pack `gcm`; known are: \
         core, aafp, gmc, bma, ftc, hipaa, ccmc, ama, employer."
    );
}
