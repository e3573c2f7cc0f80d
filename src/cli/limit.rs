//! `rounds limit`: time budgets.

use clap::{Args, Subcommand};

use super::call::Call;
use super::output::table;
use super::{Answer, Exit};
use crate::calendar::{Direction, format_duration};
use crate::requests::limits::{self, Exception, LimitRow, budget, which};
use crate::requests::{Failure, words};

/// Set, list and remove time budgets
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  rounds limit set all 4h per week")]
pub(super) struct LimitArgs {
    #[command(subcommand)]
    command: LimitCommand,
}

#[derive(Debug, Subcommand)]
enum LimitCommand {
    Set(SetArgs),
    /// List all limits with their overrides
    #[command(after_help = "Example:\n  rounds limit list")]
    List,
    Remove(RemoveArgs),
    Override(OverrideArgs),
}

/// Set a limit, or change the one that is there; its overrides stay
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  rounds limit set x 15m per day")]
struct SetArgs {
    /// What counts: all, a site, or activity:NAME.
    of: String,
    /// How much, such as `15m per day` or `4h per week`.
    #[arg(required = true, num_args = 1..=3, value_name = "TIME per PERIOD")]
    budget: Vec<String>,
}

/// Remove a limit with its overrides
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  rounds limit remove x per day")]
struct RemoveArgs {
    /// What counts: all, a site, or activity:NAME.
    of: String,
    /// Of which period, such as `per day`.
    #[arg(required = true, num_args = 1..=2, value_name = "per PERIOD")]
    per: Vec<String>,
}

/// Give a limit another amount on some days, or in the weeks or months they touch
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  rounds limit override all 8h per week --from 2026-05-05 --until 2026-05-07 --why congress"
)]
struct OverrideArgs {
    /// What counts: all, a site, or activity:NAME.
    of: String,
    /// How much, and which limit, such as `8h per week`.
    #[arg(required = true, num_args = 1..=3, value_name = "TIME per PERIOD")]
    budget: Vec<String>,
    /// The first day.
    #[arg(long, value_name = "DAY", allow_hyphen_values = true)]
    from: String,
    /// The last day.
    #[arg(long, value_name = "DAY", allow_hyphen_values = true)]
    until: String,
    /// The reason.
    #[arg(long, value_name = "TEXT", default_value = "")]
    why: String,
}

pub(super) fn run(args: &LimitArgs, call: &Call) -> Answer {
    match &args.command {
        LimitCommand::Set(args) => set(args, call),
        LimitCommand::List => list(call),
        LimitCommand::Remove(args) => remove(args, call),
        LimitCommand::Override(args) => exception(args, call),
    }
}

fn set(args: &SetArgs, call: &Call) -> Answer {
    let mut desk = call.desk()?;
    let of = words::of(&desk.paths, &args.of)?;
    let (time, per) = budget(&args.budget)?;
    let row = limits::set(&mut desk, &of, per, time)?;
    call.out
        .confirm(&row, || format!("Limit: {}.", spoken(&row)))?;
    Ok(call.finish(&desk))
}

fn list(call: &Call) -> Answer {
    let rows = limits::list(&call.desk()?);
    call.out.show(&rows, || {
        if rows.is_empty() {
            return "There is no limit. Set one: rounds limit set all 4h per week".to_owned();
        }
        let cells = rows.iter().map(|row| {
            let overrides: Vec<_> = row.overrides.iter().map(exception_words).collect();
            [
                row.of.clone(),
                row.per.to_string(),
                format_duration(row.limit()),
                overrides.join("\n"),
            ]
        });
        table(["of", "per", "limit", "overrides"], cells)
    })?;
    Ok(Exit::Done)
}

fn remove(args: &RemoveArgs, call: &Call) -> Answer {
    let mut desk = call.desk()?;
    let of = args
        .of
        .parse()
        .map_err(|error| Failure::usage(format!("{error}.")))?;
    let per = which(&args.per)?;
    let row = limits::remove(&mut desk, &of, per)?;
    call.out.confirm(&row, || {
        format!("Removed the limit of {} per {}.", row.of, row.per)
    })?;
    Ok(call.finish(&desk))
}

fn exception(args: &OverrideArgs, call: &Call) -> Answer {
    let mut desk = call.desk()?;
    let of = words::of(&desk.paths, &args.of)?;
    let (time, per) = budget(&args.budget)?;
    let exception = Exception {
        from: words::day(&desk, &args.from, Direction::Future)?,
        until: words::day(&desk, &args.until, Direction::Future)?,
        time,
        why: args.why.clone(),
    };
    let row = limits::add_override(&mut desk, &of, per, &exception)?;
    call.out.confirm(&row, || {
        let zone = &desk.plan.timezone;
        let days = words::days(exception.from, exception.until);
        let time = format_duration(time);
        format!(
            "Limit: {}. From {days} ({zone}) it is {time}.",
            spoken(&row)
        )
    })?;
    Ok(call.finish(&desk))
}

fn spoken(row: &LimitRow) -> String {
    format!(
        "{} {} per {}",
        row.of,
        format_duration(row.limit()),
        row.per
    )
}

fn exception_words(exception: &limits::OverrideRow) -> String {
    let why = match exception.why.as_str() {
        "" => String::new(),
        why => format!(" ({why})"),
    };
    let time = format_duration(exception.limit());
    format!("{time} from {} to {}{why}", exception.from, exception.until)
}
