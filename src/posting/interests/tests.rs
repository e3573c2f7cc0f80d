//! What names a tie, what tells it, and what only seems to.

use jiff::civil::date;

use super::*;

fn acme() -> Interest {
    Interest {
        name: "Acme".into(),
        kind: Tie::Payment,
        since: date(2026, 1, 1),
        until: Some(date(2026, 6, 30)),
        known_as: vec!["Cardiolux".into(), "@acme_med".into()],
    }
}

fn telling() -> Telling {
    Telling::builtin().unwrap()
}

#[test]
fn a_tie_holds_from_its_first_day_to_its_last() {
    for (day, holds) in [
        (date(2025, 12, 31), false),
        (date(2026, 1, 1), true),
        (date(2026, 6, 30), true),
        (date(2026, 7, 1), false),
    ] {
        assert_eq!(acme().holds_on(day), holds, "{day}");
    }
}

#[test]
fn a_name_counts_as_a_word_of_its_own_in_any_case() {
    for (text, found) in [
        ("The new ACME pump", Some((8, 12))),
        ("Ñ 🙂 cardiolux!", Some((4, 13))),
        ("Thanks @Acme_Med", Some((7, 16))),
        ("So many Acmes", Some((8, 12))),
        ("Acme’s pump", Some((0, 4))),
        ("Look #acme4life", Some((6, 10))),
        ("#AcmePump", Some((1, 5))),
        ("Acmeology", None),
        ("Acme4life", None),
        ("pharmacme", None),
        ("", None),
    ] {
        assert_eq!(acme().named_in(text), found, "{text}");
    }
}

#[test]
fn plain_words_at_the_front_tell_it() {
    for text in [
        "Ad: Acme pays me. A pump that works.",
        "I own shares in Acme, so weigh my words.",
        "Acme’s pump, a gift from them: first look",
        "Publicidad: Acme me paga. Una bomba.",
        "Conflicte d’interessos: Acme em paga.",
        "#ad The new Acme pump",
        "The new Acme pump #sponsored",
        "[Ad] A pump. Acme makes it.",
        "Advertisement. A pump. Acme makes it.",
        "Publicitat: una bomba. Acme la fa.",
        "#ad A pump. Acme makes it.",
        "It is not new. I work for Acme.",
        "I was paid by Dr. Acme.",
        "Conflict of interest:\nAcme pays me.",
        "I work for @acme_med",
    ] {
        assert!(telling().is_told(text, &acme()), "{text}");
    }
}

#[test]
fn what_is_late_hidden_in_a_run_of_hashtags_or_behind_a_link_tells_nothing() {
    let late = format!(
        "{} Ad: Acme pays me.",
        "A long story about a pump. ".repeat(5)
    );
    for text in [
        late.as_str(),
        "The Acme pump #health #ad #pumps",
        "The Acme pump #ad #pumps",
        "The Acme pump. Disclosure: https://lin.example/interests",
        "The Acme pump https://acme.example/sponsored",
        "Thanks Acme for the pump! #sp #partner",
        "Acme and I read about bad: habits",
        "",
    ] {
        assert!(!telling().is_told(text, &acme()), "{text}");
    }
}

#[test]
fn what_is_denied_or_told_of_something_else_tells_nothing() {
    for text in [
        "This is not sponsored. Acme makes a good pump.",
        "This is not sponsored by Acme.",
        "I was not paid by anyone. Acme makes a good pump.",
        "I wasn’t paid by Acme.",
        "No conflict of interest: Acme makes a good pump.",
        "Conflict of interest: none, Acme is only good.",
        "Conflict of interest: I have none with Acme.",
        "I declare that I hold nothing of Acme.",
        "Sin conflicto de intereses: Acme hace bombas.",
        "No soy de Acme ni trabajo para Acme.",
        "Sense conflicte d’interessos: Acme fa bombes.",
        "Acme never #sponsored this",
        "I work for the NHS. Acme makes a good pump.",
        "I work for the NHS\nAcme makes a good pump",
        "My company car broke. Acme makes a good pump.",
        "My friend was #sponsored once. Acme makes a good pump.",
        "Ad-free: Acme makes a good pump.",
        "Advertisement rules bore me. Acme makes a good pump.",
        "Ad: https://lin.example/interests Acme",
        "Not an ad: Acme makes a good pump.",
    ] {
        assert!(!telling().is_told(text, &acme()), "{text}");
    }
}

#[test]
fn each_tie_that_is_named_is_told() {
    let beta = Interest {
        name: "Beta".into(),
        known_as: Vec::new(),
        ..acme()
    };
    let text = "I work for Acme. Beta makes a good pump.";
    assert!(telling().is_told(text, &acme()));
    assert!(!telling().is_told(text, &beta));
    assert!(telling().is_told("Ad: a pump by Acme. And Beta.", &beta));
}

#[test]
fn every_ready_wording_tells_and_is_counted() {
    let telling = telling();
    for kind in [Tie::Payment, Tie::Gift, Tie::Shares, Tie::Family, Tie::Job] {
        let interest = Interest { kind, ..acme() };
        let ready = telling.ready(&interest);
        let languages: Vec<_> = ready.iter().map(|r| r.language.as_str()).collect();
        assert_eq!(languages, ["en", "es", "ca"], "{kind:?}");
        for ready in ready {
            assert!(telling.is_told(&ready.text, &interest), "{}", ready.text);
            assert_eq!(ready.characters, ready.text.chars().count());
            let x = ready
                .left
                .iter()
                .find(|(platform, _)| platform == "x")
                .unwrap();
            assert_eq!(x.1 + ready.characters + 1, 280);
        }
    }
}
