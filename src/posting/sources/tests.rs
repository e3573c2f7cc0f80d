//! Which papers a post rests on, and what a notice about them asks of the clinician.

use super::*;
use crate::posting::post::{About, Attestation, Content, PostId};

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

fn post(text: &str) -> Post {
    let content = Content {
        account: "blog".into(),
        text: text.into(),
        ..Content::default()
    };
    let id = PostId::from_bits(1);
    Post::draft(id, content, About::default(), "Dr Lin".into(), at(0))
}

fn with_source(mut post: Post, evidence: &str, second: i64) -> Post {
    post.attestations.push(Attestation {
        item: "source-or-caveat".into(),
        evidence: Some(evidence.into()),
        by: "Dr Lin".into(),
        system_user: "lin".into(),
        at: at(second),
        content_hash: post.content.hash(),
        rules: "1".into(),
    });
    post
}

fn doi(doi: &str) -> PaperId {
    PaperId::Doi(doi.into())
}

fn answer(second: i64, warnings: &[Warning]) -> Answer {
    let notice = |warning: &Warning| Notice {
        warning: *warning,
        on: None,
        by: "Crossref".into(),
    };
    Answer {
        at: at(second),
        by: "Crossref".into(),
        known: true,
        title: None,
        notices: warnings.iter().map(notice).collect(),
        noticed_at: None,
        published_as: None,
    }
}

fn paper(id: &str, second: i64, warnings: &[Warning]) -> Paper {
    Paper::unheard(doi(id)).answered(answer(second, warnings))
}

#[test]
fn papers_are_found_as_people_write_them() {
    for (text, id) in [
        (
            "See https://doi.org/10.1016/S0140-6736(20)30183-5.",
            "10.1016/s0140-6736(20)30183-5",
        ),
        ("(doi: 10.1136/bmj.r315)", "10.1136/bmj.r315"),
        (
            "“10.1056/NEJMoa2034577”, good news",
            "10.1056/nejmoa2034577",
        ),
        (
            "https://www.nejm.org/doi/full/10.1056/NEJMoa2034577?query=RP",
            "10.1056/nejmoa2034577",
        ),
        (
            "https://doi.org/10.1101%2F2020.03.22.20040758…",
            "10.1101/2020.03.22.20040758",
        ),
        ("PMID: 31926098, read it", "PMID 31926098"),
        ("pmid 31926098", "PMID 31926098"),
        ("https://pubmed.ncbi.nlm.nih.gov/31926098/", "PMID 31926098"),
        (
            "https://www.ncbi.nlm.nih.gov/pubmed/31926098",
            "PMID 31926098",
        ),
    ] {
        let found: Vec<_> = named_in(text)
            .iter()
            .map(|(id, ..)| id.to_string())
            .collect();
        assert_eq!(found, [id], "{text}");
    }
    for text in [
        "10.5/8 on the scale",
        "Version 2.10.1136/x",
        "10. and 10.12/",
        "at 10.30 tomorrow",
        "PMID pending",
        "PMID 123456789",
        "a 10.1136",
        "",
    ] {
        assert_eq!(named_in(text), [], "{text}");
    }
}

#[test]
fn places_count_characters_and_a_paper_stands_once() {
    let text = "Ñandú 🙂 10.1136/bmj.r315, and again 10.1136/BMJ.R315 and PMID 7";
    let found = named_in(text);
    assert_eq!(found.len(), 2);
    let (_, start, end) = &found[0];
    let cut: String = text.chars().skip(*start).take(end - start).collect();
    assert_eq!(cut, "10.1136/bmj.r315");
}

#[test]
fn only_the_last_evidence_for_the_present_text_counts() {
    let former = with_source(post("Walking helps."), "10.1000/old", 1);
    assert_eq!(of_post(&former), [doi("10.1000/old")]);
    let mut other = with_source(former.clone(), "10.1000/new PMID 7", 2);
    assert_eq!(
        of_post(&other),
        [doi("10.1000/new"), PaperId::Pmid("7".into())]
    );
    other.content.text = "Walking helps a lot.".into();
    assert_eq!(of_post(&other), []);
}

