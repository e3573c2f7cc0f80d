//! Look-ups against stand-ins that answer as Crossref and NCBI document it.

use axum::Router;
use axum::extract::{Path, RawForm};
use axum::http::{StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use serde_json::json;

use super::*;
use crate::lookups::tests::{Asked, StandIn};
use crate::posting::sources::Warning;

const RETRACTED: &str = "10.1000/retracted";

fn now() -> Timestamp {
    Timestamp::from_second(1_000_000).unwrap()
}

fn ids(names: &[&str]) -> Vec<Paper> {
    let ids = names.iter().map(|name| PaperId::parse(name).unwrap());
    ids.map(Paper::unheard).collect()
}

fn worst(paper: &Paper) -> Option<Warning> {
    paper.worst().map(|notice| notice.warning)
}

fn work(doi: &str) -> Response {
    let updates = if doi == RETRACTED {
        json!([{ "DOI": "10.1000/notice", "type": "retraction", "label": "Retraction",
            "source": "publisher", "updated": { "date-parts": [[2020, 6, 5]] } }])
    } else {
        json!([])
    };
    match doi {
        "10.1000/unknown" => (StatusCode::NOT_FOUND, "Resource not found.").into_response(),
        doi => axum::Json(json!({ "status": "ok", "message-type": "work", "message": {
            "DOI": doi, "type": "journal-article", "title": ["On walking"], "updated-by": updates
        }}))
        .into_response(),
    }
}

/// Both services on one port, noting what they were asked.
async fn services(asked: &Asked) -> (StandIn, Lookups) {
    let (works, summaries) = (asked.clone(), asked.clone());
    let crossref = move |Path(doi): Path<String>, uri: Uri| async move {
        works.note(uri.to_string());
        work(&doi)
    };
    let pubmed = move |RawForm(form): RawForm| async move {
        summaries.note(String::from_utf8_lossy(&form).into_owned());
        axum::Json(json!({ "header": {}, "result": { "uids": ["7", "8"],
            "7": { "uid": "7", "title": "On running", "pubtype": ["Journal Article"],
                   "articleids": [{ "idtype": "doi", "value": RETRACTED }] },
            "8": { "uid": "8", "pubtype": ["Preprint"], "articleids": [] } } }))
    };
    let router = Router::new()
        .route("/works/{doi}", get(crossref))
        .route("/eutils/esummary.fcgi", post(pubmed));
    let there = StandIn::serve(router).await;
    let lookups = Lookups {
        sources: true,
        contact: "lin@clinic.example".into(),
        crossref: there.base.clone(),
        pubmed: there.at("/eutils/"),
    };
    (there, lookups)
}

#[tokio::test]
async fn dois_are_asked_for_at_crossref_and_nothing_else_leaves() {
    let asked = Asked::default();
    let (_there, lookups) = services(&asked).await;
    let papers = ids(&[RETRACTED, "10.1000/sound(1)", "10.1000/unknown"]);
    let done = look_up(&lookups, Some("k3y"), papers, now()).await;
    assert_eq!(worst(&done[0]), Some(Warning::Retracted));
    assert_eq!(
        done[0].said(),
        "it was retracted on 2020-06-05, says Crossref"
    );
    assert_eq!(done[1].said(), "Crossref holds nothing against it");
    assert!(!done[2].answer.as_ref().unwrap().known);
    let mail = "mailto=lin%40clinic.example";
    let expected = ["retracted", "sound%281%29", "unknown"]
        .map(|doi| format!("/works/10.1000%2F{doi}?{mail}"));
    assert_eq!(asked.all(), expected);
}

#[tokio::test]
async fn pmids_are_asked_for_together_and_their_dois_at_crossref() {
    let asked = Asked::default();
    let (_there, lookups) = services(&asked).await;
    let papers = ids(&["PMID 7", "PMID 8", "PMID 9"]);
    let done = look_up(&lookups, Some("k3y"), papers, now()).await;
    assert_eq!(
        worst(&done[0]),
        Some(Warning::Retracted),
        "by way of its DOI"
    );
    assert_eq!(done[0].answer.as_ref().unwrap().by, "PubMed and Crossref");
    assert_eq!(worst(&done[1]), Some(Warning::Preprint));
    assert!(!done[2].answer.as_ref().unwrap().known);
    let form =
        "db=pubmed&retmode=json&tool=rounds&id=7%2C8%2C9&email=lin%40clinic.example&api_key=k3y";
    let doi = "/works/10.1000%2Fretracted?mailto=lin%40clinic.example";
    assert_eq!(asked.all(), [form, doi]);
}

#[tokio::test]
async fn a_service_that_wants_rest_is_left_alone_and_it_is_said() {
    let asked = Asked::default();
    let note = asked.clone();
    let often = move || async move {
        note.note("asked");
        (StatusCode::TOO_MANY_REQUESTS, [(header::RETRY_AFTER, "2")])
    };
    let there = StandIn::serve(Router::new().fallback(often)).await;
    let lookups = Lookups {
        crossref: there.base.clone(),
        pubmed: there.base.clone(),
        ..Lookups::default()
    };
    let papers = ids(&["10.1000/a", "10.1000/b"]);
    let done = look_up(&lookups, None, papers, now()).await;
    assert_eq!(asked.all().len(), 1);
    for paper in done {
        assert!(paper.said().contains("asked too often"), "{}", paper.said());
    }
}

#[tokio::test]
async fn what_cannot_be_reached_or_read_is_said_and_forgets_nothing() {
    let nonsense = StandIn::serve(Router::new().fallback(|| async { "<html>" })).await;
    for base in [
        nonsense.base.clone(),
        "http://127.0.0.1:1".into(),
        "http://x.example".into(),
    ] {
        let lookups = Lookups {
            crossref: base.clone(),
            pubmed: base.clone(),
            ..Lookups::default()
        };
        let asked = Asked::default();
        let (_there, good) = services(&asked).await;
        let known = look_up(&good, None, ids(&[RETRACTED, "PMID 8"]), now()).await;
        for paper in look_up(&lookups, None, known, now()).await {
            assert!(paper.unanswered.is_some(), "{base}");
            assert!(worst(&paper).is_some(), "{base}");
        }
    }
}

#[test]
fn only_what_is_old_or_was_not_answered_is_asked_again() {
    let answer = |at| Answer {
        at,
        by: "Crossref".into(),
        known: true,
        title: None,
        notices: Vec::new(),
        noticed_at: None,
        published_as: None,
    };
    let old = now() - SignedDuration::from_hours(1);
    let [young, aged, failed, unheard] = ["10.1000/a", "10.1000/b", "10.1000/c", "10.1000/d"]
        .map(|name| Paper::unheard(PaperId::parse(name).unwrap()));
    let known = [
        young.answered(answer(now())),
        aged.answered(answer(old)),
        failed
            .answered(answer(now()))
            .left_unanswered(now(), "offline".into()),
    ];
    let all: Vec<_> = known
        .iter()
        .chain([&unheard])
        .map(|p| p.id.clone())
        .collect();
    let due: Vec<_> = due(&all, &known, FRESH, now())
        .into_iter()
        .map(|p| p.id)
        .collect();
    assert_eq!(due, all[1..]);
}

#[test]
fn a_command_waits_for_the_answer() {
    let lookups = Lookups {
        crossref: "http://127.0.0.1:1".into(),
        ..Lookups::default()
    };
    let done = look_up_now(&lookups, None, ids(&["10.1000/a"]), now());
    assert!(
        done[0].said().contains("could not be reached"),
        "{}",
        done[0].said()
    );
}
