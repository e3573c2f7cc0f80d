//! What comes in from a file, written in one step: all of it, or nothing.
//!
//! What is here stays as it is; nothing of the same name takes its place, and nothing counts twice.

use jiff::civil::Date;

use super::{Result, Store};
use crate::attention::usage::{Amount, Interval};
use crate::engine::Change;
use crate::plan::Limit;
use crate::posting::audit::Entry;
use crate::posting::consent::Consent;
use crate::posting::interests::Interest;
use crate::posting::metrics::Metrics;
use crate::posting::post::PostId;

/// What is written.
#[derive(Debug, Clone, Default)]
pub struct Brought {
    /// Posts that are not here yet, each with its entries.
    pub posts: Vec<Change>,
    /// How those were received.
    pub metrics: Vec<(PostId, Metrics)>,
    /// Records of the consent register.
    pub consents: Vec<Consent>,
    /// Ties of the register of interests.
    pub interests: Vec<Interest>,
    /// Usage with a place on the clock.
    pub intervals: Vec<Interval>,
    /// Usage of days.
    pub amounts: Vec<Amount>,
    /// The limits in force, by the day from which on.
    pub limits: Vec<(Date, Vec<Limit>)>,
    /// What the record says of all this.
    pub entries: Vec<Entry>,
}

impl Store {
    /// Writes it. A post that came to be here meanwhile is a `Conflict`, and nothing is written.
    pub fn bring_in(&mut self, brought: &Brought) -> Result<()> {
        self.db_mut().bring_in(brought)
    }
}
