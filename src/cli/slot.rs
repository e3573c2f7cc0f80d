//! `rounds slot`: when posts may go out, and what stands there.

use clap::{Args, Subcommand};

use super::call::{Agreed, Call};
use super::output::table;
use super::{Answer, Exit};
use crate::calendar::Direction;
use crate::requests::slots::{self, NextTimes};
use crate::requests::words;

/// See the slots of accounts, let one pass
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  rounds slot list blog")]
pub(super) struct SlotArgs {
    #[command(subcommand)]
    command: SlotCommand,
}

#[derive(Debug, Subcommand)]
enum SlotCommand {
    List(ListArgs),
    Skip(SkipArgs),
}

/// Let a slot pass: nothing is put there, nobody is asked about it
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  rounds slot skip blog")]
struct SkipArgs {
    /// The account.
    account: String,
    /// The slot's time, such as fri 8am; the next free one unless told.
    #[arg(num_args = 0.., value_name = "TIME")]
    when: Vec<String>,
    /// Save it without asking.
    #[arg(short, long)]
    yes: bool,
}

/// List the next slots with what stands on them
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  rounds slot list blog --next 10")]
struct ListArgs {
    /// Only this account's.
    account: Option<String>,
    /// How many of each account.
    #[arg(long, value_name = "NUMBER", default_value_t = slots::SHOWN)]
    next: usize,
}

pub(super) fn run(args: &SlotArgs, call: &Call) -> Answer {
    match &args.command {
        SlotCommand::List(args) => list(args, call),
        SlotCommand::Skip(args) => skip(args, call),
    }
}

fn list(args: &ListArgs, call: &Call) -> Answer {
    let rows = slots::list(&call.desk()?, args.account.as_deref(), args.next)?;
    call.out.show(&rows, || {
        if rows.is_empty() {
            return "There is no slot: no account has any.".to_owned();
        }
        let cells = rows.iter().map(|row| {
            let stands = match (&row.post, &row.state) {
                (Some(post), Some(state)) => format!("{post} ({state})"),
                _ if row.skipped => "let pass".to_owned(),
                _ => "free".to_owned(),
            };
            [row.spoken.clone(), row.account.clone(), stands]
        });
        table(["when", "account", "post"], cells)
    })?;
    Ok(Exit::Done)
}

fn skip(args: &SkipArgs, call: &Call) -> Answer {
    let mut desk = call.desk()?;
    let when = args.when.join(" ");
    let at = match when.as_str() {
        "" => None,
        when => Some(words::when(&desk, when, Direction::Future)?),
    };
    let (_, skipped) = slots::to_skip(&desk, &args.account, at)?;
    let passes = |will: &str| {
        let (slot, account) = (&skipped.slot.spoken, &skipped.slot.account);
        format!("{slot} {will} without a post of {account}.")
    };
    let told = |will: &str| format!("{}\n{}", passes(will), next_words(&skipped.next_slots));
    let agreed = call.agreed(args.yes, || told("would pass"))?;
    if agreed == Agreed::No {
        return Ok(Exit::Done);
    }
    slots::skip(&mut desk, &args.account, at)?;
    call.out.confirm(&skipped, || match agreed {
        Agreed::Unasked => told("passes"),
        _ => passes("passes"),
    })?;
    Ok(call.done(&desk))
}

/// The next times of an account, one a line.
pub(super) fn next_words(times: &NextTimes) -> String {
    times_words(&format!("Next slots of {}", times.account), &times.spoken)
}

/// Times to come under what they are of, one a line.
pub(super) fn times_words(of: &str, spoken: &[String]) -> String {
    let times = spoken.iter().map(|at| format!("\n  {at}"));
    format!("{of}:{}", times.collect::<String>())
}
