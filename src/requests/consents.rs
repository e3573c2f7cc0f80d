//! The consent register: records added, shown, withdrawn. Never a patient's name.

use jiff::civil::Date;
use serde::Serialize;

use super::post::review_where;
use super::words::spoken_day;
use super::{Changed, Desk, Failure};
use crate::posting::anonymous::{fault, is_addressed};
use crate::posting::audit::{Entry, Kind};
use crate::posting::consent::{Consent, Signer};
use crate::posting::life::State;
use crate::posting::post::{Post, PostId};
use crate::rulebook::Rulebook;

/// A record, as others read it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ConsentRow {
    /// What was recorded.
    #[serde(skip)]
    pub record: Consent,
    #[serde(flatten)]
    shown: Shown,
    /// Whether it holds today.
    pub valid: bool,
}

/// A record with its instants in the plan's zone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct Shown {
    reference: String,
    platforms: Vec<String>,
    shows: String,
    signer: Signer,
    signed_on: Date,
    expires_on: Option<Date>,
    separate_from_care: bool,
    withdrawn_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    unconfirmed_since: Option<String>,
}

/// A withdrawn record, and the posts that wait for another one now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Withdrawn {
    /// The record.
    #[serde(flatten)]
    pub consent: ConsentRow,
    /// Posts that used it and do not go out any more.
    pub held: Vec<PostId>,
    /// Posts that used it and are out already, or may be: take them back where that is wished.
    pub published: Vec<PostId>,
    /// Posts that used it and wait for nothing: drafts, and what was missed or failed.
    pub others: Vec<PostId>,
}

/// The register, by reference.
pub fn list(desk: &Desk) -> Result<Vec<ConsentRow>, Failure> {
    let records = desk.store.consents()?.into_iter();
    Ok(records.map(|record| row(desk, record)).collect())
}

fn row(desk: &Desk, record: Consent) -> ConsentRow {
    let calendar = &desk.plan.calendar;
    let today = calendar.day_of(desk.now.wall);
    let ended = record.expires_on.is_some_and(|last| last < today);
    let open = record.withdrawn_at.is_none() && record.unconfirmed_since.is_none();
    let valid = open && record.separate_from_care && !ended;
    let shown = Shown {
        reference: record.reference.clone(),
        platforms: record.platforms.clone(),
        shows: record.shows.clone(),
        signer: record.signer,
        signed_on: record.signed_on,
        expires_on: record.expires_on,
        separate_from_care: record.separate_from_care,
        withdrawn_at: record.withdrawn_at.map(|at| calendar.rfc3339(at)),
        unconfirmed_since: record.unconfirmed_since.map(|at| calendar.rfc3339(at)),
    };
    ConsentRow {
        record,
        shown,
        valid,
    }
}

/// The record of this reference.
pub fn find(desk: &Desk, reference: &str) -> Result<ConsentRow, Failure> {
    let records = list(desk)?;
    records
        .into_iter()
        .find(|row| row.record.reference == reference.trim())
        .ok_or_else(|| {
            Failure::failed(format!(
                "There is no consent record `{}`.",
                reference.trim()
            ))
            .with_help("`rounds consent list` shows them")
        })
}

/// Adds a record. A reference stands once, and neither it nor what is shown names a patient.
pub fn add(desk: &mut Desk, record: Consent) -> Result<ConsentRow, Failure> {
    check(desk, &record)?;
    let entry = Entry::new(desk.now.wall, Kind::ConsentAdded, None, &desk.system_user)
        .with("consent", record.reference.clone());
    desk.store.save_consent(&record, &entry)?;
    desk.changed.insert(Changed::Posts);
    review_where(desk, |post| relies_on(post, &record.reference))?;
    Ok(row(desk, record))
}

/// Says that a record which came in from a file stands like this in the clinic's own records. From
/// now on it covers posts.
pub fn confirm(desk: &mut Desk, reference: &str) -> Result<ConsentRow, Failure> {
    let mut record = find(desk, reference)?.record;
    if record.withdrawn_at.is_some() {
        let message = format!("The consent `{}` was withdrawn.", record.reference);
        return Err(Failure::refused(message)
            .with_help("a new consent gets a reference of its own: `rounds consent add`"));
    }
    if record.unconfirmed_since.take().is_none() {
        let message = format!(
            "The consent `{}` waits for no confirmation.",
            record.reference
        );
        return Err(Failure::refused(message)
            .with_help("only a record that `rounds import` brought in is confirmed"));
    }
    let entry = Entry::new(
        desk.now.wall,
        Kind::ConsentConfirmed,
        None,
        &desk.system_user,
    )
    .with("consent", record.reference.clone());
    desk.store.save_consent(&record, &entry)?;
    desk.changed.insert(Changed::Posts);
    review_where(desk, |post| relies_on(post, &record.reference))?;
    Ok(row(desk, record))
}

