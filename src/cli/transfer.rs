//! `rounds export`, `rounds import` and `rounds backup`: nothing locked in.

use std::path::PathBuf;

use clap::Args;

use super::call::Call;
use super::failure::not_built;
use super::{Answer, Exit};
use crate::requests::transfer;

/// Write plan, posts, answers, usage and record into one JSON file
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  rounds export rounds.json")]
pub(super) struct ExportArgs {
    /// The new file.
    file: PathBuf,
}

/// Read a file that `rounds export` wrote
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  rounds import rounds.json")]
pub(super) struct ImportArgs {
    /// The file.
    file: PathBuf,
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

pub(super) fn import(_args: &ImportArgs, _call: &Call) -> Answer {
    Err(not_built("import"))
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
