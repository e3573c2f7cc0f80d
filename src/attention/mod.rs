//! Attention: what time on social sites is, and what follows from it. Pure, all of it: what was
//! seen, the plan and the time come in as arguments, and facts come out as values.
//!
//! It knows no window, no desktop and no clock; those are `sensors/` and the daemon.

pub mod breaks;
pub mod ledger;
pub mod reading;
pub mod sites;
pub mod usage;
