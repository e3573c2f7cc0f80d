//! Slots: when the next ones of an account are, what stands on them, and which are let pass.
//!
//! A slot that is let pass stays free: no post is put there by `--slot`, and nobody is asked about it.
//! As long as it has not come this can be taken back.

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde::Serialize;

use super::{Changed, Desk, Failure};
use crate::calendar::Calendar;
use crate::plan::{Account, Plan, cadence};
use crate::posting::audit::{Entry, Kind};

/// How many times are shown before something that makes them is saved.
pub const SHOWN: usize = 5;

/// The most that anybody looks through.
const MOST: usize = 1000;

/// The next times of an account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct NextTimes {
    /// The account.
    pub account: String,
    /// Its next slots, RFC 3339.
    pub next: Vec<String>,
    /// The same for people.
    #[serde(skip)]
    pub spoken: Vec<String>,
}

/// A slot to come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SlotRow {
    /// The account.
    pub account: String,
    /// When, RFC 3339.
    pub at: String,
    /// When, for people.
    #[serde(skip)]
    pub spoken: String,
    /// The post that stands on it.
    pub post: Option<String>,
    /// That post's state.
    pub state: Option<String>,
    /// It is let pass.
    pub skipped: bool,
}

/// A slot that is let pass, or is not any more, and what this makes of those to come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SlotChange {
    /// The slot, as it is after the change.
    #[serde(flatten)]
    pub slot: SlotRow,
    /// The next slots that are not let pass then.
    pub next_slots: NextTimes,
}

/// The next times of one account, whether the plan has it already or not.
pub fn next_times(plan: &Plan, account: &Account, now: Timestamp) -> NextTimes {
    let coming = cadence::coming(account, &plan.calendar, now);
    let (next, spoken) = next_of(&plan.calendar, coming);
    NextTimes {
        account: account.name.clone(),
        next,
        spoken,
    }
}

/// The first few of some times to come: in RFC 3339, and for people.
pub(super) fn next_of(
    calendar: &Calendar,
    coming: impl Iterator<Item = Timestamp>,
) -> (Vec<String>, Vec<String>) {
    let told = coming.take(SHOWN);
    told.map(|at| (calendar.rfc3339(at), calendar.spoken(at)))
        .unzip()
}

/// The next times of every account of a plan that has slots.
pub fn next_of_all(plan: &Plan, now: Timestamp) -> Vec<NextTimes> {
    let accounts = plan
        .accounts
        .iter()
        .filter(|account| !account.slots.is_empty());
    accounts
        .map(|account| next_times(plan, account, now))
        .collect()
}

/// The next `count` slots of one account or of each, with what stands on them.
pub fn list(desk: &Desk, account: Option<&str>, count: usize) -> Result<Vec<SlotRow>, Failure> {
    if count == 0 || count > MOST {
        return Err(Failure::usage(format!("Ask for 1 to {MOST} slots.")));
    }
    let accounts: Vec<&Account> = match account {
        Some(name) => vec![super::post::account(desk, name)?],
        None => desk.plan.accounts.iter().collect(),
    };
    let mut rows = Vec::new();
    for account in accounts {
        let on_slots = desk.store.on_slots(&account.name, desk.now.wall)?;
        let skipped = desk.store.skipped_slots(desk.now.wall, Timestamp::MAX)?;
        for at in cadence::coming(account, &desk.plan.calendar, desk.now.wall).take(count) {
            let post = on_slots.iter().find(|(due, ..)| *due == at);
            rows.push(SlotRow {
                account: account.name.clone(),
                at: desk.plan.calendar.rfc3339(at),
                spoken: desk.plan.calendar.spoken(at),
                post: post.map(|(_, id, _)| id.to_string()),
                state: post.map(|(.., state)| state.clone()),
                skipped: skipped.contains(&(account.name.clone(), at)),
            });
        }
    }
    Ok(rows)
}

/// The slot to come that would be let pass: the one at this time, or the next that is free.
pub fn to_skip(
    desk: &Desk,
    name: &str,
    at: Option<Timestamp>,
) -> Result<(Timestamp, SlotChange), Failure> {
    let account = super::post::account(desk, name)?;
    let slot = if let Some(at) = at {
        slot_at(desk, account, at)?
    } else {
        let taken = desk.store.taken_slots(name, desk.now.wall)?;
        cadence::coming(account, &desk.plan.calendar, desk.now.wall)
            .find(|slot| !taken.contains(slot))
            .ok_or_else(|| no_slot(name, "There is no slot"))?
    };
    let on_slots = desk.store.on_slots(name, desk.now.wall)?;
    if let Some((_, post, _)) = on_slots.iter().find(|(due, ..)| *due == slot) {
        return Err(
            Failure::refused(format!("The post {post} stands on that slot.")).with_help(format!(
                "`rounds post cancel {post}` or `post reschedule {post}` frees it"
            )),
        );
    }
    Ok((slot, change(desk, account, slot, true)?))
}

