//! Engagements, conferences and feeds of the plan's file.

use std::collections::BTreeSet;

use toml::Spanned;

use super::days;
use super::fault::Fault;
use super::raw::{Leaf, Leaves, RawConference, RawEngagement, RawFeed};
use super::values::{self, name, named, or, positive, value, web_address};
use super::{defaults, fault::Wrong};
use crate::plan::feed::{Feed, Source};
use crate::plan::{Activity, Begin, Conference, Engagement, Origin, Times};

/// More dates than anybody plans for one engagement.
const MOST_DATES: usize = 1000;

pub(super) fn engagements(raw: &[RawEngagement]) -> Result<Vec<Engagement>, Fault> {
    let mut seen = BTreeSet::new();
    raw.iter()
        .map(|raw| {
            let engagement = engagement(raw)?;
            if !seen.insert(engagement.name.clone()) {
                return Err(Fault::at(&raw.name, "engagements.name")
                    .saying(format!(
                        "there already is an engagement `{}`",
                        engagement.name
                    ))
                    .help("give each its own name"));
            }
            Ok(engagement)
        })
        .collect()
}

fn engagement(raw: &RawEngagement) -> Result<Engagement, Fault> {
    Ok(Engagement {
        name: value(&raw.name, "engagements.name", named)?,
        site: site(raw.site.as_ref(), "engagements.site")?,
        activity: or(
            raw.activity.clone(),
            "engagements.activity",
            values::activity,
            Activity::Chat,
        )?,
        times: times(raw)?,
        length: value(&raw.length, "engagements.length", positive)?,
        origin: origin(raw.uid.as_ref(), raw.calendar.as_ref(), "engagements")?,
    })
}

fn times(raw: &RawEngagement) -> Result<Times, Fault> {
    match (&raw.cron, &raw.at) {
        (Some(cron), None) => {
            value(cron, "engagements.cron", values::pattern).map(Times::Recurring)
        }
        (None, Some(at)) => dates(at).map(Times::Dated),
        (None, None) => Err(Fault::at(&raw.name, "engagements.cron")
            .saying("`cron` is missing")
            .help("add cron = \"0 20 * * Sun\", or for single dates at = 2026-05-05T20:00:00")),
        (Some(cron), Some(_)) => Err(Fault::at(cron, "engagements.cron")
            .saying("`cron` and `at` stand side by side")
            .help("keep `cron` for what recurs, or `at` for single dates")),
    }
}

fn dates(at: &Spanned<Leaves>) -> Result<Vec<Begin>, Fault> {
    let place = at.span().start;
    match at.get_ref() {
        Leaves::One(loose) => {
            let one = values::begin(&loose.0);
            let one = one.map_err(|wrong| Fault::at_byte(place, "engagements.at").of(wrong))?;
            Ok(vec![one])
        }
        Leaves::Several(list) if list.is_empty() || list.len() > MOST_DATES => {
            let message = format!("there are {} dates here", list.len());
            let wrong = Wrong::new(message, format!("write between 1 and {MOST_DATES}"));
            Err(Fault::at_byte(place, "engagements.at").of(wrong))
        }
        Leaves::Several(list) => list
            .iter()
            .map(|leaf| value(leaf, "engagements.at", values::begin))
            .collect(),
    }
}

pub(super) fn conferences(raw: &[RawConference]) -> Result<Vec<Conference>, Fault> {
    let mut seen = BTreeSet::new();
    raw.iter()
        .map(|raw| {
            let (from, until) = days(&raw.from, &raw.until, "conferences")?;
            let conference = Conference {
                name: value(&raw.name, "conferences.name", named)?,
                from,
                until,
                time: or(
                    raw.time.clone(),
                    "conferences.time",
                    positive,
                    defaults::CONFERENCE_TIME,
                )?,
                site: site(raw.site.as_ref(), "conferences.site")?,
                origin: origin(raw.uid.as_ref(), raw.calendar.as_ref(), "conferences")?,
            };
            if !seen.insert((conference.name.clone(), from)) {
                return Err(Fault::at(&raw.name, "conferences.name")
                    .saying(format!("`{}` on {from} stands here twice", conference.name))
                    .help("remove one of the two"));
            }
            Ok(conference)
        })
        .collect()
}

fn site(leaf: Option<&Leaf>, field: &str) -> Result<Option<String>, Fault> {
    leaf.map(|leaf| value(leaf, field, name)).transpose()
}

fn origin(
    uid: Option<&Leaf>,
    calendar: Option<&Leaf>,
    table: &str,
) -> Result<Option<Origin>, Fault> {
    let calendar = calendar.map(|leaf| value(leaf, format!("{table}.calendar"), named));
    let calendar = calendar.transpose()?;
    let Some(uid) = uid else {
        return Ok(None);
    };
    Ok(Some(Origin {
        uid: value(uid, format!("{table}.uid"), named)?,
        calendar,
    }))
}

pub(super) fn feeds(raw: &[RawFeed]) -> Result<Vec<Feed>, Fault> {
    let mut seen = BTreeSet::new();
    raw.iter()
        .map(|raw| {
            let feed = Feed {
                name: value(&raw.name, "feeds.name", named)?,
                source: source(raw)?,
            };
            if !seen.insert(feed.name.to_lowercase()) {
                return Err(Fault::at(&raw.name, "feeds.name")
                    .saying(format!("there already is a feed `{}`", feed.name))
                    .help("give each its own name"));
            }
            Ok(feed)
        })
        .collect()
}

fn source(raw: &RawFeed) -> Result<Source, Fault> {
    match (&raw.address, &raw.pubmed) {
        (Some(address), None) => value(address, "feeds.address", web_address).map(Source::Address),
        (None, Some(query)) => value(query, "feeds.pubmed", named).map(Source::PubMed),
        (None, None) => Err(Fault::at(&raw.name, "feeds.address")
            .saying("`address` is missing")
            .help("add address = \"https://…\", or pubmed = \"a search\"")),
        (Some(address), Some(_)) => Err(Fault::at(address, "feeds.address")
            .saying("`address` and `pubmed` stand side by side")
            .help("keep one of the two, and give the other its own [[feeds]]")),
    }
}
