//! `rounds engagement`: appointments with a fixed hour, recurring or on single dates.

use clap::{Args, Subcommand};

use super::call::{Agreed, Call};
use super::output::table;
use super::slot::times_words;
use super::{Answer, Exit};
use crate::calendar::{Direction, format_duration};
use crate::plan::{Activity, Begin, Engagement, Times};
use crate::requests::appointments::{self, EngagementRow};
use crate::requests::{Desk, Failure, words};

/// Add, list and remove appointments with a fixed hour: a chat, a journal club
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  rounds engagement list")]
pub(super) struct EngagementArgs {
    #[command(subcommand)]
    command: EngagementCommand,
}

#[derive(Debug, Subcommand)]
enum EngagementCommand {
    Add(AddArgs),
    /// List all appointments
    #[command(after_help = "Example:\n  rounds engagement list")]
    List,
    Remove(RemoveArgs),
}

/// Add an appointment: recurring, or on single dates
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  rounds engagement add \"Heart failure chat\" --cron \"0 20 * * Sun\" --length 1h --site x"
)]
struct AddArgs {
    /// Its name.
    name: String,
    /// When it begins, again and again: minute hour day-of-month month weekday.
    #[arg(long, value_name = "CRON", required_unless_present = "at")]
    cron: Option<String>,
    /// When it begins, on a single date such as "2027-05-05 20:00"; may be given several times.
    #[arg(long, value_name = "TIME", conflicts_with = "cron")]
    at: Vec<String>,
    /// How long it lasts.
    #[arg(long, value_name = "DURATION")]
    length: String,
    /// On which site.
    #[arg(long)]
    site: Option<String>,
    /// What is done there: scan, write, chat, conference, network or browse.
    #[arg(long, default_value = "chat")]
    activity: String,
    /// Only say what would be added and when it would be.
    #[arg(long)]
    dry_run: bool,
    /// Save it without asking.
    #[arg(short, long)]
    yes: bool,
}

/// Remove an appointment
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  rounds engagement remove \"Journal club\"")]
struct RemoveArgs {
    /// Its name.
    name: String,
}

pub(super) fn run(args: &EngagementArgs, call: &Call) -> Answer {
    match &args.command {
        EngagementCommand::Add(args) => add(args, call),
        EngagementCommand::List => list(call),
        EngagementCommand::Remove(args) => remove(args, call),
    }
}

fn add(args: &AddArgs, call: &Call) -> Answer {
    let mut desk = call.desk()?;
    let activity: Activity = words::activity(&args.activity)?;
    let engagement = Engagement {
        name: args.name.trim().to_owned(),
        site: words::site_if_any(&desk.paths, args.site.as_deref())?,
        activity,
        times: times(&desk, args)?,
        length: words::length(&args.length)?,
        origin: None,
    };
    let row = appointments::try_engagement(&desk, &engagement)?;
    let told = |done: &str| format!("{}\n{}", added(done, &row), next_words(&row));
    if args.dry_run {
        call.out.confirm(&row, || told("Would add"))?;
        return Ok(Exit::Done);
    }
    let agreed = call.agreed(args.yes, || told("Would add"))?;
    if agreed == Agreed::No {
        return Ok(Exit::Done);
    }
    appointments::add_engagement(&mut desk, &engagement)?;
    call.out.confirm(&row, || match agreed {
        Agreed::Unasked => told("Added"),
        _ => added("Added", &row),
    })?;
    Ok(call.finish(&desk))
}

fn added(done: &str, row: &EngagementRow) -> String {
    let (length, activity) = (format_duration(row.length()), row.activity);
    format!("{done} {}: {length} of {activity}.", row.name)
}

fn next_words(row: &EngagementRow) -> String {
    match row.spoken.as_slice() {
        [] => "It never comes again.".to_owned(),
        times => times_words("Next", times),
    }
}

fn times(desk: &Desk, args: &AddArgs) -> Result<Times, Failure> {
    if let Some(cron) = &args.cron {
        return words::pattern(cron).map(Times::Recurring);
    }
    let begin = |text: &String| {
        let at = words::when(desk, text, Direction::Future)?;
        Ok(Begin::Local(desk.plan.calendar.local(at)))
    };
    let dates: Result<_, Failure> = args.at.iter().map(begin).collect();
    dates.map(Times::Dated)
}

fn next(row: &EngagementRow) -> String {
    let next = row.spoken.first().cloned();
    next.unwrap_or_else(|| "never".to_owned())
}

fn list(call: &Call) -> Answer {
    let desk = call.desk()?;
    let rows = appointments::engagements(&desk);
    call.out.show(&rows, || {
        if rows.is_empty() {
            return "There is no appointment.".to_owned();
        }
        let cells = rows.iter().map(|row| {
            let site = row.site.clone().unwrap_or_default();
            [
                row.name.clone(),
                row.cron.clone().unwrap_or_else(|| dates(row.at.len())),
                format_duration(row.length()),
                site,
                row.activity.to_string(),
                next(row),
            ]
        });
        table(
            ["name", "when", "length", "site", "activity", "next"],
            cells,
        )
    })?;
    Ok(Exit::Done)
}

fn dates(coming: usize) -> String {
    match coming {
        0 => "over".to_owned(),
        1 => "on one date".to_owned(),
        several => format!("on {several} dates"),
    }
}

fn remove(args: &RemoveArgs, call: &Call) -> Answer {
    let mut desk = call.desk()?;
    appointments::remove_engagement(&mut desk, args.name.trim())?;
    let removed = serde_json::json!({ "removed": args.name.trim() });
    call.out
        .confirm(&removed, || format!("Removed {}.", args.name.trim()))?;
    Ok(call.finish(&desk))
}
