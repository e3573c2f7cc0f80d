//! `rounds up` and `rounds daemon`: the program that watches and publishes.

use clap::Args;

use super::Answer;
use super::call::Call;
use super::failure::not_built;

/// Set up if needed, run in the foreground and say what is seen
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  rounds up --preset balanced")]
pub(super) struct UpArgs {
    /// The plan to start from where there is none yet.
    #[arg(long, value_parser = super::init::presets())]
    preset: Option<String>,
}

/// Run as the systemd unit does
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  rounds daemon")]
pub(super) struct DaemonArgs {}

pub(super) fn up(_args: &UpArgs, _call: &Call) -> Answer {
    Err(not_built("up"))
}

pub(super) fn run(_args: &DaemonArgs, _call: &Call) -> Answer {
    Err(not_built("daemon"))
}
