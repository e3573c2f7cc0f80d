//! `rounds calendar`: appointments from other calendars, and the plan for them.

use std::path::Path;

use clap::{Args, Subcommand};

use super::call::Call;
use super::{Answer, Exit};
use crate::calendar::Direction;
use crate::lookups::calendar::{OWN, Skipped};
use crate::requests::calendars::{self, Import, Imported};
use crate::requests::{Desk, Failure, words};
use crate::review::words::counted;

/// Bring in congresses and chats from a calendar, or hand the plan to one
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  rounds calendar import congress.ics")]
pub(super) struct CalendarArgs {
    #[command(subcommand)]
    command: CalendarCommand,
}

#[derive(Debug, Subcommand)]
enum CalendarCommand {
    Import(ImportArgs),
    Export(ExportArgs),
}

/// Bring the events of an .ics file or address into the plan
///
/// Whole days become conferences, hours become engagements. Importing again moves what moved,
/// doubles nothing and removes what was called off; site, activity and time a day stay as you set
/// them. Times of a series are brought in for 400 days. The address is asked once and not kept.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  rounds calendar import congress.ics --only congress --dry-run")]
struct ImportArgs {
    /// The .ics file, or the address of one (https or webcal).
    from: String,
    /// Only events with this word in their titles; may be given several times.
    #[arg(long, value_name = "WORD")]
    only: Vec<String>,
    /// The site of what is new.
    #[arg(long)]
    site: Option<String>,
    /// What is done at new engagements: scan, write, chat, conference, network or browse.
    #[arg(long, default_value = "chat")]
    activity: String,
    /// How much time a day new conferences add.
    #[arg(long, value_name = "DURATION", default_value = "1h")]
    time: String,
    /// Show what would change, and change nothing.
    #[arg(long)]
    dry_run: bool,
}

/// Write slots, engagements and conferences as an .ics file: titles and times, no post
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  rounds calendar export rounds.ics --until +28d")]
struct ExportArgs {
    /// The new file; `-` prints it.
    file: String,
    /// The first day.
    #[arg(
        long,
        value_name = "DAY",
        default_value = "today",
        allow_hyphen_values = true
    )]
    from: String,
    /// The last day.
    #[arg(
        long,
        value_name = "DAY",
        default_value = "+84d",
        allow_hyphen_values = true
    )]
    until: String,
    /// Write over a file that is there.
    #[arg(long)]
    force: bool,
}

pub(super) fn run(args: &CalendarArgs, call: &Call) -> Answer {
    match &args.command {
        CalendarCommand::Import(args) => import(args, call),
        CalendarCommand::Export(args) => export(args, call),
    }
}

fn import(args: &ImportArgs, call: &Call) -> Answer {
    let mut desk = call.desk()?;
    let ask = Import {
        from: args.from.clone(),
        only: args.only.clone(),
        site: words::site_if_any(&desk.paths, args.site.as_deref())?,
        activity: words::activity(&args.activity)?,
        time: words::length(&args.time)?,
        dry_run: args.dry_run,
    };
    let done = calendars::import(&mut desk, &ask)?;
    call.out.show(&done, || told(&done, args.dry_run))?;
    if args.dry_run {
        return Ok(Exit::Done);
    }
    Ok(call.finish(&desk))
}

fn told(done: &Imported, dry_run: bool) -> String {
    let mut lines = Vec::new();
    let would = if dry_run { "Would be " } else { "" };
    for (what, names) in [
        ("added", &done.added),
        ("changed", &done.changed),
        ("removed", &done.removed),
    ] {
        lines.extend(names.iter().map(|name| sentence(would, what, name)));
    }
    if lines.is_empty() {
        lines.push("Nothing to change.".to_owned());
    }
    if done.same > 0 {
        lines.push(format!("As before: {}.", done.same));
    }
    if done.past > 0 {
        lines.push(format!("Over: {}.", done.past));
    }
    let because = |how: &str, one: &Skipped| format!("{how} {}: {}.", one.title, one.why);
    let (own, others): (Vec<_>, Vec<_>) = done.skipped.iter().partition(|one| one.why == OWN);
    if !own.is_empty() {
        let own = counted(own.len() as u64, "entry");
        lines.push(format!("Left out {own} that rounds itself exported."));
    }
    lines.extend(others.iter().map(|one| because("Left out", one)));
    lines.extend(done.remarks.iter().map(|one| because("Note on", one)));
    lines.join("\n")
}

fn sentence(would: &str, what: &str, name: &str) -> String {
    let mut line = format!("{would}{what}: {name}");
    if let Some(first) = line.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    line
}

fn export(args: &ExportArgs, call: &Call) -> Answer {
    let desk = call.desk()?;
    let days = days(&desk, args)?;
    let file = Some(args.file.as_str()).filter(|file| *file != "-");
    let done = calendars::export(&desk, days, file.map(Path::new), args.force)?;
    let words = || {
        let entries = counted(done.entries as u64, "entry");
        format!("Written to {}: {entries}.", args.file)
    };
    match &done.text {
        // As it is, with the line ends that calendars have.
        Some(text) if !call.out.json => call.out.bytes(text.as_bytes())?,
        Some(_) => call.out.document(&done)?,
        None => call.out.confirm(&done, words)?,
    }
    Ok(Exit::Done)
}

fn days(desk: &Desk, args: &ExportArgs) -> Result<(jiff::civil::Date, jiff::civil::Date), Failure> {
    words::range(desk, &args.from, &args.until, Direction::Future)
}
