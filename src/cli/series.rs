//! `rounds series`: posts that recur.

use clap::{Args, Subcommand};

use super::call::Call;
use super::output::table;
use super::{Answer, Exit};
use crate::requests::post::{end_series, list_series};

/// List posts that recur, end one
///
/// `rounds post add TEXT --to ACCOUNT --cron CRON` begins one.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  rounds series list")]
pub(super) struct SeriesArgs {
    #[command(subcommand)]
    command: SeriesCommand,
}

#[derive(Debug, Subcommand)]
enum SeriesCommand {
    /// List the series that go on
    #[command(after_help = "Example:\n  rounds series list")]
    List,
    End(EndArgs),
}

/// End a series; the posts that were made stay
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  rounds series end k7")]
struct EndArgs {
    /// The series' id; a unique beginning will do.
    id: String,
}

pub(super) fn run(args: &SeriesArgs, call: &Call) -> Answer {
    match &args.command {
        SeriesCommand::List => list(call),
        SeriesCommand::End(args) => end(args, call),
    }
}

fn list(call: &Call) -> Answer {
    let rows = list_series(&call.desk()?)?;
    call.out.show(&rows, || {
        if rows.is_empty() {
            return "No post recurs. Begin with `rounds post add TEXT --to ACCOUNT --cron CRON`."
                .to_owned();
        }
        let cells = rows.iter().map(|row| {
            let text: String = row
                .text
                .lines()
                .next()
                .unwrap_or_default()
                .chars()
                .take(40)
                .collect();
            let next = row.spoken.clone().unwrap_or_else(|| "never".to_owned());
            [
                row.id.clone(),
                row.account.clone(),
                row.cron.clone(),
                next,
                text,
            ]
        });
        table(["id", "account", "cron", "next", "text"], cells)
    })?;
    Ok(Exit::Done)
}

fn end(args: &EndArgs, call: &Call) -> Answer {
    let mut desk = call.desk()?;
    let row = end_series(&mut desk, &args.id)?;
    call.out.confirm(&row, || {
        format!(
            "Series {} on {} has ended. Posts that were made stay: `rounds post list`.",
            row.id, row.account
        )
    })?;
    Ok(call.done(&desk))
}
