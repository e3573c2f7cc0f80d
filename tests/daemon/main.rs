//! The daemon as a process, from outside: its life, kill -9, a full disk, a clock that is set.
//!
//! `life` and `kills` need nothing but the program; `faults` needs strace, libfaketime or root and
//! runs where `tests/run.sh` says that they are there (`ROUNDS_DESKTOP=1`).
#![cfg(test)]

mod faults;
#[path = "../common/home.rs"]
mod home;
mod kills;
mod life;
mod packs;
mod papers;
mod races;
mod series;
#[path = "../common/services.rs"]
mod services;
mod whispers;
