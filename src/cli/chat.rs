//! `rounds chat`: answers prepared for a chat, handed over one by one in its hour.

use clap::{Args, Subcommand};

use super::call::Call;
use super::output::table;
use super::{Answer, Exit};
use crate::calendar::format_duration;
use crate::requests::post::{PostView, next_answer, prepared};
use crate::review::words::counted;

/// Hand over answers that were prepared for a chat
///
/// Prepare them with `rounds post add TEXT --to ACCOUNT --engagement NAME` and answer their checks
/// beforehand.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  rounds chat list")]
pub(super) struct ChatArgs {
    #[command(subcommand)]
    command: ChatCommand,
}

#[derive(Debug, Subcommand)]
enum ChatCommand {
    Next(NextArgs),
    List(ListArgs),
}

/// Send the next answer of the chat that is on, if its checks hold
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  rounds chat next \"Journal club\"")]
struct NextArgs {
    /// The engagement; the one that is on where it is left out.
    engagement: Option<String>,
}

/// List the answers that wait
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  rounds chat list \"Journal club\"")]
struct ListArgs {
    /// Only those for this engagement.
    engagement: Option<String>,
}

pub(super) fn run(args: &ChatArgs, call: &Call) -> Answer {
    match &args.command {
        ChatCommand::Next(args) => next(args, call),
        ChatCommand::List(args) => list(args, call),
    }
}

fn next(args: &NextArgs, call: &Call) -> Answer {
    let mut desk = call.desk()?;
    let post = next_answer(&mut desk, args.engagement.as_deref())?;
    call.tell(&desk);
    call.out.show(&post, || {
        let text = post.text.lines().map(|line| format!("  | {line}\n"));
        let goes = if call.live(&desk.paths).is_some() {
            "goes there now.".to_owned()
        } else {
            let late = format_duration(desk.plan.posting.late_after);
            format!("waits: rounds is not running. Start it with `rounds up` within {late}, else it is missed.")
        };
        format!(
            "{}Post {} for {} {goes}",
            text.collect::<String>(),
            post.id,
            post.account
        )
    })?;
    Ok(Exit::Done)
}

fn list(args: &ListArgs, call: &Call) -> Answer {
    let desk = call.desk()?;
    let posts = prepared(&desk, args.engagement.as_deref())?;
    call.out.show(&posts, || {
        if posts.is_empty() {
            return "No answer is prepared.".to_owned();
        }
        table(
            ["id", "engagement", "account", "open", "text"],
            posts.iter().map(row),
        )
    })?;
    Ok(Exit::Done)
}

fn row(post: &PostView) -> [String; 5] {
    let open = post.open().count();
    let first = post.text.lines().next().unwrap_or_default();
    [
        post.id.clone(),
        post.engagement.clone().unwrap_or_default(),
        post.account.clone(),
        if open == 0 {
            "nothing".to_owned()
        } else {
            counted(open as u64, "check")
        },
        first.chars().take(48).collect(),
    ]
}
