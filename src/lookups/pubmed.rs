//! Papers at PubMed: one question for all PMIDs, E-utilities' `esummary.fcgi` as JSON.
//!
//! A retracted paper has the publication type `Retracted Publication`, a preprint `Preprint`; an
//! expression of concern stands among the references. NCBI asks programs to say who they are
//! (`tool`, `email`) and to ask at most three times a second without a key of one's own. The
//! question is sent as a form, so that the key stands in no address.
//!
//! Written from NCBI's documentation of E-utilities; no real answer was had when this was written.
//! What is missing or of another type than documented counts as not said.

use serde_json::Value;

use super::http::{Http, HttpError, Question, Said};
use crate::posting::sources::{Answer, Notice, Warning};

const NAME: &str = "PubMed";

/// Who asks, and with which key.
#[derive(Clone, Copy)]
pub(super) struct Caller<'a> {
    /// The address that NCBI asks for, or empty.
    pub(super) contact: &'a str,
    /// The clinician's own key, if there is one.
    pub(super) key: Option<&'a str>,
}

/// What PubMed says of one paper, and the DOI under which it knows it.
pub(super) struct Summary {
    pub(super) pmid: String,
    pub(super) answer: Answer,
    pub(super) doi: Option<String>,
}

/// What PubMed says of some papers, in their order.
pub(super) async fn ask(
    http: &Http,
    base: &str,
    caller: Caller<'_>,
    pmids: &[String],
    now: jiff::Timestamp,
) -> Result<Vec<Summary>, HttpError> {
    let mut form = vec![
        ("db", "pubmed".to_owned()),
        ("retmode", "json".to_owned()),
        ("tool", "rounds".to_owned()),
        ("id", pmids.join(",")),
    ];
    if !caller.contact.is_empty() {
        form.push(("email", caller.contact.to_owned()));
    }
    if let Some(key) = caller.key {
        form.push(("api_key", key.to_owned()));
    }
    let address = format!("{}/esummary.fcgi", base.trim_end_matches('/'));
    let question = Question {
        form: form
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value))
            .collect(),
        ..Question::get(address).accepting("application/json")
    };
    let broken = || HttpError::BrokenOff(NAME.to_owned());
    let Said::Answer(answer) = http.ask(&question).await? else {
        return Err(broken());
    };
    read(&answer.body, pmids, now).ok_or_else(broken)
}

/// Reads the summaries; none if it is no answer at all.
fn read(body: &[u8], pmids: &[String], now: jiff::Timestamp) -> Option<Vec<Summary>> {
    let answer: Value = serde_json::from_slice(body).ok()?;
    let result = answer.get("result").filter(|result| result.is_object())?;
    let summary = |pmid: &String| Summary {
        pmid: pmid.clone(),
        answer: paper(&result[pmid], now),
        doi: doi(&result[pmid]),
    };
    Some(pmids.iter().map(summary).collect())
}

/// One summary. A number that PubMed does not know has an `error` in its place, or no place.
fn paper(summary: &Value, now: jiff::Timestamp) -> Answer {
    let has_type = |name: &str| list(summary, "pubtype").iter().any(|kind| kind == name);
    let has_reference = |kind: &str| {
        let references = list(summary, "references").iter();
        let mut kinds = references.filter_map(|reference| reference["reftype"].as_str());
        kinds.any(|reference| reference.eq_ignore_ascii_case(kind))
    };
    let seen = [
        (has_type("Preprint"), Warning::Preprint),
        (has_reference("Expression of concern in"), Warning::Concern),
        (
            has_type("Retracted Publication") || has_reference("Retraction in"),
            Warning::Retracted,
        ),
    ];
    let notice = |(seen, warning): (bool, Warning)| {
        seen.then(|| Notice {
            warning,
            on: None,
            by: NAME.to_owned(),
        })
    };
    Answer {
        at: now,
        by: NAME.to_owned(),
        known: summary.is_object() && summary.get("error").is_none(),
        title: summary["title"].as_str().map(str::to_owned),
        notices: seen.into_iter().filter_map(notice).collect(),
        noticed_at: None,
        published_as: None,
    }
}

fn doi(summary: &Value) -> Option<String> {
    let mut ids = list(summary, "articleids").iter();
    let doi = ids.find(|id| id["idtype"] == "doi")?;
    doi["value"].as_str().map(str::to_lowercase)
}

fn list<'a>(value: &'a Value, key: &str) -> &'a [Value] {
    value[key].as_array().map_or(&[], Vec::as_slice)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(result: &Value, pmids: &[&str]) -> Option<Vec<Summary>> {
        let body = serde_json::json!({ "header": { "type": "esummary" }, "result": result });
        let pmids: Vec<String> = pmids.iter().map(ToString::to_string).collect();
        read(
            body.to_string().as_bytes(),
            &pmids,
            jiff::Timestamp::UNIX_EPOCH,
        )
    }

    #[test]
    fn types_and_references_are_read() {
        let result = serde_json::json!({
            "uids": ["1", "2", "3", "4"],
            "1": { "uid": "1", "title": "A study", "pubtype": ["Journal Article",
                "Retracted Publication"], "elocationid": "doi: 10.1000/A",
                "articleids": [{ "idtype": "pubmed", "idtypen": 1, "value": "1" },
                               { "idtype": "doi", "idtypen": 3, "value": "10.1000/A" }] },
            "2": { "uid": "2", "pubtype": ["Preprint"] },
            "3": { "uid": "3", "pubtype": ["Journal Article"], "references": [{ "refsource":
                "J. 2020;1:2", "reftype": "Expression of concern in", "pmid": 9, "note": "" }] },
            "4": { "uid": "4", "pubtype": ["Retraction Notice"], "references": [{ "refsource":
                "J. 2020;1:2", "reftype": "Retraction of", "pmid": 1, "note": "" }] },
        });
        let said = said(&result, &["1", "2", "3", "4"]).unwrap();
        let worst: Vec<_> = said
            .iter()
            .map(|s| s.answer.notices.last().map(|n| n.warning))
            .collect();
        let expected = [
            Some(Warning::Retracted),
            Some(Warning::Preprint),
            Some(Warning::Concern),
            None,
        ];
        assert_eq!(worst, expected);
        assert_eq!(said[0].doi.as_deref(), Some("10.1000/a"));
        assert_eq!(said[0].answer.title.as_deref(), Some("A study"));
    }

    #[test]
    fn unknown_numbers_are_unknown_and_odd_answers_break_nothing() {
        let result = serde_json::json!({ "uids": ["1"],
            "1": { "uid": "1", "error": "cannot get document summary" }, "3": [] });
        let unknown = said(&result, &["1", "2", "3"]).unwrap();
        assert!(unknown.iter().all(|summary| !summary.answer.known));
        let odd =
            serde_json::json!({ "1": { "pubtype": "x", "references": [1], "articleids": {} } });
        assert!(said(&odd, &["1"]).unwrap()[0].answer.known);
        for none in ["", "{}", "[]", "{\"result\": 1}", "<eSummaryResult/>"] {
            assert!(
                read(none.as_bytes(), &[], jiff::Timestamp::UNIX_EPOCH).is_none(),
                "{none}"
            );
        }
    }
}
