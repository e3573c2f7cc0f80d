//! `rounds slot`: when posts may go out, and what stands there.

use clap::{Args, Subcommand};
use jiff::Timestamp;

use super::call::{Agreed, Call};
use super::output::table;
use super::{Answer, Exit};
use crate::calendar::Direction;
use crate::requests::slots::{self, NextTimes, SlotChange};
use crate::requests::{Desk, Failure, words};

/// See the slots of accounts, let one pass, take that back
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
    Keep(KeepArgs),
}

/// Let a slot pass: nothing is put there, nobody is asked about it
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  rounds slot skip blog")]
struct SkipArgs {
    #[command(flatten)]
    one: OneSlot,
}

/// Take back that a slot is let pass: it is free again
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  rounds slot keep blog")]
struct KeepArgs {
    #[command(flatten)]
    one: OneSlot,
}

/// Which slot, whether it is saved, and asked about before.
#[derive(Debug, Args)]
struct OneSlot {
    /// The account.
    account: String,
    /// The slot's time, such as fri 8am; the next that it can be unless told.
    #[arg(num_args = 0.., value_name = "TIME")]
    when: Vec<String>,
    /// Only say which slot it would be, and which ones come then.
    #[arg(long)]
    dry_run: bool,
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
        SlotCommand::Skip(args) => skip(&args.one, call),
        SlotCommand::Keep(args) => keep(&args.one, call),
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

fn skip(args: &OneSlot, call: &Call) -> Answer {
    let mut desk = call.desk()?;
    let at = time(&desk, &args.when)?;
    let (_, change) = slots::to_skip(&desk, &args.account, at)?;
    let words = |is_done: bool| {
        let (slot, account) = (&change.slot.spoken, &change.slot.account);
        let passes = if is_done { "passes" } else { "would pass" };
        format!("{slot} {passes} without a post of {account}.")
    };
    settle(&mut desk, args, call, &change, words, |desk| {
        slots::skip(desk, &args.account, at)
    })
}

fn keep(args: &OneSlot, call: &Call) -> Answer {
    let mut desk = call.desk()?;
    let at = time(&desk, &args.when)?;
    let (_, change) = slots::to_keep(&desk, &args.account, at)?;
    let words = |is_done: bool| {
        let (slot, account) = (&change.slot.spoken, &change.slot.account);
        let is = if is_done { "is" } else { "would be" };
        format!("{slot} {is} a slot of {account} again.")
    };
    settle(&mut desk, args, call, &change, words, |desk| {
        slots::keep(desk, &args.account, at)
    })
}

/// The time that was named, if one was.
fn time(desk: &Desk, when: &[String]) -> Result<Option<Timestamp>, Failure> {
    let when = when.join(" ");
    let told = Some(when.as_str()).filter(|when| !when.is_empty());
    told.map(|when| words::when(desk, when, Direction::Future))
        .transpose()
}

/// Shows a change, asks about it where a person sits, and makes it.
fn settle(
    desk: &mut Desk,
    saving: &OneSlot,
    call: &Call,
    change: &SlotChange,
    words: impl Fn(bool) -> String,
    make: impl FnOnce(&mut Desk) -> Result<SlotChange, Failure>,
) -> Answer {
    let next = next_words(&change.next_slots);
    let told = |is_done: bool| format!("{}\n{next}", words(is_done));
    if saving.dry_run {
        call.out.show(change, || told(false))?;
        return Ok(Exit::Done);
    }
    let agreed = call.agreed(saving.yes, || told(false))?;
    if agreed == Agreed::No {
        return Ok(Exit::Done);
    }
    make(desk)?;
    call.out.confirm(change, || match agreed {
        Agreed::Unasked => told(true),
        _ => words(true),
    })?;
    Ok(call.done(desk))
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
