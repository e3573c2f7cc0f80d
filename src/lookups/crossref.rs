//! Papers at Crossref: one question for each DOI, `GET /works/{doi}`.
//!
//! What updates a paper stands in its `updated-by` (publishers' notices and Retraction Watch's);
//! `update-to` is what the paper itself updates, and is not looked at. A preprint is of type
//! `posted-content`, subtype `preprint`; `relation.is-preprint-of` says what became of it.
//!
//! Written from Crossref's documentation of its REST API; no real answer was had when this was
//! written. What is missing or of another type than documented counts as not said.

use jiff::civil::Date;
use percent_encoding::utf8_percent_encode;
use serde_json::Value;

use super::http::{Http, HttpError, Question, Said, WRITTEN_OUT};
use crate::posting::sources::{Answer, Notice, Warning};

const NAME: &str = "Crossref";

/// What Crossref says of a DOI; `contact` is the address it asks for, or empty.
pub(super) async fn ask(
    http: &Http,
    base: &str,
    contact: &str,
    doi: &str,
    now: jiff::Timestamp,
) -> Result<Answer, HttpError> {
    let write = |text: &str| utf8_percent_encode(text, WRITTEN_OUT).to_string();
    let mut address = format!("{}/works/{}", base.trim_end_matches('/'), write(doi));
    if !contact.is_empty() {
        address = format!("{address}?mailto={}", write(contact));
    }
    let question = Question::get(address).accepting("application/json");
    match http.ask(&question).await {
        Ok(Said::Answer(answer)) => {
            read(&answer.body, now).ok_or_else(|| HttpError::BrokenOff(NAME.to_owned()))
        }
        Ok(Said::Unchanged) => Err(HttpError::BrokenOff(NAME.to_owned())),
        Err(HttpError::NotFound(_)) => Ok(Answer {
            known: false,
            ..nothing(now)
        }),
        Err(error) => Err(error),
    }
}

fn nothing(now: jiff::Timestamp) -> Answer {
    Answer {
        at: now,
        by: NAME.to_owned(),
        known: true,
        title: None,
        notices: Vec::new(),
        noticed_at: None,
        published_as: None,
    }
}

/// Reads the answer for one work; none if it is no answer at all.
fn read(body: &[u8], now: jiff::Timestamp) -> Option<Answer> {
    let answer: Value = serde_json::from_slice(body).ok()?;
    let work = answer
        .get("message")
        .filter(|work| work.get("DOI").is_some())?;
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let mut notices: Vec<Notice> = list(work, "updated-by").iter().filter_map(notice).collect();
    if work["type"] == "posted-content" && work["subtype"] == "preprint" {
        notices.push(Notice {
            warning: Warning::Preprint,
            on: None,
            by: NAME.to_owned(),
        });
    }
    notices.sort();
    notices.dedup();
    Some(Answer {
        title: list(work, "title").first().and_then(text),
        published_as: list(&work["relation"], "is-preprint-of")
            .first()
            .and_then(|related| text(&related["id"])),
        notices,
        ..nothing(now)
    })
}

fn list<'a>(value: &'a Value, key: &str) -> &'a [Value] {
    value[key].as_array().map_or(&[], Vec::as_slice)
}

/// One entry of `updated-by`; corrections and new versions say nothing against a paper.
fn notice(update: &Value) -> Option<Notice> {
    let kind = update["type"]
        .as_str()?
        .to_lowercase()
        .replace(['-', ' '], "_");
    let warning = match kind.as_str() {
        "retraction" | "withdrawal" | "removal" => Warning::Retracted,
        "partial_retraction" => Warning::PartlyRetracted,
        "expression_of_concern" => Warning::Concern,
        _ => return None,
    };
    let by = match update["source"].as_str() {
        Some("retraction-watch") => "Retraction Watch, at Crossref",
        _ => NAME,
    };
    Some(Notice {
        warning,
        on: day(&update["updated"]["date-parts"]),
        by: by.to_owned(),
    })
}

