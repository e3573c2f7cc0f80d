//! `rounds doctor`: what works on this desktop.

use clap::Args;

use super::Answer;
use super::call::Call;
use super::failure::not_built;

/// Say what works on this desktop and what to do about the rest
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  rounds doctor")]
pub(super) struct DoctorArgs {}

pub(super) fn run(_args: &DoctorArgs, _call: &Call) -> Answer {
    Err(not_built("doctor"))
}
