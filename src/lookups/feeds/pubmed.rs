//! A saved PubMed search: its newest papers, by NCBI's E-utilities (esearch, then esummary).
//!
//! NCBI learns the search and, where the config names one, an e-mail address; nothing else.
//! <https://www.ncbi.nlm.nih.gov/books/NBK25499/>

use jiff::Timestamp;
use jiff::civil::DateTime;
use serde_json::Value;

use super::plain::{plain, shortened};
use super::{FeedError, FeedItem, News, PubMed, SUMMARY, TITLE};
use crate::lookups::http::{Http, Known, Question, Said};

/// How many papers of one search are taken, the newest.
const MOST: &str = "30";
/// Papers that PubMed took in within so many days.
const DAYS: &str = "60";

/// Asks PubMed.
pub(super) async fn search(http: &Http, to: &PubMed, query: &str) -> Result<News, FeedError> {
    let found = ask(
        http,
        to,
        "esearch.fcgi",
        &[
            ("term", query),
            ("retmax", MOST),
            ("sort", "pub_date"),
            ("datetype", "edat"),
            ("reldate", DAYS),
        ],
    )
    .await?;
    let list = found["esearchresult"]["idlist"].as_array();
    let list = list.ok_or(FeedError::Search)?.iter();
    let ids: Vec<&str> = list
        .filter_map(Value::as_str)
        .filter(|id| is_id(id))
        .collect();
    if ids.is_empty() {
        return Ok(News::Items(Vec::new(), Known::default()));
    }
    let told = ask(http, to, "esummary.fcgi", &[("id", &ids.join(","))]).await?;
    let papers = ids.iter().filter_map(|id| paper(id, &told["result"][*id]));
    Ok(News::Items(papers.collect(), Known::default()))
}

async fn ask(
    http: &Http,
    to: &PubMed,
    utility: &str,
    fields: &[(&str, &str)],
) -> Result<Value, FeedError> {
    let base = to.base.trim_end_matches('/');
    let mut question = Question::get(format!("{base}/{utility}")).accepting("application/json");
    let ours = [("db", "pubmed"), ("retmode", "json"), ("tool", "rounds")];
    let contact = Some(("email", to.contact.as_str())).filter(|(_, who)| !who.is_empty());
    question.form = ours
        .iter()
        .chain(fields)
        .chain(&contact)
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect();
    match http.ask(&question).await? {
        Said::Answer(answer) => serde_json::from_slice(&answer.body).map_err(|_| FeedError::Search),
        Said::Unchanged => Err(FeedError::Search),
    }
}

fn is_id(id: &str) -> bool {
    !id.is_empty() && id.len() <= 12 && id.bytes().all(|byte| byte.is_ascii_digit())
}

fn paper(id: &str, told: &Value) -> Option<FeedItem> {
    let text = |key: &str| told[key].as_str().map(plain).unwrap_or_default();
    let title = text("title");
    let (journal, date) = (text("fulljournalname"), text("pubdate"));
    let summary = [journal, date].into_iter().filter(|part| !part.is_empty());
    let summary = summary.collect::<Vec<_>>().join(", ");
    let words = title.split_whitespace().count() + summary.split_whitespace().count();
    (!title.is_empty()).then(|| FeedItem {
        guid: format!("pmid:{id}"),
        title: shortened(title.trim_end_matches('.'), TITLE),
        address: format!("https://pubmed.ncbi.nlm.nih.gov/{id}/"),
        published: told["sortpubdate"].as_str().and_then(published),
        summary: shortened(&summary, SUMMARY),
        words: u32::try_from(words).unwrap_or(u32::MAX),
    })
}

/// `2026/05/01 00:00`, which names a day rather than an instant.
fn published(text: &str) -> Option<Timestamp> {
    let local = DateTime::strptime("%Y/%m/%d %H:%M", text.trim()).ok()?;
    jiff::tz::Offset::UTC.to_timestamp(local).ok()
}
