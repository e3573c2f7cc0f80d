//! Papers looked up at Crossref and PubMed, where the clinician allows it.
//!
//! - A DOI is asked for at Crossref; a PMID at PubMed, and at Crossref under the DOI it has there.
//! - The services learn which papers are asked for, which program asks and, if one was given, an
//!   address to write to. Nothing else leaves.
//! - One question after the other, a pause between them, and none after a service said that it is
//!   asked too often.
//! - What could not be asked is said with its reason; what was known before stays known.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::http::{Bounds, Http, HttpError, wait_for};
use super::{crossref, pubmed};
use crate::config::Lookups;
use crate::posting::sources::{Answer, Paper, PaperId};

/// An answer this young is not asked for again while a post is written and answered.
pub const FRESH: SignedDuration = SignedDuration::from_mins(30);
/// More papers of one post are not looked up at once.
const MOST: usize = 20;
/// Between two questions to one service: less than three a second, as NCBI asks.
const PAUSE: Duration = Duration::from_millis(350);
/// How long one question may take.
const WITHIN: Duration = Duration::from_secs(10);

/// Which papers are to be asked about now: those without an answer that is younger than `fresh`.
pub fn due(ids: &[PaperId], known: &[Paper], fresh: SignedDuration, now: Timestamp) -> Vec<Paper> {
    let paper = |id: &PaperId| {
        let known = known.iter().find(|paper| paper.id == *id);
        known.cloned().unwrap_or_else(|| Paper::unheard(id.clone()))
    };
    let is_due = |paper: &Paper| {
        let answer = paper.answer.as_ref().filter(|_| paper.unanswered.is_none());
        answer.is_none_or(|answer| now.duration_since(answer.at).abs() >= fresh)
    };
    ids.iter().map(paper).filter(is_due).take(MOST).collect()
}

/// Asks about papers; each comes back with what is known now. For a command, or a thread that may
/// wait.
pub fn look_up_now(
    lookups: &Lookups,
    key: Option<&str>,
    papers: Vec<Paper>,
    now: Timestamp,
) -> Vec<Paper> {
    let asked = wait_for(look_up(lookups, key, papers.clone(), now));
    asked.unwrap_or_else(|error| {
        let failed = |paper: Paper| paper.left_unanswered(now, error.to_string());
        papers.into_iter().map(failed).collect()
    })
}

/// Asks about papers; each comes back with what is known now.
pub async fn look_up(
    lookups: &Lookups,
    key: Option<&str>,
    papers: Vec<Paper>,
    now: Timestamp,
) -> Vec<Paper> {
    let bounds = Bounds {
        within: WITHIN,
        ..Bounds::default()
    };
    let mut desk = Desk {
        http: Http::within(bounds),
        lookups,
        key,
        now,
        asked: 0,
        crossref_is_closed: None,
    };
    let pmids: Vec<String> = papers.iter().filter_map(pmid).collect();
    let summaries = desk.pubmed(&pmids).await;
    let mut done = Vec::new();
    for paper in papers {
        let answer = match &paper.id {
            PaperId::Doi(doi) => desk.crossref(doi).await,
            PaperId::Pmid(pmid) => match &summaries {
                Ok(all) => match all.iter().find(|summary| summary.pmid == *pmid) {
                    Some(summary) => desk.both(summary).await,
                    None => Err(HttpError::BrokenOff("PubMed".to_owned())),
                },
                Err(error) => Err(error.clone()),
            },
        };
        done.push(match answer {
            Ok(answer) => paper.answered(answer),
            Err(error) => paper.left_unanswered(now, error.to_string()),
        });
    }
    done
}

fn pmid(paper: &Paper) -> Option<String> {
    match &paper.id {
        PaperId::Pmid(pmid) => Some(pmid.clone()),
        PaperId::Doi(_) => None,
    }
}

/// The questions of one time.
struct Desk<'a> {
    http: Http,
    lookups: &'a Lookups,
    key: Option<&'a str>,
    now: Timestamp,
    /// Questions to Crossref so far.
    asked: usize,
    /// Why Crossref is not asked any more.
    crossref_is_closed: Option<HttpError>,
}

impl Desk<'_> {
    async fn crossref(&mut self, doi: &str) -> Result<Answer, HttpError> {
        if let Some(error) = &self.crossref_is_closed {
            return Err(error.clone());
        }
        if self.asked > 0 {
            tokio::time::sleep(PAUSE).await;
        }
        self.asked += 1;
        let Lookups {
            crossref, contact, ..
        } = self.lookups;
        let answer = crossref::ask(&self.http, crossref, contact, doi, self.now).await;
        if let Err(error) = &answer
            && error.is_passing()
        {
            self.crossref_is_closed = Some(error.clone());
        }
        answer
    }

    async fn pubmed(&self, pmids: &[String]) -> Result<Vec<pubmed::Summary>, HttpError> {
        if pmids.is_empty() {
            return Ok(Vec::new());
        }
        let caller = pubmed::Caller {
            contact: &self.lookups.contact,
            key: self.key,
        };
        pubmed::ask(&self.http, &self.lookups.pubmed, caller, pmids, self.now).await
    }

    /// What both say of a paper. PubMed alone does where Crossref does not know it or is silent.
    async fn both(&mut self, summary: &pubmed::Summary) -> Result<Answer, HttpError> {
        let mut answer = summary.answer.clone();
        let Some(doi) = &summary.doi else {
            return Ok(answer);
        };
        if let Ok(other) = self.crossref(doi).await
            && other.known
        {
            answer.by = format!("{} and {}", answer.by, other.by);
            answer.title = answer.title.or(other.title);
            answer.published_as = other.published_as;
            answer.notices.extend(other.notices);
            answer.notices.sort();
            answer.notices.dedup();
        }
        Ok(answer)
    }
}

#[cfg(test)]
mod tests;
