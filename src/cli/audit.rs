//! `rounds audit`: the tamper-evident record, as people ask for it.

use clap::{Args, Subcommand};

use super::call::Call;
use super::{Answer, Exit};
use crate::requests::audit;

/// Check the record of who answered and approved what, or hand it out
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  rounds audit verify")]
pub(super) struct AuditArgs {
    #[command(subcommand)]
    command: AuditCommand,
}

#[derive(Debug, Subcommand)]
enum AuditCommand {
    /// Check that no entry was changed or removed
    #[command(after_help = "Example:\n  rounds audit verify")]
    Verify,
    Export(ExportArgs),
}

/// Print every entry, without the texts of posts: as JSON, as a table, or as a page for an employer
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  rounds audit export --html")]
struct ExportArgs {
    /// As comma-separated values instead of JSON.
    #[arg(long, conflicts_with_all = ["json", "html"])]
    csv: bool,
    /// As one page to print, instead of JSON.
    #[arg(long, conflicts_with = "json")]
    html: bool,
    /// With the texts of posts, where they are still as the entry knew them.
    #[arg(long)]
    with_texts: bool,
}

pub(super) fn run(args: &AuditArgs, call: &Call) -> Answer {
    match &args.command {
        AuditCommand::Verify => verify(call),
        AuditCommand::Export(args) => export(args, call),
    }
}

fn verify(call: &Call) -> Answer {
    let verdict = audit::verify(&call.desk()?)?;
    call.out.show(&verdict, || match verdict.first_bad {
        None => format!("The record is intact: {} entries.", verdict.entries),
        Some(first) => format!(
            "The record is broken from entry {first} on, of {}: it was changed or cut.",
            verdict.entries
        ),
    })?;
    Ok(if verdict.intact {
        Exit::Done
    } else {
        Exit::Failed
    })
}

fn export(args: &ExportArgs, call: &Call) -> Answer {
    let desk = call.desk()?;
    let texts = if args.with_texts {
        audit::Texts::Included
    } else {
        audit::Texts::Left
    };
    if args.html {
        call.out.bytes(audit::page(&desk, texts)?.as_bytes())?;
        return Ok(Exit::Done);
    }
    let rows = audit::rows(&desk, texts)?;
    if args.csv {
        call.out.bytes(audit::csv(&rows).as_bytes())?;
    } else {
        call.out.document(&rows)?;
    }
    Ok(Exit::Done)
}
