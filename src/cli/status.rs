//! `rounds status`: how things stand now.

use clap::Args;

use super::Answer;
use super::call::Call;
use super::failure::not_built;

/// Show today and this week against the limits, breaks, posts, the daemon
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  rounds status")]
pub(super) struct StatusArgs {}

pub(super) fn run(_args: &StatusArgs, _call: &Call) -> Answer {
    Err(not_built("status"))
}