#[test]
fn each_notice_weighs_what_it_should_and_says_why() {
    let cases = [
        (Warning::Retracted, Some(Severity::Block)),
        (Warning::PartlyRetracted, Some(Severity::Block)),
        (Warning::Concern, Some(Severity::Block)),
        (Warning::Preprint, Some(Severity::Attest)),
    ];
    let post = post("It works: 10.1000/a");
    for (warning, severity) in cases {
        let found = findings(&post, &[paper("10.1000/a", 1, &[warning])]);
        assert_eq!(found.first().map(|f| f.severity), severity, "{warning:?}");
        assert!(found[0].why.contains(warning.words()), "{}", found[0].why);
        assert_eq!((found[0].start, found[0].end), (10, 19));
        assert_eq!(found[0].item, "source-or-caveat");
    }
    assert_eq!(findings(&post, &[paper("10.1000/a", 1, &[])]), []);
    assert_eq!(
        findings(&post, &[paper("10.1000/other", 1, &[Warning::Retracted])]),
        []
    );
}

#[test]
fn a_text_that_says_it_is_a_preprint_needs_no_more_but_a_retraction_always_blocks() {
    let preprint = [paper("10.1000/a", 1, &[Warning::Preprint])];
    for said in ["A preprint: 10.1000/a", "Sin revisión por pares: 10.1000/a"] {
        assert_eq!(findings(&post(said), &preprint), [], "{said}");
    }
    let retracted = [paper("10.1000/a", 1, &[Warning::Retracted])];
    let said = post("A retracted preprint, under an expression of concern: 10.1000/a");
    assert_eq!(findings(&said, &retracted)[0].severity, Severity::Block);
}

#[test]
fn what_could_not_be_asked_and_what_is_unknown_is_said() {
    let post = post("It works: 10.1000/a");
    let offline = Paper::unheard(doi("10.1000/a")).left_unanswered(at(1), "no network".into());
    let found = findings(&post, &[offline]);
    assert_eq!(found[0].severity, Severity::Attest);
    assert!(
        found[0].why.contains("nobody could be asked: no network"),
        "{}",
        found[0].why
    );
    let unknown = Answer {
        known: false,
        ..answer(1, &[])
    };
    let found = findings(&post, &[Paper::unheard(doi("10.1000/a")).answered(unknown)]);
    assert!(
        found[0].why.contains("knows no such paper"),
        "{}",
        found[0].why
    );
    assert_eq!(findings(&post, &[Paper::unheard(doi("10.1000/a"))]), []);
}

#[test]
fn a_failed_try_forgets_nothing() {
    let known = paper("10.1000/a", 1, &[Warning::Retracted]);
    let tried = known.left_unanswered(at(2), "no network".into());
    assert_eq!(
        findings(&post("10.1000/a"), &[tried])[0].severity,
        Severity::Block
    );
}

#[test]
fn a_notice_keeps_the_time_it_was_first_seen_until_a_heavier_one_comes() {
    let first = paper("10.1000/a", 10, &[Warning::Concern]);
    let again = first.answered(answer(20, &[Warning::Concern]));
    assert_eq!(again.answer.as_ref().unwrap().noticed_at, Some(at(10)));
    let heavier = again.answered(answer(30, &[Warning::Concern, Warning::Retracted]));
    assert_eq!(heavier.answer.as_ref().unwrap().noticed_at, Some(at(30)));
    let cleared = heavier.answered(answer(40, &[]));
    assert_eq!(cleared.answer.unwrap().noticed_at, None);
}

#[test]
fn only_a_later_answer_with_another_source_stands_against_a_retraction() {
    let papers = [paper("10.1000/a", 10, &[Warning::Retracted])];
    let post = with_source(post("It works: 10.1000/a"), "https://a.example", 5);
    let doubts = Doubts::about(&post, &papers, |_| false);
    assert_eq!(doubts.since, Some(at(10)));
    for (evidence, second, stands) in [
        ("https://a.example", 5, false),
        ("https://a.example", 10, false),
        ("https://a.example", 11, true),
        ("10.1000/a", 11, false),
        ("https://doi.org/10.1000/A", 11, false),
        ("10.1000/a https://a.example", 11, true),
        ("10.1000/b", 11, true),
    ] {
        assert_eq!(
            doubts.leave(evidence, at(second)),
            stands,
            "{evidence} {second}"
        );
    }
    let disputed = Doubts::about(&post, &papers, |_| true);
    assert!(disputed.leave("10.1000/a", at(5)));
    let preprint = [paper("10.1000/a", 10, &[Warning::Preprint])];
    assert!(Doubts::about(&post, &preprint, |_| false).leave("10.1000/a", at(5)));
}

#[test]
fn nothing_against_it_is_never_called_more_than_that() {
    let said = paper("10.1000/a", 1, &[]).said();
    assert_eq!(said, "Crossref holds nothing against it");
}
