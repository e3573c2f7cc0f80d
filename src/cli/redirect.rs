//! `rounds redirect`: ready answers to patients, and what to do where trolls write.

use clap::{Args, Subcommand};

use super::call::Call;
use super::output::table;
use super::{Answer, Exit};
use crate::requests::post::Time;
use crate::requests::redirects::{self, Redirect};

/// Point patients who write to the official channel; mute, block or report trolls
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  rounds redirect list --language en")]
pub(super) struct RedirectArgs {
    #[command(subcommand)]
    command: RedirectCommand,
}

#[derive(Debug, Subcommand)]
enum RedirectCommand {
    List(ListArgs),
    Use(UseArgs),
    Trolls(TrollsArgs),
}

/// List the ready answers
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  rounds redirect list --language ca")]
struct ListArgs {
    /// Those in this language.
    #[arg(long, value_parser = ["en", "es", "ca"])]
    language: Option<String>,
}

/// Answer a patient's post with a ready answer; it is checked like every post
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  rounds redirect use official-en --to blog --reply-to https://example.org/p/1 --channel \"the practice, 01234 567 890\""
)]
struct UseArgs {
    /// The ready answer's id.
    id: String,
    /// The account that answers.
    #[arg(long, value_name = "ACCOUNT")]
    to: String,
    /// The address of the post that is answered.
    #[arg(long, value_name = "URL")]
    reply_to: String,
    /// Where the patient should turn; else the account's setting `channel`.
    #[arg(long, value_name = "TEXT")]
    channel: Option<String>,
    /// When it goes out; without it, it is a draft.
    #[arg(long, value_name = "TIME")]
    at: Option<String>,
}

/// Show the sites' own pages on how to mute, block and report
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  rounds redirect trolls x")]
struct TrollsArgs {
    /// One site.
    site: Option<String>,
}

pub(super) fn run(args: &RedirectArgs, call: &Call) -> Answer {
    match &args.command {
        RedirectCommand::List(args) => list(args, call),
        RedirectCommand::Use(args) => answer(args, call),
        RedirectCommand::Trolls(args) => trolls(args, call),
    }
}

fn list(args: &ListArgs, call: &Call) -> Answer {
    let answers = redirects::list(args.language.as_deref())?;
    call.out.show(&answers, || {
        let spoken = answers
            .iter()
            .map(|a| format!("{}: {}\n  {}", a.id, a.when, a.text));
        spoken.collect::<Vec<_>>().join("\n")
    })?;
    Ok(Exit::Done)
}

fn answer(args: &UseArgs, call: &Call) -> Answer {
    let mut desk = call.desk()?;
    let at = args.at.as_deref();
    let at = at.map(|at| super::post::when(&desk, at)).transpose()?;
    let redirect = Redirect {
        id: args.id.clone(),
        account: args.to.clone(),
        to: args.reply_to.clone(),
        channel: args.channel.clone(),
        time: at.map_or(Time::None, Time::At),
    };
    let post = redirects::answer(&mut desk, &redirect)?;
    call.out.show(&post, || super::post::words(&post, &desk))?;
    Ok(call.done(&desk))
}

fn trolls(args: &TrollsArgs, call: &Call) -> Answer {
    let sites = redirects::trolls(args.site.as_deref())?;
    call.out.show(&sites, || {
        let cells = sites.iter().flat_map(|site| {
            let word = if site.verified { "" } else { "UNVERIFIED" };
            [
                ("mute", &site.mute),
                ("block", &site.block),
                ("report", &site.report),
            ]
            .map(|(what, page)| {
                [
                    site.site.clone(),
                    what.to_owned(),
                    page.clone(),
                    word.to_owned(),
                ]
            })
        });
        let table = table(["site", "to", "page", ""], cells);
        format!("Abuse is best left unanswered: mute, block or report it.\n{table}")
    })?;
    Ok(Exit::Done)
}
