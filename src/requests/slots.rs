//! Slots: when the next ones of an account are, what stands on them, and which are let pass.
//!
//! A slot that is let pass stays free: no post is put there by `--slot`, and nobody is asked about it.

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

/// A slot that is let pass, and those that come after all that are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Skipped {
    /// The slot.
    #[serde(flatten)]
    pub slot: SlotRow,
    /// The next slots that are not let pass.
    pub next_slots: NextTimes,
}

/// The next times of one account, whether the plan has it already or not.
pub fn next_times(plan: &Plan, account: &Account, now: jiff::Timestamp) -> NextTimes {
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
    coming: impl Iterator<Item = jiff::Timestamp>,
) -> (Vec<String>, Vec<String>) {
    let told = coming.take(SHOWN);
    told.map(|at| (calendar.rfc3339(at), calendar.spoken(at)))
        .unzip()
}

/// The next times of every account of a plan that has slots.
pub fn next_of_all(plan: &Plan, now: jiff::Timestamp) -> Vec<NextTimes> {
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
        let skipped = desk
            .store
            .skipped_slots(desk.now.wall, jiff::Timestamp::MAX)?;
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
    at: Option<jiff::Timestamp>,
) -> Result<(jiff::Timestamp, Skipped), Failure> {
    let account = super::post::account(desk, name)?;
    let now = desk.now.wall;
    let taken = desk.store.taken_slots(name, now)?;
    let mut coming = cadence::coming(account, &desk.plan.calendar, now);
    let slot = match at {
        Some(at) => coming
            .by_ref()
            .take_while(|slot| *slot <= at)
            .find(|slot| *slot == at),
        None => coming.find(|slot| !taken.contains(slot)),
    };
    let spoken = |at| desk.plan.calendar.spoken(at);
    let slot = slot.ok_or_else(|| {
        let which = at.map_or_else(
            || "There".to_owned(),
            |at| format!("At {} there", spoken(at)),
        );
        Failure::usage(format!("{which} is no slot of {name} to come."))
            .with_help(format!("`rounds slot list {name}` shows them"))
    })?;
    let on_slots = desk.store.on_slots(name, now)?;
    if let Some((_, post, _)) = on_slots.iter().find(|(due, ..)| *due == slot) {
        return Err(
            Failure::refused(format!("The post {post} stands on that slot.")).with_help(format!(
                "`rounds post cancel {post}` or `post reschedule {post}` frees it"
            )),
        );
    }
    let row = SlotRow {
        account: account.name.clone(),
        at: desk.plan.calendar.rfc3339(slot),
        spoken: spoken(slot),
        post: None,
        state: None,
        skipped: true,
    };
    let passing = desk.store.skipped_slots(now, jiff::Timestamp::MAX)?;
    let is_open =
        |at: &jiff::Timestamp| *at != slot && !passing.contains(&(account.name.clone(), *at));
    let calendar = &desk.plan.calendar;
    let coming = cadence::coming(account, calendar, now).filter(is_open);
    let (next, spoken) = next_of(calendar, coming);
    let next_slots = NextTimes {
        account: account.name.clone(),
        next,
        spoken,
    };
    let skipped = Skipped {
        slot: row,
        next_slots,
    };
    Ok((slot, skipped))
}

/// Lets a slot to come pass: the one at this time, or the next that is free.
pub fn skip(desk: &mut Desk, name: &str, at: Option<jiff::Timestamp>) -> Result<Skipped, Failure> {
    let (slot, skipped) = to_skip(desk, name, at)?;
    let row = &skipped.slot;
    let entry = Entry::new(desk.now.wall, Kind::SlotSkipped, None, &desk.system_user)
        .with("account", row.account.clone())
        .with("slot", row.at.clone());
    desk.store.skip_slot(&row.account, slot, &entry)?;
    desk.changed.insert(Changed::Posts);
    Ok(skipped)
}
