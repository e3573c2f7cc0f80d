//! `rounds break`: the notification's buttons.

use clap::Args;

use super::Answer;
use super::call::Call;
use super::failure::not_built;

/// Answer the break that is due, as the notification's buttons do
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  rounds break take")]
pub(super) struct BreakArgs {
    /// What to do about it.
    #[arg(value_parser = ["take", "snooze", "skip"], default_value = "take")]
    reply: String,
}

pub(super) fn run(_args: &BreakArgs, _call: &Call) -> Answer {
    Err(not_built("break"))
}
