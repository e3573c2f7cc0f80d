//! `rounds break`: the notification's buttons.

use clap::Args;

use super::call::Call;
use super::{Answer, Exit};
use crate::attention::breaks::Reply;
use crate::daemon::socket::Ask;

/// Answer the break that is due, as the notification's buttons do
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  rounds break take")]
pub(super) struct BreakArgs {
    /// What to do about it.
    #[arg(value_parser = ["take", "snooze", "skip"], default_value = "take")]
    reply: String,
}

pub(super) fn run(args: &BreakArgs, call: &Call) -> Answer {
    let desk = call.desk()?;
    let (reply, words) = match args.reply.as_str() {
        "snooze" => (Reply::Snooze, "Later, then."),
        "skip" => (Reply::Skip, "Skipped."),
        _ => (Reply::Take, "Enjoy the break."),
    };
    Call::ask_daemon(
        &desk.paths,
        &Ask::Break(reply),
        "Breaks are measured by the running daemon.",
    )?;
    call.out
        .confirm(&serde_json::json!({ "break": args.reply }), || {
            words.to_owned()
        })?;
    Ok(Exit::Done)
}
