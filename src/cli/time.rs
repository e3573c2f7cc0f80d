//! `rounds time`: usage logged by hand, reported, erased.

use clap::builder::PossibleValuesParser;
use clap::{Args, Subcommand};

use super::call::Call;
use super::output::table;
use super::{Answer, Exit};
use crate::calendar::{Direction, format_duration};
use crate::requests::time::{self, By, Logged, Place, Report};
use crate::requests::{Desk, Failure, words};

/// Log time by hand, report it, erase it
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  rounds time report --by day")]
pub(super) struct TimeArgs {
    #[command(subcommand)]
    command: TimeCommand,
}

#[derive(Debug, Subcommand)]
enum TimeCommand {
    Log(LogArgs),
    Report(ReportArgs),
    Erase(EraseArgs),
}

/// Add time that was not measured
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  rounds time log 15m --site x --activity scan --day yesterday")]
struct LogArgs {
    /// How much, such as 15m or 1h30m.
    #[arg(value_name = "DURATION")]
    length: String,
    /// On which site.
    #[arg(long)]
    site: Option<String>,
    /// scan, write, chat, conference, network or browse.
    #[arg(long)]
    activity: Option<String>,
    /// From when on; without it the time has no place on the clock.
    #[arg(long, value_name = "TIME", conflicts_with = "day")]
    at: Option<String>,
    /// On which day; today unless told.
    #[arg(long, allow_hyphen_values = true)]
    day: Option<String>,
}

/// Report usage; this week by site unless told
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  rounds time report --from -7d --by activity")]
struct ReportArgs {
    /// The first day.
    #[arg(long, value_name = "DAY", allow_hyphen_values = true)]
    from: Option<String>,
    /// The last day; today unless told.
    #[arg(long, value_name = "DAY", allow_hyphen_values = true)]
    to: Option<String>,
    /// What the rows stand for.
    #[arg(long, value_parser = PossibleValuesParser::new(By::NAMES), default_value = "site")]
    by: String,
}

/// Erase the usage of some days for good
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  rounds time erase --from -30d --to -20d")]
struct EraseArgs {
    /// The first day.
    #[arg(long, value_name = "DAY", allow_hyphen_values = true)]
    from: String,
    /// The last day.
    #[arg(long, value_name = "DAY", allow_hyphen_values = true)]
    to: String,
}

pub(super) fn run(args: &TimeArgs, call: &Call) -> Answer {
    match &args.command {
        TimeCommand::Log(args) => log(args, call),
        TimeCommand::Report(args) => report(args, call),
        TimeCommand::Erase(args) => erase(args, call),
    }
}

fn log(args: &LogArgs, call: &Call) -> Answer {
    let mut desk = call.desk()?;
    let length = words::length(&args.length)?;
    let site = words::site_if_any(&desk.paths, args.site.as_deref())?;
    let activity = args.activity.as_deref().map(words::activity).transpose()?;
    let place = place(&desk, args)?;
    let logged = time::log(&mut desk, length, (site, activity), place)?;
    call.out
        .confirm(&logged, || logged_words(&desk, &logged, place))?;
    Ok(call.done(&desk))
}

fn place(desk: &Desk, args: &LogArgs) -> Result<Place, Failure> {
    if let Some(at) = &args.at {
        return Ok(Place::From(words::when(desk, at, Direction::Past)?));
    }
    let day = args.day.as_deref().unwrap_or("today");
    Ok(Place::Day(words::day(desk, day, Direction::Past)?))
}

fn logged_words(desk: &Desk, logged: &Logged, place: Place) -> String {
    let what = match &logged.site {
        Some(site) => format!("{site} ({})", logged.activity),
        None => logged.activity.to_string(),
    };
    let when = match place {
        Place::From(at) => format!("from {}", desk.plan.calendar.spoken(at)),
        Place::Day(day) => {
            format!("on {}, {}", words::spoken_day(day), desk.plan.timezone)
        }
    };
    let length = format_duration(std::time::Duration::from_secs(logged.usage_s));
    format!("Logged {length} of {what} {when}.")
}

fn report(args: &ReportArgs, call: &Call) -> Answer {
    let desk = call.desk()?;
    let (monday, today) = time::this_week(&desk);
    let day = |text: &String| words::day(&desk, text, Direction::Past);
    let to = args.to.as_ref().map(day).transpose()?.unwrap_or(today);
    let from = args.from.as_ref().map(day).transpose()?.unwrap_or(monday);
    let live = if to >= today {
        call.live(&desk.paths)
    } else {
        None
    };
    let report = time::report(&desk, (from, to), args.by.parse()?, live.as_ref())?;
    call.out.show(&report, || report_words(&desk, &report))?;
    Ok(Exit::Done)
}

fn report_words(desk: &Desk, report: &Report) -> String {
    let span = |seconds| format_duration(std::time::Duration::from_secs(seconds));
    let days = format!(
        "{} ({})",
        words::days(report.from, report.to),
        desk.plan.timezone
    );
    if report.rows.is_empty() {
        return format!("{days}: no time on social sites.");
    }
    let by = match report.by {
        By::Day => "day",
        By::Week => "week from",
        By::Month => "month",
        By::Site => "site",
        By::Activity => "activity",
    };
    let rows = report
        .rows
        .iter()
        .map(|row| [row.key.clone(), span(row.usage_s)]);
    let total = [["total".to_owned(), span(report.total_s)]];
    format!("{days}\n\n{}", table([by, "time"], rows.chain(total)))
}

fn erase(args: &EraseArgs, call: &Call) -> Answer {
    let mut desk = call.desk()?;
    let (from, to) = words::range(&desk, &args.from, &args.to, Direction::Past)?;
    let days = format!("{} ({})", words::days(from, to), desk.plan.timezone);
    if call.out.can_ask()
        && !call
            .out
            .ask(&format!("Erase the usage of {days} for good?"))
    {
        return Err(Failure::failed("Nothing was erased."));
    }
    let erased = time::erase(&mut desk, (from, to))?;
    call.out.confirm(&erased, || {
        format!("Erased the usage of {days}: {} records.", erased.records)
    })?;
    Ok(call.done(&desk))
}
