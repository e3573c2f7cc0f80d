//! The daemon: wiring around the engine.

pub mod socket;
