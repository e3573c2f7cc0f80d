//! What memory counts instead of telling it one by one.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::posting::post::PostId;

/// How many posts there are in the states that people look at.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Counts {
    /// By the state's name.
    pub by_state: BTreeMap<String, u64>,
}

/// A post that waits: which, when, on which account.
pub type Waiting = (PostId, Timestamp, String);

impl Counts {
    /// How many posts may still go out, or have a text that may be erased.
    pub fn reviewed(&self) -> u64 {
        let of = |state: &&str| self.by_state.get(*state).copied().unwrap_or_default();
        let states = ["held", "queued", "draft", "missed", "cancelled"];
        states.iter().map(of).sum()
    }
}

/// A post that counts in a cadence: on which account, when, and whether it is out already.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Counted {
    /// The account.
    pub account: String,
    /// When it was published, or will be sent.
    pub at: Timestamp,
    /// It was published.
    pub published: bool,
}

/// How many posts of an account count in a period of its cadence.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    /// That were published in it.
    pub published: u32,
    /// That will be sent in it.
    pub to_come: u32,
}

/// What became of the breaks of some time.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "the words explain themselves")]
pub struct BreakCounts {
    pub taken: u32,
    pub snoozed: u32,
    pub skipped: u32,
}
