//! `rounds plan`: shown, changed in an editor, looked over, carried into the future.

mod simulate;

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::call::Call;
use super::plan_edit::edit;
use super::slot::next_words;
use super::{Answer, Exit};
use crate::calendar::{Direction, format_duration};
use crate::plan::forecast::Day;
use crate::requests::plans::{self, Checked};
use crate::requests::{Desk, Failure, words};
use crate::review::words::counted;

/// Show the plan, change it, look it over, see what it will do
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  rounds plan check")]
pub(super) struct PlanArgs {
    #[command(subcommand)]
    command: PlanCommand,
}

#[derive(Debug, Subcommand)]
enum PlanCommand {
    /// Show the plan
    #[command(after_help = "Example:\n  rounds plan show")]
    Show,
    Edit(EditArgs),
    Check(CheckArgs),
    /// Print the JSON Schema of plan.toml, by which an editor completes and checks it
    ///
    /// Save it beside the plan (`rounds plan schema > plan.schema.json`) and make `#:schema ./plan.schema.json` the plan's first line: editors
    /// that know TOML (Even Better TOML, taplo) read it from there.
    #[command(after_help = "Example:\n  rounds plan schema")]
    Schema,
    Forecast(ForecastArgs),
    Simulate(SimulateArgs),
}

/// Change the plan in your editor; shows what will differ, then saves
///
/// What will differ in the coming four weeks is shown and asked about before it is saved. A wrong
/// plan is not taken; its text is kept and opened again the next time.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  rounds plan edit")]
pub(super) struct EditArgs {
    /// Save a valid plan without asking.
    #[arg(short, long)]
    pub(super) yes: bool,
}

/// Look over a plan: what is wrong, what contradicts itself, when its next slots are
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  rounds plan check plan.toml")]
struct CheckArgs {
    /// The file; the plan in force unless told.
    file: Option<PathBuf>,
}

/// Say what the plan will do on some days
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  rounds plan forecast --from today --to +14d")]
struct ForecastArgs {
    /// The first day.
    #[arg(long, value_name = "DAY", allow_hyphen_values = true)]
    from: String,
    /// The last day.
    #[arg(long, value_name = "DAY", allow_hyphen_values = true)]
    to: String,
}

/// Live through some time with the plan, in seconds: a made-up clinician, the real program
///
/// They forget, overrun, travel, fall ill and lose power, as the seed decides. Nothing of your own
/// is read or written but the plan.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  rounds plan simulate --from today --until +30d --seed 7")]
struct SimulateArgs {
    /// The first day.
    #[arg(long, value_name = "DAY", allow_hyphen_values = true)]
    from: String,
    /// The last day.
    #[arg(long, value_name = "DAY", allow_hyphen_values = true)]
    until: String,
    /// The same seed, the same life.
    #[arg(long, value_name = "NUMBER", default_value_t = 1)]
    seed: u64,
}

pub(super) fn run(args: &PlanArgs, call: &Call) -> Answer {
    match &args.command {
        PlanCommand::Show => show(call),
        PlanCommand::Edit(args) => edit(args, call),
        PlanCommand::Schema => schema(call),
        PlanCommand::Check(args) => check(args, call),
        PlanCommand::Forecast(args) => future(args, call),
        PlanCommand::Simulate(args) => simulate::run(args, call),
    }
}

fn show(call: &Call) -> Answer {
    let paths = call.paths()?;
    let shown = plans::show(&paths)?;
    call.out.show(&shown, || shown.text.clone())?;
    Ok(Exit::Done)
}

fn check(args: &CheckArgs, call: &Call) -> Answer {
    let paths = call.paths()?;
    let file = args.file.clone().unwrap_or_else(|| paths.plan());
    let checked = plans::check(&paths, &file, call.now.wall)?;
    call.out.show(&checked, || checked_words(&checked))?;
    Ok(Exit::Done)
}

fn checked_words(checked: &Checked) -> String {
    let mut lines = vec![format!("{} is a valid plan.", checked.file)];
    lines.extend(
        checked
            .warnings
            .iter()
            .map(|warning| format!("Note: {}", warning.spoken())),
    );
    lines.extend(checked.slots.iter().map(next_words));
    lines.join("\n")
}

fn schema(call: &Call) -> Answer {
    let schema = crate::plan::schema::schema();
    let text = serde_json::to_string_pretty(&schema)
        .map_err(|error| Failure::failed(format!("No JSON: {error}.")))?;
    call.out.show(&schema, || text)?;
    Ok(Exit::Done)
}

fn future(args: &ForecastArgs, call: &Call) -> Answer {
    let desk = call.desk()?;
    let (from, to) = words::range(&desk, &args.from, &args.to, Direction::Future)?;
    let forecast = plans::forecast(&desk, (from, to))?;
    call.out.show(&forecast, || {
        let days: Vec<_> = forecast
            .days
            .iter()
            .map(|day| day_words(&desk, day))
            .collect();
        days.join("\n")
    })?;
    Ok(Exit::Done)
}

/// One day: its limits and targets in one line, then what happens when.
fn day_words(desk: &Desk, day: &Day) -> String {
    let clock = |at| desk.plan.calendar.local(at).strftime("%H:%M").to_string();
    let limits = day.limits.iter().map(|limit| {
        let time = format_duration(std::time::Duration::from_secs(limit.limit_s));
        format!("{} {time} per {}", limit.of, limit.per)
    });
    let aims = day.cadence.iter().map(|aim| {
        let posts = match (aim.target_min, aim.target_max) {
            (min, max) if min == max => counted(min, "post"),
            (min, max) => format!("{min}-{max} posts"),
        };
        format!("{} {posts} per {}", aim.account, aim.period)
    });
    let all: Vec<_> = limits.chain(aims).collect();
    let mut lines = vec![format!(
        "{}: {}",
        words::spoken_day(day.date),
        all.join(", ")
    )];
    let slots = day
        .slots
        .iter()
        .map(|slot| (slot.at.at, format!("slot of {}", slot.account)));
    let hours = day.engagements.iter().map(|hour| {
        (
            hour.from.at,
            format!("{}, until {}", hour.name, clock(hour.until.at)),
        )
    });
    let mut times: Vec<_> = slots.chain(hours).collect();
    times.sort();
    lines.extend(
        times
            .into_iter()
            .map(|(at, what)| format!("  {} {what}", clock(at))),
    );
    lines.join("\n")
}
