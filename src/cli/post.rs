//! `rounds post`: the queue, from the first draft to taking a post back.

mod add;
mod change;
mod check;
mod interview;
mod proof;
mod show;

pub(super) use add::when;
pub(super) use show::words;

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::Answer;
use super::call::Call;

/// Write, check, queue and look after posts
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  rounds post list --state held")]
pub(super) struct PostArgs {
    #[command(subcommand)]
    command: PostCommand,
}

#[derive(Debug, Subcommand)]
enum PostCommand {
    Add(Box<AddArgs>),
    Check(CheckArgs),
    Edit(EditArgs),
    List(ListArgs),
    /// Show a post with its checks, findings and receipts
    #[command(after_help = "Example:\n  rounds post show k7")]
    Show(IdArgs),
    /// Show a post as it will appear
    #[command(after_help = "Example:\n  rounds post preview k7")]
    Preview(IdArgs),
    Approve(ApproveArgs),
    Reschedule(RescheduleArgs),
    /// Call a post off; its slot is free again
    #[command(after_help = "Example:\n  rounds post cancel k7")]
    Cancel(IdArgs),
    Resolve(ResolveArgs),
    /// Take a published post back
    #[command(after_help = "Example:\n  rounds post retract k7")]
    Retract(IdArgs),
    Metrics(MetricsArgs),
}

/// One post.
#[derive(Debug, Args)]
struct IdArgs {
    /// The post's id; a unique beginning will do.
    id: String,
}

/// Add a post to the queue, one for each account
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  rounds post add \"Flu vaccines are here.\" --to blog --slot")]
struct AddArgs {
    /// The text; `-` reads it from standard input.
    text: String,
    /// The accounts, separated by commas.
    #[arg(long, value_name = "ACCOUNT", value_delimiter = ',', required = true)]
    to: Vec<String>,
    #[command(flatten)]
    time: TimeArgs,
    #[command(flatten)]
    series: SeriesArgs,
    #[command(flatten)]
    content: ContentArgs,
    /// The consent record that covers it.
    #[arg(long, value_name = "REFERENCE")]
    consent: Option<String>,
    /// Who pays for it.
    #[arg(long, value_name = "NAME")]
    sponsor: Option<String>,
    /// What it is for.
    #[arg(long, value_parser = ["educate", "promote", "connect", "advocate", "network", "learn", "teach"])]
    goal: Option<String>,
    /// It is about a patient.
    #[arg(long)]
    about_patient: bool,
    /// Pass on the post at this address.
    #[arg(long, value_name = "URL", group = "relation")]
    repost: Option<String>,
    /// Quote the post at this address.
    #[arg(long, value_name = "URL", group = "relation")]
    quote: Option<String>,
    /// Answer the post at this address.
    #[arg(long, value_name = "URL", group = "relation")]
    reply_to: Option<String>,
    /// The answer is part of a dispute: it waits at least until the morning.
    #[arg(long, requires = "reply_to")]
    dispute: bool,
    /// An answer prepared for this engagement: `rounds chat next` sends it in its hour.
    #[arg(long, value_name = "NAME", conflicts_with_all = ["at", "slot", "cron"])]
    engagement: Option<String>,
    /// Who wrote it; the account's owner unless told.
    #[arg(long, value_name = "NAME")]
    by: Option<String>,
}

/// A post that recurs.
#[derive(Debug, Args)]
struct SeriesArgs {
    /// A post for each time of this cron expression, each with its own checks.
    #[arg(long, value_name = "CRON", conflicts_with_all = ["at", "slot"])]
    cron: Option<String>,
    /// Begin what recurs without asking.
    #[arg(short, long, requires = "cron")]
    yes: bool,
    /// Only say when what recurs would go out.
    #[arg(long, requires = "cron")]
    dry_run: bool,
}

/// When a post goes out.
#[derive(Debug, Args)]
struct TimeArgs {
    /// When, such as "tomorrow 8am".
    #[arg(long, value_name = "TIME", conflicts_with = "slot")]
    at: Option<String>,
    /// In the account's next free slot.
    #[arg(long)]
    slot: bool,
}

/// What goes out beside the text.
#[derive(Debug, Args)]
struct ContentArgs {
    /// A picture; each needs its --alt.
    #[arg(long, value_name = "FILE")]
    media: Vec<PathBuf>,
    /// What the picture shows, for those who cannot see it; in the order of the pictures.
    #[arg(long, value_name = "TEXT", requires = "media")]
    alt: Vec<String>,
    /// A source of what it says: an address, a DOI or a PMID.
    #[arg(long, value_name = "URL")]
    source: Vec<String>,
}

