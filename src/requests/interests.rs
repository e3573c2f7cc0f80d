//! The register of interests, as people ask for it.

use jiff::civil::Date;
use serde::Serialize;

use super::post::review_all;
use super::{Changed, Desk, Failure};
use crate::posting::audit::{Entry, Kind};
use crate::posting::interests::{Interest, Ready, Telling};

/// A tie, and whether it is to be told today.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct InterestRow {
    /// The tie.
    #[serde(flatten)]
    pub interest: Interest,
    /// It holds today.
    pub in_force: bool,
}

/// All ties, by name.
pub fn list(desk: &Desk) -> Result<Vec<InterestRow>, Failure> {
    let today = desk.plan.calendar.day_of(desk.now.wall);
    let interests = desk.store.interests()?;
    Ok(interests
        .into_iter()
        .map(|interest| row(interest, today))
        .collect())
}

fn row(interest: Interest, today: Date) -> InterestRow {
    let in_force = interest.holds_on(today);
    InterestRow { interest, in_force }
}

/// Refuses a tie that cannot be.
pub(super) fn well_formed(interest: &Interest) -> Result<(), Failure> {
    let nameless = |name: &String| !name.chars().any(char::is_alphanumeric);
    if nameless(&interest.name) || interest.known_as.iter().any(nameless) {
        return Err(Failure::usage("A name is empty.")
            .with_help("name the company, product or person, as a text would"));
    }
    if interest.until.is_some_and(|last| last < interest.since) {
        return Err(Failure::usage("It would end before it began.")
            .with_help("--until is its last day, --since its first"));
    }
    Ok(())
}

/// A tie as the audit tells it.
pub(super) fn facts(interest: &Interest) -> Vec<(String, String)> {
    let until = interest.until.map(|day| day.to_string());
    let facts = [
        ("interest", interest.name.clone()),
        ("kind", interest.kind.name().to_owned()),
        ("since", interest.since.to_string()),
        ("until", until.unwrap_or_default()),
    ];
    facts.map(|(name, value)| (name.to_owned(), value)).to_vec()
}

/// Adds a tie; every post that names it is looked at again.
pub fn add(desk: &mut Desk, interest: Interest) -> Result<InterestRow, Failure> {
    well_formed(&interest)?;
    if find(desk, &interest.name).is_ok() {
        let message = format!("“{}” stands in the register already.", interest.name);
        return Err(Failure::failed(message).with_help("end it first with `rounds interest end`"));
    }
    save(desk, interest, Kind::InterestAdded)
}

/// Ends a tie on a day; it is to be told until then.
pub fn end(desk: &mut Desk, name: &str, last: Date) -> Result<InterestRow, Failure> {
    let interest = find(desk, name)?;
    if last < interest.since {
        return Err(
            Failure::usage(format!("It began on {}, after {last}.", interest.since))
                .with_help("--on is its last day"),
        );
    }
    let until = Some(last);
    save(desk, Interest { until, ..interest }, Kind::InterestEnded)
}

fn save(desk: &mut Desk, interest: Interest, kind: Kind) -> Result<InterestRow, Failure> {
    let mut entry = Entry::new(desk.now.wall, kind, None, &desk.system_user);
    entry.facts = facts(&interest);
    desk.store.save_interest(&interest, &entry)?;
    desk.changed.insert(Changed::Posts);
    review_all(desk)?;
    let today = desk.plan.calendar.day_of(desk.now.wall);
    Ok(row(interest, today))
}

fn find(desk: &Desk, name: &str) -> Result<Interest, Failure> {
    let name = name.trim();
    let mut all = desk.store.interests()?.into_iter();
    all.find(|interest| interest.name.to_lowercase() == name.to_lowercase())
        .ok_or_else(|| {
            Failure::failed(format!("“{name}” is not in the register of interests."))
                .with_help("`rounds interest list` shows them")
        })
}

/// Ready wordings for a tie, counted.
pub fn wordings(desk: &Desk, name: &str) -> Result<Vec<Ready>, Failure> {
    let telling = Telling::builtin()
        .map_err(|error| Failure::failed(format!("The wordings cannot be read: {error}.")))?;
    Ok(telling.ready(&find(desk, name)?))
}