/// The slot to come that would not be let pass any more: the one at this time, or the next that is.
pub fn to_keep(
    desk: &Desk,
    name: &str,
    at: Option<Timestamp>,
) -> Result<(Timestamp, SlotChange), Failure> {
    let account = super::post::account(desk, name)?;
    let passing = passing(desk, account)?;
    let slot = match at {
        Some(at) => slot_at(desk, account, at)?,
        None => cadence::coming(account, &desk.plan.calendar, desk.now.wall)
            .take_while(|slot| passing.last().is_some_and(|last| slot <= last))
            .find(|slot| passing.contains(slot))
            .ok_or_else(|| {
                Failure::failed(format!("No slot of {name} to come is let pass."))
                    .with_help(format!("`rounds slot list {name}` shows what stands where"))
            })?,
    };
    if !passing.contains(&slot) {
        let when = desk.plan.calendar.spoken(slot);
        let message = format!("The slot of {name} at {when} is not let pass.");
        return Err(Failure::failed(message)
            .with_help(format!("`rounds slot list {name}` shows which ones are")));
    }
    Ok((slot, change(desk, account, slot, false)?))
}

/// Lets a slot to come pass: the one at this time, or the next that is free.
pub fn skip(desk: &mut Desk, name: &str, at: Option<Timestamp>) -> Result<SlotChange, Failure> {
    let (slot, change) = to_skip(desk, name, at)?;
    let entry = entry(desk, Kind::SlotSkipped, &change);
    desk.store.skip_slot(&change.slot.account, slot, &entry)?;
    desk.changed.insert(Changed::Posts);
    Ok(change)
}

/// Takes back that a slot is let pass: the one at this time, or the next that is.
pub fn keep(desk: &mut Desk, name: &str, at: Option<Timestamp>) -> Result<SlotChange, Failure> {
    let (slot, change) = to_keep(desk, name, at)?;
    let entry = entry(desk, Kind::SlotKept, &change);
    desk.store.keep_slot(&change.slot.account, slot, &entry)?;
    desk.changed.insert(Changed::Posts);
    Ok(change)
}

fn entry(desk: &Desk, kind: Kind, change: &SlotChange) -> Entry {
    Entry::new(desk.now.wall, kind, None, &desk.system_user)
        .with("account", change.slot.account.clone())
        .with("slot", change.slot.at.clone())
}

/// The slot of an account at a time to come.
fn slot_at(desk: &Desk, account: &Account, at: Timestamp) -> Result<Timestamp, Failure> {
    cadence::coming(account, &desk.plan.calendar, desk.now.wall)
        .take_while(|slot| *slot <= at)
        .find(|slot| *slot == at)
        .ok_or_else(|| {
            let when = desk.plan.calendar.spoken(at);
            no_slot(&account.name, &format!("At {when} there is no slot"))
        })
}

fn no_slot(name: &str, there: &str) -> Failure {
    Failure::usage(format!("{there} of {name} to come."))
        .with_help(format!("`rounds slot list {name}` shows them"))
}

/// The slots to come of an account that are let pass.
fn passing(desk: &Desk, account: &Account) -> Result<BTreeSet<Timestamp>, Failure> {
    let passing = desk.store.skipped_slots(desk.now.wall, Timestamp::MAX)?;
    let own = passing.into_iter().filter(|(of, _)| *of == account.name);
    Ok(own.map(|(_, slot)| slot).collect())
}

/// What it would be like with a slot let pass, or not.
fn change(
    desk: &Desk,
    account: &Account,
    slot: Timestamp,
    skipped: bool,
) -> Result<SlotChange, Failure> {
    let calendar = &desk.plan.calendar;
    let mut passing = passing(desk, account)?;
    if skipped {
        passing.insert(slot);
    } else {
        passing.remove(&slot);
    }
    let coming = cadence::coming(account, calendar, desk.now.wall);
    let (next, spoken) = next_of(calendar, coming.filter(|at| !passing.contains(at)));
    Ok(SlotChange {
        slot: SlotRow {
            account: account.name.clone(),
            at: calendar.rfc3339(slot),
            spoken: calendar.spoken(slot),
            post: None,
            state: None,
            skipped,
        },
        next_slots: NextTimes {
            account: account.name.clone(),
            next,
            spoken,
        },
    })
}