/// Answer the questions that a post must pass; without flags, ask them on a terminal, else show them
///
/// An item that wants evidence takes nothing else. The item source-or-caveat takes an address, a
/// DOI, a PMID, or a caveat: words quoted from the post itself that say what is not known, such as
/// "I have not verified this", "a small study", "sin verificar", "no ho he comprovat". A claim that
/// is only repeated is no caveat, nor is one that the post denies ("this is not anecdotal"). A
/// finding is disputed with a reason in general words: names, numbers and dates are refused there,
/// since the reason stays in the audit.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  rounds post check k7 --attest coi-disclosed\n  rounds post check k7 \
    --attest source-or-caveat=10.1136/bmj.r315\n  rounds post check k7 --dispute 57e320 --why \
    \"that is the city of the congress\""
)]
struct CheckArgs {
    /// The post's id; a unique beginning will do.
    id: String,
    /// Answer this item, with evidence where it asks for it.
    #[arg(long, value_name = "ITEM[=EVIDENCE]")]
    attest: Vec<String>,
    /// Say that this finding is wrong.
    #[arg(long, value_name = "FINDING", requires = "why")]
    dispute: Option<String>,
    /// Why the finding is wrong.
    #[arg(long, value_name = "TEXT", requires = "dispute")]
    why: Option<String>,
    /// Who answers; the account's owner unless told.
    #[arg(long, value_name = "NAME")]
    by: Option<String>,
}

/// Change a post that has not gone out; without flags, in your editor
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  rounds post edit k7 --text \"Flu vaccines are here today.\"")]
struct EditArgs {
    /// The post's id; a unique beginning will do.
    id: String,
    /// The new text; `-` reads it from standard input.
    #[arg(long)]
    text: Option<String>,
    #[command(flatten)]
    time: TimeArgs,
    #[command(flatten)]
    content: ContentArgs,
    /// Keep the post when old ones are erased.
    #[arg(long)]
    keep: bool,
}

/// List posts by their time
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  rounds post list --state held")]
struct ListArgs {
    /// Only posts in this state.
    #[arg(long, value_parser = crate::posting::life::State::NAMES)]
    state: Option<String>,
}

/// Approve somebody else's draft, or one's own from a late evening
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  rounds post approve k7 --by \"Dr Lin\"")]
struct ApproveArgs {
    /// The post's id; a unique beginning will do.
    id: String,
    /// Who approves; the account's owner unless told.
    #[arg(long, value_name = "NAME")]
    by: Option<String>,
    /// Take the approval back; possible until the post is sent.
    #[arg(long)]
    revoke: bool,
}

/// Give a post another time or slot
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  rounds post reschedule k7 tomorrow 8am\n  rounds post reschedule k7 --slot"
)]
struct RescheduleArgs {
    /// The post's id; a unique beginning will do.
    id: String,
    /// When, such as tomorrow 8am.
    #[arg(required_unless_present = "slot", num_args = 1.., value_name = "TIME")]
    when: Vec<String>,
    /// Into the account's next free slot.
    #[arg(long, conflicts_with = "when")]
    slot: bool,
}

/// Say whether a post is on the platform, where only you can know
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  rounds post resolve k7 published")]
struct ResolveArgs {
    /// The post's id; a unique beginning will do.
    id: String,
    /// What you saw.
    #[arg(value_parser = ["published", "not-published"])]
    what: String,
}

/// Show how a published post was received, or write in what you saw
///
/// Numbers count from the beginning; what is left out stays as it was.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  rounds post metrics k7 --replies 2 --likes 9")]
struct MetricsArgs {
    /// The post's id; a unique beginning will do.
    id: String,
    /// How many answered.
    #[arg(long, value_name = "NUMBER")]
    replies: Option<u64>,
    /// How many passed it on or quoted it.
    #[arg(long, value_name = "NUMBER")]
    reposts: Option<u64>,
    /// How many liked it.
    #[arg(long, value_name = "NUMBER")]
    likes: Option<u64>,
}

pub(super) fn run(args: &PostArgs, call: &Call) -> Answer {
    match &args.command {
        PostCommand::Add(args) => add::run(args, call),
        PostCommand::Check(args) => check::run(args, call),
        PostCommand::Edit(args) => change::run_edit(args, call),
        PostCommand::List(args) => show::all(args, call),
        PostCommand::Show(args) => show::run(args, call),
        PostCommand::Preview(args) => show::preview(args, call),
        PostCommand::Approve(args) => change::run_approve(args, call),
        PostCommand::Reschedule(args) => change::run_reschedule(args, call),
        PostCommand::Cancel(args) => change::run_cancel(args, call),
        PostCommand::Resolve(args) => change::run_resolve(args, call),
        PostCommand::Retract(args) => change::run_retract(args, call),
        PostCommand::Metrics(args) => show::metrics(args, call),
    }
}
