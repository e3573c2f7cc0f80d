//! `rounds scan`: a reading list that fits the time, item by item or by flags.

mod keys;
mod walk;

use std::time::Duration;

use clap::Args;
use serde::Serialize;

use super::call::Call;
use super::{Answer, Exit};
use crate::attention::reading::ItemState;
use crate::calendar::format_duration;
use crate::requests::post::PostView;
use crate::requests::scan::{self, ItemRow, List};
use crate::requests::{Desk, Failure, words};
use crate::review::words::counted;

/// Read the news of your feeds for as long as today's plan gives
///
/// The list fits what is left of today's limit of activity:scan (15 minutes where there is none):
/// an item is reckoned at 15 seconds and its words at 238 a minute, at most three minutes. The rest
/// waits for another day, at most 30 days. On a terminal each item is shown by itself, one key says
/// what becomes of it, the time counts as activity scan, and when it is over the scan ends.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  rounds scan --list --time 5m")]
pub(super) struct ScanArgs {
    /// Less time than is left today.
    #[arg(long, value_name = "DURATION")]
    time: Option<String>,
    /// Show the list and ask nothing.
    #[arg(long)]
    list: bool,
    /// Ask no feed; show what was read before.
    #[arg(long)]
    offline: bool,
    /// Make the item with this number the source of a draft.
    #[arg(long, value_name = "ID")]
    keep: Option<i64>,
    /// The account of drafts; not needed where there is only one.
    #[arg(long, value_name = "ACCOUNT")]
    to: Option<String>,
    /// These items are read.
    #[arg(long, value_name = "ID", value_delimiter = ',')]
    done: Vec<i64>,
    /// Pass over these items.
    #[arg(long, value_name = "ID", value_delimiter = ',')]
    skip: Vec<i64>,
    /// Put these items off; they come first next time.
    #[arg(long, value_name = "ID", value_delimiter = ',')]
    later: Vec<i64>,
    /// Open this item in the browser.
    #[arg(long, value_name = "ID")]
    open: Option<i64>,
}

/// What became of items that were named by flags.
#[derive(Debug, Serialize)]
struct Dealt {
    kept: Option<PostView>,
    done: Vec<i64>,
    skipped: Vec<i64>,
    later: Vec<i64>,
    opened: Option<i64>,
}

pub(super) fn run(args: &ScanArgs, call: &Call) -> Answer {
    let most = args.time.as_deref().map(words::length).transpose()?;
    let mut desk = call.desk()?;
    let dealt = !args.done.is_empty() || !args.skip.is_empty() || !args.later.is_empty();
    if dealt || args.keep.is_some() || args.open.is_some() {
        return deal(args, call, &mut desk);
    }
    let troubles = if args.offline {
        Vec::new()
    } else {
        scan::refresh(&mut desk)?
    };
    let list = scan::list(&desk, most, troubles)?;
    for trouble in &list.troubles {
        call.out.warn(&format!("{}: {}", trouble.feed, trouble.why));
    }
    if call.out.can_ask() && !args.list && !list.items.is_empty() {
        return walk::walk(&mut desk, call, &list, args.to.as_deref());
    }
    call.out.show(&list, || told(&list, &desk))?;
    Ok(Exit::Done)
}

/// Does what the flags say. All numbers are looked up before anything is changed.
fn deal(args: &ScanArgs, call: &Call, desk: &mut Desk) -> Answer {
    let named = args.done.iter().chain(&args.skip).chain(&args.later);
    for id in named.chain(&args.keep).chain(&args.open) {
        scan::item(desk, *id)?;
    }
    let kept = args.keep.map(|id| scan::keep(desk, id, args.to.as_deref()));
    let kept = kept.transpose()?;
    for (ids, state) in [
        (&args.done, ItemState::Done),
        (&args.skip, ItemState::Skipped),
        (&args.later, ItemState::Later),
    ] {
        ids.iter().try_for_each(|id| scan::set(desk, *id, state))?;
    }
    args.open.map(|id| scan::open_item(desk, id)).transpose()?;
    let dealt = Dealt {
        kept,
        done: args.done.clone(),
        skipped: args.skip.clone(),
        later: args.later.clone(),
        opened: args.open,
    };
    call.out.show(&dealt, || in_words(&dealt))?;
    call.tell(desk);
    Ok(Exit::Done)
}

fn in_words(dealt: &Dealt) -> String {
    let mut lines: Vec<String> = dealt.kept.iter().map(drafted).collect();
    for (what, ids) in [
        ("Read", &dealt.done),
        ("Passed over", &dealt.skipped),
        ("Put off", &dealt.later),
    ] {
        lines.extend(ids.iter().map(|id| format!("{what}: {id}.")));
    }
    lines.extend(dealt.opened.map(|id| format!("Opened: {id}.")));
    lines.join("\n")
}

fn drafted(post: &PostView) -> String {
    format!(
        "Draft {} for {} has it as its source. Write it with `rounds post edit {} --text TEXT \
         --source ADDRESS`.",
        post.id, post.account, post.id
    )
}

fn told(list: &List, desk: &Desk) -> String {
    let mut lines: Vec<String> = list.items.iter().map(line).collect();
    if desk.plan.feeds.is_empty() {
        lines.push("There is no feed. `rounds feed add ADDRESS` adds one.".to_owned());
    } else if list.left_s == 0 {
        lines.push("The time for scanning is used up for today.".to_owned());
    } else if list.items.is_empty() {
        lines.push("Nothing new.".to_owned());
    } else {
        let left = format_duration(Duration::from_secs(list.left_s));
        lines.push(format!(
            "{} for {left}.",
            counted(list.items.len() as u64, "item")
        ));
    }
    if list.waiting > 0 {
        lines.push(format!("{} for another day.", more_wait(list.waiting)));
    }
    lines.join("\n")
}

/// `1 more waits`, `12 more wait`.
fn more_wait(count: usize) -> String {
    let wait = if count == 1 { "waits" } else { "wait" };
    format!("{count} more {wait}")
}

fn line(item: &ItemRow) -> String {
    let day = item
        .published_at
        .as_deref()
        .and_then(|at| at.get(..10))
        .unwrap_or("undated");
    let mut line = format!("{}  {} ({}, {day})", item.id, item.title, item.feed);
    if !item.address.is_empty() {
        line.push_str(&format!("\n    {}", item.address));
    }
    line
}

/// Refuses what no terminal can do.
fn unusable(error: &std::io::Error) -> Failure {
    Failure::failed(format!("The terminal cannot be used: {error}."))
        .with_help("`rounds scan --list` shows the list")
}
