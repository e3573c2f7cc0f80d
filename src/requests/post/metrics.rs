//! How a post was received: shown, and written in by hand where no platform tells.

use serde::Serialize;

use super::super::{Changed, Desk, Failure};
use super::find;
use crate::posting::metrics::{Metrics, Source};
use crate::posting::post::Post;

/// Numbers that the clinician saw; none where nobody looked.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "the words explain themselves")]
pub struct Numbers {
    pub replies: Option<u64>,
    pub reposts: Option<u64>,
    pub likes: Option<u64>,
}

/// How a post was received.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[expect(missing_docs, reason = "the contract's own words")]
pub struct MetricsView {
    pub id: String,
    pub account: String,
    pub replies: Option<u64>,
    pub reposts: Option<u64>,
    pub likes: Option<u64>,
    /// When it was looked at; none where nobody has.
    pub at: Option<String>,
    /// Who told it.
    pub source: Option<Source>,
}

/// Shows how a post was received; with numbers, writes them in first. What is left out stays.
pub fn metrics(desk: &mut Desk, prefix: &str, seen: Numbers) -> Result<MetricsView, Failure> {
    let post = find(desk, prefix)?;
    let known = desk.store.metrics(&post.id)?;
    if seen == Numbers::default() {
        return Ok(view(desk, &post, known.as_ref()));
    }
    if post.receipts.is_empty() {
        return Err(Failure::refused(format!(
            "Post {} is not published: it is {}.",
            post.id,
            post.state.name()
        ))
        .with_help("numbers can be written in once it is out"));
    }
    let told = Metrics {
        at: desk.now.wall,
        replies: seen.replies,
        reposts: seen.reposts,
        likes: seen.likes,
        source: Source::Hand,
    };
    let told = known.map_or_else(|| told.clone(), |known| known.updated(&told));
    desk.store.save_metrics(&post.id, &told)?;
    desk.changed.insert(Changed::Posts);
    Ok(view(desk, &post, Some(&told)))
}

fn view(desk: &Desk, post: &Post, known: Option<&Metrics>) -> MetricsView {
    MetricsView {
        id: post.id.to_string(),
        account: post.content.account.clone(),
        replies: known.and_then(|known| known.replies),
        reposts: known.and_then(|known| known.reposts),
        likes: known.and_then(|known| known.likes),
        at: known.map(|known| desk.plan.calendar.rfc3339(known.at)),
        source: known.map(|known| known.source),
    }
}
