//! What the packs cost the clinician: how many questions, and none of them twice.

use super::*;

/// Items asked together are one question even where the leading item is not in use.
#[test]
fn followers_without_their_leader_are_one_question() {
    let packs = packs();
    let facts = Facts {
        has_media: true,
        ..Facts::default()
    };
    let alone = one(&packs, &["aafp", "hipaa"], &facts, "image-metadata");
    assert_eq!(alone.item.id, "image-people");
    let led = one(&packs, &["aafp", "hipaa", "gmc"], &facts, "image-people");
    assert_eq!(led.item.id, "image-background");
    assert!(led.settles("image-metadata"));
    assert_eq!(led.with.len(), 2);
}

/// One question cannot stand twice, whatever the packs and the order they are listed in.
#[test]
fn nothing_is_asked_twice() {
    let packs = packs();
    let names = [
        "ama", "bma", "aafp", "aafp", "gmc", "ftc", "hipaa", "ccmc", "employer",
    ];
    let found: Vec<_> = CATEGORIES
        .into_iter()
        .map(|category| (category, Block))
        .collect();
    let facts = Facts {
        about_patient: true,
        has_media: true,
        has_sponsor: true,
        has_consent: true,
        found: &found,
        ..Facts::default()
    };
    let all = packs.items_for(&names, &facts).unwrap();
    let mut ids: Vec<&str> = Vec::new();
    for question in &all {
        ids.push(&question.item.id);
        ids.extend(question.with.iter().map(|(item, _)| item.id.as_str()));
    }
    let unique: BTreeSet<&str> = ids.iter().copied().collect();
    assert_eq!(ids.len(), unique.len(), "{ids:?}");
}

/// The price: questions a post costs, by packs and by what is found in it. Printed; bounded so
/// that the packs stay light.
#[test]
fn packs_stay_light() {
    let packs = packs();
    // As in the posts that the screening is tried on: about half carry nothing, the others one
    // kind of thing, seldom two.
    let samples: [&[(Category, Severity)]; 18] = [
        &[],
        &[],
        &[],
        &[],
        &[],
        &[],
        &[],
        &[],
        &[(UnreferencedClaim, Attest)],
        &[(Name, Block), (Date, Block)],
        &[(LocationSmall, Attest)],
        &[(RareCaseCue, Block), (LocationSmall, Block)],
        &[(RelativeDetail, Attest)],
        &[(ImageOfPatient, Block)],
        &[(IndividualAdvice, Attest)],
        &[(UndisclosedSponsorship, Block)],
        &[(Disrespect, Attest)],
        &[(AnonymousClaim, Attest)],
    ];
    let accounts: [(&[&str], usize, usize); 4] = [
        (&[], 3, 4),
        (&["aafp", "ftc", "hipaa", "ama"], 3, 5),
        (&["gmc", "bma"], 3, 5),
        (
            &[
                "aafp", "gmc", "bma", "ftc", "hipaa", "ccmc", "ama", "employer",
            ],
            3,
            5,
        ),
    ];
    println!("{:60} median worst account", "packs");
    for (names, most_median, most_worst) in accounts {
        let mut counts: Vec<usize> = samples
            .iter()
            .map(|found| {
                per_post(
                    &packs,
                    names,
                    &Facts {
                        found,
                        ..Facts::default()
                    },
                )
                .len()
            })
            .collect();
        counts.sort_unstable();
        let (median, worst) = (counts[counts.len() / 2], counts[counts.len() - 1]);
        let account = asked(&packs, names, &Facts::default(), Level::Account).len();
        println!("{:60} {median:6} {worst:5} {account:7}", names.join(" "));
        assert!(
            median <= most_median && worst <= most_worst,
            "{names:?}: {counts:?}"
        );
    }
}
