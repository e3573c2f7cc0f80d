//! `rounds engagement`: appointments with a fixed hour, recurring or on single dates.

use clap::{Args, Subcommand};

use super::call::Call;
use super::output::table;
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
    let row = appointments::add_engagement(&mut desk, &engagement)?;
    call.out.confirm(&row, || {
        let length = format_duration(row.length());
        format!(
            "Added {}: {length} of {activity}, next on {}.",
            row.name,
            next(&desk, &row)
        )
    })?;
    Ok(call.finish(&desk))
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

fn next(desk: &Desk, row: &EngagementRow) -> String {
    let at = row.next.as_deref().and_then(|next| next.parse().ok());
    at.map_or_else(|| "never".to_owned(), |at| desk.plan.calendar.spoken(at))
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
                next(&desk, row),
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
