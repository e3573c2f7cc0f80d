//! `rounds open` and `rounds token`: the page in the browser, and tokens for its API.

use clap::Args;

use super::Answer;
use super::call::Call;
use super::failure::not_built;

/// Open the page, logged in, in the default browser
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  rounds open")]
pub(super) struct OpenArgs {}

/// Print a token for the API, or take all tokens back
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  rounds token")]
pub(super) struct TokenArgs {
    /// Take every token back.
    #[arg(long)]
    revoke: bool,
}

pub(super) fn open(_args: &OpenArgs, _call: &Call) -> Answer {
    let help = "the commands show what the page will: `rounds --help` lists them";
    Err(not_built("open").with_help(help))
}

pub(super) fn token(_args: &TokenArgs, _call: &Call) -> Answer {
    Err(not_built("token"))
}