/// A date such as `[[2019, 7, 26]]`; none where month or day are missing.
fn day(parts: &Value) -> Option<Date> {
    let part = |index: usize| parts[0][index].as_i64();
    let year = i16::try_from(part(0)?).ok()?;
    let month = i8::try_from(part(1)?).ok()?;
    let day = i8::try_from(part(2)?).ok()?;
    Date::new(year, month, day).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(message: &Value) -> Answer {
        let body = serde_json::json!({ "status": "ok", "message": message }).to_string();
        read(body.as_bytes(), jiff::Timestamp::UNIX_EPOCH).unwrap()
    }

    fn update(kind: &str) -> Value {
        serde_json::json!({
            "DOI": "10.1000/notice", "type": kind, "label": "…", "source": "retraction-watch",
            "updated": { "date-parts": [[2019, 7, 26]] }, "record-id": "20946",
        })
    }

    #[test]
    fn what_updates_a_paper_is_read_and_what_it_updates_is_not() {
        for (kind, warning) in [
            ("retraction", Some(Warning::Retracted)),
            ("withdrawal", Some(Warning::Retracted)),
            ("removal", Some(Warning::Retracted)),
            ("partial_retraction", Some(Warning::PartlyRetracted)),
            ("expression_of_concern", Some(Warning::Concern)),
            ("correction", None),
            ("new_version", None),
        ] {
            let answer =
                said(&serde_json::json!({ "DOI": "10.1000/a", "updated-by": [update(kind)] }));
            assert_eq!(answer.notices.first().map(|n| n.warning), warning, "{kind}");
        }
        let notice =
            said(&serde_json::json!({ "DOI": "10.1000/a", "update-to": [update("retraction")] }));
        assert_eq!(notice.notices, []);
        let dated =
            said(&serde_json::json!({ "DOI": "10.1000/a", "updated-by": [update("retraction")] }));
        assert_eq!(dated.notices[0].on, Some(jiff::civil::date(2019, 7, 26)));
        assert_eq!(dated.notices[0].by, "Retraction Watch, at Crossref");
    }

    #[test]
    fn the_heaviest_notice_stands_last() {
        let answer = said(&serde_json::json!({
            "DOI": "10.1000/a", "type": "posted-content", "subtype": "preprint",
            "updated-by": [update("retraction"), update("expression_of_concern")],
        }));
        let warnings: Vec<_> = answer.notices.iter().map(|n| n.warning).collect();
        assert_eq!(
            warnings,
            [Warning::Preprint, Warning::Concern, Warning::Retracted]
        );
    }

    #[test]
    fn a_preprint_and_what_became_of_it() {
        let answer = said(&serde_json::json!({
            "DOI": "10.1101/2020.01.01.20000001", "type": "posted-content", "subtype": "preprint",
            "title": ["A study"], "relation": { "is-preprint-of": [
                { "id-type": "doi", "id": "10.1000/later", "asserted-by": "subject" } ] },
        }));
        assert_eq!(answer.title.as_deref(), Some("A study"));
        assert_eq!(answer.published_as.as_deref(), Some("10.1000/later"));
        let other = said(&serde_json::json!({
            "DOI": "10.1000/a", "type": "posted-content", "subtype": "working_paper" }));
        assert_eq!(other.notices, []);
    }

    #[test]
    fn odd_answers_say_nothing_and_break_nothing() {
        for odd in [
            "",
            "[]",
            "{}",
            "null",
            "<html>",
            "{\"message\": []}",
            "{\"message\": {\"title\": 3}}",
        ] {
            assert_eq!(
                read(odd.as_bytes(), jiff::Timestamp::UNIX_EPOCH),
                None,
                "{odd}"
            );
        }
        let odd = said(&serde_json::json!({
            "DOI": 1, "title": "x", "updated-by": [3, {}, { "type": 4 }, { "type": "retraction",
            "updated": { "date-parts": [[2019, 13, 99]] } }, { "type": "retraction", "updated": [] }],
            "relation": [],
        }));
        assert_eq!(odd.notices.len(), 1, "{odd:?}");
        assert_eq!(odd.notices[0].on, None);
    }
}
