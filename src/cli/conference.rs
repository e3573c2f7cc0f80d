//! `rounds conference`: congresses, with their own time on their days.

use clap::{Args, Subcommand};

use super::call::Call;
use super::output::table;
use super::{Answer, Exit};
use crate::calendar::{Direction, format_duration};
use crate::plan::Conference;
use crate::requests::{appointments, words};

/// Add, list and remove congresses
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  rounds conference list")]
pub(super) struct ConferenceArgs {
    #[command(subcommand)]
    command: ConferenceCommand,
}

#[derive(Debug, Subcommand)]
enum ConferenceCommand {
    Add(AddArgs),
    /// List all congresses
    #[command(after_help = "Example:\n  rounds conference list")]
    List,
    Remove(RemoveArgs),
}

/// Add a congress: on its days, time for posting from talks
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  rounds conference add \"ESC Congress\" --from 2027-08-27 --until 2027-08-30"
)]
struct AddArgs {
    /// Its name.
    name: String,
    /// The first day.
    #[arg(long, value_name = "DAY", allow_hyphen_values = true)]
    from: String,
    /// The last day.
    #[arg(long, value_name = "DAY", allow_hyphen_values = true)]
    until: String,
    /// How much time a day.
    #[arg(long, value_name = "DURATION", default_value = "1h")]
    time: String,
    /// The site, if only one counts as conference time.
    #[arg(long)]
    site: Option<String>,
}

/// Remove a congress, all its years
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  rounds conference remove WONCA")]
struct RemoveArgs {
    /// Its name.
    name: String,
}

pub(super) fn run(args: &ConferenceArgs, call: &Call) -> Answer {
    match &args.command {
        ConferenceCommand::Add(args) => add(args, call),
        ConferenceCommand::List => list(call),
        ConferenceCommand::Remove(args) => remove(args, call),
    }
}

fn add(args: &AddArgs, call: &Call) -> Answer {
    let mut desk = call.desk()?;
    let (from, until) = words::range(&desk, &args.from, &args.until, Direction::Future)?;
    let conference = Conference {
        name: args.name.trim().to_owned(),
        from,
        until,
        time: words::length(&args.time)?,
        site: words::site_if_any(&desk.paths, args.site.as_deref())?,
        origin: None,
    };
    let row = appointments::add_conference(&mut desk, &conference)?;
    call.out.confirm(&row, || {
        let days = words::days(from, until);
        let time = format_duration(row.time());
        format!(
            "Added {}: {days} ({}), {time} a day.",
            row.name, desk.plan.timezone
        )
    })?;
    Ok(call.finish(&desk))
}

fn list(call: &Call) -> Answer {
    let rows = appointments::conferences(&call.desk()?);
    call.out.show(&rows, || {
        if rows.is_empty() {
            return "There is no conference.".to_owned();
        }
        let cells = rows.iter().map(|row| {
            let site = row.site.clone().unwrap_or_else(|| "any".to_owned());
            [
                row.name.clone(),
                words::days(row.from, row.until),
                format_duration(row.time()),
                site,
            ]
        });
        table(["name", "days", "time a day", "site"], cells)
    })?;
    Ok(Exit::Done)
}

fn remove(args: &RemoveArgs, call: &Call) -> Answer {
    let mut desk = call.desk()?;
    appointments::remove_conference(&mut desk, args.name.trim())?;
    let removed = serde_json::json!({ "removed": args.name.trim() });
    call.out.confirm(&removed, || {
        format!("Removed the conference {}.", args.name.trim())
    })?;
    Ok(call.finish(&desk))
}
