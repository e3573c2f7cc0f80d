//! `rounds focus`: say why one is on a site.

use clap::Args;

use super::Answer;
use super::call::Call;
use super::failure::not_built;

/// Say why you are on a site, so that time counts for that activity
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  rounds focus scan 15m")]
pub(super) struct FocusArgs {
    /// scan, write, chat, conference, network or browse; `stop` takes it back.
    activity: String,
    /// For how long; until you say otherwise where it is left out.
    #[arg(value_name = "DURATION")]
    length: Option<String>,
}

pub(super) fn run(_args: &FocusArgs, _call: &Call) -> Answer {
    Err(not_built("focus"))
}
