//! Feeds that the clinician reads: RSS, Atom and JSON by address, saved PubMed searches.
//!
//! Rules: only feeds of the plan are asked, all at once, each within bounds of time and size, and
//! only for news since last time; of an item its title, address, date and a short plain summary are
//! kept, without markup and without signs that a terminal would obey. A feed that fails is told and
//! keeps the others from nothing. It knows neither the plan's file nor what was read already.

mod plain;
mod pubmed;

use std::rc::Rc;
use std::time::Duration;

use jiff::Timestamp;

use super::http::{Bounds, Http, HttpError, Known, Question, Said, wait_for};
use crate::attention::reading::FeedItem;
use crate::plan::feed::Source;
use plain::{plain, shortened};

/// How long one feed may take to answer.
const WITHIN: Duration = Duration::from_secs(15);
/// The largest feed, in bytes.
const LARGEST: usize = 3 * 1024 * 1024;
/// How many items of one answer are taken, the newest.
const MOST_ITEMS: usize = 60;
/// How deeply a feed may be nested: more is a trap.
const DEEPEST: usize = 200;
const TITLE: usize = 200;
const SUMMARY: usize = 400;
const ADDRESS: usize = 2000;

/// What a feed said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum News {
    /// These items, and what to give along next time.
    Items(Vec<FeedItem>, Known),
    /// Nothing new.
    Unchanged,
}

/// Why a feed was not read, for the clinician. Repeats no more of an address than the server.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FeedError {
    /// The server was not reached, or refused.
    #[error(transparent)]
    Http(#[from] HttpError),
    /// It is something else.
    #[error("what is there is no feed: neither RSS nor Atom nor JSON Feed")]
    NotAFeed,
    /// PubMed did not take the search.
    #[error("PubMed did not understand the search")]
    Search,
}

/// Where PubMed is asked.
#[derive(Debug, Clone)]
pub struct PubMed {
    /// The base address of the E-utilities.
    pub base: String,
    /// An e-mail address to give along; empty: none.
    pub contact: String,
}

/// Asks all of them at once; one answer for each, in their order.
pub fn ask_all(wanted: Vec<(Source, Known)>, pubmed: &PubMed) -> Vec<Result<News, FeedError>> {
    let count = wanted.len();
    let failed = |error: &HttpError| vec![Err(FeedError::Http(error.clone())); count];
    let work = async {
        let asked = tokio::task::LocalSet::new();
        asked.run_until(ask_here(wanted, pubmed)).await
    };
    wait_for(work).unwrap_or_else(|error| failed(&error))
}

async fn ask_here(wanted: Vec<(Source, Known)>, pubmed: &PubMed) -> Vec<Result<News, FeedError>> {
    let http = Rc::new(Http::within(Bounds {
        within: WITHIN,
        largest: LARGEST,
    }));
    let count = wanted.len();
    let mut answers: Vec<Option<Result<News, FeedError>>> = vec![None; count];
    let mut by_address = Vec::new();
    let mut searches = Vec::new();
    for (place, (source, known)) in wanted.into_iter().enumerate() {
        match source {
            Source::Address(address) => {
                let http = Rc::clone(&http);
                let asked = async move { by(&http, address, known).await };
                by_address.push((place, tokio::task::spawn_local(asked)));
            }
            Source::PubMed(query) => searches.push((place, query)),
        }
    }
    // PubMed wants its questions one after another.
    for (place, query) in searches {
        answers[place] = Some(pubmed::search(&http, pubmed, &query).await);
    }
    for (place, asked) in by_address {
        answers[place] = asked.await.ok();
    }
    let lost = || Err(FeedError::NotAFeed);
    answers
        .into_iter()
        .map(|answer| answer.unwrap_or_else(lost))
        .collect()
}

async fn by(http: &Http, address: String, known: Known) -> Result<News, FeedError> {
    let accepted = "application/rss+xml, application/atom+xml, application/feed+json, \
                    application/xml;q=0.9, text/xml;q=0.9, application/json;q=0.8, */*;q=0.5";
    let question = Question::get(address).accepting(accepted).unless(known);
    match http.ask(&question).await? {
        Said::Unchanged => Ok(News::Unchanged),
        Said::Answer(answer) => Ok(News::Items(read(&answer.body)?, answer.known)),
    }
}

