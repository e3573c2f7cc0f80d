//! rounds keeps a clinician's social media in the right dose.
//!
//! Two stories meet in one engine; everything that touches the world stands at the edge.
//!
//! ```text
//!  sensors ─ Observation ─▶ attention ─ interval, session, level ─┐
//!                                                                 ▼
//!  clock ─ Moment ──────────────────────────────────────────▶  engine ─ Effect ─▶ daemon
//!                                                                 ▲                │ performs, in order
//!  cli ─▶ requests ─▶ posting ─ checks, holds, state ─────────────┘                ├─▶ store (record first)
//!              ├────▶ plan ◀─ plan.toml                                            ├─▶ platforms (publish)
//!              ├────▶ review ◀─ what the store remembers                           │
//!              └────▶ lookups ─ what others say, as data ◀─────── before a post goes ┤
//!                                                                                  └─▶ notify (nudges)
//! ```
//!
//! # Invariants
//! - `calendar`, `plan`, `attention`, `posting`, `engine` and `review` are pure: no tokio, SQL,
//!   HTTP, D-Bus, file, environment or clock. Time is an argument.
//! - Only `clock.rs` reads the clock; only `calendar/` knows cron and chrono; only `store/` knows SQL.
//! - Only `platforms/` and `lookups/` speak HTTP outwards, and look-ups only where they are allowed.
//! - `cli/` holds no rule: it asks `requests/`.
//! - Effects are performed in order, and `Record` comes before the `Publish` it stands for.
//! - The text of a post, a window title or an address never reaches a log.

// In the order of the flow.
pub mod clock;

pub mod calendar;
pub mod plan;

pub mod sensors;

pub mod attention;

pub mod posting;

pub mod engine;

pub mod review;

pub mod store;

pub mod rulebook;

pub mod clerk;

pub mod platforms;

pub mod lookups;

pub mod pictures;

pub mod secrets;

pub mod files;

pub mod notify;

pub mod config;

pub mod requests;

pub mod daemon;

pub mod cli;

pub mod simulate;
