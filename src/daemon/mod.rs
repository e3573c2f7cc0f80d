//! The daemon: one loop around the engine.
//!
//! Everything that can happen comes in through one channel; each turn reads the clock once, lets
//! the engine decide, performs the effects in order, and sets the timer to the engine's next
//! wake-up. Between turns nothing runs.

mod apart;
mod inbox;
mod lifecycle;
mod outside;
mod packs;
mod papers;
mod serve;
mod sheets;
pub mod socket;
mod turn;
mod watch;
mod words;

pub use inbox::{Inbox, Incoming};
pub use lifecycle::{Started, holds, run};