/// Refuses a record that could not have been added here.
pub(super) fn well_formed(desk: &Desk, record: &Consent) -> Result<(), Failure> {
    let rules = desk.rulebook()?;
    if let Some(fault) = fault(&record.reference, |word| rules.is_first_name(word)) {
        // The reference itself is not said again: it may be a name.
        let message = format!("The reference {}.", fault.spoken());
        return Err(Failure::usage(message).with_help(
            "write the code under which the form lies in the clinic's own records, such as CONS-2026-014",
        ));
    }
    let today = desk.plan.calendar.day_of(desk.now.wall);
    if record.signed_on > today {
        return Err(Failure::usage(format!(
            "{} lies in the future.",
            spoken_day(record.signed_on)
        ))
        .with_help("record a consent when it is signed"));
    }
    if record
        .expires_on
        .is_some_and(|last| last < record.signed_on)
    {
        return Err(Failure::usage("It would end before it was signed.")
            .with_help("--expires is its last day"));
    }
    general(&rules, &record.shows)
}

fn check(desk: &Desk, record: &Consent) -> Result<(), Failure> {
    well_formed(desk, record)?;
    for platform in &record.platforms {
        known_platform(desk, platform)?;
    }
    if desk
        .store
        .consents()?
        .iter()
        .any(|other| other.reference == record.reference)
    {
        return Err(
            Failure::failed(format!("There is a record `{}` already.", record.reference))
                .with_help("a renewed consent gets a reference of its own"),
        );
    }
    Ok(())
}

fn known_platform(desk: &Desk, name: &str) -> Result<(), Failure> {
    let platform = crate::plan::Platform::NAMES.contains(&name);
    if name == "all" || platform || desk.plan.account(name).is_some() {
        return Ok(());
    }
    Err(
        Failure::usage(format!("`{name}` is neither an account nor a platform."))
            .with_help("name an account of the plan, a platform, or all"),
    )
}

/// Refuses a description that tells who the patient is, read as part of a post about a patient.
fn general(rules: &Rulebook, shows: &str) -> Result<(), Failure> {
    if rules.tells_who(shows).is_some() || is_addressed(shows) {
        let message = "The description seems to tell who the patient is: a name, date, place, number or address.";
        return Err(Failure::refused(message)
            .with_help("say in general words what may be shown, such as \"wound, no face\""));
    }
    Ok(())
}

/// Withdraws a record. Posts that relied on it and have not gone out are held from now on.
pub fn withdraw(desk: &mut Desk, reference: &str) -> Result<Withdrawn, Failure> {
    let mut record = find(desk, reference)?.record;
    if record.withdrawn_at.is_some() {
        let message = format!("The consent `{}` was withdrawn before.", record.reference);
        return Err(Failure::refused(message)
            .with_help("nothing is left to do; `rounds consent list` shows the register"));
    }
    let entry = Entry::new(
        desk.now.wall,
        Kind::ConsentWithdrawn,
        None,
        &desk.system_user,
    )
    .with("consent", record.reference.clone());
    record.withdrawn_at = Some(desk.now.wall);
    let mut withdrawn = Withdrawn {
        consent: row(desk, record.clone()),
        held: Vec::new(),
        published: Vec::new(),
        others: Vec::new(),
    };
    let mut touched = Vec::new();
    for post in desk.store.posts(None)? {
        if !relies_on(&post, &record.reference) {
            continue;
        }
        match post.state {
            State::Held | State::Queued { .. } => withdrawn.held.push(post.id.clone()),
            State::Published { .. }
            | State::Publishing { .. }
            | State::HandedOff { .. }
            | State::Uncertain { .. } => withdrawn.published.push(post.id.clone()),
            State::Draft | State::Failed { .. } | State::Missed { .. } => {
                withdrawn.others.push(post.id.clone());
            }
            State::Cancelled { .. } | State::Retracted { .. } => {}
        }
        if post.state.waits() {
            touched.push(post.id);
        }
    }
    // In one step: a program that is about to send one of them decided on a version that is gone.
    desk.store.withdraw_consent(&record, &entry, &touched)?;
    desk.changed.insert(Changed::Posts);
    review_where(desk, |post| relies_on(post, &record.reference))?;
    Ok(withdrawn)
}

fn relies_on(post: &Post, reference: &str) -> bool {
    post.attestations
        .iter()
        .any(|answer| answer.evidence.as_deref() == Some(reference))
}
