//! Posts that recur: begun with the first one, listed, ended.
//!
//! Rules: each occurrence is a post of its own with its own checks, so a series takes no answers.
//! The first post is made at once, so that its questions can be looked at; the engine makes the
//! others in time. Ending a series leaves the posts that were made; cancelling one leaves the series.

use jiff::Timestamp;
use serde::Serialize;

use super::add::{account, check, distinct};
use super::pictures::store_pictures;
use super::{Changed, Desk, Failure, NewPost, PostView, show};
use crate::clerk::occurrence;
use crate::engine::next_of_series;
use crate::posting::audit::{Entry, Kind};
use crate::posting::post::{Content, PostId};
use crate::posting::series::{Series, Template};
use crate::requests::slots::next_of;
use crate::requests::words;

/// A series, as others read it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[expect(missing_docs, reason = "the words explain themselves")]
pub struct SeriesRow {
    pub id: String,
    pub account: String,
    pub cron: String,
    pub text: String,
    /// The time of the newest post that was made.
    pub last: String,
    /// The time of the post that will be made next.
    pub next: Option<String>,
    /// The same for people.
    #[serde(skip)]
    pub spoken: Option<String>,
}

/// Begins a series on each account, and makes its first post.
pub fn begin(
    desk: &mut Desk,
    new: &NewPost,
    cron: &str,
) -> Result<(Vec<SeriesRow>, Vec<PostView>), Failure> {
    let pattern = words::pattern(cron)?;
    check(desk, new)?;
    if !new.sources.is_empty() || new.consent.is_some() {
        return Err(Failure::usage(
            "A series takes no answers: each of its posts has its own checks.",
        )
        .with_help("leave out --source and --consent, and answer with `rounds post check`"));
    }
    let rulebook = desk.rulebook()?;
    let pictures = store_pictures(desk, &new.pictures)?;
    let now = desk.now.wall;
    let mut begun = Vec::new();
    for name in distinct(&new.accounts) {
        let account = account(desk, name)?;
        let series = Series {
            id: PostId::from_bits(fastrand::u64(..)).to_string(),
            cron: pattern.as_str().to_owned(),
            begun_at: now,
            template: Template {
                content: Content {
                    account: account.name.clone(),
                    text: new.text.trim_end().to_owned(),
                    media: pictures.clone(),
                    relation: new.relation.clone(),
                },
                about: new.about.clone(),
                author: new.author.clone().unwrap_or_else(|| account.owner.clone()),
            },
        };
        let first = pattern.after(&desk.plan.calendar, now).next();
        let first =
            first.ok_or_else(|| Failure::usage(format!("`{cron}` does not occur any more.")))?;
        let mut change = occurrence(&desk.store, &rulebook, &desk.plan, &series, (first, now))?;
        let entry = Entry::new(now, Kind::SeriesBegun, None, &series.template.author)
            .with("series", series.id.clone())
            .with("account", account.name.clone())
            .with("cron", series.cron.clone());
        change.entries.insert(0, entry);
        begun.push((series, first, change));
    }
    desk.store.begin_series(&begun)?;
    desk.changed.insert(Changed::Posts);
    let posts = begun
        .iter()
        .map(|(.., change)| show(desk, change.post.id.as_str()));
    let posts = posts.collect::<Result<_, _>>()?;
    let rows = list(desk)?.into_iter();
    let rows = rows.filter(|row| begun.iter().any(|(series, ..)| series.id == row.id));
    Ok((rows.collect(), posts))
}

/// The next five times of the posts of a series that would begin now: in RFC 3339, and for people.
/// Nothing is written.
pub fn coming(
    desk: &Desk,
    new: &NewPost,
    cron: &str,
) -> Result<(Vec<String>, Vec<String>), Failure> {
    let pattern = words::pattern(cron)?;
    check(desk, new)?;
    for name in distinct(&new.accounts) {
        account(desk, name)?;
    }
    let calendar = &desk.plan.calendar;
    Ok(next_of(calendar, pattern.after(calendar, desk.now.wall)))
}

/// Makes the post of a series for a time, unless it was made before or the series has ended.
pub fn repeat(desk: &mut Desk, id: &str, at: Timestamp) -> Result<(), Failure> {
    let Some(series) = desk.store.series(id)? else {
        return Ok(());
    };
    let rulebook = desk.rulebook()?;
    let times = (at, desk.now.wall);
    let change = occurrence(&desk.store, &rulebook, &desk.plan, &series, times)?;
    desk.store.occur(id, at, &change)?;
    Ok(())
}

/// The series that go on.
pub fn list(desk: &Desk) -> Result<Vec<SeriesRow>, Failure> {
    let now = desk.now.wall;
    let calendar = &desk.plan.calendar;
    let recurring = desk.store.recurring()?;
    let rows = desk.store.all_series()?.into_iter().filter_map(|series| {
        let known = recurring.iter().find(|known| known.id == series.id)?;
        let next = next_of_series(known, calendar, now).map(|(at, _)| at);
        Some(SeriesRow {
            last: calendar.rfc3339(known.last),
            next: next.map(|at| calendar.rfc3339(at)),
            spoken: next.map(|at| calendar.spoken(at)),
            id: series.id,
            account: series.template.content.account,
            cron: series.cron,
            text: series.template.content.text,
        })
    });
    Ok(rows.collect())
}

/// Ends the series whose id begins like this; the posts that were made stay.
pub fn end(desk: &mut Desk, prefix: &str) -> Result<SeriesRow, Failure> {
    let prefix = prefix.trim().to_lowercase();
    let rows = list(desk)?.into_iter();
    let mut found: Vec<_> = rows
        .filter(|row| !prefix.is_empty() && row.id.starts_with(&prefix))
        .collect();
    let row = match (found.pop(), found.is_empty()) {
        (Some(row), true) => row,
        (Some(_), false) => {
            return Err(
                Failure::failed(format!("“{prefix}” begins several series."))
                    .with_help("`rounds series list` shows them"),
            );
        }
        (None, _) => {
            return Err(Failure::failed(format!("There is no series “{prefix}”."))
                .with_help("`rounds series list` shows them"));
        }
    };
    let now = desk.now.wall;
    let entry =
        Entry::new(now, Kind::SeriesEnded, None, &desk.system_user).with("series", row.id.clone());
    desk.store.end_series(&row.id, now, &entry)?;
    desk.changed.insert(Changed::Posts);
    Ok(row)
}