/// Reads a feed: its newest items, newest first.
pub fn read(bytes: &[u8]) -> Result<Vec<FeedItem>, FeedError> {
    if !is_shallow(bytes) {
        return Err(FeedError::NotAFeed);
    }
    let feed = feed_rs::parser::parse(bytes).map_err(|_| FeedError::NotAFeed)?;
    let mut items: Vec<_> = feed.entries.iter().filter_map(item).collect();
    // Stable: where there are no dates, the feed's own order stands.
    items.sort_by_key(|item| std::cmp::Reverse(item.published));
    items.truncate(MOST_ITEMS);
    Ok(items)
}

/// Whether markup is nested no deeper than a feed's is; texts and comments are left aside.
fn is_shallow(bytes: &[u8]) -> bool {
    if bytes.trim_ascii_start().starts_with(b"{") {
        // JSON's own reader bounds its depth.
        return true;
    }
    let mut rest = bytes;
    let mut depth = 0_usize;
    while let Some(at) = rest.iter().position(|byte| *byte == b'<') {
        rest = &rest[at + 1..];
        if rest.starts_with(b"![CDATA[") {
            rest = after(rest, b"]]>");
        } else if rest.starts_with(b"!--") {
            rest = after(rest, b"-->");
        } else if rest.starts_with(b"/") {
            depth = depth.saturating_sub(1);
        } else if rest.first().is_some_and(u8::is_ascii_alphabetic) {
            let tag = &rest[..rest.len().min(512)];
            let end = tag.iter().position(|byte| *byte == b'>');
            let closed = end.is_some_and(|end| tag[end - 1] == b'/');
            depth += usize::from(!closed);
            if depth > DEEPEST {
                return false;
            }
        }
    }
    true
}

fn after<'b>(bytes: &'b [u8], end: &[u8]) -> &'b [u8] {
    let at = bytes.windows(end.len()).position(|window| window == end);
    at.map_or(&[], |at| &bytes[at + end.len()..])
}

fn item(entry: &feed_rs::model::Entry) -> Option<FeedItem> {
    let title = entry
        .title
        .as_ref()
        .map(|title| plain(&title.content))
        .unwrap_or_default();
    let summary = entry
        .summary
        .as_ref()
        .map(|text| plain(&text.content))
        .unwrap_or_default();
    let content = entry
        .content
        .as_ref()
        .and_then(|content| content.body.as_deref());
    let content = content.map(plain).unwrap_or_default();
    let text = if summary.is_empty() {
        &content
    } else {
        &summary
    };
    let words = [&summary, &content].map(|text| text.split_whitespace().count());
    let words = words[0].max(words[1]) + title.split_whitespace().count();
    let title = if title.is_empty() {
        shortened(text, 80)
    } else {
        shortened(&title, TITLE)
    };
    let link = entry
        .links
        .iter()
        .find(|link| link.rel.as_deref().is_none_or(|r| r == "alternate"));
    let address = link
        .or(entry.links.first())
        .map(|link| link.href.trim().to_owned());
    let address = address
        .filter(|address| is_address(address))
        .unwrap_or_default();
    let at = entry.published.or(entry.updated).map(|at| at.timestamp());
    let id = if entry.id.is_empty() {
        &address
    } else {
        &entry.id
    };
    let guid = crate::posting::post::digest(id);
    (!title.is_empty()).then(|| FeedItem {
        guid,
        summary: shortened(text, SUMMARY),
        published: at.and_then(|at| Timestamp::from_second(at).ok()),
        words: u32::try_from(words).unwrap_or(u32::MAX),
        title,
        address,
    })
}

/// An address that a browser may be given and a terminal may print.
fn is_address(text: &str) -> bool {
    let begins = text.starts_with("https://") || text.starts_with("http://");
    let clean = !text.contains(|c: char| c.is_control() || c.is_whitespace());
    begins && clean && text.len() <= ADDRESS
}

#[cfg(test)]
mod tests;
