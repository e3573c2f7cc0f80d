//! What a simulation counted: what the clinician got, and which faults they lived through.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::plan::Activity;
use crate::review::kept::{LimitKept, StageKept};

/// The totals of a simulation.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Report {
    /// Days simulated.
    pub days: u64,
    /// Posts published.
    pub published: u64,
    /// The same, account by account.
    pub by_account: BTreeMap<String, u64>,
    /// How each stage of each account's cadence was kept.
    pub stages: Vec<StageKept>,
    /// Posts that were held for an hour or more.
    pub held: u64,
    /// Posts whose time passed while they could not go.
    pub missed: u64,
    /// Posts that the cadences meant and that never came.
    pub skipped: u64,
    /// Posts that a platform holds more than once.
    pub duplicates: u64,
    /// Posts that went out without a valid answer to every check.
    pub published_without_checks: u64,
    /// Notifications shown.
    pub nudges: u64,
    /// What became of the breaks.
    pub breaks: Breaks,
    /// Time on social sites, in seconds.
    pub usage_s: u64,
    /// Time by activity, writing away from sites included, in seconds.
    pub by_activity_s: BTreeMap<Activity, u64>,
    /// Days on which the clinician lay in bed.
    pub days_ill: u64,
    /// Days spent in another zone.
    pub days_abroad: u64,
    /// Days of conferences.
    pub days_of_conferences: u64,
    /// How each limit was kept, with its floor.
    pub limits: Vec<LimitKept>,
    /// Periods in which a limit was kept, of all periods; 1 where there is no limit.
    pub limits_kept_ratio: f64,
    /// The faults that were caused.
    #[serde(skip)]
    pub faults: Faults,
}

/// What became of the breaks.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[expect(missing_docs, reason = "the words explain themselves")]
pub struct Breaks {
    pub taken: u64,
    pub snoozed: u64,
    pub skipped: u64,
}

/// How often each fault was caused or survived.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Faults(BTreeMap<String, u64>);

impl Faults {
    /// Every name that is counted beside `crash before EFFECT`.
    pub const NAMES: [&'static str; 19] = [
        "power loss",
        "suspend",
        "suspend inside a span",
        "clock put on",
        "clock put back",
        "daylight saving",
        "travel",
        "refused",
        "rate limited",
        "timed out before",
        "timed out after",
        "late replica",
        "conflict",
        "conflict between engines",
        "retry",
        "in doubt, found",
        "in doubt, not there",
        "uncertain, person asked",
        "idle",
    ];

    /// Every effect before which a crash may fall.
    pub const EFFECTS: [&'static str; 13] = [
        "SaveUsage",
        "KeepUsage",
        "CountBreak",
        "ReadUsage",
        "ReadQueue",
        "Examine",
        "Record",
        "Publish",
        "Look",
        "Act",
        "Show",
        "Withdraw",
        "nothing",
    ];

    pub(super) fn count(&mut self, name: &str) {
        *self.0.entry(name.to_owned()).or_default() += 1;
    }

    /// Adds what another simulation counted.
    pub fn add(&mut self, other: &Self) {
        for (name, count) in &other.0 {
            *self.0.entry(name.clone()).or_default() += count;
        }
    }

    /// How often one of them was.
    pub fn of(&self, name: &str) -> u64 {
        self.0.get(name).copied().unwrap_or_default()
    }

    /// How often the program crashed.
    pub fn crashes(&self) -> u64 {
        let crashes = self.0.iter().filter(|(name, _)| name.starts_with("crash "));
        crashes.map(|(_, count)| count).sum()
    }

    /// All counts, by name.
    pub fn counts(&self) -> impl Iterator<Item = (&str, u64)> {
        self.0.iter().map(|(name, count)| (name.as_str(), *count))
    }

    /// The faults that were never caused.
    pub fn missing(&self) -> BTreeSet<String> {
        let crashes = Self::EFFECTS.map(|effect| format!("crash before {effect}"));
        let names = Self::NAMES.map(str::to_owned);
        let all = names.into_iter().chain(crashes);
        all.filter(|name| !self.0.contains_key(name)).collect()
    }
}
