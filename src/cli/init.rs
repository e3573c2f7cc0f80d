//! `rounds init`: the files and the database, made once.

use clap::Args;
use clap::builder::PossibleValuesParser;

use super::call::Call;
use super::{Answer, Exit};
use crate::plan::presets::Preset;
use crate::requests::init::{Made, Start, init};
use crate::requests::{Changed, Failure};

/// Write config.toml and plan.toml and make the database
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  rounds init --preset lin --timezone Europe/London")]
pub(super) struct InitArgs {
    /// The plan to start from: balanced limits, lin's blog, or sevilla's news.
    #[arg(long, value_parser = presets(), default_value = "balanced")]
    preset: String,
    /// The zone in which all times are meant; the system's unless told.
    #[arg(long, value_name = "ZONE")]
    timezone: Option<String>,
    /// Write over existing files; copies of them are kept.
    #[arg(long)]
    force: bool,
}

/// The names of the presets.
pub(super) fn presets() -> PossibleValuesParser {
    PossibleValuesParser::new(Preset::ALL.map(Preset::name))
}

/// Sets up on the first `rounds up`.
pub(super) fn first(preset: Option<&str>, call: &Call) -> Result<(), Failure> {
    let args = InitArgs {
        preset: preset.unwrap_or("balanced").to_owned(),
        timezone: None,
        force: false,
    };
    run(&args, call).map(|_| ())
}

pub(super) fn run(args: &InitArgs, call: &Call) -> Answer {
    let start = Start {
        preset: args
            .preset
            .parse()
            .map_err(|error| Failure::usage(format!("{error}.")))?,
        timezone: args.timezone.clone(),
        force: args.force,
    };
    let paths = call.paths()?;
    let made = init(&paths, &start, call.now)?;
    call.tell_changed(&paths, vec![Changed::Plan]);
    call.out.confirm(&made, || words(&made))?;
    Ok(Exit::Done)
}

fn words(made: &Made) -> String {
    let mut lines = vec![
        format!(
            "The plan is {} (preset {}, {}).",
            made.plan, made.preset, made.timezone
        ),
        format!("Settings of this machine are in {}.", made.config),
        format!("The database is {}.", made.database),
    ];
    lines.extend(
        made.copies
            .iter()
            .map(|copy| format!("The former file is kept as {copy}.")),
    );
    lines.push("Next: `rounds up` to run it, `rounds plan show` to read the plan.".to_owned());
    lines.join("\n")
}
