//! `rounds report`: the review.

use clap::Args;

use super::Answer;
use super::call::Call;
use super::failure::not_built;

/// Look back on a week, month or year
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  rounds report month")]
pub(super) struct ReportArgs {
    /// Which period: week, month or year.
    #[arg(value_parser = ["week", "month", "year"], default_value = "week")]
    period: String,
    /// Write it as a page into this file.
    #[arg(long, value_name = "FILE")]
    html: Option<std::path::PathBuf>,
}

pub(super) fn run(_args: &ReportArgs, _call: &Call) -> Answer {
    Err(not_built("report"))
}
