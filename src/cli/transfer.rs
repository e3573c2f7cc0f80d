//! `rounds export`, `rounds import` and `rounds backup`: nothing locked in.

use std::path::{Path, PathBuf};

use clap::Args;

use super::call::Call;
use super::{Answer, Exit};
use crate::requests::transfer::{self, Imported};
use crate::review::words::counted;

/// Write plan, posts, answers, usage and record into one JSON file
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  rounds export rounds.json")]
pub(super) struct ExportArgs {
    /// The new file.
    file: PathBuf,
}

/// Bring in what a file of `rounds export` holds: posts, consents, ties, time
///
/// All of it or nothing, and what is here already stays as it is. Anybody can change such a file:
/// posts come in without their answers and wait for your look, consents wait until you confirm them,
/// and the plan is not taken. To move everything with its answers, copy the database: see
/// `rounds backup`.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  rounds import rounds.json")]
pub(super) struct ImportArgs {
    /// The file.
    file: PathBuf,
    /// Only print the plan in it, to be put into plan.toml by hand.
    #[arg(long, conflicts_with = "json")]
    plan: bool,
}

/// Copy the database, also while the daemon runs
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  rounds backup rounds-backup.db")]
pub(super) struct BackupArgs {
    /// The new file.
    file: PathBuf,
}

pub(super) fn export(args: &ExportArgs, call: &Call) -> Answer {
    let written = transfer::export(&call.desk()?, &args.file)?;
    call.out.confirm(&written, || {
        format!(
            "Everything is in {} ({} bytes); only you can read it.",
            written.file, written.bytes
        )
    })?;
    Ok(Exit::Done)
}

pub(super) fn import(args: &ImportArgs, call: &Call) -> Answer {
    if args.plan {
        call.out.bytes(transfer::plan_in(&args.file)?.as_bytes())?;
        return Ok(Exit::Done);
    }
    let mut desk = call.desk()?;
    let told = transfer::import(&mut desk, &args.file)?;
    call.out.confirm(&told, || spoken(&told, &args.file))?;
    Ok(call.done(&desk))
}

fn spoken(told: &Imported, file: &Path) -> String {
    let came = [
        counted(told.posts.len() as u64, "post"),
        counted(told.consents.len() as u64, "consent record"),
        counted(told.interests.len() as u64, "tie"),
        counted(told.usage as u64, "time entry"),
    ];
    let mut lines = vec![format!(
        "Came in: {}. Here already, and the same: {}.",
        came.join(", "),
        told.same
    )];
    if !told.posts.is_empty() {
        lines.push(
            "No answer, dispute or approval comes with a file that anybody can change: a post that is \
             still to go waits until you have answered and approved it here. `rounds post list` shows \
             them."
                .to_owned(),
        );
    }
    for reference in &told.to_confirm {
        lines.push(format!(
            "Look this consent up in the clinic's records, then say so: rounds consent confirm \
             {reference}"
        ));
    }
    if !told.differ.is_empty() {
        let names = told.differ.join(", ");
        lines.push(format!("Different here, and left as it is: {names}."));
    }
    if !told.accounts_missing.is_empty() {
        let names = told.accounts_missing.join(", ");
        lines.push(format!(
            "Not in the plan, so their posts are held: {names}."
        ));
    }
    if told.plan_differs {
        lines.push(format!(
            "The plan in the file was not taken; `rounds import {} --plan` prints it.",
            file.display()
        ));
    }
    lines.join("\n")
}

pub(super) fn backup(args: &BackupArgs, call: &Call) -> Answer {
    let written = transfer::backup(&call.desk()?, &args.file)?;
    call.out.confirm(&written, || {
        let file = &written.file;
        format!(
            "The database is copied to {file} ({} bytes); only you can read it.",
            written.bytes
        )
    })?;
    Ok(Exit::Done)
}
