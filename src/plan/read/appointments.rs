//! Engagements, conferences and feeds of the plan's file.

use std::collections::BTreeSet;

use super::fault::Fault;
use super::section::{Noted, Section};
use super::values::{self, named, positive, web_address};
use super::{days, defaults, each};
use crate::plan::feed::{Feed, Source};
use crate::plan::{Activity, Begin, Conference, Engagement, Origin, Times};

/// More dates than anybody plans for one engagement.
const MOST_DATES: usize = 1000;

/// The name of an entry; `twice` says what is wrong with one that was seen before.
fn own_name(
    raw: &mut Section<'_>,
    is_new: impl FnOnce(&str) -> bool,
    twice: impl FnOnce(&str) -> (String, &'static str),
) -> Option<String> {
    let leaf = raw.required_leaf("name")?;
    let name = raw.check(&leaf, "name", named)?;
    if !is_new(&name) {
        let (message, help) = twice(&name);
        raw.note(Fault::at(leaf.at, raw.field("name")).saying(message, help));
    }
    Some(name)
}

fn already(kind: &str) -> impl Fn(&str) -> (String, &'static str) {
    move |name| {
        let message = format!("there already is {kind} `{name}`");
        (message, "give each its own name")
    }
}

pub(super) fn engagements(raw: Vec<Section<'_>>) -> Option<Vec<Engagement>> {
    let mut seen = BTreeSet::new();
    each(raw, |mut raw| {
        let is_new = |name: &str| seen.insert(name.to_owned());
        let name = own_name(&mut raw, is_new, already("an engagement"));
        let site = raw.optional("site", values::name);
        let activity = raw.or("activity", values::activity, Activity::Chat);
        let times = times(&mut raw);
        let length = raw.required("length", positive);
        let origin = origin(&mut raw);
        raw.end();
        Some(Engagement {
            name: name?,
            site: site.ok()?,
            activity: activity?,
            times: times?,
            length: length?,
            origin: origin.ok()?,
        })
    })
}

/// When an engagement is: by a pattern or on given dates, and not both.
fn times(raw: &mut Section<'_>) -> Option<Times> {
    let is_given = raw.has("cron") || raw.has("at");
    let cron = raw.leaf("cron");
    let at = raw.one_or_several("at");
    match (cron, at) {
        (Some(cron), None) => raw
            .check(&cron, "cron", values::pattern)
            .map(Times::Recurring),
        (None, Some((place, dates))) => {
            if dates.is_empty() || dates.len() > MOST_DATES {
                let message = format!("there are {} dates here", dates.len());
                let help = format!("write between 1 and {MOST_DATES}");
                raw.note(Fault::at(place, raw.field("at")).saying(message, help));
                return None;
            }
            let dates: Vec<Option<Begin>> = dates
                .iter()
                .map(|date| raw.check(date, "at", values::begin))
                .collect();
            dates.into_iter().collect::<Option<_>>().map(Times::Dated)
        }
        // What is wrong with it is told already.
        (None, None) if is_given => None,
        (None, None) => {
            let help = "add cron = \"0 20 * * Sun\", or for single dates at = 2026-05-05T20:00:00";
            let fault = raw.fault().in_key("cron");
            raw.note(fault.saying("`cron` is missing", help).absent());
            None
        }
        (Some(cron), Some(_)) => {
            let help = "keep `cron` for what recurs, or `at` for single dates";
            let fault = Fault::at(cron.at, raw.field("cron"));
            raw.note(fault.saying("`cron` and `at` stand side by side", help));
            None
        }
    }
}

pub(super) fn conferences(raw: Vec<Section<'_>>) -> Option<Vec<Conference>> {
    let mut seen = BTreeSet::new();
    each(raw, |mut raw| {
        let days = days(&mut raw);
        let from = days.map(|(from, _)| from);
        let is_new = |name: &str| from.is_none_or(|from| seen.insert((name.to_owned(), from)));
        let name = own_name(&mut raw, is_new, |name| {
            let from = from.unwrap_or_default();
            let message = format!("`{name}` on {from} stands here twice");
            (message, "remove one of the two")
        });
        let time = raw.or("time", positive, defaults::CONFERENCE_TIME);
        let site = raw.optional("site", values::name);
        let origin = origin(&mut raw);
        raw.end();
        let (from, until) = days?;
        Some(Conference {
            name: name?,
            from,
            until,
            time: time?,
            site: site.ok()?,
            origin: origin.ok()?,
        })
    })
}

/// Where an entry was brought in from, if it was.
fn origin(raw: &mut Section<'_>) -> Result<Option<Origin>, Noted> {
    let uid = raw.optional("uid", named);
    let calendar = raw.optional("calendar", named);
    let (uid, calendar) = (uid?, calendar?);
    Ok(uid.map(|uid| Origin { uid, calendar }))
}

pub(super) fn feeds(raw: Vec<Section<'_>>) -> Option<Vec<Feed>> {
    let mut seen = BTreeSet::new();
    each(raw, |mut raw| {
        let is_new = |name: &str| seen.insert(name.to_lowercase());
        let name = own_name(&mut raw, is_new, already("a feed"));
        let source = source(&mut raw);
        raw.end();
        Some(Feed {
            name: name?,
            source: source?,
        })
    })
}

fn source(raw: &mut Section<'_>) -> Option<Source> {
    let is_given = raw.has("address") || raw.has("pubmed");
    match (raw.leaf("address"), raw.leaf("pubmed")) {
        (Some(address), None) => raw
            .check(&address, "address", web_address)
            .map(Source::Address),
        (None, Some(query)) => raw.check(&query, "pubmed", named).map(Source::PubMed),
        (None, None) if is_given => None,
        (None, None) => {
            let help = "add address = \"https://…\", or pubmed = \"a search\"";
            let fault = raw.fault().in_key("address");
            raw.note(fault.saying("`address` is missing", help).absent());
            None
        }
        (Some(address), Some(_)) => {
            let help = "keep one of the two, and give the other its own [[feeds]]";
            let fault = Fault::at(address.at, raw.field("address"));
            raw.note(fault.saying("`address` and `pubmed` stand side by side", help));
            None
        }
    }
}
